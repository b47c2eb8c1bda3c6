//! One WebSocket to a node: many requests at once over it, and a new one when it is lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use subxt::ext::jsonrpsee::core::client::{ClientT, Error as RpcError, Subscription, SubscriptionClientT};
use subxt::ext::jsonrpsee::core::traits::ToRpcParams;
use subxt::ext::jsonrpsee::ws_client::{PingConfig, WsClient, WsClientBuilder};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::errors::{Error, Sent};
use crate::hash::Hash;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a node may take to answer a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a node that went away is waited for before a request gives up.
const PATIENCE: Duration = Duration::from_secs(15);
/// The waits between two attempts to connect: doubled from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// The longest answer: a block of events, or metadata, in hexadecimal.
const MAX_RESPONSE: u32 = 64 * 1024 * 1024;
/// The longest request: an upload of the largest contract is a quarter of a MiB in hexadecimal.
const MAX_REQUEST: u32 = 8 * 1024 * 1024;
/// How many requests may wait for their answers at once.
const MAX_CONCURRENT: usize = 4096;
/// How many notifications of a subscription may wait for their reader.
const MAX_NOTIFICATIONS: usize = 1024;

/// The parameters of a request, as a JSON array.
#[derive(Clone)]
pub(crate) struct Params(serde_json::Value);

/// Builds [`Params`] from anything that serialises.
macro_rules! params {
    ($($param:expr),* $(,)?) => { $crate::node::connection::Params::new(serde_json::json!([$($param),*])) };
}
pub(crate) use params;

impl Params {
    pub(crate) fn new(array: serde_json::Value) -> Self {
        Self(array)
    }
}

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<serde_json::value::RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0).map(Some)
    }
}

/// The connection to a node.
pub(crate) struct Connection {
    url: String,
    /// Whoever finds the socket closed makes a new one, and all others wait for it here.
    line: Mutex<Line>,
    genesis: Hash,
    /// How often a lost connection was made again.
    reconnections: AtomicU64,
}

struct Line {
    socket: Arc<WsClient>,
    /// When the last attempt to connect again was given up, and why.
    given_up: Option<(Instant, String)>,
}

impl Connection {
    /// Connects once, without patience: a wrong address is to be reported at once.
    pub(crate) async fn open(url: &str, unencrypted: bool) -> Result<Self, Error> {
        check_url(url, unencrypted)?;
        let socket = connect(url).await?;
        let genesis = genesis_of(&socket, url).await?;
        let line = Mutex::new(Line { socket: socket.into(), given_up: None });
        Ok(Self { url: url.to_owned(), line, genesis, reconnections: AtomicU64::new(0) })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn genesis(&self) -> Hash {
        self.genesis
    }

    /// How often a lost connection was made again: the node may have forgotten its pool, and even its last blocks,
    /// each time.
    pub(crate) fn reconnections(&self) -> u64 {
        self.reconnections.load(Ordering::Relaxed)
    }

    /// Asks the node, and asks again where the connection is lost meanwhile, for [`PATIENCE`] at most: so only for
    /// requests that change nothing.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, method: &str, params: Params) -> Result<T, Error> {
        let asked = Instant::now();
        loop {
            match self.ask_once(method, params.clone()).await {
                Err(Error::Disconnected { .. }) if asked.elapsed() < PATIENCE => {
                    tokio::time::sleep(BACKOFF.0).await;
                }
                answer => return answer,
            }
        }
    }

    /// Asks the node once: [`Error::Disconnected`] where the connection is lost before the answer.
    async fn ask_once<T: DeserializeOwned>(&self, method: &str, params: Params) -> Result<T, Error> {
        let socket = self.socket().await?;
        socket.request(method, params).await.map_err(|error| explain(error, method))
    }

