//! Results of models, signed by operators outside of the chain and judged by rules on it.
//!
//! A report counts only where f + 1 operators signed it under this chain's, this contract's and this epoch's
//! digest, where its model is approved and its round is new; the value is the median of sorted observations, which
//! the contract takes itself. Whoever reads says how old a value may be, and gets an error instead of an older
//! one.
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
mod feeds {
    use ink::prelude::{string::String, vec::Vec};
    use primitives::{
        ask_standing, replace_code, Call, DocumentHash, FeedId, FeedReader, Migration, ModelId, Standing,
        Subject, Upgradable,
    };

    use crate::{Configuration, Data, Error, Feed, Model, OperatorKey, Reading, Report, Request, Signature};

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Feeds {
        data: Data,
    }

    impl Feeds {
        /// No feed and no operator yet. `chain` is the genesis hash of the chain: it goes into the digest that
        /// keeps reports from being replayed on another chain.
        #[ink(constructor)]
        pub fn new(access: AccountId, chain: [u8; 32]) -> Self {
            Self { data: Data::new(access, chain) }
        }

        /// Lets these operators (compressed secp256k1 keys) sign reports; `f` of them may be faulty, so there
        /// must be `3f + 1`. Every report under the configuration before is refused from now on. Needs Admin.
        ///
        /// Event: `OperatorsSet`. Errors: `OperatorCountInvalid`, `InvalidOperatorKey`, `DuplicateOperator`, and
        /// those of every state change: `Paused`, `AccessUnavailable`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn set_operators(&mut self, operators: Vec<OperatorKey>, f: u8) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.set_operators(call, self.env().account_id(), operators, f)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Approves a model (the SHA-256 of its file) with its manifest until `valid_until`. Needs Admin or
        /// Regulator.
        ///
        /// Event: `ModelApproved`. Errors: `ModelExists`, `InvalidVersion`, `DeadlineInPast`.
        #[ink(message)]
        pub fn approve_model(
            &mut self,
            model: ModelId,
            manifest: DocumentHash,
            version: String,
            valid_until: u64,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.approve_model(call, model, manifest, version, valid_until)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Takes a model's approval back for good. Needs Admin or Regulator.
        ///
        /// Event: `ModelRevoked`. Errors: `UnknownModel`, `ModelRevoked`.
        #[ink(message)]
        pub fn revoke_model(&mut self, model: ModelId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.revoke_model(call, model)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Opens a feed. Needs Admin.
        ///
        /// Event: `FeedSet`. Errors: `InvalidFeedName`, `FeedExists`, `InvalidFeedRange`, `UnknownModel`,
        /// `ModelRevoked`, `ModelExpired`.
        #[ink(message)]
        pub fn create_feed(&mut self, feed: FeedId, definition: Feed) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.create_feed(call, feed, definition)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Gives a feed another model, range or age. Needs Admin.
        ///
        /// Event: `FeedSet`. Errors: `UnknownFeed`, `FeedMeaningFixed`, `InvalidFeedRange`, `UnknownModel`,
        /// `ModelRevoked`, `ModelExpired`.
        #[ink(message)]
        pub fn update_feed(&mut self, feed: FeedId, definition: Feed) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.update_feed(call, feed, definition)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Asks the operators for a value until `deadline`, and returns the request's number. Needs any role.
        ///
        /// Event: `ResultRequested`. Errors: `UnknownFeed`, `DeadlineInPast`.
        #[ink(message)]
        pub fn request_result(
            &mut self,
            feed: FeedId,
            subject: Subject,
            deadline: u64,
        ) -> Result<u64, Error> {
            let call = self.call()?;
            let event = self.data.request_result(call, feed, subject, deadline)?;
            let request = event.request;
            self.env().emit_event(event);
            Ok(request)
        }

        /// Withdraws a request. Needs its requester.
        ///
        /// Event: `RequestCancelled`. Errors: `UnknownRequest`, `CallerNotRequester`.
        #[ink(message)]
        pub fn cancel_request(&mut self, request: u64) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.cancel_request(call, request)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Accepts a report with the signatures of `f + 1` operators or more over its hash. Needs no role.
        ///
        /// Event: `ReportAccepted`. Errors, in this order: `WrongConfiguration`, `UnknownFeed`, `UnknownModel`,
        /// `ModelRevoked`, `ModelExpired`, `WrongModel`, `RoundNotNewer`, `ReportFromFuture`, `ReportTooOld`,
        /// `UnknownRequest`, `RequestMismatch`, `RequestExpired`, `ObservationCountInvalid`,
        /// `ObservationsNotSorted`, `UnknownObserver`, `DuplicateObserver`, `ValueOutOfRange`,
        /// `SignatureCountInvalid`, `BadSignature`, `DuplicateSignature`.
        #[ink(message)]
        pub fn report(&mut self, report: Report, signatures: Vec<Signature>) -> Result<(), Error> {
            let call = self.call()?;
            let this = self.env().account_id();
            let event = self.data.report(call, this, &report, &signatures, recover)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// The last value on the feed about the subject, where it was observed at most `max_age` milliseconds
        /// ago. Errors: `UnknownFeed`, `NoReading`, `StaleReading`, `ModelRevoked`.
        #[ink(message)]
        pub fn read(&self, feed: FeedId, subject: Subject, max_age: u64) -> Result<Reading, Error> {
            self.data.read(feed, subject, max_age, self.env().block_timestamp())
        }

        /// The last round that was accepted on the feed about the subject under the present configuration: 0
        /// where none was.
        #[ink(message)]
        pub fn round(&self, feed: FeedId, subject: Subject) -> u64 {
            self.data.round(feed, subject)
        }

        /// The request, while it is open.
        #[ink(message)]
        pub fn request(&self, request: u64) -> Option<Request> {
            self.data.request(request)
        }

        /// Who signs reports.
        #[ink(message)]
        pub fn configuration(&self) -> Configuration {
            self.data.configuration()
        }

        /// The digest that reports must carry.
        #[ink(message)]
        pub fn configuration_digest(&self) -> [u8; 32] {
            self.data.digest(self.env().account_id())
        }

        /// The feed.
        #[ink(message)]
        pub fn feed(&self, feed: FeedId) -> Option<Feed> {
            self.data.feed(feed)
        }

        /// The feeds from number `start` (from 0) in the order of their opening: at most `limit`, and never more
        /// than 50.
        #[ink(message)]
        pub fn feeds(&self, start: u32, limit: u32) -> Vec<(FeedId, Feed)> {
            self.data.list_feeds(start, limit)
        }

        /// The model.
        #[ink(message)]
        pub fn model(&self, model: ModelId) -> Option<Model> {
            self.data.model(model)
        }

        /// The models from number `start` (from 0) in the order of their approval: at most `limit`, and never
        /// more than 50.
        #[ink(message)]
        pub fn models(&self, start: u32, limit: u32) -> Vec<(ModelId, Model)> {
            self.data.list_models(start, limit)
        }

        /// The contract that knows the roles.
        #[ink(message)]
        pub fn access(&self) -> AccountId {
            self.data.access()
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

    impl Upgradable for Feeds {
        #[ink(message)]
        fn replace_code(&mut self, code: [u8; 32]) -> bool {
            self.env().caller() == self.data.access() && replace_code(code)
        }
    }

    impl Migration for Feeds {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }

    impl FeedReader for Feeds {
        #[ink(message)]
        fn fresh_value(&self, feed: FeedId, subject: Subject, max_age: u64) -> Option<i128> {
            self.read(feed, subject, max_age).ok().map(|reading| reading.value)
        }
    }

    fn recover(signature: &Signature, hash: &[u8; 32]) -> Option<OperatorKey> {
        let mut key = [0; 33];
        ink::env::ecdsa_recover(signature, hash, &mut key).ok().map(|()| key)
    }
}
