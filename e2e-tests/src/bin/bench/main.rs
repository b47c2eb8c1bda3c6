//! Measures what docs/benchmarks.md reports, on a node of its own: `make bench` runs it in the profile of the tests.
//! With `--short` it does a little of everything, which shows that it works and nothing of how fast.
//!
//! Prints Markdown. Sizes and costs of messages come from the contracts' runtime tests (`weights`).
#![allow(clippy::arithmetic_side_effects)] // Counts and times of a test bench, far from their limits.
mod ready_made;
mod reports;
mod transactions;
mod verdicts;

use std::process::ExitCode;

use chain::batches::Batches;
use chain::feeds::Feeds;
use chain::units::Units;
use chain::{Chain, Deployment};
use e2e_tests::goods::{account, Goods};
use e2e_tests::party::{deploy_for, CLINIC, MANUFACTURER, REGULATOR};
use testkit::theriac::{start_devnet, Theriac};
use testkit::Failure;

/// How much is measured.
#[derive(Clone, Copy)]
struct Load {
    /// Reads of a verdict, of each kind.
    reads: usize,
    /// Transactions of one account, one after the other.
    transactions: usize,
    /// Requests on chain to the oracle, one after the other.
    requests: usize,
    /// Reports that are made at once, and how often, in turns with as many ready-made ones.
    reports: usize,
    rounds: usize,
}

const FULL: Load = Load { reads: 2_000, transactions: 200, requests: 100, reports: 300, rounds: 9 };
const SHORT: Load = Load { reads: 20, transactions: 5, requests: 5, reports: 20, rounds: 2 };

#[tokio::main]
async fn main() -> ExitCode {
    let load = match std::env::args().nth(1).as_deref() {
        None => FULL,
        Some("--short") => SHORT,
        Some(other) => {
            eprintln!("unknown argument '{other}'; the only one is --short");
            return ExitCode::from(2);
        }
    };
    match measure(load).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("the benchmark failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(load: Load) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (devnet, url) = start_devnet(folder.path(), None)?;
    let chain = Chain::connect(&url).await?;
    let theriac = Theriac::new(folder.path(), &url)?;
    deploy_for(&theriac, &[MANUFACTURER, REGULATOR, CLINIC])?;
    let contracts = Deployment::load(&theriac.deployment())?.contracts;
    let [maker, regulator, clinic] =
        [account(&chain, "//Bob")?, account(&chain, "//Eve")?, account(&chain, "//Ferdie")?];
    let register = Batches(contracts.batches.address);
    // The batch of which everything else is measured.
    let goods = Goods::new("BENCH", 10_000)?;
    goods.release(&contracts, &maker, &regulator).await?;
    verdicts::measure(&chain, &url, &Units(contracts.units.address), &goods, load).await?;
    transactions::measure(&maker, &register, &goods, load).await?;
    reports::measure(&clinic, Feeds(contracts.feeds.address), &theriac, folder.path(), &url, load).await?;
    devnet.stop()
}
