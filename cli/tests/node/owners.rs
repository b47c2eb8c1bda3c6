//! Who owns what, by the command line on a real node: a hijack that fails, a product that changes hands, a manufacturer that
//! is lost, and the work of a regulator. How an organisation gets a steward after it lost its keys is in
//! `journey::changes_wait_where_everybody_sees_them` (proposed) and, after the two days, in the contracts' own tests
//! (`contracts/governance/src/tests/proposals.rs`).
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{json, Value};

use crate::world::{codes, World, BATCH, CLINIC, CODE, GTIN, MAKER, PHARMACY, PROVEN, WHOLESALER};

const HASH: &str = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
/// Of the maker's company prefix.
const CASE: &str = "106141412345678908";
/// Of the wholesaler's, once it is registered.
const OWN_CASE: &str = "106141422345678907";
/// A pack of the batch without serials.
const PLAIN: &str = "(01)09506000134352(17)281231(10)PLAIN";

impl World {
    /// The name of the refusal of a command.
    fn refusal(&self, who: &str, arguments: &[&str]) -> String {
        let error = self.run(who, &[arguments, &["--json"]].concat(), 4).error_json();
        error["error"]["code"].as_str().unwrap().to_owned()
    }

    fn grant(&self, roles: &[&str], organisation: &str) {
        for role in roles {
            self.run("alice", &["org", "grant", role, organisation], 0);
        }
    }
}

fn register<'a>(lot: &'a str, quantity: &'a str) -> Vec<&'a str> {
    vec!["batch", "register", "--gtin", GTIN, "--lot", lot, "--expiry", "281231", "--quantity", quantity]
}

#[test]
fn nobody_takes_the_product_the_numbers_or_the_batch_of_another() {
    let world = World::new();
    world.grant(&["manufacturer", "quality-unit"], CLINIC);
    assert_eq!(world.refusal("ferdie", &register("ABC123", "5")), "products/not-maker");
    let authorise = ["product", "authorise", GTIN, "--holder", CLINIC, "--market", "DE", "--sha256", HASH];
    assert_eq!(world.refusal("ferdie", &authorise), "products/caller-not-authorised");
    assert_eq!(world.refusal("eve", &authorise), "products/product-exists");

    // A contract maker registers the lot wrongly, and something becomes of a pack, so that it cannot cancel any more.
    world.grant(&["manufacturer"], WHOLESALER);
    world.run("eve", &["product", "change", GTIN, "--maker", WHOLESALER], 0);
    world.run("charlie", &register("ABC123", "5"), 0);
    let scan = format!("(01)0{GTIN}(17)281231(10)ABC123");
    world.run("charlie", &["batch", "decommission", "sample", &scan, "--quantity", "1"], 0);
    let wrong = world.batch("", "show", &["--json"], 0).json();
    let cancel = [&["batch", "cancel"][..], &BATCH].concat();
    assert_eq!(world.refusal("charlie", &cancel), "batches/registration-final");
    let recall = [&["batch", "recall"][..], &BATCH, &["i", "counterfeit", "--sha256", HASH]].concat();
    assert_eq!(world.refusal("ferdie", &recall), "batches/caller-not-authorised");
    assert_eq!(world.refusal("charlie", &recall), "batches/not-released");
    assert_eq!(world.refusal("ferdie", &cancel), "batches/caller-not-authorised");
    world.run("eve", &cancel, 0);
    assert_eq!(codes(&world.verify(CODE, 3)), ["batch-unknown"]);

    // What was reviewed is not what is registered now.
    world.register();
    let attest =
        [&["batch", "attest"][..], &BATCH, &["good-manufacturing-practice", "--sha256", HASH]].concat();
    let reviewed = wrong["registration_hash"].as_str().unwrap();
    let refused = world.run("eve", &[&attest[..], &["--registration", reviewed, "--json"]].concat(), 4);
    let error = &refused.error_json()["error"];
    assert_eq!(error["code"], "products/registration-changed");
    let registered = &error["details"]["registration"];
    assert_eq!(
        (&registered["quantity"], &registered["manufacturer"]["name"]),
        (&1_000.into(), &"Alpha Pharma".into())
    );
    world.release();
    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_ne!(
        (&shown["registration"], &shown["registration_hash"]),
        (&wrong["registration"], &wrong["registration_hash"])
    );
    assert_eq!(shown["product"]["holder"]["name"], "Alpha Pharma");
    assert_eq!(world.verify(CODE, 0)["outcome"], "genuine");

    // Its SSCCs are its own, too.
    let shipment = world.ship("bob", WHOLESALER, "100");
    world.run("charlie", &["batch", "receive", &shipment], 0);
    let pack = |sscc| [&["logistic", "pack", sscc][..], &BATCH, &["--quantity", "10"]].concat();
    assert_eq!(world.refusal("charlie", &pack(CASE)), "batches/sscc-of-another");
    assert_eq!(world.refusal("charlie", &pack(OWN_CASE)), "batches/sscc-of-another", "nobody's");
    world.run("eve", &["org", "prefix", "add", WHOLESALER, "0614142"], 0);
    world.run("charlie", &pack(OWN_CASE), 0);
    world.run("bob", &pack(CASE), 0);
    assert_eq!(world.verify(CODE, 0)["outcome"], "genuine");
    world.devnet.stop().unwrap();
}

