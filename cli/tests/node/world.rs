//! A chain of its own with the contracts on it and organisations in their roles, for the journeys.

use serde_json::Value;
use tempfile::TempDir;
use testkit::service::Service;
use testkit::theriac::{start_delaying_devnet, start_devnet, start_pruning_devnet, theriac, Said};

pub const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
pub const EVE: &str = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";
pub const FERDIE: &str = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL";

// The GLNs of organisations, which are those of their sites.
pub const MAKER: &str = "6291041500213";
pub const WHOLESALER: &str = "6291041500220";
pub const PHARMACY: &str = "6291041500237";
pub const AUTHORITY: &str = "6291041500244";
pub const CLINIC: &str = "6291041500251";

/// The list of serials, and the key of the batch.
pub const PROVEN: [&str; 4] = ["--serials", "serials.txt", "--batch-key-file", "batch.key"];

/// The company prefix of the maker, with which its SSCCs begin behind the extension digit.
pub const PREFIX: &str = "0614141";

pub const GTIN: &str = "9506000134352";
pub const BATCH: [&str; 4] = ["--gtin", GTIN, "--lot", "ABC123"];
pub const CODE: &str = "(01)09506000134352(17)281231(10)ABC123(21)S0000007";

/// A chain of its own with the contracts on it and five organisations in their roles.
pub struct World {
    pub folder: TempDir,
    pub devnet: Service,
    pub url: String,
}

impl World {
    /// Fails where the node is not built: a journey that did not run has shown nothing.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let devnet = start_devnet(folder.path(), None).unwrap();
        Self::on(devnet, folder)
    }

    /// The same on a node that forgets the states of all but so many blocks.
    pub fn on_a_pruning_node(keep_states: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let devnet = start_pruning_devnet(folder.path(), keep_states).unwrap();
        Self::on(devnet, folder)
    }

    /// The same on a chain that is kept, so that another node can go on with it.
    pub fn kept() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let devnet = start_devnet(folder.path(), Some(&folder.path().join("chain"))).unwrap();
        Self::on(devnet, folder)
    }

    /// Another node goes on with the chain that is kept, and finalises blocks only so many seconds after it made them.
    pub fn delay_finality(self, seconds: u32) -> Self {
        let Self { folder, devnet, .. } = self;
        // Its last blocks are on the disk then.
        devnet.stop().unwrap();
        let (devnet, url) =
            start_delaying_devnet(folder.path(), &folder.path().join("chain"), seconds).unwrap();
        Self { folder, devnet, url }
    }

    fn on((devnet, url): (Service, String), folder: TempDir) -> Self {
        let world = Self { folder, devnet, url };
        world.run("alice", &["deploy"], 0);
        for (account, name, gln, roles) in [
            (BOB, "Alpha Pharma", MAKER, &["manufacturer", "quality-unit"][..]),
            ("5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y", "Beta Trade", WHOLESALER, &["wholesaler"]),
            ("5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy", "Corner Pharmacy", PHARMACY, &["pharmacy"]),
            (EVE, "Medicines Authority", AUTHORITY, &["regulator"]),
            (FERDIE, "City Clinic", CLINIC, &["provider"]),
        ] {
            world.run("alice", &["org", "register", "--name", name, "--gln", gln, "--steward", account], 0);
            world.run("alice", &["org", "site", "register", gln, "--name", name, "--gln", gln], 0);
            for role in roles {
                world.run("alice", &["org", "grant", role, gln], 0);
            }
        }
        world.run("alice", &["org", "prefix", "add", MAKER, PREFIX], 0);
        world.run("alice", &["admin", "market", "set", "DE", AUTHORITY], 0);
        let authorise = [
            "product",
            "authorise",
            GTIN,
            "--holder",
            MAKER,
            "--market",
            "DE",
            "--sha256",
            &"11".repeat(32),
            "--json",
        ];
        let early = world.run("eve", &authorise, 4);
        assert_eq!(early.error_json()["error"]["code"], "products/in-set-up");
        world.run("alice", &["admin", "end-set-up"], 0);
        world.run("eve", &authorise, 0);
        world.run("", &["batch", "secret", "maker.secret"], 0);
        world.batch("", "key", &["--secret-file", "maker.secret", "--out", "batch.key"], 0);
        let serials: String = (0..1_000).map(|number| format!("S{number:07}\n")).collect();
        std::fs::write(world.folder.path().join("serials.txt"), serials).unwrap();
        world
    }

    /// Runs a command with the key of `who`, and fails the test where it ends otherwise.
    pub fn run(&self, who: &str, arguments: &[&str], code: i32) -> Said {
        let mut all = vec!["--url", &self.url];
        if !who.is_empty() {
            all.extend(["--dev-account", who]);
        }
        all.extend(arguments);
        theriac(self.folder.path(), &all).ends_with(code)
    }

    pub fn batch(&self, who: &str, command: &str, more: &[&str], code: i32) -> Said {
        self.run(who, &[&["batch", command], &BATCH[..], more].concat(), code)
    }

    pub fn json(&self, who: &str, arguments: &[&str]) -> Value {
        self.run(who, &[arguments, &["--json"]].concat(), 0).json()
    }

    /// The verdict on a code, with the list of serials and the batch's key.
    pub fn verify(&self, code: &str, exit: i32) -> Value {
        self.run("", &[&["verify", code][..], &PROVEN, &["--json"]].concat(), exit).json()
    }

    /// Dispenses the pack of a code, with the list of serials and the batch's key.
    pub fn dispense(&self, who: &str, more: &[&str], exit: i32) -> Said {
        self.run(who, &[&["batch", "dispense", CODE][..], &PROVEN, more].concat(), exit)
    }

    pub fn register(&self) -> Said {
        let serials = ["--expiry", "2028-12-31", "--serials", "serials.txt", "--secret-file", "maker.secret"];
        self.batch("bob", "register", &serials, 0)
    }

    pub fn release(&self) {
        std::fs::write(self.folder.path().join("document.pdf"), "conforms").unwrap();
        for (who, what) in [("bob", "certificate-of-analysis"), ("eve", "good-manufacturing-practice")] {
            self.batch(who, "attest", &[what, "--document", "document.pdf"], 0);
        }
        self.batch("bob", "release", &[], 0);
    }

    pub fn ship(&self, who: &str, to: &str, quantity: &str) -> String {
        let shipped = self.batch(who, "ship", &["--to", to, "--quantity", quantity, "--json"], 0).json();
        shipped["shipment"].to_string()
    }
}

/// The codes of a verdict's reasons.
pub fn codes(verdict: &Value) -> Vec<&str> {
    verdict["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}
