//! The rules of `feeds`, without the macro: who calls and when is an argument, what happened is the result.

use ink::prelude::{string::String, vec::Vec};
use kernel::{key, Call, Item, Map, Member};
use primitives::feeds::{
    Configuration, Error, Feed, FeedSet, FeedValue, Model, ModelApproved, ModelRevoked, OperatorKey,
    OperatorsSet, Reading, Report, ReportAccepted, Request, RequestCancelled, ResultRequested, Signature,
    MAX_CLOCK_SKEW, MAX_DECIMALS, MAX_OPERATORS, MAX_PAGE, MAX_VERSION,
};
use primitives::{ensure, AccountId, DocumentHash, FeedId, ModelId, Role, RoleSet, Subject, Timestamp};
use scale::{Decode, Encode};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4645_0002;

/// The roles that approve models and revoke their approval.
const APPROVERS: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

/// What is stored once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct State {
    /// The chain's genesis hash.
    chain: [u8; 32],
    /// Who signs reports.
    configuration: Configuration,
    /// How many feeds were ever opened.
    feeds: u32,
    /// How many models were ever approved.
    models: u32,
    /// How many requests there ever were.
    requests: u64,
}

/// What the contract knows. Every field has its own storage key, which spells its name.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    state: Item<State, { key(b"STAT") }>,
    feed_ids: Map<u32, FeedId, { key(b"FEID") }>,
    feeds: Map<FeedId, Feed, { key(b"FEED") }>,
    model_ids: Map<u32, ModelId, { key(b"MOID") }>,
    models: Map<ModelId, Model, { key(b"MODL") }>,
    requests: Map<u64, Request, { key(b"REQU") }>,
    readings: Map<(FeedId, Subject), Reading, { key(b"READ") }>,
}

impl Data {
    /// No feed and no operator yet, in the deployment of `access`, on the chain with this genesis hash.
    #[must_use]
    pub fn new(access: AccountId, chain: [u8; 32]) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.state.set(&State { chain, ..State::default() });
        data
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

    /// How many requests there ever were, and those that are open among the [`MAX_PAGE`] numbers from `start` at
    /// most. Numbers are given out in order, so whoever looked at all numbers once never has to look at them again.
    #[must_use]
    pub fn list_requests(&self, start: u64, limit: u32) -> (u64, Vec<(u64, Request)>) {
        let made = self.state().requests;
        let end = start.saturating_add(limit.min(MAX_PAGE).into()).min(made);
        let open = |number| Some((number, self.requests.get(number)?));
        (made, (start..end).filter_map(open).collect())
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
        // A result is worth no more than the model behind it.
        let model = self.models.get(reading.model).ok_or(Error::UnknownModel)?;
        ensure(!model.revoked, Error::ModelRevoked)?;
        Ok(reading)
    }

    /// What another contract gets of [`Data::read`].
    #[must_use]
    pub fn fresh_value(
        &self,
        feed: FeedId,
        subject: Subject,
        max_age: Timestamp,
        now: Timestamp,
    ) -> Option<FeedValue> {
        let Reading { value, observed_at, inputs, spread, .. } =
            self.read(feed, subject, max_age, now).ok()?;
        Some(FeedValue { value, observed_at, inputs, spread })
    }

    /// Lets these operators sign reports to the contract `this`, of which `f` may be faulty.
    pub fn set_operators(
        &mut self,
        call: Call,
        this: AccountId,
        operators: Vec<OperatorKey>,
        f: u8,
    ) -> Result<OperatorsSet, Error> {
        call.ensure_role(Role::Admin)?;
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
        call.ensure_any(APPROVERS)?;
        ensure(!self.models.contains(model), Error::ModelExists)?;
        ensure(!version.is_empty() && version.len() <= MAX_VERSION, Error::InvalidVersion)?;
        ensure(call.now <= valid_until, Error::DeadlineInPast)?;
        let record = Model {
            manifest,
            version: version.clone(),
            approved_by: call.actor(),
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
        Ok(ModelApproved { model, by: call.actor(), manifest, version, valid_until })
    }

    /// Revokes a model's approval, permanently.
    pub fn revoke_model(&mut self, call: Call, model: ModelId) -> Result<ModelRevoked, Error> {
        call.ensure_any(APPROVERS)?;
        let mut record = self.models.get(model).ok_or(Error::UnknownModel)?;
        ensure(!record.revoked, Error::ModelRevoked)?;
        record.revoked = true;
        self.models.insert(model, &record);
        Ok(ModelRevoked { model, by: call.actor() })
    }

    /// Opens a feed.
    pub fn create_feed(&mut self, call: Call, feed: FeedId, definition: Feed) -> Result<FeedSet, Error> {
        call.ensure_role(Role::Admin)?;
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
        call.ensure_role(Role::Admin)?;
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
        self.requests.insert(request, &Request { feed, subject, requester: call.actor(), deadline });
        Ok(ResultRequested { feed, subject, by: call.actor(), request, deadline })
    }

    /// Withdraws a request, whose storage deposit comes back: any account of the organisation that made it may. One
    /// that acts for no organisation withdraws its own.
    pub fn cancel_request(&mut self, call: Call, request: u64) -> Result<RequestCancelled, Error> {
        let record = self.requests.get(request).ok_or(Error::UnknownRequest)?;
        let is_requester = match record.requester.organisation {
            Some(organisation) => call.is_of(organisation),
            None => call.account == record.requester.account,
        };
        ensure(is_requester, Error::CallerNotRequester)?;
        self.requests.remove(request);
        Ok(RequestCancelled { by: call.actor(), request })
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
        let (spread, epoch, reported_at) = (report.spread(), configuration.epoch, call.now);
        let reading =
            Reading { value, spread, decimals, epoch, round, model, inputs, observed_at, reported_at };
        self.readings.insert((id, subject), &reading);
        let observations =
            u8::try_from(report.observations.len()).map_err(|_| Error::ObservationCountInvalid)?;
        let transmitter = call.account;
        Ok(ReportAccepted {
            feed: id,
            subject,
            round,
            request,
            value,
            spread,
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
        Ok(FeedSet { feed, by: call.actor(), definition })
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

    /// Without a state the storage is another contract's: then there is no `access` that could give a caller a role.
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
