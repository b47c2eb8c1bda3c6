use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{json, Value};

use super::accounts::{ADMINISTRATOR, CLINIC, REGULATOR};
use super::repository;
use crate::fhir_server::FhirServer;
use crate::process::{Failure, Service};
use crate::stage::{write, Stage};

const REFUSED: i32 = 4;
const FEED: &str = "heart-disease-risk";
const JOB: &str = "heart-disease";
/// How long a report may take from its request to its final block.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clinic asks for a patient's risk, an operator's service answers, and the chain keeps the answer.
pub(super) async fn results_on_chain(stage: &mut Stage, folder: &Path, chain: &str) -> Result<(), Failure> {
    let operator = approve_model_and_operator(stage, folder)?;
    let fhir = serve_patients(stage).await?;
    let oracle = Oracle::start(stage, folder, chain, &operator, fhir.base_url())?;
    oracle.becomes_healthy(stage).await?;

    stage.step("A clinic asks the service for each of its patients");
    let patient = ask_for_each(stage, &oracle, fhir.patients()).await?;

    stage.step("A clinic asks on chain, and the service answers");
    let subject = oracle.register(&patient).await?;
    stage.tell(&format!("    the service knows the patient as {subject}"));
    stage.does(Some(CLINIC.0), &["oracle", "request", FEED, "--subject", &subject])?;
    let reading = wait_for_reading(stage, &subject).await?;
    ensure_probability(&reading)?;
    stage.check("a request on chain is answered by a signed report, read back as a probability");

    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // The devnet's clock moves with its blocks, and any transaction makes one.
    let key = "0x8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    stage.does(Some(CLINIC.0), &["org", "sealing-key", key])?;
    let stale = ["oracle", "read", FEED, "--subject", &subject, "--max-age", "1s"];
    stage.fails(None, &stale, REFUSED, "older")?;
    stage.check("whoever accepts only a fresher value gets an error, not the old one");

    oracle.service.stop()?;
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
    stage.does(Some(REGULATOR.0), &["model", "register", &model])?;
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

struct Oracle {
    service: Service,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Oracle {
    fn start(
        stage: &mut Stage,
        folder: &Path,
        chain: &str,
        operator: &str,
        fhir: &str,
    ) -> Result<Self, Failure> {
        stage.step("The operator starts the oracle");
        let token = "a-token-for-this-story-only-0123456789".to_owned();
        private(folder, "token", &token)?;
        private(folder, "transmitter.key", "//Alice")?;
        let model = repository().join("models/heart-disease");
        let config = format!(
            "[chain]\nurl = {chain:?}\ndeployment = \"deployment.json\"\ntransmitter_key_file = \"transmitter.key\"\n\n\
             [operator]\nkey_file = {operator:?}\n\n[store]\npath = \"oracle.sqlite\"\n\n\
             [http]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\n\
             [[source]]\nname = \"clinic\"\nbase_url = {fhir:?}\n\n\
             [[job]]\nname = {JOB:?}\nfeed = {FEED:?}\nmodel = {model:?}\nsource = \"clinic\"\n\
             triggers = [\"chain-request\", \"push\"]\nmax_observation_age_days = 36500\n"
        );
        let config = write(folder, "oracle.toml", &config)?;
        let mut command = stage.theriac().command();
        command.args(["oracle", "run", "--config", &config]);
        let (service, url) =
            Service::start("theriac oracle", &mut command, &folder.join("oracle.log"), |line| {
                let at = line.find("http://")?;
                Some(line[at..].split(|c: char| c.is_whitespace() || c == '"').next()?.to_owned())
            })?;
        stage.tell(&format!("    theriac oracle run --config oracle.toml: {url}"));
        // There is a provider already where another part of this process has chosen one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { service, url, token, http: reqwest::Client::new() })
    }

    async fn becomes_healthy(&self, stage: &mut Stage) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.http.get(format!("{}/health", self.url)).send().await?;
            if answer.status().is_success() {
                stage.check("the service is healthy: chain, store and model are usable");
                return Ok(());
            }
            let told = answer.text().await?;
            if Instant::now() > deadline {
                return Err(format!("the oracle is not healthy: {told}\n{}", self.service.log_end()).into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Returns the name under which a request on chain may ask for the patient.
    async fn register(&self, patient: &str) -> Result<String, Failure> {
        let told = self.post("/v1/subjects", &json!({ "job": JOB, "patient": patient })).await?;
        told["subject"].as_str().map(str::to_owned).ok_or_else(|| "the oracle names no subject".into())
    }

    /// Asks for a result at once, waits for the end, and returns the run as the service shows it.
    async fn run(&self, patient: &str) -> Result<Value, Failure> {
        let accepted = self.post(&format!("/v1/jobs/{JOB}/runs"), &json!({ "patient": patient })).await?;
        let run = accepted["run"].as_str().ok_or("the oracle names no run")?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = self.http.get(format!("{}/v1/runs/{run}", self.url)).bearer_auth(&self.token);
            let shown: Value = serde_json::from_str(&request.send().await?.text().await?)?;
            if matches!(shown["state"].as_str(), Some("finalised" | "failed")) {
                return Ok(shown);
            }
            if Instant::now() > deadline {
                return Err(format!("the run does not end: {shown}\n{}", self.service.log_end()).into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await?;
        let status = answer.status();
        let told = answer.text().await?;
        if !status.is_success() {
            return Err(format!("the oracle answers {status}: {told}").into());
        }
        Ok(serde_json::from_str(&told)?)
    }
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
        Err(format!("{value} is no probability").into())
    }
}

/// Writes a secret that only its owner may read.
fn private(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let path = write(folder, name, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}
