//! State changes as EPCIS events, and back.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use epcis::mapping::{Attestation, Batch, Change, Delivery, Fate, Goods, Refusal, StateChange};
use epcis::{Document, EventType};

const AT: i64 = 1_777_600_800_123;

fn batch() -> Batch {
    Batch { gtin: "09506000134352".parse().unwrap(), lot: "L-77/A".to_owned() }
}

fn delivery() -> Delivery {
    Delivery { partner: "4012345000009".parse().unwrap(), shipment: 42 }
}

fn sscc() -> gs1::Sscc {
    "095060000000000176".parse().unwrap()
}

fn change(goods: Goods, change: Change) -> StateChange {
    StateChange { at: AT, by: "9506000000015".parse().unwrap(), batch: batch(), goods, change }
}

/// Every change with every kind of goods that the contract reports it with.
fn all() -> Vec<StateChange> {
    let serials = || Goods::Serials(vec!["XYZ/7".to_owned(), "A-1".to_owned()]);
    let units = || Goods::LogisticUnits(vec![sscc()]);
    let mut all = vec![
        change(Goods::Quantity(10_000), Change::Registered { expiry: 280_229 }),
        change(Goods::Batch, Change::RegistrationCancelled),
        change(Goods::Batch, Change::Released),
        change(Goods::Batch, Change::Blocked),
        change(Goods::Batch, Change::Unblocked),
        change(Goods::Quantity(40), Change::Packed { into: sscc() }),
        change(units(), Change::Packed { into: "195060000000000173".parse().unwrap() }),
        change(Goods::Quantity(40), Change::Unpacked { from: sscc() }),
        change(Goods::Batch, Change::RecallAcknowledged),
        change(Goods::Batch, Change::Recalled),
        change(serials(), Change::Recalled),
        change(units(), Change::Recalled),
        change(Goods::Batch, Change::RecallEnded),
        change(serials(), Change::RecallEnded),
        change(units(), Change::RecallEnded),
    ];
    for attestation in [Attestation::CertificateOfAnalysis, Attestation::GoodManufacturingPractice] {
        all.push(change(Goods::Batch, Change::Attested { attestation, document: [0xA5; 32] }));
    }
    for goods in [Goods::Quantity(7), units()] {
        for moved in [Change::Shipped, Change::Returned, Change::Received, Change::Rejected] {
            all.push(change(goods.clone(), moved(delivery())));
        }
    }
    for goods in [Goods::Quantity(7), units(), serials()] {
        for kind in [Change::Quarantined, Change::QuarantineReleased, Change::Condemned] {
            all.push(change(goods.clone(), kind));
        }
    }
    all.push(change(units(), Change::Decommissioned(Fate::Destroyed)));
    all.push(change(
        Goods::Quantity(3),
        Change::Reverted { fate: Fate::Sample, decommissioned_at: AT - 60_000 },
    ));
    for fate in [Fate::Dispensed, Fate::Destroyed, Fate::Stolen, Fate::Sample, Fate::Exported] {
        all.push(change(serials(), Change::Decommissioned(fate)));
        all.push(change(Goods::Quantity(3), Change::Decommissioned(fate)));
        all.push(change(serials(), Change::Reverted { fate, decommissioned_at: AT - 60_000 }));
    }
    all
}

fn document(change: &StateChange) -> Document {
    Document::new("2026-05-01T08:00:00Z", vec![change.to_event().unwrap()]).unwrap()
}

#[test]
fn every_change_becomes_an_event_that_the_standard_allows() {
    for change in all() {
        let document = document(&change);
        assert_eq!(document.validate(), Ok(()), "{change:?} as {}", document.to_json());
    }
}

#[test]
fn every_change_is_recovered_from_its_event() {
    for change in all() {
        let document = Document::from_json(document(&change).to_json().as_bytes()).unwrap();
        let event = document.events().next().unwrap();
        assert_eq!(StateChange::of_event(&event), Ok(change), "{}", document.to_json());
    }
}

#[test]
fn alarms_become_events_that_nobody_can_capture() {
    let unit = || Goods::Serials(vec!["A-1".to_owned()]);
    for alarm in [
        Change::AlarmRaised,
        Change::AlarmResolved { counterfeit: true },
        Change::AlarmResolved { counterfeit: false },
    ] {
        let document = document(&change(unit(), alarm));
        assert_eq!(document.validate(), Ok(()));
        let event = document.events().next().unwrap();
        assert_eq!(StateChange::of_event(&event), Err(Refusal::OnChainOnly));
    }
    assert_eq!(Change::AlarmRaised.message(), None);
    assert_eq!(Change::Returned(delivery()).message(), Some("ship"));
}

