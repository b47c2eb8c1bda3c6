//! GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::elements::{Reader, Unescaped};
use crate::{Ai, Element, Elements, LinkError, ParseError, ParseErrorKind};

/// The stem of canonical links.
pub const CANONICAL_STEM: &str = "https://id.gs1.org";

/// A primary key with the orders in which its qualifiers may follow it in the path; each order excludes the others.
struct Key {
    ai: Ai,
    qualifiers: &'static [&'static [Ai]],
}

const fn key(number: u16, qualifiers: &'static [&'static [Ai]]) -> Key {
    Key { ai: Ai::known(number), qualifiers }
}

const CPV: Ai = Ai::known(22);
const UIC: &[Ai] = &[Ai::known(7040)];
const SRIN: &[Ai] = &[Ai::known(8019)];

const KEYS: &[Key] = &[
    key(0, &[]),
    key(1, &[&[CPV, Ai::LOT, Ai::SERIAL], &[Ai::known(235)]]),
    key(253, &[]),
    key(255, &[]),
    key(401, &[]),
    key(402, &[]),
    key(414, &[&[Ai::known(254)], UIC]),
    key(415, &[&[Ai::known(8020)]]),
    key(417, &[UIC]),
    key(8003, &[]),
    key(8004, &[UIC]),
    key(8006, &[&[CPV, Ai::LOT, Ai::SERIAL]]),
    key(8010, &[&[Ai::known(8011)]]),
    key(8013, &[]),
    key(8017, &[SRIN]),
    key(8018, &[SRIN]),
];

impl Key {
    fn of(ai: Ai) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.ai == ai)
    }

    fn has_qualifier(&self, ai: Ai) -> bool {
        self.qualifiers.iter().any(|order| order.contains(&ai))
    }

    /// Whether these qualifiers follow one of the orders; some may be left out.
    fn permits(&self, given: &[Ai]) -> bool {
        given.is_empty()
            || self.qualifiers.iter().any(|order| {
                let mut order = order.iter();
                given.iter().all(|ai| order.any(|next| next == ai))
            })
    }
}

/// The names that the first versions of the standard allowed for identifiers in the path.
fn path_identifier(segment: &[u8]) -> Option<Ai> {
    Some(Ai::known(match segment {
        b"sscc" => 0,
        b"gtin" => 1,
        b"lot" => 10,
        b"ser" => 21,
        b"cpv" => 22,
        b"gdti" => 253,
        b"glnx" => 254,
        b"gcn" => 255,
        b"ginc" => 401,
        b"gsin" => 402,
        b"gln" => 414,
        b"payTo" => 415,
        b"grai" => 8003,
        b"giai" => 8004,
        b"itip" => 8006,
        b"cpid" => 8010,
        b"cpsn" => 8011,
        b"gmn" => 8013,
        b"gsrnp" => 8017,
        b"gsrn" => 8018,
        b"srin" => 8019,
        b"refno" => 8020,
        digits => return Ai::from_digits(digits),
    }))
}

/// Whether the text begins like a link, in capital or small letters.
pub(crate) fn is_uri(input: &[u8]) -> bool {
    after_scheme(input).is_some()
}

fn after_scheme(input: &[u8]) -> Option<&[u8]> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = input.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme.as_bytes()).then_some(rest)
    })
}

/// Whether a byte may stand in a URI by itself (RFC 3986).
const fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' | b'_' | b'~')
}

fn split_once(text: &[u8], separator: impl Fn(u8) -> bool) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| separator(*byte)).and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// The part of a URI after its host; `None` if there is no scheme or the host is not a plain one.
fn after_host(uri: &[u8]) -> Option<&[u8]> {
    let rest = after_scheme(uri)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']');
    (!host.is_empty() && host.iter().all(plain)).then_some(rest)
}

/// A piece of the input and the position of its first byte.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Piece<'a> {
    fn split(self, separator: u8) -> impl Iterator<Item = Piece<'a>> {
        let mut position = self.position;
        self.text.split(move |byte| *byte == separator).map(move |text| {
            let piece = Piece { text, position };
            position = position.saturating_add(text.len()).saturating_add(1);
            piece
        })
    }

    fn fault(self, kind: ParseErrorKind) -> ParseError {
        ParseError { position: self.position, kind }
    }

    /// Resolves `%XX`, and in a query `+`, which stands for a space.
    fn decode(self, in_query: bool) -> Result<Unescaped, ParseError> {
        let mut decoded = Unescaped::default();
        let mut bytes = self.text.iter().copied().zip(self.position..);
        while let Some((byte, position)) = bytes.next() {
            let byte = match byte {
                b'%' => {
                    let mut digit = || bytes.next().and_then(|(byte, _)| char::from(byte).to_digit(16));
                    digit()
                        .zip(digit())
                        .and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
                        .ok_or(ParseError { position, kind: ParseErrorKind::UriCharacter })?
                }
                b'+' if in_query => b' ',
                other => other,
            };
            decoded.push(byte, position);
        }
        Ok(decoded)
    }

    /// Decodes this piece as the value of `ai` and adds it. A GTIN of 8, 12 or 13 digits gets its leading zeros.
    fn read_value(self, ai: Ai, in_query: bool, reader: &mut Reader) -> Result<(), ParseError> {
        let decoded = self.decode(in_query)?;
        let end = self.position.saturating_add(self.text.len());
        let zeros = match decoded.bytes.len() {
            length @ (8 | 12 | 13) if ai == Ai::GTIN => 14usize.saturating_sub(length),
            _ => 0,
        };
        let mut value: Vec<u8> = core::iter::repeat_n(b'0', zeros).collect();
        value.extend_from_slice(&decoded.bytes);
        reader.push(ai, &value, |index| decoded.position(index.saturating_sub(zeros), end))
    }
}

