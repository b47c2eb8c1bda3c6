//! The pages: a verdict, a history or a problem in words, without a script.

use askama::Template;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use primitives::units::Outcome;
use serve::problem::Problem;
use view::{Audience, VerdictView};

use crate::verify::{Answer, BlockView, NewerView};

/// What a page may load: its own style, and forms go nowhere else.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The headers of every page.
pub(crate) fn headers() -> [(HeaderName, HeaderValue); 2] {
    [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    ]
}

/// The style of all pages.
pub(crate) async fn style() -> Response {
    let headers = [("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=3600")];
    (headers, include_str!("../templates/style.css")).into_response()
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage<'a> {
    fault: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPage<'a> {
    headline: &'a str,
    tone: &'static str,
    sign: &'static str,
    meaning: Option<&'static str>,
    view: &'a VerdictView,
    scan_again: bool,
    code: &'a str,
    newer: Option<&'a NewerView>,
    manufacturer: Option<String>,
    history: Option<String>,
    block: &'a BlockView,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    headline: &'a str,
    detail: &'a str,
}

/// A history in words.
#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage<'a> {
    pub(crate) what: &'a str,
    pub(crate) entries: Vec<HistoryLine>,
    pub(crate) incomplete: Vec<String>,
    pub(crate) until: Option<u64>,
    pub(crate) next: Option<String>,
}

/// One event of a history in words.
pub(crate) struct HistoryLine {
    pub(crate) at: String,
    pub(crate) sentence: String,
    pub(crate) block: u64,
}

/// A page, or the failure to write it.
pub(crate) fn rendered(page: &impl Template) -> String {
    // Writing into a string fails for no template of ours.
    page.render().unwrap_or_default()
}

/// The page with the form.
pub(crate) fn form(fault: Option<&str>) -> String {
    rendered(&FormPage { fault })
}

/// The page of a verdict on the pack of a link.
pub(crate) fn verdict(answer: &Answer, path: &str) -> Response {
    let link = format!("https://id.gs1.org{path}");
    page_of(answer, &link, Some(format!("/history{path}")))
}

/// The page of a verdict on what was scanned.
pub(crate) fn verdict_of_scan(answer: &Answer, code: &str) -> Response {
    let link = answer.judged.pack.to_digital_link("https://id.gs1.org").ok();
    let path = link.as_deref().and_then(|link| link.strip_prefix("https://id.gs1.org"));
    let path = path.map(|path| path.split('?').next().unwrap_or_default());
    page_of(answer, code, path.map(|path| format!("/history{path}")))
}

fn page_of(answer: &Answer, code: &str, history: Option<String>) -> Response {
    let view = VerdictView::new(&answer.judged, Audience::Web);
    let outcome = answer.judged.verdict.outcome;
    let (tone, sign) = match (outcome, answer.scan_again) {
        (Outcome::Valid | Outcome::Genuine, _) => ("good", "✓"),
        (_, true) | (Outcome::Unknown, _) => ("unsure", "?"),
        (_, false) => ("bad", "✗"),
    };
    let meaning = match (outcome, answer.scan_again) {
        (Outcome::Genuine, _) => Some(
            "The register knows this pack, and nothing speaks against it. Whether it may be dispensed depends on where it is.",
        ),
        (Outcome::Valid, _) => Some("Nothing speaks against this pack, and it may be dispensed at the site now."),
        (Outcome::Unknown, false) => Some("Nothing can be said about this pack yet. That is no suspicion."),
        _ => None,
    };
    let headline = if answer.scan_again { "Scan the pack again" } else { view.headline() };
    let manufacturer = view.batch.as_ref().map(|batch| batch.manufacturer.to_string());
    let page = VerdictPage {
        headline,
        tone,
        sign,
        meaning,
        view: &view,
        scan_again: answer.scan_again,
        code,
        newer: answer.newer.as_ref(),
        manufacturer,
        history,
        block: &answer.block,
    };
    (headers(), Html(rendered(&page))).into_response()
}

/// The page of a problem, with its status.
pub(crate) fn problem(problem: &Problem) -> Response {
    let headline = match problem.status() {
        StatusCode::SERVICE_UNAVAILABLE => "Cannot verify now",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        _ => problem.title(),
    };
    let page = ProblemPage { headline, detail: problem.text().unwrap_or_default() };
    let mut answer = (problem.status(), headers(), Html(rendered(&page))).into_response();
    if let Some(seconds) = problem.retry_seconds() {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
