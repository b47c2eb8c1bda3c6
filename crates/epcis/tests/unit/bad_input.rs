//! Untrusted text: each fault has its own error, and nothing panics.

#![allow(clippy::unwrap_used)]

use epcis::limits::{
    MAX_DEPTH, MAX_DOCUMENT, MAX_IGNORED, MAX_NAMESPACES, MAX_NUMBER, MAX_OWN_NAMESPACES, MAX_VALUES,
};
use epcis::{Document, ReadError, Value};

fn json(event: &str) -> String {
    format!(
        r#"{{"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": {{"eventList": [{{"type": "ObjectEvent", {event}}}]}}}}"#
    )
}

fn xml(event: &str) -> String {
    format!(
        r#"<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="https://ns.example.com/"><EPCISBody><EventList>
        <ObjectEvent>{event}</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"#
    )
}

fn error(text: &str) -> ReadError {
    Document::read(text.as_bytes()).unwrap_err()
}

#[test]
fn the_samples_of_these_tests_are_read_without_their_faults() {
    assert!(Document::read(json(r#""action": "ADD""#).as_bytes()).is_ok());
    assert!(Document::read(xml("<action>ADD</action>").as_bytes()).is_ok());
}

#[test]
fn a_duplicate_member_is_refused() {
    let twice = ReadError::DuplicateKey { name: "action".to_owned() };
    assert_eq!(error(&json(r#""action": "ADD", "action": "DELETE""#)), twice);
    // Also if an escape hides it, or a null that would be dropped.
    assert_eq!(error(&json(r#""action": "ADD", "\u0061ction": "DELETE""#)), twice);
    assert_eq!(error(&json(r#""action": null, "action": "DELETE""#)), twice);
    assert_eq!(error(&xml("<action>ADD</action><action>DELETE</action>")), twice);
    let attribute = ReadError::DuplicateKey { name: "x:a".to_owned() };
    assert_eq!(error(&xml(r#"<x:field x:a="1" x:a="2"/>"#)), attribute);
    // Also if another prefix hides it.
    assert_eq!(error(&xml(r#"<x:field xmlns:y="https://ns.example.com/" x:a="1" y:a="2"/>"#)), attribute);
}

#[test]
fn a_doctype_is_refused_before_its_entities_are_read() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    assert_eq!(error(&format!("{bomb}{}", xml("<action>&b;</action>"))), ReadError::DoctypeRefused);
    let external = r#"<!DOCTYPE e SYSTEM "file:///etc/passwd">"#;
    assert_eq!(error(&format!("{external}{}", xml(""))), ReadError::DoctypeRefused);
}

#[test]
fn only_the_entities_of_xml_itself_are_known() {
    assert_eq!(error(&xml("<action>&b;</action>")), ReadError::UnknownEntity { name: "b".to_owned() });
    assert_eq!(error(&xml(r#"<x:f x:a="&b;"/>"#)), ReadError::UnknownEntity { name: "b".to_owned() });
    let text = xml("<x:f>&lt;&#65;&#x42;&amp;</x:f>");
    let document = Document::read(text.as_bytes()).unwrap();
    assert_eq!(document.events().next().unwrap().text("x:f"), Some("<AB&"));
}

#[test]
fn characters_that_xml_forbids_are_refused_even_by_reference() {
    assert!(matches!(error(&xml("<action>\u{1}</action>")), ReadError::InvalidXmlCharacter { .. }));
    assert!(matches!(error(&xml("<action>&#0;</action>")), ReadError::InvalidXmlCharacter { .. }));
    assert!(matches!(error(&xml("<action>&#xFFFE;</action>")), ReadError::InvalidXmlCharacter { .. }));
    assert!(matches!(error(&xml("<action>&#x110000;</action>")), ReadError::InvalidXmlCharacter { .. }));
}

#[test]
fn malformed_xml_is_refused() {
    assert!(matches!(error(&xml("<action>ADD</bizStep>")), ReadError::Malformed { .. }));
    assert!(matches!(error(&xml("<x:f x:a='<'/>")), ReadError::Malformed { .. }));
    assert!(matches!(error(&format!("{}<more/>", xml(""))), ReadError::TrailingText { .. }));
    assert!(matches!(error(&format!("{}text", xml(""))), ReadError::TrailingText { .. }));
    assert_eq!(error(&xml("<q:f/>")), ReadError::UndeclaredPrefix { prefix: "q".to_owned() });
    let cut = xml("");
    assert_eq!(error(cut.get(..cut.len() / 2).unwrap()), ReadError::UnexpectedEnd);
    let cut = json("\"action\": \"ADD\"");
    assert_eq!(error(cut.get(..cut.len() / 2).unwrap()), ReadError::UnexpectedEnd);
}

#[test]
fn deep_nesting_is_refused_and_the_greatest_depth_is_read() {
    let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::parse(&arrays(MAX_DEPTH)).is_ok());
    assert_eq!(Value::parse(&arrays(MAX_DEPTH + 1)), Err(ReadError::TooDeep { position: MAX_DEPTH }));
    // A million levels would overflow the stack of a careless reader.
    assert!(matches!(Value::parse(&"[".repeat(1_000_000)), Err(ReadError::TooDeep { .. })));
    assert!(matches!(error(&xml(&"<x:a>".repeat(1_000_000))), ReadError::TooDeep { .. }));
}

#[test]
fn more_values_than_the_limit_are_refused() {
    let array = format!("[{}1]", "1,".repeat(MAX_VALUES));
    assert_eq!(Value::parse(&array), Err(ReadError::TooManyValues));
    assert_eq!(error(&xml(&"<x:a/>".repeat(MAX_VALUES))), ReadError::TooManyValues);
}

#[test]
fn a_document_above_the_limit_is_refused_unread() {
    let large = vec![b' '; MAX_DOCUMENT + 1];
    assert_eq!(Document::read(&large), Err(ReadError::TooLarge { found: MAX_DOCUMENT + 1 }));
}

#[test]
fn utf_16_with_a_byte_order_mark_is_read() {
    let text = json(r#""example:word": "Grüße 𝄞""#);
    for (mark, unit) in
        [([0xFE, 0xFF], u16::to_be_bytes as fn(u16) -> [u8; 2]), ([0xFF, 0xFE], u16::to_le_bytes)]
    {
        let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect();
        let document = Document::read(&bytes).unwrap();
        assert_eq!(document.events().next().unwrap().text("example:word"), Some("Grüße 𝄞"));
    }
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert!(Document::read(&marked).is_ok());
}

#[test]
fn other_encodings_are_refused_by_name() {
    let name = |name: &str| Err(ReadError::UnsupportedEncoding { name: name.to_owned() });
    assert_eq!(Document::read(b"\xFF\xFE\0\0{\0\0\0"), name("UTF-32"));
    assert_eq!(Document::read(b"<\0e\0"), name("UTF-16 without a byte order mark"));
    assert_eq!(Document::read(b"\0{"), name("UTF-16 without a byte order mark"));
    let latin = format!(r#"<?xml version="1.0" encoding="ISO-8859-1"?>{}"#, xml(""));
    assert_eq!(Document::read(latin.as_bytes()), name("ISO-8859-1"));
    assert_eq!(Document::read(b"{\"a\": \"\xE4\"}"), Err(ReadError::NotUtf8 { position: 7 }));
    assert_eq!(Document::read(b"\xFE\xFF\xD8\x00"), Err(ReadError::NotUtf16));
    assert_eq!(Document::read(b"\xFE\xFF\x00"), Err(ReadError::NotUtf16));
}

#[test]
fn json_that_only_careless_readers_accept_is_refused() {
    let position = |text: &str| match Value::parse(text) {
        Err(ReadError::UnexpectedCharacter { position } | ReadError::InvalidNumber { position }) => position,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(position("{'a': 1}"), 1);
    assert_eq!(position("{\"a\": 1,}"), 8);
    assert_eq!(position("[1, // one\n2]"), 4);
    assert_eq!(position("[01]"), 1);
    assert_eq!(position("[+1]"), 1);
    assert_eq!(position("[1.]"), 1);
    assert_eq!(position("[.5]"), 1);
    assert_eq!(position("[NaN]"), 1);
    assert_eq!(position("[\"a\nb\"]"), 3);
    assert_eq!(Value::parse(r#""\x41""#), Err(ReadError::InvalidEscape { position: 1 }));
    assert_eq!(Value::parse(r#""\ud834""#), Err(ReadError::InvalidEscape { position: 1 }));
    assert_eq!(Value::parse(r#""\udd1e\ud834""#), Err(ReadError::InvalidEscape { position: 1 }));
    assert_eq!(Value::parse("1 2"), Err(ReadError::TrailingText { position: 2 }));
    assert_eq!(Value::parse(""), Err(ReadError::UnexpectedEnd));
}

#[test]
fn huge_numbers_are_read_exactly_or_refused() {
    let digits = "9".repeat(MAX_NUMBER);
    assert_eq!(Value::parse(&digits), Ok(Value::Number(digits.clone())));
    assert_eq!(Value::parse(&format!("{digits}9")), Err(ReadError::NumberTooLong { position: 0 }));
    let event = json(
        r#""quantityList": [{"epcClass": "urn:epc:idpat:sgtin:4012345.066666.*", "quantity": 1e999999999999999999999}]"#,
    );
    let document = Document::read(event.as_bytes()).unwrap();
    let event = document.events().next().unwrap();
    assert!(event.cbv_prehash().contains("quantity=1e999999999999999999999"));
    assert!(event.strict_hash().starts_with("ni:///sha-256;"));
}

#[test]
fn documents_other_than_epcis_are_refused() {
    assert_eq!(error("[]"), ReadError::WrongKind { path: "the document", expected: "a JSON object" });
    assert_eq!(error("{}"), ReadError::NotEpcis { found: String::new() });
    assert_eq!(error("<html/>"), ReadError::NotEpcis { found: "html".to_owned() });
    assert_eq!(error(r#"{"type": "EPCISDocument"}"#), ReadError::Missing { path: "epcisBody" });
    assert_eq!(
        error(r#"{"type": "EPCISDocument", "epcisBody": {"eventList": {}}}"#),
        ReadError::WrongKind { path: "eventList", expected: "an array" }
    );
    assert_eq!(
        error(r#"{"type": "EPCISDocument", "epcisBody": {"eventList": [{"type": "QuantityEvent"}]}}"#),
        ReadError::UnknownEventType { index: 0, found: "QuantityEvent".to_owned() }
    );
    assert_eq!(
        error(&xml("").replace("ObjectEvent", "QuantityEvent")),
        ReadError::UnknownEventType { index: 0, found: "QuantityEvent".to_owned() }
    );
}

#[test]
fn more_prefixes_than_the_limit_are_refused() {
    let prefixes: Vec<String> =
        (0..=MAX_NAMESPACES).map(|number| format!(r#""p{number}": "https://ns{number}.example/""#)).collect();
    let context = format!(r#"{{"@context": {{{}}}, "type": "EPCISDocument"}}"#, prefixes.join(", "));
    assert_eq!(error(&context), ReadError::TooManyNamespaces);
    let declarations: String = (0..=MAX_NAMESPACES)
        .map(|number| format!(r#" xmlns:p{number}="https://ns{number}.example/""#))
        .collect();
    assert_eq!(error(&xml(&format!("<x:f{declarations}/>"))), ReadError::TooManyNamespaces);
    let siblings: String = (0..=MAX_NAMESPACES)
        .map(|number| format!(r#"<p:f xmlns:p="https://ns{number}.example/"/>"#))
        .collect();
    assert_eq!(error(&xml(&siblings)), ReadError::TooManyNamespaces);
}

#[test]
fn the_prefixes_of_all_events_are_bounded_together() {
    let prefixes: Vec<String> =
        (0..MAX_NAMESPACES).map(|number| format!(r#""p{number}": "https://ns{number}.example/""#)).collect();
    let events = vec![r#"{"type": "ObjectEvent", "@context": {}}"#; MAX_OWN_NAMESPACES / MAX_NAMESPACES + 1];
    let text = format!(
        r#"{{"@context": {{{}}}, "type": "EPCISDocument", "epcisBody": {{"eventList": [{}]}}}}"#,
        prefixes.join(", "),
        events.join(", ")
    );
    assert_eq!(error(&text), ReadError::TooManyContexts);
    let names = vec![r#""x:a""#; MAX_IGNORED + 1].join(", ");
    let text = format!(
        r#"{{"x:ignoreFields": [{names}], "type": "EPCISDocument", "epcisBody": {{"eventList": []}}}}"#
    );
    assert_eq!(error(&text), ReadError::TooManyIgnored);
}

#[test]
fn the_same_prefix_may_stand_for_several_namespaces_in_one_document() {
    let text =
        xml(r#"<p:f xmlns:p="https://one.example/">1</p:f><p:f xmlns:p="https://two.example/">2</p:f>"#);
    let document = Document::read(text.as_bytes()).unwrap();
    let prehash = document.events().next().unwrap().cbv_prehash();
    assert_eq!(prehash, "eventType=ObjectEvent{https://one.example/}f=1{https://two.example/}f=2");
}