#[test]
fn a_product_changes_hands_and_what_is_on_the_market_stays_valid() {
    let world = World::new();
    world.grant(&["manufacturer", "quality-unit"], WHOLESALER);
    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, "100");
    world.run("dave", &["batch", "receive", &shipment], 0);
    world.run("bob", &register("OLD", "5"), 0);

    assert_eq!(
        world.refusal("bob", &["product", "change", GTIN, "--holder", WHOLESALER]),
        "products/caller-not-authorised"
    );
    let changed = world.json("eve", &["product", "change", GTIN, "--holder", WHOLESALER, "--sha256", HASH]);
    assert_ne!(changed["former"]["holder"], changed["product"]["holder"]);
    let same = world.run("eve", &["product", "change", GTIN, "--holder", WHOLESALER, "--sha256", HASH], 2);
    assert!(same.err.contains("nothing is different"), "{}", same.err);
    let shown = world.json("", &["product", "show", GTIN]);
    assert_eq!((&shown["holder"]["name"], &shown["state"]), (&"Beta Trade".into(), &"authorised".into()));

    assert_eq!(world.refusal("bob", &register("NEW", "5")), "products/not-maker");
    let old = ["--gtin", GTIN, "--lot", "OLD"];
    for (who, what) in [("bob", "certificate-of-analysis"), ("eve", "good-manufacturing-practice")] {
        world.run(who, &[&["batch", "attest"][..], &old, &[what, "--sha256", HASH]].concat(), 0);
    }
    assert_eq!(world.refusal("bob", &[&["batch", "release"][..], &old].concat()), "products/not-maker");
    world.run("charlie", &register("NEW", "5"), 0);

    let here = [&["verify", CODE, "--holder", PHARMACY, "--json"][..], &PROVEN].concat();
    assert_eq!(world.run("", &here, 0).json()["valid"], true);
    world.dispense("dave", &[], 0);
    world.devnet.stop().unwrap();
}

