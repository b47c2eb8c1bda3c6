//! Who is refused, and with which error: before the set-up is over, and at sites of others.

use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::Units;
use chain::{Account, Call, ContractError};
use primitives::access::Limits;
use primitives::batches::{Arrival, QuarantineReason, QuarantineTarget};
use primitives::feeds::OperatorsSet;
use primitives::governance::SetUpEnded;
use primitives::{
    batches, evidence, feeds, governance, products, units, BatchId, DocumentHash, FeedId, ModelId, Role,
    RoleSet, SerialProof,
};
use testkit::node::Node;

use crate::support::{
    account, connect, deploy, deploy_in_set_up, lot, product, register, register_site, GLNS, GTIN, MARKET,
    SITE,
};

/// The compressed secp256k1 generator: a key of which everybody knows the secret.
const OPERATOR: [u8; 33] = [
    0x02, 0x79, 0xBE, 0x66, 0x7E, 0xF9, 0xDC, 0xBB, 0xAC, 0x55, 0xA0, 0x62, 0x95, 0xCE, 0x87, 0x0B, 0x07,
    0x02, 0x9B, 0xFC, 0xDB, 0x2D, 0xCE, 0x28, 0xD9, 0x59, 0xF2, 0x81, 0x5B, 0x16, 0xF8, 0x17, 0x98,
];

