//! The parts of GS1 Digital Links that an event needs: key, qualifiers, query.

use super::scheme::Scheme;
use super::text::{decode, encode};
use super::{scheme_named, IdentifierError, DOMAIN};
use crate::limits::MAX_IDENTIFIER;

/// A key's Application Identifier, the short name that links may have instead (Digital Link 1.1), and its scheme
/// without qualifiers.
const KEYS: &[(&str, &str, &str)] = &[
    ("00", "sscc", "sscc"),
    ("01", "gtin", "sgtin"),
    ("253", "gdti", "gdti"),
    ("255", "gcn", "sgcn"),
    ("401", "ginc", "ginc"),
    ("402", "gsin", "gsin"),
    ("414", "gln", "sgln"),
    ("417", "party", "pgln"),
    ("8003", "grai", "grai"),
    ("8004", "giai", "giai"),
    ("8006", "itip", "itip"),
    ("8010", "cpid", "cpi"),
    ("8017", "gsrnp", "gsrnp"),
    ("8018", "gsrn", "gsrn"),
];

/// Qualifiers in the order of a canonical link, with the keys that they qualify.
const QUALIFIERS: &[(&str, &str, &[&str])] = &[
    ("22", "cpv", &["01", "8006"]),
    ("10", "lot", &["01", "8006"]),
    ("21", "ser", &["01", "8006"]),
    ("235", "", &["01"]),
    ("254", "", &["414"]),
    ("8011", "cpsn", &["8010"]),
    ("7040", "", &["417", "8017"]),
    ("8019", "srin", &["8017", "8018"]),
];

/// The parts of a link; values are decoded.
pub(super) struct LinkParts<'l> {
    ai: &'static str,
    pub(super) key: String,
    /// Application Identifier and value, in the order of [`QUALIFIERS`].
    qualifiers: Vec<(&'static str, String)>,
    query: Option<&'l str>,
}

/// Splits a link: the last segment of its path that names a key, its value, and pairs of qualifiers.
pub(super) fn parse(link: &str) -> Result<LinkParts<'_>, IdentifierError> {
    if link.len() > MAX_IDENTIFIER {
        return Err(IdentifierError::TooLong);
    }
    parse_parts(link).ok_or(IdentifierError::NotAnIdentifier)
}

fn parse_parts(link: &str) -> Option<LinkParts<'_>> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
    let (at, (ai, ..)) = segments.iter().enumerate().rev().find_map(|(at, segment)| {
        let found = KEYS.iter().find(|(ai, name, _)| segment == ai || segment == name)?;
        // A qualifier's value may look like a key: the segments after it must form pairs.
        (segments.len().checked_sub(at)? % 2 == 0).then_some((at, *found))
    })?;
    let mut pairs = segments.get(at..)?.chunks_exact(2);
    let key = decode(pairs.next()?.last()?)?;
    let mut qualifiers = Vec::new();
    for pair in pairs {
        let [name, value] = pair else { return None };
        let (qualifier, ..) = QUALIFIERS.iter().find(|(qualifier, short, keys)| {
            (name == qualifier || (!short.is_empty() && name == short)) && keys.contains(&ai)
        })?;
        if qualifiers.iter().any(|(known, _)| known == qualifier) {
            return None;
        }
        qualifiers.push((*qualifier, decode(value)?));
    }
    qualifiers.sort_by_key(|(ai, _)| QUALIFIERS.iter().position(|(known, ..)| known == ai));
    let key = if ai == "01" { pad_gtin(key) } else { key };
    Some(LinkParts { ai, key, qualifiers, query: query.filter(|query| !query.is_empty()) })
}

/// The start of the key in a path: its Application Identifier, and the path from its value on. The value has at
/// least five characters, the first four of them digits.
pub(super) fn key_position(path: &str) -> Option<(&'static str, &str)> {
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('/') {
        rest = after;
        let (segment, value) = rest.split_once('/')?;
        if let Some((ai, ..)) = KEYS.iter().find(|(ai, name, _)| segment == *ai || segment == *name) {
            let digits = value.bytes().take_while(u8::is_ascii_digit).count();
            let length = value.split('/').next().unwrap_or_default().len();
            if digits >= 4 && length >= 5 {
                return Some((ai, value));
            }
        }
    }
    None
}

/// A GTIN in its form of 14 digits.
fn pad_gtin(gtin: String) -> String {
    if matches!(gtin.len(), 8 | 12 | 13) {
        format!("{gtin:0>14}")
    } else {
        gtin
    }
}

impl LinkParts<'_> {
    /// The scheme of the key and its qualifiers.
    pub(super) fn scheme(&self) -> &'static Scheme {
        let has = |ai| self.qualifiers.iter().any(|(known, _)| *known == ai);
        let plain = KEYS.iter().find(|(ai, ..)| *ai == self.ai).map_or("sgtin", |(_, _, scheme)| scheme);
        let name = match self.ai {
            "01" if has("21") => "sgtin",
            "01" if has("235") => "upui",
            "01" if has("10") => "lgtin",
            _ => plain,
        };
        // Every name is in the table, as a test shows.
        scheme_named(name).unwrap_or(&super::SCHEMES[0])
    }

    /// The value at the end of the scheme's URN.
    pub(super) fn qualifier(&self, scheme: &Scheme) -> Option<&str> {
        let wanted = match scheme.tail {
            super::scheme::Tail::Qualifier(ai, _) | super::scheme::Tail::DigitsQualifier(ai, _) => ai,
            super::scheme::Tail::PieceTotalSerial => "21",
            _ => return None,
        };
        self.qualifiers.iter().find(|(ai, _)| *ai == wanted).map(|(_, value)| value.as_str())
    }

    /// The link on GS1's own domain, with qualifiers in canonical order and the query as it was.
    pub(super) fn to_link(&self) -> String {
        let mut link = format!("{DOMAIN}/{}/{}", self.ai, encode(&self.key));
        for (ai, value) in &self.qualifiers {
            link.push_str(&format!("/{ai}/{}", encode(value)));
        }
        if let Some(query) = self.query {
            link.push('?');
            link.push_str(query);
        }
        link
    }
}
