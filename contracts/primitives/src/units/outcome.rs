use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::batches::{UnitPlace, UnitState};

/// The answer to a scan: of all reasons that hold, the outcome of the most severe one; where none holds, valid at the site
/// that the scan names, or genuine without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum Outcome {
    /// The pack is recalled.
    Recalled = 0,
    /// The unit was handed to a patient, or left the supply chain otherwise.
    Decommissioned = 1,
    /// The pack is quarantined, or may be.
    Quarantined = 2,
    /// The batch is not, or not any more, released to the market.
    NotReleased = 3,
    /// The expiry date is over.
    Expired = 4,
    /// The pack says something else than the register.
    Mismatch = 5,
    /// The register does not know the pack, or cannot tell.
    Unknown = 6,
    /// The pack may be dispensed now at the site that the scan names.
    Valid = 7,
    /// Nothing speaks against the pack. Whether it may be dispensed at a site was not asked, or it may not be there now.
    Genuine = 8,
}

/// One fact that speaks against a pack. Its index is its bit in [`Reasons`] and says nothing about its severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum Reason {
    /// The batch is recalled.
    BatchRecalled = 0,
    /// The unit is in a range of serials that is recalled.
    UnitRecalled = 1,
    /// The logistic unit in which the unit is, is recalled.
    LogisticUnitRecalled = 2,
    /// The unit was dispensed.
    UnitDispensed = 3,
    /// The unit was destroyed.
    UnitDestroyed = 4,
    /// The unit was stolen.
    UnitStolen = 5,
    /// The unit was taken as a sample.
    UnitSampled = 6,
    /// The unit was exported.
    UnitExported = 7,
    /// Every unit of the batch was dispensed, destroyed or decommissioned: one more pack is a copy.
    NoUnitsLeft = 8,
    /// A regulator confirmed that there is a copy of the pack.
    CounterfeitConfirmed = 9,
    /// Packs with this serial were in places where they cannot both be.
    AlarmOpen = 10,
    /// The unit is quarantined: by its serial, or with the closed logistic unit around it.
    UnitQuarantined = 11,
    /// Units of the batch are quarantined at the site, and the books do not know which.
    UnitsQuarantined = 12,
    /// The release gate has not been passed.
    NotReleased = 13,
    /// A regulator blocks the batch.
    BlockedByRegulator = 14,
    /// The expiry date is over, by the chain's time.
    Expired = 15,
    /// The expiry date on the pack is not the registered one.
    ExpiryMismatch = 16,
    /// The batch's packs have serials, and none was read.
    SerialMissing = 17,
    /// The proof does not show that the serial is the batch's.
    SerialNotInBatch = 18,
    /// The site where the pack is has nothing of the batch.
    NotHeldHere = 19,
    /// The unit is in a closed logistic unit elsewhere.
    UnitElsewhere = 20,
    /// The serial came without a proof.
    SerialUnproven = 21,
    /// The pack has a serial, and the batch was registered without.
    SerialsNotRegistered = 22,
    /// No such GTIN and lot is registered.
    BatchUnknown = 23,
    /// The unit is condemned: it can only be destroyed, or returned to the manufacturer.
    UnitCondemned = 24,
    /// The unit is in a closed logistic unit that is condemned, came back to the manufacturer permanently, or is on its way
    /// back.
    LogisticUnitWithdrawn = 25,
    /// The unit is in a closed logistic unit at the site: it is unpacked before it is dispensed.
    UnitPacked = 26,
    /// The site has units of the batch, and none of them is loose and free.
    NoneLooseHere = 27,
    /// The site is not registered, or its organisation may not dispense now.
    SiteNotDispenser = 28,
    /// Nothing can be dispensed now: a contract is paused, in set-up, or without its role.
    DispensingStopped = 29,
}

impl Reason {
    /// Every reason, in the order of the indices.
    pub const ALL: [Reason; 30] = [
        Reason::BatchRecalled,
        Reason::UnitRecalled,
        Reason::LogisticUnitRecalled,
        Reason::UnitDispensed,
        Reason::UnitDestroyed,
        Reason::UnitStolen,
        Reason::UnitSampled,
        Reason::UnitExported,
        Reason::NoUnitsLeft,
        Reason::CounterfeitConfirmed,
        Reason::AlarmOpen,
        Reason::UnitQuarantined,
        Reason::UnitsQuarantined,
        Reason::NotReleased,
        Reason::BlockedByRegulator,
        Reason::Expired,
        Reason::ExpiryMismatch,
        Reason::SerialMissing,
        Reason::SerialNotInBatch,
        Reason::NotHeldHere,
        Reason::UnitElsewhere,
        Reason::SerialUnproven,
        Reason::SerialsNotRegistered,
        Reason::BatchUnknown,
        Reason::UnitCondemned,
        Reason::LogisticUnitWithdrawn,
        Reason::UnitPacked,
        Reason::NoneLooseHere,
        Reason::SiteNotDispenser,
        Reason::DispensingStopped,
    ];

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
            | Reason::UnitCondemned
            | Reason::LogisticUnitWithdrawn
            | Reason::CounterfeitConfirmed
            | Reason::AlarmOpen => Outcome::Decommissioned,
            Reason::UnitQuarantined | Reason::UnitsQuarantined => Outcome::Quarantined,
            Reason::NotReleased | Reason::BlockedByRegulator => Outcome::NotReleased,
            Reason::Expired => Outcome::Expired,
            Reason::ExpiryMismatch
            | Reason::SerialMissing
            | Reason::SerialNotInBatch
            | Reason::NotHeldHere
            | Reason::UnitElsewhere => Outcome::Mismatch,
            Reason::SerialUnproven | Reason::SerialsNotRegistered | Reason::BatchUnknown => Outcome::Unknown,
            Reason::UnitPacked
            | Reason::NoneLooseHere
            | Reason::SiteNotDispenser
            | Reason::DispensingStopped => Outcome::Genuine,
        }
    }

    /// Whether the fact only says what became of a pack that its user has rightly, or about other packs: at a site it
    /// speaks against the pack; where none is named, it is a note.
    #[must_use]
    pub const fn is_note_without_site(self) -> bool {
        matches!(
            self,
            Reason::UnitDispensed
                | Reason::UnitExported
                | Reason::NoUnitsLeft
                | Reason::UnitsQuarantined
                | Reason::DispensingStopped
        )
    }
}

