//! What the gateway counts, for Prometheus. No label says anything about a pack or a person.

use std::time::{SystemTime, UNIX_EPOCH};

use index::Index;
use primitives::units::Outcome;
use primitives::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use serials::Lists;
use view::choices::Choice;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBooking {
    action: &'static str,
    state: &'static str,
}

/// The metrics of one gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    verdicts: Family<OfOutcome, Counter>,
    unreadable: Family<OfKind, Counter>,
    bookings: Family<OfBooking, Counter>,
    lists_taken: Counter,
    lists: Gauge,
    lists_damaged: Gauge,
    blocks: Gauge,
    behind: Gauge,
    missing: Gauge,
    unknown_events: Gauge,
    failures: Gauge,
    history_bytes: Gauge,
    reconnections: Gauge,
}

impl Metrics {
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let version = env!("CARGO_PKG_VERSION");
        registry.register("build", "The version of the program", Info::new(vec![("version", version)]));
        registry.register("verdicts", "Verdicts, by outcome", metrics.verdicts.clone());
        let help = "Scans that name no pack, by kind: the scanner's faults, other codes, no codes";
        registry.register("unreadable_scans", help, metrics.unreadable.clone());
        registry.register(
            "bookings",
            "Packs that tills booked, by action and what came of it",
            metrics.bookings.clone(),
        );
        registry.register("lists_taken", "Lists of serials that were taken in", metrics.lists_taken.clone());
        for (name, help, gauge) in [
            ("lists", "Lists of serials that are held", &metrics.lists),
            ("lists_damaged", "Lists of serials that are damaged, and not served", &metrics.lists_damaged),
            ("history_blocks", "Blocks that the history has read since the start", &metrics.blocks),
            ("history_blocks_behind", "Finalised blocks that the history has not read", &metrics.behind),
            (
                "history_blocks_missing",
                "Blocks that are missing in the history until an archive node gives them",
                &metrics.missing,
            ),
            ("history_unknown_events", "Events that this version does not know", &metrics.unknown_events),
            ("history_failures", "Failed attempts to read the history on", &metrics.failures),
            ("history_size_bytes", "Size of the history's files", &metrics.history_bytes),
            (
                "reconnections",
                "How often the connection to the node was lost and made again",
                &metrics.reconnections,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
        metrics
    }

    pub(crate) fn verdict(&self, outcome: Outcome) {
        self.verdicts.get_or_create(&OfOutcome { outcome: outcome.name() }).inc();
    }

    pub(crate) fn unreadable(&self, kind: &'static str) {
        self.unreadable.get_or_create(&OfKind { kind }).inc();
    }

    pub(crate) fn booking(&self, action: &'static str, state: &'static str) {
        self.bookings.get_or_create(&OfBooking { action, state }).inc();
    }

    pub(crate) fn list_taken(&self) {
        self.lists_taken.inc();
    }

    /// Brings what others count up to date.
    pub(crate) fn refresh(&self, index: &Index, lists: &Lists, chain: &chain::Chain) {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let history = index.metrics();
        self.blocks.set(number(history.blocks));
        self.behind.set(number(history.behind));
        self.missing.set(number(history.missing));
        self.unknown_events.set(number(history.unknown_events));
        self.failures.set(number(history.failures));
        self.history_bytes.set(number(history.bytes));
        self.lists.set(i64::try_from(lists.status().len()).unwrap_or(i64::MAX));
        self.lists_damaged.set(i64::try_from(lists.damaged().len()).unwrap_or(i64::MAX));
        self.reconnections.set(number(chain.reconnections()));
    }
}

/// This machine's clock, in milliseconds since 1970 in UTC.
pub(crate) fn now_ms() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