#[test]
fn no_two_changes_have_the_same_event() {
    let mut hashes: Vec<String> =
        all().iter().map(|change| document(change).events().next().unwrap().strict_hash()).collect();
    hashes.sort();
    let count = hashes.len();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

#[test]
fn a_shipment_is_an_object_event_from_consignor_to_consignee() {
    let document = document(&change(Goods::Quantity(7), Change::Shipped(delivery())));
    let event = document.events().next().unwrap();
    assert_eq!(event.event_type(), EventType::Object);
    assert_eq!((event.biz_step(), event.disposition()), (Some("shipping"), Some("in_transit")));
    assert_eq!(
        event.sources().next(),
        Some((Some("possessing_party"), "https://id.gs1.org/417/9506000000015"))
    );
    assert_eq!(
        event.destinations().next(),
        Some((Some("possessing_party"), "https://id.gs1.org/417/4012345000009"))
    );
    assert_eq!(
        event.biz_transactions().next(),
        Some((Some("desadv"), "urn:epcglobal:cbv:bt:9506000000015:42"))
    );
    let quantity = event.quantities("quantityList").next().unwrap();
    assert_eq!(quantity.epc_class, "https://id.gs1.org/01/09506000134352/10/L-77%2FA");
    assert_eq!(quantity.quantity, Some("7"));
}

#[test]
fn packing_is_an_aggregation_into_the_logistic_unit() {
    let document = document(&change(Goods::Quantity(40), Change::Packed { into: sscc() }));
    let event = document.events().next().unwrap();
    assert_eq!(event.event_type(), EventType::Aggregation);
    assert_eq!(event.text("parentID"), Some("https://id.gs1.org/00/095060000000000176"));
    assert_eq!((event.biz_step(), event.disposition()), (Some("packing"), Some("container_closed")));
}

#[test]
fn an_attestation_is_a_transaction_event_with_the_document() {
    let attested = Change::Attested { attestation: Attestation::CertificateOfAnalysis, document: [1; 32] };
    let document = document(&change(Goods::Batch, attested));
    let event = document.events().next().unwrap();
    assert_eq!(event.event_type(), EventType::Transaction);
    let (kind, identifier) = event.biz_transactions().next().unwrap();
    assert_eq!((kind, identifier.len()), (Some("testres"), "ni:///sha-256;".len() + 64));
}

/// An event as a partner captures it, with URNs.
fn captured(members: &str) -> Result<StateChange, Refusal> {
    let text = format!(
        r#"{{"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "ObjectEvent",
        "eventTime": "2026-05-01T08:00:00+02:00", "eventTimeZoneOffset": "+02:00", {members}}}"#
    );
    let document = Document::from_json(text.as_bytes()).unwrap();
    let event = document.events().next().unwrap();
    StateChange::of_event(&event)
}

const PLACE: &str = r#""readPoint": {"id": "urn:epc:id:sgln:9506000.00001.dock3"}"#;
const CLASS: &str = r#""epcClass": "urn:epc:class:lgtin:9506000.013435.L-77%2FA""#;

#[test]
fn a_partners_event_in_urns_is_the_same_change() {
    let found = captured(&format!(
        r#""action": "OBSERVE", "bizStep": "urn:epcglobal:cbv:bizstep:holding", "disposition": "non_sellable_other",
        "quantityList": [{{{CLASS}, "quantity": 7.0}}], {PLACE}"#
    ));
    let at = 1_777_615_200_000;
    assert_eq!(found, Ok(StateChange { at, ..change(Goods::Quantity(7), Change::Quarantined) }));
}

#[test]
fn events_without_a_message_are_refused_with_their_own_error() {
    let quantity = |rest: &str| format!(r#""quantityList": [{{{CLASS}{rest}}}]"#);
    let holding = r#""action": "OBSERVE", "bizStep": "holding", "disposition": "non_sellable_other""#;
    let cases = [
        (format!(r#"{holding}, {}"#, quantity("")), Refusal::Party),
        (
            format!(
                r#""action": "OBSERVE", "bizStep": "loading", "disposition": "in_transit", {PLACE}, {}"#,
                quantity("")
            ),
            Refusal::UnknownChange,
        ),
        (
            format!(
                r#""action": "DELETE", "bizStep": "holding", "disposition": "non_sellable_other", {PLACE}, {}"#,
                quantity(r#", "quantity": 7"#)
            ),
            Refusal::UnknownChange,
        ),
        (
            format!(
                r#""action": "OBSERVE", "bizStep": "inspecting", "disposition": "no_pedigree_match", {PLACE}, {}"#,
                quantity("")
            ),
            Refusal::OnChainOnly,
        ),
        (format!(r#"{holding}, {PLACE}, {}"#, quantity(r#", "quantity": 7.5"#)), Refusal::Quantity),
        (format!(r#"{holding}, {PLACE}, {}"#, quantity(r#", "quantity": 0"#)), Refusal::Quantity),
        (
            format!(r#"{holding}, {PLACE}, {}"#, quantity(r#", "quantity": 7, "uom": "KGM""#)),
            Refusal::Quantity,
        ),
        (
            format!(
                r#"{holding}, {PLACE}, "quantityList": [{{{CLASS}, "quantity": 1}}, {{{CLASS}, "quantity": 2}}]"#
            ),
            Refusal::Mixed,
        ),
        (
            format!(
                r#"{holding}, {PLACE}, "epcList": ["urn:epc:id:sgtin:9506000.013435.1", "urn:epc:id:sgtin:9506000.013436.1"]"#
            ),
            Refusal::Mixed,
        ),
        (
            format!(r#"{holding}, {PLACE}, "epcList": ["urn:epc:id:sgtin:9506000.013435.1"]"#),
            Refusal::BatchUnknown,
        ),
        (
            format!(r#"{holding}, {PLACE}, "epcList": ["https://example.com/pack/1"]"#),
            Refusal::Identifier { identifier: "https://example.com/pack/1".to_owned() },
        ),
        (
            format!(
                r#""action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit", {PLACE}, {}"#,
                quantity(r#", "quantity": 7"#)
            ),
            Refusal::Delivery,
        ),
        (
            format!(
                r#""action": "ADD", "bizStep": "commissioning", "disposition": "active", {PLACE}, {}"#,
                quantity(r#", "quantity": 7"#)
            ),
            Refusal::Expiry,
        ),
        (
            format!(
                r#"{holding}, {PLACE}, {}, "errorDeclaration": {{"declarationTime": "2026-05-01T08:00:00Z"}}"#,
                quantity(r#", "quantity": 7"#)
            ),
            Refusal::Correction,
        ),
    ];
    for (members, refusal) in cases {
        assert_eq!(captured(&members), Err(refusal), "{members}");
    }
}
