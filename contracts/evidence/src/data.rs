//! The rules of `evidence`, without the macro: who calls and when is an argument, what happened is the result.

use kernel::{key, Call, Item, Map, Member};
use primitives::batches::QuarantineTarget;
use primitives::evidence::{Error, EvidencePolicy, EvidencePolicySet, EvidencePresented};
use primitives::{ensure, AccountId, FeedId, Role, Subject, Timestamp};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4556_0003;

/// What the contract knows. Every field has its own storage key, which spells its name.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    batches: Item<AccountId, { key(b"BATC") }>,
    policies: Map<FeedId, EvidencePolicy, { key(b"POLI") }>,
    presented: Map<(FeedId, Subject), Timestamp, { key(b"PRES") }>,
}

impl Data {
    /// No policy yet, for the goods of `batches`, in the deployment of `access`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.batches.set(&batches);
        data
    }

    /// The contract that knows the goods. `None` where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> Option<AccountId> {
        self.batches.get()
    }

    /// Which reports of this feed are evidence.
    #[must_use]
    pub fn policy(&self, feed: FeedId) -> Option<EvidencePolicy> {
        self.policies.get(feed)
    }

    /// When the inputs of the last report about a subject were observed that was presented.
    #[must_use]
    pub fn presented_at(&self, feed: FeedId, subject: Subject) -> Option<Timestamp> {
        self.presented.get((feed, subject))
    }

    /// Notes that a report was presented: it counts once, and no earlier one counts any more.
    pub fn note_presented(
        &mut self,
        feed: FeedId,
        subject: Subject,
        observed_at: Timestamp,
    ) -> Result<(), Error> {
        let newer = self.presented_at(feed, subject).is_none_or(|last| observed_at > last);
        ensure(newer, Error::AlreadyPresented)?;
        self.presented.insert((feed, subject), &observed_at);
        Ok(())
    }

    /// Sets which reports of a feed are evidence. `None` removes the policy.
    pub fn set_policy(
        &mut self,
        call: Call,
        feed: FeedId,
        policy: Option<EvidencePolicy>,
    ) -> Result<EvidencePolicySet, Error> {
        call.ensure_role(Role::Regulator)?;
        match &policy {
            Some(policy) => self.policies.insert(feed, policy),
            None => self.policies.remove(feed),
        }
        Ok(EvidencePolicySet { feed, by: call.actor(), policy })
    }
}

/// How old a report may be about goods whose quarantine was last ended at `cleared_at` (0: never): what was known when it
/// was ended does not count again. `None` where no report can be new enough.
#[must_use]
pub fn max_age_since(policy: &EvidencePolicy, cleared_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if cleared_at == 0 {
        return Some(policy.max_age);
    }
    // An observation of the very moment of the clearance was known then.
    let since_clearance = now.checked_sub(cleared_at)?.checked_sub(1)?;
    Some(policy.max_age.min(since_clearance))
}

/// Refuses a missing report, and one below the policy's threshold.
pub fn judge(
    policy: &EvidencePolicy,
    call: Call,
    feed: FeedId,
    target: QuarantineTarget,
    value: Option<i128>,
) -> Result<EvidencePresented, Error> {
    let threshold = policy.threshold;
    let value = value.filter(|value| *value >= threshold).ok_or(Error::EvidenceInsufficient)?;
    Ok(EvidencePresented { feed, by: call.actor(), target, value, threshold })
}
