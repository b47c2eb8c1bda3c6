//! The first 4096 bytes of a list's file.

use std::fmt;
use std::path::Path;

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use primitives::{blake2_256, BatchId, BatchKey};
use zeroize::Zeroizing;

use crate::index::IndexKey;
use crate::layout::{Layout, HEADER};
use crate::{Error, Registered, StorageKey};

const MAGIC: &[u8; 8] = b"theriacL";
const VERSION: u32 = 1;
/// Magic, version, batch, root, quantity, time.
const OPEN: usize = 8 + 4 + 32 + 32 + 8 + 8;
const NONCE: usize = 24;
/// The batch key and the key of the index.
const SECRETS: usize = 32 + 32;
const TAG: usize = 16;
const CHECKSUM: usize = 32;

/// What a header says.
#[derive(Clone)]
pub struct Header {
    pub registered: Registered,
    /// In milliseconds since 1970 UTC.
    pub taken_at: u64,
    pub key: BatchKey,
    pub index: IndexKey,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("registered", &self.registered).finish_non_exhaustive()
    }
}

impl Header {
    /// The header's bytes, with a new nonce.
    pub fn seal(&self, storage: &StorageKey) -> Result<Vec<u8>, Error> {
        let size = usize::try_from(HEADER).unwrap_or_default();
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.registered.batch.0);
        bytes.extend_from_slice(&self.registered.root);
        bytes.extend_from_slice(&self.registered.quantity.to_le_bytes());
        bytes.extend_from_slice(&self.taken_at.to_le_bytes());
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let mut secrets = Zeroizing::new([0; SECRETS]);
        let (key, index) = secrets.split_at_mut(32);
        key.copy_from_slice(self.key.expose());
        index.copy_from_slice(self.index.expose());
        let tag = cipher(storage)
            .encrypt_in_place_detached(XNonce::from_slice(&nonce), &bytes, secrets.as_mut_slice())
            .map_err(|_| Error::NotSealed)?;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(secrets.as_slice());
        bytes.extend_from_slice(&tag);
        let checksum = blake2_256(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes.resize(size, 0);
        Ok(bytes)
    }

    /// Reads the header of a file.
    pub fn open(bytes: &[u8], storage: &StorageKey, path: &Path) -> Result<Self, Error> {
        let parts = Parts::of(bytes).map_err(|what| Error::Damaged { path: path.to_owned(), what })?;
        let mut secrets = Zeroizing::new(parts.sealed);
        cipher(storage)
            .decrypt_in_place_detached(
                XNonce::from_slice(&parts.nonce),
                parts.open,
                secrets.as_mut_slice(),
                Tag::from_slice(&parts.tag),
            )
            .map_err(|_| Error::WrongStorageKey { path: path.to_owned() })?;
        let (mut key, mut index) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        let (first, second) = secrets.split_at(32);
        key.copy_from_slice(first);
        index.copy_from_slice(second);
        Ok(Self {
            registered: parts.registered,
            taken_at: parts.taken_at,
            key: BatchKey::new(*key),
            index: IndexKey::new(index),
        })
    }
}

/// What can be read without the storage key.
struct Parts<'a> {
    open: &'a [u8],
    registered: Registered,
    taken_at: u64,
    nonce: [u8; NONCE],
    sealed: [u8; SECRETS],
    tag: [u8; TAG],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, &'static str> {
        const CUT: &str = "its header is cut";
        let mut rest = bytes;
        if take::<8>(&mut rest).ok_or(CUT)? != *MAGIC {
            return Err("it does not begin as a list does");
        }
        if u32::from_le_bytes(take(&mut rest).ok_or(CUT)?) != VERSION {
            return Err("it has a form that this version does not know");
        }
        let batch = BatchId(take(&mut rest).ok_or(CUT)?);
        let root = take(&mut rest).ok_or(CUT)?;
        let quantity = u64::from_le_bytes(take(&mut rest).ok_or(CUT)?);
        let taken_at = u64::from_le_bytes(take(&mut rest).ok_or(CUT)?);
        let nonce = take(&mut rest).ok_or(CUT)?;
        let sealed = take(&mut rest).ok_or(CUT)?;
        let tag = take(&mut rest).ok_or(CUT)?;
        let covered = OPEN.saturating_add(NONCE).saturating_add(SECRETS).saturating_add(TAG);
        let checksum = take::<CHECKSUM>(&mut rest).ok_or(CUT)?;
        let right = bytes.get(..covered).is_some_and(|covered| blake2_256(covered) == checksum);
        if !right || rest.iter().any(|byte| *byte != 0) {
            return Err("the checksum of its header is another one");
        }
        if Layout::of(quantity).is_none() {
            return Err("no batch has so many units");
        }
        let open = bytes.get(..OPEN).ok_or(CUT)?;
        Ok(Self { open, registered: Registered { batch, root, quantity }, taken_at, nonce, sealed, tag })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn cipher(storage: &StorageKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(Key::from_slice(storage.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            registered: Registered { batch: BatchId([7; 32]), root: [8; 32], quantity: 5 },
            taken_at: 1_700_000_000_000,
            key: BatchKey::new([0x5A; 32]),
            index: IndexKey::new(Zeroizing::new([0x3C; 32])),
        }
    }

    fn open(bytes: &[u8], key: u8) -> Result<Header, Error> {
        Header::open(bytes, &StorageKey::new([key; 32]), Path::new("list"))
    }

    #[test]
    fn a_header_is_opened_by_its_storage_key_alone() {
        let bytes = header().seal(&StorageKey::new([1; 32])).unwrap();
        assert_eq!(bytes.len(), 4096);
        let opened = open(&bytes, 1).unwrap();
        assert_eq!((opened.registered, opened.taken_at), (header().registered, header().taken_at));
        assert_eq!((opened.key.expose(), opened.index.expose()), (&[0x5A; 32], &[0x3C; 32]));
        assert!(matches!(open(&bytes, 2), Err(Error::WrongStorageKey { .. })));
        let again = header().seal(&StorageKey::new([1; 32])).unwrap();
        assert_ne!(bytes, again, "a nonce of its own");
    }

    #[test]
    fn neither_key_stands_in_a_header_nor_is_shown() {
        let bytes = header().seal(&StorageKey::new([1; 32])).unwrap();
        for secret in [[0x5A; 4], [0x3C; 4]] {
            assert!(!bytes.windows(4).any(|window| window == secret));
        }
        let shown = format!("{:?}", header());
        assert!(
            !shown.contains("5a5a") && !shown.contains("90, 90") && shown.contains("registered"),
            "{shown}"
        );
    }

    /// Who can write the file can make a checksum, but no seal.
    #[test]
    fn a_header_that_was_changed_with_its_checksum_does_not_open() {
        let bytes = header().seal(&StorageKey::new([1; 32])).unwrap();
        // A byte of the batch, the root, the quantity, the time, the nonce, the sealed keys and the tag.
        for at in [12, 44, 76, 84, 92, 116, 180] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let checksum = blake2_256(&changed[..196]);
            changed[196..228].copy_from_slice(&checksum);
            assert!(matches!(open(&changed, 1), Err(Error::WrongStorageKey { .. })), "{at}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_or_cut_header_is_refused(at in 0_usize..4096, bit in 0_u8..8) {
            let bytes = header().seal(&StorageKey::new([1; 32])).unwrap();
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let damaged = |bytes: &[u8]| matches!(open(bytes, 1), Err(Error::Damaged { .. }));
            prop_assert!(damaged(&changed));
            prop_assert!(at >= 228 || damaged(&bytes[..at]));
        }
    }
}
