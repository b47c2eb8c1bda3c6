//! Every message, with arguments that are right.

use batches::{
    Attestation, ClearanceReason, Contents, QuarantineReason, QuarantineTarget, RecallScope, UnitState,
};
use contract_runtime_tests::{
    bundle, definition, feed, model, new_batch, recall, sscc, Operators, Party, MODEL, SUBJECT,
};
use primitives::{BookingError, DocumentHash, FeedId, ModelId, QuarantineError, Role, UnitId};
use scale::{Decode, Encode};
use units::Resolution;

use crate::scene::{Scene, ACTOR};

/// A message with its arguments.
pub struct Row {
    pub contract: &'static str,
    pub message: &'static str,
    /// What is special about the arguments; empty where nothing is.
    pub case: &'static str,
    pub input: Vec<u8>,
    /// The name of the error in what the message returned.
    pub error: fn(&[u8]) -> Option<String>,
}

/// Reads the error of a `Result` whose error is `E`.
fn result<E: Decode + std::fmt::Debug>(returned: &[u8]) -> Option<String> {
    match returned {
        [1, error @ ..] => Some(format!("{:?}", E::decode(&mut &*error).expect("an error of the contract"))),
        _ => None,
    }
}

/// A read never says no.
fn read(_: &[u8]) -> Option<String> {
    None
}

/// Reads the error of `units`, or the alarm that came instead.
fn unit_outcome(returned: &[u8]) -> Option<String> {
    match returned {
        [0, 1, ..] => Some("alarm".to_owned()),
        other => result::<units::Error>(other),
    }
}

fn bool_answer(returned: &[u8]) -> Option<String> {
    (returned == [0]).then(|| "false".to_owned())
}

/// Collects the rows of one contract.
struct Rows<'a> {
    contract: &'static str,
    error: fn(&[u8]) -> Option<String>,
    rows: &'a mut Vec<Row>,
}

impl Rows<'_> {
    fn row(&mut self, message: &'static str, case: &'static str, arguments: impl Encode) {
        self.push(message, case, self.error, arguments);
    }

    fn read(&mut self, message: &'static str, arguments: impl Encode) {
        self.push(message, "", read, arguments);
    }

    fn push(
        &mut self,
        message: &'static str,
        case: &'static str,
        error: fn(&[u8]) -> Option<String>,
        arguments: impl Encode,
    ) {
        let contract = self.contract;
        let input = (bundle(contract).selector(message), arguments).encode();
        self.rows.push(Row { contract, message, case, input, error });
    }

    /// What every contract but `access` has.
    fn common(&mut self) {
        self.read("access", ());
        self.read("Migration::migrate", ());
        self.push("Upgradable::replace_code", "", bool_answer, [9_u8; 32]);
    }
}

/// Every message of every contract, some of them in several cases.
pub fn rows(scene: &mut Scene) -> Vec<Row> {
    let mut rows = Vec::new();
    of_access(scene, &mut rows);
    of_batches(scene, &mut rows);
    of_units(scene, &mut rows);
    of_evidence(scene, &mut rows);
    of_feeds(scene, &mut rows);
    rows
}

fn of_access(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "access", error: result::<access::Error>, rows };
    let (newcomer, auditor, provider) = (scene.world.feeds, Party::Auditor.id(), Party::Provider.id());
    let no_end = None::<u64>;
    let organisation = (newcomer, "New".to_owned(), access::Identifier::Gln(6_291_041_500_213));
    rows.row("register_organisation", "", organisation);
    rows.row("set_sealing_key", "", [5_u8; 32]);
    rows.row("suspend_organisation", "", auditor);
    rows.row("reinstate_organisation", "", provider);
    rows.row("grant_role", "", (Role::Pharmacy, auditor, no_end));
    rows.row("grant_role", "Admin", (Role::Admin, auditor, no_end));
    rows.row("revoke_role", "", (Role::Patient, auditor));
    rows.row("set_administering_role", "", (Role::Pharmacy, Role::Regulator));
    rows.row("offer_administration", "", auditor);
    rows.row("withdraw_administration_offer", "none is open", ());
    rows.row("accept_administration", "none is open", ());
    rows.row("pause", "", newcomer);
    rows.row("unpause", "", auditor);
    rows.row("propose_upgrade", "", (scene.world.units, [9_u8; 32]));
    rows.row("cancel_upgrade", "", scene.world.evidence);
    rows.row("apply_upgrade", "too early", scene.world.evidence);
    rows.read("has_role", (Role::Pharmacy, auditor));
    rows.read("is_paused", auditor);
    rows.read("administrator", ());
    rows.read("administration_offered_to", ());
    rows.read("upgrade", auditor);
    rows.read("administering_role", Role::Pharmacy);
    rows.read("organisation", auditor);
    rows.read("organisations", (0_u32, 50_u32));
    rows.read("AccessControl::standing", (auditor, newcomer));
    rows.read("Migration::migrate", ());
}

