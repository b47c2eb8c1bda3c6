//! Every message, with arguments that are right.

use contract_runtime_tests::{
    bundle, definition, feed, gln, model, new_batch, recall, sscc, Operators, Party, World, MODEL, SUBJECT,
};
use primitives::access::{Change, Contract, Deployment, Limits};
use primitives::batches::{
    self, Booking, BookingError, ClearanceReason, Contents, Move, Purpose, QuarantineError, QuarantineReason,
    QuarantineTarget, RecallClass, RecallReason, RecallScope, UnitPlace, UnitState, Which,
};
use primitives::governance::{Action, Identifier, Market};
use primitives::products::{Attestation, WithdrawalRecall};
use primitives::units::Resolution;
use primitives::{access, evidence, feeds, governance, products, units};
use primitives::{DocumentHash, FeedId, Grant, ModelId, Question, Role, RoleSet, SiteId, Subject, UnitId};
use scale::{Decode, Encode};
use testing::goods::{loose, prefix_of, registration};

use super::scene::{gtin, new_codes, prefix, Scene, DUE, EARLY, LAPSED, PREFIXES};

/// Whether a message names the caller's site as its first argument.
#[derive(Clone, Copy)]
enum Names {
    Nothing,
    Site,
    /// As an option.
    MaybeSite,
}

/// A message with its arguments.
pub struct Row {
    pub contract: &'static str,
    pub message: &'static str,
    /// What is special about the arguments; empty where nothing is.
    pub case: &'static str,
    names: Names,
    /// Behind the site.
    arguments: Vec<u8>,
    /// The name of the error in what the message returned.
    pub error: fn(&[u8]) -> Option<String>,
}

impl Row {
    /// The message of a caller that names this site as its own.
    pub fn input(&self, site: SiteId) -> Vec<u8> {
        let site = match self.names {
            Names::Nothing => Vec::new(),
            Names::Site => site.encode(),
            Names::MaybeSite => Some(site).encode(),
        };
        [&bundle(self.contract).selector(self.message)[..], &site, &self.arguments].concat()
    }
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
        self.push(message, case, Names::Nothing, self.error, arguments);
    }

    /// A message that names the caller's site.
    fn at_site(&mut self, message: &'static str, case: &'static str, arguments: impl Encode) {
        self.push(message, case, Names::Site, self.error, arguments);
    }

    /// A message that can name the caller's site, and does.
    fn maybe_at_site(&mut self, message: &'static str, case: &'static str, arguments: impl Encode) {
        self.push(message, case, Names::MaybeSite, self.error, arguments);
    }

    /// The same message without the site, as a regulator sends it.
    fn without_site(&mut self, message: &'static str, case: &'static str, arguments: impl Encode) {
        self.row(message, case, (None::<SiteId>, arguments));
    }

    fn read(&mut self, message: &'static str, arguments: impl Encode) {
        self.push(message, "", Names::Nothing, read, arguments);
    }

    fn push(
        &mut self,
        message: &'static str,
        case: &'static str,
        names: Names,
        error: fn(&[u8]) -> Option<String>,
        arguments: impl Encode,
    ) {
        let (contract, arguments) = (self.contract, arguments.encode());
        self.rows.push(Row { contract, message, case, names, arguments, error });
    }

    /// What every contract has.
    fn common(&mut self) {
        if self.contract != "access" {
            self.read("access", ());
        }
        self.read("Replaceable::migrate", ());
        let own = primitives::blake2_256(&bundle(self.contract).wasm);
        self.push("Replaceable::replace_code", "its own code", Names::Nothing, bool_answer, own);
        self.push(
            "Replaceable::replace_code",
            "code that is not there",
            Names::Nothing,
            bool_answer,
            [9_u8; 32],
        );
    }
}

/// Every message of every contract, some of them in several cases.
pub fn rows(world: &mut World, scene: &Scene) -> Vec<Row> {
    let mut rows = Vec::new();
    of_access(scene, &mut rows);
    organisations(world, scene, &mut rows);
    decisions(world, scene, &mut rows);
    of_products(world, scene, &mut rows);
    of_batches(world, scene, &mut rows);
    of_units(scene, &mut rows);
    of_evidence(scene, &mut rows);
    of_feeds(world, scene, &mut rows);
    rows
}

