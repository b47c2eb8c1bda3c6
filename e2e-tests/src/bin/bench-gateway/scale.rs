//! E1: what a verdict takes with more and more batches on chain.
//!
//! The batches are registered by calls. The node keeps every state, so the states with few and with many batches are read
//! in turns: whatever else the machine does meanwhile, it does to all of them. Each read is about a batch that was not
//! read before at its state, so that nothing is known of it, and the others fill no cache with it.

use std::path::Path;
use std::time::{Duration, Instant};

use chain::products::Products;
use chain::units::Units;
use chain::{Account, Block, Call, Limits};
use e2e_tests::goods::{account, gtin, Goods, EXPIRY, SITE};
use e2e_tests::spread::{ms, Spread};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use primitives::products::NewBatch;
use primitives::units::{Scan, Verdict};
use primitives::AccountId;
use reader::Reader;
use scale::Encode;
use testkit::Failure;

use crate::counter::Counter;
use crate::plot::{self, Series};
use crate::slope::{per_decade, Slope};

/// Calls that are in the pool at once.
const IN_FLIGHT: u32 = 200;
/// Packs of each batch.
const PACKS: u32 = 4;
/// Reads of each state that do not count: they read what all verdicts need.
const WARM: u32 = 5;

/// A state with so many batches.
struct State {
    batches: u32,
    block: Block,
    /// The batches that were not read yet, shuffled.
    unread: Vec<u32>,
    /// The times of reads, by a bare `state_call` and by the gateway's reader.
    bare: Vec<Duration>,
    read: Vec<Duration>,
}

/// Registers batches up to the last of these numbers, reads each state so many times in turns, and draws the result.
pub async fn measure(
    counter: &Counter,
    numbers: &[u32],
    turns: u32,
    plot: Option<&Path>,
) -> Result<(), Failure> {
    let mut states = register(counter, numbers).await?;
    let raw = WsClientBuilder::default().build(&counter.node).await?;
    let reader = Reader::new(counter.bystander.chain().clone());
    let units = Units(counter.contracts.units.address);
    for turn in 0..turns + WARM {
        for state in &mut states {
            let number = state.unread.pop().ok_or("more reads than batches")?;
            let call = verdict(&units, number, turn % PACKS)?;
            let bare = bare(&raw, &call, state.block).await?;
            let started = Instant::now();
            let at = reader.at(state.block.hash).await?;
            let known = reader.read(&call, &at).await?;
            let read = started.elapsed();
            if known.batch().is_none() {
                return Err(format!("a batch is not known with {} of them", state.batches).into());
            }
            if turn >= WARM {
                state.bare.push(bare);
                state.read.push(read);
            }
        }
    }
    report(&states, plot)
}

fn report(states: &[State], plot: Option<&Path>) -> Result<(), Failure> {
    println!("| batches on chain | bare `state_call`, p50 | p95 | by the gateway's reader, p50 | p95 |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for state in states {
        let (bare, read) = (Spread::of(state.bare.clone()), Spread::of(state.read.clone()));
        println!(
            "| {} | {} | {} | {} | {} |",
            state.batches,
            ms(bare.p50),
            ms(bare.p95),
            ms(read.p50),
            ms(read.p95)
        );
    }
    println!();
    let points = |times: fn(&State) -> &Vec<Duration>| -> Vec<(f64, Vec<f64>)> {
        let seconds = |state: &State| times(state).iter().map(|time| time.as_secs_f64() * 1_000.0).collect();
        states.iter().map(|state| (f64::from(state.batches), seconds(state))).collect()
    };
    let mut series = Vec::new();
    for (name, points) in
        [("bare state_call", points(|state| &state.bare)), ("gateway's reader", points(|state| &state.read))]
    {
        let Slope { percent, low, high } = per_decade(&points).ok_or("too few numbers of batches")?;
        println!("{name}: {percent:+.2} % a decade (95 of 100 resamples: {low:+.2} to {high:+.2} %).");
        series.push(Series { name, points });
    }
    if let Some(path) = plot {
        std::fs::write(path, plot::svg(&series))?;
    }
    Ok(())
}

/// Registers the batches, and keeps the block at which each number of them was reached.
async fn register(counter: &Counter, numbers: &[u32]) -> Result<Vec<State>, Failure> {
    let maker = account(counter.bystander.chain(), "//Bob")?;
    let products = Products(counter.contracts.products.address);
    let registration = |number: u32| Ok::<_, Failure>(products.register_batch(SITE, &batch(number)?));
    let limits = Limits::of(&maker.chain().dry_run(&registration(0)?, maker.id()).await?);
    let (mut states, mut there) = (Vec::new(), 0);
    let mut random = fastrand::Rng::with_seed(7);
    for wanted in numbers {
        while there < *wanted {
            let many = IN_FLIGHT.min(*wanted - there);
            send(&maker, there..there + many, &registration, limits).await?;
            there += many;
        }
        let block = maker.chain().finalised_head().await?;
        let mut unread: Vec<u32> = (0..there).collect();
        random.shuffle(&mut unread);
        states.push(State { batches: there, block, unread, bare: Vec::new(), read: Vec::new() });
    }
    Ok(states)
}

async fn send<R: Send + Sync + 'static>(
    maker: &Account,
    numbers: std::ops::Range<u32>,
    registration: impl Fn(u32) -> Result<Call<R>, Failure>,
    limits: Limits,
) -> Result<(), Failure> {
    let mut pending = Vec::new();
    for number in numbers {
        pending.push(maker.send_unchecked(&registration(number)?, limits).await?);
    }
    for pending in pending {
        pending.finalised().await?;
    }
    Ok(())
}

fn goods(number: u32) -> Result<Goods, Failure> {
    Goods::new(&format!("E{number:07}"), PACKS)
}

fn batch(number: u32) -> Result<NewBatch, Failure> {
    Ok(goods(number)?.registration())
}

fn verdict(units: &Units, number: u32, pack: u32) -> Result<Call<Verdict>, Failure> {
    let goods = goods(number)?;
    let serial = goods.serials[usize::try_from(pack)?].as_bytes().to_vec();
    let proof = goods.tree().prove(&serial);
    let lot = goods.lot.into_bytes();
    Ok(units.verdict(&Scan {
        gtin: gtin(),
        lot,
        expiry: Some(EXPIRY),
        serial: Some(serial),
        proof,
        site: None,
    }))
}

/// The time of one `state_call`.
async fn bare(raw: &WsClient, call: &Call<Verdict>, at: Block) -> Result<Duration, Failure> {
    let no_limit: (Option<()>, Option<u128>) = (None, None);
    let arguments = (AccountId::from([0; 32]), call.contract(), 0_u128, no_limit, call.input()).encode();
    let arguments = format!("0x{}", hex::encode(arguments));
    let started = Instant::now();
    let _: String = raw.request("state_call", ("ContractsApi_call", &arguments, at.hash)).await?;
    Ok(started.elapsed())
}
