//! What every message of the built contracts costs.
// The measured numbers are far from any limit of their types.
#![allow(clippy::arithmetic_side_effects)]

use access::{Identifier, UPGRADE_DELAY};
use batches::{
    Arrival, Attestation, ClearanceReason, Contents, Goods, Purpose, QuarantineReason, QuarantineTarget,
    RecallScope, RejectionReason, UnitState, UnitsShipped,
};
use evidence::EvidencePolicy;
use feeds::Report;
use primitives::{DocumentHash, Role};
use scale::Encode;
use units::Resolution;

use crate::{
    bundle, definition, feed, model, new_batch, plain_scan, recall, shipping, sscc, Anything, BatchInHand,
    Operators, Party, World, CONTRACTS, MODEL, SUBJECT,
};

/// What one message costs with certain arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The contract's name.
    pub contract: String,
    /// The message's name as the bundle has it.
    pub message: String,
    /// What is special about the arguments; empty where nothing is.
    pub note: String,
    /// The time of execution in picoseconds.
    pub ref_time: u64,
    /// The size of the proof in bytes.
    pub proof_size: u64,
    /// The storage deposit in planck, below zero where some comes back.
    pub deposit: i128,
}

/// Sends every message of the contracts, but `replace_code`, which only `access` sends, on a new chain, and says what each costs. The same bundles cost the
/// same each time.
#[must_use]
pub fn measure_costs() -> Vec<Cost> {
    let mut meter = Meter { world: World::new(), costs: Vec::new() };
    meter.access();
    meter.batches();
    meter.feeds();
    meter.books();
    meter.reads();
    meter.upgrades();
    meter.costs.sort_by(|one, other| one.contract.cmp(&other.contract));
    meter.costs
}

struct Meter {
    world: World,
    costs: Vec<Cost>,
}

impl Meter {
    /// Sends a message, which must succeed, and notes what it cost.
    fn row(&mut self, by: Party, contract: &str, message: &str, note: &str, arguments: impl Encode) {
        let input = (bundle(contract).selector(message), arguments).encode();
        self.send(by, contract, message, note, input);
    }

    fn read(&mut self, contract: &str, message: &str, input: Vec<u8>) {
        self.send(Party::Stranger, contract, message, "", input);
    }

    fn send(&mut self, by: Party, contract: &str, message: &str, note: &str, input: Vec<u8>) {
        let address = self.world.address(contract);
        let result = self.world.call_bytes::<Anything>(by, address, input);
        let receipt = result.expect("the contract answers");
        assert!(!receipt.reverted, "{message} is refused");
        self.costs.push(Cost {
            contract: contract.to_owned(),
            message: message.to_owned(),
            note: note.trim_start_matches(", ").to_owned(),
            ref_time: receipt.weight.ref_time(),
            proof_size: receipt.weight.proof_size(),
            deposit: receipt.deposit,
        });
    }

    fn access(&mut self) {
        let admin = Party::Administrator;
        let newcomer = Party::Stranger.id();
        let identifier = Identifier::Gln(6_291_041_500_213);
        let organisation = (newcomer, String::from("Apotheke am Dom"), identifier);
        self.row(admin, "access", "register_organisation", "", organisation);
        self.row(admin, "access", "grant_role", "", (Role::Pharmacy, newcomer, Some(u64::MAX)));
        self.row(Party::Stranger, "access", "set_sealing_key", "", [5_u8; 32]);
        self.row(admin, "access", "suspend_organisation", "", newcomer);
        self.row(admin, "access", "reinstate_organisation", "", newcomer);
        self.row(admin, "access", "revoke_role", "", (Role::Pharmacy, newcomer));
        self.row(admin, "access", "set_administering_role", "", (Role::Patient, Role::Provider));
        self.row(admin, "access", "pause", "", newcomer);
        self.row(admin, "access", "unpause", "", newcomer);
        self.row(admin, "access", "offer_administration", "", newcomer);
        self.row(admin, "access", "withdraw_administration_offer", "", ());
        let access = self.world.access;
        self.world.call::<Anything>(admin, access, "offer_administration", newcomer);
        self.row(Party::Stranger, "access", "accept_administration", "", ());
        self.world.call::<Anything>(Party::Stranger, access, "offer_administration", admin.id());
        self.world.call::<Anything>(admin, access, "accept_administration", ());
    }

