//! Extractors whose rejections are problems that say where the fault is, and repeat nothing of the request.

use std::error::Error;

use axum::body::{to_bytes, Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::listen::SlowBody;
use crate::problem::Problem;

/// A JSON body. Rejections: 400 `bad-json` and 422 `bad-body`, both with `line` and `column`, 408 `too-slow`,
/// 413 `body-too-large`, 415 `media-type`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// A query. Rejection: 400 `bad-query`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

/// The parameters of a path. Rejection: 404 `no-such-address`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = axum::Json::from_request(request, state).await;
        body.map(|axum::Json(value)| Self(value)).map_err(Problem::from)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(Problem::from)
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(Problem::from)
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if SlowBody::is_cause_of(&rejection) {
            return Self::plain(StatusCode::REQUEST_TIMEOUT);
        }
        let problem = match rejection.status() {
            StatusCode::BAD_REQUEST => Self::new(StatusCode::BAD_REQUEST, "bad-json", "The body is not JSON")
                .detail("the body is not valid JSON; correct it at this line and column"),
            status => Self::plain(status),
        };
        match cause::<serde_path_to_error::Error<serde_json::Error>>(&rejection) {
            Some(fault) => problem.with("line", fault.inner().line()).with("column", fault.inner().column()),
            None => problem,
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-query", "The query is not valid").detail(
            "the query is not valid; send the parameters that the documentation of this address names",
        )
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::plain(StatusCode::NOT_FOUND)
    }
}

/// The whole of a body with at most so many bytes. One that says to be longer is refused before it comes, and one that is
/// compressed as well: nothing is inflated here, so that no bomb is.
///
/// # Errors
/// 413 `body-too-large`, 415 `content-encoding`, 408 `too-slow`, and 400 `body-cut` where the body does not come to its end.
pub async fn whole(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Problem> {
    uncompressed(headers)?;
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| usize::try_from(announced).map_or(true, |length| length > most)) {
        return Err(Problem::plain(StatusCode::PAYLOAD_TOO_LARGE));
    }
    to_bytes(body, most).await.map_err(|error| {
        if SlowBody::is_cause_of(&error) {
            return Problem::plain(StatusCode::REQUEST_TIMEOUT);
        }
        if cause::<http_body_util::LengthLimitError>(&error).is_some() {
            return Problem::plain(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Problem::new(StatusCode::BAD_REQUEST, "body-cut", "The body is not whole")
            .detail("the body ended before its end; send the request again")
    })
}

/// Refuses a body with a content coding: 415 `content-encoding` (RFC 9110 sections 8.4 and 15.5.16).
///
/// # Errors
/// Then.
pub fn uncompressed(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = |value: &axum::http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().all(plain) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding", "The body is compressed")
        .detail("compressed bodies are not read; send it as it is, without Content-Encoding"))
}

/// The error of this kind under others.
pub(crate) fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;
    use axum::routing::{get, post};
    use axum::Router;
    use serde::Deserialize;
    use serde_json::{json, Value};
    use tower::ServiceExt;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: u32,
    }

    async fn call(path: &str, body: Body) -> (u16, Value) {
        let router = Router::new()
            .route("/json", post(|Json(named): Json<Named>| async move { named.name.to_string() }))
            .route("/query", get(|Query(named): Query<Named>| async move { named.name.to_string() }))
            .route("/path/{name}", get(|Path(name): Path<u32>| async move { name.to_string() }));
        let method = if path == "/json" { "POST" } else { "GET" };
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_rejection_says_where_the_fault_is_and_repeats_nothing() {
        let member = |document: &Value, name: &str| document[name].clone();
        for (path, body, status, code, line, column) in [
            ("/json", "{\n \"name\": Jane}", 400, "bad-json", json!(2), json!(10)),
            ("/json", r#"{"name": "Jane"}"#, 422, "bad-body", json!(1), json!(15)),
            ("/json", r#"{"Jane": 1}"#, 422, "bad-body", json!(1), json!(7)),
            ("/query?name=Jane", "", 400, "bad-query", Value::Null, Value::Null),
            ("/path/Jane", "", 404, "no-such-address", Value::Null, Value::Null),
        ] {
            let (found, document) = call(path, Body::from(body)).await;
            assert_eq!((found, member(&document, "code")), (status, json!(code)), "{document}");
            assert_eq!(
                (member(&document, "line"), member(&document, "column")),
                (line, column),
                "{document}"
            );
            assert!(!document.to_string().contains("Jane"), "{document}");
        }
        let slow = futures::stream::iter([Ok("{"), Err(SlowBody)]);
        let (status, document) = call("/json", Body::from_stream(slow)).await;
        assert_eq!((status, member(&document, "code")), (408, json!("too-slow")));
        assert_eq!(call("/path/7", Body::empty()).await, (200, json!(7)));
    }

    async fn read(headers: &[(&str, &str)], body: Body) -> Result<usize, (u16, String)> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let headers: HeaderMap = headers.collect();
        match whole(&headers, body, 10).await {
            Ok(bytes) => Ok(bytes.len()),
            Err(problem) => {
                let answer = axum::response::IntoResponse::into_response(problem);
                let status = answer.status().as_u16();
                let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
                let document: Value = serde_json::from_slice(&body).unwrap();
                Err((status, document["code"].as_str().unwrap().to_owned()))
            }
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_cut_slow_or_compressed_is_refused_by_its_name() {
        let refused = |status, code: &str| Err((status, code.to_owned()));
        assert_eq!(read(&[], Body::from("0123456789")).await, Ok(10));
        assert_eq!(read(&[("content-encoding", "identity")], Body::from("01")).await, Ok(2));
        assert_eq!(read(&[], Body::from("0123456789a")).await, refused(413, "body-too-large"));
        // Nothing of it is read: this one would never end.
        let never = || Body::from_stream(futures::stream::pending::<Result<&str, SlowBody>>());
        let long = [("content-length", "11"), ("content-length", "10000000000")];
        for header in long {
            assert_eq!(read(&[header], never()).await, refused(413, "body-too-large"));
        }
        for coding in ["gzip", "br", "identity, gzip", ""] {
            assert_eq!(
                read(&[("content-encoding", coding)], never()).await,
                refused(415, "content-encoding")
            );
        }
        let slow = futures::stream::iter([Ok("{"), Err(SlowBody)]);
        assert_eq!(read(&[], Body::from_stream(slow)).await, refused(408, "too-slow"));
        let cut = futures::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
        assert_eq!(read(&[], Body::from_stream(cut)).await, refused(400, "body-cut"));
    }
}
