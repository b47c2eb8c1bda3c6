//! What is deployed, where, and by whom.

use chain::access::Access;
use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::units::Units;
use chain::{account_text, AccountId, Chain, Contracts, Deployment, Error, Hash};
use primitives::Role;
use testkit::node::Node;

use crate::proxy::Proxy;
use crate::support::{account, bundles, connect, deploy, lot, register, signer};

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_are_deployed_and_their_deployment_is_checked() {
    let node = Node::start();
    let chain = connect(&node).await;
    assert_eq!((chain.name(), chain.is_development()), ("Theriac devnet", true));
    let alice = account(&chain, "//Alice");
    let deployment = alice.deploy_all(&bundles(), b"one").await.unwrap();
    deployment.check(&chain).await.unwrap();
    assert_eq!(deployment.chain.genesis, chain.genesis());

    // Each contract knows where the roles are, and who administers them.
    let Contracts { access, batches, units, evidence, feeds } = deployment.contracts;
    assert_eq!(chain.read(&Access(access.address).administrator()).await.unwrap(), alice.id());
    assert_eq!(chain.read(&Batches(batches.address).access()).await.unwrap(), access.address);
    assert_eq!(chain.read(&Feeds(feeds.address).access()).await.unwrap(), access.address);
    let (register, sentinel) = (Units(units.address), Evidence(evidence.address));
    assert_eq!(chain.read(&register.access()).await.unwrap(), access.address);
    assert_eq!(chain.read(&register.batches()).await.unwrap(), batches.address);
    assert_eq!(chain.read(&sentinel.access()).await.unwrap(), access.address);
    assert_eq!(chain.read(&sentinel.batches()).await.unwrap(), batches.address);
    for (role, holder) in [(Role::UnitRegister, units.address), (Role::Sentinel, evidence.address)] {
        assert!(chain.read(&Access(access.address).has_role(role, holder)).await.unwrap(), "{role:?}");
    }
    let configuration = chain.read(&Feeds(feeds.address).configuration()).await.unwrap();
    let digest = chain.read(&Feeds(feeds.address).configuration_digest()).await.unwrap();
    assert_eq!(digest, configuration.digest(chain.genesis().0, feeds.address));

    // The same salt makes the same address, which is taken.
    let error = alice.deploy_all(&bundles(), b"one").await.unwrap_err();
    assert!(matches!(&error, Error::Module { name, .. } if name == "DuplicateContract"), "{error}");

    let mut swapped = deployment.clone();
    std::mem::swap(&mut swapped.contracts.access.address, &mut swapped.contracts.feeds.address);
    assert!(matches!(swapped.check(&chain).await, Err(Error::CodeMismatch { .. })));
    let mut elsewhere = deployment.clone();
    elsewhere.chain.genesis = Hash::from([1; 32]);
    assert!(matches!(elsewhere.check(&chain).await, Err(Error::WrongChain { .. })));
    let mut nowhere = deployment;
    nowhere.contracts.access.address = AccountId([1; 32]);
    let error = nowhere.check(&chain).await.unwrap_err();
    assert!(matches!(error, Error::ContractNotFound { address } if address == AccountId([1; 32])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_contract_or_cannot_pay_is_said_by_name() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let nobody = AccountId([1; 32]);
    let error = chain.read(&Access(nobody).administrator()).await.unwrap_err();
    assert!(matches!(error, Error::ContractNotFound { address } if address == nobody));
    assert!(error.to_string().contains(&account_text(&nobody)));

    let contracts = deploy(&alice).await;
    // A message of another contract.
    let error = chain.read(&Feeds(contracts.access.address).configuration()).await.unwrap_err();
    assert!(matches!(error, Error::MessageNotUnderstood { message } if message == "configuration"));

    let poor =
        account(&chain, "caution juice atom organ advance problem want pledge someone senior holiday very");
    let access = Access(contracts.access.address);
    register(&alice, &access, poor.id(), "Poor").await;
    alice.submit(&access.grant_role(Role::Manufacturer, poor.id(), None)).await.unwrap();
    let call = Batches(contracts.batches.address).register_batch(&lot(1));
    let error = poor.submit(&call).await.unwrap_err();
    assert!(matches!(&error, Error::InsufficientBalance { account, .. } if *account == poor.id()), "{error}");
    // Without a deposit, it is the fee that cannot be paid.
    let run = chain.dry_run(&call, alice.id()).await.unwrap();
    let error = poor.send_unchecked(&call, chain::Limits::of(&run)).await.unwrap_err();
    assert!(matches!(&error, Error::InsufficientBalance { what, .. } if what == "the fee"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_chain_at_the_same_address_is_noticed() {
    let node = Node::start();
    let port = node.port();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let deployment_block = chain.finalised_head().await.unwrap();
    node.stop();
    let folder = tempfile::tempdir().unwrap();
    let _node = Node::start_in(port, folder.path());
    // The devnet's first block is always the same, so the contracts tell: they are gone.
    assert_eq!(Chain::connect(&format!("ws://127.0.0.1:{port}")).await.unwrap().genesis(), chain.genesis());
    let deployment = Deployment::new(&chain, deployment_block.number, contracts);
    assert!(matches!(deployment.check(&chain).await, Err(Error::ContractNotFound { .. })));
    let again = deploy(&alice).await;
    assert_eq!(again, contracts, "the nonce was asked anew, and the same account makes the same addresses");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_development_key_is_taken_on_a_development_chain_only() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = chain.account(signer("//Alice")).unwrap();
    assert!(format!("{alice:?}").contains(&account_text(&alice.id())));

    let proxy = Proxy::start(&node, true).await;
    let live = Chain::connect(&proxy.url).await.unwrap();
    assert!(!live.is_development());
    let error = live.account(signer("//Alice")).unwrap_err();
    assert!(matches!(&error, Error::DevKeyOnLiveChain { chain } if chain == "Theriac devnet"), "{error}");
    let own = "caution juice atom organ advance problem want pledge someone senior holiday very";
    assert!(live.account(signer(own)).is_ok());
}
