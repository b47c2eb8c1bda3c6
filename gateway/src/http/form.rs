//! The page on which a code is typed or scanned with a wedge, for browsers without scripts as well.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use scan::Code;
use serve::client::Network;
use serve::problem::Problem;

use super::answer::bad;
use super::verify::{of_scan, unreadable, SCANS_DIFFER};
use super::Gateway;
use crate::page;
use crate::verify::{Scanned, Verified};

/// The longest field of the form, decoded.
const MAX_FIELD: usize = 4_096;

/// What the form sends.
#[derive(Debug, Default)]
pub(super) struct Form {
    code: String,
    again: Option<String>,
}

/// The empty form.
pub(super) async fn form() -> Response {
    (page::headers(), Html(page::form(None))).into_response()
}

/// Reads a form (WHATWG URL, `application/x-www-form-urlencoded`). Unknown fields are ignored, as browsers' extensions add
/// some.
pub(super) fn read(body: &Bytes) -> Result<Form, Problem> {
    let mut form = Form::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        if value.len() > MAX_FIELD {
            return Err(bad(
                "code-too-long",
                format!("a field has more than {MAX_FIELD} bytes; type one code"),
            ));
        }
        match &*name {
            "code" => form.code = value.into_owned(),
            "again" => form.again = Some(value.into_owned()),
            _ => {}
        }
    }
    Ok(form)
}

/// The page that answers a form.
pub(super) async fn answer(gateway: &Gateway, client: Network, form: Form) -> Result<Response, Problem> {
    if form.code.trim().is_empty() {
        return Ok((
            StatusCode::BAD_REQUEST,
            page::headers(),
            Html(page::form(Some("Type or scan a code."))),
        )
            .into_response());
    }
    let now = match gateway.register.now().await {
        Ok(now) => now,
        Err(unanswered) => return Ok(page::problem(&unanswered.into())),
    };
    let again = form.again.as_deref().filter(|again| !again.trim().is_empty()).map(Code::typed);
    let scanned = Scanned { code: Code::typed(&form.code), again, site: None };
    Ok(match of_scan(gateway, client, &now, &scanned).await {
        Ok(Verified::Pack(answer)) => page::verdict_of_scan(&answer, &form.code),
        Ok(Verified::Unreadable(found)) => page::problem(&unreadable(&found)),
        Ok(Verified::ScansDiffer) => page::problem(&bad("scans-differ", SCANS_DIFFER)),
        Ok(Verified::Limited(limited)) => page::problem(&limited.into()),
        Err(problem) => page::problem(&problem),
    })
}
