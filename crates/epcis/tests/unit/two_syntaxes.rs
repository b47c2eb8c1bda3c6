//! The same events in JSON-LD and in XML: one content, one hash of each kind.

#![allow(clippy::unwrap_used)]

use epcis::Document;

const JSON: &[u8] = include_bytes!("../data/all-types.jsonld");
const XML: &[u8] = include_bytes!("../data/all-types.xml");

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

/// The pre-hash of an ObjectEvent with the extension, read from both syntaxes.
fn prehashes_of_extension(xml: &str, json: &str) -> (String, String) {
    let xml = format!(
        r#"<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="https://example.org/x" schemaVersion="2.0"
        creationDate="2026-05-01T08:00:00Z"><EPCISBody><EventList><ObjectEvent>
        <eventTime>2026-05-01T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
        <action>OBSERVE</action>{xml}</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"#
    );
    let json = format!(
        r#"{{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {{"x": "https://example.org/x"}}], "type": "ObjectEvent", "eventTime": "2026-05-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00", "action": "OBSERVE", {json}}}"#
    );
    let prehash =
        |text: &str| Document::read(text.as_bytes()).unwrap().events().next().unwrap().cbv_prehash();
    (prehash(&xml), prehash(&json))
}

#[test]
fn an_extension_whose_name_ends_with_list_hashes_as_its_xml() {
    let cases = [
        // Members of its own, as in the reference's suite.
        (
            "<x:partsList><x:part>a</x:part><x:total>2</x:total></x:partsList>",
            r#""x:partsList": {"x:part": "a", "x:total": 2}"#,
            "{https://example.org/x}partsList{https://example.org/x}part=a{https://example.org/x}total=2",
        ),
        // One text.
        (
            "<x:checkList>done</x:checkList>",
            r#""x:checkList": "done""#,
            "{https://example.org/x}checkList=done",
        ),
        // Entries of its name, which JSON writes as an array.
        (
            "<x:partList><x:part>b</x:part><x:part>a</x:part></x:partList>",
            r#""x:partList": ["b", "a"]"#,
            "{https://example.org/x}partList{https://example.org/x}part=a{https://example.org/x}part=b",
        ),
        (
            "<x:partList><x:part>a</x:part></x:partList>",
            r#""x:partList": ["a"]"#,
            "{https://example.org/x}partList{https://example.org/x}part=a",
        ),
        // Names of the standard's own lists and their entries, elsewhere.
        (
            "<x:stock><quantity><x:boxes>2</x:boxes></quantity><inputEPC>a</inputEPC></x:stock>",
            r#""x:stock": {"quantity": {"x:boxes": 2}, "inputEPC": "a"}"#,
            "{https://example.org/x}stockinputEPC=aquantity{https://example.org/x}boxes=2",
        ),
    ];
    for (xml, json, expected) in cases {
        let (from_xml, from_json) = prehashes_of_extension(xml, json);
        assert!(from_xml.ends_with(&format!("action=OBSERVE{expected}")), "{xml}: {from_xml}");
        assert_eq!(from_json, from_xml, "{json}");
    }
}

#[test]
fn the_header_of_xml_is_that_of_json() {
    let xml = br#"<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-05-01T08:00:00Z"
        xmlns:sbdh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">
        <EPCISHeader>
            <sbdh:StandardBusinessDocumentHeader>
                <sbdh:Sender><sbdh:Identifier>urn:gs1:gln:9506000000008</sbdh:Identifier></sbdh:Sender>
                <sbdh:Receiver><sbdh:Identifier>urn:gs1:gln:4012345000009</sbdh:Identifier></sbdh:Receiver>
                <sbdh:DocumentIdentification><sbdh:InstanceIdentifier>D-1</sbdh:InstanceIdentifier></sbdh:DocumentIdentification>
            </sbdh:StandardBusinessDocumentHeader>
            <extension><EPCISMasterData><VocabularyList>
                <Vocabulary type="urn:epcglobal:epcis:vtype:EPCClass"><VocabularyElementList>
                    <VocabularyElement id="urn:epc:idpat:sgtin:9506000.013435.*">
                        <attribute id="urn:epcglobal:cbv:mda:tradeItemCondition">new</attribute>
                        <children><id>urn:epc:idpat:sgtin:9506000.013436.*</id></children>
                    </VocabularyElement>
                </VocabularyElementList></Vocabulary>
            </VocabularyList></EPCISMasterData></extension>
        </EPCISHeader>
        <EPCISBody><EventList/></EPCISBody>
    </e:EPCISDocument>"#;
    let document = Document::from_xml(xml).unwrap();
    assert_eq!(document.validate(), Ok(()));
    let json: serde_json::Value = serde_json::from_str(&document.to_json()).unwrap();
    assert_eq!(
        (&json["sender"], &json["receiver"]),
        (&"urn:gs1:gln:9506000000008".into(), &"urn:gs1:gln:4012345000009".into())
    );
    assert_eq!(json["instanceIdentifier"], "D-1");
    assert_eq!(
        json["epcisHeader"]["epcisMasterData"]["vocabularyList"],
        serde_json::json!([{
            "type": "urn:epcglobal:epcis:vtype:EPCClass",
            "vocabularyElementList": [{
                "id": "urn:epc:idpat:sgtin:9506000.013435.*",
                "attributes": [{ "id": "urn:epcglobal:cbv:mda:tradeItemCondition", "attribute": "new" }],
                "children": ["urn:epc:idpat:sgtin:9506000.013436.*"],
            }],
        }])
    );
}
