//! What nobody reports by itself, measured at intervals: funds, ages, sizes.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::run::Runner;
use crate::store::now;

/// The interval: as long as Prometheus usually takes between two scrapes.
const INTERVAL: Duration = Duration::from_secs(15);
/// Time limit for the chain's answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures until it is stopped.
pub async fn observe<L: Ledger>(runner: &Runner<L>, stop: &CancellationToken) {
    let mut tick = tokio::time::interval(INTERVAL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = measure(runner) => {}
        }
    }
}

pub(crate) async fn measure<L: Ledger>(runner: &Runner<L>) {
    let metrics = &runner.metrics;
    metrics.reconnections(runner.ledger.reconnections());
    // An outage has metrics of its own, and the last balance is better than none.
    if let Ok(Ok(balance)) = tokio::time::timeout(PATIENCE, runner.ledger.balance()).await {
        metrics.balance(balance);
    }
    match runner.store.oldest_pending().await {
        Ok(since) => {
            let age = since.map_or(0, |since| now().saturating_sub(since));
            metrics.oldest_pending(Duration::from_millis(age));
        }
        Err(error) => {
            metrics.store_failed();
            tracing::error!("{error}");
        }
    }
    if let Ok(results) = runner.store.results_waiting().await {
        metrics.results_waiting(results);
    }
    metrics.store_bytes(runner.store.bytes());
    for (name, job) in &runner.jobs {
        if let Some(until) = job.model_valid_until() {
            let left = i64::try_from(until).unwrap_or(i64::MAX).saturating_sub_unsigned(now());
            metrics.model_expires(name, jiff::SignedDuration::from_millis(left).as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewRun;
    use crate::testing::{enough, feed, hospital, runner, serve, Chain};

    #[tokio::test]
    async fn what_operators_alarm_on_is_measured() {
        let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
        let store = folder.path().join("oracle.sqlite");
        let runner = runner(&store, &chain, serve(hospital(enough())).await).await;
        let job = runner.jobs.get("heart").unwrap();
        job.ready(&runner.ledger, &runner.key, now()).await.unwrap();
        let run = NewRun {
            id: "push-1".into(),
            job: "heart".into(),
            feed: feed(),
            request: None,
            subject: primitives::Subject([1; 32]),
            deadline: now() + 60_000,
            pushed: crate::inputs::Pushed::default(),
            body: None,
        };
        runner.store.push(&run, None, now() - 5_000).await.unwrap();
        measure(&runner).await;
        let text = runner.metrics.text();
        let value = |name: &str| -> f64 {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        assert_eq!(value("theriac_oracle_transmitter_balance"), 7.0);
        assert!((5.0..10.0).contains(&value("theriac_oracle_oldest_pending_seconds")));
        assert!(value("theriac_oracle_store_bytes") > 4096.0);
        let expires = value(r#"theriac_oracle_model_expires_seconds{job="heart"}"#);
        let manifest = i64::try_from(crate::testing::manifest().valid_until_ms()).unwrap();
        let expected = (manifest - i64::try_from(now()).unwrap()) as f64 / 1000.0;
        assert!((expires - expected).abs() < 60.0, "{expires} {expected}");
        runner.store.failed("push-1", "over", now()).await.unwrap();
        measure(&runner).await;
        assert!(runner.metrics.text().contains("theriac_oracle_oldest_pending_seconds 0"));
    }
}
