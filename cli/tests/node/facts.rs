//! A pack that must not be dispensed is never called valid, and an honest one is called what it is: by the command line on
//! a real node.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::print_stderr, missing_docs)]

use crate::world::{codes, World, BATCH, CLINIC, CODE, MAKER, PHARMACY, PROVEN, WHOLESALER};
use chain::feeds::Feeds;
use chain::{Chain, Deployment, SecretString, Signer};
use oracle::keys::{OperatorKey, Secret};
use primitives::feeds::{Observation, Report};
use primitives::{FeedId, InputCommitment};
use serde_json::{json, Value};

/// How many packs the pharmacy has.
const AT_PHARMACY: &str = "200";
const ORDER: &str = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";

/// A released batch, of which the pharmacy has packs.
fn world() -> World {
    let world = World::new();
    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, AT_PHARMACY);
    world.run("dave", &["batch", "receive", &shipment], 0);
    world
}

fn code(number: u32) -> String {
    CODE.replace("S0000007", &format!("S{number:07}"))
}

/// The verdict on a pack at a site.
fn at(world: &World, site: &str, code: &str, exit: i32) -> Value {
    let arguments = [&["verify", code, "--holder", site, "--json"][..], &PROVEN].concat();
    world.run("", &arguments, exit).json()
}

/// A command about packs in a file, with their list and key where they are needed.
fn packs(world: &World, who: &str, command: &[&str], exit: i32) -> Value {
    let proven: &[&str] = if command.contains(&"release") { &[] } else { &PROVEN };
    let all = [&["packs"], command, &BATCH[..], &["--file", "packs.txt", "--json"], proven].concat();
    let said = world.run(who, &all, exit);
    if exit == 0 {
        said.json()
    } else {
        said.error_json()["error"]["code"].clone()
    }
}

fn note_codes(verdict: &Value) -> Vec<&str> {
    verdict["notes"].as_array().unwrap().iter().map(|note| note["code"].as_str().unwrap()).collect()
}

fn waiting(world: &World, who: &str, more: &[&str]) -> Vec<(String, u64)> {
    let status = world.json(who, &[&["status", "goods"], more].concat());
    let item = |it: &Value| (it["kind"].as_str().unwrap().to_owned(), it["quantity"].as_u64().unwrap());
    status["waiting"].as_array().unwrap().iter().map(item).collect()
}

/// Sixty packs, which one transaction does not name.
fn write_packs(world: &World) {
    let list: String = (0..60).map(|number| format!("S{number:07}\n")).collect();
    std::fs::write(world.folder.path().join("packs.txt"), list).unwrap();
}

#[test]
fn packs_that_are_condemned_returned_and_destroyed_are_never_valid_again() {
    let world = world();
    write_packs(&world);
    assert_eq!(at(&world, PHARMACY, CODE, 0)["valid"], true);

    packs(&world, "dave", &["quarantine", "damaged"], 0);
    assert_eq!(
        packs(&world, "dave", &["quarantine", "damaged"], 4),
        "units/unit-not-there",
        "they are there already"
    );
    assert_eq!(codes(&at(&world, PHARMACY, CODE, 3)), ["unit-quarantined"]);
    assert_eq!(codes(&world.verify(CODE, 3)), ["unit-quarantined"], "for everybody");
    assert_eq!(at(&world, PHARMACY, &code(70), 0)["valid"], true, "and no other pack");
    assert_eq!(waiting(&world, "dave", &[]), [("quarantined-by-serial".to_owned(), 60)]);
    assert_eq!(packs(&world, "dave", &["release", "nothing-found"], 4), "units/caller-not-authorised");

    packs(&world, "dave", &["condemn", "--already-quarantined"], 0);
    assert_eq!(
        packs(&world, "eve", &["release", "mistake"], 4),
        "units/unit-not-there",
        "there is no way back"
    );
    assert_eq!(codes(&at(&world, PHARMACY, CODE, 3)), ["unit-condemned"]);
    assert_eq!(world.dispense("dave", &["--json"], 4).error_json()["error"]["code"], "units/unit-condemned");
    let status = world.json("eve", &["status", "goods"]);
    let condemned = &status["waiting"][0];
    assert_eq!((&condemned["kind"], &condemned["quantity"]), (&"condemned".into(), &60.into()));
    assert_eq!(condemned["positions"].as_array().map(Vec::len), Some(60));
    assert!(condemned["since"].is_string(), "{condemned}");

    // What goes back is known by serial: these, and not any other.
    let back = |more: &[&str], exit| {
        let all = [&["--to", MAKER, "--return", "--quantity", "60", "--json"], more].concat();
        world.batch("dave", "ship", &all, exit)
    };
    assert_eq!(back(&[], 4).error_json()["error"]["code"], "batches/serial-required");
    let shipment = back(&["--condemned"], 0).json()["shipment"].to_string();
    assert_eq!(waiting(&world, "bob", &[]), [("in-transit".to_owned(), 60)]);
    world.run("bob", &["batch", "receive", &shipment], 0);
    assert_eq!(codes(&at(&world, MAKER, CODE, 3)), ["unit-condemned", "site-not-dispenser"]);
    assert_eq!(waiting(&world, "bob", &[]), [("returned".to_owned(), 60)]);
    world.run("bob", &["batch", "decommission", "destroyed", CODE, "--quantity", "60", "--sha256", ORDER], 0);
    for site in [MAKER, PHARMACY] {
        assert_eq!(codes(&at(&world, site, CODE, 3))[0], "unit-condemned");
    }
    let shown = world.batch("", "show", &["--json"], 0).json();
    let balance = &shown["mass_balance"];
    assert_eq!((&balance["condemned"], &balance["destroyed"]), (&0.into(), &60.into()));
    assert_eq!(waiting(&world, "eve", &[]), []);
    let export =
        ["epcis", "export", BATCH[0], BATCH[1], BATCH[2], BATCH[3], "--serials", "serials.txt", "--json"];
    let document = world.run("", &export, 0).json();
    let events = document["epcisBody"]["eventList"].as_array().unwrap();
    let condemned = events.iter().filter(|event| {
        (&event["bizStep"], &event["disposition"]) == (&"inspecting".into(), &"non_sellable_other".into())
    });
    let named: usize = condemned.map(|event| event["epcList"].as_array().unwrap().len()).sum();
    assert_eq!(named, 60);
    world.devnet.stop().unwrap();
}

