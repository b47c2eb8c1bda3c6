//! The chain itself: database, executor, genesis.

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use devnet_runtime::{genesis, Header, RuntimeApi};
use polkadot_sdk::{
    sc_client_api::execution_extensions::ExecutionExtensions,
    sc_client_db::{BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode},
    sc_executor::WasmExecutor,
    sc_service::{self, ClientConfig, GenesisBlockBuilder, TFullBackend, TFullClient, TaskManager},
    sp_core::storage::well_known_keys,
    sp_database::MemDb,
    sp_io::SubstrateHostFunctions,
    sp_runtime::{generic, BuildStorage, OpaqueExtrinsic},
};

use crate::service::Cause;

/// The runtime that a new chain starts with. `devnet/build-runtime` makes it from `devnet/runtime`.
const RUNTIME_WASM: &[u8] = include_bytes!("../../artifacts/runtime.wasm");

/// How much memory the cache of trie nodes may take, in bytes.
const TRIE_CACHE_BYTES: usize = 64 * 1024 * 1024;

/// A block whose transactions only the runtime can read. Clients get them as one hexadecimal string each.
pub type Block = generic::Block<Header, OpaqueExtrinsic>;
/// Runs the runtime's Wasm.
pub type Executor = WasmExecutor<SubstrateHostFunctions>;
/// Stores blocks and state.
pub type Backend = TFullBackend<Block>;
/// Imports blocks and answers for their state.
pub type Client = TFullClient<Block, RuntimeApi, Executor>;

/// Without a number every state is kept: a development chain is short, and its past is what one debugs.
pub fn state_pruning(keep_states: Option<u32>) -> PruningMode {
    keep_states.map_or(PruningMode::ArchiveAll, PruningMode::blocks_pruning)
}

/// Every block is kept.
pub const BLOCKS_PRUNING: BlocksPruning = BlocksPruning::KeepAll;

/// Opens the chain in `folder`, or makes a new one there; without a folder, in memory.
///
/// # Errors
/// When the folder cannot be written, is used by another node, or holds something else.
pub fn open(
    folder: Option<&Path>,
    keep_states: Option<u32>,
    tasks: &TaskManager,
) -> Result<(Arc<Client>, Arc<Backend>), Cause> {
    let source = match folder {
        Some(folder) => DatabaseSource::ParityDb { path: folder.join("chain") },
        None => DatabaseSource::Custom { db: Arc::new(MemDb::new()), require_create_flag: true },
    };
    let backend = sc_service::new_db_backend(DatabaseSettings {
        trie_cache_maximum_size: Some(TRIE_CACHE_BYTES),
        state_pruning: Some(state_pruning(keep_states)),
        source,
        blocks_pruning: BLOCKS_PRUNING,
        pruning_filters: Vec::new(),
        metrics_registry: None,
    })?;
    let executor = match compiled() {
        Some(folder) => Executor::builder().with_cache_path(folder).build(),
        None => Executor::builder().build(),
    };

    // Natively and not by the Wasm, as a chain specification would: that compiles the runtime once more.
    let mut storage = genesis::development().build_storage()?;
    storage.top.insert(well_known_keys::CODE.to_vec(), RUNTIME_WASM.to_vec());
    let genesis = GenesisBlockBuilder::new_with_storage(storage, true, backend.clone(), executor.clone())?;

    let client = sc_service::new_client(
        backend.clone(),
        executor.clone(),
        genesis,
        None,
        None,
        ExecutionExtensions::new(None, Arc::new(executor)),
        Box::new(tasks.spawn_handle()),
        None,
        None,
        ClientConfig::default(),
    )?;
    Ok((Arc::new(client), backend))
}

/// Where compiled runtimes are kept: compiling one takes seconds on both cores, at every start of a node. What is kept
/// goes by a hash of the Wasm, the compiler and its settings. It is machine code, so it lies in a folder of the user's
/// own, and in no shared one where the user has none.
fn compiled() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let folder = cache.filter(|folder| folder.is_absolute()).or(home)?;
    folder.is_absolute().then(|| folder.join("theriac/compiled-runtimes"))
}