    fn batches(&mut self) {
        let small = BatchInHand::of("SMALL", 10);
        let large = BatchInHand::of("LARGE", 1_000_000);
        let plain = new_batch("PLAIN", 1_000, None);
        let id = large.id;
        let maker = Party::Manufacturer;
        self.row(maker, "batches", "register_batch", ", 10 serials", small.new.clone());
        self.row(maker, "batches", "register_batch", ", 1,000,000 serials", large.new.clone());
        self.row(maker, "batches", "register_batch", ", no serials", plain.clone());
        let mistake = self.world.register_plain("MISTAKE", 10);
        self.row(maker, "batches", "cancel_registration", "", mistake);
        let by = [maker, Party::Auditor, Party::Regulator];
        for (party, attestation) in by.into_iter().zip(Attestation::REQUIRED) {
            let note = format!(", {attestation:?}");
            self.row(party, "batches", "attest", &note, (id, attestation, DocumentHash([0x44; 32])));
        }
        self.row(maker, "batches", "release", "", id);
        self.row(Party::Regulator, "batches", "block", "", id);
        self.row(Party::Regulator, "batches", "unblock", "", id);
        self.row(maker, "batches", "ship", "", shipping(id, Party::Wholesaler, 1_000));
        self.row(Party::Wholesaler, "batches", "receive", ", part", (0_u64, Arrival::Units(900)));
        self.row(Party::Wholesaler, "batches", "receive", ", the rest", (0_u64, Arrival::Units(100)));
        let refused = self.world.ship(id, Party::Wholesaler, Party::Pharmacy, 10);
        self.row(Party::Pharmacy, "batches", "reject", "", (refused, RejectionReason::Damaged));
        self.world.hand_over(id, Party::Wholesaler, Party::Pharmacy, 500);
        self.row(Party::Pharmacy, "units", "dispense", ", proof of depth 20", large.unit(777_777));
        self.row(Party::OtherPharmacy, "units", "dispense", ", clone alarm", large.unit(777_777));
        let finding = (id, large.unit(777_777).1, Resolution::FalseAlarm);
        self.row(Party::Regulator, "units", "resolve_alarm", "", finding);
        self.row(Party::Pharmacy, "units", "decommission", ", sample", sample(&large, 777_779));
        self.row(Party::Pharmacy, "units", "revert", "", (id, large.unit(777_779).1));
        let holder = Party::Wholesaler.id();
        let apart = QuarantineTarget::Holding { batch: id, holder, quantity: Some(5) };
        self.row(Party::Wholesaler, "batches", "quarantine", "", (apart, QuarantineReason::Damaged));
        self.row(maker, "batches", "release_quarantine", "", (apart, ClearanceReason::NothingFound));
        self.logistic_units(id);
        self.row(Party::Stranger, "units", "verdict", ", proof of depth 20", large.scan(777_778));
        self.row(Party::Stranger, "units", "verdict", ", unknown batch", plain_scan("NONE"));
        let now = self.world.now();
        self.row(Party::Regulator, "batches", "recall", "", (id, recall(RecallScope::Batch, now)));
        self.row(Party::Wholesaler, "batches", "acknowledge_recall", "", id);
        self.row(Party::Stranger, "batches", "recall_reach", "", (id, 0_u32, 50_u32));

        let plain = primitives::BatchId::of(plain.gtin, &plain.lot);
        self.world.attest_and_release(plain);
        self.world.hand_over(plain, maker, Party::Pharmacy, 100);
        self.row(
            Party::Pharmacy,
            "batches",
            "decommission_quantity",
            "",
            (plain, 10_u64, UnitState::Dispensed, None::<DocumentHash>),
        );
    }

    /// A pallet of 1 and one of 100 cases: moving them costs the same.
    fn logistic_units(&mut self, batch: primitives::BatchId) {
        let maker = Party::Manufacturer;
        let mut sscc = (1..).map(sscc);
        let mut next = || sscc.next().expect("there are enough numbers");
        for cases in [1, 100] {
            let inside: Vec<u64> = (0..cases).map(|_| next()).collect();
            for (place, case) in inside.iter().enumerate() {
                let contents = Contents::Units { batch, quantity: 10 };
                if place == 0 && cases == 1 {
                    self.row(maker, "batches", "pack", ", 10 units", (*case, contents));
                } else {
                    self.world.done(maker, "pack", (*case, contents));
                }
            }
            let pallet = next();
            let note = format!(", {cases} cases");
            self.row(maker, "batches", "pack", &note, (pallet, Contents::LogisticUnits(inside.clone())));
            let goods =
                (Goods::LogisticUnit(pallet), Party::Wholesaler.id(), Purpose::Supply, None::<DocumentHash>);
            self.row(maker, "batches", "ship", &note, goods);
            let shipped = self.world.events::<UnitsShipped>(self.world.batches);
            let shipment = shipped.first().expect("it was shipped").shipment;
            let whole = Arrival::LogisticUnits(vec![pallet]);
            self.row(Party::Wholesaler, "batches", "receive", &note, (shipment, whole));
            self.row(Party::Wholesaler, "batches", "unpack", &note, pallet);
        }
    }

