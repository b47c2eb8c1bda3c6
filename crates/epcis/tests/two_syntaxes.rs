//! The same events in JSON-LD and in XML: one content, one hash of each kind.

#![allow(clippy::unwrap_used)]

use epcis::Document;

const JSON: &[u8] = include_bytes!("data/all-types.jsonld");
const XML: &[u8] = include_bytes!("data/all-types.xml");

#[test]
fn the_two_syntaxes_of_an_event_have_one_cbv_hash() {
    let (json, xml) = (Document::read(JSON).unwrap(), Document::read(XML).unwrap());
    assert_eq!(json.events().count(), 5);
    assert_eq!(xml.events().count(), 5);
    for (left, right) in json.events().zip(xml.events()) {
        assert_eq!(left.cbv_prehash(), right.cbv_prehash());
    }
}

#[test]
fn the_two_syntaxes_of_an_event_have_one_strict_hash() {
    let (json, xml) = (Document::read(JSON).unwrap(), Document::read(XML).unwrap());
    for (left, right) in json.events().zip(xml.events()) {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!(text(left.strict_prehash()), text(right.strict_prehash()));
        assert_eq!(left.strict_hash(), right.strict_hash());
    }
}