/// Reads a link that begins at `offset` of what was scanned.
pub(crate) fn read(uri: &[u8], offset: usize, reader: &mut Reader) -> Result<(), ParseError> {
    let whole = Piece { text: uri, position: offset };
    if let Some(index) = uri.iter().position(|byte| !is_uri_character(*byte)) {
        return Err(ParseError {
            position: offset.saturating_add(index),
            kind: ParseErrorKind::UriCharacter,
        });
    }
    let rest = after_host(uri).ok_or_else(|| whole.fault(ParseErrorKind::Uri))?;
    let position = offset.saturating_add(uri.len()).saturating_sub(rest.len());
    let (rest, _fragment) = split_once(rest, |byte| byte == b'#');
    let (path, query) = split_once(rest, |byte| byte == b'?');
    let key = read_path(Piece { text: path, position }, reader)?;
    if let Some(query) = query {
        let position = position.saturating_add(path.len()).saturating_add(1);
        read_query(Piece { text: query, position }, key, reader)?;
    }
    Ok(())
}

/// Reads the key, which is the last one in the path, and the qualifiers after it.
fn read_path(path: Piece, reader: &mut Reader) -> Result<&'static Key, ParseError> {
    // The path begins with a slash, so the first segment is empty.
    let segments: Vec<Piece> = path.split(b'/').skip(1).collect();
    let mut found = None;
    let mut qualifiers = Vec::new();
    for pair in segments.rchunks_exact(2) {
        let [name, value] = pair else { break };
        let ai = path_identifier(name.text);
        found = ai.and_then(Key::of).map(|key| (key, *value));
        if found.is_some() {
            break;
        }
        qualifiers.push((ai, *name, *value));
    }
    let (key, value) = found.ok_or_else(|| path.fault(ParseErrorKind::NoKey))?;
    value.read_value(key.ai, false, reader)?;
    let mut given = Vec::new();
    for (ai, name, value) in qualifiers.into_iter().rev() {
        let ai = ai.ok_or_else(|| name.fault(ParseErrorKind::UnknownAi))?;
        given.push(ai);
        if !key.permits(&given) {
            return Err(name.fault(ParseErrorKind::Misplaced { ai }));
        }
        value.read_value(ai, false, reader)?;
    }
    Ok(key)
}

/// Reads the attributes. Parameters whose name is no number belong to others, such as `linkType`.
fn read_query(query: Piece, key: &Key, reader: &mut Reader) -> Result<(), ParseError> {
    for parameter in query.split(b'&') {
        let (name, Some(value)) = split_once(parameter.text, |byte| byte == b'=') else {
            continue;
        };
        if name.is_empty() || !name.iter().all(u8::is_ascii_digit) {
            continue;
        }
        let ai = Ai::from_digits(name).ok_or_else(|| parameter.fault(ParseErrorKind::UnknownAi))?;
        if reader.elements.get(ai).is_some() {
            return Err(parameter.fault(ParseErrorKind::Duplicate { ai }));
        }
        if !ai.is_link_attribute() || key.has_qualifier(ai) {
            return Err(parameter.fault(ParseErrorKind::Misplaced { ai }));
        }
        let position = parameter.position.saturating_add(name.len()).saturating_add(1);
        Piece { text: value, position }.read_value(ai, true, reader)?;
    }
    Ok(())
}

pub(crate) fn write(elements: &Elements, stem: &str) -> Result<String, LinkError> {
    let in_stem = |byte: u8| is_uri_character(byte) && !matches!(byte, b'?' | b'#');
    if after_host(stem.as_bytes()).is_none() || !stem.bytes().all(in_stem) {
        return Err(LinkError::Stem);
    }
    let key = elements.iter().find_map(|element| Key::of(element.ai())).ok_or(LinkError::NoKey)?;
    let given: Vec<Ai> = elements.iter().map(Element::ai).filter(|ai| key.has_qualifier(*ai)).collect();
    let order: &[Ai] = match key.qualifiers {
        [] => &[],
        [first, ..] => key
            .qualifiers
            .iter()
            .copied()
            .find(|order| given.iter().all(|ai| order.contains(ai)))
            .ok_or_else(|| LinkError::NoPlace {
                ai: given.iter().copied().find(|ai| !first.contains(ai)).unwrap_or(key.ai),
            })?,
    };
    let mut uri = String::from(stem.trim_end_matches('/'));
    for ai in core::iter::once(&key.ai).chain(order) {
        if let Some(value) = elements.get(*ai) {
            // Writing to a string cannot fail.
            let _ = write!(uri, "/{ai}/{}", Encoded(value));
        }
    }
    let mut separator = '?';
    for element in elements.predefined_length_first() {
        let ai = element.ai();
        if ai == key.ai || given.contains(&ai) {
            continue;
        }
        if !ai.is_link_attribute() {
            return Err(LinkError::NoPlace { ai });
        }
        let _ = write!(uri, "{separator}{ai}={}", Encoded(element.value()));
        separator = '&';
    }
    Ok(uri)
}

/// Displays a value with everything percent-encoded that is not unreserved in RFC 3986.
struct Encoded<'a>(&'a str);

impl core::fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
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
