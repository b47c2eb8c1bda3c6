//! Which names people can read as they are stored.

use primitives::ensure;
use primitives::governance::{Error, MAX_NAME};

/// The characters that are not seen, or that change how those around them are shown, as ranges in ascending order: general
/// categories Cf, Zl and Zp of the Unicode Character Database 16.0 (`extracted/DerivedGeneralCategory.txt`). Cc is known
/// to [`char::is_control`].
///
/// With bidirectional marks a name can be shown as another one, with zero-width characters two names look like one:
/// Unicode Technical Report 36, sections 2.5 and 2.10.
const INVISIBLE: [(char, char); 21] = [
    ('\u{AD}', '\u{AD}'),
    ('\u{600}', '\u{605}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{6DD}', '\u{6DD}'),
    ('\u{70F}', '\u{70F}'),
    ('\u{890}', '\u{891}'),
    ('\u{8E2}', '\u{8E2}'),
    ('\u{180E}', '\u{180E}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFF9}', '\u{FFFB}'),
    ('\u{110BD}', '\u{110BD}'),
    ('\u{110CD}', '\u{110CD}'),
    ('\u{13430}', '\u{1343F}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0001}', '\u{E0001}'),
    ('\u{E0020}', '\u{E007F}'),
];

/// Refuses a name that is empty, too long, or not what people see.
pub(crate) fn ensure_name(name: &str) -> Result<(), Error> {
    let fits = !name.trim().is_empty() && name.len() <= MAX_NAME;
    ensure(fits && !name.chars().any(is_invisible), Error::InvalidName)
}

fn is_invisible(character: char) -> bool {
    let formats = |(first, last): &(char, char)| (*first..=*last).contains(&character);
    character.is_control() || INVISIBLE.iter().any(formats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_taken() {
        for name in [
            "Apotheke am Dom",
            "صيدلية النور",
            "薬局",
            "Φαρμακείο 12",
            "A",
            "ä".repeat(MAX_NAME / 2).as_str(),
        ] {
            assert_eq!(ensure_name(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn empty_and_long_names_are_refused() {
        for name in ["", "   ", "\u{2003}", "ä".repeat(MAX_NAME / 2 + 1).as_str()] {
            assert_eq!(ensure_name(name), Err(Error::InvalidName), "{name:?}");
        }
    }

    #[test]
    fn control_and_formatting_characters_are_refused_wherever_they_stand() {
        let controls = ['\n', '\t', '\u{7F}', '\u{85}'];
        let marks =
            ['\u{AD}', '\u{200B}', '\u{200E}', '\u{200F}', '\u{2028}', '\u{2029}', '\u{202A}', '\u{202E}'];
        let others = ['\u{2060}', '\u{2066}', '\u{2069}', '\u{FEFF}', '\u{E0041}'];
        for character in [&controls[..], &marks[..], &others[..]].concat() {
            for name in [
                format!("{character}Apotheke"),
                format!("Apo{character}theke"),
                format!("Apotheke{character}"),
            ] {
                assert_eq!(ensure_name(&name), Err(Error::InvalidName), "{name:?}");
            }
        }
    }

    #[test]
    fn the_characters_beside_a_range_are_taken() {
        for (first, last) in INVISIBLE {
            let beside = [u32::from(first) - 1, u32::from(last) + 1];
            for character in beside.into_iter().filter_map(char::from_u32).filter(|c| !c.is_control()) {
                assert_eq!(ensure_name(&format!("A{character}B")), Ok(()), "{character:?}");
            }
        }
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0), "in ascending order");
    }
}
