//! Reading a link.

use super::{after_host, is_uri_character, permits, Orders};
use crate::definition::ai;
use crate::reader::Reader;
use crate::{Ai, ParseError, ParseErrorKind};

/// The names that version 1.1 of the standard allowed for identifiers in the path.
fn convenience_alpha(name: &[u8]) -> Option<Ai> {
    Some(ai(match name {
        b"sscc" => "00",
        b"gtin" => "01",
        b"lot" => "10",
        b"ser" => "21",
        b"cpv" => "22",
        b"gdti" => "253",
        b"glnx" => "254",
        b"gcn" => "255",
        b"ginc" => "401",
        b"gsin" => "402",
        b"gln" => "414",
        b"payTo" => "415",
        b"party" => "417",
        b"grai" => "8003",
        b"giai" => "8004",
        b"itip" => "8006",
        b"cpid" => "8010",
        b"cpsn" => "8011",
        b"gmn" => "8013",
        b"gsrnp" => "8017",
        b"gsrn" => "8018",
        b"srin" => "8019",
        b"refno" => "8020",
        _ => return None,
    }))
}

fn split_once(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator).and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// A piece of the input and the position of its first byte.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Piece<'a> {
    fn split(self, separator: u8) -> impl Iterator<Item = Piece<'a>> + Clone {
        let mut position = self.position;
        self.text.split(move |byte| *byte == separator).map(move |text| {
            let piece = Piece { text, position };
            position = position.saturating_add(text.len()).saturating_add(1);
            piece
        })
    }

    /// The text before the last separator, and the text after it.
    fn split_last(self, separator: u8) -> Option<(Piece<'a>, Piece<'a>)> {
        let at = self.text.iter().rposition(|byte| *byte == separator)?;
        let (before, after) = self.text.split_at_checked(at)?;
        let position = self.position.saturating_add(at).saturating_add(1);
        Some((Piece { text: before, ..self }, Piece { text: after.get(1..)?, position }))
    }

    fn fault(self, kind: ParseErrorKind) -> ParseError {
        ParseError { position: self.position, kind }
    }

    /// The index of the first percent sign that is not followed by two hexadecimal digits.
    fn bad_escape(self) -> Option<usize> {
        let followed = |index: usize, by: usize| {
            self.text.get(index.saturating_add(by)).is_some_and(u8::is_ascii_hexdigit)
        };
        let signs = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'%').map(|(index, _)| index);
        signs.into_iter().find(|index| !(followed(*index, 1) && followed(*index, 2)))
    }

    /// The bytes with `%XX` resolved, and in a query `+`, which stands for a space; each with its index.
    fn decoded(self, in_query: bool) -> impl Iterator<Item = (usize, u8)> + 'a {
        let mut bytes = self.text.iter().copied().enumerate();
        core::iter::from_fn(move || {
            let (index, byte) = bytes.next()?;
            let byte = match byte {
                b'%' => {
                    let mut digit = || char::from(bytes.next()?.1).to_digit(16);
                    let (high, low) = (digit()?, digit()?);
                    u8::try_from(high << 4 | low).ok()?
                }
                b'+' if in_query => b' ',
                other => other,
            };
            Some((index, byte))
        })
    }

    /// Decodes this piece as the value of `ai` and adds it.
    fn read_value(self, ai: Ai, in_query: bool, reader: &mut Reader) -> Result<(), ParseError> {
        if let Some(index) = self.bad_escape() {
            let position = self.position.saturating_add(index);
            return Err(ParseError { position, kind: ParseErrorKind::UriCharacter });
        }
        let plain = !self.text.iter().any(|byte| *byte == b'%' || (*byte == b'+' && in_query));
        let zeros = match self.text.len() {
            _ if ai != Ai::GTIN || !reader.permissions.zero_suppressed_gtins => 0,
            _ => match self.decoded(in_query).count() {
                length @ (8 | 12 | 13) => 14_usize.saturating_sub(length),
                _ => 0,
            },
        };
        let added = if plain && zeros == 0 {
            reader.push(ai, self.text)
        } else {
            let bytes = self.decoded(in_query).map(|(_, byte)| byte);
            reader.push_unescaped(ai, core::iter::repeat_n(b'0', zeros).chain(bytes))
        };
        added.map_err(|error| {
            let index = error.position.saturating_sub(zeros);
            let index = self.decoded(in_query).nth(index).map_or(self.text.len(), |(index, _)| index);
            ParseError { position: self.position.saturating_add(index), ..error }
        })
    }
}

