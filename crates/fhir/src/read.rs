//! From bytes to a resource, or to an error that names the element.

use serde::Deserialize;

use crate::{InvalidDate, MAX_ENTRIES};

/// Maximum size of a resource, in bytes.
pub const MAX_RESOURCE_BYTES: usize = 16 << 20;
/// Maximum number of observations, components, codings, links or issues in one resource.
pub const MAX_ITEMS: usize = 1_000;

/// RFC 8259, section 8.1, lets a reader ignore it; editors on Windows write it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why bytes are not the expected resource. It holds none of the resource's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`MAX_RESOURCE_BYTES`].
    #[error("the resource is longer than {MAX_RESOURCE_BYTES} bytes; ask for fewer entries per page")]
    TooLong,
    /// Not JSON.
    #[error("line {line}, column {column}: this is not JSON; send FHIR R4 as JSON, and check the server's address")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 if the whole line is wrong.
        column: usize,
    },
    /// JSON, but another resource.
    #[error("this is not a FHIR resource of the type {expected}; check the server's version and address")]
    WrongType {
        /// The expected type.
        expected: &'static str,
    },
    /// An element is not as R4 defines it.
    #[error("{}{element}: {reason}", place(.entry))]
    Element {
        /// The entry of the bundle, from 0.
        entry: Option<usize>,
        /// By its path, such as `Observation.component[0].code`.
        element: String,
        /// Without the element's value.
        reason: String,
    },
    /// A list has too many items.
    #[error("{}a list has more than {limit} items; ask for fewer entries per page", place(.entry))]
    TooMany {
        /// The entry of the bundle, from 0.
        entry: Option<usize>,
        /// The maximum.
        limit: usize,
    },
}

fn place(entry: &Option<usize>) -> String {
    entry.map(|entry| format!("entry {entry} of the bundle: ")).unwrap_or_default()
}

impl ReadError {
    /// The same, in an entry of a bundle.
    pub(crate) fn in_entry(self, index: usize) -> Self {
        match self {
            Self::Element { element, reason, .. } => Self::Element { entry: Some(index), element, reason },
            Self::TooMany { limit, .. } => Self::TooMany { entry: Some(index), limit },
            other => other,
        }
    }
}

/// A resource that can be read from JSON by itself.
pub trait Readable: Sized {
    /// The name in `resourceType`.
    const TYPE: &'static str;

    /// Reads it from the JSON of a resource of this type.
    fn from_json(json: &str) -> Result<Self, ReadError>;

    /// Whether the resource's lists are short enough.
    fn ensure_bounded(&self) -> Result<(), ReadError>;
}

/// Reads a resource of exactly this type.
///
/// Errors, the first that holds: `TooLong`, `NotJson`, `WrongType`, `Element`, `TooMany`.
pub fn read<R: Readable>(bytes: &[u8]) -> Result<R, ReadError> {
    if bytes.len() > MAX_RESOURCE_BYTES {
        return Err(ReadError::TooLong);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let not_json =
        |error: &serde_json::Error| ReadError::NotJson { line: error.line(), column: error.column() };
    let typed: Typed = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ReadError::WrongType { expected: R::TYPE },
        _ => not_json(&error),
    })?;
    if typed.resource_type != R::TYPE {
        return Err(ReadError::WrongType { expected: R::TYPE });
    }
    // serde_json has just read all of it.
    let json = core::str::from_utf8(bytes).map_err(|_| ReadError::NotJson { line: 1, column: 0 })?;
    let resource = R::from_json(json)?;
    resource.ensure_bounded()?;
    Ok(resource)
}

/// Only the name of a resource's type.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "resourceType")]
    resource_type: String,
}

/// Reads JSON of a known resource; an error names the element by its path.
pub(crate) fn typed<'a, R: Deserialize<'a>>(name: &str, json: &'a str) -> Result<R, ReadError> {
    let mut json = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => name.to_owned(),
            path => format!("{name}.{path}"),
        };
        let (element, reason) = reason(path, error.inner());
        ReadError::Element { entry: None, element, reason }
    })
}

/// The element and what is wrong with it. The messages of serde quote the content: only what they expected is kept.
fn reason(path: String, error: &serde_json::Error) -> (String, String) {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let named = |start: &str| message.strip_prefix(start).and_then(|rest| rest.strip_suffix('`'));
    if let Some(field) = named("missing field `") {
        return (format!("{path}.{field}"), "this element is required, and missing".to_owned());
    }
    if let Some(field) = named("duplicate field `") {
        return (format!("{path}.{field}"), "this element occurs twice".to_owned());
    }
    let reason = if message == InvalidDate.to_string() {
        message.to_owned()
    } else if let Some((_, expected)) = message.rsplit_once(", expected ") {
        format!("expected {}", in_words(expected))
    } else {
        "the value is not valid in FHIR R4".to_owned()
    };
    (path, reason)
}

/// What serde expected, without the names of Rust's types.
fn in_words(expected: &str) -> String {
    match expected {
        "f64" => "a number".to_owned(),
        "a sequence" => "a list".to_owned(),
        other => other.strip_prefix("struct ").map_or_else(|| other.to_owned(), |_| "an object".to_owned()),
    }
}

pub(crate) fn ensure_at_most(count: usize, limit: usize) -> Result<(), ReadError> {
    if count > limit {
        return Err(ReadError::TooMany { entry: None, limit });
    }
    Ok(())
}

pub(crate) fn ensure_entries(count: usize) -> Result<(), ReadError> {
    ensure_at_most(count, MAX_ENTRIES)
}

/// Implements [`Readable`] for a resource that serde reads in one piece, with the lists to bound.
macro_rules! readable {
    ($type:ident, |$resource:ident| [$($list:expr),* $(,)?]) => {
        impl crate::Readable for $type {
            const TYPE: &'static str = stringify!($type);

            fn from_json(json: &str) -> Result<Self, crate::ReadError> {
                crate::read::typed(Self::TYPE, json)
            }

            fn ensure_bounded(&self) -> Result<(), crate::ReadError> {
                let $resource = self;
                let lists: &[usize] = &[$($list),*];
                lists.iter().try_for_each(|count| crate::read::ensure_at_most(*count, crate::MAX_ITEMS))
            }
        }
    };
}
pub(crate) use readable;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_none_of_the_content() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code)]
        struct Sample {
            number: Option<f64>,
            date: Option<crate::Date>,
            needed: bool,
        }
        let reason = |json: &str| typed::<Sample>("Sample", json).unwrap_err().to_string();
        assert_eq!(
            reason(r#"{"number": "Jane, expected soon at line 3", "needed": true}"#),
            "Sample.number: expected a number"
        );
        assert_eq!(reason("{}"), "Sample.needed: this element is required, and missing");
        assert_eq!(reason(r#"{"needed": true, "needed": true}"#), "Sample.needed: this element occurs twice");
        assert!(reason(r#"{"date": "31 February of Jane"}"#).starts_with("Sample.date: not a FHIR date"));
        assert_eq!(reason(r#"{"number": 1e999}"#), "Sample.number: the value is not valid in FHIR R4");
    }
}
