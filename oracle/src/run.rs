//! One run, from its trigger to its finalised report, in steps that are stored one by one.
//!
//! A step starts from the store and ends with a change of the store, so a crash between two steps only costs time. A
//! report never takes effect twice: it keeps its round when it is sent again, and the chain accepts a round once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use inference::{certainty, Certainty, FixedPoint, PredictError, Reason};
use primitives::feeds::{self, Observation};
use primitives::{InputCommitment, Subject, Timestamp};

use crate::drift::Watch;
use crate::job::{Job, JobError, Ready};
use crate::keys::OperatorKey;
use crate::ledger::{Ledger, LedgerError};
use crate::mapping::{self, Known, MappingError};
use crate::metrics::Metrics;
use crate::report::{assemble, feed_value, quorum, sign, Draft, ReportError, SignedReport};
use crate::results::risk_assessment;
use crate::retry::{luck, Decision};
use crate::source::{FetchError, Fetched};
use crate::store::{now, Run, Seen, State, Store, StoreError, Submission};
use crate::subject::{new_salt, PatientId, Salt};
use crate::watch::Watched;

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The subject is not registered yet.
    #[error("the subject is not registered; register it with POST /v1/subjects")]
    SubjectUnknown,
    /// The subject was registered for another job.
    #[error("the subject is registered for another job; register the patient for this one")]
    SubjectOfOtherJob,
    /// A push made the subject, or as many requests about it were answered as it was registered for.
    #[error("the subject is not registered for another request; register the patient again")]
    SubjectUsed,
    /// The request was answered by others, or withdrawn.
    #[error("the request is no longer open; nothing is left to do")]
    RequestClosed,
    /// The deadline has passed.
    #[error("the deadline has passed; request again")]
    DeadlinePassed,
    /// Other reports came after it, and the node does not know any more whether this one was before them.
    #[error(
        "it is not known whether the report arrived: the node has discarded those blocks; read the feed"
    )]
    FateUnknown,
    /// The configuration has no such job, or one of another feed.
    #[error("the run's job is not in the configuration with its feed; put it back, or let the run expire")]
    JobUnknown,
    /// The job cannot run.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The source failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The data cannot be mapped to the inputs.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The model failed.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// The report could not be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The chain did not accept the report.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A task of this program failed.
    #[error("the run stopped unexpectedly; please report this, with the lines before it in the log")]
    Panicked,
    /// The system has no random numbers, or no thread.
    #[error("the system has no {0}; check its resources")]
    System(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RunError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> String {
        let kind = match self {
            Self::SubjectUnknown => "subject-unknown",
            Self::SubjectOfOtherJob => "subject-of-other-job",
            Self::SubjectUsed => "subject-used",
            Self::FateUnknown => "fate-unknown",
            Self::Panicked => "panicked",
            Self::RequestClosed => "request-closed",
            Self::DeadlinePassed => "deadline-passed",
            Self::JobUnknown => "job-unknown",
            Self::Job(error) => return error.kind(),
            Self::Fetch(error) => error.kind(),
            Self::Mapping(error) => error.kind(),
            Self::Predict(_) => "prediction-failed",
            Self::Report(error) => error.kind(),
            Self::Ledger(error) => return error.kind(),
            Self::System(_) => "system",
            Self::Store(_) => "store",
        };
        kind.to_owned()
    }

    /// The decision about the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Self::SubjectUnknown | Self::JobUnknown => Decision::Wait,
            Self::SubjectOfOtherJob
            | Self::SubjectUsed
            | Self::FateUnknown
            | Self::RequestClosed
            | Self::DeadlinePassed
            | Self::Predict(_) => Decision::Fail,
            Self::Job(error) => error.decision(),
            Self::Fetch(error) => error.decision(),
            Self::Mapping(error) => error.decision(),
            Self::Report(_) => Decision::Wait,
            Self::Ledger(error) => error.decision(),
            Self::Panicked | Self::System(_) | Self::Store(_) => Decision::Retry,
        }
    }
}

/// The moment at which a report is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Right after it was computed: the chain was asked a moment ago whether it is still needed.
    AtOnce,
    /// After an error or a restart: it may be on chain already, or no longer needed. The chain is asked first.
    AfterAPause,
}

/// What became of a report that may have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is on chain; the block is known if it was searched.
    Landed(Option<u64>),
    /// It is not, and the chain may still accept it.
    Open,
}

/// The state that all runs share.
pub struct Runner<L> {
    /// The store, which survives a crash.
    pub store: Store,
    /// The chain.
    pub ledger: L,
    /// The jobs by name.
    pub jobs: BTreeMap<String, Job>,
    /// The operator's key.
    pub key: OperatorKey,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The drift of inputs.
    pub drift: Watch,
    /// What the watcher of requests found last.
    pub watched: Watched,
    /// How long ended runs, and subjects without a run, are kept.
    pub keep_days: u64,
}

