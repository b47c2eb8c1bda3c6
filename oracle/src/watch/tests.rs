use std::sync::Arc;
use std::time::Instant;

use primitives::Subject;
use tokio::task::JoinHandle;

use super::*;
use crate::job::Job;
use crate::source::Source;
use crate::store::State;
use crate::testing::{
    enough, feed, hospital, job_config, model_folder, runner_with_jobs, serve, source, Chain,
};

struct Desk {
    runner: Arc<Runner<Chain>>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Desk {
    async fn new(folder: &tempfile::TempDir, chain: &Chain, feeds: &[FeedId]) -> Self {
        let url = serve(hospital(enough())).await;
        let jobs = feeds.iter().map(|feed| {
            let mut config = job_config(model_folder());
            (config.name, config.feed) = (feed.name(), *feed);
            (feed.name(), Job::new(config, Some(Source::new(&source(url.clone())).unwrap())))
        });
        let runner = runner_with_jobs(&folder.path().join("oracle.sqlite"), chain, jobs.collect()).await;
        let (watched, stop) = (Arc::clone(&runner), CancellationToken::new());
        let ending = stop.clone();
        let task = tokio::spawn(async move { watch(&watched, &Work::default(), &ending).await });
        Self { runner, stop, task }
    }

    async fn until(&self, what: impl AsyncFn(&Runner<Chain>) -> bool) {
        let began = Instant::now();
        while !what(&self.runner).await {
            assert!(began.elapsed() < Duration::from_secs(20), "it did not happen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn has_seen(&self, requests: u64, feeds: &[FeedId]) {
        self.until(async |runner| runner.store.next_request(feeds).await.unwrap() == requests).await;
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.runner.store.close().await;
    }
}

fn other() -> FeedId {
    FeedId::named("other").unwrap()
}

fn about(number: u8) -> Subject {
    Subject([number; 32])
}

/// The node has discarded the past, and more requests were made than a page has: only open ones become runs.
#[tokio::test]
async fn a_late_start_finds_what_is_open_without_the_past() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    chain.world().is_pruned = true;
    for number in 0..130_u8 {
        chain.ask(about(number));
    }
    // Answered, or withdrawn.
    chain.world().requests.retain(|number, _| [3, 70, 129].contains(number));
    chain.world().requests.get_mut(&70).unwrap().deadline = now() - 1;
    let desk = Desk::new(&folder, &chain, &[feed()]).await;
    desk.has_seen(130, &[feed()]).await;
    assert_eq!(desk.runner.store.pending().requested, 2, "one is over");
    for (number, is_there) in [(3, true), (4, false), (70, false), (129, true)] {
        let run = desk.runner.store.run(&format!("request-{number}")).await.unwrap();
        assert_eq!(run.is_some(), is_there, "{number}");
    }
    let number = chain.ask(about(200));
    desk.has_seen(number + 1, &[feed()]).await;
    let run = desk.runner.store.run(&format!("request-{number}")).await.unwrap().unwrap();
    assert_eq!((run.subject, run.request, run.feed), (about(200), Some(number), feed()));
    desk.end().await;
}

/// Requests of a feed without a job wait on chain; when a job for it is configured, they are found.
#[tokio::test]
async fn a_job_that_is_added_later_answers_older_requests() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let desk = Desk::new(&folder, &chain, &[feed()]).await;
    let old = chain.ask_on(other(), about(1));
    let ours = chain.ask(about(2));
    desk.has_seen(2, &[feed()]).await;
    assert_eq!(desk.runner.store.pending().requested, 1);
    desk.runner.store.failed(&format!("request-{ours}"), "over", now()).await.unwrap();
    desk.end().await;

    let desk = Desk::new(&folder, &chain, &[feed(), other()]).await;
    desk.has_seen(2, &[feed(), other()]).await;
    let run = desk.runner.store.run(&format!("request-{old}")).await.unwrap().unwrap();
    assert_eq!((run.job, run.feed), (other().name(), other()));
    let ended = desk.runner.store.run(&format!("request-{ours}")).await.unwrap().unwrap();
    assert_eq!(ended.state, State::Failed, "what has ended does not begin again");
    desk.end().await;
}

#[tokio::test]
async fn an_outage_is_named_and_counted_and_nothing_is_missed() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let desk = Desk::new(&folder, &chain, &[feed()]).await;
    chain.world().is_away = true;
    desk.until(async |runner| runner.watched.failure().as_deref() == Some("chain-unreachable")).await;
    let counted = r#"theriac_oracle_watch_errors_total{reason="chain-unreachable"}"#;
    assert!(desk.runner.metrics.text().contains(counted));
    for number in 0..60 {
        chain.ask(about(number));
    }
    chain.world().is_away = false;
    desk.has_seen(60, &[feed()]).await;
    desk.until(async |runner| runner.watched.failure().is_none()).await;
    assert_eq!(desk.runner.store.pending().requested, 60);
    desk.end().await;
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off_is_named() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let desk = Desk::new(&folder, &chain, &[feed()]).await;
    chain.ask(about(0));
    desk.has_seen(1, &[feed()]).await;
    for (clock, is_off) in [(3_600_000, true), (0, false), (-3_600_000, true)] {
        chain.world().clock = clock;
        let number = chain.ask(about(1));
        desk.has_seen(number + 1, &[feed()]).await;
        desk.until(async |runner| runner.watched.is_clock_off() == is_off).await;
    }
    // The request is open by the chain's clock, so it is taken up.
    assert_eq!(desk.runner.store.pending().requested, 4);
    desk.end().await;
}

#[tokio::test]
async fn a_service_without_such_jobs_reads_nothing() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    chain.world().is_away = true;
    let desk = Desk::new(&folder, &chain, &[]).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(desk.runner.watched.failure(), None);
    desk.end().await;
}
