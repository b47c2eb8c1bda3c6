//! One run, from its trigger to its finalised report, in steps that are stored one by one.
//!
//! A step begins with what the store has and ends with what it stores, so that a crash between any two of them costs
//! time and nothing else. What was sent is never sent twice with effect: a report keeps its round when it is sent
//! again, and the chain accepts a round once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use feeds::Observation;
use inference::PredictError;
use primitives::{InputCommitment, Timestamp};

use crate::job::{Job, JobError, Ready};
use crate::keys::OperatorKey;
use crate::ledger::{Ledger, LedgerError};
use crate::mapping::{self, MappingError};
use crate::metrics::Metrics;
use crate::report::{assemble, feed_value, quorum, sign, Draft, ReportError, SignedReport};
use crate::retry::Decision;
use crate::source::FetchError;
use crate::store::{now, Registration, Run, State, Store, StoreError};
use crate::subject::{new_salt, Salt};

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nobody registered the subject yet.
    #[error("the subject is not registered; register it with POST /v1/subjects")]
    SubjectUnknown,
    /// The subject was registered for another job.
    #[error("the subject is registered for another job; register the patient for this one")]
    SubjectOfOtherJob,
    /// The request was answered by others, or withdrawn.
    #[error("the request is not open any more; nothing is left to do")]
    RequestClosed,
    /// The time for an answer is over.
    #[error("the deadline is over; request again")]
    DeadlinePassed,
    /// The configuration has no such job.
    #[error("the run's job is not in the configuration; put it back, or let the run expire")]
    JobUnknown,
    /// The job cannot run.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The source gives no data.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The data give no inputs.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The model gives no value.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// The value gives no report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The chain does not take the report.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The system has no randomness, or no thread.
    #[error("the system gives no {0}; look for a lack of resources")]
    System(&'static str),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RunError {
    /// A word for logs, metrics and the store.
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

    /// What happens to the run.
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

/// When a report is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Right after it was computed: the chain was asked a moment ago whether it is wanted.
    AtOnce,
    /// After an error or a restart: it may be on chain already, or not wanted any more. The chain is asked first.
    AfterAPause,
}

/// All that runs share.
pub struct Runner<L> {
    /// What survives a crash.
    pub store: Store,
    /// The chain.
    pub ledger: L,
    /// The jobs by name.
    pub jobs: BTreeMap<String, Job>,
    /// What we sign with.
    pub key: OperatorKey,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl<L: Ledger> Runner<L> {
    /// Takes a run as far as it goes now, and stores what became of it. Returns the state in which it is left.
    ///
    /// Stops between two steps where `stop` says so: the rest is done after a restart.
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
        self.told(&run, began);
        Ok(Some(run.state))
    }

