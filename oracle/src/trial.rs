//! Cached dry runs: reports of one kind take the same path through the contract, and cost the same.
//!
//! The other results of a dry run, whether the configuration, the model and the feed are still valid, are queried as
//! often anyway (see [`crate::job::Job::ready`]). The contract checks each report again; a refused report costs a fee,
//! and invalidates the dry run of its kind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chain::{Account, Call, Limits};
use primitives::feeds::Report;
use primitives::FeedId;
use tokio::sync::OnceCell;

/// How long a dry run is valid: as long as an answer of the registry.
const TRIAL_AGE: Duration = Duration::from_secs(5);

/// The properties that determine a report's path and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    feed: FeedId,
    configuration: [u8; 32],
    observations: usize,
    /// The first report on a subject takes storage.
    is_first: bool,
    /// The answer to a request frees storage.
    is_answer: bool,
}

impl Kind {
    fn of(report: &Report) -> Self {
        Self {
            feed: report.feed,
            configuration: report.configuration,
            observations: report.observations.len(),
            is_first: report.round == 1,
            is_answer: report.request.is_some(),
        }
    }
}

/// The limits from the last dry run of each kind.
#[derive(Debug, Default)]
pub struct Trials(Mutex<BTreeMap<Kind, Trial>>);

/// Whoever comes first makes the dry run; others of the same kind wait for it, and no others.
#[derive(Clone, Debug)]
struct Trial {
    began: Instant,
    limits: Arc<OnceCell<Limits>>,
}

impl Trials {
    /// The limits for a report: from a dry run, unless there was one of its kind a moment ago.
    pub async fn limits(
        &self,
        report: &Report,
        call: &Call<()>,
        payer: &Account,
    ) -> Result<Limits, chain::Error> {
        let trial = self.trial(Kind::of(report));
        let dry_run = || async { Ok(Limits::of(&payer.chain().dry_run(call, payer.id()).await?)) };
        trial.get_or_try_init(dry_run).await.copied()
    }

    fn trial(&self, kind: Kind) -> Arc<OnceCell<Limits>> {
        let mut trials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trials.retain(|_, trial| trial.began.elapsed() < TRIAL_AGE);
        let new = || Trial { began: Instant::now(), limits: Arc::default() };
        Arc::clone(&trials.entry(kind).or_insert_with(new).limits)
    }

    /// Forces a dry run for the next report of this kind, because one was not accepted.
    pub fn forget(&self, report: &Report) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&Kind::of(report));
    }
}

#[cfg(test)]
mod tests {
    use primitives::feeds::Observation;
    use primitives::{InputCommitment, ModelId, Subject};

    use super::*;

    fn report(round: u64, request: Option<u64>) -> Report {
        Report {
            configuration: [1; 32],
            feed: FeedId::named("heart").unwrap(),
            subject: Subject([2; 32]),
            round,
            request,
            model: ModelId([3; 32]),
            inputs: InputCommitment([4; 32]),
            observed_at: 5,
            observations: vec![Observation { operator: 0, value: 6 }],
        }
    }

    /// A dry run that hangs holds up reports of its own kind only.
    #[tokio::test]
    async fn kinds_do_not_wait_for_each_other() {
        let trials = Trials::default();
        let hanging = trials.trial(Kind::of(&report(1, None)));
        let wait = tokio::spawn(async move {
            hanging.get_or_init(std::future::pending::<Limits>).await;
        });
        tokio::task::yield_now().await;
        let same = trials.trial(Kind::of(&report(1, None)));
        let other = trials.trial(Kind::of(&report(2, None)));
        assert!(!Arc::ptr_eq(&same, &other));
        assert!(Arc::ptr_eq(&same, &trials.trial(Kind::of(&report(1, None)))), "one dry run for both");
        trials.forget(&report(1, None));
        assert!(!Arc::ptr_eq(&same, &trials.trial(Kind::of(&report(1, None)))));
        wait.abort();
    }

    #[test]
    fn every_property_that_changes_the_costs_makes_another_kind() {
        let kind = Kind::of(&report(1, None));
        let mut other = report(1, None);
        (other.subject, other.observed_at, other.observations[0].value) = (Subject([9; 32]), 7, 8);
        assert_eq!(Kind::of(&other), kind);
        other.observations.push(Observation { operator: 1, value: 9 });
        assert_ne!(Kind::of(&other), kind);
        assert_ne!(Kind::of(&report(2, None)), kind, "the subject has an entry already");
        assert_ne!(Kind::of(&report(1, Some(7))), kind, "the request's entry is removed");
        let mut other = report(1, None);
        other.configuration = [9; 32];
        assert_ne!(Kind::of(&other), kind);
        assert_eq!(Kind::of(&report(2, None)), Kind::of(&report(3, None)));
    }
}
