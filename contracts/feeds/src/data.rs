use ink::prelude::{string::String, vec::Vec};
use ink::storage::{traits::ManualKey, Lazy, Mapping};
use primitives::{ensure, AccountId, Call, DocumentHash, FeedId, ModelId, Role, RoleSet, Subject, Timestamp};

use crate::errors::Error;
use crate::events::{
    FeedSet, ModelApproved, ModelRevoked, OperatorsSet, ReportAccepted, RequestCancelled, ResultRequested,
};
use crate::types::{
    Configuration, Feed, Model, OperatorKey, Reading, Report, Request, Signature, MAX_CLOCK_SKEW,
    MAX_DECIMALS, MAX_OPERATORS, MAX_PAGE, MAX_VERSION,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4645_0001;

/// Who may approve models and take the approval back.
const APPROVERS: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

/// What is stored once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct State {
    /// The contract that knows the roles.
    access: Option<AccountId>,
    /// The chain's genesis hash.
    chain: [u8; 32],
    configuration: Configuration,
    feeds: u32,
    models: u32,
    requests: u64,
}

/// The rules of `feeds`, without the macro: who calls and when is an argument, what happened is the result.
///
/// Every field has its own storage key, listed in `docs/upgrades.md`.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    layout: Lazy<u32, ManualKey<0x4C41_594F>>,
    state: Lazy<State, ManualKey<0x5354_4154>>,
    feed_ids: Mapping<u32, FeedId, ManualKey<0x4645_4944>>,
    feeds: Mapping<FeedId, Feed, ManualKey<0x4645_4544>>,
    model_ids: Mapping<u32, ModelId, ManualKey<0x4D4F_4944>>,
    models: Mapping<ModelId, Model, ManualKey<0x4D4F_444C>>,
    requests: Mapping<u64, Request, ManualKey<0x5245_5155>>,
    readings: Mapping<(FeedId, Subject), Reading, ManualKey<0x5245_4144>>,
}

impl Data {
    /// No feed and no operator yet, on the chain with this genesis hash.
    #[must_use]
    pub fn new(access: AccountId, chain: [u8; 32]) -> Self {
        let mut data = Self {
            layout: Lazy::new(),
            state: Lazy::new(),
            feed_ids: Mapping::new(),
            feeds: Mapping::new(),
            model_ids: Mapping::new(),
            models: Mapping::new(),
            requests: Mapping::new(),
            readings: Mapping::new(),
        };
        data.layout.set(&LAYOUT);
        data.state.set(&State { access: Some(access), chain, ..State::default() });
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
        self.state().access.unwrap_or([0; 32].into())
    }

