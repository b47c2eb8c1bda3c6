//! Measures what docs/benchmarks.md reports, on a node of its own: `make bench` runs it in the release profile.
//!
//! Prints Markdown. Sizes and costs of messages come from the contracts' runtime tests (`weights`).
#![allow(clippy::arithmetic_side_effects)] // Counts and times of a test bench, far from their limits.
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chain::batches::Batches;
use chain::feeds::Feeds;
use chain::{Bundles, Chain, Deployment, Limits, Signer};
use e2e_tests::fhir_server::FhirServer;
use e2e_tests::oracle::{Oracle, FEED};
use e2e_tests::process::{repository, start_devnet, Failure, Theriac};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::ws_client::WsClientBuilder;
use primitives::{AccountId, BatchId, FeedId, SerialTree, Subject};
use scale::Encode;
use serde_json::Value;

/// How many reads of each kind are timed.
const READS: usize = 2_000;
/// How many transactions are timed one after the other, and how many at once.
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
    let artifacts = repository().join("contracts/artifacts");
    let deployment = account.deploy_all(&Bundles::load(&artifacts)?, b"bench").await?;
    let register = Batches(deployment.contracts.batches.address);
    prepare(&account, &deployment, &register).await?;
    verify(&chain, &url, &register).await?;
    let rate = submit(&account, &register).await?;
    deployment.save(&folder.path().join("deployment.json"))?;
    oracle(&account, &deployment, folder.path(), &url, rate).await?;
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

/// Transactions of one account, one after the other, and many in flight at once. Returns how many the node takes in a
/// second when it gets them ready: their limits known, signed as they are sent.
async fn submit(account: &chain::Account, register: &Batches) -> Result<f64, Failure> {
    let id = BatchId::of(GTIN, LOT);
    let call = register.quarantine(id, account.id(), 1, ::batches::QuarantineReason::QualityInvestigation);
    let mut alone = Vec::new();
    for _ in 0..TRANSACTIONS {
        let started = Instant::now();
        account.submit(&call).await?;
        alone.push(started.elapsed());
    }
    let limits = Limits::of(&account.chain().dry_run(&call, account.id()).await?);
    let started = Instant::now();
    let mut pending = Vec::new();
    for _ in 0..TRANSACTIONS {
        pending.push(account.send_unchecked(&call, limits).await?);
    }
    for transaction in pending {
        transaction.finalised().await?;
    }
    let rate = per_second(started)?;
    let alone = Spread::of(alone);
    println!("| transaction | p50 | p95 |\n| --- | --- | --- |");
    println!(
        "| call to finality, dry run and signature included | {} | {} |\n",
        ms(alone.p50),
        ms(alone.p95)
    );
    println!("Sent without waiting, limits known: {rate:.0} transactions per second.\n");
    Ok(rate)
}

/// From a request on chain to its finalised report, and how many reports a second, on patients of a real FHIR server.
async fn oracle(
    account: &chain::Account,
    deployment: &Deployment,
    folder: &Path,
    url: &str,
    ready_made: f64,
) -> Result<(), Failure> {
    let theriac = Theriac::new(folder, url)?;
    let model = repository().join("models/heart-disease").to_string_lossy().into_owned();
    let key = folder.join("operator.key").to_string_lossy().into_owned();
    let alice = Some("alice");
    theriac.run(alice, &["model", "register", &model])?.ok()?;
    theriac.run(alice, &["feed", "create", FEED, "--model", &model, "--max-report-age", "1h"])?.ok()?;
    let made: Value = serde_json::from_str(&theriac.run(None, &["oracle", "key", &key, "--json"])?.ok()?)?;
    let public = made["public_key"].as_str().ok_or("no public key")?;
    theriac.run(alice, &["feed", "operators", "--f", "0", public])?.ok()?;
    let fhir = FhirServer::start(&repository().join("e2e-tests/data")).await?;
    let patient = fhir.patients().first().ok_or("no patient")?;
    // The service pays with another key than the one that asks: each key has one owner of its nonces.
    let oracle = Oracle::start(&theriac, folder, url, &key, fhir.base_url()).await?;
    let clinic = account.chain().account(Signer::from_secret(&"//Ferdie".into())?)?;
    let access = chain::access::Access(deployment.contracts.access.address);
    let gln = ::access::Identifier::Gln(6_291_041_500_251);
    account.submit(&access.register_organisation(clinic.id(), "Clinic", &gln)).await?;
    account.submit(&access.grant_role(primitives::Role::Provider, clinic.id(), None)).await?;

    let feeds = Feeds(deployment.contracts.feeds.address);
    let feed = FeedId::named(FEED).ok_or("no feed name")?;
    let mut answered = Vec::new();
    for _ in 0..TRANSACTIONS / 2 {
        let subject: Subject = oracle.register(patient).await?.parse()?;
        let read = feeds.read(feed, subject, 600_000);
        let started = Instant::now();
        clinic.submit(&feeds.request_result(feed, subject, u64::MAX)).await?;
        while account.chain().read_finalised(&read).await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        answered.push(started.elapsed());
    }
    let answered = Spread::of(answered);
    println!("| oracle | p50 | p95 |\n| --- | --- | --- |");
    println!("| request on chain to finalised report | {} | {} |\n", ms(answered.p50), ms(answered.p95));

    let started = Instant::now();
    let mut runs = Vec::new();
    for _ in 0..TRANSACTIONS {
        runs.push(oracle.push(patient).await?);
    }
    for run in &runs {
        loop {
            let shown = oracle.show(run).await?;
            match shown["state"].as_str() {
                Some("finalised") => break,
                Some("failed") => return Err(format!("a run failed: {shown}").into()),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
    let rate = per_second(started)?;
    println!("Reports: {rate:.1} per second, {:.2} of what the node takes ready-made.", rate / ready_made);
    oracle.stop()
}

fn per_second(started: Instant) -> Result<f64, Failure> {
    Ok(f64::from(u32::try_from(TRANSACTIONS)?) / started.elapsed().as_secs_f64())
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
