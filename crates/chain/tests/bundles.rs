//! The client against the built contracts' metadata: a message or event that was renamed in a contract, and not
//! here, fails.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chain::access::Access;
use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::units::Units;
use chain::{access, batches, evidence, feeds, units, AccountId, Bundles, Call, Constructor, ContractEvent};
use primitives::{BatchId, DocumentHash, FeedId, ModelId, Role, SerialProof, Subject, UnitId};

const ACCOUNT: AccountId = AccountId([1; 32]);

fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts")
}

fn spec(contract: &str) -> serde_json::Value {
    let path = artifacts().join(format!("{contract}.contract"));
    let bundle: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    bundle["spec"].clone()
}

/// The selectors by name of one of the spec's lists.
fn selectors(contract: &str, list: &str) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    spec(contract)[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (text(&it["label"]), text(&it["selector"])))
        .collect()
}

/// The messages that are for people and services: those that the contracts ask of each other are not.
fn own_messages(contract: &str) -> BTreeMap<String, String> {
    let mut messages = selectors(contract, "messages");
    assert!(
        messages.remove("Migration::migrate").is_some(),
        "{contract} can be asked whether it understands storage"
    );
    let replaces_code = messages.remove("Upgradable::replace_code").is_some();
    assert_eq!(replaces_code, contract != "access", "access replaces the code of {contract}");
    messages.retain(|name, _| !name.starts_with("UnitBooks::") && !name.starts_with("QuarantineBooks::"));
    messages
}

fn built<R>(call: &Call<R>) -> (String, String) {
    (call.message().to_owned(), format!("0x{}", hex::encode(&call.input()[..4])))
}

#[test]
fn every_message_of_access_is_built_with_its_selector() {
    let it = Access(ACCOUNT);
    let identifier = ::access::Identifier::Gln(0);
    let calls = [
        built(&it.register_organisation(ACCOUNT, "", &identifier)),
        built(&it.set_sealing_key([0; 32])),
        built(&it.suspend_organisation(ACCOUNT)),
        built(&it.reinstate_organisation(ACCOUNT)),
        built(&it.grant_role(Role::Admin, ACCOUNT, None)),
        built(&it.revoke_role(Role::Admin, ACCOUNT)),
        built(&it.set_administering_role(Role::Admin, Role::Admin)),
        built(&it.offer_administration(ACCOUNT)),
        built(&it.withdraw_administration_offer()),
        built(&it.accept_administration()),
        built(&it.pause(ACCOUNT)),
        built(&it.unpause(ACCOUNT)),
        built(&it.has_role(Role::Admin, ACCOUNT)),
        built(&it.is_paused(ACCOUNT)),
        built(&it.propose_upgrade(ACCOUNT, [0; 32])),
        built(&it.cancel_upgrade(ACCOUNT)),
        built(&it.apply_upgrade(ACCOUNT)),
        built(&it.upgrade(ACCOUNT)),
        built(&it.administrator()),
        built(&it.administration_offered_to()),
        built(&it.administering_role(Role::Admin)),
        built(&it.organisation(ACCOUNT)),
        built(&it.organisations(0, 0)),
        built(&it.standing(ACCOUNT, ACCOUNT)),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("access"));
}

#[test]
fn every_message_of_batches_is_built_with_its_selector() {
    let it = Batches(ACCOUNT);
    let batch = BatchId([0; 32]);
    let attestation = ::batches::Attestation::MarketAuthorisation;
    let new = ::batches::NewBatch {
        gtin: 0,
        lot: vec![],
        expiry: 0,
        quantity: 0,
        serial_root: None,
        units_per_case: None,
    };
    let goods = ::batches::Goods::LogisticUnit(0);
    let target = ::batches::QuarantineTarget::Shipment(0);
    let recall = ::batches::Recall {
        scope: ::batches::RecallScope::Batch,
        class: ::batches::RecallClass::I,
        reason: ::batches::RecallReason::Stability,
        instructions: DocumentHash([0; 32]),
        acknowledge_by: 0,
    };
    let state = ::batches::UnitState::Sample;
    let calls = [
        built(&it.register_batch(&new)),
        built(&it.cancel_registration(batch)),
        built(&it.attest(batch, attestation, DocumentHash([0; 32]))),
        built(&it.release(batch)),
        built(&it.block(batch)),
        built(&it.unblock(batch)),
        built(&it.ship(goods, ACCOUNT, ::batches::Purpose::Supply, None)),
        built(&it.receive(0, &::batches::Arrival::Units(0))),
        built(&it.reject(0, ::batches::RejectionReason::Other)),
        built(&it.pack(0, &::batches::Contents::LogisticUnits(vec![]))),
        built(&it.unpack(0)),
        built(&it.decommission_quantity(batch, 0, state, None)),
        built(&it.quarantine(target, ::batches::QuarantineReason::Other)),
        built(&it.release_quarantine(target, ::batches::ClearanceReason::Mistake)),
        built(&it.recall(batch, &recall)),
        built(&it.acknowledge_recall(batch)),
        built(&it.batch(batch)),
        built(&it.batches(0, 0)),
        built(&it.mass_balance(batch)),
        built(&it.holding(batch, ACCOUNT)),
        built(&it.recall_reach(batch, 0, 0)),
        built(&it.recalls(batch)),
        built(&it.shipment(0)),
        built(&it.logistic_unit(0)),
        built(&it.attestation(batch, attestation)),
        built(&it.access()),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("batches"));
}