/// The result of a model.
struct Computed {
    /// Its value, or why it abstained.
    value: Result<i128, Reason>,
    inputs: InputCommitment,
    seen: Option<Seen>,
}

impl<L: Ledger> Runner<L> {
    /// Drives a run as far as possible now, and stores the result. Returns its new state.
    ///
    /// Stops between two steps if `stop` is set: the rest is done after a restart.
    pub async fn drive(&self, id: &str, stop: impl Fn() -> bool) -> Result<Option<State>, StoreError> {
        let began = Instant::now();
        let Some(mut run) = self.store.run(id).await? else { return Ok(None) };
        if run.state.is_end() {
            return Ok(Some(run.state));
        }
        let mut sending = Sending::AfterAPause;
        while !run.state.is_end() {
            if stop() {
                return Ok(Some(run.state));
            }
            if matches!(run.state, State::Queued | State::Waiting) {
                sending = Sending::AtOnce;
            }
            if let Err(error) = self.step(&mut run, sending).await {
                if let RunError::Store(error) = error {
                    return Err(error);
                }
                self.decide(&mut run, &error).await?;
                if run.state != State::Failed {
                    return Ok(Some(run.state));
                }
            }
        }
        self.log_end(&run, began);
        Ok(Some(run.state))
    }

    /// Drives a run one step further, in the store and in `run`.
    pub async fn step(&self, run: &mut Run, sending: Sending) -> Result<(), RunError> {
        match (run.state, &run.report) {
            (State::Queued | State::Waiting, _) => {
                self.compute(run).await?;
            }
            (State::Submitted, Some(signed)) => {
                let fate = match sending {
                    Sending::AtOnce => Fate::Open,
                    Sending::AfterAPause => self.fate(run, signed).await?,
                };
                run.block = match fate {
                    Fate::Landed(block) => block,
                    Fate::Open => match self.submit(run, signed).await {
                        Ok(block) => Some(block),
                        Err(error) => self.after_refusal(run, signed, error).await?,
                    },
                };
                self.store.finalised(&run.id, run.block, now()).await?;
                (run.state, run.reason) = (State::Finalised, None);
            }
            (State::Submitted, None) => return Err(StoreError::Damaged("report").into()),
            (State::Finalised | State::Failed | State::Abstained, _) => {}
        }
        Ok(())
    }

    /// Stores the decision after an error.
    pub async fn decide(&self, run: &mut Run, error: &RunError) -> Result<(), StoreError> {
        let (now, kind) = (now(), error.kind());
        let attempt = run.attempts.saturating_add(1);
        let decision = error.decision();
        let mut pause = decision.pause(attempt, luck());
        if let RunError::Fetch(error) = error {
            pause = pause.max(error.after().unwrap_or_default());
            self.metrics.fetch_failed(&run.job, error.kind());
        }
        // The full reason is only for the log: it may quote a node. The store and the answers keep its kind.
        tracing::warn!(run = %run.id, job = %run.job, state = run.state.name(), reason = %kind, attempt, ?decision, "{error}");
        if decision != Decision::Fail {
            self.metrics.postponed(&run.job, &kind);
        }
        let state = match decision {
            Decision::Fail => {
                // Reasons that name inputs help the caller; they contain no values.
                let reason = match error {
                    RunError::Mapping(error) => format!("{kind}: {error}"),
                    _ => kind,
                };
                self.store.failed(&run.id, &reason, now).await?;
                (run.state, run.reason) = (State::Failed, Some(reason));
                return Ok(());
            }
            Decision::Wait if run.report.is_none() => State::Waiting,
            Decision::Retry if run.report.is_none() => State::Queued,
            Decision::Wait | Decision::Retry => run.state,
            Decision::Recompute => State::Queued,
        };
        if matches!(error, RunError::Ledger(LedgerError::Refused(_))) {
            if let Some(job) = self.jobs.get(&run.job) {
                job.invalidate().await;
            }
        }
        let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        // Not later than the deadline, so that its end is recorded on time.
        let next = now.saturating_add(pause).min(run.deadline.saturating_add(1)).max(now.saturating_add(1));
        self.store.put_off(&run.id, state, &kind, next, now).await?;
        run.state = state;
        Ok(())
    }

