//! The serials of a batch as one Merkle tree: a million of them cost one root of 32 bytes on chain, and a unit
//! proves that it belongs with one hash per level.
//!
//! - A leaf is `BLAKE2b-256(0x00 ‖ batch ‖ serial)`, a node `BLAKE2b-256(0x01 ‖ left ‖ right)`. The first byte
//!   keeps a node from being shown as a leaf, the batch keeps a proof from serving another batch.
//! - The tree of a batch of `quantity` units has `⌈log₂ quantity⌉` levels; unused leaves are 32 zero bytes,
//!   which no serial hashes to. A proof has exactly that many hashes and an index below `quantity`: so a root
//!   can never vouch for more units than the batch has.
use ink::prelude::vec::Vec;

use crate::{blake2_256, BatchId, Quantity, UnitId};

/// The greatest depth of a serial tree: a batch has at most 2^32 units.
pub const MAX_PROOF_DEPTH: u32 = 32;

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Shows that a serial is a leaf of a batch's serial tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct SerialProof {
    /// The leaf's position, from 0.
    pub index: u32,
    /// The hashes beside the path, from the leaf up.
    pub siblings: Vec<[u8; 32]>,
}

impl SerialProof {
    /// Whether `unit` is the leaf at this proof's index of the tree with this root, in a batch of `quantity`
    /// units.
    #[must_use]
    pub fn verifies(&self, unit: UnitId, root: [u8; 32], quantity: Quantity) -> bool {
        let depth = tree_depth(quantity);
        if Quantity::from(self.index) >= quantity || Ok(depth) != u32::try_from(self.siblings.len()) {
            return false;
        }
        let mut index = self.index;
        let mut hash = unit.0;
        for sibling in &self.siblings {
            hash = if index & 1 == 0 { node(&hash, sibling) } else { node(sibling, &hash) };
            index >>= 1;
        }
        hash == root
    }
}

impl UnitId {
    /// The unit of `batch` with this serial (AI 21): its leaf in the serial tree.
    #[must_use]
    pub fn of(batch: BatchId, serial: &[u8]) -> Self {
        let mut input = Vec::with_capacity(64);
        input.push(LEAF);
        input.extend_from_slice(&batch.0);
        input.extend_from_slice(serial);
        Self(blake2_256(&input))
    }
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut input = Vec::with_capacity(65);
    input.push(NODE);
    input.extend_from_slice(left);
    input.extend_from_slice(right);
    blake2_256(&input)
}

/// How many levels the tree of so many units has above its leaves.
fn tree_depth(quantity: Quantity) -> u32 {
    quantity.checked_next_power_of_two().map_or(Quantity::BITS, Quantity::trailing_zeros)
}

/// The whole tree of a batch's serials, as its manufacturer holds it.
#[cfg(feature = "std")]
#[derive(Clone, Debug)]
pub struct SerialTree {
    batch: BatchId,
    quantity: Quantity,
    /// From the leaves up to the root; the zero leaves behind the last serial are left out of each level.
    levels: Vec<Vec<[u8; 32]>>,
    /// What stands for a subtree of unused leaves, by level.
    padding: Vec<[u8; 32]>,
}

