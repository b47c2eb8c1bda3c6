//! Against a chain that a test scripts.

use std::path::Path;

use chain::Event;
use proptest::prelude::*;

use super::*;
use crate::page::PageRequest;
use crate::progress::Progress;
use crate::store::Origin;
use crate::testing::*;

const SMALL: Pace = Pace { ahead: 3, group: 2 };

/// Blocks with and without events.
fn script(head: u64) -> Script {
    let script = Script::new(head);
    for block in FIRST..=(head + 40).min(255) {
        match block % 4 {
            0 => script
                .say(block, [by_batches(&released()), by_units(&dispensed(u8::try_from(block).unwrap()))]),
            1 => script.say(block, [by_batches(&booked()), by_units(&dispensed(1)), unknown()]),
            _ => &script,
        };
    }
    script
}

async fn catch_up(index: &Index, script: &Script) -> Result<(Cursor, u64), Error> {
    Reader::new(index, script, SMALL).catch_up().await
}

/// What the file would have if nothing ever went wrong.
async fn undisturbed(script: &Script) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let index = open(&path).await;
    catch_up(&index, script).await.unwrap();
    index.close().await;
    dump(&path).await
}

async fn file(path: &Path, index: Index) -> String {
    index.close().await;
    dump(path).await
}

#[tokio::test]
async fn every_block_from_the_deployment_on_is_read_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(30));
    let (cursor, head) = catch_up(&index, &script).await.unwrap();
    assert_eq!((cursor.next, head, cursor.tip), (31, 30, Some(script.hash(30))));
    assert_eq!(index.progress(), Progress { first: FIRST, next: 31, head: Some(30), gaps: vec![] });
    let metrics = index.metrics();
    assert_eq!((metrics.blocks, metrics.events, metrics.unknown_events, metrics.behind), (28, 35, 7, 0));
    assert!(metrics.bytes > 8192);

    script.finalise(33);
    catch_up(&index, &script).await.unwrap();
    assert_eq!(index.progress().next, 34);
    assert_eq!(file(&path, index).await, undisturbed(&script).await);
}

#[tokio::test]
async fn a_full_disk_in_the_middle_of_blocks_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(200));
    index.inner.writer.limit_pages(9).await;
    let error = catch_up(&index, &script).await.unwrap_err();
    assert!(matches!(error, Error::Database(_)) && error.may_pass(), "{error}");
    let stopped_at = index.progress().next;
    assert!(FIRST < stopped_at && stopped_at < 200, "{stopped_at}");
    index.inner.writer.limit_pages(10_000).await;
    catch_up(&index, &script).await.unwrap();
    assert_eq!(file(&path, index).await, undisturbed(&script).await);
}

#[tokio::test]
async fn the_first_indexing_at_a_node_that_forgot_says_that_it_needs_an_archive_node() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(30));
    script.prune_before(17);
    let error = catch_up(&index, &script).await.unwrap_err();
    assert!(matches!(error, Error::NeedsArchive { first: FIRST, oldest: 17 }), "{error}");
    assert!(error.to_string().contains("--state-pruning archive") && !error.may_pass());
    assert_eq!(index.progress().next, FIRST);

    script.prune_before(0);
    catch_up(&index, &script).await.unwrap();
    script.prune_before(17);
    assert_eq!(file(&path, index).await, {
        script.prune_before(0);
        undisturbed(&script).await
    });
}

#[tokio::test]
async fn what_a_node_forgot_meanwhile_is_a_gap_that_answers_name_and_an_archive_node_fills() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(10));
    catch_up(&index, &script).await.unwrap();
    script.finalise(30).prune_before(24);
    catch_up(&index, &script).await.unwrap();
    let gap = Gap { first: 11, last: 23 };
    assert_eq!(index.progress().gaps, [gap]);
    assert_eq!((index.progress().next, index.metrics().missing), (31, 13));
    let request = PageRequest::default();
    let page = index.of_batch(batch(), GTIN, &request).await.unwrap();
    assert_eq!(page.incomplete, [gap]);
    assert_eq!(page.incomplete[0].to_string(), "history incomplete between blocks 11 and 23");

    // It is remembered, and another node that forgot changes nothing.
    index.close().await;
    let index = open(&path).await;
    assert_eq!(index.progress().gaps, [gap]);
    Reader::new(&index, &script, SMALL).fill().await.unwrap();
    assert_eq!(index.progress().gaps, [gap]);

    // An archive node fills it.
    script.prune_before(0);
    Reader::new(&index, &script, SMALL).fill().await.unwrap();
    assert_eq!(index.progress().gaps, []);
    assert_eq!(index.of_batch(batch(), GTIN, &request).await.unwrap().incomplete, []);
    assert_eq!(file(&path, index).await, undisturbed(&script).await);
}

