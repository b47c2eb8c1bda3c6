//! What messages cost, where a rule or a promise depends on it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    bundle, feed, new_batch, plain_scan, shipping, Anything, BatchInHand, Operators, Party, Receipt, World,
    CONTRACTS, MODEL, SUBJECT,
};
use primitives::batches::{Error, RejectionReason, TRAIL};
use primitives::products::{self, Attestation, NewBatch};
use primitives::units::{self, UnitOutcome};
use primitives::{feeds, BatchId, Question, Role};
use scale::Encode;
use testing::goods::{prefix_of, GTIN};

fn register(world: &mut World, batch: NewBatch) -> Receipt<Result<BatchId, products::Error>> {
    let arguments = (Party::Manufacturer.site(), batch);
    let receipt: Receipt<Result<BatchId, products::Error>> =
        world.measure(Party::Manufacturer, world.products, "register_batch", arguments).unwrap();
    assert!(receipt.returned.is_ok());
    receipt
}

/// Each call loads `access`, and a dispense or a report besides it `batches` and one more contract: what that costs together
/// is held below, to 365 kB of proof. `governance` is loaded by its own messages alone.
const MOST_KIB: [(&str, usize); 7] = [
    ("access", 12),
    ("batches", 76),
    ("evidence", 32),
    ("feeds", 32),
    ("governance", 64),
    ("products", 36),
    ("units", 42),
];

#[test]
fn no_contract_outgrows_its_size() {
    assert_eq!(MOST_KIB.map(|(contract, _)| contract), CONTRACTS);
    for (contract, most) in MOST_KIB {
        let size = bundle(contract).wasm.len();
        assert!(size < most * 1024, "{contract} has {size} bytes");
    }
}

#[test]
fn a_million_serials_cost_on_chain_what_ten_cost() {
    let mut world = World::new();
    let small = register(&mut world, new_batch("SMALL", 10, Some([1; 32])));
    let large = register(&mut world, new_batch("LARGE", 1_000_000, Some([1; 32])));
    let within_2_percent = |small: u64, large: u64| large * 100 <= small * 102;
    assert!(within_2_percent(small.weight.ref_time(), large.weight.ref_time()), "{small:?} {large:?}");
    assert!(within_2_percent(small.weight.proof_size(), large.weight.proof_size()), "{small:?} {large:?}");
    assert_eq!(small.deposit, large.deposit);
}

#[test]
fn a_unit_of_a_million_is_dispensed_with_a_proof_of_depth_20() {
    let mut world = World::new();
    let batch = BatchInHand::of("LARGE", 1_000_000);
    let (_, _, proof) = batch.unit(777_777);
    assert_eq!(proof.siblings.len(), 20);
    register(&mut world, batch.new.clone());
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, 1_000);
    let arguments = (Party::Pharmacy.site(), batch.pack(777_777));
    let dispensed: Receipt<Result<UnitOutcome, units::Error>> =
        world.measure(Party::Pharmacy, world.units, "dispense", arguments).unwrap();
    assert_eq!(dispensed.returned, Ok(UnitOutcome::Done));
    let weight = dispensed.weight;
    assert!(weight.ref_time() <= 5_000_000_000 && weight.proof_size() <= 365_000, "{weight:?}");
}

/// The pallet gives deposits back in proportion, and rounds down.
const ROUNDING: i128 = 10;

#[test]
fn the_storage_of_a_finished_shipment_comes_back_to_who_finishes_it() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    // The record of a holder stays, for a recall; the next shipment to it needs no new one.
    world.hand_over(id, Party::Manufacturer, Party::Wholesaler, 1);
    // Where the goods went is known for a while after the end: that is kept, and no more of it.
    let sums: Vec<i128> = (1..4_u64)
        .map(|number| {
            let before = world.balance(Party::Wholesaler);
            let arguments = shipping(id, Party::Manufacturer, Party::Wholesaler, 9);
            let shipped: Receipt<Result<u64, Error>> =
                world.measure(Party::Manufacturer, world.batches, "ship", arguments).unwrap();
            let arguments = (Some(Party::Wholesaler.site()), number, RejectionReason::Other);
            let rejected: Receipt<Result<(), Error>> =
                world.measure(Party::Wholesaler, world.batches, "reject", arguments).unwrap();
            assert_eq!((shipped.returned, rejected.returned), (Ok(number), Ok(())));
            // The first one begins the list of what came back to the consignor, which stays.
            let gains = rejected.deposit < 0 && world.balance(Party::Wholesaler) > before;
            assert!(gains || number == 1, "{rejected:?}");
            let later = world.now() + TRAIL + 1;
            world.set_time(later);
            shipped.deposit + rejected.deposit
        })
        .collect();
    assert!(sums[0] > 0 && sums[1..].iter().all(|sum| sum.abs() < ROUNDING), "{sums:?}");
}

