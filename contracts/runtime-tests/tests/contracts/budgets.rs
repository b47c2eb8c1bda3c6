//! What the contracts may cost: the committed table `contracts/budgets.csv`, and what must not grow.
//!
//! `THERIAC_BUDGETS=write cargo test --workspace --test contracts budgets` writes the table anew.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use contract_runtime_tests::{
    bundle, measure_costs, shipping, sscc, Anything, BatchInHand, Party, Receipt, World, CONTRACTS,
};
use primitives::batches::{Arrival, Contents, Error, UnitState, TRAIL};
use primitives::products;
use primitives::BatchId;

const HEAD: &str = "\
# What the contracts cost: Wasm sizes in bytes, ref_time in picoseconds, proof_size in bytes, deposit in planck.
# A test fails where a value differs by more than 5 % from its row. After a change that is meant, write anew with
#   THERIAC_BUDGETS=write cargo test --workspace --locked --test contracts budgets
contract,message,arguments,wasm_size,ref_time,proof_size,deposit
";

type Row = (String, String, String);
type Values = [i128; 4];

fn measured() -> BTreeMap<Row, Values> {
    let size = |contract: &str| {
        let size = i128::try_from(bundle(contract).wasm.len()).unwrap();
        ((contract.to_owned(), String::new(), String::new()), [size, 0, 0, 0])
    };
    let mut rows: BTreeMap<Row, Values> = CONTRACTS.into_iter().map(size).collect();
    for cost in measure_costs() {
        let note = cost.note.replace(',', "");
        let values = [0, cost.ref_time.into(), cost.proof_size.into(), cost.deposit];
        let before = rows.insert((cost.contract, cost.message, note), values);
        assert_eq!(before, None, "each row has its own name");
    }
    rows
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "budgets.csv"].iter().collect()
}

fn parse(table: &str) -> BTreeMap<Row, Values> {
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [contract, message, note, values @ ..] = &cells[..] else { panic!("{line}") };
        let values: Vec<i128> = values.iter().map(|value| value.parse().unwrap()).collect();
        (((*contract).into(), (*message).into(), (*note).into()), values.try_into().unwrap())
    };
    rows.map(row).collect()
}

fn table(rows: &BTreeMap<Row, Values>) -> String {
    let row = |((contract, message, note), [size, time, proof, deposit]): (&Row, &Values)| {
        format!("{contract},{message},{note},{size},{time},{proof},{deposit}\n")
    };
    HEAD.to_owned() + &rows.iter().map(row).collect::<String>()
}

/// Whether a value is within 5 % of its budget, in both directions: a table that is out of date hides growth.
fn is_within(budget: i128, value: i128) -> bool {
    (value - budget).abs() * 20 <= budget.abs()
}

#[test]
fn five_percent_are_the_limit_in_both_directions() {
    assert!(is_within(100, 105) && is_within(100, 95) && is_within(-100, -95) && is_within(0, 0));
    assert!(!is_within(100, 106) && !is_within(100, 94) && !is_within(-100, -106) && !is_within(0, 1));
}

#[test]
fn nothing_costs_more_or_less_than_its_budget() {
    let measured = measured();
    if std::env::var("THERIAC_BUDGETS").is_ok_and(|what| what == "write") {
        std::fs::write(path(), table(&measured)).unwrap();
        return;
    }
    let budgets = parse(&std::fs::read_to_string(path()).unwrap());
    let names = |rows: &BTreeMap<Row, Values>| rows.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&budgets), names(&measured), "the rows of contracts/budgets.csv");
    let off = |row: &Row| {
        budgets[row].iter().zip(&measured[row]).any(|(budget, value)| !is_within(*budget, *value))
    };
    let off: Vec<_> =
        budgets.keys().filter(|row| off(row)).map(|row| (row, budgets[row], measured[row])).collect();
    assert!(off.is_empty(), "over 5 % off contracts/budgets.csv (budget, measured): {off:#?}\n{HEAD}");
}

#[test]
fn every_message_has_a_budget() {
    let rows = parse(&std::fs::read_to_string(path()).unwrap());
    for contract in CONTRACTS {
        for (message, _) in bundle(contract).selectors.iter().filter(|(message, _)| message != "new") {
            let has = rows.keys().any(|(of, label, _)| of == contract && label == message);
            assert!(has, "{contract}: {message} has no row in contracts/budgets.csv");
        }
    }
}