#[cfg(feature = "std")]
impl SerialTree {
    /// The tree of these serials, in their order. Nothing where there is none, or more than 2^32.
    #[must_use]
    pub fn new<S: AsRef<[u8]>>(batch: BatchId, serials: &[S]) -> Option<Self> {
        let quantity = Quantity::try_from(serials.len()).ok().filter(|count| *count > 0)?;
        let depth = tree_depth(quantity);
        if depth > MAX_PROOF_DEPTH {
            return None;
        }
        let mut padding = vec![[0; 32]];
        let mut levels = vec![serials.iter().map(|serial| UnitId::of(batch, serial.as_ref()).0).collect()];
        for _ in 0..depth {
            let (level, zero): (&Vec<[u8; 32]>, _) = (levels.last()?, *padding.last()?);
            let above = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node(left, right),
                    [left] => node(left, &zero),
                    _ => zero,
                })
                .collect();
            levels.push(above);
            padding.push(node(&zero, &zero));
        }
        Some(Self { batch, quantity, levels, padding })
    }

    /// The root that is registered on chain.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// How many serials the tree has.
    #[must_use]
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// The proof of this serial, where the tree has it.
    #[must_use]
    pub fn prove(&self, serial: &[u8]) -> Option<SerialProof> {
        let leaf = UnitId::of(self.batch, serial).0;
        let position = self.levels.first()?.iter().position(|candidate| *candidate == leaf)?;
        let depth = self.levels.len().checked_sub(1)?;
        let siblings = (0..depth)
            .map(|level| {
                // A level has at most 64 above it, so the shift does not leave the index's width.
                let beside = position.checked_shr(u32::try_from(level).ok()?)? ^ 1;
                self.levels.get(level)?.get(beside).or_else(|| self.padding.get(level)).copied()
            })
            .collect::<Option<_>>()?;
        Some(SerialProof { index: u32::try_from(position).ok()?, siblings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BATCH: BatchId = BatchId([7; 32]);

    fn serials(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("S{n:07}")).collect()
    }

    #[test]
    fn every_serial_proves_itself_in_batches_of_any_size() {
        for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33] {
            let serials = serials(count);
            let tree = SerialTree::new(BATCH, &serials).unwrap();
            for serial in &serials {
                let proof = tree.prove(serial.as_bytes()).unwrap();
                let unit = UnitId::of(BATCH, serial.as_bytes());
                assert!(proof.verifies(unit, tree.root(), tree.quantity()));
            }
            assert_eq!(tree.prove(b"elsewhere"), None);
        }
    }

    #[test]
    fn a_proof_serves_only_its_own_serial_batch_and_quantity() {
        let serials = serials(10);
        let tree = SerialTree::new(BATCH, &serials).unwrap();
        let proof = tree.prove(b"S0000003").unwrap();
        let unit = UnitId::of(BATCH, b"S0000003");
        assert!(!proof.verifies(UnitId::of(BATCH, b"S0000004"), tree.root(), 10));
        assert!(!proof.verifies(UnitId::of(BatchId([8; 32]), b"S0000003"), tree.root(), 10));
        assert!(!proof.verifies(unit, tree.root(), 3), "an index beyond the quantity");
        assert!(!proof.verifies(unit, tree.root(), 17), "a depth that is not the batch's");
        assert!(!proof.verifies(unit, [0; 32], 10));
    }

    #[test]
    fn an_inner_node_is_no_leaf() {
        let tree = SerialTree::new(BATCH, &serials(4)).unwrap();
        let inner = UnitId(tree.levels[1][0]);
        let proof = SerialProof { index: 0, siblings: vec![tree.levels[1][1]] };
        assert!(!proof.verifies(inner, tree.root(), 4));
        assert!(proof.verifies(inner, tree.root(), 2), "only the depth tells them apart for raw hashes");
        assert_ne!(UnitId::of(BATCH, &[]), inner);
    }

    #[test]
    fn an_unused_leaf_proves_nothing() {
        let tree = SerialTree::new(BATCH, &serials(3)).unwrap();
        let proof = SerialProof { index: 3, siblings: vec![tree.levels[0][2], tree.levels[1][0]] };
        assert!(!proof.verifies(UnitId([0; 32]), tree.root(), 3));
    }

    proptest! {
        #[test]
        fn a_changed_proof_is_refused(count in 2_usize..40, at in 0_usize..40, level in 0_usize..6, bit in 0_u8..8) {
            let serials = serials(count);
            let tree = SerialTree::new(BATCH, &serials).unwrap();
            let serial = serials[at % count].as_bytes();
            let mut proof = tree.prove(serial).unwrap();
            let level = level % proof.siblings.len();
            proof.siblings[level][0] ^= 1 << bit;
            prop_assert!(!proof.verifies(UnitId::of(BATCH, serial), tree.root(), tree.quantity()));
        }
    }
}
