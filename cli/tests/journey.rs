//! A batch from its maker to a patient, by the command line on a real node.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::print_stderr, missing_docs)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{node, theriac, Devnet, Said};
use tempfile::TempDir;

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const CHARLIE: &str = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y";
const DAVE: &str = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy";
const EVE: &str = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";
const FERDIE: &str = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL";

const BATCH: [&str; 4] = ["--gtin", "9506000134352", "--lot", "ABC123"];
const CODE: &str = "(01)09506000134352(17)281231(10)ABC123(21)S0000007";

/// A chain of its own with the contracts on it and five organisations in their roles.
struct World {
    folder: TempDir,
    devnet: Devnet,
}

impl World {
    /// Fails where the node is not built: a journey that did not run has shown nothing.
    fn new() -> Self {
        assert!(
            node().is_some(),
            "theriac-node is not built; run `cargo build -p devnet-node` in contracts first"
        );
        let folder = tempfile::tempdir().unwrap();
        let devnet = Devnet::start(folder.path());
        let world = Self { folder, devnet };
        let artifacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/artifacts");
        world.run("alice", &["deploy", "--artifacts", artifacts.to_str().unwrap()], 0);
        for (account, name, gln, role) in [
            (BOB, "Alpha Pharma", "6291041500213", "manufacturer"),
            (CHARLIE, "Beta Trade", "6291041500220", "wholesaler"),
            (DAVE, "Corner Pharmacy", "6291041500237", "pharmacy"),
            (EVE, "Medicines Authority", "6291041500244", "regulator"),
            (FERDIE, "City Clinic", "6291041500251", "provider"),
        ] {
            world.run("alice", &["org", "register", account, "--name", name, "--gln", gln], 0);
            world.run("alice", &["org", "grant", role, account], 0);
        }
        let serials: String = (0..1_000).map(|number| format!("S{number:07}\n")).collect();
        std::fs::write(world.folder.path().join("serials.txt"), serials).unwrap();
        world
    }

    /// Runs a command with the key of `who`, and fails the test where it ends otherwise.
    fn run(&self, who: &str, arguments: &[&str], code: i32) -> Said {
        let mut all = vec!["--url", &self.devnet.url];
        if !who.is_empty() {
            all.extend(["--dev-account", who]);
        }
        all.extend(arguments);
        theriac(self.folder.path(), &all).ends_with(code)
    }

    fn batch(&self, who: &str, command: &str, more: &[&str], code: i32) -> Said {
        self.run(who, &[&["batch", command], &BATCH[..], more].concat(), code)
    }

    fn json(&self, who: &str, arguments: &[&str]) -> Value {
        self.run(who, &[arguments, &["--json"]].concat(), 0).json()
    }

    /// The verdict on a code, with the list of serials.
    fn verify(&self, code: &str, exit: i32) -> Value {
        self.run("", &["verify", code, "--serials", "serials.txt", "--json"], exit).json()
    }

    fn register(&self) -> Said {
        self.batch("bob", "register", &["--expiry", "2028-12-31", "--serials", "serials.txt"], 0)
    }

    fn release(&self) {
        std::fs::write(self.folder.path().join("document.pdf"), "conforms").unwrap();
        for (who, what) in [
            ("bob", "certificate-of-analysis"),
            ("eve", "good-manufacturing-practice"),
            ("eve", "market-authorisation"),
        ] {
            self.batch(who, "attest", &[what, "--document", "document.pdf"], 0);
        }
        self.batch("bob", "release", &[], 0);
    }

    fn ship(&self, who: &str, to: &str, quantity: &str) -> String {
        let shipped = self.batch(who, "ship", &["--to", to, "--quantity", quantity, "--json"], 0).json();
        shipped["shipment"].to_string()
    }
}

