//! A real node, the contracts on it, a FHIR server, and the service between them.
// Each test file uses its own part.
#![allow(dead_code)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::{Account, Bundles, Chain, SecretString, Signer};
use futures::TryStreamExt;
use inference::Model;
use oracle::keys::{OperatorKey, Secret};
use oracle::{Config, OracleError, Service, Settings};
use primitives::feeds::{Feed, FeedKind, Reading, ReportAccepted, ResultRequested};
use primitives::{DocumentHash, FeedId, ModelId, Subject};
use reqwest::{Client, Method};
use serde_json::{json, Value};
use testkit::fhir_server::FhirServer;
use testkit::node::Node;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(60);

fn repository(path: &str) -> PathBuf {
    testkit::repository().join(path)
}

pub fn feed() -> FeedId {
    FeedId::named("heart-disease-risk").unwrap()
}

/// The environment of a service.
pub struct World {
    pub folder: tempfile::TempDir,
    pub node: Option<Node>,
    pub alice: Account,
    pub feeds: Feeds,
    pub model: Model,
    pub fhir: FhirServer,
    port: u16,
    url: String,
    deployed_at: u64,
}

impl World {
    /// A chain with the contracts, the model, a feed and our operator's key; patients of the demo.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start_in(0, &folder.path().join("chain"));
        Self::on(folder, node).await
    }

    /// The same on this node.
    pub async fn on(folder: tempfile::TempDir, node: Node) -> Self {
        let chain = Chain::connect(&node.url).await.unwrap();
        let alice = chain.account(Signer::from_secret(&SecretString::from("//Alice")).unwrap()).unwrap();
        let block = chain.finalised_head().await.unwrap().number;
        let bundles = Bundles::shipped().unwrap();
        let deployment = alice.deploy_all(&bundles, b"oracle", block, |_| ()).await.unwrap();
        deployment.save(&folder.path().join("deployment.json")).unwrap();
        let feeds = Feeds(deployment.contracts.feeds.address);
        let digits = "22".repeat(32);
        let operator = OperatorKey::from_hex(&Secret::from(digits.clone())).unwrap();
        alice.submit(&feeds.set_operators(&[operator.public()], 0)).await.unwrap();
        let governance = Governance(deployment.contracts.governance.address);
        alice.submit(&governance.end_set_up()).await.unwrap();
        let model = Model::load(repository("models/heart-disease")).unwrap();
        let manifest = model.manifest();
        let id = ModelId(manifest.model.sha256);
        let approve = feeds.approve_model(
            id,
            DocumentHash(manifest.hash()),
            &manifest.version,
            manifest.valid_until_ms(),
        );
        alice.submit(&approve).await.unwrap();
        let definition = Feed {
            kind: FeedKind::DiseaseRisk,
            decimals: 4,
            min: 0,
            max: 10_000,
            model: id,
            max_report_age: 600_000,
        };
        alice.submit(&feeds.create_feed(feed(), &definition)).await.unwrap();
        let fhir = FhirServer::start(&repository("e2e-tests/data")).await.unwrap();
        let (port, url) = (node.port(), node.url.clone());
        let deployed_at = deployment.block;
        let world = Self { folder, node: Some(node), alice, feeds, model, fhir, port, url, deployed_at };
        world.write("oracle.toml", &world.config());
        for (name, secret) in
            [("operator.key", digits.as_str()), ("transmitter.key", "//Bob"), ("push.token", TOKEN)]
        {
            world.write(name, secret);
        }
        world
    }

    pub fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn config(&self) -> String {
        let (url, base_url, model) = (&self.url, self.fhir.base_url(), repository("models/heart-disease"));
        format!(
            "[chain]\nurl = {url:?}\ndeployment = \"deployment.json\"\ntransmitter_key_file = \"transmitter.key\"\n\
             [operator]\nkey_file = \"operator.key\"\n[store]\npath = \"oracle.sqlite\"\n\
             [http]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"push.token\"\n\
             [[source]]\nname = \"hospital\"\nbase_url = {base_url:?}\n\
             [[job]]\nname = \"heart\"\nfeed = \"heart-disease-risk\"\nmodel = {model:?}\nsource = \"hospital\"\n\
             triggers = [\"chain-request\", \"push\"]\nmax_observation_age = \"36500d\"\n"
        )
    }

    pub fn model_folder(&self) -> PathBuf {
        repository("models/heart-disease")
    }

    /// Opens another feed for the model's results.
    pub async fn open_feed(&self, name: &str) {
        let chain = self.alice.chain();
        let definition: Feed = chain.read(&self.feeds.feed(feed())).await.unwrap().unwrap();
        let feed = FeedId::named(name).unwrap();
        self.alice.submit(&self.feeds.create_feed(feed, &definition)).await.unwrap();
    }

    /// Starts the service on its store.
    pub async fn start(&self) -> Oracle {
        let file = self.folder.path().join("oracle.toml");
        let config = Config::load(&file, |_| None, Settings::default()).unwrap();
        let service = Service::start(config).await.unwrap();
        let (url, stop) = (format!("http://{}", service.address()), CancellationToken::new());
        let work = tokio::spawn(service.work(stop.clone()));
        Oracle { url, stop, work, client: Client::new() }
    }

    pub fn stop_node(&mut self) {
        self.node.take().unwrap().stop();
    }

    pub fn start_node(&mut self) {
        self.node = Some(Node::start_in(self.port, &self.folder.path().join("chain")));
    }

    pub fn start_pruning_node(&mut self, keep_states: u32) {
        let chain = self.folder.path().join("chain");
        self.node = Some(Node::start_pruning_in(self.port, &chain, keep_states));
    }

    /// Makes a request on chain.
    pub async fn request(&self, subject: Subject) -> u64 {
        self.request_within(subject, Duration::from_secs(120)).await
    }

    /// Makes a request on chain that may be answered for so long.
    pub async fn request_within(&self, subject: Subject, patience: Duration) -> u64 {
        let deadline = oracle::store::now() + u64::try_from(patience.as_millis()).unwrap();
        let receipt = self.alice.submit(&self.feeds.request_result(feed(), subject, deadline)).await.unwrap();
        receipt.event::<ResultRequested>(self.feeds.0).unwrap().request
    }

    pub async fn reading(&self, subject: Subject) -> Option<Reading> {
        self.alice.chain().read_finalised(&self.feeds.read(feed(), subject, u64::MAX)).await.ok()
    }

    /// Waits until there is a reading.
    pub async fn wait_for_reading(&self, subject: Subject) -> Reading {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(reading) = self.reading(subject).await {
                return reading;
            }
            assert!(Instant::now() < deadline, "no report arrived");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All reports that the contract ever accepted.
    pub async fn accepted(&self) -> Vec<ReportAccepted> {
        let chain = self.alice.chain();
        let head = chain.finalised_head().await.unwrap().number;
        let events = chain.events_in(self.deployed_at..=head, vec![self.feeds.0]);
        events.try_filter_map(|event| async move { Ok(event.decode_as()) }).try_collect().await.unwrap()
    }
}

