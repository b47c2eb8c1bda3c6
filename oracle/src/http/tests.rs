use std::path::PathBuf;

use primitives::Subject;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::{json, Value};

use axum::http::header::CONTENT_TYPE;

use super::*;
use crate::config::{KeyLocation, Trigger};
use crate::dispatch::Work;
use crate::inputs::Pushed;
use crate::job::Job;
use crate::source::Source;
use crate::store::{now, NewRun};
use crate::testing::{
    enough, hospital, job_config, model_folder, runner, runner_with_job, runner_with_jobs, serve, source,
    Chain,
};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A service over HTTP, without a dispatcher for its runs.
struct Harness {
    _folder: tempfile::TempDir,
    chain: Chain,
    runner: Arc<Runner<Chain>>,
    service: Arc<Service<Chain>>,
    url: Url,
    client: Client,
}

impl Harness {
    async fn new() -> Self {
        let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
        let runner = runner(&store(&folder), &chain, serve(hospital(enough())).await).await;
        Self::of(folder, chain, runner).await
    }

    async fn of(folder: tempfile::TempDir, chain: Chain, runner: Arc<Runner<Chain>>) -> Self {
        let tokens = Tokens::new(KeyLocation::Value(TOKEN.to_owned().into()), &[CALLER]).unwrap();
        let service = Service::new(Arc::clone(&runner), Arc::new(Work::default()), tokens);
        let url = serve(router(Arc::clone(&service))).await.join("/").unwrap();
        Self { _folder: folder, chain, runner, service, url, client: Client::new() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url.join(path).unwrap())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }
}

fn store(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("oracle.sqlite")
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
}

#[track_caller]
fn refused((status, body): (u16, Value), expected: u16, error: &str) {
    assert_eq!((status, body["code"].as_str()), (expected, Some(error)), "{body}");
    assert_eq!(
        (&body["type"], &body["status"]),
        (&json!(format!("urn:theriac:problem:{error}")), &json!(expected))
    );
    assert!(body["detail"].as_str().unwrap().contains([';', ':']), "{body}");
}

#[tokio::test]
async fn a_registered_patient_has_an_unlinkable_subject() {
    let harness = Harness::new().await;
    let body = json!({"job": "heart", "patient": "p1"});
    let (status, first) = harness.call(Method::POST, "v1/subjects", Some(body.clone())).await;
    assert_eq!(status, 201);
    let (_, second) = harness.call(Method::POST, "v1/subjects", Some(body)).await;
    assert_ne!(first, second, "each registration has its own salt");
    let subject = first["subject"].as_str().unwrap();
    let who = harness.runner.store.registration(subject.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(crate::subject::subject(&who.salt, &who.patient), who.subject);

    let path = format!("v1/subjects/{subject}");
    assert_eq!(harness.call(Method::DELETE, &path, None).await.0, 204);
    refused(harness.call(Method::DELETE, &path, None).await, 404, "unknown-subject");
    refused(harness.call(Method::DELETE, "v1/subjects/jane", None).await, 404, "unknown-subject");
}

#[tokio::test]
async fn a_pushed_run_can_be_queried() {
    let harness = Harness::new().await;
    let body = json!({"patient": "p1"});
    let (status, accepted) = harness.call(Method::POST, "v1/jobs/heart/runs", Some(body)).await;
    assert_eq!(status, 202);
    let path = format!("v1/runs/{}", accepted["run"].as_str().unwrap());
    let (status, shown) = harness.call(Method::GET, &path, None).await;
    assert_eq!((status, &shown["state"], &shown["subject"]), (200, &json!("queued"), &accepted["subject"]));
    harness.runner.drive(accepted["run"].as_str().unwrap(), || false).await.unwrap();
    let (_, shown) = harness.call(Method::GET, &path, None).await;
    assert_eq!(
        (&shown["state"], &shown["round"], &shown["block"]),
        (&json!("finalised"), &json!(1), &json!(2))
    );
    refused(harness.call(Method::GET, "v1/runs/push-0", None).await, 404, "unknown-run");
}

#[tokio::test]
async fn a_job_without_a_fhir_server_accepts_pushed_data_about_any_subject_or_none() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let mut config = job_config(model_folder());
    config.source = None;
    let runner = runner_with_job(&store(&folder), &chain, Job::new(config, None)).await;
    let harness = Harness::of(folder, chain, runner).await;
    let known = json!({
        "age": {"value": 38, "unit": "a"}, "sex": {"value": 0}, "cholesterol": {"value": 5.2, "unit": "mmol/L"},
        "systolic_pressure": {"value": 132, "unit": "mm[Hg]"},
    });
    let push = |body: Value| harness.call(Method::POST, "v1/jobs/heart/runs", Some(body));
    let ended = async |body: Value| {
        let (status, accepted) = push(body).await;
        assert_eq!(status, 202, "{accepted}");
        let run = accepted["run"].as_str().unwrap().to_owned();
        harness.runner.drive(&run, || false).await.unwrap();
        harness.call(Method::GET, &format!("v1/runs/{run}"), None).await.1
    };
    let shown = ended(json!({"about": "bed-7", "data": {"inputs": known}})).await;
    assert_eq!(shown["state"], "finalised", "{shown}");
    let shown = ended(json!({"data": {"inputs": known}})).await;
    assert_eq!(
        (&shown["state"], &shown["subject"]),
        (&json!("finalised"), &json!(Subject::default().to_string()))
    );
    let shown = ended(json!({"data": {"inputs": {"age": {"value": 54, "unit": "kg"}}}})).await;
    assert_eq!(shown["state"], "failed");
    assert!(shown["reason"].as_str().unwrap().starts_with("unit-not-convertible: "), "{shown}");
    refused(push(json!({"about": "bed 7"})).await, 400, "bad-patient");
    refused(push(json!({"about": "a", "patient": "a"})).await, 400, "bad-body");
    refused(push(json!({"data": {"inputs": {"age": "54"}}})).await, 400, "bad-body");
    refused(push(json!({"data": {"rows": []}})).await, 400, "bad-body");
}

