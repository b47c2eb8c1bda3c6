//! What `batches` and the register of units, the contract `units`, say to each other.

use scale::{Decode, Encode};

use super::{Batch, Places};
use crate::refused::errors;
use crate::{AccountId, Actor, BatchId, Extensible, ShownPosition, SiteId};

/// What became of a unit that left the supply chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum UnitState {
    /// Handed to a patient.
    Dispensed = 0,
    /// Destroyed.
    Destroyed = 1,
    /// Stolen.
    Stolen = 2,
    /// Taken as a sample, for a regulator or for the manufacturer's own tests.
    Sample = 3,
    /// Left the territory in which this register counts.
    Exported = 4,
    /// Kept back while somebody looks into it.
    Locked = 5,
}

/// A closed logistic unit around a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Packed {
    /// Whether it, or one around it, is recalled.
    pub recalled: bool,
    /// The site where the outermost one is, or to which it is going.
    pub site: SiteId,
}

/// What `batches` says about a unit of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Whereabouts {
    /// The batch.
    pub batch: Batch,
    /// Where the batch's units are.
    pub everywhere: Places,
    /// Where the units of the site are that was asked about.
    pub here: Option<Places>,
    /// Whether the position that was asked about is in a range of serials that is recalled.
    pub recalled: bool,
    /// The closed logistic unit in which the unit at that position is.
    pub packed: Option<Packed>,
}

/// What the register of units asks `batches` to book about a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Booking {
    /// Who asked the register of units for it. `batches` asks `access` about both at once.
    pub account: AccountId,
    /// The site for which it acts. `None` for a regulator.
    pub acts_at: Option<SiteId>,
    /// The batch.
    pub batch: BatchId,
    /// Where the unit is, or was decommissioned.
    pub site: SiteId,
    /// What becomes of it, or became of it.
    pub state: UnitState,
    /// What is to be booked.
    pub entry: Entry,
}

/// What is booked about a unit. Its proof shows a position; the serial itself stays with the register of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Entry {
    /// A loose unit left the supply chain.
    #[codec(index = 0)]
    Decommission(ShownPosition),
    /// Nothing: the register of units knows that it left before. It only wants to know what `batches` knows.
    #[codec(index = 1)]
    Nothing(ShownPosition),
    /// A unit that left is loose again.
    #[codec(index = 2)]
    TakeBack,
}

/// What came of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Booked {
    /// Who did it.
    pub by: Actor,
    /// Whether it is booked: a unit is decommissioned where it is the batch's, in no closed logistic unit, and the site
    /// had a loose one.
    pub done: bool,
    /// What is known of it, as it was before the booking.
    pub whereabouts: Extensible<Whereabouts>,
}

errors! {
    BookingError, "Why `batches` books nothing for the register of units. A new variant gets the next index.":
    /// The contract that asks lacks the role UnitRegister.
    NotUnitRegister = 10,
    /// No such batch is registered.
    UnknownBatch = 11,
    /// The site has no unit in the place out of which it is to go.
    NothingThere = 12,
}
