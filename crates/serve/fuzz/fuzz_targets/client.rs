//! Whatever a client writes into X-Forwarded-For, the entry of our proxy says who it is.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderValue};
use serve::client::Client;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n').take(50) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    assert_eq!(Client::of(PEER, &headers, 0).address(), PEER);
    for proxies in [1, 2, 255] {
        let _ = Client::of(PEER, &headers, proxies);
    }
    headers.append("x-forwarded-for", HeaderValue::from_static("203.0.113.7"));
    assert_eq!(Client::of(PEER, &headers, 1).address(), CLIENT);
    headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.2"));
    assert_eq!(Client::of(PEER, &headers, 2).address(), CLIENT);
});
