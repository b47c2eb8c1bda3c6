use primitives::{AccountId, Timestamp, UnitState};

/// How long who decommissioned a unit may take that back, in milliseconds: ten days, as in article 13 of Commission
/// Delegated Regulation (EU) 2016/161.
pub const REVERT_WINDOW: Timestamp = 864_000_000;

/// A unit that was decommissioned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct DecommissionedUnit {
    /// What became of it.
    pub state: UnitState,
    /// Who decommissioned it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What gave a pack away as a possible copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum AlarmCode {
    /// The unit was decommissioned before, by the other party.
    SecondDecommission,
    /// The unit is in a closed logistic unit with the other party, or on the way to it.
    UnitElsewhere,
    /// The party has no unit of the batch left, or never had one. The other party is the manufacturer.
    UnitNeverReceived,
    /// The serial is none of the batch's. The other party is the manufacturer.
    SerialNotInBatch,
}

/// A regulator's finding about an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Resolution {
    /// A mistake: the alarm is removed.
    FalseAlarm,
    /// There is a copy of the pack: the serial is never valid again, and this finding stays.
    CounterfeitConfirmed,
}

/// Packs with the same serial in places where they cannot both be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Alarm {
    /// What gave it away, the first time; one about a proven serial takes the place of one without a proof.
    pub code: AlarmCode,
    /// Who was about to decommission the unit then.
    pub by: AccountId,
    /// The other party.
    pub other: AccountId,
    /// When.
    pub at: Timestamp,
    /// How often an alarm was raised.
    pub count: u32,
    /// Whether a regulator confirmed that there is a copy.
    pub confirmed: bool,
}

impl Alarm {
    /// Whether the alarm stands against a serial that is proven to be the batch's. Otherwise a wrong proof, which
    /// anybody can make up, would keep a genuine pack from its patient.
    #[must_use]
    pub(crate) fn concerns_proven(&self) -> bool {
        self.confirmed || self.code != AlarmCode::SerialNotInBatch
    }
}

/// What came of the attempt to decommission a unit.
///
/// The second outcome is no [`crate::Error`], because an error would take back its own alarm: the alarm is state,
/// and its event is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum UnitOutcome {
    /// It is done.
    Done,
    /// Nothing was done: one of two packs is a copy.
    Alarm {
        /// What gave it away.
        code: AlarmCode,
        /// The other party.
        other: AccountId,
    },
}