    /// Ends with a signed report in the store, or with the model's abstention.
    async fn compute(&self, run: &mut Run) -> Result<(), RunError> {
        if now() > run.deadline {
            return Err(RunError::DeadlinePassed);
        }
        let job = self.job(run)?;
        let about = self.about(run).await?;
        // No record is fetched for a request that nobody waits for.
        if run.request.is_some() {
            self.round(run).await?;
        }
        let ready = job.ready(&self.ledger, &self.key, now()).await?;
        let inputs_salt = new_salt().map_err(|_| RunError::System("randomness"))?;
        let observed_at = now();
        let computed = self.predict(job, &ready, run, about.as_ref(), &inputs_salt, observed_at).await?;
        let Computed { value, inputs, seen } = computed;
        let value = match value {
            Ok(value) => value,
            Err(reason) => {
                let reason = format!("abstained: {reason}");
                self.store.abstained(&run.id, &reason, seen.clone(), now()).await?;
                (run.state, run.reason) = (State::Abstained, Some(reason));
                return self.count(seen, &ready).await;
            }
        };
        let last = match (run.request, run.attempts) {
            // The push made the subject: there is no earlier report on it.
            (None, 0) if run.subject != Subject::default() => 0,
            _ => self.round(run).await?,
        };
        let round = last.saturating_add(1);
        let draft = Draft {
            digest: ready.digest,
            feed: job.config.feed,
            subject: run.subject,
            round,
            request: run.request,
            model: ready.id,
            inputs,
            observed_at,
        };
        let observations = vec![Observation { operator: ready.operator, value }];
        let fixed = FixedPoint { value, decimals: ready.feed.decimals };
        let signed = sign(assemble(&ready.configuration, draft, observations)?, &self.key)?;
        let manifest = ready.model.manifest();
        let result = about.as_ref().filter(|_| job.results.is_some()).map(|patient| {
            risk_assessment(manifest, ready.output, fixed, &signed.report, patient).to_string()
        });
        let signed_at = self.ledger.known_head();
        let submission =
            Submission { signed: signed.clone(), inputs_salt, signed_at, seen: seen.clone(), result };
        self.store.submitted(&run.id, submission, now()).await?;
        (run.state, run.report, run.signed_at) = (State::Submitted, Some(signed), Some(signed_at));
        self.count(seen, &ready).await
    }

    /// Whom or what the run is about; `None` for a global value.
    async fn about(&self, run: &Run) -> Result<Option<PatientId>, RunError> {
        if run.subject == Subject::default() {
            return Ok(None);
        }
        let who = self.store.registration(run.subject).await?.ok_or(RunError::SubjectUnknown)?;
        if who.job != run.job {
            return Err(RunError::SubjectOfOtherJob);
        }
        if let Some(request) = run.request {
            if self.store.answered_before(run.subject, request).await? >= who.uses.into() {
                return Err(RunError::SubjectUsed);
            }
        }
        Ok(Some(who.patient))
    }

    async fn count(&self, seen: Option<Seen>, ready: &Ready) -> Result<(), RunError> {
        let Some(seen) = seen else { return Ok(()) };
        Ok(self.drift.count(seen, ready.model.manifest(), &self.store, &self.metrics).await?)
    }

    async fn predict(
        &self,
        job: &Job,
        ready: &Ready,
        run: &Run,
        about: Option<&PatientId>,
        salt: &Salt,
        at: Timestamp,
    ) -> Result<Computed, RunError> {
        let moment = i64::try_from(at).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let at = moment.ok_or(RunError::System("time"))?;
        let max_age = job.config.max_observation_age;
        let fetched = match &job.source {
            Some(source) => source.fetch(ready.model.manifest(), about, at, max_age).await?,
            None => Fetched::Nothing,
        };
        let (ready, salt, config, pushed) = (ready.clone(), *salt, job.config.clone(), run.pushed.clone());
        let predict = move || -> Result<_, RunError> {
            let Ready { model, output, feed, .. } = ready;
            let (manifest, parameters) = (model.manifest(), &config.parameters);
            let known = Known { parameters, pushed: &pushed, fetched: &fetched, at, max_age };
            let features = mapping::features(manifest, known)?;
            let inputs = InputCommitment(features.commitment(&salt));
            let seen = Watch::seen(&config.name, manifest, &features);
            let predictions = model.predict(&[features])?;
            let found =
                predictions.rows().next().zip(manifest.outputs.get(output)).ok_or(JobError::FeedMismatch)?;
            let (prediction, named) = found;
            if let Some(Certainty::Abstain(reason)) = certainty(manifest, prediction, &named.name) {
                return Ok(Computed { value: Err(reason), inputs, seen });
            }
            let value = prediction.get(output).copied().ok_or(JobError::FeedMismatch)?;
            Ok(Computed { value: Ok(feed_value(value, &feed)?), inputs, seen })
        };
        tokio::task::spawn_blocking(predict).await.map_err(|_| RunError::System("thread"))?
    }

    async fn submit(&self, run: &Run, signed: &SignedReport) -> Result<u64, RunError> {
        let ready = self.job(run)?.ready(&self.ledger, &self.key, now()).await?;
        let signatures = quorum(&ready.configuration, &[signed.signature])?;
        let began = Instant::now();
        let block = self.ledger.submit(&signed.report, &signatures).await?;
        self.metrics.submitted(began.elapsed());
        Ok(block)
    }

