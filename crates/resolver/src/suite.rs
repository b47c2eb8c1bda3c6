//! The statements that a GS1-Conformant Resolver is checked by, one test each, over the answers of [`Resolver`].
//!
//! The first part are the statements of release 1.2 (`Conformance1_2.txt` of `gs1/GS1DL-resolver-testsuite`, commit e3485a5),
//! the second part the further checks of that suite, in our words. HTTP, TLS and the sending of bodies are the gateway's.
//!
//! | statement | test |
//! | --- | --- |
//! | GET, HEAD and OPTIONS | `get_head_and_options_are_answered_and_nothing_else` |
//! | CORS | `every_answer_may_be_read_from_every_origin` |
//! | decompresses a compressed URI | `a_compressed_uri_is_answered_as_the_uncompressed_one` |
//! | exposes the uncompressed URI as `owl:sameAs` | `a_compressed_uri_names_the_uncompressed_one` |
//! | validates the URI and reports errors with 400 | `a_uri_that_is_not_valid_is_answered_400` |
//! | no 200 for an error | `no_error_is_answered_200` |
//! | `linkType=linkset` (before: `all`) gives all links | `the_linkset_is_given_and_not_redirected` |
//! | links of each level up to the key | `the_linkset_has_the_links_of_every_level_up_to_the_key` |
//! | the subject is the uncompressed URI | `the_anchor_is_the_uncompressed_uri` |
//! | links to the linkset, also when redirecting | `a_redirect_links_to_the_linkset` |
//! | one default link | `each_level_has_one_default_link_with_a_title_and_nothing_else` |
//! | each link has target, type and title | `the_linkset_is_valid_by_its_schemas` |
//! | redirects to the default link | `who_accepts_anything_is_sent_to_the_default_link` |
//! | redirects to the requested link type | `a_requested_link_type_is_redirected_to` |
//! | passes the query on | `a_redirect_passes_the_query_on` |
//! | description file | `the_description_is_valid_by_its_schema_and_true` |
//! | GS1 Web Vocabulary; no duplicates of its types | `the_spellings_of_a_link_type_are_one` (in `link_type`) |
//! | `gs1:handledBy` for delegation | not supported: `handledBy` cannot be configured (in `links`) |
//! | trailing slash | `a_trailing_slash_changes_nothing` |
//! | all key qualifiers (`basicWalkUp`) | `an_unknown_lot_has_the_links_of_its_product` |
//! | `Accept: application/linkset+json` | `the_linkset_is_given_by_media_type` |
//! | content type of the linkset | `the_linkset_is_given_by_media_type` |
//! | JSON-LD context | `a_linkset_links_to_its_context` |
//! | not all links in the `Link` header | `a_redirect_links_to_the_linkset` |
//! | 404 for a link type that is not there | `a_link_type_that_is_not_there_is_answered_404` |
//! | language and media type choose | `language_media_type_and_context_choose_among_links` |
//! | 300 where nothing decides | `links_among_which_nothing_decides_are_answered_300` |
//! | `gs1:defaultLinkMulti` | `variants_of_the_default_are_chosen_by_language` |
//! | link types are ratified | `every_own_link_type_is_in_the_vocabulary` |

use serde_json::{json, Value};

use crate::link_type::LinkType;
use crate::{Answer, Body, Incoming, LinkRule, Resolver, Root, Setup};

const ROOT: &str = "https://id.example.org";
const PRODUCT: &str = "/01/09506000134352";
const LOT: &str = "/01/09506000134352/10/ABC-1";
const PACK: &str = "/01/09506000134352/10/ABC-1/21/XYZ%2F7";
const COMPRESSED: &str = "/GhFKk4XBoM4AIX2u28LYs2l7dEal";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[derive(serde::Deserialize)]
struct Configured {
    link: Vec<LinkRule>,
}

/// Leaflets in two languages, one of them also as PDF, two videos that nothing distinguishes, and the page of a lot.
const LINKS: &str = r#"
    [[link]]
    level = "gtin"
    gtin = "09506000134352"
    link_type = "gs1:epil"
    href = "https://example.com/leaflet/{gtin}"
    title = "Leaflet"
    hreflang = ["en"]
    type = "text/html"

    [[link]]
    level = "gtin"
    prefix = "9506000"
    link_type = "gs1:epil"
    href = "https://example.com/leaflet/{gtin}/de"
    title = "Packungsbeilage"
    hreflang = ["de"]
    type = "text/html"

    [[link]]
    level = "gtin"
    prefix = "9506000"
    link_type = "gs1:epil"
    href = "https://example.com/leaflet/{gtin}/de.pdf"
    title = "Packungsbeilage (PDF)"
    hreflang = ["de"]
    type = "application/pdf"

    [[link]]
    level = "gtin"
    link_type = "gs1:smpc"
    href = "https://example.com/smpc"
    title = "Summary of product characteristics"

    [[link]]
    level = "gtin"
    link_type = "gs1:smpc"
    href = "https://example.com/smpc/ch"
    title = "Fachinformation (CH)"
    context = ["CH"]

    [[link]]
    level = "gtin"
    link_type = "gs1:relatedVideo"
    href = "https://example.com/video/1"
    title = "Video 1"

    [[link]]
    level = "gtin"
    link_type = "gs1:relatedVideo"
    href = "https://example.com/video/2"
    title = "Video 2"

    [[link]]
    level = "lot"
    link_type = "gs1:traceability"
    href = "https://example.com/lots/{lot}?view=all"
    title = "Where the lot was"
