//! Shared test helpers: a chain in memory with the contract's rules of rounds and requests, and real FHIR servers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::Router;
use primitives::feeds::{self, Configuration, Feed, Model, Reading, Report, Request, Signature};
use primitives::{AccountId, Actor, DocumentHash, FeedId, ModelId, Subject};
use reqwest::Url;
use serde_json::{json, Value};

use crate::config::{JobConfig, SourceConfig, SourceKind, Trigger};
use crate::drift::Watch;
use crate::inputs::{Amount, Series};
use crate::job::Job;
use crate::keys::OperatorKey;
use crate::ledger::{Ledger, LedgerError, Requests, Standing, REQUESTS_PAGE};
use crate::metrics::Metrics;
use crate::run::Runner;
use crate::source::Source;
use crate::store::{now, Store};

pub const GENESIS: [u8; 32] = [7; 32];
pub const DIGEST: [u8; 32] = [9; 32];

pub fn contract() -> AccountId {
    AccountId::from([8; 32])
}

/// An account of another organisation than the operator's.
pub fn clinic() -> Actor {
    Actor { account: AccountId::from([6; 32]), organisation: Some(2), site: None }
}

pub fn feed() -> FeedId {
    FeedId::named("heart-disease-risk").unwrap()
}

pub fn key() -> OperatorKey {
    OperatorKey::from_hex(&"11".repeat(32).into()).unwrap()
}

pub fn model_folder() -> PathBuf {
    shipped("heart-disease")
}

/// The folder of a model in this repository.
pub fn shipped(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(model)
}

pub fn manifest_of(model: &str) -> inference::Manifest {
    inference::Manifest::parse(&std::fs::read(shipped(model).join("manifest.json")).unwrap()).unwrap()
}

