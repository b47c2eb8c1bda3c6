//! One connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CACHE_CONTROL, CONNECTION, HOST};
use axum::http::{HeaderValue, Request, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;

use super::body::Paced;
use super::Shared;
use crate::problem::Problem;

/// The least size of a buffer that hyper allows, in bytes.
const LEAST_BUFFER: usize = 8192;

pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    answering: &Arc<AtomicUsize>,
    shared: &Shared,
) {
    // Answers are small: waiting for more to send would only be a delay.
    let _ = stream.set_nodelay(true);
    let first = async { timeout(shared.limits.first_byte, stream.peek(&mut [0])).await };
    let first = tokio::select! {
        first = first => first,
        () = shared.stop.cancelled() => return,
    };
    if !matches!(first, Ok(Ok(1))) {
        return;
    }
    let Some(tls) = &shared.tls else { return http(stream, peer, answering, shared).await };
    let shake = timeout(shared.limits.handshake, tls.acceptor().accept(stream));
    let shaken = tokio::select! {
        shaken = shake => shaken,
        () = shared.stop.cancelled() => return,
    };
    if let Ok(Ok(stream)) = shaken {
        http(stream, peer, answering, shared).await;
    }
}

async fn http<S>(stream: S, peer: SocketAddr, answering: &Arc<AtomicUsize>, shared: &Shared)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let limits = shared.limits;
    let answer = service_fn(|request: Request<Incoming>| {
        let (router, counted) = (shared.router.clone(), Answering::begin(answering));
        let has_one_host = has_one_host(&request);
        let mut request = request.map(|body| Body::new(Paced::new(body, limits.pause, limits.rate)));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            let answer: Result<Response, Infallible> = match has_one_host {
                true => router.oneshot(request).await,
                false => Ok(no_host()),
            };
            answer.map(|answer| answer.map(|body| Answered { body, _counted: counted }))
        }
    });
    let mut stream = Box::pin(TimeoutWriter::new(stream));
    stream.as_mut().set_timeout_pinned(Some(limits.write));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    builder.max_buf_size(limits.head_bytes.max(LEAST_BUFFER));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = shared.stop.cancelled() => {}
        () = tokio::time::sleep(limits.life) => {}
    }
    if answering.load(Ordering::Relaxed) > 0 {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(limits.grace, connection).await;
    }
}

/// RFC 9112 section 3.2: a request of HTTP/1.1 has exactly one Host. Where a proxy takes one of two and the service the other,
/// they disagree about whom a request is for.
fn has_one_host<B>(request: &Request<B>) -> bool {
    match request.headers().get_all(HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        1 => true,
        _ => false,
    }
}

fn no_host() -> Response {
    let problem = Problem::new(StatusCode::BAD_REQUEST, "bad-host", "The request needs one Host")
        .detail("the request does not have exactly one header Host; send one");
    let mut answer = problem.into_response();
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
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

/// The body of an answer: the request is being answered until all of it is taken.
struct Answered {
    body: Body,
    _counted: Answering,
}

impl hyper::body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
