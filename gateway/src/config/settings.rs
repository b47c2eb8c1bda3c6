use std::path::PathBuf;

use serve::secret::Secret;

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
    /// `http.token_file`, `THERIAC_GATEWAY_TOKEN_FILE`
    pub token_file: Option<PathBuf>,
    /// `THERIAC_GATEWAY_TOKEN`: one token with the role `till`, named `caller`, in place of a file.
    pub token: Option<Secret>,
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
            token_file: get("TOKEN_FILE").map(PathBuf::from),
            token: get("TOKEN").map(Secret::from),
            root: get("ROOT"),
            log_format: get("LOG_FORMAT"),
        }
    }

    /// These settings, completed by those of `below`.
    ///
    /// A token and a file of tokens are two forms of one setting: where one of them is set here, both are ignored in `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let (token_file, token) = match (self.token_file, self.token) {
            (None, None) => (below.token_file, below.token),
            own => own,
        };
        Self {
            chain_url: self.chain_url.or(below.chain_url),
            deployment: self.deployment.or(below.deployment),
            store: self.store.or(below.store),
            storage_key: self.storage_key.or(below.storage_key),
            listen: self.listen.or(below.listen),
            token_file,
            token,
            root: self.root.or(below.root),
            log_format: self.log_format.or(below.log_format),
        }
    }
}
