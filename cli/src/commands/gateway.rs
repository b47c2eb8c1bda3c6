//! `theriac gateway`: the service that answers scans.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use gateway::{Config, GatewayError, Service, Settings};
use serde_json::json;
use serve::shutdown::on_signal;

use crate::answer::Answer;
use crate::failure::{Exit, Failure};
use crate::global::Global;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac gateway check --config gateway.toml
  theriac gateway run --config gateway.toml";

/// Shown below the help of `theriac gateway run`.
const RUN: &str = "\
The configuration is a TOML file: begin with gateway/gateway.example.toml; docs/gateway.md explains each key. Variables
THERIAC_GATEWAY_… override the file, and options override both: --url is the node, --deployment the contracts.

The service prints its address on standard output when it works, and logs on standard error. GET /alive says that it works,
GET /ready whether chain, history and lists are usable, GET /metrics is for Prometheus. Ctrl-C or SIGTERM ends it within
20 seconds; a second one ends it at once. RUST_LOG=gateway=debug logs more.";

/// Commands of `theriac gateway`.
#[derive(Subcommand, Debug)]
pub enum GatewayCommand {
    /// Run the service that verifies packs, resolves GS1 Digital Links, and books packs for tills
    #[command(after_help = RUN)]
    Run {
        /// The service's configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Check the configuration, its secrets, the chain and the tills' accounts, and start nothing
    Check {
        /// The service's configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

impl GatewayCommand {
    /// Whether it runs the service.
    pub const fn is_service(&self) -> bool {
        matches!(self, Self::Run { .. })
    }
}

/// Runs a command of `theriac gateway`.
pub async fn run(command: GatewayCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        GatewayCommand::Run { config } => serve(&config, global).await,
        GatewayCommand::Check { config } => check(&config, global).await,
    }
}

/// The configuration; the command line overrides the file.
fn load(file: &Path, global: &Global) -> Result<Config, Failure> {
    let settings = Settings {
        chain_url: global.url.clone(),
        deployment: global.deployment.clone(),
        ..Settings::default()
    };
    let environment = |name: &str| std::env::var(name).ok();
    Config::load(file, environment, settings).map_err(Failure::bad_input)
}

async fn check(file: &Path, global: &Global) -> Result<Answer, Failure> {
    let config = load(file, global)?;
    gateway::check(&config).await.map_err(failed)?;
    let text = format!(
        "{} can be used: secrets, chain, contracts and tills are as they have to be.",
        file.display()
    );
    Answer::new(text, &json!({ "ok": true }))
}

async fn serve(file: &Path, global: &Global) -> Result<Answer, Failure> {
    let config = load(file, global)?;
    gateway::init_log(config.log);
    let stop = on_signal().map_err(Failure::failed)?;
    let service = Service::start(config).await.map_err(failed)?;
    let url = service.url();
    let text = format!("The gateway answers at {url}\nStop it with Ctrl-C.");
    Answer::new(text, &json!({ "url": url }))?.print(global.json)?;
    service.work(stop).await.map_err(failed)?;
    Answer::silent()
}

fn failed(error: GatewayError) -> Failure {
    let exit = match &error {
        GatewayError::Chain(chain::Error::BadDeployment { .. } | chain::Error::WrongChain { .. }) => {
            Exit::BadInput
        }
        GatewayError::Chain(_) => Exit::Unreachable,
        GatewayError::Secret(_)
        | GatewayError::Tls(_)
        | GatewayError::StorageKey(_)
        | GatewayError::Links(_)
        | GatewayError::Packs(_) => Exit::BadInput,
        GatewayError::Lists(_)
        | GatewayError::History(_)
        | GatewayError::Folder { .. }
        | GatewayError::Listen { .. } => Exit::Failed,
    };
    Failure::new(exit, error)
}
