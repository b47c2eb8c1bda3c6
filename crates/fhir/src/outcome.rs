use serde::Deserialize;

use crate::read::readable;

/// A server's answer to a request that it could not serve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OperationOutcome {
    /// The problems.
    #[serde(default)]
    pub issue: Vec<Issue>,
}

/// A problem. Its texts for people are not read: they may name a patient.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: String,
    /// A code of <https://hl7.org/fhir/R4/valueset-issue-type.html>.
    pub code: String,
}

impl OperationOutcome {
    /// The severities and codes, such as `error/not-found`, at most five: enough to find a cause, and without personal
    /// data, because only short codes pass.
    #[must_use]
    pub fn summary(&self) -> String {
        let is_code = |text: &str| {
            (1..=32).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let known = |issue: &&Issue| is_code(&issue.severity) && is_code(&issue.code);
        let issues = self.issue.iter().filter(known).take(5);
        issues.map(|issue| format!("{}/{}", issue.severity, issue.code)).collect::<Vec<_>>().join(", ")
    }
}

readable!(OperationOutcome, |outcome| [outcome.issue.len()]);
