use scale::{Decode, Encode};

use crate::batches::UnitState;
use crate::{SiteId, Timestamp};

/// How long the site that decommissioned a unit may take that back, in milliseconds: ten days, as in article 13 of Commission
/// Delegated Regulation (EU) 2016/161.
pub const REVERT_WINDOW: Timestamp = 864_000_000;

/// A unit that was decommissioned.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct DecommissionedUnit {
    /// What became of it.
    pub state: UnitState,
    /// The site that decommissioned it.
    pub site: SiteId,
    /// When.
    pub at: Timestamp,
}

/// What gave a pack away as a possible copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum AlarmCode {
    /// The unit was decommissioned before, by the other site.
    SecondDecommission = 0,
    /// The unit is in a closed logistic unit at the other site, or on the way to it.
    UnitElsewhere = 1,
    /// The site has no unit of the batch left, or never had one.
    UnitNeverReceived = 2,
    /// The proof does not show that the serial is the batch's.
    SerialNotInBatch = 3,
}

/// A regulator's finding about an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Resolution {
    /// A mistake: the alarm is removed.
    FalseAlarm = 0,
    /// There is a copy of the pack: the serial is never valid again, and this finding stays.
    CounterfeitConfirmed = 1,
}

/// Packs with the same serial in places where they cannot both be.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Alarm {
    /// What gave it away, the first time; one about a proven serial takes the place of one without a proof.
    pub code: AlarmCode,
    /// The site that was about to decommission the unit then.
    pub site: SiteId,
    /// The site where the unit is or was, for the first two codes.
    pub other: Option<SiteId>,
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
    pub fn concerns_proven(&self) -> bool {
        self.confirmed || self.code != AlarmCode::SerialNotInBatch
    }
}

/// What came of the attempt to decommission a unit.
///
/// The second outcome is not an [`super::Error`], because an error would take back its own alarm: the alarm is state,
/// and its event is on chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum UnitOutcome {
    /// It is done.
    #[codec(index = 0)]
    Done,
    /// Nothing was done: one of two packs is a copy.
    #[codec(index = 1)]
    Alarm {
        /// What gave it away.
        code: AlarmCode,
        /// The site where the unit is or was.
        other: Option<SiteId>,
    },
}
