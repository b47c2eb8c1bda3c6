//! A batch from its maker to a patient, by the command line on a real node.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::print_stderr, missing_docs)]

use std::path::Path;

use crate::world::{
    codes, World, BATCH, BOB, CLINIC, CODE, EVE, FERDIE, MAKER, PHARMACY, PROVEN, WHOLESALER,
};
use chain::Bundles;
use serde_json::Value;
use testkit::theriac::{start_devnet, theriac, Said};

/// An account that acts for nobody.
const NOBODY: &str = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM";

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
    assert_eq!(refused["error"]["code"], "products/batch-exists");
    assert_eq!(codes(&world.verify(CODE, 3)), ["not-released"]);

    let early = world.batch("bob", "ship", &["--to", WHOLESALER, "--quantity", "10"], 4);
    assert!(
        early.err.contains("batches refuses with NotReleased: The batch is not released."),
        "{}",
        early.err
    );
    world.release();
    world.batch("charlie", "release", &[], 4);

    let shipment = world.ship("bob", WHOLESALER, "600");
    world.run("dave", &["batch", "receive", &shipment], 4);
    let part = world.run("charlie", &["batch", "receive", &shipment, "--quantity", "500"], 0);
    assert!(part.out.contains("100 packs are still in transit"), "{}", part.out);
    world.run("charlie", &["batch", "reject", &shipment, "quantity-short"], 0);
    let shipment = world.ship("charlie", PHARMACY, "200");
    world.run("dave", &["batch", "receive", &shipment], 0);

    assert_eq!(world.verify(CODE, 0)["outcome"], "genuine");
    world.run("", &[&["batch", "prove", CODE, "--out", "proof.json"][..], &PROVEN].concat(), 0);
    let proven = world.run("", &["verify", CODE, "--proof", "proof.json", "--json"], 0).json();
    assert_eq!(proven["genuine"], true, "with one proof, and neither list nor key");
    let here = [&["verify", CODE, "--holder", PHARMACY][..], &PROVEN].concat();
    assert!(world.run("", &here, 0).out.starts_with("VALID\n"));
    assert_eq!(codes(&world.run("", &["verify", CODE, "--json"], 3).json()), ["serial-unproven"]);
    assert_eq!(codes(&world.verify(&CODE.replace("S0000007", "X0000007"), 3)), ["serial-not-in-batch"]);
    assert_eq!(codes(&world.verify(&CODE.replace("281231", "291231"), 3)), ["expiry-mismatch"]);

    faulty_scanners_are_no_forgeries(&world);

    world.dispense("dave", &[], 0);
    let dispensed = world.run("", &[&here[..], &["--json"]].concat(), 3).json();
    assert_eq!(codes(&dispensed), ["unit-dispensed"]);
    assert_eq!(dispensed["unit"]["site"]["name"], "Corner Pharmacy");

    let alarm = world.dispense("ferdie", &["--json"], 5);
    let alarm = &alarm.error_json()["error"];
    assert_eq!(alarm["code"], "units/clone-alarm");
    assert_eq!(alarm["details"]["alarm"], "second-decommission");
    assert_eq!(alarm["details"]["other"]["name"], "Corner Pharmacy");
    assert_eq!(alarm["details"]["by"]["organisation"]["name"], "City Clinic");
    assert_eq!(codes(&world.verify(CODE, 3)), ["alarm-open"]);

    world.batch("eve", "recall", &["ii", "contamination", "--document", "document.pdf"], 0);
    let recalled = world.run("", &[&["verify", CODE][..], &PROVEN].concat(), 3).out;
    assert!(recalled.starts_with("DO NOT DISPENSE — recalled (class II, contamination)\n"), "{recalled}");
    assert!(recalled.contains("[batch-recalled]") && recalled.contains("[alarm-open]"), "{recalled}");

    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_eq!(
        shown["mass_balance"],
        serde_json::json!({
            "held": 999, "packed": 0, "in_transit": 0, "quarantined": 0, "quarantined_by_serial": 0, "condemned": 0,
            "returned": 0, "dispensed": 1, "destroyed": 0, "decommissioned": 0,
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
    assert!(
        shown.contains("Alpha Pharma shipped 600 packs from Alpha Pharma to Beta Trade, shipment"),
        "{shown}"
    );
    world.devnet.stop().unwrap();
}

/// What scanners make of a valid pack, where the register would call it unknown or forged.
fn faulty_scanners_are_no_forgeries(world: &World) {
    let corrected = "(01)09506000134352(17)281231(10)ABC123(21)S0000007";
    for (typed, fault, only) in [
        // Caps Lock swaps the letters of lot and serial.
        ("01095060001343521728123110abc123\u{1d}21s0000007", "caps_lock", Some(corrected)),
        // Without a separator the serial can be a part of the lot.
        ("01095060001343521728123110ABC12321S0000007", "lost_separator", None),
    ] {
        let error = world.run("", &[&["verify", typed][..], &PROVEN, &["--json"]].concat(), 2).error_json();
        assert_eq!(error["error"]["code"], "scanner-fault");
        let details = &error["error"]["details"];
        assert_eq!((&details["fault"], &details["corrected"]), (&fault.into(), &only.into()));
        assert_eq!(details["readings"][0], corrected);
        assert_eq!(world.verify(corrected, 0)["genuine"], true);
    }
    // What no scanner would explain stays what it is.
    let forged = "01095060001343521728123110ABC123\u{1d}21X0000007";
    assert_eq!(codes(&world.verify(forged, 3)), ["serial-not-in-batch"]);
}

#[test]
fn a_pallet_moves_as_one_and_shows_where_its_packs_are() {
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
    let inside = world.run("bob", &["logistic", "ship", CASE, "--to", WHOLESALER, "--json"], 4).error_json();
    assert_eq!(inside["error"]["code"], "batches/logistic-unit-inside");

    let shipped = world.json("bob", &["logistic", "ship", PALLET, "--to", WHOLESALER]);
    assert_eq!(shipped["quantity"], 150);
    let shipment = shipped["shipment"].to_string();
    let part = world.json("charlie", &["logistic", "receive", &shipment, CASE]);
    assert_eq!((&part["quantity"], &part["still_in_transit"]), (&100.into(), &50.into()));
    world.run("charlie", &["logistic", "receive", &shipment, PALLET], 0);
    let shown = world.json("", &["logistic", "show", OTHER_CASE]);
    assert_eq!((&shown["inside"], &shown["site"]["name"]), (&PALLET.into(), &"Beta Trade".into()));
    world.run("charlie", &["logistic", "unpack", CASE], 0);
    let gone = world.run("", &["logistic", "show", CASE, "--json"], 4).error_json();
    assert_eq!(gone["error"]["code"], "batches/unknown-logistic-unit");

    let balance = &world.batch("", "show", &["--json"], 0).json()["mass_balance"];
    assert_eq!((&balance["held"], &balance["packed"]), (&950.into(), &50.into()));
    let reach = world.batch("", "reach", &["--json"], 0).json();
    assert_eq!(reach["holders"].as_array().map(Vec::len), Some(2));
    world.devnet.stop().unwrap();
}

#[test]
fn quarantine_blocks_and_pause_stop_what_they_should() {
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, "100");
    world.run("dave", &["batch", "receive", &shipment], 0);

    let here = [&BATCH[..], &["--holder", PHARMACY]].concat();
    let quarantine = |who, what: &[&str], code| {
        world.run(who, &[&["quarantine"], what, &here[..]].concat(), code);
    };
    let at_pharmacy = |exit| {
        let arguments = [&["verify", CODE, "--holder", PHARMACY, "--json"][..], &PROVEN].concat();
        world.run("", &arguments, exit).json()
    };
    quarantine("dave", &["set", "damaged", "--quantity", "40"], 4);
    quarantine("dave", &["set", "damaged"], 0);
    assert_eq!(codes(&at_pharmacy(3)), ["units-quarantined", "none-loose-here"]);
    quarantine("dave", &["release", "nothing-found"], 4);
    quarantine("eve", &["release", "nothing-found"], 0);
    assert_eq!(at_pharmacy(0)["valid"], true);

    world.batch("eve", "block", &[], 0);
    assert_eq!(codes(&world.verify(CODE, 3)), ["blocked-by-regulator"]);
    world.dispense("dave", &[], 4);
    world.batch("eve", "unblock", &[], 0);

    world.run("alice", &["admin", "pause", "units"], 0);
    let paused = world.dispense("dave", &["--json"], 4);
    assert_eq!(paused.error_json()["error"]["code"], "units/paused");
    assert_eq!(world.verify(CODE, 0)["notes"][0]["code"], "dispensing-stopped", "reads go on");
    assert_eq!(codes(&at_pharmacy(3)), ["dispensing-stopped"]);
    assert_eq!(world.json("", &["admin", "show"])["contracts"]["units"]["paused"], true);
    world.run("alice", &["admin", "unpause", "units"], 0);
    world.run("alice", &["admin", "pause", "batches"], 0);
    let refused = world.dispense("dave", &["--json"], 4);
    assert_eq!(refused.error_json()["error"]["code"], "units/paused", "a dispense needs both registers");
    world.run("alice", &["admin", "unpause", "batches"], 0);

    std::fs::write(world.folder.path().join("other.txt"), "S0000007\nS0000008\n").unwrap();
    // Another list, and the right list with the key of another batch.
    let key = ["batch", "key", "--gtin", "9506000134352", "--lot", "OTHER", "--secret-file", "maker.secret"];
    world.run("", &[&key[..], &["--out", "other.key"]].concat(), 0);
    for (list, key) in [("other.txt", "batch.key"), ("serials.txt", "other.key")] {
        let proven = ["--serials", list, "--batch-key-file", key];
        let other = world.run("dave", &[&["batch", "dispense", CODE][..], &proven].concat(), 2);
        assert!(
            other.err.contains("does not belong to the serials that were registered for this batch"),
            "{}",
            other.err
        );
        let judged = world.run("", &[&["verify", CODE][..], &proven].concat(), 3).out;
        assert!(
            judged.contains(&format!("Note: the list of serials {list} with this batch key does not belong")),
            "{judged}"
        );
        assert!(judged.contains("[serial-unproven]"), "{judged}");
    }
    world.dispense("dave", &[], 0);
}

#[test]
fn organisations_and_their_administration_are_managed() {
    let world = World::new();
    let all = world.json("", &["org", "list"]);
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["Alpha Pharma", "Beta Trade", "Corner Pharmacy", "Medicines Authority", "City Clinic"],
        "the deployment's contracts are not organisations"
    );
    assert_eq!(world.json("bob", &["org", "show"])["name"], "Alpha Pharma");

    world.run("eve", &["org", "suspend", MAKER], 0);
    let refused = world.batch("bob", "register", &["--expiry", "281231", "--quantity", "5"], 4);
    assert!(refused.err.contains("CallerNotAuthorised"), "{}", refused.err);
    assert!(world.run("", &["org", "show", MAKER], 0).out.starts_with("Alpha Pharma (suspended)\n"));
    world.run("eve", &["org", "reinstate", MAKER], 0);

    world.run("bob", &["org", "grant", "auditor", CLINIC], 4);
    world.run("alice", &["org", "grant", "auditor", CLINIC, "--until", "2027-12-31"], 0);
    world.run("ferdie", &["org", "revoke", "auditor", CLINIC], 0);
    let key = "11".repeat(32);
    world.run("bob", &["org", "sealing-key", &key], 0);
    assert_eq!(world.json("bob", &["org", "show"])["sealing_key"], format!("0x{key}"));

    world.run("alice", &["org", "update", MAKER, "--name", "Alpha Pharma plc"], 0);
    assert_eq!(world.json("", &["org", "show", MAKER])["name"], "Alpha Pharma plc");
    let code = |who: &str, arguments: &[&str], exit: i32| {
        world.run(who, &[arguments, &["--json"]].concat(), exit).error_json()["error"]["code"].clone()
    };
    let twice = ["org", "register", "--name", "Copy", "--gln", PHARMACY, "--steward", NOBODY];
    assert_eq!(code("alice", &twice, 4), "governance/gln-exists");
    let marked = ["org", "update", MAKER, "--name", "Alpha \u{202e}Pharma"];
    assert_eq!(code("alice", &marked, 4), "governance/invalid-name");
    assert_eq!(code("", &["org", "show", "99"], 4), "governance/unknown-organisation");
    assert_eq!(code("alice", &["org", "show"], 4), "governance/unknown-account");

    // After set-up the administration waits, and a regulator can withdraw the offer.
    world.run("alice", &["admin", "offer", EVE], 0);
    assert_eq!(code("bob", &["admin", "accept"], 4), "governance/caller-not-offered");
    assert_eq!(code("eve", &["admin", "accept"], 4), "governance/offer-too-early");
    let shown = world.json("", &["admin", "show"]);
    assert_eq!(shown["offer"]["to"]["organisation"]["name"], "Medicines Authority");
    assert_eq!(
        (&shown["in_set_up"], &shown["administered_by"]["pharmacy"]),
        (&false.into(), &"admin".into())
    );
    assert_eq!(code("bob", &["admin", "withdraw"], 4), "governance/caller-not-authorised");
    world.run("eve", &["admin", "withdraw"], 0);
    assert_eq!(world.json("", &["admin", "show"])["offer"], serde_json::Value::Null);
    let delegate = ["admin", "delegate", "pharmacy", "--to", "regulator"];
    assert_eq!(code("alice", &delegate, 4), "governance/proposal-required");
    assert_eq!(shown["contracts"]["units"]["roles"], serde_json::json!(["unit-register"]));
}

