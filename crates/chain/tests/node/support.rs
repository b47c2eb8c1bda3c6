//! The contracts on the real node.

use chain::governance::Governance;
use chain::products::Products;
use chain::{Account, AccountId, Bundles, Chain, Contracts, Event, SecretString, Signer};
use futures::TryStreamExt;
use primitives::governance::{Identifier, Market, OrganisationRegistered, SiteRegistered};
use primitives::products::{NewBatch, NewProduct};
use primitives::{DocumentHash, OrganisationId, Role, SiteId};
use testkit::node::Node;

/// The one site of Alice's organisation.
pub const SITE: SiteId = 0;
/// Global Location Numbers that nobody has.
pub const GLNS: [u64; 3] = [6_291_041_500_213, 6_291_041_500_220, 6_291_041_500_237];
pub const GTIN: u64 = 9_506_000_134_352;
pub const MARKET: Market = Market(*b"DE");

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
    Bundles::shipped().unwrap()
}

/// Deploys the contracts by Alice: they are in set-up then.
pub async fn deploy_in_set_up(alice: &Account) -> Contracts {
    alice.deploy_all(&bundles(), b"test", 0, |_| ()).await.unwrap().contracts
}

/// Deploys the contracts by Alice, makes her organisation a manufacturer and the regulator of its market, ends the set-up, and
/// authorises her product.
pub async fn deploy(alice: &Account) -> Contracts {
    let contracts = deploy_in_set_up(alice).await;
    let governance = Governance(contracts.governance.address);
    let (organisation, site) = register(alice, &governance, alice.id(), "Acme", GLNS[0]).await;
    assert_eq!(site, SITE);
    for role in [Role::Manufacturer, Role::Regulator] {
        alice.submit(&governance.grant_role(organisation, role, None)).await.unwrap();
    }
    alice.submit(&governance.set_market(MARKET, Some(organisation))).await.unwrap();
    alice.submit(&governance.end_set_up()).await.unwrap();
    let products = Products(contracts.products.address);
    alice.submit(&products.authorise(&[product(organisation, &[])])).await.unwrap();
    contracts
}

/// Registers an organisation with its steward and a site.
pub async fn register(
    admin: &Account,
    governance: &Governance,
    steward: AccountId,
    name: &str,
    gln: u64,
) -> (OrganisationId, SiteId) {
    let identifier = Identifier::Uri(format!("urn:example:{name}"));
    let receipt = admin.submit(&governance.register_organisation(name, &identifier, steward)).await.unwrap();
    let registered: OrganisationRegistered = receipt.event(governance.0).unwrap();
    (registered.organisation, register_site(admin, governance, registered.organisation, name, gln).await)
}

pub async fn register_site(
    admin: &Account,
    governance: &Governance,
    organisation: OrganisationId,
    name: &str,
    gln: u64,
) -> SiteId {
    let receipt = admin.submit(&governance.register_site(organisation, name, gln)).await.unwrap();
    receipt.event::<SiteRegistered>(governance.0).unwrap().site
}

/// A GTIN that nobody has.
pub fn gtin(number: u64) -> u64 {
    let body = 401_234_500_000 + number;
    let weighed = |place| body / 10_u64.pow(place) % 10 * if place % 2 == 0 { 3 } else { 1 };
    let sum: u64 = (0..12).map(weighed).sum();
    body * 10 + (10 - sum % 10) % 10
}

/// The product whose batches are registered.
pub fn product(holder: OrganisationId, makers: &[OrganisationId]) -> NewProduct {
    let (markets, document) = (vec![MARKET], DocumentHash([4; 32]));
    NewProduct { gtin: GTIN, holder, makers: makers.to_vec(), markets, until: None, document }
}

/// A batch without serials that nobody registered yet.
pub fn lot(number: usize) -> NewBatch {
    let lot = format!("LOT{number}").into_bytes();
    NewBatch { gtin: GTIN, lot, expiry: 351_231, quantity: 100, serial_root: None, units_per_case: None }
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
