//! One run, from its trigger to its finalised report, in steps that are stored one by one.
//!
//! A step starts from the store and ends with a change of the store, so a crash between two steps only costs time. A
//! report never takes effect twice: it keeps its round when it is sent again, and the chain accepts a round once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use inference::{certainty, Certainty, PredictError, Reason};
use primitives::feeds::{self, Observation};
use primitives::{InputCommitment, Subject, Timestamp};

use crate::drift::Watch;
use crate::job::{Job, JobError, Ready};
use crate::keys::OperatorKey;
use crate::ledger::{Ledger, LedgerError};
use crate::mapping::{self, Known, MappingError};
use crate::metrics::Metrics;
use crate::report::{assemble, feed_value, quorum, sign, Draft, ReportError, SignedReport};
use crate::retry::Decision;
use crate::source::{FetchError, Fetched};
use crate::store::{now, Run, Seen, State, Store, StoreError};
use crate::subject::{new_salt, PatientId, Salt};

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The subject is not registered yet.
    #[error("the subject is not registered; register it with POST /v1/subjects")]
    SubjectUnknown,
    /// The subject was registered for another job.
    #[error("the subject is registered for another job; register the patient for this one")]
    SubjectOfOtherJob,
    /// The request was answered by others, or withdrawn.
    #[error("the request is no longer open; nothing is left to do")]
    RequestClosed,
    /// The deadline has passed.
    #[error("the deadline has passed; request again")]
    DeadlinePassed,
    /// The configuration has no such job.
    #[error("the run's job is not in the configuration; put it back, or let the run expire")]
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
            Self::SubjectOfOtherJob | Self::RequestClosed | Self::DeadlinePassed | Self::Predict(_) => {
                Decision::Fail
            }
            Self::Job(error) => error.decision(),
            Self::Fetch(error) => error.decision(),
            Self::Mapping(error) => error.decision(),
            Self::Report(_) => Decision::Wait,
            Self::Ledger(error) => error.decision(),
            Self::System(_) | Self::Store(_) => Decision::Retry,
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
                run.block = match sending {
                    Sending::AfterAPause if self.is_done(run, signed).await? => None,
                    Sending::AtOnce | Sending::AfterAPause => match self.submit(run, signed).await {
                        Ok(block) => Some(block),
                        Err(error) if self.arrived_meanwhile(&error, signed).await? => None,
                        Err(error) => return Err(error),
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
        let pause = u64::try_from(decision.pause(attempt).as_millis()).unwrap_or(u64::MAX);
        if let RunError::Fetch(error) = error {
            self.metrics.fetch_failed(&run.job, error.kind());
        }
        // The full reason is only for the log: it may quote a node. The store and the answers keep its kind.
        tracing::warn!(run = %run.id, job = %run.job, state = run.state.name(), reason = %kind, attempt, ?decision, "{error}");
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
        // Not later than the deadline, so that its end is recorded on time.
        let next = now.saturating_add(pause).min(run.deadline.saturating_add(1)).max(now.saturating_add(1));
        self.store.put_off(&run.id, state, &kind, next, now).await?;
        run.state = state;
        Ok(())
    }

    /// Ends with a signed report in the store, or with the model's abstention.
    async fn compute(&self, run: &mut Run) -> Result<(), RunError> {
        self.ensure_still_needed(run).await?;
        let job = self.jobs.get(&run.job).ok_or(RunError::JobUnknown)?;
        let about = self.about(run).await?;
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
            _ => self.ledger.round(job.config.feed, run.subject).await?,
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
        let signed = sign(assemble(&ready.configuration, draft, observations)?, &self.key)?;
        self.store.submitted(&run.id, &signed, &inputs_salt, seen.clone(), now()).await?;
        (run.state, run.report) = (State::Submitted, Some(signed));
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
        let job = self.jobs.get(&run.job).ok_or(RunError::JobUnknown)?;
        let ready = job.ready(&self.ledger, &self.key, now()).await?;
        let signatures = quorum(&ready.configuration, &[signed.signature])?;
        let began = Instant::now();
        let block = self.ledger.submit(&signed.report, &signatures).await?;
        self.metrics.submitted(began.elapsed());
        Ok(block)
    }

    /// Whether the chain already has the report. An error if it can no longer accept it.
    async fn is_done(&self, run: &Run, signed: &SignedReport) -> Result<bool, RunError> {
        let report = &signed.report;
        let reading = self.ledger.reading(report.feed, report.subject).await?;
        // The commitment has a random salt, so no other report has the same.
        if reading.is_some_and(|reading| reading.inputs == report.inputs) {
            return Ok(true);
        }
        self.ensure_still_needed(run).await?;
        Ok(false)
    }

    /// Whether the chain refused the report because it already has it: it was sent before a crash, and executed after
    /// the chain was asked. Computing it again would then report twice.
    async fn arrived_meanwhile(&self, error: &RunError, signed: &SignedReport) -> Result<bool, RunError> {
        if !matches!(error, RunError::Ledger(LedgerError::Refused(feeds::Error::RoundNotNewer))) {
            return Ok(false);
        }
        let report = &signed.report;
        match self.ledger.reading(report.feed, report.subject).await? {
            Some(reading) if reading.inputs == report.inputs => Ok(true),
            Some(reading) if reading.round >= report.round => Ok(false),
            // The conflicting report is not final yet: the chain is asked again before anything is recomputed.
            _ => Err(LedgerError::NotExecuted("a report of this round is not final yet".to_owned()).into()),
        }
    }

    /// Refuses a run that nobody needs any more: its request is closed, or its deadline has passed.
    async fn ensure_still_needed(&self, run: &Run) -> Result<(), RunError> {
        if now() > run.deadline {
            return Err(RunError::DeadlinePassed);
        }
        if let Some(request) = run.request {
            self.ledger.request(request).await?.ok_or(RunError::RequestClosed)?;
        }
        Ok(())
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
