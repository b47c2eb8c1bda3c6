//! The contracts on the real node.

use access::Identifier;
use chain::access::Access;
use chain::{Account, AccountId, Bundles, Chain, Contracts, Event, SecretString, Signer};
use futures::TryStreamExt;
use primitives::Role;
use testkit::node::Node;

pub async fn connect(node: &Node) -> Chain {
    Chain::connect(&node.url).await.unwrap()
}

pub fn signer(secret: &str) -> Signer {
    Signer::from_secret(&SecretString::from(secret)).unwrap()
}

pub fn account(chain: &Chain, secret: &str) -> Account {
    chain.account(signer(secret)).unwrap()
}

pub fn bundles() -> Bundles {
    Bundles::load(&testkit::repository().join("contracts/artifacts")).unwrap()
}

/// Deploys the contracts by Alice, and makes her organisation a manufacturer and a regulator.
pub async fn deploy(alice: &Account) -> Contracts {
    let contracts = alice.deploy_all(&bundles(), b"test").await.unwrap().contracts;
    let access = Access(contracts.access.address);
    register(alice, &access, alice.id(), "Acme").await;
    for role in [Role::Manufacturer, Role::Regulator] {
        alice.submit(&access.grant_role(role, alice.id(), None)).await.unwrap();
    }
    contracts
}

pub async fn register(admin: &Account, access: &Access, account: AccountId, name: &str) {
    let identifier = Identifier::Uri(format!("urn:example:{name}"));
    admin.submit(&access.register_organisation(account, name, &identifier)).await.unwrap();
}

pub const GTIN: u64 = 9_506_000_134_352;

/// A batch without serials that nobody registered yet.
pub fn lot(number: usize) -> batches::NewBatch {
    let lot = format!("LOT{number}").into_bytes();
    batches::NewBatch {
        gtin: GTIN,
        lot,
        expiry: 351_231,
        quantity: 100,
        serial_root: None,
        units_per_case: None,
    }
}

/// All that the contracts ever emitted.
pub async fn all_events(chain: &Chain, contracts: &Contracts) -> Vec<Event> {
    let head = chain.finalised_head().await.unwrap().number;
    let emitted = chain.events_in(0..=head, contracts.addresses());
    emitted.map_ok(|emitted| emitted.of(contracts)).try_collect().await.unwrap()
}

pub fn is_registration(event: &Event) -> bool {
    matches!(event, Event::Batches(chain::batches::Event::BatchRegistered(_)))
}
