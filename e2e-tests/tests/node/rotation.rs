//! Every account of an organisation is replaced while goods are on the way to it, packs are quarantined, a recall waits
//! for its answer and requests are open: what belongs to the organisation and its sites stays with them.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use chain::batches::Batches;
use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::{Named, Units};
use chain::{Account, Bundles, Call, Chain, ContractError, Receipt, SecretString, Signer};
use oracle::keys::{OperatorKey, Secret};
use oracle::store::now;
use primitives::access::Limits;
use primitives::batches::{
    Arrival, ClearanceReason, Goods, Purpose, QuarantineReason, Recall, RecallAcknowledged, RecallClass,
    RecallReason, RecallScope, UnitsReceived, UnitsShipped,
};
use primitives::feeds::{Feed, FeedKind, Observation, Report, ResultRequested};
use primitives::governance::{Identifier, Market, OrganisationRegistered, SiteRegistered};
use primitives::products::{Attestation, NewBatch, NewProduct};
use primitives::units::{UnitDecommissioned, UnitReverted};
use primitives::{
    batches, feeds, governance, units, Actor, BatchId, DocumentHash, FeedId, InputCommitment,
    ManufacturerSecret, ModelId, OrganisationId, Role, RoleSet, SerialTree, SiteId, Subject,
};
use testkit::node::Node;

const GTIN: u64 = 9_506_000_134_352;
const DOCUMENT: DocumentHash = DocumentHash([1; 32]);
const MARKET: Market = Market(*b"DE");
const MODEL: ModelId = ModelId([2; 32]);
const SUBJECT: Subject = Subject([3; 32]);
const PACKS: u64 = 8;
const HOUR: u64 = 3_600_000;

fn feed() -> FeedId {
    FeedId::named("stock-of-a-pharmacy").unwrap()
}

/// An organisation with one site.
#[derive(Clone, Copy)]
struct Party {
    organisation: OrganisationId,
    site: SiteId,
}

/// A deployment with a manufacturer, a pharmacy and an authority, and one batch with serials.
struct World {
    _node: Node,
    chain: Chain,
    governance: Governance,
    batches: Batches,
    products: Products,
    units: Units,
    feeds: Feeds,
    /// Administers the deployment, and is the authority.
    authority: Account,
    maker: Account,
    works: SiteId,
    pharmacy: Party,
    operator: OperatorKey,
    batch: BatchId,
    tree: SerialTree,
}

async fn does<R>(account: &Account, call: &Call<R>) -> Receipt {
    account.submit(call).await.unwrap_or_else(|error| panic!("{}: {error}", call.message()))
}

async fn refused<R>(account: &Account, call: &Call<R>, with: impl Into<ContractError>) {
    let refused = account.submit(call).await.map(|receipt| receipt.hash);
    let refused = refused.expect_err(call.message());
    assert_eq!(refused.contract(), Some(with.into()), "{}: {refused}", call.message());
}

impl World {
    /// The set-up is over, the batch is released, and `steward` may say who else acts for the pharmacy.
    async fn new(steward: &str) -> Self {
        let node = Node::start();
        let chain = Chain::connect(&node.url).await.unwrap();
        let account = |name| account(&chain, name);
        let (authority, maker, steward) = (account("//Alice"), account("//Bob"), account(steward));
        let deployed =
            authority.deploy_all(&Bundles::shipped().unwrap(), b"rotation", 0, |_| ()).await.unwrap();
        let contracts = deployed.contracts;
        let batch = BatchId::of(GTIN, b"ROTATION");
        let serials: Vec<String> = (0..PACKS).map(|number| format!("S{number}")).collect();
        let key = ManufacturerSecret::new([7; 32]).batch_key(batch);
        let mut world = Self {
            _node: node,
            governance: Governance(contracts.governance.address),
            batches: Batches(contracts.batches.address),
            products: Products(contracts.products.address),
            units: Units(contracts.units.address),
            feeds: Feeds(contracts.feeds.address),
            works: 0,
            pharmacy: Party { organisation: 0, site: 0 },
            operator: OperatorKey::from_hex(&Secret::from("22".repeat(32))).unwrap(),
            tree: SerialTree::new(batch, &serials, &key).unwrap(),
            authority,
            maker,
            batch,
            chain,
        };
        world.set_up(&steward).await;
        world.release_a_batch().await;
        world.open_a_feed().await;
        world
    }