/// What a verdict, a shipment and its receipt cost on this chain: time and proof.
fn costs(world: &mut World, batch: &BatchInHand, shipment: u64) -> [(u64, u64); 3] {
    fn weight<R>(receipt: &Receipt<R>) -> (u64, u64) {
        (receipt.weight.ref_time(), receipt.weight.proof_size())
    }
    let contract = world.batches;
    let verdict: Receipt<Anything> =
        world.measure(Party::Stranger, world.units, "verdict", batch.scan(3)).unwrap();
    let to_wholesaler = shipping(batch.id, Party::Manufacturer, Party::Wholesaler, 2);
    let shipped: Receipt<Result<u64, Error>> =
        world.measure(Party::Manufacturer, contract, "ship", to_wholesaler).unwrap();
    assert_eq!(shipped.returned, Ok(shipment));
    let arrival = (Party::Wholesaler.site(), shipment, Arrival::Units(2));
    let received: Receipt<Result<(), Error>> =
        world.measure(Party::Wholesaler, contract, "receive", arrival).unwrap();
    assert_eq!(received.returned, Ok(()));
    [weight(&verdict), weight(&shipped), weight(&received)]
}

/// Registers batches until there are so many.
fn fill(world: &mut World, from: u32, to: u32) {
    for number in from..to {
        world.register_plain(&format!("LOT{number}"), 10);
        if number % 100 == 0 {
            world.commit();
        }
    }
}

/// The costs at each of these numbers of batches.
fn costs_at(numbers: &[u32]) -> Vec<[(u64, u64); 3]> {
    let mut world = World::new();
    let batch = world.register("FIRST", 1_000);
    world.attest_and_release(batch.id);
    let mut there = 1;
    // The first shipment makes the holding of its consignee: later ones change it.
    costs(&mut world, &batch, 0);
    let measure = |(shipment, number): (u64, &u32)| {
        fill(&mut world, there, *number);
        there = *number;
        costs(&mut world, &batch, shipment)
    };
    (1..).zip(numbers).map(measure).collect()
}

#[test]
fn verdict_ship_and_receive_cost_the_same_with_10_and_1000_batches() {
    let [few, many] = costs_at(&[10, 1_000])[..] else { panic!("two measurements") };
    assert_eq!(few, many);
}

/// Takes over six minutes in the profile of the tests: `cargo test --workspace --test contracts budgets -- --ignored --nocapture`.
#[test]
#[ignore = "registers 100,000 batches"]
fn verdict_ship_and_receive_cost_the_same_with_100000_batches() {
    let costs = costs_at(&[10, 1_000, 100_000]);
    for (number, costs) in ["10", "1,000", "100,000"].iter().zip(&costs) {
        println!("{number} batches: verdict, ship, receive (ref_time, proof_size): {costs:?}");
    }
    assert!(costs.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Sends a message that must succeed, and returns the deposit that it took.
#[track_caller]
fn deposit(world: &mut World, by: Party, message: &str, arguments: impl scale::Encode) -> i128 {
    let of_units = matches!(message, "decommission" | "revert");
    let contract = if of_units { world.units } else { world.batches };
    let receipt: Receipt<Anything> = world.measure(by, contract, message, arguments).unwrap();
    assert!(!receipt.reverted, "{message}");
    receipt.deposit
}

/// The pallet gives deposits back in proportion, and rounds down.
const ROUNDING: i128 = 10;

#[test]
fn the_deposit_of_a_cancelled_registration_comes_back() {
    let mut world = World::new();
    let batch = BatchInHand::of("ABC-123", 10);
    let maker = Party::Manufacturer;
    let registration = (maker.site(), batch.new.clone());
    let registered: Receipt<Result<BatchId, products::Error>> =
        world.measure(maker, world.products, "register_batch", registration).unwrap();
    assert_eq!(registered.returned, Ok(batch.id));
    let registered = registered.deposit;
    let cancelled = deposit(&mut world, maker, "cancel_registration", batch.id);
    assert!(registered > 0);
    assert!((registered + cancelled).abs() < ROUNDING);
}

#[test]
fn the_deposit_of_a_logistic_unit_and_of_a_reverted_unit_comes_back() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    let (maker, site) = (Party::Manufacturer, Party::Manufacturer.site());
    // What was opened is known for a while, so that evidence about it is followed: that is kept, and no more of it.
    let trips: Vec<i128> = (1..4)
        .map(|number| {
            let contents = Contents::Units { batch: batch.id, quantity: 5 };
            let packed = deposit(&mut world, maker, "pack", (site, sscc(number), contents));
            let unpacked = deposit(&mut world, maker, "unpack", (site, sscc(number)));
            assert!(packed > 0, "{packed}");
            let later = world.now() + TRAIL + 1;
            world.set_time(later);
            packed + unpacked
        })
        .collect();
    assert!(trips[0] > 0 && trips[1..].iter().all(|trip| trip.abs() < ROUNDING), "{trips:?}");

    let unit = batch.unit(3);
    let taken = deposit(&mut world, maker, "decommission", (site, batch.leaving(3, UnitState::Sample)));
    let back = deposit(&mut world, maker, "revert", (site, unit.0, unit.1));
    assert!(taken > 0 && (taken + back).abs() < ROUNDING, "{taken} {back}");
}