fn of_access(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "access", error: result::<access::Error>, rows };
    let (auditor, site) = (Party::Auditor.id(), Party::Auditor.site());
    let entry = Contract { contract: auditor, roles: RoleSet::EMPTY, paused: true };
    rows.row("AccessControl::change", "", Change::Deployment(scene.deployment.clone().with(entry)));
    let governance = scene.actor.account;
    let taken = Deployment { governance, ..scene.deployment.clone() };
    rows.row("AccessControl::change", "the governance", Change::Deployment(taken));
    rows.read("AccessControl::standing", Question::about(auditor, Some(site)));
    rows.read("AccessControl::account", auditor);
    rows.read("AccessControl::rights", Party::Auditor.organisation());
    rows.read("AccessControl::deployment", ());
    rows.common();
}

fn organisations(world: &World, scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "governance", error: result::<governance::Error>, rows };
    let (own, auditor, provider) =
        (scene.organisation, Party::Auditor.organisation(), Party::Provider.organisation());
    let (newcomer, no_limits, no_end) = (world.feeds, Limits::default(), None::<u64>);
    let name = || "New".to_owned();
    let identifier = |number| Identifier::Gln(gln(number));
    rows.row("register_organisation", "", (name(), identifier(1_000), newcomer));
    rows.row("update_organisation", "", (auditor, name(), identifier(1_001)));
    rows.row("update_organisation", "its own", (own, name(), identifier(1_001)));
    rows.row("register_site", "", (auditor, name(), gln(1_002)));
    rows.row("update_site", "", (Party::Auditor.site(), name(), gln(1_003)));
    rows.row("register_prefix", "", (auditor, prefix(4_000_003)));
    let [of_own, of_auditor] = PREFIXES.map(prefix);
    rows.row("remove_prefix", "its own", of_own);
    rows.row("remove_prefix", "another's", of_auditor);
    rows.row("add_account", "its own organisation", (own, newcomer, no_limits));
    rows.row("add_account", "another organisation", (auditor, newcomer, no_limits));
    rows.row("change_account", "its own organisation", (scene.one_role, no_limits));
    rows.row("change_account", "another organisation", (Party::Auditor.id(), Limits::STEWARD));
    rows.row("remove_account", "its own organisation", scene.one_role);
    rows.row("remove_account", "another organisation", Party::Auditor.id());
    rows.row("set_sealing_key", "its own organisation", [5_u8; 32]);
    rows.row("suspend_organisation", "", auditor);
    rows.row("suspend_organisation", "one with Admin", scene.deputy);
    rows.row("reinstate_organisation", "", provider);
    rows.row("reinstate_organisation", "one with Regulator", scene.authority);
    rows.row("grant_role", "", (auditor, Role::Pharmacy, no_end));
    rows.row("grant_role", "Admin", (auditor, Role::Admin, no_end));
    rows.row("grant_role", "Regulator", (auditor, Role::Regulator, no_end));
    rows.row("grant_role", "Sentinel", (auditor, Role::Sentinel, no_end));
    rows.row("revoke_role", "", (auditor, Role::Auditor));
    rows.row("revoke_role", "Admin", (scene.deputy, Role::Admin));
    rows.row("revoke_role", "its own", (own, Role::Insurer));
    rows.row("set_administering_role", "", (Role::Pharmacy, Role::Regulator));
    for message in ["organisation", "site"] {
        rows.read(message, auditor);
    }
    for message in ["organisations", "sites", "prefixes", "proposals"] {
        rows.read(message, (0_u32, 50_u32));
    }
    rows.read("gln", gln(0));
    rows.read("prefix", of_auditor);
    rows.read("account", Party::Auditor.id());
    rows.read("accounts", (auditor, 0_u32, 50_u32));
}