/// Fails where the contract does not refuse the call with this error.
async fn refuses<R>(account: &Account, call: &Call<R>, with: impl Into<ContractError>) {
    let refused = account.submit(call).await.map(|receipt| receipt.hash);
    let refused = refused.expect_err(call.message());
    assert_eq!(refused.contract(), Some(with.into()), "{}: {refused}", call.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_business_is_done_in_set_up_and_no_set_up_afterwards() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy_in_set_up(&alice).await;
    let governance = Governance(contracts.governance.address);
    let (batches, feeds) = (Batches(contracts.batches.address), Feeds(contracts.feeds.address));
    let (units, evidence) = (Units(contracts.units.address), Evidence(contracts.evidence.address));
    let products = Products(contracts.products.address);
    let (organisation, site) = register(&alice, &governance, alice.id(), "Acme", GLNS[0]).await;
    let both = [Role::Manufacturer, Role::Regulator];
    for role in both {
        alice.submit(&governance.grant_role(organisation, role, None)).await.unwrap();
    }

    alice.submit(&governance.set_market(MARKET, Some(organisation))).await.unwrap();
    let new = [product(organisation, &[])];

    // Everything is permitted to her but that it is too early.
    let (batch, feed, model) =
        (BatchId::of(GTIN, b"LOT1"), FeedId::named("heart").unwrap(), ModelId([1; 32]));
    let target = QuarantineTarget::Holding { batch, site, quantity: None };
    let proof = SerialProof { index: 0, salt: [0; 16], siblings: vec![] };
    let too_early = batches::Error::InSetUp;
    refuses(&alice, &products.authorise(&new), products::Error::InSetUp).await;
    refuses(&alice, &batches.receive(site, 0, &Arrival::Units(1)), too_early).await;
    refuses(&alice, &batches.quarantine(Some(site), target, QuarantineReason::Other), too_early).await;
    refuses(&alice, &batches.block(batch), too_early).await;
    refuses(&alice, &units.dispense(site, batch, b"S1", &proof, None), units::Error::InSetUp).await;
    refuses(&alice, &evidence.set_policy(feed, None), evidence::Error::InSetUp).await;
    refuses(&alice, &evidence.present(target, feed), evidence::Error::InSetUp).await;
    let approve = feeds.approve_model(model, DocumentHash([2; 32]), "1.0.0", u64::MAX);
    refuses(&alice, &approve, feeds::Error::InSetUp).await;

    // Operators, contracts' roles and the first regulators are what the set-up is for.
    let set = alice.submit(&feeds.set_operators(&[OPERATOR], 0)).await.unwrap();
    assert_eq!(set.event::<OperatorsSet>(feeds.0).unwrap().operators, [OPERATOR]);
    let bob = account(&chain, "//Bob");
    refuses(&bob, &governance.end_set_up(), governance::Error::CallerNotAuthorised).await;
    let ended: SetUpEnded =
        alice.submit(&governance.end_set_up()).await.unwrap().event(governance.0).unwrap();
    assert_eq!(ended.by.account, alice.id());
    assert_eq!(chain.read(&governance.in_set_up()).await.unwrap(), Some(false));

    alice.submit(&products.authorise(&new)).await.unwrap();
    alice.submit(&products.register_batch(site, &lot(1))).await.unwrap();
    alice.submit(&approve).await.unwrap();
    refuses(&alice, &governance.end_set_up(), governance::Error::SetUpOver).await;
    let waits = governance::Error::ProposalRequired;
    refuses(&alice, &governance.grant_role(organisation, Role::Regulator, Some(u64::MAX)), waits).await;
    refuses(&alice, &governance.grant_role(organisation, Role::Admin, None), waits).await;
    let sentinel = RoleSet::of(&[Role::Sentinel]);
    refuses(&alice, &governance.set_contract_roles(evidence.0, sentinel), waits).await;
    let not_a_contract = governance::Error::NotAContract;
    refuses(&alice, &governance.set_contract_roles(bob.id(), sentinel), not_a_contract).await;
    alice.submit(&governance.grant_role(organisation, Role::Auditor, None)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_acts_at_the_sites_of_its_organisation_only_and_within_its_limits() {
    let node = Node::start();
    let chain = connect(&node).await;
    let (alice, bob) = (account(&chain, "//Alice"), account(&chain, "//Bob"));
    let (charlie, dave) = (account(&chain, "//Charlie"), account(&chain, "//Dave"));
    let contracts = deploy(&alice).await;
    let (governance, products) =
        (Governance(contracts.governance.address), Products(contracts.products.address));
    let (organisation, works) = register(&alice, &governance, bob.id(), "Other", GLNS[1]).await;
    alice.submit(&governance.grant_role(organisation, Role::Manufacturer, None)).await.unwrap();
    alice.submit(&products.change(&product(0, &[organisation]))).await.unwrap();
    let store = register_site(&alice, &governance, organisation, "Store", GLNS[2]).await;
    let not_there = products::Error::CallerNotAtSite;

    // Another organisation's site, and none.
    refuses(&bob, &products.register_batch(SITE, &lot(1)), not_there).await;
    refuses(&alice, &products.register_batch(works, &lot(1)), not_there).await;
    refuses(&bob, &products.register_batch(99, &lot(1)), not_there).await;
    refuses(&charlie, &products.register_batch(works, &lot(1)), not_there).await;
    for site in [works, store] {
        let number = usize::try_from(site).unwrap();
        bob.submit(&products.register_batch(site, &lot(number))).await.unwrap();
    }

    // One site of two, and one role of none.
    let limits =
        |site, role| Limits { site: Some(site), roles: Some(RoleSet::of(&[role])), ..Limits::default() };
    let of_another = governance::Error::SiteOfAnotherOrganisation;
    let add = |account: &Account, limits: &Limits| governance.add_account(organisation, account.id(), limits);
    refuses(&bob, &add(&charlie, &limits(SITE, Role::Manufacturer)), of_another).await;
    refuses(&bob, &add(&charlie, &limits(works, Role::Pharmacy)), governance::Error::RoleNotHeld).await;
    refuses(
        &alice,
        &add(&charlie, &limits(works, Role::Manufacturer)),
        governance::Error::CallerNotAuthorised,
    )
    .await;
    bob.submit(&add(&charlie, &limits(works, Role::Manufacturer))).await.unwrap();
    refuses(&charlie, &products.register_batch(store, &lot(11)), not_there).await;
    charlie.submit(&products.register_batch(works, &lot(11))).await.unwrap();
    refuses(&bob, &add(&alice, &limits(works, Role::Manufacturer)), governance::Error::AccountExists).await;
    let without_roles = Limits { roles: Some(RoleSet::EMPTY), ..Limits::default() };
    bob.submit(&add(&dave, &without_roles)).await.unwrap();
    let lacks_role = products::Error::CallerNotAuthorised;
    refuses(&dave, &products.register_batch(works, &lot(12)), lacks_role).await;

    // An account that is removed acts nowhere.
    bob.submit(&governance.remove_account(charlie.id())).await.unwrap();
    refuses(&charlie, &products.register_batch(works, &lot(13)), not_there).await;
    refuses(&bob, &governance.remove_account(bob.id()), governance::Error::LastSteward).await;
}
