//! The keys of the file.

use std::path::{Path, PathBuf};

use resolver::LinkRule;
use serde::Deserialize;

use super::Settings;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    chain: Chain,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    store: Store,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    resolver: Resolver,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    till: Vec<Till>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    url: Option<String>,
    #[serde(default)]
    insecure: bool,
    deployment: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    listen: Option<String>,
    certificate_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    #[serde(default)]
    proxies: u8,
    tokens_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    folder: Option<PathBuf>,
    key_file: Option<PathBuf>,
    max_serials: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub requests_a_minute: Option<u32>,
    pub guesses: Option<u32>,
    pub guesses_of_batch: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resolver {
    root: Option<String>,
    name: Option<String>,
    operator: Option<String>,
    gln: Option<String>,
    #[serde(default)]
    link: Vec<LinkRule>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Till {
    pub token: String,
    pub site: String,
    pub account: Option<String>,
    pub key_file: Option<PathBuf>,
    pub password_file: Option<PathBuf>,
    #[serde(default)]
    pub signer: Vec<String>,
}

/// What is in the file only.
pub(super) struct Rest {
    pub insecure: bool,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub proxies: u8,
    pub max_serials: Option<u64>,
    pub limits: Limits,
    pub name: Option<String>,
    pub operator: Option<String>,
    pub gln: Option<String>,
    pub links: Vec<LinkRule>,
    pub tills: Vec<Till>,
}

impl File {
    /// The settings, and what is in the file only. Relative paths begin in the file's folder.
    pub(super) fn split(self, folder: &Path) -> (Settings, Rest) {
        let Self { chain, http, store, limits, resolver, log, till } = self;
        let here = |path: PathBuf| folder.join(path);
        let settings = Settings {
            chain_url: chain.url,
            deployment: chain.deployment.map(here),
            store: store.folder.map(here),
            storage_key: store.key_file.map(here),
            listen: http.listen,
            tokens_file: http.tokens_file.map(here),
            root: resolver.root,
            log_format: log.format,
        };
        let tills = till.into_iter().map(|till| Till {
            key_file: till.key_file.map(here),
            password_file: till.password_file.map(here),
            ..till
        });
        let rest = Rest {
            insecure: chain.insecure,
            certificate: http.certificate_file.map(here),
            key: http.key_file.map(here),
            proxies: http.proxies,
            max_serials: store.max_serials,
            limits,
            name: resolver.name,
            operator: resolver.operator,
            gln: resolver.gln,
            links: resolver.link,
            tills: tills.collect(),
        };
        (settings, rest)
    }
}