#[test]
fn the_goods_of_a_lost_manufacturer_are_recalled_and_destroyed_by_who_holds_them() {
    let world = World::new();
    world.register();
    world.release();
    world.run("bob", &register("PLAIN", "10"), 0);
    let shipment = world.ship("bob", PHARMACY, "200");
    world.run("dave", &["batch", "receive", &shipment], 0);
    world.run("bob", &[&["logistic", "pack", CASE][..], &BATCH, &["--quantity", "100"]].concat(), 0);
    let shipped = world.json("bob", &["logistic", "ship", CASE, "--to", WHOLESALER]);
    world.run("charlie", &["logistic", "receive", &shipped["shipment"].to_string(), CASE], 0);

    world.run("eve", &["org", "suspend", MAKER], 0);
    let withdraw = ["product", "withdraw", GTIN, "i", "quality-defect", "--sha256", HASH];
    assert_eq!(world.refusal("bob", &withdraw), "products/caller-not-authorised");
    world.run("eve", &withdraw, 0);
    assert_eq!(world.json("", &["product", "show", GTIN])["state"], "withdrawn");
    assert_eq!(
        world.refusal("eve", &["product", "restore", GTIN, "--sha256", HASH]),
        "products/recall-by-caller"
    );
    let recalled = world.verify(CODE, 3);
    assert_eq!((&recalled["outcome"], codes(&recalled)), (&"recalled".into(), vec!["batch-recalled"]));
    let plain = world.run("", &["verify", PLAIN, "--json"], 3).json();
    assert_eq!(plain["outcome"], "recalled", "every batch of the product");
    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_eq!(
        (&shown["recalls"][0]["scope"], &shown["recalls"][0]["number"]),
        (&"the product".into(), &Value::Null)
    );
    let events = shown["history"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["event"], "product-recalled");

    // All sites answer, that of the lost manufacturer too.
    let open = |world: &World| -> Vec<(u64, u64)> {
        let work = world.json("eve", &["status", "regulator"]);
        let recalls = work["recalls"]["entries"].as_array().unwrap();
        recalls
            .iter()
            .map(|it| (it["acknowledged"].as_u64().unwrap(), it["sites"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(open(&world), [(0, 3), (0, 1)]);
    for who in ["dave", "charlie", "bob"] {
        world.batch(who, "acknowledge", &[], 0);
    }
    assert_eq!(open(&world), [(3, 3), (0, 1)]);
    let again = [&["batch", "acknowledge"][..], &BATCH].concat();
    assert_eq!(world.refusal("dave", &again), "batches/nothing-to-acknowledge");

    world.run("charlie", &["quarantine", "set", "quality-investigation", "--sscc", CASE], 0);
    world.run("charlie", &["quarantine", "condemn", "--sscc", CASE], 0);
    world.run("charlie", &["logistic", "destroy", CASE, "--sha256", HASH], 0);
    for (who, quantity) in [("dave", "200"), ("bob", "700")] {
        let destroy = ["batch", "decommission", "destroyed", CODE, "--quantity", quantity, "--sha256", HASH];
        world.run(who, &destroy, 0);
    }
    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_eq!(
        (&shown["mass_balance"]["destroyed"], &shown["mass_balance"]["held"]),
        (&1_000.into(), &0.into())
    );
    world.devnet.stop().unwrap();
}

/// GTINs that nobody has.
fn gtins() -> impl Iterator<Item = String> {
    (0_u64..61).map(|number| {
        let digits = format!("4012345{number:05}");
        let sum: u32 = digits
            .bytes()
            .zip([1, 3].iter().cycle())
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        format!("{digits}{}", (10 - sum % 10) % 10)
    })
}

#[test]
fn a_regulator_authorises_lists_of_products_and_sees_what_waits_for_it() {
    let world = World::new();
    let mut list = "gtin,holder,makers,markets,until,document\n".to_owned();
    let today = world.json("", &["status"])["finalised_at"].as_str().unwrap().to_owned();
    let end = format!("{}-06-30", today[..4].parse::<u16>().unwrap() + 1);
    let line = |gtin: &str| format!("{gtin},{MAKER},{WHOLESALER},DE,{end},{HASH}");
    for gtin in gtins().take(60) {
        writeln!(list, "{}", line(&gtin)).unwrap();
    }
    let write = |text: &str| std::fs::write(world.folder.path().join("products.csv"), text).unwrap();
    let import = ["product", "authorise", "--file", "products.csv", "--json"];
    write(&list.replacen("4012345", "4012346", 1));
    assert_eq!(world.run("eve", &import, 2).error_json()["error"]["details"]["lines"][0]["line"], 2);
    write(&list.replacen(WHOLESALER, "6291041500299", 1).replacen(",DE,", ",FR,", 2));
    let refused = world.run("eve", &import, 4).error_json();
    let lines = refused["error"]["details"]["lines"].as_array().unwrap();
    assert_eq!(
        lines.len(),
        1,
        "an organisation that nobody knows is found before the contract is asked: {refused}"
    );
    write(&list.replacen(",DE,", ",FR,", 2));
    let refused = world.run("eve", &import, 4).error_json();
    let lines: Vec<&Value> =
        refused["error"]["details"]["lines"].as_array().unwrap().iter().map(|it| &it["line"]).collect();
    assert_eq!(lines, [2, 3], "{refused}");
    assert_eq!(world.json("", &["product", "list"]).as_array().unwrap().len(), 1, "nothing was sent");

    write(&list);
    world.run("alice", &["org", "grant", "auditor", CLINIC, "--until", &end], 0);
    let done = world.run("eve", &import, 0);
    assert_eq!(
        (done.json()["authorised"].as_array().unwrap().len(), done.err.lines().last()),
        (60, Some("60 of 60 products"))
    );
    let again = world.json("eve", &import[..4]);
    assert_eq!(
        (&again["authorised"], &again["unchanged"]),
        (&json!([]), &60.into()),
        "given again, nothing is sent"
    );
    // What an interruption left out is sent, and nothing else.
    let left_out = gtins().last().unwrap();
    writeln!(list, "{}", line(&left_out)).unwrap();
    write(&list);
    let rest = world.json("eve", &import[..4]);
    assert_eq!((&rest["authorised"], &rest["unchanged"]), (&json!([format!("0{left_out}")]), &60.into()));
    write(&list.replacen("-06-30", "-07-01", 1));
    let differs = world.run("eve", &import, 4).error_json();
    let line = &differs["error"]["details"]["lines"][0];
    assert_eq!(line["line"], 2);
    assert!(line["cause"].as_str().unwrap().contains("not so: until"), "{line}");

    // A delegate stays within its prefix.
    world.run("eve", &["product", "delegate", "4012345", WHOLESALER], 0);
    let one = |gtin: &'static str| {
        ["product", "authorise", gtin, "--holder", WHOLESALER, "--market", "DE", "--sha256", HASH]
    };
    assert_eq!(
        world.refusal("charlie", &one("4012345111118")),
        "products/caller-not-authorised",
        "not registered"
    );
    world.run("eve", &["org", "prefix", "add", WHOLESALER, "4012345"], 0);
    world.run("charlie", &one("4012345111118"), 0);
    assert_eq!(world.refusal("charlie", &one("9506000134369")), "products/caller-not-authorised");
    world.run("eve", &["product", "delegate", "4012345", "--nobody"], 0);
    assert_eq!(world.json("", &["product", "delegation", "4012345"])["delegate"], Value::Null);

    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, "100");
    world.run("dave", &["batch", "receive", &shipment], 0);
    world.dispense("dave", &[], 0);
    world.dispense("ferdie", &[], 5);
    let here = [&["quarantine", "set", "damaged"][..], &BATCH, &["--holder", PHARMACY]].concat();
    world.run("eve", &here, 0);
    world.run("alice", &["admin", "propose", "grant", "regulator", CLINIC], 0);
    world.batch("bob", "recall", &["iii", "stability", "--sha256", HASH, "--serials", "900-999"], 0);
    let work = world.json("eve", &["status", "regulator", "--within", "800d"]);
    let lapses = &work["lapses"];
    assert_eq!(
        (&lapses["total"], &lapses["pages"], lapses["entries"].as_array().unwrap().len()),
        (&62.into(), &2.into(), 50)
    );
    let last =
        world.json("eve", &["status", "regulator", "--within", "800d", "--page", "2"])["lapses"].clone();
    assert_eq!(
        (last["entries"].as_array().unwrap().len(), &last["entries"][11]["role"]),
        (12, &"auditor".into())
    );
    let entry = |list: &str| work[list]["entries"][0].clone();
    assert_eq!(entry("alarms")["code"], "second-decommission");
    assert_eq!(
        (&entry("alarms")["position"], &entry("alarms")["site"]["name"]),
        (&7.into(), &"City Clinic".into())
    );
    assert_eq!((&entry("held")["kind"], &entry("held")["quantity"]), (&"quarantined".into(), &99.into()));
    assert_eq!(entry("held")["stop"]["by"]["name"], "Medicines Authority");
    assert!(entry("held")["stop"]["others_from"].as_str() > entry("held")["stop"]["since"].as_str());
    assert!(entry("proposals")["change"].as_str().unwrap().starts_with("the role regulator for City Clinic"));
    let recall = entry("recalls");
    assert_eq!(
        (&recall["acknowledged"], &recall["sites"], &recall["overdue"]),
        (&0.into(), &2.into(), &false.into())
    );
    let said = world.run("eve", &["status", "regulator"], 0).out;
    assert!(said.contains("Open alarms: 1\n") && said.contains("Answered    0 of 2 sites"), "{said}");

    // A regulator ends what the manufacturer ordered at once.
    let end = [&["batch", "end-recall"][..], &BATCH, &["0", "--sha256", HASH]].concat();
    assert_eq!(world.refusal("bob", &end), "batches/caller-not-authorised");
    world.run("eve", &end, 0);
    assert_eq!(world.refusal("eve", &end), "batches/recall-ended");
    let shown = world.batch("", "show", &["--json"], 0).json();
    assert_eq!(shown["recalls"][0]["ended"]["by"]["name"], "Medicines Authority");
    assert_eq!(world.json("eve", &["status", "regulator"])["recalls"]["total"], 0);
    world.run("", &[&["epcis", "export"][..], &BATCH, &["--out", "history.json"]].concat(), 0);
    world.devnet.stop().unwrap();
}

/// What the contracts store is listed on every node. What only events name is missing where the node forgot them, and the list
/// says so.
#[test]
fn what_the_node_forgot_is_named_in_the_work_list() {
    let world = World::on_a_pruning_node(16);
    world.register();
    world.release();
    let shipment = world.ship("bob", PHARMACY, "100");
    world.run("dave", &["batch", "receive", &shipment], 0);
    world.dispense("dave", &[], 0);
    world.dispense("ferdie", &[], 5);
    let work = || world.json("eve", &["status", "regulator", "--within", "800d"]);
    world.run("eve", &["product", "change", GTIN, "--until", "2027-12-31"], 0);
    world.batch("bob", "recall", &["iii", "stability", "--sha256", HASH, "--serials", "900-999"], 0);
    world.batch("eve", "block", &[], 0);
    let waits = Duration::from_secs(120);
    let began = Instant::now();
    let forgotten = loop {
        let work = work();
        if work["alarms"]["total"] == 0 {
            break work;
        }
        assert!(began.elapsed() < waits, "the node forgets nothing: {work}");
        std::thread::sleep(Duration::from_secs(1));
    };
    let said = forgotten["log_missing"].as_str().unwrap();
    assert!(said.contains("block"), "{said}");
    // The blocked goods are at two sites.
    for (list, entries) in [("recalls", 1), ("held", 2), ("lapses", 1)] {
        assert_eq!(forgotten[list]["total"], entries, "{list}: {forgotten}");
    }
    assert!(world.run("eve", &["status", "regulator"], 0).out.contains(said));
    world.devnet.stop().unwrap();
}
