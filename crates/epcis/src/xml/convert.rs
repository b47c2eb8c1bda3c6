//! From the XML binding to the members of the JSON-LD binding (EPCIS 2.0, clauses 9 and 10).

use std::collections::HashMap;

use super::element::{is_extension, Element};
use super::header;
use crate::context::{Namespaces, STANDARD_CONTEXT};
use crate::event::EventType;
use crate::json::{is_number, Object, Value};
use crate::vocabulary::{vocabulary_of, Vocabulary};
use crate::ReadError;

/// A document's members.
pub(super) fn document(root: Element, namespaces: &Namespaces) -> Result<Value, ReadError> {
    let converter = Converter { namespaces };
    let mut object = Object::default();
    object.set("@context", context(namespaces));
    let query = match root.name.as_str() {
        "EPCISDocument" => false,
        "EPCISQueryDocument" => true,
        other => return Err(ReadError::NotEpcis { found: other.to_owned() }),
    };
    object.set("type", root.name.as_str());
    if let Some(version) = root.attribute("schemaVersion") {
        // What is made from EPCIS 1.x is a document of 2.0, the first version that has JSON-LD.
        object.set("schemaVersion", if version.starts_with("1.") { "2.0" } else { version });
    }
    if let Some(date) = root.attribute("creationDate") {
        object.set("creationDate", date);
    }
    if !query {
        header::set(&root, &mut object);
    }
    converter.extensions(&root, &mut object);
    // An older form of query results lacks the body around them.
    let body = root.child("EPCISBody").unwrap_or(&root);
    let content = if query {
        let results = body.child("QueryResults").unwrap_or(body);
        let mut query = Object::default();
        for name in ["queryName", "subscriptionID"] {
            if let Some(text) = results.child(name) {
                query.set(name, text.text.as_str());
            }
        }
        if results.name == "QueryResults" {
            converter.extensions(results, &mut query);
        }
        let result = results.child("resultsBody").ok_or(ReadError::Missing { path: "resultsBody" })?;
        query.set("resultsBody", converter.event_list(result)?);
        let mut body = Object::default();
        body.set("queryResults", Value::Object(query));
        Value::Object(body)
    } else {
        converter.event_list(body)?
    };
    object.set("epcisBody", content);
    Ok(Value::Object(object))
}

fn context(namespaces: &Namespaces) -> Value {
    let mut prefixes = Object::default();
    for (prefix, uri) in namespaces.iter() {
        prefixes.0.push((prefix.to_owned(), uri.into()));
    }
    let own = (!prefixes.0.is_empty()).then_some(Value::Object(prefixes));
    Value::Array(std::iter::once(STANDARD_CONTEXT.into()).chain(own).collect())
}

struct Converter<'n> {
    namespaces: &'n Namespaces,
}

impl Converter<'_> {
    fn event_list(&self, body: &Element) -> Result<Value, ReadError> {
        let list = body.child("EventList").ok_or(ReadError::Missing { path: "EventList" })?;
        let mut events = Vec::new();
        for element in flat(list) {
            if EventType::from_name(&element.name).is_none() {
                let found = element.name.clone();
                return Err(ReadError::UnknownEventType { index: events.len(), found });
            }
            events.push(Value::Object(self.event(element)?));
        }
        let mut object = Object::default();
        object.set("eventList", Value::Array(events));
        Ok(Value::Object(object))
    }

    fn event(&self, element: &Element) -> Result<Object, ReadError> {
        let mut members = Members::default();
        members.push("type", element.name.as_str().into());
        for (name, value) in element.attributes.iter().filter(|(name, _)| is_extension(name)) {
            members.push(name, value.as_str().into());
        }
        for child in flat(element) {
            let name = child.name.as_str();
            let value = match name {
                "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => {
                    list(child, |epc| epc.text.as_str().into())
                }
                "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                    list(child, |element| self.fields(name, element, &["quantity"]))
                }
                "bizTransactionList" => list(child, |entry| self.typed(name, "bizTransaction", entry)),
                "sourceList" => list(child, |entry| self.typed(name, "source", entry)),
                "destinationList" => list(child, |entry| self.typed(name, "destination", entry)),
                "readPoint" | "bizLocation" => self.fields(name, child, &[]),
                "persistentDisposition" => {
                    let mut lists = Members::default();
                    for entry in &child.children {
                        let words = Value::Array(vec![self.text(name, &entry.name, &entry.text)]);
                        lists.push(&entry.name, words);
                    }
                    Value::Object(lists.finish())
                }
                "sensorElementList" => list(child, |element| self.sensor_element(element)),
                "errorDeclaration" => self.error_declaration(child),
                "ilmd" => object(child),
                _ if is_extension(name) => extension(child, &[]),
                _ => self.text("", name, &child.text),
            };
            // Members of the standard occur once; extensions may repeat.
            if !is_extension(name) && members.has(name) && name != "certificationInfo" {
                return Err(ReadError::DuplicateKey { name: name.to_owned() });
            }
            members.push(name, value);
        }
        Ok(members.finish())
    }

    /// Texts, numbers and extensions of an element and its attributes.
    fn fields(&self, parent: &str, element: &Element, numbers: &[&str]) -> Value {
        let mut members = Members::default();
        for (name, value) in &element.attributes {
            members.push(name, self.scalar(parent, name, value, numbers));
        }
        for child in flat(element) {
            if is_extension(&child.name) {
                members.push(&child.name, extension(child, &[]));
            } else {
                members.push(&child.name, self.scalar(parent, &child.name, &child.text, numbers));
            }
        }
        Value::Object(members.finish())
    }

    fn scalar(&self, parent: &str, name: &str, text: &str, numbers: &[&str]) -> Value {
        if numbers.contains(&name) {
            if let Some(digits) = json_number(text) {
                return Value::Number(digits);
            }
        }
        if name == "booleanValue" {
            match text {
                "true" | "1" => return Value::Bool(true),
                "false" | "0" => return Value::Bool(false),
                _ => {}
            }
        }
        self.text(parent, name, text)
    }

    /// A text; a term of a vocabulary as its bare word.
    fn text(&self, parent: &str, name: &str, text: &str) -> Value {
        let word = vocabulary_of(parent, name).and_then(|vocabulary| vocabulary.word(text, self.namespaces));
        word.unwrap_or(text).into()
    }

    fn typed(&self, list: &str, name: &str, entry: &Element) -> Value {
        let mut members = Members::default();
        if let Some(kind) = entry.attribute("type") {
            members.push("type", self.text(list, "type", kind));
        }
        members.push(name, entry.text.as_str().into());
        Value::Object(members.finish())
    }

    fn sensor_element(&self, element: &Element) -> Value {
        const NUMBERS: [&str; 7] =
            ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];
        let mut members = Members::default();
        for child in &element.children {
            let value = match child.name.as_str() {
                "sensorReport" => Value::Array(vec![self.fields("sensorReport", child, &NUMBERS)]),
                "sensorMetadata" => self.fields("sensorMetadata", child, &[]),
                _ => extension(child, &[]),
            };
            members.push(&child.name, value);
        }
        Value::Object(members.finish())
    }

    fn error_declaration(&self, element: &Element) -> Value {
        let mut members = Members::default();
        for child in flat(element) {
            let value = match child.name.as_str() {
                "correctiveEventIDs" => list(child, |id| id.text.as_str().into()),
                name if is_extension(name) => extension(child, &[]),
                "reason" => {
                    let word = Vocabulary::ErrorReason.word(&child.text, self.namespaces);
                    word.unwrap_or(&child.text).into()
                }
                _ => child.text.as_str().into(),
            };
            members.push(&child.name, value);
        }
        Value::Object(members.finish())
    }

    /// The extensions of an element that has other content too.
    fn extensions(&self, element: &Element, object: &mut Object) {
        let mut members = Members::default();
        for child in element.children.iter().filter(|child| is_extension(&child.name)) {
            let value = if child.name.ends_with(":ignoreFields") {
                list(child, |field| field.name.as_str().into())
            } else {
                extension(child, &[])
            };
            members.push(&child.name, value);
        }
        object.0.extend(members.finish().0);
    }
}

