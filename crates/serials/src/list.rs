use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use primitives::{BatchId, MultiProof, Salt, SerialProof, MAX_UNITS};

use crate::header::Header;
use crate::index::PAGE_BYTES;
use crate::layout::{Layout, HEADER, TILE, TILE_WIDTH};
use crate::tree::{self, above, climb, padding, tile_roots, Hash};
use crate::{Error, Refused, Registered, StorageKey, Summary};

/// How many hashes are read at once when all are: a multiple of a tile's width.
const CHUNK: usize = 1 << 12;

/// What a list says about a serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The serial is one of the batch's: its proof.
    Listed(SerialProof),
    /// It is none of them: a proof of the right form that fails, so that the contract itself finds that the serial is
    /// not in the batch.
    NotListed(SerialProof),
}

impl Answer {
    /// What is shown to the contract.
    #[must_use]
    pub fn into_proof(self) -> SerialProof {
        match self {
            Self::Listed(proof) | Self::NotListed(proof) => proof,
        }
    }
}

/// The list of one batch, opened. It keeps one file open and holds nothing else in memory: open it for a proof, and drop
/// it afterwards.
#[derive(Debug)]
pub struct List {
    path: PathBuf,
    file: File,
    header: Header,
    layout: Layout,
}

impl List {
    /// Opens a file: checks its header and its size, and reads no leaf.
    pub(crate) fn open(path: &Path, batch: BatchId, storage: &StorageKey) -> Result<Self, Error> {
        let damaged = |what| Error::Damaged { path: path.to_owned(), what };
        let file = File::open(path).map_err(Error::file(path))?;
        let mut bytes = vec![0; usize::try_from(HEADER).unwrap_or_default()];
        read(&file, path, &mut bytes, 0)?;
        let header = Header::open(&bytes, storage, path)?;
        if header.registered.batch != batch {
            return Err(damaged("it has the name of another batch"));
        }
        let layout = Layout::of(header.registered.quantity).ok_or_else(|| damaged("it has no serial"))?;
        if file.metadata().map_err(Error::file(path))?.len() != layout.size() {
            return Err(damaged("it has another size than its number of serials gives"));
        }
        Ok(Self { path: path.to_owned(), file, header, layout })
    }

