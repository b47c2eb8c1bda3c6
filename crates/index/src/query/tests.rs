use std::path::Path;

use chain::units;
use primitives::batches::{
    Arrival, BatchRecalled, Contents, ProductRecalled, Recall, RecallClass, RecallReason, RecallScope,
};
use primitives::{DocumentHash, UnitId};
use proptest::prelude::*;

use super::*;
use crate::follow::{Pace, Reader};
use crate::progress::Gap;
use crate::testing::*;

const CASE: Sscc = 195_060_001_343_529_017;
const PALLET: Sscc = 195_060_001_343_529_024;
const OTHER: Sscc = 195_060_001_343_529_031;

async fn indexed(path: &Path, script: &Script) -> Index {
    let index = open(path).await;
    Reader::new(&index, script, Pace { ahead: 8, group: 8 }).catch_up().await.unwrap();
    index
}

fn oldest(limit: u16, after: Option<Place>) -> PageRequest {
    PageRequest { order: Order::OldestFirst, after, limit }
}

fn blocks(page: &Page) -> Vec<u64> {
    page.entries.iter().map(|entry| entry.place.block).collect()
}

fn recall(scope: RecallScope) -> Recall {
    let (class, reason, instructions) = (RecallClass::I, RecallReason::Counterfeit, DocumentHash([5; 32]));
    Recall { scope, class, reason, instructions, acknowledge_by: 1 }
}

fn recalled(first: u32, last: u32) -> BatchRecalled {
    let recall = recall(RecallScope::SerialRange { first, last });
    BatchRecalled { batch: batch(), by: by(9, 90), by_regulator: true, number: 0, recall }
}

fn product_recalled() -> ProductRecalled {
    ProductRecalled { by: by(9, 90), gtin: GTIN, number: 0, recall: recall(RecallScope::Product) }
}

fn pack(number: u8, position: Option<u32>) -> Pack {
    Pack { gtin: GTIN, batch: batch(), unit: unit(number), position }
}

/// A batch with cases of ten: case 1 goes on a pallet to the depot, and its packs to patients; case 2 another way.
fn journey() -> Script {
    let script = Script::new(40);
    script.say(4, [by_batches(&product_recalled())]);
    script.say(5, [by_batches(&registered(Some(10)))]);
    script.say(6, [by_batches(&released())]);
    script.say(7, [by_batches(&packed(CASE, Contents::Case { batch: batch(), number: 1 }))]);
    script.say(8, [by_batches(&packed(OTHER, Contents::Case { batch: batch(), number: 2 }))]);
    script.say(9, [by_batches(&packed(PALLET, Contents::LogisticUnits(vec![CASE, OTHER])))]);
    script.say(10, [by_batches(&shipped(1, Some(PALLET)))]);
    script.say(11, [by_batches(&received(1, Arrival::LogisticUnits(vec![CASE])))]);
    script.say(12, [by_batches(&received(1, Arrival::LogisticUnits(vec![OTHER])))]);
    script.say(13, [by_batches(&shipped(2, None))]);
    script.say(14, [by_batches(&unpacked(CASE))]);
    // The SSCC's number is used again, for other packs.
    script.say(15, [by_batches(&packed(CASE, Contents::Units { batch: batch(), quantity: 10 }))]);
    script.say(16, [by_batches(&shipped(3, Some(CASE)))]);
    script.say(17, [by_batches(&booked()), by_units(&dispensed(15))]);
    script.say(18, [by_batches(&recalled(10, 19))]);
    script.say(19, [by_batches(&product_recalled())]);
    script.say(20, [by_batches(&blocked())]);
    script
}

#[tokio::test]
async fn the_way_of_a_pack_is_its_own_events_its_cases_and_its_batchs() {
    let folder = tempfile::tempdir().unwrap();
    let index = indexed(&folder.path().join("history.sqlite"), &journey()).await;
    let page = index.of_unit(&pack(15, Some(15)), &oldest(100, None)).await.unwrap();
    let concerns: Vec<(u64, Concern)> =
        page.entries.iter().map(|entry| (entry.place.block, entry.concern)).collect();
    use Concern::{Batch, Itself, LogisticUnit};
    let expected = [
        (5, Batch),
        (6, Batch),
        (7, LogisticUnit),
        (9, LogisticUnit),
        (10, LogisticUnit),
        (11, LogisticUnit),
        (14, LogisticUnit),
        (17, Itself),
        (18, Itself),
        (19, Batch),
        (20, Batch),
    ];
    assert_eq!(concerns, expected);
    assert_eq!((page.next, page.until, page.incomplete), (None, Some(40), vec![]));
    assert!(matches!(page.entries[7].event, Event::Units(units::Event::UnitDecommissioned(_))));

    // Without a position nobody knows its case; and one of another case went another way.
    let page = index.of_unit(&pack(15, None), &oldest(100, None)).await.unwrap();
    assert_eq!(blocks(&page), [5, 6, 17, 18, 19, 20]);
    assert_eq!(page.entries[3].concern, Batch);
    let page = index.of_unit(&pack(25, Some(25)), &oldest(100, None)).await.unwrap();
    assert_eq!(blocks(&page), [5, 6, 8, 9, 10, 12, 18, 19, 20]);
    assert_eq!(page.entries[6].concern, Batch, "the recall is about other positions");
}

