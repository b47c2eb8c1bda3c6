//! Start, work, and graceful shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serve::listen::Server;
use serve::shutdown::{ending_with, within};
use serve::tokens::Tokens;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, JobConfig, SourceConfig};
use crate::dispatch::{dispatch, Work};
use crate::drift::Watch;
use crate::http;
use crate::job::Job;
use crate::keys::{KeyError, OperatorKey, Secret};
use crate::ledger::LedgerError;
use crate::metrics::Metrics;
use crate::observe::observe;
use crate::onchain::OnChain;
use crate::results::deliver;
use crate::run::Runner;
use crate::source::{FhirSource, Source, SourceError};
use crate::store::{Store, StoreError};
use crate::watch::{watch, Watched};

/// Why the service cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// A key or token.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The set-up of a source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The chain, at the start. Later the service waits for it.
    #[error("at the start: {0}")]
    Chain(#[from] LedgerError),
    /// The deployment file or the transmitter's key.
    #[error("{0}")]
    Deployment(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is in use, or not on this machine.
    #[error("cannot listen on {address}: {source}; choose another http.listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// A service that is connected and listening, but not working yet.
pub struct Service {
    runner: Arc<Runner<OnChain>>,
    listener: TcpListener,
    address: SocketAddr,
    tokens: Tokens,
}

/// Time limit for the whole end, after which nothing is waited for: every step of a run is in the store.
const END: Duration = Duration::from_secs(20);

/// Starts the service, and works until `stop`. Runs in flight may then end within 15 seconds; all others continue at
/// the next start. After 20 seconds it has ended in any case.
pub async fn run(config: Config, stop: CancellationToken) -> Result<(), OracleError> {
    Service::start(config).await?.work(stop).await
}

impl Service {
    /// Reads the secrets, connects to the chain, opens the store and the HTTP port.
    pub async fn start(config: Config) -> Result<Self, OracleError> {
        let tokens = Tokens::new(config.http.token.clone(), &[http::CALLER]).map_err(KeyError::from)?;
        let key = OperatorKey::from_hex(&Secret::from_location(&config.operator).map_err(KeyError::from)?)?;
        let jobs = jobs(&config)?;
        let ledger = OnChain::connect(&config.chain).await?;
        let (genesis, contract) = ledger.deployment();
        let store = Store::open(&config.store, genesis, contract).await?;
        let address = config.http.listen;
        let listen = |source| OracleError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let metrics = Arc::new(Metrics::default());
        for job in jobs.values() {
            store.adopt(&job.config.name, job.config.feed).await?;
        }
        let (drift, watched, keep_days) = (Watch::default(), Watched::default(), config.keep_days);
        let runner = Arc::new(Runner { store, ledger, jobs, key, metrics, drift, watched, keep_days });
        Ok(Self { runner, listener, address, tokens })
    }

    /// The address on which it listens, with the port that the system chose if 0 was configured.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Works until `stop`, or until the store fails.
    pub async fn work(self, stop: CancellationToken) -> Result<(), OracleError> {
        let Self { runner, listener, address, tokens } = self;
        let work = Arc::new(Work::default());
        let router = http::router(http::Service::new(Arc::clone(&runner), Arc::clone(&work), tokens));
        tracing::info!(url = %format!("http://{address}"), jobs = runner.jobs.len(), "the oracle is running");
        // The first part that ends stops the others.
        let ending = stop.child_token();
        let all = async {
            let (limits, metrics) = (http::LIMITS, runner.metrics.http.clone());
            let served = Server { listener, router, tls: None, limits, metrics }.run(&ending);
            let watched = ending_with(&ending, watch(&runner, &work, &ending));
            let dispatched = ending_with(&ending, dispatch(Arc::clone(&runner), &work, &ending));
            let (observed, delivered) = (observe(&runner, &ending), deliver(&runner, &ending));
            let ((), watched, dispatched, (), ()) =
                tokio::join!(served, watched, dispatched, observed, delivered);
            runner.store.close().await;
            watched.and(dispatched)
        };
        within(&ending, END, all).await.unwrap_or(Ok(()))?;
        tracing::info!("the oracle has stopped; runs that are not final continue at the next start");
        Ok(())
    }
}

fn jobs(config: &Config) -> Result<std::collections::BTreeMap<String, Job>, OracleError> {
    let named = |name: &str| config.sources.iter().find(|source: &&SourceConfig| source.name == name);
    // A checked configuration has the source of each job.
    let job = |job: &JobConfig| {
        let source = job.source.as_deref().and_then(named).map(Source::new).transpose()?;
        let results = job.results.as_deref().and_then(named).map(FhirSource::new).transpose()?;
        let mut made = Job::new(job.clone(), source);
        made.results = results;
        Ok((job.name.clone(), made))
    };
    config.jobs.iter().map(job).collect()
}