"#;

const VARIANTS: &str = r#"
    [[link]]
    level = "gtin"
    link_type = "gs1:pip"
    href = "https://example.com/en"
    title = "Product"
    hreflang = ["en"]
    default = "multi"

    [[link]]
    level = "gtin"
    link_type = "gs1:homepage"
    href = "https://example.com/fr"
    title = "Produit"
    hreflang = ["fr"]
    default = "multi"

    [[link]]
    level = "gtin"
    link_type = "gs1:support"
    href = "https://example.com/"
    title = "Product"
    default = "single"
"#;

fn resolver_with(links: &str) -> Resolver {
    let links = toml::from_str::<Configured>(links).unwrap().link;
    let root = Root::read(ROOT).unwrap();
    Resolver::new(Setup { root, name: "Example".into(), operator: Some("Example Ltd".into()), links })
        .unwrap()
}

fn resolver() -> Resolver {
    resolver_with(LINKS)
}

/// As the suite asks: HEAD is GET without a body, and curl accepts anything.
fn get(path: &str, query: &str) -> Answer {
    get_as(path, query, "*/*", "")
}

fn get_as(path: &str, query: &str, accept: &str, languages: &str) -> Answer {
    get_from(&resolver(), path, query, accept, languages)
}

fn get_from(resolver: &Resolver, path: &str, query: &str, accept: &str, languages: &str) -> Answer {
    let incoming = Incoming {
        method: "GET",
        path,
        query: Some(query).filter(|query| !query.is_empty()),
        accept: Some(accept),
        accept_language: Some(languages).filter(|languages| !languages.is_empty()),
    };
    resolver.answer(&incoming, 2026)
}

fn location(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.header("location").unwrap_or_default())
}

fn document(answer: &Answer) -> Value {
    let Body::Text(text) = &answer.body else { panic!("no document: {answer:?}") };
    serde_json::from_str(text).unwrap()
}

/// The objects of a linkset.
fn linkset(path: &str) -> Vec<Value> {
    document(&get(path, "linkType=linkset"))["linkset"].as_array().unwrap().clone()
}

fn validator(schema: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn ensure_valid_linkset(document: &Value) {
    for schema in [
        include_str!("../tests/data/linkset-schema-suite.json"),
        include_str!("../tests/data/linkset-schema-1.2.json"),
    ] {
        if let Err(error) = validator(schema).validate(document) {
            panic!("{error}: {document:#}");
        }
    }
}

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
fn the_linkset_is_given_and_not_redirected() {
    for query in ["linkType=linkset", "linkType=all"] {
        for accept in ["*/*", BROWSER] {
            let answer = get_as(PACK, query, accept, "");
            assert_eq!((answer.status, answer.header("location")), (200, None), "{query} {accept}");
            assert_eq!(answer.header("content-type"), Some("application/linkset+json"));
        }
    }
}

#[test]
fn the_linkset_is_given_by_media_type() {
    let answer = get_as(PACK, "", "application/linkset+json", "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/linkset+json")));
    assert_eq!(document(&answer), document(&get(PACK, "linkType=linkset")));
    let plain = get_as(PACK, "linkType=linkset", "application/json", "");
    assert_eq!((plain.status, plain.header("content-type")), (200, Some("application/json")));
    let linked = get_as(PACK, "linkType=linkset", "application/ld+json", "");
    assert_eq!(linked.header("content-type"), Some("application/ld+json"));
    assert_eq!(document(&linked)["@context"], "https://ref.gs1.org/standards/resolver/linkset-context");
}

#[test]
fn the_linkset_has_the_links_of_every_level_up_to_the_key() {
    let objects = linkset(PACK);
    let anchors: Vec<&str> = objects.iter().map(|object| object["anchor"].as_str().unwrap()).collect();
    assert_eq!(anchors, [PACK, LOT, PRODUCT].map(|path| format!("{ROOT}{path}")));
    assert!(objects[0].get("https://ref.gs1.org/voc/verificationService").is_some());
    assert_eq!(
        objects[1]["https://ref.gs1.org/voc/traceability"],
        json!([{ "href": "https://example.com/lots/ABC-1?view=all", "title": "Where the lot was" }])
    );
    assert_eq!(objects[2]["https://ref.gs1.org/voc/epil"].as_array().unwrap().len(), 3);
}

