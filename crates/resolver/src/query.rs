//! The query of a request, as it came.

use crate::Problem;

/// A query: raw, because it is passed on as it came (GS1-Conformant Resolver 2.12).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// Takes a raw query. It must have only the characters that a URI has, so that it can stand in a header.
    pub(crate) fn read(raw: &str) -> Result<Self, Problem> {
        if !raw.bytes().all(is_query_character) {
            return Err(Problem::bad_request(
                "the query has a character that a web address cannot have; write it as % and two hexadecimal digits",
            ));
        }
        Ok(Self(raw.to_owned()))
    }

    /// As it came, without the question mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pairs. Both delimiters of the standard's grammar divide them, `&` and `;` (URI Syntax, *queryStringDelim*).
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.split(['&', ';']).filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }

    /// With `&` as the only delimiter, as the parser of links takes it.
    pub(crate) fn with_ampersands(&self) -> String {
        self.0.replace(';', "&")
    }

    /// The decoded value of a parameter; a second one with this name is refused.
    pub(crate) fn get(&self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut values = self.pairs().filter(|(found, _)| *found == name).map(|(_, value)| value);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Problem::bad_request(format!("{name} is there twice; give it once")));
        }
        let bad = || {
            Problem::bad_request(format!(
                "the value of {name} is not percent-encoded UTF-8; write each byte as % and two hexadecimal digits"
            ))
        };
        decode(value).ok_or_else(bad).map(Some)
    }
}

/// RFC 3986 section 3.4, and without a quotation mark, so that a URI with it can stand between angle brackets in a header.
const fn is_query_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'$'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'_' | b'~' | b'[' | b']')
}

/// Decodes `%XX` once, and `+` as a space.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

/// Encodes all that RFC 3986 does not call unreserved.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_once() {
        let query = Query::read("a=1&linkType=gs1%3Apip;context=x%2520y&flag").unwrap();
        assert_eq!(query.get("linkType").unwrap().as_deref(), Some("gs1:pip"));
        assert_eq!(query.get("context").unwrap().as_deref(), Some("x%20y"));
        assert_eq!(query.get("flag").unwrap().as_deref(), Some(""));
        assert_eq!(query.get("linktype").unwrap(), None);
    }

    #[test]
    fn a_parameter_that_is_there_twice_or_is_not_text_is_refused() {
        for raw in ["linkType=a&linkType=b", "linkType=%", "linkType=%ff", "linkType=%0g"] {
            assert_eq!(Query::read(raw).unwrap().get("linkType").unwrap_err().status(), 400, "{raw}");
        }
    }

    #[test]
    fn a_query_with_a_character_that_ends_a_header_or_a_link_is_refused() {
        for raw in ["a=\r\nSet-Cookie:x", "a=<b>", "a=\"", "a=b c", "a=#", "a=ä", "a=\\", "a=`", "a={b}"] {
            assert_eq!(Query::read(raw).unwrap_err().status(), 400, "{raw}");
        }
    }
}
