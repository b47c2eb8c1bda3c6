//! `theriac deploy`: puts the contracts on chain, and writes down where they are.

mod partial;

use std::fmt;
use std::path::{Path, PathBuf};

use chain::{Bundles, Chain, Deployment, Step};
use clap::Args;
use primitives::AccountId;
use serde::Serialize;

use self::partial::Partial;
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
  theriac deploy --url wss://rpc.chain.example --key-file admin.key \\
      --out production.json --resume            after an interruption

The account that deploys becomes the administrator: see `theriac admin`. The
deployment begins in set-up: organisations are registered and get their roles,
operators are set, and then `theriac admin end-set-up` opens it for business.";

/// What comes after the deployment.
const NEXT: &str = "\
The deployment is in set-up: nothing moves yet. Next
  theriac org register …          the first organisations, with their stewards
  theriac org site register …     their sites
  theriac org grant …             their roles, admin and regulator too
  theriac feed operators …        who signs reports
  theriac admin end-set-up        permanently: the contracts do business then";

/// Options of `theriac deploy`.
#[derive(Args, Debug)]
pub struct DeployArgs {
    /// A folder with contract bundles, such as access.contract, to deploy in place of the ones in this program
    #[arg(long, value_name = "FOLDER")]
    artifacts: Option<PathBuf>,

    /// The deployment file to write; an existing one is not overwritten
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DEPLOYMENT)]
    out: PathBuf,

    /// The node's address that partners find in the deployment file; without it, the one of --url, unless that may carry
    /// a key
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Complete a deployment that was interrupted, with the same --out and key
    #[arg(long)]
    resume: bool,
}

/// Deploys the contracts. Each step is done once, so that an interrupted deployment can be resumed.
pub async fn run(args: &DeployArgs, global: &Global) -> Result<Answer, Failure> {
    if global.dry_run {
        return Err(Failure::bad_input(
            "a deployment is many transactions, each of which needs the one before: leave --dry-run away",
        ));
    }
    // Before anything is paid for: a deployment whose addresses are lost cannot be used.
    if args.out.exists() {
        return Err(Failure::bad_input(format!(
            "the file {} exists; give another --out, or move it away if its contracts are not needed any more",
            args.out.display()
        )));
    }
    let begun = Partial::find(&args.out, args.resume)?;
    let bundles = match &args.artifacts {
        Some(folder) => Bundles::load(folder)?,
        None => Bundles::shipped()?,
    };
    let signer = context::signer(global)?;
    let chain = context::connect(global, global.url.as_deref().unwrap_or(DEFAULT_URL)).await?;
    let account = chain.account(signer)?;
    let partial = match begun {
        Some(partial) => {
            partial.ensure_continues(chain.genesis(), account.id(), bundles.digest())?;
            partial
        }
        None => {
            let block = chain.finalised_head().await?.number;
            Partial::begin(&args.out, chain.genesis(), account.id(), bundles.digest(), block)?
        }
    };
    // Programs get one JSON object, and no progress.
    let progress = |step: Step| {
        if !global.json {
            eprintln!("{}", line(step));
        }
    };
    let deployed = account.deploy_all(&bundles, partial.salt(), partial.block(), progress).await;
    let mut deployment = deployed.map_err(|error| {
        let hint = "the deployment is not complete: continue with `theriac deploy --resume`, with the same --out and key";
        Failure::from(error).with_hint(hint)
    })?;
    if args.public_url.is_some() {
        deployment.chain.url.clone_from(&args.public_url);
    }
    deployment.save(&args.out)?;
    Partial::remove(&args.out)?;
    Answer::of(&DeploymentView::new(&deployment, &chain, &args.out, account.id()))
}

/// A line about a step.
fn line(step: Step) -> String {
    let Step { number, of, what, was_done } = step;
    format!("{number}/{of}  {what}{}", if was_done { " (already done)" } else { "" })
}

#[derive(Serialize)]
struct DeploymentView {
    file: String,
    chain: String,
    genesis: String,
    administrator: String,
    in_set_up: bool,
    #[serde(flatten)]
    contracts: std::collections::BTreeMap<&'static str, String>,
}

impl DeploymentView {
    fn new(deployment: &Deployment, chain: &Chain, file: &Path, administrator: AccountId) -> Self {
        let address = |(name, contract): (&'static str, chain::Deployed)| (name, ss58(contract.address));
        Self {
            file: file.display().to_string(),
            chain: chain.name().to_owned(),
            genesis: format!("{:?}", chain.genesis()),
            administrator: ss58(administrator),
            in_set_up: true,
            contracts: deployment.contracts.all().into_iter().map(address).collect(),
        }
    }
}

impl fmt::Display for DeploymentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Deployed on {}", self.chain)?;
        for (name, address) in &self.contracts {
            writeln!(f, "  {name:<15}{address}")?;
        }
        writeln!(f, "  administrator  {}", self.administrator)?;
        writeln!(f, "The addresses are in {}.\n\n{NEXT}", self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_was_done_before_says_so() {
        let step = |was_done| Step { number: 3, of: 9, what: "governance decides in access", was_done };
        assert_eq!(line(step(false)), "3/9  governance decides in access");
        assert_eq!(line(step(true)), "3/9  governance decides in access (already done)");
    }
}
