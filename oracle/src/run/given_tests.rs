//! Runs on pushed data and series, abstentions, and drift.

use std::path::PathBuf;

use axum::http::header::CONTENT_TYPE;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::Router;
use primitives::feeds::Report;
use primitives::Subject;
use serde_json::Value;

use super::*;
use crate::config::{JobConfig, SourceKind};
use crate::drift::ENOUGH;
use crate::inputs::{Amount, Pushed, Series};
use crate::source::Source;
use crate::store::NewRun;
use crate::testing::{
    golden, job_config, manifest_of, runner_with_job, serve, shipped, source, usual, week, Chain,
};

const COLD_CHAIN: &str = "cold-chain";
const HEART: &str = "heart-ensemble";

/// One job without a FHIR server, its chain and its file.
struct Harness {
    folder: tempfile::TempDir,
    chain: Chain,
    job: JobConfig,
    source: Option<Source>,
}

impl Harness {
    fn new(model: &str) -> Self {
        let mut job = job_config(shipped(model));
        job.source = None;
        if model == COLD_CHAIN {
            (job.output, job.parameters) = (Some("excursion".into()), usual());
        }
        let chain = Chain::with(&manifest_of(model), 0);
        Self { folder: tempfile::tempdir().unwrap(), chain, job, source: None }
    }

    async fn fed_by(router: Router) -> Self {
        let mut config = source(serve(router).await);
        config.kind = SourceKind::Series;
        Self { source: Some(Source::new(&config).unwrap()), ..Self::new(COLD_CHAIN) }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("oracle.sqlite")
    }

    async fn start(&self) -> Arc<Runner<Chain>> {
        let job = Job::new(self.job.clone(), self.source.clone());
        runner_with_job(&self.store(), &self.chain, job).await
    }
}

/// Pushes data without a subject, and drives the run.
async fn push(runner: &Runner<Chain>, id: &str, pushed: Pushed) -> (State, Option<String>) {
    let run = NewRun {
        id: id.into(),
        job: "heart".into(),
        feed: crate::testing::feed(),
        request: None,
        subject: Subject::default(),
        deadline: now() + 60_000,
        pushed,
        body: None,
    };
    runner.store.push(&run, None, now()).await.unwrap();
    runner.drive(id, || false).await.unwrap();
    let run = runner.store.run(id).await.unwrap().unwrap();
    assert_eq!(run.pushed, Pushed::default(), "pushed data are deleted at the end");
    (run.state, run.reason)
}

fn temperatures(series: Series) -> Pushed {
    Pushed { series: [("temperature".to_owned(), series)].into(), ..Pushed::default() }
}

/// A golden row as pushed values.
fn values(inputs: &Value) -> Pushed {
    let manifest = manifest_of(HEART);
    let known = manifest.inputs.iter().filter_map(|input| {
        let value = inputs[&input.name].as_f64()?;
        Some((input.name.clone(), Amount { value, unit: input.unit.clone() }))
    });
    Pushed { inputs: known.collect(), ..Pushed::default() }
}

/// A golden row of [`HEART`] about which its calibration decides, or not.
fn row(is_decided: bool) -> (Pushed, i128) {
    let manifest = manifest_of(HEART);
    let found = golden(HEART).into_iter().find_map(|(inputs, fixed)| {
        let value = i128::from(fixed["risk"].as_i64().unwrap());
        let reported = [inference::FixedPoint { value, decimals: 4 }];
        let certainty = certainty(&manifest, &reported, "risk").unwrap();
        (matches!(certainty, Certainty::Abstain(_)) != is_decided).then(|| (values(&inputs), value))
    });
    found.expect("a golden row of each kind")
}

#[tokio::test]
async fn a_pushed_series_becomes_the_global_value_of_its_golden_row() {
    let harness = Harness::new(COLD_CHAIN);
    let runner = harness.start().await;
    for round in 1..=2 {
        let ended = push(&runner, &format!("push-{round}"), temperatures(week())).await;
        assert_eq!(ended, (State::Finalised, None));
    }
    let (_, fixed) = golden(COLD_CHAIN).swap_remove(0);
    let world = harness.chain.world();
    let reported: Vec<_> =
        world.accepted.iter().map(|report| (report.subject, report.round, report.median())).collect();
    let value = Some(i128::from(fixed["excursion"].as_i64().unwrap()));
    assert_eq!(reported, [(Subject::default(), 1, value), (Subject::default(), 2, value)]);
}

