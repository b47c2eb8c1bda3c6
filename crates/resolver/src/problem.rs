//! Why a request is refused: a problem document (RFC 9457).

use serde::Serialize;

/// A problem document, `application/problem+json`. Its detail names the cause and the remedy. It never repeats text of the
/// request, only positions in it and Application Identifiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
}

impl Problem {
    /// The request is not what the standards allow: 400.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "not-a-digital-link", "The request is not a valid GS1 Digital Link", detail)
    }

    /// Nothing is known by this address, or there is no link of the requested type: 404.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, "no-such-link", "There is nothing here", detail)
    }

    /// Only reading is allowed: 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "method-not-allowed",
            "The method is not allowed",
            "a resolver only reads; use GET, HEAD or OPTIONS",
        )
    }

    /// The address is too long: 414.
    #[must_use]
    pub fn too_long() -> Self {
        let detail = format!(
            "path and query have more than {} bytes together; scan the code on the pack again",
            crate::MAX_TARGET
        );
        Self::new(414, "address-too-long", "The address is too long", detail)
    }

    /// The question cannot be answered now: 503.
    #[must_use]
    pub fn no_answer(detail: impl Into<String>) -> Self {
        Self::new(503, "not-verifiable-now", "The pack cannot be verified now", detail)
    }

    fn new(status: u16, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: format!("urn:theriac:problem:{code}"), title, status, detail: detail.into(), code }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// What programs know it by: stable, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// In a few words, what this code always means.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Cause and remedy.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The document.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Three plain fields always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
