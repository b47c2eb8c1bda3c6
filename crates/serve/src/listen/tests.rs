use std::convert::Infallible;
use std::time::Instant;

use axum::body::{to_bytes, Body};
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::testing::{write_private, Authority};

const LIMITS: Limits = Limits {
    connections: 8,
    per_network: 8,
    first_byte: Duration::from_millis(400),
    handshake: Duration::from_millis(400),
    head: Duration::from_millis(400),
    head_bytes: 8192,
    pause: Duration::from_millis(300),
    rate: 1000,
    write: Duration::from_millis(400),
    life: Duration::from_secs(60),
    grace: Duration::from_millis(600),
};

/// The bytes of an answer that no system's buffers hold.
const LARGE: usize = 64 << 20;

struct Listening {
    address: SocketAddr,
    registry: prometheus_client::registry::Registry,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// The length of the body, or why it did not come.
async fn count(body: Body) -> Result<String, (StatusCode, String)> {
    match to_bytes(body, 1 << 20).await {
        Ok(bytes) => Ok(bytes.len().to_string()),
        Err(error) => {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            Err((StatusCode::REQUEST_TIMEOUT, cause.to_string()))
        }
    }
}

/// A body that fails as a fault of the program would, when its head is sent.
fn panicking() -> impl futures::Stream<Item = Result<&'static str, Infallible>> {
    futures::stream::poll_fn(|_| panic!("as a fault of the program would"))
}

impl Listening {
    async fn new(limits: Limits) -> Self {
        Self::with_tls(limits, None).await
    }

    async fn with_tls(limits: Limits, tls: Option<Arc<Tls>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(|| async { "yes" }))
            .route("/slow", get(|| tokio::time::sleep(Duration::from_millis(300))))
            .route("/never", get(std::future::pending::<()>))
            .route("/count", post(count))
            .route("/panics", get(|| async { Body::from_stream(panicking()) }))
            .route("/large", get(|| async { vec![0u8; LARGE] }))
            .route(
                "/peer",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
            );
        let mut registry = prometheus_client::registry::Registry::default();
        let metrics = Metrics::new(&mut registry);
        let stop = CancellationToken::new();
        let (server, ending) = (Server { listener, router, tls, limits, metrics }, stop.clone());
        let task = tokio::spawn(async move { server.run(&ending).await });
        Self { address, registry, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn begin(&self, path: &str) -> TcpStream {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await
    }

    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        stream
    }

    async fn asks(&self) -> bool {
        is_answered(self.begin("/").await).await
    }

    fn refused(&self) -> u64 {
        let text = crate::metrics::text(&self.registry);
        let count = text.lines().find_map(|line| line.strip_prefix("http_refused_connections_total "));
        count.unwrap().parse().unwrap()
    }
}

async fn is_answered(mut stream: TcpStream) -> bool {
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).await.is_ok() && answer == *b"HTTP/1.1 200 OK"
}

/// All that comes until the server closes the connection.
async fn rest(mut stream: TcpStream) -> Option<String> {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    // A reset is an end as well.
    ended.is_ok().then(|| String::from_utf8_lossy(&rest).into_owned())
}

async fn is_closed(stream: TcpStream) -> bool {
    rest(stream).await.is_some()
}

