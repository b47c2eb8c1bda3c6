//! The serials of a batch as one Merkle tree: a million of them cost one root of 32 bytes on chain, and a unit
//! proves that it belongs with one hash per level.
//!
//! - A leaf is `BLAKE2b-256(0x00 ‖ batch ‖ serial ‖ salt)`, a node `BLAKE2b-256(0x01 ‖ left ‖ right)`. The first byte
//!   keeps a node from being shown as a leaf, the batch keeps a proof from serving another batch.
//! - The salt keeps a proof from saying anything about the unit beside it, whose leaf is in it: serials can be guessed,
//!   16 secret bytes cannot. See [`BatchKey`] for where salts come from.
//! - The tree of a batch of `quantity` units has `⌈log₂ quantity⌉` levels; unused leaves are 32 zero bytes,
//!   which no serial hashes to. A proof has exactly that many hashes and an index below `quantity`: so a root
//!   can never vouch for more units than the batch has.
//! - The key of a unit's state is `BLAKE2b-256(0x02 ‖ batch ‖ serial)`, which is not a leaf.
#[cfg(feature = "std")]
mod key;
mod multi;
#[cfg(feature = "std")]
mod tree;

use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::{blake2_256, BatchId, Quantity, UnitId};

#[cfg(feature = "std")]
pub use key::{BatchKey, ManufacturerSecret};
pub use multi::{MultiProof, ProvenSerials, MAX_SERIALS, MAX_UNITS};
#[cfg(feature = "std")]
pub use tree::SerialTree;

/// The greatest depth of a serial tree: a batch has at most 2^32 units.
pub const MAX_PROOF_DEPTH: u32 = 32;

/// What is hashed with a serial, so that a leaf does not give the serial away.
pub type Salt = [u8; 16];

const LEAF: u8 = 0;
const NODE: u8 = 1;
const UNIT: u8 = 2;

/// Shows that a serial is in a batch's serial tree.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct SerialProof {
    /// The leaf's position, from 0.
    pub index: u32,
    /// The serial's salt.
    pub salt: Salt,
    /// The hashes beside the path, from the leaf up.
    pub siblings: Vec<[u8; 32]>,
}

/// What a proof shows of serials: the root to which it leads, from which positions.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct ShownPositions {
    /// The root.
    pub root: [u8; 32],
    /// How many levels the tree has above its leaves.
    pub depth: u32,
    /// The leaves' positions, from 0, in ascending order. One at least.
    pub positions: Vec<u32>,
}

impl SerialProof {
    /// What this proof shows of a serial of `batch`.
    #[must_use]
    pub fn shown(&self, batch: BatchId, serial: &[u8]) -> ShownPositions {
        let (mut index, mut depth) = (self.index, 0_u32);
        let mut root = leaf(batch, serial, &self.salt);
        for sibling in &self.siblings {
            root = if index & 1 == 0 { node(&root, sibling) } else { node(sibling, &root) };
            index >>= 1;
            depth = depth.saturating_add(1);
        }
        ShownPositions { root, depth, positions: Vec::from([self.index]) }
    }

    /// Whether `serial` is at this proof's index of the tree with this root, in a batch of `quantity` units.
    #[must_use]
    pub fn verifies(&self, batch: BatchId, serial: &[u8], root: [u8; 32], quantity: Quantity) -> bool {
        self.shown(batch, serial).are_of(root, quantity)
    }
}

impl ShownPositions {
    /// Whether a tree of `quantity` units has such positions. A proof of others is not well made: of another batch, of
    /// another form, or cut.
    #[must_use]
    pub fn fit(&self, quantity: Quantity) -> bool {
        let inside = self.positions.iter().all(|position| Quantity::from(*position) < quantity);
        inside && self.depth == tree_depth(quantity)
    }

    /// Whether these are positions of the tree with this root, in a batch of `quantity` units.
    #[must_use]
    pub fn are_of(&self, root: [u8; 32], quantity: Quantity) -> bool {
        self.fit(quantity) && self.root == root
    }
}

impl UnitId {
    /// The unit of `batch` with this serial (AI 21).
    #[must_use]
    pub fn of(batch: BatchId, serial: &[u8]) -> Self {
        Self(hash_of(UNIT, &[&batch.0, serial]))
    }
}

/// The leaf of a serial with its salt. The last 16 bytes are the salt, whatever the serial: no two pairs have the same
/// input.
fn leaf(batch: BatchId, serial: &[u8], salt: &Salt) -> [u8; 32] {
    hash_of(LEAF, &[&batch.0, serial, salt])
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash_of(NODE, &[left, right])
}

fn hash_of(kind: u8, parts: &[&[u8]]) -> [u8; 32] {
    let mut input = Vec::with_capacity(96);
    input.push(kind);
    for part in parts {
        input.extend_from_slice(part);
    }
    blake2_256(&input)
}

/// How many levels the tree of so many units has above its leaves.
fn tree_depth(quantity: Quantity) -> u32 {
    quantity.checked_next_power_of_two().map_or(Quantity::BITS, Quantity::trailing_zeros)
}