#[tokio::test]
async fn the_history_of_a_batch_has_each_fact_once_and_its_product_since_its_registration() {
    let folder = tempfile::tempdir().unwrap();
    let index = indexed(&folder.path().join("history.sqlite"), &journey()).await;
    let page = index.of_batch(batch(), GTIN, &oldest(100, None)).await.unwrap();
    assert_eq!(blocks(&page), (5..=20).collect::<Vec<_>>());
    let newest = index.of_batch(batch(), GTIN, &PageRequest::default()).await.unwrap();
    assert_eq!(blocks(&newest), (5..=20).rev().collect::<Vec<_>>());
    assert_eq!(page.entries[0].at, 30_000);

    // Another register of units than ours booked packs: nothing else says so.
    let script = Script::new(9);
    script.say(4, [by_batches(&registered(None))]);
    script.say(5, [by_batches(&booked()), by_units(&dispensed(1)).in_transaction(2)]);
    let index = indexed(&folder.path().join("other.sqlite"), &script).await;
    assert_eq!(blocks(&index.of_batch(batch(), GTIN, &oldest(9, None)).await.unwrap()), [4, 5, 5]);
}

#[tokio::test]
async fn sites_organisations_accounts_products_shipments_and_logistic_units_have_histories_too() {
    let folder = tempfile::tempdir().unwrap();
    let index = indexed(&folder.path().join("history.sqlite"), &journey()).await;
    let all = oldest(100, None);
    assert_eq!(blocks(&index.of_site(DEPOT, &all).await.unwrap()), [10, 11, 12, 13, 14, 16, 17, 17]);
    assert_eq!(blocks(&index.of_organisation(9, &all).await.unwrap()), [4, 18, 19, 20]);
    assert_eq!(blocks(&index.of_account(by(9, 90).account, &all).await.unwrap()), [4, 18, 19, 20]);
    assert_eq!(blocks(&index.of_product(GTIN, &all).await.unwrap()), [4, 5, 19]);
    assert_eq!(blocks(&index.of_shipment(1, &all).await.unwrap()), [10, 11, 12]);
    assert_eq!(blocks(&index.of_logistic_unit(OTHER, &all).await.unwrap()), [8, 9, 12]);
    assert_eq!(index.of_site(99, &all).await.unwrap().entries, []);
}

#[tokio::test]
async fn an_answer_names_the_gaps_that_its_time_touches_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let script = Script::new(10);
    let index = open(&path).await;
    let mut reader = Reader::new(&index, &script, Pace { ahead: 4, group: 4 });
    reader.catch_up().await.unwrap();
    let mut gaps = Vec::new();
    for (head, oldest, said) in [
        (40, 31, by_batches(&registered(None))),
        (70, 61, by_batches(&released())),
        (80, 0, by_batches(&blocked())),
    ] {
        script.say(head, [said]).finalise(head).prune_before(oldest);
        reader.catch_up().await.unwrap();
        gaps = index.progress().gaps;
    }
    let (early, late) = (Gap { first: 11, last: 30 }, Gap { first: 41, last: 60 });
    assert_eq!(gaps, [early, late]);

    // What was before the registration is not missed.
    let page = index.of_batch(batch(), GTIN, &oldest(100, None)).await.unwrap();
    assert_eq!((blocks(&page), page.incomplete), (vec![40, 70, 80], vec![late]));
    // Page by page, each says what is missing between its own ends.
    let first = index.of_batch(batch(), GTIN, &oldest(1, None)).await.unwrap();
    assert_eq!((blocks(&first), first.incomplete), (vec![40], vec![]));
    let second = index.of_batch(batch(), GTIN, &oldest(1, first.next)).await.unwrap();
    assert_eq!((blocks(&second), second.incomplete), (vec![70], vec![late]));
    let third = index.of_batch(batch(), GTIN, &oldest(1, second.next)).await.unwrap();
    assert_eq!((blocks(&third), third.next, third.incomplete), (vec![80], None, vec![]));
    // A batch that nobody knows may have been registered in a gap.
    let page = index.of_batch(BatchId([1; 32]), GTIN, &PageRequest::default()).await.unwrap();
    assert_eq!((blocks(&page), page.incomplete), (vec![], vec![early, late]));
    let newest = PageRequest { limit: 2, ..PageRequest::default() };
    let page = index.of_site(PLANT, &newest).await.unwrap();
    assert_eq!((blocks(&page), page.incomplete), (vec![70, 40], vec![early, late]));
}

