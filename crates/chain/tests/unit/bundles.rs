//! The client against the built contracts' metadata: a message or event that has another name, other arguments or
//! another answer in a contract than here, fails.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chain::access::Access;
use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::{Named, Units};
use chain::{
    access, batches, evidence, feeds, governance, products, units, AccountId, Bundles, Call, Constructor,
    ContractEvent,
};
use primitives::access::{Change, Limits};
use primitives::batches::{
    Arrival, ClearanceReason, Contents, Goods, Purpose, QuarantineReason, QuarantineTarget, Recall,
    RecallClass, RecallReason, RecallScope, RejectionReason, UnitState,
};
use primitives::evidence::EvidencePolicy;
use primitives::feeds::{Feed, FeedKind, Observation, Report};
use primitives::governance::{Action, Identifier, Market};
use primitives::products::{Attestation, NewBatch, NewProduct, WithdrawalRecall};
use primitives::units::{Resolution, Scan};
use primitives::{
    BatchId, DocumentHash, FeedId, InputCommitment, ModelId, MultiProof, Prefix, Question, RegistrationHash,
    Role, RoleSet, SerialProof, Subject, UnitId,
};
use scale_info::form::PortableForm;
use scale_info::{meta_type, Field, PortableRegistry, Registry, TypeDef, TypeInfo};
use serde_json::Value;
use subxt::ext::scale_value::scale::decode_as_type;

const ACCOUNT: AccountId = AccountId([1; 32]);
const BATCH: BatchId = BatchId([2; 32]);
const FEED: FeedId = FeedId([3; 32]);
const SITE: u32 = 7;
const PREFIX: Prefix = Prefix { length: 7, digits: 9_506_000 };
/// The contracts of a deployment.
const CONTRACTS: [&str; 7] = ["access", "governance", "batches", "products", "units", "evidence", "feeds"];
/// What contracts ask of each other, or of themselves, only: no client makes these calls.
const BETWEEN_CONTRACTS: [&str; 5] =
    ["ProductBooks::", "UnitBooks::", "QuarantineBooks::", "Replaceable::", "lock_code"];

fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts")
}

/// What a built contract says about itself.
struct Metadata {
    name: &'static str,
    spec: Value,
    types: PortableRegistry,
}

impl Metadata {
    fn of(name: &'static str) -> Self {
        let file = std::fs::read(artifacts().join(format!("{name}.contract"))).unwrap();
        let mut bundle: Value = serde_json::from_slice(&file).unwrap();
        let types = serde_json::from_value(serde_json::json!({ "types": bundle["types"].take() })).unwrap();
        Self { name, spec: bundle["spec"].take(), types }
    }

    /// The messages or constructors by their names.
    fn functions(&self, list: &str) -> BTreeMap<&str, &Value> {
        let functions = self.spec[list].as_array().unwrap().iter();
        functions.map(|function| (function["label"].as_str().unwrap(), function)).collect()
    }

    /// Fails where the contract reads other arguments out of an input than were put in, or under another selector.
    fn assert_reads(&self, function: &Value, name: &str, input: &[u8]) {
        let (selector, mut rest) = input.split_at(4);
        assert_eq!(function["selector"], format!("0x{}", hex::encode(selector)), "{}: {name}", self.name);
        for argument in function["args"].as_array().unwrap() {
            let read = decode_as_type(&mut rest, type_of(&argument["type"]), &self.types);
            assert!(read.is_ok(), "{}: {name} reads no {}: {read:?}", self.name, argument["label"]);
        }
        assert!(rest.is_empty(), "{}: {name} leaves {} bytes of its arguments", self.name, rest.len());
    }

    /// The shape of a message's answer, of the good one where it may refuse.
    fn answer(&self, message: &Value) -> String {
        let answer = self.ok(type_of(&message["returnType"])).expect("ink! wraps each answer");
        shape(&self.types, self.ok(answer).unwrap_or(answer))
    }

    /// The good answer of a `Result`.
    fn ok(&self, answer: u32) -> Option<u32> {
        let answer = self.types.resolve(answer)?;
        match &answer.type_def {
            TypeDef::Variant(variants) if answer.path.segments == ["Result"] => {
                variants.variants.first()?.fields.first().map(|field| field.ty.id)
            }
            _ => None,
        }
    }