/// The inputs of a model's golden rows, and their fixed-point results.
pub fn golden(model: &str) -> Vec<(Value, Value)> {
    let text = std::fs::read_to_string(shipped(model).join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    golden["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["inputs"].clone(), row["fixed"].clone()))
        .collect()
}

/// The picture of a golden row of an image model, as a PNG file.
pub fn picture(model: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(shipped(model).join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    hex::decode(golden["rows"][0]["png"].as_str().unwrap()).unwrap()
}

/// A golden row of the cold-chain model, as readings of the last week and as features.
pub fn week() -> Series {
    let (inputs, _) = golden("cold-chain").swap_remove(0);
    let now = jiff::Timestamp::now();
    let reading = |lag: i64| {
        let at = now - jiff::SignedDuration::from_hours(lag);
        (at.to_string(), inputs[format!("temperature_{lag}")].as_f64().unwrap())
    };
    Series { unit: "Cel".into(), readings: (0..168).rev().map(reading).collect() }
}

/// The parameters that belong to [`week`].
pub fn usual() -> BTreeMap<String, Amount> {
    let (inputs, _) = golden("cold-chain").swap_remove(0);
    let amount = |name: &str, unit: &str| {
        (name.to_owned(), Amount { value: inputs[name].as_f64().unwrap(), unit: unit.to_owned() })
    };
    [amount("usual", "Cel"), amount("spread", "K")].into()
}

pub fn manifest() -> inference::Manifest {
    manifest_of("heart-disease")
}

/// The state of the chain in memory. It outlives every service of a test.
pub struct World {
    pub head: u64,
    /// How many requests there ever were.
    pub made: u64,
    pub requests: BTreeMap<u64, Request>,
    /// The chain's clock less this machine's, in milliseconds.
    pub clock: i64,
    pub readings: BTreeMap<(FeedId, Subject), Reading>,
    pub accepted: Vec<Report>,
    /// The same with their blocks: as long as the node has their events.
    pub landed: Vec<(u64, Report)>,
    /// Whether the node has discarded the past.
    pub is_pruned: bool,
    pub feed: Option<Feed>,
    pub model: Option<Model>,
    /// Its id.
    pub known: ModelId,
    pub configuration: Configuration,
    pub digest: [u8; 32],
    /// The errors of the next submissions, before they have any effect.
    pub refusals: Vec<LedgerError>,
    /// Whether the next accepted report's answer is lost on the way.
    pub loses_answer: bool,
    /// Whether the transmitter has no funds.
    pub is_poor: bool,
    /// How many submissions panic.
    pub panics: u32,
    /// Whether no node answers.
    pub is_away: bool,
    /// A report in the pool, which becomes final after so many reads.
    pub in_pool: Option<(u32, Report)>,
}

#[derive(Clone)]
pub struct Chain(Arc<Mutex<World>>);

impl Chain {
    /// A chain on which the heart model and its feed are registered, and our key.
    pub fn new() -> Self {
        Self::with(&manifest(), 0)
    }

    /// The same with a feed of this model's output.
    pub fn with(manifest: &inference::Manifest, output: usize) -> Self {
        let id = ModelId(manifest.model.sha256);
        let output = &manifest.outputs[output];
        let [min, max] =
            output.range.map(|end| inference::FixedPoint::from_f64(end, output.decimals).unwrap().value);
        let feed = Feed {
            kind: crate::job::feed_kind(manifest.kind),
            decimals: output.decimals,
            min,
            max,
            model: id,
            max_report_age: 60_000,
        };
        let model = Model {
            manifest: DocumentHash(manifest.hash()),
            version: manifest.version.clone(),
            approved_by: clinic(),
            approved_at: 0,
            valid_until: u64::MAX,
            revoked: false,
        };
        Self(Arc::new(Mutex::new(World {
            head: 1,
            made: 0,
            clock: 0,
            requests: BTreeMap::new(),
            readings: BTreeMap::new(),
            accepted: Vec::new(),
            landed: Vec::new(),
            is_pruned: false,
            feed: Some(feed),
            model: Some(model),
            known: id,
            configuration: Configuration { epoch: 1, f: 0, operators: vec![key().public()] },
            digest: DIGEST,
            refusals: Vec::new(),
            loses_answer: false,
            is_poor: false,
            panics: 0,
            is_away: false,
            in_pool: None,
        })))
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// Requests a value, in a block of its own.
    pub fn ask(&self, subject: Subject) -> u64 {
        self.ask_on(feed(), subject)
    }

    pub fn ask_on(&self, feed: FeedId, subject: Subject) -> u64 {
        let mut world = self.world();
        let (request, deadline) = (world.made, world.time() + 60_000);
        (world.head, world.made) = (world.head + 1, request + 1);
        world.requests.insert(request, Request { feed, subject, requester: clinic(), deadline });
        request
    }

    fn look<T>(&self, at: impl FnOnce(&World) -> T) -> Result<T, LedgerError> {
        let mut world = self.world();
        if world.is_away {
            return Err(LedgerError::Unreachable("no node".into()));
        }
        let answer = at(&world);
        match world.in_pool.take() {
            Some((0, report)) => world.accept(&report),
            Some((reads, report)) => world.in_pool = Some((reads - 1, report)),
            None => {}
        }
        Ok(answer)
    }
}

impl World {
    fn time(&self) -> u64 {
        now().checked_add_signed(self.clock).unwrap()
    }

    pub fn accept(&mut self, report: &Report) {
        if let Some(request) = report.request {
            self.requests.remove(&request);
        }
        let Report { round, model, inputs, observed_at, .. } = *report;
        let value = report.median().unwrap();
        let reading = Reading {
            value,
            spread: report.spread(),
            decimals: 4,
            epoch: 1,
            round,
            model,
            inputs,
            observed_at,
            reported_at: self.time(),
        };
        self.readings.insert((report.feed, report.subject), reading);
        self.accepted.push(report.clone());
        self.head += 1;
        self.landed.push((self.head, report.clone()));
    }
}

impl Ledger for Chain {
    async fn head(&self) -> Result<u64, LedgerError> {
        self.look(|world| world.head)
    }

    async fn after(&self, _: u64) -> Result<u64, LedgerError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.look(|world| world.head)
    }

    fn known_head(&self) -> u64 {
        self.world().head
    }

    async fn requests(&self, start: u64) -> Result<Requests, LedgerError> {
        self.look(|world| {
            let page = world.requests.range(start..start.saturating_add(REQUESTS_PAGE));
            let open = page.map(|(number, request)| (*number, request.clone())).collect();
            Requests { time: world.time(), made: world.made, open }
        })
    }

    async fn standing(
        &self,
        feed: FeedId,
        subject: Subject,
        request: Option<u64>,
    ) -> Result<Standing, LedgerError> {
        self.look(|world| {
            let reading = world.readings.get(&(feed, subject)).copied();
            Standing {
                block: world.head,
                time: world.time(),
                round: reading.map_or(0, |reading| reading.round),
                reading,
                request: request.and_then(|request| world.requests.get(&request).cloned()),
            }
        })
    }

    async fn landed(&self, report: &Report, after: u64, to: u64) -> Result<Option<u64>, LedgerError> {
        let found = self.look(|world| {
            if world.is_pruned {
                return Err(LedgerError::Discarded("the past".into()));
            }
            let blocks = world.landed.iter().filter(|(block, _)| (after + 1..=to).contains(block));
            Ok(blocks.filter(|(_, landed)| landed == report).map(|(block, _)| *block).next())
        })?;
        found
    }

    async fn balance(&self) -> Result<u128, LedgerError> {
        self.look(|_| 7)
    }

    fn reconnections(&self) -> u64 {
        0
    }

    async fn feed(&self, _: FeedId) -> Result<Option<Feed>, LedgerError> {
        self.look(|world| world.feed.clone())
    }

    async fn model(&self, model: ModelId) -> Result<Option<Model>, LedgerError> {
        self.look(|world| world.model.clone().filter(|_| model == world.known))
    }

    async fn configuration(&self) -> Result<(Configuration, [u8; 32]), LedgerError> {
        self.look(|world| (world.configuration.clone(), world.digest))
    }

    async fn submit(&self, report: &Report, signatures: &[Signature]) -> Result<u64, LedgerError> {
        self.look(|_| ())?;
        let mut world = self.world();
        if world.panics > 0 {
            world.panics -= 1;
            drop(world);
            panic!("as a fault of the program would");
        }
        if world.is_poor {
            return Err(LedgerError::Rejected("the balance of the account is too low".into()));
        }
        if let Some(refusal) = world.refusals.pop() {
            return Err(refusal);
        }
        let refuse = |error| Err(LedgerError::Refused(error));
        if report.configuration != world.digest {
            return refuse(feeds::Error::WrongConfiguration);
        }
        if report.observed_at > world.time() + feeds::MAX_CLOCK_SKEW {
            return refuse(feeds::Error::ReportFromFuture);
        }
        let place = (report.feed, report.subject);
        if world.readings.get(&place).is_some_and(|reading| reading.round >= report.round) {
            return refuse(feeds::Error::RoundNotNewer);
        }
        if report.request.is_some_and(|request| !world.requests.contains_key(&request)) {
            return refuse(feeds::Error::UnknownRequest);
        }
        if signatures != [key().sign(&report.hash()).unwrap()] {
            return refuse(feeds::Error::BadSignature);
        }
        world.accept(report);
        if std::mem::take(&mut world.loses_answer) {
            return Err(LedgerError::Unreachable("the connection broke".into()));
        }
        Ok(world.head)
    }
}

/// A server on this machine, until the test ends.
pub async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/fhir/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

pub fn fhir_json(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/fhir+json")], value.to_string()).into_response()
}

pub fn patient() -> Value {
    json!({"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-05-17"})
}

pub fn quantity(code: &str, value: f64, unit: &str) -> Value {
    json!({
        "resourceType": "Observation", "id": code, "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": jiff::Timestamp::now().to_string(),
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
    })
}

pub fn page(observations: &[Value], next: Option<&str>) -> Value {
    let link: Vec<_> = next.iter().map(|url| json!({"relation": "next", "url": url})).collect();
    let entry: Vec<_> = observations.iter().map(|observation| json!({"resource": observation})).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entry})
}

/// A server with one patient who has these observations.
pub fn hospital(observations: Vec<Value>) -> Router {
    Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation", get(move || async move { fhir_json(&page(&observations, None)) }))
}

/// The minimum that the heart model needs.
pub fn enough() -> Vec<Value> {
    vec![quantity("8480-6", 132.0, "mm[Hg]"), quantity("2093-3", 212.0, "mg/dL")]
}

pub fn source(base_url: Url) -> SourceConfig {
    SourceConfig {
        name: "hospital".into(),
        kind: SourceKind::Fhir,
        base_url,
        token_file: None,
        ca_file: None,
        connect_timeout: Duration::from_millis(500),
        read_timeout: Duration::from_millis(300),
        total_timeout: Duration::from_secs(2),
        max_response_bytes: 100_000,
        max_pages: 3,
        search: crate::config::SearchBy::Get,
    }
}

pub fn job_config(model: PathBuf) -> JobConfig {
    JobConfig {
        name: "heart".into(),
        feed: feed(),
        model,
        output: None,
        source: Some("hospital".into()),
        results: None,
        triggers: vec![Trigger::ChainRequest, Trigger::Push],
        parameters: BTreeMap::new(),
        max_observation_age: Duration::from_secs(365 * 86_400),
    }
}

/// A runner on this store, this chain and this hospital.
pub async fn runner(store: &Path, chain: &Chain, hospital: Url) -> Arc<Runner<Chain>> {
    runner_with_model(store, chain, hospital, model_folder()).await
}

pub async fn runner_with_model(
    store: &Path,
    chain: &Chain,
    hospital: Url,
    model: PathBuf,
) -> Arc<Runner<Chain>> {
    let job = Job::new(job_config(model), Some(Source::new(&source(hospital)).unwrap()));
    runner_with_job(store, chain, job).await
}

pub async fn runner_with_job(store: &Path, chain: &Chain, job: Job) -> Arc<Runner<Chain>> {
    runner_with_jobs(store, chain, BTreeMap::from([("heart".to_owned(), job)])).await
}

pub async fn runner_with_jobs(
    store: &Path,
    chain: &Chain,
    jobs: BTreeMap<String, Job>,
) -> Arc<Runner<Chain>> {
    Arc::new(Runner {
        store: Store::open(store, GENESIS, contract()).await.unwrap(),
        ledger: chain.clone(),
        jobs,
        key: key(),
        metrics: Arc::new(Metrics::default()),
        drift: Watch::default(),
        watched: crate::watch::Watched::default(),
        keep_days: 90,
    })
}