/// An extension: its text, or an object of its attributes and children. A list whose entries have its name, such as
/// `fooList` of `foo`, is an array, as the standard's own lists are. Attributes that are read elsewhere are omitted.
pub(super) fn extension(element: &Element, without: &[&str]) -> Value {
    let mut attributes =
        element.attributes.iter().filter(|(name, _)| !without.contains(&name.as_str())).peekable();
    if attributes.peek().is_none() {
        if element.children.is_empty() {
            return element.text.as_str().into();
        }
        let entry = element.name.strip_suffix("List");
        if entry.is_some_and(|entry| element.children.iter().all(|child| child.name == entry)) {
            return list(element, |child| extension(child, &[]));
        }
    }
    let mut members = Members::default();
    for (name, value) in attributes {
        members.push(name, value.as_str().into());
    }
    if !element.text.is_empty() {
        members.push("#text", element.text.as_str().into());
    }
    for child in &element.children {
        members.push(&child.name, extension(child, &[]));
    }
    Value::Object(members.finish())
}

/// An element that is an object even if it is empty.
fn object(element: &Element) -> Value {
    match extension(element, &[]) {
        Value::String(text) if text.is_empty() => Value::Object(Object::default()),
        other => other,
    }
}

fn list(element: &Element, entry: impl FnMut(&Element) -> Value) -> Value {
    Value::Array(element.children.iter().map(entry).collect())
}

/// The children, with those of EPCIS 1.x's `extension` and `baseExtension` in their place.
fn flat(element: &Element) -> Vec<&Element> {
    let mut children = Vec::new();
    for child in &element.children {
        if matches!(child.name.as_str(), "extension" | "baseExtension") {
            children.extend(flat(child));
        } else {
            children.push(child);
        }
    }
    children
}

/// A number of XML Schema as JSON writes it; `None` if JSON cannot express it.
fn json_number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.find(['e', 'E']).map_or((digits, ""), |at| digits.split_at(at));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let number = format!("{sign}{whole}{point}{fraction}{exponent}");
    is_number(&number).then_some(number)
}

/// Members in their order; a repeated name turns its value into an array.
#[derive(Default)]
struct Members {
    object: Object,
    index: HashMap<String, usize>,
}

impl Members {
    fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    fn push(&mut self, name: &str, value: Value) {
        let known = self.index.get(name).and_then(|at| self.object.0.get_mut(*at));
        match known {
            None => {
                self.index.insert(name.to_owned(), self.object.0.len());
                self.object.0.push((name.to_owned(), value));
            }
            Some((_, Value::Array(values))) => match value {
                Value::Array(more) => values.extend(more),
                single => values.push(single),
            },
            Some((_, first)) => {
                let single = std::mem::replace(first, Value::Bool(false));
                *first = Value::Array(vec![single, value]);
            }
        }
    }

    fn finish(self) -> Object {
        self.object
    }
}
