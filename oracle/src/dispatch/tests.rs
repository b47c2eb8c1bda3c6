use std::collections::BTreeMap;
use std::time::Instant;

use axum::routing::get;
use axum::Router;
use primitives::feeds;
use tokio::task::JoinHandle;

use super::*;
use crate::inputs::Pushed;
use crate::job::Job;
use crate::ledger::LedgerError;
use crate::source::Source;
use crate::store::{NewRun, Registration, State};
use crate::subject::{subject, PatientId};
use crate::testing::{
    enough, feed, hospital, job_config, model_folder, runner_with_jobs, serve, source, Chain,
};

/// A dispatcher at work.
struct Desk {
    folder: tempfile::TempDir,
    chain: Chain,
    runner: Arc<Runner<Chain>>,
    work: Arc<Work>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Desk {
    /// With jobs of pushed data on these feeds.
    async fn new(feeds: &[FeedId]) -> Self {
        let jobs = feeds.iter().map(|feed| {
            let mut config = job_config(model_folder());
            (config.name, config.feed, config.source) = (feed.name(), *feed, None);
            Job::new(config, None)
        });
        Self::with(jobs.collect(), tempfile::tempdir().unwrap(), Chain::new()).await
    }

    async fn with(jobs: Vec<Job>, folder: tempfile::TempDir, chain: Chain) -> Self {
        let jobs = jobs.into_iter().map(|job| (job.config.name.clone(), job)).collect::<BTreeMap<_, _>>();
        let runner = runner_with_jobs(&folder.path().join("oracle.sqlite"), &chain, jobs).await;
        let (work, stop) = (Arc::new(Work::default()), CancellationToken::new());
        let (dispatched, all, ending) = (Arc::clone(&runner), Arc::clone(&work), stop.clone());
        let task = tokio::spawn(async move { dispatch(dispatched, &all, &ending).await });
        Self { folder, chain, runner, work, stop, task }
    }

    async fn push(&self, id: &str, feed: FeedId, subject: Subject) {
        self.push_as(&feed.name(), id, feed, subject, known()).await;
    }

    async fn push_as(&self, job: &str, id: &str, feed: FeedId, subject: Subject, pushed: Pushed) {
        let (id, job, deadline) = (id.to_owned(), job.to_owned(), now() + 3_600_000);
        let run = NewRun { id, job, feed, request: None, subject, deadline, pushed, body: None };
        self.runner.store.push(&run, None, now()).await.unwrap();
        self.work.look(feed);
    }

    /// Waits until a run has ended, for a while.
    async fn end_of(&self, id: &str) -> State {
        let began = Instant::now();
        loop {
            let run = self.runner.store.run(id).await.unwrap().unwrap();
            if run.state.is_end() || began.elapsed() > Duration::from_secs(20) {
                return run.state;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until(&self, what: impl Fn() -> bool) {
        let began = Instant::now();
        while !what() {
            assert!(began.elapsed() < Duration::from_secs(20), "it did not happen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn stop(self) -> (tempfile::TempDir, Chain) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.runner.store.close().await;
        (self.folder, self.chain)
    }
}

fn known() -> Pushed {
    serde_json::from_value(serde_json::json!({"inputs": {
        "age": {"value": 38, "unit": "a"}, "sex": {"value": 0}, "cholesterol": {"value": 5.2, "unit": "mmol/L"},
        "systolic_pressure": {"value": 132, "unit": "mm[Hg]"},
    }}))
    .unwrap()
}

fn other_feed() -> FeedId {
    FeedId::named("other").unwrap()
}

const EVERYBODY: Subject = Subject([0; 32]);

#[tokio::test]
async fn two_pushes_about_everybody_that_are_delayed_both_end() {
    let desk = Desk::new(&[feed()]).await;
    let lost = || LedgerError::NotExecuted("the pool lost it".into());
    desk.chain.world().refusals = vec![lost(), lost()];
    desk.push("push-1", feed(), EVERYBODY).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    desk.push("push-2", feed(), EVERYBODY).await;
    assert_eq!(
        (desk.end_of("push-1").await, desk.end_of("push-2").await),
        (State::Finalised, State::Finalised)
    );
    assert_eq!(desk.chain.world().accepted.len(), 2);
    desk.stop().await;
}

#[tokio::test]
async fn a_push_does_not_overtake_a_report_whose_answer_was_lost() {
    let desk = Desk::new(&[feed()]).await;
    desk.chain.world().loses_answer = true;
    desk.push("push-1", feed(), EVERYBODY).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    desk.push("push-2", feed(), EVERYBODY).await;
    assert_eq!(
        (desk.end_of("push-1").await, desk.end_of("push-2").await),
        (State::Finalised, State::Finalised)
    );
    let rounds: Vec<u64> = desk.chain.world().accepted.iter().map(|report| report.round).collect();
    assert_eq!(rounds, [1, 2], "each is reported once");
    desk.stop().await;
}

/// The transmitter has no funds, and is funded later: two feeds about everybody, three pushes each.
#[tokio::test]
async fn feeds_about_everybody_go_on_when_the_transmitter_is_funded() {
    let desk = Desk::new(&[feed(), other_feed()]).await;
    desk.chain.world().is_poor = true;
    for at in 0..3 {
        desk.push(&format!("a-{at}"), feed(), EVERYBODY).await;
        desk.push(&format!("b-{at}"), other_feed(), EVERYBODY).await;
    }
    let refused = || {
        let text = desk.runner.metrics.text();
        [feed(), other_feed()].iter().all(|feed| {
            let postponed = format!(r#"postponed_total{{job="{}",reason="chain-rejected"}}"#, feed.name());
            text.contains(&postponed)
        })
    };
    desk.until(refused).await;
    assert!(desk.chain.world().accepted.is_empty());
    desk.chain.world().is_poor = false;
    // Nobody waits a minute here.
    let (folder, chain) = desk.stop().await;
    due_now(&folder).await;
    let jobs = [feed(), other_feed()].map(|feed| {
        let mut config = job_config(model_folder());
        (config.name, config.feed, config.source) = (feed.name(), feed, None);
        Job::new(config, None)
    });
    let desk = Desk::with(jobs.into(), folder, chain).await;
    for at in 0..3 {
        for feed in ["a", "b"] {
            assert_eq!(desk.end_of(&format!("{feed}-{at}")).await, State::Finalised);
        }
    }
    assert_eq!(desk.chain.world().accepted.len(), 6);
    desk.stop().await;
}

/// As if the pauses of all runs were over.
async fn due_now(folder: &tempfile::TempDir) {
    use sqlx::{ConnectOptions, Connection};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("oracle.sqlite"));
    let mut connection = options.connect().await.unwrap();
    sqlx::query("UPDATE runs SET next_at = 0").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A source that never answers takes all places of its feed, and none of another's.
#[tokio::test]
async fn a_slow_source_does_not_hold_up_other_feeds() {
    let silent = Router::new().fallback(get(|| async { std::future::pending::<()>().await }));
    let mut config = source(serve(silent).await);
    (config.read_timeout, config.total_timeout) = (Duration::from_secs(60), Duration::from_secs(60));
    let slow = Job::new(job_config(model_folder()), Some(Source::new(&config).unwrap()));
    let mut fast = job_config(model_folder());
    (fast.name, fast.feed, fast.source) = ("fast".into(), other_feed(), None);
    let jobs = vec![slow, Job::new(fast, None)];
    let desk = Desk::with(jobs, tempfile::tempdir().unwrap(), Chain::new()).await;
    for at in 0..100_u8 {
        let (salt, patient) = ([at; 32], PatientId::new("p1").unwrap());
        let who =
            Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient, uses: 0 };
        desk.runner.store.register(&who, now()).await.unwrap();
        desk.push_as("heart", &format!("slow-{at}"), feed(), who.subject, Pushed::default()).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    desk.push_as("fast", "fast", other_feed(), EVERYBODY, known()).await;
    assert_eq!(desk.end_of("fast").await, State::Finalised);
    assert_eq!(desk.runner.store.pending().pushed, 100);
    desk.task.abort();
}

/// Many pushes wait, and a request comes: it takes the next place.
#[tokio::test]
async fn requests_are_not_starved_by_pushes() {
    let desk = Desk::with(vec![], tempfile::tempdir().unwrap(), Chain::new()).await;
    let (folder, chain) = desk.stop().await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (held, patients) = (Arc::clone(&gate), hospital(enough()));
    let gated = patients.layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
        let held = Arc::clone(&held);
        async move {
            held.acquire().await.unwrap().forget();
            next.run(request).await
        }
    }));
    let mut config = source(serve(gated).await);
    (config.read_timeout, config.total_timeout) = (Duration::from_secs(60), Duration::from_secs(60));
    let job = || Job::new(job_config(model_folder()), Some(Source::new(&config).unwrap()));
    let desk = Desk::with(vec![job()], folder, chain).await;
    let who = |at: u8| {
        let (salt, patient) = ([at; 32], PatientId::new("p1").unwrap());
        Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient, uses: 1 }
    };
    for at in 0..200_u8 {
        desk.runner.store.register(&who(at), now()).await.unwrap();
        desk.push_as("heart", &format!("push-{at}"), feed(), who(at).subject, Pushed::default()).await;
    }
    let asked = who(255);
    desk.runner.store.register(&asked, now()).await.unwrap();
    let number = desk.chain.ask(asked.subject);
    let request = NewRun {
        id: "request-0".into(),
        job: "heart".into(),
        feed: feed(),
        request: Some(number),
        subject: asked.subject,
        deadline: now() + 60_000,
        pushed: Pushed::default(),
        body: None,
    };
    desk.runner.store.requests(&[feed()], number + 1, &[request], now()).await.unwrap();
    desk.work.look(feed());
    // Two calls for each record: let runs through until the request is answered.
    let mut served = 0;
    while !desk.runner.store.run("request-0").await.unwrap().unwrap().state.is_end() {
        gate.add_permits(2);
        served += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(served < 150, "the request waited for more than 150 of 200 pushes");
    }
    gate.add_permits(1_000);
    for at in 0..200_u8 {
        assert_eq!(desk.end_of(&format!("push-{at}")).await, State::Finalised);
    }
    desk.stop().await;
}

#[tokio::test]
async fn a_run_that_panics_counts_as_an_attempt_and_the_rest_goes_on() {
    let desk = Desk::new(&[feed()]).await;
    desk.chain.world().panics = 1;
    desk.push("push-1", feed(), EVERYBODY).await;
    let panicked = || desk.runner.metrics.text().contains(r#"reason="panicked"} 1"#);
    desk.until(panicked).await;
    assert_eq!(desk.end_of("push-1").await, State::Finalised);
    let run = desk.runner.store.run("push-1").await.unwrap().unwrap();
    assert_eq!(run.attempts, 1);
    desk.stop().await;
}

/// The disk is full for a while: it is named and counted, and nothing is lost.
#[tokio::test]
async fn runs_go_on_when_the_store_works_again() {
    let desk = Desk::new(&[feed()]).await;
    desk.runner.store.limit_pages(1).await;
    let run = NewRun {
        id: "push-0".into(),
        job: feed().name(),
        feed: feed(),
        request: None,
        subject: EVERYBODY,
        deadline: now() + 60_000,
        pushed: serde_json::from_value(serde_json::json!({"inputs": {"x".repeat(50_000): {"value": 1}}}))
            .unwrap(),
        body: None,
    };
    let full = desk.runner.store.push(&run, None, now()).await;
    assert!(
        matches!(&full, Err(StoreError::Database(error)) if error.to_string().contains("full")),
        "{full:?}"
    );
    desk.runner.store.limit_pages(1_000_000).await;
    desk.push("push-1", feed(), EVERYBODY).await;
    assert_eq!(desk.end_of("push-1").await, State::Finalised);
    assert_eq!(desk.runner.store.pending().runs(), 0);
    desk.stop().await;
}

#[tokio::test]
async fn what_is_in_flight_when_it_is_stopped_goes_on_at_the_next_start() {
    let desk = Desk::new(&[feed()]).await;
    desk.chain.world().is_away = true;
    for at in 0..5 {
        desk.push(&format!("push-{at}"), feed(), EVERYBODY).await;
    }
    desk.until(|| desk.runner.metrics.text().contains("chain-unreachable")).await;
    let (folder, chain) = desk.stop().await;
    chain.world().is_away = false;
    let mut config = job_config(model_folder());
    (config.name, config.source) = (feed().name(), None);
    let desk = Desk::with(vec![Job::new(config, None)], folder, chain).await;
    for at in 0..5 {
        assert_eq!(desk.end_of(&format!("push-{at}")).await, State::Finalised);
    }
    let rounds: Vec<u64> = desk.chain.world().accepted.iter().map(|report| report.round).collect();
    assert_eq!(rounds, [1, 2, 3, 4, 5]);
    let _ = feeds::Error::Paused;
    desk.stop().await;
}

/// The configuration lost a job: its runs end at their deadline, and hold up nobody.
#[tokio::test]
async fn runs_of_a_job_that_is_gone_end_at_their_deadline() {
    let desk = Desk::new(&[feed()]).await;
    let (id, job, deadline) = ("push-1".to_owned(), "gone".to_owned(), now() + 300);
    let run = NewRun {
        id,
        job,
        feed: other_feed(),
        request: None,
        subject: EVERYBODY,
        deadline,
        pushed: known(),
        body: None,
    };
    desk.runner.store.push(&run, None, now()).await.unwrap();
    desk.push("push-2", feed(), EVERYBODY).await;
    assert_eq!(desk.end_of("push-2").await, State::Finalised);
    assert_eq!(desk.end_of("push-1").await, State::Failed);
    let ended = desk.runner.store.run("push-1").await.unwrap().unwrap();
    assert_eq!(ended.reason.as_deref(), Some("deadline-passed"));
    desk.stop().await;
}
