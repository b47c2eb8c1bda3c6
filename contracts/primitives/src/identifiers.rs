use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::blake2_256;

/// Why a text is not an identifier.
#[cfg(feature = "std")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseIdentifierError;

#[cfg(feature = "std")]
impl core::fmt::Display for ParseIdentifierError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("not a valid identifier: give 64 hexadecimal digits, with or without 0x in front")
    }
}

#[cfg(feature = "std")]
impl std::error::Error for ParseIdentifierError {}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Encode, Decode)]
        #[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
        pub struct $name(pub [u8; 32]);

        #[cfg(feature = "std")]
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        #[cfg(feature = "std")]
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        // In Wasm nobody reads it, and a formatter would only cost bytes.
        #[cfg(not(feature = "std"))]
        impl core::fmt::Debug for $name {
            fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                Ok(())
            }
        }

        #[cfg(feature = "std")]
        impl core::str::FromStr for $name {
            type Err = ParseIdentifierError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hex(text).map(Self)
            }
        }
    };
}

identifier! {
    /// A drug batch: the hash of its GTIN and lot.
    BatchId
}
identifier! {
    /// The hash of all that a batch's registration says.
    RegistrationHash
}
identifier! {
    /// One serialised unit of a batch: under it the register keeps the unit's state. It is not a leaf of the serial tree.
    UnitId
}
identifier! {
    /// The SHA-256 of a document that stays off chain.
    DocumentHash
}
identifier! {
    /// The SHA-256 of a model's ONNX file.
    ModelId
}
identifier! {
    /// Whom or what a reading is about: a salted hash, fresh for each request where a person is meant, so that
    /// neither the person nor that two readings belong together can be seen on chain. All zero for a feed that
    /// has one value for everybody.
    Subject
}
identifier! {
    /// The salted hash of a model's inputs: proves later, to whom the inputs are shown, which ones were used.
    InputCommitment
}
identifier! {
    /// A feed's name: at most 32 ASCII characters, zeros behind. See [`FeedId::named`].
    FeedId
}

impl BatchId {
    /// The identifier of the batch `lot` of the trade item `gtin` (14 digits, as a number).
    ///
    /// BLAKE2b-256 over the SCALE encoding of the tuple. The lot is encoded with its length, so that no two
    /// pairs of GTIN and lot have the same input.
    #[must_use]
    pub fn of(gtin: u64, lot: &[u8]) -> Self {
        Self(blake2_256(&(b"theriac/batch/1", gtin, lot).encode()))
    }
}

impl FeedId {
    /// The feed of this name, or nothing where the name is empty, longer than 32 characters, or has a
    /// character other than a lower-case letter, a digit or a hyphen.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let id = name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let mut bytes = [0; 32];
        let target = bytes.get_mut(..name.len()).filter(|target| id && !target.is_empty())?;
        target.copy_from_slice(name.as_bytes());
        Some(Self(bytes))
    }

    /// Whether the bytes are a name that [`FeedId::named`] could have made.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let name: Vec<u8> = self.0.iter().copied().take_while(|byte| *byte != 0).collect();
        core::str::from_utf8(&name).ok().and_then(Self::named) == Some(*self)
    }

    /// The name as text; hexadecimal where it is not one.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn name(&self) -> String {
        if self.is_well_formed() {
            self.0.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
        } else {
            self.to_string()
        }
    }
}

#[cfg(feature = "std")]
fn parse_hex(text: &str) -> Result<[u8; 32], ParseIdentifierError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != 64 {
        return Err(ParseIdentifierError);
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = core::str::from_utf8(pair).map_err(|_| ParseIdentifierError)?;
        // `from_str_radix` takes a sign, which is not a digit.
        if pair.starts_with('+') {
            return Err(ParseIdentifierError);
        }
        *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseIdentifierError)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_named_by_gtin_and_lot_together() {
        let id = BatchId::of(9_506_000_134_352, b"ABC123");
        assert_eq!(id, BatchId::of(9_506_000_134_352, b"ABC123"));
        assert_ne!(id, BatchId::of(9_506_000_134_352, b"ABC124"));
        assert_ne!(id, BatchId::of(9_506_000_134_369, b"ABC123"));
    }

    #[test]
    fn an_identifier_survives_its_text_form() {
        let id = BatchId::of(9_506_000_134_352, b"ABC123");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().trim_start_matches("0x").parse(), Ok(id));
        assert_eq!("0x12".parse::<BatchId>(), Err(ParseIdentifierError));
        assert_eq!("+1".repeat(32).parse::<BatchId>(), Err(ParseIdentifierError));
        assert_eq!("é".repeat(32).parse::<BatchId>(), Err(ParseIdentifierError));
    }

    #[test]
    fn a_feed_is_named_by_lower_case_letters_digits_and_hyphens() {
        let id = FeedId::named("heart-disease-risk").unwrap();
        assert_eq!(id.name(), "heart-disease-risk");
        assert!(id.is_well_formed());
        assert_eq!(FeedId::named(""), None);
        assert_eq!(FeedId::named("Heart"), None);
        assert_eq!(FeedId::named(&"a".repeat(33)), None);
        assert!(FeedId::named(&"a".repeat(32)).unwrap().is_well_formed());
        assert!(!FeedId::default().is_well_formed());
        let mut gap = [0; 32];
        gap[5] = b'a';
        assert!(!FeedId(gap).is_well_formed());
    }
}
