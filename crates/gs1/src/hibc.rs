//! Codes of the Health Industry Bar Code standard, which medical devices and some medicines carry (ANSI/HIBC 2.6, *Supplier
//! Labeling Standard*).

use alloc::string::String;

/// The characters of a code, by their values in its check character.
const ALPHABET: &[u8; 43] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
/// The digits and letters among them.
const ALPHANUMERIC: usize = 36;
/// Who labelled the item: a letter, and three digits or letters.
const LABELER: usize = 4;
const LONGEST_ITEM: usize = 18;
/// The day of the expiry of a secondary code: the year and the number of the day.
const JULIAN_DATE: usize = 5;

/// What a code of the Health Industry Bar Code standard names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hibc {
    /// A primary code, perhaps with a secondary one behind it.
    Item {
        /// The labeler identification code, which HIBCC assigns.
        labeler: String,
        /// The labeler's own number of the item.
        item: String,
    },
    /// A secondary code alone: a lot, a serial or an expiry date, and not the item.
    Secondary,
}

impl Hibc {
    /// Reads the data of a symbol, check character included; `None` if it is not one of these or was misread.
    pub(crate) fn read(data: &str) -> Option<Self> {
        // Code 39 is printed with asterisks around it.
        let data = data.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).unwrap_or(data);
        let (body, check) = data.split_at_checked(data.len().checked_sub(1)?)?;
        let sum = body.bytes().try_fold(0_usize, |sum, byte| Some(sum.saturating_add(value(byte)?)))?;
        if value(*check.as_bytes().first()?)? != sum.checked_rem(ALPHABET.len())? {
            return None;
        }
        let body = body.strip_prefix('+')?;
        Self::item(body).or_else(|| is_secondary(body).then_some(Self::Secondary))
    }

    fn item(body: &str) -> Option<Self> {
        let primary = body.split_once('/').map_or(body, |(primary, _)| primary);
        let (labeler, rest) = primary.split_at_checked(LABELER)?;
        // The last one is the unit of measure.
        let (item, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let is_item = labeler.starts_with(|first: char| first.is_ascii_uppercase())
            && primary.bytes().all(is_alphanumeric)
            && (1..=LONGEST_ITEM).contains(&item.len())
            && unit.starts_with(|digit: char| digit.is_ascii_digit());
        is_item.then(|| Self::Item { labeler: labeler.into(), item: item.into() })
    }
}

/// A secondary code says by its first characters what it has; its last one is the check character of its primary code.
fn is_secondary(body: &str) -> bool {
    let rest = match body.strip_prefix('$') {
        Some(rest) => rest,
        None => match body.split_at_checked(JULIAN_DATE) {
            Some((date, rest)) if date.bytes().all(|byte| byte.is_ascii_digit()) => rest,
            _ => return false,
        },
    };
    !rest.is_empty()
}

fn value(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|known| *known == byte)
}

fn is_alphanumeric(byte: u8) -> bool {
    value(byte).is_some_and(|value| value < ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(data: &str) -> Option<(String, String)> {
        match Hibc::read(data)? {
            Hibc::Item { labeler, item } => Some((labeler, item)),
            Hibc::Secondary => None,
        }
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        let named = |labeler: &str, number: &str| Some((labeler.into(), number.into()));
        assert_eq!(item("+A123BJC5D6E71G"), named("A123", "BJC5D6E7"));
        assert_eq!(item("*+A123BJC5D6E71G*"), named("A123", "BJC5D6E7"));
        assert_eq!(item("+A99912345/$$52001510X3/16D20111212/S77DE1G45-"), named("A999", "1234"));
        assert_eq!(Hibc::read("+83278F8G9H0J2G%"), Some(Hibc::Secondary));
    }

    #[test]
    fn what_is_no_code_of_the_standard_is_not_read() {
        for text in [
            "",
            "+",
            "++",
            // Another check character, or none.
            "+A123BJC5D6E71H",
            "+A123BJC5D6E71",
            // A character that the standard does not have.
            "+a123BJC5D6E71G",
            "+A123BJC5D6E7é1G",
            // Without the sign of the standard, and of the standard for providers.
            "A123BJC5D6E71T",
        ] {
            assert_eq!(Hibc::read(text), None, "{text}");
        }
        // With the right check character, but of another form.
        let checked = |body: &str| {
            let sum: usize = body.bytes().map(|byte| value(byte).unwrap()).sum();
            Hibc::read(&alloc::format!("{body}{}", char::from(ALPHABET[sum % 43])))
        };
        assert!(checked("+A12341").is_some());
        for body in [
            "+1123BJC5D6E71",
            "+A123BJC5D6E7X",
            "+A1231",
            "+A123BJC5D6E7B.C1",
            "+A12301234567890123456781",
            "+1234A",
            "+$",
            "+",
        ] {
            assert_eq!(checked(body), None, "{body}");
        }
        assert_eq!(checked("+$LOT1G"), Some(Hibc::Secondary));
    }
}