    async fn set_up(&mut self, steward: &Account) {
        let authority =
            self.register(&self.authority, "Authority", 6_291_041_500_244, &[Role::Regulator]).await;
        does(&self.authority, &self.governance.set_market(MARKET, Some(authority.organisation))).await;
        let roles = [Role::Manufacturer, Role::QualityUnit];
        let maker = self.register(&self.maker, "Maker", 6_291_041_500_213, &roles).await;
        self.works = maker.site;
        self.pharmacy = self.register(steward, "Pharmacy", 6_291_041_500_237, &[Role::Pharmacy]).await;
        does(&self.authority, &self.feeds.set_operators(&[self.operator.public()], 0)).await;
        does(&self.authority, &self.governance.end_set_up()).await;
        let product = NewProduct {
            gtin: GTIN,
            holder: maker.organisation,
            makers: Vec::new(),
            markets: vec![MARKET],
            until: None,
            document: DOCUMENT,
        };
        does(&self.authority, &self.products.authorise(&[product])).await;
    }

    async fn register(&self, steward: &Account, name: &str, gln: u64, roles: &[Role]) -> Party {
        let it = self.governance;
        let register = it.register_organisation(name, &Identifier::Gln(gln), steward.id());
        let registered =
            does(&self.authority, &register).await.event::<OrganisationRegistered>(it.0).unwrap();
        let organisation = registered.organisation;
        let registered = does(&self.authority, &it.register_site(organisation, name, gln)).await;
        for role in roles {
            does(&self.authority, &it.grant_role(organisation, *role, None)).await;
        }
        Party { organisation, site: registered.event::<SiteRegistered>(it.0).unwrap().site }
    }

    async fn release_a_batch(&self) {
        let new = NewBatch {
            gtin: GTIN,
            lot: b"ROTATION".to_vec(),
            expiry: 351_231,
            quantity: PACKS,
            serial_root: Some(self.tree.root()),
            units_per_case: None,
        };
        does(&self.maker, &self.products.register_batch(self.works, &new)).await;
        let batch = self.chain.read(&self.batches.batch(self.batch)).await.unwrap().unwrap();
        let registration = batch.registration_hash();
        for (who, attestation) in [
            (&self.maker, Attestation::CertificateOfAnalysis),
            (&self.authority, Attestation::GoodManufacturingPractice),
        ] {
            does(who, &self.products.attest(self.batch, registration, attestation, DOCUMENT)).await;
        }
        does(&self.maker, &self.products.release(self.batch)).await;
    }

    async fn open_a_feed(&self) {
        does(&self.authority, &self.feeds.approve_model(MODEL, DOCUMENT, "1.0.0", u64::MAX)).await;
        let definition = Feed {
            kind: FeedKind::Inventory,
            decimals: 0,
            min: 0,
            max: 1_000,
            model: MODEL,
            max_report_age: HOUR,
        };
        does(&self.authority, &self.feeds.create_feed(feed(), &definition)).await;
    }

    async fn ship(&self, quantity: u64) -> u64 {
        let goods = Goods::Units { batch: self.batch, quantity };
        let ship = self.batches.ship(self.works, goods, self.pharmacy.site, Purpose::Supply, None);
        does(&self.maker, &ship).await.event::<UnitsShipped>(self.batches.0).unwrap().shipment
    }

    fn receive(&self, shipment: u64, quantity: u64) -> Call<()> {
        self.batches.receive(self.pharmacy.site, shipment, &Arrival::Units(quantity))
    }

    fn dispense(&self, serial: &[u8]) -> Call<units::UnitOutcome> {
        let proof = self.tree.prove(serial).unwrap();
        self.units.dispense(self.pharmacy.site, self.batch, serial, &proof, None)
    }

    /// Packs on the pharmacy's shelf.
    fn named(&self, serials: &[&str]) -> Named {
        let (order, proof) = self.tree.prove_all(serials).unwrap();
        let serials = order.into_iter().map(|place| serials[place].into()).collect();
        Named { at: self.pharmacy.site, batch: self.batch, serials, proof, from_quarantine: false }
    }

    async fn request(&self, by: &Account) -> u64 {
        let request = self.feeds.request_result(feed(), SUBJECT, now() + HOUR);
        does(by, &request).await.event::<ResultRequested>(self.feeds.0).unwrap().request
    }

