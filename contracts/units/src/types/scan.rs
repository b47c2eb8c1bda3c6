use ink::prelude::vec::Vec;
use primitives::{AccountId, Batch, SerialProof, Timestamp, UnitState};

use crate::types::{Alarm, DecommissionedUnit};

/// What somebody read from a pack, and wants judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Scan {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date on the pack, YYMMDD, where it was read. A day of 00 is to be given as the month's last.
    pub expiry: Option<u32>,
    /// The serial on the pack, where it was read.
    pub serial: Option<Vec<u8>>,
    /// The proof that the serial is the batch's.
    pub proof: Option<SerialProof>,
    /// The organisation at which the pack is, where that is known: its quarantine and stock count then, instead
    /// of everybody's.
    pub holder: Option<AccountId>,
}

/// The answer to a scan, from the worst to the best: of all reasons, the worst one's outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum Outcome {
    /// The pack is recalled.
    Recalled,
    /// The unit was handed to a patient, or left the supply chain otherwise.
    Decommissioned,
    /// The goods are set apart.
    Quarantined,
    /// The batch is not, or not any more, released to the market.
    NotReleased,
    /// The expiry date is over.
    Expired,
    /// The pack says something else than the register.
    Mismatch,
    /// The register does not know the pack, or cannot tell.
    Unknown,
    /// Nothing speaks against the pack.
    Valid,
}

/// One fact that speaks against a pack, in the order of [`Outcome`]: the first that holds decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum Reason {
    /// The batch is recalled.
    BatchRecalled,
    /// The unit is in a range of serials that is recalled.
    UnitRecalled,
    /// The logistic unit in which the unit is, is recalled.
    LogisticUnitRecalled,
    /// The unit was dispensed.
    UnitDispensed,
    /// The unit was destroyed.
    UnitDestroyed,
    /// The unit was stolen.
    UnitStolen,
    /// The unit was taken as a sample.
    UnitSampled,
    /// The unit was exported.
    UnitExported,
    /// Every unit of the batch was dispensed, destroyed or decommissioned: one more pack is a copy.
    NoUnitsLeft,
    /// A regulator confirmed that there is a copy of the pack.
    CounterfeitConfirmed,
    /// Packs with this serial were in places where they cannot both be.
    AlarmOpen,
    /// The unit is kept back while somebody looks into it.
    UnitLocked,
    /// Units of the batch are quarantined where the pack is; anywhere, where the place is not known.
    UnitsQuarantined,
    /// The release gate has not been passed.
    NotReleased,
    /// A regulator blocks the batch.
    BlockedByRegulator,
    /// The expiry date is over, by the chain's time.
    Expired,
    /// The expiry date on the pack is not the registered one.
    ExpiryMismatch,
    /// The batch's packs have serials, and none was read.
    SerialMissing,
    /// The proof does not show that the serial is the batch's.
    SerialNotInBatch,
    /// The organisation at which the pack is has nothing of the batch.
    NotHeldHere,
    /// The unit is in a closed logistic unit elsewhere.
    UnitElsewhere,
    /// The serial came without a proof.
    SerialUnproven,
    /// The pack has a serial, and the batch was registered without.
    SerialsNotRegistered,
    /// No such GTIN and lot is registered.
    BatchUnknown,
}

impl Reason {
    /// The outcome that this fact alone leads to.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Reason::BatchRecalled | Reason::UnitRecalled | Reason::LogisticUnitRecalled => Outcome::Recalled,
            Reason::UnitDispensed
            | Reason::UnitDestroyed
            | Reason::UnitStolen
            | Reason::UnitSampled
            | Reason::UnitExported
            | Reason::NoUnitsLeft
            | Reason::CounterfeitConfirmed
            | Reason::AlarmOpen => Outcome::Decommissioned,
            Reason::UnitLocked | Reason::UnitsQuarantined => Outcome::Quarantined,
            Reason::NotReleased | Reason::BlockedByRegulator => Outcome::NotReleased,
            Reason::Expired => Outcome::Expired,
            Reason::ExpiryMismatch
            | Reason::SerialMissing
            | Reason::SerialNotInBatch
            | Reason::NotHeldHere
            | Reason::UnitElsewhere => Outcome::Mismatch,
            Reason::SerialUnproven | Reason::SerialsNotRegistered | Reason::BatchUnknown => Outcome::Unknown,
        }
    }
}

impl From<UnitState> for Reason {
    fn from(state: UnitState) -> Self {
        match state {
            UnitState::Dispensed => Reason::UnitDispensed,
            UnitState::Destroyed => Reason::UnitDestroyed,
            UnitState::Stolen => Reason::UnitStolen,
            UnitState::Sample => Reason::UnitSampled,
            UnitState::Exported => Reason::UnitExported,
            UnitState::Locked => Reason::UnitLocked,
        }
    }
}

/// What the register says about a scanned pack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Verdict {
    /// The worst of the reasons' outcomes; valid where there is no reason.
    pub outcome: Outcome,
    /// Everything that speaks against the pack, the worst first.
    pub reasons: Vec<Reason>,
    /// The batch, where it is registered.
    pub batch: Option<Batch>,
    /// What became of the unit.
    pub unit: Option<DecommissionedUnit>,
    /// The alarm about it.
    pub alarm: Option<Alarm>,
    /// The chain's time to which all of this applies.
    pub judged_at: Timestamp,
}