#[tokio::test]
async fn a_push_with_the_same_idempotency_key_is_the_same_run() {
    let harness = Harness::new().await;
    let push = |key: &'static str, patient: &'static str| {
        let request = harness.request(Method::POST, "v1/jobs/heart/runs").bearer_auth(TOKEN);
        answer(request.header("Idempotency-Key", key).json(&json!({"patient": patient})))
    };
    let (status, first) = push("order-17", "p1").await;
    assert_eq!(status, 202);
    assert_eq!(push("order-17", "p1").await, (202, first.clone()));
    refused(push("order-17", "p2").await, 409, "idempotency-key-reused");
    assert_ne!(push("order-18", "p1").await.1["run"], first["run"]);
    assert!(!first.to_string().contains("order"));
    refused(push("two words", "p1").await, 400, "bad-idempotency-key");
    assert_eq!(harness.runner.store.pending().pushed, 2);
}

#[tokio::test]
async fn calls_without_the_token_are_refused() {
    let harness = Harness::new().await;
    for (method, path) in [
        (Method::POST, "v1/subjects"),
        (Method::DELETE, "v1/subjects/0x00"),
        (Method::POST, "v1/jobs/heart/runs"),
        (Method::GET, "v1/runs/request-1"),
        (Method::GET, "v1/elsewhere"),
    ] {
        refused(answer(harness.request(method.clone(), path)).await, 401, "unauthorised");
        let wrong = harness.request(method, path).bearer_auth("0123456789abcdef0123456789abcdeF");
        refused(answer(wrong).await, 401, "unauthorised");
    }
    let basic = harness.request(Method::GET, "v1/runs/a").header("Authorization", format!("Basic {TOKEN}"));
    refused(answer(basic).await, 401, "unauthorised");
    refused(harness.call(Method::GET, "v1/elsewhere", None).await, 404, "no-such-address");
}

#[tokio::test]
async fn invalid_requests_are_refused_and_not_repeated() {
    let harness = Harness::new().await;
    refused(harness.call(Method::POST, "v1/jobs/heart/runs", Some(json!({}))).await, 400, "bad-patient");
    for body in [json!({"patient": 1}), json!({"patient": "p1", "name": "Jane"}), json!([])] {
        refused(harness.call(Method::POST, "v1/jobs/heart/runs", Some(body)).await, 400, "bad-body");
    }
    for patient in ["", "../p2", "Jane Doe", &"p".repeat(65)] {
        let body = json!({"patient": patient});
        let answer = harness.call(Method::POST, "v1/jobs/heart/runs", Some(body)).await;
        assert!(!answer.1.to_string().contains("Jane"));
        refused(answer, 400, "bad-patient");
    }
    let body = json!({"patient": "p1"});
    refused(harness.call(Method::POST, "v1/jobs/kidney/runs", Some(body)).await, 404, "unknown-job");
    // Only a push may bring a picture.
    let large = json!({"job": "heart", "patient": "p".repeat(80_000)});
    refused(harness.call(Method::POST, "v1/subjects", Some(large)).await, 400, "bad-body");
    let large = json!({"patient": "p".repeat(1_100_000)});
    refused(harness.call(Method::POST, "v1/jobs/heart/runs", Some(large)).await, 400, "bad-body");
    let read = json!({"patient": "p".repeat(80_000)});
    refused(harness.call(Method::POST, "v1/jobs/heart/runs", Some(read)).await, 400, "bad-patient");
}

