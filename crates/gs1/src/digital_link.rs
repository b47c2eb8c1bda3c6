//! GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax).

mod read;
mod write;

pub(crate) use read::read;

use crate::Ai;

/// The stem of canonical links.
pub const CANONICAL_STEM: &str = "https://id.gs1.org";

/// Whether the text begins like a link.
pub(crate) fn is_uri(input: &[u8]) -> bool {
    after_scheme(input).is_some()
}

/// The standard has the scheme in small letters, or in capitals for the alphanumeric mode of QR Codes.
fn after_scheme(input: &[u8]) -> Option<&[u8]> {
    [b"https://" as &[u8], b"HTTPS://", b"http://", b"HTTP://"]
        .iter()
        .find_map(|scheme| input.strip_prefix(*scheme))
}

/// The part of a URI after its host; `None` if the scheme is missing or the host is not plain.
fn after_host(uri: &[u8]) -> Option<&[u8]> {
    let rest = after_scheme(uri)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']');
    (!host.is_empty() && host.iter().all(plain)).then_some(rest)
}

/// Whether a byte may be in a URI without percent-encoding (RFC 3986).
const fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' | b'_' | b'~')
}

/// The orders in which qualifiers may follow a primary key in the path.
type Orders = &'static [&'static [Ai]];

/// Whether these qualifiers follow one of the orders; some may be left out.
fn permits(orders: Orders, given: impl Iterator<Item = Ai> + Clone) -> bool {
    given.clone().next().is_none()
        || orders.iter().any(|order| {
            let mut order = order.iter();
            given.clone().all(|ai| order.any(|next| *next == ai))
        })
}
