use super::*;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use serde_json::Value;

/// A service that answers one request, and gives what it was asked.
fn service(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    break;
                }
            }
            let read = stream.read(&mut piece).unwrap();
            bytes.extend_from_slice(&piece[..read]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    });
    (address, asked)
}

fn gateway(address: &str) -> Gateway {
    Gateway::new(&GatewayArgs { gateway: address.to_owned(), token_file: None }, false).unwrap()
}

fn content() -> Content {
    Content { media_type: "application/x", body: Body::from("12345"), length: 5 }
}

fn code(failure: &Failure) -> String {
    failure.to_json()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_is_put_has_its_path_its_type_its_length_and_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    files::create_private(&token_file, b"a-token-of-mine\n").unwrap();
    let (address, asked) =
        service("HTTP/1.1 201 Created\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    let args = GatewayArgs { gateway: format!("{address}/base/"), token_file: Some(token_file) };
    let gateway = Gateway::new(&args, false).unwrap();
    let (new, answer): (bool, Value) =
        gateway.put(&["serials", "09506000134352", "A/1%2"], content()).await.unwrap();
    assert!(new && answer == serde_json::json!({}));
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("PUT /base/serials/09506000134352/A%2F1%252 HTTP/1.1\r\n"), "{asked}");
    for header in
        ["content-type: application/x", "content-length: 5", "authorization: Bearer a-token-of-mine"]
    {
        assert!(asked.contains(&format!("\r\n{header}\r\n")), "{header} is not in {asked}");
    }
    assert!(asked.ends_with("\r\n\r\n12345"), "{asked}");
}

#[tokio::test]
async fn a_list_that_is_not_held_differs_from_an_address_that_is_not_there() {
    let held = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n7";
    let none =
        "HTTP/1.1 404 Not Found\r\ncontent-length: 18\r\nconnection: close\r\n\r\n{\"code\":\"no-list\"}";
    let nothing = "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhtml";
    for (answer, expected) in
        [(held, Ok(Some(7))), (none, Ok(None)), (nothing, Err("gateway/refused".to_owned()))]
    {
        let (address, asked) = service(answer);
        let got = gateway(&address).get::<u8>(&["x"], "no-list").await;
        assert_eq!(got.map_err(|failure| code(&failure)), expected);
        asked.join().unwrap();
    }
}

#[tokio::test]
async fn each_refusal_has_its_exit_code_and_says_what_the_gateway_says() {
    let problem = |status: &str| -> &'static str {
        let body = r#"{"code":"other-root","title":"T","detail":"the list\u001b[31m is\n another"}"#;
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").leak()
    };
    for (status, exit) in [
        ("409 Conflict", Exit::BadInput),
        ("401 Unauthorized", Exit::BadInput),
        ("429 Too Many Requests", Exit::Failed),
        ("500 Internal Server Error", Exit::Failed),
        ("503 Service Unavailable", Exit::Unreachable),
    ] {
        let (address, asked) = service(problem(status));
        let failure = gateway(&address).put::<Value>(&["x"], content()).await.unwrap_err();
        asked.join().unwrap();
        assert_eq!((failure.exit(), code(&failure).as_str()), (exit, "gateway/other-root"), "{failure}");
        assert!(failure.to_string().contains("the list[31m is another"), "{failure}");
    }
    let (address, asked) =
        service("HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let failure = gateway(&address).put::<Value>(&["x"], content()).await.unwrap_err();
    asked.join().unwrap();
    assert_eq!(code(&failure), "gateway/elsewhere");
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_or_answers_otherwise_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failure = gateway(&format!("http://{closed}")).get::<u8>(&["lot"], "no-list").await.unwrap_err();
    assert_eq!((failure.exit(), code(&failure).as_str()), (Exit::Unreachable, "gateway/unreachable"));
    assert!(failure.to_string().contains("refused") && !failure.to_string().contains("lot"), "{failure}");
    let long: &'static str =
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\"{}\"", "x".repeat(MAX_ANSWER)).leak();
    for answer in ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n<>", long] {
        let (address, asked) = service(answer);
        let failure = gateway(&address).get::<String>(&["x"], "no-list").await.unwrap_err();
        assert_eq!(code(&failure), "gateway/other-answer", "{failure}");
        drop(asked);
    }
}

#[test]
fn an_address_beyond_this_machine_is_encrypted() {
    let refused = |text: &str| code(&address(text, false).unwrap_err());
    for text in ["https://gateway.example", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1/a"] {
        assert!(address(text, false).is_ok(), "{text}");
    }
    assert_eq!(refused("http://gateway.example"), "gateway/unencrypted");
    assert_eq!(refused("http://localhost.example"), "gateway/unencrypted");
    assert!(address("http://gateway.example", true).is_ok());
    for text in
        ["gateway.example", "ftp://a", "https://", "https://u:p@a", "https://a?b", "https://a#b", "file:///a"]
    {
        assert_eq!(refused(text), "gateway/bad-address", "{text}");
    }
    let dots = gateway("http://localhost").url(&["serials", "1", ".."]).unwrap_err();
    assert!(dots.to_string().contains("cannot stand in an address"), "{dots}");
}

#[test]
fn a_token_of_another_form_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in ["", "two words", "a\nb", "\u{e4}bc"].iter().enumerate() {
        let path = folder.path().join(number.to_string());
        files::create_private(&path, text.as_bytes()).unwrap();
        let failure = token(&path).unwrap_err();
        assert_eq!(code(&failure), "gateway/bad-token");
        assert!(text.is_empty() || !failure.to_string().contains(text), "{failure}");
    }
}
