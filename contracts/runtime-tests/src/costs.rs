//! What every message of the built contracts costs.
// The measured numbers are far from any limit of their types.
#![allow(clippy::arithmetic_side_effects)]

use primitives::access::{Account, Change, Contract, Limits, Rights};
use primitives::batches::{
    Arrival, Booking, ClearanceReason, Contents, Goods, Move, Purpose, QuarantineReason, QuarantineTarget,
    RecallClass, RecallReason, RecallScope, RejectionReason, UnitPlace, UnitState, UnitsShipped, Which,
};
use primitives::evidence::EvidencePolicy;
use primitives::feeds::Report;
use primitives::governance::{Action, Identifier, Market, CHANGE_DELAY};
use primitives::products::{Attestation, NewBatch, NewProduct, WithdrawalRecall};
use primitives::units::Resolution;
use primitives::{
    AccountId, BatchId, DocumentHash, Grant, OrganisationId, Prefix, PrefixLengths, Question, Role, RoleSet,
    SiteId, UnitId, MAX_UNITS,
};
use scale::Encode;
use testing::goods::{loose, new_product, prefix_of, registration, GTIN, NOW};

use crate::{
    bundle, definition, feed, gln, model, new_batch, plain_scan, recall, shipping, sscc, Anything,
    BatchInHand, Bytes, Operators, Party, World, CONTRACTS, MODEL, SUBJECT,
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

/// Sends every message of the contracts on a new chain, and says what each costs. The same bundles cost the same each
/// time.
#[must_use]
pub fn measure_costs() -> Vec<Cost> {
    let mut meter = Meter { world: World::in_set_up(), costs: Vec::new() };
    meter.set_up();
    meter.organisations();
    meter.administration();
    meter.batches();
    meter.feeds();
    meter.among_contracts();
    meter.reads();
    meter.proposals();
    meter.costs.sort_by(|one, other| one.contract.cmp(&other.contract));
    meter.costs
}

struct Meter {
    world: World,
    costs: Vec<Cost>,
}

impl Meter {
    /// Sends a message, which must succeed, and notes what it cost.
    fn row(
        &mut self,
        by: impl Into<AccountId>,
        contract: &str,
        message: &str,
        note: &str,
        arguments: impl Encode,
    ) {
        let input = (bundle(contract).selector(message), arguments).encode();
        self.send(by.into(), contract, message, note, input);
    }

    fn send(&mut self, by: AccountId, contract: &str, message: &str, note: &str, input: Vec<u8>) {
        let address = self.world.address(contract);
        let result = self.world.call_bytes::<Anything>(by, address, input);
        let receipt = result.unwrap_or_else(|failure| panic!("{contract}: {message}: {failure:?}"));
        assert!(!receipt.reverted, "{contract}: {message} is refused");
        self.costs.push(Cost {
            contract: contract.to_owned(),
            message: message.to_owned(),
            note: note.to_owned(),
            ref_time: receipt.weight.ref_time(),
            proof_size: receipt.weight.proof_size(),
            deposit: receipt.deposit,
        });
    }

    fn set_up(&mut self) {
        let admin = Party::Administrator;
        let units = self.world.units;
        let roles = RoleSet::of(&[Role::UnitRegister]);
        self.row(admin, "governance", "set_contract_roles", "", (units, roles));
        self.row(admin, "governance", "set_administering_role", "", (Role::Insurer, Role::Provider));
        let market = (Market(*b"DE"), Some(Party::Regulator.organisation()));
        self.row(admin, "governance", "set_market", "", market);
        self.row(admin, "governance", "end_set_up", "", ());
    }

    fn organisations(&mut self) {
        let admin = Party::Administrator;
        let (steward, till) = (Party::Stranger.id(), Party::Stranger.account("till"));
        // The next number of both.
        let organisation = u32::try_from(Party::ORGANISED.len()).expect("there are a few");
        let site = organisation;
        let name = || "Apotheke am Dom".to_owned();
        let gln_of_party = Identifier::Gln(gln(1_000));
        let registered = (name(), gln_of_party.clone(), steward);
        self.row(admin, "governance", "register_organisation", "", registered);
        self.row(admin, "governance", "register_site", "", (organisation, name(), gln(1_001)));
        self.row(
            admin,
            "governance",
            "update_organisation",
            "",
            (organisation, "Apotheke".to_owned(), gln_of_party),
        );
        self.row(admin, "governance", "update_site", "", (site, name(), gln(1_002)));
        self.prefixes(organisation);
        self.row(admin, "governance", "grant_role", "", (organisation, Role::Pharmacy, Some(u64::MAX)));
        let limits = Limits {
            site: Some(site),
            roles: Some(RoleSet::of(&[Role::Pharmacy])),
            until: Some(u64::MAX),
            steward: false,
        };
        self.row(steward, "governance", "add_account", "", (organisation, till, limits));
        let limits = Limits { until: None, ..limits };
        self.row(steward, "governance", "change_account", "", (till, limits));
        self.row(steward, "governance", "set_sealing_key", "", [5_u8; 32]);
        let reads = [
            ("organisation", organisation.encode()),
            ("account", till.encode()),
            ("accounts", (organisation, 0_u32, 50_u32).encode()),
            ("site", site.encode()),
            ("gln", gln(1_002).encode()),
        ];
        for (message, arguments) in reads {
            self.row(Party::Stranger, "governance", message, "", Bytes(arguments));
        }
        self.row(admin, "governance", "suspend_organisation", "", organisation);
        self.row(admin, "governance", "reinstate_organisation", "", organisation);
        self.row(admin, "governance", "revoke_role", "", (organisation, Role::Pharmacy));
        self.row(steward, "governance", "remove_account", "", till);
    }

    /// The shortest prefix and the longest one, of which each shorter one is counted.
    fn prefixes(&mut self, organisation: OrganisationId) {
        let (admin, regulator) = (Party::Administrator, Party::Regulator);
        for (length, digits) in [(4, 4_000), (12, 400_100_000_000)] {
            let prefix = Prefix { length, digits };
            let note = format!("{length} digits");
            self.row(admin, "governance", "register_prefix", &note, (organisation, prefix));
            self.row(Party::Stranger, "governance", "prefix", &note, prefix);
        }
        let key = Question { key: Some(400_100_000_000), ..Question::about(regulator.id(), None) };
        self.row(Party::Stranger, "access", "AccessControl::standing", "with a key", key);
        self.row(Party::Stranger, "governance", "prefixes", "", (0_u32, 50_u32));
        for (length, digits) in [(4, 4_000), (12, 400_100_000_000)] {
            let note = format!("{length} digits");
            self.row(regulator, "governance", "remove_prefix", &note, Prefix { length, digits });
        }
    }

    fn administration(&mut self) {
        let (admin, other) = (Party::Administrator, Party::Stranger);
        self.row(admin, "governance", "pause", "", other.id());
        self.row(admin, "governance", "unpause", "", other.id());
        self.row(admin, "governance", "offer_administration", "", other.id());
        self.row(admin, "governance", "withdraw_administration_offer", "", ());
        self.world.administer("offer_administration", other.id());
        self.world.pass(CHANGE_DELAY);
        self.row(other, "governance", "accept_administration", "", ());
        self.world.govern::<()>(other, "offer_administration", admin.id());
        self.world.pass(CHANGE_DELAY);
        self.world.administer("accept_administration", ());
    }

    fn batches(&mut self) {
        self.products();
        let small = BatchInHand::of("SMALL", 10);
        let large = BatchInHand::of("LARGE", 1_000_000);
        let plain = new_batch("PLAIN", 1_000, None);
        let id = large.id;
        let maker = Party::Manufacturer;
        let registration = |new: &NewBatch| (maker.site(), new.clone());
        self.row(maker, "products", "register_batch", "10 serials", registration(&small.new));
        self.row(maker, "products", "register_batch", "1,000,000 serials", registration(&large.new));
        self.row(maker, "products", "register_batch", "no serials", registration(&plain));
        let mistake = self.world.register_plain("MISTAKE", 10);
        self.row(maker, "batches", "cancel_registration", "", mistake);
        for (party, attestation) in [maker, Party::Auditor].into_iter().zip(Attestation::REQUIRED) {
            let note = format!("{attestation:?}");
            let reviewed = self.world.reviewed(id, attestation);
            self.row(party, "products", "attest", &note, reviewed);
        }
        self.row(maker, "products", "release", "", id);
        self.row(Party::Regulator, "batches", "block", "", id);
        self.row(Party::Regulator, "batches", "unblock", "", id);
        let wholesaler = Party::Wholesaler;
        self.row(maker, "batches", "ship", "", shipping(id, maker, wholesaler, 1_000));
        let arrival = |quantity| (wholesaler.site(), 0_u64, Arrival::Units(quantity));
        self.row(wholesaler, "batches", "receive", "part", arrival(900));
        self.row(wholesaler, "batches", "receive", "the rest", arrival(100));
        let refused = self.world.ship(id, wholesaler, Party::Pharmacy, 10);
        let rejection = (Some(Party::Pharmacy.site()), refused, RejectionReason::Damaged);
        self.row(Party::Pharmacy, "batches", "reject", "", rejection);
        self.world.hand_over(id, wholesaler, Party::Pharmacy, 500);
        self.units(&large);
        let apart = QuarantineTarget::Holding { batch: id, site: wholesaler.site(), quantity: None };
        let quarantine = (Some(wholesaler.site()), apart, QuarantineReason::Damaged);
        self.row(wholesaler, "batches", "quarantine", "", quarantine);
        self.row(maker, "batches", "release_quarantine", "", (apart, ClearanceReason::NothingFound));
        self.logistic_units(id);
        let now = self.world.now();
        self.row(Party::Regulator, "batches", "recall", "", (id, recall(RecallScope::Batch, now)));
        self.row(wholesaler, "batches", "acknowledge_recall", "", (wholesaler.site(), id));
        self.world.pass(CHANGE_DELAY);
        let second = Party::Regulator.account("second inspector");
        self.row(second, "batches", "end_recall", "", (id, 0_u8, DocumentHash([0x44; 32])));
        self.row(Party::Stranger, "batches", "recall_reach", "", (id, 0_u32, 50_u32));

        let plain = BatchId::of(plain.gtin, &plain.lot);
        self.world.attest_and_release(plain);
        self.world.hand_over(plain, maker, Party::Pharmacy, 100);
        let dispensed = (plain, 10_u64, UnitState::Dispensed, None::<DocumentHash>);
        let at_pharmacy = (Party::Pharmacy.site(), dispensed);
        self.row(Party::Pharmacy, "batches", "decommission_quantity", "", at_pharmacy);
        let undone = (Party::Pharmacy.site(), plain, 4_u64, UnitState::Dispensed);
        self.row(Party::Pharmacy, "batches", "revert_quantity", "", undone);
        self.disposal(plain);
    }

    /// Products are authorised, change hands, are withdrawn and restored.
    fn products(&mut self) {
        let (regulator, holder) = (Party::Regulator, Party::Manufacturer.organisation());
        let gtin = |number: u64| {
            let payload = 950_600_000_000 + number;
            payload * 10 + u64::from(gs1::check_digit(payload))
        };
        let some = |numbers: core::ops::Range<u64>| {
            numbers.map(|number| NewProduct { gtin: gtin(number), ..new_product(holder) }).collect::<Vec<_>>()
        };
        let makers = Party::ORGANISED.into_iter().map(Party::organisation).filter(|it| *it != holder);
        let product = NewProduct { makers: makers.collect(), ..new_product(holder) };
        self.row(regulator, "products", "authorise", "1 product", vec![product]);
        self.row(regulator, "products", "authorise", "6 products", some(0..6));
        let delegate = (prefix_of(0), Some(Party::Wholesaler.organisation()));
        self.row(regulator, "products", "delegate", "", delegate);
        self.row(Party::Wholesaler, "products", "authorise", "by a delegate", some(6..7));
        let passed_on = NewProduct { gtin: gtin(0), ..new_product(Party::Wholesaler.organisation()) };
        self.row(regulator, "products", "change", "", passed_on);
        let recall = WithdrawalRecall {
            class: RecallClass::II,
            reason: RecallReason::QualityDefect,
            instructions: DocumentHash([0x44; 32]),
            acknowledge_by: u64::MAX,
        };
        self.row(regulator, "products", "withdraw", "", (gtin(0), recall));
        self.world.pass(CHANGE_DELAY);
        let second = self.world.add_account(regulator, "second inspector", Limits::default());
        self.row(second, "products", "restore", "", (gtin(0), DocumentHash([0x44; 32])));
    }

    /// A case is condemned and destroyed, and a regulator ships for a site whose organisation lost its role.
    fn disposal(&mut self, batch: BatchId) {
        let here = Party::Pharmacy;
        let case = here.sscc(90_000);
        let contents = Contents::Units { batch, quantity: 5 };
        self.world.done(here, "pack", (here.site(), case, contents));
        let target = QuarantineTarget::LogisticUnit(case);
        self.world.done(here, "quarantine", (Some(here.site()), target, QuarantineReason::Damaged));
        self.row(here, "batches", "condemn", "", (Some(here.site()), target));
        self.row(here, "batches", "destroy", "", (here.site(), case, None::<DocumentHash>));
        self.world.administer("suspend_organisation", here.organisation());
        let order = (here.site(), loose(batch, 1), Party::Wholesaler.site(), Purpose::Supply);
        self.row(Party::Regulator, "batches", "ship_for", "", (order, DocumentHash([1; 32])));
        self.world.administer("reinstate_organisation", here.organisation());
    }

    fn units(&mut self, batch: &BatchInHand) {
        let (here, elsewhere) = (Party::Pharmacy, Party::OtherPharmacy);
        let sold = batch.pack(777_777);
        let (id, serial, _, _) = sold.clone();
        self.row(here, "units", "dispense", "proof of depth 20", (here.site(), &sold));
        self.row(here, "units", "dispense", "the same again", (here.site(), &sold));
        self.row(elsewhere, "units", "dispense", "clone alarm", (elsewhere.site(), &sold));
        let serials = vec![serial];
        self.row(Party::Regulator, "units", "resolve_alarms", "", (id, &serials, Resolution::FalseAlarm));
        self.row(elsewhere, "units", "dispense", "", (elsewhere.site(), &sold));
        let wrong = (id, &serials, Resolution::RecordWrong);
        self.row(Party::Regulator, "units", "resolve_alarms", "a wrong record", wrong);
        self.row(Party::Regulator, "units", "dismiss_alarms", "", elsewhere.site());
        let sample = (here.site(), batch.leaving(777_779, UnitState::Sample));
        self.row(here, "units", "decommission", "sample", sample);
        self.row(here, "units", "revert", "", (here.site(), id, batch.unit(777_779).1));
        for (note, first, count) in [("1 unit", 1_000, 1), ("20 units", 2_000, MAX_UNITS)] {
            let numbers: Vec<usize> = (0..count).map(|number| first + number * 17_003).collect();
            let (serials, proof) = batch.units(&numbers);
            let named = (Some(here.site()), here.site(), id, &serials, &proof, false);
            self.row(here, "units", "quarantine", note, (&named, QuarantineReason::Damaged));
            let release = (id, &serials, ClearanceReason::NothingFound);
            self.row(Party::Manufacturer, "units", "release", note, release);
            self.row(here, "units", "condemn", note, named);
        }
        let condemned = Goods::Condemned { batch: id, quantity: 1 };
        let back =
            (here.site(), condemned, Party::Manufacturer.site(), Purpose::Return, None::<DocumentHash>);
        self.row(here, "batches", "ship", "condemned", back);
        self.row(Party::Stranger, "units", "verdict", "proof of depth 20", batch.scan(777_778));
        self.row(Party::Stranger, "units", "verdict", "unknown batch", plain_scan("NONE"));
    }

    /// A pallet of 1 and one of 100 cases: moving them costs the same.
    fn logistic_units(&mut self, batch: BatchId) {
        let (maker, wholesaler) = (Party::Manufacturer, Party::Wholesaler);
        let mut sscc = (1..).map(sscc);
        let mut next = || sscc.next().expect("there are enough numbers");
        for cases in [1, 100] {
            let inside: Vec<u64> = (0..cases).map(|_| next()).collect();
            for (place, case) in inside.iter().enumerate() {
                let contents = Contents::Units { batch, quantity: 10 };
                if place == 0 && cases == 1 {
                    self.row(maker, "batches", "pack", "10 units", (maker.site(), *case, contents));
                } else {
                    self.world.done(maker, "pack", (maker.site(), *case, contents));
                }
            }
            let pallet = next();
            let note = format!("{cases} cases");
            let contents = (maker.site(), pallet, Contents::LogisticUnits(inside.clone()));
            self.row(maker, "batches", "pack", &note, contents);
            let whole = (Goods::LogisticUnit(pallet), wholesaler.site());
            let shipping = (maker.site(), whole, Purpose::Supply, None::<DocumentHash>);
            self.row(maker, "batches", "ship", &note, shipping);
            let shipped = self.world.events::<UnitsShipped>(self.world.batches);
            let shipment = shipped.first().expect("it was shipped").shipment;
            let arrival = (wholesaler.site(), shipment, Arrival::LogisticUnits(vec![pallet]));
            self.row(wholesaler, "batches", "receive", &note, arrival);
            self.row(wholesaler, "batches", "unpack", &note, (wholesaler.site(), pallet));
        }
    }

    fn feeds(&mut self) {
        let admin = Party::Administrator;
        let now = self.world.now();
        let (one, four, many) = (Operators::new(1), Operators::new(4), Operators::new(31));
        self.row(admin, "feeds", "set_operators", "1 operator", (one.keys(), 0_u8));
        self.row(Party::Regulator, "feeds", "approve_model", "", model(now));
        self.row(admin, "feeds", "create_feed", "", (feed(), definition()));
        self.row(admin, "feeds", "update_feed", "", (feed(), definition()));
        let request = (feed(), SUBJECT, now);
        self.row(Party::Provider, "feeds", "request_result", "", request);
        self.row(Party::Provider, "feeds", "cancel_request", "", 0_u64);
        self.world.call::<Anything>(Party::Provider, self.world.feeds, "request_result", request);

        let first = Report { request: Some(1), ..self.world.report(1, &[612_500]) };
        let signatures = one.sign(&first, &[0]);
        self.row(Party::Stranger, "feeds", "report", "n = 1, f = 0, a new subject", (&first, signatures));
        let next = self.world.report(2, &[612_500]);
        let signatures = one.sign(&next, &[0]);
        self.row(Party::Stranger, "feeds", "report", "n = 1, f = 0", (&next, signatures));
        self.row(Party::Stranger, "feeds", "read", "", (feed(), SUBJECT, 0_u64));
        self.row(Party::Stranger, "feeds", "FeedReader::fresh_value", "", (feed(), SUBJECT, 0_u64));
        self.evidence(&one);

        self.row(admin, "feeds", "set_operators", "4 operators", (four.keys(), 1_u8));
        let report = self.world.report(1, &[1, 2, 3, 4]);
        let signatures = four.sign(&report, &[0, 1]);
        self.row(Party::Stranger, "feeds", "report", "n = 4, f = 1", (&report, signatures));
        self.row(admin, "feeds", "set_operators", "31 operators", (many.keys(), 10_u8));
        let values: Vec<i128> = (0..31).collect();
        let report = self.world.report(1, &values);
        let places: Vec<usize> = (0..11).collect();
        let signatures = many.sign(&report, &places);
        self.row(Party::Stranger, "feeds", "report", "n = 31, f = 10", (&report, signatures));
        self.row(Party::Regulator, "feeds", "revoke_model", "", MODEL);
    }

    /// Goods are quarantined by a report.
    fn evidence(&mut self, operators: &Operators) {
        let batch = self.world.register_plain("WARM", 10);
        let site = Party::Manufacturer.site();
        let target = QuarantineTarget::Holding { batch, site, quantity: None };
        let subject = target.subject(self.world.batches);
        let policy = EvidencePolicy { feeds: self.world.feeds, threshold: 500_000, max_age: 60_000 };
        self.row(Party::Regulator, "evidence", "set_policy", "", (feed(), Some(policy)));
        let report = Report { subject, ..self.world.report(1, &[612_500]) };
        let signatures = operators.sign(&report, &[0]);
        let feeds = self.world.feeds;
        self.world.call::<Anything>(Party::Stranger, feeds, "report", (&report, signatures));
        let maker = Party::Manufacturer;
        let contents = Contents::Units { batch, quantity: 4 };
        self.world.done(maker, "pack", (site, sscc(0xE0), contents));
        self.row(Party::Stranger, "evidence", "present", "", (target, feed()));
        let trail = vec![target, QuarantineTarget::LogisticUnit(sscc(0xE0))];
        self.row(Party::Stranger, "batches", "follow_evidence", "one step", trail);
    }

    /// What only contracts of the deployment may ask of each other, asked by them.
    fn among_contracts(&mut self) {
        let World { units, evidence, governance, products, .. } = self.world;
        [units, evidence, governance, products].into_iter().for_each(|contract| self.world.endow(contract));
        let in_hand = self.world.register("BOOKS", 1_000);
        let (batch, serial, proof) = in_hand.unit(7);
        let site = Party::Manufacturer.site();
        let (shelf, left) = (UnitPlace::Shelf, UnitPlace::Left(UnitState::Sample));
        let shown = Which::Shown(proof.shown(batch, &serial));
        let steps = [("", shown, shelf, left), ("taken back", Which::Noted(vec![7]), left, shelf)];
        for (note, which, from, to) in steps {
            let booking = Booking {
                account: Party::Manufacturer.id(),
                acts_at: Some(site),
                batch,
                site,
                at: NOW,
                which,
                moves: vec![Move { from, to, quantity: 1 }],
                only_ask_for: None,
            };
            self.row(units, "batches", "UnitBooks::book_units", note, booking);
        }
        let apart = QuarantineTarget::Holding { batch, site, quantity: None };
        self.row(evidence, "batches", "QuarantineBooks::quarantine_on_evidence", "", (apart, NOW));

        let (maker, regulator) = (Party::Manufacturer, Party::Regulator);
        let new = registration(maker.id(), maker.site(), new_batch("BY PRODUCTS", 10, None));
        let batch = BatchId::of(new.gtin, &new.lot);
        self.row(products, "batches", "ProductBooks::register", "", new);
        self.row(products, "batches", "ProductBooks::release", "", (maker.id(), batch));
        let recalled = (regulator.id(), 7_u64, recall(RecallScope::Product, self.world.now()));
        self.row(products, "batches", "ProductBooks::recall_product", "", recalled);
        self.world.pass(CHANGE_DELAY);
        let ended = (regulator.account("second inspector"), 7_u64, DocumentHash([0x44; 32]));
        self.row(products, "batches", "ProductBooks::end_recall_of_product", "", ended);

        let organisation = Party::Manufacturer.organisation();
        let account = Party::Manufacturer.account("till");
        let limits = Limits { site: Some(site), ..Limits::default() };
        let entry = Some(Account { organisation, limits });
        let rights =
            Rights { suspended: false, grants: vec![Grant { role: Role::Auditor, expires_at: None }] };
        let pause = |world: &mut World, paused| {
            let contract = Contract { contract: account, roles: RoleSet::EMPTY, paused };
            Change::Deployment(world.deployment().with(contract))
        };
        let prefix = Prefix { length: 7, digits: 4_000_001 };
        let lengths = PrefixLengths::EMPTY.with(prefix.length);
        let changes = [
            ("an account", Change::Account { account, entry }),
            ("a site", Change::Site { site: SiteId::MAX, organisation }),
            ("rights", Change::Rights { organisation: u32::MAX, rights }),
            ("a pause", pause(&mut self.world, true)),
            ("a prefix", Change::Prefix { prefix, organisation: Some(organisation), lengths }),
        ];
        for (note, change) in changes {
            self.row(governance, "access", "AccessControl::change", note, change);
        }
        let go_on = pause(&mut self.world, false);
        self.world.call::<Anything>(governance, self.world.access, "AccessControl::change", go_on);
        let code = self.world.upload("fixture_evidence_next");
        self.row(governance, "governance", "lock_code", "", code);
        for contract in CONTRACTS {
            let code = primitives::blake2_256(&bundle(contract).wasm);
            self.row(governance, contract, "Replaceable::replace_code", "", code);
        }
    }

    /// What is read, mostly by single keys.
    fn reads(&mut self) {
        let (id, site) = (BatchInHand::of("LARGE", 1).id, Party::Wholesaler.site());
        let (someone, organisation) = (Party::Wholesaler.id(), Party::Wholesaler.organisation());
        let unit = UnitId([0; 32]);
        let page = (0_u32, 50_u32);
        let holding = QuarantineTarget::Holding { batch: id, site, quantity: None };
        let mut read = |contract: &str, message: &str, arguments: Vec<u8>| {
            let input = [&bundle(contract).selector(message)[..], &arguments].concat();
            self.send(Party::Stranger.id(), contract, message, "", input);
        };
        let question = Question { counterparty: Some(site), ..Question::about(someone, Some(site)) };
        read("access", "AccessControl::standing", question.encode());
        read("access", "AccessControl::deployment", Vec::new());
        read("access", "AccessControl::account", someone.encode());
        read("access", "AccessControl::rights", organisation.encode());
        for message in ["administrator", "in_set_up", "administration_offer"] {
            read("governance", message, Vec::new());
        }
        read("governance", "administering_role", Role::Pharmacy.encode());
        read("governance", "authority", Market(*b"DE").encode());
        read("governance", "Registry::markets", Party::Regulator.organisation().encode());
        read("governance", "organisations", page.encode());
        read("governance", "sites", page.encode());
        read("batches", "batch", id.encode());
        read("batches", "batches", page.encode());
        read("batches", "mass_balance", id.encode());
        read("batches", "holding", (id, site).encode());
        read("batches", "recalls", id.encode());
        read("batches", "shipment", 0_u64.encode());
        read("batches", "logistic_unit", sscc(1).encode());
        read("products", "attestation", (0_u32, Attestation::CertificateOfAnalysis).encode());
        read("products", "product", GTIN.encode());
        read("products", "products", page.encode());
        read("products", "delegation", prefix_of(0).encode());
        read("products", "batches_contract", Vec::new());
        read("batches", "ProductBooks::registered", id.encode());
        read("batches", "UnitBooks::whereabouts", (id, vec![777_777_u32], Some(site)).encode());
        read("batches", "QuarantineBooks::cleared_at", holding.encode());
        read("units", "unit", unit.encode());
        read("units", "alarms_dismissed_at", site.encode());
        read("units", "alarm", unit.encode());
        read("evidence", "policy", feed().encode());
        read("evidence", "presented_at", (feed(), SUBJECT).encode());
        read("feeds", "round", (feed(), SUBJECT).encode());
        read("feeds", "request", 0_u64.encode());
        read("feeds", "requests", (0_u64, 50_u32).encode());
        read("feeds", "configuration", Vec::new());
        read("feeds", "configuration_digest", Vec::new());
        read("feeds", "feed", feed().encode());
        read("feeds", "feeds", page.encode());
        read("feeds", "model", MODEL.encode());
        read("feeds", "models", page.encode());
        for contract in ["units", "evidence"] {
            read(contract, "batches", Vec::new());
        }
        for contract in CONTRACTS {
            if contract != "access" {
                read(contract, "access", Vec::new());
            }
            read(contract, "Replaceable::migrate", Vec::new());
        }
    }

    /// Each kind of proposal; new code for each contract, which is the same again.
    fn proposals(&mut self) {
        let admin = Party::Administrator;
        let organisation = Party::Auditor.organisation();
        let grant = Grant { role: Role::Regulator, expires_at: None };
        let roles = RoleSet::of(&[Role::UnitRegister]);
        let (contract, account) = (self.world.units, Party::Auditor.account("rescued"));
        let upgrade = |meter: &Self, contract: &str| Action::Upgrade {
            contract: meter.world.address(contract),
            code: primitives::blake2_256(&bundle(contract).wasm),
        };
        let upgrades = CONTRACTS.map(|contract| (contract, upgrade(self, contract)));
        let others = [
            ("a role", Action::Grant { organisation, grant }),
            ("roles of a contract", Action::ContractRoles { contract, roles }),
            ("a steward", Action::Steward { organisation, account }),
            ("a market", Action::Market { market: Market(*b"DE"), authority: Some(organisation) }),
            ("to reinstate an organisation", Action::Reinstate { organisation }),
            (
                "who administers a role",
                Action::RoleAdministration { role: Role::Insurer, administered_by: Role::Admin },
            ),
        ];
        self.row(admin, "governance", "propose", "to be cancelled", others[0].1);
        self.row(Party::Stranger, "governance", "proposal", "", 0_u32);
        self.row(Party::Stranger, "governance", "proposals", "", (0_u32, 50_u32));
        self.row(admin, "governance", "cancel_proposal", "", 0_u32);
        for (number, (note, action)) in (1_u32..).zip(upgrades.into_iter().chain(others)) {
            if matches!(action, Action::Reinstate { .. }) {
                self.world.administer("suspend_organisation", organisation);
            }
            self.row(admin, "governance", "propose", note, action);
            self.world.pass(CHANGE_DELAY);
            self.row(admin, "governance", "apply_proposal", note, number);
        }
    }
}