#[test]
fn prefixes_say_whose_keys_are_and_markets_who_decides() {
    let world = World::new();
    let code = |who: &str, arguments: &[&str]| {
        world.run(who, &[arguments, &["--json"]].concat(), 4).error_json()["error"]["code"].clone()
    };
    let add = ["org", "prefix", "add", MAKER, "629104150"];
    assert_eq!(code("bob", &add), "governance/caller-not-authorised");
    world.run("alice", &add, 0);
    assert_eq!(code("eve", &["org", "prefix", "add", PHARMACY, "6291041"]), "governance/prefix-contained");
    let site = ["org", "site", "register", PHARMACY, "--name", "Till 2", "--gln", "6291041500268"];
    let refused = world.run("alice", &site, 4);
    assert!(refused.err.contains("use a GLN of your own"), "{}", refused.err);
    let listed = world.json("", &["org", "prefix", "list"]);
    assert_eq!(
        (&listed[1]["prefix"], &listed[1]["of"]["name"]),
        (&"629104150".into(), &"Alpha Pharma".into())
    );
    assert_eq!(world.json("", &["org", "prefix", "list", PHARMACY]), serde_json::json!([]));
    assert_eq!(code("alice", &["org", "prefix", "remove", "629104150"]), "governance/caller-not-authorised");
    world.run("bob", &["org", "prefix", "remove", "629104150"], 0);
    world.run("alice", &site, 0);

    let authority = "6291041500244";
    assert_eq!(code("alice", &["admin", "market", "set", "DE", authority]), "governance/proposal-required");
    assert_eq!(code("alice", &["admin", "propose", "market", "DE", MAKER]), "governance/role-not-held");
    world.run("alice", &["admin", "propose", "market", "fr", authority], 0);
    assert_eq!(
        world.json("", &["admin", "proposals"])[0]["change"],
        format!("the market FR for Medicines Authority (GLN {authority})")
    );
    let markets = world.json("", &["admin", "market", "list"]);
    assert_eq!(markets[0]["authority"]["name"], "Medicines Authority");
    assert_eq!(markets[0]["markets"], serde_json::json!(["DE"]), "as it was set in set-up");
}

