use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::oracle::{Oracle, FEED, PATIENCE};
use crate::party::{ADMINISTRATOR, CLINIC, REGULATOR};
use crate::stage::Stage;
use testkit::fhir_server::FhirServer;
use testkit::{repository, Failure};

const REFUSED: i32 = 4;

/// A clinic asks for a patient's risk, an operator's service answers, and the chain keeps the answer.
pub(super) async fn results_on_chain(stage: &mut Stage, folder: &Path, chain: &str) -> Result<(), Failure> {
    let operator = approve_model_and_operator(stage, folder)?;
    let fhir = serve_patients(stage).await?;
    stage.step("The operator starts the oracle");
    let oracle = Oracle::start(stage.theriac(), folder, chain, &operator, fhir.base_url()).await?;
    stage.tell(&format!("    theriac oracle run --config oracle.toml: {}", oracle.url()));
    stage.check("the service is healthy: chain, store and model are usable");

    stage.step("A clinic asks the service for each of its patients");
    let patient = ask_for_each(stage, &oracle, fhir.patients()).await?;

    stage.step("A clinic asks on chain, and the service answers");
    let subject = oracle.register(&patient).await?;
    stage.tell(&format!("    the service knows the patient as {subject}"));
    stage.does(Some(CLINIC.who), &["oracle", "request", FEED, "--subject", &subject])?;
    let reading = wait_for_reading(stage, &subject).await?;
    ensure_probability(&reading)?;
    stage.check("a request on chain is answered by a signed report, read back as a probability");

    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // The devnet's clock moves with its blocks, and any transaction makes one.
    let key = "0x8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    stage.does(Some(CLINIC.who), &["org", "sealing-key", key])?;
    let stale = ["oracle", "read", FEED, "--subject", &subject, "--max-age", "1s"];
    stage.fails(None, &stale, REFUSED, "older")?;
    stage.check("whoever accepts only a fresher value gets an error, not the old one");

    oracle.stop()?;
    stage.check("the service stopped cleanly");
    Ok(())
}

/// Returns the file of the operator's signing key.
fn approve_model_and_operator(stage: &mut Stage, folder: &Path) -> Result<String, Failure> {
    stage.step("An authority approves a model, and an operator's key is entered");
    let model = repository().join("models/heart-disease");
    let model = model.to_string_lossy();
    let admin = Some(ADMINISTRATOR);
    stage.fails(None, &["model", "check", &model], REFUSED, "registered")?;
    stage.does(Some(REGULATOR.who), &["model", "register", &model])?;
    stage.does(None, &["model", "check", &model])?;
    stage.check("a model is refused before its approval, and accepted after");
    stage.does(admin, &["feed", "create", FEED, "--model", &model, "--max-report-age", "1h"])?;
    let key = folder.join("operator.key").to_string_lossy().into_owned();
    let made = stage.asks(None, &["oracle", "key", &key])?;
    let public = made["public_key"].as_str().ok_or("`oracle key` names no public key")?;
    stage.does(admin, &["feed", "operators", "--f", "0", public])?;
    Ok(key)
}

async fn serve_patients(stage: &mut Stage) -> Result<FhirServer, Failure> {
    stage.step("A clinic's FHIR server");
    let given = std::env::var_os("THERIAC_FHIR_DIR").map(std::path::PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let folder = given.unwrap_or(own);
    let server = FhirServer::start(&folder).await?;
    stage.tell(&format!(
        "    {}: {} patients of {}",
        server.base_url(),
        server.patients().len(),
        folder.display()
    ));
    Ok(server)
}

/// Runs the model for all patients: a result, or a refusal with its reason, and at least one result. Returns a patient
/// who has one.
async fn ask_for_each(stage: &mut Stage, oracle: &Oracle, patients: &[String]) -> Result<String, Failure> {
    let mut answered = Vec::new();
    for patient in patients {
        let run = oracle.run(patient).await?;
        let (state, subject) = (&run["state"], run["subject"].as_str().unwrap_or_default());
        stage.tell(&format!("    a patient: {state} {}", run["reason"].as_str().unwrap_or_default()));
        if state == "finalised" {
            wait_for_reading(stage, subject).await?;
            answered.push(patient);
        } else if run["reason"].is_null() {
            return Err(format!("a run failed without a reason: {run}").into());
        }
    }
    let patient = *answered.first().ok_or("the model refused every patient")?;
    stage.check("records were read, the model ran, and signed reports are on chain");
    let again = oracle.run(patient).await?["subject"].clone();
    let before = oracle.run(patient).await?["subject"].clone();
    if again == before {
        return Err("two results of one patient have the same subject".into());
    }
    stage.check("a patient has another name on chain each time");
    Ok(patient.clone())
}

/// Reads the feed until there is a value.
async fn wait_for_reading(stage: &Stage, subject: &str) -> Result<Value, Failure> {
    let deadline = Instant::now() + PATIENCE;
    let command = ["oracle", "read", FEED, "--subject", subject, "--max-age", "10m"];
    loop {
        let said = stage.theriac().run(None, &[&command[..], &["--json"]].concat())?;
        if said.code == Some(0) {
            stage.does(None, &command)?;
            return Ok(serde_json::from_str(&said.out)?);
        }
        if Instant::now() > deadline {
            return Err(format!("no report came: {}", said.all()).into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn ensure_probability(reading: &Value) -> Result<(), Failure> {
    let value = match &reading["value"] {
        Value::String(text) => text.parse()?,
        other => other.as_f64().ok_or("the reading has no value")?,
    };
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(format!("{value} is not a probability").into())
    }
}
