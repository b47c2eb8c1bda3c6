//! The configuration: a TOML file, and for single values the environment and the command line.
//!
//! **Precedence**, the first match wins: command line, environment (`THERIAC_ORACLE_…`), file, default. Sources and
//! jobs are lists and come only from the file. Secrets come only from the environment or from separate files, never
//! from the configuration file.
//!
//! Paths in the file are relative to the file's folder, others to the working directory.

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

pub use serve::config::Problem;
pub use serve::logging::Format as LogFormat;
pub use serve::secret::Location as KeyLocation;
pub use settings::Settings;

/// Maximum size of a configuration file, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 20;
/// Maximum number of sources, and of jobs.
pub const MAX_LIST: usize = 256;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}; check the path and its permissions", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("{path} is larger than {MAX_FILE_BYTES} bytes; it is not a configuration of the oracle", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not TOML, or has a key that does not exist.
    #[error("{path}: {message}; docs/oracle.md lists the keys", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The parser's message, with line and column.
        message: String,
    },
    /// Values are missing or wrong: all of them together.
    #[error("the configuration cannot be used:{}", list(.0))]
    Invalid(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n- {problem}")).collect()
}

/// The checked configuration of a service.
#[derive(Clone, Debug)]
pub struct Config {
    /// The chain that takes the reports.
    pub chain: ChainConfig,
    /// The key that signs reports.
    pub operator: KeyLocation,
    /// The SQLite file with subjects and runs.
    pub store: PathBuf,
    /// How long it keeps ended runs, and subjects without a run, in days.
    pub keep_days: u64,
    /// The service's HTTP interface.
    pub http: HttpConfig,
    /// The format of its log.
    pub log: LogFormat,
    /// The sources of data.
    pub sources: Vec<SourceConfig>,
    /// The jobs: a source, a model and a feed each.
    pub jobs: Vec<JobConfig>,
}

/// The chain that takes the reports.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// A WebSocket of a node.
    pub url: Url,
    /// Whether it may be unencrypted outside of this machine.
    pub insecure: bool,
    /// The file that `theriac deploy` wrote: the contracts' addresses.
    pub deployment: PathBuf,
    /// The account that pays for reports: a file with its secret (hexadecimal seed, mnemonic or `//Alice`).
    pub transmitter: KeyLocation,
}

/// The service's HTTP interface.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// The address on which it listens. Outside this machine, put a reverse proxy with TLS in front of it.
    pub listen: SocketAddr,
    /// The token that callers of `/v1` must send.
    pub token: KeyLocation,
}

/// The protocol of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// FHIR R4: patients and their observations.
    #[default]
    Fhir,
    /// Series of readings with their times, as CSV or JSON.
    Series,
}

/// How a FHIR server is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchBy {
    /// `GET Observation?…`: every server can do that.
    #[default]
    Get,
    /// `POST Observation/_search`: patients and codes are not in the addresses that servers and proxies log.
    Post,
}

/// A server of data.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// The name that jobs use.
    pub name: String,
    /// Its protocol.
    pub kind: SourceKind,
    /// The service's base address, with a `/` at the end. `http` only for this machine.
    pub base_url: Url,
    /// How it is searched.
    pub search: SearchBy,
    /// The bearer token for the server.
    pub token_file: Option<PathBuf>,
    /// A PEM file with the authority of the server's certificate, in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// Time limit to open a connection.
    pub connect_timeout: Duration,
    /// Time limit between bytes from the server.
    pub read_timeout: Duration,
    /// Time limit for all requests of one run together.
    pub total_timeout: Duration,
    /// Maximum size of the answers to one search together, in bytes.
    pub max_response_bytes: usize,
    /// Maximum number of pages of one search.
    pub max_pages: usize,
}

/// The jobs: a source, a model and a feed each.
#[derive(Clone, Debug)]
pub struct JobConfig {
    /// The name in push requests, logs and metrics.
    pub name: String,
    /// The feed for its results.
    pub feed: FeedId,
    /// A folder with `manifest.json` and the ONNX file.
    pub model: PathBuf,
    /// The output that its feed takes; `None` if the model has only one.
    pub output: Option<String>,
    /// The name of its source; `None` if all inputs are pushed or are parameters.
    pub source: Option<String>,
    /// The name of the FHIR server to which its results are written; `None` if none are.
    pub results: Option<String>,
    /// The triggers of a run.
    pub triggers: Vec<Trigger>,
    /// Inputs that are the same for every run.
    pub parameters: BTreeMap<String, Amount>,
    /// Maximum age of a measurement.
    pub max_observation_age: Duration,
}

/// The triggers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A request on the feed, on chain.
    ChainRequest,
    /// A call of `POST /v1/jobs/{job}/runs`.
    Push,
}

impl Config {
    /// Reads the file; the environment and the command line override it.
    ///
    /// `environment` looks up a variable: `|name| std::env::var(name).ok()` outside of tests.
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
        let (from_file, rest) = parsed.split(folder);
        let settings = command_line.over(Settings::from_environment(environment)).over(from_file);
        check::config(settings, rest).map_err(ConfigError::Invalid)
    }
}

#[cfg(test)]
mod tests;