    fn feeds(&mut self) {
        let admin = Party::Administrator;
        let now = self.world.now();
        let (one, four, many) = (Operators::new(1), Operators::new(4), Operators::new(31));
        self.row(admin, "feeds", "set_operators", ", 1 operator", (one.keys(), 0_u8));
        self.row(Party::Regulator, "feeds", "approve_model", "", model(now));
        self.row(admin, "feeds", "create_feed", "", (feed(), definition()));
        self.row(admin, "feeds", "update_feed", "", (feed(), definition()));
        let request = (feed(), SUBJECT, now);
        self.row(Party::Provider, "feeds", "request_result", "", request);
        self.row(Party::Provider, "feeds", "cancel_request", "", 0_u64);
        self.world.call::<Anything>(Party::Provider, self.world.feeds, "request_result", request);

        let first = Report { request: Some(1), ..self.world.report(1, &[612_500]) };
        let signatures = one.sign(&first, &[0]);
        self.row(Party::Stranger, "feeds", "report", ", n = 1, f = 0, a new subject", (&first, signatures));
        let next = self.world.report(2, &[612_500]);
        let signatures = one.sign(&next, &[0]);
        self.row(Party::Stranger, "feeds", "report", ", n = 1, f = 0", (&next, signatures));
        self.row(Party::Stranger, "feeds", "read", "", (feed(), SUBJECT, 0_u64));
        self.row(Party::Stranger, "feeds", "FeedReader::fresh_value", "", (feed(), SUBJECT, 0_u64));
        self.evidence(&one);

        self.row(admin, "feeds", "set_operators", ", 4 operators", (four.keys(), 1_u8));
        let report = self.world.report(1, &[1, 2, 3, 4]);
        let signatures = four.sign(&report, &[0, 1]);
        self.row(Party::Stranger, "feeds", "report", ", n = 4, f = 1", (&report, signatures));
        self.row(admin, "feeds", "set_operators", ", 31 operators", (many.keys(), 10_u8));
        let values: Vec<i128> = (0..31).collect();
        let report = self.world.report(1, &values);
        let places: Vec<usize> = (0..11).collect();
        let signatures = many.sign(&report, &places);
        self.row(Party::Stranger, "feeds", "report", ", n = 31, f = 10", (&report, signatures));
        self.row(Party::Regulator, "feeds", "revoke_model", "", MODEL);
    }

    /// Goods are set apart by a report.
    fn evidence(&mut self, operators: &Operators) {
        let batch = self.world.register_plain("WARM", 10);
        let holder = Party::Manufacturer.id();
        let target = QuarantineTarget::Holding { batch, holder, quantity: None };
        let subject = target.subject(self.world.batches);
        let policy = EvidencePolicy { feeds: self.world.feeds, threshold: 500_000, max_age: 60_000 };
        self.row(Party::Regulator, "evidence", "set_policy", "", (feed(), Some(policy)));
        let report = Report { subject, ..self.world.report(1, &[612_500]) };
        let signatures = operators.sign(&report, &[0]);
        let feeds = self.world.feeds;
        self.world.call::<Anything>(Party::Stranger, feeds, "report", (&report, signatures));
        self.row(Party::Stranger, "evidence", "present", "", (target, feed()));
    }

