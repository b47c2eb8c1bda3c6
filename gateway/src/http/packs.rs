//! `POST /packs`: books packs for tills.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde_json::json;
use serve::extract::{whole, Path};
use serve::problem::Problem;
use serve::tokens::Caller;

use super::answer::bad;
use super::verify::too_long;
use super::{Gateway, Shared};
use crate::packs::{Booked, Order, Packs, Till};

/// The most packs of an order: a basket.
const MAX_PACKS: usize = 50;
/// How long a till waits until its transactions are final; after that it asks again.
const WAIT: Duration = Duration::from_secs(30);
/// When the answer to an order under way is worth asking for.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn book(
    State(gateway): Shared,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let till = till(&gateway, &caller)?;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic();
    if !(1..=64).contains(&key.len()) || !key.bytes().all(plain) {
        return Err(bad("bad-idempotency-key", "send the header Idempotency-Key with 1 to 64 visible ASCII characters: one for each order, and the same one when the order is sent again"));
    }
    let body = whole(&headers, body, super::MAX_TEXT).await?;
    let order: Order = serde_json::from_slice(&body).map_err(|_| {
        bad("bad-body", "the body is not an order; send {\"action\": \"dispense\", \"codes\": […]}, with one of dispense, destroy, stolen, sample, export, undo")
    })?;
    if !(1..=MAX_PACKS).contains(&order.codes.len()) {
        return Err(bad("bad-body", format!("an order has 1 to {MAX_PACKS} codes; send it in parts")));
    }
    too_long(order.codes.iter())?;
    let booked = tokio::time::timeout(WAIT, Packs::book(&gateway, &till, key, order, &body)).await;
    match booked.unwrap_or(Booked::UnderWay) {
        Booked::Answer(answer) => Ok(Json(answer).into_response()),
        Booked::UnderWay => Ok(under_way()),
        Booked::OtherOrder => {
            Err(Problem::new(StatusCode::CONFLICT, "idempotency-key-reused", "The key was used before")
                .detail("this Idempotency-Key was used for another order; choose another one"))
        }
        Booked::Unanswered(unanswered) => Err(unanswered.into()),
        Booked::Till(error) => {
            tracing::error!(%error, "a till may not book");
            Err(Problem::new(StatusCode::FORBIDDEN, "account-not-limited", "The till's account is not used")
                .detail("the till's account is not limited to its task and site any more, or acts for nobody; its operator finds the cause in the log"))
        }
        Booked::Failed => Err(serve::requests::fault()),
    }
}

pub(super) async fn show(
    State(gateway): Shared,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let till = till(&gateway, &caller)?;
    let found = gateway.packs.found(&till.token, &key).await.map_err(|error| {
        tracing::error!(%error, "the store of bookings failed");
        serve::requests::fault()
    })?;
    match found {
        Some(Some(answer)) => Ok(Json(answer).into_response()),
        Some(None) => Ok(under_way()),
        None => Err(Problem::new(StatusCode::NOT_FOUND, "unknown-order", "There is no such order")
            .detail("no order has this key; answers are kept for 30 days")),
    }
}

fn till(gateway: &Gateway, caller: &Caller) -> Result<Arc<Till>, Problem> {
    gateway.packs.till(&caller.name).ok_or_else(|| {
        Problem::new(StatusCode::FORBIDDEN, "no-till", "The token is no till's")
            .detail("no till is configured for this token; its operator adds a [[till]] with its name")
    })
}

fn under_way() -> Response {
    let body = json!({ "state": "open", "detail": "the order is under way; send it again with the same Idempotency-Key" });
    (StatusCode::ACCEPTED, [(RETRY_AFTER, HeaderValue::from(PAUSE.as_secs()))], Json(body)).into_response()
}
