use primitives::feeds::{Observation, Report};
use primitives::{FeedId, InputCommitment, ModelId, Subject};

use super::*;
use crate::inputs::{Amount, Pushed};
use crate::report::SignedReport;
use crate::subject::{subject, PatientId};
use crate::testing::{contract, DIGEST, GENESIS};

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
    Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient }
}

fn asked(request: u64, subject: Subject) -> NewRun {
    NewRun {
        id: format!("request-{request}"),
        job: "heart".into(),
        request: Some(request),
        subject,
        deadline: 9_000,
        pushed: Pushed::default(),
    }
}

fn pushed(id: &str, subject: Subject) -> NewRun {
    NewRun {
        id: id.into(),
        job: "heart".into(),
        request: None,
        subject,
        deadline: 9_000,
        pushed: Pushed::default(),
    }
}

fn signed(subject: Subject) -> SignedReport {
    let report = Report {
        configuration: DIGEST,
        feed: FeedId::named("heart").unwrap(),
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

#[tokio::test]
async fn requests_and_the_cursor_are_stored_together_and_once() {
    let folder = Folder::new();
    let store = folder.open().await;
    assert_eq!(store.cursor().await.unwrap(), None);
    store.record(10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.record(10, &[asked(1, who(1).subject), asked(2, who(2).subject)], 2_000).await.unwrap();
    assert_eq!(store.cursor().await.unwrap(), Some(10));
    assert_eq!(store.pending(), 2);
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.request, run.created_at, run.state), (Some(1), 1_000, State::Queued));
    store.record(7, &[], 3_000).await.unwrap();
    assert_eq!(store.cursor().await.unwrap(), Some(10), "the cursor never goes back");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.record(10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.register(&who(1), 1_000).await.unwrap();
    store.submitted("request-1", &signed(who(1).subject), &[5; 32], None, 1_100).await.unwrap();
    let id = store.push_id("heart", b"key");
    store.close().await;

    let store = folder.open().await;
    assert_eq!(store.cursor().await.unwrap(), Some(10));
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
    store.record(10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.submitted("request-1", &signed(who(1).subject), &[5; 32], None, 1_200).await.unwrap();
    let mut other = signed(who(1).subject);
    other.report.round = 2;
    store.submitted("request-1", &other, &[5; 32], None, 1_400).await.unwrap();
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!(run.report, Some(signed(who(1).subject)), "a report that may have been sent is not replaced");
    store.finalised("request-1", Some(12), 1_500).await.unwrap();
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.block), (State::Finalised, Some(12)));
    assert!(store.due(u64::MAX, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_postponed_run_is_due_later_and_keeps_the_data_of_its_state() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.record(10, &[asked(1, who(1).subject)], 1_000).await.unwrap();
    store.submitted("request-1", &signed(who(1).subject), &[5; 32], None, 1_200).await.unwrap();
    store.put_off("request-1", State::Submitted, "chain-unreachable", 5_000, 1_300).await.unwrap();
    assert!(store.due(4_999, 10).await.unwrap().is_empty());
    assert_eq!(store.due(5_000, 10).await.unwrap().len(), 1);
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
    store.record(10, &[asked(1, who(1).subject), asked(2, who(2).subject)], 1_000).await.unwrap();
    for id in ["request-1", "request-2"] {
        store.put_off(id, State::Waiting, "subject-unknown", 61_000, 1_000).await.unwrap();
    }
    store.register(&who(1), 2_000).await.unwrap();
    let due: Vec<_> = store.due(2_000, 10).await.unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(due, ["request-1"]);
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
    assert_eq!(store.pending(), 25);
    store.close().await;
    assert_eq!(folder.open().await.pending(), 25);
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
    assert_eq!(store.pending(), 1);
}

#[tokio::test]
async fn a_change_without_a_caller_is_not_made_and_does_not_affect_the_others() {
    let folder = Folder::new();
    let store = folder.open().await;
    let runs = [pushed("push-a", who(1).subject), pushed("push-b", who(2).subject)];
    let subjects = [who(1), who(2)];
    for steps in 0..6 {
        let mut given_up = Box::pin(store.push(&runs[0], Some(&subjects[0]), 1_000));
        for _ in 0..steps {
            if futures::poll!(&mut given_up).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(given_up);
        let other = store.push(&runs[1], Some(&subjects[1]), 1_000).await;
        assert!(matches!(other, Ok(Taken::New | Taken::Known(_))));
    }
    assert!(store.run("push-b").await.unwrap().is_some());
}

#[tokio::test]
async fn a_report_that_may_have_been_sent_comes_before_others_about_its_subject() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.record(10, &[asked(1, who(1).subject), asked(2, who(1).subject)], 1_000).await.unwrap();
    store.submitted("request-1", &signed(who(1).subject), &[5; 32], None, 1_200).await.unwrap();
    let ids =
        || async { store.due(2_000, 10).await.unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>() };
    assert_eq!(ids().await, ["request-1"]);
    store.finalised("request-1", Some(11), 1_300).await.unwrap();
    assert_eq!(ids().await, ["request-2"]);
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
    pool.close().await;

    let store = folder.open().await;
    assert_eq!((store.pending(), store.cursor().await.unwrap()), (1, Some(10)));
    let run = store.run("request-1").await.unwrap().unwrap();
    assert_eq!((run.state, run.attempts, run.deadline), (State::Submitted, 3, 6));
    assert_eq!((run.report, run.request), (Some(signed(who(1).subject)), Some(1)));
    assert_eq!(store.due(5, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn ended_runs_are_deleted_when_they_are_old() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.record(10, &[asked(1, who(1).subject), asked(2, who(2).subject)], 1_000).await.unwrap();
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
    assert!(matches!(second, Err(StoreError::Database(_) | StoreError::Schema(_))));
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
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM runs").fetch_one(&store.pool).await.unwrap();
    assert_eq!(store.pending(), u64::try_from(stored).unwrap());
    for run in store.due(u64::MAX, 10_000).await.unwrap() {
        store.failed(&run.id, "over", 2_000).await.unwrap();
    }
    assert_eq!(store.pending(), 0);
}
