use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use primitives::Subject;
use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::Service;
use crate::config::Trigger;
use crate::inputs::Pushed;
use crate::job::Job;
use crate::ledger::Ledger;
use crate::run::Runner;
use crate::source::Source;
use crate::store::{now, NewRun, Registration, Run, Taken};
use crate::subject::{new_salt, subject, PatientId};

/// The lifetime of a pushed run, in milliseconds: an hour.
const PUSH_PATIENCE: u64 = 3_600_000;
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Maximum number of requests that a registration serves.
const MAX_USES: u32 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    job: String,
    patient: String,
    /// How many requests on chain may be answered: whoever knows the subject can make more.
    #[serde(default = "once")]
    uses: u32,
}

fn once() -> u32 {
    1
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Push {
    /// Whom or what it is about; `None` for a global value.
    #[serde(alias = "about")]
    patient: Option<String>,
    #[serde(default)]
    data: Pushed,
}

#[derive(Serialize)]
struct Registered {
    subject: String,
}

#[derive(Serialize)]
struct Accepted {
    run: String,
    subject: String,
}

#[derive(Serialize)]
struct Shown {
    run: String,
    job: String,
    state: &'static str,
    reason: Option<String>,
    attempts: u32,
    subject: String,
    request: Option<u64>,
    round: Option<u64>,
    block: Option<u64>,
}

/// Registers a patient under a new subject, for a request on chain that comes later.
pub(super) async fn register<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    body: Result<Json<Register>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(Register { job, patient, uses }) = body?;
    if !(1..=MAX_USES).contains(&uses) {
        return Err(Refusal::BadUses);
    }
    let job = started_by(&service.runner, &job, Trigger::ChainRequest)?;
    let who = registration(job, &patient, uses)?;
    service.runner.store.register(&who, now()).await?;
    service.work.look(job.config.feed);
    let subject = who.subject.to_string();
    tracing::info!(subject, job = %job.config.name, uses, "a subject was registered");
    Ok((StatusCode::CREATED, Json(Registered { subject })).into_response())
}

/// Deletes the patient behind a subject.
pub(super) async fn forget<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Refusal> {
    let subject: Subject = name.parse().map_err(|_| Refusal::UnknownSubject)?;
    let known = service.runner.store.forget(subject).await?;
    tracing::info!(%subject, known, "a subject was forgotten");
    known.then_some(StatusCode::NO_CONTENT).ok_or(Refusal::UnknownSubject)
}

/// Registers a patient and starts a run. With the same `Idempotency-Key` it is the same run.
pub(super) async fn push<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    Path(job): Path<String>,
    headers: HeaderMap,
    body: Result<Json<Push>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(push) = body?;
    let runner = &service.runner;
    let content = serde_json::to_vec(&push).map_err(|_| Refusal::BadBody)?;
    let body = runner.store.body(&content);
    let Push { patient, data } = push;
    let job = started_by(runner, &job, Trigger::Push)?;
    // Its report makes the subject public: no request about it is answered.
    let who = patient.map(|patient| registration(job, &patient, 0)).transpose()?;
    if who.is_none() && matches!(job.source, Some(Source::Fhir(_))) {
        return Err(Refusal::BadPatient);
    }
    let id = run_id(runner, &headers, &job.config.name)?;
    if headers.contains_key(IDEMPOTENCY_KEY) {
        if let Some(run) = runner.store.run(&id).await? {
            return again(run, body);
        }
    }
    job.ready(&runner.ledger, &runner.key, now())
        .await
        .map_err(|error| Refusal::JobUnusable(error.kind()))?;
    let run = NewRun {
        id,
        job: job.config.name.clone(),
        feed: job.config.feed,
        request: None,
        subject: who.as_ref().map(|who| who.subject).unwrap_or_default(),
        deadline: now().saturating_add(PUSH_PATIENCE),
        pushed: data,
        body: Some(body),
    };
    match runner.store.push(&run, who.as_ref(), now()).await? {
        Taken::New => {
            service.work.look(run.feed);
            Ok(accepted(run.id, run.subject))
        }
        Taken::Known(known) => again(*known, body),
        Taken::Full => Err(Refusal::Busy),
    }
}

/// The state of a run.
pub(super) async fn show<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let run = service.runner.store.run(&id).await?.ok_or(Refusal::UnknownRun)?;
    let shown = Shown {
        run: run.id,
        job: run.job,
        state: run.state.name(),
        reason: run.reason,
        attempts: run.attempts,
        subject: run.subject.to_string(),
        request: run.request,
        round: run.report.map(|signed| signed.report.round),
        block: run.block,
    };
    Ok(Json(shown).into_response())
}

fn accepted(run: String, subject: Subject) -> Response {
    (StatusCode::ACCEPTED, Json(Accepted { run, subject: subject.to_string() })).into_response()
}

/// The answer to the first push with this key, if this one has the same content. A store of an older release knows only
/// that there was one.
fn again(run: Run, body: [u8; 32]) -> Result<Response, Refusal> {
    if run.body.is_some_and(|first| first != body) {
        return Err(Refusal::IdempotencyKeyReused);
    }
    Ok(accepted(run.id, run.subject))
}

fn started_by<'r, L>(runner: &'r Runner<L>, name: &str, trigger: Trigger) -> Result<&'r Job, Refusal> {
    let job = runner.jobs.get(name).ok_or(Refusal::UnknownJob)?;
    job.config.triggers.contains(&trigger).then_some(job).ok_or(Refusal::UnknownJob)
}

fn registration(job: &Job, patient: &str, uses: u32) -> Result<Registration, Refusal> {
    let patient = PatientId::new(patient).map_err(|_| Refusal::BadPatient)?;
    let salt = new_salt().map_err(|_| Refusal::Fault)?;
    Ok(Registration { subject: subject(&salt, &patient), job: job.config.name.clone(), salt, patient, uses })
}

/// A run's id: derived from the caller's key, or random.
fn run_id<L>(runner: &Runner<L>, headers: &HeaderMap, job: &str) -> Result<String, Refusal> {
    let random;
    let key = match headers.get(IDEMPOTENCY_KEY) {
        None => {
            random = new_salt().map_err(|_| Refusal::Fault)?;
            random.as_slice()
        }
        Some(key) => {
            let key = key.as_bytes();
            let plain = key.iter().all(u8::is_ascii_graphic) && (1..=64).contains(&key.len());
            plain.then_some(key).ok_or(Refusal::BadIdempotencyKey)?
        }
    };
    Ok(runner.store.push_id(job, key))
}
