use std::collections::HashMap;

use super::{leaf, node, tree_depth, BatchKey, MultiProof, SerialProof, MAX_PROOF_DEPTH};
use crate::{BatchId, Quantity};

/// The whole tree of a batch's serials, as its manufacturer holds it.
#[derive(Clone, Debug)]
pub struct SerialTree {
    batch: BatchId,
    key: BatchKey,
    quantity: Quantity,
    /// From the leaves up to the root; the zero leaves behind the last serial are left out of each level.
    levels: Vec<Vec<[u8; 32]>>,
    /// What stands for a subtree of unused leaves, by level.
    padding: Vec<[u8; 32]>,
}

impl SerialTree {
    /// The tree of these serials, in their order. `None` where there are none, or more than 2^32.
    #[must_use]
    pub fn new<S: AsRef<[u8]>>(batch: BatchId, serials: &[S], key: &BatchKey) -> Option<Self> {
        let quantity = Quantity::try_from(serials.len()).ok().filter(|count| *count > 0)?;
        let depth = tree_depth(quantity);
        if depth > MAX_PROOF_DEPTH {
            return None;
        }
        let mut padding = vec![[0; 32]];
        let mut levels = vec![serials
            .iter()
            .map(|serial| leaf(batch, serial.as_ref(), &key.salt(serial.as_ref())))
            .collect()];
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
        Some(Self { batch, key: key.clone(), quantity, levels, padding })
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
        let salt = self.key.salt(serial);
        let leaf = leaf(self.batch, serial, &salt);
        let position = self.levels.first()?.iter().position(|candidate| *candidate == leaf)?;
        let depth = self.levels.len().checked_sub(1)?;
        let siblings = (0..depth)
            .map(|level| {
                // A level has at most 64 above it, so the shift does not leave the index's width.
                let beside = position.checked_shr(u32::try_from(level).ok()?)? ^ 1;
                self.hash_at(level, beside)
            })
            .collect::<Option<_>>()?;
        Some(SerialProof { index: u32::try_from(position).ok()?, salt, siblings })
    }