    /// Of which serials it is, and since when it is held.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            registered: self.header.registered,
            taken_at: self.header.taken_at,
            bytes: self.layout.size(),
        }
    }

    /// What is to be shown about a serial.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`]: nothing is known about the serial then.
    pub fn prove(&self, serial: &[u8]) -> Result<Answer, Error> {
        let salt = self.header.key.salt(serial);
        let leaf = self.leaf(serial, &salt);
        let found = self.position(&leaf)?;
        // The leaf of a serial that is not listed stands nowhere in the tree: from no position does it lead to the root.
        let index = found.unwrap_or(0);
        let mut tiles = Tiles::of(self);
        let siblings = (0..self.layout.depth)
            .map(|level| tiles.hash(level, u64::from(index).checked_shr(level).unwrap_or(0) ^ 1))
            .collect::<Result<Vec<_>, _>>()?;
        let there = if found.is_some() { leaf } else { self.leaf_at(0)? };
        if climb(there, index.into(), &siblings) != self.header.registered.root {
            return Err(self.damaged("its leaves do not lead to its root"));
        }
        let proof = SerialProof { index, salt, siblings };
        Ok(if found.is_some() { Answer::Listed(proof) } else { Answer::NotListed(proof) })
    }

    /// One proof of all of these serials, and their order in it: the places in `serials`.
    ///
    /// # Errors
    /// [`Refused::Count`] for none and for more than [`MAX_UNITS`], [`Refused::NotListed`] with all that are missing,
    /// [`Refused::NamedTwice`]; and as [`List::prove`].
    pub fn prove_many<S: AsRef<[u8]>>(&self, serials: &[S]) -> Result<(Vec<usize>, MultiProof), Error> {
        if !(1..=MAX_UNITS).contains(&serials.len()) {
            return Err(Refused::Count { found: serials.len() }.into());
        }
        let (mut named, mut missing) = (Vec::with_capacity(serials.len()), Vec::new());
        for (place, serial) in serials.iter().enumerate() {
            let salt = self.header.key.salt(serial.as_ref());
            match self.position(&self.leaf(serial.as_ref(), &salt))? {
                Some(position) => named.push((position, salt, place)),
                None => missing.push(place),
            }
        }
        if !missing.is_empty() {
            return Err(Refused::NotListed { places: missing }.into());
        }
        named.sort_unstable();
        let twice = named.windows(2).find_map(|pair| match pair {
            [(a, _, first), (b, _, second)] if a == b => Some([*first, *second]),
            _ => None,
        });
        if let Some(places) = twice {
            return Err(Refused::NamedTwice { places }.into());
        }
        let siblings = self.siblings(named.iter().map(|(position, ..)| u64::from(*position)).collect())?;
        // A tree has at most 32 levels.
        let depth = u8::try_from(self.layout.depth).unwrap_or(u8::MAX);
        let leaves = named.iter().map(|(position, salt, _)| (*position, *salt)).collect();
        let proof = MultiProof { leaves, siblings, depth };
        let order: Vec<usize> = named.into_iter().map(|(.., place)| place).collect();
        let sorted: Vec<&[u8]> =
            order.iter().filter_map(|place| serials.get(*place)).map(S::as_ref).collect();
        let Registered { batch, root, quantity } = self.header.registered;
        if !proof.shown(batch, &sorted).is_some_and(|shown| shown.are_of(root, quantity)) {
            return Err(self.damaged("its leaves do not lead to its root"));
        }
        Ok((order, proof))
    }

    /// The hashes beside the paths from these positions, which ascend.
    fn siblings(&self, mut on_path: Vec<u64>) -> Result<Vec<Hash>, Error> {
        let mut tiles = Tiles::of(self);
        let mut siblings = Vec::new();
        for level in 0..self.layout.depth {
            for position in &on_path {
                let beside = position ^ 1;
                if on_path.binary_search(&beside).is_err() {
                    siblings.push(tiles.hash(level, beside)?);
                }
            }
            on_path.iter_mut().for_each(|position| *position >>= 1);
            on_path.dedup();
        }
        Ok(siblings)
    }

    /// Reads all of the file: whether its leaves lead to its root over the levels that are kept, and whether its
    /// index is the one that was written for all of them.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`].
    pub fn verify(&self) -> Result<(), Error> {
        let mut levels: Vec<u32> = self.layout.kept().collect();
        levels.push(self.layout.depth);
        for pair in levels.windows(2) {
            let [level, next] = *pair else { continue };
            self.verify_level(level, (next != self.layout.depth).then_some(next))?;
        }
        let (mut positions, mut page) = (0_u64, [0; PAGE_BYTES]);
        for number in 0..self.layout.pages() {
            read(&self.file, &self.path, &mut page, self.layout.page(number))?;
            let read = self.header.index.read(number, &page).ok_or_else(|| self.damaged(INDEX))?;
            positions = positions.saturating_add(read.count());
        }
        if positions != self.layout.quantity {
            return Err(self.damaged(INDEX));
        }
        Ok(())
    }

    /// Whether the hashes of a level that is kept give the next one, or the root where none is kept above.
    fn verify_level(&self, level: u32, next: Option<u32>) -> Result<(), Error> {
        let count = self.layout.count(level);
        let (mut from, mut hashes, mut kept) = (0, vec![[0; 32]; CHUNK], vec![[0; 32]; CHUNK]);
        while from < count {
            let left = usize::try_from(count.saturating_sub(from)).unwrap_or(CHUNK).min(CHUNK);
            let part = hashes.get_mut(..left).unwrap_or_default();
            self.hashes(level, from, part)?;
            let roots = tile_roots(part, level, self.layout.height(level));
            let expected = kept.get_mut(..roots.len()).unwrap_or_default();
            match next {
                Some(next) => {
                    let width = u64::try_from(TILE_WIDTH).unwrap_or(1);
                    self.hashes(next, from.checked_div(width).unwrap_or(0), expected)?;
                }
                None => expected.fill(self.header.registered.root),
            }
            if roots != expected {
                return Err(self.damaged("its leaves do not lead to its root"));
            }
            from = from.saturating_add(u64::try_from(left).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    fn leaf(&self, serial: &[u8], salt: &Salt) -> Hash {
        tree::leaf(self.header.registered.batch, serial, salt)
    }

    fn leaf_at(&self, position: u32) -> Result<Hash, Error> {
        let mut leaf = [[0; 32]];
        self.hashes(0, position.into(), &mut leaf)?;
        Ok(leaf[0])
    }

    /// Where a leaf stands.
    fn position(&self, leaf: &Hash) -> Result<Option<u32>, Error> {
        let index = &self.header.index;
        let tag = index.tag(leaf);
        let number = tag.page(self.layout.pages());
        let mut page = [0; PAGE_BYTES];
        read(&self.file, &self.path, &mut page, self.layout.page(number))?;
        let page = index.read(number, &page).ok_or_else(|| self.damaged(INDEX))?;
        for position in page.positions(tag) {
            let there = self.leaf_at(position)?;
            if there == *leaf {
                return Ok(Some(position));
            }
            // The page keeps half of a tag, which two leaves may share by chance. Another leaf than the one that was there
            // when the index was written would hide it.
            if !index.tag(&there).shares_half(tag) {
                return Err(self.damaged("a leaf is not the one that the index has"));
            }
        }
        Ok(None)
    }

    /// Reads hashes of a level that is kept.
    fn hashes(&self, level: u32, from: u64, into: &mut [Hash]) -> Result<(), Error> {
        read(&self.file, &self.path, into.as_flattened_mut(), self.layout.offset(level, from))
    }

    fn damaged(&self, what: &'static str) -> Error {
        Error::Damaged { path: self.path.clone(), what }
    }
}

const INDEX: &str = "its index is not the one that was written";

fn read(file: &File, path: &Path, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
    file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Error::Damaged { path: path.to_owned(), what: "it is cut" },
        _ => Error::file(path)(error),
    })
}

