//! A list as a manufacturer uploads it, `PUT /serials/{gtin}/{lot}` with the media type [`MEDIA_TYPE`]:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `theriacS` |
//! | 1 | the form: 1 |
//! | 32 | the batch key k |
//! | 1 | the length of the first serial: 1 to 20 |
//! | 1–20 | the first serial: it shows that k is the key of these leaves, which no root does. With another key each pack of the batch would be taken for a false one |
//! | 32 each | the leaves, in the order of the registered tree, as many as the batch has units |
//!
//! The body holds a secret: it travels over TLS only, and no log has it.

//!
//! `201 Created` answers a list that was not held, `200 OK` one that was or that replaces another; both with a [`Held`], as
//! `GET` of the same address gives it. `404 Not Found` with the problem [`NO_LIST`] answers `GET` where no list of the
//! batch is held.

use gs1::{validate_serial, Gtin};
use jiff::Timestamp;
use primitives::{BatchId, BatchKey, Quantity};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::layout::Layout;
use crate::tree::{self, in_parallel, tile_roots};
use crate::{Refused, Summary};

/// The media type of a list.
pub const MEDIA_TYPE: &str = "application/vnd.theriac.serial-list";
/// The code of the problem document (RFC 9457) where no list of a batch is held.
pub const NO_LIST: &str = "no-list";
/// The form that this module writes and reads.
pub const VERSION: u8 = 1;

const MAGIC: &[u8; 8] = b"theriacS";
/// What precedes the first serial.
const FIXED: usize = MAGIC.len() + 1 + 32 + 1;
/// GenSpecs 3.5.2.
const MAX_SERIAL: usize = 20;

/// What precedes the leaves.
#[derive(Clone, Debug)]
pub struct Head {
    /// The key of the batch.
    pub key: BatchKey,
    /// The serial of the first leaf.
    pub first: Vec<u8>,
}

/// The most bytes that a body for a batch of `quantity` units has: more need not be read.
#[must_use]
pub fn max_length(quantity: Quantity) -> u64 {
    let head = u64::try_from(Head::MAX).unwrap_or(u64::MAX);
    quantity.saturating_mul(32).saturating_add(head)
}

/// The leaf of a serial of a batch with this key.
#[must_use]
pub fn leaf(batch: BatchId, serial: &[u8], key: &BatchKey) -> [u8; 32] {
    tree::leaf(batch, serial, &key.salt(serial))
}

/// The leaves of a batch's serials with this key, in their order: as many processors work on them as there are, up to four.
#[must_use]
pub fn leaves<S: AsRef<[u8]> + Sync>(batch: BatchId, serials: &[S], key: &BatchKey) -> Vec<[u8; 32]> {
    in_parallel(serials, 1, |part| part.iter().map(|serial| leaf(batch, serial.as_ref(), key)).collect())
}

/// The root of the tree over leaves: to compare with the registered one before they are sent. `None` for no leaves, and for
/// more than 2^32.
#[must_use]
pub fn root(leaves: &[[u8; 32]]) -> Option<[u8; 32]> {
    let layout = Layout::of(u64::try_from(leaves.len()).ok()?)?;
    let mut hashes = tile_roots(leaves, 0, layout.height(0));
    for level in layout.kept().skip(1) {
        hashes = tile_roots(&hashes, level, layout.height(level));
    }
    hashes.first().copied()
}

/// What a gateway says of a list that it holds. It has no serial and no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// 14 digits.
    pub gtin: String,
    /// The lot.
    pub lot: String,
    /// How many serials there are.
    pub serials: Quantity,
    /// The root of their tree: 0x and 64 hexadecimal digits.
    pub root: String,
    /// When the list was taken in (RFC 3339).
    pub taken_at: String,
}

impl Held {
    /// That of a list of a batch.
    #[must_use]
    pub fn new(gtin: Gtin, lot: &str, list: &Summary) -> Self {
        let taken_at = i64::try_from(list.taken_at).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
        Self {
            gtin: gtin.to_string(),
            lot: lot.to_owned(),
            serials: list.registered.quantity,
            root: format!("0x{}", hex::encode(list.registered.root)),
            taken_at: taken_at.unwrap_or(Timestamp::MAX).to_string(),
        }
    }
}

impl Head {
    /// The most bytes of it.
    pub(crate) const MAX: usize = FIXED + MAX_SERIAL;

