use ink::storage::{traits::ManualKey, Lazy, Mapping};
use primitives::{ensure, AccountId, Call, FeedId, QuarantineTarget, Role, Timestamp};

use crate::errors::Error;
use crate::events::{EvidencePolicySet, EvidencePresented};
use crate::types::EvidencePolicy;

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4556_0001;

/// What is stored once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct State {
    access: AccountId,
    batches: AccountId,
}

/// The rules of `evidence`, without the macro. Every field has its own storage key, listed in `docs/upgrades.md`.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    layout: Lazy<u32, ManualKey<0x4C41_594F>>,
    state: Lazy<State, ManualKey<0x5354_4154>>,
    policies: Mapping<FeedId, EvidencePolicy, ManualKey<0x504F_4C49>>,
}

impl Data {
    /// No policy yet, for the goods of `batches`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data = Self { layout: Lazy::new(), state: Lazy::new(), policies: Mapping::new() };
        data.layout.set(&LAYOUT);
        data.state.set(&State { access, batches });
        data
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// The contract that knows the roles; all zero where the storage is not this contract's.
    #[must_use]
    pub fn access(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.access)
    }

    /// The contract that knows the goods; all zero where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.batches)
    }

    /// What makes a report of this feed evidence.
    #[must_use]
    pub fn policy(&self, feed: FeedId) -> Option<EvidencePolicy> {
        self.policies.get(feed)
    }

    /// Says which reports of a feed are evidence; nothing takes that back.
    pub fn set_policy(
        &mut self,
        call: Call,
        feed: FeedId,
        policy: Option<EvidencePolicy>,
    ) -> Result<EvidencePolicySet, Error> {
        ensure(call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)?;
        match &policy {
            Some(policy) => {
                self.policies.insert(feed, policy);
            }
            None => self.policies.remove(feed),
        }
        Ok(EvidencePolicySet { feed, by: call.caller, policy })
    }
}

impl EvidencePolicy {
    /// How old a report may be about goods whose quarantine was last ended at `cleared_at` (0: never): nothing that
    /// was known to who ended it counts again.
    #[must_use]
    pub fn max_age_since(&self, cleared_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if cleared_at == 0 {
            return Some(self.max_age);
        }
        // An observation of the very moment of the clearance was known to who cleared.
        let since_clearance = now.checked_sub(cleared_at)?.checked_sub(1)?;
        Some(self.max_age.min(since_clearance))
    }

    /// Refuses a missing report, and one below the threshold.
    pub fn judge(
        &self,
        call: Call,
        feed: FeedId,
        target: QuarantineTarget,
        value: Option<i128>,
    ) -> Result<EvidencePresented, Error> {
        let value = value.filter(|value| *value >= self.threshold).ok_or(Error::EvidenceInsufficient)?;
        Ok(EvidencePresented { feed, by: call.caller, target, value, threshold: self.threshold })
    }
}
