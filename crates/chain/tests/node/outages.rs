//! A node that goes away in the middle: nothing is lost, and nothing is executed twice.

use std::time::Duration;

use chain::batches::Batches;
use chain::products::Products;
use chain::{Chain, Error, Sent};
use futures::StreamExt;
use primitives::BatchId;
use testkit::node::Node;

use crate::proxy::Proxy;
use crate::support::{account, all_events, connect, deploy, is_registration, lot, GTIN, SITE};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_and_comes_back_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_in(0, folder.path());
    let port = node.port();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let register = Batches(contracts.batches.address);
    let first = alice.submit(&products.register_batch(SITE, &lot(0))).await.unwrap();
    let mut blocks = chain.finalised_blocks(Some(1));
    let mut seen = Vec::new();
    while seen.len() < usize::try_from(first.block.number).unwrap() {
        seen.push(blocks.next().await.unwrap().unwrap().number);
    }

    node.stop();
    let restart = tokio::task::spawn_blocking({
        let folder = folder.path().to_owned();
        move || {
            std::thread::sleep(Duration::from_secs(1));
            Node::start_in(port, &folder)
        }
    });
    // These are asked while the node is away: they wait for it.
    let (read, submitted) =
        tokio::join!(async { chain.read(&register.batch(BatchId::of(GTIN, b"LOT0"))).await }, async {
            alice.submit(&products.register_batch(SITE, &lot(1))).await
        },);
    let _node = restart.await.unwrap();
    assert!(read.unwrap().is_some());
    let submitted = submitted.unwrap();

    // The subscription goes on where it was: no block is left out, none comes twice.
    while seen.last() != Some(&submitted.block.number) {
        if let Ok(block) = blocks.next().await.unwrap() {
            seen.push(block.number);
        }
    }
    assert_eq!(seen, (1..=submitted.block.number).collect::<Vec<_>>());
    let registered = all_events(&chain, &contracts).await.into_iter().filter(is_registration);
    assert_eq!(registered.count(), 2, "each call was executed once");
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_under_way_survive_a_node_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_in(0, folder.path());
    let port = node.port();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let calls: Vec<_> = (0..30).map(|number| products.register_batch(SITE, &lot(number))).collect();
    let mut sent = Vec::new();
    for call in &calls {
        sent.push(alice.send(call).await.unwrap());
    }
    // SIGKILL: the pool is gone, and perhaps the last blocks.
    drop(node);
    let restart = tokio::task::spawn_blocking({
        let folder = folder.path().to_owned();
        move || Node::start_in(port, &folder)
    });
    let patience = Duration::from_secs(20);
    let fates = futures::future::join_all(sent.into_iter().map(|sent| sent.finalised_within(patience))).await;
    let _node = restart.await.unwrap();
    // A killed development node may lose blocks that it called final; with them, transactions become void that were
    // signed at them. Those are reported, and not sent in another form.
    let executed = fates.iter().filter(|fate| fate.is_ok()).count();
    for failed in fates.into_iter().filter_map(Result::err) {
        let is_told =
            matches!(failed, Error::NotExecuted { .. } | Error::Timeout { sent: Sent::Maybe(_), .. });
        assert!(is_told, "{failed:?}");
    }
    let registered = all_events(&chain, &contracts).await.into_iter().filter(is_registration);
    assert_eq!(registered.count(), executed, "each call was executed once, and none that was told not to be");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stays_away_is_an_error_that_says_what_may_have_been_sent() {
    let node = Node::start();
    let chain = connect(&node).await;
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let call = products.register_batch(SITE, &lot(1));
    let run = chain.dry_run(&call, alice.id()).await.unwrap();
    let sent = alice.send_unchecked(&call, chain::Limits::of(&run)).await.unwrap();
    let hash = sent.hash();
    node.stop();
    let read = products.access();
    let (read, sent, fresh) = tokio::join!(chain.read(&read), sent.finalised(), alice.submit(&call));
    assert!(matches!(read, Err(Error::Unreachable { .. })), "{read:?}");
    assert!(read.unwrap_err().is_transient());
    // The node may have told the finality before it went.
    match sent {
        Err(Error::Disconnected { sent: Sent::Maybe(maybe), .. }) => assert_eq!(maybe, hash),
        other => panic!("{other:?}"),
    }
    assert!(matches!(fresh, Err(Error::Unreachable { .. })), "{fresh:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_go_on_over_connections_that_break() {
    const CALLS: usize = 40;
    let node = Node::start();
    let proxy = Proxy::start(&node, false).await;
    let chain = Chain::connect(&proxy.url).await.unwrap();
    let alice = account(&chain, "//Alice");
    let contracts = deploy(&alice).await;
    let products = Products(contracts.products.address);
    let calls: Vec<_> = (0..CALLS).map(|number| products.register_batch(SITE, &lot(number))).collect();
    let submitted = futures::future::join_all(calls.iter().map(|call| alice.submit(call)));
    let cuts = async {
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            proxy.cut();
        }
    };
    let (submitted, ()) = tokio::join!(submitted, cuts);
    // Were a call executed twice, the second time would be refused by the contract: the lot exists.
    for failed in submitted.iter().filter_map(|submitted| submitted.as_ref().err()) {
        assert!(matches!(failed, Error::Disconnected { sent: Sent::Maybe(_), .. }), "{failed:?}");
    }
    let executed = submitted.iter().filter(|submitted| submitted.is_ok()).count();
    assert!(executed > CALLS / 2, "only {executed} of {CALLS} came through");
    let registered = all_events(&chain, &contracts).await.into_iter().filter(is_registration).count();
    assert!((executed..=CALLS).contains(&registered), "{executed} were executed, {registered} are on chain");
}
