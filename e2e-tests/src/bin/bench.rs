//! Measures what docs/benchmarks.md reports, on a node of its own: `make bench` runs it in the release profile.
//!
//! Prints Markdown. Sizes and costs of messages come from the contracts' runtime tests (`weights`).
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chain::batches::Batches;
use chain::{Bundles, Chain, Deployment, Signer};
use e2e_tests::process::{start_devnet, Failure};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::ws_client::WsClientBuilder;
use primitives::{AccountId, BatchId, SerialTree};
use scale::Encode;

/// How many reads of each kind are timed.
const READS: usize = 2_000;
/// How many transactions one after the other, and how many at once.
const TRANSACTIONS: usize = 200;

#[tokio::main]
async fn main() -> ExitCode {
    match measure().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("the benchmark failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (devnet, url) = start_devnet(folder.path(), None)?;
    let chain = Chain::connect(&url).await?;
    let account = chain.account(Signer::from_secret(&"//Alice".into())?)?;
    let artifacts = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/artifacts");
    let deployment = account.deploy_all(&Bundles::load(&artifacts)?, b"bench").await?;
    let register = Batches(deployment.contracts.batches.address);
    prepare(&account, &deployment, &register).await?;
    verify(&chain, &url, &register).await?;
    submit(&account, &register).await?;
    devnet.stop()
}

const GTIN: u64 = 9_506_000_134_352;
const LOT: &[u8] = b"BENCH";

fn serials() -> Vec<String> {
    (0..10_000).map(|number| format!("S{number:06}")).collect()
}

/// Alice is everything here: her roles are not what is measured.
async fn prepare(
    account: &chain::Account,
    deployment: &Deployment,
    register: &Batches,
) -> Result<(), Failure> {
    let access = chain::access::Access(deployment.contracts.access.address);
    let gln = ::access::Identifier::Gln(6_291_041_500_213);
    account.submit(&access.register_organisation(account.id(), "Bench", &gln)).await?;
    for role in [primitives::Role::Manufacturer, primitives::Role::Regulator] {
        account.submit(&access.grant_role(role, account.id(), None)).await?;
    }
    let id = BatchId::of(GTIN, LOT);
    let tree = SerialTree::new(id, &serials()).ok_or("no serial tree")?;
    let batch = ::batches::NewBatch {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: 281_231,
        quantity: tree.quantity(),
        serial_root: Some(tree.root()),
    };
    account.submit(&register.register_batch(&batch)).await?;
    for attestation in ::batches::Attestation::REQUIRED {
        account.submit(&register.attest(id, attestation, primitives::DocumentHash([1; 32]))).await?;
    }
    account.submit(&register.release(id)).await?;
    Ok(())
}

/// A verdict through the client against the same contract read as one bare RPC, in turns, on the same node.
async fn verify(chain: &Chain, url: &str, register: &Batches) -> Result<(), Failure> {
    let tree = SerialTree::new(BatchId::of(GTIN, LOT), &serials()).ok_or("no serial tree")?;
    let scan = ::batches::Scan {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: Some(281_231),
        serial: Some(b"S004242".to_vec()),
        proof: tree.prove(b"S004242"),
        holder: None,
    };
    let call = register.verdict(&scan);
    let origin = AccountId::from([0; 32]);
    let no_limit: (Option<()>, Option<u128>) = (None, None);
    let arguments = (origin, call.contract(), 0_u128, no_limit, call.input()).encode();
    let arguments = format!("0x{}", hex::encode(arguments));
    let raw = WsClientBuilder::default().build(url).await?;

    let (mut through_client, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..READS + 100 {
        let started = Instant::now();
        let verdict = chain.read(&call).await?;
        let client = started.elapsed();
        if verdict.outcome != ::batches::Outcome::Valid {
            return Err(format!("the verdict is {:?}", verdict.reasons).into());
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

/// Transactions of one account, one after the other, and many in flight at once.
async fn submit(account: &chain::Account, register: &Batches) -> Result<(), Failure> {
    let id = BatchId::of(GTIN, LOT);
    let quarantine =
        register.quarantine(id, account.id(), 1, ::batches::QuarantineReason::QualityInvestigation);
    let mut alone = Vec::new();
    for _ in 0..TRANSACTIONS {
        let started = Instant::now();
        account.submit(&quarantine).await?;
        alone.push(started.elapsed());
    }
    let started = Instant::now();
    let mut pending = Vec::new();
    for _ in 0..TRANSACTIONS {
        pending.push(account.send(&quarantine).await?);
    }
    for transaction in pending {
        transaction.finalised().await?;
    }
    let rate = f64::from(u32::try_from(TRANSACTIONS)?) / started.elapsed().as_secs_f64();
    let alone = Spread::of(alone);
    println!("| transaction | p50 | p95 |\n| --- | --- | --- |");
    println!("| call to finality, one at a time | {} | {} |\n", ms(alone.p50), ms(alone.p95));
    println!("In flight at once: {rate:.0} transactions per second, dry run and signature included.\n");
    Ok(())
}

struct Spread {
    p50: Duration,
    p95: Duration,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        Self { p50: at(50), p95: at(95) }
    }
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