    /// Subscribes; the subscription ends with the connection.
    pub(crate) async fn subscribe<T: DeserializeOwned>(
        &self,
        method: &str,
        params: Params,
        unsubscribe: &str,
    ) -> Result<Subscription<T>, Error> {
        let socket = self.socket().await?;
        socket.subscribe(method, params, unsubscribe).await.map_err(|error| explain(error, method))
    }

    /// The open socket: a new one, after [`PATIENCE`] at most, where the last one is lost.
    async fn socket(&self) -> Result<Arc<WsClient>, Error> {
        let asked = Instant::now();
        let mut line = self.line.lock().await;
        if line.socket.is_connected() {
            return Ok(line.socket.clone());
        }
        // Who waited while another one tried in vain has waited long enough.
        if let Some((_, reason)) = line.given_up.as_ref().filter(|(when, _)| *when >= asked) {
            return Err(Error::Unreachable { url: shown(&self.url), reason: reason.clone() });
        }
        tracing::warn!(url = shown(&self.url), "the connection to the node was lost");
        match self.reconnect().await {
            Ok(socket) => line.socket = socket.into(),
            Err(error) => {
                if let Error::Unreachable { reason, .. } = &error {
                    line.given_up = Some((Instant::now(), reason.clone()));
                }
                return Err(error);
            }
        }
        self.reconnections.fetch_add(1, Ordering::Relaxed);
        tracing::info!(url = shown(&self.url), "the connection to the node is back");
        Ok(line.socket.clone())
    }

    async fn reconnect(&self) -> Result<WsClient, Error> {
        let (mut wait, longest) = BACKOFF;
        let end = Instant::now().checked_add(PATIENCE);
        loop {
            let reason = match self.connect_again().await {
                Err(error @ Error::Unreachable { .. }) => error,
                done => return done,
            };
            if end.is_none_or(|end| Instant::now() >= end) {
                return Err(reason);
            }
            tokio::time::sleep(wait).await;
            wait = wait.saturating_mul(2).min(longest);
        }
    }

    async fn connect_again(&self) -> Result<WsClient, Error> {
        let socket = connect(&self.url).await?;
        let found = genesis_of(&socket, &self.url).await?;
        if found != self.genesis {
            return Err(Error::WrongChain { expected: self.genesis, found });
        }
        Ok(socket)
    }
}

/// Refuses what is not a WebSocket address, and one that goes unencrypted over a network without leave.
fn check_url(url: &str, unencrypted: bool) -> Result<(), Error> {
    let bad = |reason: &str| Error::BadUrl { url: shown(url), reason: reason.to_owned() };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("it has no ws:// or wss:// in front"))?;
    let host = host(rest);
    if host.is_empty() {
        return Err(bad("it names no host"));
    }
    match scheme {
        "wss" => Ok(()),
        "ws" if unencrypted || is_loopback(host) => Ok(()),
        "ws" => Err(Error::Unencrypted { url: shown(url) }),
        _ => Err(bad("only ws:// and wss:// are spoken here")),
    }
}

