//! The form of an identifier in the CBV's event hash (CBV 2.0, 8.9.2).
//!
//! It follows the reference implementation exactly: a canonical Digital Link with only the finest level of
//! identification. Links whose values are percent-encoded stay unchanged, because the reference does not touch them.
//! [`super::canonical`] treats all alike.

use super::scheme::{Layout, Scheme, Tail};
use super::{link, DOMAIN};
use crate::limits::MAX_IDENTIFIER;

/// The normal form; `None` if the reference does not change the text.
pub(crate) fn normal_form(text: &str) -> Option<String> {
    if text.len() > MAX_IDENTIFIER {
        return None;
    }
    if text.starts_with("urn:epc:") {
        of_urn(text)
    } else if text.starts_with("http:") || text.starts_with("https:") {
        of_link(text)
    } else {
        None
    }
}

fn of_urn(urn: &str) -> Option<String> {
    let (scheme, value) = Scheme::of_urn(urn).ok()?;
    let parts = value.split(scheme)?;
    let reference = parts.reference;
    let key = match scheme.layout {
        Layout::Characters(_) | Layout::Characters39(_) => {
            // Checked decoded, kept encoded.
            scheme.key(parts.prefix, reference)?;
            format!("{}{}", parts.prefix, encode_marks(reference))
        }
        _ => scheme.key(parts.prefix, reference)?,
    };
    // The full conversion checks the rest: the serial's length and characters.
    scheme.link_of_urn(value)?;
    let mut link = format!("{DOMAIN}/{}/{key}", scheme.ai);
    if let Some((piece, total)) = parts.piece_total {
        link.push_str(piece);
        link.push_str(total);
    }
    if let Some(serial) = parts.serial {
        let qualifier = match scheme.tail {
            Tail::Qualifier("254", _) if serial == "0" => return Some(link),
            Tail::Qualifier(ai, _) | Tail::DigitsQualifier(ai, _) => Some(ai),
            Tail::PieceTotalSerial => Some("21"),
            _ => None,
        };
        if let Some(ai) = qualifier {
            link.push_str(&format!("/{ai}/"));
        }
        link.push_str(&encode_marks(serial));
    }
    Some(link)
}

/// Encodes the marks that a URN may contain and a link may not.
fn encode_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '!' => out.push_str("%21"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '*' => out.push_str("%2A"),
            '+' => out.push_str("%2B"),
            ',' => out.push_str("%2C"),
            ':' => out.push_str("%3A"),
            other => out.push(other),
        }
    }
    out
}

fn of_link(link: &str) -> Option<String> {
    let path = link.split_once('?').map_or(link, |(path, _)| path);
    let (ai, rest) = link::key_position(path)?;
    let mut segments = rest.split('/');
    let key = segments.next()?;
    let rest: Vec<&str> = segments.collect();
    let key = if ai == "01" { pad(key) } else { key.to_owned() };
    let rest = finest_level(ai, &key, &rest)?;
    valid(ai, &key, rest).then(|| {
        let mut normal = format!("{DOMAIN}/{ai}/{key}");
        if let Some((qualifier, value)) = rest {
            normal.push_str(&format!("/{qualifier}/{value}"));
        }
        normal
    })
}

fn pad(key: &str) -> String {
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        13 => format!("0{key}"),
        12 => format!("00{key}"),
        8..=11 => format!("000000{key}"),
        _ => key.to_owned(),
    }
}

/// The qualifiers without the consumer product variant, and of lot and serial only the serial.
fn finest_level<'l>(ai: &str, key: &str, rest: &[&'l str]) -> Option<Option<(&'static str, &'l str)>> {
    let product = (ai == "01" && key.len() == 14) || (ai == "8006" && key.len() == 18);
    let mut pairs: Vec<(&'static str, &'l str)> = Vec::new();
    for pair in rest.chunks(2) {
        let [name, value] = pair else { return None };
        let name = match *name {
            "22" | "cpv" => "22",
            "10" | "lot" => "10",
            "21" | "ser" => "21",
            "235" => "235",
            "254" => "254",
            "8011" => "8011",
            _ => return None,
        };
        pairs.push((name, value));
    }
    if product {
        match pairs.as_slice() {
            [("22", variant), ..] if is_plain(variant, 20) => {
                pairs.remove(0);
            }
            _ => {}
        }
        if let [("10", lot), ("21", serial)] = pairs.as_slice() {
            if is_plain(lot, 20) && is_plain(serial, 20) {
                pairs.remove(0);
            }
        }
    }
    match pairs.as_slice() {
        [] => Some(None),
        [single] => Some(Some(*single)),
        _ => None,
    }
}

/// Whether key and qualifier have the form of the Application Identifier.
fn valid(ai: &str, key: &str, qualifier: Option<(&str, &str)>) -> bool {
    let digits = |length: usize| key.len() == length && key.bytes().all(|byte| byte.is_ascii_digit());
    let split = |length: usize, most: usize| {
        key.split_at_checked(length).is_some_and(|(number, rest)| {
            number.bytes().all(|byte| byte.is_ascii_digit()) && is_plain(rest, most)
        })
    };
    match (ai, qualifier) {
        ("01", Some(("21" | "10", value))) => digits(14) && is_plain(value, 20),
        ("01", Some(("235", value))) => digits(14) && is_plain(value, 28),
        ("8006", Some(("21" | "10", value))) => digits(18) && is_plain(value, 20),
        ("414", Some(("254", value))) => digits(13) && is_plain(value, 20),
        ("8010", Some(("8011", value))) => {
            is_component(key) && value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        (_, Some(_)) => false,
        ("00" | "8006" | "8017" | "8018", None) => digits(18),
        ("01", None) => digits(14),
        ("402", None) => digits(17),
        ("414" | "417", None) => digits(13),
        ("253", None) => split(13, 17),
        ("255", None) => (13..=25).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_digit()),
        ("8003", None) => split(14, 16),
        ("401" | "8004", None) => is_plain(key, 30),
        ("8010", None) => is_component(key),
        _ => false,
    }
}

/// The characters that the reference accepts in a link's value: those that need no percent-encoding there.
fn is_plain(text: &str, most: usize) -> bool {
    text.len() <= most
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'-' | b'.' | b';'..=b'?' | b'_')
        })
}

fn is_component(key: &str) -> bool {
    key.len() <= 30
        && key
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'#' | b'-'))
}
