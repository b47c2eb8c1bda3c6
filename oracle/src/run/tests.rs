use std::path::{Path, PathBuf};

use axum::Router;
use primitives::Subject;
use reqwest::Url;
use serde_json::json;

use super::*;
use crate::inputs::Pushed;
use crate::store::{NewRun, Origin, Registration};
use crate::subject::{subject, PatientId};
use crate::testing::{
    enough, feed, hospital, model_folder, quantity, runner, runner_with_model, serve, Chain, World,
};

/// A service that can be killed and started again: its file, its chain, its hospital.
struct House {
    folder: tempfile::TempDir,
    chain: Chain,
    hospital: Url,
}

impl House {
    async fn new() -> Self {
        Self::with(hospital(enough())).await
    }

    async fn with(hospital: Router) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), chain: Chain::new(), hospital: serve(hospital).await }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("oracle.sqlite")
    }

    async fn start(&self) -> Arc<Runner<Chain>> {
        runner(&self.store(), &self.chain, self.hospital.clone()).await
    }

    /// A service with a model in another folder.
    async fn start_with(&self, model: &Path) -> Arc<Runner<Chain>> {
        runner_with_model(&self.store(), &self.chain, self.hospital.clone(), model.to_owned()).await
    }
}

fn who() -> Registration {
    let (salt, patient) = ([3; 32], PatientId::new("p1").unwrap());
    Registration { subject: subject(&salt, &patient), job: "heart".into(), salt, patient, uses: 1 }
}

async fn registered(runner: &Runner<Chain>) -> Subject {
    runner.store.register(&who(), now()).await.unwrap();
    who().subject
}

async fn take_up(runner: &Runner<Chain>, request: u64, subject: Subject) -> String {
    let deadline = now() + 60_000;
    let id = format!("request-{request}");
    let run = NewRun {
        id: id.clone(),
        job: "heart".into(),
        feed: feed(),
        request: Some(request),
        subject,
        deadline,
        pushed: Pushed::default(),
        body: None,
    };
    runner.store.requests(&[feed()], request + 1, &[run], now()).await.unwrap();
    id
}

/// A run about a subject of its own, as a push makes it.
async fn push(runner: &Runner<Chain>) -> String {
    let run = NewRun {
        id: "push-1".into(),
        job: "heart".into(),
        feed: feed(),
        request: None,
        subject: who().subject,
        deadline: now() + 60_000,
        pushed: Pushed::default(),
        body: None,
    };
    runner.store.push(&run, Some(&Registration { uses: 0, ..who() }), now()).await.unwrap();
    run.id
}

async fn drive(runner: &Runner<Chain>, id: &str) -> (State, Option<String>) {
    runner.drive(id, || false).await.unwrap();
    let run = runner.store.run(id).await.unwrap().unwrap();
    (run.state, run.reason)
}

async fn step(runner: &Runner<Chain>, id: &str) -> Result<State, RunError> {
    let mut run = runner.store.run(id).await.unwrap().unwrap();
    runner.step(&mut run, Sending::AfterAPause).await?;
    let stored = runner.store.run(id).await.unwrap().unwrap();
    assert_eq!((run.state, run.report, run.block), (stored.state, stored.report, stored.block));
    Ok(stored.state)
}

fn waits(reason: &str) -> (State, Option<String>) {
    (State::Waiting, Some(reason.to_owned()))
}

fn failed(reason: &str) -> (State, Option<String>) {
    (State::Failed, Some(reason.to_owned()))
}

#[tokio::test]
async fn a_request_ends_with_its_report_on_chain() {
    let house = House::new().await;
    let runner = house.start().await;
    let subject = registered(&runner).await;
    let request = house.chain.ask(subject);
    let id = take_up(&runner, request, subject).await;
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    let world = house.chain.world();
    let [report] = world.accepted.as_slice() else { unreachable!("one report") };
    assert_eq!((report.request, report.round, report.subject), (Some(request), 1, subject));
    assert!((0..=10_000).contains(&report.median().unwrap()));
    assert!(now() - report.observed_at < 5_000);
    assert!(world.requests.is_empty());
}

