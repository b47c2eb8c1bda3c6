//! Goods are set apart because of what oracles report about them: by a policy that a regulator sets, at the word of
//! anybody who points at a report.
//!
//! It can only hold goods back: `batches` takes nothing else from it, and what it did is undone by a regulator or by
//! the batch's manufacturer. A stale, weak or foreign report does nothing.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod errors;
mod events;
mod types;

pub use data::{Data, LAYOUT};
pub use errors::Error;
pub use events::*;
pub use types::*;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod evidence {
    use primitives::{
        ask_fresh_value, ask_quarantine_cleared_at, ask_standing, ask_to_quarantine, emit, replace_code,
        Call, FeedId, Migration, QuarantineTarget, Standing, Upgradable,
    };

    use crate::{Data, Error, EvidencePolicy};

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Evidence {
        data: Data,
    }

    impl Evidence {
        /// No policy yet. The goods are those of the contract `batches`, where this one needs the role Sentinel.
        #[ink(constructor)]
        pub fn new(access: AccountId, batches: AccountId) -> Self {
            Self { data: Data::new(access, batches) }
        }

        /// Says which reports of a feed let anybody set goods apart; nothing takes that back. Needs Regulator.
        ///
        /// Event: `EvidencePolicySet`. Errors: `Paused`, `AccessUnavailable`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn set_policy(&mut self, feed: FeedId, policy: Option<EvidencePolicy>) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.set_policy(call, feed, policy)?;
            emit(&event);
            Ok(())
        }

        /// Sets goods apart by the report of `feed` about them (see [`QuarantineTarget::subject`]), which must be fresh
        /// and over the threshold of the feed's policy. Needs no role.
        ///
        /// Event: `EvidencePresented`, and `UnitsQuarantined` of `batches`. Errors: `Paused`, `AccessUnavailable`,
        /// `BatchesUnavailable`, `NoPolicy`, `UnknownGoods`, `EvidenceInsufficient`, `NothingFree`,
        /// `QuarantineRefused`.
        #[ink(message)]
        pub fn present(&mut self, target: QuarantineTarget, feed: FeedId) -> Result<(), Error> {
            let call = self.call()?;
            let batches = self.data.batches();
            let policy = self.data.policy(feed).ok_or(Error::NoPolicy)?;
            let cleared_at = ask_quarantine_cleared_at(batches, target)
                .ok_or(Error::BatchesUnavailable)?
                .ok_or(Error::UnknownGoods)?;
            let max_age = policy.max_age_since(cleared_at, call.now).ok_or(Error::EvidenceInsufficient)?;
            let value = ask_fresh_value(policy.feeds, feed, target.subject(batches), max_age);
            let event = policy.judge(call, feed, target, value)?;
            ask_to_quarantine(batches, target).ok_or(Error::BatchesUnavailable)??;
            emit(&event);
            Ok(())
        }

        /// What makes a report of the feed evidence.
        #[ink(message)]
        pub fn policy(&self, feed: FeedId) -> Option<EvidencePolicy> {
            self.data.policy(feed)
        }

        /// The contract that knows the roles.
        #[ink(message)]
        pub fn access(&self) -> AccountId {
            self.data.access()
        }

        /// The contract that knows the goods.
        #[ink(message)]
        pub fn batches(&self) -> AccountId {
            self.data.batches()
        }

        /// The caller with its roles, where state changes are not stopped.
        fn call(&self) -> Result<Call, Error> {
            let (caller, this) = (self.env().caller(), self.env().account_id());
            let Standing { roles, paused } =
                ask_standing(self.data.access(), caller, this).ok_or(Error::AccessUnavailable)?;
            if paused {
                return Err(Error::Paused);
            }
            Ok(Call { caller, roles, now: self.env().block_timestamp() })
        }
    }

    impl Upgradable for Evidence {
        #[ink(message)]
        fn replace_code(&mut self, code: [u8; 32]) -> bool {
            self.env().caller() == self.data.access() && replace_code(code)
        }
    }

    impl Migration for Evidence {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
