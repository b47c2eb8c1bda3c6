//! A chain of its own with the contracts, a manufacturer that is its own regulator, and its product.

use std::path::Path;

use chain::batches::Batches;
use chain::governance::Governance;
use chain::products::Products;
use chain::{Account, Block, Bundles, Chain, Deployment, SecretString, Signer};
use futures::TryStreamExt;
use primitives::governance::{Identifier, Market, OrganisationRegistered, SiteRegistered};
use primitives::products::{Attestation, NewBatch, NewProduct};
use primitives::{BatchId, DocumentHash, Role, SiteId};
use tempfile::TempDir;
use testkit::node::Node;

pub const GTIN: u64 = 9_506_000_134_352;
/// The one site of Alice's organisation.
const SITE: SiteId = 0;
const MARKET: Market = Market(*b"DE");
const GLN: u64 = 6_291_041_500_213;

pub struct World {
    pub alice: Account,
    pub deployment: Deployment,
    chain: Chain,
    node: Option<Node>,
    folder: TempDir,
}

impl World {
    /// On a node that keeps its chain in a folder.
    pub async fn new(start: impl FnOnce(&Path) -> Node) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = start(&folder.path().join("chain"));
        let chain = Chain::connect(&node.url).await.unwrap();
        let signer = Signer::from_secret(&SecretString::from("//Alice")).unwrap();
        let alice = chain.account(signer).unwrap();
        let block = chain.finalised_head().await.unwrap().number;
        let deployment =
            alice.deploy_all(&Bundles::shipped().unwrap(), b"test", block, |_| ()).await.unwrap();
        let governance = Governance(deployment.contracts.governance.address);
        let identifier = Identifier::Gln(GLN);
        let register = governance.register_organisation("Alpha Pharma", &identifier, alice.id());
        let receipt = alice.submit(&register).await.unwrap();
        let organisation = receipt.event::<OrganisationRegistered>(governance.0).unwrap().organisation;
        let receipt = alice.submit(&governance.register_site(organisation, "Plant 1", GLN)).await.unwrap();
        assert_eq!(receipt.event::<SiteRegistered>(governance.0).unwrap().site, SITE);
        for role in [Role::Manufacturer, Role::Regulator, Role::QualityUnit] {
            alice.submit(&governance.grant_role(organisation, role, None)).await.unwrap();
        }
        alice.submit(&governance.set_market(MARKET, Some(organisation))).await.unwrap();
        alice.submit(&governance.end_set_up()).await.unwrap();
        let product = NewProduct {
            gtin: GTIN,
            holder: organisation,
            makers: Vec::new(),
            markets: vec![MARKET],
            until: None,
            document: DocumentHash([4; 32]),
        };
        let products = Products(deployment.contracts.products.address);
        alice.submit(&products.authorise(&[product])).await.unwrap();
        Self { alice, deployment, chain, node: Some(node), folder }
    }

    pub fn products(&self) -> Products {
        Products(self.deployment.contracts.products.address)
    }

    pub fn batches(&self) -> Batches {
        Batches(self.deployment.contracts.batches.address)
    }

    /// A connection of its own, as the service has one.
    pub async fn connect(&self) -> Chain {
        Chain::connect(&self.node.as_ref().unwrap().url).await.unwrap()
    }

    /// Registers the batch of a number.
    pub async fn register(&self, number: usize) -> BatchId {
        self.alice.submit(&self.products().register_batch(SITE, &lot(number))).await.unwrap();
        id(number)
    }

    /// Attests the certificate of analysis of a batch.
    pub async fn attest(&self, batch: BatchId) {
        let registered = self.chain.read(&self.batches().batch(batch)).await.unwrap().unwrap();
        let (hash, document) = (registered.registration_hash(), DocumentHash([5; 32]));
        let attest = self.products().attest(batch, hash, Attestation::CertificateOfAnalysis, document);
        self.alice.submit(&attest).await.unwrap();
    }

    /// The last finalised block.
    pub async fn head(&self) -> Block {
        self.chain.finalised_head().await.unwrap()
    }

    /// The time of a block.
    pub async fn time_of(&self, block: Block) -> u64 {
        self.chain.time_of(block).await.unwrap()
    }

    /// How many events the contracts ever emitted.
    pub async fn events(&self) -> usize {
        let contracts = self.deployment.contracts.addresses();
        let emitted = self.chain.events_in(0..=self.head().await.number, contracts);
        emitted.try_collect::<Vec<_>>().await.unwrap().len()
    }

    /// Ends the node, and starts it again with its chain at the same address.
    pub fn restart(&mut self) {
        let node = self.node.take().unwrap();
        let port = node.port();
        node.stop();
        self.node = Some(Node::start_in(port, &self.folder.path().join("chain")));
    }
}

/// A batch without serials.
fn lot(number: usize) -> NewBatch {
    let lot = format!("LOT{number}").into_bytes();
    NewBatch { gtin: GTIN, lot, expiry: 351_231, quantity: 100, serial_root: None, units_per_case: None }
}

/// The batch of a number.
pub fn id(number: usize) -> BatchId {
    BatchId::of(GTIN, &lot(number).lot)
}