/// The service is killed after every single step, and started again on the same file.
#[tokio::test]
async fn a_crash_between_any_two_steps_neither_loses_nor_repeats_a_report() {
    let house = House::new().await;
    let mut expected = vec![State::Queued, State::Submitted, State::Finalised].into_iter();
    let first = house.start().await;
    let subject = registered(&first).await;
    let request = house.chain.ask(subject);
    let id = take_up(&first, request, subject).await;
    drop(first);
    assert_eq!(expected.next(), Some(State::Queued));
    for state in expected {
        let runner = house.start().await;
        assert_eq!(step(&runner, &id).await.unwrap(), state);
        drop(runner);
    }
    assert_eq!(house.chain.world().accepted.len(), 1);
    let runner = house.start().await;
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted.len(), 1);
}

/// The chain accepted the report, and the service was killed before it stored that.
#[tokio::test]
async fn a_crash_after_the_chain_accepted_finds_the_report_there() {
    let house = House::new().await;
    let runner = house.start().await;
    let pushed = push(&runner).await;
    let other = Registration { subject: Subject([5; 32]), ..who() };
    runner.store.register(&other, now()).await.unwrap();
    let request = house.chain.ask(other.subject);
    let requested = take_up(&runner, request, other.subject).await;
    for id in [pushed, requested] {
        assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
        let signed = runner.store.run(&id).await.unwrap().unwrap().report.unwrap();
        runner.ledger.submit(&signed.report, &[signed.signature]).await.unwrap();
        let accepted = house.chain.world().accepted.len();
        assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
        assert_eq!(house.chain.world().accepted.len(), accepted, "nothing is sent again");
    }
}

#[tokio::test]
async fn a_lost_answer_of_the_chain_does_not_repeat_the_report() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    house.chain.world().loses_answer = true;
    assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("chain-unreachable".into())));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted.len(), 1);
}

#[tokio::test]
async fn a_report_that_arrives_between_check_and_submission_is_not_computed_again() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    step(&runner, &id).await.unwrap();
    let mut run = runner.store.run(&id).await.unwrap().unwrap();
    let signed = run.report.clone().unwrap();
    // Sent before a crash, and executed just now.
    runner.ledger.submit(&signed.report, &[signed.signature]).await.unwrap();
    runner.step(&mut run, Sending::AtOnce).await.unwrap();
    assert_eq!((run.state, run.block), (State::Finalised, None));
    assert_eq!(house.chain.world().accepted.len(), 1);
}

/// A subject that a push made is public after its report: strangers cannot have the record fetched again.
#[tokio::test]
async fn a_request_about_a_subject_that_a_push_made_is_not_answered() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(runner.store.registration(who().subject).await.unwrap().unwrap().uses, 0);
    let request = house.chain.ask(who().subject);
    let stranger = take_up(&runner, request, who().subject).await;
    assert_eq!(drive(&runner, &stranger).await, failed("subject-used"));
    assert_eq!(house.chain.world().accepted.len(), 1);
}

#[tokio::test]
async fn a_registration_serves_as_many_requests_as_it_says() {
    let house = House::new().await;
    let runner = house.start().await;
    runner.store.register(&Registration { uses: 2, ..who() }, now()).await.unwrap();
    let mut requests = Vec::new();
    for _ in 0..4 {
        let request = house.chain.ask(who().subject);
        requests.push((request, take_up(&runner, request, who().subject).await));
    }
    // One that was withdrawn used nothing up.
    house.chain.world().requests.remove(&requests[0].0);
    assert_eq!(drive(&runner, &requests[0].1).await, failed("request-closed"));
    assert_eq!(drive(&runner, &requests[1].1).await, (State::Finalised, None));
    assert_eq!(drive(&runner, &requests[2].1).await, (State::Finalised, None));
    assert_eq!(drive(&runner, &requests[3].1).await, failed("subject-used"));
    assert_eq!(house.chain.world().accepted.len(), 2);
}

