//! The pre-hash text of the CBV's event hash (CBV 2.0, 8.9.2), as the reference implementation makes it.

use super::tree::{children, Node};
use super::value::{double, milliseconds};
use crate::identifier::normal_form;
use crate::Event;

/// An element's name, and the order of the elements in it.
struct Order(&'static str, &'static [Order]);

const EPC: &[Order] = &[Order("epc", &[])];
const QUANTITY: &[Order] =
    &[Order("quantityElement", &[Order("epcClass", &[]), Order("quantity", &[]), Order("uom", &[])])];
const PLACE: &[Order] = &[Order("id", &[])];

const SENSOR_METADATA: &[Order] = &[
    Order("time", &[]),
    Order("startTime", &[]),
    Order("endTime", &[]),
    Order("deviceID", &[]),
    Order("deviceMetadata", &[]),
    Order("rawData", &[]),
    Order("dataProcessingMethod", &[]),
    Order("bizRules", &[]),
];

const SENSOR_REPORT: &[Order] = &[
    Order("type", &[]),
    Order("exception", &[]),
    Order("deviceID", &[]),
    Order("deviceMetadata", &[]),
    Order("rawData", &[]),
    Order("dataProcessingMethod", &[]),
    Order("time", &[]),
    Order("microorganism", &[]),
    Order("chemicalSubstance", &[]),
    Order("value", &[]),
    Order("component", &[]),
    Order("stringValue", &[]),
    Order("booleanValue", &[]),
    Order("hexBinaryValue", &[]),
    Order("uriValue", &[]),
    Order("minValue", &[]),
    Order("maxValue", &[]),
    Order("meanValue", &[]),
    Order("sDev", &[]),
    Order("percRank", &[]),
    Order("percValue", &[]),
    Order("uom", &[]),
    Order("coordinateReferenceSystem", &[]),
];

/// The order of an event's elements. Other elements follow, sorted.
const EVENT: &[Order] = &[
    Order("eventTime", &[]),
    Order("eventTimeZoneOffset", &[]),
    Order("certificationInfo", &[]),
    Order("parentID", &[]),
    Order("epcList", EPC),
    Order("inputEPCList", EPC),
    Order("childEPCs", EPC),
    Order("quantityList", QUANTITY),
    Order("childQuantityList", QUANTITY),
    Order("inputQuantityList", QUANTITY),
    Order("outputEPCList", EPC),
    Order("outputQuantityList", QUANTITY),
    Order("action", &[]),
    Order("transformationID", &[]),
    Order("bizStep", &[]),
    Order("disposition", &[]),
    Order("persistentDisposition", &[Order("set", &[]), Order("unset", &[])]),
    Order("readPoint", PLACE),
    Order("bizLocation", PLACE),
    Order(
        "sensorElementList",
        &[Order(
            "sensorElement",
            &[Order("sensorMetadata", SENSOR_METADATA), Order("sensorReport", SENSOR_REPORT)],
        )],
    ),
];

/// The pre-hash text of an event.
pub(super) fn prehash(event: &Event<'_>) -> String {
    let mut children = children(event);
    let mut text = format!("eventType={}", event.event_type().name());
    text.push_str(&ordered(&mut children, EVENT));
    children.retain(|child| {
        !matches!(child.name.as_str(), "recordTime" | "eventID" | "type" | "errorDeclaration")
    });
    text.push_str(&generic(&children));
    text
}

/// The elements that the order lists, each kind sorted by its text; then the extensions of the parent. Elements that
/// become empty are removed from the children.
fn ordered(children: &mut Vec<Node>, order: &[Order]) -> String {
    let extensions = take_extensions(children);
    let mut text = String::new();
    for Order(name, inner) in order {
        let mut values = Vec::new();
        children.retain_mut(|child| {
            if child.name != *name {
                return true;
            }
            values.extend(element(child, inner));
            !child.children.is_empty()
        });
        values.sort_unstable();
        text.extend(values);
    }
    text.push_str(&generic(&extensions));
    text
}

/// Removes the extensions of an element below the event, if the reference writes them after the element.
///
/// It does so only beside another child, never beside a name with `eventTime` or `action` in it, and only for
/// namespaces that end with a slash; all others it writes at the event's end.
fn take_extensions(children: &mut Vec<Node>) -> Vec<Node> {
    let event = |child: &Node| child.name.contains("eventTime") || child.name.contains("action");
    if children.len() <= 1 || children.iter().any(event) {
        return Vec::new();
    }
    let (extensions, kept) = std::mem::take(children)
        .into_iter()
        .partition(|child| !child.pair && child.name.contains('{') && child.name.contains("/}"));
    *children = kept;
    extensions
}

/// An element of the order; `None` for an empty one.
fn element(node: &mut Node, order: &[Order]) -> Option<String> {
    let inner = if order.is_empty() { String::new() } else { ordered(&mut node.children, order) };
    let name = node.name.to_lowercase();
    let text = node.text.trim();
    let text = if name.contains("time") && !name.contains("offset") {
        milliseconds(text).unwrap_or_else(|| text.to_owned())
    } else {
        canonical(text)
    };
    if text.is_empty() && inner.is_empty() {
        return None;
    }
    let equals = if text.is_empty() { "" } else { "=" };
    Some(format!("{}{equals}{text}{inner}", node.name))
}

/// Elements outside the order, with their content, sorted by their text.
fn generic(nodes: &[Node]) -> String {
    let mut values: Vec<String> = nodes
        .iter()
        .map(|node| {
            if node.pair {
                return generic(&node.children);
            }
            let text = canonical(node.text.trim());
            let equals = if text.is_empty() { "" } else { "=" };
            format!("{}{equals}{text}{}", node.name, generic(&node.children))
        })
        .collect();
    // A pair stays in its order: the type first.
    if !nodes.iter().any(|node| matches!(node.name.as_str(), "bizTransaction" | "source" | "destination")) {
        values.sort_unstable();
    }
    values.concat()
}

/// A value in the form that all its spellings share.
fn canonical(text: &str) -> String {
    let replaced = text.contains("urn:epcglobal:cbv:").then(|| with_web_vocabulary(text));
    let text = replaced.as_deref().unwrap_or(text);
    double(text).or_else(|| normal_form(text)).unwrap_or_else(|| text.to_owned())
}

/// The text with the web vocabulary in place of the URNs of EPCIS 1.x.
fn with_web_vocabulary(text: &str) -> String {
    text.replace("urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-")
        .replace("urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-")
        .replace("urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-")
        .replace("urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-")
        .replace("urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-")
}