#[tokio::test]
async fn a_node_that_forgets_faster_than_it_is_read_makes_one_longer_gap() {
    let folder = tempfile::tempdir().unwrap();
    let (index, script) = (open(&folder.path().join("history.sqlite")).await, script(10));
    catch_up(&index, &script).await.unwrap();
    script.finalise(20).prune_before(15);
    catch_up(&index, &script).await.unwrap();
    assert_eq!(index.progress().gaps, [Gap { first: 11, last: 14 }]);
    let skipped = index.inner.writer.change(Change::Skip(Gap { first: 21, last: 22 })).await.unwrap();
    let skipped_on = index.inner.writer.change(Change::Skip(Gap { first: 23, last: 25 })).await.unwrap();
    assert_eq!((skipped.next, skipped_on.next, skipped_on.tip), (23, 26, None));
    assert_eq!(index.progress().gaps, [Gap { first: 11, last: 14 }, Gap { first: 21, last: 25 }]);
}

#[tokio::test]
async fn a_head_that_is_forgotten_too_is_tried_again_and_is_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let (index, script) = (open(&folder.path().join("history.sqlite")).await, script(10));
    catch_up(&index, &script).await.unwrap();
    script.finalise(20).prune_before(99);
    let error = catch_up(&index, &script).await.unwrap_err();
    assert!(matches!(error, Error::Chain(ChainError::StatePruned { block: 20 })) && error.may_pass());
    assert_eq!(index.progress().gaps, []);
}

#[tokio::test]
async fn blocks_of_two_chains_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(20));
    catch_up(&index, &script).await.unwrap();
    let before = (index.progress().next, script.hash(20));

    // The node's block 20 is another one now: the next block does not stand on ours.
    script.finalise(25).fork_at(20);
    let error = catch_up(&index, &script).await.unwrap_err();
    let expected = (20, before.1, script.hash(20));
    assert!(
        matches!(error, Error::OtherChain { number, expected: ours, found } if (number, ours, found) == expected)
    );
    assert!(!error.may_pass());
    assert_eq!(index.progress().next, before.0);
    Reader::new(&index, &script, SMALL).check_chain().await.unwrap_err();

    // A chain that began anew and is shorter is known by the newest block that both have.
    script.finalise(12).fork_at(1);
    let error = Reader::new(&index, &script, SMALL).check_chain().await.unwrap_err();
    assert!(matches!(error, Error::OtherChain { number: 12, .. }), "{error}");
    // And one that agrees with all that is known is taken.
    script.fork_at(13);
    Reader::new(&index, &script, SMALL).check_chain().await.unwrap();
}

#[tokio::test]
async fn another_genesis_or_deployment_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let index = open(&path).await;
    let mut elsewhere = script(10);
    elsewhere.genesis = chain::Hash::zero();
    let error = index.follow(&elsewhere, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, Error::OtherChain { number: 0, .. }), "{error}");
    index.close().await;

    let mut upgraded = origin();
    upgraded.contracts.units.code_hash = chain::Hash::from([9; 32]);
    Index::open(&path, &upgraded).await.unwrap().close().await;
    let mut contracts = contracts();
    contracts.units.address = primitives::AccountId([1; 32]);
    for other in [
        Origin { genesis: chain::Hash::zero(), ..origin() },
        Origin { contracts, ..origin() },
        Origin { first: FIRST + 1, ..origin() },
    ] {
        let error = Index::open(&path, &other).await.unwrap_err();
        assert!(matches!(&error, Error::OtherDeployment { path: named } if *named == path), "{error}");
    }
}

#[tokio::test]
async fn a_second_process_is_refused_by_name_until_the_first_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let index = open(&path).await;
    let error = Index::open(&path, &origin()).await.unwrap_err();
    assert!(matches!(&error, Error::InUse { path: named } if *named == path), "{error}");
    // Whoever starts while the first one ends waits for it.
    let origin = origin();
    let (opened, ()) = tokio::join!(Index::open(&path, &origin), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(index);
    });
    opened.unwrap();
}

#[tokio::test]
async fn two_tasks_that_write_are_noticed_and_a_closed_file_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (index, script) = (open(&folder.path().join("history.sqlite")).await, script(10));
    catch_up(&index, &script).await.unwrap();
    let addresses = contracts().addresses();
    let again = script.read(10, &addresses).await.unwrap();
    let error = index.inner.writer.change(Change::Append(vec![again.clone()])).await.unwrap_err();
    assert!(matches!(error, Error::Followed), "{error}");
    let error = index.inner.writer.change(Change::Fill(vec![again])).await.unwrap_err();
    assert!(matches!(error, Error::Followed), "{error}");
    index.close().await;
    index.close().await;
    assert!(matches!(catch_up(&index, &script).await.unwrap_err(), Error::Closed));
}

#[tokio::test]
async fn an_event_that_is_not_known_is_kept_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, Script::new(5));
    script.say(4, [unknown(), by_batches(&released())]);
    catch_up(&index, &script).await.unwrap();
    let place = crate::Place { block: 4, index: 2 };
    let entries = index.entries(vec![(place, crate::Concern::Itself)]).await.unwrap();
    let emitted = script.read(4, &contracts().addresses()).await.unwrap().emitted;
    assert_eq!(entries[0].event, Event::Unknown(emitted[0].clone()));
    assert_eq!((entries[0].at, entries[0].block.hash), (24_000, script.hash(4)));
    assert!(dump(&path).await.contains(" PacksPainted "));
}