fn of_batches(scene: &mut Scene, rows: &mut Vec<Row>) {
    let now = scene.world.now();
    let mut rows = Rows { contract: "batches", error: result::<batches::Error>, rows };
    let (id, plain, document) = (scene.released.id, scene.plain, DocumentHash([0x44; 32]));
    rows.row("register_batch", "", new_batch("NEW", 10, None));
    rows.row("cancel_registration", "", scene.fresh);
    rows.row(
        "attest",
        "certificate of analysis",
        (scene.fresh, Attestation::CertificateOfAnalysis, document),
    );
    let practice = Attestation::GoodManufacturingPractice;
    rows.row("attest", "GMP of another's batch", (scene.of_another, practice, document));
    rows.row("attest", "GMP of its own batch", (scene.fresh, practice, document));
    let authorisation = Attestation::MarketAuthorisation;
    rows.row("attest", "authorisation of another's batch", (scene.of_another, authorisation, document));
    rows.row("release", "", scene.attested);
    rows.row("block", "", id);
    rows.row("unblock", "", scene.blocked);
    rows.row("ship", "", scene.shipping());
    rows.row("receive", "", scene.arrival());
    rows.row("reject", "", scene.rejection());
    rows.row("pack", "units", (sscc(2), Contents::Units { batch: plain, quantity: 1 }));
    rows.row("pack", "a numbered case", (sscc(2), Contents::Case { batch: id, number: 5 }));
    rows.row("pack", "a pallet", (sscc(2), Contents::LogisticUnits(vec![scene.case])));
    rows.row("unpack", "", scene.case);
    let none = None::<DocumentHash>;
    rows.row("decommission_quantity", "dispensed", (plain, 1_u64, UnitState::Dispensed, none));
    rows.row("decommission_quantity", "destroyed", (plain, 1_u64, UnitState::Destroyed, none));
    let at = |holder: Party| QuarantineTarget::Holding { batch: plain, holder: holder.id(), quantity: None };
    rows.row("quarantine", "its own goods", (at(ACTOR), QuarantineReason::Damaged));
    rows.row("quarantine", "goods of another", (at(Party::Wholesaler), QuarantineReason::Damaged));
    let found = ClearanceReason::NothingFound;
    rows.row("release_quarantine", "by its holder", (scene.apart[0], found));
    rows.row("release_quarantine", "by a regulator", (scene.apart[1], found));
    rows.row("recall", "", (id, recall(RecallScope::Batch, now)));
    rows.row("acknowledge_recall", "", scene.recalled);
    let booked = (id, ACTOR.id(), UnitState::Sample, false);
    rows.push("UnitBooks::book_unit", "", result::<BookingError>, booked);
    rows.push("QuarantineBooks::quarantine_on_evidence", "", result::<QuarantineError>, at(ACTOR));
    rows.read("UnitBooks::whereabouts", (id, Some(1_u32), Some(ACTOR.id())));
    rows.read("QuarantineBooks::quarantine_cleared_at", at(ACTOR));
    rows.read("batch", id);
    rows.read("batches", (0_u32, 50_u32));
    rows.read("mass_balance", id);
    rows.read("holding", (id, ACTOR.id()));
    rows.read("recall_reach", (id, 0_u32, 50_u32));
    rows.read("recalls", id);
    rows.read("shipment", scene.shipment);
    rows.read("logistic_unit", scene.case);
    rows.read("attestation", (id, practice));
    rows.common();
}

fn of_units(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "units", error: result::<units::Error>, rows };
    let serial = |number: u64| {
        let (id, serial, _) = scene.released.unit(number);
        (id, serial)
    };
    rows.push("dispense", "", unit_outcome, scene.released.unit(9));
    let (id, name, proof) = scene.released.unit(9);
    let sample = (id, name.clone(), proof.clone(), UnitState::Sample);
    rows.push("decommission", "as a sample", unit_outcome, sample);
    rows.push("decommission", "dispensed", unit_outcome, (id, name, proof, UnitState::Dispensed));
    rows.row("revert", "its own", serial(1));
    rows.row("revert", "what another locked", serial(2));
    let (id, name) = serial(3);
    rows.row("resolve_alarm", "", (id, name, Resolution::FalseAlarm));
    rows.push("verdict", "", result::<units::Error>, scene.released.scan(9));
    rows.read("decommissioned_unit", UnitId([0; 32]));
    rows.read("alarm", UnitId([0; 32]));
    rows.read("batches", ());
    rows.common();
}

fn of_evidence(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "evidence", error: result::<evidence::Error>, rows };
    rows.row("set_policy", "", (feed(), None::<evidence::EvidencePolicy>));
    rows.row("present", "", (scene.warm, feed()));
    rows.read("policy", feed());
    rows.read("batches", ());
    rows.common();
}

fn of_feeds(scene: &mut Scene, rows: &mut Vec<Row>) {
    let now = scene.world.now();
    let mut rows = Rows { contract: "feeds", error: result::<feeds::Error>, rows };
    rows.row("set_operators", "", (Operators::new(4).keys(), 1_u8));
    let (_, manifest, version, end) = model(now);
    rows.row("approve_model", "", (ModelId([7; 32]), manifest, version, end));
    rows.row("revoke_model", "", MODEL);
    rows.row("create_feed", "", (FeedId::named("another").expect("a name"), definition()));
    rows.row("update_feed", "", (feed(), definition()));
    rows.row("request_result", "", (feed(), SUBJECT, now + 60_000));
    rows.row("cancel_request", "", 0_u64);
    rows.row("report", "", scene.report.clone());
    rows.push("read", "nothing is reported", result::<feeds::Error>, (feed(), SUBJECT, 0_u64));
    rows.read("FeedReader::fresh_value", (feed(), SUBJECT, 0_u64));
    rows.read("round", (feed(), SUBJECT));
    rows.read("request", 0_u64);
    rows.read("configuration", ());
    rows.read("configuration_digest", ());
    rows.read("feed", feed());
    rows.read("feeds", (0_u32, 50_u32));
    rows.read("model", MODEL);
    rows.read("models", (0_u32, 50_u32));
    rows.common();
}
