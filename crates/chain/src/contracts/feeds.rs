//! The messages and events of `feeds`: operators, models, requests, signed reports, readings.

use primitives::feeds::{
    Configuration, Error, Feed, FeedValue, Model, OperatorKey, Reading, Report, Request, Signature,
};
use primitives::{AccountId, DocumentHash, Extensible, FeedId, ModelId, Subject, Timestamp};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(feeds:
    OperatorsSet, ModelApproved, ModelRevoked, FeedSet, ResultRequested, RequestCancelled, ReportAccepted,
);

/// A contract without feeds and operators, in the deployment of the contract `access`; `genesis` is the hash
/// of the chain's first block.
#[must_use]
pub fn new(access: AccountId, genesis: [u8; 32]) -> Constructor {
    Constructor::new("new", (access, genesis))
}

/// The contract `feeds` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feeds(pub AccountId);

impl Feeds {
    /// Lets these operators sign reports, `f` of which may be faulty.
    #[must_use]
    pub fn set_operators(&self, operators: &[OperatorKey], f: u8) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_operators", (operators, f))
    }

    /// Approves a model with its manifest until `valid_until` (milliseconds).
    #[must_use]
    pub fn approve_model(
        &self,
        model: ModelId,
        manifest: DocumentHash,
        version: &str,
        valid_until: Timestamp,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "approve_model", (model, manifest, version, valid_until))
    }

    /// Takes a model's approval back permanently.
    #[must_use]
    pub fn revoke_model(&self, model: ModelId) -> Call<()> {
        Call::fallible::<Error>(self.0, "revoke_model", model)
    }

    /// Opens a feed.
    #[must_use]
    pub fn create_feed(&self, feed: FeedId, definition: &Feed) -> Call<()> {
        Call::fallible::<Error>(self.0, "create_feed", (feed, definition))
    }

    /// Gives a feed another model, range or age.
    #[must_use]
    pub fn update_feed(&self, feed: FeedId, definition: &Feed) -> Call<()> {
        Call::fallible::<Error>(self.0, "update_feed", (feed, definition))
    }

    /// Asks the operators for a value until `deadline` (milliseconds). The request's number is in
    /// [`primitives::feeds::ResultRequested`].
    #[must_use]
    pub fn request_result(&self, feed: FeedId, subject: Subject, deadline: Timestamp) -> Call<u64> {
        Call::fallible::<Error>(self.0, "request_result", (feed, subject, deadline))
    }

    /// Withdraws a request.
    #[must_use]
    pub fn cancel_request(&self, request: u64) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_request", request)
    }

    /// Reports a value with the operators' signatures.
    #[must_use]
    pub fn report(&self, report: &Report, signatures: &[Signature]) -> Call<()> {
        Call::fallible::<Error>(self.0, "report", (report, signatures))
    }

    /// The last value on the feed about the subject, observed at most `max_age` milliseconds ago.
    #[must_use]
    pub fn read(&self, feed: FeedId, subject: Subject, max_age: Timestamp) -> Call<Reading> {
        Call::fallible::<Error>(self.0, "read", (feed, subject, max_age))
    }

    /// What other contracts are answered: `None` where [`Feeds::read`] gives an error.
    #[must_use]
    pub fn fresh_value(
        &self,
        feed: FeedId,
        subject: Subject,
        max_age: Timestamp,
    ) -> Call<Option<Extensible<FeedValue>>> {
        Call::infallible(self.0, "FeedReader::fresh_value", (feed, subject, max_age))
    }

    /// The last round that was accepted on the feed about the subject: 0 where none was.
    #[must_use]
    pub fn round(&self, feed: FeedId, subject: Subject) -> Call<u64> {
        Call::infallible(self.0, "round", (feed, subject))
    }

    /// The request, while it is open.
    #[must_use]
    pub fn request(&self, request: u64) -> Call<Option<Request>> {
        Call::infallible(self.0, "request", request)
    }

    /// How many requests there ever were, and the open ones among the numbers from `start`: `limit` numbers, and
    /// [`primitives::feeds::MAX_PAGE`] at most.
    #[must_use]
    pub fn requests(&self, start: u64, limit: u32) -> Call<(u64, Vec<(u64, Request)>)> {
        Call::infallible(self.0, "requests", (start, limit))
    }

    /// Who signs reports.
    #[must_use]
    pub fn configuration(&self) -> Call<Configuration> {
        Call::infallible(self.0, "configuration", ())
    }

    /// The digest that reports must carry.
    #[must_use]
    pub fn configuration_digest(&self) -> Call<[u8; 32]> {
        Call::infallible(self.0, "configuration_digest", ())
    }

    /// The feed.
    #[must_use]
    pub fn feed(&self, feed: FeedId) -> Call<Option<Feed>> {
        Call::infallible(self.0, "feed", feed)
    }

    /// A page of the feeds, from number `start`: `limit`, and [`primitives::feeds::MAX_PAGE`] at most.
    #[must_use]
    pub fn feeds(&self, start: u32, limit: u32) -> Call<Vec<(FeedId, Feed)>> {
        Call::infallible(self.0, "feeds", (start, limit))
    }

    /// The model.
    #[must_use]
    pub fn model(&self, model: ModelId) -> Call<Option<Model>> {
        Call::infallible(self.0, "model", model)
    }

    /// A page of the models, from number `start`: `limit`, and [`primitives::feeds::MAX_PAGE`] at most.
    #[must_use]
    pub fn models(&self, start: u32, limit: u32) -> Call<Vec<(ModelId, Model)>> {
        Call::infallible(self.0, "models", (start, limit))
    }

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }
}
