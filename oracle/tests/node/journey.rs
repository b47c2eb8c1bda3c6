//! The service between a real node and a real FHIR server.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::time::{Duration, Instant};

use crate::support::{ended, World};
use inference::Features;
use primitives::feeds::Reading;
use primitives::Subject;
use reqwest::Method;
use serde_json::json;

/// The model's result for the demo's first patient, with inputs typed by hand.
fn risk_of_ada(world: &World) -> i128 {
    let mut features = Features::new(world.model.manifest());
    let born: fhir::Patient = serde_json::from_value(json!({"birthDate": "1968-03-14"})).unwrap();
    let age = f64::from(born.age_at(jiff::Timestamp::now()).unwrap());
    for (name, value, unit) in [
        ("age", age, "a"),
        ("sex", 0.0, "1"),
        ("systolic_pressure", 138.0, "mm[Hg]"),
        ("cholesterol", 5.9, "mmol/L"),
        ("fasting_glucose", 96.0, "mg/dL"),
        ("chest_pain", 2.0, "1"),
        ("maximum_heart_rate", 152.0, "/min"),
        ("exercise_angina", 0.0, "1"),
        ("st_depression", 0.6, "mm"),
    ] {
        features.set(name, value, unit).unwrap();
    }
    world.model.predict(&[features.build().unwrap()]).unwrap()[0][0].value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_on_chain_and_a_push_end_with_the_model_s_value_on_chain() {
    let world = World::new().await;
    let oracle = world.start().await;
    let (status, ready) = oracle.call(Method::GET, "/ready", None).await;
    assert_eq!(status, 200, "{ready}");

    let subject = oracle.register_for("synthetic-ada", 2).await;
    let request = world.request(subject).await;
    let Reading { value, decimals, round, .. } = world.wait_for_reading(subject).await;
    assert_eq!((value, decimals, round), (risk_of_ada(&world), 4, 1));
    let run = oracle.wait_for(&format!("request-{request}"), ended).await;
    assert_eq!(run["state"], "finalised");

    let (id, other) = oracle.push("synthetic-ada").await;
    assert_eq!(oracle.wait_for(&id, ended).await["state"], "finalised");
    assert_eq!(world.reading(other).await.unwrap().value, value);
    assert_ne!(other, subject, "both subjects are unlinkable");

    // The same subject again: another request, the next round.
    world.request(subject).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while world.reading(subject).await.unwrap().round < 2 {
        assert!(Instant::now() < deadline, "the second request was not answered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The value is on chain a moment before the service records the end of its run.
    let mut metrics = oracle.text("/metrics").await;
    while !metrics.contains(r#"theriac_oracle_runs_total{job="heart",outcome="finalised"} 3"#) {
        assert!(Instant::now() < deadline, "{metrics}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        metrics = oracle.text("/metrics").await;
    }
    assert!(!metrics.contains("synthetic-ada"));
    assert_eq!(world.accepted().await.len(), 3);
    oracle.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_inputs_are_named_and_nothing_is_reported() {
    let world = World::new().await;
    let oracle = world.start().await;
    let (id, subject) = oracle.push("synthetic-chloe").await;
    let run = oracle.wait_for(&id, ended).await;
    assert_eq!(run["state"], "failed");
    let reason = run["reason"].as_str().unwrap();
    assert!(reason.starts_with("missing-observation:") && reason.contains("cholesterol"), "{reason}");
    let (nobody, _) = oracle.push("nobody").await;
    assert_eq!(oracle.wait_for(&nobody, ended).await["reason"], "patient-not-found");
    assert_eq!(world.reading(subject).await, None);
    oracle.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_again_and_again_reports_everything_once() {
    let world = World::new().await;
    let mut subjects = Vec::new();
    let oracle = world.start().await;
    for _ in 0..4 {
        subjects.push(oracle.register("synthetic-ada").await);
    }
    oracle.kill().await;
    // These requests come while the service is down.
    for subject in &subjects {
        world.request(*subject).await;
    }
    for pause in [0, 5, 15, 30, 60, 90, 120, 180, 250] {
        let oracle = world.start().await;
        subjects.push(oracle.push("synthetic-bruno").await.1);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        oracle.kill().await;
    }
    let oracle = world.start().await;
    for subject in &subjects {
        world.wait_for_reading(*subject).await;
    }
    oracle.end().await;
    let mut reported: Vec<Subject> =
        world.accepted().await.into_iter().map(|report| report.subject).collect();
    reported.sort();
    subjects.sort();
    assert_eq!(reported, subjects, "each once, none twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_node_loses_nothing() {
    let mut world = World::new().await;
    let oracle = world.start().await;
    let early = oracle.register("synthetic-ada").await;
    let (_, pushed) = oracle.push("synthetic-bruno").await;
    world.stop_node();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (status, ready) = oracle.call(Method::GET, "/ready", None).await;
    assert_eq!((status, &ready["chain"]["ok"]), (503, &json!(false)), "{ready}");
    world.start_node();
    world.wait_for_reading(pushed).await;
    world.request(early).await;
    world.wait_for_reading(early).await;
    assert_eq!(world.accepted().await.len(), 2);
    oracle.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_model_stops_its_job_with_a_reason() {
    let world = World::new().await;
    let oracle = world.start().await;
    let (id, _) = oracle.push("synthetic-ada").await;
    oracle.wait_for(&id, ended).await;
    let model = primitives::ModelId(world.model.manifest().model.sha256);
    world.alice.submit(&world.feeds.revoke_model(model)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    let body = Some(json!({"patient": "synthetic-ada"}));
    let (status, refusal) = oracle.call(Method::POST, "/v1/jobs/heart/runs", body).await;
    assert_eq!((status, &refusal["code"]), (503, &json!("job-unusable")), "{refusal}");
    let (status, ready) = oracle.call(Method::GET, "/ready", None).await;
    assert_eq!((status, &ready["jobs"]["heart"]["reason"]), (503, &json!("model-revoked")));
    oracle.end().await;
}

/// Everybody can read the subject on chain, and anybody with a role can make requests about it: each would fetch the
/// patient's record again.
#[tokio::test(flavor = "multi_thread")]
async fn a_subject_answers_no_more_requests_than_it_was_registered_for() {
    let world = World::new().await;
    let oracle = world.start().await;
    let subject = oracle.register("synthetic-ada").await;
    let first = world.request(subject).await;
    assert_eq!(oracle.wait_for_new(&format!("request-{first}"), ended).await["state"], "finalised");
    let (run, pushed) = oracle.push("synthetic-ada").await;
    oracle.wait_for(&run, ended).await;
    for subject in [subject, pushed] {
        let run = format!("request-{}", world.request(subject).await);
        let ended = oracle.wait_for_new(&run, ended).await;
        assert_eq!(
            (&ended["state"], &ended["reason"]),
            (&json!("failed"), &json!("subject-used")),
            "{ended}"
        );
    }
    assert_eq!(world.accepted().await.len(), 2);
    oracle.end().await;
}

/// The node keeps the states of sixteen blocks, and the service was away for longer: the requests of the time between
/// are found, and those that were withdrawn are none.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_away_for_longer_than_its_node_remembers_answers_what_is_open() {
    let node = testkit::node::Node::start_pruning(16);
    let world = World::on(tempfile::tempdir().unwrap(), node).await;
    let oracle = world.start().await;
    let mut subjects = Vec::new();
    for _ in 0..3 {
        subjects.push(oracle.register("synthetic-ada").await);
    }
    oracle.end().await;
    for subject in &subjects {
        world.request(*subject).await;
    }
    for _ in 0..12 {
        let nobody = world.request(Subject([9; 32])).await;
        world.alice.submit(&world.feeds.cancel_request(nobody)).await.unwrap();
    }
    let chain = world.alice.chain();
    let head = chain.finalised_head().await.unwrap().number;
    let past = chain.time_at(head - 24).await;
    assert!(matches!(past, Err(chain::Error::StatePruned { .. })), "{past:?}");

    let oracle = world.start().await;
    for subject in &subjects {
        let reading = world.wait_for_reading(*subject).await;
        assert_eq!((reading.value, reading.round), (risk_of_ada(&world), 1));
    }
    let (status, ready) = oracle.call(Method::GET, "/ready", None).await;
    assert_eq!((status, &ready["requests"]["ok"]), (200, &json!(true)), "{ready}");
    // The head has moved on: what follows is read in the same way.
    let late = oracle.register("synthetic-bruno").await;
    world.request(late).await;
    world.wait_for_reading(late).await;
    oracle.end().await;
}

/// Two feeds about everybody excluded each other for ever once both had waited.
#[tokio::test(flavor = "multi_thread")]
async fn feeds_about_everybody_go_on_when_the_transmitter_is_funded() {
    let world = World::new().await;
    let secret = format!("0x{}", "5e".repeat(32));
    world.write("transmitter.key", &secret);
    let mut config = world.config();
    for name in ["demand", "outbreak"] {
        world.open_feed(name).await;
        let model = world.model_folder();
        config.push_str(&format!(
            "[[job]]\nname = {name:?}\nfeed = {name:?}\nmodel = {model:?}\ntriggers = [\"push\"]\n\
             max_observation_age = \"1d\"\n"
        ));
    }
    world.write("oracle.toml", &config);
    let oracle = world.start().await;
    let inputs = json!({"data": {"inputs": {
        "age": {"value": 38, "unit": "a"}, "sex": {"value": 0}, "cholesterol": {"value": 5.2, "unit": "mmol/L"},
        "systolic_pressure": {"value": 132, "unit": "mm[Hg]"},
    }}});
    let mut runs = Vec::new();
    for _ in 0..2 {
        for job in ["demand", "outbreak"] {
            runs.push(oracle.push_to(job, inputs.clone()).await.0);
        }
    }
    for run in &runs[..2] {
        oracle.wait_for(run, |run| run["reason"] == "chain-rejected").await;
    }
    let transmitter = chain::Signer::from_secret(&secret.into()).unwrap().account();
    assert_eq!(world.alice.chain().balance(transmitter).await.unwrap(), 0);
    world.alice.transfer(transmitter, 1_000_000_000_000_000).await.unwrap();
    for run in &runs {
        assert_eq!(oracle.wait_for(run, ended).await["state"], "finalised");
    }
    let mut rounds: Vec<(String, u64)> =
        world.accepted().await.iter().map(|report| (report.feed.name(), report.round)).collect();
    rounds.sort();
    let expected = [("demand", 1), ("demand", 2), ("outbreak", 1), ("outbreak", 2)];
    assert_eq!(rounds, expected.map(|(feed, round)| (feed.to_owned(), round)));
    oracle.end().await;
}

/// Not a benchmark: it shows the magnitude, and that concurrent runs do not disturb each other.
#[tokio::test(flavor = "multi_thread")]
async fn many_concurrent_runs_all_end() {
    let world = World::new().await;
    let oracle = world.start().await;
    let alone = Instant::now();
    let (id, _) = oracle.push("synthetic-ada").await;
    oracle.wait_for(&id, ended).await;
    let alone = alone.elapsed();
    let began = Instant::now();
    let mut runs = Vec::new();
    for _ in 0..40 {
        runs.push(oracle.push("synthetic-ada").await.0);
    }
    for id in &runs {
        assert_eq!(oracle.wait_for(id, ended).await["state"], "finalised");
    }
    let per_second = 40.0 / began.elapsed().as_secs_f64();
    eprintln!("one run from push to finalised: {alone:?}; 40 at once: {per_second:.1} per second");
    oracle.end().await;
}
