//! `POST /verify`: verdicts on what a scanner sent, or on a picture.

use axum::body::{Body as Stream, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use gs1::MedicinePack;
use primitives::units::Reason;
use primitives::BatchId;
use scan::picture::Limits;
use scan::{Code, Unreadable};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{json, Value};
use serve::client::Network;
use serve::extract::whole;
use serve::problem::Problem;

use super::answer::{bad, unknown_site};
use super::{Asker, Gateway, Shared};
use crate::register::Now;
use crate::sites::{find, Named};
use crate::verify::{Answer, AnswerView, Scanned, Verified};

/// The most codes of one request: a tote.
const MAX_CODES: usize = 50;
/// The longest code: a Digital Link with everything.
const MAX_CODE: usize = 4_096;
/// A picture as telephones make it; decoding is bounded by its pixels.
const PICTURE: Limits = Limits { bytes: super::MAX_PICTURE, pixels: 25_000_000 };

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// A code as scanned or typed.
    #[serde(default, deserialize_with = "given")]
    code: Option<String>,
    /// A second scan of the same pack.
    #[serde(default, deserialize_with = "given")]
    again: Option<String>,
    /// Several codes.
    #[serde(default, deserialize_with = "given")]
    codes: Option<Vec<String>>,
    /// The site where the packs are: its GLN or number.
    site: Option<Named>,
}

/// A member that is left out or has a value: null is not one.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// What came of one code.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Answered<'a> {
    /// A verdict on a pack.
    Verdict(Box<AnswerView<'a>>),
    /// The code names no pack.
    Unreadable {
        /// `scanner-fault`, `other-code`, `not-a-code`, `no-lot`.
        code: &'static str,
        detail: String,
        /// What the other code says, or which codes can be on the pack.
        found: Option<Value>,
    },
    /// Two scans of a pack that differ.
    ScansDiffer { detail: &'static str },
    /// Too many serials that are not in their batch were asked about.
    Limited { detail: String, retry_after_seconds: u64 },
}

pub(super) const SCANS_DIFFER: &str =
    "the two scans are not the same, so one of them is wrong; scan the pack twice again, and check your scanner";

/// What came of one code, for programs.
fn view(verified: &Verified) -> Answered<'_> {
    match verified {
        Verified::Pack(answer) => Answered::Verdict(Box::new(answer.view())),
        Verified::Unreadable(unreadable) => Answered::Unreadable {
            code: unreadable.name(),
            detail: unreadable.to_string(),
            found: unreadable.details(),
        },
        Verified::ScansDiffer => Answered::ScansDiffer { detail: SCANS_DIFFER },
        Verified::Limited(limited) => Answered::Limited {
            detail: limited.to_string(),
            retry_after_seconds: limited.pause.as_secs().saturating_add(1),
        },
    }
}

pub(super) async fn verify(
    State(gateway): Shared,
    Asker(client): Asker,
    headers: HeaderMap,
    body: Stream,
) -> Result<Response, Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let media_type = header(CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/json" => {
            let body = whole(&headers, body, super::MAX_TEXT).await?;
            let asked = serde_json::from_slice(&body).map_err(|_| {
                bad("bad-body", "the body is not as it should be; send {\"code\": …}, {\"code\": …, \"again\": …} or {\"codes\": […]}, and \"site\" where you want one")
            })?;
            of_codes(&gateway, client, asked).await
        }
        "image/png" | "image/jpeg" => {
            // Whoever sends pictures slowly keeps the memory of some, and not of as many as there are connections.
            let Some(place) = gateway.uploads.take(client) else { return Err(pictures_busy()) };
            let body = whole(&headers, body, super::MAX_PICTURE).await?;
            let code = in_picture(&gateway, body).await;
            drop(place);
            let code = code?;
            let now = gateway.register.now().await?;
            let scanned = Scanned { code, again: None, site: None };
            let verified = of_scan(&gateway, client, &now, &scanned).await?;
            Ok(Json(json!({ "answers": [view(&verified)] })).into_response())
        }
        "application/x-www-form-urlencoded" => {
            let body = whole(&headers, body, super::MAX_TEXT).await?;
            let form = super::form::read(&body)?;
            super::form::answer(&gateway, client, form).await
        }
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body has a type that is not supported",
        )
        .detail("send application/json, image/png or image/jpeg")),
    }
}

