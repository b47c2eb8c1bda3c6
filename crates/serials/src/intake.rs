use std::fmt;

use gs1::validate_serial;
use primitives::{BatchKey, Quantity};

use crate::index::{Entry, IndexKey, LeafTag};
use crate::layout::{Layout, TILE_WIDTH};
use crate::part::Part;
use crate::tree::{self, in_parallel, tile_roots, Hash};
use crate::{Error, Lists, Refused, Registered};

/// How many leaves are hashed and written at once: a multiple of a tile's width.
const CHUNK: usize = 1 << 16;
const _: () = assert!(CHUNK.is_multiple_of(TILE_WIDTH));
/// How many serials become leaves at once.
const SERIALS: usize = 1 << 14;
/// How many entries of the index are sorted at once: 16 MiB of memory, whatever the number of serials.
const SORTED: u64 = 1 << 20;
const TAG_BYTES: u64 = 8;

/// What became of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was none of this batch, and it is held now.
    Taken,
    /// It is held in place of one of an earlier registration, or of one whose file was damaged.
    Replaced,
    /// It was held already, and its file is whole.
    Unchanged,
}

/// A list that is being taken in: a file that nobody sees until all of it is checked.
pub struct Intake {
    lists: Lists,
    registered: Registered,
    layout: Layout,
    key: BatchKey,
    index: IndexKey,
    part: Part,
    pending: Vec<Hash>,
    /// How many leaves are in the file.
    written: u64,
    /// The next level that is kept: half a byte for each leaf.
    tiles: Vec<Hash>,
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake").field("registered", &self.registered).finish_non_exhaustive()
    }
}

impl Intake {
    pub fn begin(lists: &Lists, registered: Registered, key: BatchKey) -> Result<Self, Error> {
        let layout = lists.layout(registered.quantity)?;
        Ok(Self {
            lists: lists.clone(),
            registered,
            layout,
            key,
            index: IndexKey::generate()?,
            part: Part::create(lists.folder())?,
            pending: Vec::new(),
            written: 0,
            tiles: Vec::new(),
        })
    }

    /// How many leaves there are.
    pub fn count(&self) -> u64 {
        self.written.saturating_add(count(&self.pending))
    }

    /// Takes the next leaves.
    pub fn leaves(&mut self, leaves: &[Hash]) -> Result<(), Error> {
        if self.count().saturating_add(count(leaves)) > self.registered.quantity {
            return Err(Refused::TooMany { quantity: self.registered.quantity }.into());
        }
        for part in leaves.chunks(CHUNK) {
            let (now, later) = part.split_at(CHUNK.saturating_sub(self.pending.len()).min(part.len()));
            self.pending.extend_from_slice(now);
            if self.pending.len() == CHUNK {
                self.write()?;
            }
            self.pending.extend_from_slice(later);
        }
        Ok(())
    }

    /// Takes all serials, in the order of the tree.
    pub fn serials<S: AsRef<str> + Sync>(
        &mut self,
        serials: impl IntoIterator<Item = S>,
    ) -> Result<(), Error> {
        let mut serials = serials.into_iter();
        loop {
            let part: Vec<S> = serials.by_ref().take(SERIALS).collect();
            if part.is_empty() {
                return Ok(());
            }
            for (place, serial) in (self.count().saturating_add(1)..).zip(&part) {
                validate_serial(serial.as_ref().as_bytes())
                    .map_err(|error| Refused::Serial { place, error })?;
            }
            let (batch, key) = (self.registered.batch, &self.key);
            let leaf = |serial: &S| {
                let serial = serial.as_ref().as_bytes();
                tree::leaf(batch, serial, &key.salt(serial))
            };
            let leaves = in_parallel(&part, 1, |part| part.iter().map(leaf).collect());
            self.leaves(&leaves)?;
        }
    }

    /// Holds the list, where it is the one that was registered, and all of it is there. `first` is the leaf that the
    /// key makes of the first serial, where only leaves were given.
    pub fn finish(mut self, first: Option<Hash>) -> Result<Outcome, Error> {
        self.write()?;
        let Registered { quantity, root, .. } = self.registered;
        match self.written {
            0 => return Err(Refused::Empty { quantity }.into()),
            found if found < quantity => return Err(Refused::TooFew { found, quantity }.into()),
            _ => {}
        }
        let mut hashes = std::mem::take(&mut self.tiles);
        for level in self.layout.kept().skip(1) {
            self.part.write(hashes.as_flattened(), self.layout.offset(level, 0))?;
            hashes = tile_roots(&hashes, level, self.layout.height(level));
        }
        if hashes.first() != Some(&root) {
            return Err(Refused::OtherRoot.into());
        }
        if let Some(expected) = first {
            let mut leaf = [0; 32];
            self.part.read(&mut leaf, self.layout.offset(0, 0))?;
            if leaf != expected {
                return Err(Refused::OtherKey.into());
            }
        }
        if self.lists.holds_whole(self.registered) {
            return Ok(Outcome::Unchanged);
        }
        self.write_index()?;
        self.lists.hold(self.registered, self.key, self.index, self.part)
    }