#[test]
fn accounts_act_within_their_limits() {
    let world = World::new();
    let code = |who: &str, arguments: &[&str], exit: i32| {
        world.run(who, &[arguments, &["--json"]].concat(), exit).error_json()["error"]["code"].clone()
    };
    // Alice, the administrator, acts for no organisation: she can be a clerk of the maker.
    let clerk = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let add = ["org", "account", "add"];
    assert_eq!(code("bob", &[&add[..], &[FERDIE]].concat(), 4), "governance/account-exists");
    let foreign = [&add[..], &[clerk, "--site", PHARMACY]].concat();
    assert_eq!(code("bob", &foreign, 4), "governance/site-of-another-organisation");
    let lacking = [&add[..], &[clerk, "--role", "pharmacy"]].concat();
    assert_eq!(code("bob", &lacking, 4), "governance/role-not-held");
    let second = world
        .json("alice", &["org", "site", "register", MAKER, "--name", "Plant 2", "--gln", "6291041500268"]);
    let second = format!("site:{}", second["site"]);

    let arguments = [&BATCH[..], &["--expiry", "281231", "--quantity", "5"]].concat();
    let register = |who: &str, more: &[&str], exit: i32| {
        world.run(who, &[&["batch", "register"], &arguments[..], more, &["--json"]].concat(), exit)
    };
    let unclear = register("bob", &[], 2).error_json();
    assert_eq!(unclear["error"]["code"], "site/unclear");
    let sites = unclear["error"]["details"]["sites"].as_array().unwrap();
    assert_eq!((sites.len(), &sites[1]["name"]), (2, &"Plant 2".into()));

    let limited = [clerk, "--site", &second, "--role", "quality-unit", "--until", "2099-12-31T00:00:00Z"];
    world.run("bob", &[&add[..], &limited].concat(), 0);
    let refused = register("alice", &[], 4).error_json();
    assert_eq!(refused["error"]["code"], "products/caller-not-authorised", "not a manufacturer");
    world.run("bob", &["org", "account", "change", clerk, "--site", &second], 0);
    let elsewhere = register("alice", &["--site", MAKER], 4).error_json();
    assert_eq!(elsewhere["error"]["code"], "products/caller-not-at-site");
    let registered = register("alice", &[], 0).json();
    assert_eq!(format!("site:{}", registered["site"]), second, "the account's own site");
    let shown = world.json("", &["batch", "show", BATCH[0], BATCH[1], BATCH[2], BATCH[3]]);
    let by = &shown["history"][0]["by"];
    assert_eq!((&by["account"], &by["site"]["name"]), (&clerk.into(), &"Plant 2".into()));

    let accounts = world.json("bob", &["org", "account", "list"]);
    assert_eq!(accounts.as_array().map(Vec::len), Some(2));
    assert_eq!(code("bob", &["org", "account", "remove", BOB], 4), "governance/last-steward");
    world.run("bob", &["org", "account", "remove", clerk], 0);
    assert_eq!(register("alice", &[], 4).error_json()["error"]["code"], "governance/unknown-account");
}

