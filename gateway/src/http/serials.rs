//! Manufacturers' lists: taken in, shown by their size only, removed. No address gives a serial.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use futures::StreamExt;
use gs1::{validate_lot, Gtin};
use primitives::BatchId;
use serials::body::{max_length, Held, MEDIA_TYPE};
use serials::{Error, Outcome, Refused, Summary};
use serve::extract::{uncompressed, Path};
use serve::problem::Problem;
use tokio::sync::mpsc;

use super::answer::bad;
use super::{Gateway, Shared};
use crate::proofs::Proofs;

/// How many parts of a body wait for the disk.
const PARTS: usize = 4;

struct Named {
    gtin: Gtin,
    lot: String,
    batch: BatchId,
}

impl Named {
    fn of((gtin, lot): (String, String)) -> Result<Self, Problem> {
        let gtin: Gtin =
            gtin.parse().map_err(|error| bad("bad-gtin", format!("the GTIN cannot be used: {error}")))?;
        validate_lot(lot.as_bytes())
            .map_err(|error| bad("bad-lot", format!("the lot cannot be used: {error}")))?;
        let batch = BatchId::of(gtin.value(), lot.as_bytes());
        Ok(Self { gtin, lot, batch })
    }

    fn view(&self, summary: &Summary) -> Held {
        Held::new(self.gtin, &self.lot, summary)
    }
}

pub(super) async fn show(
    State(gateway): Shared,
    Path(path): Path<(String, String)>,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let summary = gateway.lists.summary(named.batch).ok_or_else(no_list)?;
    Ok(Json(named.view(&summary)).into_response())
}

pub(super) async fn remove(
    State(gateway): Shared,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let named = Named::of(path)?;
    match gateway.lists.remove(named.batch) {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(no_list()),
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn take(
    State(gateway): Shared,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    if headers.get(CONTENT_TYPE).map(|value| value.as_bytes()) != Some(MEDIA_TYPE.as_bytes()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body has a type that is not supported",
        )
        .detail(format!("send {MEDIA_TYPE}; `theriac serials publish` does")));
    }
    uncompressed(&headers)?;
    let registered = registered(&gateway, &named).await?;
    let most = max_length(registered.quantity);
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(refused(Error::Refused(Refused::TooMany { quantity: registered.quantity })));
    }
    let (parts, mut received) = mpsc::channel::<axum::body::Bytes>(PARTS);
    let lists = gateway.lists.clone();
    // Files are read and written away from the threads that answer.
    let taking = tokio::task::spawn_blocking(move || {
        let mut upload = lists.upload(registered)?;
        while let Some(part) = received.blocking_recv() {
            upload.write(&part)?;
        }
        // A body that ends early because its client is gone is too short, and refused.
        upload.finish()
    });
    let mut stream = body.into_data_stream();
    while let Some(part) = stream.next().await {
        let Ok(part) = part else { break };
        // The other side ended: it has found a fault.
        if parts.send(part).await.is_err() {
            break;
        }
    }
    drop(parts);
    let outcome = taking.await.map_err(|_| serve::requests::fault())?.map_err(refused)?;
    let (status, taken) = match outcome {
        Outcome::Taken => (StatusCode::CREATED, true),
        _ => (StatusCode::OK, false),
    };
    if taken {
        gateway.metrics.list_taken();
    }
    let summary = gateway.lists.summary(named.batch).ok_or_else(serve::requests::fault)?;
    Ok((status, Json(named.view(&summary))).into_response())
}

/// What the chain says of the batch's serials: a list is of these, or is not taken in.
async fn registered(gateway: &Gateway, named: &Named) -> Result<serials::Registered, Problem> {
    let now = gateway.register.now().await?;
    let batches = gateway.register.contracts().batches.address;
    let proofs = Proofs { lists: &gateway.lists, at: &now.finalised, batches };
    proofs.registered(named.batch).await?.ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "no-serials-registered", "The batch has no serials")
            .detail("the batch is not registered in a finalised block, or was registered without serials; register it first")
    })
}

fn no_list() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no-list", "There is no list")
        .detail("this gateway has no list of the batch; publish it with `theriac serials publish`")
}

fn refused(error: Error) -> Problem {
    match error {
        Error::Refused(refused) => {
            let (status, code) = match refused {
                Refused::OtherRoot => (StatusCode::CONFLICT, "another-batchs-list"),
                Refused::TooMany { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-many-serials"),
                _ => (StatusCode::BAD_REQUEST, "bad-list"),
            };
            Problem::new(status, code, "The list cannot be used").detail(refused.to_string())
        }
        other => {
            tracing::error!(error = %other, "a list of serials could not be kept");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage", "The list could not be kept")
                .detail("the gateway could not keep the list; its operator finds the cause in the log")
                .retry_after(Duration::from_secs(60))
        }
    }
}
