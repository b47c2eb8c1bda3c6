//! The access log, without personal data: an address or a query may identify a person or a pack.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use crate::metrics::Metrics;
use crate::problem::Code;
use crate::tokens::Caller;

/// The routes that supervisors ask all the time: they are logged only in detail.
const PROBES: [&str; 3] = ["/alive", "/ready", "/metrics"];
/// The route of requests that no route matches. Logging them would let strangers fill the disk.
const NONE: &str = "none";

/// Middleware that logs and counts an answer: method, pattern of the route, status, code of the problem, name of the
/// token, milliseconds; never address, query, client or body.
pub async fn log(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let (began, method) = (Instant::now(), plain(request.method()));
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let answer = next.run(request).await;
    let after = began.elapsed();
    let (route, status) = (matched.as_ref().map_or(NONE, MatchedPath::as_str), answer.status().as_u16());
    metrics.answered(route, status, after);
    let code = answer.extensions().get::<Code>().map(|code| code.0);
    if let Some(code) = code {
        metrics.problem(code);
    }
    let caller = answer.extensions().get::<Caller>().map(|caller| &*caller.name);
    let ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
    if route == NONE || PROBES.contains(&route) {
        tracing::debug!(method, route, status, code, ms, "answered");
    } else {
        tracing::info!(method, route, status, code, caller, ms, "answered");
    }
    answer
}

/// A method as the log shows it: a client may invent one of any text.
fn plain(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::{from_fn_with_state, map_response};
    use axum::response::IntoResponse;
    use axum::routing::get;
    use axum::Router;
    use prometheus_client::registry::Registry;
    use tower::ServiceExt;
    use tracing::instrument::WithSubscriber;

    use super::*;
    use crate::problem::Problem;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn an_answer_is_logged_and_counted_by_its_route_and_names_nobody() {
        let mut registry = Registry::default();
        let metrics = Metrics::new(&mut registry);
        let named = map_response(|mut answer: Response| async move {
            answer.extensions_mut().insert(Caller { name: "ward-3".into(), role: "reader" });
            answer
        });
        let refuse = || async { Problem::new(StatusCode::CONFLICT, "taken", "It is taken").into_response() };
        let router = Router::new()
            .route("/patients/{id}", get(|| async { "yes" }).post(refuse).layer(named))
            .route("/alive", get(|| async { "yes" }))
            .layer(from_fn_with_state(metrics, log));
        let lines = Lines::default();
        let (written, most) = (lines.clone(), tracing::Level::DEBUG);
        let writer = move || written.clone();
        let subscriber =
            tracing_subscriber::fmt().with_writer(writer).with_max_level(most).with_ansi(false).finish();
        let calls = async {
            for (method, address) in [
                ("GET", "/patients/jane?born=1970"),
                ("POST", "/patients/jane"),
                ("JANE", "/patients/jane"),
                ("GET", "/jane"),
                ("GET", "/alive"),
            ] {
                let mut request = Request::new(Body::from("jane"));
                *request.method_mut() = method.parse().unwrap();
                *request.uri_mut() = address.parse().unwrap();
                router.clone().oneshot(request).await.unwrap();
            }
        };
        calls.with_subscriber(subscriber).await;
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let logged: Vec<&str> = log.lines().map(|line| &line[line.find("answered").unwrap()..]).collect();
        let expected = [
            r#"answered method="GET" route="/patients/{id}" status=200 caller="ward-3""#,
            r#"answered method="POST" route="/patients/{id}" status=409 code="taken" caller="ward-3""#,
            r#"answered method="other" route="/patients/{id}" status=405 caller="ward-3""#,
            r#"answered method="GET" route="none" status=404"#,
            r#"answered method="GET" route="/alive" status=200"#,
        ];
        assert_eq!(logged.len(), expected.len(), "{log}");
        for (line, expected) in logged.iter().zip(expected) {
            assert!(line.starts_with(&format!("{expected} ms=")), "{line}");
        }
        assert!(!log.to_lowercase().contains("jane") && !log.contains("1970"), "{log}");
        let text = crate::metrics::text(&registry);
        for counted in [
            r#"http_answers_total{route="/patients/{id}",status="200"} 1"#,
            r#"http_answers_total{route="none",status="404"} 1"#,
            r#"http_problems_total{code="taken"} 1"#,
            r#"http_answer_seconds_count{route="/patients/{id}"} 3"#,
        ] {
            assert!(text.contains(counted), "{text}");
        }
    }
}
