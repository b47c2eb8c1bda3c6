use std::path::PathBuf;

/// The single values of a configuration from one origin; `None` where they are not set there.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `chain.url`, `THERIAC_GATEWAY_CHAIN_URL`
    pub chain_url: Option<String>,
    /// `chain.deployment`, `THERIAC_GATEWAY_DEPLOYMENT`
    pub deployment: Option<PathBuf>,
    /// `store.folder`, `THERIAC_GATEWAY_STORE`
    pub store: Option<PathBuf>,
    /// `store.key_file`, `THERIAC_GATEWAY_STORE_KEY_FILE`
    pub storage_key: Option<PathBuf>,
    /// `http.listen`, `THERIAC_GATEWAY_LISTEN`
    pub listen: Option<String>,
    /// `http.tokens_file`, `THERIAC_GATEWAY_TOKENS_FILE`
    pub tokens_file: Option<PathBuf>,
    /// `resolver.root`, `THERIAC_GATEWAY_ROOT`
    pub root: Option<String>,
    /// `log.format`, `THERIAC_GATEWAY_LOG_FORMAT`
    pub log_format: Option<String>,
}

impl Settings {
    /// The values in the environment. An empty variable counts as not set.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(&format!("THERIAC_GATEWAY_{name}")).filter(|value| !value.is_empty());
        Self {
            chain_url: get("CHAIN_URL"),
            deployment: get("DEPLOYMENT").map(PathBuf::from),
            store: get("STORE").map(PathBuf::from),
            storage_key: get("STORE_KEY_FILE").map(PathBuf::from),
            listen: get("LISTEN"),
            tokens_file: get("TOKENS_FILE").map(PathBuf::from),
            root: get("ROOT"),
            log_format: get("LOG_FORMAT"),
        }
    }

    /// These settings, completed by those of `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            chain_url: self.chain_url.or(below.chain_url),
            deployment: self.deployment.or(below.deployment),
            store: self.store.or(below.store),
            storage_key: self.storage_key.or(below.storage_key),
            listen: self.listen.or(below.listen),
            tokens_file: self.tokens_file.or(below.tokens_file),
            root: self.root.or(below.root),
            log_format: self.log_format.or(below.log_format),
        }
    }
}
