//! Metrics for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Buckets in seconds; a devnet takes 0.1, a production chain 12 to 60.
const SECONDS: [f64; 12] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    job: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchFailed {
    job: String,
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Drifting {
    job: String,
    input: String,
}

/// The metrics of one service. No label reveals anything about a person.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    runs: Family<Ended, Counter>,
    run_seconds: Histogram,
    fetch_errors: Family<FetchFailed, Counter>,
    submit_seconds: Histogram,
    cursor: Gauge,
    pending: Gauge,
    drift_psi: Family<Drifting, Gauge<f64, AtomicU64>>,
    drift_ks: Family<Drifting, Gauge<f64, AtomicU64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("theriac_oracle");
        let version = env!("CARGO_PKG_VERSION");
        registry.register("build", "The version of the program", Info::new(vec![("version", version)]));
        let histogram = || Histogram::new(SECONDS);
        let metrics = Self {
            runs: Family::default(),
            run_seconds: histogram(),
            fetch_errors: Family::default(),
            submit_seconds: histogram(),
            cursor: Gauge::default(),
            pending: Gauge::default(),
            drift_psi: Family::default(),
            drift_ks: Family::default(),
            registry: Registry::default(),
        };
        registry.register("runs", "Ended runs, by job and outcome", metrics.runs.clone());
        let (unit, help) = (Unit::Seconds, "Time from the trigger to the end of a run");
        registry.register_with_unit("run", help, unit.clone(), metrics.run_seconds.clone());
        let help = "Failed attempts to fetch a record, by job and kind";
        registry.register("fetch_errors", help, metrics.fetch_errors.clone());
        let help = "Time from the dry run to the finalised block of a report";
        registry.register_with_unit("submit", help, unit, metrics.submit_seconds.clone());
        let help = "Last finalised block whose requests were read";
        registry.register("cursor_block", help, metrics.cursor.clone());
        registry.register("pending_runs", "Runs that have not ended", metrics.pending.clone());
        let help = "Population stability index of an input's recent values against the training data";
        registry.register("drift_psi", help, metrics.drift_psi.clone());
        let help = "Kolmogorov-Smirnov distance of an input's recent values from the training data";
        registry.register("drift_ks", help, metrics.drift_ks.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts an ended run.
    pub fn ended(&self, job: &str, outcome: &str, after: Duration) {
        self.runs.get_or_create(&Ended { job: job.to_owned(), outcome: outcome.to_owned() }).inc();
        self.run_seconds.observe(after.as_secs_f64());
    }

    /// Counts a failed attempt to fetch a record.
    pub fn fetch_failed(&self, job: &str, kind: &'static str) {
        self.fetch_errors.get_or_create(&FetchFailed { job: job.to_owned(), kind }).inc();
    }

    /// Records the time of a finalised report.
    pub fn submitted(&self, after: Duration) {
        self.submit_seconds.observe(after.as_secs_f64());
    }

    /// Sets the last block whose requests were read.
    pub fn read_up_to(&self, block: u64) {
        self.cursor.set(i64::try_from(block).unwrap_or(i64::MAX));
    }

    /// Sets the number of runs that have not ended.
    pub fn pending(&self, runs: u64) {
        self.pending.set(i64::try_from(runs).unwrap_or(i64::MAX));
    }

    /// Sets the distance of an input's recent values from the training data.
    pub fn drifts(&self, job: &str, input: &str, psi: f64, ks: f64) {
        let label = Drifting { job: job.to_owned(), input: input.to_owned() };
        self.drift_psi.get_or_create(&label).set(psi);
        self.drift_ks.get_or_create(&label).set(ks);
    }

    /// All metrics in the text format of OpenMetrics.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_the_text() {
        let metrics = Metrics::default();
        metrics.ended("heart", "finalised", Duration::from_millis(300));
        metrics.fetch_failed("heart", "source-down");
        metrics.submitted(Duration::from_millis(200));
        metrics.read_up_to(7);
        metrics.pending(2);
        metrics.drifts("heart", "age", 0.5, 0.25);
        let text = metrics.text();
        for line in [
            r#"theriac_oracle_runs_total{job="heart",outcome="finalised"} 1"#,
            r#"theriac_oracle_fetch_errors_total{job="heart",kind="source-down"} 1"#,
            "theriac_oracle_submit_seconds_count 1",
            "theriac_oracle_run_seconds_bucket{le=\"0.5\"} 1",
            "theriac_oracle_cursor_block 7",
            "theriac_oracle_pending_runs 2",
            r#"theriac_oracle_drift_psi{job="heart",input="age"} 0.5"#,
            r#"theriac_oracle_drift_ks{job="heart",input="age"} 0.25"#,
            "theriac_oracle_build_info{version=",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