#[test]
fn the_anchor_is_the_uncompressed_uri() {
    let objects = linkset(COMPRESSED);
    assert_eq!(objects[0]["anchor"], "https://id.example.org/01/09506000134352/10/ABC-123/21/XYZ%2F7");
}

#[test]
fn each_level_has_one_default_link_with_a_title_and_nothing_else() {
    for object in linkset(PACK) {
        let defaults = object["https://ref.gs1.org/voc/defaultLink"].as_array().unwrap();
        assert_eq!(defaults.len(), 1);
        let mut members: Vec<&String> = defaults[0].as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(members, ["href", "title"]);
        let descriptive = &object["https://ref.gs1.org/voc/recallStatus"][0]["href"];
        assert_eq!(*descriptive, defaults[0]["href"], "the default also says what it is");
    }
}

#[test]
fn the_linkset_is_valid_by_its_schemas() {
    for path in
        [PRODUCT, LOT, PACK, COMPRESSED, "/01/09506000134352/235/AB1", "/01/09506000134352/22/2A/21/%25%22"]
    {
        ensure_valid_linkset(&document(&get(path, "linkType=linkset")));
    }
    ensure_valid_linkset(&document(&get_from(&resolver_with(VARIANTS), PACK, "linkType=linkset", "*/*", "")));
    ensure_valid_linkset(&document(&get(PRODUCT, "linkType=gs1:relatedVideo")));
}

#[test]
fn a_linkset_links_to_its_context() {
    let link = "<https://ref.gs1.org/standards/resolver/linkset-context>; rel=\"http://www.w3.org/ns/json-ld#context\"; \
                type=\"application/ld+json\"";
    assert!(get(PACK, "linkType=linkset").header("link").unwrap().contains(link));
}

#[test]
fn a_redirect_links_to_the_linkset() {
    assert_eq!(
        get(PACK, "17=280229").header("link"),
        Some(
            "<https://id.example.org/01/09506000134352/10/ABC-1/21/XYZ%2F7?linkType=linkset>; rel=\"linkset\"; \
             type=\"application/linkset+json\""
        )
    );
}

