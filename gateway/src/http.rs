//! The HTTP interface. `openapi.json` describes it; the resolver's paths are those of GS1 Digital Link.
//!
//! | address | access | answer |
//! | --- | --- | --- |
//! | `GET /01/{gtin}…` | anybody | the resolver: page, verdict, linkset, redirect, Lightweight Messaging |
//! | `GET /verify`, `GET /verify/01/{gtin}…` | anybody | the page |
//! | `POST /verify` | anybody | verdicts on codes as scanned, or on a picture |
//! | `GET /verification-service/01/{gtin}…` | anybody | GS1 Lightweight Messaging |
//! | `GET /history/01/{gtin}…` | anybody | the way of a batch or a pack |
//! | `GET /.well-known/gs1resolver` | anybody | the description of the resolver |
//! | `PUT, GET /serials/{gtin}/{lot}` | token, role manufacturer or operator | takes in, shows a batch's list |
//! | `DELETE /serials/{gtin}/{lot}` | token, role operator | removes a batch's list |
//! | `POST /packs`, `GET /packs/{key}` | token, role till | books packs; what came of it |
//! | `GET /alive`, `/ready`, `/metrics`, `/openapi.json` | anybody | for supervisors, Prometheus and programs |

mod answer;
mod form;
mod history;
mod packs;
mod ready;
mod resolve;
mod serials;
#[cfg(test)]
mod tests;
mod verify;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ::serials::Lists;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, delete, get, post, put};
use axum::Router;
use index::Index;
use prometheus_client::registry::Registry;
use resolver::Resolver;
use serve::client::{Client, Network};
use serve::headers::Transport;
use serve::limit::{by_client, by_places, Limit, Places, Rate, Shares};
use serve::ready::alive;
use serve::requests::limit_time;
use serve::standard::Standard;
use serve::tokens::{guard, Guard, Need, Roles, Tokens};

use crate::config::LimitsConfig;
use crate::guesses::Guesses;
use crate::metrics::now_ms;
use crate::packs::Packs;
use crate::register::{Now, Register};
use crate::verify::Judge;

/// The roles of tokens. One without a role is a till's.
pub(crate) const ROLES: Roles = &["till", "manufacturer", "operator"];
/// Maximum size of a body of JSON or of a form, in bytes: a tote of codes.
const MAX_TEXT: usize = 256 << 10;
/// Maximum size of a picture, in bytes.
const MAX_PICTURE: usize = 8 << 20;
/// Time limit of most answers.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit of the answer to a till: a transaction has to become final.
const TILL_TIMEOUT: Duration = Duration::from_secs(40);
/// Time limit of an upload: a list of ten million over a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(1_800);
/// How many requests are answered at once.
const PLACES: usize = 256;
/// How many lists are taken in at once.
const UPLOADS: usize = 2;
/// How many pictures are received at once: 128 MiB of them.
pub(crate) const PICTURES: usize = 16;
/// How many of these one client sends.
pub(crate) const PICTURES_OF_CLIENT: usize = 4;
/// How many clients are counted at once.
const CLIENTS: usize = 65_536;

/// What all handlers share.
pub(crate) struct Gateway {
    pub(crate) register: Register,
    pub(crate) lists: Lists,
    pub(crate) index: Index,
    pub(crate) resolver: Resolver,
    pub(crate) responder: Option<gs1::Gln>,
    pub(crate) guesses: Guesses,
    pub(crate) packs: Packs,
    pub(crate) registry: Registry,
    pub(crate) metrics: crate::metrics::Metrics,
    /// Pictures that are being received, by client.
    pub(crate) uploads: Shares<Network>,
    /// Pictures that are being read.
    pub(crate) pictures: Places,
    pub(crate) checked: ready::Checked,
}

impl Gateway {
    /// What a scan is judged by now.
    pub(crate) fn judge<'a>(&'a self, now: &'a Now) -> Judge<'a> {
        Judge { register: &self.register, lists: &self.lists, now, clock: now_ms() }
    }
}

/// How the interface is set up besides.
pub(crate) struct Interface {
    pub(crate) tokens: Option<Arc<Tokens>>,
    pub(crate) limits: LimitsConfig,
    pub(crate) proxies: u8,
    pub(crate) transport: Transport,
    pub(crate) metrics: serve::metrics::Metrics,
}

