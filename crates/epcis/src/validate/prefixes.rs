//! Prefixes that are used and not declared.

use std::collections::BTreeSet;

use super::check::{Checker, Step};
use super::{Broken, Violation};
use crate::context::Namespaces;
use crate::json::{Object, Value};
use crate::limits::MAX_VIOLATIONS;
use crate::{Document, DocumentKind, Event};

/// Prefixes that the standard's context declares beside those of its own vocabularies.
const OF_THE_CONTEXT: [&str; 4] = ["rdfs", "owl", "xsd", "dcterms"];

/// Schemes of URIs that have no `//` after them, by which other URIs are known.
const SCHEMES: [&str; 8] = ["urn", "tag", "did", "ni", "cid", "data", "mailto", "tel"];

/// Each undeclared prefix with the first place where it is used.
pub(super) fn undeclared(document: &Document) -> Vec<Violation> {
    let mut search = Search { checker: Checker::default(), known: BTreeSet::new() };
    if document.kind() != DocumentKind::Event {
        search.object(document.root(), document.namespaces());
    }
    for (index, event) in document.events().enumerate() {
        let step = Step::Member(match document.kind() {
            DocumentKind::Event => "the event".to_owned(),
            DocumentKind::Document => format!("epcisBody.eventList[{index}]"),
            DocumentKind::QueryDocument => format!("epcisBody.queryResults.resultsBody.eventList[{index}]"),
        });
        search.at(step, |search| search.object(event.body(), event.namespaces()));
    }
    search.checker.violations
}

/// Each undeclared prefix of one event.
pub(super) fn of_event(event: &Event<'_>) -> Vec<String> {
    let mut search = Search { checker: Checker::default(), known: BTreeSet::new() };
    search.object(event.body(), event.namespaces());
    search.known.into_iter().collect()
}

struct Search {
    checker: Checker,
    /// Prefixes that were named.
    known: BTreeSet<String>,
}

impl Search {
    fn at(&mut self, step: Step, search: impl FnOnce(&mut Self)) {
        self.checker.enter(step);
        search(self);
        self.checker.leave();
    }

    fn object(&mut self, object: &Object, namespaces: &Namespaces) {
        // Events have their own turn, with their own contexts.
        let members = object.iter().filter(|(name, _)| !matches!(*name, "@context" | "eventList" | "event"));
        for (name, value) in members {
            let step = Step::Member(name.to_owned());
            self.at(step, |search| {
                search.name(name, namespaces);
                search.value(value, namespaces);
            });
        }
    }

    /// Looks for names only: a value such as `example:word` is a URI, and has one hash with and without a declaration.
    fn value(&mut self, value: &Value, namespaces: &Namespaces) {
        match value {
            Value::Object(members) => self.object(members, namespaces),
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.at(Step::Entry(index), |search| search.value(value, namespaces));
                }
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {}
        }
    }

    fn name(&mut self, name: &str, namespaces: &Namespaces) {
        let Some((prefix, local)) = name.split_once(':') else { return };
        let is_uri =
            local.starts_with("//") || SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(prefix));
        let is_declared = namespaces.uri(prefix).is_some() || OF_THE_CONTEXT.contains(&prefix);
        let is_new = !self.known.contains(prefix) && self.known.len() < MAX_VIOLATIONS;
        if !is_uri && !is_declared && is_new {
            self.known.insert(prefix.to_owned());
            self.checker.broken(Broken::UndeclaredPrefix { prefix: prefix.to_owned() });
        }
    }
}
