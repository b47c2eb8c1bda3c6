//! A manufacturer gives a gateway the list of a batch.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use gs1::Gtin;
use primitives::{BatchId, BatchKey, SerialTree};
use serials::body::Held;
use serials::{Answer, Lists, Outcome, Registered, StorageKey};

use crate::world::{World, BATCH, GTIN, PROVEN};

/// A gateway as far as it takes in lists of one batch: `PUT` as its form says, 404 and then 200 for `GET`.
fn serve(listener: &TcpListener, lists: &Lists, registered: Registered) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (head, mut body) = head(&mut stream);
        let held = |list| {
            let held = Held::new(Gtin::new(9_506_000_134_352).unwrap(), "ABC123", &list);
            serde_json::to_string(&held).unwrap()
        };
        let (status, answer) = if head.starts_with("PUT /serials/09506000134352/ABC123 HTTP/1.1") {
            assert!(head.contains("content-type: application/vnd.theriac.serial-list\r\n"), "{head}");
            assert!(head.contains("authorization: Bearer of-the-manufacturer\r\n"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let length: usize = length.parse().unwrap();
            while body.len() < length {
                let mut piece = [0; 4096];
                let read = stream.read(&mut piece).unwrap();
                body.extend_from_slice(&piece[..read]);
            }
            let mut upload = lists.upload(registered).unwrap();
            upload.write(&body).unwrap();
            let status = match upload.finish().unwrap() {
                Outcome::Taken => "201 Created",
                Outcome::Replaced | Outcome::Unchanged => "200 OK",
            };
            (status, held(lists.summary(registered.batch).unwrap()))
        } else {
            assert!(head.starts_with("GET /serials/09506000134352/ABC123 HTTP/1.1"), "{head}");
            match lists.summary(registered.batch) {
                Some(list) => ("200 OK", held(list)),
                None => ("404 Not Found", r#"{"code":"no-list"}"#.to_owned()),
            }
        };
        let length = answer.len();
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

/// The head of a request, and what came with it of the body.
fn head(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return (String::from_utf8(bytes).unwrap(), body);
        }
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the request ends within its head");
        bytes.extend_from_slice(&piece[..read]);
    }
}

#[test]
fn a_manufacturer_publishes_its_list_and_no_other() {
    let world = World::new();
    world.register();
    let file = |name: &str| world.folder.path().join(name);
    let key = std::fs::read_to_string(file("batch.key")).unwrap();
    let key = BatchKey::new(hex::decode(key.trim()).unwrap().try_into().unwrap());
    let list = std::fs::read_to_string(file("serials.txt")).unwrap();
    let all: Vec<&str> = list.lines().collect();
    let batch = BatchId::of(GTIN.parse().unwrap(), b"ABC123");
    let root = SerialTree::new(batch, &all, &key).unwrap().root();
    let registered = Registered { batch, root, quantity: 1_000 };

    let lists = Lists::open(&file("lists"), StorageKey::generate().unwrap()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let of_gateway = lists.clone();
    thread::spawn(move || serve(&listener, &of_gateway, registered));
    files::create_private(&file("token"), b"of-the-manufacturer\n").unwrap();
    let to = ["--gateway", &address, "--token-file", "token", "--json"];
    let run = |command: &str, more: &[&str], exit| {
        world.run("", &[&["serials", command], &BATCH[..], &to, more].concat(), exit)
    };

    assert_eq!(run("status", &[], 1).error_json()["error"]["code"], "gateway/no-list");
    // What is not registered is not sent.
    std::fs::write(file("fewer.txt"), &list[9..]).unwrap();
    let fewer = run("publish", &["--serials", "fewer.txt", "--batch-key-file", "batch.key"], 2);
    assert_eq!(fewer.error_json()["error"]["code"], "serials/other-root");
    assert!(
        fewer.err.contains("does not belong to the serials that were registered for this batch"),
        "{}",
        fewer.err
    );
    let dry = run("publish", &[&PROVEN[..], &["--dry-run"]].concat(), 0).json();
    assert_eq!((&dry["dry_run"], &dry["serials"]), (&true.into(), &1_000.into()));
    assert_eq!(lists.status(), []);

    let first = run("publish", &PROVEN, 0).json();
    assert_eq!((&first["new"], &first["serials"]), (&true.into(), &1_000.into()));
    let again = run("publish", &PROVEN, 0).json();
    assert_eq!((&again["new"], &again["taken_at"]), (&false.into(), &first["taken_at"]));
    let status = run("status", &[], 0).json();
    assert_eq!(status["root"], format!("0x{}", hex::encode(root)));
    assert_eq!(status["taken_at"], first["taken_at"]);
    let held = lists.find(registered).unwrap().unwrap();
    let Answer::Listed(proof) = held.prove(b"S0000007").unwrap() else { panic!("the serial is not listed") };
    assert!(proof.verifies(batch, b"S0000007", root, 1_000));
}
