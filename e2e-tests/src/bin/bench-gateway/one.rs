//! One client: a verdict over HTTP against the contract's read as one bare `state_call`, in turns, in the same run.

use std::time::Instant;

use e2e_tests::spread::{ms, ratio, Spread};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::ws_client::WsClientBuilder;
use primitives::AccountId;
use scale::Encode;
use testkit::Failure;

use crate::blocks::{self, Chain};
use crate::counter::Counter;
use crate::load::Asker;

/// Turns before those that count: they fill the node's caches.
const WARM: usize = 100;

pub async fn measure(counter: &mut Counter, turns: usize) -> Result<(), Failure> {
    println!("| one client | chain | p50 | p95 | p99 |\n| --- | --- | ---: | ---: | ---: |");
    for chain in [Chain::Quiet, Chain::Busy] {
        let blocks = blocks::make(counter, chain).await?;
        let (http, bare) = in_turns(counter, turns).await?;
        blocks.end().await?;
        for (what, spread) in [("gateway", http), ("bare `state_call`", bare)] {
            println!("| {what} | {chain} | {} | {} | {} |", ms(spread.p50), ms(spread.p95), ms(spread.p99));
        }
        let [p50, p95, p99] = [(http.p50, bare.p50), (http.p95, bare.p95), (http.p99, bare.p99)]
            .map(|(http, bare)| format!("{:.2}", ratio(http, bare)));
        println!("| ratio | {chain} | {p50} | {p95} | {p99} |");
    }
    println!();
    Ok(())
}

async fn in_turns(counter: &mut Counter, turns: usize) -> Result<(Spread, Spread), Failure> {
    let (asker, raw) = (Asker::new(counter)?, WsClientBuilder::default().build(&counter.node).await?);
    let (mut http, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..turns + WARM {
        let pack = counter.next();
        let (body, call) = (counter.body(pack), counter.verdict(pack));
        let no_limit: (Option<()>, Option<u128>) = (None, None);
        let arguments = (AccountId::from([0; 32]), call.contract(), 0_u128, no_limit, call.input()).encode();
        let arguments = format!("0x{}", hex::encode(arguments));
        let started = Instant::now();
        asker.ask(body).await?;
        let over_http = started.elapsed();
        let started = Instant::now();
        let _: String = raw.request("state_call", ("ContractsApi_call", &arguments)).await?;
        if turn >= WARM {
            bare.push(started.elapsed());
            http.push(over_http);
        }
    }
    Ok((Spread::of(http), Spread::of(bare)))
}