fn codes(verdict: &Value) -> Vec<&str> {
    verdict["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[test]
fn a_batch_travels_from_its_maker_to_a_patient_and_is_recalled() {
    let world = World::new();

    let unknown = world.verify(CODE, 3);
    assert_eq!((codes(&unknown), &unknown["outcome"]), (vec!["batch-unknown"], &"unknown".into()));

    let registered = world.register();
    assert!(
        registered.out.contains("Registered lot ABC123 of 09506000134352: 1000 packs."),
        "{}",
        registered.out
    );
    let again =
        [&["batch", "register"], &BATCH[..], &["--expiry", "281231", "--quantity", "1", "--json"]].concat();
    let refused = world.run("bob", &again, 4).error_json();
    assert_eq!(refused["error"]["code"], "batches/batch-exists");
    assert_eq!(codes(&world.verify(CODE, 3)), ["not-released"]);

    let early = world.batch("bob", "ship", &["--to", CHARLIE, "--quantity", "10"], 4);
    assert!(
        early.err.contains("batches refuses with NotReleased: The batch is not released."),
        "{}",
        early.err
    );
    world.release();
    world.batch("charlie", "release", &[], 4);

    let shipment = world.ship("bob", CHARLIE, "600");
    world.run("dave", &["batch", "receive", &shipment], 4);
    let part = world.run("charlie", &["batch", "receive", &shipment, "--quantity", "500"], 0);
    assert!(part.out.contains("100 packs are still in transit"), "{}", part.out);
    world.run("charlie", &["batch", "reject", &shipment, "quantity-short"], 0);
    let shipment = world.ship("charlie", DAVE, "200");
    world.run("dave", &["batch", "receive", &shipment], 0);

    assert_eq!(world.verify(CODE, 0)["valid"], true);
    let here = ["verify", CODE, "--serials", "serials.txt", "--holder", DAVE];
    assert!(world.run("", &here, 0).out.starts_with("VALID\n"));
    assert_eq!(codes(&world.run("", &["verify", CODE, "--json"], 3).json()), ["serial-unproven"]);
    assert_eq!(codes(&world.verify(&CODE.replace("S0000007", "X0000007"), 3)), ["serial-not-in-batch"]);
    assert_eq!(codes(&world.verify(&CODE.replace("281231", "291231"), 3)), ["expiry-mismatch"]);

    faulty_scanners_are_no_forgeries(&world);

    world.run("dave", &["batch", "dispense", CODE, "--serials", "serials.txt"], 0);
    let dispensed = world.verify(CODE, 3);
    assert_eq!(codes(&dispensed), ["unit-dispensed"]);
    assert_eq!(dispensed["unit"]["by"]["name"], "Corner Pharmacy");

    let alarm = world.run("ferdie", &["batch", "dispense", CODE, "--serials", "serials.txt", "--json"], 5);
    let alarm = &alarm.error_json()["error"];
    assert_eq!(alarm["code"], "units/clone-alarm");
    assert_eq!(alarm["details"]["alarm"], "second-decommission");
    assert_eq!(alarm["details"]["other"]["name"], "Corner Pharmacy");
    assert_eq!(alarm["details"]["by"]["name"], "City Clinic");
    assert_eq!(codes(&world.verify(CODE, 3)), ["unit-dispensed", "alarm-open"]);

    world.batch("eve", "recall", &["ii", "contamination", "--document", "document.pdf"], 0);
    let recalled = world.run("", &["verify", CODE, "--serials", "serials.txt"], 3).out;
    assert!(recalled.starts_with("DO NOT DISPENSE — recalled (class II, contamination)\n"), "{recalled}");
    assert!(recalled.contains("[batch-recalled]") && recalled.contains("[alarm-open]"), "{recalled}");

    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_eq!(
        shown["mass_balance"],
        serde_json::json!({
            "held": 999, "packed": 0, "in_transit": 0, "quarantined": 0, "returned": 0, "dispensed": 1,
            "destroyed": 0, "decommissioned": 0,
        })
    );
    let events: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        [
            "registered",
            "attested",
            "attested",
            "attested",
            "released",
            "shipped",
            "received",
            "rejected",
            "shipped",
            "received",
            "dispensed",
            "alarm",
            "recalled"
        ]
    );
    let shown = world.batch("", "show", &[], 0).out;
    assert!(shown.contains("Alpha Pharma shipped 600 packs to Beta Trade, shipment"), "{shown}");
    assert_eq!(world.devnet.stop(), Some(0));
}

/// What scanners make of a valid pack, where the register would call it unknown or forged.
fn faulty_scanners_are_no_forgeries(world: &World) {
    for (typed, fault) in [
        // Caps Lock swaps the letters of lot and serial.
        ("01095060001343521728123110abc123\u{1d}21s0000007", "caps_lock"),
        // Without a separator the serial becomes a part of the lot.
        ("01095060001343521728123110ABC12321S0000007", "lost_separator"),
    ] {
        let error = world.run("", &["verify", typed, "--serials", "serials.txt", "--json"], 2).error_json();
        assert_eq!(error["error"]["code"], "scanner-fault");
        let corrected = "(01)09506000134352(17)281231(10)ABC123(21)S0000007";
        assert_eq!(error["error"]["details"], serde_json::json!({ "fault": fault, "corrected": corrected }));
        assert_eq!(world.verify(corrected, 0)["valid"], true);
    }
    // What no scanner would explain stays what it is.
    let forged = "01095060001343521728123110ABC123\u{1d}21X0000007";
    assert_eq!(codes(&world.verify(forged, 3)), ["serial-not-in-batch"]);
}

#[test]
fn a_pallet_moves_as_one_and_tells_where_its_packs_are() {
    const CASE: &str = "106141412345678908";
    const OTHER_CASE: &str = "106141412345678915";
    const PALLET: &str = "106141412345678922";
    let world = World::new();
    world.register();
    world.release();
    let pack = |sscc, quantity| {
        let arguments = [&["logistic", "pack", sscc], &BATCH[..], &["--quantity", quantity]].concat();
        world.run("bob", &arguments, 0);
    };
    pack(CASE, "100");
    pack(OTHER_CASE, "50");
    world.run("bob", &["logistic", "pack", PALLET, "--inside", CASE, OTHER_CASE], 0);
    let inside = world.run("bob", &["logistic", "ship", CASE, "--to", CHARLIE, "--json"], 4).error_json();
    assert_eq!(inside["error"]["code"], "batches/logistic-unit-inside");

    let shipped = world.json("bob", &["logistic", "ship", PALLET, "--to", CHARLIE]);
    assert_eq!(shipped["quantity"], 150);
    let shipment = shipped["shipment"].to_string();
    let part = world.json("charlie", &["logistic", "receive", &shipment, CASE]);
    assert_eq!((&part["quantity"], &part["still_in_transit"]), (&100.into(), &50.into()));
    world.run("charlie", &["logistic", "receive", &shipment, PALLET], 0);
    let shown = world.json("", &["logistic", "show", OTHER_CASE]);
    assert_eq!((&shown["inside"], &shown["holder"]["name"]), (&PALLET.into(), &"Beta Trade".into()));
    world.run("charlie", &["logistic", "unpack", CASE], 0);
    let gone = world.run("", &["logistic", "show", CASE, "--json"], 4).error_json();
    assert_eq!(gone["error"]["code"], "batches/unknown-logistic-unit");

    let balance = &world.batch("", "show", &["--json"], 0).json()["mass_balance"];
    assert_eq!((&balance["held"], &balance["packed"]), (&950.into(), &50.into()));
    let reach = world.batch("", "reach", &["--json"], 0).json();
    assert_eq!(reach["holders"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.devnet.stop(), Some(0));
}

#[test]
fn quarantine_blocks_and_pause_stop_what_they_should() {
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", DAVE, "100");
    world.run("dave", &["batch", "receive", &shipment], 0);

    let here = [&BATCH[..], &["--holder", DAVE, "--quantity", "40"]].concat();
    let quarantine = |who, what: &[&str], code| {
        world.run(who, &[&["quarantine"], what, &here[..]].concat(), code);
    };
    quarantine("dave", &["set", "damaged"], 0);
    assert_eq!(codes(&world.verify(CODE, 3)), ["units-quarantined"]);
    quarantine("dave", &["release", "nothing-found"], 4);
    quarantine("eve", &["release", "nothing-found"], 0);
    assert_eq!(world.verify(CODE, 0)["valid"], true);

    world.batch("eve", "block", &[], 0);
    assert_eq!(codes(&world.verify(CODE, 3)), ["blocked-by-regulator"]);
    world.run("dave", &["batch", "dispense", CODE, "--serials", "serials.txt"], 4);
    world.batch("eve", "unblock", &[], 0);

    world.run("alice", &["admin", "pause", "units"], 0);
    let paused = world.run("dave", &["batch", "dispense", CODE, "--serials", "serials.txt", "--json"], 4);
    assert_eq!(paused.error_json()["error"]["code"], "units/paused");
    assert_eq!(world.verify(CODE, 0)["valid"], true, "reads go on");
    assert_eq!(world.json("", &["admin", "show"])["paused"]["units"], true);
    world.run("alice", &["admin", "unpause", "units"], 0);
    world.run("alice", &["admin", "pause", "batches"], 0);
    let refused = world.run("dave", &["batch", "dispense", CODE, "--serials", "serials.txt", "--json"], 4);
    assert_eq!(refused.error_json()["error"]["code"], "units/booking-refused");
    world.run("alice", &["admin", "unpause", "batches"], 0);

    std::fs::write(world.folder.path().join("other.txt"), "S0000007\nS0000008\n").unwrap();
    let other = world.run("dave", &["batch", "dispense", CODE, "--serials", "other.txt"], 2);
    assert!(other.err.contains("is not the one that was registered for this batch"), "{}", other.err);
    let judged = world.run("", &["verify", CODE, "--serials", "other.txt"], 3).out;
    assert!(judged.contains("Note: the list of serials other.txt is not the one"), "{judged}");
    assert!(judged.contains("[serial-unproven]"), "{judged}");
    world.run("dave", &["batch", "dispense", CODE, "--serials", "serials.txt"], 0);
}

#[test]
fn organisations_and_their_administration_are_managed() {
    let world = World::new();
    let members = world.json("", &["org", "list"]);
    let names: Vec<&str> =
        members.as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["units", "evidence"], "the contracts that book in another one come first");
    assert_eq!(names.len(), 2 + 5);
    assert_eq!(world.json("bob", &["org", "show"])["name"], "Alpha Pharma");

    world.run("eve", &["org", "suspend", BOB], 0);
    let refused = world.batch("bob", "register", &["--expiry", "281231", "--quantity", "5"], 4);
    assert!(refused.err.contains("CallerNotAuthorised"), "{}", refused.err);
    assert!(world.run("", &["org", "show", BOB], 0).out.starts_with("Alpha Pharma (suspended)\n"));
    world.run("eve", &["org", "reinstate", BOB], 0);

    world.run("bob", &["org", "grant", "auditor", FERDIE], 4);
    world.run("alice", &["org", "grant", "auditor", FERDIE, "--until", "2027-12-31"], 0);
    world.run("ferdie", &["org", "revoke", "auditor", FERDIE], 0);
    let key = "11".repeat(32);
    world.run("bob", &["org", "sealing-key", &key], 0);
    assert_eq!(world.json("bob", &["org", "show"])["sealing_key"], format!("0x{key}"));

    world.run("alice", &["admin", "offer", EVE], 0);
    world.run("bob", &["admin", "accept"], 4);
    world.run("eve", &["admin", "accept"], 0);
    world.run("eve", &["admin", "delegate", "pharmacy", "--to", "regulator"], 0);
    let shown = world.json("", &["admin", "show"]);
    assert_eq!(shown["administrator"]["name"], "Medicines Authority");
    assert_eq!(shown["administered_by"]["pharmacy"], "regulator");
}

#[test]
fn shipments_and_logistic_units_are_set_apart_as_a_whole() {
    const CASE: &str = "106141412345678908";
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", DAVE, "100");
    world.run("eve", &["quarantine", "set", "temperature-excursion", "--shipment", &shipment], 0);
    let again = ["quarantine", "set", "temperature-excursion", "--shipment", &shipment, "--json"];
    let again = world.run("eve", &again, 4).error_json();
    assert_eq!(again["error"]["code"], "batches/already-quarantined");
    let balance = &world.batch("", "show", &["--json"], 0).json()["mass_balance"];
    assert_eq!((&balance["in_transit"], &balance["quarantined"]), (&0.into(), &100.into()));
    world.run("bob", &["quarantine", "release", "mistake", "--shipment", &shipment], 4);
    world.run("eve", &["quarantine", "release", "mistake", "--shipment", &shipment], 0);

    let pack = [&["logistic", "pack", CASE], &BATCH[..], &["--quantity", "10"]].concat();
    world.run("bob", &pack, 0);
    world.run("bob", &["quarantine", "set", "damaged", "--sscc", CASE], 0);
    let stopped = world.run("bob", &["logistic", "ship", CASE, "--to", DAVE, "--json"], 4).error_json();
    assert_eq!(stopped["error"]["code"], "batches/logistic-unit-quarantined");
    world.run("bob", &["quarantine", "release", "nothing-found", "--sscc", CASE], 0);
    let both = world.run("bob", &["quarantine", "set", "damaged", "--sscc", CASE, "--shipment", "1"], 2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}

#[test]
fn evidence_counts_by_the_policy_of_a_regulator() {
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", DAVE, "100");
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/heart-disease");
    let model = model.to_str().unwrap();
    world.run("eve", &["model", "register", model], 0);
    world.run("alice", &["feed", "create", "excursion", "--model", model, "--max-report-age", "1h"], 0);
    let present = ["evidence", "present", "excursion", "--shipment", &shipment, "--json"];
    let refused = |because: &str| {
        assert_eq!(world.run("dave", &present, 4).error_json()["error"]["code"], because);
    };
    refused("evidence/no-policy");

    let set = ["evidence", "policy", "set", "excursion", "--threshold", "0.9", "--max-age", "24h"];
    world.run("bob", &set, 4);
    world.run("eve", &set, 0);
    let policy = &world.json("", &["evidence", "policy", "show", "excursion"])["policy"];
    assert!(policy["threshold"].as_str().unwrap().starts_with("0.9"), "{policy}");
    assert_eq!(policy["max_age"], 86_400_000);
    refused("evidence/evidence-insufficient");
    let of_shipment = world.json("", &["evidence", "subject", "--shipment", &shipment]);
    let of_next = world.json("", &["evidence", "subject", "--shipment", "99"]);
    assert_ne!(of_shipment["subject"], of_next["subject"]);

    world.run("eve", &["evidence", "policy", "remove", "excursion"], 0);
    refused("evidence/no-policy");
}

#[test]
fn new_code_waits_where_everybody_sees_it() {
    let world = World::new();
    let units = ["--contract", "units"];
    let upgrade = |who: &str, command: &str, more: &[&str], code: i32| {
        world.run(who, &[&["admin", "upgrade", command], &units[..], more, &["--json"]].concat(), code)
    };
    assert_eq!(upgrade("", "show", &[], 0).json()["proposal"], Value::Null);
    let code = format!("0x{}", "22".repeat(32));
    upgrade("bob", "propose", &["--code", &code], 4);
    upgrade("alice", "propose", &["--code", &code], 0);
    let proposal = &upgrade("", "show", &[], 0).json()["proposal"];
    assert_eq!(proposal["code"], code);
    let early = upgrade("alice", "apply", &[], 4).error_json();
    assert_eq!(early["error"]["code"], "access/upgrade-too-early");
    upgrade("eve", "cancel", &[], 0);
    let gone = upgrade("alice", "apply", &[], 4).error_json();
    assert_eq!(gone["error"]["code"], "access/upgrade-not-proposed");
}

#[test]
fn models_and_feeds_are_managed() {
    let world = World::new();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/heart-disease");
    let model = model.to_str().unwrap();
    let unknown = world.run("", &["model", "check", model], 4);
    assert!(unknown.err.contains("feeds refuses with UnknownModel"), "{}", unknown.err);
    let create = ["feed", "create", "heart-disease-risk", "--model", model, "--max-report-age", "1h"];
    world.run("alice", &create, 4);
    world.run("bob", &["model", "register", model], 4);
    let registered = world.json("eve", &["model", "register", model]);
    world.run("", &["model", "check", model], 0);
    world.run("alice", &create, 0);
    let feeds = world.json("", &["feed", "list"]);
    assert_eq!(
        (&feeds[0]["feed"], &feeds[0]["kind"]),
        (&"heart-disease-risk".into(), &"disease-risk".into())
    );
    assert_eq!(feeds[0]["model"], registered["model"]);

    let key = world.json("", &["oracle", "key", "operator.key"]);
    let public = key["public_key"].as_str().unwrap();
    world.run("alice", &["feed", "operators", "--f", "1", public], 4);
    world.run("alice", &["feed", "operators", "--f", "0", public], 0);
    assert_eq!(world.json("", &["feed", "operators"])["operators"], serde_json::json!([public]));

    let asked =
        world.json("ferdie", &["oracle", "request", "heart-disease-risk", "--subject", &"22".repeat(32)]);
    let request = asked["request"].to_string();
    world.run("bob", &["oracle", "cancel", &request], 4);
    world.run("ferdie", &["oracle", "cancel", &request], 0);
    let read = ["oracle", "read", "heart-disease-risk", "--subject", &"22".repeat(32), "--max-age", "10m"];
    let missing = world.run("", &read, 4);
    assert!(missing.err.contains("feeds refuses with NoReading"), "{}", missing.err);

    let id = registered["model"].as_str().unwrap();
    world.run("eve", &["model", "revoke", id], 0);
    let revoked = world.run("", &["model", "check", model, "--json"], 4).error_json();
    assert_eq!(revoked["error"]["code"], "feeds/model-revoked");
    assert_eq!(world.json("", &["model", "list"])[0]["revoked"], true);
}
