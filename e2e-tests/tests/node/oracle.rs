//! The oracle as a process: killed, behind TLS, and read on a chain that stands still.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::time::{Duration, Instant};

use chain::feeds::Feeds;
use chain::units::Units;
use chain::{Chain, Deployment};
use e2e_tests::oracle::{open_feed, Oracle, FEED, PATIENCE};
use e2e_tests::party::{deploy_for, CLINIC, REGULATOR};
use futures::TryStreamExt;
use primitives::feeds::{Reading, ReportAccepted};
use primitives::units::Scan;
use primitives::{FeedId, Subject};
use serde_json::Value;
use tempfile::TempDir;
use testkit::fhir_server::FhirServer;
use testkit::repository;
use testkit::service::Service;
use testkit::theriac::{start_devnet, Theriac};
use testkit::tls_proxy::TlsProxy;

const PATIENT: &str = "synthetic-ada";
const REFUSED: i32 = 4;
const UNREACHABLE: i32 = 6;

/// A chain with a feed, and a clinic's FHIR server.
struct World {
    folder: TempDir,
    _devnet: Service,
    url: String,
    theriac: Theriac,
    operator: String,
    fhir: FhirServer,
    chain: Chain,
    deployment: Deployment,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (devnet, url) = start_devnet(folder.path(), None).unwrap();
        let theriac = Theriac::new(folder.path(), &url).unwrap();
        deploy_for(&theriac, &[CLINIC, REGULATOR]).unwrap();
        let operator = open_feed(&theriac, folder.path()).unwrap();
        let fhir = FhirServer::start(&repository().join("e2e-tests/data")).await.unwrap();
        let chain = Chain::connect(&url).await.unwrap();
        let deployment = Deployment::load(&theriac.deployment()).unwrap();
        Self { folder, _devnet: devnet, url, theriac, operator, fhir, chain, deployment }
    }

    async fn start(&self) -> Oracle {
        self.start_on(&self.theriac, &self.url).await
    }

    async fn start_on(&self, theriac: &Theriac, chain: &str) -> Oracle {
        let started =
            Oracle::start(theriac, self.folder.path(), chain, &self.operator, self.fhir.base_url()).await;
        started.unwrap_or_else(|failure| panic!("{failure}"))
    }

    async fn reading(&self, subject: Subject) -> Option<Reading> {
        let feeds = Feeds(self.deployment.contracts.feeds.address);
        self.chain.read_finalised(&feeds.read(FeedId::named(FEED).unwrap(), subject, u64::MAX)).await.ok()
    }

    async fn wait_for_reading(&self, subject: Subject) -> Reading {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(reading) = self.reading(subject).await {
                return reading;
            }
            assert!(Instant::now() < deadline, "no report came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The next nonce of the transmitter, which is the administrator, behind those in the node's pool.
    async fn nonce(&self) -> u64 {
        use jsonrpsee::core::client::ClientT;
        let node = jsonrpsee::ws_client::WsClientBuilder::new().build(&self.url).await.unwrap();
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        node.request("system_accountNextIndex", jsonrpsee::rpc_params![alice]).await.unwrap()
    }

    /// The subjects of all reports that the contract ever accepted, sorted.
    async fn reported(&self) -> Vec<Subject> {
        let head = self.chain.finalised_head().await.unwrap().number;
        let feeds = self.deployment.contracts.feeds.address;
        let events = self.chain.events_in(self.deployment.block..=head, vec![feeds]);
        let accepted = events.try_filter_map(|event| async move { Ok(event.decode_as::<ReportAccepted>()) });
        let mut subjects: Vec<_> = accepted.map_ok(|accepted| accepted.subject).try_collect().await.unwrap();
        subjects.sort();
        subjects
    }
}

async fn register(oracle: &Oracle) -> Subject {
    oracle.register(PATIENT).await.unwrap().parse().unwrap()
}

async fn push(oracle: &Oracle) -> Subject {
    let run = oracle.push(PATIENT).await.unwrap();
    oracle.show(&run).await.unwrap()["subject"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oracle_that_is_killed_neither_loses_nor_repeats_a_report() {
    let world = World::new().await;
    let mut subjects = Vec::new();
    let oracle = world.start().await;
    for _ in 0..3 {
        subjects.push(register(&oracle).await);
    }
    oracle.kill().unwrap();
    // These requests come while nobody listens.
    for subject in &subjects {
        let request = ["oracle", "request", FEED, "--subject", &subject.to_string()];
        world.theriac.run(Some(CLINIC.who), &request).and_then(|said| said.ok()).unwrap();
    }
    for pause in [0, 20, 60, 120, 250] {
        let oracle = world.start().await;
        subjects.push(push(&oracle).await);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        oracle.kill().unwrap();
    }
    let oracle = world.start().await;
    for subject in &subjects {
        world.wait_for_reading(*subject).await;
    }
    oracle.stop().unwrap();
    subjects.sort();
    assert_eq!(world.reported().await, subjects, "each once, none twice");

    // From here on the chain stands still, and its clock with it: to the contract, the value stays fresh.
    let subject = subjects[0];
    let Reading { observed_at, .. } = world.reading(subject).await.unwrap();
    let contracts = world.deployment.contracts;
    let (feeds, units) = (Feeds(contracts.feeds.address), Units(contracts.units.address));
    // A report of a killed service that came too late makes a block, too: the last one is not always a reading's.
    let chain_time = world.chain.read(&units.verdict(&Scan::default())).await.unwrap().judged_at;
    let max_age = chain_time - observed_at + 1_000;
    let now = || u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    while now() <= observed_at + max_age {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let call = feeds.read(FeedId::named(FEED).unwrap(), subject, max_age);
    assert!(world.chain.read(&call).await.is_ok());
    let max_age = format!("{max_age}ms");
    let read = ["oracle", "read", FEED, "--subject", &subject.to_string(), "--max-age", &max_age, "--json"];
    let said = world.theriac.run(None, &read).unwrap();
    assert_eq!(said.code, Some(REFUSED), "{}", said.all());
    let error: Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(error["error"]["code"], "oracle/stale-reading", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_behind_tls_is_used_where_its_certificate_is_trusted_and_refused_where_it_is_not() {
    let world = World::new().await;
    let proxy = TlsProxy::start(world.url.strip_prefix("ws://").unwrap()).await.unwrap();
    let url = format!("wss://localhost:{}", proxy.port());
    let stranger = Theriac::new(world.folder.path(), &url).unwrap();
    let refused = stranger.run(None, &["admin", "show"]).unwrap();
    assert_eq!(refused.code, Some(UNREACHABLE), "{}", refused.all());
    assert!(refused.err.contains(&url) && refused.err.contains("certificate"), "{}", refused.err);

    let authority = world.folder.path().join("authority.pem");
    std::fs::write(&authority, proxy.authority()).unwrap();
    let trusting = stranger.trusting(&authority);
    trusting.run(None, &["admin", "show"]).and_then(|said| said.ok()).unwrap();
    let oracle = world.start_on(&trusting, &url).await;
    let ended = oracle.run(PATIENT).await.unwrap();
    assert_eq!(ended["state"], "finalised", "{ended}");
    oracle.stop().unwrap();
}

/// A GLN of this number.
fn gln(number: u32) -> String {
    let digits = format!("629104152{number:03}");
    let sum: u32 =
        digits.bytes().zip([1, 3].into_iter().cycle()).map(|(digit, by)| u32::from(digit - b'0') * by).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The service and sixteen commands send with one key at once: each has its effect once, and no nonce is left out, which
/// would keep all later transactions waiting.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes four minutes: some transactions wait out the limit for finality on a chain of one block each"]
async fn many_senders_with_one_key_are_all_final_once() {
    const REPORTS: usize = 64;
    const COMMANDS: u32 = 16;
    let world = World::new().await;
    // Its transmitter is the administrator's account.
    let oracle = std::sync::Arc::new(world.start().await);
    let before = world.nonce().await;
    let mut commands = tokio::task::JoinSet::new();
    for number in 0..COMMANDS {
        let theriac = world.theriac.clone();
        commands.spawn_blocking(move || {
            let (name, gln) = (format!("Ward {number}"), gln(number));
            let register = ["org", "site", "register", CLINIC.gln, "--name", &name, "--gln", &gln];
            theriac.run(Some("alice"), &register).unwrap()
        });
    }
    let mut pushes = tokio::task::JoinSet::new();
    for _ in 0..REPORTS {
        let oracle = std::sync::Arc::clone(&oracle);
        pushes.spawn(async move {
            let (run, deadline) = (oracle.push(PATIENT).await.unwrap(), Instant::now() + 4 * PATIENCE);
            loop {
                let shown = oracle.show(&run).await.unwrap();
                if matches!(shown["state"].as_str(), Some("finalised" | "failed" | "abstained")) {
                    return shown;
                }
                assert!(Instant::now() < deadline, "{shown}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
    }
    let ended = pushes.join_all().await;
    assert!(ended.iter().all(|run| run["state"] == "finalised"), "{ended:?}");
    for said in commands.join_all().await {
        said.ok().unwrap_or_else(|failure| panic!("{failure}"));
    }
    let sites =
        world.theriac.run(None, &["org", "site", "list", CLINIC.gln, "--json"]).unwrap().ends_with(0).json();
    let registered = |number: &u32| sites.to_string().contains(&gln(*number));
    assert!((0..COMMANDS).all(|number| registered(&number)), "{sites}");
    let subjects: std::collections::BTreeSet<&str> =
        ended.iter().filter_map(|run| run["subject"].as_str()).collect();
    assert_eq!(subjects.len(), REPORTS);
    let reported = world.reported().await;
    assert_eq!(reported.len(), REPORTS, "none twice");
    let after = world.nonce().await;
    let sent = u64::try_from(REPORTS).unwrap() + u64::from(COMMANDS);
    assert!(after - before >= sent, "{before} {after}");
    // Nothing waits for a nonce that nobody uses: the next transaction is final.
    let next = oracle.run(PATIENT).await.unwrap();
    assert_eq!(next["state"], "finalised");
    assert_eq!(world.nonce().await, after + 1);
}
