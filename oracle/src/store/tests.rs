use primitives::feeds::{Observation, Report};
use primitives::{FeedId, InputCommitment, ModelId, Subject};
use sqlx::Connection;

use super::*;
use crate::inputs::{Amount, Pushed};
use crate::report::SignedReport;
use crate::subject::{subject, PatientId};
use crate::testing::{contract, feed, DIGEST, GENESIS};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("oracle.sqlite")
    }

    async fn open(&self) -> Store {
        Store::open(&self.file(), GENESIS, contract()).await.unwrap()
    }
}

fn who(byte: u8) -> Registration {
    let patient = PatientId::new(&format!("p{byte}")).unwrap();
    let salt = [byte; 32];
    Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient, uses: 1 }
}

fn asked(request: u64, subject: Subject) -> NewRun {
    NewRun {
        id: format!("request-{request}"),
        job: "heart".into(),
        feed: feed(),
        request: Some(request),
        subject,
        deadline: 9_000,
        pushed: Pushed::default(),
        body: None,
    }
}

fn pushed(id: &str, subject: Subject) -> NewRun {
    NewRun {
        id: id.into(),
        job: "heart".into(),
        feed: feed(),
        request: None,
        subject,
        deadline: 9_000,
        pushed: Pushed::default(),
        body: None,
    }
}

fn signed(subject: Subject) -> SignedReport {
    let report = Report {
        configuration: DIGEST,
        feed: feed(),
        subject,
        round: 1,
        request: Some(1),
        model: ModelId([3; 32]),
        inputs: InputCommitment([4; 32]),
        observed_at: 5,
        observations: vec![Observation { operator: 0, value: -7 }],
    };
    SignedReport { report, signature: [6; 65] }
}

async fn due(store: &Store, now: Timestamp) -> Vec<String> {
    let requests = store.due(feed(), Origin::Request, now, 10_000).await.unwrap();
    let pushes = store.due(feed(), Origin::Push, now, 10_000).await.unwrap();
    requests.into_iter().chain(pushes).map(|due| due.id).collect()
}

async fn recount(store: &Store) -> (u64, u64) {
    let mut connection = store.reads.acquire().await.unwrap();
    let counts = Counts::of(&mut connection).await.unwrap();
    (counts.requested.into_inner(), counts.pushed.into_inner())
}

fn submission(signed: SignedReport) -> Submission {
    Submission { signed, inputs_salt: [5; 32], signed_at: 4, seen: None, result: None }
}

#[tokio::test]
async fn requests_and_how_far_they_were_read_are_stored_together_and_once() {
    let (folder, other) = (Folder::new(), FeedId::named("other").unwrap());
    let store = folder.open().await;
    assert_eq!(store.next_request(&[feed()]).await.unwrap(), 0);
    store.requests(&[feed()], 10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    let both = [asked(1, who(1).subject), asked(2, who(2).subject)];
    store.requests(&[feed()], 10, &both, 2_000).await.unwrap();
    assert_eq!(store.next_request(&[feed()]).await.unwrap(), 10);
    assert_eq!(store.next_request(&[feed(), other]).await.unwrap(), 0, "a feed that is new has seen nothing");
    assert_eq!(store.pending().requested, 2);
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.request, run.created_at, run.state), (Some(1), 1_000, State::Queued));
    store.requests(&[feed(), other], 7, &[], 3_000).await.unwrap();
    assert_eq!(store.next_request(&[feed()]).await.unwrap(), 10, "it never goes back");
    assert_eq!(store.next_request(&[feed(), other]).await.unwrap(), 7);
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.requests(&[feed()], 10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.register(&who(1), 1_000).await.unwrap();
    store.submitted("request-1", submission(signed(who(1).subject)), 1_100).await.unwrap();
    let id = store.push_id("heart", b"key");
    store.close().await;

    let store = folder.open().await;
    assert_eq!(store.next_request(&[feed()]).await.unwrap(), 10);
    assert_eq!(store.registration(who(1).subject).await.unwrap(), Some(who(1)));
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.report), (State::Submitted, Some(signed(who(1).subject))));
    assert_eq!(store.push_id("heart", b"key"), id, "the same key is the same run");
    assert_ne!(store.push_id("other", b"key"), id);
}