#[tokio::test]
async fn a_page_has_at_least_one_entry_and_at_most_a_hundred() {
    let folder = tempfile::tempdir().unwrap();
    let script = Script::new(5);
    script.say(4, (0..150).map(|_| by_batches(&released())));
    let index = indexed(&folder.path().join("history.sqlite"), &script).await;
    for (limit, expected) in [(0, 1), (1, 1), (100, 100), (u16::MAX, 100)] {
        let page = index.of_batch(batch(), GTIN, &oldest(limit, None)).await.unwrap();
        assert_eq!((page.entries.len(), page.next.is_some()), (expected, true));
    }
    let page =
        index.of_batch(batch(), GTIN, &oldest(100, Some(Place { block: 4, index: 101 }))).await.unwrap();
    assert_eq!((page.entries.len(), page.next), (50, None));
}

/// What a long history costs: run with `cargo test -p index --lib -- --ignored --nocapture measure`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn measure_a_long_history() {
    const BLOCKS: u64 = 50_000;
    let folder = tempfile::tempdir().unwrap();
    let script = Script::new(FIRST + BLOCKS);
    script.say(FIRST, [by_batches(&registered(Some(10)))]);
    for block in FIRST + 1..=FIRST + BLOCKS {
        let number = u8::try_from(block % 250).unwrap();
        script.say(
            block,
            [by_batches(&booked()), by_units(&dispensed(number)), by_batches(&shipped(block, None))],
        );
    }
    let path = folder.path().join("history.sqlite");
    let began = std::time::Instant::now();
    let index = open(&path).await;
    Reader::new(&index, &script, Pace::USUAL).catch_up().await.unwrap();
    let (took, events) = (began.elapsed(), index.metrics().events);
    index.close().await;
    let size = std::fs::metadata(&path).unwrap().len();
    println!("{events} events of {BLOCKS} blocks in {took:?}; {} bytes an event", size / events);

    let began = std::time::Instant::now();
    let index = open(&path).await;
    println!("opened in {:?}", began.elapsed());
    for (what, request) in [
        ("newest", PageRequest::default()),
        ("oldest", oldest(100, None)),
        ("middle", oldest(100, Some(Place { block: BLOCKS / 2, index: 0 }))),
    ] {
        let mut batch_took = Vec::new();
        let mut unit_took = Vec::new();
        for number in 0..100 {
            let began = std::time::Instant::now();
            assert_eq!(index.of_batch(batch(), GTIN, &request).await.unwrap().entries.len(), 100);
            batch_took.push(began.elapsed());
            let began = std::time::Instant::now();
            index.of_unit(&pack(number, Some(number.into())), &request).await.unwrap();
            unit_took.push(began.elapsed());
        }
        batch_took.sort();
        unit_took.sort();
        println!("{what} page: of a batch p95 {:?}, of a unit p95 {:?}", batch_took[94], unit_took[94]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_any_size_in_either_order_are_the_whole_history(
        counts in prop::collection::vec(0..4_u32, 12),
        limit in 1..7_u16,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let script = Script::new(20);
            let mut expected = Vec::new();
            for (count, block) in counts.into_iter().zip(FIRST..) {
                script.say(block, (0..count).map(|_| by_units(&dispensed(1))));
                expected.extend((0..count).map(|index| Place { block, index: index + 2 }));
            }
            let index = indexed(&folder.path().join("history.sqlite"), &script).await;
            for order in [Order::OldestFirst, Order::NewestFirst] {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let request = PageRequest { order, after, limit };
                    let page = index.of_unit(&pack(1, None), &request).await.unwrap();
                    found.extend(page.entries.iter().map(|entry| entry.place));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{order:?}");
                expected.reverse();
            }
        });
    }

    #[test]
    fn no_cursor_and_no_identifier_makes_a_question_fail(
        block in any::<u64>(), index_in_block in any::<u32>(), key in any::<[u8; 32]>(), number in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let index = indexed(&folder.path().join("history.sqlite"), &journey()).await;
            for order in [Order::OldestFirst, Order::NewestFirst] {
                let after = Some(Place { block, index: index_in_block });
                let request = PageRequest { order, after, limit: 100 };
                let position = Some(index_in_block);
                let pack = Pack { gtin: number, batch: BatchId(key), unit: UnitId(key), position };
                assert_eq!(index.of_unit(&pack, &request).await.unwrap().entries, []);
                assert_eq!(index.of_shipment(number.max(4), &request).await.unwrap().entries, []);
                index.of_batch(batch(), number, &request).await.unwrap();
            }
        });
    }
}
