//! The transaction pool, and the author that seals a block for each transaction in it.

use std::sync::Arc;

use futures::FutureExt;
use polkadot_sdk::{
    sc_basic_authorship::ProposerFactory,
    sc_consensus::LongestChain,
    sc_consensus_manual_seal::{
        run_delayed_finalize, run_instant_seal, run_instant_seal_and_finalize, DelayedFinalizeParams,
        InstantSealParams,
    },
    sc_service::TaskManager,
    sc_transaction_pool::{self, TransactionPoolHandle, TransactionPoolOptions, TransactionPoolType},
    sp_timestamp,
};

use crate::client::{Backend, Block, Client};

/// How many transactions may wait.
const POOL_TRANSACTIONS: usize = 8_192;
/// How many bytes of transactions may wait.
const POOL_BYTES: usize = 64 * 1024 * 1024;

/// Transactions that wait for a block.
pub type Pool = TransactionPoolHandle<Block, Client>;

/// Makes the pool, which follows the chain's blocks from now on.
pub fn start_pool(client: &Arc<Client>, tasks: &TaskManager) -> Arc<Pool> {
    let options = TransactionPoolOptions::new_with_params(
        POOL_TRANSACTIONS,
        POOL_BYTES,
        None,
        TransactionPoolType::SingleState,
        // A refused transaction may be sent again at once.
        true,
        false,
    );
    let follow_all_blocks = options.use_all_block_notifications();
    let pool = Arc::new(
        sc_transaction_pool::Builder::new(tasks.spawn_essential_handle(), client.clone(), true.into())
            .with_options(options)
            .build(),
    );
    tasks.spawn_handle().spawn(
        "txpool-notifications",
        Some("transaction-pool"),
        sc_transaction_pool::notification_future(client.clone(), pool.clone(), follow_all_blocks),
    );
    pool
}

/// Seals a block whenever a transaction comes in, and finalises it at once, or so many seconds later. Blocks carry the
/// system's time.
pub fn start_sealing(
    client: &Arc<Client>,
    backend: &Arc<Backend>,
    pool: &Arc<Pool>,
    tasks: &TaskManager,
    finality_delay: Option<u32>,
) {
    let proposers = ProposerFactory::new(tasks.spawn_handle(), client.clone(), pool.clone(), None, None);
    let params = InstantSealParams {
        block_import: client.clone(),
        env: proposers,
        client: client.clone(),
        pool: pool.clone(),
        select_chain: LongestChain::new(backend.clone()),
        consensus_data_provider: None,
        create_inherent_data_providers: |_, ()| async {
            Ok(sp_timestamp::InherentDataProvider::from_system_time())
        },
    };
    let sealing = match finality_delay {
        None => run_instant_seal_and_finalize(params).boxed(),
        Some(_) => run_instant_seal(params).boxed(),
    };
    tasks.spawn_essential_handle().spawn_blocking("instant-seal", Some("block-authoring"), sealing);
    if let Some(delay) = finality_delay {
        let finality = run_delayed_finalize(DelayedFinalizeParams {
            client: client.clone(),
            spawn_handle: tasks.spawn_handle(),
            delay_sec: delay.into(),
        });
        tasks.spawn_essential_handle().spawn("delayed-finality", Some("block-authoring"), finality);
    }
}
