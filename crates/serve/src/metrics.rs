//! What the HTTP interface counts, for Prometheus. No label says anything about a client.

use std::fmt;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Buckets in seconds: from a read of memory to the time limit of a request.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCode {
    code: &'static str,
}

#[derive(Clone, Debug)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// The metrics of one HTTP interface. Clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    answers: Family<Answered, Counter>,
    seconds: Family<OfRoute, Histogram, Durations>,
    problems: Family<OfCode, Counter>,
    refused: Counter,
}

impl Metrics {
    /// Registers them, and the memory of the process: `http_answers`, `http_answer_seconds`, `http_problems`,
    /// `http_refused_connections`, `resident_memory_bytes`, after the registry's prefix.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            answers: Family::default(),
            seconds: Family::new_with_constructor(Durations),
            problems: Family::default(),
            refused: Counter::default(),
        };
        let help = "Answers of the HTTP interface, by route and status";
        registry.register("http_answers", help, metrics.answers.clone());
        let help = "Time from the head of a request to the head of its answer, by route";
        registry.register_with_unit("http_answer", help, Unit::Seconds, metrics.seconds.clone());
        let help = "Problem documents that were answered, by code; those of limits count limited requests";
        registry.register("http_problems", help, metrics.problems.clone());
        let help = "Connections that came when all places, or all of their network, were taken";
        registry.register("http_refused_connections", help, metrics.refused.clone());
        registry.register_collector(Box::new(Memory));
        metrics
    }

    /// Counts an answer. The route is a pattern, so it names nobody.
    pub fn answered(&self, route: &str, status: u16, after: Duration) {
        self.answers.get_or_create(&Answered { route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&OfRoute { route: route.to_owned() }).observe(after.as_secs_f64());
    }

    /// Counts a problem document.
    pub fn problem(&self, code: &'static str) {
        self.problems.get_or_create(&OfCode { code }).inc();
    }

    /// Counts a connection for which another one was closed, or that was closed itself.
    pub fn connection_refused(&self) {
        self.refused.inc();
    }
}

/// The memory of this process that is in RAM, at each scrape, where the system says it.
#[derive(Debug)]
struct Memory;

impl Collector for Memory {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Some(bytes) = resident_memory() else { return Ok(()) };
        let gauge = ConstGauge::new(i64::try_from(bytes).unwrap_or(i64::MAX));
        let help = "Memory of this process that is in RAM";
        let kind = prometheus_client::metrics::MetricType::Gauge;
        gauge.encode(encoder.encode_descriptor("resident_memory", help, Some(&Unit::Bytes), kind)?)
    }
}

/// The memory of this process that is in RAM, in bytes, where the system says it.
#[must_use]
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// All metrics of a registry in the text format of OpenMetrics.
#[must_use]
pub fn text(registry: &Registry) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode(&mut text, registry);
    text
}

/// The answer to Prometheus.
#[must_use]
pub fn answer(registry: &Registry) -> Response {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, format)], text(registry)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_the_text_after_the_prefix() {
        let mut registry = Registry::with_prefix("theriac_test");
        let metrics = Metrics::new(&mut registry);
        metrics.answered("/v1/runs/{run}", 200, Duration::from_millis(20));
        metrics.problem("too-many-requests");
        metrics.connection_refused();
        let text = text(&registry);
        for line in [
            r#"theriac_test_http_answers_total{route="/v1/runs/{run}",status="200"} 1"#,
            r#"theriac_test_http_answer_seconds_bucket{le="0.025",route="/v1/runs/{run}"} 1"#,
            r#"theriac_test_http_answer_seconds_bucket{le="0.01",route="/v1/runs/{run}"} 0"#,
            r#"theriac_test_http_problems_total{code="too-many-requests"} 1"#,
            "theriac_test_http_refused_connections_total 1",
            "# UNIT theriac_test_resident_memory_bytes bytes",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let memory = text.lines().find_map(|line| line.strip_prefix("theriac_test_resident_memory_bytes "));
        assert!(memory.unwrap().parse::<u64>().unwrap() > 1_000_000);
        assert!(text.ends_with("# EOF\n"));
        assert!(answer(&registry).headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("application/openmetrics"));
    }
}
