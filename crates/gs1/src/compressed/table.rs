//! How the values of identifiers are packed.

use alloc::vec::Vec;

use crate::definition::ai;
use crate::Ai;

/// The encodings of a text.
pub(super) const DIGITS: u64 = 0;
pub(super) const LOWER_HEX: u64 = 1;
pub(super) const UPPER_HEX: u64 = 2;
pub(super) const BASE_64: u64 = 3;
pub(super) const ASCII: u64 = 4;

/// A part of a packed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// So many digits.
    Digits(u8),
    /// Up to so many digits, after their number.
    UpToDigits(u8),
    /// So many characters, after their encoding.
    Text(u8),
    /// Up to so many characters, after their encoding and number.
    UpToText(u8),
}

/// Whether the identifier is in the table. It was frozen before these were defined, or they have no usable row there: (235),
/// whose row is another format than the standard's, and (7040), whose row has no length.
pub(super) fn contains(identifier: Ai) -> bool {
    const ABSENT: &[(Ai, Ai)] = &[
        (ai("03"), ai("03")),
        (ai("235"), ai("235")),
        (ai("715"), ai("717")),
        (ai("4330"), ai("4333")),
        (ai("7011"), ai("7011")),
        (ai("7040"), ai("7041")),
        (ai("7241"), ai("7242")),
        (ai("7250"), ai("7259")),
        (ai("8014"), ai("8014")),
        (ai("8030"), ai("8030")),
        (ai("8040"), ai("8043")),
    ];
    !ABSENT.iter().any(|(first, last)| (*first..=*last).contains(&identifier))
}

/// The parts of the value of an identifier that is in the table.
///
/// They are the components of its format, where neighbours of one kind are one: digits of fixed length make one number,
/// optional ones make a number of up to their length, and characters make one text.
pub(super) fn fields(identifier: Ai) -> Vec<Field> {
    // The table has the length of this one before the General Specifications made it longer.
    if identifier == ai("8007") {
        return alloc::vec![Field::UpToText(24)];
    }
    let mut fields: Vec<Field> = Vec::new();
    for component in identifier.definition().components() {
        let most = component.most();
        let next = match (component.is_numeric(), component.is_fixed()) {
            (true, true) => Field::Digits(most),
            (true, false) => Field::UpToDigits(most),
            (false, true) => Field::Text(most),
            (false, false) => Field::UpToText(most),
        };
        let joined = match (fields.last().copied(), next) {
            (Some(Field::Digits(before)), Field::Digits(more)) => Field::Digits(before.saturating_add(more)),
            (Some(Field::UpToDigits(before)), Field::UpToDigits(more)) => {
                Field::UpToDigits(before.saturating_add(more))
            }
            (Some(Field::Text(before)), Field::UpToText(more)) => {
                Field::UpToText(before.saturating_add(more))
            }
            (_, next) => {
                fields.push(next);
                continue;
            }
        };
        if let Some(last) = fields.last_mut() {
            *last = joined;
        }
    }
    fields
}

/// The identifiers that follow each other where a code has a letter among its two digits.
pub(super) fn sequence(code: u8) -> Option<&'static [Ai]> {
    macro_rules! sequences {
        ($($code:literal: $($ai:literal),+;)*) => {
            match code {
                $($code => {
                    const SEQUENCE: &[Ai] = &[$(ai($ai)),+];
                    Some(SEQUENCE)
                })*
                _ => None,
            }
        };
    }
    sequences! {
        0x0A: "01", "22";
        0x0B: "01", "10";
        0x0C: "01", "21";
        0x0D: "01", "17";
        0x0E: "01", "7003";
        0x0F: "01", "30";
        0x1A: "01", "10", "21", "17";
        0x1B: "01", "15";
        0x1C: "01", "11";
        0x1D: "01", "16";
        0x1E: "01", "91";
        0x1F: "01", "10", "15";
        0x2A: "01", "3100";
        0x2B: "01", "3101";
        0x2C: "01", "3102";
        0x2D: "01", "3103";
        0x2E: "01", "3104";
        0x2F: "01", "3105";
        0x3A: "01", "3200";
        0x3B: "01", "3201";
        0x3C: "01", "3202";
        0x3D: "01", "3203";
        0x3E: "01", "3204";
        0x3F: "01", "3205";
        0x9A: "8010", "8011";
        0x9B: "8017", "8019";
        0x9C: "8018", "8019";
        0x9D: "414", "254";
        0xA0: "01", "3920";
        0xA1: "01", "3921";
        0xA2: "01", "3922";
        0xA3: "01", "3923";
        0xA4: "01", "3924";
        0xA5: "01", "3925";
        0xA6: "01", "3926";
        0xA7: "01", "3927";
        0xA8: "01", "3928";
        0xA9: "01", "3929";
        0xC0: "255", "3900";
        0xC1: "255", "3901";
        0xC2: "255", "3902";
        0xC3: "255", "3903";
        0xC4: "255", "3904";
        0xC5: "255", "3905";
        0xC6: "255", "3906";
        0xC7: "255", "3907";
        0xC8: "255", "3908";
        0xC9: "255", "3909";
        0xCA: "255", "3940";
        0xCB: "255", "3941";
        0xCC: "255", "3942";
        0xCD: "255", "3943";
    }
}
