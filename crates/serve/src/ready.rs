//! Whether a service works, and whether it can do its work: for supervisors and load balancers.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Serialize;
use serde_json::{json, Value};
use tokio::sync::Mutex;

/// Anybody may call: the parts are asked at most this often.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Time limit for the answer of each part.
const PATIENCE: Duration = Duration::from_secs(3);
/// The reason of a part that does not answer in time.
const SLOW: &str = "slow";

/// One part of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whether it is usable.
    pub ok: bool,
    /// Why not: one of the reasons in the service's documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Part {
    /// A part that is usable, or why it is not.
    #[must_use]
    pub fn of(result: Result<(), String>) -> Self {
        Self { ok: result.is_ok(), reason: result.err() }
    }

    /// Asks a part, which has three seconds; after that the reason is `slow`.
    pub async fn ask(part: impl Future<Output = Result<(), String>>) -> Self {
        Self::ask_within(PATIENCE, part).await
    }

    async fn ask_within(limit: Duration, part: impl Future<Output = Result<(), String>>) -> Self {
        let answer = tokio::time::timeout(limit, part).await;
        Self::of(answer.unwrap_or_else(|_| Err(SLOW.to_owned())))
    }
}

/// A service of which each part is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether all parts are usable.
    pub ok: bool,
    /// The parts by name.
    #[serde(flatten)]
    pub parts: BTreeMap<&'static str, Part>,
}

impl Readiness {
    /// The parts by name.
    #[must_use]
    pub fn of(parts: impl IntoIterator<Item = (&'static str, Part)>) -> Self {
        let parts: BTreeMap<_, _> = parts.into_iter().collect();
        Self { ok: parts.values().all(|part| part.ok), parts }
    }
}

/// An answer that is asked for at most once a second, however many callers there are.
#[derive(Debug)]
pub struct Asked<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Asked<T> {
    /// The last answer, if it is not older than a second; or a new one. Callers at the same time wait for the same one.
    pub async fn get(&self, ask: impl Future<Output = T>) -> T {
        let mut asked = self.0.lock().await;
        match &*asked {
            Some((at, answer)) if at.elapsed() < MAX_AGE => answer.clone(),
            _ => {
                let answer = ask.await;
                *asked = Some((Instant::now(), answer.clone()));
                answer
            }
        }
    }
}

/// The answer to `/ready`: 200, or 503.
#[must_use]
pub fn answer(ok: bool, readiness: &impl Serialize) -> Response {
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// The answer to `/alive`. It asks nobody: a supervisor that restarts a service repairs neither the chain nor a disk.
pub async fn alive() -> Json<Value> {
    Json(json!({ "ok": true }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_callers_ask_once_a_second() {
        let (asked, times) = (Asked::default(), AtomicU32::new(0));
        let ask = || {
            asked.get(async {
                tokio::task::yield_now().await;
                times.fetch_add(1, Ordering::Relaxed)
            })
        };
        let answers = futures::future::join_all((0..50).map(|_| ask())).await;
        assert_eq!(answers, vec![0; 50]);
        let stale = Instant::now().checked_sub(MAX_AGE);
        asked.0.lock().await.as_mut().unwrap().0 = stale.unwrap();
        assert_eq!(ask().await, 1);
    }

    #[tokio::test]
    async fn a_part_that_does_not_answer_in_time_is_slow() {
        let never = Part::ask_within(Duration::from_millis(10), std::future::pending()).await;
        assert_eq!(never, Part { ok: false, reason: Some("slow".to_owned()) });
        assert_eq!(Part::ask(async { Ok(()) }).await, Part { ok: true, reason: None });
    }

    #[tokio::test]
    async fn a_service_is_ready_if_every_part_is() {
        let good = || ("chain", Part::of(Ok(())));
        let ready = Readiness::of([good()]);
        assert_eq!(serde_json::to_value(&ready).unwrap(), json!({"ok": true, "chain": {"ok": true}}));
        assert_eq!(answer(ready.ok, &ready).status(), 200);
        let ready = Readiness::of([good(), ("index", Part::of(Err("behind".to_owned())))]);
        assert_eq!(
            serde_json::to_value(&ready).unwrap(),
            json!({"ok": false, "chain": {"ok": true}, "index": {"ok": false, "reason": "behind"}})
        );
        assert_eq!(answer(ready.ok, &ready).status(), 503);
    }
}