/// Reads a link that begins at `offset` of what was scanned.
pub(crate) fn read(uri: &[u8], offset: usize, reader: &mut Reader) -> Result<(), ParseError> {
    let whole = Piece { text: uri, position: offset };
    if let Some(index) = uri.iter().position(|byte| !is_uri_character(*byte)) {
        let position = offset.saturating_add(index);
        return Err(ParseError { position, kind: ParseErrorKind::UriCharacter });
    }
    let rest = after_host(uri).ok_or_else(|| whole.fault(ParseErrorKind::Uri))?;
    let position = offset.saturating_add(uri.len()).saturating_sub(rest.len());
    let (rest, _fragment) = split_once(rest, b'#');
    let (path, query) = split_once(rest, b'?');
    let orders = read_path(Piece { text: path, position }, reader)?;
    if let Some(query) = query {
        let position = position.saturating_add(path.len()).saturating_add(1);
        read_query(Piece { text: query, position }, orders, reader)?;
    }
    Ok(())
}

/// The identifier that a segment of the path names.
fn path_identifier(name: &[u8], reader: &Reader) -> Option<Ai> {
    let alphas = reader.permissions.convenience_alphas;
    alphas.then(|| convenience_alpha(name)).flatten().or_else(|| reader.permissions.ai(name))
}

/// Reads the key, which is the last one in the path, and the qualifiers after it.
fn read_path(path: Piece, reader: &mut Reader) -> Result<Orders, ParseError> {
    // From the end, in pairs of a name and a value.
    let mut rest = path;
    let (key, orders, value) = loop {
        let no_key = path.fault(ParseErrorKind::NoKey);
        let (before, value) = rest.split_last(b'/').ok_or(no_key)?;
        let (before, name) = before.split_last(b'/').ok_or(no_key)?;
        let key = path_identifier(name.text, reader);
        if let Some((key, orders)) = key.and_then(|ai| Some((ai, ai.definition().link_key()?))) {
            if !before.text.is_empty() && !reader.permissions.link_paths {
                return Err(path.fault(ParseErrorKind::LinkPath));
            }
            break (key, orders, value);
        }
        rest = before;
    };
    value.read_value(key, false, reader)?;
    let end = value.position.saturating_sub(path.position).saturating_add(value.text.len());
    let qualifiers =
        Piece { text: path.text.get(end..).unwrap_or_default(), position: path.position.saturating_add(end) };
    let mut segments = qualifiers.split(b'/').skip(1);
    let mut given = [Ai::GTIN; MOST_QUALIFIERS];
    let mut count = 0_usize;
    while let (Some(name), Some(value)) = (segments.next(), segments.next()) {
        let ai = path_identifier(name.text, reader).ok_or_else(|| name.fault(ParseErrorKind::UnknownAi))?;
        let misplaced = name.fault(ParseErrorKind::Misplaced { ai });
        *given.get_mut(count).ok_or(misplaced)? = ai;
        count = count.saturating_add(1);
        if !permits(orders, given.iter().take(count).copied()) {
            return Err(misplaced);
        }
        value.read_value(ai, false, reader)?;
    }
    Ok(orders)
}

/// The longest order has three qualifiers: CPV, lot and serial.
const MOST_QUALIFIERS: usize = 3;

/// Reads the attributes. Parameters whose name is not a number, such as `linkType`, belong to others and are ignored.
fn read_query(query: Piece, orders: Orders, reader: &mut Reader) -> Result<(), ParseError> {
    let in_path = reader.elements.len();
    for parameter in query.split(b'&') {
        let (name, Some(value)) = split_once(parameter.text, b'=') else {
            continue;
        };
        if name.is_empty() || !name.iter().all(u8::is_ascii_digit) {
            continue;
        }
        let ai = reader.permissions.ai(name).ok_or_else(|| parameter.fault(ParseErrorKind::UnknownAi))?;
        if reader.elements.get(ai).is_some() {
            return Err(parameter.fault(ParseErrorKind::Duplicate { ai }));
        }
        if !reader.permissions.is_link_attribute(ai) || belongs_in_path(ai, orders, reader, in_path) {
            return Err(parameter.fault(ParseErrorKind::Misplaced { ai }));
        }
        let position = parameter.position.saturating_add(name.len()).saturating_add(1);
        Piece { text: value, position }.read_value(ai, true, reader)?;
    }
    Ok(())
}

/// Whether an attribute is a qualifier that could stand in the path with those that are there.
fn belongs_in_path(ai: Ai, orders: Orders, reader: &Reader, in_path: usize) -> bool {
    let given = || reader.elements.iter().take(in_path).skip(1);
    orders.iter().any(|order| order.contains(&ai) && given().all(|element| order.contains(&element.ai())))
}
