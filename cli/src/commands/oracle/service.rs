use std::path::Path;

use oracle::{logging, Config, OracleError, Service, Settings};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::answer::Answer;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::keys::development_uri;
use crate::signals;

/// Runs the oracle's service until a signal comes.
pub async fn run(file: &Path, global: &Global) -> Result<Answer, Failure> {
    // The command line overrides the file.
    let settings = Settings {
        chain_url: global.url.clone(),
        deployment: global.deployment.clone(),
        transmitter_key_file: global.key_file.clone(),
        transmitter_key: global.dev_account.map(|account| development_uri(account).into()),
        ..Settings::default()
    };
    let environment = |name: &str| std::env::var(name).ok();
    let config = Config::load(file, environment, settings).map_err(Failure::bad_input)?;
    logging::init(config.log);
    let stop = CancellationToken::new();
    let signal = signals::stop()?;
    let stopped = stop.clone();
    tokio::spawn(async move {
        signal.await;
        stopped.cancel();
    });
    let failed = |error: OracleError| Failure::new(exit(&error), error);
    let service = Service::start(config).await.map_err(failed)?;
    let url = format!("http://{}", service.address());
    let text = format!("The oracle answers at {url}\nStop it with Ctrl-C.");
    Answer::new(text, &json!({ "url": url }))?.print(global.json)?;
    service.work(stop).await.map_err(failed)?;
    Answer::silent()
}

fn exit(error: &OracleError) -> Exit {
    match error {
        OracleError::Key(_) | OracleError::Source(_) | OracleError::Deployment(_) => Exit::BadInput,
        OracleError::Chain(_) => Exit::Unreachable,
        OracleError::Store(_) | OracleError::Listen { .. } | OracleError::Http(_) => Exit::Failed,
    }
}
