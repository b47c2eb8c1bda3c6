//! What `batches` knows of goods, as far as other contracts need it.
// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

use ink::prelude::vec::Vec;
use ink::scale::Encode;

use crate::{blake2_256, ensure, AccountId, BatchId, Quantity, Sscc, Subject, Timestamp};

/// A drug batch as its manufacturer registered it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Batch {
    /// The trade item: a GTIN of 14 digits, as a number (AI 01).
    pub gtin: u64,
    /// The lot (AI 10): 1 to 20 characters of CSET 82.
    pub lot: Vec<u8>,
    /// The last day of use: YYMMDD (AI 17). A printed day of 00 stands here as the month's last.
    pub expiry: u32,
    /// The last moment of that day in UTC.
    pub expires_at: Timestamp,
    /// How many sales packs were made.
    pub quantity: Quantity,
    /// The root of the units' serials; nothing where the packs have none.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a closed case of the packaging line holds: case 0 has the units 0 to this less 1 in the order
    /// of the serial tree, and so on, the last case the rest. Nothing where cases are not numbered.
    pub units_per_case: Option<u32>,
    /// Who made it.
    pub manufacturer: AccountId,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When quality released it.
    pub released_at: Option<Timestamp>,
    /// Whether a regulator blocks it.
    pub blocked: bool,
    /// Whether the whole batch is recalled.
    pub recalled: bool,
    /// How many recalls there are of it or of a part of it: see `batches::RecallNotice`.
    pub recalls: u8,
}

/// Why goods of a batch may not be supplied or dispensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMarketable {
    /// The batch is recalled.
    Recalled,
    /// A regulator blocks it.
    Blocked,
    /// It is not released.
    NotReleased,
    /// Its expiry date is over.
    Expired,
}

impl Batch {
    /// Refuses a batch that may not be supplied or dispensed at `now`: it must be released, and neither recalled,
    /// blocked nor expired.
    pub fn ensure_marketable(&self, now: Timestamp) -> Result<(), NotMarketable> {
        ensure(!self.recalled, NotMarketable::Recalled)?;
        ensure(!self.blocked, NotMarketable::Blocked)?;
        ensure(self.released_at.is_some(), NotMarketable::NotReleased)?;
        ensure(now <= self.expires_at, NotMarketable::Expired)
    }
}

/// Where units are: of a batch over all organisations, or what one organisation has or had of it.
///
/// Each unit is counted in exactly one place, of exactly one organisation: the sum over all places of all holders
/// of a batch is its registered quantity after every message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Places {
    /// Loose, and free to move.
    pub held: Quantity,
    /// In closed logistic units, free to move.
    pub packed: Quantity,
    /// Shipped, and not yet received or rejected: counted with the consignee.
    pub in_transit: Quantity,
    /// Set apart, loose.
    pub quarantined: Quantity,
    /// Set apart in a shipment (counted with the consignee) or in a closed logistic unit.
    pub quarantined_closed: Quantity,
    /// Back with the manufacturer for good.
    pub returned: Quantity,
    /// Handed to patients: counted with who did.
    pub dispensed: Quantity,
    /// Destroyed.
    pub destroyed: Quantity,
    /// Stolen, taken as samples, exported, or locked.
    pub decommissioned: Quantity,
}

impl Places {
    /// The units in all places; nothing where the sum leaves the type, which no batch reaches.
    #[must_use]
    pub fn total(&self) -> Option<Quantity> {
        [
            self.packed,
            self.in_transit,
            self.quarantined,
            self.quarantined_closed,
            self.returned,
            self.dispensed,
            self.destroyed,
            self.decommissioned,
        ]
        .into_iter()
        .try_fold(self.held, Quantity::checked_add)
    }

    /// What has left the supply chain for good.
    #[must_use]
    pub fn gone(&self) -> Quantity {
        self.dispensed.saturating_add(self.destroyed).saturating_add(self.decommissioned)
    }

    /// The units that are here in body, or under way to here.
    #[must_use]
    pub fn present(&self) -> Quantity {
        [self.packed, self.in_transit, self.quarantined, self.quarantined_closed, self.returned]
            .into_iter()
            .fold(self.held, Quantity::saturating_add)
    }
}

/// What became of a unit that is not on its way to a patient any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum UnitState {
    /// Handed to a patient.
    Dispensed,
    /// Destroyed.
    Destroyed,
    /// Stolen.
    Stolen,
    /// Taken as a sample, for a regulator or for the manufacturer's own tests.
    Sample,
    /// Left the territory in which this register counts.
    Exported,
    /// Kept back while somebody looks into it.
    Locked,
}

/// What is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum QuarantineTarget {
    /// Loose units with a holder.
    Holding {
        /// The batch.
        batch: BatchId,
        /// With whom they are.
        holder: AccountId,
        /// How many; all where nothing is said.
        quantity: Option<Quantity>,
    },
    /// A shipment under way, with all that is still in it.
    Shipment(u64),
    /// An outermost logistic unit that is not under way.
    LogisticUnit(Sscc),
}

impl QuarantineTarget {
    /// Whom or what a report must be about to be evidence against this target in the contract `batches`: the hash
    /// over both, whatever the quantity. So a report about other goods, or for another contract, is no evidence.
    #[must_use]
    pub fn subject(&self, batches: AccountId) -> Subject {
        let target = match *self {
            QuarantineTarget::Holding { batch, holder, .. } => {
                QuarantineTarget::Holding { batch, holder, quantity: None }
            }
            other => other,
        };
        Subject(blake2_256(&(b"theriac/evidence/1", batches, target).encode()))
    }
}

/// A closed logistic unit around a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Packed {
    /// Whether it, or one around it, is recalled.
    pub recalled: bool,
    /// With whom the outermost one is, or to whom it is going.
    pub holder: AccountId,
}

/// What `batches` says about a unit of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Whereabouts {
    /// The batch.
    pub batch: Batch,
    /// Where the batch's units are.
    pub everywhere: Places,
    /// Where the units of the holder are, who was asked about.
    pub here: Option<Places>,
    /// Whether the position that was asked about is in a range of serials that is recalled.
    pub recalled: bool,
    /// The closed logistic unit in which the unit at that position is.
    pub packed: Option<Packed>,
}

/// Why `batches` does not book a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum BookingError {
    /// The holder has no unit left in the place out of which it is to go.
    NothingThere,
    /// The caller is not the deployment's register of units, the contract is paused, or the batch is unknown.
    Refused,
}

/// Why `batches` does not set goods apart on evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum QuarantineError {
    /// There are no such goods.
    UnknownGoods,
    /// Nothing of them is free to be set apart.
    NothingFree,
    /// The caller is not the deployment's sentinel, or the contract is paused.
    Refused,
}
