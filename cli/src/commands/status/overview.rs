//! The chain, the contracts on it, and the account that signs.

use std::fmt;

use chain::Error;
use serde::Serialize;

use crate::account_view::AccountView;
use crate::accounts::ss58;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::keys;
use crate::time;

/// Shows it.
pub async fn show(context: &Context<'_>) -> Result<Answer, Failure> {
    let head = context.chain.finalised_head().await?.number;
    let at = context.chain.time_at(head).await?;
    let deployment = context.read(&context.access().deployment()).await?;
    let mut contracts = Vec::new();
    for (name, contract) in context.deployment.contracts.all() {
        let code = match context.chain.code_hash(contract.address).await {
            Ok(code) if code == contract.code_hash => "as deployed",
            Ok(_) => "other code than the deployment file names",
            Err(Error::ContractNotFound { .. }) => "not there",
            Err(error) => return Err(error.into()),
        };
        let paused = deployment.as_ref().is_some_and(|known| known.is_paused(contract.address));
        contracts.push(ContractView { name, address: ss58(contract.address), code, paused });
    }
    let account = match keys::is_named(context.global) {
        true => Some(AccountView::of(context, context.account()?.id()).await?),
        false => None,
    };
    Answer::of(&StatusView {
        program: env!("CARGO_PKG_VERSION"),
        chain: context.chain.name().to_owned(),
        genesis: format!("{:?}", context.chain.genesis()),
        finalised_block: head,
        finalised_at: time::rfc3339(at),
        in_set_up: context.read(&context.governance().in_set_up()).await?,
        contracts,
        account,
    })
}

#[derive(Serialize)]
struct StatusView {
    /// This program's version.
    program: &'static str,
    chain: String,
    genesis: String,
    finalised_block: u64,
    finalised_at: String,
    /// Nothing where `access` gives no answer.
    in_set_up: Option<bool>,
    contracts: Vec<ContractView>,
    /// Nothing where no key is named.
    account: Option<AccountView>,
}

#[derive(Serialize)]
struct ContractView {
    name: &'static str,
    address: String,
    code: &'static str,
    paused: bool,
}

impl fmt::Display for StatusView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Chain      {}, genesis {}", self.chain, self.genesis)?;
        writeln!(f, "Finalised  block {}, of {}", self.finalised_block, self.finalised_at)?;
        let phase = match self.in_set_up {
            Some(true) => "in set-up: see `theriac admin end-set-up`",
            Some(false) => "in business",
            None => "unknown: the contract access gives no answer",
        };
        writeln!(f, "Deployment {phase}")?;
        for ContractView { name, address, code, paused } in &self.contracts {
            let paused = if *paused { ", paused" } else { "" };
            writeln!(f, "  {name:<11}{address}  {code}{paused}")?;
        }
        match &self.account {
            Some(account) => write!(f, "Account\n{account}"),
            None => writeln!(f, "Account    none: no key is named"),
        }?;
        write!(f, "Program    theriac {}", self.program)
    }
}
