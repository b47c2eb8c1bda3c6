//! A small server of series over HTTP, for tests: what an operator puts in front of sensors or statistics.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A series: its unit, and its readings with their times.
pub type Series = (String, Vec<(String, f64)>);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct SeriesServer {
    base_url: String,
    task: JoinHandle<()>,
}

impl SeriesServer {
    /// Serves series by what they are about and by their names, as CSV, on a free port of this machine.
    ///
    /// # Errors
    /// Where there is no port.
    pub async fn start(series: BTreeMap<(String, String), Series>) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let base_url = format!("http://{}/series", listener.local_addr()?);
        let router = Router::new().route("/series/{name}", get(serve)).with_state(Arc::new(series));
        let task = tokio::spawn(async move {
            // It ends only with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { base_url, task })
    }

    /// The service's base address.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for SeriesServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `GET /series/{name}?last={readings}&about={id}`
async fn serve(
    State(series): State<Arc<BTreeMap<(String, String), Series>>>,
    Path(name): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let about = query.get("about").cloned().unwrap_or_default();
    let last = query.get("last").and_then(|last| last.parse().ok());
    let (Some((unit, readings)), Some(last)) = (series.get(&(about, name)), last) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut rows = "at,value,unit\n".to_owned();
    for (at, value) in &readings[readings.len().saturating_sub(last)..] {
        rows.push_str(&format!("{at},{value},{unit}\n"));
    }
    ([(CONTENT_TYPE, "text/csv; charset=utf-8")], rows).into_response()
}
