use std::collections::BTreeSet;

use chain::units;
use epcis::mapping::{self, Change, Delivery, Fate, Goods, StateChange};
use gs1::{Gln, Gtin, Sscc};
use primitives::batches::{Arrival, Contents};
use primitives::BatchId;

use super::*;
use crate::mentions::Parties;
use crate::testing::*;

struct Directory;

impl Names for Directory {
    fn organisation(&self, organisation: OrganisationId) -> String {
        ["Nobody", "Alpha Pharma", "Beta Trade"][organisation as usize].to_owned()
    }

    fn site(&self, site: SiteId) -> String {
        if site == PLANT { "Plant 1" } else { "Depot" }.to_owned()
    }
}

fn of(event: chain::batches::Event) -> Description {
    describe(&Event::Batches(event), &Directory)
}

#[test]
fn an_event_is_a_code_a_sentence_and_the_words_of_epcis() {
    use chain::batches::Event as E;
    let shipped = of(E::UnitsShipped(shipped(3, Some(195_060_001_343_529_017))));
    assert_eq!(
        shipped,
        Description {
            code: "shipped",
            sentence: "Alpha Pharma shipped 10 packs in logistic unit 195060001343529017 from Plant 1 to Depot, shipment 3"
                .to_owned(),
            biz_step: Some("shipping"),
            disposition: Some("in_transit"),
        }
    );
    assert_eq!(
        of(E::UnitsReceived(received(3, Arrival::Units(10)))).sentence,
        "Beta Trade received 10 packs from Plant 1 at Depot, shipment 3"
    );
    assert_eq!(
        of(E::BatchRegistered(registered(None))).sentence,
        "Alpha Pharma registered the batch with 100 packs"
    );
    let contents = Contents::Case { batch: batch(), number: 1 };
    assert_eq!(of(E::LogisticUnitPacked(packed(7, contents))).code, "packed");
    let booked = of(E::UnitsBooked(booked()));
    assert_eq!(
        (booked.sentence.as_str(), booked.biz_step),
        ("at Depot, 1 pack went from loose to dispensed", None)
    );
    let dispensed = Event::Units(units::Event::UnitDecommissioned(dispensed(1)));
    assert_eq!(
        describe(&dispensed, &Directory).sentence,
        "Beta Trade recorded the pack as dispensed at Depot"
    );
    assert_eq!(
        describe(&dispensed, &Numbers).sentence,
        "organisation 2 recorded the pack as dispensed at site 20"
    );
}

#[test]
fn the_parties_of_an_event_are_those_whose_names_its_sentence_needs() {
    let event = Event::Batches(chain::batches::Event::UnitsShipped(shipped(3, None)));
    let expected = Parties { organisations: [1].into(), sites: [PLANT, DEPOT].into() };
    assert_eq!(Parties::of(&event), expected);
}

#[test]
fn what_is_not_known_is_said_so() {
    let place = chain::Block { number: 1, hash: chain::Hash::zero() };
    let contract = contracts().batches.address;
    let emitted =
        chain::Emitted { block: place, index: 0, extrinsic: None, contract, topics: vec![], data: vec![] };
    let description = describe(&Event::Unknown(emitted), &Numbers);
    assert_eq!(description.code, "unknown");
    assert!(description.sentence.starts_with("an event that this program does not know, by 5F"));
}

/// Every event of every contract, made of zeros: where the type allows it, that is a value.
fn made_of_zeros() -> Vec<Event> {
    fn of<E: chain::ContractEvent>(contract: chain::Deployed) -> Vec<Event> {
        let zeros = E::TOPICS.iter().filter_map(|topic| {
            (0..600)
                .map(|length| emitted(contract, **topic, vec![0; length]))
                .find(|event| !is_unknown(event))
        });
        let found: Vec<Event> = zeros.collect();
        assert_eq!(found.len(), E::TOPICS.len(), "an event that zeros do not make");
        found
    }
    let it = contracts();
    [
        of::<chain::batches::Event>(it.batches),
        of::<chain::units::Event>(it.units),
        of::<chain::products::Event>(it.products),
        of::<chain::governance::Event>(it.governance),
        of::<chain::evidence::Event>(it.evidence),
        of::<chain::feeds::Event>(it.feeds),
    ]
    .concat()
}

fn emitted(contract: chain::Deployed, topic: [u8; 32], data: Vec<u8>) -> Event {
    let block = chain::Block { number: 1, hash: chain::Hash::zero() };
    let topics = vec![chain::Hash::from(topic)];
    let emitted =
        chain::Emitted { block, index: 0, extrinsic: None, contract: contract.address, topics, data };
    emitted.of(&contracts())
}

fn is_unknown(event: &Event) -> bool {
    matches!(event, Event::Unknown(_))
}

