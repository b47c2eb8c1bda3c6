//! An event as the tree of elements on which the CBV's hash is defined: that of the XML binding.

use crate::context::Namespaces;
use crate::json::{Object, Value};
use crate::vocabulary::{expand_gs1_curie, vocabulary_of};
use crate::Event;

/// An element: name, text, children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// `{namespace}local` for an extension.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
    /// A business transaction, source or destination: its children are its type and its identifier, in this order.
    pub(super) pair: bool,
    /// An entry of an array, of which the XML binding may name both the list and the entry.
    entry: bool,
}

/// The children of an event's element.
pub(super) fn children(event: &Event<'_>) -> Vec<Node> {
    let builder = Builder { namespaces: event.namespaces, ignored: event.ignored };
    corrected(builder.members("", event.body))
}

struct Builder<'a> {
    namespaces: &'a Namespaces,
    ignored: &'a [String],
}

impl Builder<'_> {
    /// The members of an object as elements; one for each element of an array.
    fn members(&self, parent: &str, object: &Object) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (name, value) in object.iter() {
            if matches!(name, "#text" | "@context" | "comment" | "rdfs:comment") || self.is_ignored(name) {
                continue;
            }
            match (name, value) {
                ("bizTransactionList" | "sourceList" | "destinationList", Value::Array(entries)) => {
                    let children =
                        entries.iter().filter_map(Value::as_object).map(|entry| self.pair(name, entry));
                    nodes.push(Node {
                        name: name.to_owned(),
                        children: children.collect(),
                        ..Node::default()
                    });
                }
                (_, Value::Array(values)) => nodes.extend(
                    values.iter().map(|value| Node { entry: true, ..self.node(parent, name, value) }),
                ),
                (_, value) => nodes.push(self.node(parent, name, value)),
            }
        }
        nodes
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.ignored.iter().any(|ignored| {
            ignored == name || matches!((self.namespaces.split(ignored), self.namespaces.split(name)), (Some(left), Some(right)) if left == right)
        })
    }

    fn node(&self, parent: &str, name: &str, value: &Value) -> Node {
        let (text, children) = match value {
            Value::Bool(value) => (value.to_string(), Vec::new()),
            Value::Number(digits) => (digits.clone(), Vec::new()),
            Value::String(text) => (self.text(parent, name, text), Vec::new()),
            // An array in an array: elements without a name.
            Value::Array(values) => {
                (String::new(), values.iter().map(|value| self.node(parent, "", value)).collect())
            }
            Value::Object(object) => {
                let text = object.get("#text").and_then(Value::as_str).unwrap_or_default();
                (text.to_owned(), self.members(name, object))
            }
        };
        Node { name: self.name(name), text, children, ..Node::default() }
    }

    fn text(&self, parent: &str, name: &str, text: &str) -> String {
        match vocabulary_of(parent, name) {
            Some(vocabulary) => vocabulary.expand(text, self.namespaces),
            None => expand_gs1_curie(text, self.namespaces),
        }
        .into_owned()
    }

    fn name(&self, name: &str) -> String {
        match self.namespaces.split(name) {
            Some((uri, local)) => format!("{{{uri}}}{local}"),
            None => name.to_owned(),
        }
    }

    fn pair(&self, list: &str, entry: &Object) -> Node {
        let kind = entry.get("type").map(|kind| self.node(list, "type", kind));
        let others = entry.iter().filter(|(name, _)| *name != "type");
        let children = kind.into_iter().chain(others.map(|(name, value)| self.node(list, name, value)));
        Node { children: children.collect(), pair: true, ..Node::default() }
    }
}

/// Gives the children the structure and the names of the XML binding where JSON omits elements.
///
/// An extension is a list only if JSON writes an array: `ext:partsList` with the members `ext:part` and `ext:total` has
/// them as its own elements in XML too.
fn corrected(children: Vec<Node>) -> Vec<Node> {
    let mut kept = Vec::new();
    let mut lists: Vec<Node> = Vec::new();
    for mut child in children {
        let Some(entry) = entry_name(&child) else {
            if !child.children.iter().any(|entry| entry.pair) {
                child.children = corrected(child.children);
            }
            kept.push(child);
            continue;
        };
        // The elements of one list are consecutive, because they come from one array.
        if lists.last().is_none_or(|list| list.name != child.name) {
            lists.push(Node { name: child.name.clone(), ..Node::default() });
        }
        if let Some(list) = lists.last_mut() {
            list.children.push(Node { name: entry, children: corrected(child.children), ..child });
        }
    }
    kept.extend(lists);
    kept
}

/// The name that the XML binding gives the entry of a list; `None` for an element that is not an entry.
fn entry_name(node: &Node) -> Option<String> {
    if node.name.starts_with('{') && !node.entry {
        return None;
    }
    Some(match node.name.as_str() {
        "bizTransactionList" | "sourceList" | "destinationList" => return None,
        "childEPCs" | "inputEPCList" | "outputEPCList" => "epc".to_owned(),
        "quantityList" | "inputQuantityList" | "outputQuantityList" | "childQuantityList" => {
            "quantityElement".to_owned()
        }
        name => name.strip_suffix("List")?.to_owned(),
    })
}