fn decisions(world: &World, scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "governance", error: result::<governance::Error>, rows };
    let auditor = Party::Auditor.organisation();
    let (contract, account) = (world.units, Party::Auditor.account("rescued"));
    let roles = RoleSet::of(&[Role::UnitRegister]);
    rows.row("set_contract_roles", "", (contract, roles));
    rows.row("offer_administration", "", Party::Auditor.id());
    rows.row("withdraw_administration_offer", "", ());
    rows.row("accept_administration", "offered to its own steward", ());
    rows.row("end_set_up", "", ());
    rows.row("pause", "", contract);
    rows.row("unpause", "", scene.paused);
    rows.row("propose", "new code", Action::Upgrade { contract, code: new_codes()[0] });
    rows.row("propose", "code that is not there", Action::Upgrade { contract, code: [9; 32] });
    rows.row("lock_code", "", new_codes()[1]);
    let grant = |organisation, role| Action::Grant { organisation, grant: Grant { role, expires_at: None } };
    rows.row("propose", "Regulator", grant(auditor, Role::Regulator));
    rows.row("propose", "Admin", grant(auditor, Role::Admin));
    rows.row("propose", "roles of a contract", Action::ContractRoles { contract, roles });
    rows.row("propose", "a steward", Action::Steward { organisation: auditor, account });
    let of_deputy = Action::Steward { organisation: scene.deputy, account };
    rows.row("propose", "a steward of one with Admin", of_deputy);
    let (market, authority) = (Market(*b"DE"), Some(Party::Regulator.organisation()));
    rows.row("set_market", "", (market, authority));
    rows.row("propose", "a market", Action::Market { market, authority });
    rows.row(
        "propose",
        "to reinstate one with Regulator",
        Action::Reinstate { organisation: scene.authority },
    );
    let (role, administered_by) = (Role::Pharmacy, Role::Regulator);
    rows.row("propose", "who administers a role", Action::RoleAdministration { role, administered_by });
    rows.row("cancel_proposal", "", EARLY);
    rows.row("cancel_proposal", "lapsed", LAPSED);
    rows.row("apply_proposal", "", DUE);
    rows.row("apply_proposal", "too early", EARLY);
    rows.row("apply_proposal", "lapsed", LAPSED);
    rows.read("proposal", EARLY);
    rows.read("administrator", ());
    rows.read("in_set_up", ());
    rows.read("administration_offer", ());
    rows.read("authority", market);
    rows.read("Registry::markets", Party::Regulator.organisation());
    rows.read("administering_role", Role::Pharmacy);
    rows.common();
}

fn of_products(world: &mut World, scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "products", error: result::<products::Error>, rows };
    let document = DocumentHash([0x44; 32]);
    rows.row("authorise", "", vec![scene.product(10)]);
    rows.row("authorise", "of a prefix that is delegated", vec![scene.delegated()]);
    rows.row("change", "", scene.product(0));
    let recall = WithdrawalRecall {
        class: RecallClass::II,
        reason: RecallReason::QualityDefect,
        instructions: document,
        acknowledge_by: u64::MAX,
    };
    rows.row("withdraw", "", (gtin(1), recall));
    rows.row("restore", "", (gtin(2), document));
    rows.row("delegate", "", (prefix_of(0), Some(scene.organisation)));
    rows.at_site("register_batch", "", new_batch("NEW", 10, None));
    let certificate = Attestation::CertificateOfAnalysis;
    let mut reviewed = |batch, attestation| world.reviewed(batch, attestation);
    rows.row("attest", "certificate of its own batch", reviewed(scene.fresh, certificate));
    rows.row("attest", "certificate of another's batch", reviewed(scene.of_another, certificate));
    let practice = Attestation::GoodManufacturingPractice;
    rows.row("attest", "GMP of another's batch", reviewed(scene.of_another, practice));
    rows.row("attest", "GMP of its own batch", reviewed(scene.fresh, practice));
    rows.row("release", "", scene.attested);
    rows.read("product", gtin(1));
    rows.read("products", (0_u32, 50_u32));
    rows.read("delegation", prefix_of(0));
    rows.read("attestation", (0_u32, certificate));
    rows.read("batches_contract", ());
    rows.common();
}

