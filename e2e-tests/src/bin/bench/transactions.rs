//! Transactions through the client.

use std::time::Instant;

use chain::batches::Batches;
use e2e_tests::goods::{Goods, SITE};
use e2e_tests::spread::{ms, Spread};
use primitives::batches::UnitState;
use primitives::DocumentHash;
use testkit::Failure;

use crate::Load;

/// Transactions of one account, one after the other.
pub async fn measure(
    account: &chain::Account,
    register: &Batches,
    goods: &Goods,
    load: Load,
) -> Result<(), Failure> {
    let id = goods.id();
    let call = register.decommission_quantity(SITE, id, 1, UnitState::Stolen, Some(DocumentHash([1; 32])));
    let mut alone = Vec::new();
    for _ in 0..load.transactions {
        let started = Instant::now();
        account.submit(&call).await?;
        alone.push(started.elapsed());
    }
    let alone = Spread::of(alone);
    println!("| transaction | p50 | p95 |\n| --- | --- | --- |");
    println!(
        "| call to finality, dry run and signature included | {} | {} |\n",
        ms(alone.p50),
        ms(alone.p95)
    );
    Ok(())
}
