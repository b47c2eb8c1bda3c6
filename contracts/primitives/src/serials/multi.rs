use alloc::vec::Vec;

use scale::{Decode, Encode};

use super::{leaf, node, Salt, ShownPositions, MAX_PROOF_DEPTH};
use crate::BatchId;

/// The most units that one message names with a proof: of a batch of sixteen million, scattered, they fit into the 16 KiB
/// that ink! gives a message.
pub const MAX_UNITS: usize = 20;
/// The most serials that one message names without a proof.
pub const MAX_SERIALS: usize = 50;

/// Shows that several serials are in a batch's serial tree, with each hash once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct MultiProof {
    /// The position of each serial, from 0, and its salt: in the order of the serials, which is that of the positions.
    pub leaves: Vec<(u32, Salt)>,
    /// The hashes beside the paths that are on none of them: level by level from the leaves up, and from left to right.
    pub siblings: Vec<[u8; 32]>,
    /// How many levels the tree has above its leaves.
    pub depth: u8,
}

/// Serials of a batch with their proof, as a message names units.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct ProvenSerials {
    /// The serials (AI 21), in the order of their positions: 1 to [`MAX_UNITS`].
    pub serials: Vec<Vec<u8>>,
    /// The proof of all of them.
    pub proof: MultiProof,
}

