//! Clients that ask too much.

use std::io::{Read, Write};

use serde_json::{json, Value};

use super::{client, Rig};
use crate::counter::LINK;

/// The statuses of so many requests over one connection, each with what `header` says of it.
fn statuses(rig: &Rig, count: usize, header: impl Fn(usize) -> String) -> Vec<u16> {
    let mut stream = rig.connect();
    let mut found = Vec::new();
    for number in 0..count {
        let request = format!("HEAD /style.css HTTP/1.1\r\nhost: a\r\n{}\r\n", header(number));
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        found.push(std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap());
    }
    found
}

/// Twenty come back in a minute: that a slow machine takes minutes for a thousand requests fails no test.
const FEW: &str = "requests_a_minute = 20\n";

#[test]
fn a_thousand_forged_forwarded_for_are_one_client_where_there_is_no_proxy() {
    let rig = Rig::with("forged", "", FEW);
    let forged = |number: usize| {
        format!(
            "x-forwarded-for: 10.{}.{}.1\r\nforwarded: for=10.0.0.{}\r\nx-real-ip: 10.0.0.1\r\n",
            number / 256,
            number % 256,
            number % 256
        )
    };
    let found = statuses(&rig, 1_000, forged);
    assert_eq!(found[..20], [200; 20]);
    let served = found.iter().filter(|status| **status == 200).count();
    assert!(served < 200, "{served} of 1000 were served");
    assert!(found.iter().all(|status| [200, 429].contains(status)), "{found:?}");
    let limited = rig.get("/style.css");
    limited.says(429, "too-many-requests");
    assert!(limited.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1, "{limited:?}");
    // Supervisors are answered all the same.
    assert_eq!(rig.get("/alive").status, 200);
    rig.end(&["10.0.0", "10.1."]);
}

#[test]
fn behind_a_proxy_each_client_counts_and_what_it_forges_does_not() {
    let rig = Rig::with("behind", "proxies = 1", FEW);
    // The proxy appends the address that it sees; what stands before it was sent by the client.
    let found =
        statuses(&rig, 300, |number| format!("x-forwarded-for: 10.0.{}.1, {}\r\n", number % 256, client(1)));
    let served = found.iter().filter(|status| **status == 200).count();
    assert!((20..100).contains(&served), "{served} of 300 were served");
    let found = statuses(&rig, 100, |number| {
        let number = u8::try_from(100 + number).unwrap();
        format!("x-forwarded-for: 10.0.0.1, {}\r\n", client(number))
    });
    assert_eq!(found, [200; 100], "others are served");
    rig.end(&["203.0.113", "10.0.0"]);
}

/// The link of a serial that is in no list.
fn guess(number: u32) -> String {
    format!("/01/09506000134352/10/ABC123/21/S9999{number:03}")
}

#[test]
fn who_guesses_serials_is_stopped_and_a_pharmacy_is_not() {
    let limits = "requests_a_minute = 1000000\nguesses = 5\nguesses_of_batch = 12\n";
    let rig = Rig::with("guesses", "proxies = 1", limits).published();
    let ask = |from: u8, path: &str| {
        let from = client(from).to_string();
        rig.send("GET", path, &[("accept", "application/json"), ("x-forwarded-for", &from)], b"")
    };
    let outcome = |answer: &super::Answer| answer.json()["outcome"].clone();

    // One client, by whichever address: the links, Lightweight Messaging, the history, a tote of codes.
    for number in 0..2 {
        assert_eq!(outcome(&ask(1, &guess(number))), "mismatch");
    }
    assert_eq!(ask(1, &format!("/verification-service{}", guess(2))).status, 200);
    assert_eq!(ask(1, &format!("/history{}", guess(3))).status, 200);
    let from = client(1).to_string();
    let codes: Vec<String> = (4..10).map(|number| format!("https://a.example{}", guess(number))).collect();
    let headers = [("content-type", "application/json"), ("x-forwarded-for", from.as_str())];
    let tote = rig.send("POST", "/verify", &headers, json!({ "codes": codes }).to_string().as_bytes());
    let kinds: Vec<Value> =
        tote.json()["answers"].as_array().unwrap().iter().map(|a| a["kind"].clone()).collect();
    assert_eq!(kinds, ["verdict", "limited", "limited", "limited", "limited", "limited"], "{tote:?}");
    for path in [guess(10), format!("/verification-service{}", guess(11)), format!("/history{}", guess(12))] {
        let answer = ask(1, &path);
        answer.says(429, "too-many-unknown-serials");
        assert!(answer.header("retry-after").is_some());
    }
    // What names no serial is answered to it as well.
    assert_eq!(ask(1, "/history/01/09506000134352/10/ABC123").status, 200);

    // Seven others with one guess each: then the batch has seen its twelve, and each has one.
    for from in 2..9 {
        assert_eq!(outcome(&ask(from, &guess(u32::from(from) + 20))), "mismatch", "client {from}");
    }
    for from in 9..30 {
        let first = ask(from, &guess(u32::from(from) + 40));
        assert_eq!(outcome(&first), "mismatch", "the first scan of client {from} may be misread");
        ask(from, &guess(u32::from(from) + 80)).says(429, "too-many-unknown-serials");
    }
    // The pharmacy scans genuine packs of this batch as before.
    for _ in 0..30 {
        assert_eq!(ask(200, LINK).json()["genuine"], true);
    }
    rig.end(&["203.0.113", "S9999"]);
}