#[tokio::test]
async fn a_state_is_reached_only_from_the_one_before() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.requests(&[feed()], 10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.submitted("request-1", submission(signed(who(1).subject)), 1_200).await.unwrap();
    let mut other = signed(who(1).subject);
    other.report.round = 2;
    store.submitted("request-1", submission(other), 1_400).await.unwrap();
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!(run.report, Some(signed(who(1).subject)), "a report that may have been sent is not replaced");
    store.finalised("request-1", Some(12), 1_500).await.unwrap();
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.block), (State::Finalised, Some(12)));
    assert!(due(&store, u64::MAX).await.is_empty());
}

#[tokio::test]
async fn a_postponed_run_is_due_later_and_keeps_the_data_of_its_state() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.requests(&[feed()], 10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.submitted("request-1", submission(signed(who(1).subject)), 1_200).await.unwrap();
    store.put_off("request-1", State::Submitted, "chain-unreachable", 5_000, 1_300).await.unwrap();
    assert!(due(&store, 4_999).await.is_empty());
    assert_eq!(due(&store, 5_000).await.len(), 1);
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.attempts, run.reason.as_deref()), (1, Some("chain-unreachable")));
    assert!(run.report.is_some());
    store.put_off("request-1", State::Queued, "feeds-report-too-old", 6_000, 1_400).await.unwrap();
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.attempts, run.report), (State::Queued, 2, None));
}

#[tokio::test]
async fn a_registration_wakes_the_runs_that_wait_for_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    store
        .requests(&[feed()], 10, &[asked(1, who(1).subject), asked(2, who(2).subject)], 1_000)
        .await
        .unwrap();
    for id in ["request-1", "request-2"] {
        store.put_off(id, State::Waiting, "subject-unknown", 61_000, 1_000).await.unwrap();
    }
    store.register(&who(1), 2_000).await.unwrap();
    assert_eq!(due(&store, 2_000).await, ["request-1"]);
}

#[tokio::test]
async fn a_push_with_the_same_key_is_the_same_run() {
    let folder = Folder::new();
    let store = folder.open().await;
    assert!(matches!(
        store.push(&pushed("push-a", who(1).subject), Some(&who(1)), 1_000).await,
        Ok(Taken::New)
    ));
    let again = store.push(&pushed("push-a", who(2).subject), Some(&who(2)), 2_000).await.unwrap();
    let Taken::Known(run) = again else { unreachable!("the run is there already") };
    assert_eq!((run.subject, run.created_at), (who(1).subject, 1_000));
    assert_eq!(store.registration(who(2).subject).await.unwrap(), None, "nothing of the second push stays");
}

#[tokio::test]
async fn simultaneous_changes_are_all_made() {
    let folder = Folder::new();
    let store = folder.open().await;
    let runs: Vec<_> =
        (0..50).map(|byte| (pushed(&format!("push-{byte}"), who(byte).subject), who(byte))).collect();
    let pushes = runs.iter().map(|(run, who)| store.push(run, Some(who), 1_000));
    let pushes = futures::future::join_all(pushes).await;
    assert!(pushes.iter().all(|pushed| matches!(pushed, Ok(Taken::New))));
    let ends = (0..25).map(|byte| format!("push-{byte}"));
    let ends = ends.map(|id| async { store.failed(&{ id }, "deadline-passed", 2_000).await });
    assert!(futures::future::join_all(ends).await.iter().all(Result::is_ok));
    assert_eq!(store.pending().pushed, 25);
    store.close().await;
    assert_eq!(folder.open().await.pending().pushed, 25);
}

