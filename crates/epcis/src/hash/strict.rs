//! The strict event hash. docs/epcis.md specifies it; this file follows its numbering.

use super::value::{exact_number, exact_time};
use crate::context::Namespaces;
use crate::identifier::canonical;
use crate::json::{Object, Value};
use crate::vocabulary::vocabulary_of;
use crate::Event;

/// The start of the bytes (step 1).
const DOMAIN: &[u8] = b"theriac-epcis-strict-1\n";

/// The bytes that are hashed.
pub(super) fn prehash(event: &Event<'_>) -> Vec<u8> {
    let mut bytes = DOMAIN.to_vec();
    let without = |name: &str| matches!(name, "eventID" | "recordTime" | "@context");
    bytes.extend(object("", event.body, event.namespaces, without));
    bytes
}

/// Step 3: the members as pairs, sorted by their bytes.
fn object(parent: &str, object: &Object, namespaces: &Namespaces, without: fn(&str) -> bool) -> Vec<u8> {
    let mut pairs: Vec<Vec<u8>> = Vec::new();
    for (name, value) in object.iter().filter(|(name, _)| !without(name)) {
        let full = match namespaces.split(name) {
            // The namespace of master data has no separator at its end.
            Some(("urn:epcglobal:cbv:mda", local)) => format!("urn:epcglobal:cbv:mda:{local}"),
            Some((uri, local)) => format!("{uri}{local}"),
            None => name.to_owned(),
        };
        pair(parent, name, &netstring(b's', full.as_bytes()), value, namespaces, &mut pairs);
    }
    pairs.sort_unstable();
    netstring(b'o', &pairs.concat())
}

/// Step 4: an array repeats the member for each entry; an empty array is omitted.
fn pair(
    parent: &str,
    name: &str,
    full: &[u8],
    value: &Value,
    namespaces: &Namespaces,
    pairs: &mut Vec<Vec<u8>>,
) {
    let bytes = match value {
        Value::Array(values) => {
            for value in values {
                pair(parent, name, full, value, namespaces, pairs);
            }
            return;
        }
        Value::Object(members) => object(name, members, namespaces, |_| false),
        Value::Bool(value) => netstring(b's', if *value { b"true" } else { b"false" }),
        Value::Number(digits) => number_or_text(parent, name, digits),
        Value::String(text) => string(parent, name, text.trim(), namespaces),
    };
    pairs.push([full, &bytes].concat());
}

/// Step 5: texts in one form, at the places that the standard defines.
fn string(parent: &str, name: &str, text: &str, namespaces: &Namespaces) -> Vec<u8> {
    if let Some(vocabulary) = vocabulary_of(parent, name) {
        return netstring(b's', vocabulary.expand(text, namespaces).as_bytes());
    }
    let canonical = match place(parent, name) {
        Place::Time => exact_time(text),
        Place::Identifier => canonical(text),
        Place::Number | Place::Other => None,
    };
    netstring(b's', canonical.as_deref().unwrap_or(text).as_bytes())
}

/// Step 6: numbers of the standard become exact numbers, numbers of extensions keep their text.
fn number_or_text(parent: &str, name: &str, digits: &str) -> Vec<u8> {
    match (place(parent, name), exact_number(digits)) {
        (Place::Number, Some(number)) => netstring(b'n', number.as_bytes()),
        _ => netstring(b's', digits.as_bytes()),
    }
}

/// Kind, length in decimal, colon, bytes.
fn netstring(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(content.len().to_string().into_bytes());
    bytes.push(b':');
    bytes.extend(content);
    bytes
}

/// The kind of value in a member of the standard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Time,
    Identifier,
    Number,
    Other,
}

fn place(parent: &str, name: &str) -> Place {
    match (parent, name) {
        ("", "eventTime") | ("errorDeclaration", "declarationTime") => Place::Time,
        ("sensorMetadata" | "sensorReport", "time" | "startTime" | "endTime") => Place::Time,
        (
            "",
            "parentID" | "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" | "transformationID",
        ) => Place::Identifier,
        ("readPoint" | "bizLocation", "id") => Place::Identifier,
        ("bizTransactionList", "bizTransaction") => Place::Identifier,
        ("sourceList", "source") | ("destinationList", "destination") => Place::Identifier,
        (list, "epcClass") if is_quantities(list) => Place::Identifier,
        (list, "quantity") if is_quantities(list) => Place::Number,
        (
            "sensorMetadata" | "sensorReport",
            "deviceID" | "deviceMetadata" | "rawData" | "dataProcessingMethod" | "bizRules",
        ) => Place::Identifier,
        (
            "sensorReport",
            "value" | "minValue" | "maxValue" | "meanValue" | "sDev" | "percRank" | "percValue",
        ) => Place::Number,
        _ => Place::Other,
    }
}

fn is_quantities(list: &str) -> bool {
    matches!(list, "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList")
}