    /// What the finalised chain says about a report that may have been sent. An error if it is not there, and the
    /// chain can never accept it: only then the run may be given up, or computed again.
    ///
    /// All of it is asked at one block: a report that lands meanwhile is found by the next question.
    async fn fate(&self, run: &Run, signed: &SignedReport) -> Result<Fate, RunError> {
        let report = &signed.report;
        let standing = self.ledger.standing(report.feed, report.subject, run.request).await?;
        match standing.reading {
            // The commitment has a random salt, so no other report has the same.
            Some(reading) if reading.inputs == report.inputs => return Ok(Fate::Landed(None)),
            // Another report came after the one before ours: by another operator, or in another epoch.
            Some(reading) if reading.round.saturating_add(1) != report.round => {
                let after = run.signed_at.ok_or(RunError::FateUnknown)?;
                match self.ledger.landed(report, after, standing.block).await {
                    Ok(Some(block)) => return Ok(Fate::Landed(Some(block))),
                    Ok(None) => {}
                    Err(LedgerError::Discarded(_)) => return Err(RunError::FateUnknown),
                    Err(error) => return Err(error.into()),
                }
            }
            _ => {}
        }
        match (run.request, &standing.request) {
            (Some(_), None) => return Err(RunError::RequestClosed),
            (Some(_), Some(open)) if standing.time > open.deadline => return Err(RunError::DeadlinePassed),
            _ => {}
        }
        if standing.round >= report.round {
            return Err(LedgerError::Refused(feeds::Error::RoundNotNewer).into());
        }
        // A report that may be in the pool is given up only when it is too old for the chain.
        if now() > run.deadline {
            let feed = self.ledger.feed(report.feed).await?.ok_or(RunError::DeadlinePassed)?;
            if standing.time > report.observed_at.saturating_add(feed.max_report_age) {
                return Err(RunError::DeadlinePassed);
            }
        }
        Ok(Fate::Open)
    }

    /// The block of a report that the chain refused because it has it already: it was sent before, and executed after
    /// the chain was asked. Otherwise the refusal.
    async fn after_refusal(
        &self,
        run: &Run,
        signed: &SignedReport,
        error: RunError,
    ) -> Result<Option<u64>, RunError> {
        if !matches!(error.decision(), Decision::Recompute | Decision::Fail) {
            return Err(error);
        }
        match self.fate(run, signed).await? {
            Fate::Landed(block) => Ok(block),
            // The conflicting report is not final yet: the chain is asked again before anything is recomputed.
            Fate::Open
                if matches!(error, RunError::Ledger(LedgerError::Refused(feeds::Error::RoundNotNewer))) =>
            {
                Err(LedgerError::NotExecuted("a report of this round is not final yet".to_owned()).into())
            }
            Fate::Open => Err(error),
        }
    }

    /// The last round on the run's feed about its subject. An error if its request is closed.
    async fn round(&self, run: &Run) -> Result<u64, RunError> {
        let standing = self.ledger.standing(run.feed, run.subject, run.request).await?;
        if run.request.is_some() && standing.request.is_none() {
            return Err(RunError::RequestClosed);
        }
        Ok(standing.round)
    }

    /// The job of a run, if it still reports to the same feed.
    fn job(&self, run: &Run) -> Result<&Job, RunError> {
        self.jobs.get(&run.job).filter(|job| job.config.feed == run.feed).ok_or(RunError::JobUnknown)
    }

    /// Puts off a run whose task stopped unexpectedly.
    pub async fn panicked(&self, id: &str) -> Result<(), StoreError> {
        let Some(mut run) = self.store.run(id).await?.filter(|run| !run.state.is_end()) else {
            return Ok(());
        };
        let error = if now() > run.deadline { RunError::DeadlinePassed } else { RunError::Panicked };
        self.decide(&mut run, &error).await
    }

    /// Logs and counts an ended run.
    fn log_end(&self, run: &Run, began: Instant) {
        let outcome =
            run.reason.as_deref().and_then(|reason| reason.split(':').next()).unwrap_or(run.state.name());
        self.metrics.ended(&run.job, outcome, Duration::from_millis(now().saturating_sub(run.created_at)));
        tracing::info!(
            run = %run.id,
            job = %run.job,
            feed = run.report.as_ref().map(|signed| signed.report.feed.name()),
            request = run.request,
            state = run.state.name(),
            outcome,
            block = run.block,
            attempts = run.attempts,
            last_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            total_ms = now().saturating_sub(run.created_at),
            "run ended"
        );
    }
}

#[cfg(test)]
mod given_tests;
#[cfg(test)]
mod tests;
