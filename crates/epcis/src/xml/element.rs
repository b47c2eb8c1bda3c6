//! An element of an XML document.

/// An element. Names are written as JSON-LD writes them: bare for the standard's own, `prefix:local` for others.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text between the tags, trimmed.
    pub(super) text: String,
}

impl Element {
    /// The first child of the name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Whether the name is an extension's: it has a prefix.
pub(super) fn is_extension(name: &str) -> bool {
    name.contains(':')
}
