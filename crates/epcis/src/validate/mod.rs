//! Validation: the rules of the EPCIS 2.0 JSON Schema, in Rust.
//!
//! GS1's licence does not let us ship the schema, so its rules are written down here anew. That both say the same is
//! tested against the schema itself, on the standard's examples and on mutations of them (`make conformance`).

mod check;
mod rules;

use crate::limits::MAX_VIOLATIONS;
use crate::{Document, DocumentKind};

/// Where a document breaks a rule of the standard, and which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {rule}")]
pub struct Violation {
    /// The place, such as `epcisBody.eventList[3].bizStep`.
    pub path: String,
    /// What is wrong there.
    pub rule: Broken,
}

/// A rule of the EPCIS 2.0 JSON Schema that is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The value is of another kind.
    #[error("must be {expected}")]
    Kind {
        /// What it should be.
        expected: &'static str,
    },
    /// A member that must be there is missing.
    #[error("needs the member {name}")]
    Missing {
        /// The member.
        name: &'static str,
    },
    /// The standard has no such member here, and its name is no URI or CURIE that would make it an extension.
    #[error("has no member {name:?}; the name of an extension needs a prefix")]
    UnknownMember {
        /// The member.
        name: String,
    },
    /// The text is no URI.
    #[error("must be a URI")]
    Uri,
    /// The text is no date and time with offset (RFC 3339).
    #[error("must be a date and time with offset, such as 2026-01-31T12:00:00.000+01:00")]
    Time,
    /// The text is no offset from -14:00 to +14:00.
    #[error("must be an offset such as +01:00")]
    Offset,
    /// The text is no version number.
    #[error("must be a version such as 2.0")]
    Version,
    /// The text is no unit of UN/ECE Recommendation 20.
    #[error("must be a unit of measure of two or three capitals or digits, such as KGM")]
    Unit,
    /// The text is no sequence of hexadecimal digits.
    #[error("must be hexadecimal digits")]
    Hexadecimal,
    /// The action is none of the three.
    #[error("must be ADD, OBSERVE or DELETE")]
    Action,
    /// The text is no term of its vocabulary, and no URI of another one.
    #[error("must be a bare word of the CBV, such as {example}, or a URI of another vocabulary")]
    Term {
        /// One of the terms.
        example: &'static str,
    },
    /// The list is too short.
    #[error("must have an entry")]
    Empty,
    /// The list has the same entry twice.
    #[error("has the same entry twice")]
    Repeated,
    /// The event says of nothing that it happened to.
    #[error("an event of this type and action needs {needed}")]
    Nothing {
        /// What it needs.
        needed: &'static str,
    },
    /// Master data of instances belongs to their beginning.
    #[error("ilmd is for events with the action ADD only")]
    IlmdWithoutAdd,
}

impl Document {
    /// Checks the document against the rules of the standard's JSON Schema. A document that was read from XML is
    /// checked in the form of its JSON-LD binding.
    ///
    /// # Errors
    /// Where it breaks them: the first [`MAX_VIOLATIONS`] places.
    pub fn validate(&self) -> Result<(), Vec<Violation>> {
        let shape = match self.kind() {
            DocumentKind::Document => &rules::DOCUMENT,
            DocumentKind::QueryDocument => &rules::QUERY_DOCUMENT,
            DocumentKind::Event => &rules::BARE_EVENT,
        };
        let mut checker = check::Checker::default();
        checker.shape(self.root(), shape);
        if self.kind() == DocumentKind::Event {
            checker.event(self.root());
        }
        let mut violations = checker.violations;
        violations.truncate(MAX_VIOLATIONS);
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations)
        }
    }
}