fn of_batches(world: &mut World, scene: &Scene, rows: &mut Vec<Row>) {
    let now = world.now();
    let mut rows = Rows { contract: "batches", error: result::<batches::Error>, rows };
    let (id, plain, document) = (scene.released.id, scene.plain, DocumentHash([0x44; 32]));
    rows.row("cancel_registration", "untouched", scene.fresh);
    rows.row("cancel_registration", "touched", scene.attested);
    rows.row("block", "", id);
    rows.row("unblock", "blocked today", scene.blocked);
    rows.row("unblock", "blocked two days ago", scene.blocked_for_two_days);
    rows.at_site("ship", "", scene.shipping());
    rows.at_site("receive", "", scene.arrival());
    let home = (Party::Manufacturer.site(), Purpose::Supply, DocumentHash([1; 32]));
    let stuck = loose(scene.plain, 1);
    let by_order = (Party::Provider.site(), stuck, home.0, home.1, home.2);
    rows.row("ship_for", "a site that may not hold drugs", by_order);
    let acts = (Party::Wholesaler.site(), stuck, home.0, home.1, home.2);
    rows.row("ship_for", "a site that acts itself", acts);
    rows.maybe_at_site("reject", "", scene.rejection());
    rows.without_site("reject", "by a regulator", scene.rejection());
    rows.at_site("pack", "units", (scene.sscc(2), Contents::Units { batch: plain, quantity: 1 }));
    rows.at_site("pack", "a numbered case", (scene.sscc(2), Contents::Case { batch: id, number: 5 }));
    rows.at_site("pack", "a pallet", (scene.sscc(2), Contents::LogisticUnits(vec![scene.case])));
    rows.at_site(
        "pack",
        "with the SSCC of another",
        (sscc(2), Contents::Units { batch: plain, quantity: 1 }),
    );
    rows.at_site("unpack", "", scene.case);
    let none = None::<DocumentHash>;
    rows.at_site("decommission_quantity", "dispensed", (plain, 1_u64, UnitState::Dispensed, none));
    rows.at_site("decommission_quantity", "destroyed", (plain, 1_u64, UnitState::Destroyed, none));
    rows.at_site("revert_quantity", "", (plain, 1_u64, UnitState::Sample));
    rows.at_site("destroy", "", (scene.condemned, none));
    let at = |site: SiteId| QuarantineTarget::Holding { batch: plain, site, quantity: None };
    let (own, others) = (at(scene.actor.site), at(Party::Wholesaler.site()));
    rows.maybe_at_site("quarantine", "its own goods", (own, QuarantineReason::Damaged));
    rows.maybe_at_site("quarantine", "goods of another", (others, QuarantineReason::Damaged));
    rows.without_site("quarantine", "by a regulator", (others, QuarantineReason::Damaged));
    let found = ClearanceReason::NothingFound;
    rows.row("release_quarantine", "quarantined by its site", (scene.apart[0], found));
    rows.row("release_quarantine", "quarantined by a regulator", (scene.apart[1], found));
    rows.maybe_at_site("condemn", "quarantined by its site", scene.apart[0]);
    rows.maybe_at_site("condemn", "quarantined by a regulator", scene.apart[1]);
    rows.without_site("condemn", "by a regulator", scene.apart[1]);
    rows.row("follow_evidence", "", scene.trail.to_vec());
    rows.row("recall", "", (id, recall(RecallScope::Batch, now)));
    rows.row("end_recall", "of a manufacturer", (scene.recalled_by_maker, 0_u8, document));
    rows.row("end_recall", "of a regulator", (scene.recalled, 0_u8, document));
    rows.at_site("acknowledge_recall", "", scene.recalled);
    let (batch, serial, proof) = scene.released.unit(9);
    let (site, state) = (scene.actor.site, UnitState::Sample);
    // `products` names the account for which it asks; whoever else names one is refused.
    let new = registration(scene.actor.account, scene.actor.site, new_batch("BY PRODUCTS", 10, None));
    rows.row("ProductBooks::register", "", new);
    rows.row("ProductBooks::release", "", (scene.actor.account, scene.attested));
    let recalled = (scene.actor.account, 7_u64, recall(RecallScope::Product, now));
    rows.row("ProductBooks::recall_product", "", recalled);
    let ended = (scene.actor.account, gtin(2), document);
    rows.row("ProductBooks::end_recall_of_product", "", ended);
    rows.read("ProductBooks::registered", id);
    // `units` names the account for which it asks; whoever else names one is refused.
    let (shelf, left) = (UnitPlace::Shelf, UnitPlace::Left(state));
    let shown = Which::Shown(proof.shown(batch, &serial));
    let steps = [("", shown, shelf, left), ("taken back", Which::Noted(vec![9]), left, shelf)];
    for (note, which, from, to) in steps {
        let booking = Booking {
            account: scene.actor.account,
            acts_at: Some(site),
            batch,
            site,
            at: now,
            which,
            moves: vec![Move { from, to, quantity: 1 }],
            only_ask_for: None,
        };
        rows.push("UnitBooks::book_units", note, Names::Nothing, result::<BookingError>, booking);
    }
    let on_evidence = "QuarantineBooks::quarantine_on_evidence";
    rows.push(on_evidence, "", Names::Nothing, result::<QuarantineError>, (own, now));
    rows.read("UnitBooks::whereabouts", (id, vec![1_u32], Some(site)));
    rows.read("QuarantineBooks::cleared_at", own);
    rows.read("batch", id);
    rows.read("batches", (0_u32, 50_u32));
    rows.read("mass_balance", id);
    rows.read("holding", (id, site));
    rows.read("recall_reach", (id, 0_u32, 50_u32));
    rows.read("recalls", id);
    rows.read("shipment", scene.shipment);
    rows.read("logistic_unit", scene.case);
    rows.common();
}

