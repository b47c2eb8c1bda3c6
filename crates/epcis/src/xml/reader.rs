//! From text to elements. A DOCTYPE, entities other than XML's own, and deep nesting are refused.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceError, PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;

use super::element::Element;
use crate::context::Namespaces;
use crate::json::ensure_distinct;
use crate::limits::{MAX_DEPTH, MAX_VALUES};
use crate::ReadError;

/// Namespaces whose elements JSON-LD writes with bare names.
const OWN: &str = "urn:epcglobal:epcis";

/// The namespace of `xsi:schemaLocation` and the like, which carry no content of events.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The document's root element, and the prefixes of its extensions.
pub(super) fn read(text: &str) -> Result<(Element, Namespaces), ReadError> {
    if let Some((position, _)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        return Err(ReadError::InvalidXmlCharacter { position });
    }
    let mut xml = NsReader::from_str(text);
    xml.config_mut().check_comments = true;
    let mut builder = Builder::default();
    loop {
        let event = match xml.read_event() {
            Ok(event) => event,
            Err(error) => return Err(malformed(position(&xml), &error)),
        };
        match event {
            Event::Start(start) => builder.open(&xml, &start)?,
            Event::Empty(start) => {
                builder.open(&xml, &start)?;
                builder.close(&xml)?;
            }
            Event::End(_) => builder.close(&xml)?,
            Event::Text(text) => builder.text(&xml, &text.xml10_content())?,
            Event::CData(text) => builder.text(&xml, &text.xml10_content())?,
            Event::GeneralRef(name) => {
                let mut resolved = String::new();
                push_reference(&name, position(&xml), &mut resolved)?;
                builder.text(&xml, &resolved)?;
            }
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().and_then(Result::ok).unwrap_or_default();
                if !["", "utf-8", "utf-16", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) {
                    return Err(ReadError::UnsupportedEncoding { name: encoding.into_owned() });
                }
            }
            Event::DocType(_) => return Err(ReadError::DoctypeRefused),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    builder.finish()
}

/// The characters of XML 1.0 (production 2).
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

fn position(xml: &NsReader<&[u8]>) -> usize {
    usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX)
}

fn malformed(position: usize, error: &quick_xml::Error) -> ReadError {
    match error {
        quick_xml::Error::Namespace(NamespaceError::TooManyBindings(_)) => ReadError::TooManyNamespaces,
        quick_xml::Error::Syntax(_) => ReadError::UnexpectedEnd,
        other => ReadError::Malformed { position, reason: other.to_string() },
    }
}

/// Appends the character that a reference stands for.
fn push_reference(name: &str, position: usize, out: &mut String) -> Result<(), ReadError> {
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => {
            let code = match name.strip_prefix('#').map(|number| (number, number.strip_prefix('x'))) {
                Some((_, Some(hex))) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16).ok()
                }
                Some((number, None)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    number.parse().ok()
                }
                Some(_) => None,
                None => return Err(ReadError::UnknownEntity { name: name.to_owned() }),
            };
            let character = code.and_then(char::from_u32).filter(|character| is_allowed(*character));
            character.ok_or(ReadError::InvalidXmlCharacter { position })?
        }
    };
    out.push(character);
    Ok(())
}

/// An attribute's value: references resolved, white space turned into spaces.
fn attribute_value(raw: &str, position: usize) -> Result<String, ReadError> {
    let wrong = |reason: &str| ReadError::Malformed { position, reason: reason.to_owned() };
    if raw.contains('<') {
        return Err(wrong("a < in an attribute must be written &lt;"));
    }
    let mut value = String::with_capacity(raw.len());
    let mut parts = raw.split('&');
    value.extend(parts.next().unwrap_or_default().chars().map(spaced));
    for part in parts {
        let (name, rest) =
            part.split_once(';').ok_or_else(|| wrong("an & in an attribute must be written &amp;"))?;
        push_reference(name, position, &mut value)?;
        value.extend(rest.chars().map(spaced));
    }
    Ok(value)
}

