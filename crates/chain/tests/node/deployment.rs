//! What is deployed, where, and by whom.

use std::collections::BTreeSet;
use std::time::Duration;

use chain::access::Access;
use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::Units;
use chain::{
    access, account_text, governance, Account, AccountId, Chain, Contracts, Deployment, Error, Event, Hash,
    Step,
};
use primitives::{Role, RoleSet};
use testkit::node::Node;
use tokio::sync::Notify;

use crate::proxy::Proxy;
use crate::support::{
    account, all_events, bundles, connect, deploy, lot, product, register, signer, GLNS, SITE,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_are_deployed_and_their_deployment_is_checked() {
    let node = Node::start();
    let chain = connect(&node).await;
    assert_eq!((chain.name(), chain.is_development()), ("Theriac devnet", true));
    let alice = account(&chain, "//Alice");
    let deployment = alice.deploy_all(&bundles(), b"one", 0, |_| ()).await.unwrap();
    deployment.check(&chain).await.unwrap();
    assert_eq!(deployment.chain.genesis, chain.genesis());
    assert_in_set_up(&chain, alice.id(), &deployment.contracts).await;

    let error = alice.deploy(&bundles().access, &access::new(), b"one").await.unwrap_err();
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
async fn a_deployment_that_is_interrupted_after_any_step_goes_on_there() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let head = async || chain.finalised_head().await.unwrap().number;

    // The devnet makes a block for each transaction: so many does a deployment take that nothing interrupts.
    let (bundles, begun, mut steps) = (bundles(), head().await, Vec::new());
    let whole = alice.deploy_all(&bundles, b"whole", begun, |step| steps.push(step)).await.unwrap();
    let blocks = head().await - begun;
    assert!(steps.iter().all(|step| !step.was_done), "{steps:?}");
    let numbers: Vec<u32> = steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=steps[0].of).collect::<Vec<_>>());

    let mut known = BTreeSet::from([whole.contracts.access.address]);
    for last in 1..=steps[0].of {
        let (salt, begun) = (format!("until-{last}"), head().await);
        assert_eq!(interrupt_after(last, &alice, salt.as_bytes()).await, last < steps[0].of);
        let mut resumed: Vec<Step> = Vec::new();
        let deploy = alice.deploy_all(&bundles, salt.as_bytes(), begun, |step| resumed.push(step));
        let deployment = deploy.await.unwrap();
        let was_done: Vec<bool> = resumed.iter().map(|step| step.was_done).collect();
        let expected: Vec<bool> = steps.iter().map(|step| step.number <= last).collect();
        assert_eq!(was_done, expected, "resumed after step {last}");
        assert_eq!(
            head().await - begun,
            blocks,
            "interrupted after step {last}, a transaction was sent twice"
        );
        assert_in_set_up(&chain, alice.id(), &deployment.contracts).await;
        deployment.check(&chain).await.unwrap();
        assert!(known.insert(deployment.contracts.access.address), "another salt makes another deployment");
    }

    // What is complete is found, and nothing is sent.
    let (begun, mut again) = (head().await, Vec::new());
    let found = alice.deploy_all(&bundles, b"whole", whole.block, |step| again.push(step.was_done)).await;
    assert_eq!(found.unwrap(), whole);
    assert_eq!((again, head().await), (vec![true; steps.len()], begun));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_while_it_deploys_goes_on_when_it_is_started_again() {
    let node = Node::start();
    let mut patience = Duration::ZERO;
    let (chain, deployment) = loop {
        patience += Duration::from_millis(25);
        // Nothing of the killed program is left but what it sent.
        let chain = connect(&node).await;
        let alice = account(&chain, "//Alice");
        let bundles = bundles();
        let deploy = alice.deploy_all(&bundles, b"killed", 0, |_| ());
        if let Ok(deployed) = tokio::time::timeout(patience, deploy).await {
            let deployment = deployed.unwrap();
            break (chain, deployment);
        }
        // A transaction that is in the pool gets into its block.
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert_in_set_up(&chain, signer("//Alice").account(), &deployment.contracts).await;
}

/// Deploys, and drops the work right after a step. Gives whether anything would have followed.
async fn interrupt_after(last: u32, alice: &Account, salt: &[u8]) -> bool {
    let (stop, bundles) = (Notify::new(), bundles());
    let deploy = alice.deploy_all(&bundles, salt, 0, |step| {
        if step.number == last {
            stop.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = stop.notified() => true,
        done = deploy => done.map(|_| false).unwrap(),
    }
}

/// Fails where the contracts do not know of each other as they should, or more happened than that.
async fn assert_in_set_up(chain: &Chain, administrator: AccountId, contracts: &Contracts) {
    let Contracts { access, governance, batches, products, units, evidence, feeds } = *contracts;
    let (roles, decides) = (Access(access.address), Governance(governance.address));
    let known = chain.read(&roles.deployment()).await.unwrap().unwrap();
    assert_eq!((known.administrator, known.governance), (administrator, governance.address));
    assert!(known.in_set_up);
    assert_eq!(chain.read(&decides.administrator()).await.unwrap(), Some(administrator));
    for (contract, role) in [
        (products.address, Role::ProductRegister),
        (units.address, Role::UnitRegister),
        (evidence.address, Role::Sentinel),
    ] {
        assert_eq!(known.roles_of(contract), RoleSet::of(&[role]), "{role}");
    }
    let (register, sentinel) = (Units(units.address), Evidence(evidence.address));
    let products = Products(products.address);
    for knows in [
        Batches(batches.address).access(),
        products.access(),
        register.access(),
        sentinel.access(),
        Feeds(feeds.address).access(),
    ] {
        assert_eq!(chain.read(&knows).await.unwrap(), Some(access.address), "{knows:?}");
    }
    for knows in [products.batches_contract(), register.batches(), sentinel.batches()] {
        assert_eq!(chain.read(&knows).await.unwrap(), Some(batches.address), "{knows:?}");
    }
    let configuration = chain.read(&Feeds(feeds.address).configuration()).await.unwrap();
    let digest = chain.read(&Feeds(feeds.address).configuration_digest()).await.unwrap();
    assert_eq!(digest, configuration.digest(chain.genesis().0, feeds.address));

    let events = all_events(chain, contracts).await;
    use governance::Event::{AdministrationTransferred, ContractRolesSet};
    let of_set_up = |event: &&Event| {
        matches!(event, Event::Governance(AdministrationTransferred(_) | ContractRolesSet(_)))
    };
    assert_eq!((events.iter().filter(of_set_up).count(), events.len()), (4, 4), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_contract_or_cannot_pay_is_said_by_name() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let nobody = AccountId([1; 32]);
    let error = chain.read(&Access(nobody).deployment()).await.unwrap_err();
    assert!(matches!(error, Error::ContractNotFound { address } if address == nobody));
    assert!(error.to_string().contains(&account_text(&nobody)));

    let contracts = deploy(&alice).await;
    // A message of another contract.
    let error = chain.read(&Feeds(contracts.access.address).configuration()).await.unwrap_err();
    assert!(matches!(error, Error::MessageNotUnderstood { message } if message == "configuration"));

    let poor =
        account(&chain, "caution juice atom organ advance problem want pledge someone senior holiday very");
    let governance = Governance(contracts.governance.address);
    let (organisation, site) = register(&alice, &governance, poor.id(), "Poor", GLNS[1]).await;
    alice.submit(&governance.grant_role(organisation, Role::Manufacturer, None)).await.unwrap();
    let products = Products(contracts.products.address);
    alice.submit(&products.change(&product(0, &[organisation]))).await.unwrap();
    let call = products.register_batch(site, &lot(1));
    let error = poor.submit(&call).await.unwrap_err();
    assert!(matches!(&error, Error::InsufficientBalance { account, .. } if *account == poor.id()), "{error}");
    // Without a deposit, it is the fee that cannot be paid.
    let run = chain.dry_run(&products.register_batch(SITE, &lot(1)), alice.id()).await.unwrap();
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