#[tokio::test]
async fn a_failed_change_does_not_affect_the_others() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.register(&who(1), 1_000).await.unwrap();
    let runs = [pushed("push-a", who(1).subject), pushed("push-b", who(2).subject)];
    let subjects = [who(1), who(2)];
    let (taken, mine) = tokio::join!(
        store.push(&runs[0], Some(&subjects[0]), 2_000),
        store.push(&runs[1], Some(&subjects[1]), 2_000)
    );
    assert!(matches!(taken, Err(StoreError::Database(_))), "the subject is there already");
    assert!(matches!(mine, Ok(Taken::New)));
    assert!(store.run("push-a").await.unwrap().is_none(), "nothing of it stays");
    assert_eq!(store.pending().runs(), 1);
}

#[tokio::test]
async fn a_report_that_may_have_been_sent_comes_before_others_about_its_subject() {
    let folder = Folder::new();
    let store = folder.open().await;
    store
        .requests(&[feed()], 10, &[asked(1, who(1).subject), asked(2, who(1).subject)], 1_000)
        .await
        .unwrap();
    store.submitted("request-1", submission(signed(who(1).subject)), 1_200).await.unwrap();
    assert_eq!(due(&store, 2_000).await, ["request-1"]);
    store.finalised("request-1", Some(11), 1_300).await.unwrap();
    assert_eq!(due(&store, 2_000).await, ["request-2"]);
}

#[tokio::test]
async fn a_forgotten_subject_leaves_nothing_in_the_files() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut registration = who(1);
    registration.patient = PatientId::new("jane-doe-of-london").unwrap();
    let mut run = pushed("push-a", registration.subject);
    run.pushed.inputs.insert("jane-doe".into(), Amount { value: 1.0, unit: "1".into() });
    store.push(&run, Some(&registration), 1_000).await.unwrap();
    assert_eq!(store.run("push-a").await.unwrap().unwrap().pushed, run.pushed);
    assert!(store.forget(registration.subject).await.unwrap());
    assert_eq!(store.run("push-a").await.unwrap().unwrap().pushed, Pushed::default());
    assert!(!store.forget(registration.subject).await.unwrap());
    assert_eq!(store.registration(registration.subject).await.unwrap(), None);
    for entry in std::fs::read_dir(folder.0.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"jane-doe"));
    }
}

#[tokio::test]
async fn a_store_of_the_first_release_keeps_its_runs() {
    let folder = Folder::new();
    let options = SqliteConnectOptions::new().filename(folder.file()).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let first = sqlx::migrate!("./migrations").iter().take(2).cloned().collect();
    sqlx::migrate::Migrator::with_migrations(first).run(&pool).await.unwrap();
    let owner = contract();
    let owner: &[u8] = owner.as_ref();
    sqlx::query("INSERT INTO deployment VALUES (1, ?, ?, randomblob(32), 10)")
        .bind(GENESIS.as_slice())
        .bind(owner)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO runs (id, job, request, subject, state, reason, attempts, next_at, deadline, report, \
         signature, inputs_salt, created_at, updated_at) \
         VALUES ('request-1', 'heart', 1, ?, 'submitted', 'chain-unreachable', 3, 5, 6, ?, ?, ?, 7, 8)",
    )
    .bind(who(1).subject.0.as_slice())
    .bind(signed(who(1).subject).report.encode())
    .bind([6_u8; 65].as_slice())
    .bind([5_u8; 32].as_slice())
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO runs (id, job, subject, state, next_at, deadline, created_at, updated_at) \
         VALUES ('push-1', 'heart', ?, 'queued', 5, 6, 7, 8)",
    )
    .bind(who(2).subject.0.as_slice())
    .execute(&pool)
    .await
    .unwrap();
    for who in [who(2), who(3)] {
        sqlx::query("INSERT INTO subjects VALUES (?, 'heart', ?, ?, 7)")
            .bind(who.subject.0.as_slice())
            .bind(who.salt.as_slice())
            .bind(who.patient.as_str())
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;

    let store = folder.open().await;
    assert_eq!((store.pending().requested, store.next_request(&[feed()]).await.unwrap()), (1, 0));
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.attempts, run.deadline), (State::Submitted, 3, 6));
    assert_eq!((run.report, run.request), (Some(signed(who(1).subject)), Some(1)));
    assert_eq!(run.feed, feed(), "its report names it");
    assert_eq!(due(&store, 5).await.len(), 1);
    let queued = store.run("push-1").await.unwrap().unwrap();
    assert_eq!((queued.feed.0, queued.body), ([0; 32], None));
    assert_eq!(store.registration(who(2).subject).await.unwrap().unwrap().uses, 0, "a push made it");
    assert_eq!(store.registration(who(3).subject).await.unwrap().unwrap().uses, 1);
    store.adopt("heart", feed()).await.unwrap();
    assert_eq!(store.run("push-1").await.unwrap().unwrap().feed, feed());
}

