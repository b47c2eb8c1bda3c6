//! Drift of inputs from their training distribution: counts by bucket, and two distances from the reference.
//!
//! The population stability index (PSI) is the sum of (a − e) ln(a / e) over the buckets, with a the observed share and
//! e the share in training (Siddiqi, Credit Risk Scorecards, 2006, calls 0.1 a change and 0.25 a large one). The
//! Kolmogorov-Smirnov distance (KS) is the largest gap between the two cumulative shares, here at the edges.

use crate::features::FeatureVector;
use crate::manifest::{Manifest, Reference};

/// Minimum share: a share of zero would make the index infinite.
const SMALLEST_SHARE: f64 = 1e-4;
/// In [`Drift::buckets`]: the value is missing.
pub const NO_BUCKET: u8 = u8::MAX;

/// The distance of one input from training.
#[derive(Clone, Debug, PartialEq)]
pub struct InputDrift {
    /// The input's name.
    pub input: String,
    /// Number of observed values; with few of them the distances are noise.
    pub values: u64,
    /// Population stability index, from 0.
    pub psi: f64,
    /// Kolmogorov-Smirnov distance at the edges, 0 to 1.
    pub ks: f64,
}

/// Counts of a model's inputs. Memory does not grow with the number of rows, and no value is kept.
#[derive(Clone, Debug)]
pub struct Drift {
    manifest: [u8; 32],
    watched: Vec<Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    column: usize,
    input: String,
    reference: Reference,
    counts: Vec<u64>,
}

impl Drift {
    /// Monitors all inputs of the manifest that have a reference.
    #[must_use]
    pub fn new(manifest: &Manifest) -> Self {
        let watched = manifest.inputs.iter().enumerate().filter_map(|(column, input)| {
            let reference = input.reference.clone()?;
            let counts = vec![0; reference.shares.len()];
            Some(Watched { column, input: input.name.clone(), reference, counts })
        });
        Self { manifest: manifest.hash(), watched: watched.collect() }
    }

    /// Counts a row. Missing values do not count. A row of another manifest is ignored, and the result is false.
    pub fn observe(&mut self, row: &FeatureVector) -> bool {
        let Some(buckets) = self.buckets(row) else { return false };
        self.add(&buckets)
    }

    /// The bucket of each monitored input, from 0 in the manifest's order, or [`NO_BUCKET`]: a window over the last
    /// rows keeps these instead of values. `None` for a row of another manifest.
    #[must_use]
    pub fn buckets(&self, row: &FeatureVector) -> Option<Vec<u8>> {
        let bucket = |watched: &Watched| {
            let value = row.value(watched.column)?;
            // A checked reference has at most 64 buckets.
            u8::try_from(watched.reference.edges.partition_point(|edge| *edge < value)).ok()
        };
        let is_ours = row.manifest_hash() == self.manifest;
        is_ours.then(|| self.watched.iter().map(|watched| bucket(watched).unwrap_or(NO_BUCKET)).collect())
    }

    /// Counts a row by its [`buckets`](Self::buckets). If they do not fit the manifest, they are ignored, and the
    /// result is false.
    pub fn add(&mut self, buckets: &[u8]) -> bool {
        self.change(buckets, |count| count.saturating_add(1))
    }

    /// Removes a row that was counted before.
    pub fn remove(&mut self, buckets: &[u8]) -> bool {
        self.change(buckets, |count| count.saturating_sub(1))
    }

    fn change(&mut self, buckets: &[u8], change: impl Fn(u64) -> u64) -> bool {
        let fits = |(watched, bucket): (&Watched, &u8)| {
            *bucket == NO_BUCKET || usize::from(*bucket) < watched.counts.len()
        };
        if buckets.len() != self.watched.len() || !self.watched.iter().zip(buckets).all(fits) {
            return false;
        }
        for (watched, bucket) in self.watched.iter_mut().zip(buckets) {
            if let Some(count) = watched.counts.get_mut(usize::from(*bucket)) {
                *count = change(*count);
            }
        }
        true
    }