/// Another operator reports after ours, whose answer was lost: the last reading no longer shows ours.
#[tokio::test]
async fn a_report_that_another_one_covers_is_found_in_its_block() {
    for is_pruned in [false, true] {
        let house = House::new().await;
        let runner = house.start().await;
        let id = push(&runner).await;
        house.chain.world().loses_answer = true;
        assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("chain-unreachable".into())));
        let mut next = house.chain.world().accepted[0].clone();
        (next.round, next.inputs) = (next.round + 1, primitives::InputCommitment([9; 32]));
        house.chain.world().accept(&next);
        house.chain.world().is_pruned = is_pruned;
        let end = drive(&runner, &id).await;
        if is_pruned {
            assert_eq!(end, failed("fate-unknown"), "it is not known, so nothing is reported again");
        } else {
            assert_eq!(end, (State::Finalised, None));
            let block = runner.store.run(&id).await.unwrap().unwrap().block;
            assert_eq!(block, Some(2));
        }
        assert_eq!(house.chain.world().accepted.len(), 2);
    }
}

/// Ours never arrived, and another operator took its round: it is computed again for the next.
#[tokio::test]
async fn a_round_that_another_operator_took_is_left_to_it() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
    let mut other = runner.store.run(&id).await.unwrap().unwrap().report.unwrap().report;
    other.inputs = primitives::InputCommitment([9; 32]);
    house.chain.world().accept(&other);
    assert_eq!(drive(&runner, &id).await, (State::Queued, Some("feeds-round-not-newer".into())));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted[1].round, 2);
}

/// A report in the pool may land after the run's deadline: it is given up only when the chain can refuse it for sure.
#[tokio::test]
async fn a_report_that_may_still_land_is_not_given_up_at_the_deadline() {
    let house = House::new().await;
    let runner = house.start().await;
    let run = NewRun {
        id: "push-1".into(),
        job: "heart".into(),
        feed: feed(),
        request: None,
        subject: who().subject,
        deadline: now() + 400,
        pushed: Pushed::default(),
        body: None,
    };
    runner.store.push(&run, Some(&who()), now()).await.unwrap();
    assert_eq!(step(&runner, "push-1").await.unwrap(), State::Submitted);
    tokio::time::sleep(std::time::Duration::from_millis(450)).await;
    house.chain.world().is_poor = true;
    assert_eq!(drive(&runner, "push-1").await, (State::Submitted, Some("chain-rejected".into())));
    // Two minutes later on a feed that takes reports of a minute.
    house.chain.world().clock = 120_000;
    assert_eq!(drive(&runner, "push-1").await, failed("deadline-passed"));
    assert!(house.chain.world().accepted.is_empty());
}

/// The report is in the pool, and lands between any two reads of the chain.
#[tokio::test]
async fn a_report_that_lands_while_the_chain_is_asked_is_found_and_not_given_up() {
    for reads in 0..8 {
        let house = House::new().await;
        let runner = house.start().await;
        let subject = registered(&runner).await;
        let request = house.chain.ask(subject);
        let id = take_up(&runner, request, subject).await;
        assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
        let report = runner.store.run(&id).await.unwrap().unwrap().report.unwrap().report;
        house.chain.world().in_pool = Some((reads, report));
        let mut end = drive(&runner, &id).await;
        if end.0 == State::Submitted {
            end = drive(&runner, &id).await;
        }
        assert_eq!(end, (State::Finalised, None), "landed after {reads} reads");
        assert_eq!(house.chain.world().accepted.len(), 1);
    }
}

#[tokio::test]
async fn a_taken_round_that_is_not_final_is_checked_again() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    step(&runner, &id).await.unwrap();
    house.chain.world().refusals.push(LedgerError::Refused(feeds::Error::RoundNotNewer));
    assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("chain-not-executed".into())));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted.len(), 1);
}