    fn assert_messages(&self, calls: impl IntoIterator<Item = Built>) {
        let mut messages = self.functions("messages");
        messages.retain(|name, _| BETWEEN_CONTRACTS.iter().all(|other| !name.starts_with(other)));
        for Built { name, input, answer } in calls {
            let message = messages.remove(name);
            let message = message.unwrap_or_else(|| panic!("{} has no message {name}", self.name));
            self.assert_reads(message, name, &input);
            assert_eq!(self.answer(message), answer, "the answer of {}: {name}", self.name);
        }
        assert!(messages.is_empty(), "{}: no function calls {:?}", self.name, messages.keys());
    }

    fn assert_constructor(&self, built: &Constructor) {
        let constructors = self.functions("constructors");
        assert_eq!(constructors.keys().copied().collect::<Vec<_>>(), [built.name()], "{}", self.name);
        self.assert_reads(constructors[built.name()], built.name(), built.input());
    }

    fn topics(&self) -> BTreeSet<String> {
        let events = self.spec["events"].as_array().unwrap().iter();
        events.map(|event| event["signature_topic"].as_str().unwrap().to_owned()).collect()
    }
}

fn type_of(spec: &Value) -> u32 {
    spec["type"].as_u64().unwrap().try_into().unwrap()
}

/// How a type is encoded, with the names that its values have: the same for two types that mean the same.
fn shape(types: &PortableRegistry, id: u32) -> String {
    let of = |id| shape(types, id);
    let fields = |fields: &[Field<PortableForm>]| {
        let fields = fields
            .iter()
            .map(|field| format!("{}:{}", field.name.as_deref().unwrap_or("_"), of(field.ty.id)));
        fields.collect::<Vec<_>>().join(", ")
    };
    match &types.resolve(id).unwrap().type_def {
        TypeDef::Composite(composite) => format!("{{{}}}", fields(&composite.fields)),
        TypeDef::Variant(variants) => {
            let variants = variants.variants.iter();
            let variants = variants.map(|it| format!("{}={}{{{}}}", it.index, it.name, fields(&it.fields)));
            variants.collect::<Vec<_>>().join(" | ")
        }
        TypeDef::Sequence(sequence) => format!("[{}]", of(sequence.type_param.id)),
        TypeDef::Array(array) => format!("[{}; {}]", of(array.type_param.id), array.len),
        TypeDef::Tuple(tuple) => {
            format!("({})", tuple.fields.iter().map(|field| of(field.id)).collect::<Vec<_>>().join(", "))
        }
        TypeDef::Compact(compact) => format!("compact {}", of(compact.type_param.id)),
        TypeDef::Primitive(primitive) => format!("{primitive:?}"),
        TypeDef::BitSequence(_) => "bits".to_owned(),
    }
}

/// A call that the client made.
struct Built {
    name: &'static str,
    input: Vec<u8>,
    answer: String,
}

fn built<R: TypeInfo + 'static>(call: &Call<R>) -> Built {
    let mut registry = Registry::new();
    let id = registry.register_type(&meta_type::<R>()).id;
    Built { name: call.message(), input: call.input().to_vec(), answer: shape(&registry.into(), id) }
}

#[test]
fn every_message_of_access_is_known() {
    let it = Access(ACCOUNT);
    Metadata::of("access").assert_messages([
        built(&it.standing(&Question { counterparty: Some(SITE), ..Question::about(ACCOUNT, Some(SITE)) })),
        built(&it.account(ACCOUNT)),
        built(&it.rights(1)),
        built(&it.change(&Change::Site { site: SITE, organisation: 1 })),
        built(&it.deployment()),
    ]);
}