    /// The bytes of it. They are wiped when dropped.
    ///
    /// # Errors
    /// [`Refused::FirstSerial`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        validate_serial(&self.first).map_err(Refused::FirstSerial)?;
        // Room for all of it at once: a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(FIXED.saturating_add(self.first.len())));
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.key.expose());
        // A serial has at most 20 bytes.
        bytes.push(u8::try_from(self.first.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(&self.first);
        Ok(bytes)
    }

    /// Reads it from the begin of a body; gives how many bytes it has. `None` where more bytes are needed.
    ///
    /// # Errors
    /// [`Refused::NotAList`], [`Refused::Form`] and [`Refused::FirstSerial`], as soon as the bytes show it.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Refused> {
        if bytes.iter().zip(MAGIC).any(|(byte, expected)| byte != expected) {
            return Err(Refused::NotAList);
        }
        let Some(rest) = bytes.get(MAGIC.len()..) else { return Ok(None) };
        let Some((version, rest)) = rest.split_first() else { return Ok(None) };
        if *version != VERSION {
            return Err(Refused::Form { found: *version });
        }
        let Some((key, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let Some((length, rest)) = rest.split_first() else { return Ok(None) };
        // Refused before so many bytes have come: no serial has more than 20.
        let length = usize::from(*length);
        if length > MAX_SERIAL {
            return Err(Refused::FirstSerial(gs1::TextError::TooLong));
        }
        let Some(first) = rest.get(..length) else { return Ok(None) };
        validate_serial(first).map_err(Refused::FirstSerial)?;
        Ok(Some((Self { key: BatchKey::new(*key), first: first.to_vec() }, FIXED.saturating_add(length))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gs1::TextError;
    use primitives::SerialTree;
    use proptest::prelude::*;

    fn head(first: &[u8]) -> Head {
        Head { key: BatchKey::new([9; 32]), first: first.to_vec() }
    }

    #[test]
    fn a_head_is_read_as_it_was_written_and_needs_all_its_bytes() {
        let bytes = head(b"A1").encode().unwrap();
        assert_eq!(hex::encode(&*bytes), format!("746865726961635301{}024131", "09".repeat(32)));
        for cut in 0..bytes.len() {
            assert!(Head::decode(&bytes[..cut]).unwrap().is_none(), "{cut}");
        }
        let (read, length) = Head::decode(&[&bytes, &[0; 64][..]].concat()).unwrap().unwrap();
        assert_eq!((read.key.expose(), read.first.as_slice(), length), (&[9; 32], &b"A1"[..], bytes.len()));
        assert_eq!(format!("{:?}", read.key), "BatchKey(…)");
    }

    #[test]
    fn something_else_is_named_at_its_first_wrong_byte() {
        let bytes = head(b"A1").encode().unwrap();
        let with = |at: usize, byte: u8| {
            let mut changed = bytes.to_vec();
            changed[at] = byte;
            Head::decode(&changed).map(|_| ()).unwrap_err()
        };
        assert_eq!(Head::decode(b"{").map(|_| ()).unwrap_err(), Refused::NotAList);
        assert_eq!(with(7, b'T'), Refused::NotAList);
        assert_eq!(with(8, 2), Refused::Form { found: 2 });
        assert_eq!(with(41, 0), Refused::FirstSerial(TextError::Empty));
        assert_eq!(with(41, 21), Refused::FirstSerial(TextError::TooLong));
        assert!(matches!(with(42, b' '), Refused::FirstSerial(TextError::InvalidCharacter { position: 0 })));
        assert_eq!(head(b"").encode().unwrap_err(), Refused::FirstSerial(TextError::Empty));
    }

    #[test]
    fn leaves_and_root_are_those_of_the_serial_tree() {
        let (batch, key) = (BatchId([7; 32]), BatchKey::new([9; 32]));
        for count in [1, 2, 64, 65, 5000] {
            let serials: Vec<String> = (0..count).map(|number| format!("S{number}")).collect();
            let tree = SerialTree::new(batch, &serials, &key).unwrap();
            assert_eq!(root(&leaves(batch, &serials, &key)), Some(tree.root()), "{count}");
        }
        assert_eq!(root(&[]), None);
    }

    #[test]
    fn what_is_said_of_a_list_has_its_moment_and_its_root() {
        let registered = crate::Registered { batch: BatchId([7; 32]), root: [0xAB; 32], quantity: 3 };
        let list = Summary { registered, taken_at: 1_700_000_000_123, bytes: 12_288 };
        let held = Held::new(Gtin::new(9_506_000_134_352).unwrap(), "A/1", &list);
        assert_eq!(
            serde_json::to_string(&held).unwrap(),
            format!(
                r#"{{"gtin":"09506000134352","lot":"A/1","serials":3,"root":"0x{}","taken_at":"2023-11-14T22:13:20.123Z"}}"#,
                "ab".repeat(32)
            )
        );
    }

    #[test]
    fn the_longest_body_has_a_serial_of_twenty_characters() {
        let bytes = head(&[b'A'; 20]).encode().unwrap();
        assert_eq!(max_length(3), u64::try_from(bytes.len()).unwrap() + 96);
        assert_eq!(max_length(u64::MAX), u64::MAX);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80),
            genuine in 0..3_usize,
        ) {
            // Two in three begin as a list does.
            if genuine > 0 {
                bytes.splice(0..bytes.len().min(9), *b"theriacS\x01");
            }
            if let Ok(Some((head, length))) = Head::decode(&bytes) {
                let encoded = head.encode().unwrap();
                prop_assert_eq!(encoded.as_slice(), &bytes[..length]);
            }
        }
    }
}
