//! Calls, their refusals and events.

use std::sync::Arc;

use chain::batches::Batches;
use chain::feeds::Feeds;
use chain::products::Products;
use chain::{ContractError, Deposit, Error, Event, External, Signer};
use futures::TryStreamExt;
use primitives::batches::{BatchRegistered, BatchReleased};
use primitives::products::NewProduct;
use primitives::{feeds, products, Actor, BatchId, FeedId, Subject};
use testkit::node::Node;

use crate::support::{
    account, all_events, connect, deploy, gtin, is_registration, lot, product, signer, GTIN, SITE,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_dry_run_submitted_and_its_events_come_back_typed() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let register = Batches(contracts.batches.address);
    let batch = BatchId::of(GTIN, b"LOT1");

    let run = chain.dry_run(&products.register_batch(SITE, &lot(1)), alice.id()).await.unwrap();
    assert_eq!(run.output, batch);
    assert!(run.gas_required.ref_time > 0 && run.gas_required.proof_size > 0);
    assert!(matches!(run.deposit, Deposit::Charge(amount) if amount > 0));
    assert_eq!(chain.read(&register.batch(batch)).await.unwrap(), None, "a dry run changes nothing");

    let receipt = alice.submit(&products.register_batch(SITE, &lot(1))).await.unwrap();
    let registered: BatchRegistered = receipt.event(register.0).unwrap();
    let by = Actor { account: alice.id(), organisation: Some(0), site: Some(SITE) };
    assert_eq!((registered.batch, registered.by), (batch, by));
    let event = receipt.events[0].of(&contracts);
    assert_eq!(event, Event::Batches(chain::batches::Event::BatchRegistered(registered)));
    let missing = receipt.event::<BatchReleased>(register.0).unwrap_err();
    assert!(matches!(missing, Error::Answer { .. }));

    let best = chain.read(&register.batch(batch)).await.unwrap().unwrap();
    assert_eq!(chain.read_finalised(&register.batch(batch)).await.unwrap(), Some(best));
    let parent = chain.read_at(&register.batch(batch), chain.genesis()).await;
    assert!(matches!(parent, Err(Error::ContractNotFound { .. })), "at the first block there is no contract");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contracts_refusal_is_its_own_error_before_and_on_chain() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    alice.submit(&products.register_batch(SITE, &lot(1))).await.unwrap();

    // Nothing is sent where the dry run is refused.
    let error = alice.submit(&products.register_batch(SITE, &lot(1))).await.unwrap_err();
    assert_eq!(error.contract(), Some(ContractError::Products(products::Error::BatchExists)));
    assert!(error.to_string().starts_with("products refuses with BatchExists: "), "{error}");
    let bob = account(&chain, "//Bob");
    let error = bob.submit(&products.register_batch(SITE, &lot(2))).await.unwrap_err();
    assert_eq!(error.contract(), Some(ContractError::Products(products::Error::CallerNotAtSite)));
    let feeds = Feeds(contracts.feeds.address);
    let error = chain.read(&feeds.read(FeedId::default(), Subject::default(), 1)).await.unwrap_err();
    assert_eq!(error.contract(), Some(ContractError::Feeds(feeds::Error::UnknownFeed)));

    // Two registrations of one batch may both pass their dry runs: the second is refused then or on chain.
    let twice = products.register_batch(SITE, &lot(3));
    let (first, second) = (alice.send(&twice).await, alice.send(&twice).await);
    let (first, second) = (first.unwrap(), second);
    let refused = match second {
        Ok(second) => second.finalised().await.unwrap_err(),
        Err(refused) => refused,
    };
    first.finalised().await.unwrap();
    assert_eq!(refused.contract(), Some(ContractError::Products(products::Error::BatchExists)));

    // Sent without a dry run, it is refused in its block, and the block is asked why.
    let run = chain.dry_run(&products.register_batch(SITE, &lot(4)), alice.id()).await.unwrap();
    let unchecked =
        alice.send_unchecked(&products.register_batch(SITE, &lot(3)), chain::Limits::of(&run)).await;
    let refused = unchecked.unwrap().finalised().await.unwrap_err();
    assert_eq!(refused.contract(), Some(ContractError::Products(products::Error::BatchExists)));
    let starved =
        chain::Limits { gas: chain::Weight { ref_time: 1_000_000, proof_size: 10_000 }, deposit: 0 };
    let unchecked = alice.send_unchecked(&products.register_batch(SITE, &lot(4)), starved).await;
    assert!(matches!(unchecked.unwrap().finalised().await, Err(Error::OutOfGas)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_may_take_more_deposit_than_the_chain_allows_by_default() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let register = Products(contracts.products.address);
    let of_a_list = |number: u64| NewProduct { gtin: gtin(number), ..product(0, &[]) };
    let list: Vec<NewProduct> = (0..50).map(of_a_list).collect();
    alice.submit(&register.authorise(&list)).await.unwrap();
    assert_eq!(chain.read(&register.products(1, 50)).await.unwrap().len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_one_account_go_out_at_once_without_getting_into_each_others_way() {
    const CALLS: usize = 20;
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let register = Batches(contracts.batches.address);

    // Half by one owner, half by another of the same key: they share their nonces.
    let again = account(&chain, "//Alice");
    let calls: Vec<_> = (0..CALLS).map(|number| products.register_batch(SITE, &lot(number))).collect();
    let sent = calls.iter().enumerate().map(|(number, call)| match number % 2 {
        0 => alice.send(call),
        _ => again.send(call),
    });
    let sent = futures::future::try_join_all(sent).await.unwrap();
    let mut nonces: Vec<u64> = sent.iter().map(chain::Pending::nonce).collect();
    nonces.sort_unstable();
    assert!(nonces.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{nonces:?}");
    let receipts =
        futures::future::try_join_all(sent.into_iter().map(chain::Pending::finalised)).await.unwrap();
    for receipt in &receipts {
        assert_eq!(receipt.events.len(), 1);
    }
    for number in 0..CALLS {
        let batch = BatchId::of(GTIN, format!("LOT{number}").as_bytes());
        assert!(chain.read(&register.batch(batch)).await.unwrap().is_some(), "LOT{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_with_the_same_key_costs_a_retry_and_nothing_else() {
    let node = Node::start();
    // Two connections know nothing of each other, as two processes.
    let (here, there) = (connect(&node).await, connect(&node).await);
    let (alice, other) = (account(&here, "//Alice"), account(&there, "//Alice"));
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    for number in 0..6 {
        let sender = if number % 2 == 0 { &alice } else { &other };
        sender.submit(&products.register_batch(SITE, &lot(number))).await.unwrap();
    }
    let events: Vec<_> = all_events(&here, &contracts).await;
    assert_eq!(events.into_iter().filter(is_registration).count(), 6, "each call was executed once");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_range_come_in_order_and_only_when_final() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let first = alice.submit(&products.register_batch(SITE, &lot(1))).await.unwrap().block.number;
    for number in 2..30 {
        alice.submit(&products.register_batch(SITE, &lot(number))).await.unwrap();
    }
    let head = chain.finalised_head().await.unwrap().number;
    let only_batches = vec![contracts.batches.address];
    let emitted: Vec<_> = chain.events_in(first..=head, only_batches.clone()).try_collect().await.unwrap();
    let lots: Vec<_> = emitted.iter().map(|it| it.decode_as::<BatchRegistered>().unwrap().lot).collect();
    assert_eq!(lots, (1..30).map(|number| format!("LOT{number}").into_bytes()).collect::<Vec<_>>());
    assert!(emitted.windows(2).all(|pair| pair[0].block.number < pair[1].block.number));

    let too_far: Result<Vec<_>, _> = chain.events_in(first..=head + 1, only_batches).try_collect().await;
    let error = too_far.unwrap_err();
    assert!(
        matches!(error, Error::NotFinalised { asked, finalised } if (asked, finalised) == (head + 1, head))
    );

    // All events of the whole chain are known ones: those of the deployment by `governance`, then the batches.
    let all = all_events(&chain, &contracts).await;
    assert!(!all.iter().any(|event| matches!(event, Event::Unknown(_))), "{all:?}");
    assert_eq!(
        all.len(),
        1 + 3 + 1 + 1 + 2 + 1 + 1 + 1 + 29,
        "birth, three contracts with their roles, organisation, site, two roles, market, end of set-up, product, batches"
    );
    // By another contract's types nothing is known, and nothing is lost.
    let mut mistaken = contracts;
    std::mem::swap(&mut mistaken.governance, &mut mistaken.batches);
    std::mem::swap(&mut mistaken.governance, &mut mistaken.products);
    let unknown = all_events(&chain, &mistaken).await;
    assert!(unknown.iter().all(|event| matches!(event, Event::Unknown(_))) && unknown.len() == all.len());
}

/// A key that this process does not have: it asks who has it.
struct Elsewhere(Signer, std::sync::atomic::AtomicU32);

impl External for Elsewhere {
    fn sign(&self, payload: &[u8]) -> Result<[u8; 64], String> {
        let times = self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // The second time it does not want to.
        if times == 1 {
            return Err("the officer is at lunch".to_owned());
        }
        self.0.sign_message(payload).map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn a_key_that_is_elsewhere_signs_and_where_it_does_not_nothing_is_sent() {
    let node = Node::start();
    let chain = connect(&node).await;
    let contracts = deploy(&account(&chain, "//Alice")).await;
    let alice = signer("//Alice");
    let elsewhere = Elsewhere(signer("//Alice"), 0.into());
    let account = chain.account(Signer::external(alice.account(), Arc::new(elsewhere))).unwrap();
    let products = Products(contracts.products.address);
    account.submit(&products.register_batch(SITE, &lot(1))).await.unwrap();
    let refused = account.submit(&products.register_batch(SITE, &lot(2))).await.unwrap_err();
    assert!(refused.to_string().contains("did not sign: the officer is at lunch"), "{refused}");
    // The nonce was not used up: the next one goes through at once.
    account.submit(&products.register_batch(SITE, &lot(3))).await.unwrap();
    let call = products.register_batch(SITE, &lot(4));
    let (unsigned, _) = chain.unsigned(&call, alice.account()).await.unwrap();
    assert!(unsigned.call_data.windows(32).any(|part| part == contracts.products.address.0));
    assert!(unsigned.call_data.ends_with(call.input()));
}