    /// One proof of all of these serials, and their order in it: the places in `serials`. `None` where there are none, the
    /// tree does not have one of them, or one is named twice.
    #[must_use]
    pub fn prove_all<S: AsRef<[u8]>>(&self, serials: &[S]) -> Option<(Vec<usize>, MultiProof)> {
        let positions: HashMap<&[u8; 32], usize> = self.levels.first()?.iter().zip(0..).collect();
        let mut named = Vec::with_capacity(serials.len());
        for (place, serial) in serials.iter().enumerate() {
            let salt = self.key.salt(serial.as_ref());
            let position = *positions.get(&leaf(self.batch, serial.as_ref(), &salt))?;
            named.push((position, salt, place));
        }
        named.sort_unstable();
        let mut on_path: Vec<usize> = named.iter().map(|(position, ..)| *position).collect();
        if on_path.is_empty() || on_path.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return None;
        }
        let depth = self.levels.len().checked_sub(1)?;
        let mut siblings = Vec::new();
        for level in 0..depth {
            for position in &on_path {
                let beside = position ^ 1;
                if on_path.binary_search(&beside).is_err() {
                    siblings.push(self.hash_at(level, beside)?);
                }
            }
            on_path.iter_mut().for_each(|position| *position >>= 1);
            on_path.dedup();
        }
        let leaf = |(position, salt, _): &(usize, _, usize)| Some((u32::try_from(*position).ok()?, *salt));
        let leaves = named.iter().map(leaf).collect::<Option<_>>()?;
        let order = named.into_iter().map(|(.., place)| place).collect();
        Some((order, MultiProof { leaves, siblings, depth: u8::try_from(depth).ok()? }))
    }

    /// What stands at a position of a level, from the leaves up.
    fn hash_at(&self, level: usize, position: usize) -> Option<[u8; 32]> {
        self.levels.get(level)?.get(position).or_else(|| self.padding.get(level)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManufacturerSecret, UnitId};
    use proptest::prelude::*;

    const BATCH: BatchId = BatchId([7; 32]);

    fn key() -> BatchKey {
        ManufacturerSecret::new([9; 32]).batch_key(BATCH)
    }

    fn serials(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("S{n:07}")).collect()
    }

    fn tree(count: usize) -> SerialTree {
        SerialTree::new(BATCH, &serials(count), &key()).unwrap()
    }

    #[test]
    fn every_serial_proves_itself_in_batches_of_any_size() {
        for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33] {
            let tree = tree(count);
            for serial in &serials(count) {
                let proof = tree.prove(serial.as_bytes()).unwrap();
                assert!(proof.verifies(BATCH, serial.as_bytes(), tree.root(), tree.quantity()));
            }
            assert_eq!(tree.prove(b"elsewhere"), None);
        }
    }

    #[test]
    fn a_proof_serves_only_its_own_serial_batch_and_quantity() {
        let tree = tree(10);
        let proof = tree.prove(b"S0000003").unwrap();
        let serial = b"S0000003";
        assert!(!proof.verifies(BATCH, b"S0000004", tree.root(), 10));
        assert!(!proof.verifies(BatchId([8; 32]), serial, tree.root(), 10));
        assert!(!proof.verifies(BATCH, serial, tree.root(), 3), "an index beyond the quantity");
        assert!(!proof.verifies(BATCH, serial, tree.root(), 17), "a depth that is not the batch's");
        assert!(!proof.verifies(BATCH, serial, [0; 32], 10));
    }

    #[test]
    fn an_inner_node_is_not_taken_for_a_leaf() {
        let tree = tree(4);
        let inner = tree.levels[1][0];
        for serial in [&inner[..], &tree.levels[0][0], &[]] {
            for salt in [[0; 16], key().salt(b"S0000000")] {
                let proof = SerialProof { index: 0, salt, siblings: vec![tree.levels[1][1]] };
                assert!(!proof.verifies(BATCH, serial, tree.root(), 2));
            }
        }
    }

    #[test]
    fn an_unused_leaf_proves_nothing() {
        let tree = tree(3);
        let siblings = vec![tree.levels[0][2], tree.levels[1][0]];
        let proof = SerialProof { index: 3, salt: [0; 16], siblings };
        assert!(!proof.verifies(BATCH, &[], tree.root(), 3));
    }

    /// The leaf of a neighbour is in every proof. What the one who dispenses learns by it must not be a proof.
    #[test]
    fn the_neighbours_leaf_is_no_proof_of_its_guessed_serial() {
        let tree = tree(8);
        let proof = tree.prove(b"S0000002").unwrap();
        let neighbour = b"S0000003";
        let mut swapped = proof.clone();
        swapped.index = 3;
        swapped.siblings[0] = super::super::leaf(BATCH, b"S0000002", &proof.salt);
        assert_eq!(proof.siblings[0], super::super::leaf(BATCH, neighbour, &key().salt(neighbour)));
        assert!(!swapped.verifies(BATCH, neighbour, tree.root(), 8), "the salt of another serial");
        swapped.salt = key().salt(neighbour);
        assert!(swapped.verifies(BATCH, neighbour, tree.root(), 8), "the salt is all that was missing");
    }

    #[test]
    fn the_key_of_a_units_state_is_not_in_the_tree() {
        let tree = tree(4);
        let unit = UnitId::of(BATCH, b"S0000001");
        assert!(tree.levels.iter().flatten().all(|hash| *hash != unit.0));
    }

    proptest! {
        #[test]
        fn a_changed_proof_is_refused(count in 2_usize..40, at in 0_usize..40, level in 0_usize..6, bit in 0_u8..8) {
            let (serials, tree) = (serials(count), tree(count));
            let serial = serials[at % count].as_bytes();
            let proof = tree.prove(serial).unwrap();
            let mut changed = proof.clone();
            let level = level % proof.siblings.len();
            changed.siblings[level][0] ^= 1 << bit;
            prop_assert!(!changed.verifies(BATCH, serial, tree.root(), tree.quantity()));
            let mut changed = proof;
            changed.salt[at % 16] ^= 1 << bit;
            prop_assert!(!changed.verifies(BATCH, serial, tree.root(), tree.quantity()));
        }

        /// Other batches and other secrets have other salts for the same serial.
        #[test]
        fn a_salt_belongs_to_its_secret_batch_and_serial(secret: [u8; 32], batch: [u8; 32], serial in "[0-9A-Z]{1,20}", bit in 0_usize..256) {
            let salt = |secret: [u8; 32], batch: [u8; 32], serial: &[u8]| {
                ManufacturerSecret::new(secret).batch_key(BatchId(batch)).salt(serial)
            };
            let flipped = |mut bytes: [u8; 32]| { bytes[bit / 8] ^= 1 << (bit % 8); bytes };
            let own = salt(secret, batch, serial.as_bytes());
            prop_assert_eq!(own, salt(secret, batch, serial.as_bytes()));
            prop_assert_ne!(own, salt(flipped(secret), batch, serial.as_bytes()));
            prop_assert_ne!(own, salt(secret, flipped(batch), serial.as_bytes()));
            prop_assert_ne!(own, salt(secret, batch, format!("{serial}0").as_bytes()));
        }
    }
}
