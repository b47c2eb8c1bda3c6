//! A node with a released batch, and a gateway with the batch's list.

use std::path::{Path, PathBuf};

use chain::units::Units;
use chain::{Account, Call, Chain, Contracts, Deployment};
use e2e_tests::goods::{account, gtin, secret, Goods, EXPIRY};
use e2e_tests::party::{deploy_for, GTIN, MANUFACTURER, REGULATOR};
use e2e_tests::stage::write;
use primitives::units::{Scan, Verdict};
use testkit::service::Service;
use testkit::theriac::{start_devnet, Theriac};
use testkit::Failure;

const LOT: &str = "BENCH";
const TOKEN: &str = "token-of-the-manufacturer-of-the-bench";

/// Node, contracts, batch and gateway.
pub struct Counter {
    folder: PathBuf,
    theriac: Theriac,
    devnet: Service,
    /// The node's address.
    pub node: String,
    pub contracts: Contracts,
    pub goods: Goods,
    pub gateway: Service,
    /// The gateway's address.
    pub url: String,
    /// An account that nothing else uses.
    pub bystander: Account,
    next: usize,
}

impl Counter {
    /// Starts a node, deploys, releases a batch of so many packs, and starts a gateway that has no list yet.
    pub async fn open(folder: &Path, packs: u32) -> Result<Self, Failure> {
        let (devnet, node) = start_devnet(folder, None)?;
        let chain = Chain::connect(&node).await?;
        let theriac = Theriac::new(folder, &node)?;
        deploy_for(&theriac, &[MANUFACTURER, REGULATOR])?;
        let contracts = Deployment::load(&theriac.deployment())?.contracts;
        let goods = Goods::new(LOT, packs)?;
        let (maker, regulator) = (account(&chain, "//Bob")?, account(&chain, "//Eve")?);
        goods.release(&contracts, &maker, &regulator).await?;
        write(folder, "serials.txt", &(goods.serials.join("\n") + "\n"))?;
        let key = secret().batch_key(goods.id());
        own(folder, "batch.key", &hex::encode(key.expose()))?;
        own(folder, "maker.token", TOKEN)?;
        own(folder, "tokens", &format!("maker manufacturer {TOKEN}\n"))?;
        let (gateway, url) = start_gateway(&theriac, folder, &node, "gateway")?;
        let bystander = account(&chain, "//Ferdie")?;
        let folder = folder.to_owned();
        Ok(Self { folder, theriac, devnet, node, contracts, goods, gateway, url, bystander, next: 0 })
    }

    /// The manufacturer hands its list to the gateway.
    pub async fn publish(&self) -> Result<(), Failure> {
        let mut command = self.theriac.command();
        command.args(["serials", "publish", "--gtin", GTIN, "--lot", LOT, "--serials", "serials.txt"]);
        command.args([
            "--batch-key-file",
            "batch.key",
            "--token-file",
            "maker.token",
            "--gateway",
            &self.url,
        ]);
        testkit::theriac::Said::by(&mut command)?.ok()?;
        Ok(())
    }

    /// Another gateway at the same node, with an empty folder.
    pub fn another(&self, name: &str) -> Result<(Service, String), Failure> {
        start_gateway(&self.theriac, &self.folder, &self.node, name)
    }

    /// The number of the next pack: each is asked about once, until all were.
    pub fn next(&mut self) -> usize {
        let number = self.next;
        self.next = (number + 1) % self.goods.serials.len();
        number
    }

    /// So many more packs were asked about.
    pub fn skip(&mut self, packs: usize) {
        self.next = (self.next + packs) % self.goods.serials.len();
    }

    /// The body of the request about a pack.
    pub fn body(&self, pack: usize) -> String {
        body(&self.goods.serials[pack])
    }

    /// The contract's read that gives the same verdict.
    pub fn verdict(&self, pack: usize) -> Call<Verdict> {
        let serial = &self.goods.serials[pack];
        Units(self.contracts.units.address).verdict(&Scan {
            gtin: gtin(),
            lot: LOT.into(),
            expiry: Some(EXPIRY),
            serial: Some(serial.clone().into_bytes()),
            proof: self.goods.tree().prove(serial.as_bytes()),
            site: None,
        })
    }

    pub fn close(self) -> Result<(), Failure> {
        self.gateway.stop()?;
        self.devnet.stop()
    }
}

/// The body of the request about the pack with this serial.
pub fn body(serial: &str) -> String {
    format!(r#"{{"code":"(01){GTIN}(17){EXPIRY}(10){LOT}(21){serial}"}}"#)
}

/// Whether an answer says that the pack is genuine.
pub fn is_genuine(answer: &str) -> bool {
    answer.contains(r#""outcome":"genuine""#)
}

/// A file that only its owner reads.
fn own(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?)
}

fn start_gateway(
    theriac: &Theriac,
    folder: &Path,
    node: &str,
    name: &str,
) -> Result<(Service, String), Failure> {
    // One address asks for all clients.
    let configuration = format!(
        "[chain]\nurl = \"{node}\"\ndeployment = \"deployment.json\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\ntokens_file = \"tokens\"\n\
         [store]\nfolder = \"{name}\"\n\
         [limits]\nrequests_a_minute = 10000000\n\
         [resolver]\nroot = \"https://id.example.org\"\n"
    );
    let file = format!("{name}.toml");
    write(folder, &file, &configuration)?;
    let mut command = theriac.command();
    command.args(["gateway", "run", "--config", &file]);
    Service::start("theriac gateway", &mut command, &folder.join(format!("{name}.log")), |line| {
        let at = line.find("http://")?;
        Some(line[at..].split_whitespace().next()?.to_owned())
    })
}
