//! `theriac deploy`: puts the contracts on chain, and writes down where they are.

use std::fmt;
use std::path::{Path, PathBuf};

use chain::{Bundles, Chain, Deployment};
use clap::Args;
use primitives::AccountId;
use serde::Serialize;

use crate::accounts::ss58;
use crate::answer::Answer;
use crate::context;
use crate::failure::Failure;
use crate::global::{Global, DEFAULT_DEPLOYMENT, DEFAULT_URL};

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac deploy --dev-account alice            on a development chain
  theriac deploy --url wss://rpc.chain.example --key-file admin.key \\
      --out production.json

The account that deploys becomes the administrator: see `theriac admin`. The contracts `units` and `evidence`
book in `batches`: they become organisations, and get the roles unit-register and sentinel.";

/// Options of `theriac deploy`.
#[derive(Args, Debug)]
pub struct DeployArgs {
    /// The folder with the contracts' bundles, such as access.contract
    #[arg(long, value_name = "FOLDER", default_value = "contracts/artifacts")]
    artifacts: PathBuf,

    /// The deployment file to write; an existing one is not overwritten
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DEPLOYMENT)]
    out: PathBuf,
}

/// Deploys the five contracts, and gives two of them their roles.
pub async fn run(args: &DeployArgs, global: &Global) -> Result<Answer, Failure> {
    // Before anything is paid for: a deployment whose addresses are lost cannot be used.
    let occupied = |path: &Path| {
        Failure::bad_input(format!(
            "the file {} exists; give another --out, or move it away if its contracts are not needed any more",
            path.display()
        ))
    };
    if args.out.exists() {
        return Err(occupied(&args.out));
    }
    let bundles = Bundles::load(&args.artifacts)?;
    let signer = context::signer(global)?;
    let chain = Chain::connect(global.url.as_deref().unwrap_or(DEFAULT_URL)).await?;
    let account = chain.account(signer)?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Failure::failed)?;
    let deployment = account.deploy_all(&bundles, &salt).await?;
    deployment.save(&args.out)?;
    Answer::of(&DeploymentView::new(&deployment, &chain, &args.out, account.id()))
}

#[derive(Serialize)]
struct DeploymentView {
    file: String,
    chain: String,
    genesis: String,
    administrator: String,
    access: String,
    batches: String,
    units: String,
    evidence: String,
    feeds: String,
}

impl DeploymentView {
    fn new(deployment: &Deployment, chain: &Chain, file: &Path, administrator: AccountId) -> Self {
        let contracts = &deployment.contracts;
        Self {
            file: file.display().to_string(),
            chain: chain.name().to_owned(),
            genesis: format!("{:?}", chain.genesis()),
            administrator: ss58(administrator),
            access: ss58(contracts.access.address),
            batches: ss58(contracts.batches.address),
            units: ss58(contracts.units.address),
            evidence: ss58(contracts.evidence.address),
            feeds: ss58(contracts.feeds.address),
        }
    }
}

impl fmt::Display for DeploymentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Deployed on {}", self.chain)?;
        writeln!(f, "  access         {}", self.access)?;
        writeln!(f, "  batches        {}", self.batches)?;
        writeln!(f, "  units          {}", self.units)?;
        writeln!(f, "  evidence       {}", self.evidence)?;
        writeln!(f, "  feeds          {}", self.feeds)?;
        writeln!(f, "  administrator  {}", self.administrator)?;
        writeln!(f, "The addresses are in {}.", self.file)
    }
}