#[test]
fn every_message_of_units_is_built_with_its_selector() {
    let it = Units(ACCOUNT);
    let (batch, unit) = (BatchId([0; 32]), UnitId([0; 32]));
    let proof = SerialProof { index: 0, siblings: vec![] };
    let calls = [
        built(&it.dispense(batch, b"", &proof)),
        built(&it.decommission(batch, b"", &proof, ::units::UnitState::Sample)),
        built(&it.revert(batch, b"")),
        built(&it.resolve_alarm(batch, b"", ::units::Resolution::FalseAlarm)),
        built(&it.verdict(&::units::Scan::default())),
        built(&it.decommissioned_unit(unit)),
        built(&it.alarm(unit)),
        built(&it.access()),
        built(&it.batches()),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("units"));
}

#[test]
fn every_message_of_evidence_is_built_with_its_selector() {
    let it = Evidence(ACCOUNT);
    let feed = FeedId([0; 32]);
    let calls = [
        built(&it.set_policy(feed, None)),
        built(&it.present(::batches::QuarantineTarget::Shipment(0), feed)),
        built(&it.policy(feed)),
        built(&it.access()),
        built(&it.batches()),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("evidence"));
}

#[test]
fn every_message_of_feeds_is_built_with_its_selector() {
    let it = Feeds(ACCOUNT);
    let (feed, subject, model) = (FeedId([0; 32]), Subject([0; 32]), ModelId([0; 32]));
    let definition = ::feeds::Feed {
        kind: ::feeds::FeedKind::DiseaseRisk,
        decimals: 0,
        min: 0,
        max: 0,
        model,
        max_report_age: 0,
    };
    let report = ::feeds::Report {
        configuration: [0; 32],
        feed,
        subject,
        round: 0,
        request: None,
        model,
        inputs: primitives::InputCommitment([0; 32]),
        observed_at: 0,
        observations: vec![],
    };
    let calls = [
        built(&it.set_operators(&[], 0)),
        built(&it.approve_model(model, DocumentHash([0; 32]), "", 0)),
        built(&it.revoke_model(model)),
        built(&it.create_feed(feed, &definition)),
        built(&it.update_feed(feed, &definition)),
        built(&it.request_result(feed, subject, 0)),
        built(&it.cancel_request(0)),
        built(&it.report(&report, &[])),
        built(&it.read(feed, subject, 0)),
        built(&it.fresh_value(feed, subject, 0)),
        built(&it.round(feed, subject)),
        built(&it.request(0)),
        built(&it.configuration()),
        built(&it.configuration_digest()),
        built(&it.feed(feed)),
        built(&it.feeds(0, 0)),
        built(&it.model(model)),
        built(&it.models(0, 0)),
        built(&it.access()),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("feeds"));
}

#[test]
fn every_constructor_is_built_with_its_selector() {
    let built = |it: Constructor| {
        BTreeMap::from([(it.name().to_owned(), format!("0x{}", hex::encode(&it.input()[..4])))])
    };
    assert_eq!(built(access::new()), selectors("access", "constructors"));
    assert_eq!(built(batches::new(ACCOUNT)), selectors("batches", "constructors"));
    assert_eq!(built(units::new(ACCOUNT, ACCOUNT)), selectors("units", "constructors"));
    assert_eq!(built(evidence::new(ACCOUNT, ACCOUNT)), selectors("evidence", "constructors"));
    assert_eq!(built(feeds::new(ACCOUNT, [0; 32])), selectors("feeds", "constructors"));
}

#[test]
fn every_event_of_the_contracts_is_known() {
    assert_eq!(known::<access::Event>(), topics("access"));
    assert_eq!(known::<batches::Event>(), topics("batches"));
    assert_eq!(known::<units::Event>(), topics("units"));
    assert_eq!(known::<evidence::Event>(), topics("evidence"));
    assert_eq!(known::<feeds::Event>(), topics("feeds"));
}

fn known<E: ContractEvent>() -> BTreeSet<String> {
    E::TOPICS.iter().map(|topic| format!("0x{}", hex::encode(topic.unwrap()))).collect()
}

fn topics(contract: &str) -> BTreeSet<String> {
    let spec = spec(contract);
    spec["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["signature_topic"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_committed_bundles_can_be_deployed() {
    let bundles = Bundles::load(&artifacts()).unwrap();
    for bundle in [bundles.access, bundles.batches, bundles.units, bundles.evidence, bundles.feeds] {
        assert!(bundle.code().len() < 123 * 1024, "{bundle:?} is over what production chains allow");
    }
}
