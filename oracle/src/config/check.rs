//! Checks of a configuration: all problems together, each with its remedy.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use primitives::FeedId;
use reqwest::Url;
use serve::config::{Problem, Problems};

use super::file::{Job, Rest, Source};
use super::{
    ChainConfig, Config, HttpConfig, JobConfig, KeyLocation, Settings, SourceConfig, SourceKind, Trigger,
    MAX_LIST,
};
use crate::keys::Secret;

/// The default address of the HTTP interface.
const DEFAULT_LISTEN: &str = "127.0.0.1:9640";
/// Longer than any life.
const MAX_AGE: Duration = Duration::from_secs(150 * 366 * 86_400);
/// As long as records of treatments are kept in most countries.
const MAX_KEEP_DAYS: u64 = 30 * 366;

/// What the variables of the service begin with.
const VARIABLES: &str = "THERIAC_ORACLE_";

/// Where a secret is: in a file, or in the environment itself.
fn key(
    problems: &mut Problems,
    (file, value): (Option<PathBuf>, Option<Secret>),
    key: &str,
    variable: &str,
) -> Option<KeyLocation> {
    match (file, value) {
        (Some(_), Some(_)) => {
            let remedy = format!("unset {VARIABLES}{variable} or {VARIABLES}{variable}_FILE");
            problems.add(key, "is given twice, as a file and as a value", remedy);
            None
        }
        (Some(file), None) => Some(KeyLocation::File(file)),
        (None, Some(value)) => Some(KeyLocation::Value(value)),
        (None, None) => problems.required(None, key, &format!("{variable}_FILE")),
    }
}

pub(super) fn config(settings: Settings, rest: Rest) -> Result<Config, Vec<Problem>> {
    let mut problems = Problems::new(VARIABLES);
    let log = settings.log_format();
    if log.is_none() {
        problems.add("log.format", "is not known", "write \"text\" or \"json\"");
    }
    let url = problems.required(settings.chain_url, "chain.url", "CHAIN_URL");
    let url = url.and_then(|text| chain_url(&text, rest.insecure, &mut problems));
    let deployment = problems.required(settings.deployment, "chain.deployment", "DEPLOYMENT");
    let transmitter = (settings.transmitter_key_file, settings.transmitter_key);
    let transmitter = key(&mut problems, transmitter, "chain.transmitter_key_file", "TRANSMITTER_KEY");
    let operator = (settings.operator_key_file, settings.operator_key);
    let operator = key(&mut problems, operator, "operator.key_file", "OPERATOR_KEY");
    let store = problems.required(settings.store, "store.path", "STORE");
    let listen = settings.listen.unwrap_or_else(|| DEFAULT_LISTEN.to_owned()).parse::<SocketAddr>().ok();
    if listen.is_none() {
        let remedy = format!("write one such as {DEFAULT_LISTEN} or [::1]:9640");
        problems.add("http.listen", "is not an IP address with a port", remedy);
    }
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) && !rest.behind_proxy {
        let remedy =
            "listen on 127.0.0.1, or put a proxy with TLS before it and write http.behind_proxy = true";
        problems.add("http.listen", "lets tokens and patients' ids cross the network in the clear", remedy);
    }
    if !(1..=MAX_KEEP_DAYS).contains(&rest.keep_days) {
        let remedy = format!("choose a number of days from 1 to {MAX_KEEP_DAYS}");
        problems.add("store.keep_days", "is out of range", remedy);
    }
    let token = key(&mut problems, (settings.token_file, settings.token), "http.token_file", "TOKEN");
    let sources = sources(rest.sources, &mut problems);
    let jobs = jobs(rest.jobs, &sources, &mut problems);

    let config = || {
        Some(Config {
            chain: ChainConfig {
                url: url?,
                insecure: rest.insecure,
                deployment: deployment?,
                transmitter: transmitter?,
            },
            operator: operator?,
            store: store?,
            keep_days: rest.keep_days,
            http: HttpConfig { listen: listen?, token: token? },
            log: log?,
            sources,
            jobs,
        })
    };
    // Each missing part has added its problem.
    let config = config();
    problems.unless(config)
}

fn chain_url(text: &str, insecure: bool, problems: &mut Problems) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ws" | "wss") && url.has_host());
    if url.is_none() {
        problems.add("chain.url", "is not a WebSocket address", "write one such as ws://127.0.0.1:9944");
    }
    if url.as_ref().is_some_and(|url| url.scheme() == "ws" && !is_this_machine(url) && !insecure) {
        let cause = "is not encrypted, so that whoever sits between can change what the chain answers";
        problems.add("chain.url", cause, "use wss://, or write chain.insecure = true");
    }
    url
}

