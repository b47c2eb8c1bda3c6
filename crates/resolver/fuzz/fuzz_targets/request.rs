//! Whatever a client sends to a resolver, its answer is one of the standard's, and nothing of the request is in a header.
#![no_main]

use std::sync::LazyLock;

use resolver::{Body, Incoming, Resolver, Root, Setup};

static RESOLVER: LazyLock<Resolver> = LazyLock::new(|| {
    let root = Root::read("https://id.example.org").expect("a root");
    Resolver::new(Setup { root, name: "Fuzzed".into(), operator: None, links: vec![] }).expect("no links")
});

libfuzzer_sys::fuzz_target!(|input: &str| {
    let mut lines = input.split('\n');
    let path = lines.next().unwrap_or_default();
    let (query, accept, accept_language) = (lines.next(), lines.next(), lines.next());
    for method in ["GET", "HEAD", "OPTIONS", "POST"] {
        let incoming = Incoming { method, path, query, accept, accept_language };
        let answer = RESOLVER.answer(&incoming, 2026);
        assert!(
            matches!((answer.status, &answer.body), (200 | 204 | 300 | 307 | 400 | 404 | 405 | 414, _)),
            "{}",
            answer.status
        );
        for (name, value) in &answer.headers {
            assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{name}: {value:?}");
        }
        // Only the verdict's address is a redirect of a pack's link, and of this host.
        let location = answer.headers.iter().find(|(name, _)| *name == "location");
        if let Some((_, location)) = location {
            assert!(location.starts_with("https://id.example.org/"), "{location}");
        }
        assert!(answer.status < 400 || matches!(answer.body, Body::Text(_)), "an error without its reason");
    }
});
