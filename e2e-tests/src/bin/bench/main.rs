//! Measures what docs/benchmarks.md reports, on a node of its own: `make bench` runs it in the profile of the tests.
//! With `--short` it does a little of everything, which shows that it works and nothing of how fast.
//!
//! Prints Markdown. Sizes and costs of messages come from the contracts' runtime tests (`weights`).
#![allow(clippy::arithmetic_side_effects)] // Counts and times of a test bench, far from their limits.
mod ready_made;
mod reports;
mod spread;
mod transactions;
mod verdicts;

use std::process::ExitCode;

use chain::batches::Batches;
use chain::units::Units;
use chain::{Bundles, Chain, Deployment, Signer};
use e2e_tests::process::{repository, start_devnet, Failure};
use primitives::{BatchId, SerialTree};

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
    let account = chain.account(Signer::from_secret(&"//Alice".into())?)?;
    let artifacts = repository().join("contracts/artifacts");
    let deployment = account.deploy_all(&Bundles::load(&artifacts)?, b"bench").await?;
    let register = Batches(deployment.contracts.batches.address);
    let regulator = chain.account(Signer::from_secret(&"//Bob".into())?)?;
    prepare(&account, &regulator, &deployment, &register).await?;
    let units = Units(deployment.contracts.units.address);
    verdicts::measure(&chain, &url, &units, load).await?;
    transactions::measure(&account, &register, load).await?;
    deployment.save(&folder.path().join("deployment.json"))?;
    reports::measure(&account, &deployment, folder.path(), &url, load).await?;
    devnet.stop()
}

const GTIN: u64 = 9_506_000_134_352;
const LOT: &[u8] = b"BENCH";

fn serials() -> Vec<String> {
    (0..10_000).map(|number| format!("S{number:06}")).collect()
}

/// Alice makes and holds everything, Bob attests what no manufacturer may: roles are not what is measured.
async fn prepare(
    account: &chain::Account,
    regulator: &chain::Account,
    deployment: &Deployment,
    register: &Batches,
) -> Result<(), Failure> {
    let access = chain::access::Access(deployment.contracts.access.address);
    let gln = ::access::Identifier::Gln(6_291_041_500_213);
    for (role, holder) in
        [(primitives::Role::Manufacturer, account.id()), (primitives::Role::Regulator, regulator.id())]
    {
        account.submit(&access.register_organisation(holder, "Bench", &gln)).await?;
        account.submit(&access.grant_role(role, holder, None)).await?;
    }
    let id = BatchId::of(GTIN, LOT);
    let tree = SerialTree::new(id, &serials()).ok_or("no serial tree")?;
    let batch = ::batches::NewBatch {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: 281_231,
        quantity: tree.quantity(),
        serial_root: Some(tree.root()),
        units_per_case: None,
    };
    account.submit(&register.register_batch(&batch)).await?;
    for attestation in ::batches::Attestation::REQUIRED {
        let by = match attestation {
            ::batches::Attestation::CertificateOfAnalysis => account,
            _ => regulator,
        };
        by.submit(&register.attest(id, attestation, primitives::DocumentHash([1; 32]))).await?;
    }
    account.submit(&register.release(id)).await?;
    Ok(())
}
