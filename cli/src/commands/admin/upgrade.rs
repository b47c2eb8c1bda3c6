use std::fmt;

use access::UpgradeProposal;
use chain::Hash;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::Contract;
use crate::accounts::AccountView;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::time;

/// Commands of `theriac admin upgrade`.
#[derive(Subcommand, Debug)]
pub enum UpgradeCommand {
    /// Propose code that is on chain, in place of an earlier proposal (needs Admin)
    Propose {
        #[command(flatten)]
        of: Of,
        /// The hash of the new code: 0x and 64 hexadecimal digits
        #[arg(long, value_name = "HASH", value_parser = code_hash)]
        code: Hash,
    },
    /// Withdraw the proposal (needs Admin or Regulator)
    Cancel(Of),
    /// Put the proposed code in place once the two days are over, and write that into the deployment file (needs
    /// Admin)
    Apply(Of),
    /// Show the code that is proposed
    Show(Of),
}

/// Names a contract.
#[derive(Args, Debug)]
pub struct Of {
    /// Which contract
    #[arg(long)]
    contract: Contract,
}

fn code_hash(text: &str) -> Result<Hash, String> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).map_err(|_| {
        "the hash of a code has 64 hexadecimal digits; see what cargo contract printed".to_owned()
    })?;
    Ok(Hash::from(hash))
}

/// Runs a command of `theriac admin upgrade`.
pub async fn run(command: UpgradeCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let access = context.access();
    match command {
        UpgradeCommand::Propose { of: Of { contract }, code } => {
            let name = contract.name();
            let done = format!(
                "The code {code:?} is proposed for {name}. After two days it is put in place with: theriac admin \
                 upgrade apply --contract {name}"
            );
            let call = access.propose_upgrade(contract.address(context), code.0);
            context.change(&call, &done, json!({ "contract": name, "code": format!("{code:?}") })).await
        }
        UpgradeCommand::Cancel(Of { contract }) => {
            let name = contract.name();
            let call = access.cancel_upgrade(contract.address(context));
            let done = format!("The proposal for {name} is withdrawn.");
            context.change(&call, &done, json!({ "contract": name })).await
        }
        UpgradeCommand::Apply(Of { contract }) => apply(contract, context).await,
        UpgradeCommand::Show(Of { contract }) => {
            let proposal = context.read(&access.upgrade(contract.address(context))).await?;
            let names = context.names(proposal.iter().map(|proposal| proposal.by)).await?;
            Answer::of(&UpgradeView {
                contract: contract.name(),
                proposal: proposal.map(|proposal| ProposalView::new(&proposal, names.of(proposal.by))),
            })
        }
    }
}

async fn apply(contract: Contract, context: &Context<'_>) -> Result<Answer, Failure> {
    let (name, address) = (contract.name(), contract.address(context));
    let receipt = context.submit(&context.access().apply_upgrade(address)).await?;
    let code = context.chain.code_hash(address).await?;
    let file = context.note_code(address, code)?;
    let done = format!(
        "{name} runs the code {code:?} now, and {file} says so: give it to everybody who works with the deployment."
    );
    changed(&receipt, &done, json!({ "contract": name, "code": format!("{code:?}"), "file": file }))
}

#[derive(Serialize)]
struct UpgradeView {
    contract: &'static str,
    proposal: Option<ProposalView>,
}

#[derive(Serialize)]
struct ProposalView {
    code: String,
    by: AccountView,
    /// RFC 3339.
    applies_from: String,
    #[serde(skip)]
    applies_ms: u64,
}

impl ProposalView {
    fn new(proposal: &UpgradeProposal, by: AccountView) -> Self {
        Self {
            code: format!("{:?}", Hash::from(proposal.code)),
            by,
            applies_from: time::rfc3339(proposal.applies_from),
            applies_ms: proposal.applies_from,
        }
    }
}

impl fmt::Display for UpgradeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.proposal {
            None => writeln!(f, "No code is proposed for {}.", self.contract),
            Some(proposal) => {
                writeln!(f, "Proposed for {}", self.contract)?;
                writeln!(f, "  Code          {}", proposal.code)?;
                writeln!(f, "  By            {}", proposal.by)?;
                writeln!(f, "  Applies from  {}", time::readable(proposal.applies_ms))
            }
        }
    }
}
