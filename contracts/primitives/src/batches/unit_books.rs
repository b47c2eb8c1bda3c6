//! What `batches` and the register of units, the contract `units`, say to each other.

use alloc::vec::Vec;

use scale::{Decode, Encode};

use super::{Batch, Places, Stop};
use crate::refused::errors;
use crate::{AccountId, Actor, BatchId, Extensible, Quantity, ShownPositions, SiteId, Timestamp};

/// How a unit left the supply chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum UnitState {
    /// Handed to a patient.
    Dispensed = 0,
    /// Destroyed.
    Destroyed = 1,
    /// Stolen or lost.
    Stolen = 2,
    /// Taken as a sample, for a regulator or for the manufacturer's own tests.
    Sample = 3,
    /// Left the territory in which this register counts.
    Exported = 4,
}

/// Where a unit is in the books of a site, as far as the register of units has a say in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum UnitPlace {
    /// Loose, and free to move.
    #[codec(index = 0)]
    Shelf,
    /// Quarantined among units that are counted only.
    #[codec(index = 1)]
    Quarantine,
    /// Quarantined, and known by its serial.
    #[codec(index = 2)]
    QuarantineBySerial,
    /// Condemned.
    #[codec(index = 3)]
    Condemned,
    /// It left the supply chain.
    #[codec(index = 4)]
    Left(UnitState),
}

/// A closed logistic unit around a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Packed {
    /// Whether it, or one around it, is recalled.
    pub recalled: bool,
    /// Whether it is quarantined, with the outermost one or under way.
    pub quarantined: bool,
    /// Whether it is condemned, came back to the manufacturer permanently, or is on its way back.
    pub withdrawn: bool,
    /// The site where the outermost one is, or to which it is going.
    pub site: SiteId,
}

/// What `batches` knows of the unit at a position of the batch's serial tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct PositionFacts {
    /// Whether it is in a range of serials that is recalled.
    pub recalled: bool,
    /// The closed logistic unit in which it is.
    pub packed: Option<Packed>,
}

/// What `batches` says about units of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Whereabouts {
    /// The batch.
    pub batch: Batch,
    /// Where the batch's units are.
    pub everywhere: Places,
    /// Where the units of the site are that was asked about.
    pub here: Option<Places>,
    /// What is known of each position that was asked about, in their order.
    pub positions: Vec<PositionFacts>,
}

/// What the register of units asks `batches` to book about units of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Booking {
    /// Who asked the register of units for it. `batches` asks `access` about both at once.
    pub account: AccountId,
    /// The site for which it acts. `None` for a regulator.
    pub acts_at: Option<SiteId>,
    /// The batch.
    pub batch: BatchId,
    /// The site in whose books the units are.
    pub site: SiteId,
    /// When it happened: recalls of a later time do not count.
    pub at: Timestamp,
    /// Which units these are: what their proof shows, which must be the batch's; or positions that were proven before.
    pub which: Which,
    /// What is to be booked, all of it or nothing.
    pub moves: Vec<Move>,
    /// The number of a registration for which nothing is booked: the register of units knows already where such a unit
    /// is, and only wants to know what `batches` knows, and whether the account may do it.
    pub only_ask_for: Option<u32>,
}

/// By what `batches` knows which units a booking is about.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Which {
    /// By a proof: they must be the batch's, and in no closed logistic unit.
    #[codec(index = 0)]
    Shown(ShownPositions),
    /// By their positions, which the register of units noted when they were proven.
    #[codec(index = 1)]
    Noted(Vec<u32>),
}

/// So many units of a site go from one place in its books to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Move {
    /// Where they are.
    pub from: UnitPlace,
    /// Where they go.
    pub to: UnitPlace,
    /// How many.
    pub quantity: Quantity,
}

/// What came of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Booked {
    /// Who did it.
    pub by: Actor,
    /// Whether it is a regulator.
    pub is_regulator: bool,
    /// The regulator that quarantined units at the site that are counted only.
    pub stop: Option<Stop>,
    /// Whether it is booked: the units are the batch's, none is in a closed logistic unit, and the site had so many in the
    /// places out of which they go.
    pub done: bool,
    /// What is known of them, as it was before the booking.
    pub whereabouts: Extensible<Whereabouts>,
}

errors! {
    BookingError, "Why `batches` books nothing for the register of units. A new variant gets the next index.":
    /// The contract that asks lacks the role UnitRegister.
    NotUnitRegister = 10,
    /// No such batch is registered.
    UnknownBatch = 11,
}
