//! Writing a canonical link.

use alloc::string::String;
use core::fmt::{self, Write};

use super::{after_host, is_uri_character};
use crate::{Ai, Elements, LinkError};

pub(crate) fn write(elements: &Elements, stem: &str, unknown: bool) -> Result<String, LinkError> {
    let in_stem = |byte: u8| is_uri_character(byte) && !matches!(byte, b'?' | b'#');
    if after_host(stem.as_bytes()).is_none() || !stem.bytes().all(in_stem) {
        return Err(LinkError::Stem);
    }
    let (key, orders) = elements
        .iter()
        .find_map(|element| Some((element, element.ai().definition().link_key()?)))
        .ok_or(LinkError::NoKey)?;
    // The order that has a place for most of the qualifiers; what is left over must be an attribute.
    let present = |order: &&&[Ai]| order.iter().filter(|ai| elements.get(**ai).is_some()).count();
    let order: &[Ai] = orders.iter().rev().max_by_key(present).copied().unwrap_or_default();
    let mut uri = elements.new_text();
    uri.reserve(stem.len());
    uri.push_str(stem.strip_suffix('/').unwrap_or(stem));
    // Writing to a string cannot fail.
    let _ = write!(uri, "/{}/{}", key.ai(), Encoded(key.value()));
    for ai in order {
        if let Some(value) = elements.get(*ai) {
            let _ = write!(uri, "/{ai}/{}", Encoded(value));
        }
    }
    let mut separator = '?';
    for element in elements.predefined_length_first() {
        let ai = element.ai();
        if ai == key.ai() || order.contains(&ai) {
            continue;
        }
        if !ai.definition().is_link_attribute() || !(unknown || ai.is_known()) {
            return Err(LinkError::NoPlace { ai });
        }
        let _ = write!(uri, "{separator}{ai}={}", Encoded(element.value()));
        separator = '&';
    }
    Ok(uri)
}

/// Displays a value with everything percent-encoded that is not unreserved in RFC 3986.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                f.write_char(char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
