//! From a leaf to its position: pages of positions, by a keyed hash of the leaves.

use primitives::blake2_256;
use zeroize::Zeroizing;

use crate::layout::PAGE;
use crate::tree::Hash;

/// The bytes of a page.
pub const PAGE_BYTES: usize = 4096;
/// The most positions on a page.
pub const CAPACITY: usize = (PAGE_BYTES - HEAD) / ENTRY;

const MAC: usize = 16;
/// The keyed hash, the number of entries in two bytes, and six of zero.
const HEAD: usize = MAC + 8;
/// The lower half of a tag, and a position.
const ENTRY: usize = 8;

const TAG_OF_LEAF: u8 = 0;
const MAC_OF_PAGE: u8 = 1;

const _: () = assert!(PAGE == 4096 && PAGE_BYTES == 4096);

/// The key of one list's index, random, so that nobody who chooses leaves chooses their pages.
#[derive(Clone)]
pub struct IndexKey(Zeroizing<[u8; 32]>);

/// A leaf's keyed hash: the page follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeafTag(pub u64);

/// A position with the tag of its leaf. Ordered by tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub tag: LeafTag,
    pub position: u32,
}

impl LeafTag {
    /// The number of its page among so many.
    pub fn page(self, pages: u64) -> u64 {
        let product = u128::from(self.0).saturating_mul(u128::from(pages));
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// Whether a page keeps the same of both.
    pub fn shares_half(self, other: Self) -> bool {
        self.kept() == other.kept()
    }

    /// What a page keeps of it.
    fn kept(self) -> [u8; 4] {
        let [kept @ .., _, _, _, _] = self.0.to_le_bytes();
        kept
    }
}

impl IndexKey {
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The tag of a leaf.
    pub fn tag(&self, leaf: &Hash) -> LeafTag {
        let mut input = Zeroizing::new([0; 65]);
        input[0] = TAG_OF_LEAF;
        input[1..33].copy_from_slice(self.0.as_slice());
        input[33..].copy_from_slice(leaf);
        let [tag @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            blake2_256(input.as_slice());
        LeafTag(u64::from_le_bytes(tag))
    }

    /// A page with these entries. `None` where they do not fit.
    pub fn page(&self, number: u64, entries: &[Entry]) -> Option<[u8; PAGE_BYTES]> {
        if entries.len() > CAPACITY {
            return None;
        }
        let mut page = [0; PAGE_BYTES];
        page[MAC..MAC + 2].copy_from_slice(&u16::try_from(entries.len()).ok()?.to_le_bytes());
        for (slot, entry) in page[HEAD..].chunks_exact_mut(ENTRY).zip(entries) {
            let (tag, position) = slot.split_at_mut(4);
            tag.copy_from_slice(&entry.tag.kept());
            position.copy_from_slice(&entry.position.to_le_bytes());
        }
        let mac = self.mac(number, &page);
        page[..MAC].copy_from_slice(&mac);
        Some(page)
    }

    /// The positions on a page. `None` where it is not the page that was written.
    pub fn read<'a>(&self, number: u64, page: &'a [u8; PAGE_BYTES]) -> Option<Page<'a>> {
        let (mac, rest) = page.split_first_chunk::<MAC>()?;
        let (count, _) = rest.split_first_chunk()?;
        let entries = page.get(HEAD..)?.chunks_exact(ENTRY).take(u16::from_le_bytes(*count).into());
        // No secret hangs on the time of this comparison: who reads the file has the keyed hash.
        (*mac == self.mac(number, page)).then_some(Page { entries })
    }

    fn mac(&self, number: u64, page: &[u8; PAGE_BYTES]) -> [u8; MAC] {
        let mut input = Zeroizing::new([0; 1 + 32 + 8 + PAGE_BYTES - MAC]);
        input[0] = MAC_OF_PAGE;
        input[1..33].copy_from_slice(self.0.as_slice());
        input[33..41].copy_from_slice(&number.to_le_bytes());
        input[41..].copy_from_slice(&page[MAC..]);
        let [mac @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = blake2_256(input.as_slice());
        mac
    }
}

/// The positions on a page, with what it keeps of their tags.
pub struct Page<'a> {
    entries: std::iter::Take<std::slice::ChunksExact<'a, u8>>,
}

impl<'a> Page<'a> {
    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    /// Where the leaf of a tag may be.
    pub fn positions(self, tag: LeafTag) -> impl Iterator<Item = u32> + 'a {
        self.entries.filter_map(move |entry| {
            let (kept, position) = entry.split_first_chunk()?;
            let position = u32::from_le_bytes(*position.first_chunk()?);
            (*kept == tag.kept()).then_some(position)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> IndexKey {
        IndexKey::new(Zeroizing::new([byte; 32]))
    }

    fn entries(count: u32) -> Vec<Entry> {
        (0..count).map(|position| Entry { tag: LeafTag(u64::from(position) * 3), position }).collect()
    }

    #[test]
    fn a_page_has_the_positions_that_it_was_given() {
        let page = key(1).page(5, &entries(CAPACITY.try_into().unwrap())).unwrap();
        for entry in entries(509) {
            let found: Vec<u32> = key(1).read(5, &page).unwrap().positions(entry.tag).collect();
            assert_eq!(found, [entry.position]);
        }
        assert_eq!(key(1).read(5, &page).unwrap().positions(LeafTag(1)).count(), 0);
        assert!(key(1).page(5, &entries(510)).is_none());
        assert_eq!(key(1).read(0, &key(1).page(0, &[]).unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn a_page_is_bound_to_its_key_and_its_place() {
        let page = key(1).page(5, &entries(9)).unwrap();
        assert!(key(2).read(5, &page).is_none() && key(1).read(6, &page).is_none());
        assert_ne!(key(1).tag(&[0; 32]), key(2).tag(&[0; 32]));
    }

    #[test]
    fn tags_spread_over_all_pages() {
        assert_eq!([0, u64::MAX / 2, u64::MAX].map(|tag| LeafTag(tag).page(10)), [0, 4, 9]);
        assert_eq!(LeafTag(u64::MAX).page(1), 0);
    }

    proptest! {
        #[test]
        fn any_changed_page_is_refused(count in 0_u32..=509, at in 0_usize..4096, bit in 0_u8..8) {
            let mut page = key(1).page(5, &entries(count)).unwrap();
            page[at] ^= 1 << bit;
            prop_assert!(key(1).read(5, &page).is_none());
        }
    }
}
