//! Clients that hold on to what they have.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use super::{Answer, Rig};

/// Of one network; it may have 64 connections.
const DAWDLERS: usize = 40;

/// Twelve seconds: a head may take ten, and a pause in a body five.
#[test]
fn clients_that_send_a_byte_a_second_take_nobodys_place() {
    let rig = Rig::new("dawdlers").published();
    let body = b"POST /verify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    let list = b"PUT /serials/09506000134352/ABC123 HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\
        content-type: application/vnd.theriac.serial-list\r\n\
        authorization: Bearer list-token-of-the-manufacturer-0000001\r\n\r\nt";
    let picture =
        b"POST /verify HTTP/1.1\r\nhost: a\r\ncontent-type: image/png\r\ncontent-length: 8000000\r\n\r\n\x89";
    let begin = |bytes: &[u8]| {
        let mut stream = rig.connect();
        stream.write_all(bytes).unwrap();
        stream
    };
    let heads: Vec<TcpStream> = (0..DAWDLERS).map(|_| begin(b"GET /01/")).collect();
    let bodies: Vec<TcpStream> = (0..8).map(|_| begin(body)).collect();
    let lists: Vec<TcpStream> = (0..2).map(|_| begin(list)).collect();
    let pictures: Vec<TcpStream> = (0..4).map(|_| begin(picture)).collect();
    for _ in 0..12 {
        for mut stream in heads.iter().chain(&bodies).chain(&lists).chain(&pictures) {
            // Some are closed by now.
            let _ = stream.write_all(b" ");
        }
        rig.serves();
        std::thread::sleep(Duration::from_secs(1));
    }
    // All of them came to an end, and those whose request was read have been given the reason.
    for mut stream in heads {
        assert_eq!(Answer::read(&mut stream).status, 0);
    }
    for mut stream in bodies.into_iter().chain(pictures) {
        Answer::read(&mut stream).says(408, "too-slow");
    }
    for mut stream in lists {
        let answer = Answer::read(&mut stream);
        assert!(
            matches!((answer.status, &*answer.code()), (400, "bad-list") | (408, "too-slow")),
            "{answer:?}"
        );
    }
    rig.serves();
    rig.end(&[]);
}

/// More pictures at once than one client may send: others' are read all the same, and codes of the same client as well.
#[test]
fn a_client_that_sends_many_pictures_slowly_leaves_room_for_others() {
    let rig = Rig::with("pictures-at-once", "proxies = 1", super::WIDE).published();
    let head = |client: u8| {
        format!(
            "POST /verify HTTP/1.1\r\nhost: a\r\nx-forwarded-for: {}\r\ncontent-type: image/png\r\n\
             content-length: 8000000\r\n\r\n\u{89}",
            super::client(client)
        )
    };
    let begin = |client: u8| {
        let mut stream = rig.connect();
        stream.write_all(head(client).as_bytes()).unwrap();
        stream
    };
    let slow: Vec<TcpStream> = (0..5).map(|_| begin(1)).collect();
    rig.serves();
    let headers = [("x-forwarded-for", "203.0.113.2"), ("content-type", "image/png")];
    rig.send("POST", "/verify", &headers, b"no picture").says(400, "picture");
    // Four were waited for, and one was refused before it was sent.
    let mut statuses: Vec<u16> =
        slow.into_iter().map(|mut stream| Answer::read(&mut stream).status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [408, 408, 408, 408, 503]);
    rig.end(&["203.0.113"]);
}