    /// The distances of all monitored inputs that had a value.
    #[must_use]
    pub fn report(&self) -> Vec<InputDrift> {
        self.watched.iter().filter_map(Watched::report).collect()
    }

    /// Starts a new window.
    pub fn reset(&mut self) {
        self.watched.iter_mut().for_each(|watched| watched.counts.fill(0));
    }
}

impl Watched {
    fn report(&self) -> Option<InputDrift> {
        let values = self.counts.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
        if values == 0 {
            return None;
        }
        let (mut psi, mut ks, mut gap) = (0.0, 0.0f64, 0.0f64);
        for (count, expected) in self.counts.iter().zip(&self.reference.shares) {
            // Counts above 2^53 need not be exact.
            #[allow(clippy::cast_precision_loss)]
            let seen = *count as f64 / values as f64;
            gap += seen - expected;
            ks = ks.max(gap.abs());
            let (seen, expected) = (seen.max(SMALLEST_SHARE), expected.max(SMALLEST_SHARE));
            psi += (seen - expected) * (seen / expected).ln();
        }
        Some(InputDrift { input: self.input.clone(), values, psi, ks: ks.min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::with_reference;
    use crate::Features;

    fn row(manifest: &Manifest, age: f64) -> FeatureVector {
        let mut features = Features::new(manifest);
        features.set("age", age, "a").unwrap();
        features.set("smoker", 0.0, "1").unwrap();
        features.build().unwrap()
    }

    #[test]
    fn inputs_as_in_training_do_not_drift_and_others_do() {
        let manifest = with_reference();
        let mut drift = Drift::new(&manifest);
        assert_eq!(drift.report(), []);
        for age in [30.0, 40.0, 45.0, 60.0] {
            assert!(drift.observe(&row(&manifest, age)));
        }
        // The value of an edge belongs to the bucket below it.
        assert_eq!(drift.report(), [InputDrift { input: "age".into(), values: 4, psi: 0.0, ks: 0.0 }]);
        for _ in 0..4 {
            drift.observe(&row(&manifest, 70.0));
        }
        let [found] = drift.report().try_into().unwrap();
        // 2, 1 and 5 of 8 against a half, a quarter and a quarter.
        let expected = -0.25 * 0.5f64.ln() - 0.125 * 0.5f64.ln() + 0.375 * 2.5f64.ln();
        assert!((found.psi - expected).abs() < 1e-12, "{found:?}");
        assert_eq!((found.values, found.ks), (8, 0.375));
        drift.reset();
        assert_eq!(drift.report(), []);
    }

    #[test]
    fn a_row_that_leaves_the_window_has_no_effect() {
        let manifest = with_reference();
        let mut drift = Drift::new(&manifest);
        drift.observe(&row(&manifest, 45.0));
        let before = drift.report();
        let old = drift.buckets(&row(&manifest, 70.0)).unwrap();
        assert_eq!(old, [2]);
        assert!(drift.add(&old) && drift.remove(&old));
        assert_eq!(drift.report(), before);
        for foreign in [&[][..], &[3], &[0, 0]] {
            assert!(!drift.add(foreign), "{foreign:?}");
        }
        assert!(drift.add(&[NO_BUCKET]));
        assert_eq!(drift.report(), before);
    }

    #[test]
    fn a_row_of_another_model_does_not_count() {
        let mut drift = Drift::new(&with_reference());
        let other = Manifest::parse(crate::manifest::tests::SMALL.as_bytes()).unwrap();
        assert!(!drift.observe(&row(&other, 40.0)));
        assert_eq!(drift.report(), []);
    }

    #[test]
    fn an_empty_bucket_gives_a_finite_index() {
        let manifest = with_reference();
        let mut drift = Drift::new(&manifest);
        drift.observe(&row(&manifest, 70.0));
        let [found] = drift.report().try_into().unwrap();
        assert!(found.psi.is_finite() && found.psi > 0.25, "{found:?}");
        assert_eq!(found.ks, 0.75);
    }
}
