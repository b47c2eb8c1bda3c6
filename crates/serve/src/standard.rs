//! The layers of every service, in the order in which they have to work.

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::Router;

use crate::headers::{secure, Transport};
use crate::metrics::Metrics;
use crate::requests::{catch_panic, limit_address, limit_time};
use crate::{access, client, problem};

/// What the layers need to know.
#[derive(Clone, Debug)]
pub struct Standard {
    /// The number of our own proxies in front of the service.
    pub proxies: u8,
    /// Whether clients come by TLS.
    pub transport: Transport,
    /// Maximum size of a body, in bytes, for extractors. A route may have a `DefaultBodyLimit` of its own; one that reads the
    /// body as a stream has to count for itself.
    pub body: usize,
    /// Maximum length of an address with its query, in bytes.
    pub address: usize,
    /// Time limit for the head of an answer, with the body of its request. Routes that need more, for example for uploads, are
    /// a router of their own, with layers of their own; both are then merged.
    pub time: Duration,
    /// Where answers are counted.
    pub metrics: Metrics,
}

impl Standard {
    /// 64 KiB, addresses of 4096 bytes, 10 seconds, no proxy, in the clear.
    #[must_use]
    pub fn new(metrics: Metrics) -> Self {
        let (body, address, time) = (64 << 10, 4096, Duration::from_secs(10));
        Self { proxies: 0, transport: Transport::Plain, body, address, time, metrics }
    }

    /// Puts the layers around a router, from outside to inside: access log, security headers, the one form of errors,
    /// panics, the client's address, lengths, time. Unknown addresses become problems, unless the router has a fallback.
    pub fn around<S: Clone + Send + Sync + 'static>(self, router: Router<S>) -> Router<S> {
        let Self { proxies, transport, body, address, time, metrics } = self;
        router
            .layer(DefaultBodyLimit::max(body))
            .layer(from_fn_with_state(time, limit_time))
            .layer(from_fn_with_state(address, limit_address))
            .layer(from_fn_with_state(proxies, client::identify))
            .layer(from_fn(catch_panic))
            .layer(from_fn(problem::uniform))
            .layer(from_fn_with_state(transport, secure))
            .layer(from_fn_with_state(metrics, access::log))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::Body;
    use axum::extract::{ConnectInfo, Extension, Request};
    use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
    use axum::response::Response;
    use axum::routing::{get, post};
    use prometheus_client::registry::Registry;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;
    use crate::client::Client;

    fn router(registry: &mut Registry) -> Router {
        let standard = Standard {
            proxies: 1,
            body: 100,
            address: 20,
            time: Duration::from_millis(50),
            ..Standard::new(Metrics::new(registry))
        };
        let who = |Extension(client): Extension<Client>| async move { client.address().to_string() };
        standard.around(
            Router::new()
                .route("/who", get(who))
                .route("/body", post(|body: String| async move { body }))
                .route("/never", get(std::future::pending::<()>))
                .route(
                    "/panics",
                    get(|| async {
                        if true {
                            panic!("Jane")
                        }
                    }),
                ),
        )
    }

    async fn call(router: &Router, request: Request) -> (u16, String, Response) {
        let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 10_000).await.unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let code = document["code"]
            .as_str()
            .map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), str::to_owned);
        (head.status.as_u16(), code, Response::from_parts(head, Body::empty()))
    }

    fn get_request(path: &str) -> Request {
        Request::get(path).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn every_error_is_a_problem_with_the_headers_of_every_answer() {
        let mut registry = Registry::default();
        let router = router(&mut registry);
        let long = Request::post("/body").body(Body::from("a".repeat(101))).unwrap();
        for (request, status, code) in [
            (get_request("/panics"), 500, "fault"),
            (get_request("/never"), 503, "too-slow"),
            (get_request("/who?0123456789abcdef"), 414, "address-too-long"),
            (get_request("/nowhere"), 404, "no-such-address"),
            (get_request("/body"), 405, "method-not-allowed"),
            (long, 413, "body-too-large"),
        ] {
            let (found, said, answer) = call(&router, request).await;
            assert_eq!((found, &*said), (status, code));
            assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
            assert_eq!(answer.headers().contains_key(RETRY_AFTER), status == 503);
        }
        let text = crate::metrics::text(&registry);
        assert!(text.contains(r#"http_answers_total{route="/panics",status="500"} 1"#), "{text}");
        let (status, body, _) = call(&router, Request::post("/body").body(Body::from("yes")).unwrap()).await;
        assert_eq!((status, &*body), (200, "yes"), "after a panic the service goes on");
    }

    #[tokio::test]
    async fn uploads_may_have_limits_of_their_own() {
        let metrics = Metrics::new(&mut Registry::default());
        let slow = || async { tokio::time::sleep(Duration::from_millis(100)).await };
        let short = Standard { time: Duration::from_millis(10), ..Standard::new(metrics.clone()) };
        let short = short.around(Router::new().route("/read", get(slow)));
        let router = short.merge(Standard::new(metrics).around(Router::new().route("/upload", get(slow))));
        for (path, status, code) in
            [("/read", 503, "too-slow"), ("/upload", 200, ""), ("/nowhere", 404, "no-such-address")]
        {
            let (found, said, _) = call(&router, get_request(path)).await;
            assert_eq!((found, &*said), (status, code), "{path}");
        }
    }

    #[tokio::test]
    async fn handlers_find_the_client_behind_the_proxies() {
        let router = router(&mut Registry::default());
        let mut request = get_request("/who");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))));
        request.headers_mut().insert("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().unwrap());
        assert_eq!(call(&router, request).await.1, "203.0.113.7");
    }
}