/// Host and port of an address without its scheme: user information before an @ is not a host.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// An address as everybody may see it: providers put keys into the user information, the path and the query.
#[must_use]
pub fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return host(url).to_owned();
    };
    let host = host(rest);
    let is_all = rest == host || rest.strip_suffix('/') == Some(host);
    if is_all {
        url.to_owned()
    } else {
        format!("{scheme}://{host}/…")
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn connect(url: &str) -> Result<WsClient, Error> {
    WsClientBuilder::new()
        .connection_timeout(CONNECT_TIMEOUT)
        .request_timeout(REQUEST_TIMEOUT)
        .max_request_size(MAX_REQUEST)
        .max_response_size(MAX_RESPONSE)
        .max_concurrent_requests(MAX_CONCURRENT)
        .max_buffer_capacity_per_subscription(MAX_NOTIFICATIONS)
        // Finds out about a node that vanished without closing the connection.
        .enable_ws_ping(PingConfig::new())
        .build(url)
        .await
        .map_err(|error| Error::Unreachable {
            url: shown(url),
            // The libraries' messages may quote the address.
            reason: chain_of(&error).replace(url, &shown(url)),
        })
}

async fn genesis_of(socket: &WsClient, url: &str) -> Result<Hash, Error> {
    socket.request("chain_getBlockHash", params![0]).await.map_err(|error| {
        match explain(error, "chain_getBlockHash") {
            Error::Disconnected { during, .. } => {
                Error::Unreachable { url: shown(url), reason: format!("lost during {during}") }
            }
            other => other,
        }
    })
}

/// An error with its causes, which often say more than itself.
fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn explain(error: RpcError, method: &str) -> Error {
    match error {
        RpcError::Call(error) => {
            let details =
                error.data().map(|data| format!(": {}", data.get().trim_matches('"'))).unwrap_or_default();
            let message = format!("{}{details}", error.message());
            Error::Rpc { method: method.to_owned(), code: error.code(), message }
        }
        RpcError::RequestTimeout => Error::Timeout {
            what: format!("the answer to {method}"),
            seconds: REQUEST_TIMEOUT.as_secs(),
            sent: Sent::No,
        },
        RpcError::Transport(_) | RpcError::RestartNeeded(_) | RpcError::ServiceDisconnect => {
            Error::Disconnected { during: method.to_owned(), sent: Sent::No }
        }
        other => Error::answer(method, chain_of(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_websocket_addresses_with_a_host_are_taken() {
        for url in ["ws://127.0.0.1:9944", "wss://rpc.example.org", "ws://[::1]:9944/path", "ws://localhost"]
        {
            assert!(check_url(url, false).is_ok(), "{url}");
        }
        for url in ["", "127.0.0.1:9944", "http://127.0.0.1:9944", "ws://", "wss:///path", "ws://user@"] {
            assert!(matches!(check_url(url, true), Err(Error::BadUrl { .. })), "{url}");
        }
    }

    #[test]
    fn what_goes_unencrypted_over_a_network_needs_leave() {
        for url in ["ws://10.0.0.1:9944", "ws://node.example.org/key", "ws://localhost.example.org"] {
            assert!(matches!(check_url(url, false), Err(Error::Unencrypted { .. })), "{url}");
            assert!(check_url(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_key() {
        for (url, expected) in [
            ("wss://rpc.example.org", "wss://rpc.example.org"),
            ("ws://127.0.0.1:9944/", "ws://127.0.0.1:9944/"),
            ("wss://rpc.example.org/v2/SECRET", "wss://rpc.example.org/…"),
            ("wss://rpc.example.org?apikey=SECRET", "wss://rpc.example.org/…"),
            ("wss://user:SECRET@rpc.example.org:443", "wss://rpc.example.org:443/…"),
            ("wss://rpc.example.org/#SECRET", "wss://rpc.example.org/…"),
            ("rpc.example.org/SECRET", "rpc.example.org"),
            ("SECRET@rpc.example.org", "rpc.example.org"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[tokio::test]
    async fn no_error_shows_the_key_in_an_address() {
        for url in ["ws://127.0.0.1:1/SECRET", "http://a/SECRET", "ws://b.example.org?k=SECRET"] {
            let error = Connection::open(url, false).await.err().unwrap();
            assert!(
                !format!("{error} {error:?}").contains("SECRET/") && !error.to_string().contains("k=SECRET")
            );
        }
    }

    #[test]
    fn a_loopback_host_is_known_by_its_address() {
        for host in ["127.0.0.1:9944", "127.8.8.8", "localhost:1", "[::1]:9944", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["10.0.0.1:9944", "localhost.example.org", "[2001:db8::1]:9944", "127.0.0.1.example.org"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_told_at_once() {
        let url = "ws://127.0.0.1:1";
        let error = Connection::open(url, false).await.err().unwrap();
        assert!(matches!(&error, Error::Unreachable { url: at, .. } if at == url), "{error}");
        assert!(error.is_transient());
    }
}