#[test]
fn every_message_of_governance_is_known() {
    let it = Governance(ACCOUNT);
    let identifier = Identifier::Gln(6_291_041_500_213);
    let limits = Limits {
        site: Some(SITE),
        roles: Some(RoleSet::of(&[Role::Pharmacy])),
        until: Some(9),
        steward: true,
    };
    Metadata::of("governance").assert_messages([
        built(&it.register_organisation("Acme", &identifier, ACCOUNT)),
        built(&it.update_organisation(1, "Acme", &identifier)),
        built(&it.register_site(1, "Works", 6_291_041_500_213)),
        built(&it.update_site(SITE, "Works", 6_291_041_500_213)),
        built(&it.register_prefix(1, PREFIX)),
        built(&it.remove_prefix(PREFIX)),
        built(&it.prefix(PREFIX)),
        built(&it.prefixes(1, 2)),
        built(&it.add_account(1, ACCOUNT, &limits)),
        built(&it.change_account(ACCOUNT, &limits)),
        built(&it.remove_account(ACCOUNT)),
        built(&it.set_sealing_key([1; 32])),
        built(&it.suspend_organisation(1)),
        built(&it.reinstate_organisation(1)),
        built(&it.grant_role(1, Role::Pharmacy, Some(9))),
        built(&it.revoke_role(1, Role::Pharmacy)),
        built(&it.set_contract_roles(ACCOUNT, RoleSet::of(&[Role::Sentinel]))),
        built(&it.set_market(Market(*b"DE"), Some(1))),
        built(&it.set_administering_role(Role::Pharmacy, Role::Regulator)),
        built(&it.offer_administration(ACCOUNT)),
        built(&it.withdraw_administration_offer()),
        built(&it.accept_administration()),
        built(&it.end_set_up()),
        built(&it.pause(ACCOUNT)),
        built(&it.unpause(ACCOUNT)),
        built(&it.propose(&Action::Upgrade { contract: ACCOUNT, code: [1; 32] })),
        built(&it.cancel_proposal(1)),
        built(&it.apply_proposal(1)),
        built(&it.organisation(1)),
        built(&it.organisations(1, 2)),
        built(&it.site(SITE)),
        built(&it.sites(1, 2)),
        built(&it.gln(6_291_041_500_213)),
        built(&it.account(ACCOUNT)),
        built(&it.accounts(1, 2, 3)),
        built(&it.proposal(1)),
        built(&it.proposals(1, 2)),
        built(&it.administrator()),
        built(&it.administration_offer()),
        built(&it.authority(Market(*b"DE"))),
        built(&it.markets(1)),
        built(&it.administering_role(Role::Pharmacy)),
        built(&it.in_set_up()),
        built(&it.access()),
    ]);
}

#[test]
fn every_message_of_batches_is_known() {
    let it = Batches(ACCOUNT);
    let document = DocumentHash([4; 32]);
    let goods = Goods::Units { batch: BATCH, quantity: 3 };
    let target = QuarantineTarget::Holding { batch: BATCH, site: SITE, quantity: Some(3) };
    let recall = Recall {
        scope: RecallScope::SerialRange { first: 1, last: 2 },
        class: RecallClass::I,
        reason: RecallReason::Stability,
        instructions: document,
        acknowledge_by: 9,
    };
    Metadata::of("batches").assert_messages([
        built(&it.cancel_registration(BATCH)),
        built(&it.block(BATCH)),
        built(&it.unblock(BATCH)),
        built(&it.ship(SITE, goods, 8, Purpose::Supply, Some(document))),
        built(&it.ship_for(SITE, goods, 8, Purpose::Return, document)),
        built(&it.receive(SITE, 1, &Arrival::Units(3))),
        built(&it.reject(Some(SITE), 1, RejectionReason::Other)),
        built(&it.pack(SITE, 1, &Contents::LogisticUnits(vec![2, 3]))),
        built(&it.unpack(SITE, 1)),
        built(&it.decommission_quantity(SITE, BATCH, 3, UnitState::Sample, Some(document))),
        built(&it.destroy(SITE, 1, Some(document))),
        built(&it.revert_quantity(SITE, BATCH, 3, UnitState::Sample)),
        built(&it.quarantine(Some(SITE), target, QuarantineReason::Other)),
        built(&it.follow_evidence(&[target, QuarantineTarget::Shipment(1)])),
        built(&it.release_quarantine(target, ClearanceReason::Mistake)),
        built(&it.condemn(Some(SITE), target)),
        built(&it.recall(BATCH, &recall)),
        built(&it.end_recall(BATCH, 1, document)),
        built(&it.acknowledge_recall(SITE, BATCH)),
        built(&it.batch(BATCH)),
        built(&it.batches(1, 2)),
        built(&it.mass_balance(BATCH)),
        built(&it.holding(BATCH, SITE)),
        built(&it.recall_reach(BATCH, 1, 2)),
        built(&it.recalls(BATCH)),
        built(&it.shipment(1)),
        built(&it.logistic_unit(1)),
        built(&it.access()),
    ]);
}

