use scale::{Decode, Encode};

use crate::{AccountId, Timestamp};

/// Which reports of a feed let anybody quarantine goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct EvidencePolicy {
    /// The contract with the feed.
    pub feeds: AccountId,
    /// The least value that is evidence, in the feed's fixed point.
    pub threshold: i128,
    /// How old the observation may be, in milliseconds.
    pub max_age: Timestamp,
}
