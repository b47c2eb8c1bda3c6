//! The gateway against the network: the shipped program over real sockets, with clients that mean harm.
//!
//! One chain is shared by the tests that run at the same time. Each has a gateway of its own, so that no limit that one test
//! uses up is another's; and after each the log is searched for what must not be in it.

mod api;
mod bodies;
mod connections;
mod limits;
mod lists;
mod requests;
mod starts;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use primitives::{BatchId, BatchKey};
use serde_json::Value;
use serials::body::{leaves, Head, MEDIA_TYPE};
use testkit::service::Service;
use testkit::theriac;

use crate::counter::{secret, LINK, TILL_TOKEN, TOKENS};
use crate::world::{World, GTIN};

const LIST_TOKEN: &str = "list-token-of-the-manufacturer-0000001";
const OPERATOR_TOKEN: &str = "operator-token-of-this-gateway-000000001";
/// The address of the batch's list.
const LIST: &str = "/serials/09506000134352/ABC123";
/// No client waits longer: who is not answered until then fails the test.
const PATIENCE: Duration = Duration::from_secs(30);
/// Limits that no test reaches.
const WIDE: &str = "requests_a_minute = 1000000\nguesses = 1000000\nguesses_of_batch = 1000000\n";

/// A chain with a released batch, and its list as a manufacturer sends it.
struct Prepared {
    world: World,
    head: Vec<u8>,
    leaves: Vec<[u8; 32]>,
}

impl Prepared {
    fn new() -> Self {
        let world = World::new();
        world.register();
        world.release();
        secret(&world, "tokens", &format!("{TOKENS}it operator {OPERATOR_TOKEN}\n"));
        let key = std::fs::read_to_string(world.folder.path().join("batch.key")).unwrap();
        let key = BatchKey::new(hex::decode(key.trim()).unwrap().try_into().unwrap());
        let list = std::fs::read_to_string(world.folder.path().join("serials.txt")).unwrap();
        let all: Vec<&str> = list.lines().collect();
        let leaves = leaves(BatchId::of(GTIN.parse().unwrap(), b"ABC123"), &all, &key);
        let head = Head { key, first: all[0].into() }.encode().unwrap().to_vec();
        Self { world, head, leaves }
    }

    /// The one that other tests use now, or a new one. A static would not be dropped, and its node would run on.
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Prepared>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let new = Arc::new(Self::new());
            *shared = Arc::downgrade(&new);
            new
        })
    }

    /// The list with these leaves in place of its own.
    fn body(&self, leaves: &[[u8; 32]]) -> Vec<u8> {
        [&self.head[..], leaves.as_flattened()].concat()
    }
}

/// A gateway in a folder of its own.
struct Rig {
    prepared: Arc<Prepared>,
    gateway: Service,
    address: SocketAddr,
    name: &'static str,
}

impl Rig {
    fn new(name: &'static str) -> Self {
        Self::with(name, "", WIDE)
    }

    /// With these lines in `[http]` and in `[limits]`.
    fn with(name: &'static str, http: &str, limits: &str) -> Self {
        let prepared = Prepared::shared();
        configure(&prepared.world, name, http, limits);
        let (gateway, address) = start(&prepared.world, name);
        Self { prepared, gateway, address, name }
    }

    /// With the list of the batch.
    fn published(self) -> Self {
        let answer = self.put_list(LIST, &self.prepared.body(&self.prepared.leaves));
        assert_eq!(answer.status, 201, "{answer:?}");
        self
    }

    fn put_list(&self, path: &str, body: &[u8]) -> Answer {
        self.send("PUT", path, &[("content-type", MEDIA_TYPE), bearer(LIST_TOKEN)], body)
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("accept", "application/json")], b"")
    }

    fn post(&self, media_type: &str, body: &[u8]) -> Answer {
        self.send("POST", "/verify", &[("content-type", media_type)], body)
    }

    /// One request, whole and with its length.
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n");
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
        self.ask(&[head.as_bytes(), body].concat())
    }

    /// The answer to these bytes, all of them.
    fn ask(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // The gateway need not take a body that it refuses.
        let _ = stream.write_all(bytes);
        Answer::read(&mut stream)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// That the pack of the link is answered as genuine: others are served.
    fn serves(&self) {
        let answer = self.get(LINK);
        assert_eq!((answer.status, &answer.json()["genuine"]), (200, &Value::from(true)), "{answer:?}");
    }

    /// Ends the gateway, and searches its log for what must not be there, and for panics.
    fn end(self, secrets: &[&str]) {
        let log = self.log_at_end(secrets);
        assert!(!log.contains("panicked"), "{log}");
    }

    /// The log when the gateway has ended. It has none of these secrets.
    fn log_at_end(self, secrets: &[&str]) -> String {
        self.gateway.stop().unwrap();
        let log = std::fs::read_to_string(self.prepared.world.folder.path().join(log_of(self.name))).unwrap();
        assert!(log.contains("serve::access: answered"), "nothing was logged: {log}");
        let key = std::fs::read_to_string(self.prepared.world.folder.path().join("batch.key")).unwrap();
        let always = ["S0000007", "S9999999", TILL_TOKEN, LIST_TOKEN, OPERATOR_TOKEN, key.trim()];
        for secret in always.iter().chain(secrets) {
            assert!(!log.contains(secret), "{secret:?} is in the log:\n{log}");
        }
        log
    }
}

fn log_of(name: &str) -> String {
    format!("{name}.log")
}

fn configure(world: &World, name: &str, http: &str, limits: &str) {
    let text = format!(
        "[chain]\nurl = \"{url}\"\ndeployment = \"deployment.json\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\ntokens_file = \"tokens\"\n{http}\n\
         [store]\nfolder = \"{name}\"\n[limits]\n{limits}\n\
         [resolver]\nroot = \"https://id.example.org\"\ngln = \"6291041500213\"\n",
        url = world.url
    );
    std::fs::write(world.folder.path().join(format!("{name}.toml")), text).unwrap();
}

/// Starts the gateway of a configuration, with all of its log.
fn start(world: &World, name: &str) -> (Service, SocketAddr) {
    let mut command = theriac::command(world.folder.path()).unwrap();
    command.args(["gateway", "run", "--config", &format!("{name}.toml")]).env("RUST_LOG", "debug");
    Service::start("theriac gateway", &mut command, &world.folder.path().join(log_of(name)), |line| {
        line.split("http://").nth(1)?.split_whitespace().next()?.parse().ok()
    })
    .unwrap()
}

fn bearer(token: &'static str) -> (&'static str, &'static str) {
    match token {
        LIST_TOKEN => ("authorization", "Bearer list-token-of-the-manufacturer-0000001"),
        _ => ("authorization", "Bearer till-token-of-the-corner-pharmacy-0001"),
    }
}

/// What came until the connection ended.
#[derive(Debug)]
struct Answer {
    /// 0 where nothing came.
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A reset is an end as well; what came before it counts.
        if let Err(error) = stream.read_to_end(&mut bytes) {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "no answer, and no end");
        }
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a problem document; empty where there is none.
    fn code(&self) -> String {
        let document: Value = serde_json::from_str(&self.body).unwrap_or_default();
        document["code"].as_str().unwrap_or_default().to_owned()
    }

    fn says(&self, status: u16, code: &str) {
        assert_eq!((self.status, &*self.code()), (status, code), "{self:?}");
    }
}

/// The end of what a client sends, while it still reads.
fn hang_up(stream: &TcpStream) {
    stream.shutdown(Shutdown::Write).unwrap();
}

/// A client's address that no other test uses.
fn client(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(203, 0, 113, number)
}