#[tokio::test]
async fn a_job_is_started_only_by_its_triggers() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let hospital = serve(hospital(enough())).await;
    let mut inner = Arc::into_inner(runner(&store(&folder), &chain, hospital.clone()).await).unwrap();
    let mut config = job_config(model_folder());
    config.triggers = vec![Trigger::ChainRequest];
    let job = Job::new(config, Some(Source::new(&source(hospital)).unwrap()));
    inner.jobs.insert("heart".to_owned(), job);
    let harness = Harness::of(folder, chain, Arc::new(inner)).await;
    let body = json!({"patient": "p1"});
    refused(harness.call(Method::POST, "v1/jobs/heart/runs", Some(body)).await, 404, "unknown-job");
}

#[tokio::test]
async fn a_job_whose_model_is_revoked_refuses_pushes() {
    let harness = Harness::new().await;
    harness.chain.world().model.as_mut().unwrap().revoked = true;
    let answer = harness.call(Method::POST, "v1/jobs/heart/runs", Some(json!({"patient": "p1"}))).await;
    assert_eq!(answer.1["reason"], "model-revoked");
    refused(answer, 503, "job-unusable");
}

#[tokio::test]
async fn ready_is_ok_only_if_every_part_is_and_one_job() {
    let harness = Harness::new().await;
    let good = json!({"ok": true});
    let all = json!({
        "ok": true, "chain": good, "requests": good, "clock": good, "store": good, "jobs": {"heart": good},
    });
    assert_eq!(answer(harness.request(Method::GET, "ready")).await, (200, all));

    let harness = Harness::new().await;
    harness.chain.world().model = None;
    let (status, ready) = answer(harness.request(Method::GET, "ready")).await;
    assert_eq!((status, &ready["jobs"]["heart"]["reason"]), (503, &json!("model-unknown")));
    assert_eq!(ready["chain"], good);

    let harness = Harness::new().await;
    harness.chain.world().is_away = true;
    let (status, ready) = answer(harness.request(Method::GET, "ready")).await;
    assert_eq!((status, &ready["chain"]["reason"]), (503, &json!("chain-unreachable")));

    let harness = Harness::new().await;
    harness.runner.store.close().await;
    let (status, ready) = answer(harness.request(Method::GET, "ready")).await;
    assert_eq!((status, &ready["store"]["reason"]), (503, &json!("store")));
    // A supervisor that restarts it repairs nothing.
    assert_eq!(answer(harness.request(Method::GET, "alive")).await, (200, good));
}

/// One feed whose model was revoked takes the others out of nobody's hands.
#[tokio::test]
async fn one_job_that_cannot_run_is_named_and_the_service_stays_ready() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let good = job_config(model_folder());
    let mut broken = job_config(folder.path().join("nothing"));
    (broken.name, broken.feed) = ("broken".into(), primitives::FeedId::named("other").unwrap());
    let source = || Some(Source::new(&source("http://127.0.0.1:1/".parse().unwrap())).unwrap());
    let jobs = [good, broken].map(|config| (config.name.clone(), Job::new(config, source())));
    let runner = runner_with_jobs(&store(&folder), &chain, jobs.into()).await;
    let harness = Harness::of(folder, chain, runner).await;
    let (status, ready) = answer(harness.request(Method::GET, "ready")).await;
    assert_eq!(
        (status, &ready["ok"], &ready["jobs"]["broken"]["reason"]),
        (200, &json!(true), &json!("model-unreadable"))
    );
}

/// Pushes have all places: supervisors and Prometheus are answered, and the next push is refused.
#[tokio::test]
async fn pushes_take_no_place_from_supervisors() {
    let harness = Harness::new().await;
    let all = u32::try_from(harness.service.places.free()).unwrap();
    let _taken = harness.service.places.take(all).unwrap();
    for path in ["alive", "ready", "metrics"] {
        assert_eq!(harness.request(Method::GET, path).send().await.unwrap().status(), 200, "{path}");
    }
    refused(harness.call(Method::GET, "v1/runs/push-0", None).await, 503, "busy");
    let text = harness.runner.metrics.text();
    for counted in [
        r#"theriac_oracle_http_answers_total{route="/alive",status="200"} 1"#,
        r#"theriac_oracle_http_answers_total{route="/v1/runs/{run}",status="503"} 1"#,
    ] {
        assert!(text.contains(counted), "{text}");
    }
}

#[tokio::test]
async fn metrics_are_in_the_text_format() {
    let harness = Harness::new().await;
    let run = NewRun {
        id: "push-1".into(),
        job: "heart".into(),
        feed: crate::testing::feed(),
        request: None,
        subject: primitives::Subject([1; 32]),
        deadline: now() + 1000,
        pushed: Pushed::default(),
        body: None,
    };
    harness.runner.store.push(&run, None, now()).await.unwrap();
    let response = harness.request(Method::GET, "metrics").send().await.unwrap();
    let format = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    assert!(format.starts_with("application/openmetrics-text"));
    let text = response.text().await.unwrap();
    assert!(text.contains(r#"theriac_oracle_pending_runs{origin="push"} 1"#), "{text}");
    assert!(text.ends_with("# EOF\n"));
}
