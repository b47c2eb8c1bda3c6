use alloc::vec::Vec;

use scale::{Decode, Encode};

use super::{Hold, RecallSet};
use crate::{BatchId, DocumentHash, Quantity, SiteId, Sscc, Timestamp};

/// The most logistic units that one message names: what a pallet holds.
pub const MAX_CHILDREN: usize = 128;
/// How deep logistic units nest: bundle, case, layer, pallet.
pub const MAX_LEVEL: u8 = 4;

/// What moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Goods {
    /// Loose units of a batch.
    #[codec(index = 0)]
    Units {
        /// The batch.
        batch: BatchId,
        /// How many.
        quantity: Quantity,
    },
    /// A closed logistic unit with all that is in it.
    #[codec(index = 1)]
    LogisticUnit(Sscc),
    /// Loose units of a batch that are condemned: they go back to the manufacturer only.
    #[codec(index = 2)]
    Condemned {
        /// The batch.
        batch: BatchId,
        /// How many.
        quantity: Quantity,
    },
}

/// Why goods move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Purpose {
    /// To be used: needs a released batch that is neither recalled, blocked nor expired.
    Supply = 0,
    /// Permanently back to the batch's manufacturer: they are never supplied again.
    Return = 1,
}

/// Goods on their way from one site to another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Shipment {
    /// The batch.
    pub batch: BatchId,
    /// The consignor.
    pub from: SiteId,
    /// The consignee.
    pub to: SiteId,
    /// What is still in transit: received units are gone from it, and an empty shipment is removed.
    pub quantity: Quantity,
    /// The logistic unit that is shipped as one. `None` for loose units.
    pub logistic_unit: Option<Sscc>,
    /// Whether the goods are condemned: rejected, they are so again.
    pub condemned: bool,
    /// Why.
    pub purpose: Purpose,
    /// The SHA-256 of the sealed terms of delivery.
    pub terms: Option<DocumentHash>,
    /// When it was shipped.
    pub shipped_at: Timestamp,
    /// Its quarantine: its units stay quarantined wherever it ends.
    pub hold: Hold,
}

/// What a consignee takes over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Arrival {
    /// So many loose units.
    #[codec(index = 0)]
    Units(Quantity),
    /// These logistic units: the one that was shipped, or some of those in it, which then stand alone. 1 to
    /// [`MAX_CHILDREN`].
    #[codec(index = 1)]
    LogisticUnits(Vec<Sscc>),
}

/// A consignee's reason to reject goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RejectionReason {
    /// Packs or cases are damaged.
    Damaged = 0,
    /// Not what was ordered.
    WrongGoods = 1,
    /// Less arrived than was shipped.
    QuantityShort = 2,
    /// The temperature left its limits on the way.
    TemperatureExcursion = 3,
    /// The consignee doubts that the goods are genuine.
    SuspectedCounterfeit = 4,
    /// Another reason.
    Other = 5,
}

/// A closed case, bundle or pallet of one batch, named by its SSCC.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct LogisticUnit {
    /// The batch of all that is in it.
    pub batch: BatchId,
    /// The number of the batch's registration. If that registration was cancelled, the logistic unit no longer exists.
    pub registration: u32,
    /// How many units are in it.
    pub quantity: Quantity,
    /// The site where it is: right for an outermost logistic unit only, those inside go where it goes.
    pub site: SiteId,
    /// 0 where it holds units, else one more than the logistic units in it: below [`MAX_LEVEL`].
    pub level: u8,
    /// Where it was packed.
    pub packed_by: SiteId,
    /// When it was packed.
    pub packed_at: Timestamp,
    /// When it was last taken out of another logistic unit.
    pub taken_out_at: Option<Timestamp>,
    /// The logistic unit in which it is.
    pub parent: Option<Sscc>,
    /// The shipment in which it is under way.
    pub shipment: Option<u64>,
    /// The number of the case, where it is a numbered one.
    pub case: Option<u32>,
    /// The lowest and the highest number of the cases in it, where all that is in it is in numbered cases: the books know
    /// then which units these are.
    pub cases: Option<(u32, u32)>,
    /// The batch's recalls of it, and of one around it out of which it was taken; ended ones too.
    pub recalls: RecallSet,
    /// The batch's recalls of logistic units inside; ended ones too.
    pub recalls_inside: RecallSet,
    /// Why nothing of it is supplied any more.
    pub withdrawn: Option<Withdrawal>,
    /// Its quarantine.
    pub hold: Hold,
}

/// Why nothing of a logistic unit is supplied any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Withdrawal {
    /// It is condemned: it can only be destroyed, or returned to the manufacturer.
    Condemned = 0,
    /// It came back to the manufacturer permanently.
    Returned = 1,
    /// It was destroyed as it was. It stays in the books, which know by it which units were destroyed.
    Destroyed = 2,
}

/// What goes into a logistic unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Contents {
    /// Loose units of the packer.
    #[codec(index = 0)]
    Units {
        /// The batch.
        batch: BatchId,
        /// How many.
        quantity: Quantity,
    },
    /// The units of a numbered case of the batch, by its manufacturer.
    #[codec(index = 1)]
    Case {
        /// The batch.
        batch: BatchId,
        /// The case's number, from 0.
        number: u32,
    },
    /// Outermost logistic units of one batch that are with the packer: 1 to [`MAX_CHILDREN`].
    #[codec(index = 2)]
    LogisticUnits(Vec<Sscc>),
}
