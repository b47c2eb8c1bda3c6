//! A broken rule of EPCIS 2.0 is reported with its place.

#![allow(clippy::unwrap_used, clippy::panic)]

use epcis::{Broken, Document, Violation};

const VALID: &str = include_str!("../data/all-types.jsonld");

/// The violations of the sample with one text in place of another.
fn violations(from: &str, to: &str) -> Vec<Violation> {
    assert!(VALID.contains(from), "{from}");
    let text = VALID.replacen(from, to, 1);
    Document::from_json(text.as_bytes()).unwrap().validate().err().unwrap_or_default()
}

fn one(from: &str, to: &str) -> (String, Broken) {
    let found = violations(from, to);
    assert_eq!(found.len(), 1, "{found:#?}");
    (found[0].path.clone(), found[0].rule.clone())
}

fn at(path: &str, rule: Broken) -> (String, Broken) {
    (path.to_owned(), rule)
}

#[test]
fn the_sample_is_valid_in_both_syntaxes() {
    assert_eq!(violations("2.0", "2.0"), []);
    let xml = Document::from_xml(include_bytes!("../data/all-types.xml")).unwrap();
    assert_eq!(xml.validate(), Ok(()));
}

#[test]
fn each_rule_has_its_own_error() {
    let event = |rest: &str| format!("epcisBody.eventList[0].{rest}");
    let term = |example| Broken::Term { example };
    for (from, to, path, rule) in [
        ("\"commissioning\"", "\"making\"", event("bizStep"), term("accepting")),
        ("\"commissioning\"", "\"urn:epcglobal:cbv:bizstep:packing\"", event("bizStep"), term("accepting")),
        ("2026-04-30T09:15:00.123456+02:00", "2026-02-30T09:15:00Z", event("eventTime"), Broken::Time),
        ("2026-04-30T09:15:00.123456+02:00", "2026-04-30T09:15:00", event("eventTime"), Broken::Time),
        ("\"+02:00\"", "\"+14:30\"", event("eventTimeZoneOffset"), Broken::Offset),
        ("\"KGM\"", "\"kg\"", event("quantityList[0].uom"), Broken::Unit),
        (
            "9007199254740993",
            "\"many\"",
            event("quantityList[0].quantity"),
            Broken::Kind { expected: "a number" },
        ),
        ("\"OBSERVE\"", "\"PACK\"", "epcisBody.eventList[2].action".to_owned(), Broken::Action),
        ("urn:epc:id:sgtin:9506000.013435.XYZ%2F7", "no URI", event("epcList[0]"), Broken::Uri),
        ("[\"completeness_inferred\"]", "[]", event("persistentDisposition.set"), Broken::Empty),
        ("\"damaged\"]", "\"recalled\"]", event("persistentDisposition.unset"), Broken::Repeated),
        (
            "\"plain:batch\"",
            "\"batch\"",
            "epcisBody.eventList[0]".to_owned(),
            Broken::UnknownMember { name: "batch".to_owned() },
        ),
        (
            "\"schemaVersion\": \"2.0\"",
            "\"schemaVersion\": \"two\"",
            "schemaVersion".to_owned(),
            Broken::Version,
        ),
        (
            "\"creationDate\": \"2026-05-01T08:00:00Z\",",
            "",
            "the document".to_owned(),
            Broken::Missing { name: "creationDate" },
        ),
        (
            "\"f0f0\"",
            "\"xyz\"",
            "epcisBody.eventList[4].sensorElementList[0].sensorReport[4].hexBinaryValue".to_owned(),
            Broken::Hexadecimal,
        ),
    ] {
        assert_eq!(one(from, to), at(&path, rule));
    }
}

#[test]
fn an_event_must_name_its_objects() {
    let needed = "childEPCs or childQuantityList";
    let text = VALID.replacen("\"childEPCs\": [\"urn:epc:id:giai:9506000.logger%2F1\"],", "", 1);
    let found = Document::from_json(text.as_bytes()).unwrap().validate().unwrap_err();
    assert_eq!(
        found,
        [Violation { path: "epcisBody.eventList[4]".to_owned(), rule: Broken::Nothing { needed } }]
    );
}

#[test]
fn master_data_belongs_to_the_beginning_of_objects() {
    let found = violations("\"action\": \"ADD\"", "\"action\": \"OBSERVE\"");
    assert_eq!(
        found,
        [Violation { path: "epcisBody.eventList[0]".to_owned(), rule: Broken::IlmdWithoutAdd }]
    );
}

