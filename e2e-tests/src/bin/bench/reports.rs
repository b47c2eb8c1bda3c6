//! The oracle's service: from a request to its finalised report, and reports in a second beside the same reports
//! ready-made.

use std::path::Path;
use std::time::{Duration, Instant};

use chain::feeds::Feeds;
use chain::Account;
use e2e_tests::oracle::{open_feed, Oracle, FEED, PATIENCE};
use futures::stream::{self, StreamExt, TryStreamExt};
use primitives::{FeedId, Subject};
use testkit::fhir_server::FhirServer;
use testkit::theriac::Theriac;
use testkit::{repository, Failure};

use crate::ready_made::ReadyMade;
use crate::Load;
use e2e_tests::spread::{ms, per_second, Spread};

/// How many callers push at once.
const CALLERS: usize = 16;

/// Patients of a real FHIR server, reports on a real node.
pub async fn measure(
    clinic: &Account,
    feeds: Feeds,
    theriac: &Theriac,
    folder: &Path,
    url: &str,
    load: Load,
) -> Result<(), Failure> {
    let key = open_feed(theriac, folder)?;
    let fhir = FhirServer::start(&repository().join("e2e-tests/data")).await?;
    let patient = fhir.patients().first().ok_or("no patient")?;
    // The service pays with another key than the one that asks: each key has one owner of its nonces.
    let oracle = Oracle::start(theriac, folder, url, &key, fhir.base_url()).await?;
    latency(clinic, feeds, &oracle, patient, load.requests).await?;

    let mut ready_made = ReadyMade::new(clinic.chain(), url, feeds, &key).await?;
    println!("| reports in a second | ready-made | by the service | share |\n| --- | --- | --- | --- |");
    let mut shares = Vec::new();
    for round in 1..=load.rounds {
        let reports = ready_made.make(load.reports).await?;
        let ready = ready_made.push(&reports).await?;
        let served = serve(&oracle, patient, load.reports).await?;
        println!("| round {round} | {ready:.1} | {served:.1} | {:.2} |", served / ready);
        shares.push(served / ready);
    }
    shares.sort_by(f64::total_cmp);
    println!(
        "\nShare: {:.2} in the middle, {:.2} to {:.2}.",
        shares[load.rounds / 2],
        shares[0],
        shares[load.rounds - 1]
    );
    oracle.stop()
}

/// From a request on chain to its finalised report.
async fn latency(
    clinic: &Account,
    feeds: Feeds,
    oracle: &Oracle,
    patient: &str,
    requests: usize,
) -> Result<(), Failure> {
    let feed = FeedId::named(FEED).ok_or("no feed name")?;
    let mut answered = Vec::new();
    for _ in 0..requests {
        let subject: Subject = oracle.register(patient).await?.parse()?;
        let read = feeds.read(feed, subject, 600_000);
        let started = Instant::now();
        clinic.submit(&feeds.request_result(feed, subject, u64::MAX)).await?;
        while clinic.chain().read_finalised(&read).await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        answered.push(started.elapsed());
    }
    let answered = Spread::of(answered);
    println!("| oracle | p50 | p95 |\n| --- | --- | --- |");
    println!("| request on chain to finalised report | {} | {} |\n", ms(answered.p50), ms(answered.p95));
    Ok(())
}

/// Lets the service make reports, and returns how many it has final in a second. Afterwards each must be.
async fn serve(oracle: &Oracle, patient: &str, reports: usize) -> Result<f64, Failure> {
    let before = oracle.ended().await?;
    let started = Instant::now();
    let pushes = stream::iter(0..reports).map(|_| oracle.push(patient)).buffered(CALLERS);
    let runs: Vec<String> = pushes.try_collect().await?;
    while oracle.ended().await? < before + reports {
        if started.elapsed() > PATIENCE {
            return Err("the reports do not come to an end".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rate = per_second(reports, started)?;
    for run in &runs {
        let shown = oracle.show(run).await?;
        if shown["state"] != "finalised" {
            return Err(format!("a run failed: {shown}").into());
        }
    }
    Ok(rate)
}
