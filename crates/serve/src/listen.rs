//! Connections: how many there are, how long they live, and how they end.
//!
//! A client that sends nothing, or a byte a second, takes a place from nobody: where all places are taken, a connection
//! that waits for a request is closed, the oldest one of the network that has most of them. A body has to come at a
//! least rate, and an answer has to be taken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::client::Network;
use crate::metrics::Metrics;
use crate::tls::Tls;

mod body;
mod connection;
#[cfg(test)]
mod tests;

pub use body::SlowBody;

/// Time limits and numbers of connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of connections.
    pub connections: usize,
    /// Maximum number of connections of one IPv4 address, or of one IPv6 network of 64 bits. Behind a proxy, where all
    /// connections come from the same address, as many as there are altogether.
    pub per_network: usize,
    /// Time limit for the first byte of a connection.
    pub first_byte: Duration,
    /// Time limit for the handshake of TLS, after its first byte.
    pub handshake: Duration,
    /// Time limit for the head of a request, and between two requests of a connection.
    pub head: Duration,
    /// Maximum size of a head, in bytes, of which there are at least 8192. Longer ones are answered 431, as are more than
    /// 100 headers.
    pub head_bytes: usize,
    /// The longest pause of a body: at its beginning, and between two parts of it.
    pub pause: Duration,
    /// The least bytes a second of a body, on average and after the first pause; 1 or more.
    pub rate: u32,
    /// Time limit for a client to take more of an answer.
    pub write: Duration,
    /// Time limit for a connection; requests that have begun are answered.
    pub life: Duration,
    /// Time limit for answers that have begun, when the connection is to end.
    pub grace: Duration,
}

impl Limits {
    /// What fits a service of small answers.
    pub const STANDARD: Self = Self {
        connections: 512,
        per_network: 64,
        first_byte: Duration::from_secs(5),
        handshake: Duration::from_secs(5),
        head: Duration::from_secs(10),
        head_bytes: 32 << 10,
        pause: Duration::from_secs(5),
        rate: 1 << 10,
        write: Duration::from_secs(15),
        life: Duration::from_secs(300),
        grace: Duration::from_secs(12),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// The pause after the system could not give a connection: it has no more file handles, for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An HTTP/1.1 server. Handlers find the peer's address as `ConnectInfo<SocketAddr>` in the extensions.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub listener: TcpListener,
    /// What it answers.
    pub router: Router,
    /// The certificate; `None` for plain HTTP, on this machine or behind a proxy.
    pub tls: Option<Arc<Tls>>,
    /// Its limits.
    pub limits: Limits,
    /// Where it counts.
    pub metrics: Metrics,
}

impl Server {
    /// Answers calls until it is stopped, and ends within the grace period.
    pub async fn run(self, stop: &CancellationToken) {
        let Self { listener, router, tls, limits, metrics } = self;
        let shared = Arc::new(Shared { router, tls, limits, stop: stop.clone() });
        let mut open = Open { tasks: JoinSet::new(), places: BTreeMap::new(), next: 0 };
        loop {
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = open.tasks.join_next() => {
                    open.ended(ended);
                    continue;
                }
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!("a connection could not be accepted: {error}");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            if !open.has_room(peer.ip().into(), limits, &metrics) {
                continue;
            }
            open.add(stream, peer, Arc::clone(&shared));
        }
        drop(listener);
        let all = async { while open.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.grace, all).await.is_err() {
            tracing::warn!("some callers did not take their answers in time");
        }
    }
}

/// What all connections need.
struct Shared {
    router: Router,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    stop: CancellationToken,
}

/// The connections.
struct Open {
    tasks: JoinSet<u64>,
    places: BTreeMap<u64, Place>,
    next: u64,
}

struct Place {
    network: Network,
    answering: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Place {
    fn is_idle(&self) -> bool {
        self.answering.load(Ordering::Relaxed) == 0
    }
}

impl Open {
    /// Whether a connection of this network finds a place, or one is made for it.
    fn has_room(&mut self, network: Network, limits: Limits, metrics: &Metrics) -> bool {
        let of_network = self.places.values().filter(|place| place.network == network).count();
        if of_network >= limits.per_network {
            metrics.connection_refused();
            return self.close_idle(Some(network));
        }
        if self.places.len() >= limits.connections {
            metrics.connection_refused();
            return self.close_idle(self.largest_idle());
        }
        true
    }

    /// The network with most connections, of those that have one which waits for a request; the one that has the oldest of
    /// these, where several have as many.
    fn largest_idle(&self) -> Option<Network> {
        let mut sizes: HashMap<Network, (usize, Option<u64>)> = HashMap::new();
        for (number, place) in &self.places {
            let (size, oldest) = sizes.entry(place.network).or_default();
            *size = size.saturating_add(1);
            *oldest = oldest.or(place.is_idle().then_some(*number));
        }
        let idle =
            sizes.into_iter().filter_map(|(network, (size, oldest))| Some((size, Reverse(oldest?), network)));
        idle.max_by_key(|(size, oldest, _)| (*size, *oldest)).map(|(_, _, network)| network)
    }

    /// Closes the network's oldest connection that waits for a request. Returns whether there was one.
    fn close_idle(&mut self, network: Option<Network>) -> bool {
        let mut idle =
            self.places.iter().filter(|(_, place)| Some(place.network) == network && place.is_idle());
        let Some(number) = idle.next().map(|(number, _)| *number) else { return false };
        if let Some(place) = self.places.remove(&number) {
            place.task.abort();
        }
        true
    }

    /// Gives back the place of a connection. One that was closed to make room has none any more.
    fn ended(&mut self, ended: Result<u64, JoinError>) {
        match ended {
            Ok(number) => drop(self.places.remove(&number)),
            Err(failed) => self.places.retain(|_, place| place.task.id() != failed.id()),
        }
    }

    fn add(&mut self, stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>) {
        let (number, answering) = (self.next, Arc::new(AtomicUsize::new(0)));
        self.next = self.next.wrapping_add(1);
        let counted = Arc::clone(&answering);
        let task = self.tasks.spawn(async move {
            connection::serve(stream, peer, &counted, &shared).await;
            number
        });
        self.places.insert(number, Place { network: peer.ip().into(), answering, task });
    }
}
