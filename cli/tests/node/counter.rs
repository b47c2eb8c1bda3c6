//! A gateway in a world of its own, with a till at the pharmacy and what stands around them.

use std::process::Command;

use chain::{Chain, SecretString, Signer};
use reqwest::header::ACCEPT;
use reqwest::{Client, RequestBuilder};
use serde_json::{json, Value};
use testkit::service::Service;
use testkit::theriac;

use crate::world::{World, BATCH, PHARMACY, PROVEN};

pub const TILL: &str = "//Dave//till";
pub const TOKENS: &str = "corner-till till till-token-of-the-corner-pharmacy-0001\n\
                      galen manufacturer list-token-of-the-manufacturer-0000001\n";
pub const TILL_TOKEN: &str = "till-token-of-the-corner-pharmacy-0001";
pub const LINK: &str = "/01/09506000134352/10/ABC123/21/S0000007";

/// A world with a gateway in it.
pub struct Counter {
    pub world: World,
    pub gateway: Service,
    pub url: String,
    pub client: Client,
}

impl Counter {
    /// A released batch with goods at the pharmacy, and a gateway with a till there.
    pub async fn new() -> Self {
        Self::on(World::new()).await
    }

    /// The same in this world.
    pub async fn on(world: World) -> Self {
        world.register();
        world.release();
        let shipment = world.ship("bob", PHARMACY, "500");
        world.run("dave", &["batch", "receive", &shipment, "--quantity", "500"], 0);
        let chain = Chain::connect(&world.url).await.unwrap();
        let signer = |secret: &str| Signer::from_secret(&SecretString::from(secret)).unwrap();
        let till = signer(TILL).account();
        let dave = chain.account(signer("//Dave")).unwrap();
        dave.transfer(till, 1_000_000_000_000_000).await.unwrap();
        let till = chain::account_text(&till);
        let add = ["org", "account", "add", &till, "--site", PHARMACY, "--role", "pharmacy"];
        world.run("dave", &add, 0);
        secret(&world, "tokens", TOKENS);
        secret(&world, "galen.token", "list-token-of-the-manufacturer-0000001");
        secret(&world, "till.key", TILL);
        std::fs::write(world.folder.path().join("gateway.toml"), configuration(&world.url, "till.key"))
            .unwrap();
        world.run("", &["gateway", "check", "--config", "gateway.toml"], 0);
        let (gateway, url) = start(&world);
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { world, gateway, url, client: Client::new() }
    }

    /// The gateway is started again, with what is in its folder.
    pub fn restart(self) -> Self {
        let Self { world, gateway, client, .. } = self;
        gateway.stop().unwrap();
        let (gateway, url) = start(&world);
        Self { world, gateway, url, client }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url)).header(ACCEPT, "application/json")
    }

    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).json(body)
    }

    /// The verdict on the pack of the link, for anybody.
    pub async fn verdict(&self) -> Value {
        json_of(self.get(LINK), 200).await
    }

    /// The manufacturer gives its list to the gateway.
    pub fn publish(&self) {
        let mut publish = [&["serials", "publish"][..], &BATCH, &PROVEN].concat();
        publish.extend(["--gateway", &self.url, "--token-file", "galen.token"]);
        self.world.run("", &publish, 0);
    }

    /// The verdict at the pharmacy.
    pub async fn at_the_pharmacy(&self, code: &str) -> Value {
        let answers = json_of(self.post("/verify", &json!({ "code": code, "site": PHARMACY })), 200).await;
        answers["answers"][0].clone()
    }

    pub async fn book(&self, key: &str, order: &Value, status: u16) -> Value {
        let request = self.post("/packs", order).bearer_auth(TILL_TOKEN).header("Idempotency-Key", key);
        json_of(request, status).await
    }
}

pub fn secret(world: &World, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = world.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

pub fn configuration(url: &str, key: &str) -> String {
    format!(
        "[chain]\nurl = \"{url}\"\ndeployment = \"deployment.json\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\ntokens_file = \"tokens\"\n\
         [store]\nfolder = \"gateway\"\n\
         [resolver]\nroot = \"https://id.example.org\"\ngln = \"6291041500213\"\n\
         [[till]]\ntoken = \"corner-till\"\nsite = \"{PHARMACY}\"\nkey_file = \"{key}\"\n"
    )
}

pub fn start(world: &World) -> (Service, String) {
    let mut command: Command = theriac::command(world.folder.path()).unwrap();
    command.args(["gateway", "run", "--config", "gateway.toml"]);
    let log = world.folder.path().join("gateway.log");
    Service::start("theriac gateway", &mut command, &log, |line| {
        let at = line.find("http://")?;
        Some(line[at..].split_whitespace().next()?.to_owned())
    })
    .unwrap()
}

pub async fn json_of(request: RequestBuilder, status: u16) -> Value {
    let answer = request.send().await.unwrap();
    let (found, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
