//! The prefixes that a JSON-LD context or XML namespace declarations define.

use crate::json::Value;
use crate::limits::MAX_NAMESPACES;
use crate::ReadError;

/// The context that EPCIS 2.0 documents name. It is known here and never fetched.
pub const STANDARD_CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// The namespace of the CBV's terms.
pub(crate) const CBV: &str = "https://ref.gs1.org/cbv/";

/// The namespace of the GS1 web vocabulary.
pub(crate) const GS1_VOC: &str = "https://gs1.org/voc/";

/// Prefixes that the standard's own context declares.
const STANDARD: [(&str, &str); 4] = [
    ("cbv", CBV),
    ("gs1", GS1_VOC),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("cbvmda", "urn:epcglobal:cbv:mda"),
];

/// Prefixes and the namespaces that they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(Vec<(String, String)>);

impl Namespaces {
    /// The prefixes of a JSON-LD context: a string, an object, or an array of them. Contexts that are given by
    /// their address are not fetched.
    pub(crate) fn from_context(context: Option<&Value>) -> Result<Self, ReadError> {
        let mut namespaces = Namespaces::default();
        if let Some(context) = context {
            namespaces.extend(context)?;
        }
        Ok(namespaces)
    }

    /// Adds the declarations of a further context; the last declaration of a prefix counts.
    pub(crate) fn extend(&mut self, context: &Value) -> Result<(), ReadError> {
        for part in context.as_set() {
            for (prefix, target) in part.as_object().into_iter().flat_map(|object| object.iter()) {
                let uri = match target {
                    Value::String(uri) => Some(uri.as_str()),
                    Value::Object(term) => term.get("@id").and_then(Value::as_str),
                    _ => None,
                };
                if let (Some(uri), false) = (uri, prefix.starts_with('@')) {
                    self.declare(prefix, uri)?;
                }
            }
        }
        Ok(())
    }

    /// Declares one prefix.
    pub(crate) fn declare(&mut self, prefix: &str, uri: &str) -> Result<(), ReadError> {
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| known == prefix) {
            uri.clone_into(old);
        } else if self.0.len() >= MAX_NAMESPACES {
            return Err(ReadError::TooManyNamespaces);
        } else {
            self.0.push((prefix.to_owned(), uri.to_owned()));
        }
        Ok(())
    }

    /// The namespace of a prefix: as the document declares it, otherwise as the standard's context does.
    #[must_use]
    pub fn uri(&self, prefix: &str) -> Option<&str> {
        let declared = self.0.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str());
        declared.or_else(|| STANDARD.iter().find(|(known, _)| *known == prefix).map(|(_, uri)| *uri))
    }

    /// The prefix that the document declares for a namespace.
    pub(crate) fn prefix(&self, uri: &str) -> Option<&str> {
        self.0.iter().find(|(_, known)| known == uri).map(|(prefix, _)| prefix.as_str())
    }

    /// Namespace and local part of a name like `example:field`; `None` if its prefix is missing or unknown.
    #[must_use]
    pub fn split<'n>(&self, name: &'n str) -> Option<(&str, &'n str)> {
        let (prefix, local) = name.split_once(':')?;
        Some((self.uri(prefix)?, local))
    }

    /// How many prefixes are declared.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The declared prefixes in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()))
    }
}