#[tokio::test]
async fn ended_runs_are_deleted_when_they_are_old() {
    let folder = Folder::new();
    let store = folder.open().await;
    store
        .requests(&[feed()], 10, &[asked(1, who(1).subject), asked(2, who(2).subject)], 1_000)
        .await
        .unwrap();
    store.failed("request-1", "deadline-passed", 2_000).await.unwrap();
    assert_eq!(store.purge(2_000).await.unwrap(), 0);
    assert_eq!(store.purge(2_001).await.unwrap(), 1);
    assert!(store.run("request-2").await.unwrap().is_some(), "a run that has not ended stays");
}

#[tokio::test]
async fn a_store_of_another_deployment_is_refused() {
    let folder = Folder::new();
    folder.open().await.close().await;
    let other_chain = Store::open(&folder.file(), [1; 32], contract()).await;
    assert!(matches!(other_chain, Err(StoreError::OtherDeployment { .. })));
    let other_contract = Store::open(&folder.file(), GENESIS, AccountId::from([1; 32])).await;
    assert!(matches!(other_contract, Err(StoreError::OtherDeployment { .. })));
    folder.open().await.close().await;
}

#[tokio::test]
async fn two_services_cannot_share_a_store() {
    let folder = Folder::new();
    let _first = folder.open().await;
    let second = Store::open(&folder.file(), GENESIS, contract()).await;
    assert!(matches!(second, Err(StoreError::InUse { .. })));
}

#[tokio::test]
async fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = folder.open().await;
    store.register(&who(1), 1_000).await.unwrap();
    for entry in std::fs::read_dir(folder.0.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_store_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "not a database, though long enough to be looked at as one".repeat(100))
        .unwrap();
    assert!(matches!(Store::open(&folder.file(), GENESIS, contract()).await, Err(StoreError::Database(_))));
    let nowhere = Store::open(Path::new("/nowhere/oracle.sqlite"), GENESIS, contract()).await;
    assert!(matches!(nowhere, Err(StoreError::Unopened { .. })));
}

