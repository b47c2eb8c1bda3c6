//! Lossless JSON: numbers keep their digits, and a duplicate member is refused.
//!
//! General JSON libraries read numbers as doubles and keep the last of two equal members. A hash needs the exact
//! number, and two readers of one document must not see two different events.

use std::fmt::Write as _;

use crate::limits::{MAX_DEPTH, MAX_NUMBER, MAX_VALUES};
use crate::ReadError;

/// A JSON value. Null is missing: JSON-LD drops a member whose value is null (JSON-LD 1.1, 4.1), and so does
/// the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A number, in the digits of the document.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// The members of an object in their order; names are unique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(pub(crate) Vec<(String, Value)>);

impl Value {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// The text departs from RFC 8259, has a duplicate member, or exceeds [`crate::limits`].
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let mut parser = Parser { text, at: 0, depth: 0, values: 0 };
        let value = parser.value()?.unwrap_or_else(|| Value::Object(Object::default()));
        parser.skip_space();
        if parser.at < text.len() {
            return Err(ReadError::TrailingText { position: parser.at });
        }
        Ok(value)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of an array; a single value counts as an array of one, as in JSON-LD.
    #[must_use]
    pub fn as_set(&self) -> &[Value] {
        match self {
            Value::Array(values) => values,
            single => std::slice::from_ref(single),
        }
    }

    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(digits) => out.push_str(digits),
            Value::String(text) => write_string(text, out),
            Value::Array(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Value::Object(object) => object.write(out),
        }
    }
}

/// The value as JSON, without spaces.
impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        formatter.write_str(&text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl Object {
    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// All members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Sets a member, and replaces its earlier value.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(name, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Whether the text is a number as JSON writes it.
pub(crate) fn is_number(text: &str) -> bool {
    text.len() <= MAX_NUMBER && number_length(text.as_bytes()) == Some(text.len())
}

/// The length of the JSON number at the start, in bytes; `None` if there is none.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let integer = digits(at);
    if integer == 0 || (integer > 1 && bytes.get(at) == Some(&b'0')) {
        return None;
    }
    at = at.saturating_add(integer);
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at.saturating_add(1));
        if fraction == 0 {
            return None;
        }
        at = at.saturating_add(fraction).saturating_add(1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at = at.saturating_add(1);
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at = at.saturating_add(1);
        }
        let exponent = digits(at);
        if exponent == 0 {
            return None;
        }
        at = at.saturating_add(exponent);
    }
    Some(at)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    values: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    fn skip_space(&mut self) {
        let space =
            self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.advance(space);
    }

    fn unexpected(&self) -> ReadError {
        if self.at >= self.text.len() {
            ReadError::UnexpectedEnd
        } else {
            ReadError::UnexpectedCharacter { position: self.at }
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.advance(1);
        Ok(())
    }

    /// A value; `None` for null.
    fn value(&mut self) -> Result<Option<Value>, ReadError> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_VALUES {
            return Err(ReadError::TooManyValues);
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object).map(|object| Some(Value::Object(object))),
            Some(b'[') => self.nested(Self::array).map(|values| Some(Value::Array(values))),
            Some(b'"') => self.string().map(|text| Some(Value::String(text))),
            Some(b'-' | b'0'..=b'9') => self.number().map(|digits| Some(Value::Number(digits))),
            Some(b't') => self.word("true").map(|()| Some(Value::Bool(true))),
            Some(b'f') => self.word("false").map(|()| Some(Value::Bool(false))),
            Some(b'n') => self.word("null").map(|()| None),
            _ => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), ReadError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.unexpected());
        }
        self.advance(word.len());
        Ok(())
    }

    fn nested<T>(&mut self, read: fn(&mut Self) -> Result<T, ReadError>) -> Result<T, ReadError> {
        if self.depth >= MAX_DEPTH {
            return Err(ReadError::TooDeep { position: self.at });
        }
        self.depth = self.depth.saturating_add(1);
        self.advance(1);
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    fn object(&mut self) -> Result<Object, ReadError> {
        let mut members = Vec::new();
        let mut names = Vec::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.advance(1);
            return Ok(Object::default());
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            match self.value()? {
                Some(value) => members.push((name, value)),
                None => names.push(name),
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => self.advance(1),
                Some(b'}') => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.advance(1);
        ensure_distinct(names.iter().chain(members.iter().map(|(name, _)| name)))?;
        Ok(Object(members))
    }

    fn array(&mut self) -> Result<Vec<Value>, ReadError> {
        let mut values = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.advance(1);
            return Ok(values);
        }
        loop {
            values.extend(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.advance(1),
                Some(b']') => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.advance(1);
        Ok(values)
    }

    fn number(&mut self) -> Result<String, ReadError> {
        let position = self.at;
        let length = number_length(self.rest()).ok_or(ReadError::InvalidNumber { position })?;
        if length > MAX_NUMBER {
            return Err(ReadError::NumberTooLong { position });
        }
        self.advance(length);
        Ok(self.text.get(position..self.at).unwrap_or_default().to_owned())
    }

    fn string(&mut self) -> Result<String, ReadError> {
        self.expect(b'"')?;
        let mut text = String::new();
        loop {
            let plain =
                self.rest().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1F)).count();
            let end = self.at.saturating_add(plain);
            text.push_str(self.text.get(self.at..end).unwrap_or_default());
            self.at = end;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let position = self.at;
                    text.push(self.escape().ok_or(ReadError::InvalidEscape { position })?);
                }
                _ => return Err(self.unexpected()),
            }
        }
        self.advance(1);
        Ok(text)
    }

    fn escape(&mut self) -> Option<char> {
        let kind = *self.rest().get(1)?;
        self.advance(2);
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                if (0xD800..0xDC00).contains(&first) {
                    if !self.rest().starts_with(b"\\u") {
                        return None;
                    }
                    self.advance(2);
                    let second = self.hex4()?;
                    char::decode_utf16([first, second]).next()?.ok()?
                } else {
                    char::from_u32(u32::from(first))?
                }
            }
            _ => return None,
        })
    }

    fn hex4(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        self.advance(4);
        Some(unit)
    }
}

/// Refuses duplicate names, in the time of a sort.
pub(crate) fn ensure_distinct<'n>(names: impl Iterator<Item = &'n String>) -> Result<(), ReadError> {
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(ReadError::DuplicateKey {
            name: pair.first().map_or_else(String::new, |name| (*name).to_owned()),
        }),
        None => Ok(()),
    }
}
