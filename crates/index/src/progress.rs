use std::sync::atomic::{AtomicU64, Ordering};

/// Blocks that could not be read, because the node had no state of them any more: both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Gap {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl Gap {
    /// Whether it has a block among these, both ends included.
    #[must_use]
    pub fn touches(&self, first: u64, last: u64) -> bool {
        self.first <= last && first <= self.last
    }

    /// How many blocks it has.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "history incomplete between blocks {} and {}", self.first, self.last)
    }
}

/// How far the history is read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The first block that counts: the deployment's.
    pub first: u64,
    /// The next block to read: all before it are read, except for the gaps.
    pub next: u64,
    /// The last finalised block of the node. `None` before it is known.
    pub head: Option<u64>,
    /// What is missing, in the order of the blocks.
    pub gaps: Vec<Gap>,
}

impl Progress {
    /// How many finalised blocks wait to be read. `None` before the node's last one is known.
    #[must_use]
    pub fn behind(&self) -> Option<u64> {
        Some(self.head?.saturating_add(1).saturating_sub(self.next))
    }

    /// How many blocks are missing in gaps.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(Gap::blocks).fold(0, u64::saturating_add)
    }

    /// The last block that is read. `None` before the first is.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.next.checked_sub(1).filter(|last| *last >= self.first)
    }
}

/// What an index did since it was opened, and how large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Metrics {
    /// Blocks that were read.
    pub blocks: u64,
    /// Events that were stored.
    pub events: u64,
    /// Those among them that this program does not know.
    pub unknown_events: u64,
    /// How often the chain or the file failed, and was tried again.
    pub failures: u64,
    /// How many finalised blocks wait to be read.
    pub behind: u64,
    /// Blocks that are missing in gaps.
    pub missing: u64,
    /// The size of the file with its log, in bytes.
    pub bytes: u64,
}

/// What is counted while the index works.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) blocks: AtomicU64,
    pub(crate) events: AtomicU64,
    pub(crate) unknown: AtomicU64,
    pub(crate) failures: AtomicU64,
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