/// A caller that disconnects is dropped at any point, also while its change is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_disappear_leave_no_wrong_count() {
    let folder = Folder::new();
    let store = folder.open().await;
    for round in 0..60_u64 {
        let calls: Vec<_> = (0..8_u64)
            .map(|call| {
                let (store, id) = (store.clone(), format!("push-{round}-{call}"));
                tokio::spawn(async move {
                    let run = pushed(&id, who(1).subject);
                    store.push(&run, None, 1_000).await.unwrap();
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_micros(round * 40)).await;
        calls.iter().for_each(tokio::task::JoinHandle::abort);
        for call in calls {
            let _ = call.await;
        }
    }
    // The last change is made after all before it.
    store.push(&pushed("last", who(2).subject), None, 1_000).await.unwrap();
    assert!(store.pending().pushed > 1);
    assert_eq!((0, store.pending().pushed), recount(&store).await);
    let rows = sqlx::query("SELECT id FROM runs").fetch_all(&store.reads).await.unwrap();
    for row in rows {
        let id: String = row.get(0);
        store.failed(&id, "over", 2_000).await.unwrap();
        store.failed(&id, "over", 2_000).await.unwrap();
    }
    assert_eq!(store.pending().runs(), 0);
}

#[tokio::test]
async fn a_change_that_was_handed_over_is_made_without_its_caller() {
    let folder = Folder::new();
    let store = folder.open().await;
    let (run, who) = (pushed("push-a", who(1).subject), who(1));
    let mut given_up = Box::pin(store.push(&run, Some(&who), 1_000));
    assert!(futures::poll!(&mut given_up).is_pending());
    drop(given_up);
    let again = store.push(&run, Some(&who), 2_000).await.unwrap();
    let Taken::Known(known) = again else { unreachable!("it was made: {again:?}") };
    assert_eq!(known.created_at, 1_000);
    assert_eq!(store.pending().pushed, 1);
}

/// Only the first of those about the same subject is due: the one that may have been sent, then the oldest.
#[tokio::test]
async fn of_runs_about_one_subject_on_one_feed_the_first_is_due() {
    let folder = Folder::new();
    let store = folder.open().await;
    let other = NewRun { feed: FeedId::named("other").unwrap(), ..pushed("other", Subject::default()) };
    for (run, now) in [
        (pushed("b", Subject::default()), 1_000),
        (pushed("a", Subject::default()), 1_001),
        (pushed("c", who(1).subject), 1_002),
        (other.clone(), 1_003),
    ] {
        store.push(&run, None, now).await.unwrap();
    }
    assert_eq!(due(&store, 2_000).await, ["b", "c"]);
    let on_other = store.due(other.feed, Origin::Push, 2_000, 10).await.unwrap();
    assert_eq!(on_other.len(), 1, "another feed counts its own rounds");
    // One that waits does not hold up the others; one that may have been sent does.
    store.put_off("b", State::Waiting, "model-revoked", 9_000, 1_100).await.unwrap();
    assert_eq!(due(&store, 2_000).await, ["a", "c"]);
    store.submitted("a", submission(signed(Subject::default())), 1_200).await.unwrap();
    store.put_off("a", State::Submitted, "chain-unreachable", 3_000, 1_300).await.unwrap();
    assert_eq!(due(&store, 2_000).await, ["c"]);
    assert_eq!(due(&store, 10_000).await, ["c", "a"]);
}

/// Two that may have been sent are in a store of a former release: both wait there for the other.
#[tokio::test]
async fn of_two_that_may_have_been_sent_the_older_is_due() {
    let folder = Folder::new();
    let store = folder.open().await;
    for (id, now) in [("push-2", 1_000), ("push-1", 1_000), ("push-0", 1_001)] {
        store.push(&pushed(id, Subject::default()), None, now).await.unwrap();
        store.submitted(id, submission(signed(Subject::default())), 1_200).await.unwrap();
    }
    for expected in ["push-1", "push-2", "push-0"] {
        assert_eq!(due(&store, 2_000).await, [expected]);
        store.finalised(expected, None, 1_300).await.unwrap();
    }
}

#[tokio::test]
async fn a_store_takes_no_more_pushes_than_it_has_room_for_and_requests_have_their_own() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut connection = SqliteConnectOptions::new().filename(folder.file()).connect().await.unwrap();
    sqlx::query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
         INSERT INTO runs (id, job, subject, state, next_at, deadline, created_at, updated_at) \
         SELECT 'push-' || i, 'heart', randomblob(32), 'queued', 1, 2, 1, 1 FROM n",
    )
    .bind(integer(MAX_PUSHED - 1))
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    store.close().await;
    let store = folder.open().await;
    let last = pushed("last", who(1).subject);
    assert!(matches!(store.push(&last, None, 1_000).await, Ok(Taken::New)));
    let more = pushed("more", who(2).subject);
    assert!(matches!(store.push(&more, None, 1_000).await, Ok(Taken::Full)));
    assert!(matches!(store.push(&last, None, 1_000).await, Ok(Taken::Known(_))), "it has its place already");
    store.requests(&[feed()], 3, &[asked(2, who(3).subject)], 1_000).await.unwrap();
    assert_eq!(store.pending().requested, 1);
    store.failed("last", "over", 2_000).await.unwrap();
    assert!(matches!(store.push(&more, None, 1_000).await, Ok(Taken::New)));
}

