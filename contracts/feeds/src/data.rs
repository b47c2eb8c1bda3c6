use ink::prelude::{string::String, vec::Vec};
use ink::storage::{traits::ManualKey, Mapping};
use primitives::{AccountId, Call, DocumentHash, FeedId, ModelId, Role, RoleSet, Subject, Timestamp};

use crate::errors::Error;
use crate::events::{
    FeedSet, ModelApproved, ModelRevoked, OperatorsSet, ReportAccepted, RequestCancelled, ResultRequested,
};
use crate::types::{
    Configuration, Feed, Model, OperatorKey, Reading, Report, Request, Signature, MAX_CLOCK_SKEW,
    MAX_DECIMALS, MAX_OPERATORS, MAX_PAGE, MAX_VERSION,
};

/// Who may approve models and take the approval back.
const APPROVERS: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

/// The rules of `feeds`, without the macro: who calls and when is an argument, what happened is the result.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    access: AccountId,
    /// The chain's genesis hash.
    chain: [u8; 32],
    configuration: Configuration,
    feed_count: u32,
    model_count: u32,
    request_count: u64,
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
        Self {
            access,
            chain,
            configuration: Configuration { epoch: 0, f: 0, operators: Vec::new() },
            feed_count: 0,
            model_count: 0,
            request_count: 0,
            feed_ids: Mapping::new(),
            feeds: Mapping::new(),
            model_ids: Mapping::new(),
            models: Mapping::new(),
            requests: Mapping::new(),
            readings: Mapping::new(),
        }
    }

    /// The contract that knows the roles.
    #[must_use]
    pub fn access(&self) -> AccountId {
        self.access
    }

    /// Who signs reports.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        self.configuration.clone()
    }

    /// What reports to the contract `this` carry.
    #[must_use]
    pub fn digest(&self, this: AccountId) -> [u8; 32] {
        self.configuration.digest(self.chain, this)
    }

    /// The feed.
    #[must_use]
    pub fn feed(&self, feed: FeedId) -> Option<Feed> {
        self.feeds.get(feed)
    }

    /// The feeds from number `start` in the order of their opening, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_feeds(&self, start: u32, limit: u32) -> Vec<(FeedId, Feed)> {
        page(start, limit, self.feed_count)
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
        page(start, limit, self.model_count)
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
        let reading = self.readings.get((feed, subject));
        reading.filter(|last| last.epoch == self.configuration.epoch).map_or(0, |last| last.round)
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
        let epoch = self.configuration.epoch.saturating_add(1);
        self.configuration = Configuration { epoch, f, operators: operators.clone() };
        Ok(OperatorsSet { digest: self.digest(this), epoch, f, operators })
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
        self.model_ids.insert(self.model_count, &model);
        // A model costs a storage deposit: 2^32 of them exceed every chain's supply. So do feeds.
        self.model_count = self.model_count.saturating_add(1);
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
        self.feed_ids.insert(self.feed_count, &feed);
        self.feed_count = self.feed_count.saturating_add(1);
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
        let request = self.request_count;
        self.request_count = request.saturating_add(1);
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
        ensure(report.configuration == self.digest(this), Error::WrongConfiguration)?;
        let feed = self.feeds.get(report.feed).ok_or(Error::UnknownFeed)?;
        self.ensure_model_accepted(call, &feed, report.model)?;
        ensure(report.round > self.round(report.feed, report.subject), Error::RoundNotNewer)?;
        ensure(report.observed_at <= call.now.saturating_add(MAX_CLOCK_SKEW), Error::ReportFromFuture)?;
        let age = call.now.saturating_sub(report.observed_at);
        ensure(age <= feed.max_report_age, Error::ReportTooOld)?;
        self.ensure_answers_request(call, report)?;
        let value = self.ensure_observations(&feed, report)?;
        self.ensure_signed(report, signatures, recover)?;

        if let Some(request) = report.request {
            self.requests.remove(request);
        }
        let Report { feed: id, subject, round, request, model, inputs, observed_at, .. } = *report;
        let decimals = feed.decimals;
        let (epoch, reported_at) = (self.configuration.epoch, call.now);
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

    /// Returns the median of the observations.
    fn ensure_observations(&self, feed: &Feed, report: &Report) -> Result<i128, Error> {
        let Configuration { f, operators, .. } = &self.configuration;
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
        &self,
        report: &Report,
        signatures: &[Signature],
        recover: impl Fn(&Signature, &[u8; 32]) -> Option<OperatorKey>,
    ) -> Result<(), Error> {
        let Configuration { f, operators, .. } = &self.configuration;
        let needed = usize::from(*f).saturating_add(1);
        ensure((needed..=operators.len()).contains(&signatures.len()), Error::SignatureCountInvalid)?;
        let hash = report.hash();
        let mut seen = Seen::default();
        for signature in signatures {
            let key = recover(signature, &hash).ok_or(Error::BadSignature)?;
            let operator =
                operators.iter().position(|operator| *operator == key).ok_or(Error::BadSignature)?;
            let operator = u8::try_from(operator).map_err(|_| Error::BadSignature)?;
            ensure(seen.first_time(operator), Error::DuplicateSignature)?;
        }
        Ok(())
    }
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

fn ensure(condition: bool, error: Error) -> Result<(), Error> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}