#[test]
fn shipments_and_logistic_units_are_quarantined_as_a_whole() {
    const CASE: &str = "106141412345678908";
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, "100");
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
    let stopped = world.run("bob", &["logistic", "ship", CASE, "--to", PHARMACY, "--json"], 4).error_json();
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
    let shipment = world.ship("bob", PHARMACY, "100");
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
fn changes_wait_where_everybody_sees_them() {
    let world = World::new();
    let admin = |who: &str, arguments: &[&str], exit: i32| {
        world.run(who, &[&["admin"], arguments, &["--json"]].concat(), exit)
    };
    let code = |who: &str, arguments: &[&str]| {
        admin(who, arguments, 4).error_json()["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(admin("", &["proposals"], 0).json(), serde_json::json!([]));
    let nowhere = format!("0x{}", "22".repeat(32));
    let unseen = ["propose", "upgrade", "--contract", "units", "--code", &nowhere];
    assert_eq!(code("alice", &unseen), "governance/code-not-found");
    let file = std::fs::read(world.folder.path().join("deployment.json")).unwrap();
    let deployment: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let hash = deployment["contracts"]["evidence"]["code_hash"].as_str().unwrap().to_owned();
    let upgrade = ["propose", "upgrade", "--contract", "units", "--code", &hash];
    assert_eq!(code("bob", &upgrade), "governance/caller-not-authorised");
    let upgrade = admin("alice", &upgrade, 0).json()["proposal"].to_string();
    let regulator =
        admin("alice", &["propose", "grant", "regulator", MAKER], 0).json()["proposal"].to_string();
    let steward = admin("alice", &["propose", "steward", MAKER, NOBODY], 0).json()["proposal"].to_string();
    let roles = ["propose", "contract-roles", "--contract", "units", "--role", "unit-register"];
    let roles = admin("alice", &roles, 0).json()["proposal"].to_string();
    let waiting = admin("", &["proposals"], 0).json();
    let changes: Vec<&str> =
        waiting.as_array().unwrap().iter().map(|it| it["change"].as_str().unwrap()).collect();
    assert_eq!(
        changes,
        [
            format!("the code {hash} for units"),
            format!("the role regulator for Alpha Pharma (GLN {MAKER})"),
            format!("the steward {NOBODY} for Alpha Pharma (GLN {MAKER})"),
            "the roles unit-register for the contract units".to_owned(),
        ]
    );
    for proposal in [&upgrade, &regulator, &steward, &roles] {
        assert_eq!(code("alice", &["apply", proposal]), "governance/proposal-too-early");
    }
    admin("eve", &["cancel", &upgrade], 0);
    assert_eq!(code("alice", &["apply", &upgrade]), "governance/unknown-proposal");

    let at_once = world.run("alice", &["org", "grant", "regulator", MAKER, "--json"], 4).error_json();
    assert_eq!(at_once["error"]["code"], "governance/proposal-required");
    assert!(at_once["error"]["message"].as_str().unwrap().contains("`theriac admin propose grant`"));
    assert_eq!(code("alice", &["end-set-up"]), "governance/set-up-over");
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

#[test]
fn a_deployment_that_was_interrupted_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let (_devnet, url) = start_devnet(folder.path(), None).unwrap();
    let deploy = |who: &str, more: &[&str], code: i32| {
        let all = [&["--url", &url, "--dev-account", who, "deploy"], more].concat();
        theriac(folder.path(), &all).ends_with(code)
    };
    let first = deploy("alice", &["--out", "first.json"], 0);
    assert_eq!(first.err.lines().count(), 11, "a line for each step: {}", first.err);
    assert!(first.out.contains("theriac admin end-set-up"), "{}", first.out);
    assert!(!folder.path().join("first.json.partial").exists());

    // As an interruption after the last step leaves it: the file that says how it began, and no deployment file.
    let begun =
        theriac(folder.path(), &["--url", &url, "--dev-account", "ferdie", "deploy", "--out", "second.json"]);
    begun.ends_with(0);
    let deployment: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("second.json")).unwrap()).unwrap();
    let bundles = Bundles::shipped().unwrap().digest();
    let partial = serde_json::json!({
        "version": 1, "genesis": deployment["chain"]["genesis"], "salt": "00".repeat(16), "deployer": FERDIE,
        "bundles": bundles, "block": deployment["block"],
    });
    let write = |value: &Value| {
        std::fs::write(folder.path().join("third.json.partial"), value.to_string()).unwrap();
    };
    write(&partial);
    let other = deploy("alice", &["--out", "third.json", "--resume", "--json"], 2).error_json();
    assert_eq!(other["error"]["code"], "deploy/other-deployer");
    let mut of_others = partial.clone();
    of_others["bundles"] = deployment["chain"]["genesis"].clone();
    write(&of_others);
    let other = deploy("ferdie", &["--out", "third.json", "--resume", "--json"], 2).error_json();
    assert_eq!(other["error"]["code"], "deploy/other-bundles");
    write(&partial);
    deploy("ferdie", &["--out", "third.json", "--resume"], 0);
    std::fs::remove_file(folder.path().join("third.json")).unwrap();
    write(&partial);
    let again = deploy("ferdie", &["--out", "third.json", "--resume"], 0);
    assert_eq!(again.err.matches("(already done)").count(), 11, "{}", again.err);
}

