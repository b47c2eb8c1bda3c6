//! The node has no network. Clients ask about it all the same, and get the truth: no peers, nothing to sync.

use std::sync::Arc;

use futures::StreamExt;
use polkadot_sdk::{
    sc_rpc::system::{Health, NodeRole, Request, SyncState},
    sc_service::TaskManager,
    sc_utils::mpsc::{tracing_unbounded, TracingUnboundedSender},
    sp_blockchain::HeaderBackend,
};

use crate::client::{Block, Client};

/// Answers the `system_*` calls that concern the network. What makes no sense without one (an own peer
/// identity, reserved peers) stays unanswered, which the caller sees as an internal error.
pub fn start_answering(client: &Arc<Client>, tasks: &TaskManager) -> TracingUnboundedSender<Request<Block>> {
    let (requests, mut incoming) = tracing_unbounded("system-rpc", 1_000);
    let client = client.clone();
    let first = client.info().best_number;
    tasks.spawn_handle().spawn("system-rpc", None, async move {
        while let Some(request) = incoming.next().await {
            answer(request, first, client.info().best_number);
        }
    });
    requests
}

fn answer(request: Request<Block>, first: u32, best: u32) {
    // A caller who does not wait any more is no error of ours.
    match request {
        Request::Health(to) => {
            let _ = to.send(Health { peers: 0, is_syncing: false, should_have_peers: false });
        }
        Request::Peers(to) => {
            let _ = to.send(Vec::new());
        }
        Request::LocalListenAddresses(to) | Request::NetworkReservedPeers(to) => {
            let _ = to.send(Vec::new());
        }
        Request::NodeRoles(to) => {
            let _ = to.send(vec![NodeRole::Authority]);
        }
        Request::SyncState(to) => {
            let _ = to.send(SyncState { starting_block: first, current_block: best, highest_block: best });
        }
        Request::LocalPeerId(_)
        | Request::NetworkState(_)
        | Request::NetworkAddReservedPeer(..)
        | Request::NetworkRemoveReservedPeer(..) => {}
    }
}
