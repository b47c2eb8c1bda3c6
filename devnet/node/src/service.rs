//! The node's life: start, say so, run, stop.

use std::{io::Write, net::SocketAddr, path::Path, time::Duration};

use futures::{
    future::{self, Either},
    FutureExt,
};
use futures_timer::Delay;
use jsonrpsee::server::ServerHandle;
use polkadot_sdk::{
    sc_cli::{self, LoggerBuilder, Signals},
    sc_service::TaskManager,
    sp_api::{Metadata, ProvideRuntimeApi},
    sp_blockchain::HeaderBackend,
};

use crate::{client, network, options::Options, rpc, sealing};

/// How long tasks may take to end before the process ends without them.
const SHUTDOWN: Duration = Duration::from_secs(10);
/// How often the node looks whether its parent is alive.
const PARENT_POLL: Duration = Duration::from_millis(250);

/// What the SDK said; its own error types are too large to carry around.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the node did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter of `--log` cannot be read.
    #[error("the log filter cannot be read: {0}. Use a level such as `info`, or target=level pairs")]
    Log(Cause),
    /// The process may not have threads or sockets.
    #[error("the process cannot start its threads: {0}. Free some memory, or raise its limits")]
    Threads(std::io::Error),
    /// Database or genesis failed.
    #[error("the chain in {place} cannot be opened: {cause}. Is another node using it? Otherwise name another folder")]
    Chain {
        /// Where the chain is.
        place: String,
        /// What went wrong there.
        cause: Cause,
    },
    /// The runtime of the chain's newest block does not answer.
    #[error("the chain's runtime does not answer: {0}. The chain's folder may come from another version: name another one")]
    Runtime(String),
    /// The RPC methods could not be put together.
    #[error("the RPC interface cannot be built: {0}. This is an error of the node")]
    Rpc(Cause),
    /// The port cannot be had.
    #[error("port {port} of 127.0.0.1 cannot be opened: {cause}. Choose another --rpc-port, or 0 for any")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A part that the node cannot do without has ended.
    #[error("a part of the node has failed: {0}. The log above says which")]
    Failed(Cause),
}

/// Runs a node until a signal, its parent's end if it was told so, or a failure.
///
/// # Errors
/// Those of [`Error`].
pub fn run(options: Options) -> Result<(), Error> {
    LoggerBuilder::new(options.log.clone()).init().map_err(|error| Error::Log(Box::new(error)))?;
    let runtime = sc_cli::build_runtime().map_err(Error::Threads)?;
    let result = runtime.block_on(async {
        let parent = std::os::unix::process::parent_id();
        let signals = Signals::capture().map_err(|error| Error::Failed(Box::new(error)))?.future();
        let stop = match options.with_parent {
            true => future::select(signals, parent_ends(parent).boxed()).map(drop).boxed(),
            false => signals,
        };
        let mut node = Node::start(&options).await?;
        node.announce();
        let result = match future::select(stop, node.tasks.future()).await {
            Either::Left(((), _)) => Ok(()),
            Either::Right((result, _)) => result.map_err(|error| Error::Failed(Box::new(error))),
        };
        node.stop().await;
        result
    });
    runtime.shutdown_timeout(SHUTDOWN);
    result
}

struct Node {
    tasks: TaskManager,
    server: ServerHandle,
    address: SocketAddr,
}

impl Node {
    async fn start(options: &Options) -> Result<Self, Error> {
        let folder = options.base_path.as_deref();
        let tokio = jsonrpsee::tokio::runtime::Handle::current();
        let tasks = TaskManager::new(tokio, None).map_err(|error| Error::Failed(Box::new(error)))?;
        let (client, backend) = client::open(folder, options.keep_states, &tasks)
            .map_err(|cause| Error::Chain { place: place(folder), cause })?;
        let pool = sealing::start_pool(&client, &tasks);
        sealing::start_sealing(&client, &backend, &pool, &tasks, options.finality_delay);

        // The first call compiles the runtime, which takes longest: better before the node says it is ready.
        let best = client.info();
        client
            .runtime_api()
            .metadata_versions(best.best_hash)
            .map_err(|error| Error::Runtime(error.to_string()))?;

        let network = network::start_answering(&client, &tasks);
        let methods = rpc::methods(&client, &backend, &pool, network, &tasks).map_err(Error::Rpc)?;
        let (server, address) = rpc::serve(methods, options.rpc_port)
            .await
            .map_err(|cause| Error::Port { port: options.rpc_port, cause })?;
        log::info!("chain in {}, at block {} ({:?})", place(folder), best.best_number, best.best_hash);
        Ok(Self { tasks, server, address })
    }

    /// Tells whoever started the node where to find it.
    fn announce(&self) {
        // A parent that has closed the pipe does not want to know.
        let _ = writeln!(std::io::stdout(), "RPC ready at ws://{}", self.address);
    }

    async fn stop(self) {
        log::info!("stopping");
        // Already stopped is fine too.
        let _ = self.server.stop();
        future::select(self.server.stopped().boxed(), Delay::new(SHUTDOWN)).await;
        // Its end tells every task to end.
        drop(self.tasks);
    }
}

fn place(folder: Option<&Path>) -> String {
    folder.map_or_else(|| "memory".into(), |folder| folder.display().to_string())
}

/// Ends when the process that had the number `parent` has ended, and another one has adopted this one.
async fn parent_ends(parent: u32) {
    while std::os::unix::process::parent_id() == parent {
        Delay::new(PARENT_POLL).await;
    }
}
