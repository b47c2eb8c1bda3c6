//! Which link, or which links, a request gets.

use super::*;

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
    let html_only = resolver_with(&VARIANTS.replacen("hreflang", "type = \"text/html\"\n    hreflang", 1));
    let other_language = get_from(&html_only, PRODUCT, "", BROWSER, "de");
    assert_eq!(location(&other_language), (307, "https://example.com/"), "the best of two is not good");
    assert!(matches!(ask(PACK, BROWSER, "fr").body, Body::Page(_)), "a pack has its verdict");
    assert!(matches!(ask(PRODUCT, "application/json", "fr").body, Body::Verdict(_)));
}

#[test]
fn the_description_is_valid_by_its_schema_and_true() {
    let answer = get("/.well-known/gs1resolver", "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let description = document(&answer);
    let schema = validator(include_str!("../../tests/data/description-file-schema-1.2.0.json"));
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
