use std::time::Instant;

use primitives::feeds;

use super::*;
use crate::inputs::Pushed;
use crate::job::Job;
use crate::ledger::LedgerError;
use crate::store::NewRun;
use crate::testing::{job_config, model_folder, runner_with_job, Chain};

async fn everybody(folder: &tempfile::TempDir, chain: &Chain) -> Arc<Runner<Chain>> {
    let mut config = job_config(model_folder());
    config.source = None;
    runner_with_job(&folder.path().join("oracle.sqlite"), chain, Job::new(config, None)).await
}

fn known() -> Pushed {
    serde_json::from_value(serde_json::json!({"inputs": {
        "age": {"value": 38, "unit": "a"}, "sex": {"value": 0}, "cholesterol": {"value": 5.2, "unit": "mmol/L"},
        "systolic_pressure": {"value": 132, "unit": "mm[Hg]"},
    }}))
    .unwrap()
}

async fn push(runner: &Runner<Chain>, work: &Work, id: &str) {
    let run = NewRun {
        id: id.into(),
        job: "heart".into(),
        request: None,
        subject: Subject::default(),
        deadline: now() + 3_600_000,
        pushed: known(),
    };
    runner.store.push(&run, None, now()).await.unwrap();
    work.begin(Due { id: id.into(), subject: Subject::default() });
}

async fn ends(runner: &Runner<Chain>, id: &str) -> State {
    let began = Instant::now();
    loop {
        let run = runner.store.run(id).await.unwrap().unwrap();
        if run.state.is_end() || began.elapsed() > Duration::from_secs(8) {
            return run.state;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn two_pushes_about_everybody_that_are_delayed_both_end() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let (runner, work, stop) = (everybody(&folder, &chain).await, Arc::new(Work::default()), CancellationToken::new());
    let lost = || LedgerError::NotExecuted("the pool lost it".into());
    chain.world().refusals = vec![lost(), lost()];
    let (dispatched, all, ending) = (Arc::clone(&runner), Arc::clone(&work), stop.clone());
    let task = tokio::spawn(async move { dispatch(dispatched, &all, &ending).await });
    push(&runner, &work, "push-1").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    push(&runner, &work, "push-2").await;
    assert_eq!((ends(&runner, "push-1").await, ends(&runner, "push-2").await), (State::Finalised, State::Finalised));
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_push_does_not_overtake_a_report_whose_answer_was_lost() {
    let (folder, chain) = (tempfile::tempdir().unwrap(), Chain::new());
    let (runner, work, stop) = (everybody(&folder, &chain).await, Arc::new(Work::default()), CancellationToken::new());
    chain.world().loses_answer = true;
    let (dispatched, all, ending) = (Arc::clone(&runner), Arc::clone(&work), stop.clone());
    let task = tokio::spawn(async move { dispatch(dispatched, &all, &ending).await });
    push(&runner, &work, "push-1").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    push(&runner, &work, "push-2").await;
    assert_eq!((ends(&runner, "push-1").await, ends(&runner, "push-2").await), (State::Finalised, State::Finalised));
    assert_eq!(chain.world().accepted.len(), 2, "each is reported once");
    stop.cancel();
    task.await.unwrap().unwrap();
    let _ = feeds::Error::Paused;
}