#[tokio::test]
async fn a_node_that_disappears_in_the_middle_delays_a_run_and_loses_nothing() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    house.chain.world().is_away = true;
    assert_eq!(drive(&runner, &id).await, (State::Queued, Some("chain-unreachable".into())));
    house.chain.world().is_away = false;
    assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
    house.chain.world().is_away = true;
    assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("chain-unreachable".into())));
    let stored = runner.store.run(&id).await.unwrap().unwrap().report;
    house.chain.world().is_away = false;
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(stored.map(|signed| signed.report), house.chain.world().accepted.first().cloned());
}

#[tokio::test]
async fn a_report_that_is_out_of_date_is_computed_again_with_the_same_round() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    house.chain.world().refusals.push(LedgerError::Refused(feeds::Error::ReportTooOld));
    assert_eq!(drive(&runner, &id).await, (State::Queued, Some("feeds-report-too-old".into())));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted[0].round, 1);
}

#[tokio::test]
async fn a_change_of_operators_changes_the_digest_of_reports() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
    house.chain.world().digest = [1; 32];
    assert_eq!(drive(&runner, &id).await, (State::Queued, Some("feeds-wrong-configuration".into())));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
    assert_eq!(house.chain.world().accepted[0].configuration, [1; 32]);
}

#[tokio::test]
async fn a_request_about_an_unknown_subject_waits_for_its_registration() {
    let house = House::new().await;
    let runner = house.start().await;
    let request = house.chain.ask(who().subject);
    let id = take_up(&runner, request, who().subject).await;
    assert_eq!(drive(&runner, &id).await, waits("subject-unknown"));
    registered(&runner).await;
    let due = runner.store.due(feed(), Origin::Request, now(), 10).await.unwrap();
    assert_eq!(due.first().map(|run| run.id.as_str()), Some(id.as_str()));
    assert_eq!(drive(&runner, &id).await, (State::Finalised, None));
}

#[tokio::test]
async fn a_subject_serves_only_the_job_that_it_was_registered_for() {
    let house = House::new().await;
    let runner = house.start().await;
    runner.store.register(&Registration { job: "kidney".into(), ..who() }, now()).await.unwrap();
    let request = house.chain.ask(who().subject);
    let id = take_up(&runner, request, who().subject).await;
    assert_eq!(drive(&runner, &id).await, failed("subject-of-other-job"));
}

