use std::path::PathBuf;

use super::LogFormat;
use crate::keys::Secret;

/// The single values of a configuration from one origin; `None` if they are not set there.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `chain.url`, `THERIAC_ORACLE_CHAIN_URL`
    pub chain_url: Option<String>,
    /// `chain.deployment`, `THERIAC_ORACLE_DEPLOYMENT`
    pub deployment: Option<PathBuf>,
    /// `chain.transmitter_key_file`, `THERIAC_ORACLE_TRANSMITTER_KEY_FILE`
    pub transmitter_key_file: Option<PathBuf>,
    /// `THERIAC_ORACLE_TRANSMITTER_KEY`: the secret itself, instead of a file.
    pub transmitter_key: Option<Secret>,
    /// `operator.key_file`, `THERIAC_ORACLE_OPERATOR_KEY_FILE`
    pub operator_key_file: Option<PathBuf>,
    /// `THERIAC_ORACLE_OPERATOR_KEY`: the secret itself, instead of a file.
    pub operator_key: Option<Secret>,
    /// `store.path`, `THERIAC_ORACLE_STORE`
    pub store: Option<PathBuf>,
    /// `http.listen`, `THERIAC_ORACLE_LISTEN`
    pub listen: Option<String>,
    /// `http.token_file`, `THERIAC_ORACLE_TOKEN_FILE`
    pub token_file: Option<PathBuf>,
    /// `THERIAC_ORACLE_TOKEN`: the secret itself, instead of a file.
    pub token: Option<Secret>,
    /// `log.format`, `THERIAC_ORACLE_LOG_FORMAT`
    pub log_format: Option<String>,
}

impl Settings {
    /// The values in the environment. An empty variable counts as not set.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(&format!("THERIAC_ORACLE_{name}")).filter(|value| !value.is_empty());
        Self {
            chain_url: get("CHAIN_URL"),
            deployment: get("DEPLOYMENT").map(PathBuf::from),
            transmitter_key_file: get("TRANSMITTER_KEY_FILE").map(PathBuf::from),
            transmitter_key: get("TRANSMITTER_KEY").map(Secret::from),
            operator_key_file: get("OPERATOR_KEY_FILE").map(PathBuf::from),
            operator_key: get("OPERATOR_KEY").map(Secret::from),
            store: get("STORE").map(PathBuf::from),
            listen: get("LISTEN"),
            token_file: get("TOKEN_FILE").map(PathBuf::from),
            token: get("TOKEN").map(Secret::from),
            log_format: get("LOG_FORMAT"),
        }
    }

    /// These settings, completed by those of `below`.
    ///
    /// A secret and its file are two forms of one setting: if one of them is set here, both are ignored in `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let (transmitter_key_file, transmitter_key) = either(
            (self.transmitter_key_file, self.transmitter_key),
            (below.transmitter_key_file, below.transmitter_key),
        );
        let (operator_key_file, operator_key) = either(
            (self.operator_key_file, self.operator_key),
            (below.operator_key_file, below.operator_key),
        );
        let (token_file, token) = either((self.token_file, self.token), (below.token_file, below.token));
        Self {
            chain_url: self.chain_url.or(below.chain_url),
            deployment: self.deployment.or(below.deployment),
            transmitter_key_file,
            transmitter_key,
            operator_key_file,
            operator_key,
            store: self.store.or(below.store),
            listen: self.listen.or(below.listen),
            token_file,
            token,
            log_format: self.log_format.or(below.log_format),
        }
    }

    pub(super) fn log_format(&self) -> Option<LogFormat> {
        match self.log_format.as_deref() {
            None => Some(LogFormat::default()),
            Some("text") => Some(LogFormat::Text),
            Some("json") => Some(LogFormat::Json),
            Some(_) => None,
        }
    }
}

type Key = (Option<PathBuf>, Option<Secret>);

fn either(above: Key, below: Key) -> Key {
    if above.0.is_some() || above.1.is_some() {
        above
    } else {
        below
    }
}