#[tokio::test]
async fn what_an_older_program_did_not_know_is_found_from_when_a_newer_one_opens_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script) = (open(&path).await, script(30));
    catch_up(&index, &script).await.unwrap();
    let newer = file(&path, index).await;
    // As if an older program had known nothing of `units`.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let forget =
        "DELETE FROM mentions WHERE EXISTS (SELECT 1 FROM events e WHERE e.name = 'UnitDecommissioned' \
                  AND e.block = mentions.block AND e.place = mentions.place)";
    assert_eq!(sqlx::query(forget).execute(&mut connection).await.unwrap().rows_affected(), 14 * 5);
    let forget = "UPDATE events SET known = 0 WHERE name = 'UnitDecommissioned'";
    assert_eq!(sqlx::query(forget).execute(&mut connection).await.unwrap().rows_affected(), 14);
    sqlx::Connection::close(connection).await.unwrap();
    assert_ne!(dump(&path).await, newer);

    assert_eq!(file(&path, open(&path).await).await, newer);
}

#[tokio::test]
async fn the_chain_is_followed_over_failures_until_it_is_stopped() {
    fn sends<T: Send>(future: T) -> T {
        future
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (index, script, stop) = (open(&path).await, script(20), CancellationToken::new());
    let mut progress = index.watch();
    let follow = sends(index.follow(&script, &stop));
    let plot = async {
        progress.wait_for(|progress| progress.next == 21).await.unwrap();
        script.finalise(21);
        progress.wait_for(|progress| progress.next == 22).await.unwrap();
        let lost = ChainError::Unreachable { url: "ws://node".to_owned(), reason: "refused".to_owned() };
        script.fail_once(lost).finalise(24);
        progress.wait_for(|progress| progress.next == 25).await.unwrap();
        // Far behind after an outage.
        script.finalise(60);
        progress.wait_for(|progress| progress.next == 61).await.unwrap();
        script.finalise(61);
        progress.wait_for(|progress| progress.next == 62).await.unwrap();
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(follow, plot);
    ended.unwrap();
    assert_eq!((index.metrics().failures, index.progress().behind()), (1, Some(0)));
    assert_eq!(file(&path, index).await, undisturbed(&script).await);
}

/// One thing that happens to whoever reads.
#[derive(Clone, Debug)]
enum Step {
    /// So many more blocks are final, and the node forgets those so far behind.
    Finalise { blocks: u64, keeps: u64 },
    /// It reads, and is cut off after so many answers, in the middle of whatever it does.
    Read { pace: (usize, usize), answers: u64, then: Then },
}

#[derive(Clone, Copy, Debug)]
enum Then {
    GoOn,
    Close,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let then = prop_oneof![Just(Then::GoOn), Just(Then::Close), Just(Then::Crash)];
    let read = ((1..9_usize, 1..9_usize), 0..25_u64, then).prop_map(|(pace, answers, then)| Step::Read {
        pace,
        answers,
        then,
    });
    let finalise = (1..9_u64, 2..40_u64).prop_map(|(blocks, keeps)| Step::Finalise { blocks, keeps });
    prop::collection::vec(prop_oneof![2 => read, 1 => finalise], 1..10)
}

async fn play(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let script = script(20);
    let mut head = 20;
    let mut index = open(&path).await;
    for step in steps {
        match step {
            Step::Finalise { blocks, keeps } => {
                head += blocks;
                script.finalise(head.min(60)).prune_before(head.saturating_sub(keeps));
            }
            Step::Read { pace: (ahead, group), answers, then } => {
                script.hang_after(Some(answers));
                let mut reader = Reader::new(&index, &script, Pace { ahead, group });
                let read = async {
                    reader.catch_up().await?;
                    reader.fill().await
                };
                tokio::select! {
                    read = read => match read {
                        Ok(()) | Err(Error::NeedsArchive { .. }) => {}
                        Err(Error::Chain(ChainError::StatePruned { .. })) => {}
                        Err(error) => panic!("{error}"),
                    },
                    () = script.hung.notified() => {}
                }
                match then {
                    Then::GoOn => {}
                    Then::Close => {
                        index.close().await;
                        index = open(&path).await;
                    }
                    Then::Crash => {
                        drop(index);
                        index = open(&path).await;
                    }
                }
            }
        }
    }
    // In the end an archive node is there.
    script.hang_after(None).prune_before(0);
    let mut reader = Reader::new(&index, &script, Pace::USUAL);
    reader.catch_up().await.unwrap();
    reader.fill().await.unwrap();
    assert_eq!(index.progress().gaps, []);
    assert_eq!(file(&path, index).await, undisturbed(&script).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_meanwhile_the_same_chain_makes_the_same_file(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
