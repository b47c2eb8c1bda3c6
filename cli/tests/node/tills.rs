//! Tills that send an order twice, all at once, or hang up, and a gateway that is killed in the middle: each pack is booked
//! once.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{json, Value};

use crate::counter::{configuration, json_of, secret, start, Counter, TILL_TOKEN};
use crate::world::CODE;

fn code(number: u32) -> String {
    CODE.replace("S0000007", &format!("S{number:07}"))
}

fn states(booked: &Value) -> Vec<&str> {
    booked["results"].as_array().unwrap().iter().map(|result| result["state"].as_str().unwrap()).collect()
}

/// How often a pack was dispensed, by the history, which has everything that is final.
async fn dispensed(counter: &Counter, number: u32) -> usize {
    let path = format!("/history/01/09506000134352/10/ABC123/21/S{number:07}");
    for _ in 0..100 {
        let ready = counter.get("/metrics").send().await.unwrap().text().await.unwrap();
        if ready.contains("theriac_gateway_history_blocks_behind 0\n") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let history = json_of(counter.get(&path), 200).await;
    let entries = history["entries"].as_array().unwrap();
    entries.iter().filter(|entry| entry["event"] == "dispensed").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_booked_once_however_it_is_sent() {
    let mut counter = Counter::new().await;
    counter.publish();

    // The same order eight times at once, as an impatient till sends it: one booking, one answer.
    let order = json!({ "action": "dispense", "codes": [code(1), code(2)] });
    let same = join_all((0..8).map(|_| counter.book("same", &order, 200))).await;
    assert_eq!(states(&same[0]), ["done", "done"]);
    assert!(same.iter().all(|answer| *answer == same[0]), "{same:?}");

    // Eight tills with one pack: one of them books it, and no alarm is raised.
    let one = json!({ "action": "dispense", "codes": [code(3)] });
    let keys: Vec<String> = (0..8).map(|till| format!("till-{till}")).collect();
    let all = join_all(keys.iter().map(|key| counter.book(key, &one, 200))).await;
    let mut states_of_all: Vec<&str> = all.iter().flat_map(states).collect();
    states_of_all.sort_unstable();
    assert_eq!(states_of_all, [&["already"; 7][..], &["done"]].concat(), "{all:?}");
    assert_eq!(dispensed(&counter, 3).await, 1);

    // A till that hangs up: its order goes on, and its answer waits for it.
    let order = json!({ "action": "dispense", "codes": [code(4)] });
    let request = counter.post("/packs", &order).bearer_auth(TILL_TOKEN).header("Idempotency-Key", "hung-up");
    let hung_up = tokio::time::timeout(Duration::from_millis(15), request.send()).await;
    let found = loop {
        let shown = counter.get("/packs/hung-up").bearer_auth(TILL_TOKEN).send().await.unwrap();
        match shown.status().as_u16() {
            200 => break shown.json::<Value>().await.unwrap(),
            // It did not even reach the gateway.
            404 if hung_up.is_err() => break counter.book("hung-up", &order, 200).await,
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(states(&found), ["done"]);

    // The gateway is killed while it books twenty packs. The same order afterwards finds what was done, and does the rest.
    let codes: Vec<String> = (10..30).map(code).collect();
    let basket = json!({ "action": "dispense", "codes": codes });
    let request = counter.post("/packs", &basket).bearer_auth(TILL_TOKEN).header("Idempotency-Key", "killed");
    let sent = tokio::spawn(request.send());
    tokio::time::sleep(Duration::from_millis(120)).await;
    counter.gateway.kill().unwrap();
    assert!(sent.await.unwrap().is_err(), "it was killed too late to show anything");
    let (gateway, url) = start(&counter.world);
    (counter.gateway, counter.url) = (gateway, url);
    let booked = loop {
        let request =
            counter.post("/packs", &basket).bearer_auth(TILL_TOKEN).header("Idempotency-Key", "killed");
        let answer = request.send().await.unwrap();
        match answer.status().as_u16() {
            200 => break answer.json::<Value>().await.unwrap(),
            202 => tokio::time::sleep(Duration::from_millis(200)).await,
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    };
    assert_eq!(booked["results"].as_array().unwrap().len(), 20);
    for (number, state) in (10..30).zip(states(&booked)) {
        assert!(["done", "already"].contains(&state), "{number}: {booked}");
        assert_eq!(dispensed(&counter, number).await, 1, "{number}");
    }
    // Its answer of before the kill is still given.
    assert_eq!(
        counter.book("same", &json!({ "action": "dispense", "codes": [code(1), code(2)] }), 200).await,
        same[0]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_till_that_signs_itself_gets_its_calls() {
    let mut counter = Counter::new().await;
    counter.publish();
    // A regulator's account: what it may do is its own affair, because the gateway does not sign for it.
    let account = crate::world::EVE;
    let own = configuration(&counter.world.url, "till.key")
        .replace("key_file = \"till.key\"", &format!("account = \"{account}\""));
    std::fs::write(counter.world.folder.path().join("gateway.toml"), own).unwrap();
    secret(&counter.world, "till.key", "is not read");
    counter.gateway.kill().unwrap();
    let (gateway, url) = start(&counter.world);
    (counter.gateway, counter.url) = (gateway, url);
    let order = json!({ "action": "dispense", "codes": [code(5)] });
    // It is tried before it is given out: the regulator may not dispense.
    let refused = counter.book("eve", &order, 200).await;
    assert_eq!(refused["results"][0]["code"], "units/caller-not-at-site", "{refused}");
    let dave = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy";
    let own = configuration(&counter.world.url, "till.key")
        .replace("key_file = \"till.key\"", &format!("account = \"{dave}\""));
    std::fs::write(counter.world.folder.path().join("gateway.toml"), own).unwrap();
    counter.gateway.kill().unwrap();
    let (gateway, url) = start(&counter.world);
    (counter.gateway, counter.url) = (gateway, url);
    let unsigned = counter.book("dave", &order, 200).await;
    let result = &unsigned["results"][0];
    assert_eq!(
        (&result["state"], &result["account"], &result["message"]),
        (&json!("unsigned"), &json!(dave), &json!("decommission"))
    );
    // What a wallet gets is the pallet's call with the contract in it.
    let contract = chain::parse_account(result["contract"].as_str().unwrap()).unwrap();
    assert!(result["call_data"].as_str().unwrap().contains(&hex::encode(contract.0)), "{result}");
    assert_eq!(dispensed(&counter, 5).await, 0);
}
