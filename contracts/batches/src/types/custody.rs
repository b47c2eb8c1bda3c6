use ink::prelude::vec::Vec;
use primitives::{AccountId, BatchId, DocumentHash, Places, Quantity, Sscc, Timestamp};

/// The most logistic units that one message names: what a pallet holds.
pub const MAX_CHILDREN: usize = 128;
/// How deep logistic units nest: bundle, case, layer, pallet.
pub const MAX_LEVEL: u8 = 4;

/// One of the places of [`primitives::Places`].
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

impl Place {
    /// The count of this place.
    pub(crate) fn of(self, places: &mut Places) -> &mut Quantity {
        match self {
            Place::Held => &mut places.held,
            Place::Packed => &mut places.packed,
            Place::InTransit => &mut places.in_transit,
            Place::Quarantined => &mut places.quarantined,
            Place::QuarantinedClosed => &mut places.quarantined_closed,
            Place::Returned => &mut places.returned,
            Place::Dispensed => &mut places.dispensed,
            Place::Destroyed => &mut places.destroyed,
            Place::Decommissioned => &mut places.decommissioned,
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
