//! Measures what docs/benchmarks.md reports, on a node of its own: `make bench` runs it in the profile of the tests.
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
use primitives::{BatchId, SerialTree};
use testkit::theriac::start_devnet;
use testkit::{repository, Failure};

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
    let regulator = chain.account(Signer::from_secret(&"//Bob".into())?)?;
    prepare(&account, &regulator, &deployment, &register).await?;
    let units = Units(deployment.contracts.units.address);
    verdicts::measure(&chain, &url, &units).await?;
    transactions::measure(&account, &register).await?;
    deployment.save(&folder.path().join("deployment.json"))?;
    reports::measure(&account, &deployment, folder.path(), &url).await?;
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