/// The tiles that a proof goes through, each read and hashed once.
struct Tiles<'a> {
    list: &'a List,
    read: Vec<Tile>,
}

struct Tile {
    base: u32,
    number: u64,
    /// From the base up.
    levels: Vec<Vec<Hash>>,
}

impl<'a> Tiles<'a> {
    fn of(list: &'a List) -> Self {
        Self { list, read: Vec::new() }
    }

    /// What stands at a position of a level below the root.
    fn hash(&mut self, level: u32, position: u64) -> Result<Hash, Error> {
        let within = level.checked_rem(TILE).unwrap_or(0);
        let base = level.saturating_sub(within);
        let height = self.list.layout.height(base);
        let number = position.checked_shr(height.saturating_sub(within)).unwrap_or(0);
        let known = self.read.iter().position(|tile| tile.base == base && tile.number == number);
        let at = match known {
            Some(at) => at,
            None => {
                let tile = self.tile(base, height, number)?;
                self.read.push(tile);
                self.read.len().saturating_sub(1)
            }
        };
        let before = number.checked_shl(height.saturating_sub(within)).unwrap_or(0);
        let place = usize::try_from(position.saturating_sub(before)).unwrap_or(usize::MAX);
        let hashes = usize::try_from(within).ok().and_then(|within| self.read.get(at)?.levels.get(within));
        Ok(hashes.and_then(|hashes| hashes.get(place)).copied().unwrap_or_else(|| padding(level)))
    }

    fn tile(&self, base: u32, height: u32, number: u64) -> Result<Tile, Error> {
        let from = number.checked_shl(height).unwrap_or(u64::MAX);
        let width = 1_u64.checked_shl(height).unwrap_or(1);
        let there = self.list.layout.count(base).saturating_sub(from).min(width);
        let mut hashes = vec![[0; 32]; usize::try_from(there).unwrap_or(TILE_WIDTH).min(TILE_WIDTH)];
        self.list.hashes(base, from, &mut hashes)?;
        let mut levels = vec![hashes];
        for step in 1..height {
            let next = levels.last().map(|hashes| above(hashes, base.saturating_add(step).saturating_sub(1)));
            levels.push(next.unwrap_or_default());
        }
        Ok(Tile { base, number, levels })
    }
}