#[test]
fn every_message_of_products_is_known() {
    let it = Products(ACCOUNT);
    let document = DocumentHash([4; 32]);
    let attestation = Attestation::GoodManufacturingPractice;
    let gtin = 9_506_000_134_352;
    let product = NewProduct {
        gtin,
        holder: 1,
        makers: vec![2],
        markets: vec![Market(*b"DE")],
        until: Some(9),
        document,
    };
    let recall = WithdrawalRecall {
        class: RecallClass::I,
        reason: RecallReason::Stability,
        instructions: document,
        acknowledge_by: 9,
    };
    let new = NewBatch {
        gtin,
        lot: b"LOT".to_vec(),
        expiry: 351_231,
        quantity: 100,
        serial_root: Some([5; 32]),
        units_per_case: Some(10),
    };
    Metadata::of("products").assert_messages([
        built(&it.authorise(std::slice::from_ref(&product))),
        built(&it.change(&product)),
        built(&it.withdraw(gtin, &recall)),
        built(&it.restore(gtin, document)),
        built(&it.delegate(PREFIX, Some(1))),
        built(&it.register_batch(SITE, &new)),
        built(&it.attest(BATCH, RegistrationHash([5; 32]), attestation, document)),
        built(&it.release(BATCH)),
        built(&it.product(gtin)),
        built(&it.products(1, 2)),
        built(&it.delegation(PREFIX)),
        built(&it.attestation(1, attestation)),
        built(&it.access()),
        built(&it.batches_contract()),
    ]);
}

#[test]
fn every_message_of_units_is_known() {
    let it = Units(ACCOUNT);
    let proof = SerialProof { index: 1, salt: [6; 16], siblings: vec![[7; 32]] };
    let scan = Scan {
        gtin: 9_506_000_134_352,
        lot: b"LOT".to_vec(),
        serial: Some(b"S1".to_vec()),
        proof: Some(proof.clone()),
        ..Scan::default()
    };
    let unit = UnitId([8; 32]);
    let named = Named {
        at: SITE,
        batch: BATCH,
        serials: vec![b"S1".to_vec()],
        proof: MultiProof { leaves: vec![(1, [6; 16])], siblings: vec![[7; 32]], depth: 1 },
        from_quarantine: true,
    };
    Metadata::of("units").assert_messages([
        built(&it.dispense(SITE, BATCH, b"S1", &proof, Some(9))),
        built(&it.decommission(SITE, BATCH, b"S1", &proof, UnitState::Sample, None)),
        built(&it.revert(SITE, BATCH, b"S1")),
        built(&it.quarantine(Some(SITE), &named, QuarantineReason::Other)),
        built(&it.condemn(None, &named)),
        built(&it.release(BATCH, &named.serials, ClearanceReason::Mistake)),
        built(&it.resolve_alarms(BATCH, &named.serials, Resolution::RecordWrong)),
        built(&it.dismiss_alarms(SITE)),
        built(&it.verdict(&scan)),
        built(&it.unit(unit)),
        built(&it.alarm(unit)),
        built(&it.alarms_dismissed_at(SITE)),
        built(&it.access()),
        built(&it.batches()),
    ]);
}

#[test]
fn every_message_of_evidence_is_known() {
    let it = Evidence(ACCOUNT);
    let policy = EvidencePolicy { feeds: ACCOUNT, threshold: 5, max_age: 6 };
    Metadata::of("evidence").assert_messages([
        built(&it.set_policy(FEED, Some(policy))),
        built(&it.present(QuarantineTarget::Shipment(1), FEED)),
        built(&it.policy(FEED)),
        built(&it.presented_at(FEED, Subject([9; 32]))),
        built(&it.access()),
        built(&it.batches()),
    ]);
}

