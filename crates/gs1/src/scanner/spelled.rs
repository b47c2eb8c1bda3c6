//! Control characters that arrive as text.
//!
//! Keyboards have no key for GS, so scanners, their drivers and the libraries of cameras send something else for it:
//! its name in brackets (`<GS>`, `{GS}`, `[FNC1]`), an escape of a programming language or of a web form (`\x1d`,
//! `\u001d`, `%1D`, `&#29;`, Excel's `_x001D_`), the caret notation of terminals (`^]`), its picture (`␝`), or what
//! Windows shows for Alt and 29 on the number pad (`↔`). The ends of scans (Enter, Tab) arrive in the same ways.

use alloc::string::String;

/// FNC1 as scanners are to send it.
pub(super) const GS: char = '\u{1d}';

/// The control characters around and inside of scans.
const CONTROLS: [char; 9] = ['\u{2}', '\u{3}', '\u{4}', '\t', '\n', '\r', '\u{1c}', GS, '\u{1e}'];

/// The names that stand in brackets for a control character.
const NAMES: [(&str, char); 28] = [
    ("GS", GS),
    ("FNC1", GS),
    ("FNC 1", GS),
    ("FNC", GS),
    ("FUNC1", GS),
    ("FN1", GS),
    ("F1", GS),
    ("^]", GS),
    ("CTRL-]", GS),
    ("CTRL+]", GS),
    ("ALT029", GS),
    ("ALT+029", GS),
    ("ALT+0029", GS),
    ("ASCII 29", GS),
    ("GROUP SEPARATOR", GS),
    ("FS", '\u{1c}'),
    ("RS", '\u{1e}'),
    ("EOT", '\u{4}'),
    ("STX", '\u{2}'),
    ("ETX", '\u{3}'),
    ("CR", '\r'),
    ("CRLF", '\r'),
    ("ENTER", '\r'),
    ("RETURN", '\r'),
    ("LF", '\n'),
    ("NL", '\n'),
    ("TAB", '\t'),
    ("HT", '\t'),
];

/// The longest name in brackets, and the longest number in an escape.
const MAX_NAME: usize = 15;
const MAX_NUMBER: usize = 8;

/// Escapes by number: what comes before the number, the number, and what comes after it.
const NUMBERS: [(&str, Number, &str); 12] = [
    (r"\x{", Number::Any(16), "}"),
    (r"\u{", Number::Any(16), "}"),
    (r"\x", Number::Digits(16, 2), ""),
    (r"\u", Number::Digits(16, 4), ""),
    (r"\U", Number::Digits(16, 8), ""),
    (r"\d", Number::Digits(10, 3), ""),
    ("~d", Number::Digits(10, 3), ""),
    ("~x", Number::Digits(16, 2), ""),
    ("&#x", Number::Any(16), ";"),
    ("&#", Number::Any(10), ";"),
    ("_x", Number::Digits(16, 4), "_"),
    ("U+", Number::Digits(16, 4), ""),
];

/// Escapes that are spelled in one way. Other numbers after these signs are fields after a substitute.
const SIGNS: [(&str, char); 24] = [
    ("&lt;GS&gt;", GS),
    ("&lt;FNC1&gt;", GS),
    ("%1D", GS),
    ("%1d", GS),
    ("=1D", GS),
    ("%0D", '\r'),
    ("%0d", '\r'),
    ("%0A", '\n'),
    ("%0a", '\n'),
    (r"\GS", GS),
    (r"\FNC1", GS),
    (r"\F", GS),
    (r"\035", GS),
    (r"\029", GS),
    (r"\29", GS),
    ("^FNC1", GS),
    ("^029", GS),
    ("^]", GS),
    ("~029", GS),
    ("^M", '\r'),
    (r"\r", '\r'),
    (r"\015", '\r'),
    (r"\n", '\n'),
    (r"\t", '\t'),
];

/// A number in an escape: its base, and the number of its digits where that is fixed.
#[derive(Clone, Copy)]
enum Number {
    Any(u32),
    Digits(u32, usize),
}

impl Number {
    /// The number at the start of the text, and its length.
    fn at_start_of(self, text: &str) -> Option<(char, usize)> {
        let (base, length) = match self {
            Self::Digits(base, length) => (base, length),
            Self::Any(base) => {
                let is_digit = |character: &char| character.is_digit(base);
                (base, text.chars().take(MAX_NUMBER).take_while(is_digit).count())
            }
        };
        let digits = text.get(..length).filter(|digits| digits.chars().all(|digit| digit.is_digit(base)))?;
        Some((char::from_u32(u32::from_str_radix(digits, base).ok()?)?, length))
    }
}

/// Single characters that stand for control characters: pictures of Unicode, and the glyphs of code page 437.
const PICTURES: [(char, char); 12] = [
    ('␝', GS),
    ('↔', GS),
    ('⇔', GS),
    ('␜', '\u{1c}'),
    ('␞', '\u{1e}'),
    ('▲', '\u{1e}'),
    ('␄', '\u{4}'),
    ('␍', '\r'),
    ('♪', '\r'),
    ('␊', '\n'),
    ('◙', '\n'),
    ('␉', '\t'),
];

