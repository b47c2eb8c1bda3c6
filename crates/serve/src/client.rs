//! Who calls, behind a stated number of proxies.
//!
//! Each proxy appends the address from which it was called to `X-Forwarded-For`. Only the entries of our own proxies can
//! be believed, and these are the last ones: whatever stands before them, anybody can write. So the number of proxies is
//! configured, and counted from the right.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A caller by its address. `Debug` does not show it: an address is personal data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Client(IpAddr);

/// What limits count by: an IPv4 address, or an IPv6 network of 64 bits, because who has one has all addresses in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(Prefix);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Prefix {
    V4(Ipv4Addr),
    V6(u64),
    Unknown,
}

impl Network {
    /// All callers whose address is not known, together.
    pub const UNKNOWN: Self = Self(Prefix::Unknown);
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => Prefix::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                let [a, b, c, d] = [a, b, c, d].map(u64::from);
                Prefix::V6(a << 48 | b << 32 | c << 16 | d)
            }
        })
    }
}

impl Client {
    /// The caller of a request that came from `peer` through `proxies` proxies of ours.
    ///
    /// Without proxies the header is ignored. Where it has fewer entries than there are proxies, or something else than
    /// an address in the place that counts, the peer is the client: such a request came another way.
    #[must_use]
    pub fn of(peer: IpAddr, headers: &HeaderMap, proxies: u8) -> Self {
        let Some(skipped) = usize::from(proxies).checked_sub(1) else { return Self(peer.to_canonical()) };
        // Proxies append to the last header, or add one after it: all are one list (RFC 9110 section 5.3).
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries =
            lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
        let stated = entries.filter(|entry| !entry.is_empty()).nth(skipped).and_then(address);
        Self(stated.unwrap_or(peer).to_canonical())
    }

    /// The address. Do not log it.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.0
    }

    /// What limits count by.
    #[must_use]
    pub fn network(&self) -> Network {
        self.0.into()
    }
}

/// An address as proxies write it: alone, with a port, and IPv6 in brackets or without.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client(…)")
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(…)")
    }
}

/// Middleware that puts the [`Client`] into a request's extensions, behind so many proxies. It takes the peer from
/// [`ConnectInfo`], where [`crate::listen`] puts it; without it there is no client.
pub async fn identify(State(proxies): State<u8>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Some(peer) = peer {
        let client = Client::of(peer, request.headers(), proxies);
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const PEER: &str = "10.0.0.1";

    fn client(proxies: u8, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        Client::of(PEER.parse().unwrap(), &headers, proxies).address().to_string()
    }

    #[test]
    fn without_proxies_a_forged_forwarded_for_is_ignored() {
        assert_eq!(client(0, &["1.2.3.4"]), PEER);
        assert_eq!(client(0, &["1.2.3.4, 5.6.7.8", "9.9.9.9"]), PEER);
    }

    #[test]
    fn a_forged_leftmost_forwarded_for_never_counts() {
        assert_eq!(client(1, &["6.6.6.6, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(client(1, &["6.6.6.6", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(client(2, &["6.6.6.6, 203.0.113.7, 198.51.100.2"]), "203.0.113.7");
        assert_eq!(client(2, &["6.6.6.6,127.0.0.1,203.0.113.7", "198.51.100.2"]), "203.0.113.7");
    }

    #[test]
    fn a_forwarded_for_with_fewer_entries_than_proxies_is_not_believed() {
        assert_eq!(client(1, &[]), PEER);
        assert_eq!(client(2, &["6.6.6.6"]), PEER);
        assert_eq!(client(3, &["6.6.6.6, 203.0.113.7"]), PEER);
        assert_eq!(client(255, &["6.6.6.6, 203.0.113.7"]), PEER);
    }

    #[test]
    fn a_forwarded_for_that_is_not_an_address_is_not_believed_and_no_other_entry_takes_its_place() {
        for entry in
            ["unknown", "_hidden", "1.2.3", "1.2.3.4.5", "999.1.1.1", "[::1", "a\u{e9}", "1.2.3.4:99999"]
        {
            assert_eq!(client(1, &[&format!("6.6.6.6, {entry}")]), PEER, "{entry}");
        }
    }

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        for (entry, address) in [
            ("203.0.113.7:5123", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("  203.0.113.7\t", "203.0.113.7"),
            ("203.0.113.7,", "203.0.113.7"),
        ] {
            assert_eq!(client(1, &[entry]), address, "{entry}");
        }
    }

    #[test]
    fn an_ipv6_client_counts_by_its_network_and_an_ipv4_client_by_its_address() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert!(network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(network("2001:db8:1:2::1") != network("2001:db8:1:3::1"));
        assert!(network("203.0.113.7") == network("::ffff:203.0.113.7"));
        assert!(network("203.0.113.7") != network("203.0.113.8"));
        assert!(network("::") != Network::UNKNOWN && network("0.0.0.0") != network("::"));
    }

    #[test]
    fn nobodys_address_is_shown() {
        let client = Client("203.0.113.7".parse().unwrap());
        assert_eq!(format!("{client:?} {:?}", client.network()), "Client(…) Network(…)");
    }

    proptest! {
        /// Whatever a client writes itself, the proxy's entry decides.
        #[test]
        fn nothing_that_a_client_writes_changes_who_it_is(forged in "[ -~]{0,60}", more in proptest::option::of("[ -~]{0,60}")) {
            let mut lines: Vec<&str> = more.as_deref().into_iter().collect();
            let last = format!("{forged}, 203.0.113.7");
            lines.push(&last);
            prop_assert_eq!(client(1, &lines), "203.0.113.7");
        }

        #[test]
        fn no_header_makes_it_panic(lines in proptest::collection::vec(proptest::collection::vec(32u8..=255, 0..80), 0..4), proxies: u8) {
            let mut headers = HeaderMap::new();
            for line in &lines {
                if let Ok(value) = HeaderValue::from_bytes(line) {
                    headers.append(FORWARDED_FOR, value);
                }
            }
            let _ = Client::of(PEER.parse().unwrap(), &headers, proxies);
        }
    }
}
