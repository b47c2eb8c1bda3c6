//! Where everything lies in the file of a list: it follows from the number of serials alone.

use primitives::Quantity;

/// The bytes of the header.
pub const HEADER: u64 = 4096;
/// The bytes of a page of the index.
pub const PAGE: u64 = 4096;
/// The bytes of a leaf or node.
pub const HASH: u64 = 32;
/// How many levels of the tree a tile spans: one in so many is kept.
pub const TILE: u32 = 6;
/// How many hashes a tile has at its base.
pub const TILE_WIDTH: usize = 1 << TILE;
/// The mean number of leaves whose positions are on a page: few enough that a page with room for
/// [`crate::index::CAPACITY`] does not overflow (more than ten standard deviations).
const PAGE_FILL: u64 = 320;
/// The most units of a batch: a position has 32 bits.
const MAX_QUANTITY: Quantity = 1 << 32;

/// The places in a file.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// How many leaves there are.
    pub quantity: Quantity,
    /// How many levels the tree has above its leaves.
    pub depth: u32,
}

impl Layout {
    /// That of a list of so many serials. `None` for none, and for more than 2^32.
    pub fn of(quantity: Quantity) -> Option<Self> {
        let depth = quantity.checked_next_power_of_two()?.trailing_zeros();
        (1..=MAX_QUANTITY).contains(&quantity).then_some(Self { quantity, depth })
    }

    /// How many hashes a level has, without those that stand for unused leaves alone.
    pub fn count(&self, level: u32) -> u64 {
        let width = 1_u64.checked_shl(level).unwrap_or(u64::MAX);
        self.quantity.div_ceil(width)
    }

    /// The levels that are kept, from the leaves up.
    pub fn kept(&self) -> impl Iterator<Item = u32> {
        let depth = self.depth;
        let above = (TILE..depth).step_by(usize::try_from(TILE).unwrap_or(1));
        std::iter::once(0).chain(above)
    }

    /// How many levels the tile spans whose base is this kept level.
    pub fn height(&self, base: u32) -> u32 {
        self.depth.saturating_sub(base).min(TILE)
    }

    /// Where a hash of a kept level lies.
    pub fn offset(&self, level: u32, position: u64) -> u64 {
        let below = self.kept().take_while(|kept| *kept < level).map(|kept| self.count(kept));
        let before = below.fold(position, u64::saturating_add);
        HEADER.saturating_add(before.saturating_mul(HASH))
    }

    /// How many pages the index has.
    pub fn pages(&self) -> u64 {
        self.quantity.div_ceil(PAGE_FILL)
    }

    /// Where a page of the index lies.
    pub fn page(&self, number: u64) -> u64 {
        let hashes = self.kept().map(|kept| self.count(kept)).fold(0, u64::saturating_add);
        let end = HEADER.saturating_add(hashes.saturating_mul(HASH));
        end.next_multiple_of(PAGE).saturating_add(number.saturating_mul(PAGE))
    }

    /// The bytes of the file.
    pub fn size(&self) -> u64 {
        self.page(self.pages())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_serials_take_less_than_fifty_megabytes() {
        let layout = Layout::of(1_000_000).unwrap();
        assert_eq!((layout.depth, layout.pages()), (20, 3125));
        assert_eq!(layout.kept().collect::<Vec<_>>(), [0, 6, 12, 18]);
        assert_eq!([0, 6, 12, 18].map(|level| layout.count(level)), [1_000_000, 15_625, 245, 4]);
        assert_eq!([0, 6, 12, 18].map(|level| layout.height(level)), [6, 6, 6, 2]);
        assert_eq!(layout.offset(6, 2), 4096 + 32 * 1_000_002);
        assert_eq!(layout.size(), 45_314_048);
    }

    #[test]
    fn a_small_list_keeps_its_leaves_only() {
        for (quantity, depth) in [(1, 0), (2, 1), (3, 2), (64, 6)] {
            let layout = Layout::of(quantity).unwrap();
            assert_eq!((layout.depth, layout.kept().count()), (depth, 1));
            assert_eq!(layout.size(), layout.page(0) + 4096);
        }
        assert_eq!(Layout::of(65).unwrap().kept().collect::<Vec<_>>(), [0, 6]);
    }

    #[test]
    fn no_serial_and_more_than_a_position_names_have_no_file() {
        assert!(Layout::of(0).is_none() && Layout::of(MAX_QUANTITY + 1).is_none());
        assert!(Layout::of(u64::MAX).is_none());
        assert_eq!(Layout::of(MAX_QUANTITY).unwrap().depth, 32);
    }
}
