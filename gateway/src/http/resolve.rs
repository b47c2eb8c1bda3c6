//! The resolver's paths. What is answered is decided in the crate `resolver`; here it is sent, with verdict or page.

use axum::extract::{OriginalUri, State};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use gs1::MedicinePack;
use resolver::{lms, Body, Incoming};
use scan::Code;
use serve::client::Network;
use serve::problem::Problem;

use super::verify::{batch_of_serial, count, unreadable};
use super::{Asker, Gateway, Shared};
use crate::page;
use crate::verify::{Answer, Scanned};

pub(super) async fn resolve(
    State(gateway): Shared,
    Asker(client): Asker,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let joined = |name: HeaderName| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        Some(values.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
    };
    let (accept, accept_language) = (joined(ACCEPT), joined(ACCEPT_LANGUAGE));
    let incoming = Incoming {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query(),
        accept: accept.as_deref(),
        accept_language: accept_language.as_deref(),
    };
    let answer = gateway.resolver.answer(&incoming, gs1::year_of_ms(crate::metrics::now_ms()));
    let content = match &answer.body {
        Body::Empty | Body::Text(_) => return Ok(sent(&answer)),
        Body::Verdict(identity) => {
            let found = of_pack(&gateway, client, identity.pack()).await?;
            Json(found.view()).into_response()
        }
        Body::Page(identity) => match of_pack(&gateway, client, identity.pack()).await {
            Ok(found) => page::verdict(&found, identity.path()),
            Err(problem) => return Ok(page::problem(&problem)),
        },
        Body::Verification(request) => verification(&gateway, client, request).await?,
    };
    if !content.status().is_success() {
        return Ok(content);
    }
    Ok(with_head(content, &answer))
}

/// An answer that needs nothing of the register.
fn sent(answer: &resolver::Answer) -> Response {
    let response = match &answer.body {
        Body::Text(text) => text.clone().into_response(),
        _ => StatusCode::OK.into_response(),
    };
    with_head(response, answer)
}

/// The status and the headers that the resolver decided on.
fn with_head(mut response: Response, answer: &resolver::Answer) -> Response {
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        // All of them are plain ASCII: what comes from a request is percent-encoded.
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    if answer.head {
        let (parts, _) = response.into_parts();
        return Response::from_parts(parts, axum::body::Body::empty());
    }
    response
}

/// The verdict on the pack of a link.
async fn of_pack(gateway: &Gateway, client: Network, pack: &MedicinePack) -> Result<Box<Answer>, Problem> {
    let asked_of = batch_of_serial(pack);
    if let Some(batch) = asked_of {
        gateway.guesses.look(client, batch)?;
    }
    let now = gateway.register.now().await?;
    // A link has no scanner behind it whose faults could be guessed: only its text.
    let text = pack.to_digital_link("https://id.gs1.org").unwrap_or_default();
    let scanned = Scanned { code: Code::typed(&text), again: None, site: None };
    match gateway.judge(&now).answer(&scanned, pack.clone(), false).await? {
        Ok(answer) => {
            count(gateway, client, asked_of, &answer);
            Ok(answer)
        }
        Err(found) => {
            gateway.metrics.unreadable(found.name());
            Err(unreadable(&found))
        }
    }
}

/// The answer of Lightweight Messaging.
async fn verification(
    gateway: &Gateway,
    client: Network,
    request: &lms::Request,
) -> Result<Response, Problem> {
    let answer = of_pack(gateway, client, request.identity().pack()).await?;
    let block = lms::Block { number: answer.block.number, hash: answer.block.hash.clone() };
    let responder = lms::Responder { gln: gateway.responder };
    match lms::reply(request, &answer.judged.verdict, &block, responder) {
        Ok(body) => Ok(body.into_response()),
        Err(no_answer) => Ok(sent(&resolver::Answer::problem(&no_answer))),
    }
}
