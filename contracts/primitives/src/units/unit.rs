use scale::{Decode, Encode};

use crate::batches::{Stop, UnitPlace};
use crate::{SiteId, Timestamp};

/// How long the site that decommissioned a unit may take that back, in milliseconds: ten days, as in article 13 of Commission
/// Delegated Regulation (EU) 2016/161. What was done offline is to be sent within the same time.
pub const REVERT_WINDOW: Timestamp = 864_000_000;

/// What the register knows of a unit that is not, or not known to be, free on a shelf.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct UnitRecord {
    /// Where it is: quarantined by its serial, condemned, or out of the supply chain.
    pub place: UnitPlace,
    /// The site in whose books it is there.
    pub site: SiteId,
    /// Since when.
    pub at: Timestamp,
    /// Its position in the batch's serial tree.
    pub position: u32,
    /// The regulator that put it there, where the site did not: then only a regulator ends its quarantine.
    pub stop: Option<Stop>,
    /// The number of the batch's registration: where that was cancelled since, this says nothing.
    pub registration: u32,
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
    /// The record of the unit is wrong, not the later attempt, whatever it says: the alarm and the record are removed, and the
    /// site that made the record has the unit that it booked loose again.
    RecordWrong = 2,
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
    /// Whether another site than this one raised one, too.
    pub by_others: bool,
    /// Whether a regulator confirmed that there is a copy.
    pub confirmed: bool,
    /// The number of the batch's registration: where that was cancelled since, this says nothing.
    pub registration: u32,
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
    /// Nothing was done: the same site had done it before, within [`REVERT_WINDOW`]. The answer may have been lost.
    #[codec(index = 2)]
    Already {
        /// Where the unit is since then.
        place: UnitPlace,
        /// When that was.
        at: Timestamp,
    },
    /// Nothing was done: one of two packs is a copy.
    #[codec(index = 1)]
    Alarm {
        /// What gave it away.
        code: AlarmCode,
        /// The site where the unit is or was.
        other: Option<SiteId>,
    },
}
