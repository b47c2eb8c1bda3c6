//! Goods are quarantined because of what oracles report about them: by a policy that a regulator sets, as soon as anybody
//! presents a report.
//!
//! It can only hold goods back: `batches` takes nothing else from it, and a regulator or the batch's manufacturer can end
//! the quarantine. A stale, weak or foreign report does nothing.
//!
//! Every message that changes state first refuses with `AccessUnavailable`, `InSetUp` and `Paused`, in this order. Its own
//! errors follow in the order in which it names them.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;

pub use data::{judge, max_age_since, Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod evidence {
    use kernel::{answer, ask_cleared_at, ask_feed_value, ask_to_quarantine, emit, Replaceable};
    use primitives::batches::QuarantineTarget;
    use primitives::evidence::{Error, EvidencePolicy, EvidencePolicySet, EvidencePresented};
    use primitives::{CodeHash, FeedId, Subject};

    use crate::{judge, max_age_since, Data, LAYOUT};

    kernel::events_of_contract!(EvidencePolicySet, EvidencePresented);

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Evidence {
        data: Data,
    }

    impl Evidence {
        /// No policy yet, in the deployment of the contract `access`. The goods are those of the contract `batches`, where
        /// this one needs the role Sentinel.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId, batches: primitives::AccountId) -> Self {
            Self { data: Data::new(access, batches) }
        }

        /// Sets which reports of a feed let anybody quarantine goods. `None` removes the policy: then none of them does,
        /// and goods that are quarantined stay so. Needs Regulator.
        ///
        /// Event: `EvidencePolicySet`. Errors, in this order: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn set_policy(&mut self, feed: FeedId, policy: Option<EvidencePolicy>) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            emit(&self.data.set_policy(call, feed, policy)?);
            Ok(())
        }

        /// Quarantines goods by the report of `feed` about them (see [`QuarantineTarget::subject`]), which must be fresh
        /// and at or over the threshold of the feed's policy. They are quarantined where they are now: around a logistic unit
        /// what it was put into, of a shipment that was received what came of it. Of loose units no more are than were there
        /// when the report's inputs were observed; what left them since is followed by `follow_evidence` of `batches`. A report
        /// counts once: goods that come later are not touched. Needs no role.
        ///
        /// Event: `EvidencePresented`, and `UnitsQuarantined` of `batches` where anything was free. Errors, in this order:
        /// `BatchesUnavailable`, `NoPolicy`, `BatchesUnavailable` (it gives no answer), `UnknownGoods`,
        /// `EvidenceInsufficient`, `AlreadyPresented`, `QuarantineRefused`.
        #[ink(message)]
        pub fn present(&mut self, target: QuarantineTarget, feed: FeedId) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let policy = self.data.policy(feed).ok_or(Error::NoPolicy)?;
            let cleared_at = ask_cleared_at(batches, target)
                .ok_or(Error::BatchesUnavailable)?
                .ok_or(Error::UnknownGoods)?;
            let max_age = max_age_since(&policy, cleared_at, call.now).ok_or(Error::EvidenceInsufficient)?;
            let subject = target.subject(batches);
            let report = ask_feed_value(policy.feeds, feed, subject, max_age).flatten();
            let report = report.and_then(|report| report.get());
            let event = judge(&policy, call, feed, target, report.as_ref().map(|report| report.value))?;
            let observed_at = report.map(|report| report.observed_at).ok_or(Error::EvidenceInsufficient)?;
            self.data.note_presented(feed, subject, observed_at)?;
            ask_to_quarantine(batches, target, observed_at).ok_or(Error::BatchesUnavailable)??;
            emit(&event);
            Ok(())
        }

        /// Which reports of the feed are evidence. `None` where none is.
        #[ink(message)]
        pub fn policy(&self, feed: FeedId) -> Option<EvidencePolicy> {
            answer(self.data.policy(feed))
        }

        /// When the inputs of the last report of the feed about the subject were observed that was presented.
        #[ink(message)]
        pub fn presented_at(&self, feed: FeedId, subject: Subject) -> Option<Timestamp> {
            answer(self.data.presented_at(feed, subject))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        /// The contract that knows the goods.
        #[ink(message)]
        pub fn batches(&self) -> Option<primitives::AccountId> {
            answer(self.data.batches())
        }
    }

    impl Replaceable for Evidence {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.member.has_layout(LAYOUT)
        }
    }
}
