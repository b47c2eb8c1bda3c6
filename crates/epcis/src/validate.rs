//! Validation: the rules of the EPCIS 2.0 JSON Schema, in Rust.
//!
//! GS1's licence does not allow us to ship the schema, so its rules are written in Rust here. `make conformance` tests
//! that both agree, on the standard's examples and on mutations of them.

mod check;
mod prefixes;
mod rules;

use crate::limits::MAX_VIOLATIONS;
use crate::{Document, DocumentKind, Event};

/// A broken rule of the standard, and its place in the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {rule}")]
pub struct Violation {
    /// The place, such as `epcisBody.eventList[3].bizStep`.
    pub path: String,
    /// The broken rule.
    pub rule: Broken,
}

/// A rule of the EPCIS 2.0 JSON Schema that is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The value has the wrong kind.
    #[error("must be {expected}")]
    Kind {
        /// The kind that is expected.
        expected: &'static str,
    },
    /// A required member is missing.
    #[error("needs the member {name}")]
    Missing {
        /// The member.
        name: &'static str,
    },
    /// The standard has no such member here, and its name is not a URI or CURIE, as an extension's must be.
    #[error("must not have the member {name:?}; the name of an extension needs a prefix")]
    UnknownMember {
        /// The member.
        name: String,
    },
    /// The text is not a URI.
    #[error("must be a URI")]
    Uri,
    /// The text is not a date and time with an offset (RFC 3339).
    #[error("must be a date and time with offset, such as 2026-01-31T12:00:00.000+01:00")]
    Time,
    /// The text is not an offset from -14:00 to +14:00.
    #[error("must be an offset such as +01:00")]
    Offset,
    /// The text is not a version number.
    #[error("must be a version such as 2.0")]
    Version,
    /// The text is not a unit of UN/ECE Recommendation 20.
    #[error("must be a unit of measure of two or three capitals or digits, such as KGM")]
    Unit,
    /// The text is not a sequence of hexadecimal digits.
    #[error("must be hexadecimal digits")]
    Hexadecimal,
    /// The action is not one of the three.
    #[error("must be ADD, OBSERVE or DELETE")]
    Action,
    /// The text is neither a term of its vocabulary nor a URI of another one.
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
    /// The event does not name the objects to which it happened.
    #[error("an event of this type and action needs {needed}")]
    Nothing {
        /// The missing members.
        needed: &'static str,
    },
    /// The document does not declare the prefix of an extension's name.
    #[error("has the prefix {prefix:?}, which the document does not declare; declare it in @context")]
    UndeclaredPrefix {
        /// The prefix.
        prefix: String,
    },
    /// Master data of instances belongs to the event that creates them.
    #[error("ilmd is for events with the action ADD only")]
    IlmdWithoutAdd,
}

impl Event<'_> {
    /// The prefixes of names in the event that are not declared, as [`Document::undeclared_prefixes`]; sorted.
    #[must_use]
    pub fn undeclared_prefixes(&self) -> Vec<String> {
        prefixes::of_event(self)
    }
}

impl Document {
    /// The prefixes of names that are not declared in the document, each with the first place where it is used; at most
    /// [`MAX_VIOLATIONS`].
    ///
    /// The standard's JSON Schema takes them for schemes of URIs, and so does [`Document::validate`]. What such a name means
    /// is not known, though: the same event has another hash once its prefix is declared.
    #[must_use]
    pub fn undeclared_prefixes(&self) -> Vec<Violation> {
        prefixes::undeclared(self)
    }

    /// Checks the document against the rules of the standard's JSON Schema. A document that was read from XML is
    /// checked in the form of its JSON-LD binding.
    ///
    /// # Errors
    /// The first [`MAX_VIOLATIONS`] broken rules, with their places.
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
