//! The header of an EPCISDocument: sender, receiver, and master data (EPCIS 2.0, 9.5).

use super::element::Element;
use crate::json::{Object, Value};

/// Sets the members that replace the header in JSON-LD.
pub(super) fn set(root: &Element, object: &mut Object) {
    let Some(header) = root.child("EPCISHeader") else {
        return;
    };
    // The Standard Business Document Header has a namespace of its own, and any prefix.
    if let Some(business) = local(header, "StandardBusinessDocumentHeader") {
        let texts = [
            ("sender", ["Sender", "Identifier"]),
            ("receiver", ["Receiver", "Identifier"]),
            ("instanceIdentifier", ["DocumentIdentification", "InstanceIdentifier"]),
        ];
        for (name, [outer, inner]) in texts {
            if let Some(element) = local(business, outer).and_then(|outer| local(outer, inner)) {
                object.set(name, element.text.as_str());
            }
        }
    }
    let extended = header.child("extension").unwrap_or(header);
    let list = extended.child("EPCISMasterData").and_then(|data| data.child("VocabularyList"));
    if let Some(list) = list {
        let mut master_data = Object::default();
        master_data.set("vocabularyList", Value::Array(list.children.iter().map(vocabulary).collect()));
        let mut header = Object::default();
        header.set("epcisMasterData", Value::Object(master_data));
        object.set("epcisHeader", Value::Object(header));
    }
}

/// The first child of the name, whatever its prefix.
fn local<'e>(element: &'e Element, name: &str) -> Option<&'e Element> {
    element.children.iter().find(|child| child.name.rsplit(':').next() == Some(name))
}

fn vocabulary(vocabulary: &Element) -> Value {
    let mut object = Object::default();
    if let Some(kind) = vocabulary.attribute("type") {
        object.set("type", kind);
    }
    if let Some(list) = vocabulary.child("VocabularyElementList") {
        object.set("vocabularyElementList", Value::Array(list.children.iter().map(entry).collect()));
    }
    Value::Object(object)
}

fn entry(element: &Element) -> Value {
    let mut object = Object::default();
    if let Some(id) = element.attribute("id") {
        object.set("id", id);
    }
    let attributes: Vec<Value> = named(element, "attribute").map(attribute).collect();
    if !attributes.is_empty() {
        object.set("attributes", Value::Array(attributes));
    }
    if let Some(children) = element.child("children") {
        let ids = named(children, "id").map(|id| id.text.as_str().into());
        object.set("children", Value::Array(ids.collect()));
    }
    Value::Object(object)
}

fn named<'e>(element: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    element.children.iter().filter(move |child| child.name == name)
}

/// An attribute: a text, or an object of the elements in it.
fn attribute(element: &Element) -> Value {
    let mut object = Object::default();
    if let Some(id) = element.attribute("id") {
        object.set("id", id);
    }
    object.set("attribute", super::convert::extension(element, &["id"]));
    Value::Object(object)
}