fn sources(sources: Vec<Source>, problems: &mut Problems) -> Vec<SourceConfig> {
    if sources.len() > MAX_LIST {
        problems.add("source", format!("are more than {MAX_LIST}"), "start a second service");
    }
    let mut names = BTreeSet::new();
    let check = |(at, source): (usize, Source)| {
        let key = |field: &str| format!("source[{at}].{field}");
        name(&source.name, key("name"), &mut names, problems);
        let limits = [
            ("connect_timeout_ms", source.connect_timeout_ms, 1..=600_000),
            ("read_timeout_ms", source.read_timeout_ms, 1..=600_000),
            ("total_timeout_ms", source.total_timeout_ms, 1..=600_000),
            ("max_response_bytes", source.max_response_bytes.try_into().unwrap_or(u64::MAX), 1..=MAX_BYTES),
            ("max_pages", source.max_pages.try_into().unwrap_or(u64::MAX), 1..=1_000),
        ];
        for (field, value, range) in limits {
            if !range.contains(&value) {
                let (low, high) = range.into_inner();
                problems.add(key(field), "is out of range", format!("choose one from {low} to {high}"));
            }
        }
        let base_url = base_url(&source.base_url, key("base_url"), problems)?;
        Some(SourceConfig {
            name: source.name,
            kind: source.kind,
            base_url,
            search: source.search,
            token_file: source.token_file,
            ca_file: source.ca_file,
            connect_timeout: Duration::from_millis(source.connect_timeout_ms),
            read_timeout: Duration::from_millis(source.read_timeout_ms),
            total_timeout: Duration::from_millis(source.total_timeout_ms),
            max_response_bytes: source.max_response_bytes,
            max_pages: source.max_pages,
        })
    };
    sources.into_iter().enumerate().take(MAX_LIST).filter_map(check).collect()
}

/// The limit of the `fhir` crate.
const MAX_BYTES: u64 = 16 << 20;

/// Patients' data may be unencrypted only within this machine.
fn base_url(text: &str, key: String, problems: &mut Problems) -> Option<Url> {
    let parsed = Url::parse(text).ok().filter(Url::has_host);
    let Some(mut url) = parsed.filter(|url| matches!(url.scheme(), "http" | "https")) else {
        problems.add(key, "is not a web address", "write one such as https://fhir.hospital.example/r4");
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        problems.add(key, "contains a user name or a password", "put the server's token in a token_file");
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        problems.add(key, "has a query or a fragment", "remove it");
        return None;
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        problems.add(key, "is neither encrypted nor on this machine", "use https");
        return None;
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn jobs(jobs: Vec<Job>, sources: &[SourceConfig], problems: &mut Problems) -> Vec<JobConfig> {
    if jobs.is_empty() || jobs.len() > MAX_LIST {
        problems.add(
            "job",
            format!("are none, or more than {MAX_LIST}"),
            "add a [[job]], or split them among several services",
        );
    }
    let (mut names, mut requested) = (BTreeSet::new(), BTreeSet::new());
    let check = |(at, job): (usize, Job)| {
        let key = |field: &str| format!("job[{at}].{field}");
        name(&job.name, key("name"), &mut names, problems);
        match &job.source {
            Some(name) if !sources.iter().any(|source| source.name == *name) => {
                let remedy = "name one of them, or correct it";
                problems.add(key("source"), "is not the name of a usable [[source]]", remedy);
            }
            None if job.triggers.contains(&Trigger::ChainRequest) => {
                let remedy = "name a [[source]], or remove \"chain-request\" from the triggers";
                problems.add(key("source"), "is missing, and a request on chain has no data", remedy);
            }
            _ => {}
        }
        let is_fhir = |name: &String| {
            sources.iter().any(|source| source.name == *name && source.kind == SourceKind::Fhir)
        };
        if job.results.as_ref().is_some_and(|name| !is_fhir(name)) {
            let remedy = "name one of them, or remove it";
            problems.add(key("results"), "is not the name of a usable [[source]] of the kind fhir", remedy);
        }
        if !job.parameters.values().all(|amount| amount.value.is_finite()) {
            problems.add(key("parameters"), "contain NaN or an infinity", "write finite numbers");
        }
        let triggers: BTreeSet<_> = job.triggers.iter().map(|trigger| *trigger == Trigger::Push).collect();
        if triggers.is_empty() || triggers.len() != job.triggers.len() {
            let remedy = "write [\"chain-request\"], [\"push\"] or both";
            problems.add(key("triggers"), "are empty or name one twice", remedy);
        }
        let max_observation_age = span(&job.max_observation_age);
        if max_observation_age.is_none() {
            let remedy = "write a span up to 150 years, such as \"15m\", \"4h\" or \"365d\"";
            problems.add(key("max_observation_age"), "is not a span of time", remedy);
        }
        let Some(feed) = FeedId::named(&job.feed) else {
            let remedy = "use at most 32 lower-case letters, digits and hyphens";
            problems.add(key("feed"), "is not a valid feed name", remedy);
            return None;
        };
        if job.triggers.contains(&Trigger::ChainRequest) && !requested.insert(feed) {
            let remedy = "let only one job answer the requests of a feed";
            problems.add(key("feed"), "is already answered by another job", remedy);
        }
        Some(JobConfig {
            name: job.name,
            feed,
            model: job.model,
            output: job.output,
            source: job.source,
            results: job.results,
            triggers: job.triggers,
            parameters: job.parameters,
            max_observation_age: max_observation_age?,
        })
    };
    jobs.into_iter().enumerate().take(MAX_LIST).filter_map(check).collect()
}

/// A span such as `15m`, `4h` or `365d`, in which a day has 24 hours.
fn span(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let span = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    let span = Duration::try_from(span).ok()?;
    (!span.is_zero() && span <= MAX_AGE).then_some(span)
}

/// Names occur in addresses, logs and metrics.
fn name(name: &str, key: String, taken: &mut BTreeSet<String>, problems: &mut Problems) {
    let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !plain || !(1..=64).contains(&name.len()) {
        problems.add(key, "is not a valid name", "use 1 to 64 lower-case letters, digits and hyphens");
    } else if !taken.insert(name.to_owned()) {
        problems.add(key, "is already taken", "give each its own name");
    }
}
