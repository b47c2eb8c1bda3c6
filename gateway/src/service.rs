//! Start, work, and graceful shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chain::{Chain, Deployment};
use index::{Index, Origin};
use prometheus_client::registry::Registry;
use resolver::{Resolver, Setup};
use serials::{Lists, StorageKey};
use serve::headers::Transport;
use serve::limit::{Places, Shares};
use serve::listen::{Limits, Server};
use serve::ready::Asked;
use serve::shutdown::within;
use serve::tls::Tls;
use serve::tokens::Tokens;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, TillConfig};
use crate::guesses::Guesses;
use crate::http::{router, Gateway, Interface, PICTURES_OF_CLIENT, ROLES};
use crate::metrics::Metrics;
use crate::packs::{Packs, PacksError, TillError};
use crate::register::Register;

/// Time limit for the whole end: what tills have begun is in the store, and goes on at the next start.
const END: Duration = Duration::from_secs(20);
/// How many pictures are read at once.
const PICTURES: usize = 2;

/// Why the gateway cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A secret.
    #[error(transparent)]
    Secret(#[from] serve::secret::SecretError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] serve::tls::TlsError),
    /// The storage key.
    #[error(transparent)]
    StorageKey(#[from] serials::StorageKeyError),
    /// The lists of serials.
    #[error(transparent)]
    Lists(#[from] serials::Error),
    /// The history.
    #[error(transparent)]
    History(#[from] index::Error),
    /// A link of the resolver.
    #[error("resolver.link: {0}")]
    Links(#[from] resolver::RuleError),
    /// The tills' calls.
    #[error(transparent)]
    Packs(#[from] crate::packs::PacksError),
    /// The chain, at the start. Later the gateway waits for it.
    #[error("at the start: {0}")]
    Chain(#[from] chain::Error),
    /// The folder.
    #[error("the folder {path} cannot be made: {source}; check the path and its permissions", path = path.display())]
    Folder {
        /// Which.
        path: std::path::PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The address is in use, or not on this machine.
    #[error("cannot listen on {address}: {source}; choose another http.listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// A gateway that is connected and listening, but not answering yet.
pub struct Service {
    gateway: Arc<Gateway>,
    interface: Interface,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
}

/// Starts the gateway, and works until `stop`.
///
/// # Errors
/// [`GatewayError`].
pub async fn run(config: Config, stop: CancellationToken) -> Result<(), GatewayError> {
    Service::start(config).await?.work(stop).await
}

/// Tries all that a start needs, besides the folder and the port: secrets, certificate, chain, deployment, tills.
///
/// # Errors
/// [`GatewayError`].
pub async fn check(config: &Config) -> Result<(), GatewayError> {
    if let Some(location) = &config.http.tokens {
        let tokens = Tokens::new(location.clone(), ROLES)?;
        if let Some(unusable) = without_token(&config.tills, &tokens).into_iter().next() {
            return Err(PacksError::Till(unusable).into());
        }
    }
    if let Some((certificate, key)) = &config.http.tls {
        Tls::new(certificate, key)?;
    }
    let (chain, deployment) = connect(config).await?;
    Packs::check(&config.tills, &chain, &deployment.contracts).await?;
    Ok(())
}

/// Tills that nobody can use.
fn without_token(tills: &[TillConfig], tokens: &Tokens) -> Vec<TillError> {
    let callers = tokens.callers();
    let is_there = |till: &&TillConfig| {
        callers.iter().any(|caller| *caller.name == *till.token && ROLES.first() == Some(&caller.role))
    };
    let without = tills.iter().filter(|till| !is_there(till));
    without.map(|till| TillError::NoToken { token: till.token.clone() }).collect()
}

async fn connect(config: &Config) -> Result<(Chain, Deployment), GatewayError> {
    let deployment = Deployment::load(&config.chain.deployment)?;
    let chain = match config.chain.insecure {
        true => Chain::connect_unencrypted(&config.chain.url).await?,
        false => Chain::connect(&config.chain.url).await?,
    };
    deployment.check(&chain).await?;
    Ok((chain, deployment))
}

impl Service {
    /// Reads the secrets, connects to the chain, opens the folder and the port.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn start(config: Config) -> Result<Self, GatewayError> {
        let tokens = config
            .http
            .tokens
            .clone()
            .map(|location| Tokens::new(location, ROLES))
            .transpose()?
            .map(Arc::new);
        let tls = config
            .http
            .tls
            .as_ref()
            .map(|(certificate, key)| Tls::new(certificate, key))
            .transpose()?
            .map(Arc::new);
        // A line that was taken away, because its token was stolen, keeps the others from nothing.
        for unusable in tokens.iter().flat_map(|tokens| without_token(&config.tills, tokens)) {
            tracing::warn!("{unusable}");
        }
        let (chain, deployment) = connect(&config).await?;
        let folder = |source| GatewayError::Folder { path: config.store.clone(), source };
        std::fs::create_dir_all(&config.store).map_err(folder)?;
        let key = StorageKey::read_or_create(&config.storage_key)?;
        let lists = Lists::open(&config.store.join("lists"), key)?.with_max_serials(config.max_serials);
        let index = Index::open(&config.store.join("history.sqlite"), &Origin::from(&deployment)).await?;
        let packs =
            Packs::open(&config.store.join("packs.sqlite"), &config.tills, &chain, &deployment.contracts)
                .await?;
        let address = config.http.listen;
        let listen = |source| GatewayError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let mut registry = Registry::with_prefix("theriac_gateway");
        let http_metrics = serve::metrics::Metrics::new(&mut registry);
        let metrics = Metrics::new(&mut registry);
        let resolver = &config.resolver;
        let setup = Setup {
            root: resolver.root.clone(),
            name: resolver.name.clone(),
            operator: resolver.operator.clone(),
            links: resolver.links.clone(),
        };
        let rules = Resolver::new(setup)?;
        let transport = match tls.is_some() || config.http.proxies > 0 {
            true => Transport::Tls,
            false => Transport::Plain,
        };
        let gateway = Arc::new(Gateway {
            register: Register::new(chain, deployment.contracts),
            lists,
            index,
            resolver: rules,
            responder: config.resolver.gln,
            guesses: Guesses::new(config.limits),
            packs,
            registry,
            metrics,
            uploads: Shares::new(crate::http::PICTURES, PICTURES_OF_CLIENT),
            pictures: Places::new(PICTURES),
            checked: Asked::default(),
        });
        let interface = Interface {
            tokens,
            limits: config.limits,
            proxies: config.http.proxies,
            transport,
            metrics: http_metrics,
        };
        Ok(Self { gateway, interface, listener, address, tls })
    }

    /// The address on which it listens, with the port that the system chose if 0 was configured.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Works until `stop`, or until the history can never be read on.
    ///
    /// # Errors
    /// [`GatewayError::History`]: what does not pass by itself, such as another chain at the node's address.
    pub async fn work(self, stop: CancellationToken) -> Result<(), GatewayError> {
        let url = self.url();
        let Self { gateway, interface, listener, tls, .. } = self;
        let metrics = interface.metrics.clone();
        let limits = match interface.proxies {
            0 => Limits::default(),
            // All connections come from the proxy.
            _ => Limits { per_network: Limits::default().connections, ..Limits::default() },
        };
        let router = router(gateway.clone(), interface);
        tracing::info!(url, tills = gateway.packs.tills(), "the gateway is running");
        let ending = stop.child_token();
        let all = async {
            let server = Server { listener, router, tls, limits, metrics };
            let followed = async {
                match gateway.index.follow(gateway.register.chain(), &ending).await {
                    // Verdicts need no history: /ready says that there is none.
                    Err(error @ index::Error::NeedsArchive { .. }) => {
                        tracing::error!("{error}");
                        Ok(())
                    }
                    Err(error) => {
                        ending.cancel();
                        Err(error)
                    }
                    Ok(()) => Ok(()),
                }
            };
            let ((), followed) = tokio::join!(server.run(&ending), followed);
            gateway.packs.end().await;
            gateway.index.close().await;
            followed
        };
        if let Some(ended) = within(&ending, END, all).await {
            ended?;
        }
        tracing::info!("the gateway has stopped");
        Ok(())
    }
}
