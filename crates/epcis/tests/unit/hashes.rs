//! The content that each of the two hashes covers.

#![allow(clippy::unwrap_used)]

use epcis::Document;

/// CBV hash and strict hash of an ObjectEvent with these members.
fn hashes(members: &str) -> (String, String) {
    let text = format!(
        r#"{{"@context": [{{"example": "https://ns.example.com/"}}], "type": "ObjectEvent",
        "eventTime": "2026-05-01T08:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "ADD"{members}}}"#
    );
    let document = Document::from_json(text.as_bytes()).unwrap();
    let event = document.events().next().unwrap();
    (event.cbv_hash(), event.strict_hash())
}

fn quantity(digits: &str) -> String {
    format!(
        r#", "quantityList": [{{"epcClass": "urn:epc:idpat:sgtin:4012345.066666.*", "quantity": {digits}}}]"#
    )
}

/// The CBV's hash cannot tell the events apart; the strict one can.
fn only_the_strict_hash_differs(left: &str, right: &str) {
    let (left, right) = (hashes(left), hashes(right));
    assert_eq!(left.0, right.0);
    assert_ne!(left.1, right.1);
}

fn both_are_equal(left: &str, right: &str) {
    assert_eq!(hashes(left), hashes(right));
}

#[test]
fn the_strict_hash_covers_the_error_declaration() {
    let declared =
        r#", "errorDeclaration": {"declarationTime": "2026-05-02T00:00:00Z", "reason": "did_not_occur"}"#;
    only_the_strict_hash_differs("", declared);
    only_the_strict_hash_differs(declared, &declared.replace("did_not_occur", "incorrect_data"));
}

#[test]
fn the_strict_hash_distinguishes_integers_that_a_double_cannot() {
    only_the_strict_hash_differs(&quantity("9007199254740992"), &quantity("9007199254740993"));
    only_the_strict_hash_differs(&quantity("0.1"), &quantity("0.10000000000000000001"));
}

#[test]
fn the_strict_hash_distinguishes_texts_that_look_like_equal_numbers() {
    only_the_strict_hash_differs(r#", "example:code": "4711""#, r#", "example:code": "04711""#);
    only_the_strict_hash_differs(r#", "example:code": "1_0""#, r#", "example:code": "10""#);
}

#[test]
fn the_strict_hash_covers_comments_and_fractions_of_milliseconds() {
    only_the_strict_hash_differs("", r#", "rdfs:comment": "seen by nobody""#);
    let sensor = |time: &str| {
        format!(
            r#", "sensorElementList": [{{"sensorReport": [{{"type": "Temperature", "time": "{time}"}}]}}]"#
        )
    };
    only_the_strict_hash_differs(&sensor("2026-05-01T08:00:00.0001Z"), &sensor("2026-05-01T08:00:00.0002Z"));
}

#[test]
fn the_strict_hash_covers_the_lot_beside_a_serial() {
    let epc = |link: &str| format!(r#", "epcList": ["{link}"]"#);
    only_the_strict_hash_differs(
        &epc("https://id.gs1.org/01/04012345111118/10/A/21/1"),
        &epc("https://id.gs1.org/01/04012345111118/21/1"),
    );
}

#[test]
fn text_cannot_imitate_structure() {
    // The CBV's text has no delimiters: a value that contains the next name hashes like that name.
    only_the_strict_hash_differs(
        r#", "example:a": "1{https://ns.example.com/}b=2""#,
        r#", "example:a": "1", "example:b": "2""#,
    );
}

#[test]
fn neither_hash_covers_what_changes_from_repository_to_repository() {
    both_are_equal("", r#", "recordTime": "2026-05-03T00:00:00Z""#);
    both_are_equal("", r#", "eventID": "urn:uuid:04e9dd1e-1f3c-4c59-8a8b-d64ea5a1b7e0""#);
}

#[test]
fn equivalent_spellings_have_the_same_hashes() {
    both_are_equal(&quantity("452"), &quantity("452.0"));
    both_are_equal(&quantity("1200"), &quantity("12e2"));
    both_are_equal(r#", "bizStep": "shipping""#, r#", "bizStep": "urn:epcglobal:cbv:bizstep:shipping""#);
    both_are_equal(r#", "bizStep": "shipping""#, r#", "bizStep": "cbv:BizStep-shipping""#);
    both_are_equal(
        r#", "epcList": ["urn:epc:id:sgtin:4012345.011111.1", "urn:epc:id:sgtin:4012345.011111.2"]"#,
        r#", "epcList": ["https://example.com/01/04012345111118/21/2", "https://id.gs1.org/01/04012345111118/21/1"]"#,
    );
    both_are_equal("", r#", "epcList": []"#);
    both_are_equal(r#", "example:a": "1", "example:b": "2""#, r#", "example:b": "2", "example:a": "1""#);
}

#[test]
fn the_order_of_type_and_transaction_does_not_matter() {
    both_are_equal(
        r#", "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:1"}]"#,
        r#", "bizTransactionList": [{"bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:1", "type": "po"}]"#,
    );
}

/// The example of docs/epcis.md, byte by byte.
#[test]
fn the_strict_hash_follows_its_specification() {
    let text = r#"{"type": "ObjectEvent", "eventTime": "2026-05-01T10:00:00.500+02:00", "eventTimeZoneOffset": "+02:00",
        "action": "OBSERVE", "bizStep": "shipping", "eventID": "urn:uuid:04e9dd1e-1f3c-4c59-8a8b-d64ea5a1b7e0",
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.011111.A1", "quantity": 1200.50}]}"#;
    let document = Document::from_json(text.as_bytes()).unwrap();
    let event = document.events().next().unwrap();
    let prehash = String::from_utf8(event.strict_prehash()).unwrap();
    assert_eq!(
        prehash,
        "theriac-epcis-strict-1\n\
         o264:s12:quantityListo79:s8:epcClasss42:https://id.gs1.org/01/04012345111118/10/A1s8:quantityn8:12005e-1\
         s19:eventTimeZoneOffsets6:+02:00s4:types11:ObjectEvents6:actions7:OBSERVE\
         s7:bizSteps40:https://ref.gs1.org/cbv/BizStep-shippings9:eventTimes22:2026-05-01T08:00:00.5Z"
    );
}