    /// Takes a run one step farther, in the store and in `run`.
    pub async fn step(&self, run: &mut Run, sending: Sending) -> Result<(), RunError> {
        match (run.state, &run.report) {
            (State::Queued | State::Waiting, _) => {
                run.report = Some(self.compute(run).await?);
                run.state = State::Submitted;
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
            (State::Finalised | State::Failed, _) => {}
        }
        Ok(())
    }

    /// Stores what happens after an error.
    pub async fn decide(&self, run: &mut Run, error: &RunError) -> Result<(), StoreError> {
        let (now, kind) = (now(), error.kind());
        let attempt = run.attempts.saturating_add(1);
        let decision = error.decision();
        let pause = u64::try_from(decision.pause(attempt).as_millis()).unwrap_or(u64::MAX);
        if let RunError::Fetch(error) = error {
            self.metrics.fetch_failed(&run.job, error.kind());
        }
        // The reason is for the log alone: it may quote what a node says. The store and the answers keep its kind.
        tracing::warn!(run = %run.id, job = %run.job, state = run.state.name(), reason = %kind, attempt, ?decision, "{error}");
        let state = match decision {
            Decision::Fail => {
                // What names inputs helps the caller; it holds no values.
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
                job.doubt().await;
            }
        }
        // Not later than the deadline, so that its end is told on time.
        let next = now.saturating_add(pause).min(run.deadline.saturating_add(1)).max(now.saturating_add(1));
        self.store.put_off(&run.id, state, &kind, next, now).await?;
        run.state = state;
        Ok(())
    }

    async fn compute(&self, run: &Run) -> Result<SignedReport, RunError> {
        self.ensure_wanted(run).await?;
        let job = self.jobs.get(&run.job).ok_or(RunError::JobUnknown)?;
        let who = self.store.registration(run.subject).await?.ok_or(RunError::SubjectUnknown)?;
        if who.job != run.job {
            return Err(RunError::SubjectOfOtherJob);
        }
        let ready = job.ready(&self.ledger, &self.key, now()).await?;
        let inputs_salt = new_salt().map_err(|_| RunError::System("randomness"))?;
        let observed_at = now();
        let (value, inputs) = self.predict(job, &ready, &who, &inputs_salt, observed_at).await?;
        let last = match (run.request, run.attempts) {
            // A push made the subject: nothing was reported on it before.
            (None, 0) => 0,
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
        self.store.submitted(&run.id, &signed, &inputs_salt, now()).await?;
        Ok(signed)
    }

    async fn predict(
        &self,
        job: &Job,
        ready: &Ready,
        who: &Registration,
        salt: &Salt,
        at: Timestamp,
    ) -> Result<(i128, InputCommitment), RunError> {
        let moment = i64::try_from(at).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let moment = moment.ok_or(RunError::System("time"))?;
        let max_age = job.config.max_observation_age;
        let codes = mapping::codes(ready.model.manifest());
        let record = job.source.fetch(&who.patient, &codes, mapping::oldest(moment, max_age)).await?;
        let (model, salt) = (ready.model.clone(), *salt);
        let predict = move || -> Result<_, RunError> {
            let features = mapping::features(model.manifest(), &record, moment, max_age)?;
            let inputs = InputCommitment(features.commitment(&salt));
            Ok((model.predict(&[features])?, inputs))
        };
        let computed = tokio::task::spawn_blocking(predict).await.map_err(|_| RunError::System("thread"))?;
        let (predictions, inputs) = computed?;
        let value = predictions.first().and_then(|prediction| prediction.0.first()).copied();
        Ok((feed_value(value.ok_or(JobError::FeedMismatch)?, &ready.feed)?, inputs))
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

    /// Whether the chain has the report already. An error where it cannot take it any more.
    async fn is_done(&self, run: &Run, signed: &SignedReport) -> Result<bool, RunError> {
        let report = &signed.report;
        let reading = self.ledger.reading(report.feed, report.subject).await?;
        // The commitment has a random salt: nobody else has the same.
        if reading.is_some_and(|reading| reading.inputs == report.inputs) {
            return Ok(true);
        }
        self.ensure_wanted(run).await?;
        Ok(false)
    }

    /// Whether the chain refused the report because it has it: it was sent before a crash, and was executed after the
    /// chain was asked. Then it must not be computed anew, which would report twice.
    async fn arrived_meanwhile(&self, error: &RunError, signed: &SignedReport) -> Result<bool, RunError> {
        if !matches!(error, RunError::Ledger(LedgerError::Refused(feeds::Error::RoundNotNewer))) {
            return Ok(false);
        }
        let report = &signed.report;
        match self.ledger.reading(report.feed, report.subject).await? {
            Some(reading) if reading.inputs == report.inputs => Ok(true),
            Some(reading) if reading.round >= report.round => Ok(false),
            // What is in the way is not final yet: the chain is asked again before anything is computed anew.
            _ => Err(LedgerError::NotExecuted("a report of this round is not final yet".to_owned()).into()),
        }
    }

    /// Whether anybody still waits for the run.
    async fn ensure_wanted(&self, run: &Run) -> Result<(), RunError> {
        if now() > run.deadline {
            return Err(RunError::DeadlinePassed);
        }
        if let Some(request) = run.request {
            self.ledger.request(request).await?.ok_or(RunError::RequestClosed)?;
        }
        Ok(())
    }

    /// One line and one count for each run that ends.
    fn told(&self, run: &Run, began: Instant) {
        let outcome =
            run.reason.as_deref().and_then(|reason| reason.split(':').next()).unwrap_or(run.state.name());
        self.metrics.ended(&run.job, outcome, Duration::from_millis(now().saturating_sub(run.created_at)));
        tracing::info!(
            run = %run.id,
            job = %run.job,
            feed = run.report.as_ref().map(|signed| signed.report.feed.name()),
            request = run.request,
            state = run.state.name(),
            reason = run.reason.as_deref(),
            block = run.block,
            attempts = run.attempts,
            last_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            total_ms = now().saturating_sub(run.created_at),
            "run ended"
        );
    }
}

#[cfg(test)]
mod tests;
