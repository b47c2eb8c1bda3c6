//! Prints what each message of the built contracts costs, as rows of a Markdown table: the weight of its execution,
//! with its cross-contract calls, and the storage deposit. `make bench` puts them into docs/benchmarks.md.
// The measured numbers are far from any limit of their types.
#![allow(clippy::arithmetic_side_effects)]

use contract_runtime_tests::{bundle, measure_costs, Cost, CONTRACTS};

fn main() {
    println!("| contract | Wasm (bytes) |\n| --- | ---: |");
    for contract in CONTRACTS {
        println!("| {contract} | {} |", bundle(contract).wasm.len());
    }
    println!();
    println!("| contract | message | ref_time (ms) | proof_size (bytes) | storage deposit (milliunits) |");
    println!("| --- | --- | ---: | ---: | ---: |");
    for Cost { contract, message, note, ref_time, proof_size, deposit } in measure_costs() {
        let milliseconds = ref_time / 10_000_000;
        let note = if note.is_empty() { note } else { format!(", {note}") };
        println!(
            "| {contract} | `{message}`{note} | {}.{:02} | {proof_size} | {} |",
            milliseconds / 100,
            milliseconds % 100,
            thousandths((deposit + 500_000).div_euclid(1_000_000)),
        );
    }
}

/// A number of thousandths as a decimal fraction.
fn thousandths(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    format!("{sign}{}.{:03}", size / 1_000, size % 1_000)
}
