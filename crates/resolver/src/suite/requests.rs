//! What is a request, and what every answer has.

use super::*;

#[test]
fn get_head_and_options_are_answered_and_nothing_else() {
    let ask = |method| resolver().answer(&Incoming { method, path: PRODUCT, ..Incoming::default() }, 2026);
    let (got, head) = (ask("GET"), ask("HEAD"));
    assert_eq!(got.status, 307);
    assert_eq!((head.status, &head.headers, head.head), (307, &got.headers, true));
    let options = ask("OPTIONS");
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(options.header("link"), got.header("link"), "the suite looks for it here");
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "get", ""] {
        let answer = ask(method);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{method}");
    }
}

#[test]
fn every_answer_may_be_read_from_every_origin() {
    let answers = [
        get(PACK, ""),
        get(PACK, "linkType=linkset"),
        get(PACK, "linkType=gs1:nosuchlt"),
        get("/01/1", ""),
        get("/.well-known/gs1resolver", ""),
        resolver().answer(&Incoming { method: "OPTIONS", path: "/01/1", ..Incoming::default() }, 2026),
        resolver().answer(&Incoming { method: "POST", path: PACK, ..Incoming::default() }, 2026),
    ];
    for answer in answers {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("link, location"));
    }
}

#[test]
fn a_compressed_uri_is_answered_as_the_uncompressed_one() {
    let plain = get("/01/09506000134352/10/ABC-123/21/XYZ%2F7", "17=280229");
    let compressed = get(COMPRESSED, "");
    assert_eq!(location(&compressed), location(&plain));
    assert_eq!(
        location(&compressed),
        (307, "https://id.example.org/verify/01/09506000134352/10/ABC-123/21/XYZ%2F7?17=280229")
    );
    assert!(matches!(get_as(COMPRESSED, "", BROWSER, "").body, Body::Page(_)), "and never to itself");
}

#[test]
fn a_compressed_uri_names_the_uncompressed_one() {
    let link =
        "<https://id.example.org/01/09506000134352/10/ABC-123/21/XYZ%2F7?17=280229>; rel=\"owl:sameAs\"";
    for query in ["", "linkType=linkset"] {
        let answer = get(COMPRESSED, query);
        assert!(answer.header("link").unwrap().contains(link), "{answer:?}");
        assert!(!get(PACK, query).header("link").unwrap().contains("owl:sameAs"));
    }
}

#[test]
fn a_parameter_in_a_compressed_uri_is_one_of_the_request() {
    // `/01/09506000134352?linkType=gs1:pip`, compressed with its parameter by the public reference.
    assert_eq!(get("/ARFKk4XBoeIlinkTypegfPzYuuGng", "").status, 404, "there is no product page");
}

#[test]
fn a_uri_that_is_not_valid_is_answered_400() {
    for path in [
        "/01/09506000134352/foo",
        "/01/09506000134353",
        "/01/0950600013435",
        "/01",
        "/01/",
        "/01/09506000134352/10",
        "/01/09506000134352/21/12345XYZ/10/ABC123",
        "/01/09506000134352/17/261231",
        "/01/09506000134352/99/ABC",
        "/01/09506000134352/10/A%0D%0AB",
        "/01/09506000134352/10/%zz",
        "/21/2018/01/70614141123451",
        "/ZZZZZZZZZZZZ",
        "/eh3016",
    ] {
        let answer = get(path, "");
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let detail = document(&answer)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(';') && !detail.contains("12345XYZ"), "cause; remedy: {detail}");
    }
}

#[test]
fn no_error_is_answered_200() {
    for (path, query) in [
        ("/01/1", ""),
        (PACK, "linkType=gs1:nosuchlt"),
        (PACK, "17=999999"),
        ("/00/376104250021234569", ""),
        ("/", ""),
    ] {
        for accept in ["*/*", BROWSER, "application/json", "application/linkset+json"] {
            assert!(get_as(path, query, accept, "").status >= 400, "{path} {query} {accept}");
        }
    }
}

#[test]
fn who_names_the_page_or_the_verdict_gets_it_at_the_same_address() {
    for path in [PACK.to_owned(), format!("/verify{PACK}")] {
        let page = get_as(&path, "", BROWSER, "");
        assert!(page.status == 200 && matches!(page.body, Body::Page(_)));
        let verdict = get_as(&path, "", "application/json", "");
        assert!(verdict.status == 200 && matches!(verdict.body, Body::Verdict(_)));
        for answer in [page, verdict] {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
        }
    }
    assert!(matches!(get(&format!("/verify{PACK}"), "linkType=gs1:pip").body, Body::Page(_)), "no loop");
}

#[test]
fn a_request_of_lightweight_messaging_is_answered_where_it_is_asked() {
    let answer = get(PACK, "17=280229&linkType=verificationService&context=dscsaSaleableReturn");
    let Body::Verification(request) = &answer.body else { panic!("{answer:?}") };
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(request.identity().pack().serial(), Some("XYZ/7"));
}

#[test]
fn a_trailing_slash_changes_nothing() {
    for path in [PRODUCT, LOT, PACK, COMPRESSED] {
        assert_eq!(get(&format!("{path}/"), ""), get(path, ""));
    }
}

#[test]
fn nothing_of_a_request_reaches_a_header_undone() {
    for (path, query) in [
        (PACK, "x=%0d%0aSet-Cookie:%20a"),
        ("/01/09506000134352/10/%22%3E", "linkType=gs1:traceability"),
        ("/01/09506000134352/10/A%2C%3B%3C", ""),
    ] {
        for (name, value) in get(path, query).headers {
            let plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            assert!(plain && !value.contains("\">\""), "{name}: {value}");
        }
    }
    assert_eq!(get(PACK, "a=\r\nSet-Cookie: b").status, 400);
    assert_eq!(get(PACK, "a=><").status, 400);
}

mod any_request {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn gets_an_answer_whose_headers_can_be_sent(
            path in "(/verify|/verification-service)?(/01/09506000134352(/(10|21|22)/[!-~]{1,12}){0,3}|/[ -~]{0,30})",
            query in "((linkType|context|17|corrUUID|x)=[!-~]{0,16}&?){0,3}",
            accept in "[ -~]{0,40}",
            languages in "[ -~]{0,40}",
        ) {
            let answer = get_as(&path, &query, &accept, &languages);
            prop_assert!([200, 300, 307, 400, 404].contains(&answer.status), "{}", answer.status);
            for (name, value) in &answer.headers {
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value}");
            }
            let names: std::collections::BTreeSet<_> = answer.headers.iter().map(|(name, _)| name).collect();
            prop_assert_eq!(names.len(), answer.headers.len(), "each name once");
            if let Some(location) = answer.header("location") {
                prop_assert!(location.starts_with("https://id.example.org/") || location.starts_with("https://example.com/"));
            }
        }
    }
}