    /// Who signs reports.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        self.state().configuration
    }

    /// What reports to the contract `this` carry.
    #[must_use]
    pub fn digest(&self, this: AccountId) -> [u8; 32] {
        self.state().digest(this)
    }

    /// The feed.
    #[must_use]
    pub fn feed(&self, feed: FeedId) -> Option<Feed> {
        self.feeds.get(feed)
    }

    /// The feeds from number `start` in the order of their opening, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_feeds(&self, start: u32, limit: u32) -> Vec<(FeedId, Feed)> {
        page(start, limit, self.state().feeds)
            .filter_map(|number| self.feed_ids.get(number))
            .filter_map(|id| Some((id, self.feeds.get(id)?)))
            .collect()
    }

    /// The model.
    #[must_use]
    pub fn model(&self, model: ModelId) -> Option<Model> {
        self.models.get(model)
    }

    /// The models from number `start` in the order of their approval, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_models(&self, start: u32, limit: u32) -> Vec<(ModelId, Model)> {
        page(start, limit, self.state().models)
            .filter_map(|number| self.model_ids.get(number))
            .filter_map(|id| Some((id, self.models.get(id)?)))
            .collect()
    }

    /// The request, while it is open.
    #[must_use]
    pub fn request(&self, request: u64) -> Option<Request> {
        self.requests.get(request)
    }

    /// The last round that was accepted on the feed and subject in this epoch: 0 where none was.
    ///
    /// Each epoch counts from the start: operators that were removed may have left the greatest round behind.
    #[must_use]
    pub fn round(&self, feed: FeedId, subject: Subject) -> u64 {
        self.round_in(self.state().configuration.epoch, feed, subject)
    }

    /// The last reading, where it was observed at most `max_age` milliseconds ago.
    pub fn read(
        &self,
        feed: FeedId,
        subject: Subject,
        max_age: Timestamp,
        now: Timestamp,
    ) -> Result<Reading, Error> {
        ensure(self.feeds.contains(feed), Error::UnknownFeed)?;
        let reading = self.readings.get((feed, subject)).ok_or(Error::NoReading)?;
        ensure(now.saturating_sub(reading.observed_at) <= max_age, Error::StaleReading)?;
        // What a model found is worth no more than the model.
        let model = self.models.get(reading.model).ok_or(Error::UnknownModel)?;
        ensure(!model.revoked, Error::ModelRevoked)?;
        Ok(reading)
    }

    /// Lets these operators sign reports to the contract `this`, of which `f` may be faulty.
    pub fn set_operators(
        &mut self,
        call: Call,
        this: AccountId,
        operators: Vec<OperatorKey>,
        f: u8,
    ) -> Result<OperatorsSet, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        let needed = usize::from(f).saturating_mul(3).saturating_add(1);
        ensure((needed..=MAX_OPERATORS).contains(&operators.len()), Error::OperatorCountInvalid)?;
        ensure(operators.iter().all(|key| matches!(key, [2 | 3, ..])), Error::InvalidOperatorKey)?;
        let unique = operators
            .iter()
            .enumerate()
            .all(|(at, key)| !operators.iter().skip(at.saturating_add(1)).any(|other| other == key));
        ensure(unique, Error::DuplicateOperator)?;
        // An epoch costs a transaction: 2^32 of them are out of reach.
        let mut state = self.state();
        let epoch = state.configuration.epoch.saturating_add(1);
        state.configuration = Configuration { epoch, f, operators: operators.clone() };
        self.state.set(&state);
        Ok(OperatorsSet { digest: state.digest(this), epoch, f, operators })
    }

    /// Approves a model until `valid_until`.
    pub fn approve_model(
        &mut self,
        call: Call,
        model: ModelId,
        manifest: DocumentHash,
        version: String,
        valid_until: Timestamp,
    ) -> Result<ModelApproved, Error> {
        ensure(call.roles.intersects(APPROVERS), Error::CallerNotAuthorised)?;
        ensure(!self.models.contains(model), Error::ModelExists)?;
        ensure(!version.is_empty() && version.len() <= MAX_VERSION, Error::InvalidVersion)?;
        ensure(call.now <= valid_until, Error::DeadlineInPast)?;
        let record = Model {
            manifest,
            version: version.clone(),
            approved_by: call.caller,
            approved_at: call.now,
            valid_until,
            revoked: false,
        };
        self.models.insert(model, &record);
        let mut state = self.state();
        self.model_ids.insert(state.models, &model);
        // A model costs a storage deposit: 2^32 of them exceed every chain's supply. So do feeds.
        state.models = state.models.saturating_add(1);
        self.state.set(&state);
        Ok(ModelApproved { model, by: call.caller, manifest, version, valid_until })
    }

    /// Takes a model's approval back for good.
    pub fn revoke_model(&mut self, call: Call, model: ModelId) -> Result<ModelRevoked, Error> {
        ensure(call.roles.intersects(APPROVERS), Error::CallerNotAuthorised)?;
        let mut record = self.models.get(model).ok_or(Error::UnknownModel)?;
        ensure(!record.revoked, Error::ModelRevoked)?;
        record.revoked = true;
        self.models.insert(model, &record);
        Ok(ModelRevoked { model, by: call.caller })
    }

    /// Opens a feed.
    pub fn create_feed(&mut self, call: Call, feed: FeedId, definition: Feed) -> Result<FeedSet, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        ensure(feed.is_well_formed(), Error::InvalidFeedName)?;
        ensure(!self.feeds.contains(feed), Error::FeedExists)?;
        let event = self.set_feed(call, feed, definition)?;
        let mut state = self.state();
        self.feed_ids.insert(state.feeds, &feed);
        state.feeds = state.feeds.saturating_add(1);
        self.state.set(&state);
        Ok(event)
    }

    /// Gives a feed another model or range: an update of its model, or the way back to the one before.
    pub fn update_feed(&mut self, call: Call, feed: FeedId, definition: Feed) -> Result<FeedSet, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        let Feed { kind, decimals, .. } = self.feeds.get(feed).ok_or(Error::UnknownFeed)?;
        // Readings that are there, and readers that hold to the feed, would mean something else.
        ensure(kind == definition.kind && decimals == definition.decimals, Error::FeedMeaningFixed)?;
        self.set_feed(call, feed, definition)
    }

    /// Asks for a value on `feed` about `subject` until `deadline`.
    pub fn request_result(
        &mut self,
        call: Call,
        feed: FeedId,
        subject: Subject,
        deadline: Timestamp,
    ) -> Result<ResultRequested, Error> {
        ensure(!call.roles.is_empty(), Error::CallerNotAuthorised)?;
        ensure(self.feeds.contains(feed), Error::UnknownFeed)?;
        ensure(call.now <= deadline, Error::DeadlineInPast)?;
        let mut state = self.state();
        let request = state.requests;
        state.requests = request.saturating_add(1);
        self.state.set(&state);
        self.requests.insert(request, &Request { feed, subject, requester: call.caller, deadline });
        Ok(ResultRequested { request, feed, subject, requester: call.caller, deadline })
    }

    /// Withdraws a request, whose storage deposit comes back.
    pub fn cancel_request(&mut self, call: Call, request: u64) -> Result<RequestCancelled, Error> {
        let record = self.requests.get(request).ok_or(Error::UnknownRequest)?;
        ensure(record.requester == call.caller, Error::CallerNotRequester)?;
        self.requests.remove(request);
        Ok(RequestCancelled { request })
    }

    /// Accepts a report to the contract `this`, and answers its request. `recover` finds the key that signed a
    /// hash.
    ///
    /// The caller needs no role: the signatures alone make a report count, and whoever sends it pays.
    pub fn report(
        &mut self,
        call: Call,
        this: AccountId,
        report: &Report,
        signatures: &[Signature],
        recover: impl Fn(&Signature, &[u8; 32]) -> Option<OperatorKey>,
    ) -> Result<ReportAccepted, Error> {
        let state = self.state();
        let configuration = &state.configuration;
        ensure(report.configuration == state.digest(this), Error::WrongConfiguration)?;
        let feed = self.feeds.get(report.feed).ok_or(Error::UnknownFeed)?;
        self.ensure_model_accepted(call, &feed, report.model)?;
        let last_round = self.round_in(configuration.epoch, report.feed, report.subject);
        ensure(report.round > last_round, Error::RoundNotNewer)?;
        ensure(report.observed_at <= call.now.saturating_add(MAX_CLOCK_SKEW), Error::ReportFromFuture)?;
        let age = call.now.saturating_sub(report.observed_at);
        ensure(age <= feed.max_report_age, Error::ReportTooOld)?;
        self.ensure_answers_request(call, report)?;
        let value = ensure_observations(configuration, &feed, report)?;
        ensure_signed(configuration, report, signatures, recover)?;

        if let Some(request) = report.request {
            self.requests.remove(request);
        }
        let Report { feed: id, subject, round, request, model, inputs, observed_at, .. } = *report;
        let decimals = feed.decimals;
        let (epoch, reported_at) = (configuration.epoch, call.now);
        let reading = Reading { value, decimals, epoch, round, model, inputs, observed_at, reported_at };
        self.readings.insert((id, subject), &reading);
        let observations =
            u8::try_from(report.observations.len()).map_err(|_| Error::ObservationCountInvalid)?;
        let transmitter = call.caller;
        Ok(ReportAccepted {
            feed: id,
            subject,
            round,
            request,
            value,
            decimals,
            model,
            inputs,
            observed_at,
            observations,
            transmitter,
        })
    }

    fn set_feed(&mut self, call: Call, feed: FeedId, definition: Feed) -> Result<FeedSet, Error> {
        let in_order = definition.decimals <= MAX_DECIMALS && definition.min <= definition.max;
        ensure(in_order, Error::InvalidFeedRange)?;
        self.ensure_model_usable(call, definition.model)?;
        self.feeds.insert(feed, &definition);
        Ok(FeedSet { feed, definition, by: call.caller })
    }

    fn ensure_model_usable(&self, call: Call, model: ModelId) -> Result<(), Error> {
        let record = self.models.get(model).ok_or(Error::UnknownModel)?;
        ensure(!record.revoked, Error::ModelRevoked)?;
        ensure(call.now <= record.valid_until, Error::ModelExpired)
    }

    fn ensure_model_accepted(&self, call: Call, feed: &Feed, model: ModelId) -> Result<(), Error> {
        self.ensure_model_usable(call, model)?;
        ensure(feed.model == model, Error::WrongModel)
    }

    fn ensure_answers_request(&self, call: Call, report: &Report) -> Result<(), Error> {
        let Some(number) = report.request else { return Ok(()) };
        let request = self.requests.get(number).ok_or(Error::UnknownRequest)?;
        let same = request.feed == report.feed && request.subject == report.subject;
        ensure(same, Error::RequestMismatch)?;
        ensure(call.now <= request.deadline, Error::RequestExpired)
    }

    fn round_in(&self, epoch: u32, feed: FeedId, subject: Subject) -> u64 {
        let reading = self.readings.get((feed, subject));
        reading.filter(|last| last.epoch == epoch).map_or(0, |last| last.round)
    }

    /// No state is nobody's contract: no call has a role in it.
    fn state(&self) -> State {
        self.state.get().unwrap_or_default()
    }
}