#[test]
fn every_message_of_feeds_is_known() {
    let it = Feeds(ACCOUNT);
    let (subject, model) = (Subject([9; 32]), ModelId([10; 32]));
    let definition =
        Feed { kind: FeedKind::DiseaseRisk, decimals: 4, min: 0, max: 10_000, model, max_report_age: 60_000 };
    let report = Report {
        configuration: [11; 32],
        feed: FEED,
        subject,
        round: 1,
        request: Some(2),
        model,
        inputs: InputCommitment([12; 32]),
        observed_at: 3,
        observations: vec![Observation { operator: 0, value: 4 }],
    };
    Metadata::of("feeds").assert_messages([
        built(&it.set_operators(&[[2; 33]], 0)),
        built(&it.approve_model(model, DocumentHash([13; 32]), "1.0.0", 9)),
        built(&it.revoke_model(model)),
        built(&it.create_feed(FEED, &definition)),
        built(&it.update_feed(FEED, &definition)),
        built(&it.request_result(FEED, subject, 9)),
        built(&it.cancel_request(1)),
        built(&it.report(&report, &[[14; 65]])),
        built(&it.read(FEED, subject, 9)),
        built(&it.fresh_value(FEED, subject, 9)),
        built(&it.round(FEED, subject)),
        built(&it.request(1)),
        built(&it.requests(1, 2)),
        built(&it.configuration()),
        built(&it.configuration_digest()),
        built(&it.feed(FEED)),
        built(&it.feeds(1, 2)),
        built(&it.model(model)),
        built(&it.models(1, 2)),
        built(&it.access()),
    ]);
}

#[test]
fn every_constructor_is_known() {
    Metadata::of("access").assert_constructor(&access::new());
    Metadata::of("governance").assert_constructor(&governance::new(ACCOUNT));
    Metadata::of("batches").assert_constructor(&batches::new(ACCOUNT));
    Metadata::of("products").assert_constructor(&products::new(ACCOUNT, ACCOUNT));
    Metadata::of("units").assert_constructor(&units::new(ACCOUNT, ACCOUNT));
    Metadata::of("evidence").assert_constructor(&evidence::new(ACCOUNT, ACCOUNT));
    Metadata::of("feeds").assert_constructor(&feeds::new(ACCOUNT, [1; 32]));
}

#[test]
fn every_event_is_known_by_its_name() {
    assert!(Metadata::of("access").topics().is_empty(), "what access writes down, governance reports");
    assert_eq!(known::<governance::Event>(), Metadata::of("governance").topics());
    assert_eq!(known::<batches::Event>(), Metadata::of("batches").topics());
    assert_eq!(known::<products::Event>(), Metadata::of("products").topics());
    assert_eq!(known::<units::Event>(), Metadata::of("units").topics());
    assert_eq!(known::<evidence::Event>(), Metadata::of("evidence").topics());
    assert_eq!(known::<feeds::Event>(), Metadata::of("feeds").topics());
}

fn known<E: ContractEvent>() -> BTreeSet<String> {
    E::TOPICS.iter().map(|topic| format!("0x{}", hex::encode(topic))).collect()
}

/// Code is replaced by the same two messages everywhere: else a contract could never be upgraded.
#[test]
fn every_contract_can_get_new_code() {
    for contract in CONTRACTS {
        let metadata = Metadata::of(contract);
        let messages = metadata.functions("messages");
        for message in ["Replaceable::replace_code", "Replaceable::migrate"] {
            assert!(messages.contains_key(message), "{contract} has no {message}");
        }
    }
}

#[test]
fn the_shipped_bundles_are_the_committed_ones_and_can_be_deployed() {
    let (shipped, committed) = (Bundles::shipped().unwrap(), Bundles::load(&artifacts()).unwrap());
    for (shipped, committed) in [
        (shipped.access, committed.access),
        (shipped.governance, committed.governance),
        (shipped.batches, committed.batches),
        (shipped.products, committed.products),
        (shipped.units, committed.units),
        (shipped.evidence, committed.evidence),
        (shipped.feeds, committed.feeds),
    ] {
        assert_eq!(shipped, committed);
        assert!(shipped.code().len() < 123 * 1024, "{shipped:?} is over what production chains allow");
    }
}
