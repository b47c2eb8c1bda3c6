//! The gateway at a counter: a manufacturer publishes its list, a pharmacy verifies and dispenses, a wholesaler asks, and
//! the chain goes away.

use chain::batches::Batches;
use chain::{Chain, Deployment, SecretString, Signer};
use primitives::batches::{Recall, RecallClass, RecallReason, RecallScope};
use primitives::{BatchId, DocumentHash};
use reqwest::header::ACCEPT;
use serde_json::json;

use crate::counter::{configuration, json_of, secret, Counter, LINK, TILL_TOKEN, TOKENS};
use crate::world::{codes, World, CODE, PHARMACY};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pack_is_verified_and_dispensed_at_a_counter() {
    let counter = Counter::new().await;
    let world = &counter.world;

    // Without the list nobody can say anything of a serial, and the pack is not under suspicion.
    let verdict = counter.verdict().await;
    assert_eq!((&verdict["outcome"], &verdict["scan_again"]), (&json!("unknown"), &json!(false)));
    assert_eq!(codes(&verdict), ["serial-unproven"]);
    assert_eq!(verdict["list_note"], "the manufacturer has not given this gateway its list of serials");

    // The manufacturer gives it; and once more, which changes nothing.
    counter.publish();
    counter.publish();
    let verdict = counter.verdict().await;
    assert_eq!((&verdict["outcome"], &verdict["genuine"]), (&json!("genuine"), &json!(true)), "{verdict}");
    assert_eq!(verdict["block"]["hash"].as_str().unwrap().len(), 66);
    let valid = counter.at_the_pharmacy(CODE).await;
    assert_eq!((&valid["kind"], &valid["valid"]), (&json!("verdict"), &json!(true)), "{valid}");

    // A serial that is not in the list is scanned twice before anybody is alarmed.
    let foreign = CODE.replace("S0000007", "S9999999");
    let first = counter.at_the_pharmacy(&foreign).await;
    assert_eq!((&first["outcome"], &first["scan_again"]), (&json!("mismatch"), &json!(true)));
    let twice = json!({ "code": foreign, "again": foreign });
    let second = json_of(counter.post("/verify", &twice), 200).await;
    assert_eq!(second["answers"][0]["scan_again"], false);
    let differing = json_of(counter.post("/verify", &json!({ "code": foreign, "again": CODE })), 200).await;
    assert_eq!(differing["answers"][0]["kind"], "scans-differ");
    // With Caps Lock on, the scanner is reported and not the pack.
    let shouted = counter.at_the_pharmacy("01095060001343521728123110abc123\u{1d}21s0000007").await;
    assert_eq!(
        (&shouted["kind"], &shouted["code"]),
        (&json!("unreadable"), &json!("scanner-fault")),
        "{shouted}"
    );

    // The wholesaler asks by Lightweight Messaging.
    let question = format!(
        "{LINK}?17=281231&linkType=verificationService&context=dscsaSaleableReturn&reqGLN=6291041500220\
         &corrUUID=8f14e45f-ceea-467f-a0d6-9c0f5b3f6a11"
    );
    let verified = json_of(counter.get(&question), 200).await;
    assert_eq!(verified["data"]["verified"], true, "{verified}");
    assert_eq!(verified["corrUUID"], "8f14e45f-ceea-467f-a0d6-9c0f5b3f6a11");
    assert_eq!(verified["responderGLN"], "6291041500213");

    // The till dispenses: once for its key, whatever else asks again.
    let order = json!({ "action": "dispense", "codes": [CODE, "nonsense"] });
    let booked = counter.book("basket-1", &order, 200).await;
    assert_eq!(booked["results"][0]["state"], "done", "{booked}");
    assert_eq!(booked["results"][1]["state"], "unusable");
    assert_eq!(counter.book("basket-1", &order, 200).await, booked);
    let one = json!({ "action": "dispense", "codes": [CODE] });
    let again = counter.book("basket-2", &one, 200).await;
    assert_eq!(
        (&again["results"][0]["state"], &again["results"][0]["pack_state"]),
        (&json!("already"), &json!("dispensed"))
    );
    let reused = counter.book("basket-2", &json!({ "action": "undo", "codes": [CODE] }), 409).await;
    assert_eq!(reused["code"], "idempotency-key-reused");
    let kept = json_of(counter.get("/packs/basket-1").bearer_auth(TILL_TOKEN), 200).await;
    assert_eq!(kept, booked);
    // Genuine in a patient's hand, and not to be sold again.
    let verdict = counter.verdict().await;
    assert_eq!(verdict["notes"][0]["code"], "unit-dispensed", "{verdict}");
    let verified = json_of(counter.get(&question), 200).await;
    assert_eq!(verified["data"]["verified"], false, "{verified}");

    // A serial that is not in the list raises no alarm before the pack was scanned twice.
    let strange = json!({ "action": "dispense", "codes": [foreign] });
    let first = counter.book("basket-strange", &strange, 200).await;
    assert_eq!(
        (&first["results"][0]["state"], &first["results"][0]["code"]),
        (&json!("unusable"), &json!("scan-again"))
    );
    let twice = json!({ "action": "dispense", "codes": [foreign], "scanned_twice": true });
    let alarm = counter.book("basket-strange-again", &twice, 200).await;
    assert_eq!(alarm["results"][0]["alarm"], "serial-not-in-batch", "{alarm}");

    // A mistake is undone.
    let undone = counter.book("basket-3", &json!({ "action": "undo", "codes": [CODE] }), 200).await;
    assert_eq!(undone["results"][0]["state"], "done", "{undone}");
    assert_eq!(counter.at_the_pharmacy(CODE).await["valid"], true);

    // The way of the pack, and the page that needs no script.
    let history = json_of(counter.get(&format!("/history{LINK}?order=oldest-first")), 200).await;
    let events: Vec<&str> =
        history["entries"].as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events.first(), Some(&"registered"), "{history}");
    assert_eq!(events.last(), Some(&"reverted"), "{history}");
    assert_eq!(history["incomplete"], json!([]));
    let page = counter
        .client
        .get(format!("{}{LINK}", counter.url))
        .header(ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(
        page.headers()["content-security-policy"].to_str().unwrap().split(';').next(),
        Some("default-src 'none'")
    );
    let page = page.text().await.unwrap();
    assert!(page.contains("GENUINE") && page.contains("S0000007"), "{page}");

    // Nobody books without a till's token, and no list is given away.
    json_of(counter.post("/packs", &one), 401).await;
    let with_list_token = counter.post("/packs", &one).bearer_auth("list-token-of-the-manufacturer-0000001");
    json_of(with_list_token.header("Idempotency-Key", "x"), 403).await;
    json_of(counter.get("/serials/09506000134352/ABC123").bearer_auth(TILL_TOKEN), 403).await;

    // A recall outranks a match.
    world.batch("eve", "recall", &["ii", "contamination", "--document", "document.pdf"], 0);
    let verified = json_of(counter.get(&question), 200).await;
    assert_eq!(
        (&verified["data"]["verified"], &verified["data"]["additionalInfo"]),
        (&json!(false), &json!("Recalled"))
    );
    let refused = counter.book("basket-4", &one, 200).await;
    assert_eq!(
        (&refused["results"][0]["state"], &refused["results"][0]["code"]),
        (&json!("refused"), &json!("units/batch-recalled"))
    );

    // The log names no pack.
    let log = std::fs::read_to_string(world.folder.path().join("gateway.log")).unwrap();
    assert!(!log.contains("S0000007") && !log.contains(TILL_TOKEN), "{log}");

    // The node is killed: nothing is said of a pack.
    let Counter { world, client, url, gateway: _gateway } = counter;
    drop(world.devnet);
    let post = client.post(format!("{url}/verify")).json(&json!({ "code": CODE }));
    let problem = json_of(post, 503).await;
    assert_eq!(problem["code"], "cannot-verify-now");
    let ready = json_of(client.get(format!("{url}/ready")), 503).await;
    assert_eq!(ready["chain"]["ok"], false);
    json_of(client.get(format!("{url}/alive")), 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_till_may_do_nothing_else() {
    let world = World::new();
    let wrong = |key: &str, says: &str| {
        secret(&world, "tokens", TOKENS);
        secret(&world, "till.key", key);
        std::fs::write(world.folder.path().join("gateway.toml"), configuration(&world.url, "till.key"))
            .unwrap();
        let said = world.run("", &["gateway", "check", "--config", "gateway.toml", "--json"], 2);
        assert!(said.err.contains(says), "{}", said.err);
        let said = world.run("", &["gateway", "run", "--config", "gateway.toml", "--json"], 2);
        assert!(said.err.contains(says), "{}", said.err);
    };
    // The pharmacy's own steward can do far more than a till, and another organisation's account has other goods.
    wrong("//Dave", "manages its organisation's accounts");
    wrong("//Dave//nobody", "acts for no organisation");
    wrong("//Alice", "acts for no organisation");
    let bystander = Signer::from_secret(&SecretString::from("//Dave//other")).unwrap().account();
    let account = chain::account_text(&bystander);
    world.run("dave", &["org", "account", "add", &account], 0);
    wrong("//Dave//other", "is not limited to the till's site");
    world.run("dave", &["org", "account", "change", &account, "--site", PHARMACY], 0);
    wrong("//Dave//other", "has all roles of its organisation");
    // A till whose token nobody has is found before somebody stands at it.
    secret(&world, "tokens", &TOKENS.replace("corner-till", "corner"));
    let said = world.run("", &["gateway", "check", "--config", "gateway.toml", "--json"], 2);
    assert!(said.err.contains("no token has this name and the role till"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_block_says_is_said_beside_the_verdict_until_it_is_final() {
    let mut counter = Counter::on(World::kept()).await;
    counter.publish();
    counter.world = counter.world.delay_finality(6);
    let folder = counter.world.folder.path();
    std::fs::write(folder.join("gateway.toml"), configuration(&counter.world.url, "till.key")).unwrap();
    let deployment = Deployment::load(&folder.join("deployment.json")).unwrap();
    let counter = counter.restart();
    let before = counter.verdict().await;
    assert_eq!((&before["outcome"], &before["newer"]), (&json!("genuine"), &json!(null)), "{before}");

    let chain = Chain::connect(&counter.world.url).await.unwrap();
    let eve = chain.account(Signer::from_secret(&SecretString::from("//Eve")).unwrap()).unwrap();
    let recall = Recall {
        scope: RecallScope::Batch,
        class: RecallClass::I,
        reason: RecallReason::Contamination,
        instructions: DocumentHash([1; 32]),
        acknowledge_by: u64::MAX,
    };
    let batch = BatchId::of(9_506_000_134_352, b"ABC123");
    let recalled =
        eve.send(&Batches(deployment.contracts.batches.address).recall(batch, &recall)).await.unwrap();
    let meanwhile = loop {
        let verdict = counter.verdict().await;
        if !verdict["newer"].is_null() || verdict["outcome"] != "genuine" {
            break verdict;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    // The verdict is that of what is final; the newer block is named beside it.
    assert_eq!(
        (&meanwhile["outcome"], &meanwhile["block"]),
        (&json!("genuine"), &before["block"]),
        "{meanwhile}"
    );
    assert_eq!(meanwhile["newer"]["outcome"], "recalled", "{meanwhile}");
    let final_block = recalled.finalised().await.unwrap().block.number;
    assert_eq!(meanwhile["newer"]["block"]["number"], final_block);
    let after = counter.verdict().await;
    assert_eq!((&after["outcome"], &after["newer"]), (&json!("recalled"), &json!(null)), "{after}");
    assert_eq!(after["block"]["number"], final_block);
}