/// A running service.
pub struct Oracle {
    pub url: String,
    stop: CancellationToken,
    work: JoinHandle<Result<(), OracleError>>,
    client: Client,
}

impl Oracle {
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    pub async fn register(&self, patient: &str) -> Subject {
        self.register_for(patient, 1).await
    }

    /// Registers a patient for so many requests on chain.
    pub async fn register_for(&self, patient: &str, uses: u32) -> Subject {
        let body = json!({"job": "heart", "patient": patient, "uses": uses});
        let (status, answer) = self.call(Method::POST, "/v1/subjects", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        answer["subject"].as_str().unwrap().parse().unwrap()
    }

    /// Pushes a run, and returns its id and subject.
    pub async fn push(&self, patient: &str) -> (String, Subject) {
        self.push_to("heart", json!({"patient": patient})).await
    }

    /// Pushes a run of a job, and returns its id and subject.
    pub async fn push_to(&self, job: &str, body: Value) -> (String, Subject) {
        let (status, answer) = self.call(Method::POST, &format!("/v1/jobs/{job}/runs"), Some(body)).await;
        assert_eq!(status, 202, "{answer}");
        (answer["run"].as_str().unwrap().to_owned(), answer["subject"].as_str().unwrap().parse().unwrap())
    }

    pub async fn run(&self, id: &str) -> Value {
        let (status, answer) = self.call(Method::GET, &format!("/v1/runs/{id}"), None).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Waits until a run has ended, or waits for this reason.
    pub async fn wait_for(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let run = self.run(id).await;
            if wanted(&run) {
                return run;
            }
            assert!(Instant::now() < deadline, "the run did not get there: {run}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits as [`Oracle::wait_for`] does for a run that the service does not know yet.
    pub async fn wait_for_new(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_for_new_until(id, wanted, Instant::now() + PATIENCE).await
    }

    pub async fn wait_for_new_until(
        &self,
        id: &str,
        wanted: impl Fn(&Value) -> bool,
        deadline: Instant,
    ) -> Value {
        loop {
            let (status, run) = self.call(Method::GET, &format!("/v1/runs/{id}"), None).await;
            if status == 200 && wanted(&run) {
                return run;
            }
            assert!(Instant::now() < deadline, "the run did not get there: {status} {run}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn text(&self, path: &str) -> String {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap().text().await.unwrap()
    }

    /// Shuts it down gracefully.
    pub async fn end(self) {
        self.stop.cancel();
        self.work.await.unwrap().unwrap();
    }

    /// Aborts it at any point, as if the process were killed.
    pub async fn kill(self) {
        self.work.abort();
        let _ = self.work.await;
    }
}

pub fn ended(run: &Value) -> bool {
    matches!(run["state"].as_str(), Some("finalised" | "failed" | "abstained"))
}
