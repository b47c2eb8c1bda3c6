use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Query};
use axum::http::header::ALLOW;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tower::ServiceExt;

use super::*;

async fn document(answer: Response) -> Value {
    assert_eq!(answer.headers()[CONTENT_TYPE], MEDIA_TYPE);
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_problem_has_the_members_of_rfc_9457_and_its_code() {
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "chain-away", "The chain is out of reach")
        .detail("cannot verify now; try again")
        .with("block", 17)
        .retry_after(Duration::from_millis(1500));
    let answer = problem.into_response();
    assert_eq!((answer.status().as_u16(), answer.headers()[RETRY_AFTER].as_bytes()), (503, &b"2"[..]));
    assert_eq!(answer.extensions().get::<Code>(), Some(&Code("chain-away")));
    let expected = json!({
        "type": "urn:theriac:problem:chain-away", "title": "The chain is out of reach", "status": 503,
        "detail": "cannot verify now; try again", "code": "chain-away", "block": 17,
    });
    assert_eq!(document(answer).await, expected);
}

#[tokio::test]
async fn a_problem_of_which_only_the_status_says_something_is_about_blank() {
    let answer = Problem::of(StatusCode::NOT_FOUND).into_response();
    assert_eq!(answer.extensions().get::<Code>(), None);
    assert_eq!(document(answer).await, json!({"type": "about:blank", "title": "Not Found", "status": 404}));
}

#[derive(Deserialize)]
struct Named {
    name: u32,
}

fn router() -> Router {
    let named = |Json(named): Json<Named>| async move { named.name.to_string() };
    Router::new()
        .route("/body", post(named).layer(DefaultBodyLimit::max(50)))
        .route("/query", get(|Query(named): Query<Named>| async move { named.name.to_string() }))
        .route("/page", get(|| async { (StatusCode::NOT_FOUND, axum::response::Html("<p>none")) }))
        .layer(from_fn(uniform))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn(uniform))
}

async fn call(method: Method, path: &str, kind: Option<&str>, body: &str) -> Response {
    let mut request = Request::new(Body::from(body.to_owned()));
    (*request.method_mut(), *request.uri_mut()) = (method, path.parse().unwrap());
    if let Some(kind) = kind {
        request.headers_mut().insert(CONTENT_TYPE, kind.parse().unwrap());
    }
    router().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn errors_of_axum_itself_become_problems_that_do_not_repeat_the_request() {
    let json = Some("application/json");
    let long = format!(r#"{{"name": "{}"}}"#, "Jane".repeat(20));
    for (method, path, kind, body, status, code) in [
        (Method::POST, "/body", json, r#"{"name": "Jane"}"#, 422, "bad-body"),
        (Method::POST, "/body", json, r#"{"name": Jane"#, 400, "bad-request"),
        (Method::POST, "/body", json, &long, 413, "body-too-large"),
        (Method::POST, "/body", Some("text/jane"), "1", 415, "media-type"),
        (Method::GET, "/query?name=Jane", None, "", 400, "bad-request"),
        (Method::GET, "/Jane", None, "", 404, "no-such-address"),
        (Method::PUT, "/body", None, "Jane", 405, "method-not-allowed"),
    ] {
        let answer = call(method, path, kind, body).await;
        assert_eq!(answer.status(), status, "{path}");
        if status == 405 {
            assert_eq!(answer.headers()[ALLOW], "POST");
        }
        assert!(!format!("{:?}", answer.headers()).contains("Jane"));
        let document = document(answer).await;
        assert_eq!((&document["status"], &document["code"]), (&json!(status), &json!(code)), "{path}");
        assert!(!document.to_string().contains("Jane"), "{document}");
    }
}

#[tokio::test]
async fn answers_that_a_handler_wrote_stay_as_they_are() {
    let answer = call(Method::GET, "/page", None, "").await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers()[CONTENT_TYPE].as_bytes()),
        (404, &b"text/html; charset=utf-8"[..])
    );
    let answer = call(Method::GET, "/query?name=7", None, "").await;
    assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), "7");
}
