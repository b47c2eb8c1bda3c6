//! The oracle service in a journey: started as an operator does, and called as a clinic does.
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{json, Value};

use crate::party::{ADMINISTRATOR, REGULATOR};
use crate::stage::write;
use testkit::service::Service;
use testkit::theriac::Theriac;
use testkit::{repository, Failure};

/// The feed of the journeys.
pub const FEED: &str = "heart-disease-risk";
/// The service's job for it.
pub const JOB: &str = "heart-disease";
/// How long a report may take from its request to its final block.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Approves the heart disease model by the regulator, opens [`FEED`] for it, and enters an operator. Returns the file of
/// the operator's key in `folder`.
///
/// # Errors
/// Where a command fails.
pub fn open_feed(theriac: &Theriac, folder: &Path) -> Result<String, Failure> {
    let model = repository().join("models/heart-disease").to_string_lossy().into_owned();
    theriac.run(Some(REGULATOR.who), &["model", "register", &model])?.ok()?;
    let create = ["feed", "create", FEED, "--model", &model, "--max-report-age", "1h"];
    theriac.run(Some(ADMINISTRATOR), &create)?.ok()?;
    enter_operator(theriac, folder)
}

/// Enters an operator. Returns the file of its key in `folder`.
///
/// # Errors
/// Where a command fails.
pub fn enter_operator(theriac: &Theriac, folder: &Path) -> Result<String, Failure> {
    let key = folder.join("operator.key").to_string_lossy().into_owned();
    let made: Value = serde_json::from_str(&theriac.run(None, &["oracle", "key", &key, "--json"])?.ok()?)?;
    let public = made["public_key"].as_str().ok_or("`oracle key` names no public key")?;
    theriac.run(Some(ADMINISTRATOR), &["feed", "operators", "--f", "0", public])?.ok()?;
    Ok(key)
}

/// A running oracle service with the job [`JOB`], and its callers' token.
#[derive(Debug)]
pub struct Oracle {
    service: Service,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Oracle {
    /// Starts `theriac oracle run` in `folder`, with the operator's key file and the FHIR server's address, and waits
    /// until it is healthy.
    ///
    /// # Errors
    /// Where it does not start, or is not healthy in a minute.
    pub async fn start(
        theriac: &Theriac,
        folder: &Path,
        chain: &str,
        operator: &str,
        fhir: &str,
    ) -> Result<Self, Failure> {
        let model = repository().join("models/heart-disease");
        let config = format!(
            "[chain]\nurl = {chain:?}\ndeployment = \"deployment.json\"\ntransmitter_key_file = \"transmitter.key\"\n\n\
             [operator]\nkey_file = {operator:?}\n\n[store]\npath = \"oracle.sqlite\"\n\n\
             [http]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\n\
             [[source]]\nname = \"clinic\"\nbase_url = {fhir:?}\n\n\
             [[job]]\nname = {JOB:?}\nfeed = {FEED:?}\nmodel = {model:?}\nsource = \"clinic\"\n\
             triggers = [\"chain-request\", \"push\"]\nmax_observation_age = \"36500d\"\n"
        );
        Self::start_with(theriac, folder, &config).await
    }

    /// Starts it with another configuration, which names the files `token` and `transmitter.key` of `folder`.
    ///
    /// # Errors
    /// Where it does not start, or is not healthy in a minute.
    pub async fn start_with(theriac: &Theriac, folder: &Path, config: &str) -> Result<Self, Failure> {
        let token = "a-token-for-this-journey-only-0123456789".to_owned();
        private(folder, "token", &token)?;
        private(folder, "transmitter.key", "//Alice")?;
        let config = write(folder, "oracle.toml", config)?;
        let mut command = theriac.command();
        command.args(["oracle", "run", "--config", &config]);
        let (service, url) =
            Service::start("theriac oracle", &mut command, &folder.join("oracle.log"), |line| {
                let at = line.find("http://")?;
                Some(line[at..].split(|c: char| c.is_whitespace() || c == '"').next()?.to_owned())
            })?;
        // There is a provider already where another part of this process has chosen one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let oracle = Self { service, url, token, http: reqwest::Client::new() };
        oracle.becomes_healthy().await?;
        Ok(oracle)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks it to stop, and waits.
    ///
    /// # Errors
    /// Where it does not stop cleanly.
    pub fn stop(self) -> Result<(), Failure> {
        self.service.stop()
    }

    /// Ends it at once, as a crash does.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub fn kill(self) -> Result<(), Failure> {
        self.service.kill()
    }

    async fn becomes_healthy(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.http.get(format!("{}/ready", self.url)).send().await?;
            if answer.status().is_success() {
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
    ///
    /// # Errors
    /// Where the service refuses.
    pub async fn register(&self, patient: &str) -> Result<String, Failure> {
        let told = self.post("/v1/subjects", &json!({ "job": JOB, "patient": patient })).await?;
        told["subject"].as_str().map(str::to_owned).ok_or_else(|| "the oracle names no subject".into())
    }

    /// Asks for a result at once, waits for the end, and returns the run as the service shows it.
    ///
    /// # Errors
    /// Where the service refuses, or the run does not end in a minute.
    pub async fn run(&self, patient: &str) -> Result<Value, Failure> {
        self.run_job(JOB, &json!({ "patient": patient })).await
    }

    /// Asks a job for a result at once with this body, waits for the end, and returns the run as the service shows it.
    ///
    /// # Errors
    /// Where the service refuses, or the run does not end in a minute.
    pub async fn run_job(&self, job: &str, body: &Value) -> Result<Value, Failure> {
        let run = self.push_to(job, body).await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.show(&run).await?;
            if matches!(shown["state"].as_str(), Some("finalised" | "failed" | "abstained")) {
                return Ok(shown);
            }
            if Instant::now() > deadline {
                return Err(format!("the run does not end: {shown}\n{}", self.service.log_end()).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks for a result at once, and returns the run's id.
    ///
    /// # Errors
    /// Where the service refuses.
    pub async fn push(&self, patient: &str) -> Result<String, Failure> {
        self.push_to(JOB, &json!({ "patient": patient })).await
    }

    async fn push_to(&self, job: &str, body: &Value) -> Result<String, Failure> {
        let accepted = self.post(&format!("/v1/jobs/{job}/runs"), body).await?;
        accepted["run"].as_str().map(str::to_owned).ok_or_else(|| "the oracle names no run".into())
    }

    /// The run as the service shows it.
    ///
    /// # Errors
    /// Where the service does not answer.
    pub async fn show(&self, run: &str) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}/v1/runs/{run}", self.url)).bearer_auth(&self.token);
        Ok(serde_json::from_str(&request.send().await?.text().await?)?)
    }

    /// How many runs came to an end since it was started, by its own metrics.
    ///
    /// # Errors
    /// Where the service does not answer.
    pub async fn ended(&self) -> Result<usize, Failure> {
        let told = self.http.get(format!("{}/metrics", self.url)).send().await?.text().await?;
        let counts = told.lines().filter(|line| line.starts_with("theriac_oracle_runs_total{"));
        counts.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse::<usize>()?)).sum()
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

/// Writes a secret that only its owner may read.
fn private(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let path = write(folder, name, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}
