//! Whether the inputs of each job still look as they did when its model was trained.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use inference::{Drift, FeatureVector, InputDrift, Manifest};
use tokio::sync::Mutex;

use crate::metrics::Metrics;
use crate::store::{Seen, Store, StoreError};

/// How many rows of a job are compared with training: the last ones.
pub const WINDOW: usize = 500;
/// From how many values on an input's distances are told: of fewer they are noise, and say something of single persons.
pub const ENOUGH: u64 = 200;
/// The population stability index that counts as a large change (Siddiqi, Credit Risk Scorecards, 2006).
pub const LARGE_PSI: f64 = 0.25;
/// The Kolmogorov-Smirnov distance that counts as large: chance alone gives 0.14 once in a thousand times of
/// [`ENOUGH`] values.
pub const LARGE_KS: f64 = 0.2;

/// The last rows of all jobs.
#[derive(Debug, Default)]
pub struct Watch(Mutex<BTreeMap<String, Window>>);

#[derive(Debug)]
struct Window {
    manifest: [u8; 32],
    drift: Drift,
    rows: VecDeque<Vec<u8>>,
    /// Which inputs are known to be far from training.
    told: BTreeSet<String>,
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

    fn tell(&mut self, job: &str, metrics: &Metrics) {
        for InputDrift { input, values, psi, ks } in self.drift.report() {
            if values < ENOUGH {
                continue;
            }
            metrics.drifts(job, &input, psi, ks);
            let is_large = psi >= LARGE_PSI || ks >= LARGE_KS;
            if !is_large {
                self.told.remove(&input);
            } else if self.told.insert(input.clone()) {
                tracing::warn!(
                    job, input, psi, ks, values,
                    "an input looks different from the model's training; find out why, and have the model checked"
                );
            }
        }
    }
}

impl Watch {
    /// What is to be stored of a row; nothing where the model's manifest has nothing to compare with.
    #[must_use]
    pub fn seen(job: &str, manifest: &Manifest, row: &FeatureVector) -> Option<Seen> {
        let buckets = Drift::new(manifest).buckets(row).filter(|buckets| !buckets.is_empty())?;
        Some(Seen { job: job.to_owned(), manifest: manifest.hash(), buckets })
    }

    /// Counts a row that is stored, and tells how far the last ones are from training. After a start, the rows before
    /// it come from the store.
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
                let (rows, told) = (VecDeque::new(), BTreeSet::new());
                let mut window = Window { manifest: hash, drift, rows, told };
                // The row itself is among them.
                store.seen(&job, hash).await?.into_iter().for_each(|row| window.push(row));
                windows.insert(job.clone(), window);
            }
        }
        if let Some(window) = windows.get_mut(&job) {
            window.tell(&job, metrics);
        }
        Ok(())
    }
}