#[test]
fn a_dry_run_says_what_it_costs_and_a_question_is_asked_before_what_cannot_be_taken_back() {
    let world = World::new();
    world.register();
    world.release();
    let status = world.json("bob", &["status"]);
    assert_eq!(
        (&status["in_set_up"], &status["account"]["organisation"]["name"]),
        (&false.into(), &"Alpha Pharma".into())
    );
    assert!(status["contracts"].as_array().unwrap().iter().all(|contract| contract["code"] == "as deployed"));
    let before = status["account"]["balance"].clone();
    assert_eq!(world.json("", &["account", "show", BOB])["balance"], before);

    let hash = "12".repeat(32);
    let recall = [&["batch", "recall", "ii", "contamination"], &BATCH[..], &["--sha256", &hash]].concat();
    let cost = world.json("bob", &[&recall[..], &["--dry-run"]].concat());
    assert_eq!((&cost["dry_run"], &cost["message"]), (&true.into(), &"recall".into()));
    assert!(cost["fee"].as_str().unwrap().parse::<u128>().unwrap() > 0, "{cost}");
    assert!(cost["deposit"].as_str().unwrap().parse::<i128>().unwrap() > 0, "{cost}");
    let text = world.run("bob", &[&recall[..], &["--dry-run"]].concat(), 0).out;
    assert!(text.contains("Nothing was sent") && text.contains("UNIT"), "{text}");
    let refused = world.run("dave", &[&recall[..], &["--dry-run", "--json"]].concat(), 4).error_json();
    assert_eq!(refused["error"]["code"], "batches/caller-not-authorised");
    assert_eq!(world.json("bob", &["status"])["account"]["balance"], before, "nothing was paid");

    let unasked = [&recall[..], &["--json", "--dev-account", "bob", "--url", &world.url]].concat();
    let mut command = testkit::theriac::command(world.folder.path()).unwrap();
    let said = Said::by(command.args(unasked).env_remove("THERIAC_YES")).unwrap().ends_with(2);
    assert_eq!(said.error_json()["error"]["code"], "confirmation/missing");
    world.run("bob", &[&recall[..], &["--yes"]].concat(), 0);
}