#[tokio::test]
async fn unusable_pushed_data_fail_with_their_own_reason_and_leave_nothing_on_chain() {
    let harness = Harness::new(COLD_CHAIN);
    let runner = harness.start().await;
    let mut gap = week();
    gap.readings.remove(80);
    gap.readings.insert(0, gap.readings[0].clone());
    let (state, reason) = push(&runner, "push-1", temperatures(gap)).await;
    assert_eq!(state, State::Failed);
    let reason = reason.unwrap();
    assert!(reason.starts_with("series-duplicate: the series temperature: reading 1 "), "{reason}");
    let (state, reason) = push(&runner, "push-2", Pushed::default()).await;
    assert_eq!(state, State::Failed);
    assert!(reason.unwrap().starts_with("missing-observation: "));
    assert_eq!(harness.chain.world().accepted, []);
    let metrics = runner.metrics.text();
    for outcome in ["series-duplicate", "missing-observation"] {
        let line = format!("theriac_oracle_runs_total{{job=\"heart\",outcome=\"{outcome}\"}} 1");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test]
async fn pushed_data_survive_a_restart_before_the_computation() {
    let harness = Harness::new(COLD_CHAIN);
    let runner = harness.start().await;
    harness.chain.world().is_away = true;
    let run = NewRun {
        id: "push-1".into(),
        job: "heart".into(),
        feed: crate::testing::feed(),
        request: None,
        subject: Subject::default(),
        deadline: now() + 60_000,
        pushed: temperatures(week()),
        body: None,
    };
    runner.store.push(&run, None, now()).await.unwrap();
    assert_eq!(runner.drive("push-1", || false).await.unwrap(), Some(State::Queued));
    drop(runner);
    harness.chain.world().is_away = false;
    let runner = harness.start().await;
    assert_eq!(runner.drive("push-1", || false).await.unwrap(), Some(State::Finalised));
}

#[tokio::test]
async fn a_series_about_the_subject_of_a_request_is_fetched_as_csv() {
    let rows: String = week().readings.iter().map(|(at, value)| format!("{at},{value},Cel\n")).collect();
    let answer = move |query: axum::extract::RawQuery| async move {
        match query.0.as_deref() {
            Some("last=168") => {
                ([(CONTENT_TYPE, "text/csv; charset=utf-8")], format!("at,value,unit\n{rows}"))
                    .into_response()
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    };
    let harness = Harness::fed_by(Router::new().route("/fhir/temperature", get(answer))).await;
    let runner = harness.start().await;
    assert_eq!(push(&runner, "push-1", Pushed::default()).await, (State::Finalised, None));

    let (salt, patient) = ([3; 32], PatientId::new("shipment-17").unwrap());
    let subject = crate::subject::subject(&salt, &patient);
    let who = crate::store::Registration { subject, job: "heart".into(), salt, patient, uses: 1 };
    runner.store.register(&who, now()).await.unwrap();
    let request = harness.chain.ask(subject);
    let run = NewRun {
        id: "request-0".into(),
        job: "heart".into(),
        feed: crate::testing::feed(),
        request: Some(request),
        subject,
        deadline: now() + 60_000,
        pushed: Pushed::default(),
        body: None,
    };
    runner.store.requests(&[crate::testing::feed()], 2, &[run], now()).await.unwrap();
    assert_eq!(runner.drive("request-0", || false).await.unwrap(), Some(State::Failed));
    let reason = runner.store.run("request-0").await.unwrap().unwrap().reason;
    assert_eq!(reason.as_deref(), Some("patient-not-found"), "the server does not know this shipment");
}

#[tokio::test]
async fn a_source_without_series_has_its_own_error() {
    for (kind, body, reason) in [
        ("text/html", "<html></html>", "source-wrong-type"),
        ("text/csv", "time;value\n", "source-malformed"),
        ("text/csv", "at,value,unit\na,1,Cel\nb,40,[degF]\n", "series-unit-changed"),
        ("application/json", "{\"unit\": \"Cel\"}", "source-malformed"),
        ("application/json", "{\"unit\": \"Cel\", \"readings\": []}", "series-too-short"),
    ] {
        let answer = move || async move { ([(CONTENT_TYPE, kind)], body) };
        let harness = Harness::fed_by(Router::new().route("/fhir/temperature", get(answer))).await;
        let runner = harness.start().await;
        let run = NewRun {
            id: "push-1".into(),
            job: "heart".into(),
            feed: crate::testing::feed(),
            request: None,
            subject: Subject::default(),
            deadline: now() + 60_000,
            pushed: Pushed::default(),
            body: None,
        };
        runner.store.push(&run, None, now()).await.unwrap();
        runner.drive("push-1", || false).await.unwrap();
        let found = runner.store.run("push-1").await.unwrap().unwrap().reason.unwrap();
        assert_eq!(found.split(':').next(), Some(reason), "{body}");
        assert_eq!(harness.chain.world().accepted, []);
    }
}

#[tokio::test]
async fn an_abstention_leaves_nothing_on_chain_and_the_request_open() {
    let harness = Harness::new(HEART);
    let runner = harness.start().await;
    let (decided, value) = row(true);
    assert_eq!(push(&runner, "push-1", decided).await, (State::Finalised, None));
    let request = harness.chain.ask(Subject::default());
    let run = NewRun {
        id: "request-0".into(),
        job: "heart".into(),
        feed: crate::testing::feed(),
        request: Some(request),
        subject: Subject::default(),
        deadline: now() + 60_000,
        pushed: row(false).0,
        body: None,
    };
    runner.store.requests(&[crate::testing::feed()], 2, &[run], now()).await.unwrap();
    assert_eq!(runner.drive("request-0", || false).await.unwrap(), Some(State::Abstained));
    let run = runner.store.run("request-0").await.unwrap().unwrap();
    let reason = "abstained: the model cannot decide between yes and no here; decide by other means";
    assert_eq!((run.reason.as_deref(), run.report), (Some(reason), None));
    assert_eq!(runner.store.pending().runs(), 0);
    let world = harness.chain.world();
    let reported: Vec<_> = world.accepted.iter().map(Report::median).collect();
    assert_eq!((reported, world.requests.len()), (vec![Some(value)], 1));
    let metrics = runner.metrics.text();
    assert!(metrics.contains(r#"theriac_oracle_runs_total{job="heart",outcome="abstained"} 1"#), "{metrics}");
    assert!(!metrics.contains("cannot decide"), "{metrics}");
}

#[tokio::test]
async fn a_job_names_the_output_for_its_feed() {
    let mut harness = Harness::new(COLD_CHAIN);
    harness.job.output = None;
    let ready = |runner: Arc<Runner<Chain>>| async move {
        let ready = runner.jobs["heart"].ready(&runner.ledger, &runner.key, now()).await;
        ready.map(|ready| ready.output).map_err(|error| error.kind())
    };
    assert_eq!(ready(harness.start().await).await, Err("feed-mismatch".into()));
    harness.job.output = Some("hottest".into());
    assert_eq!(ready(harness.start().await).await, Err("feed-mismatch".into()));
    harness.job.output = Some("mean_kinetic_temperature".into());
    assert_eq!(ready(harness.start().await).await, Err("feed-mismatch".into()), "it has other decimals");
    harness.job.output = Some("latest".into());
    assert_eq!(ready(harness.start().await).await, Ok(1));
    harness.job.parameters.insert("spread".into(), Amount { value: 1.0, unit: "mm[Hg]".into() });
    assert_eq!(ready(harness.start().await).await, Err("parameters-unusable".into()));
}

#[tokio::test]
async fn drift_is_reported_from_enough_rows_and_survives_a_restart() {
    let harness = Harness::new(HEART);
    let gauges = |runner: &Runner<Chain>| {
        let text = runner.metrics.text();
        let lines = text.lines().filter(|line| line.starts_with("theriac_oracle_drift_psi{"));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).collect::<Vec<_>>()
    };
    let runner = harness.start().await;
    let (always, _) = row(false);
    for number in 1..ENOUGH {
        push(&runner, &format!("push-{number}"), always.clone()).await;
    }
    assert!(gauges(&runner).is_empty(), "few rows say more about persons than about drift");
    runner.store.close().await;
    drop(runner);
    let runner = harness.start().await;
    push(&runner, "push-last", always.clone()).await;
    let found = gauges(&runner);
    assert_eq!(found.len(), always.inputs.len(), "one for each input that had values");
    assert!(found.iter().all(|psi| *psi > 0.25), "the same patient again and again: {found:?}");
}
