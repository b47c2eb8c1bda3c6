//! EPCIS documents: read from JSON-LD or XML, written as JSON-LD.

use std::collections::BTreeMap;

use crate::context::{Namespaces, STANDARD_CONTEXT};
use crate::encoding::decode;
use crate::event::{Event, EventType};
use crate::json::{Object, Value};
use crate::limits::{MAX_EVENTS, MAX_IGNORED, MAX_OWN_NAMESPACES};
use crate::{xml, ReadError};

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `EPCISDocument`: events to capture.
    Document,
    /// `EPCISQueryDocument`: the result of a query.
    QueryDocument,
    /// A bare event with its own context, as the REST interface accepts and returns it.
    Event,
}

/// An EPCIS 2.0 document in the form of its JSON-LD binding, whichever syntax it was read from.
///
/// The members stay as the partner wrote them, in their order and with their own digits, so that nothing is lost
/// between reading and writing. [`Event`] gives access to the content of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    kind: DocumentKind,
    root: Object,
    namespaces: Namespaces,
    /// The prefixes of events with a context of their own.
    own: BTreeMap<usize, Namespaces>,
    ignored: Vec<String>,
}

impl Document {
    /// Reads a document in either syntax: one that starts with `<` is XML.
    ///
    /// # Errors
    /// As [`Document::from_json`] and [`Document::from_xml`].
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let text = decode(bytes)?;
        if text.trim_start().starts_with('<') {
            xml::read(&text)
        } else {
            Self::from_root(Value::parse(&text)?)
        }
    }

    /// Reads a JSON-LD document (EPCIS 2.0, clause 10). Contexts are not fetched: the standard's is built in, and
    /// prefixes of others must be declared in the document.
    ///
    /// # Errors
    /// The text is not valid JSON or not EPCIS, or exceeds [`crate::limits`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::from_root(Value::parse(&decode(bytes)?)?)
    }

    /// Reads an XML document (EPCIS 2.0, clause 9; the `extension` elements of EPCIS 1.x are transparent).
    ///
    /// # Errors
    /// The text is not well-formed XML, has a DOCTYPE, is not EPCIS, or exceeds [`crate::limits`].
    pub fn from_xml(bytes: &[u8]) -> Result<Self, ReadError> {
        xml::read(&decode(bytes)?)
    }

    /// A new EPCISDocument with events, created at the time given (ISO 8601 with offset).
    ///
    /// # Errors
    /// Events of a type that EPCIS 2.0 does not know, or too many.
    pub fn new(creation_date: &str, events: Vec<Object>) -> Result<Self, ReadError> {
        let mut body = Object::default();
        body.set("eventList", Value::Array(events.into_iter().map(Value::Object).collect()));
        let mut root = Object::default();
        root.set("@context", Value::Array(vec![STANDARD_CONTEXT.into()]));
        root.set("type", "EPCISDocument");
        root.set("schemaVersion", "2.0");
        root.set("creationDate", creation_date);
        root.set("epcisBody", Value::Object(body));
        Self::from_root(Value::Object(root))
    }

    pub(crate) fn from_root(root: Value) -> Result<Self, ReadError> {
        let Value::Object(root) = root else {
            return Err(ReadError::WrongKind { path: "the document", expected: "a JSON object" });
        };
        let found = root.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = match found {
            "EPCISDocument" => DocumentKind::Document,
            "EPCISQueryDocument" => DocumentKind::QueryDocument,
            event if EventType::from_name(event).is_some() => DocumentKind::Event,
            other => return Err(ReadError::NotEpcis { found: other.to_owned() }),
        };
        let namespaces = Namespaces::from_context(root.get("@context"))?;
        let mut document = Document { kind, root, namespaces, own: BTreeMap::new(), ignored: Vec::new() };
        document.ensure_events()?;
        document.ignored = document.find_ignored();
        if document.ignored.len() > MAX_IGNORED {
            return Err(ReadError::TooManyIgnored);
        }
        Ok(document)
    }

    fn ensure_events(&mut self) -> Result<(), ReadError> {
        let bodies = self.bodies()?;
        if bodies.len() > MAX_EVENTS {
            return Err(ReadError::TooManyEvents);
        }
        let (mut own, mut prefixes) = (BTreeMap::new(), 0usize);
        for (index, body) in bodies.iter().enumerate() {
            let body = body
                .as_object()
                .ok_or(ReadError::WrongKind { path: "an entry of eventList", expected: "an object" })?;
            let found = body.get("type").and_then(Value::as_str).unwrap_or_default();
            if EventType::from_name(found).is_none() {
                return Err(ReadError::UnknownEventType { index, found: found.to_owned() });
            }
            if let (Some(context), false) = (body.get("@context"), self.kind == DocumentKind::Event) {
                let mut namespaces = self.namespaces.clone();
                namespaces.extend(context)?;
                prefixes = prefixes.saturating_add(namespaces.count());
                if prefixes > MAX_OWN_NAMESPACES {
                    return Err(ReadError::TooManyContexts);
                }
                own.insert(index, namespaces);
            }
        }
        self.own = own;
        Ok(())
    }

    /// The events' objects; a bare event is its own only one.
    fn bodies(&self) -> Result<&[Value], ReadError> {
        const BODY: &str = "epcisBody";
        let list = match self.kind {
            DocumentKind::Event => return Ok(&[]),
            DocumentKind::Document => {
                let body = member(&self.root, "epcisBody", BODY)?;
                if let Some(event) = body.get("event") {
                    return Ok(std::slice::from_ref(event));
                }
                body.get("eventList")
            }
            DocumentKind::QueryDocument => {
                let results = member(member(&self.root, "epcisBody", BODY)?, "queryResults", "queryResults")?;
                member(results, "resultsBody", "resultsBody")?.get("eventList")
            }
        };
        match list {
            Some(Value::Array(bodies)) => Ok(bodies),
            Some(_) => Err(ReadError::WrongKind { path: "eventList", expected: "an array" }),
            None => Err(ReadError::Missing { path: "eventList" }),
        }
    }

    /// The names in the `ignoreFields` members of the document or query results: a repository's own fields.
    fn find_ignored(&self) -> Vec<String> {
        let results =
            self.root.get("epcisBody").and_then(Value::as_object).and_then(|body| body.get("queryResults"));
        let objects = std::iter::once(&self.root).chain(results.and_then(Value::as_object));
        objects
            .flat_map(|object| object.iter())
            .filter(|(name, _)| name.ends_with(":ignoreFields"))
            .flat_map(|(_, names)| names.as_set())
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    }

    /// The kind of the document.
    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The document's members in the form of the JSON-LD binding.
    #[must_use]
    pub const fn root(&self) -> &Object {
        &self.root
    }

    /// The prefixes that the document declares.
    #[must_use]
    pub const fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// The events in their order.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        let single = (self.kind == DocumentKind::Event).then_some(&self.root);
        // Reading ensured that the list is there, and that all its entries are events.
        let bodies = self.bodies().unwrap_or_default().iter().filter_map(Value::as_object);
        single.into_iter().chain(bodies).enumerate().map(|(index, body)| {
            let namespaces = self.own.get(&index).unwrap_or(&self.namespaces);
            Event { body, namespaces, ignored: &self.ignored }
        })
    }

    /// The document as JSON-LD, without spaces.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.root.write(&mut text);
        text
    }
}

fn member<'o>(object: &'o Object, name: &str, path: &'static str) -> Result<&'o Object, ReadError> {
    match object.get(name) {
        Some(Value::Object(member)) => Ok(member),
        Some(_) => Err(ReadError::WrongKind { path, expected: "an object" }),
        None => Err(ReadError::Missing { path }),
    }
}