impl MultiProof {
    /// What this proof shows of these serials of `batch`. `None` where it is not well made: no serial, more than
    /// [`MAX_UNITS`], another number of positions, positions that do not ascend (so that none is named twice), or a hash too
    /// many or too few.
    #[must_use]
    pub fn shown<S: AsRef<[u8]>>(&self, batch: BatchId, serials: &[S]) -> Option<ShownPositions> {
        let named = (1..=MAX_UNITS).contains(&serials.len()) && serials.len() == self.leaves.len();
        let ascending = self.leaves.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        let depth = u32::from(self.depth);
        if !named || !ascending || depth > MAX_PROOF_DEPTH {
            return None;
        }
        let hash = |(serial, (index, salt)): (&S, &(u32, Salt))| (*index, leaf(batch, serial.as_ref(), salt));
        let mut level: Vec<(u32, [u8; 32])> = serials.iter().zip(&self.leaves).map(hash).collect();
        let mut siblings = self.siblings.iter();
        for _ in 0..depth {
            let mut above = Vec::with_capacity(level.len());
            let mut nodes = level.iter().peekable();
            while let Some((index, hash)) = nodes.next() {
                let parent = if index & 1 == 1 {
                    node(siblings.next()?, hash)
                } else if let Some((_, right)) = nodes.next_if(|(right, _)| right ^ 1 == *index) {
                    node(hash, right)
                } else {
                    node(hash, siblings.next()?)
                };
                above.push((index >> 1, parent));
            }
            level = above;
        }
        let ([(_, root)], None) = (&level[..], siblings.next()) else { return None };
        let positions = self.leaves.iter().map(|(index, _)| *index).collect();
        Some(ShownPositions { root: *root, depth, positions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManufacturerSecret, SerialTree};
    use proptest::prelude::*;

    const BATCH: BatchId = BatchId([7; 32]);

    fn serials(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("S{n:07}")).collect()
    }

    fn tree(count: usize) -> SerialTree {
        let key = ManufacturerSecret::new([9; 32]).batch_key(BATCH);
        SerialTree::new(BATCH, &serials(count), &key).unwrap()
    }

    /// These serials of a tree with their proof, in its order.
    fn named(tree: &SerialTree, numbers: &[usize]) -> (Vec<String>, MultiProof) {
        let all = serials(usize::try_from(tree.quantity()).unwrap());
        let picked: Vec<&String> = numbers.iter().map(|number| &all[*number]).collect();
        let (order, proof) = tree.prove_all(&picked).unwrap();
        (order.into_iter().map(|place| picked[place].clone()).collect(), proof)
    }

    #[test]
    fn one_serial_has_the_hashes_of_its_own_proof() {
        for count in [1, 2, 5, 8, 33] {
            let tree = tree(count);
            for number in 0..count {
                let (serials, proof) = named(&tree, &[number]);
                let alone = tree.prove(serials[0].as_bytes()).unwrap();
                assert_eq!(
                    (proof.siblings.clone(), proof.leaves[0]),
                    (alone.siblings.clone(), (alone.index, alone.salt))
                );
                assert_eq!(proof.shown(BATCH, &serials), Some(alone.shown(BATCH, serials[0].as_bytes())));
            }
        }
    }

    /// A message has 16 KiB; what stands before the serials takes less than 100 bytes.
    #[test]
    fn as_many_units_as_a_message_names_fit_into_it() {
        let depth = 24;
        let apart = u32::try_from(MAX_UNITS).unwrap().next_power_of_two().trailing_zeros();
        let siblings = MAX_UNITS * usize::try_from(depth - apart + 1).unwrap();
        let proof = MultiProof {
            leaves: vec![(u32::MAX, [0; 16]); MAX_UNITS],
            siblings: vec![[0; 32]; siblings],
            depth: u8::try_from(depth).unwrap(),
        };
        let serials = vec!["S".repeat(20); MAX_UNITS];
        assert!((serials, proof).encoded_size() < 16 * 1024 - 100);
    }

    #[test]
    fn a_whole_batch_needs_no_hash_beside() {
        let tree = tree(8);
        let (serials, proof) = named(&tree, &[0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(proof.siblings.is_empty());
        assert!(proof.shown(BATCH, &serials).unwrap().are_of(tree.root(), 8));
    }

    #[test]
    fn nothing_too_much_twice_and_out_of_order_shows_nothing() {
        let tree = tree(60);
        let (serials, proof) = named(&tree, &[3, 4, 9]);
        assert_eq!(proof.shown::<&str>(BATCH, &[]), None);
        assert_eq!(proof.shown(BATCH, &serials[..2]), None, "a position too many");
        let twice = MultiProof { leaves: vec![proof.leaves[0]; 3], ..proof.clone() };
        assert_eq!(twice.shown(BATCH, &serials), None, "the same position twice");
        let mut turned = proof.clone();
        turned.leaves.reverse();
        assert_eq!(turned.shown(BATCH, &serials), None, "positions that descend");
        let deep = MultiProof { depth: 33, ..proof };
        assert_eq!(deep.shown(BATCH, &serials), None, "a tree that no batch has");
        let all: Vec<usize> = (0..=MAX_UNITS).collect();
        let (serials, proof) = named(&tree, &all);
        assert_eq!(proof.shown(BATCH, &serials), None, "one more than a message names");
        let (serials, proof) = named(&tree, &all[1..]);
        assert!(proof.shown(BATCH, &serials).unwrap().are_of(tree.root(), 60));
    }

    proptest! {
        #[test]
        fn any_serials_prove_themselves_and_a_changed_proof_does_not(
            count in 1_usize..50,
            picks in prop::collection::btree_set(0_usize..50, 1..12),
            at: prop::sample::Index,
            bit in 0_u8..8,
        ) {
            let tree = tree(count);
            let picks: std::collections::BTreeSet<usize> = picks.into_iter().map(|pick| pick % count).collect();
            let picks: Vec<usize> = picks.into_iter().collect();
            let (serials, proof) = named(&tree, &picks);
            let holds = |serials: &[String], proof: &MultiProof| {
                proof.shown(BATCH, serials).is_some_and(|shown| shown.are_of(tree.root(), tree.quantity()))
            };
            prop_assert!(holds(&serials, &proof));
            // It never has more hashes than the single proofs have together.
            let single: usize = serials.iter().map(|it| tree.prove(it.as_bytes()).unwrap().siblings.len()).sum();
            prop_assert!(proof.siblings.len() <= single);

            let mut other = serials.clone();
            at.get_mut(&mut other).push('0');
            prop_assert!(!holds(&other, &proof), "another serial");
            let mut salted = proof.clone();
            at.get_mut(&mut salted.leaves).1[0] ^= 1 << bit;
            prop_assert!(!holds(&serials, &salted), "another salt");
            let mut more = proof.clone();
            more.siblings.push([bit; 32]);
            prop_assert!(!holds(&serials, &more), "a hash too many");
            if !proof.siblings.is_empty() {
                let mut changed = proof.clone();
                at.get_mut(&mut changed.siblings)[0] ^= 1 << bit;
                prop_assert!(!holds(&serials, &changed), "another hash");
                let mut fewer = proof.clone();
                fewer.siblings.remove(at.index(proof.siblings.len()));
                prop_assert!(!holds(&serials, &fewer), "a hash too few");
            }
        }
    }
}
