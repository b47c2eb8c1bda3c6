//! The way of a batch or a pack: the history of finalised events, in words and for programs.

use axum::extract::{OriginalUri, State};
use axum::http::header::ACCEPT;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use axum::Json;
use chain::Event;
use gs1::{MedicinePack, Parser, Rules};
use index::{describe, Entry, Order, Page, PageRequest, Place, MAX_PAGE};
use primitives::{BatchId, UnitId};
use resolver::Accept;
use serde::Deserialize;
use serde_json::{json, Value};
use serve::extract::Query;
use serve::problem::Problem;
use view::time::rfc3339;

use super::answer::bad;
use super::{Asker, Gateway, Shared};
use crate::history::{named, Called};
use crate::page::{self, HistoryLine, HistoryPage};
use crate::proofs::Proofs;

const PREFIX: &str = "/history";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    after: Option<String>,
    limit: Option<u16>,
    order: Option<Order>,
}

pub(super) async fn history(
    State(gateway): Shared,
    Asker(client): Asker,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let pack = pack_of(path)?;
    let lot = pack
        .lot()
        .ok_or_else(|| bad("no-lot", "name a batch: /history/01/GTIN/10/LOT, and /21/SERIAL for one pack"))?;
    let batch = BatchId::of(pack.gtin().value(), lot.as_bytes());
    let limit = asked.limit.unwrap_or(50);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(bad("bad-page", format!("limit is not from 1 to {MAX_PAGE}; ask for a part at a time")));
    }
    let request = PageRequest {
        order: asked.order.unwrap_or_default(),
        after: asked.after.as_deref().map(place).transpose()?,
        limit,
    };
    let page = match pack.serial() {
        Some(serial) => {
            // What happened to a serial shows that it exists: who tries serials here is counted as at the verdict.
            gateway.guesses.look(client, batch)?;
            let position = match listed(&gateway, serial, batch).await? {
                Listed::At(position) => Some(position),
                Listed::Not => {
                    gateway.guesses.count(client, batch);
                    None
                }
                Listed::Unknown => None,
            };
            let unit = UnitId::of(batch, serial.as_bytes());
            let pack = index::Pack { gtin: pack.gtin().value(), batch, unit, position };
            gateway.index.of_unit(&pack, &request).await
        }
        None => gateway.index.of_batch(batch, pack.gtin().value(), &request).await,
    };
    let page = page.map_err(|error| {
        tracing::error!(%error, "the history cannot be read");
        serve::requests::fault()
    })?;
    let called = named(&gateway, &page.entries).await?;
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let accept = Accept::read(accept);
    let (html, json) = (accept.fit("text/html"), accept.fit("application/json"));
    if html.named && html.quality >= json.quality {
        return Ok(as_page(&page, &pack, path, &called));
    }
    let entries: Vec<Value> = page.entries.iter().map(|entry| entry_view(entry, &called)).collect();
    let body = json!({
        "gtin": pack.gtin().to_string(),
        "lot": pack.lot(),
        "serial": pack.serial(),
        "entries": entries,
        "next": page.next.map(text),
        "until_block": page.until,
        "incomplete": page.incomplete,
    });
    Ok(Json(body).into_response())
}

/// The pack that a path names, as a Digital Link with an empty stem.
fn pack_of(path: &str) -> Result<MedicinePack, Problem> {
    let year = gs1::year_of_ms(crate::metrics::now_ms());
    let parser = Parser::new(Rules::new(year)).permit_link_paths(false).permit_convenience_alphas(false);
    let elements = parser.parse_digital_link(format!("https://id.gs1.org{path}"));
    let pack = elements.and_then(|elements| MedicinePack::from_elements(&elements, year));
    pack.map_err(|error| bad("bad-link", format!("the path is not a Digital Link of a pack: {error}")))
}

/// Whether a serial is in its batch's list.
enum Listed {
    /// At this position of the tree: by it, the events of the pack's case are found.
    At(u32),
    Not,
    /// This gateway has no list of the batch.
    Unknown,
}

async fn listed(gateway: &Gateway, serial: &str, batch: BatchId) -> Result<Listed, Problem> {
    let serial = serial.as_bytes().to_vec();
    let now = gateway.register.now().await?;
    let batches = gateway.register.contracts().batches.address;
    let proofs = Proofs { lists: &gateway.lists, at: &now.finalised, batches };
    let Some(registered) = proofs.registered(batch).await? else { return Ok(Listed::Unknown) };
    let lists = gateway.lists.clone();
    let found = tokio::task::spawn_blocking(move || match lists.find(registered) {
        Ok(Some(list)) => list.prove(&serial).ok(),
        _ => None,
    });
    Ok(match found.await {
        Ok(Some(serials::Answer::Listed(proof))) => Listed::At(proof.index),
        Ok(Some(serials::Answer::NotListed(_))) => Listed::Not,
        _ => Listed::Unknown,
    })
}

fn entry_view(entry: &Entry, called: &Called) -> Value {
    let described = describe(&entry.event, called);
    let contract = match entry.event {
        Event::Unknown(ref emitted) => Some(chain::account_text(&emitted.contract)),
        _ => None,
    };
    json!({
        "block": entry.block.number,
        "block_hash": format!("{:?}", entry.block.hash),
        "index": entry.place.index,
        "at": rfc3339(entry.at),
        "concern": entry.concern,
        "event": described.code,
        "sentence": described.sentence,
        "biz_step": described.biz_step,
        "disposition": described.disposition,
        "contract": contract,
    })
}

fn as_page(page: &Page, pack: &MedicinePack, path: &str, called: &Called) -> Response {
    let line = |entry: &Entry| {
        let sentence = describe(&entry.event, called).sentence;
        HistoryLine { at: rfc3339(entry.at), sentence, block: entry.block.number }
    };
    let what = match (pack.lot(), pack.serial()) {
        (Some(lot), Some(serial)) => format!("pack {serial} of lot {lot}"),
        (lot, _) => format!("lot {}", lot.unwrap_or_default()),
    };
    let page = HistoryPage {
        what: &what,
        entries: page.entries.iter().map(line).collect(),
        incomplete: page.incomplete.iter().map(ToString::to_string).collect(),
        until: page.until,
        next: page.next.map(|next| format!("{PREFIX}{path}?after={}", text(next))),
    };
    (page::headers(), Html(page::rendered(&page))).into_response()
}

/// A place as the query has it: block and index.
fn text(place: Place) -> String {
    format!("{}-{}", place.block, place.index)
}

fn place(text: &str) -> Result<Place, Problem> {
    let place = text
        .split_once('-')
        .and_then(|(block, index)| Some(Place { block: block.parse().ok()?, index: index.parse().ok()? }));
    place.ok_or_else(|| {
        bad("bad-page", "after is not a place of a history; give what the page before has in \"next\"")
    })
}
