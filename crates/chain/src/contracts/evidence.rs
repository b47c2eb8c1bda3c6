//! The messages and events of `evidence`: goods quarantined because of what oracles report about them.

use primitives::batches::QuarantineTarget;
use primitives::evidence::{Error, EvidencePolicy};
use primitives::{AccountId, FeedId, Subject, Timestamp};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(evidence: EvidencePolicySet, EvidencePresented);

/// A contract without policies for the goods of the contract `batches`, in the deployment of the contract `access`.
#[must_use]
pub fn new(access: AccountId, batches: AccountId) -> Constructor {
    Constructor::new("new", (access, batches))
}

/// The contract `evidence` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence(pub AccountId);

impl Evidence {
    /// Sets which reports of a feed let anybody quarantine goods. `None` removes the policy.
    #[must_use]
    pub fn set_policy(&self, feed: FeedId, policy: Option<EvidencePolicy>) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_policy", (feed, policy))
    }

    /// Quarantines goods by the fresh report of a feed about them.
    #[must_use]
    pub fn present(&self, target: QuarantineTarget, feed: FeedId) -> Call<()> {
        Call::fallible::<Error>(self.0, "present", (target, feed))
    }

    /// What makes a report of the feed evidence.
    #[must_use]
    pub fn policy(&self, feed: FeedId) -> Call<Option<EvidencePolicy>> {
        Call::infallible(self.0, "policy", feed)
    }

    /// When the inputs of the last report of the feed about the subject were observed that was presented.
    #[must_use]
    pub fn presented_at(&self, feed: FeedId, subject: Subject) -> Call<Option<Timestamp>> {
        Call::infallible(self.0, "presented_at", (feed, subject))
    }

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }

    /// The contract that knows the goods.
    #[must_use]
    pub fn batches(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "batches", ())
    }
}
