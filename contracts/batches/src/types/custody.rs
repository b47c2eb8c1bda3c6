use ink::prelude::vec::Vec;
use primitives::{AccountId, BatchId, DocumentHash, Quantity, Sscc, Timestamp};

/// The most logistic units that one message names: what a pallet holds.
pub const MAX_CHILDREN: usize = 128;
/// How deep logistic units nest: bundle, case, layer, pallet.
pub const MAX_LEVEL: u8 = 4;

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

/// One of the places of [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Held,
    Packed,
    InTransit,
    Quarantined,
    QuarantinedClosed,
    Returned,
    Dispensed,
    Destroyed,
    Decommissioned,
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

    pub(crate) fn place(&mut self, place: Place) -> &mut Quantity {
        match place {
            Place::Held => &mut self.held,
            Place::Packed => &mut self.packed,
            Place::InTransit => &mut self.in_transit,
            Place::Quarantined => &mut self.quarantined,
            Place::QuarantinedClosed => &mut self.quarantined_closed,
            Place::Returned => &mut self.returned,
            Place::Dispensed => &mut self.dispensed,
            Place::Destroyed => &mut self.destroyed,
            Place::Decommissioned => &mut self.decommissioned,
        }
    }
}

/// What one organisation has or had of a batch. It stays when nothing is left: a recall must reach who once had it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holding {
    /// Where its units are.
    pub places: Places,
    /// How many of the batch's recalls it acknowledged, in their order.
    pub acknowledged: u8,
    /// When it acknowledged last; 0 where it never did.
    pub acknowledged_at: Timestamp,
    /// Whether a regulator set units apart here: then only a regulator sets them free.
    pub regulator_hold: bool,
    /// When a quarantine here was last ended; 0 where none was. Older evidence counts no more.
    pub cleared_at: Timestamp,
}

/// What moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Goods {
    /// Loose units of a batch.
    Units {
        /// The batch.
        batch: BatchId,
        /// How many.
        quantity: Quantity,
    },
    /// A closed logistic unit with all that is in it.
    LogisticUnit(Sscc),
}

/// Why goods move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Purpose {
    /// To be used: needs a released batch that is neither recalled, blocked nor expired.
    Supply,
    /// Back to the batch's manufacturer for good: they are never supplied again.
    Return,
}

/// Goods on their way from one organisation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Shipment {
    /// The batch.
    pub batch: BatchId,
    /// The consignor.
    pub from: AccountId,
    /// The consignee.
    pub to: AccountId,
    /// What is still in transit: received units are gone from it, and an empty shipment is removed.
    pub quantity: Quantity,
    /// The logistic unit that is shipped as one; nothing for loose units.
    pub logistic_unit: Option<Sscc>,
    /// Why.
    pub purpose: Purpose,
    /// The SHA-256 of the sealed terms of delivery.
    pub terms: Option<DocumentHash>,
    /// When it was shipped.
    pub shipped_at: Timestamp,
    /// Whether it is set apart: its units are quarantined wherever it ends.
    pub quarantined: bool,
    /// Whether a regulator set it apart.
    pub regulator_hold: bool,
    /// When its quarantine was last ended; 0 where none was.
    pub cleared_at: Timestamp,
}

/// What a consignee takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Arrival {
    /// So many loose units.
    Units(Quantity),
    /// These logistic units: the one that was shipped, or some of those in it, which then stand alone. 1 to
    /// [`MAX_CHILDREN`].
    LogisticUnits(Vec<Sscc>),
}

/// A consignee's reason to reject goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum RejectionReason {
    /// Packs or cases are damaged.
    Damaged,
    /// Not what was ordered.
    WrongGoods,
    /// Less arrived than was shipped.
    QuantityShort,
    /// The temperature left its limits on the way.
    TemperatureExcursion,
    /// The consignee doubts that the goods are genuine.
    SuspectedCounterfeit,
    /// Another reason.
    Other,
}

/// A closed case, bundle or pallet of one batch, named by its SSCC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct LogisticUnit {
    /// The batch of all that is in it.
    pub batch: BatchId,
    /// How many units are in it.
    pub quantity: Quantity,
    /// With whom it is: right for an outermost logistic unit only, those inside go where it goes.
    pub holder: AccountId,
    /// 0 where it holds units, else one more than the logistic units in it: below [`MAX_LEVEL`].
    pub level: u8,
    /// The logistic unit in which it is.
    pub parent: Option<Sscc>,
    /// The shipment in which it is under way.
    pub shipment: Option<u64>,
    /// The number of the case, where it is a numbered one.
    pub case: Option<u32>,
    /// Whether it is recalled.
    pub recalled: bool,
    /// Whether a logistic unit inside is recalled.
    pub holds_recalled: bool,
    /// Whether it came back to the manufacturer for good.
    pub returned: bool,
    /// Whether it is set apart.
    pub quarantined: bool,
    /// Whether a regulator set it apart.
    pub regulator_hold: bool,
    /// When its quarantine was last ended; 0 where none was.
    pub cleared_at: Timestamp,
}

/// What goes into a logistic unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Contents {
    /// Loose units of the packer.
    Units {
        /// The batch.
        batch: BatchId,
        /// How many.
        quantity: Quantity,
    },
    /// The units of a numbered case of the batch, by its manufacturer.
    Case {
        /// The batch.
        batch: BatchId,
        /// The case's number, from 0.
        number: u32,
    },
    /// Outermost logistic units of one batch that are with the packer: 1 to [`MAX_CHILDREN`].
    LogisticUnits(Vec<Sscc>),
}
