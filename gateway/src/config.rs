//! The configuration: a TOML file, variables `THERIAC_GATEWAY_…` over it, and options of the command line over both.

mod check;
mod file;
mod settings;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use resolver::{LinkRule, Root};
use serve::logging::Format;
use serve::secret::Location;

pub use serve::config::Problem;
pub use settings::Settings;

/// The largest file that is read, in bytes: ten thousand links fit.
const MAX_FILE: usize = 8 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {0}")]
    Unreadable(#[from] files::Error),
    /// The file is not TOML, or has unknown keys.
    #[error("the configuration {path} cannot be read:\n  {message}", path = .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        message: String,
    },
    /// Values that cannot be.
    #[error("the configuration cannot be used:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Invalid(Vec<Problem>),
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The chain.
    pub chain: ChainConfig,
    /// The HTTP interface.
    pub http: HttpConfig,
    /// The folder of lists, history and tills' calls. Nobody else may use it.
    pub store: PathBuf,
    /// The file with the key under which batches' keys are sealed. It is made where it does not exist.
    pub storage_key: PathBuf,
    /// The most serials of a list.
    pub max_serials: u64,
    /// What is limited, and how far.
    pub limits: LimitsConfig,
    /// The resolver.
    pub resolver: ResolverConfig,
    /// The tills.
    pub tills: Vec<TillConfig>,
    /// The form of log lines.
    pub log: Format,
}

/// The chain and its contracts.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// The node's address.
    pub url: String,
    /// Whether `ws://` beyond this machine is wanted.
    pub insecure: bool,
    /// The deployment file.
    pub deployment: PathBuf,
}

/// The HTTP interface.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Certificate chain and private key, PEM; `None` for plain HTTP on this machine or behind a proxy.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How many proxies of the operator stand before it.
    pub proxies: u8,
    /// The bearer tokens.
    pub tokens: Option<Location>,
}

/// How much clients may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Requests of one network a minute.
    pub requests: u32,
    /// Serials that are not in their batch's list, of one network in ten minutes.
    pub guesses: u32,
    /// The same, of one batch in an hour.
    pub guesses_of_batch: u32,
}

/// The resolver.
#[derive(Clone, Debug)]
pub struct ResolverConfig {
    /// The public address.
    pub root: Root,
    /// What the resolver is called.
    pub name: String,
    /// Who runs it.
    pub operator: Option<String>,
    /// The GLN of who answers verification requests.
    pub gln: Option<gs1::Gln>,
    /// Links besides its own.
    pub links: Vec<LinkRule>,
}

/// A till: whose token books packs at which site, and by which account.
#[derive(Clone, Debug)]
pub struct TillConfig {
    /// The name of its token.
    pub token: String,
    /// The GLN of its site.
    pub gln: u64,
    /// How its calls are signed.
    pub signing: Signing,
}

/// How the calls of a till are signed.
#[derive(Clone, Debug)]
pub enum Signing {
    /// With the key in a file: a secret URI, or a key file with a password.
    KeyFile {
        /// The file.
        file: PathBuf,
        /// The file with the key file's password.
        password: Option<PathBuf>,
    },
    /// By another program, which gets what is to be signed in hexadecimal and gives the signature.
    Program {
        /// The account for which it signs, in SS58.
        account: String,
        /// The program and its arguments.
        command: Vec<String>,
    },
    /// Not here: the till gets the calls.
    Unsigned {
        /// The account that will sign, in SS58.
        account: String,
    },
}

impl Config {
    /// Reads the file; the environment and the command line override it.
    ///
    /// `environment` looks up a variable: `|name| std::env::var(name).ok()` outside of tests.
    ///
    /// # Errors
    /// [`ConfigError`], with all problems together.
    pub fn load(
        path: &Path,
        environment: impl Fn(&str) -> Option<String>,
        command_line: Settings,
    ) -> Result<Self, ConfigError> {
        let bytes = files::read(path, MAX_FILE)?;
        let syntax = |message: String| ConfigError::Syntax { path: path.to_owned(), message };
        let text = String::from_utf8(bytes).map_err(|_| syntax("it is not UTF-8 text".to_owned()))?;
        let parsed: file::File = toml::from_str(&text)
            .map_err(|error| syntax(error.to_string().trim_end().replace('\n', "\n  ")))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let (from_file, rest) = parsed.split(folder);
        let settings = command_line.over(Settings::from_environment(environment)).over(from_file);
        check::config(settings, rest).map_err(ConfigError::Invalid)
    }
}
