use std::path::Path;

use oracle::{logging, Config, OracleError, Service, Settings};
use serde_json::json;
use serve::shutdown::on_signal;

use crate::answer::Answer;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::keys::development_uri;

/// The configuration; the command line overrides the file.
fn load(file: &Path, global: &Global) -> Result<Config, Failure> {
    let settings = Settings {
        chain_url: global.url.clone(),
        deployment: global.deployment.clone(),
        transmitter_key_file: global.key_file.clone(),
        transmitter_key: global.dev_account.map(|account| development_uri(account).into()),
        ..Settings::default()
    };
    let environment = |name: &str| std::env::var(name).ok();
    Config::load(file, environment, settings).map_err(Failure::bad_input)
}

/// Copies the store.
pub async fn backup(file: &Path, copy: &Path, global: &Global) -> Result<Answer, Failure> {
    let config = load(file, global)?;
    oracle::store::backup(&config.store, copy).await.map_err(Failure::failed)?;
    let text =
        format!("The store is in {}. It names patients: keep it like a patient register.", copy.display());
    Answer::new(text, &json!({ "copy": copy }))
}

/// Runs the oracle's service until a signal comes.
pub async fn run(file: &Path, global: &Global) -> Result<Answer, Failure> {
    let config = load(file, global)?;
    logging::init(config.log);
    let stop = on_signal().map_err(Failure::failed)?;
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
        OracleError::Store(_) | OracleError::Listen { .. } => Exit::Failed,
    }
}
