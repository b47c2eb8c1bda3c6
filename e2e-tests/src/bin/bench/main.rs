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
use chain::feeds::Feeds;
use chain::units::Units;
use chain::{Account, Chain, Deployment, Signer};
use e2e_tests::party::{deploy_for, CLINIC, MANUFACTURER, REGULATOR};
use primitives::batches::{Attestation, NewBatch};
use primitives::{BatchId, DocumentHash, ManufacturerSecret, SerialTree, SiteId};
use testkit::theriac::{start_devnet, Theriac};
use testkit::Failure;

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
    let theriac = Theriac::new(folder.path(), &url)?;
    deploy_for(&theriac, &[MANUFACTURER, REGULATOR, CLINIC])?;
    let contracts = Deployment::load(&theriac.deployment())?.contracts;
    let [maker, regulator, clinic] =
        [account(&chain, "//Bob")?, account(&chain, "//Eve")?, account(&chain, "//Ferdie")?];
    let register = Batches(contracts.batches.address);
    release_a_batch(&maker, &regulator, &register).await?;
    verdicts::measure(&chain, &url, &Units(contracts.units.address)).await?;
    transactions::measure(&maker, &register).await?;
    reports::measure(&clinic, Feeds(contracts.feeds.address), &theriac, folder.path(), &url).await?;
    devnet.stop()
}

fn account(chain: &Chain, secret: &str) -> Result<Account, Failure> {
    Ok(chain.account(Signer::from_secret(&secret.into())?)?)
}

const GTIN: u64 = 9_506_000_134_352;
const LOT: &[u8] = b"BENCH";
/// The manufacturer's, which is registered first.
const SITE: SiteId = 0;

fn tree() -> Result<SerialTree, Failure> {
    let serials: Vec<String> = (0..10_000).map(|number| format!("S{number:06}")).collect();
    let batch = BatchId::of(GTIN, LOT);
    let key = ManufacturerSecret::new([1; 32]).batch_key(batch);
    Ok(SerialTree::new(batch, &serials, &key).ok_or("no serial tree")?)
}

/// The batch of which everything else is measured.
async fn release_a_batch(maker: &Account, regulator: &Account, register: &Batches) -> Result<(), Failure> {
    let (id, tree) = (BatchId::of(GTIN, LOT), tree()?);
    let batch = NewBatch {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: 281_231,
        quantity: tree.quantity(),
        serial_root: Some(tree.root()),
        units_per_case: None,
    };
    maker.submit(&register.register_batch(SITE, &batch)).await?;
    for attestation in Attestation::REQUIRED {
        let by = match attestation {
            Attestation::CertificateOfAnalysis => maker,
            _ => regulator,
        };
        by.submit(&register.attest(id, attestation, DocumentHash([1; 32]))).await?;
    }
    maker.submit(&register.release(id)).await?;
    Ok(())
}