fn of_units(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "units", error: result::<units::Error>, rows };
    let serial = |number: usize| {
        let (id, serial, _) = scene.released.unit(number);
        (id, serial)
    };
    let leaving = |state| scene.released.leaving(9, state);
    rows.push("dispense", "", Names::Site, unit_outcome, scene.released.pack(9));
    rows.push("decommission", "as a sample", Names::Site, unit_outcome, leaving(UnitState::Sample));
    rows.push("decommission", "dispensed", Names::Site, unit_outcome, leaving(UnitState::Dispensed));
    rows.push("decommission", "destroyed", Names::Site, unit_outcome, leaving(UnitState::Destroyed));
    rows.at_site("revert", "its own", serial(1));
    rows.at_site("revert", "another one's", serial(2));
    let (own, id, damaged) = (scene.actor.site, scene.released.id, QuarantineReason::Damaged);
    let named = || (own, id, scene.released.units(&[8, 9]), false);
    let quarantined = || (own, id, scene.released.units(&[6]), true);
    rows.maybe_at_site("quarantine", "its own shelf", (named(), damaged));
    rows.without_site("quarantine", "by a regulator", (named(), damaged));
    rows.maybe_at_site("condemn", "its own shelf", named());
    rows.maybe_at_site("condemn", "quarantined by its site", quarantined());
    rows.without_site("condemn", "by a regulator", named());
    let serials = |number: usize| (id, vec![serial(number).1]);
    rows.row("release", "quarantined by its site", (serials(6), ClearanceReason::NothingFound));
    rows.row("release", "quarantined by a regulator", (serials(7), ClearanceReason::NothingFound));
    rows.row("resolve_alarms", "", (serials(3), Resolution::FalseAlarm));
    rows.row("resolve_alarms", "a wrong record", (serials(3), Resolution::RecordWrong));
    rows.row("dismiss_alarms", "", scene.foreigner.site);
    rows.push("verdict", "", Names::Nothing, result::<units::Error>, scene.released.scan(9));
    rows.read("unit", UnitId([0; 32]));
    rows.read("alarms_dismissed_at", own);
    rows.read("alarm", UnitId([0; 32]));
    rows.read("batches", ());
    rows.common();
}

fn of_evidence(scene: &Scene, rows: &mut Vec<Row>) {
    let mut rows = Rows { contract: "evidence", error: result::<evidence::Error>, rows };
    rows.row("set_policy", "", (feed(), None::<evidence::EvidencePolicy>));
    rows.row("present", "", (scene.warm, feed()));
    rows.read("policy", feed());
    rows.read("presented_at", (feed(), Subject([0; 32])));
    rows.read("batches", ());
    rows.common();
}

fn of_feeds(world: &mut World, scene: &Scene, rows: &mut Vec<Row>) {
    let now = world.now();
    let reported = scene.warm.subject(world.batches);
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
    rows.row("read", "", (feed(), reported, 60_000_u64));
    rows.row("read", "nothing is reported", (feed(), SUBJECT, 0_u64));
    rows.read("FeedReader::fresh_value", (feed(), reported, 60_000_u64));
    rows.read("round", (feed(), SUBJECT));
    rows.read("request", 0_u64);
    rows.read("requests", (0_u64, 50_u32));
    rows.read("configuration", ());
    rows.read("configuration_digest", ());
    rows.read("feed", feed());
    rows.read("feeds", (0_u32, 50_u32));
    rows.read("model", MODEL);
    rows.read("models", (0_u32, 50_u32));
    rows.common();
}
