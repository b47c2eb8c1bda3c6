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