    async fn answer(&self, request: u64, value: i128) {
        let report = Report {
            configuration: self.chain.read(&self.feeds.configuration_digest()).await.unwrap(),
            feed: feed(),
            subject: SUBJECT,
            round: 1,
            request: Some(request),
            model: MODEL,
            inputs: InputCommitment([4; 32]),
            observed_at: now(),
            observations: vec![Observation { operator: 0, value }],
        };
        let signature = self.operator.sign(&report.hash()).unwrap();
        does(&self.maker, &self.feeds.report(&report, &[signature])).await;
    }

    /// Lets an account act for the pharmacy.
    fn add(&self, account: &Account, limits: &Limits) -> Call<()> {
        self.governance.add_account(self.pharmacy.organisation, account.id(), limits)
    }

    fn limits_of_a_till(&self) -> Limits {
        let roles = Some(RoleSet::of(&[Role::Pharmacy]));
        Limits { site: Some(self.pharmacy.site), roles, ..Limits::default() }
    }

    /// What events say of an account of the pharmacy that acts at its site.
    fn at_the_pharmacy(&self, account: &Account) -> Actor {
        let Party { organisation, site } = self.pharmacy;
        Actor { account: account.id(), organisation: Some(organisation), site: Some(site) }
    }
}

fn account(chain: &Chain, name: &str) -> Account {
    chain.account(Signer::from_secret(&SecretString::from(name)).unwrap()).unwrap()
}

/// What the old accounts of the pharmacy began.
struct Begun {
    on_the_way: u64,
    damaged: Named,
    answered: u64,
    withdrawn: u64,
}

/// Four packs are there, one of them quarantined and one dispensed; two are on the way; one of the manufacturer's is
/// recalled, which the pharmacy is to acknowledge; and two requests are open.
async fn business_begins(world: &World, till: &Account) -> Begun {
    let pharmacy = world.pharmacy;
    let first = world.ship(4).await;
    does(till, &world.receive(first, 4)).await;
    let on_the_way = world.ship(2).await;
    let damaged = world.named(&["S1"]);
    let quarantine = world.units.quarantine(Some(pharmacy.site), &damaged, QuarantineReason::Damaged);
    does(till, &quarantine).await;
    does(till, &world.dispense(b"S0")).await;
    let recall = Recall {
        scope: RecallScope::SerialRange { first: 7, last: 7 },
        class: RecallClass::III,
        reason: RecallReason::Mislabelling,
        instructions: DOCUMENT,
        acknowledge_by: now() + HOUR,
    };
    does(&world.maker, &world.batches.recall(world.batch, &recall)).await;
    let (answered, withdrawn) = (world.request(till).await, world.request(till).await);
    Begun { on_the_way, damaged, answered, withdrawn }
}

/// The old steward lets the new one in, who removes everybody else.
async fn accounts_are_replaced(world: &World, [steward, till, new_steward, new_till]: [&Account; 4]) {
    let governance = world.governance;
    does(steward, &world.add(new_steward, &Limits::STEWARD)).await;
    does(new_steward, &governance.remove_account(steward.id())).await;
    does(new_steward, &world.add(new_till, &world.limits_of_a_till())).await;
    does(new_steward, &governance.remove_account(till.id())).await;
    let accounts = world.chain.read(&governance.accounts(world.pharmacy.organisation, 0, 10)).await.unwrap();
    let mut accounts: Vec<_> = accounts.into_iter().map(|(account, _)| account).collect();
    let mut expected = [new_steward.id(), new_till.id()];
    accounts.sort();
    expected.sort();
    assert_eq!(accounts, expected);
    refused(new_steward, &governance.remove_account(new_steward.id()), governance::Error::LastSteward).await;
}

async fn the_old_key_opens_nothing(world: &World, begun: &Begun, old: &Account) {
    let World { batches, feeds, batch, pharmacy, .. } = world;
    refused(old, &world.receive(begun.on_the_way, 2), batches::Error::CallerNotAtSite).await;
    refused(old, &world.dispense(b"S2"), units::Error::CallerNotAtSite).await;
    refused(old, &world.units.revert(pharmacy.site, *batch, b"S0"), units::Error::CallerNotAtSite).await;
    let acknowledge = batches.acknowledge_recall(pharmacy.site, *batch);
    refused(old, &acknowledge, batches::Error::CallerNotAtSite).await;
    refused(old, &feeds.cancel_request(begun.withdrawn), feeds::Error::CallerNotRequester).await;
    refused(old, &world.add(old, &Limits::STEWARD), governance::Error::CallerNotAuthorised).await;
}

