//! The hashes of the serial tree, as `primitives::SerialTree` makes them, from parts of it.

use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;

use primitives::{blake2_256, BatchId, Salt, SerialProof};

use crate::layout::TILE_WIDTH;

/// A leaf or node.
pub type Hash = [u8; 32];

const NODE: u8 = 1;
/// As many levels as the deepest tree has, and its leaves.
const LEVELS: usize = 33;
/// So few items are not worth a thread.
const FEW: usize = 4096;
/// What takes lists in leaves processors to what answers.
const MAX_THREADS: usize = 4;

/// What stands for a subtree of unused leaves, by level.
static PADDING: LazyLock<Vec<Hash>> = LazyLock::new(|| {
    std::iter::successors(Some([0; 32]), |hash| Some(node(hash, hash))).take(LEVELS).collect()
});

/// What stands for a subtree of unused leaves whose root is at this level.
pub fn padding(level: u32) -> Hash {
    usize::try_from(level).ok().and_then(|level| PADDING.get(level)).copied().unwrap_or_default()
}

/// The leaf of a serial: what a proof without siblings leads to.
pub fn leaf(batch: BatchId, serial: &[u8], salt: &Salt) -> Hash {
    SerialProof { index: 0, salt: *salt, siblings: Vec::new() }.shown(batch, serial).root
}

pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut input = [0; 65];
    let [kind, hashes @ ..] = &mut input;
    *kind = NODE;
    let (to_left, to_right) = hashes.split_at_mut(32);
    to_left.copy_from_slice(left);
    to_right.copy_from_slice(right);
    blake2_256(&input)
}

/// The level above one whose hashes are at this level, from a position on that is even.
pub fn above(hashes: &[Hash], level: u32) -> Vec<Hash> {
    let pair = |pair: &[Hash]| match pair {
        [left, right] => node(left, right),
        [left] => node(left, &padding(level)),
        _ => padding(level.saturating_add(1)),
    };
    hashes.chunks(2).map(pair).collect()
}

/// The root of the subtree over these hashes of a level, so many levels above it.
pub fn root(hashes: &[Hash], level: u32, height: u32) -> Hash {
    let mut hashes = hashes.to_vec();
    for step in 0..height {
        hashes = above(&hashes, level.saturating_add(step));
    }
    hashes.first().copied().unwrap_or_else(|| padding(level.saturating_add(height)))
}

/// The roots of all tiles over these hashes of a level: the next level that is kept.
pub fn tile_roots(hashes: &[Hash], level: u32, height: u32) -> Vec<Hash> {
    in_parallel(hashes, TILE_WIDTH, |part| {
        part.chunks(TILE_WIDTH).map(|tile| root(tile, level, height)).collect()
    })
}

/// Where a leaf at a position leads with these siblings.
pub fn climb(leaf: Hash, position: u64, siblings: &[Hash]) -> Hash {
    let mut position = position;
    siblings.iter().fold(leaf, |hash, sibling| {
        let parent = if position & 1 == 0 { node(&hash, sibling) } else { node(sibling, &hash) };
        position >>= 1;
        parent
    })
}

/// Does work on parts of items at once, each of a multiple of `unit` items, and puts the results in their order.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    unit: usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    if items.len() <= FEW || threads == 1 {
        return work(items);
    }
    let part = items.len().div_ceil(threads).next_multiple_of(unit.max(1));
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = items.chunks(part).map(|items| scope.spawn(move || work(items))).collect();
        running
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::{ManufacturerSecret, SerialTree};

    #[test]
    fn leaves_and_nodes_are_those_of_the_serial_tree() {
        let batch = BatchId([7; 32]);
        let key = ManufacturerSecret::new([9; 32]).batch_key(batch);
        for count in [1_usize, 2, 3, 5, 63, 64, 65, 130] {
            let serials: Vec<String> = (0..count).map(|n| format!("S{n}")).collect();
            let leaves: Vec<Hash> =
                serials.iter().map(|it| leaf(batch, it.as_bytes(), &key.salt(it.as_bytes()))).collect();
            let tree = SerialTree::new(batch, &serials, &key).unwrap();
            let depth = count.next_power_of_two().trailing_zeros();
            assert_eq!(root(&leaves, 0, depth), tree.root(), "{count}");
            let last = serials.last().unwrap().as_bytes();
            let proof = tree.prove(last).unwrap();
            assert_eq!(climb(*leaves.last().unwrap(), proof.index.into(), &proof.siblings), tree.root());
        }
    }

    #[test]
    fn work_in_parallel_keeps_the_order_and_the_parts() {
        let items: Vec<usize> = (0..20_000).collect();
        let firsts = in_parallel(&items, 64, |part| part.chunks(64).map(|chunk| chunk[0]).collect());
        assert_eq!(firsts, (0..20_000).step_by(64).collect::<Vec<_>>());
    }
}
