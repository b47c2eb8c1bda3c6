//! Results for the clinic: each final report on a patient becomes a FHIR RiskAssessment on a server that the operator
//! names.
//!
//! It is written after the report is final, by conditional create: a server that has it already does not make another
//! one, so an answer that was lost costs nothing. Until then the store keeps it, over restarts.

use std::time::Duration;

use inference::{FixedPoint, Manifest};
use primitives::feeds::Report;
use primitives::Timestamp;
use serde_json::{json, Value};
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::retry::luck;
use crate::run::Runner;
use crate::source::FetchError;
use crate::store::{now, ResultDue, StoreError};
use crate::subject::PatientId;

/// By what a RiskAssessment is found again: the report's commitment to its inputs, which no other report has.
pub const IDENTIFIER_SYSTEM: &str = "urn:theriac:report";
/// How often the store is looked at.
const TICK: Duration = Duration::from_secs(1);
/// The pause after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// Maximum number of results that are written at once.
const AT_ONCE: usize = 8;

/// The RiskAssessment of a report on a patient (FHIR R4). `value` is the model's result of the output with this index.
#[must_use]
pub fn risk_assessment(
    manifest: &Manifest,
    output: usize,
    value: FixedPoint,
    report: &Report,
    patient: &PatientId,
) -> Value {
    let output = manifest.outputs.get(output);
    let described = output.map_or(manifest.description.as_str(), |output| output.description.as_str());
    let unit = output.map_or("1", |output| output.unit.as_str());
    let is_probability =
        unit == "1" && output.is_some_and(|output| output.range[0] >= 0.0 && output.range[1] <= 1.0);
    // JSON has the digits of the value, not those of a binary number.
    let number: Option<Value> = serde_json::from_str(&value.to_string()).ok();
    let prediction = match number {
        Some(number) if is_probability => {
            json!({ "outcome": { "text": described }, "probabilityDecimal": number })
        }
        _ => json!({ "outcome": { "text": format!("{described}: {value} {unit}") } }),
    };
    json!({
        "resourceType": "RiskAssessment",
        "identifier": [{ "system": IDENTIFIER_SYSTEM, "value": report.inputs.to_string() }],
        "status": "final",
        "method": { "text": format!("{} {}", manifest.name, manifest.version) },
        "code": { "text": manifest.description },
        "subject": { "reference": format!("Patient/{}", patient.as_str()) },
        "occurrenceDateTime": date_time(report.observed_at),
        "prediction": [prediction],
        "note": [{ "text": format!(
            "Reported on the feed {} about {}, round {}; model {}.",
            report.feed.name(), report.subject, report.round, report.model
        ) }],
    })
}

fn date_time(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(at).ok()?).ok()?;
    Some(at.to_string())
}

/// Writes results until it is stopped.
pub async fn deliver<L: Ledger>(runner: &Runner<L>, stop: &CancellationToken) {
    if runner.jobs.values().all(|job| job.results.is_none()) {
        return stop.cancelled().await;
    }
    loop {
        let delivered = tokio::select! {
            () = stop.cancelled() => return,
            delivered = deliver_due(runner) => delivered,
        };
        let pause = match delivered {
            Ok(0) => TICK,
            Ok(_) => continue,
            Err(StoreError::Closed) => return stop.cancelled().await,
            Err(error) => {
                runner.metrics.store_failed();
                tracing::error!("results wait until the store works again: {error}");
                STORE_PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Writes those that are due. Returns how many were.
pub(crate) async fn deliver_due<L: Ledger>(runner: &Runner<L>) -> Result<usize, StoreError> {
    let due = runner.store.results_due(now(), AT_ONCE).await?;
    let all = due.iter().map(|result| deliver_one(runner, result));
    futures::future::try_join_all(all).await?;
    Ok(due.len())
}

async fn deliver_one<L: Ledger>(runner: &Runner<L>, due: &ResultDue) -> Result<(), StoreError> {
    let ResultDue { id, job, result, attempts } = due;
    let server = runner.jobs.get(job).and_then(|job| job.results.as_ref());
    let Some(server) = server else {
        tracing::warn!(run = %id, %job, "the job names no server for results any more: this one is not written");
        return runner.store.result_ended(id, now()).await;
    };
    match server.create("RiskAssessment", IDENTIFIER_SYSTEM, result).await {
        Ok(()) => {
            runner.metrics.result(job, "written");
            tracing::info!(run = %id, %job, "the result was written");
            runner.store.result_ended(id, now()).await
        }
        Err(error) => {
            let attempt = attempts.saturating_add(1);
            runner.metrics.result(job, error.kind());
            tracing::warn!(run = %id, %job, reason = error.kind(), attempt, "the result is not written yet: {error}");
            let pause = pause(&error, attempt);
            let next = now().saturating_add(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
            runner.store.result_put_off(id, next, now()).await
        }
    }
}

/// A server that refuses one result may do so for days: somebody has to look at it.
fn pause(error: &FetchError, attempt: u32) -> Duration {
    let doubled = Duration::from_secs(1).saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX));
    let pause = error.decision().pause(attempt, luck()).max(doubled).min(LONGEST_PAUSE);
    pause.max(error.after().unwrap_or_default().min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests;