    /// What is read, mostly by single keys.
    fn reads(&mut self) {
        let (id, someone) = (BatchInHand::of("LARGE", 1).id, Party::Wholesaler.id());
        let unit = primitives::UnitId([0; 32]);
        let page = (0_u32, 50_u32);
        let mut read = |contract: &str, message: &str, arguments: &dyn Fn(&mut Vec<u8>)| {
            let mut input = bundle(contract).selector(message).to_vec();
            arguments(&mut input);
            self.read(contract, message, input);
        };
        read("access", "has_role", &|to| (Role::Pharmacy, someone).encode_to(to));
        read("access", "AccessControl::standing", &|to| (someone, someone).encode_to(to));
        read("access", "is_paused", &|to| someone.encode_to(to));
        read("access", "administrator", &|_| ());
        read("access", "administration_offered_to", &|_| ());
        read("access", "administering_role", &|to| Role::Pharmacy.encode_to(to));
        read("access", "organisation", &|to| someone.encode_to(to));
        read("access", "organisations", &|to| page.encode_to(to));
        read("batches", "batch", &|to| id.encode_to(to));
        read("batches", "batches", &|to| page.encode_to(to));
        read("batches", "mass_balance", &|to| id.encode_to(to));
        read("batches", "holding", &|to| (id, someone).encode_to(to));
        read("batches", "recalls", &|to| id.encode_to(to));
        read("batches", "shipment", &|to| 0_u64.encode_to(to));
        read("batches", "logistic_unit", &|to| sscc(1).encode_to(to));
        read("batches", "attestation", &|to| (id, Attestation::MarketAuthorisation).encode_to(to));
        read("units", "decommissioned_unit", &|to| unit.encode_to(to));
        read("units", "alarm", &|to| unit.encode_to(to));
        read("evidence", "policy", &|to| feed().encode_to(to));
        read("batches", "access", &|_| ());
        read("feeds", "round", &|to| (feed(), SUBJECT).encode_to(to));
        read("feeds", "request", &|to| 0_u64.encode_to(to));
        read("feeds", "configuration", &|_| ());
        read("feeds", "configuration_digest", &|_| ());
        read("feeds", "feed", &|to| feed().encode_to(to));
        read("feeds", "feeds", &|to| page.encode_to(to));
        read("feeds", "model", &|to| MODEL.encode_to(to));
        read("feeds", "models", &|to| page.encode_to(to));
        read("feeds", "access", &|_| ());
        let whereabouts = (id, Some(777_777_u32), Some(someone));
        read("batches", "UnitBooks::whereabouts", &|to| whereabouts.encode_to(to));
        let apart = QuarantineTarget::Holding { batch: id, holder: someone, quantity: None };
        read("batches", "QuarantineBooks::quarantine_cleared_at", &|to| apart.encode_to(to));
        for contract in ["units", "evidence"] {
            read(contract, "access", &|_| ());
            read(contract, "batches", &|_| ());
        }
        read("access", "upgrade", &|to| someone.encode_to(to));
        for contract in CONTRACTS {
            read(contract, "Migration::migrate", &|_| ());
        }
    }

    /// Each contract gets its own code again.
    fn upgrades(&mut self) {
        let admin = Party::Administrator;
        for contract in CONTRACTS {
            let code = primitives::blake2_256(&bundle(contract).wasm);
            let address = self.world.address(contract);
            let note = format!(", {contract}");
            self.row(admin, "access", "propose_upgrade", &note, (address, code));
            self.row(admin, "access", "cancel_upgrade", &note, address);
            self.world.call::<Anything>(admin, self.world.access, "propose_upgrade", (address, code));
            self.world.pass(UPGRADE_DELAY);
            self.row(admin, "access", "apply_upgrade", &note, address);
        }
    }

    /// What only the contracts `units` and `evidence` may ask of `batches`, asked by organisations with their roles.
    fn books(&mut self) {
        let admin = Party::Administrator;
        let batch = self.world.register_plain("BOOKS", 10);
        let holder = Party::Manufacturer.id();
        for (party, role) in [(Party::Provider, Role::UnitRegister), (Party::Auditor, Role::Sentinel)] {
            let granted = (role, party.id(), None::<u64>);
            self.world.call::<Anything>(admin, self.world.access, "grant_role", granted);
        }
        let booked = |taken_back: bool| (batch, holder, UnitState::Sample, taken_back);
        self.row(Party::Provider, "batches", "UnitBooks::book_unit", "", booked(false));
        self.row(Party::Provider, "batches", "UnitBooks::book_unit", ", taken back", booked(true));
        let apart = QuarantineTarget::Holding { batch, holder, quantity: None };
        self.row(Party::Auditor, "batches", "QuarantineBooks::quarantine_on_evidence", "", apart);
    }
}

/// The arguments that book a unit as a sample.
fn sample(batch: &BatchInHand, number: u64) -> impl Encode {
    let (id, serial, proof) = batch.unit(number);
    (id, serial, proof, UnitState::Sample)
}