#[test]
fn every_event_has_a_code_in_kebab_case_and_one_sentence() {
    let events = made_of_zeros();
    assert_eq!(events.len(), 72);
    let mut codes = BTreeSet::new();
    for event in &events {
        let it = describe(event, &Numbers);
        assert!(it.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", it.code);
        assert!(!it.sentence.ends_with('.') && it.sentence.len() > 15, "{}", it.sentence);
        assert!(!it.sentence.contains("  ") && it.sentence.trim() == it.sentence, "{}", it.sentence);
        assert_eq!(it.biz_step.is_some(), it.disposition.is_some());
        codes.insert(it.code);
    }
    // Two contracts say some of it: `condemned`, `dispensed`, `quarantine-released`, `reverted`.
    assert_eq!(codes.len(), events.len() - 4, "{codes:?}");
}

#[test]
fn every_event_about_goods_is_found_by_its_batch() {
    for event in made_of_zeros() {
        let mentions = crate::mentions::mentions(&event);
        let named = mentions.contains(&crate::mentions::Mention::batch(BatchId([0; 32])));
        let expected = match &event {
            Event::Batches(chain::batches::Event::ProductRecalled(_))
            | Event::Batches(chain::batches::Event::RecallOfProductEnded(_))
            | Event::Units(chain::units::Event::AlarmsDismissed(_)) => false,
            Event::Batches(_) | Event::Units(_) => true,
            Event::Products(it) => matches!(it, chain::products::Event::BatchAttested(_)),
            // Made of zeros, its target is a holding of the batch.
            Event::Evidence(it) => matches!(it, chain::evidence::Event::EvidencePresented(_)),
            Event::Governance(_) | Event::Feeds(_) | Event::Unknown(_) => false,
        };
        assert_eq!(named, expected, "{event:?}");
    }
}

/// The change that the export to EPCIS has for an event that is made of zeros.
fn exported(event: &Event) -> Option<Change> {
    use chain::batches::Event as B;
    use chain::units::Event as U;
    let delivery = Delivery { partner: Gln::new(6_291_041_500_213).unwrap(), shipment: 1 };
    let sscc = Sscc::new(195_060_001_343_529_017).unwrap();
    Some(match event {
        Event::Batches(event) => match event {
            B::BatchRegistered(_) => Change::Registered { expiry: 351_231 },
            B::BatchRegistrationCancelled(_) => Change::RegistrationCancelled,
            B::BatchReleased(_) => Change::Released,
            B::BatchBlocked(_) => Change::Blocked,
            B::BatchUnblocked(_) => Change::Unblocked,
            B::UnitsShipped(_) => Change::Shipped(delivery),
            B::UnitsReceived(_) => Change::Received(delivery),
            B::ShipmentRejected(_) => Change::Rejected(delivery),
            B::LogisticUnitPacked(_) => Change::Packed { into: sscc },
            B::LogisticUnitUnpacked(_) => Change::Unpacked { from: sscc },
            B::LogisticUnitDestroyed(_) => Change::Decommissioned(Fate::Destroyed),
            B::UnitsDecommissioned(_) => Change::Decommissioned(Fate::Dispensed),
            B::UnitsQuarantined(_) => Change::Quarantined,
            B::QuarantineReleased(_) => Change::QuarantineReleased,
            B::GoodsCondemned(_) => Change::Condemned,
            B::BatchRecalled(_) | B::ProductRecalled(_) => Change::Recalled,
            B::RecallOfBatchEnded(_) | B::RecallOfProductEnded(_) => Change::RecallEnded,
            B::RecallAcknowledged(_) => Change::RecallAcknowledged,
            // There, what is taken back is declared an error of the former event, and is no step of its own.
            B::DecommissioningReverted(_) | B::UnitsBooked(_) | B::EvidenceFollowed(_) => return None,
        },
        Event::Units(event) => match event {
            U::UnitDecommissioned(_) => Change::Decommissioned(Fate::Dispensed),
            U::UnitsQuarantinedBySerial(_) => Change::Quarantined,
            U::UnitsReleased(_) => Change::QuarantineReleased,
            U::UnitsCondemned(_) => Change::Condemned,
            U::AlarmRaised(_) => Change::AlarmRaised,
            U::AlarmResolved(_) => Change::AlarmResolved { counterfeit: false },
            U::UnitReverted(_) | U::AlarmsDismissed(_) => return None,
        },
        Event::Products(chain::products::Event::BatchAttested(_)) => {
            let attestation = mapping::Attestation::CertificateOfAnalysis;
            Change::Attested { attestation, document: [0; 32] }
        }
        Event::Products(_)
        | Event::Governance(_)
        | Event::Evidence(_)
        | Event::Feeds(_)
        | Event::Unknown(_) => return None,
    })
}

/// The step and the disposition of a change, as the export writes them.
fn words_of(change: Change) -> (String, String) {
    let batch = mapping::Batch { gtin: Gtin::new(GTIN).unwrap(), lot: "ABC123".to_owned() };
    let by = Gln::new(6_291_041_500_213).unwrap();
    let change = StateChange { at: 0, by, batch, goods: Goods::Quantity(1), change };
    let event = change.to_event().unwrap();
    let word = |name| event.get(name).and_then(epcis::Value::as_str).unwrap().to_owned();
    (word("bizStep"), word("disposition"))
}

#[test]
fn the_words_of_epcis_are_those_of_the_export() {
    for event in made_of_zeros() {
        let Description { biz_step, disposition, .. } = describe(&event, &Numbers);
        let said = biz_step.zip(disposition).map(|(step, word)| (step.to_owned(), word.to_owned()));
        assert_eq!(said, exported(&event).map(words_of), "{event:?}");
    }
    use primitives::batches::UnitState;
    for (state, fate) in [
        (UnitState::Dispensed, Fate::Dispensed),
        (UnitState::Destroyed, Fate::Destroyed),
        (UnitState::Stolen, Fate::Stolen),
        (UnitState::Sample, Fate::Sample),
        (UnitState::Exported, Fate::Exported),
    ] {
        let (step, disposition) = words::state_step(state);
        let expected = words_of(Change::Decommissioned(fate));
        assert_eq!((step, disposition), (expected.0.as_str(), expected.1.as_str()));
    }
    let delivery = Delivery { partner: Gln::new(6_291_041_500_213).unwrap(), shipment: 1 };
    let returned = primitives::batches::UnitsShipped {
        purpose: primitives::batches::Purpose::Return,
        ..shipped(1, None)
    };
    let returned = of(chain::batches::Event::UnitsShipped(returned));
    let expected = words_of(Change::Returned(delivery));
    assert_eq!((returned.biz_step, returned.disposition), (Some(&*expected.0), Some(&*expected.1)));
}
