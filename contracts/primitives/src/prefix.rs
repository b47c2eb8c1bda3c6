//! GS1 company prefixes: with which digits the keys of a company begin.

use scale::{Decode, Encode};

/// A GS1 company prefix (GS1 General Specifications, section 1.4): the 4 to 12 digits with which the GTINs, GLNs and SSCCs
/// of one company begin, behind the indicator or extension digit. Leading zeros count.
///
/// A *body* is the twelve digits of a key among which its prefix is: [`body_of_gtin`], [`body_of_gln`], [`body_of_sscc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub struct Prefix {
    /// How many digits it has.
    pub length: u8,
    /// Its digits, as a number.
    pub digits: u64,
}

/// The fewest digits of a prefix.
pub const MIN_LENGTH: u8 = 4;
/// The most digits of a prefix, which are all of a body.
pub const MAX_LENGTH: u8 = 12;

const BODIES: u64 = power(MAX_LENGTH);

impl Prefix {
    /// The prefix of this length of a body. A length beyond 12 counts as 12.
    #[must_use]
    pub const fn of(body: u64, length: u8) -> Self {
        Self { length, digits: without_last(body, MAX_LENGTH.saturating_sub(length)) }
    }

    /// Whether it is one that a company can have: 4 to 12 digits, which no GTIN-8 begins with.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        let in_range = MIN_LENGTH <= self.length && self.length <= MAX_LENGTH;
        in_range && self.digits < power(self.length) && self.digits >= power(self.length.saturating_sub(5))
    }

    /// Digits and length in one number, which is the key of a map in less code than both are.
    #[must_use]
    pub const fn code(self) -> u64 {
        self.digits.wrapping_shl(4) | self.length as u64
    }

    /// Whether the body begins with it.
    #[must_use]
    pub const fn holds(self, body: u64) -> bool {
        Self::of(body, self.length).digits == self.digits
    }

    /// Its first four digits, where it is valid: prefixes are found by them.
    #[must_use]
    pub const fn stem(self) -> u32 {
        // Four digits fit.
        without_last(self.digits, self.length.saturating_sub(MIN_LENGTH)) as u32
    }

    /// What is left of it where it has fewer digits. All shorter ones, the longest first.
    pub fn shorter(self) -> impl Iterator<Item = Prefix> {
        let without = move |length| without_last(self.digits, self.length.saturating_sub(length));
        (MIN_LENGTH..self.length).rev().map(move |length| Prefix { length, digits: without(length) })
    }
}

/// The twelve digits behind the indicator of a GTIN of 14 digits, as a number.
#[must_use]
pub const fn body_of_gtin(gtin: u64) -> u64 {
    (gtin / 10) % BODIES
}

/// The first twelve digits of a GLN, as a number.
#[must_use]
pub const fn body_of_gln(gln: u64) -> u64 {
    (gln / 10) % BODIES
}

/// The twelve digits behind the extension digit of an SSCC, as a number.
#[must_use]
pub const fn body_of_sscc(sscc: u64) -> u64 {
    (sscc / 100_000) % BODIES
}

/// The first four digits of a body.
#[must_use]
pub const fn stem_of(body: u64) -> u32 {
    Prefix::of(body, MIN_LENGTH).stem()
}

/// Lengths of prefixes: one bit each. Of prefixes with the same first four digits, it tells which to look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct PrefixLengths(u32);

impl PrefixLengths {
    /// No length at all.
    pub const EMPTY: PrefixLengths = PrefixLengths(0);

    /// These lengths and this one.
    #[must_use]
    pub const fn with(self, length: u8) -> Self {
        Self(self.0 | 1_u32.wrapping_shl(length as u32))
    }

    /// Whether no length is among them.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is known of the first prefix of these lengths, the longest first, with which the body begins.
    pub fn find<T>(self, body: u64, known: impl Fn(Prefix) -> Option<T>) -> Option<T> {
        let mut prefix = Prefix { length: MAX_LENGTH, digits: body };
        while prefix.length >= MIN_LENGTH {
            if self.0 & 1_u32.wrapping_shl(u32::from(prefix.length)) != 0 {
                if let Some(found) = known(prefix) {
                    return Some(found);
                }
            }
            prefix = Prefix { length: prefix.length.wrapping_sub(1), digits: prefix.digits / 10 };
        }
        None
    }
}

/// Ten to this power, of 12 at most.
const fn power(exponent: u8) -> u64 {
    10_u64.saturating_pow(exponent as u32)
}

/// The number without its last digits.
const fn without_last(mut number: u64, digits: u8) -> u64 {
    let mut left = digits;
    while left > 0 {
        number /= 10;
        left = left.wrapping_sub(1);
    }
    number
}

/// All of its digits.
#[cfg(feature = "std")]
impl core::fmt::Display for Prefix {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:0width$}", self.digits, width = usize::from(self.length))
    }
}

#[cfg(feature = "std")]
impl core::str::FromStr for Prefix {
    type Err = String;

