//! Measures what docs/benchmarks/gateway.md reports: verdicts over HTTP by a gateway beside a node of its own, both
//! started here. `make bench-gateway` runs it with release programs. With `--short` it does a little of everything, which
//! shows that it works and nothing of how fast; with `--no-growth` all but the
//! states with many batches, with `--only-growth` only these.
//!
//! Prints Markdown. Node, gateway and clients share the machine.
#![allow(clippy::arithmetic_side_effects)] // Counts and times of a test bench, far from their limits.
mod blocks;
mod counter;
mod footprint;
mod load;
mod one;
mod plot;
mod scale;
mod slope;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use counter::Counter;
use e2e_tests::spread::{ms, Spread};
use testkit::Failure;

/// How much is measured.
#[derive(Clone, Copy)]
struct Load {
    /// Packs of the batch: each request asks about another one.
    packs: u32,
    /// Verdicts a second where they arrive steadily, and for how long.
    rate: u32,
    steady: Duration,
    /// For how long clients without pauses ask.
    closed: Duration,
    /// Turns of one client and the bare read.
    turns: usize,
    /// Starts of a gateway.
    starts: usize,
    /// Numbers of batches on chain, and how often a verdict is read at each.
    batches: &'static [u32],
    reads: u32,
}

const FULL: Load = Load {
    packs: 100_000,
    rate: 300,
    steady: Duration::from_secs(30),
    closed: Duration::from_secs(10),
    turns: 500,
    starts: 10,
    batches: &[300, 1_000, 3_000, 10_000],
    reads: 250,
};
const SHORT: Load = Load {
    packs: 1_000,
    rate: 20,
    steady: Duration::from_secs(1),
    closed: Duration::from_millis(500),
    turns: 5,
    starts: 1,
    batches: &[10, 20],
    reads: 5,
};

/// Clients of the stages that Open Credentialing Initiative published, and of our goal.
const CLIENTS: [usize; 5] = [5, 10, 20, 40, 50];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let (mut load, mut plot, mut verdicts, mut growth) = (FULL, None, true, true);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--short", None) => load = SHORT,
            ("--no-growth", None) => growth = false,
            ("--only-growth", None) => verdicts = false,
            ("--plot", Some(path)) => plot = Some(PathBuf::from(path)),
            (other, _) => {
                eprintln!(
                    "the argument '{other}' cannot be used so; there are --plot FILE, and at the end --short, --no-growth or --only-growth"
                );
                return ExitCode::from(2);
            }
        }
    }
    match measure(load, (verdicts, growth), plot).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("the benchmark failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(load: Load, (verdicts, growth): (bool, bool), plot: Option<PathBuf>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut counter = Counter::open(folder.path(), load.packs).await?;
    if verdicts {
        over_http(&mut counter, load).await?;
    }
    if growth {
        scale::measure(&counter, load.batches, load.reads, plot.as_deref()).await?;
    }
    counter.close()
}

/// Start, one client, and load.
async fn over_http(counter: &mut Counter, load: Load) -> Result<(), Failure> {
    footprint::measure(counter, load.starts).await?;
    counter.publish().await?;

    one::measure(counter, load.turns).await?;
    println!("| verdicts over HTTP | chain | load | a second | p50 | p95 | p99 | longest |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for chain in [blocks::Chain::Quiet, blocks::Chain::Busy] {
        let steady = format!("steadily {} a second", load.rate);
        let blocks = blocks::make(counter, chain).await?;
        let times = load::open(counter, load.rate, load.steady).await?;
        let made = blocks.end().await?;
        row(&steady, chain, &times, load.steady);
        blocks::check(chain, made, load.steady)?;
        for clients in CLIENTS {
            let blocks = blocks::make(counter, chain).await?;
            let times = load::closed(counter, clients, load.closed).await?;
            blocks.end().await?;
            row(&format!("{clients} clients without pauses"), chain, &times, load.closed);
        }
    }
    println!();
    footprint::after_load(counter)?;
    Ok(())
}

fn row(load: &str, chain: blocks::Chain, times: &load::Times, took: Duration) {
    let count = f64::from(u32::try_from(times.latencies.len()).unwrap_or(u32::MAX));
    let Spread { p50, p95, p99, max } = Spread::of(times.latencies.clone());
    let busy = format!("{:.1}", footprint::machine_load());
    println!(
        "| {load} | {chain} | {busy} | {:.0} | {} | {} | {} | {} |",
        count / took.as_secs_f64(),
        ms(p50),
        ms(p95),
        ms(p99),
        ms(max)
    );
}