/// The control character that the start of the text spells out, and the length of its spelling in bytes.
fn at_start_of(text: &str, in_link: bool) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    match first {
        '<' | '{' | '[' | '(' | '«' => bracketed(text, first),
        '\\' | '^' | '~' | '&' | '_' | 'U' => escaped(text),
        // A link writes any character in this way.
        '%' | '=' if !in_link => escaped(text),
        '0' => hexadecimal(text).map(|length| (GS, length)),
        _ => PICTURES
            .iter()
            .find(|(picture, _)| *picture == first)
            .map(|(_, control)| (*control, first.len_utf8())),
    }
}

/// A name or a number in brackets, such as `<GS>`, `[FNC1]` or `<0x1D>`. In round brackets a number is an Application
/// Identifier, and most names may be parts of a value.
fn bracketed(text: &str, open: char) -> Option<(char, usize)> {
    let close = match open {
        '<' => '>',
        '{' => '}',
        '[' => ']',
        '(' => ')',
        _ => '»',
    };
    let start = open.len_utf8();
    let inside = text.get(start..)?;
    // The name of Ctrl and ] has the closing bracket in it.
    let ends =
        inside.char_indices().take(MAX_NAME.saturating_add(1)).filter(|(_, character)| *character == close);
    ends.into_iter().take(2).find_map(|(end, _)| {
        let name = inside.get(..end)?;
        let named =
            NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, control)| *control);
        let numbered = || is_number_of_gs(name).then_some(GS);
        let control = match open {
            '(' => named.filter(|control| *control == GS)?,
            _ => named.or_else(numbered)?,
        };
        Some((control, start.saturating_add(end).saturating_add(close.len_utf8())))
    })
}

/// Whether this is the number of GS, decimal or hexadecimal, with what often comes before it.
fn is_number_of_gs(name: &str) -> bool {
    let digits = ["0x", "0X", "\\x", "\\u", "U+", "u+", "x", "X", "#", "$"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    let digits = digits.trim_start_matches('0');
    digits == "29" || digits.eq_ignore_ascii_case("1D")
}

fn escaped(text: &str) -> Option<(char, usize)> {
    let number = NUMBERS.iter().find_map(|(before, number, after)| {
        let rest = text.strip_prefix(before)?;
        let (character, length) = number.at_start_of(rest)?;
        rest.get(length..)?.strip_prefix(after)?;
        let length = before.len().saturating_add(length).saturating_add(after.len());
        CONTROLS.contains(&character).then_some((character, length))
    });
    let sign = || {
        let (spelling, control) = SIGNS.iter().find(|(spelling, _)| text.starts_with(spelling))?;
        Some((*control, spelling.len()))
    };
    number.or_else(sign)
}

/// The length of `0x1D`.
fn hexadecimal(text: &str) -> Option<usize> {
    const LENGTH: usize = 4;
    text.get(..LENGTH).filter(|start| start.eq_ignore_ascii_case("0x1D")).map(str::len)
}

/// The text with all control characters that are spelled out; `None` if there are none.
pub(super) fn resolved(text: &str, in_link: bool) -> Option<String> {
    let mut resolved: Option<String> = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (character, length) = match at_start_of(rest, in_link) {
            Some((control, length)) => {
                let done = text.len().saturating_sub(rest.len());
                let before = text.get(..done).unwrap_or_default();
                resolved.get_or_insert_with(|| String::from(before));
                (control, length)
            }
            None => (first, first.len_utf8()),
        };
        if let Some(resolved) = &mut resolved {
            resolved.push(character);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_gs_is_resolved() {
        for spelling in [
            "<GS>",
            "<gs>",
            "{GS}",
            "[GS]",
            "(GS)",
            "«GS»",
            "<FNC1>",
            "[FNC1]",
            "{FNC1}",
            "(fnc1)",
            "<F1>",
            "<FNC>",
            "<0x1D>",
            "<1D>",
            "<x1d>",
            "[29]",
            "{029}",
            "<#29>",
            "<U+001D>",
            r"<\x1d>",
            "<Ctrl-]>",
            "[CTRL+]]",
            "[Alt+029]",
            "<Group Separator>",
            r"\x1d",
            r"\x1D",
            r"\x{1d}",
            r"\u{1d}",
            r"\u001d",
            r"\U0000001D",
            r"\035",
            r"\029",
            r"\29",
            r"\d029",
            r"\F",
            r"\GS",
            "~d029",
            "~029",
            "^029",
            "~x1D",
            "^]",
            "^FNC1",
            "%1D",
            "%1d",
            "=1D",
            "&#29;",
            "&#x1D;",
            "&#x001d;",
            "_x001D_",
            "0x1D",
            "U+001D",
            "␝",
            "↔",
        ] {
            let text = ["10A", spelling, "21B"].concat();
            assert_eq!(resolved(&text, false).as_deref(), Some("10A\u{1d}21B"), "{spelling}");
        }
    }

    #[test]
    fn other_control_characters_are_resolved_too() {
        let spelled = r"[)><RS>06<GS>S1<RS><EOT>{ENTER}<CR><LF>\r\n%0D";
        assert_eq!(resolved(spelled, false).as_deref(), Some("[)>\u{1e}06\u{1d}S1\u{1e}\u{4}\r\r\n\r\n\r"));
    }

    #[test]
    fn a_value_that_looks_alike_stays() {
        for text in [
            "(01)", "(10)A<B>", "<G>", r"\x41", "%41", "%2F", "100%", "0x2D", "&amp;", "_x_", "U+1D", "é",
            "^21",
        ] {
            assert_eq!(resolved(text, false), None, "{text}");
        }
        assert_eq!(resolved("https://a/01/1%1D", true), None);
    }
}
