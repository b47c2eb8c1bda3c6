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

mod links;
mod requests;

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