#[test]
fn the_storage_of_a_cancelled_request_comes_back() {
    let mut world = World::new();
    world.with_feed(&Operators::new(1), 0);
    let deadline = world.now();
    let asked: Receipt<Result<u64, feeds::Error>> =
        world.measure(Party::Provider, world.feeds, "request_result", (feed(), SUBJECT, deadline)).unwrap();
    let cancelled: Receipt<Result<(), feeds::Error>> =
        world.measure(Party::Provider, world.feeds, "cancel_request", 0_u64).unwrap();
    assert_eq!((asked.returned, cancelled.returned), (Ok(0), Ok(())));
    assert!(asked.deposit > 0);
    assert!((asked.deposit + cancelled.deposit).abs() < ROUNDING, "{asked:?} {cancelled:?}");
}

#[test]
fn reads_write_nothing_and_cost_no_deposit() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    world.with_feed(&Operators::new(1), 0);
    let before = world.storage_root();
    let (someone, site) = (Party::Pharmacy.id(), Party::Pharmacy.site());
    let organisation = Party::Pharmacy.organisation();
    let page = (0_u32, 50_u32);
    let mut read = |contract: &str, message: &str, arguments: Vec<u8>| {
        let input = [&bundle(contract).selector(message)[..], &arguments].concat();
        let address = world.address(contract);
        let receipt = world.call_bytes::<Anything>(Party::Stranger, address, input).unwrap();
        assert_eq!(receipt.deposit, 0, "{message}");
        assert_eq!(world.emitted(), [], "{message}");
        assert_eq!(world.storage_root(), before, "{message}");
    };
    read("units", "verdict", batch.scan(3).encode());
    read("units", "verdict", plain_scan("NONE").encode());
    read("units", "unit", [0_u8; 32].encode());
    read("units", "alarms_dismissed_at", site.encode());
    read("units", "alarm", [0_u8; 32].encode());
    read("batches", "batch", batch.id.encode());
    read("batches", "mass_balance", batch.id.encode());
    read("batches", "holding", (batch.id, site).encode());
    read("batches", "shipment", 0_u64.encode());
    read("products", "attestation", (0_u32, Attestation::CertificateOfAnalysis).encode());
    read("products", "product", GTIN.encode());
    read("products", "products", page.encode());
    read("products", "delegation", prefix_of(0).encode());
    read("batches", "ProductBooks::registered", batch.id.encode());
    read("batches", "batches", page.encode());
    read("batches", "recall_reach", (batch.id, page).encode());
    read("batches", "recalls", batch.id.encode());
    read("batches", "logistic_unit", 0_u64.encode());
    read("batches", "UnitBooks::whereabouts", (batch.id, vec![3_u32], Some(site)).encode());
    read("evidence", "policy", [0_u8; 32].encode());
    read("evidence", "presented_at", ([0_u8; 32], [0_u8; 32]).encode());
    read("feeds", "read", (feed(), SUBJECT, 0_u64).encode());
    read("feeds", "FeedReader::fresh_value", (feed(), SUBJECT, 0_u64).encode());
    read("feeds", "round", (feed(), SUBJECT).encode());
    read("feeds", "request", 0_u64.encode());
    read("feeds", "configuration", Vec::new());
    read("feeds", "configuration_digest", Vec::new());
    read("feeds", "feed", feed().encode());
    read("feeds", "feeds", page.encode());
    read("feeds", "model", MODEL.encode());
    read("feeds", "models", page.encode());
    let question = Question { counterparty: Some(site), ..Question::about(someone, Some(site)) };
    read("access", "AccessControl::standing", question.encode());
    read("access", "AccessControl::account", someone.encode());
    read("access", "AccessControl::rights", organisation.encode());
    read("access", "AccessControl::deployment", Vec::new());
    read("governance", "organisation", organisation.encode());
    read("governance", "organisations", page.encode());
    read("governance", "site", site.encode());
    read("governance", "sites", page.encode());
    read("governance", "gln", 0_u64.encode());
    read("governance", "account", someone.encode());
    read("governance", "accounts", (organisation, page).encode());
    read("governance", "proposal", 0_u32.encode());
    read("governance", "proposals", page.encode());
    read("governance", "administering_role", Role::Pharmacy.encode());
    for contract in CONTRACTS {
        if contract != "access" {
            read(contract, "access", Vec::new());
        }
        read(contract, "Replaceable::migrate", Vec::new());
    }
}
