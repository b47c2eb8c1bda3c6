use primitives::{AccountId, Timestamp};

/// Which reports let anybody set goods apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct EvidencePolicy {
    /// The contract with the feed.
    pub feeds: AccountId,
    /// The least value that is evidence, in the feed's fixed point.
    pub threshold: i128,
    /// How old the observation may be, in milliseconds.
    pub max_age: Timestamp,
}
