//! The client against the built contracts' metadata: a message or event that was renamed in a contract, and not
//! here, fails.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chain::access::Access;
use chain::batches::Batches;
use chain::feeds::Feeds;
use chain::{access, batches, feeds, AccountId, Bundles, Call, Constructor, ContractEvent};
use ink::env::Event;
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

/// The messages that are for callers: `migrate` is asked by a contract that replaces its code.
fn own_messages(contract: &str) -> BTreeMap<String, String> {
    let mut messages = selectors(contract, "messages");
    assert!(
        messages.remove("Migration::migrate").is_some(),
        "{contract} can be asked whether it understands storage"
    );
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
        built(&it.propose_upgrade([0; 32])),
        built(&it.cancel_upgrade()),
        built(&it.apply_upgrade()),
        built(&it.upgrade()),
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
    let proof = SerialProof { index: 0, siblings: vec![] };
    let recall = ::batches::Recall {
        scope: ::batches::RecallScope::Batch,
        class: ::batches::RecallClass::I,
        reason: ::batches::RecallReason::Stability,
        instructions: DocumentHash([0; 32]),
        acknowledge_by: 0,
    };
    let (state, feed, unit) = (::batches::UnitState::Sample, FeedId([0; 32]), UnitId([0; 32]));
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
        built(&it.dispense(batch, b"", &proof)),
        built(&it.decommission(batch, b"", &proof, state)),
        built(&it.decommission_quantity(batch, 0, state, None)),
        built(&it.revert(batch, b"")),
        built(&it.resolve_alarm(batch, b"", ::batches::Resolution::FalseAlarm)),
        built(&it.quarantine(target, ::batches::QuarantineReason::Other)),
        built(&it.quarantine_by_evidence(target, feed)),
        built(&it.release_quarantine(target, ::batches::ClearanceReason::Mistake)),
        built(&it.set_evidence_policy(feed, None)),
        built(&it.recall(batch, &recall)),
        built(&it.acknowledge_recall(batch)),
        built(&it.propose_upgrade([0; 32])),
        built(&it.cancel_upgrade()),
        built(&it.apply_upgrade()),
        built(&it.verdict(&::batches::Scan::default())),
        built(&it.batch(batch)),
        built(&it.batches(0, 0)),
        built(&it.mass_balance(batch)),
        built(&it.holding(batch, ACCOUNT)),
        built(&it.recall_reach(batch, 0, 0)),
        built(&it.recalls(batch)),
        built(&it.shipment(0)),
        built(&it.logistic_unit(0)),
        built(&it.attestation(batch, attestation)),
        built(&it.decommissioned_unit(unit)),
        built(&it.alarm(unit)),
        built(&it.evidence_policy(feed)),
        built(&it.upgrade()),
        built(&it.access()),
    ];
    assert_eq!(BTreeMap::from(calls), own_messages("batches"));
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
    assert_eq!(BTreeMap::from(calls), selectors("feeds", "messages"));
}

#[test]
fn every_constructor_is_built_with_its_selector() {
    let built = |it: Constructor| {
        BTreeMap::from([(it.name().to_owned(), format!("0x{}", hex::encode(&it.input()[..4])))])
    };
    assert_eq!(built(access::new()), selectors("access", "constructors"));
    assert_eq!(built(batches::new(ACCOUNT)), selectors("batches", "constructors"));
    assert_eq!(built(feeds::new(ACCOUNT, [0; 32])), selectors("feeds", "constructors"));
}

#[test]
fn every_event_of_the_contracts_is_known() {
    assert_eq!(known::<access::Event>(), topics("access"));
    assert_eq!(known::<batches::Event>(), topics("batches"));
    // ink! lists the events of every crate that a contract links; `feeds` replaces no code and emits none of these.
    let upgrades = [
        <::batches::UpgradeProposed as Event>::SIGNATURE_TOPIC,
        <::batches::UpgradeCancelled as Event>::SIGNATURE_TOPIC,
        <::batches::UpgradeApplied as Event>::SIGNATURE_TOPIC,
    ];
    let upgrades = upgrades.map(|topic| format!("0x{}", hex::encode(topic.unwrap())));
    let listed: BTreeSet<String> = known::<feeds::Event>().into_iter().chain(upgrades).collect();
    assert_eq!(listed, topics("feeds"));
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
    for bundle in [bundles.access, bundles.batches, bundles.feeds] {
        assert!(bundle.code().len() < 123 * 1024, "{bundle:?} is over what production chains allow");
    }
}
