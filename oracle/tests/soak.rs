//! Two hours of pushes, requests, restarts, and a node that goes away and forgets: `make soak`.
//!
//! Not a part of the tests of a change. `THERIAC_SOAK` sets the time in seconds.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use primitives::feeds::ReportAccepted;
use primitives::Subject;
use reqwest::Client;
use serde_json::{json, Value};
use sqlx::{ConnectOptions, Connection};
use support::{Oracle, World, TOKEN};
use testkit::node::Node;

/// States that the node keeps: fewer blocks than it makes while something is away.
const KEEP_STATES: u32 = 128;
/// How often something happens to the service or the node.
const EVENTS: Duration = Duration::from_secs(45);
/// The memory by which the process may grow after the first quarter, in bytes: caches, and the memory of the allocator.
const MAX_GROWTH: u64 = 64 << 20;

/// What was asked of the service.
#[derive(Default)]
struct Asked {
    /// Runs by their idempotency keys, once the service has confirmed them.
    pushed: BTreeMap<String, String>,
    /// Keys whose answers did not come.
    unsure: BTreeSet<String>,
    /// Subjects of requests on chain.
    requested: Vec<(u64, Subject)>,
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes hours: make soak"]
async fn nothing_is_lost_doubled_or_stuck_for_hours() {
    let seconds = std::env::var("THERIAC_SOAK").ok().map_or(7_200, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_pruning_in(0, &folder.path().join("chain"), KEEP_STATES);
    let mut world = World::on(folder, node).await;
    let accepted = follow(&world);
    let mut oracle = Some(world.start().await);
    let client = Client::builder().timeout(Duration::from_secs(12)).build().unwrap();
    let mut asked = Asked::default();

    // Half of the capacity, as it is on this machine now.
    let began = Instant::now();
    for at in 0..64 {
        push(&client, oracle.as_ref(), &mut asked, format!("warm-{at}")).await;
    }
    settle(oracle.as_ref().unwrap(), &asked).await;
    let pause = began.elapsed() / 32;
    eprintln!("a push every {} ms is half of the capacity; for {seconds} s", pause.as_millis());

    let (began, end) = (Instant::now(), Duration::from_secs(seconds));
    let (mut number, mut next_event, mut event, mut early) = (0_u32, EVENTS, 0_u32, None);
    while began.elapsed() < end {
        if began.elapsed() >= pause.saturating_mul(number) {
            number += 1;
            let key = asked.unsure.pop_first().unwrap_or_else(|| format!("push-{number}"));
            push(&client, oracle.as_ref(), &mut asked, key).await;
            if number % 10 == 0 && world.node.is_some() {
                request(&world, oracle.as_ref(), &mut asked).await;
            }
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if began.elapsed() > next_event {
            next_event += EVENTS;
            event += 1;
            match event % 4 {
                1 => oracle.take().unwrap().end().await,
                2 => oracle.take().unwrap().kill().await,
                3 => {
                    world.stop_node();
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    world.start_pruning_node(KEEP_STATES);
                }
                _ => {}
            }
            if oracle.is_none() {
                // The chain goes on meanwhile.
                for _ in 0..4 {
                    world
                        .alice
                        .submit(&world.feeds.cancel_request(world.request(Subject([9; 32])).await))
                        .await
                        .unwrap();
                }
                oracle = Some(world.start().await);
            }
            recount(&world, oracle.as_ref().unwrap()).await;
            let memory = memory();
            eprintln!("{:>6} s: {number} pushed, {} MiB", began.elapsed().as_secs(), memory >> 20);
            if early.is_none() && began.elapsed() > end / 4 {
                early = Some(memory);
            }
        }
    }
    let oracle = oracle.unwrap();
    for key in std::mem::take(&mut asked.unsure) {
        push(&client, Some(&oracle), &mut asked, key).await;
    }
    let subjects = settle(&oracle, &asked).await;
    recount(&world, &oracle).await;
    let grown = memory().saturating_sub(early.unwrap_or(u64::MAX));
    assert!(grown <= MAX_GROWTH, "the memory grew by {grown} bytes");
    oracle.end().await;

    let expected: BTreeSet<Subject> = subjects.into_iter().collect();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !expected.iter().all(|subject| accepted.lock().unwrap().contains_key(subject)) {
        assert!(Instant::now() < deadline, "a report that was final is not on chain");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let accepted = accepted.lock().unwrap();
    assert!(accepted.values().all(|times| *times == 1), "a subject was reported twice");
    let never_asked: Vec<_> = accepted.keys().filter(|subject| !expected.contains(subject)).collect();
    assert!(never_asked.is_empty(), "{never_asked:?}");
    eprintln!("{} reports, each once", accepted.len());
}

/// Counts the reports on each subject, in every final block from now on.
fn follow(world: &World) -> Arc<Mutex<BTreeMap<Subject, u32>>> {
    let (chain, feeds) = (world.alice.chain().clone(), world.feeds);
    let counts = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = Arc::clone(&counts);
    tokio::spawn(async move {
        let mut blocks = chain.finalised_blocks(None);
        while let Some(block) = blocks.next().await {
            let Ok(block) = block else { continue };
            loop {
                match chain.events_at(block, &[feeds.0]).await {
                    Ok(events) => {
                        for report in events.iter().filter_map(|event| event.decode_as::<ReportAccepted>()) {
                            *counted.lock().unwrap().entry(report.subject).or_insert(0) += 1;
                        }
                        break;
                    }
                    Err(chain::Error::StatePruned { .. }) => panic!("block {} came too late", block.number),
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        }
    });
    counts
}

async fn push(client: &Client, oracle: Option<&Oracle>, asked: &mut Asked, key: String) {
    let Some(oracle) = oracle else { return };
    let answer = client
        .post(format!("{}/v1/jobs/heart/runs", oracle.url))
        .bearer_auth(TOKEN)
        .header("idempotency-key", &key)
        .json(&json!({"patient": "synthetic-ada"}))
        .send()
        .await;
    let run = match answer {
        Ok(answer) if answer.status() == 202 => answer.json::<Value>().await.ok(),
        // It is away, busy, or without its node: the same push comes again.
        _ => None,
    };
    match run.and_then(|run| run["run"].as_str().map(str::to_owned)) {
        Some(run) => drop(asked.pushed.insert(key, run)),
        None => drop(asked.unsure.insert(key)),
    }
}

async fn request(world: &World, oracle: Option<&Oracle>, asked: &mut Asked) {
    let Some(oracle) = oracle else { return };
    let subject = oracle.register("synthetic-bruno").await;
    let number = world.request_within(subject, Duration::from_secs(3_600)).await;
    asked.requested.push((number, subject));
}

/// Waits until every run has ended as final. Returns their subjects.
async fn settle(oracle: &Oracle, asked: &Asked) -> Vec<Subject> {
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut subjects = Vec::new();
    let requests = asked.requested.iter().map(|(number, _)| format!("request-{number}"));
    for id in asked.pushed.values().cloned().chain(requests) {
        let run = oracle.wait_for_new_until(&id, support::ended, deadline).await;
        assert_eq!(run["state"], "finalised", "{run}");
        subjects.push(run["subject"].as_str().unwrap().parse().unwrap());
    }
    subjects
}

/// The counters of runs that have not ended are what the store has, by a connection of its own.
async fn recount(world: &World, oracle: &Oracle) {
    let file = world.folder.path().join("oracle.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    // Both change all the time: they have to agree once.
    loop {
        let (before, count) = (pending(oracle).await, open_runs(&mut connection).await);
        if before == count && pending(oracle).await == count {
            break;
        }
        assert!(Instant::now() < deadline, "{before:?} is counted, and the store has {count:?}");
    }
    connection.close().await.unwrap();
}

async fn open_runs(connection: &mut sqlx::SqliteConnection) -> (i64, i64) {
    let open = "SELECT count(request), count(*) - count(request) FROM runs \
                WHERE state NOT IN ('finalised', 'failed', 'abstained')";
    sqlx::query_as(open).fetch_one(connection).await.unwrap()
}

async fn pending(oracle: &Oracle) -> (i64, i64) {
    let text = oracle.text("/metrics").await;
    let value = |origin: &str| {
        let name = format!("theriac_oracle_pending_runs{{origin=\"{origin}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    };
    (value("request"), value("push"))
}

/// This process's memory in RAM, the service in it.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}