pub(crate) type Shared = State<Arc<Gateway>>;

/// Who asks: every request has a network, perhaps that of all whose address is not known.
pub(crate) struct Asker(pub(crate) Network);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let client = parts.extensions.get::<Client>();
        Ok(Self(client.map_or(Network::UNKNOWN, Client::network)))
    }
}

/// All addresses.
pub(crate) fn router(gateway: Arc<Gateway>, interface: Interface) -> Router {
    let Interface { tokens, limits, proxies, transport, metrics } = interface;
    let rate = Rate {
        burst: NonZeroU32::new(limits.requests).unwrap_or(NonZeroU32::MIN),
        per: Duration::from_secs(60),
    };
    let limit = Arc::new(Limit::new("too-many-requests", rate, CLIENTS));
    let with_token = |router: Router<Arc<Gateway>>, roles: Roles| match &tokens {
        Some(tokens) => router
            .layer(from_fn_with_state(Guard { tokens: tokens.clone(), need: Need::OneOf(roles) }, guard)),
        // Without tokens nobody may.
        None => router.layer(from_fn(answer::no_tokens)),
    };
    // Named, so that they are logged and counted by what they are; what else there is of the resolver is its own affair.
    let resolver = Router::new()
        .route("/01/{*link}", any(resolve::resolve))
        .route("/verify/{*link}", any(resolve::resolve))
        .route("/verification-service/{*link}", any(resolve::resolve))
        .route(resolver::DESCRIPTION, any(resolve::resolve))
        .fallback(resolve::resolve);
    let shared = Router::new()
        .route("/verify", get(form::form).post(verify::verify).options(preflight))
        .route("/history/{*link}", get(history::history).options(preflight))
        .route("/openapi.json", get(openapi).options(preflight))
        .layer(map_response(readable_everywhere));
    let public = resolver
        .merge(shared)
        .route("/", get(|| async { Redirect::temporary("/verify") }))
        .route("/style.css", get(crate::page::style))
        .layer(from_fn_with_state(limit, by_client))
        .layer(from_fn_with_state(Places::new(PLACES), by_places))
        .layer(from_fn_with_state(TIMEOUT, limit_time));
    let tills = Router::new()
        .route("/packs", post(packs::book))
        .route("/packs/{key}", get(packs::show))
        .layer(from_fn_with_state(TILL_TIMEOUT, limit_time));
    let lists = Router::new()
        .route("/serials/{gtin}/{lot}", put(serials::take).get(serials::show))
        .layer(from_fn_with_state(Places::new(UPLOADS), by_places));
    // A manufacturer's token is not bound to its products: it takes nobody's list away.
    let removal = Router::new().route("/serials/{gtin}/{lot}", delete(serials::remove));
    let operators = Router::new()
        .route("/alive", get(alive))
        .route("/ready", get(ready::ready))
        .route("/metrics", get(ready::metrics));
    let all = Router::new()
        .merge(with_token(tills, &["till"]))
        .merge(with_token(lists, &["manufacturer", "operator"]))
        .merge(with_token(removal, &["operator"]))
        .merge(operators)
        .merge(public);
    let standard = Standard {
        proxies,
        transport,
        address: resolver::MAX_TARGET,
        time: UPLOAD_TIMEOUT,
        ..Standard::new(metrics)
    };
    standard.around(all).with_state(gateway)
}

/// Lets pages of other origins read an answer: no address of these knows who asks.
async fn readable_everywhere(mut answer: Response) -> Response {
    let all = [("access-control-allow-origin", "*"), ("access-control-expose-headers", "retry-after")];
    for (name, value) in all {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// What a browser asks before it sends JSON or a picture from a page of another origin (Fetch standard, CORS protocol).
async fn preflight() -> Response {
    let headers = [
        ("access-control-allow-methods", "GET, HEAD, POST, OPTIONS"),
        ("access-control-allow-headers", "accept, content-type"),
        ("access-control-max-age", "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn openapi() -> Response {
    ([("content-type", "application/json")], include_str!("../openapi.json")).into_response()
}
