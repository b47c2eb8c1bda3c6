//! Heads, paths, methods and tokens that are not as they should be.

use serde_json::Value;

use super::{bearer, Rig, LIST, LIST_TOKEN};
use crate::counter::{LINK, TILL_TOKEN};

#[test]
fn a_head_that_can_be_read_in_two_ways_is_refused() {
    let rig = Rig::new("heads").published();
    let get = |more: &str| {
        format!("GET {LINK} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{more}\r\n").into_bytes()
    };
    let post = |more: &str, body: &str| {
        let head =
            "POST /verify HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n";
        format!("{head}{more}\r\n{body}").into_bytes()
    };
    let json = "accept: application/json\r\n";
    for (what, request, status) in [
        ("an ordinary one", get(json), 200),
        ("two different lengths", post("content-length: 2\r\ncontent-length: 20\r\n", "{}"), 400),
        ("a list of lengths", post("content-length: 2, 20\r\n", "{}"), 400),
        ("a negative length", post("content-length: -1\r\n", "{}"), 400),
        ("a length that is none", post("content-length: 0x2\r\n", "{}"), 400),
        ("an unknown coding", post("transfer-encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400),
        ("a chunk that is none", post("transfer-encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"), 400),
        ("a chunk of 2^64 bytes", post("transfer-encoding: chunked\r\n", "ffffffffffffffff0\r\n"), 400),
        ("two hosts", get("host: b\r\n"), 400),
        ("no host", format!("GET {LINK} HTTP/1.1\r\n\r\n").into_bytes(), 400),
        ("a header of 100 kB", get(&format!("x-long: {}\r\n", "a".repeat(100_000))), 431),
        ("150 headers", get(&"x-many: a\r\n".repeat(150)), 431),
        ("CR in a value", get("x-cr: a\rb\r\n"), 400),
        ("NUL in a value", get("x-nul: a\0b\r\n"), 400),
        ("a folded value", get("x-fold: a\r\n b\r\n"), 400),
        ("a blank before the colon", get("x-blank : a\r\n"), 400),
        (
            "Accept of 10 kB",
            get(&format!("accept: {}application/json\r\n", "text/x;q=0.1,".repeat(780))),
            307,
        ),
        ("Accept that is none", get(&format!("accept: {}\r\n", ";=,\"".repeat(2_500))), 307),
        ("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), 0),
        ("TLS where there is none", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400),
    ] {
        let answer = rig.ask(&request);
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        // Nothing of a request stands in a header of its answer.
        assert!(!answer.head.contains("text/x") && !answer.head.contains("x-many"), "{what}: {answer:?}");
    }
    // Where both lengths are given, chunks count, and what follows is no second request of the same connection.
    let smuggled = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n";
    let both = format!(
        "POST /verify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\
         transfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
    );
    let answer = rig.ask(both.as_bytes());
    assert!(!answer.body.contains("theriac_gateway_"), "{answer:?}");
    rig.serves();
    rig.end(&[]);
}

#[test]
fn a_path_is_decoded_once_and_read_whole() {
    let rig = Rig::new("paths").published();
    let pack = |serial: &str| format!("/01/09506000134352/10/ABC123/21/{serial}");
    let serial_of = |answer: &super::Answer| answer.json()["pack"]["serial"].clone();
    for (path, serial) in [
        (pack("AB%2FCD"), "AB/CD"),
        (pack("AB%2fCD"), "AB/CD"),
        (pack("S0000007/"), "S0000007"),
        (pack("ABC%2540XYZ"), "ABC%40XYZ"),
        (pack("%2e%2e"), ".."),
        (pack(".."), ".."),
        (format!("http://elsewhere.example{LINK}"), "S0000007"),
    ] {
        let answer = rig.get(&path);
        assert_eq!((answer.status, serial_of(&answer)), (200, Value::from(serial)), "{path}: {answer:?}");
        assert!(!answer.head.contains("elsewhere"), "{answer:?}");
    }
    let order = rig.get("/01/09506000134352/21/S0000007/10/ABC123");
    order.says(400, "not-a-digital-link");
    let detail = order.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("/10/ lot, /21/ serial"), "the order is not named: {detail}");
    for (path, status) in [
        ("/21/2018/01/70614141123451".to_owned(), 400),
        (pack("AB/CD"), 400),
        (pack("ABC%40XYZ"), 400),
        (pack("A%00B"), 400),
        (pack("A%0D%0ASet-Cookie:%20a"), 400),
        (pack("A%FFB"), 400),
        (pack("A%C3%A9B"), 400),
        (pack("A%ZZ"), 400),
        (pack("A%"), 400),
        (pack("A\\B"), 400),
        ("/01/09506000134352//10/ABC123/21/S0000007".to_owned(), 400),
        ("/01/../verify".to_owned(), 400),
        ("/01/%2e%2e/%2e%2e/etc/passwd".to_owned(), 400),
        ("/../../etc/passwd".to_owned(), 404),
        ("/%2e%2e/%2e%2e/etc/passwd".to_owned(), 404),
        ("//evil.example/01/09506000134352".to_owned(), 404),
        ("/history/../verify".to_owned(), 400),
        (format!("/history{LINK}?limit=101"), 400),
        (format!("/history{LINK}?limit=99999999"), 400),
        (format!("/history{LINK}?after=%FF"), 400),
        (format!("/history{LINK}?after=99999999999999999999-1"), 400),
        (format!("/history{LINK}?unknown=1"), 400),
        (format!("{LINK}?linkType={}", "x".repeat(2_000)), 404),
        (format!("/01/{}", "9".repeat(9_000)), 414),
        (format!("{LINK}?{}", "a=b&".repeat(3_000)), 414),
        (format!("/01/{}", "9".repeat(60_000)), 431),
    ] {
        let answer = rig.get(&path);
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(!answer.head.contains("set-cookie"), "{answer:?}");
        if status != 431 {
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(';') || status == 414, "no remedy: {detail}");
        }
    }
    // Bytes that no address has end the request before it is one.
    for bytes in [&b"\0"[..], b"\xff\xfe", b"\x7f"] {
        let request = [b"GET /01/".as_slice(), bytes, b" HTTP/1.1\r\nhost: a\r\n\r\n"].concat();
        assert_eq!(rig.ask(&request).status, 400, "{bytes:?}");
    }
    rig.end(&["evil.example", "etc/passwd", "ABC123", "AB/CD"]);
}

#[test]
fn every_address_names_its_methods_and_gives_the_others_405() {
    let rig = Rig::new("methods").published();
    let resolver = "get, head, options";
    for (path, allowed, readable) in [
        (LINK, resolver, true),
        ("/verification-service/01/09506000134352/10/ABC123/21/S0000007", resolver, true),
        ("/verify/01/09506000134352/10/ABC123/21/S0000007", resolver, true),
        ("/.well-known/gs1resolver", resolver, true),
        ("/verify", "get, head, options, post", true),
        ("/history/01/09506000134352/10/ABC123", "get, head, options", true),
        ("/openapi.json", "get, head, options", true),
        ("/alive", "get, head", false),
        ("/ready", "get, head", false),
        ("/metrics", "get, head", false),
        ("/style.css", "get, head", false),
    ] {
        let headers = [("accept", "application/json"), ("origin", "https://elsewhere.example")];
        let get = rig.send("GET", path, &headers, b"");
        let head = rig.send("HEAD", path, &headers, b"");
        assert_eq!((head.status, &*head.body), (get.status, ""), "{path}: {head:?}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        let of_all = readable.then_some("*");
        assert_eq!(get.header("access-control-allow-origin"), of_all, "{path}: {get:?}");
        assert_eq!(get.header("access-control-allow-credentials"), None);
        let mut unknown = vec!["PUT", "DELETE", "PATCH", "TRACE", "BREW", "QUERY", "get"];
        if !allowed.contains("options") {
            unknown.push("OPTIONS");
        } else {
            let preflight = rig.send("OPTIONS", path, &headers, b"");
            assert_eq!(preflight.status, 204, "{path}: {preflight:?}");
            assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
            assert!(preflight.header("access-control-allow-methods").is_some(), "{preflight:?}");
        }
        if !allowed.contains("post") {
            unknown.push("POST");
        }
        for method in unknown {
            let answer = rig.send(method, path, &headers, b"");
            answer.says(405, "method-not-allowed");
            let mut found: Vec<&str> = answer.header("allow").unwrap().split(',').map(str::trim).collect();
            found.sort_unstable();
            assert_eq!(found.join(", "), allowed, "{method} {path}");
        }
    }
    rig.end(&["elsewhere.example"]);
}

#[test]
fn a_token_opens_what_its_role_may_and_nothing_else() {
    let rig = Rig::new("tokens-shown");
    let wrong = ("authorization", "Bearer wrong-token-of-nobody-00000000000000001");
    let basic = ("authorization", "Basic dGlsbC10b2tlbi1vZi10aGUtY29ybmVyLXBoYXJtYWN5LTAwMDE=");
    let (list, till) = (bearer(LIST_TOKEN), bearer(TILL_TOKEN));
    for (path, right, other) in [(LIST, list, till), ("/packs/basket", till, list)] {
        for (headers, status, challenge) in [
            (&[][..], 401, "bearer"),
            (&[wrong], 401, "bearer error=\"invalid_token\""),
            (&[basic], 401, "bearer"),
            (&[right, right], 401, "bearer"),
            (&[right, other], 401, "bearer"),
            (&[other], 403, "bearer error=\"insufficient_scope\""),
        ] {
            let answer = rig.send("GET", path, headers, b"");
            let found = (answer.status, answer.header("www-authenticate"));
            assert_eq!(found, (status, Some(challenge)), "{path}: {answer:?}");
        }
        // In the query it is none, and is not shown again.
        let asked = format!("{path}?access_token={TILL_TOKEN}");
        assert_eq!(rig.send("GET", &asked, &[], b"").status, 401);
    }
    rig.send("GET", LIST, &[list], b"").says(404, "no-list");
    // This one is a token for tills, and no till of the configuration has its name.
    rig.send("GET", "/packs/basket", &[till], b"").says(403, "no-till");
    for method in ["PUT", "DELETE"] {
        assert_eq!(rig.send(method, LIST, &[], b"").status, 401);
        assert_eq!(rig.send(method, LIST, &[till], b"").status, 403);
    }
    // A token that is shown where none is needed changes nothing.
    assert_eq!(rig.send("GET", "/alive", &[wrong], b"").status, 200);
    rig.end(&["wrong-token", "dGlsbC10b2tlbi"]);
}