#[test]
fn a_dispense_that_is_sent_again_is_no_alarm_and_a_wrong_record_is_put_right() {
    let world = world();
    let first = world.dispense("dave", &["--json"], 0).json();
    let again = world.dispense("dave", &["--json"], 0).json();
    assert_eq!((&first["already"], &again["already"]), (&false.into(), &true.into()));
    assert_eq!((&again["at"], &again["state"]), (&first["at"], &"dispensed".into()));
    let said = world.dispense("dave", &[], 0).out;
    assert!(said.contains("was recorded as dispensed already at Corner Pharmacy"), "{said}");
    assert!(said.contains("nothing was booked"), "{said}");
    let otherwise = [&["batch", "decommission", "stolen", CODE, "--json"][..], &PROVEN].concat();
    let otherwise = world.run("dave", &otherwise, 4).error_json();
    assert_eq!(otherwise["error"]["code"], "units/already-otherwise");
    assert_eq!(note_codes(&world.verify(CODE, 0)), ["unit-dispensed"], "no alarm");

    // Another site's attempt is one; and the regulator finds that the first record is wrong.
    let clinic = world.ship("bob", CLINIC, "10");
    world.run("ferdie", &["batch", "receive", &clinic], 0);
    world.dispense("ferdie", &[], 5);
    assert_eq!(codes(&world.verify(CODE, 3)), ["alarm-open"]);
    world.run("dave", &["alarm", "resolve", "record-wrong", CODE], 4);
    world.run("eve", &["alarm", "resolve", "record-wrong", CODE], 0);
    assert_eq!(at(&world, CLINIC, CODE, 0)["valid"], true);
    world.dispense("ferdie", &[], 0);

    // A site that raised alarms about packs that it never had.
    let [eighth, ninth, tenth] = [8, 9, 10].map(code);
    let attempt = |pack: &str, exit| {
        world.run("charlie", &[&["batch", "dispense", pack][..], &PROVEN].concat(), exit);
    };
    attempt(&eighth, 4);
    world.run("alice", &["org", "grant", "pharmacy", WHOLESALER], 0);
    for pack in [&eighth, &ninth] {
        attempt(pack, 5);
        assert_eq!(codes(&at(&world, PHARMACY, pack, 3)), ["alarm-open"]);
    }
    world.run("eve", &["alarm", "resolve", "false-alarm", &eighth, &ninth, &tenth], 4);
    world.run("eve", &["alarm", "resolve", "false-alarm", &eighth], 0);
    assert_eq!(at(&world, PHARMACY, &eighth, 0)["valid"], true);
    world.run("eve", &["alarm", "dismiss", WHOLESALER], 0);
    assert_eq!(at(&world, PHARMACY, &ninth, 0)["valid"], true);

    // What was done offline is sent later with its own time.
    let released = world.batch("", "show", &["--json"], 0).json()["released_at"].as_str().unwrap().to_owned();
    let offline = |time: &str, exit| {
        let arguments = ["batch", "dispense", &ninth, "--done-at", time, "--json"];
        world.run("dave", &[&arguments[..], &PROVEN].concat(), exit)
    };
    assert_eq!(offline("2099-01-01T00:00:00Z", 4).error_json()["error"]["code"], "units/time-in-future");
    assert_eq!(offline(&released, 0).json()["at"], released.as_str());
    world.devnet.stop().unwrap();
}

