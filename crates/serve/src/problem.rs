//! Problem documents (RFC 9457): every error of a service as one form, for programs and for people.

use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The members that RFC 9457 defines, and ours.
const RESERVED: [&str; 6] = ["type", "title", "status", "detail", "instance", "code"];

/// An error answer.
///
/// Its `type` is `urn:theriac:problem:CODE`, and its member `code` is the code alone; or its type is `about:blank`, where
/// only the status says something. Codes are stable: programs depend on them. Nothing of the request goes into headers.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    code: Option<&'static str>,
    title: &'static str,
    detail: Option<String>,
    members: Map<String, Value>,
    retry_after: Option<Duration>,
    challenge: Option<&'static str>,
}

/// The code of an answer's problem: in its extensions, for the access log and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub &'static str);

impl Problem {
    /// A problem with a code: lower-case words with hyphens. The title says in a few words what this code always means.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { code: Some(code), title, ..Self::of(status) }
    }

    /// A problem of which only the status says something.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let members = Map::new();
        Self { status, code: None, title, detail: None, members, retry_after: None, challenge: None }
    }

    /// Sets the cause and the remedy of this occurrence.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Adds a member. Those that RFC 9457 defines are not for this.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(!RESERVED.contains(&name), "{name} is a member of its own");
        if !RESERVED.contains(&name) {
            self.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Says when to try again, in `Retry-After`: rounded up to a second.
    #[must_use]
    pub fn retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    /// Says how to authenticate, in `WWW-Authenticate`.
    #[must_use]
    pub fn challenge(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// What its code always means, in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The cause and the remedy of this occurrence.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// When to try again, in whole seconds.
    #[must_use]
    pub fn retry_seconds(&self) -> Option<u64> {
        self.retry_after.map(seconds)
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The code; `None` if only the status says something.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }
}

#[derive(Serialize)]
struct Document<'p> {
    r#type: String,
    title: &'p str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'p str>,
    #[serde(flatten)]
    members: &'p Map<String, Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: self.code.map_or("about:blank".to_owned(), |code| format!("urn:theriac:problem:{code}")),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
            code: self.code,
            members: &self.members,
        };
        // Strings, numbers and JSON values can always be written.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut answer = (self.status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        let headers = answer.headers_mut();
        if let Some(pause) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(pause)));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(code) = self.code {
            answer.extensions_mut().insert(Code(code));
        }
        answer
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(pause: Duration) -> u64 {
    let more = u64::from(pause.subsec_nanos() > 0);
    pause.as_secs().saturating_add(more).max(1)
}

/// Middleware that gives the errors of axum itself, which are plain text or nothing, the form of problems: a method that
/// an address does not have, a body that is too large or not JSON, a query that cannot be read. Their texts repeat
/// the request, so they are not kept; their headers are.
pub async fn uniform(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let status = answer.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !is_error || kind.is_some_and(|kind| !kind.starts_with(b"text/plain")) {
        return answer;
    }
    let (mut head, _) = answer.into_parts();
    let (made, body) = Problem::plain(status).into_response().into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.extend(made.headers);
    head.extensions.extend(made.extensions);
    Response::from_parts(head, body)
}

impl Problem {
    /// The problem that a status alone means: the words for what axum refuses by itself.
    #[must_use]
    pub fn plain(status: StatusCode) -> Self {
        let problem = |code, title, detail: &str| Self::new(status, code, title).detail(detail);
        match status {
            StatusCode::BAD_REQUEST => {
                problem("bad-request", "The request is not valid", "see the documentation of this address")
            }
            StatusCode::NOT_FOUND => {
                problem("no-such-address", "There is no such address", "check the address for typing errors")
            }
            StatusCode::METHOD_NOT_ALLOWED => problem(
                "method-not-allowed",
                "This address does not have this method",
                "use one of the methods in the header Allow",
            ),
            StatusCode::REQUEST_TIMEOUT => {
                problem("too-slow", "The request took too long", "send it again, and faster")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                problem("body-too-large", "The body is too large", "send it in several requests")
            }
            StatusCode::URI_TOO_LONG => {
                problem("address-too-long", "The address is too long", "send long values in a body")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => problem(
                "media-type",
                "The body is of a type that this address does not read",
                "set Content-Type to one that its documentation names",
            ),
            StatusCode::UNPROCESSABLE_ENTITY => problem(
                "bad-body",
                "The body does not have the expected members",
                "send the members that the documentation of this address names",
            ),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                problem("headers-too-large", "The headers are too large", "send fewer or shorter ones")
            }
            _ => Self::of(status),
        }
    }
}

#[cfg(test)]
mod tests;
