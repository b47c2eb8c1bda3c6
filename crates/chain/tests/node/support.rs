//! The real node as a child process, and the contracts on it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use access::Identifier;
use chain::access::Access;
use chain::{Account, AccountId, Bundles, Chain, Contracts, Event, SecretString, Signer};
use futures::TryStreamExt;
use primitives::Role;

/// A running `theriac-node`; killed when it goes out of scope.
pub struct Node {
    child: Child,
    pub url: String,
}

impl Node {
    /// Starts a node on a free port, whose chain is gone at the end.
    pub fn start() -> Self {
        Self::run(0, None)
    }

    /// Starts a node on a port (0: any free one) that keeps its chain in a folder.
    pub fn start_in(port: u16, base_path: &Path) -> Self {
        Self::run(port, Some(base_path))
    }

    fn run(port: u16, base_path: Option<&Path>) -> Self {
        let mut command = Command::new(binary());
        command.args(["--rpc-port", &port.to_string(), "--with-parent", "--log", "error"]);
        if let Some(base_path) = base_path {
            command.arg("--base-path").arg(base_path);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("RPC ready at ");
        Self { url: url.unwrap_or_else(|| panic!("no ready line, but: {line:?}")).to_owned(), child }
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Asks the node to end, and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    pub async fn connect(&self) -> Chain {
        Chain::connect(&self.url).await.unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The node's binary, built beside this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let beside = test.ancestors().skip(1).map(|folder| folder.join("theriac-node"));
    let found = beside.into_iter().find(|path| path.is_file());
    found.expect(
        "there is no theriac-node beside this test: build it first, with `cargo build -p devnet-node`",
    )
}

pub fn signer(secret: &str) -> Signer {
    Signer::from_secret(&SecretString::from(secret)).unwrap()
}

pub fn account(chain: &Chain, secret: &str) -> Account {
    chain.account(signer(secret)).unwrap()
}

pub fn bundles() -> Bundles {
    Bundles::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts")).unwrap()
}

/// Deploys the contracts by Alice, and makes her organisation a manufacturer and a regulator.
pub async fn deploy(alice: &Account) -> Contracts {
    let contracts = alice.deploy_all(&bundles(), b"test").await.unwrap().contracts;
    let access = Access(contracts.access.address);
    register(alice, &access, alice.id(), "Acme").await;
    for role in [Role::Manufacturer, Role::Regulator] {
        alice.submit(&access.grant_role(role, alice.id(), None)).await.unwrap();
    }
    contracts
}

pub async fn register(admin: &Account, access: &Access, account: AccountId, name: &str) {
    let identifier = Identifier::Uri(format!("urn:example:{name}"));
    admin.submit(&access.register_organisation(account, name, &identifier)).await.unwrap();
}

pub const GTIN: u64 = 9_506_000_134_352;

/// A batch without serials that nobody registered yet.
pub fn lot(number: usize) -> batches::NewBatch {
    let lot = format!("LOT{number}").into_bytes();
    batches::NewBatch { gtin: GTIN, lot, expiry: 351_231, quantity: 100, serial_root: None }
}

/// All that the contracts ever emitted.
pub async fn all_events(chain: &Chain, contracts: &Contracts) -> Vec<Event> {
    let head = chain.finalised_head().await.unwrap().number;
    let emitted = chain.events_in(0..=head, contracts.addresses());
    emitted.map_ok(|emitted| emitted.of(contracts)).try_collect().await.unwrap()
}

pub fn is_registration(event: &Event) -> bool {
    matches!(event, Event::Batches(chain::batches::Event::BatchRegistered(_)))
}