#[test]
fn one_quarantined_pack_says_nothing_against_the_others() {
    let world = world();
    std::fs::write(world.folder.path().join("packs.txt"), "S0000001\n").unwrap();
    packs(&world, "dave", &["quarantine", "damaged"], 0);
    let elsewhere = world.verify(CODE, 0);
    assert_eq!(
        (&elsewhere["outcome"], note_codes(&elsewhere)),
        (&"genuine".into(), vec!["units-quarantined"])
    );
    assert_eq!(at(&world, PHARMACY, CODE, 0)["valid"], true);
    assert_eq!(at(&world, MAKER, CODE, 3)["outcome"], "genuine", "no pharmacy");

    // The patient, after the counter.
    world.dispense("dave", &[], 0);
    let said = world.run("", &[&["verify", CODE][..], &PROVEN].concat(), 0).out;
    assert!(said.starts_with("GENUINE\n"), "{said}");
    assert!(said.contains("Note: This pack was dispensed: as expected if you received it there."), "{said}");
    assert!(said.contains("at Corner Pharmacy (GLN 6291041500237) on "), "{said}");
    assert_eq!(codes(&at(&world, PHARMACY, CODE, 3)), ["unit-dispensed"], "it is not dispensed again");
    world.devnet.stop().unwrap();
}

#[test]
fn nothing_is_stuck_with_a_site_that_may_not_act_and_counts_are_taken_back() {
    const CASE: &str = "106141412345678908";
    let world = world();
    world.run("eve", &["org", "suspend", PHARMACY], 0);
    assert_eq!(waiting(&world, "eve", &[]), [("holder-without-role".to_owned(), 200)]);
    assert_eq!(codes(&at(&world, PHARMACY, CODE, 3)), ["site-not-dispenser"]);
    let ship = ["--to", WHOLESALER, "--quantity", "200", "--for", PHARMACY, "--order", ORDER, "--json"];
    world.batch("bob", "ship", &ship, 4);
    let shipment = world.batch("eve", "ship", &ship, 0).json()["shipment"].to_string();
    world.run("charlie", &["batch", "receive", &shipment], 0);
    assert_eq!(waiting(&world, "eve", &[]), []);
    world.run("eve", &["org", "reinstate", PHARMACY], 0);
    assert_eq!(
        world.batch("eve", "ship", &ship, 4).error_json()["error"]["code"],
        "batches/site-acts-itself"
    );

    // Packs without serials are counted.
    let plain = ["--gtin", "9506000134352", "--lot", "PLAIN"];
    let scan = "(01)09506000134352(17)281231(10)PLAIN";
    let on =
        |command: &[&str], more: &[&str], exit| world.run("bob", &[command, &plain, more].concat(), exit);
    on(&["batch", "register"], &["--expiry", "281231", "--quantity", "100"], 0);
    on(&["logistic", "pack", CASE], &["--quantity", "30"], 0);
    on(&["quarantine", "set", "damaged"], &["--quantity", "20"], 0);
    on(&["quarantine", "condemn"], &["--quantity", "15"], 0);
    world.run("bob", &["quarantine", "condemn", "--sscc", CASE], 4);
    world.run("bob", &["quarantine", "set", "damaged", "--sscc", CASE], 0);
    world.run("bob", &["quarantine", "condemn", "--sscc", CASE], 0);
    let expected = [("quarantined", 5), ("condemned", 15), ("condemned-closed", 30)];
    assert_eq!(waiting(&world, "bob", &plain), expected.map(|(kind, count)| (kind.to_owned(), count)));
    world.run("bob", &["logistic", "destroy", CASE, "--sha256", ORDER], 0);
    world.run("bob", &["batch", "decommission", "sample", scan, "--quantity", "10"], 0);
    let revert = |quantity: &str, exit| {
        world.run(
            "bob",
            &["batch", "revert", scan, "--quantity", quantity, "--state", "sample", "--json"],
            exit,
        )
    };
    assert_eq!(revert("11", 4).error_json()["error"]["code"], "batches/nothing-to-revert");
    revert("4", 0);
    let balance = world.run("", &[&["batch", "show"], &plain[..], &["--json"]].concat(), 0).json();
    assert_eq!(
        balance["mass_balance"],
        json!({
            "held": 44, "packed": 0, "in_transit": 0, "quarantined": 5, "quarantined_by_serial": 0, "condemned": 15,
            "returned": 0, "dispensed": 0, "destroyed": 30, "decommissioned": 6,
        })
    );
    world.devnet.stop().unwrap();
}

const EXCURSION: &str = "excursion";

