use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};

use super::*;
use crate::inputs::Pushed;
use crate::job::Job;
use crate::source::{FhirSource, Source};
use crate::store::{NewRun, Registration, State as RunState};
use crate::subject::subject;
use crate::testing::{
    enough, feed, hospital, job_config, model_folder, runner_with_job, serve, source, Chain,
};

/// What a server with conditional create has, and what it does next.
#[derive(Default)]
struct Clinic {
    created: BTreeMap<String, Value>,
    calls: u32,
    /// The answers to the next calls instead.
    next: Vec<StatusCode>,
    /// Whether the answer of the next call is lost after its effect.
    loses_answer: bool,
}

type Shared = Arc<Mutex<Clinic>>;

async fn create(
    State(clinic): State<Shared>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    assert_eq!((kind.as_str(), body["resourceType"].as_str()), ("RiskAssessment", Some("RiskAssessment")));
    assert_eq!(headers["content-type"], "application/fhir+json");
    let mut clinic = clinic.lock().unwrap();
    clinic.calls += 1;
    if !clinic.next.is_empty() {
        return clinic.next.remove(0).into_response();
    }
    let condition = headers["if-none-exist"].to_str().unwrap().to_owned();
    let identifier = &body["identifier"][0];
    let named = format!(
        "identifier={}|{}",
        identifier["system"].as_str().unwrap(),
        identifier["value"].as_str().unwrap()
    );
    assert_eq!(condition, named);
    let status = if clinic.created.contains_key(&condition) { StatusCode::OK } else { StatusCode::CREATED };
    clinic.created.entry(condition).or_insert(body);
    if std::mem::take(&mut clinic.loses_answer) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    status.into_response()
}

struct Ward {
    folder: tempfile::TempDir,
    chain: Chain,
    clinic: Shared,
    runner: Arc<Runner<Chain>>,
    who: Registration,
}

impl Ward {
    async fn new() -> Self {
        let (folder, chain, clinic) = (tempfile::tempdir().unwrap(), Chain::new(), Shared::default());
        let router = Router::new().route("/fhir/{kind}", post(create)).with_state(Arc::clone(&clinic));
        let (records, results) = (serve(hospital(enough())).await, serve(router).await);
        let mut job = Job::new(job_config(model_folder()), Some(Source::new(&source(records)).unwrap()));
        job.results = Some(FhirSource::new(&source(results)).unwrap());
        let runner = runner_with_job(&folder.path().join("oracle.sqlite"), &chain, job).await;
        let (salt, patient) = ([3; 32], PatientId::new("p1").unwrap());
        let who =
            Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient, uses: 0 };
        Self { folder, chain, clinic, runner, who }
    }

    async fn push(&self, id: &str, deadline: u64) {
        let run = NewRun {
            id: id.into(),
            job: "heart".into(),
            feed: feed(),
            request: None,
            subject: self.who.subject,
            deadline,
            pushed: Pushed::default(),
            body: None,
        };
        self.runner.store.push(&run, Some(&self.who), now()).await.unwrap();
    }

    fn created(&self) -> Vec<Value> {
        self.clinic.lock().unwrap().created.values().cloned().collect()
    }
}

#[tokio::test]
async fn a_final_report_on_a_patient_becomes_a_risk_assessment_once() {
    let ward = Ward::new().await;
    ward.push("push-1", now() + 60_000).await;
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 0, "nothing is final yet");
    ward.runner.drive("push-1", || false).await.unwrap();
    // The server has it, and its answer is lost.
    ward.clinic.lock().unwrap().loses_answer = true;
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 1);
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 0, "after a pause");
    ward.runner.store.result_put_off("push-1", 0, now()).await.unwrap();
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 1);
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 0);
    assert_eq!(ward.clinic.lock().unwrap().calls, 2);

    let [found] = &ward.created()[..] else { panic!("one: {:?}", ward.created()) };
    let report = ward.chain.world().accepted[0].clone();
    assert_eq!(found["identifier"][0]["value"], report.inputs.to_string());
    assert_eq!(found["subject"]["reference"], "Patient/p1");
    let value = FixedPoint { value: report.median().unwrap(), decimals: 4 }.to_string();
    assert_eq!(found["prediction"][0]["probabilityDecimal"].to_string(), value.trim_end_matches('0'));
    assert_eq!(found["status"], "final");
    let text = ward.runner.metrics.text();
    assert!(text.contains(r#"theriac_oracle_results_total{job="heart",outcome="written"} 1"#), "{text}");
    assert!(
        text.contains(r#"theriac_oracle_results_total{job="heart",outcome="source-faulty"} 1"#),
        "{text}"
    );
}

/// A server that is down for a while, and a service that is started again meanwhile.
#[tokio::test]
async fn a_result_waits_for_its_server_over_a_restart() {
    let ward = Ward::new().await;
    ward.push("push-1", now() + 60_000).await;
    ward.runner.drive("push-1", || false).await.unwrap();
    ward.clinic.lock().unwrap().next = vec![StatusCode::UNAUTHORIZED, StatusCode::SERVICE_UNAVAILABLE];
    for _ in 0..2 {
        deliver_due(&ward.runner).await.unwrap();
        ward.runner.store.result_put_off("push-1", 0, now()).await.unwrap();
    }
    ward.runner.store.close().await;
    let path = ward.folder.path().join("oracle.sqlite");
    let store =
        crate::store::Store::open(&path, crate::testing::GENESIS, crate::testing::contract()).await.unwrap();
    let due = store.results_due(now(), 8).await.unwrap();
    assert_eq!(due.len(), 1);
    assert!(due[0].attempts >= 2);
    assert!(ward.created().is_empty());
}

/// What is not final is not written, and what was forgotten neither.
#[tokio::test]
async fn only_what_is_final_and_not_forgotten_is_written() {
    let ward = Ward::new().await;
    // Its deadline is over before it is computed.
    ward.push("late", now().saturating_sub(1)).await;
    ward.runner.drive("late", || false).await.unwrap();
    assert_eq!(ward.runner.store.run("late").await.unwrap().unwrap().state, RunState::Failed);
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 0);

    let ward = Ward::new().await;
    ward.push("push-1", now() + 60_000).await;
    ward.runner.drive("push-1", || false).await.unwrap();
    ward.runner.store.forget(ward.who.subject).await.unwrap();
    assert_eq!(deliver_due(&ward.runner).await.unwrap(), 0);
    assert!(ward.created().is_empty());
}
