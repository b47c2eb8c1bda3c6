//! Headers that keep browsers from doing more with an answer than its handler wants.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year: browsers then ask this host by TLS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether clients come by TLS: to this service, or to a proxy of ours in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In the clear.
    Plain,
    /// By TLS: `Strict-Transport-Security` is sent.
    Tls,
}

/// Middleware that sets what a handler has not set itself: nothing may be cached, run, framed or read by pages of other
/// origins. Answers with `Access-Control-Allow-Origin` may be read by others. Types are never guessed, and addresses,
/// which may have a serial in them, are never passed on.
pub async fn secure(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let resource = match headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        true => "cross-origin",
        false => "same-origin",
    };
    for (name, value) in [
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, resource),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if transport == Transport::Tls {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use axum::Router;
    use tower::ServiceExt;

    use super::*;

    async fn headers(transport: Transport, path: &str) -> BTreeMap<String, String> {
        let page = [(CONTENT_SECURITY_POLICY, "default-src 'self'"), (CACHE_CONTROL, "max-age=60")];
        let router = Router::new()
            .route("/", get(|| async {}))
            .route("/page", get(move || async move { page }))
            .route("/shared", get(|| async { [(ACCESS_CONTROL_ALLOW_ORIGIN, "*")] }))
            .layer(from_fn_with_state(transport, secure));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    #[tokio::test]
    async fn an_answer_is_closed_to_browsers_where_its_handler_says_nothing() {
        let expected = [
            ("cache-control", "no-store"),
            ("content-length", "0"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(headers(Transport::Plain, "/").await, expected);
        let nowhere = headers(Transport::Plain, "/nowhere").await;
        assert_eq!(nowhere["content-security-policy"], expected["content-security-policy"]);
    }

    #[tokio::test]
    async fn what_a_handler_says_stays() {
        let page = headers(Transport::Tls, "/page").await;
        assert_eq!(
            (&*page["content-security-policy"], &*page["cache-control"]),
            ("default-src 'self'", "max-age=60")
        );
        assert_eq!(page["strict-transport-security"], "max-age=31536000");
        assert_eq!(headers(Transport::Tls, "/shared").await["cross-origin-resource-policy"], "cross-origin");
    }
}