/// Opens a feed whose reports from 0.9 on are evidence, and enters an operator: the file of its key.
fn open_feed(world: &World) -> String {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/heart-disease");
    world.run("eve", &["model", "register", model], 0);
    world.run("alice", &["feed", "create", EXCURSION, "--model", model, "--max-report-age", "1h"], 0);
    let key = world.folder.path().join("operator.key").to_str().unwrap().to_owned();
    let public = world.json("", &["oracle", "key", &key])["public_key"].as_str().unwrap().to_owned();
    world.run("alice", &["feed", "operators", "--f", "0", &public], 0);
    world.run("eve", &["evidence", "policy", "set", EXCURSION, "--threshold", "0.9", "--max-age", "24h"], 0);
    key
}

/// Reports the highest value of the feed about a subject, observed at this time.
async fn report(world: &World, key: &str, subject: &str, observed_at: u64) {
    let key = OperatorKey::from_hex(&Secret::from_file(key.as_ref()).unwrap()).unwrap();
    let deployment = Deployment::load(&world.folder.path().join("deployment.json")).unwrap();
    let chain = Chain::connect(&world.url).await.unwrap();
    let (feeds, feed) = (Feeds(deployment.contracts.feeds.address), FeedId::named(EXCURSION).unwrap());
    let definition = chain.read(&feeds.feed(feed)).await.unwrap().unwrap();
    let report = Report {
        configuration: chain.read(&feeds.configuration_digest()).await.unwrap(),
        feed,
        subject: subject.parse().unwrap(),
        round: 1,
        request: None,
        model: definition.model,
        inputs: InputCommitment([7; 32]),
        observed_at,
        observations: vec![Observation { operator: 0, value: definition.max }],
    };
    let signature = key.sign(&report.hash()).unwrap();
    let payer = Signer::from_secret(&SecretString::from("//Dave".to_owned())).unwrap();
    chain.account(payer).unwrap().submit(&feeds.report(&report, &[signature])).await.unwrap();
}

fn now() -> u64 {
    u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

/// The lorry was too warm. Its logger is read when the goods are received, and some have gone on by the time of the report.
#[tokio::test(flavor = "multi_thread")]
async fn a_logger_that_is_read_on_arrival_strikes_what_arrived_and_what_went_on() {
    let world = world();
    let key = open_feed(&world);
    let lorry = world.ship("bob", PHARMACY, "100");
    let observed_at = now();
    world.run("dave", &["batch", "receive", &lorry], 0);
    let next = world.ship("dave", CLINIC, "40");
    let goods = ["--shipment", lorry.as_str()];
    let command = |name| [&["evidence", name, EXCURSION][..], &goods].concat();
    let early = world.run("", &[&command("follow")[..], &["--json"]].concat(), 4).error_json();
    assert!(early["error"]["message"].as_str().unwrap().contains("evidence present"), "{early}");

    let subject = world.json("", &[&["evidence", "subject"][..], &goods].concat())["subject"].clone();
    report(&world, &key, subject.as_str().unwrap(), observed_at).await;
    let presented = world.json("dave", &command("present"));
    let followed = presented["followed"].as_array().unwrap();
    assert_eq!(followed.len(), 1, "{presented}");
    assert_eq!(
        (&followed[0]["goods"], &followed[0]["quantity"]),
        (&json!(format!("shipment {next}")), &json!(40))
    );
    assert_eq!(world.json("dave", &command("follow"))["followed"], json!([]), "all of it is known");
    // A shelf: who begins to search after the observation would see nothing leave it.
    let shelf = [&BATCH[..], &["--holder", PHARMACY]].concat();
    let subject = world.json("", &[&["evidence", "subject"][..], &shelf].concat())["subject"].clone();
    report(&world, &key, subject.as_str().unwrap(), observed_at).await;
    world.run("dave", &[&["evidence", "present", EXCURSION][..], &shelf].concat(), 0);
    let late = presented["block"].to_string();
    let follow = [&["evidence", "follow", EXCURSION][..], &shelf].concat();
    let said = world.run("dave", &[&follow[..], &["--from-block", &late]].concat(), 2);
    assert!(said.err.contains("give an earlier --from-block"), "{}", said.err);
    world.run("dave", &[&follow[..], &["--from-block", "1"]].concat(), 0);

    world.run("ferdie", &["batch", "receive", &next], 0);
    let verdict = at(&world, CLINIC, CODE, 3);
    assert!(codes(&verdict).contains(&"units-quarantined"), "{verdict}");
    let shown = world.batch("", "show", &["--json"], 0).json();
    let history: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert!(history.contains(&"evidence-followed"), "{history:?}");
    world.run("", &[&["epcis", "export"][..], &BATCH, &["--out", "history.json"]].concat(), 0);
}