fn spaced(character: char) -> char {
    if matches!(character, '\t' | '\n' | '\r') {
        ' '
    } else {
        character
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    namespaces: Namespaces,
    /// Elements and attributes so far.
    values: usize,
}

impl Builder {
    fn open(&mut self, xml: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let position = position(xml);
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadError::TooDeep { position });
        }
        if self.root.is_some() {
            return Err(ReadError::TrailingText { position });
        }
        self.count()?;
        let mut attributes = Vec::new();
        for attribute in start.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|error| ReadError::Malformed { position, reason: error.to_string() })?;
            self.count()?;
            let value = attribute_value(&attribute.value, position)?;
            match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Named(prefix)) => self.declare(prefix, &value)?,
                Some(PrefixDeclaration::Default) => {}
                None => {
                    let (namespace, _) = xml.resolver().resolve_attribute(attribute.key);
                    if let Some(name) = self.name(attribute.key, namespace)? {
                        attributes.push((name, value));
                    }
                }
            }
        }
        ensure_distinct(attributes.iter().map(|(name, _)| name))?;
        let (namespace, _) = xml.resolver().resolve_element(start.name());
        let name = self.name(start.name(), namespace)?.unwrap_or_default();
        self.open.push(Element { name, attributes, ..Element::default() });
        Ok(())
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_VALUES {
            return Err(ReadError::TooManyValues);
        }
        Ok(())
    }

    fn close(&mut self, xml: &NsReader<&[u8]>) -> Result<(), ReadError> {
        // The reader refuses an end without a start.
        let mut element = self.open.pop().ok_or(ReadError::TrailingText { position: position(xml) })?;
        let trimmed = element.text.trim();
        if trimmed.len() < element.text.len() {
            element.text = trimmed.to_owned();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, xml: &NsReader<&[u8]>, text: &str) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(ReadError::TrailingText { position: position(xml) }),
        }
        Ok(())
    }

    /// Declares a prefix for the whole document, or another one if this one already has another namespace.
    fn declare(&mut self, prefix: &str, uri: &str) -> Result<(), ReadError> {
        if uri.starts_with(OWN) || uri == XSI || self.namespaces.uri(prefix) == Some(uri) {
            return Ok(());
        }
        if self.namespaces.prefix(uri).is_some() {
            return Ok(());
        }
        if self.namespaces.uri(prefix).is_none() {
            return self.namespaces.declare(prefix, uri);
        }
        let free =
            (1u32..).map(|number| format!("ns{number}")).find(|name| self.namespaces.uri(name).is_none());
        self.namespaces.declare(&free.unwrap_or_default(), uri)
    }

    /// A name as JSON-LD writes it; `None` for names that carry no content of events.
    fn name(&mut self, name: QName<'_>, namespace: ResolveResult<'_>) -> Result<Option<String>, ReadError> {
        let local = name.local_name().into_inner();
        match namespace {
            ResolveResult::Unbound => Ok(Some(local.to_owned())),
            ResolveResult::Unknown(prefix) => Err(ReadError::UndeclaredPrefix { prefix }),
            ResolveResult::Bound(uri) => {
                let uri = uri.into_inner();
                if uri == XSI || uri == "http://www.w3.org/XML/1998/namespace" {
                    return Ok(None);
                }
                if uri.starts_with(OWN) {
                    return Ok(Some(local.to_owned()));
                }
                let prefix = name.prefix().map(|prefix| prefix.into_inner().to_owned());
                self.declare(prefix.as_deref().unwrap_or("ns"), uri)?;
                let standard = prefix.filter(|prefix| self.namespaces.uri(prefix) == Some(uri));
                let prefix = standard.or_else(|| self.namespaces.prefix(uri).map(str::to_owned));
                Ok(Some(format!("{}:{local}", prefix.unwrap_or_default())))
            }
        }
    }

    fn finish(self) -> Result<(Element, Namespaces), ReadError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok((root, self.namespaces)),
            _ => Err(ReadError::UnexpectedEnd),
        }
    }
}
