//! The history of contracts on the real node, which must be built before (`make e2e` does it).
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod world;

use std::time::Duration;

use chain::{products, Event};
use index::{describe, Concern, Error, Gap, Index, Numbers, Order, Origin, Pack, Page, PageRequest};
use primitives::UnitId;
use testkit::node::Node;
use tokio_util::sync::CancellationToken;

use crate::world::{id, World, GTIN};

/// A task that follows the chain.
struct Following {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Following {
    async fn start(index: &Index, world: &World) -> Self {
        let (index, chain, stop) = (index.clone(), world.connect().await, CancellationToken::new());
        let stopped = stop.clone();
        Self { stop, task: tokio::spawn(async move { index.follow(&chain, &stopped).await }) }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }

    /// Why it ended by itself.
    async fn failure(self) -> Error {
        tokio::time::timeout(Duration::from_secs(60), self.task).await.unwrap().unwrap().unwrap_err()
    }
}

async fn reads(index: &Index, next: u64) {
    let mut progress = index.watch();
    let read = progress.wait_for(|progress| progress.next >= next);
    tokio::time::timeout(Duration::from_secs(60), read).await.unwrap().unwrap();
}

async fn oldest_first(index: &Index, number: usize) -> Page {
    let request = PageRequest { order: Order::OldestFirst, ..PageRequest::default() };
    index.of_batch(id(number), GTIN, &request).await.unwrap()
}

fn codes(page: &Page) -> Vec<&'static str> {
    page.entries.iter().map(|entry| describe(&entry.event, &Numbers).code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_goes_on_over_restarts_of_the_node_and_of_the_service() {
    let mut world = World::new(|folder| Node::start_in(0, folder)).await;
    let batch = world.register(1).await;
    let (folder, origin) = (tempfile::tempdir().unwrap(), Origin::from(&world.deployment));
    let path = folder.path().join("history.sqlite");
    let index = Index::open(&path, &origin).await.unwrap();
    let following = Following::start(&index, &world).await;
    reads(&index, world.head().await.number + 1).await;
    assert_eq!(codes(&oldest_first(&index, 1).await), ["registered"]);

    // The service follows.
    world.attest(batch).await;
    let attested = world.head().await;
    reads(&index, attested.number + 1).await;
    let page = oldest_first(&index, 1).await;
    assert_eq!(codes(&page), ["registered", "attested"]);
    let last = page.entries.last().unwrap();
    assert_eq!((last.block, last.at), (attested, world.time_of(attested).await));
    assert!(last.extrinsic.is_some());
    assert!(matches!(&last.event, Event::Products(products::Event::BatchAttested(it)) if it.batch == batch));
    assert_eq!((page.until, page.incomplete), (Some(index.progress().next - 1), vec![]));

    // The node goes away in the middle, and comes back with its chain.
    world.restart();
    world.alice.submit(&world.batches().block(batch)).await.unwrap();
    reads(&index, world.head().await.number + 1).await;

    // The service goes away, and comes back with its file.
    following.end().await;
    index.close().await;
    world.alice.submit(&world.batches().unblock(batch)).await.unwrap();
    let index = Index::open(&path, &origin).await.unwrap();
    let following = Following::start(&index, &world).await;
    reads(&index, world.head().await.number + 1).await;
    let page = oldest_first(&index, 1).await;
    assert_eq!(codes(&page), ["registered", "attested", "blocked", "unblocked"]);
    let unit = UnitId::of(batch, b"S1");
    let pack = Pack { gtin: GTIN, batch, unit, position: Some(3) };
    let of_unit = index.of_unit(&pack, &PageRequest::default()).await.unwrap();
    assert_eq!(of_unit.entries.len(), 4);
    assert!(of_unit.entries.iter().all(|entry| entry.concern == Concern::Batch));
    following.end().await;

    // It is the same as what was never interrupted, and all that the contracts ever emitted.
    let whole = Index::open(&folder.path().join("whole.sqlite"), &origin).await.unwrap();
    let following = Following::start(&whole, &world).await;
    reads(&whole, index.progress().next).await;
    following.end().await;
    assert_eq!(oldest_first(&whole, 1).await.entries, page.entries);
    assert_eq!(usize::try_from(whole.metrics().events).unwrap(), world.events().await);
    assert_eq!((whole.metrics().unknown_events, whole.metrics().failures), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_forgets_leaves_a_gap_after_an_absence_and_is_no_place_to_begin() {
    const KEEPS: u32 = 48;
    const MISSED: usize = 64;
    let world = World::new(|folder| Node::start_pruning_in(0, folder, KEEPS)).await;
    world.register(1).await;
    let (folder, origin) = (tempfile::tempdir().unwrap(), Origin::from(&world.deployment));
    let path = folder.path().join("history.sqlite");
    let index = Index::open(&path, &origin).await.unwrap();
    let following = Following::start(&index, &world).await;
    reads(&index, world.head().await.number + 1).await;
    following.end().await;
    let seen = index.progress().next;

    world.register(2).await;
    for number in 0..MISSED {
        world.register(100 + number).await;
    }
    let following = Following::start(&index, &world).await;
    let head = world.head().await.number;
    reads(&index, head + 1).await;
    let progress = index.progress();
    let [gap] = progress.gaps[..] else { panic!("{progress:?}") };
    assert_eq!(gap.first, seen);
    // The node keeps so many states besides that of its last block, and events are read by the runtime of the block before.
    assert!(gap.last > seen && gap.last.abs_diff(head - u64::from(KEEPS)) <= 2, "{gap:?}, head {head}");
    assert_eq!(oldest_first(&index, 1).await.incomplete, [gap]);
    // What was registered in the gap is not known, and the answer says why.
    let missed = oldest_first(&index, 2).await;
    assert_eq!((missed.entries.len(), missed.incomplete), (0, vec![gap]));
    // What was registered behind it has nothing to miss.
    let late = oldest_first(&index, 100 + MISSED - 1).await;
    assert_eq!((codes(&late), late.incomplete), (vec!["registered"], vec![]));
    assert_eq!(gap.to_string(), format!("history incomplete between blocks {seen} and {}", gap.last));
    following.end().await;
    index.close().await;

    // The gap is remembered.
    let index = Index::open(&path, &origin).await.unwrap();
    assert_eq!(index.progress().gaps, [Gap { first: seen, last: gap.last }]);

    // Nobody can begin here.
    let new = Index::open(&folder.path().join("new.sqlite"), &origin).await.unwrap();
    let error = Following::start(&new, &world).await.failure().await;
    assert!(
        matches!(error, Error::NeedsArchive { first, oldest } if first == origin.first && oldest > seen),
        "{error}"
    );
    assert!(error.to_string().contains("--state-pruning archive"), "{error}");
    assert_eq!(new.progress().last(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_began_anew_at_the_same_address_is_not_mixed_in() {
    let world = World::new(|folder| Node::start_in(0, folder)).await;
    world.register(1).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let index = Index::open(&path, &Origin::from(&world.deployment)).await.unwrap();
    let following = Following::start(&index, &world).await;
    reads(&index, world.head().await.number + 1).await;
    following.end().await;
    let before = (index.progress().next, oldest_first(&index, 1).await.entries);

    // The devnet's first block is always the same, and the same account makes the same contracts.
    let anew = World::new(|folder| Node::start_in(0, folder)).await;
    assert_eq!(anew.deployment.contracts, world.deployment.contracts);
    let error = Following::start(&index, &anew).await.failure().await;
    assert!(matches!(error, Error::OtherChain { .. }), "{error}");
    assert_eq!((index.progress().next, oldest_first(&index, 1).await.entries), before);
    index.close().await;

    let mut elsewhere = Origin::from(&world.deployment);
    elsewhere.contracts.units.address.0[0] ^= 1;
    let error = Index::open(&path, &elsewhere).await.unwrap_err();
    assert!(matches!(error, Error::OtherDeployment { .. }), "{error}");
}

/// What a first indexing takes: run with `--nocapture --ignored` (docs/benchmarks).
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn measure_a_first_indexing() {
    let world = World::new(|folder| Node::start_in(0, folder)).await;
    for number in 0..300 {
        world.register(number).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let index =
        Index::open(&folder.path().join("history.sqlite"), &Origin::from(&world.deployment)).await.unwrap();
    let began = std::time::Instant::now();
    let following = Following::start(&index, &world).await;
    reads(&index, world.head().await.number + 1).await;
    let (took, metrics) = (began.elapsed(), index.metrics());
    following.end().await;
    println!("{} blocks with {} events in {took:?}: {metrics:?}", metrics.blocks, metrics.events);
}
