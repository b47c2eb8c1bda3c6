//! Reading a verdict: through the client, and as one bare RPC.

use std::time::Instant;

use chain::units::Units;
use chain::Chain;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::ws_client::WsClientBuilder;
use primitives::units::{Outcome, Scan};
use primitives::AccountId;
use scale::Encode;
use testkit::Failure;

use e2e_tests::goods::{gtin, Goods, EXPIRY};
use e2e_tests::spread::{ms, ratio, Spread};

use crate::Load;

/// A verdict through the client against the same contract read as one bare RPC, in turns, on the same node.
pub async fn measure(
    chain: &Chain,
    url: &str,
    register: &Units,
    goods: &Goods,
    load: Load,
) -> Result<(), Failure> {
    let scan = Scan {
        gtin: gtin(),
        lot: goods.lot.clone().into_bytes(),
        expiry: Some(EXPIRY),
        serial: Some(b"S004242".to_vec()),
        proof: goods.tree().prove(b"S004242"),
        site: None,
    };
    let call = register.verdict(&scan);
    let origin = AccountId::from([0; 32]);
    let no_limit: (Option<()>, Option<u128>) = (None, None);
    let arguments = (origin, call.contract(), 0_u128, no_limit, call.input()).encode();
    let arguments = format!("0x{}", hex::encode(arguments));
    let raw = WsClientBuilder::default().build(url).await?;

    let (mut through_client, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..load.reads + 100 {
        let started = Instant::now();
        let verdict = chain.read(&call).await?;
        let client = started.elapsed();
        if verdict.outcome != Outcome::Genuine {
            return Err(format!(
                "the verdict is {:?} by {:?}",
                verdict.outcome,
                verdict.reasons.by_severity()
            )
            .into());
        }
        let started = Instant::now();
        let _: String = raw.request("state_call", ("ContractsApi_call", &arguments)).await?;
        // The first hundred warm the node's caches.
        if turn >= 100 {
            bare.push(started.elapsed());
            through_client.push(client);
        }
    }
    println!("| verdict read | p50 | p95 |\n| --- | --- | --- |");
    let (client, bare) = (Spread::of(through_client), Spread::of(bare));
    println!("| through the client | {} | {} |", ms(client.p50), ms(client.p95));
    println!("| one bare `state_call` | {} | {} |", ms(bare.p50), ms(bare.p95));
    println!("| ratio | {:.2} | {:.2} |\n", ratio(client.p50, bare.p50), ratio(client.p95, bare.p95));
    Ok(())
}
