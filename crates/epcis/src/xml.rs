//! The XML binding: read into elements, and converted to the members of the JSON-LD binding.

mod convert;
mod element;
mod header;
mod reader;

use crate::{Document, ReadError};

/// Reads an XML document.
pub(crate) fn read(text: &str) -> Result<Document, ReadError> {
    let (root, namespaces) = reader::read(text)?;
    Document::from_root(convert::document(root, &namespaces)?)
}