/// The new key goes on with all that the old ones began.
async fn the_new_key_goes_on(world: &World, begun: &Begun, new_till: &Account) {
    let World { batches, feeds, batch, pharmacy, .. } = world;
    let by = world.at_the_pharmacy(new_till);
    let received: UnitsReceived =
        does(new_till, &world.receive(begun.on_the_way, 2)).await.event(batches.0).unwrap();
    assert_eq!((received.by, received.still_in_transit), (by, 0));
    let reverted = does(new_till, &world.units.revert(pharmacy.site, *batch, b"S0")).await;
    assert_eq!(reverted.event::<UnitReverted>(world.units.0).unwrap().by, by);
    let acknowledged = does(new_till, &batches.acknowledge_recall(pharmacy.site, *batch)).await;
    let acknowledged: RecallAcknowledged = acknowledged.event(batches.0).unwrap();
    assert_eq!((acknowledged.by, acknowledged.acknowledged), (by, 1));
    // The pharmacy quarantined: it is the manufacturer who clears.
    let clear = world.units.release(*batch, &begun.damaged.serials, ClearanceReason::NothingFound);
    refused(new_till, &clear, units::Error::CallerNotAuthorised).await;
    does(&world.maker, &clear).await;
    world.answer(begun.answered, 42).await;
    let reading = world.chain.read(&feeds.read(feed(), SUBJECT, HOUR)).await.unwrap();
    assert_eq!((reading.value, reading.spread), (42, 0));
    does(new_till, &feeds.cancel_request(begun.withdrawn)).await;
    for request in [begun.answered, begun.withdrawn] {
        assert_eq!(world.chain.read(&feeds.request(request)).await.unwrap(), None);
    }
}

/// And with what the site has: all of it can leave.
async fn all_goods_leave(world: &World, new_till: &Account) {
    let World { batches, batch, pharmacy, .. } = world;
    let dispensed = does(new_till, &world.dispense(b"S0")).await;
    let dispensed = dispensed.event::<UnitDecommissioned>(world.units.0).unwrap();
    assert_eq!(dispensed.by, world.at_the_pharmacy(new_till));
    let rest = world.named(&["S1", "S2", "S3", "S4", "S5"]);
    does(new_till, &world.units.condemn(Some(pharmacy.site), &rest)).await;
    let goods = Goods::Condemned { batch: *batch, quantity: 5 };
    let back = does(new_till, &batches.ship(pharmacy.site, goods, world.works, Purpose::Return, None)).await;
    let back = back.event::<UnitsShipped>(batches.0).unwrap().shipment;
    does(&world.maker, &batches.receive(world.works, back, &Arrival::Units(5))).await;
    let holding = world.chain.read(&batches.holding(*batch, pharmacy.site)).await.unwrap();
    assert_eq!((holding.places.present(), holding.places.gone(), holding.acknowledged), (0, 1, 1));
    let balance = world.chain.read(&batches.mass_balance(*batch)).await.unwrap().unwrap();
    assert_eq!((balance.held, balance.returned, balance.dispensed, balance.in_transit), (2, 5, 1, 0));
    assert_eq!(balance.total(), Some(PACKS));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_replaces_all_of_its_accounts_in_the_middle_of_its_business() {
    let world = World::new("//Charlie").await;
    let [steward, till] = ["//Charlie", "//Dave"].map(|name| account(&world.chain, name));
    let [new_steward, new_till] = ["//Eve", "//Ferdie"].map(|name| account(&world.chain, name));
    does(&steward, &world.add(&till, &world.limits_of_a_till())).await;
    // In boxes: without them, all that these await lies on the test's stack.
    let begun = Box::pin(business_begins(&world, &till)).await;
    Box::pin(accounts_are_replaced(&world, [&steward, &till, &new_steward, &new_till])).await;
    for old in [&steward, &till] {
        Box::pin(the_old_key_opens_nothing(&world, &begun, old)).await;
    }
    Box::pin(the_new_key_goes_on(&world, &begun, &new_till)).await;
    Box::pin(all_goods_leave(&world, &new_till)).await;
}