    /// Reads the digits, leading zeros included.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length =
            u8::try_from(text.len()).ok().filter(|length| (MIN_LENGTH..=MAX_LENGTH).contains(length));
        let (Some(digits), Some(length)) = (digits, length) else {
            return Err("a GS1 company prefix has 4 to 12 digits".into());
        };
        let prefix = Prefix { length, digits };
        if prefix.is_valid() {
            Ok(prefix)
        } else {
            Err("a GS1 company prefix does not begin with 00000, which stands in front of a GTIN-8".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn a_prefix_has_four_to_twelve_digits() {
        for text in ["9506", "0614141", "00001", "950600013435", "000010000000", "999999999999"] {
            assert_eq!(prefix(text).to_string(), text);
            assert!(prefix(text).is_valid());
        }
        for text in ["", "123", "9506000134352", "+950", "-950", "95 06", "950X", "９５０６"] {
            let error = text.parse::<Prefix>().unwrap_err();
            assert_eq!(error, "a GS1 company prefix has 4 to 12 digits", "{text:?}");
        }
        for text in ["0000", "00000", "000009", "000009999999"] {
            assert!(text.parse::<Prefix>().unwrap_err().contains("GTIN-8"), "{text:?}");
        }
        for (length, digits) in [(3, 950), (13, 9_506_000_134_352), (0, 0), (u8::MAX, 1), (4, 10_000)] {
            assert!(!Prefix { length, digits }.is_valid(), "{length} {digits}");
        }
    }

    #[test]
    fn the_keys_of_a_company_begin_with_its_prefix() {
        let company = prefix("9506000");
        let (gtin, gln, sscc) = (19_506_000_134_359, 9_506_000_134_352, 395_060_001_343_520_008);
        for body in [body_of_gtin(gtin), body_of_gln(gln), body_of_sscc(sscc)] {
            assert_eq!(body, 950_600_013_435);
            assert!(company.holds(body) && prefix("950600013435").holds(body));
            assert!(!prefix("9506001").holds(body) && !prefix("09506000").holds(body));
            assert_eq!(stem_of(body), company.stem());
        }
        // A U.P.C.: 12 digits of which the first is the first of the prefix behind a zero.
        assert!(prefix("0614141").holds(body_of_gtin(614_141_000_012)));
        assert!(!prefix("6141").holds(body_of_gtin(614_141_000_012)));
    }

    #[test]
    fn a_gtin_8_has_no_prefix_of_a_company() {
        let body = body_of_gtin(95_050_003);
        for length in MIN_LENGTH..=MAX_LENGTH {
            assert!(!Prefix::of(body, length).is_valid());
        }
    }

    #[test]
    fn the_shorter_prefixes_are_those_that_contain_it() {
        let shorter: Vec<_> = prefix("0614141").shorter().map(|prefix| prefix.to_string()).collect();
        assert_eq!(shorter, ["061414", "06141", "0614"]);
        assert_eq!(prefix("9506").shorter().count(), 0);
        assert_eq!(prefix("950600013435").shorter().count(), 8);
    }

    #[test]
    fn lengths_name_the_prefixes_of_a_body() {
        let lengths = PrefixLengths::EMPTY.with(4).with(7).with(12).with(7);
        let found = |lengths: PrefixLengths, wanted: &str| {
            lengths.find(950_600_013_435, |found| Some(found).filter(|found| found.to_string() == wanted))
        };
        for text in ["9506", "9506000", "950600013435"] {
            assert_eq!(found(lengths, text), Some(prefix(text)));
            assert_eq!(found(PrefixLengths::EMPTY, text), None);
        }
        assert_eq!(found(lengths, "950600"), None, "no prefix has this length");
        assert!(PrefixLengths::EMPTY.is_empty() && !lengths.is_empty());
    }

    proptest! {
        #[test]
        fn numbers_beyond_all_ranges_are_cut_and_never_stop(number: u64, length: u8, digits: u64) {
            for body in [body_of_gtin(number), body_of_gln(number), body_of_sscc(number)] {
                prop_assert!(body < 1_000_000_000_000);
                prop_assert!(Prefix::of(body, 4).is_valid() == (body >= 100_000_000));
            }
            let any = Prefix { length, digits };
            let stem = any.stem();
            prop_assert!(!any.is_valid() || stem < 10_000);
            prop_assert_eq!(any.holds(number), Prefix::of(number, length).digits == digits);
            prop_assert!(any.shorter().count() < 256);
        }

        #[test]
        fn a_body_begins_with_each_of_its_prefixes_and_their_text_says_so(body in 100_000_000_u64..1_000_000_000_000) {
            for length in MIN_LENGTH..=MAX_LENGTH {
                let own = Prefix::of(body, length);
                prop_assert!(own.is_valid() && own.holds(body) && own.stem() == stem_of(body));
                prop_assert_eq!(own.to_string(), &format!("{body:012}")[..usize::from(length)]);
                prop_assert_eq!(own.to_string().parse(), Ok(own));
            }
        }
    }
}
