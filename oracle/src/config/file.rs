//! The keys of the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{SearchBy, Settings, SourceKind, Trigger};
use crate::inputs::Amount;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    chain: Chain,
    #[serde(default)]
    operator: Operator,
    #[serde(default)]
    store: Store,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    source: Vec<Source>,
    #[serde(default)]
    job: Vec<Job>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    url: Option<String>,
    #[serde(default)]
    insecure: bool,
    deployment: Option<PathBuf>,
    transmitter_key_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operator {
    key_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    path: Option<PathBuf>,
    keep_days: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    listen: Option<String>,
    #[serde(default)]
    behind_proxy: bool,
    token_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub name: String,
    #[serde(default)]
    pub kind: SourceKind,
    pub base_url: String,
    #[serde(default)]
    pub search: SearchBy,
    pub token_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    #[serde(default = "defaults::connect_timeout_ms")]
    pub connect_timeout_ms: u64,
    #[serde(default = "defaults::read_timeout_ms")]
    pub read_timeout_ms: u64,
    #[serde(default = "defaults::total_timeout_ms")]
    pub total_timeout_ms: u64,
    #[serde(default = "defaults::max_response_bytes")]
    pub max_response_bytes: usize,
    #[serde(default = "defaults::max_pages")]
    pub max_pages: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Job {
    pub name: String,
    pub feed: String,
    pub model: PathBuf,
    pub output: Option<String>,
    pub source: Option<String>,
    pub results: Option<String>,
    pub triggers: Vec<Trigger>,
    #[serde(default)]
    pub parameters: BTreeMap<String, Amount>,
    /// A clinical decision without a default: the maximum age differs by measurement and use.
    pub max_observation_age: String,
}

mod defaults {
    pub fn keep_days() -> u64 {
        90
    }
    pub fn connect_timeout_ms() -> u64 {
        5_000
    }
    pub fn read_timeout_ms() -> u64 {
        10_000
    }
    pub fn total_timeout_ms() -> u64 {
        30_000
    }
    pub fn max_response_bytes() -> usize {
        8 << 20
    }
    pub fn max_pages() -> usize {
        20
    }
}

/// The settings that only the file can have.
pub(super) struct Rest {
    pub keep_days: u64,
    pub behind_proxy: bool,
    pub insecure: bool,
    pub sources: Vec<Source>,
    pub jobs: Vec<Job>,
}

impl File {
    /// The single values and the lists, with paths relative to the working directory.
    pub(super) fn split(self, folder: &Path) -> (Settings, Rest) {
        let at = |path: PathBuf| folder.join(path);
        let settings = Settings {
            chain_url: self.chain.url,
            deployment: self.chain.deployment.map(at),
            transmitter_key_file: self.chain.transmitter_key_file.map(at),
            transmitter_key: None,
            operator_key_file: self.operator.key_file.map(at),
            operator_key: None,
            store: self.store.path.map(at),
            listen: self.http.listen,
            token_file: self.http.token_file.map(at),
            token: None,
            log_format: self.log.format,
        };
        let source = |source: Source| Source {
            token_file: source.token_file.map(at),
            ca_file: source.ca_file.map(at),
            ..source
        };
        let job = |job: Job| Job { model: at(job.model), ..job };
        let sources = self.source.into_iter().map(source).collect();
        let keep_days = self.store.keep_days.unwrap_or_else(defaults::keep_days);
        let (behind_proxy, insecure) = (self.http.behind_proxy, self.chain.insecure);
        (
            settings,
            Rest {
                keep_days,
                behind_proxy,
                insecure,
                sources,
                jobs: self.job.into_iter().map(job).collect(),
            },
        )
    }
}
