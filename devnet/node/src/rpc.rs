//! JSON-RPC over HTTP and WebSocket.
//!
//! The methods are the SDK's. The server is not, for one reason: the SDK's leaves Nagle's algorithm on, so that
//! a subscription's second frame waits 40 ms for the first one's acknowledgement. jsonrpsee's own turns it off.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use devnet_runtime::{AccountId, Balance, Nonce};
use jsonrpsee::{
    core::RegisterMethodError,
    server::{BatchRequestConfig, HttpRequest, PingConfig, RandomStringIdProvider, Server, ServerHandle},
    RpcModule,
};
use polkadot_sdk::{
    pallet_transaction_payment::RuntimeDispatchInfo,
    pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer},
    sc_rpc::{
        author::{Author, AuthorApiServer},
        chain::{self, ChainApiServer},
        state::{self, ChildStateApiServer, StateApiServer},
        system::{Request, System, SystemApiServer, SystemInfo},
        DenyUnsafe, SubscriptionTaskExecutor,
    },
    sc_rpc_spec_v2::{
        archive::{Archive, ArchiveApiServer},
        chain_head::{ChainHead, ChainHeadApiServer, ChainHeadConfig},
        chain_spec::{ChainSpec, ChainSpecApiServer},
        transaction::{
            Transaction, TransactionApiServer, TransactionBroadcast, TransactionBroadcastApiServer,
        },
    },
    sc_service::{config::KeystoreConfig, ChainType, KeystoreContainer, Properties, TaskManager},
    sc_utils::mpsc::TracingUnboundedSender,
    sp_blockchain::HeaderBackend,
    substrate_frame_rpc_system::{System as Nonces, SystemApiServer as NoncesApiServer},
};

use crate::{
    client::{Backend, Block, Client},
    sealing::Pool,
    service::Cause,
};

const CHAIN_NAME: &str = "Theriac devnet";

const MEBIBYTE: u32 = 1024 * 1024;
/// The longest request: an upload of a contract of the greatest length is a quarter of a MiB.
const MAX_REQUEST_BYTES: u32 = 4 * MEBIBYTE;
/// The longest response: the metadata is half a MiB in hexadecimal, a page of blocks may be longer.
const MAX_RESPONSE_BYTES: u32 = 16 * MEBIBYTE;
/// How many clients may be connected at once.
const MAX_CONNECTIONS: u32 = 1_024;
/// How many subscriptions one client may hold; each transaction that is being watched is one.
const MAX_SUBSCRIPTIONS: u32 = 4_096;
/// How many messages may wait for a client that reads slowly.
const MESSAGE_BUFFER: u32 = 1_024;
/// How many transactions one client may broadcast without watching them.
const MAX_BROADCASTS: usize = 64;
/// How many calls one batch may hold.
const MAX_BATCH: u32 = 1_024;

/// Every method that the node answers: what the SDK's own server has, without offchain storage and IPFS.
///
/// # Errors
/// When two methods have one name, or there is no keystore.
pub fn methods(
    client: &Arc<Client>,
    backend: &Arc<Backend>,
    pool: &Arc<Pool>,
    network: TracingUnboundedSender<Request<Block>>,
    tasks: &TaskManager,
) -> Result<RpcModule<()>, Cause> {
    let executor: SubscriptionTaskExecutor = Arc::new(tasks.spawn_handle());
    let keystore = KeystoreContainer::new(&KeystoreConfig::InMemory)?.keystore();
    let genesis = client.info().genesis_hash;

    let mut methods = RpcModule::new(());
    methods.merge(System::new(system_info(), network).into_rpc())?;
    methods.merge(chain::new_full(client.clone(), executor.clone()).into_rpc())?;
    let (state, child_state) = state::new_full(client.clone(), executor.clone(), None);
    methods.merge(state.into_rpc())?;
    methods.merge(child_state.into_rpc())?;
    methods.merge(Author::new(client.clone(), pool.clone(), keystore, executor.clone()).into_rpc())?;

    let head_limits = ChainHeadConfig::default();
    methods
        .merge(ChainHead::new(client.clone(), backend.clone(), executor.clone(), head_limits).into_rpc())?;
    methods.merge(ChainSpec::new(CHAIN_NAME.into(), genesis, properties()).into_rpc())?;
    methods.merge(Transaction::new(client.clone(), pool.clone(), executor.clone(), None).into_rpc())?;
    methods.merge(
        TransactionBroadcast::new(client.clone(), pool.clone(), executor.clone(), MAX_BROADCASTS).into_rpc(),
    )?;
    methods.merge(Archive::new(client.clone(), backend.clone(), genesis, executor).into_rpc())?;

    let nonces: Nonces<Pool, Client, Block> = Nonces::new(client.clone(), pool.clone());
    methods.merge(NoncesApiServer::<_, AccountId, Nonce>::into_rpc(nonces))?;
    let payment: TransactionPayment<Client, Block> = TransactionPayment::new(client.clone());
    methods.merge(TransactionPaymentApiServer::<_, RuntimeDispatchInfo<Balance>>::into_rpc(payment))?;
    list_methods(&mut methods)?;
    Ok(methods)
}

fn system_info() -> SystemInfo {
    SystemInfo {
        chain_name: CHAIN_NAME.into(),
        impl_name: "theriac-node".into(),
        impl_version: env!("CARGO_PKG_VERSION").into(),
        properties: properties(),
        chain_type: ChainType::Development,
    }
}

fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), "UNIT".into());
    properties.insert("tokenDecimals".into(), 12.into());
    properties.insert("ss58Format".into(), 42.into());
    properties
}

/// Adds `rpc_methods`, by which clients find out what a node can do.
fn list_methods(methods: &mut RpcModule<()>) -> Result<(), RegisterMethodError> {
    const NAME: &str = "rpc_methods";
    let mut names: Vec<&str> = methods.method_names().chain([NAME]).collect();
    names.sort_unstable();
    let list = serde_json::json!({ "methods": names });
    methods.register_method(NAME, move |_, _, _| list.clone())?;
    Ok(())
}

/// Serves `methods` on `port` of 127.0.0.1 (0: any free one); gives the address that it got.
///
/// # Errors
/// When the port is taken.
pub async fn serve(methods: RpcModule<()>, port: u16) -> std::io::Result<(ServerHandle, SocketAddr)> {
    // Whoever can reach the loopback interface may be a web page in a browser: no method that the SDK calls
    // unsafe (keys, log filters, offchain storage) is for it, and nobody else here needs one.
    let deny_unsafe = tower::ServiceBuilder::new().map_request(|mut request: HttpRequest<_>| {
        request.extensions_mut().insert(DenyUnsafe::Yes);
        request
    });
    let server = Server::builder()
        .max_request_body_size(MAX_REQUEST_BYTES)
        .max_response_body_size(MAX_RESPONSE_BYTES)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
        .set_message_buffer_capacity(MESSAGE_BUFFER)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_id_provider(RandomStringIdProvider::new(16))
        .set_tcp_no_delay(true)
        // As the SDK's server does: a client that is gone is noticed within minutes, a busy one is not cut off.
        .enable_ws_ping(
            PingConfig::new()
                .ping_interval(Duration::from_secs(30))
                .inactive_limit(Duration::from_secs(60))
                .max_failures(3),
        )
        .set_http_middleware(deny_unsafe)
        .build((Ipv4Addr::LOCALHOST, port))
        .await?;
    let address = server.local_addr()?;
    Ok((server.start(methods), address))
}
