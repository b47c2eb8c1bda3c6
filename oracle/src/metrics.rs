//! Metrics for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::store::Pending;

/// Buckets in seconds; a devnet takes 0.1, a production chain 12 to 60.
const SECONDS: [f64; 12] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfJob {
    job: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    job: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Because {
    job: String,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchFailed {
    job: String,
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct From {
    origin: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Drifting {
    job: String,
    input: String,
}

/// Makes the histogram of a job.
#[derive(Clone, Debug)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

type Fraction = Gauge<f64, AtomicU64>;

/// The metrics of one service. No label reveals anything about a person.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    runs: Family<Ended, Counter>,
    run_seconds: Family<OfJob, Histogram, Durations>,
    postponed: Family<Because, Counter>,
    fetch_errors: Family<FetchFailed, Counter>,
    submit_seconds: Histogram,
    head: Gauge,
    requests_seen: Gauge,
    requests_made: Gauge,
    watch_errors: Family<Reason, Counter>,
    clock_offset: Fraction,
    pending: Family<From, Gauge>,
    pending_bytes: Gauge,
    oldest: Fraction,
    balance: Fraction,
    reconnections: Gauge,
    model_expires: Family<OfJob, Fraction>,
    store_errors: Counter,
    store_bytes: Gauge,
    /// Those of the HTTP interface.
    pub http: serve::metrics::Metrics,
    results: Family<Ended, Counter>,
    results_waiting: Gauge,
    drift_psi: Family<Drifting, Fraction>,
    drift_ks: Family<Drifting, Fraction>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("theriac_oracle");
        let http = serve::metrics::Metrics::new(&mut registry);
        let mut metrics = Self {
            registry,
            runs: Family::default(),
            run_seconds: Family::new_with_constructor(Durations),
            postponed: Family::default(),
            fetch_errors: Family::default(),
            submit_seconds: Durations.new_metric(),
            head: Gauge::default(),
            requests_seen: Gauge::default(),
            requests_made: Gauge::default(),
            watch_errors: Family::default(),
            clock_offset: Gauge::default(),
            pending: Family::default(),
            pending_bytes: Gauge::default(),
            oldest: Gauge::default(),
            balance: Gauge::default(),
            reconnections: Gauge::default(),
            model_expires: Family::default(),
            store_errors: Counter::default(),
            store_bytes: Gauge::default(),
            http,
            results: Family::default(),
            results_waiting: Gauge::default(),
            drift_psi: Family::default(),
            drift_ks: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = env!("CARGO_PKG_VERSION");
        registry.register("build", "The version of the program", Info::new(vec![("version", version)]));
        registry.register("runs", "Ended runs, by job and outcome", self.runs.clone());
        let help = "Time from the trigger to the end of a run, by job";
        registry.register_with_unit("run", help, Unit::Seconds, self.run_seconds.clone());
        let help = "Attempts that are made again later, by job and reason: failures of sources, refusals of the chain";
        registry.register("postponed", help, self.postponed.clone());
        let help = "Failed attempts to fetch a record, by job and kind";
        registry.register("fetch_errors", help, self.fetch_errors.clone());
        let help = "Time from the dry run to the finalised block of a report";
        registry.register_with_unit("submit", help, Unit::Seconds, self.submit_seconds.clone());
        registry.register("head_block", "Last finalised block that the node has", self.head.clone());
        let help = "Requests on chain that were looked at";
        registry.register("requests_seen", help, self.requests_seen.clone());
        let help = "Requests on chain that were ever made";
        registry.register("requests_made", help, self.requests_made.clone());
        let help = "Failed attempts to read requests, by reason";
        registry.register("watch_errors", help, self.watch_errors.clone());
        let help = "This machine's clock less the chain's, at the last new finalised block";
        registry.register_with_unit("clock_offset", help, Unit::Seconds, self.clock_offset.clone());
        let help = "Runs that have not ended, by origin";
        registry.register("pending_runs", help, self.pending.clone());
        let help = "Pushed data of runs that have not ended";
        registry.register_with_unit("pending", help, Unit::Bytes, self.pending_bytes.clone());
        let help = "Age of the oldest run that has not ended; 0 if there is none";
        registry.register_with_unit("oldest_pending", help, Unit::Seconds, self.oldest.clone());
        let help = "Free balance of the transmitter, in the chain's smallest unit";
        registry.register("transmitter_balance", help, self.balance.clone());
        let help = "How often the connection to the node was lost and made again";
        registry.register("reconnections", help, self.reconnections.clone());
        let help = "Time until the model of a job expires, by the registry and its manifest";
        registry.register_with_unit("model_expires", help, Unit::Seconds, self.model_expires.clone());
        registry.register("store_errors", "Failures of the store", self.store_errors.clone());
        let help = "Size of the store's files";
        registry.register_with_unit("store", help, Unit::Bytes, self.store_bytes.clone());
        let help = "Attempts to write a result to the job's FHIR server, by job and outcome";
        registry.register("results", help, self.results.clone());
        let help = "Results that are not written to their FHIR servers yet";
        registry.register("results_waiting", help, self.results_waiting.clone());
        let help = "Population stability index of an input's recent values against the training data";
        registry.register("drift_psi", help, self.drift_psi.clone());
        let help = "Kolmogorov-Smirnov distance of an input's recent values from the training data";
        registry.register("drift_ks", help, self.drift_ks.clone());
    }

    /// Counts an ended run.
    pub fn ended(&self, job: &str, outcome: &str, after: Duration) {
        self.runs.get_or_create(&Ended { job: job.to_owned(), outcome: outcome.to_owned() }).inc();
        self.run_seconds.get_or_create(&OfJob { job: job.to_owned() }).observe(after.as_secs_f64());
    }

    /// Counts an attempt that is made again later.
    pub fn postponed(&self, job: &str, reason: &str) {
        self.postponed.get_or_create(&Because { job: job.to_owned(), reason: reason.to_owned() }).inc();
    }

    /// Counts a failed attempt to fetch a record.
    pub fn fetch_failed(&self, job: &str, kind: &'static str) {
        self.fetch_errors.get_or_create(&FetchFailed { job: job.to_owned(), kind }).inc();
    }

    /// Records the time of a finalised report.
    pub fn submitted(&self, after: Duration) {
        self.submit_seconds.observe(after.as_secs_f64());
    }

    /// Sets the last finalised block.
    pub fn head(&self, block: u64) {
        self.head.set(whole(block));
    }

    /// Sets how many requests were looked at, and how many there ever were.
    pub fn requests(&self, seen: u64, made: u64) {
        self.requests_seen.set(whole(seen));
        self.requests_made.set(whole(made));
    }

    /// Counts a failed attempt to read requests.
    pub fn watch_failed(&self, reason: &str) {
        self.watch_errors.get_or_create(&Reason { reason: reason.to_owned() }).inc();
    }

    /// Sets this machine's clock less the chain's, in seconds.
    pub fn clock_offset(&self, seconds: f64) {
        self.clock_offset.set(seconds);
    }

    /// Sets the runs that have not ended.
    pub fn pending(&self, pending: Pending) {
        self.pending.get_or_create(&From { origin: "request" }).set(whole(pending.requested));
        self.pending.get_or_create(&From { origin: "push" }).set(whole(pending.pushed));
        self.pending_bytes.set(whole(pending.pushed_bytes));
    }

    /// Sets the age of the oldest run that has not ended.
    pub fn oldest_pending(&self, age: Duration) {
        self.oldest.set(age.as_secs_f64());
    }

    /// Sets the transmitter's free balance.
    pub fn balance(&self, free: u128) {
        // A gauge has 53 bits: enough for an alarm.
        #[allow(clippy::cast_precision_loss)]
        self.balance.set(free as f64);
    }

    /// Sets how often the connection to the node was made again.
    pub fn reconnections(&self, times: u64) {
        self.reconnections.set(whole(times));
    }

    /// Sets the seconds until the model of a job expires.
    pub fn model_expires(&self, job: &str, seconds: f64) {
        self.model_expires.get_or_create(&OfJob { job: job.to_owned() }).set(seconds);
    }

    /// Counts a failure of the store.
    pub fn store_failed(&self) {
        self.store_errors.inc();
    }

    /// Sets the size of the store's files.
    pub fn store_bytes(&self, bytes: u64) {
        self.store_bytes.set(whole(bytes));
    }

    /// Counts an attempt to write a result.
    pub fn result(&self, job: &str, outcome: &str) {
        self.results.get_or_create(&Ended { job: job.to_owned(), outcome: outcome.to_owned() }).inc();
    }

    /// Sets how many results are not written yet.
    pub fn results_waiting(&self, results: u64) {
        self.results_waiting.set(whole(results));
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
        serve::metrics::text(&self.registry)
    }

    /// The answer to Prometheus.
    #[must_use]
    pub fn answer(&self) -> Response {
        serve::metrics::answer(&self.registry)
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_the_text() {
        let metrics = Metrics::default();
        metrics.ended("heart", "finalised", Duration::from_millis(300));
        metrics.postponed("heart", "chain-rejected");
        metrics.fetch_failed("heart", "source-down");
        metrics.submitted(Duration::from_millis(200));
        metrics.head(7);
        metrics.requests(4, 5);
        metrics.watch_failed("chain-unreachable");
        metrics.clock_offset(-1.5);
        metrics.pending(Pending { requested: 2, pushed: 3, pushed_bytes: 400 });
        metrics.oldest_pending(Duration::from_secs(9));
        metrics.balance(12_000_000);
        metrics.reconnections(1);
        metrics.model_expires("heart", 60.0);
        metrics.store_failed();
        metrics.store_bytes(4096);
        metrics.http.answered("/v1/runs/{run}", 200, Duration::from_millis(3));
        metrics.http.connection_refused();
        metrics.result("heart", "written");
        metrics.results_waiting(6);
        metrics.drifts("heart", "age", 0.5, 0.25);
        let text = metrics.text();
        for line in [
            r#"theriac_oracle_runs_total{job="heart",outcome="finalised"} 1"#,
            r#"theriac_oracle_postponed_total{job="heart",reason="chain-rejected"} 1"#,
            r#"theriac_oracle_fetch_errors_total{job="heart",kind="source-down"} 1"#,
            "theriac_oracle_submit_seconds_count 1",
            r#"theriac_oracle_run_seconds_bucket{le="0.5",job="heart"} 1"#,
            "theriac_oracle_head_block 7",
            "theriac_oracle_requests_seen 4",
            "theriac_oracle_requests_made 5",
            r#"theriac_oracle_watch_errors_total{reason="chain-unreachable"} 1"#,
            "theriac_oracle_clock_offset_seconds -1.5",
            r#"theriac_oracle_pending_runs{origin="request"} 2"#,
            r#"theriac_oracle_pending_runs{origin="push"} 3"#,
            "theriac_oracle_pending_bytes 400",
            "theriac_oracle_oldest_pending_seconds 9",
            "theriac_oracle_transmitter_balance 12000000",
            "theriac_oracle_reconnections 1",
            r#"theriac_oracle_model_expires_seconds{job="heart"} 60"#,
            "theriac_oracle_store_errors_total 1",
            "theriac_oracle_store_bytes 4096",
            r#"theriac_oracle_http_answers_total{route="/v1/runs/{run}",status="200"} 1"#,
            "theriac_oracle_http_refused_connections_total 1",
            "theriac_oracle_resident_memory_bytes ",
            r#"theriac_oracle_results_total{job="heart",outcome="written"} 1"#,
            "theriac_oracle_results_waiting 6",
            r#"theriac_oracle_drift_psi{job="heart",input="age"} 0.5"#,
            r#"theriac_oracle_drift_ks{job="heart",input="age"} 0.25"#,
            "theriac_oracle_build_info{version=",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
