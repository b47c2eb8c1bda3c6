//! What is asked of a history, and what comes back: page by page, by block and place.

use chain::{Block, Event};
use primitives::{BatchId, Timestamp, UnitId};

use crate::progress::Gap;

/// The most entries that one page has.
pub const MAX_PAGE: u16 = 100;

/// Where an event is on chain: in which block, and where among all events of that. Places are in the chain's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The block's height.
    pub block: u64,
    /// The event's place among all events of the block, from 0.
    pub index: u32,
}

impl Place {
    pub(crate) const FIRST: Self = Self { block: 0, index: 0 };
    pub(crate) const LAST: Self = Self { block: u64::MAX, index: u32::MAX };

    /// The first place behind this one.
    pub(crate) const fn next(self) -> Self {
        match self.index.checked_add(1) {
            Some(index) => Self { index, ..self },
            None => Self { block: self.block.saturating_add(1), index: 0 },
        }
    }

    /// The last place before this one.
    pub(crate) const fn before(self) -> Self {
        match self.index.checked_sub(1) {
            Some(index) => Self { index, ..self },
            None => Self { block: self.block.saturating_sub(1), index: u32::MAX },
        }
    }
}

/// In which order a history is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// Which page of a history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// In which order.
    pub order: Order,
    /// [`Page::next`] of the page before. `None` for the first one.
    pub after: Option<Place>,
    /// How many entries: 1 to [`MAX_PAGE`]; what is outside counts as the nearer end.
    pub limit: u16,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { order: Order::default(), after: None, limit: MAX_PAGE }
    }
}

/// What an event has to do with what was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// It names it.
    Itself,
    /// It is about the closed logistic unit in which the unit was then, or the shipment of that.
    LogisticUnit,
    /// It is about the whole batch or product of the unit.
    Batch,
}

/// An event of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is on chain.
    pub place: Place,
    /// The block.
    pub block: Block,
    /// The block's time, in milliseconds since 1970 in UTC. Some events say when something was really done: what was done
    /// offline comes later.
    pub at: Timestamp,
    /// The place of the transaction in the block, from 0. `None` where no transaction caused it.
    pub extrinsic: Option<u32>,
    /// What it has to do with what was asked about.
    pub concern: Concern,
    /// The event.
    pub event: Event,
}

/// A part of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The events, in the order that was asked for.
    pub entries: Vec<Entry>,
    /// Behind which place the next page begins. `None` where this is the last one.
    pub next: Option<Place>,
    /// The last block that was read before the answer: nothing is known of later ones. `None` where none was.
    pub until: Option<u64>,
    /// The blocks that are missing in the history between the ends of this page.
    pub incomplete: Vec<Gap>,
}

/// A pack, as a scan and the batch's serial list know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The product, by which its recalls are found: 14 digits as a number.
    pub gtin: u64,
    /// The batch.
    pub batch: BatchId,
    /// The unit.
    pub unit: UnitId,
    /// Its position in the batch's serial tree, by which its case is found. `None` where that is not known.
    pub position: Option<u32>,
}