/// More clients than there are places send a byte now and then, or nothing: others are served all the time.
#[tokio::test]
async fn clients_that_dawdle_take_no_place_from_others() {
    for limits in [LIMITS, Limits { connections: 100, ..LIMITS }] {
        let server = Listening::new(limits).await;
        let address = server.address;
        let dawdlers: Vec<JoinHandle<()>> = (0..20)
            .map(|at| {
                tokio::spawn(async move {
                    loop {
                        let Ok(mut stream) = TcpStream::connect(address).await else { return };
                        for byte in b"GET / HTTP/1.1\r\nhost: aaaaaaaaaaaaaaaaa" {
                            if at % 2 == 0 && stream.write_all(&[*byte]).await.is_err() {
                                break;
                            }
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..50 {
            assert!(server.asks().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(server.refused() > 0);
        dawdlers.into_iter().for_each(|dawdler| dawdler.abort());
    }
}

#[tokio::test]
async fn the_network_with_most_connections_gives_its_place() {
    let server = Listening::new(LIMITS).await;
    // Another address of this machine: an older connection than all that follow.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket.connect(server.address).await.unwrap();
    other.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut crowd = Vec::new();
    for _ in 0..10 {
        crowd.push(server.connect().await);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.refused(), 3);
    other.write_all(b"host: a\r\n\r\n").await.unwrap();
    assert!(is_answered(other).await);
}

#[tokio::test]
async fn one_network_has_only_so_many_connections() {
    let server = Listening::new(Limits { per_network: 2, ..LIMITS }).await;
    let answering = [server.begin("/never").await, server.begin("/never").await];
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(rest(server.begin("/").await).await.unwrap_or_default(), "");
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket.connect(server.address).await.unwrap();
    other.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(is_answered(other).await);
    drop(answering);
}

#[tokio::test]
async fn a_connection_without_a_first_byte_ends() {
    let limits = Limits { head: Duration::from_secs(60), ..LIMITS };
    let server = Listening::new(limits).await;
    let (began, idle) = (Instant::now(), server.connect().await);
    assert_eq!(rest(idle).await.unwrap(), "");
    assert!(began.elapsed() >= LIMITS.first_byte, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_ends_its_connection() {
    let server = Listening::new(LIMITS).await;
    let (began, half) = (Instant::now(), server.send(b"GET / HT").await);
    assert!(is_closed(half).await);
    assert!(began.elapsed() >= LIMITS.head, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_head_that_is_too_large_or_malformed_is_refused() {
    let server = Listening::new(LIMITS).await;
    let get = |more: &str| format!("GET / HTTP/1.1\r\nhost: a\r\n{more}\r\n");
    let long = get(&format!("x: {}\r\n", "y".repeat(9000)));
    let many = get(&"x: y\r\n".repeat(150));
    let twice = get("content-length: 1\r\ncontent-length: 2\r\n");
    let both = get("transfer-encoding: gzip\r\ncontent-length: 2\r\n");
    for (request, status) in [(long, "431"), (many, "431"), (twice, "400"), (both, "400")] {
        let answer = rest(server.send(request.as_bytes()).await).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_ends() {
    let server = Listening::new(LIMITS).await;
    let head = b"POST /count HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n";
    // Nothing.
    let answer = rest(server.send(head).await).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.ends_with(&SlowBody.to_string()), "{answer}");
    // A byte now and then: no pause is too long, but the rate is too low.
    let mut trickle = server.send(head).await;
    let mut ended = false;
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        ended |= trickle.write_all(b"a").await.is_err();
    }
    assert!(ended);
    // Slow, but fast enough.
    let mut steady = server.send(head).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        steady.write_all(&[b'a'; 100]).await.unwrap();
    }
    let answer = rest(steady).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("1000"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_its_connection() {
    let server = Listening::new(LIMITS).await;
    let mut stream = server.begin("/large").await;
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    tokio::time::sleep(LIMITS.write * 3).await;
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    ended.unwrap().ok();
    assert!(rest.len() < LARGE, "{} bytes came", rest.len());
}

/// An old connection ends even if its client goes on asking.
#[tokio::test]
async fn a_connection_does_not_live_for_ever() {
    let server = Listening::new(Limits { life: Duration::from_millis(500), ..LIMITS }).await;
    let mut stream = server.begin("/").await;
    let mut ended = false;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        let mut answer = [0; 1024];
        ended = stream.write_all(request).await.is_err()
            || stream.read(&mut answer).await.map_or(true, |length| length == 0);
        if ended {
            break;
        }
    }
    assert!(ended);
}

#[tokio::test]
async fn at_the_end_answers_that_have_begun_are_given_and_nobody_is_waited_for_longer() {
    let server = Listening::new(LIMITS).await;
    let (mut slow, never) = (server.begin("/slow").await, server.begin("/never").await);
    let (half, idle) = (server.send(b"POST / HTTP/1.1\r\n").await, server.connect().await);
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.cancel();
    let mut answer = [0; 15];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    tokio::time::timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
    for stream in [never, half, idle] {
        assert!(is_closed(stream).await);
    }
}

#[tokio::test]
async fn a_body_that_panics_ends_its_connection_and_gives_its_place_back() {
    let server = Listening::new(Limits { per_network: 1, ..LIMITS }).await;
    for _ in 0..3 {
        assert!(!rest(server.begin("/panics").await).await.unwrap().contains("404"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(server.asks().await);
    assert_eq!(server.refused(), 0);
}

#[tokio::test]
async fn handlers_find_the_address_of_the_peer() {
    let server = Listening::new(LIMITS).await;
    let stream = server.send(b"GET /peer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let own = stream.local_addr().unwrap().to_string();
    assert!(rest(stream).await.unwrap().ends_with(&own));
}

/// A folder with a certificate and its key by this authority.
fn certified(folder: &std::path::Path, authority: &Authority) -> Arc<Tls> {
    renew(folder, authority);
    Arc::new(Tls::new(&folder.join("certificate.pem"), &folder.join("key.pem")).unwrap())
}

fn renew(folder: &std::path::Path, authority: &Authority) {
    let (chain, key) = authority.issue("localhost");
    write_private(&folder.join("certificate.pem"), &chain);
    write_private(&folder.join("key.pem"), &key);
}

fn client(authority: &Authority) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = reqwest::Certificate::from_pem(authority.pem.as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).build().unwrap()
}

#[tokio::test]
async fn a_certificate_is_exchanged_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Authority::new(), Authority::new());
    let tls = certified(folder.path(), &first);
    let server = Listening::with_tls(LIMITS, Some(Arc::clone(&tls))).await;
    let url = format!("https://localhost:{}/", server.address.port());
    let asks = async |authority: &Authority| {
        let answer = client(authority).get(&url).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    };
    assert!(asks(&first).await && !asks(&second).await);
    renew(folder.path(), &second);
    tls.look_soon();
    assert!(asks(&second).await && !asks(&first).await);
    // Half of a renewal is not used.
    let (chain, _) = first.issue("localhost");
    write_private(&folder.path().join("certificate.pem"), &chain);
    tls.look_soon();
    assert!(asks(&second).await && !asks(&first).await);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_in_time_or_is_none_ends_and_holds_nobody_up() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    let server = Listening::with_tls(LIMITS, Some(certified(folder.path(), &authority))).await;
    let url = format!("https://localhost:{}/", server.address.port());
    let (half, plain) = (server.send(&[0x16, 0x03, 0x01, 0x02]).await, server.begin("/").await);
    assert_eq!(client(&authority).get(&url).send().await.unwrap().text().await.unwrap(), "yes");
    assert!(is_closed(half).await);
    assert!(!rest(plain).await.unwrap().contains("HTTP"));
}

/// The time limit for a head holds from the end of the handshake on.
#[tokio::test]
async fn a_connection_that_asks_nothing_after_its_handshake_ends() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    let server = Listening::with_tls(LIMITS, Some(certified(folder.path(), &authority))).await;
    let mut roots = rustls::RootCertStore::empty();
    use rustls::pki_types::pem::PemObject;
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = server.connect().await;
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && rest.is_empty());
}

#[tokio::test]
async fn a_request_with_no_host_or_two_is_refused_as_proxies_may_take_the_other_one() {
    let server = Listening::new(LIMITS).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "200 OK"),
        ("GET / HTTP/1.0\r\n\r\n", "200 OK"),
        ("GET / HTTP/1.1\r\n\r\n", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", "400 Bad Request"),
        ("GET / HTTP/1.0\r\nhost: a\r\nHost: b\r\n\r\n", "400 Bad Request"),
    ] {
        let answer = rest(server.send(head.as_bytes()).await).await.expect("the connection is closed");
        assert!(answer.split(' ').nth(1).is_some_and(|code| status.starts_with(code)), "{head}: {answer}");
        assert_eq!(answer.contains("\"code\":\"bad-host\""), status != "200 OK", "{answer}");
    }
}
