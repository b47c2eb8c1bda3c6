//! Connections: how many there are, how long they live, and how they end.
//!
//! A client that sends nothing, or a byte a second, takes a place from nobody: where all places are taken, the oldest
//! connection that waits for a request is closed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::metrics::Metrics;

/// Time limits and numbers of connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of connections.
    pub connections: usize,
    /// Time limit for the head of a request, and between two requests of a connection.
    pub head: Duration,
    /// Time limit for a connection; answers that have begun may end.
    pub life: Duration,
    /// Time limit for answers that have begun, when the connection is to end.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(10),
            life: Duration::from_secs(300),
            grace: Duration::from_secs(12),
        }
    }
}

/// The pause after the system could not give a connection: it has no more file handles, for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers calls until it is stopped, and ends within the grace period.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: &Metrics,
    limits: Limits,
    stop: &CancellationToken,
) {
    let mut open = Open { tasks: JoinSet::new(), places: BTreeMap::new(), next: 0 };
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = open.tasks.join_next() => {
                // One that was closed to make room has no number, and no place any more.
                if let Ok(number) = ended { open.places.remove(&number); }
                continue;
            }
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        if open.places.len() >= limits.connections {
            metrics.connection_refused();
            if !open.close_idle() {
                continue;
            }
        }
        open.add(stream, router.clone(), limits, stop.clone());
    }
    drop(listener);
    let all = async { while open.tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.grace, all).await.is_err() {
        tracing::warn!("some callers did not take their answers in time");
    }
}

/// The connections.
struct Open {
    tasks: JoinSet<u64>,
    places: BTreeMap<u64, Place>,
    next: u64,
}

struct Place {
    answering: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Open {
    fn add(&mut self, stream: TcpStream, router: Router, limits: Limits, stop: CancellationToken) {
        let (number, answering) = (self.next, Arc::new(AtomicUsize::new(0)));
        self.next = self.next.wrapping_add(1);
        let counted = Arc::clone(&answering);
        let task = self.tasks.spawn(async move {
            connection(stream, router, &counted, limits, &stop).await;
            number
        });
        self.places.insert(number, Place { answering, task });
    }

    /// Closes the oldest connection that waits for a request. Returns whether there was one.
    fn close_idle(&mut self) -> bool {
        let idle = self.places.iter().find(|(_, place)| place.answering.load(Ordering::Relaxed) == 0);
        let Some(number) = idle.map(|(number, _)| *number) else { return false };
        if let Some(place) = self.places.remove(&number) {
            place.task.abort();
        }
        true
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    answering: &Arc<AtomicUsize>,
    limits: Limits,
    stop: &CancellationToken,
) {
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        let (router, counted) = (router.clone(), Answering::begin(answering));
        async move {
            let answer: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
            drop(counted);
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => {}
        () = tokio::time::sleep(limits.life) => {}
    }
    if answering.load(Ordering::Relaxed) > 0 {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(limits.grace, connection).await;
    }
}

/// A request that is being answered.
struct Answering(Arc<AtomicUsize>);

impl Answering {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::task::JoinHandle;

    use super::*;

    const LIMITS: Limits = Limits {
        connections: 8,
        head: Duration::from_millis(400),
        life: Duration::from_secs(60),
        grace: Duration::from_millis(600),
    };

    struct Server {
        address: std::net::SocketAddr,
        metrics: Arc<Metrics>,
        stop: CancellationToken,
        task: JoinHandle<()>,
    }

    impl Server {
        async fn new(limits: Limits) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let router = Router::new()
                .route("/", get(|| async { "yes" }))
                .route("/slow", get(|| tokio::time::sleep(Duration::from_millis(300))))
                .route("/never", get(std::future::pending::<()>));
            let (metrics, stop) = (Arc::new(Metrics::default()), CancellationToken::new());
            let (counted, ending) = (Arc::clone(&metrics), stop.clone());
            let task = tokio::spawn(async move { serve(listener, router, &counted, limits, &ending).await });
            Self { address, metrics, stop, task }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }

        async fn begin(&self, path: &str) -> TcpStream {
            let mut stream = self.connect().await;
            stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.unwrap();
            stream
        }

        async fn asks(&self) -> bool {
            let mut stream = self.begin("/").await;
            let mut answer = [0; 15];
            stream.read_exact(&mut answer).await.is_ok() && answer == *b"HTTP/1.1 200 OK"
        }
    }

    async fn is_closed(mut stream: TcpStream) -> bool {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        // A reset is an end as well.
        ended.is_ok()
    }

    /// More clients than there are places send a byte now and then, or nothing: others are served all the time.
    #[tokio::test]
    async fn clients_that_dawdle_take_no_place_from_others() {
        let server = Server::new(LIMITS).await;
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
        let text = server.metrics.text();
        assert!(!text.contains("http_refused_connections_total 0"), "{text}");
        dawdlers.into_iter().for_each(|dawdler| dawdler.abort());
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_in_time_ends_its_connection() {
        let server = Server::new(LIMITS).await;
        let (began, mut half) = (Instant::now(), server.connect().await);
        half.write_all(b"GET / HT").await.unwrap();
        assert!(is_closed(half).await);
        assert!(began.elapsed() >= LIMITS.head, "{:?}", began.elapsed());
    }

    /// An old connection ends even if its client goes on asking.
    #[tokio::test]
    async fn a_connection_does_not_live_for_ever() {
        let server = Server::new(Limits { life: Duration::from_millis(500), ..LIMITS }).await;
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
        let server = Server::new(LIMITS).await;
        let (mut slow, never) = (server.begin("/slow").await, server.begin("/never").await);
        let (mut half, idle) = (server.connect().await, server.connect().await);
        half.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let began = Instant::now();
        server.stop.cancel();
        let mut answer = [0; 15];
        slow.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        tokio::time::timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
        assert!(began.elapsed() < LIMITS.grace * 2, "{:?}", began.elapsed());
        for stream in [never, half, idle] {
            assert!(is_closed(stream).await);
        }
    }
}
