//! What an operator decides: a TOML file, and for single values the environment and the command line.
//!
//! **Precedence**, the first that says something wins: command line, environment (`THERIAC_ORACLE_…`), file,
//! default. Sources and jobs are lists and come from the file alone. Secrets themselves come only from the
//! environment or from files of their own, never from the configuration file.
//!
//! Paths in the file are relative to the file's folder; others to the working directory.

mod check;
mod file;
mod settings;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use primitives::FeedId;
use reqwest::Url;
use serde::Deserialize;

use crate::inputs::Amount;
use crate::keys::Secret;

pub use check::Problem;
pub use settings::Settings;

/// The largest configuration file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 20;
/// The most sources, and the most jobs.
pub const MAX_LIST: usize = 256;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}; check the path and its permissions", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("{path} is larger than {MAX_FILE_BYTES} bytes; it is no configuration of the oracle", path = path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// The file is no TOML, or has a key that does not exist.
    #[error("{path}: {message}; docs/oracle.md lists the keys", path = path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What the parser says, with line and column.
        message: String,
    },
    /// Values are missing or wrong: all of them at once.
    #[error("the configuration cannot be used:{}", list(.0))]
    Invalid(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n- {problem}")).collect()
}

/// Everything the service needs to know, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where reports go.
    pub chain: ChainConfig,
    /// Who signs reports.
    pub operator: KeyLocation,
    /// The SQLite file with subjects and runs.
    pub store: PathBuf,
    /// What others may ask the service.
    pub http: HttpConfig,
    /// How it logs.
    pub log: LogFormat,
    /// Where data come from.
    pub sources: Vec<SourceConfig>,
    /// What is computed from which source for which feed.
    pub jobs: Vec<JobConfig>,
}

/// Where reports go.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// A WebSocket of a node.
    pub url: Url,
    /// The file that `theriac deploy` wrote: the contracts' addresses.
    pub deployment: PathBuf,
    /// The account that pays for reports: a file with its secret (hexadecimal seed, mnemonic or `//Alice`).
    pub transmitter: KeyLocation,
}

/// Where a secret is.
#[derive(Clone, Debug)]
pub enum KeyLocation {
    /// In a file that only its owner can read.
    File(PathBuf),
    /// Given by the environment.
    Value(Secret),
}

/// What others may ask the service.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where it listens. Put a reverse proxy with TLS in front of anything but this machine.
    pub listen: SocketAddr,
    /// What callers of `/v1` must show.
    pub token: KeyLocation,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What a source speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// FHIR R4: patients and their observations.
    #[default]
    Fhir,
    /// Series of readings with their times, as CSV or JSON.
    Series,
}

/// A server that is asked for data.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// Jobs name it.
    pub name: String,
    /// What it speaks.
    pub kind: SourceKind,
    /// The service's base address, with a `/` at the end. `http` only for this machine.
    pub base_url: Url,
    /// What the server wants to see.
    pub token_file: Option<PathBuf>,
    /// A PEM file with the authority of the server's certificate, besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take to open.
    pub connect_timeout: Duration,
    /// How long the server may be silent.
    pub read_timeout: Duration,
    /// How long all requests for one run may take together.
    pub total_timeout: Duration,
    /// The longest answer that is read, in bytes.
    pub max_response_bytes: usize,
    /// The most pages of one search.
    pub max_pages: usize,
}

/// What is computed from which source for which feed.
#[derive(Clone, Debug)]
pub struct JobConfig {
    /// Push requests, logs and metrics name it.
    pub name: String,
    /// Where its results go.
    pub feed: FeedId,
    /// A folder with `manifest.json` and the ONNX file.
    pub model: PathBuf,
    /// The output that its feed takes; nothing where the model has one alone.
    pub output: Option<String>,
    /// The name of its source; nothing where all inputs are pushed or are parameters.
    pub source: Option<String>,
    /// What starts a run.
    pub triggers: Vec<Trigger>,
    /// Inputs that are the same for every run.
    pub parameters: BTreeMap<String, Amount>,
    /// Measurements that are older do not count.
    pub max_observation_age: Duration,
}

/// What starts a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A request on the feed, on chain.
    ChainRequest,
    /// A call of `POST /v1/jobs/{job}/runs`.
    Push,
}

impl Config {
    /// Reads the file and puts the environment and the command line over it.
    ///
    /// `environment` looks a variable up: `|name| std::env::var(name).ok()` outside of tests.
    pub fn load(
        file: &Path,
        environment: impl Fn(&str) -> Option<String>,
        command_line: Settings,
    ) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: file.to_owned(), source };
        if std::fs::metadata(file).map_err(unreadable)?.len() > MAX_FILE_BYTES {
            return Err(ConfigError::TooLarge { path: file.to_owned() });
        }
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        let syntax = |error: toml::de::Error| ConfigError::Syntax {
            path: file.to_owned(),
            message: error.to_string().trim_end().replace('\n', "\n  "),
        };
        let parsed: file::File = toml::from_str(&text).map_err(syntax)?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let (from_file, lists) = parsed.split(folder);
        let settings = command_line.over(Settings::from_environment(environment)).over(from_file);
        check::config(settings, lists).map_err(ConfigError::Invalid)
    }
}

#[cfg(test)]
mod tests;
