//! Lists of batches' serials, held by a service that gives proofs.
//!
//! A manufacturer hands over a batch's key k and the leaves of its serial tree ([`body`]), never its own secret. [`Lists`]
//! checks them against the registered root, keeps them in one file per batch, and answers each serial with its proof:
//!
//! ```
//! use primitives::{BatchId, ManufacturerSecret, SerialTree};
//! use serials::{Answer, Lists, Registered, StorageKey};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let batch = BatchId::of(9_506_000_134_352, b"LOT");
//! let key = ManufacturerSecret::new([7; 32]).batch_key(batch);
//! let packs = ["A1", "A2", "A3"];
//! let root = SerialTree::new(batch, &packs, &key).map(|tree| tree.root()).unwrap_or_default();
//!
//! let lists = Lists::open(folder.path(), StorageKey::generate()?)?;
//! let registered = Registered { batch, root, quantity: 3 };
//! lists.take_serials(registered, &key, packs)?;
//! let list = lists.find(registered)?.ok_or("no list of this registration")?;
//! assert!(matches!(list.prove(b"A2")?, Answer::Listed(proof) if proof.verifies(batch, b"A2", root, 3)));
//! assert!(matches!(list.prove(b"B1")?, Answer::NotListed(proof) if !proof.verifies(batch, b"B1", root, 3)));
//! # Ok(()) }
//! ```
//!
//! # The file of a list
//! `BATCH-ID.list`, numbers in little endian:
//!
//! | from | what |
//! | --- | --- |
//! | 0 | a header of 4096 bytes: batch, root, quantity, when it was taken in; the batch key and a key for the index, sealed by XChaCha20-Poly1305 under the [`StorageKey`] with all of the header as associated data; a checksum |
//! | 4096 | the leaves, 32 bytes each, in the order of the tree, and behind them its levels 6, 12, 18 …: what lies between is computed anew from 64 hashes that lie together (a *tile*) |
//! | next 4096 | the index in pages of 4096 bytes: the positions of the leaves by a keyed hash of theirs, each page with a keyed hash of its own |
//!
//! A list is read where it lies, a few kilobytes for a proof: it takes no memory between two proofs. Each proof is checked
//! against the root of the sealed header before it leaves, and that a serial is *not* there is said on the word of
//! an index page with the right keyed hash only: a damaged file is found, and neither convicts a pack nor clears it.
//! The keyed hash of a leaf spreads the leaves over the pages, whatever leaves a manufacturer chooses.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod body;
mod error;
mod header;
mod index;
mod intake;
mod layout;
mod list;
mod lists;
mod part;
mod storage_key;
mod tree;
mod upload;

pub use error::{Error, Refused};
pub use intake::Outcome;
pub use list::{Answer, List};
pub use lists::{Damaged, Lists, MAX_SERIALS};
pub use storage_key::{StorageKey, StorageKeyError};
pub use upload::Upload;

use primitives::{BatchId, Quantity, Timestamp};

/// What the chain says of a batch's serials: a list is of these or is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The batch.
    pub batch: BatchId,
    /// The root of its serial tree.
    pub root: [u8; 32],
    /// How many units it has: 1 to 2^32.
    pub quantity: Quantity,
}

/// A list that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Of which serials it is.
    pub registered: Registered,
    /// When it was taken in, in milliseconds since 1970 UTC.
    pub taken_at: Timestamp,
    /// The size of its file in bytes.
    pub bytes: u64,
}
