//! Prints what each message of the built contracts costs, as rows of a Markdown table: the weight of its execution,
//! with its cross-contract calls, and the storage deposit. `make bench` puts them into docs/benchmarks.md.
// The measured numbers are far from any limit of their types.
#![allow(clippy::arithmetic_side_effects)]

use access::Identifier;
use batches::{Attestation, QuarantineReason, RecallClass, RecallReason, RejectionReason};
use contract_runtime_tests::{
    bundle, definition, feed, model, new_batch, plain_scan, Anything, BatchInHand, Operators, Party, World,
    CONTRACTS, MODEL, SUBJECT,
};
use feeds::Report;
use primitives::{DocumentHash, Role};
use scale::Encode;

fn main() {
    println!("| contract | Wasm (bytes) |\n| --- | ---: |");
    for contract in CONTRACTS {
        println!("| {contract} | {} |", bundle(contract).wasm.len());
    }
    println!();
    println!("| contract | message | ref_time (ms) | proof_size (bytes) | storage deposit (milliunits) |");
    println!("| --- | --- | ---: | ---: | ---: |");
    let mut meter = Meter { world: World::new() };
    meter.access();
    meter.batches();
    meter.feeds();
}

struct Meter {
    world: World,
}

impl Meter {
    /// Sends a message, which must succeed, and prints what it cost.
    fn row(&mut self, by: Party, contract: &str, message: &str, note: &str, arguments: impl Encode) {
        let address = self.world.address(contract);
        let result = self.world.measure::<Anything>(by, address, message, arguments);
        let receipt = result.expect("the contract answers");
        assert!(!receipt.reverted, "{message} is refused");
        let milliseconds = receipt.weight.ref_time() / 10_000_000;
        println!(
            "| {contract} | `{message}`{note} | {}.{:02} | {} | {} |",
            milliseconds / 100,
            milliseconds % 100,
            receipt.weight.proof_size(),
            thousandths((receipt.deposit + 500_000).div_euclid(1_000_000)),
        );
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
        self.row(admin, "access", "has_role", "", (Role::Pharmacy, newcomer));
        self.row(admin, "access", "AccessControl::standing", "", (newcomer, newcomer));
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
        let by = [maker, Party::Auditor, Party::Regulator];
        for (party, attestation) in by.into_iter().zip(Attestation::REQUIRED) {
            let note = format!(", {attestation:?}");
            self.row(party, "batches", "attest", &note, (id, attestation, DocumentHash([0x44; 32])));
        }
        self.row(maker, "batches", "release", "", id);
        self.row(Party::Regulator, "batches", "block", "", id);
        self.row(Party::Regulator, "batches", "unblock", "", id);
        self.row(maker, "batches", "ship", "", (id, Party::Wholesaler.id(), 1_000_u64));
        self.row(Party::Wholesaler, "batches", "receive", ", part", (0_u64, 900_u64));
        self.row(Party::Wholesaler, "batches", "receive", ", the rest", (0_u64, 100_u64));
        let refused = self.world.ship(id, Party::Wholesaler, Party::Pharmacy, 10);
        self.row(Party::Pharmacy, "batches", "reject", "", (refused, RejectionReason::Damaged));
        self.world.hand_over(id, Party::Wholesaler, Party::Pharmacy, 500);
        self.row(Party::Pharmacy, "batches", "dispense", ", proof of depth 20", large.unit(777_777));
        self.row(Party::OtherPharmacy, "batches", "dispense", ", clone alarm", large.unit(777_777));
        let holder = Party::Wholesaler.id();
        let apart = (id, holder, 5_u64, QuarantineReason::Damaged);
        self.row(Party::Wholesaler, "batches", "quarantine", "", apart);
        self.row(maker, "batches", "release_quarantine", "", (id, holder, 5_u64));
        self.row(Party::Stranger, "batches", "verdict", ", proof of depth 20", large.scan(777_778));
        self.row(Party::Stranger, "batches", "verdict", ", unknown batch", plain_scan("NONE"));
        let recall = (id, RecallClass::I, RecallReason::Contamination);
        self.row(Party::Regulator, "batches", "recall", "", recall);

        let plain = primitives::BatchId::of(plain.gtin, &plain.lot);
        self.world.attest_and_release(plain);
        self.world.hand_over(plain, maker, Party::Pharmacy, 100);
        self.row(Party::Pharmacy, "batches", "dispense_unserialised", "", (plain, 10_u64));
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
}

/// A number of thousandths as a decimal fraction.
fn thousandths(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    format!("{sign}{}.{:03}", size / 1_000, size % 1_000)
}