async fn of_codes(gateway: &Gateway, client: Network, asked: Body) -> Result<Response, Problem> {
    let Body { code, again, codes, site } = asked;
    let scans: Vec<(String, Option<String>)> = match (code, codes) {
        (Some(code), None) => vec![(code, again)],
        (None, Some(codes)) if again.is_none() && !codes.is_empty() => {
            codes.into_iter().map(|code| (code, None)).collect()
        }
        _ => {
            return Err(bad(
                "bad-body",
                "give one code, perhaps with its second scan in \"again\"; or several in \"codes\"",
            ))
        }
    };
    if scans.len() > MAX_CODES {
        return Err(bad(
            "too-many-codes",
            format!("more than {MAX_CODES} codes were sent; send them in parts"),
        ));
    }
    too_long(scans.iter().flat_map(|(code, again)| [Some(code), again.as_ref()]).flatten())?;
    let now = gateway.register.now().await?;
    let site = match &site {
        Some(named) => {
            let found = find(&now.finalised, gateway.register.contracts(), named).await?;
            Some(found.map_err(|_| unknown_site())?)
        }
        None => None,
    };
    let mut verified = Vec::with_capacity(scans.len());
    for (code, again) in &scans {
        let scanned = Scanned { code: Code::typed(code), again: again.as_deref().map(Code::typed), site };
        verified.push(of_scan(gateway, client, &now, &scanned).await?);
    }
    let answers: Vec<Answered<'_>> = verified.iter().map(view).collect();
    Ok(Json(json!({ "answers": answers })).into_response())
}

/// Refuses codes that nobody's scanner sends.
pub(super) fn too_long<'c>(mut codes: impl Iterator<Item = &'c String>) -> Result<(), Problem> {
    match codes.any(|code| code.len() > MAX_CODE) {
        true => Err(bad(
            "code-too-long",
            format!("a code has more than {MAX_CODE} bytes; send what the scanner sends for one pack"),
        )),
        false => Ok(()),
    }
}

/// Judges one scan, and counts what may be guesses.
pub(super) async fn of_scan(
    gateway: &Gateway,
    client: Network,
    now: &Now,
    scanned: &Scanned,
) -> Result<Verified, Problem> {
    let judge = gateway.judge(now);
    let named = scanned.code.parse(gs1::year_of_ms(judge.clock)).ok();
    let asked_of = named.as_ref().and_then(batch_of_serial);
    if let Some(Err(limited)) = asked_of.map(|batch| gateway.guesses.look(client, batch)) {
        return Ok(Verified::Limited(limited));
    }
    let verified = judge.verify(scanned).await?;
    match &verified {
        Verified::Pack(answer) => count(gateway, client, asked_of, answer),
        Verified::Unreadable(unreadable) => gateway.metrics.unreadable(unreadable.name()),
        Verified::ScansDiffer => gateway.metrics.unreadable("scans-differ"),
        Verified::Limited(_) => {}
    }
    Ok(verified)
}

/// The batch of whose serials a pack has one.
pub(super) fn batch_of_serial(pack: &MedicinePack) -> Option<BatchId> {
    pack.serial()?;
    Some(BatchId::of(pack.gtin().value(), pack.lot()?.as_bytes()))
}

/// Counts a verdict, and a serial that is not in its batch as what may be a guess.
pub(super) fn count(gateway: &Gateway, client: Network, asked_of: Option<BatchId>, answer: &Answer) {
    let verdict = &answer.judged.verdict;
    gateway.metrics.verdict(verdict.outcome);
    if let Some(batch) = asked_of.filter(|_| verdict.reasons.contains(Reason::SerialNotInBatch)) {
        gateway.guesses.count(client, batch);
    }
}

/// The code in a picture. Decoding takes a core for a moment, so only some are decoded at once.
async fn in_picture(gateway: &Gateway, body: Bytes) -> Result<Code, Problem> {
    let Some(place) = gateway.pictures.take(1) else { return Err(pictures_busy()) };
    let (answer, read) = tokio::sync::oneshot::channel();
    // In a thread that ends: the allocator keeps what a picture took for the thread that freed it, and tokio's threads are
    // many.
    let thread = std::thread::Builder::new().name("picture".to_owned()).spawn(move || {
        let code = Code::in_picture(&body, PICTURE);
        drop((body, place));
        let _ = answer.send(code);
    });
    thread.map_err(|_| pictures_busy())?;
    let code = read.await.map_err(|_| serve::requests::fault())?;
    code.map_err(|error| bad("picture", error.to_string()).with("reason", error.name()))
}

fn pictures_busy() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The service is busy")
        .detail("other pictures are being read; try again in a moment")
        .retry_after(std::time::Duration::from_secs(1))
}

/// What to say of a text that names no pack.
pub(super) fn unreadable(unreadable: &Unreadable) -> Problem {
    let problem = bad(unreadable.name(), unreadable.to_string());
    match unreadable.details() {
        Some(found) => problem.with("found", found),
        None => problem,
    }
}