#[test]
fn who_accepts_anything_is_sent_to_the_default_link() {
    for path in [PRODUCT, LOT, PACK] {
        let answer = get(path, "");
        assert_eq!(location(&answer), (307, format!("{ROOT}/verify{path}").as_str()));
        assert_eq!(answer.header("vary"), Some("accept, accept-language"));
        let default = linkset(path)[0]["https://ref.gs1.org/voc/defaultLink"][0]["href"].clone();
        assert_eq!(default, answer.header("location").unwrap());
    }
    assert_eq!(location(&get_as(PACK, "", "image/png", "")).0, 307, "a default exists, so never 406");
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
fn a_requested_link_type_is_redirected_to() {
    let href = "https://example.com/lots/ABC-1?view=all&linkType=";
    for link_type in
        ["gs1:traceability", "gs1%3Atraceability", "https%3A%2F%2Fref.gs1.org%2Fvoc%2Ftraceability"]
    {
        let answer = get(PACK, &format!("linkType={link_type}"));
        assert_eq!(
            location(&answer),
            (307, format!("{href}{link_type}").as_str()),
            "from the lot above the pack"
        );
    }
    let service = get(PACK, "linkType=gs1:verificationService");
    assert_eq!(
        location(&service),
        (307, format!("{ROOT}/verification-service{PACK}?linkType=gs1:verificationService").as_str())
    );
    let there = get(&format!("/verification-service{PACK}"), "linkType=gs1:verificationService");
    assert!(matches!(there.body, Body::Verification(_)));
    let default = get(PACK, "linkType=gs1:defaultLink");
    assert_eq!(location(&default), (307, format!("{ROOT}/verify{PACK}?linkType=gs1:defaultLink").as_str()));
}

#[test]
fn a_request_of_lightweight_messaging_is_answered_where_it_is_asked() {
    let answer = get(PACK, "17=280229&linkType=verificationService&context=dscsaSaleableReturn");
    let Body::Verification(request) = &answer.body else { panic!("{answer:?}") };
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(request.identity().pack().serial(), Some("XYZ/7"));
}

#[test]
fn a_redirect_passes_the_query_on() {
    for query in ["foo=bar", "17=280229&foo=%20b;flag&x=%2520", "foo=bar&foo=baz"] {
        assert_eq!(location(&get(PACK, query)), (307, format!("{ROOT}/verify{PACK}?{query}").as_str()));
    }
}

#[test]
fn a_link_type_that_is_not_there_is_answered_404() {
    for link_type in ["gs1:nosuchlt", "gs1:pip", "nonsense", "", "https://example.org/voc/x"] {
        assert_eq!(get(PACK, &format!("linkType={link_type}")).status, 404, "{link_type}");
    }
    assert_eq!(get(PRODUCT, "linkType=gs1:verificationService").status, 404, "no serial, no service");
}

#[test]
fn a_trailing_slash_changes_nothing() {
    for path in [PRODUCT, LOT, PACK, COMPRESSED] {
        assert_eq!(get(&format!("{path}/"), ""), get(path, ""));
    }
}

#[test]
fn an_unknown_lot_has_the_links_of_its_product() {
    for path in ["/01/09506000134352/10/KL8G", "/01/09506000134352/22/KL8G", "/01/09506000134352/235/KL8G"] {
        assert_eq!(get(path, "").status, 307, "{path}");
        let leaflet = get_as(path, "linkType=gs1:epil", "text/html", "en");
        let href = "https://example.com/leaflet/09506000134352?linkType=gs1:epil";
        assert_eq!(location(&leaflet), (307, href), "{path}");
    }
}

#[test]
fn language_media_type_and_context_choose_among_links() {
    let leaflet = |accept, languages| get_as(PACK, "linkType=gs1:epil", accept, languages);
    let href = |end: &str| format!("https://example.com/leaflet/09506000134352{end}?linkType=gs1:epil");
    assert_eq!(location(&leaflet("text/html", "en-GB")).1, href(""));
    assert_eq!(location(&leaflet("text/html", "de-CH, en;q=0.5")).1, href("/de"));
    assert_eq!(location(&leaflet("application/pdf", "de")).1, href("/de.pdf"));
    assert_eq!(location(&leaflet("application/pdf;q=0.2, text/*", "de")).1, href("/de"));
    assert_eq!(leaflet("*/*", "de").status, 300, "page or PDF");
    let smpc = |query| get(PACK, query);
    assert_eq!(location(&smpc("linkType=gs1:smpc")).1, "https://example.com/smpc?linkType=gs1:smpc");
    let swiss = smpc("linkType=gs1:smpc&context=CH");
    assert_eq!(location(&swiss).1, "https://example.com/smpc/ch?linkType=gs1:smpc&context=CH");
    assert_eq!(location(&smpc("linkType=gs1:smpc&context=FR")).0, 307);
}

#[test]
fn links_among_which_nothing_decides_are_answered_300() {
    let answer = get(PACK, "linkType=gs1:relatedVideo");
    assert_eq!((answer.status, answer.header("location")), (300, None));
    assert_eq!(answer.header("content-type"), Some("application/linkset+json"));
    assert_eq!(
        document(&answer)["linkset"][0]["https://ref.gs1.org/voc/relatedVideo"],
        json!([
            { "href": "https://example.com/video/1", "title": "Video 1" },
            { "href": "https://example.com/video/2", "title": "Video 2" },
        ])
    );
}

#[test]
fn variants_of_the_default_are_chosen_by_language() {
    let resolver = resolver_with(VARIANTS);
    let ask = |path, accept, languages| get_from(&resolver, path, "", accept, languages);
    assert_eq!(location(&ask(PRODUCT, "*/*", "fr")), (307, "https://example.com/fr"));
    assert_eq!(location(&ask(PRODUCT, BROWSER, "en, fr;q=0.5")), (307, "https://example.com/en"));
    for languages in ["", "de"] {
        assert_eq!(location(&ask(PRODUCT, BROWSER, languages)), (307, "https://example.com/"), "{languages}");
    }
    assert!(matches!(ask(PACK, BROWSER, "fr").body, Body::Page(_)), "a pack has its verdict");
    assert!(matches!(ask(PRODUCT, "application/json", "fr").body, Body::Verdict(_)));
}

#[test]
fn the_description_is_valid_by_its_schema_and_true() {
    let answer = get("/.well-known/gs1resolver", "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let description = document(&answer);
    let schema = validator(include_str!("../tests/data/description-file-schema-1.2.0.json"));
    if let Err(error) = schema.validate(&description) {
        panic!("{error}");
    }
    assert_eq!(description["resolverRoot"], ROOT);
    assert_eq!(description["supportedPrimaryKeys"], json!(["01"]));
    assert_eq!(description["supportedContextValuesEnumerated"], json!(["dscsaSaleableReturn", "CH"]));
    assert_eq!(description["contact"], json!({ "fn": "Example Ltd" }));
}

#[test]
fn every_own_link_type_is_in_the_vocabulary() {
    for object in linkset(PACK) {
        let types = object.as_object().unwrap().keys().filter(|key| key.starts_with("https://"));
        for link_type in types {
            assert!(LinkType::of_configuration(link_type).is_some(), "{link_type}");
        }
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
