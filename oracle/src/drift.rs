//! Drift of each job's inputs from the training of its model.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use inference::{Drift, FeatureVector, InputDrift, Manifest};
use tokio::sync::Mutex;

use crate::metrics::Metrics;
use crate::store::{Seen, Store, StoreError};

/// The number of last rows of a job that are compared with training.
pub const WINDOW: usize = 500;
/// Minimum number of values for which distances are reported: with fewer they are noise, and reveal single persons.
pub const ENOUGH: u64 = 200;
/// The population stability index that counts as a large change (Siddiqi, Credit Risk Scorecards, 2006).
pub const LARGE_PSI: f64 = 0.25;
/// The Kolmogorov-Smirnov distance that counts as large: with [`ENOUGH`] values, chance alone exceeds 0.14 once in a
/// thousand times.
pub const LARGE_KS: f64 = 0.2;

/// The last rows of all jobs.
#[derive(Debug, Default)]
pub struct Watch(Mutex<BTreeMap<String, Window>>);

#[derive(Debug)]
struct Window {
    manifest: [u8; 32],
    drift: Drift,
    rows: VecDeque<Vec<u8>>,
    /// The inputs that are known to be far from training.
    reported: BTreeSet<String>,
}

impl Window {
    fn push(&mut self, buckets: Vec<u8>) {
        if self.rows.len() >= WINDOW {
            if let Some(oldest) = self.rows.pop_front() {
                self.drift.remove(&oldest);
            }
        }
        if self.drift.add(&buckets) {
            self.rows.push_back(buckets);
        }
    }

    fn report(&mut self, job: &str, metrics: &Metrics) {
        for InputDrift { input, values, psi, ks } in self.drift.report() {
            if values < ENOUGH {
                continue;
            }
            metrics.drifts(job, &input, psi, ks);
            let is_large = psi >= LARGE_PSI || ks >= LARGE_KS;
            if !is_large {
                self.reported.remove(&input);
            } else if self.reported.insert(input.clone()) {
                tracing::warn!(
                    job, input, psi, ks, values,
                    "an input differs from the model's training data; find the cause, and have the model checked"
                );
            }
        }
    }
}

impl Watch {
    /// The buckets of a row, to be stored; `None` if the model's manifest has no reference.
    #[must_use]
    pub fn seen(job: &str, manifest: &Manifest, row: &FeatureVector) -> Option<Seen> {
        let buckets = Drift::new(manifest).buckets(row).filter(|buckets| !buckets.is_empty())?;
        Some(Seen { job: job.to_owned(), manifest: manifest.hash(), buckets })
    }

    /// Counts a stored row, and reports the distance of the last rows from training. After a start, the earlier rows
    /// come from the store.
    pub async fn count(
        &self,
        seen: Seen,
        manifest: &Manifest,
        store: &Store,
        metrics: &Metrics,
    ) -> Result<(), StoreError> {
        let Seen { job, manifest: hash, buckets } = seen;
        let mut windows = self.0.lock().await;
        match windows.get_mut(&job).filter(|window| window.manifest == hash) {
            Some(window) => window.push(buckets),
            None => {
                let drift = Drift::new(manifest);
                let (rows, reported) = (VecDeque::new(), BTreeSet::new());
                let mut window = Window { manifest: hash, drift, rows, reported };
                // They include the row itself.
                store.seen(&job, hash).await?.into_iter().for_each(|row| window.push(row));
                windows.insert(job.clone(), window);
            }
        }
        if let Some(window) = windows.get_mut(&job) {
            window.report(&job, metrics);
        }
        Ok(())
    }
}
