//! Results of models, signed by operators outside of the chain and judged by rules on it.
//!
//! A report counts only where f + 1 operators signed it under this chain's, this contract's and this epoch's
//! digest, where its model is approved and its round is new; the value is the median of sorted observations, which
//! the contract takes itself. A reader names the greatest age that it accepts, and gets an error instead of an older
//! value.
//!
//! Every message that changes state first refuses with `AccessUnavailable`, `InSetUp` and `Paused`, in this order;
//! `set_operators` works in set-up too. Its own errors follow in the order in which it names them.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;

pub use data::{Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod feeds {
    use ink::prelude::{string::String, vec::Vec};
    use kernel::{answer, emit, this, Call, FeedReader, Replaceable};
    use primitives::feeds::{
        Configuration, Error, Feed, FeedSet, FeedValue, Model, ModelApproved, ModelRevoked, OperatorKey,
        OperatorsSet, Reading, Report, ReportAccepted, Request, RequestCancelled, ResultRequested, Signature,
    };
    use primitives::{CodeHash, DocumentHash, Extensible, FeedId, ModelId, Refused, Subject};

    use crate::{Data, LAYOUT};

    kernel::events_of_contract!(
        OperatorsSet,
        ModelApproved,
        ModelRevoked,
        FeedSet,
        ResultRequested,
        RequestCancelled,
        ReportAccepted,
    );

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Feeds {
        data: Data,
    }

    impl Feeds {
        /// No feed and no operator yet, in the deployment of the contract `access`. `chain` is the genesis hash of the
        /// chain: it goes into the digest that keeps reports from being replayed on another chain.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId, chain: [u8; 32]) -> Self {
            Self { data: Data::new(access, chain) }
        }

        /// Lets these operators (compressed secp256k1 keys) sign reports; `f` of them may be faulty, so there
        /// must be at least `3f + 1`, and at most 31. Every report under the configuration before is refused from now on.
        /// Needs Admin. Works in set-up too.
        ///
        /// Event: `OperatorsSet`. Errors, in this order: `CallerNotAuthorised`, `OperatorCountInvalid`,
        /// `InvalidOperatorKey`, `DuplicateOperator`.
        #[ink(message)]
        pub fn set_operators(&mut self, operators: Vec<OperatorKey>, f: u8) -> Result<(), Error> {
            let call = self.data.member.call_in_set_up()?;
            emit(&self.data.set_operators(call, this(), operators, f)?);
            Ok(())
        }

        /// Approves a model (the SHA-256 of its file) with its manifest until `valid_until`. Needs Admin or
        /// Regulator.
        ///
        /// Event: `ModelApproved`. Errors, in this order: `CallerNotAuthorised`, `ModelExists`, `InvalidVersion`,
        /// `DeadlineInPast`.
        #[ink(message)]
        pub fn approve_model(
            &mut self,
            model: ModelId,
            manifest: DocumentHash,
            version: String,
            valid_until: Timestamp,
        ) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.approve_model(call, model, manifest, version, valid_until)?);
            Ok(())
        }

        /// Revokes a model's approval, permanently. Needs Admin or Regulator.
        ///
        /// Event: `ModelRevoked`. Errors, in this order: `CallerNotAuthorised`, `UnknownModel`, `ModelRevoked`.
        #[ink(message)]
        pub fn revoke_model(&mut self, model: ModelId) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.revoke_model(call, model)?);
            Ok(())
        }

        /// Opens a feed. Needs Admin.
        ///
        /// Event: `FeedSet`. Errors, in this order: `CallerNotAuthorised`, `InvalidFeedName`, `FeedExists`,
        /// `InvalidFeedRange`, `UnknownModel`, `ModelRevoked`, `ModelExpired`.
        #[ink(message)]
        pub fn create_feed(&mut self, feed: FeedId, definition: Feed) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.create_feed(call, feed, definition)?);
            Ok(())
        }

        /// Gives a feed another model, range or age. Needs Admin.
        ///
        /// Event: `FeedSet`. Errors, in this order: `CallerNotAuthorised`, `UnknownFeed`, `FeedMeaningFixed`,
        /// `InvalidFeedRange`, `UnknownModel`, `ModelRevoked`, `ModelExpired`.
        #[ink(message)]
        pub fn update_feed(&mut self, feed: FeedId, definition: Feed) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.update_feed(call, feed, definition)?);
            Ok(())
        }

        /// Asks the operators for a value until `deadline`, and returns the request's number. Needs any role.
        ///
        /// Event: `ResultRequested`. Errors, in this order: `CallerNotAuthorised`, `UnknownFeed`, `DeadlineInPast`.
        #[ink(message)]
        pub fn request_result(
            &mut self,
            feed: FeedId,
            subject: Subject,
            deadline: Timestamp,
        ) -> Result<u64, Error> {
            let call = self.call()?;
            let event = self.data.request_result(call, feed, subject, deadline)?;
            let request = event.request;
            emit(&event);
            Ok(request)
        }

        /// Withdraws a request. Needs an account of the organisation that made it; where none did, the account that
        /// made it.
        ///
        /// Event: `RequestCancelled`. Errors, in this order: `UnknownRequest`, `CallerNotRequester`.
        #[ink(message)]
        pub fn cancel_request(&mut self, request: u64) -> Result<(), Error> {
            let call = self.call()?;
            emit(&self.data.cancel_request(call, request)?);
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
            emit(&self.data.report(call, this(), &report, &signatures, recover)?);
            Ok(())
        }

        /// The last value on the feed about the subject, where it was observed at most `max_age` milliseconds
        /// ago. Anybody may ask. Errors, in this order: `UnknownFeed`, `NoReading`, `StaleReading`, `ModelRevoked`.
        #[ink(message)]
        pub fn read(&self, feed: FeedId, subject: Subject, max_age: Timestamp) -> Result<Reading, Error> {
            self.data.read(feed, subject, max_age, self.env().block_timestamp())
        }

        /// The last round that was accepted on the feed about the subject under the present configuration: 0
        /// where none was.
        #[ink(message)]
        pub fn round(&self, feed: FeedId, subject: Subject) -> u64 {
            answer(self.data.round(feed, subject))
        }

        /// The request, while it is open.
        #[ink(message)]
        pub fn request(&self, request: u64) -> Option<Request> {
            answer(self.data.request(request))
        }

        /// How many requests there ever were, and those that are open among the numbers from `start`: at most
        /// `limit` numbers are looked at, and never more than 50.
        #[ink(message)]
        pub fn requests(&self, start: u64, limit: u32) -> (u64, Vec<(u64, Request)>) {
            answer(self.data.list_requests(start, limit))
        }

        /// Who signs reports.
        #[ink(message)]
        pub fn configuration(&self) -> Configuration {
            answer(self.data.configuration())
        }

        /// The digest that reports must carry.
        #[ink(message)]
        pub fn configuration_digest(&self) -> [u8; 32] {
            answer(self.data.digest(this()))
        }

        /// The feed.
        #[ink(message)]
        pub fn feed(&self, feed: FeedId) -> Option<Feed> {
            answer(self.data.feed(feed))
        }

        /// The feeds from number `start` (from 0) in the order of their opening: at most `limit`, and never more
        /// than 50.
        #[ink(message)]
        pub fn feeds(&self, start: u32, limit: u32) -> Vec<(FeedId, Feed)> {
            answer(self.data.list_feeds(start, limit))
        }

        /// The model.
        #[ink(message)]
        pub fn model(&self, model: ModelId) -> Option<Model> {
            answer(self.data.model(model))
        }

        /// The models from number `start` (from 0) in the order of their approval: at most `limit`, and never
        /// more than 50.
        #[ink(message)]
        pub fn models(&self, start: u32, limit: u32) -> Vec<(ModelId, Model)> {
            answer(self.data.list_models(start, limit))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        // One copy of it for all messages.
        #[inline(never)]
        fn call(&self) -> Result<Call, Refused> {
            self.data.member.call(None)
        }
    }

    impl FeedReader for Feeds {
        #[ink(message)]
        fn fresh_value(
            &self,
            feed: FeedId,
            subject: Subject,
            max_age: Timestamp,
        ) -> Option<Extensible<FeedValue>> {
            let now = self.env().block_timestamp();
            self.data.fresh_value(feed, subject, max_age, now).map(|value| Extensible::from(&value))
        }
    }

    impl Replaceable for Feeds {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.member.has_layout(LAYOUT)
        }
    }

    fn recover(signature: &Signature, hash: &[u8; 32]) -> Option<OperatorKey> {
        let mut key = [0; 33];
        ink::env::ecdsa_recover(signature, hash, &mut key).ok().map(|()| key)
    }
}