impl Outcome {
    /// How grave the outcome is, from 0 for a valid pack: the gravest of all reasons decides. It is apart from the index,
    /// so that a new outcome can stand where it belongs.
    #[must_use]
    pub const fn severity(self) -> u8 {
        match self {
            Outcome::Valid => 0,
            Outcome::Genuine => 5,
            Outcome::Unknown => 10,
            Outcome::Mismatch => 20,
            Outcome::Expired => 30,
            Outcome::NotReleased => 40,
            Outcome::Quarantined => 50,
            Outcome::Decommissioned => 60,
            Outcome::Recalled => 70,
        }
    }
}

/// The reasons that hold: one bit each, by index. A reader that does not know a new one still knows the outcome, and how
/// many reasons there are that it cannot name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub struct Reasons(u64);

impl Reasons {
    /// These reasons and `reason`.
    #[must_use]
    pub const fn with(self, reason: Reason) -> Self {
        // Indices stay below 64, which a test checks.
        Self(self.0 | 1_u64.wrapping_shl(reason as u32))
    }

    /// Whether `reason` holds.
    #[must_use]
    pub const fn contains(self, reason: Reason) -> bool {
        self.0 & Self(0).with(reason).0 != 0
    }

    /// Those of these reasons that are only a note where no site is named.
    #[must_use]
    pub fn notes_without_site(self) -> Self {
        let notes = Reason::ALL.into_iter().filter(|reason| reason.is_note_without_site());
        Self(notes.fold(Self(0), Self::with).0 & self.0)
    }

    /// These reasons without those.
    #[must_use]
    pub const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
    }

    /// Whether none holds.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many hold that this code does not know.
    #[must_use]
    pub fn unknown(self) -> u32 {
        let known = Reason::ALL.into_iter().fold(Self(0), Self::with);
        (self.0 & !known.0).count_ones()
    }

    /// Those that hold and are known, the gravest first; equally grave ones in the order of their indices.
    #[must_use]
    pub fn by_severity(self) -> Vec<Reason> {
        let mut list: Vec<Reason> = Reason::ALL.into_iter().filter(|reason| self.contains(*reason)).collect();
        list.sort_by_key(|reason| core::cmp::Reverse(reason.outcome().severity()));
        list
    }

    /// The outcome of the gravest, or `best` where none is graver.
    #[must_use]
    pub fn outcome(self, best: Outcome) -> Outcome {
        let mut gravest = best;
        for reason in Reason::ALL {
            let outcome = reason.outcome();
            if self.contains(reason) && outcome.severity() > gravest.severity() {
                gravest = outcome;
            }
        }
        gravest
    }
}

impl Reason {
    /// What the place of a unit says against its pack.
    #[must_use]
    pub const fn of(place: UnitPlace) -> Option<Self> {
        Some(match place {
            UnitPlace::Shelf => return None,
            UnitPlace::Quarantine | UnitPlace::QuarantineBySerial => Reason::UnitQuarantined,
            UnitPlace::Condemned => Reason::UnitCondemned,
            UnitPlace::Left(UnitState::Dispensed) => Reason::UnitDispensed,
            UnitPlace::Left(UnitState::Destroyed) => Reason::UnitDestroyed,
            UnitPlace::Left(UnitState::Stolen) => Reason::UnitStolen,
            UnitPlace::Left(UnitState::Sample) => Reason::UnitSampled,
            UnitPlace::Left(UnitState::Exported) => Reason::UnitExported,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_bit_of_its_own() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index, "ALL is in the order of the indices");
            assert!((reason as u32) < u64::BITS);
            let alone = Reasons::default().with(reason);
            assert_eq!(alone.by_severity(), [reason]);
            assert_eq!(alone.outcome(Outcome::Valid), reason.outcome());
        }
    }

    #[test]
    fn the_gravest_reason_decides_whatever_its_index() {
        let reasons =
            Reasons::default().with(Reason::BatchUnknown).with(Reason::Expired).with(Reason::UnitStolen);
        assert_eq!(reasons.outcome(Outcome::Genuine), Outcome::Decommissioned);
        assert_eq!(reasons.by_severity(), [Reason::UnitStolen, Reason::Expired, Reason::BatchUnknown]);
        assert_eq!(Reasons::default().outcome(Outcome::Valid), Outcome::Valid);
        let packed = Reasons::default().with(Reason::UnitPacked);
        assert_eq!(packed.outcome(Outcome::Valid), Outcome::Genuine, "not valid there, and genuine");
    }

    #[test]
    fn a_reason_that_a_reader_does_not_know_is_counted() {
        let newer = Reasons(1 << 63).with(Reason::Expired);
        let read = Reasons::decode(&mut &newer.encode()[..]).unwrap();
        assert_eq!((read.unknown(), read.by_severity()), (1, vec![Reason::Expired]));
        assert!(!read.is_empty());
    }
}