impl State {
    fn digest(&self, this: AccountId) -> [u8; 32] {
        self.configuration.digest(self.chain, this)
    }
}

/// Returns the median of the observations.
fn ensure_observations(configuration: &Configuration, feed: &Feed, report: &Report) -> Result<i128, Error> {
    let Configuration { f, operators, .. } = configuration;
    let observations = &report.observations;
    let needed = usize::from(*f).saturating_mul(2).saturating_add(1);
    ensure((needed..=operators.len()).contains(&observations.len()), Error::ObservationCountInvalid)?;
    ensure(observations.is_sorted_by_key(|observation| observation.value), Error::ObservationsNotSorted)?;
    let mut seen = Seen::default();
    for observation in observations {
        ensure(usize::from(observation.operator) < operators.len(), Error::UnknownObserver)?;
        ensure(seen.first_time(observation.operator), Error::DuplicateObserver)?;
        ensure((feed.min..=feed.max).contains(&observation.value), Error::ValueOutOfRange)?;
    }
    report.median().ok_or(Error::ObservationCountInvalid)
}

fn ensure_signed(
    configuration: &Configuration,
    report: &Report,
    signatures: &[Signature],
    recover: impl Fn(&Signature, &[u8; 32]) -> Option<OperatorKey>,
) -> Result<(), Error> {
    let Configuration { f, operators, .. } = configuration;
    let needed = usize::from(*f).saturating_add(1);
    ensure((needed..=operators.len()).contains(&signatures.len()), Error::SignatureCountInvalid)?;
    let hash = report.hash();
    let mut seen = Seen::default();
    for signature in signatures {
        let key = recover(signature, &hash).ok_or(Error::BadSignature)?;
        let operator = operators.iter().position(|operator| *operator == key).ok_or(Error::BadSignature)?;
        let operator = u8::try_from(operator).map_err(|_| Error::BadSignature)?;
        ensure(seen.first_time(operator), Error::DuplicateSignature)?;
    }
    Ok(())
}

/// Which operators were met: one bit for each of at most [`MAX_OPERATORS`].
#[derive(Default)]
struct Seen(u32);

impl Seen {
    fn first_time(&mut self, operator: u8) -> bool {
        let bit = 1_u32.checked_shl(u32::from(operator)).unwrap_or_default();
        let first = self.0 & bit == 0;
        self.0 |= bit;
        first
    }
}

fn page(start: u32, limit: u32, count: u32) -> core::ops::Range<u32> {
    start..start.saturating_add(limit.min(MAX_PAGE)).min(count)
}