#[test]
fn no_more_violations_are_reported_than_the_limit() {
    let epcs = vec!["\"no URI\""; 1_000].join(",");
    let text = VALID.replacen("\"urn:epc:id:sgtin:9506000.011111.1\"", &epcs, 1);
    let found = Document::from_json(text.as_bytes()).unwrap().validate().unwrap_err();
    assert_eq!(found.len(), epcis::limits::MAX_VIOLATIONS);
}

/// The undeclared prefixes of the sample with one text in place of another, each with its place.
fn undeclared(from: &str, to: &str) -> Vec<(String, String)> {
    assert!(VALID.contains(from), "{from}");
    let text = VALID.replace(from, to);
    let document = Document::from_json(text.as_bytes()).unwrap();
    let place = |violation: Violation| match violation.rule {
        Broken::UndeclaredPrefix { prefix } => (violation.path, prefix),
        other => panic!("{other}"),
    };
    let mut of_document: Vec<_> = document.undeclared_prefixes().into_iter().map(place).collect();
    of_document.sort_by(|left, right| left.1.cmp(&right.1));
    let mut of_events: Vec<String> =
        document.events().flat_map(|event| event.undeclared_prefixes()).collect();
    of_events.sort();
    of_events.dedup();
    assert_eq!(of_events, of_document.iter().map(|(_, prefix)| prefix.clone()).collect::<Vec<_>>());
    of_document
}

#[test]
fn a_prefix_that_is_not_declared_is_named_with_its_place() {
    assert_eq!(undeclared("2.0", "2.0"), []);
    let at = |path: &str, prefix: &str| vec![(format!("epcisBody.eventList[0].{path}"), prefix.to_owned())];
    assert_eq!(undeclared("\"plain:batch\"", "\"ours:batch\""), at("ours:batch", "ours"));
    // A value is a URI, whose hash does not depend on a declaration.
    assert_eq!(undeclared("\"commissioning\"", "\"ours:making\""), []);
    // Full URIs, and prefixes of the standard's context.
    for name in ["https://a.example/batch", "urn:a:batch", "tag:a:batch", "cbvmda:lotNumber2", "rdfs:label"] {
        assert_eq!(undeclared("\"plain:batch\"", &format!("{name:?}")), [], "{name}");
    }
}

#[test]
fn an_event_may_declare_its_own_prefixes() {
    let event = r#"{"type": "ObjectEvent", "eventTime": "2026-05-01T10:00:00Z", "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE", "epcList": ["urn:a:b"], "ours:field": {"ours:inner": [{"theirs:x": 1}]}, CONTEXT}"#;
    let bare = |context: &str| {
        let text = event.replace("CONTEXT", context);
        let document = Document::from_json(text.as_bytes()).unwrap();
        document.undeclared_prefixes().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let told = |path: &str, prefix: &str| {
        format!("the event.{path}: has the prefix {prefix:?}, which the document does not declare; declare it in @context")
    };
    let inner = "ours:field.ours:inner[0].theirs:x";
    assert_eq!(bare(r#""@context": []"#), [told("ours:field", "ours"), told(inner, "theirs")]);
    assert_eq!(bare(r#""@context": [{"ours": "https://o.example/"}]"#), [told(inner, "theirs")]);
    assert_eq!(
        bare(r#""@context": [{"ours": "https://o.example/", "theirs": "urn:t:"}]"#),
        [] as [String; 0]
    );
}

#[test]
fn each_undeclared_prefix_is_named_once_and_no_more_than_the_limit() {
    let names: Vec<String> =
        (0..1_000).map(|index| format!("\"p{index}:x\": 1, \"p{index}:y\": 2")).collect();
    let found = undeclared("\"plain:batch\": ", &format!("{}, \"plain:batch\": ", names.join(",")));
    assert_eq!(found.len(), epcis::limits::MAX_VIOLATIONS);
}

#[test]
fn a_document_of_an_earlier_version_in_xml_becomes_one_of_2_0() {
    let xml = include_str!("../data/all-types.xml");
    for (version, expected) in [("1.0", "2.0"), ("1.2", "2.0"), ("2.0", "2.0"), ("2.1", "2.1")] {
        let text = xml.replacen("schemaVersion=\"2.0\"", &format!("schemaVersion=\"{version}\""), 1);
        let document = Document::from_xml(text.as_bytes()).unwrap();
        assert_eq!(document.root().get("schemaVersion").unwrap().as_str(), Some(expected), "{version}");
        assert_eq!(document.validate(), Ok(()));
    }
}