#[tokio::test]
async fn a_withdrawn_request_is_not_answered() {
    let house = House::new().await;
    let runner = house.start().await;
    let subject = registered(&runner).await;
    let request = house.chain.ask(subject);
    let id = take_up(&runner, request, subject).await;
    assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
    house.chain.world().requests.clear();
    assert_eq!(drive(&runner, &id).await, failed("request-closed"));
    assert!(house.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn a_run_whose_deadline_has_passed_fails() {
    let house = House::new().await;
    let runner = house.start().await;
    let run = NewRun {
        id: "push-1".into(),
        job: "heart".into(),
        feed: feed(),
        request: None,
        subject: who().subject,
        deadline: now() - 1,
        pushed: Pushed::default(),
        body: None,
    };
    runner.store.push(&run, Some(&who()), now()).await.unwrap();
    assert_eq!(drive(&runner, "push-1").await, failed("deadline-passed"));
}

#[tokio::test]
async fn missing_values_are_named_in_the_run() {
    let house = House::with(hospital(vec![quantity("8480-6", 132.0, "mm[Hg]")])).await;
    let runner = house.start().await;
    let id = push(&runner).await;
    let (state, reason) = drive(&runner, &id).await;
    assert_eq!(state, State::Failed);
    assert!(reason.unwrap().starts_with("missing-observation: required inputs are missing: cholesterol,"));
    let ended = r#"theriac_oracle_runs_total{job="heart",outcome="missing-observation"} 1"#;
    assert!(runner.metrics.text().contains(ended));
}

#[tokio::test]
async fn a_hospital_that_is_down_delays_a_run() {
    let house = House::with(Router::new().fallback(|| async { axum::http::StatusCode::BAD_GATEWAY })).await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(drive(&runner, &id).await, (State::Queued, Some("source-faulty".into())));
    let counted = r#"theriac_oracle_fetch_errors_total{job="heart",kind="source-faulty"} 1"#;
    assert!(runner.metrics.text().contains(counted));
}

#[tokio::test]
async fn a_model_that_the_registry_does_not_approve_is_not_used() {
    let house = House::new().await;
    type Change = fn(&mut World);
    let cases: [(&str, Change); 7] = [
        ("model-unknown", |world| world.model = None),
        ("model-revoked", |world| world.model.as_mut().unwrap().revoked = true),
        ("model-expired", |world| world.model.as_mut().unwrap().valid_until = 1),
        ("manifest-not-registered", |world| world.model.as_mut().unwrap().manifest.0 = [0; 32]),
        ("feed-unknown", |world| world.feed = None),
        ("feed-uses-other-model", |world| world.feed.as_mut().unwrap().model.0 = [0; 32]),
        ("not-an-operator", |world| world.configuration.operators.clear()),
    ];
    for (reason, change) in cases {
        let good = Chain::new();
        change(&mut good.world());
        let changed =
            House { chain: good, folder: tempfile::tempdir().unwrap(), hospital: house.hospital.clone() };
        let runner = changed.start().await;
        let id = push(&runner).await;
        assert_eq!(drive(&runner, &id).await, waits(reason));
        assert!(changed.chain.world().accepted.is_empty());
    }
}

#[tokio::test]
async fn a_model_that_is_revoked_at_runtime_is_no_longer_used() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(step(&runner, &id).await.unwrap(), State::Submitted);
    house.chain.world().model.as_mut().unwrap().revoked = true;
    house.chain.world().refusals.push(LedgerError::Refused(feeds::Error::ModelRevoked));
    assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("feeds-model-revoked".into())));
    assert_eq!(drive(&runner, &id).await, (State::Submitted, Some("model-revoked".into())));
}

#[tokio::test]
async fn a_model_file_with_one_byte_changed_is_not_loaded() {
    let house = House::new().await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["manifest.json", "model.onnx"] {
        let mut bytes = std::fs::read(model_folder().join(name)).unwrap();
        if name == "model.onnx" {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let runner = house.start_with(folder.path()).await;
    let id = push(&runner).await;
    assert_eq!(drive(&runner, &id).await, waits("model-file-changed"));
    drop(runner);
    let runner = house.start_with(Path::new("/nowhere")).await;
    assert_eq!(drive(&runner, &id).await, waits("model-unreadable"));
}

#[tokio::test]
async fn one_operator_does_not_report_if_more_must_observe() {
    let house = House::new().await;
    {
        let mut world = house.chain.world();
        let others = (1..=3).map(|byte| [byte; 33]);
        world.configuration.operators.extend(others);
        world.configuration.f = 1;
    }
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(drive(&runner, &id).await, waits("too-few-observations"));
}

#[tokio::test]
async fn a_run_stops_between_two_steps_on_shutdown() {
    let house = House::new().await;
    let runner = house.start().await;
    let id = push(&runner).await;
    assert_eq!(runner.drive(&id, || true).await.unwrap(), Some(State::Queued));
    assert!(house.chain.world().accepted.is_empty());
}

#[test]
fn every_error_has_a_cause_and_a_remedy() {
    let errors = [
        RunError::SubjectUnknown,
        RunError::SubjectOfOtherJob,
        RunError::RequestClosed,
        RunError::DeadlinePassed,
        RunError::JobUnknown,
        RunError::Fetch(FetchError::Down),
        RunError::Job(JobError::ModelRevoked),
        RunError::Report(ReportError::NotAnOperator),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("; ") || text.contains(": "), "{text}");
    }
    // The names are those in the table of docs/oracle.md.
    assert_eq!(json!(RunError::Fetch(FetchError::Slow).kind()), json!("source-slow"));
}