    /// Writes the leaves that are pending, and what follows from them.
    fn write(&mut self) -> Result<(), Error> {
        let leaves = std::mem::take(&mut self.pending);
        if let Some(unused) = leaves.iter().position(|leaf| *leaf == [0; 32]) {
            let before = self.written.saturating_add(u64::try_from(unused).unwrap_or(u64::MAX));
            return Err(Refused::UnusedLeaf { serial: before.saturating_add(1) }.into());
        }
        self.part.write(leaves.as_flattened(), self.layout.offset(0, self.written))?;
        let index = &self.index;
        let tags =
            in_parallel(&leaves, 1, |part| part.iter().map(|leaf| index.tag(leaf).0.to_le_bytes()).collect());
        self.part.write(tags.as_flattened(), self.tag(self.written))?;
        self.tiles.extend(tile_roots(&leaves, 0, self.layout.height(0)));
        self.written = self.written.saturating_add(count(&leaves));
        self.pending = leaves;
        self.pending.clear();
        Ok(())
    }

    /// Where the tag of the leaf at a position lies until the index is written: behind everything else.
    fn tag(&self, position: Quantity) -> u64 {
        self.layout.size().saturating_add(position.saturating_mul(TAG_BYTES))
    }

    /// Sorts the positions into their pages, some pages at a time, and finds leaves that are there twice.
    fn write_index(&self) -> Result<(), Error> {
        let pages = self.layout.pages();
        let passes = self.layout.quantity.div_ceil(SORTED).max(1);
        let step = pages.div_ceil(passes).max(1);
        let mut from = 0;
        while from < pages {
            let until = from.saturating_add(step).min(pages);
            let mut entries = self.entries(from, until)?;
            entries.sort_unstable();
            self.ensure_different(&entries)?;
            let mut rest = &entries[..];
            for number in from..until {
                let (page, after) =
                    rest.split_at(rest.partition_point(|entry| entry.tag.page(pages) <= number));
                rest = after;
                // So many tags of one page are as likely as a key that is guessed.
                let page = self.index.page(number, page).ok_or(Error::FullPage)?;
                self.part.write(&page, self.layout.page(number))?;
            }
            from = until;
        }
        Ok(())
    }

    /// The positions whose tags are on the pages from one to before another.
    fn entries(&self, from: u64, until: u64) -> Result<Vec<Entry>, Error> {
        let pages = self.layout.pages();
        let mut entries = Vec::new();
        let mut tags = vec![[0; 8]; CHUNK];
        let mut position = 0;
        while position < self.layout.quantity {
            let left = usize::try_from(self.layout.quantity.saturating_sub(position)).unwrap_or(CHUNK);
            let tags = tags.get_mut(..left.min(CHUNK)).unwrap_or_default();
            self.part.read(tags.as_flattened_mut(), self.tag(position))?;
            for (position, tag) in (position..).zip(&*tags) {
                let tag = LeafTag(u64::from_le_bytes(*tag));
                if (from..until).contains(&tag.page(pages)) {
                    // A list has at most 2^32 leaves.
                    entries.push(Entry { tag, position: u32::try_from(position).unwrap_or(u32::MAX) });
                }
            }
            position = position.saturating_add(count(tags));
        }
        Ok(entries)
    }

    /// Leaves that are equal have equal tags, and lie side by side.
    fn ensure_different(&self, entries: &[Entry]) -> Result<(), Error> {
        for pair in entries.windows(2) {
            let [first, second] = pair else { continue };
            if first.tag != second.tag {
                continue;
            }
            let leaf = |entry: &Entry| {
                let mut leaf: Hash = [0; 32];
                self.part.read(&mut leaf, self.layout.offset(0, entry.position.into()))?;
                Ok::<_, Error>(leaf)
            };
            if leaf(first)? == leaf(second)? {
                let number = |entry: &Entry| u64::from(entry.position).saturating_add(1);
                return Err(Refused::Twice { first: number(first), second: number(second) }.into());
            }
        }
        Ok(())
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
