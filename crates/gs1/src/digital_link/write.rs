//! Writing a canonical link.

use alloc::string::String;

use super::{after_host, is_uri_character};
use crate::{Ai, Elements, LinkError};

impl Elements {
    /// As a GS1 Digital Link under `stem`, for example `https://id.gs1.org`.
    ///
    /// The first primary key of the data begins it and its qualifiers follow in the path. All other fields are in the
    /// query, those of predefined length first. Characters that RFC 3986 does not call unreserved are percent-encoded.
    /// An identifier that the standard does not define is refused.
    pub fn to_digital_link(&self, stem: &str) -> Result<String, LinkError> {
        write(self, stem, false)
    }

    /// As [`Elements::to_digital_link`], with identifiers that the standard does not define in the query.
    pub fn to_digital_link_with_unknown(&self, stem: &str) -> Result<String, LinkError> {
        write(self, stem, true)
    }
}

fn write(elements: &Elements, stem: &str, unknown: bool) -> Result<String, LinkError> {
    let in_stem = |byte: u8| is_uri_character(byte) && !matches!(byte, b'?' | b'#');
    if after_host(stem.as_bytes()).is_none() || !stem.bytes().all(in_stem) {
        return Err(LinkError::Stem);
    }
    let (key, orders) = elements
        .iter()
        .find_map(|element| Some((element, element.ai().definition().link_key()?)))
        .ok_or(LinkError::NoKey)?;
    // The order that has a place for most of the qualifiers; the others must be attributes.
    let present = |order: &&&[Ai]| order.iter().filter(|ai| elements.get(**ai).is_some()).count();
    let order: &[Ai] = orders.iter().rev().max_by_key(present).copied().unwrap_or_default();
    let mut uri = elements.new_text(stem.len());
    uri.push_str(stem.strip_suffix('/').unwrap_or(stem));
    push(&mut uri, '/', key.ai(), '/', key.value());
    for ai in order {
        if let Some(value) = elements.get(*ai) {
            push(&mut uri, '/', *ai, '/', value);
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
        push(&mut uri, separator, ai, '=', element.value());
        separator = '&';
    }
    Ok(uri)
}

/// Adds an identifier and its value; all characters that RFC 3986 does not call unreserved are percent-encoded.
fn push(uri: &mut String, before: char, ai: Ai, between: char, value: &str) {
    uri.push(before);
    uri.extend(ai.digits());
    uri.push(between);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase();
            uri.extend(['%', digit(byte >> 4), digit(byte & 0x0F)]);
        }
    }
}