#[tokio::test]
async fn the_data_of_pushes_are_limited_together() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut large = pushed("large", who(1).subject);
    large.pushed.inputs.insert("x".repeat(1_000), Amount { value: 1.0, unit: "1".into() });
    store.push(&large, None, 1_000).await.unwrap();
    let bytes = store.pending().pushed_bytes;
    assert!((1_000..1_100).contains(&bytes), "{bytes}");
    // As if the others had brought the rest.
    store.counts.pushed_bytes.store(MAX_PUSHED_BYTES, Ordering::Relaxed);
    let next = NewRun { id: "next".into(), ..large.clone() };
    assert!(matches!(store.push(&next, None, 1_000).await, Ok(Taken::Full)));
    store.finalised("large", None, 2_000).await.unwrap();
    assert!(matches!(store.push(&next, None, 1_000).await, Ok(Taken::New)));
}

#[tokio::test]
async fn subjects_go_with_their_last_run() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.push(&pushed("push-a", who(1).subject), Some(&who(1)), 1_000).await.unwrap();
    store.register(&who(2), 1_000).await.unwrap();
    store.register(&who(3), 5_000).await.unwrap();
    store.purge(4_000).await.unwrap();
    let known = async |byte: u8| store.registration(who(byte).subject).await.unwrap().is_some();
    assert_eq!([known(1).await, known(2).await, known(3).await], [true, false, true]);
    store.finalised("push-a", Some(1), 2_000).await.unwrap();
    assert_eq!(store.purge(4_000).await.unwrap(), 1);
    assert_eq!([known(1).await, known(3).await], [false, true]);
}

/// Backups read the file while the service writes.
#[tokio::test]
async fn another_process_may_read_the_store_but_not_serve_from_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.push(&pushed("push-a", who(1).subject), None, 1_000).await.unwrap();
    let options = SqliteConnectOptions::new().filename(folder.file()).read_only(true);
    let mut reader = options.connect().await.unwrap();
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs").fetch_one(&mut reader).await.unwrap();
    assert_eq!(runs, 1);
    store.push(&pushed("push-b", who(2).subject), None, 1_000).await.unwrap();
}

#[tokio::test]
async fn a_backup_of_a_store_in_use_is_whole_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, elsewhere) = (Folder::new(), tempfile::tempdir().unwrap());
    let store = folder.open().await;
    for at in 0..50_u8 {
        store.push(&pushed(&format!("push-{at}"), who(at).subject), Some(&who(at)), 1_000).await.unwrap();
    }
    let copy = elsewhere.path().join("it's a copy.sqlite");
    super::backup(&folder.file(), &copy).await.unwrap();
    // What comes later is not in it.
    store.push(&pushed("late", who(60).subject), None, 1_000).await.unwrap();
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let again = super::backup(&folder.file(), &copy).await;
    assert!(matches!(again, Err(StoreError::Unopened { .. })), "{again:?}");
    assert!(copy.exists(), "an older copy is kept");
    let restored = Store::open(&copy, GENESIS, contract()).await.unwrap();
    assert_eq!(restored.pending().pushed, 50);
    assert_eq!(restored.registration(who(49).subject).await.unwrap(), Some(who(49)));
    assert!(restored.run("late").await.unwrap().is_none());

    let nothing = super::backup(&elsewhere.path().join("none"), &elsewhere.path().join("copy")).await;
    assert!(matches!(nothing, Err(StoreError::Unopened { .. })), "{nothing:?}");
}
