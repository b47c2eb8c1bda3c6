//! `theriac admin`: the administration of the deployment, and the stop switch of each contract.

mod upgrade;

use std::collections::BTreeMap;
use std::fmt;

use clap::{Subcommand, ValueEnum};
use primitives::{AccountId, Role};
use serde::Serialize;
use serde_json::json;

use crate::accounts::{self, AccountView};
use crate::answer::Answer;
use crate::choices::{choice, Choice};
use crate::context::Context;
use crate::failure::Failure;
use crate::global::Global;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac admin show
  theriac admin offer 5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y
  theriac admin accept                  with the key of that account
  theriac admin pause batches
  theriac admin upgrade propose --contract units \\
      --code 0x4f1c…                    the hash that cargo contract printed
  theriac admin upgrade show --contract units
  theriac admin upgrade apply --contract units

Administration moves in two steps, so that it cannot be lost to a mistyped account.";

/// Commands of `theriac admin`.
#[derive(Subcommand, Debug)]
pub enum AdminCommand {
    /// Show who administers, to whom it is offered, who grants which role, and what is paused
    Show,
    /// Offer the administration to another account (needs the administrator)
    Offer {
        /// Who may accept
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Withdraw the offer (needs the administrator)
    Withdraw,
    /// Accept the administration that is offered to you
    Accept,
    /// Let the holders of one role grant and revoke another one (needs the administrator)
    Delegate {
        /// The role that is granted and revoked
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The role whose holders do so
        #[arg(long = "to", value_name = "ROLE", value_parser = choice::<Role>())]
        administered_by: Role,
    },
    /// Stop the state changes of a contract; reads go on (needs Admin)
    Pause {
        /// Which contract
        contract: Contract,
    },
    /// Let the state changes of a contract go on (needs Admin)
    Unpause {
        /// Which contract
        contract: Contract,
    },
    /// New code for a contract: proposed, open to everybody's eyes for two days, and then applied
    #[command(subcommand)]
    Upgrade(upgrade::UpgradeCommand),
}

/// A contract of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // Their names say it all.
pub enum Contract {
    Access,
    Batches,
    Units,
    Evidence,
    Feeds,
}

impl Contract {
    const ALL: [Contract; 5] =
        [Contract::Access, Contract::Batches, Contract::Units, Contract::Evidence, Contract::Feeds];

    /// The contract's name.
    pub const fn name(self) -> &'static str {
        match self {
            Contract::Access => "access",
            Contract::Batches => "batches",
            Contract::Units => "units",
            Contract::Evidence => "evidence",
            Contract::Feeds => "feeds",
        }
    }

    /// The contract's address in the deployment.
    pub fn address(self, context: &Context<'_>) -> AccountId {
        match self {
            Contract::Access => context.access().0,
            Contract::Batches => context.batches().0,
            Contract::Units => context.units().0,
            Contract::Evidence => context.evidence().0,
            Contract::Feeds => context.feeds().0,
        }
    }
}

/// Runs a command of `theriac admin`.
pub async fn run(command: AdminCommand, global: &Global) -> Result<Answer, Failure> {
    let context = Context::open(global).await?;
    let access = context.access();
    match command {
        AdminCommand::Show => show(&context).await,
        AdminCommand::Upgrade(command) => upgrade::run(command, &context).await,
        AdminCommand::Offer { account } => {
            let to = accounts::ss58(account);
            let done =
                format!("The administration is offered to {to}, who takes it with `theriac admin accept`.");
            let call = access.offer_administration(account);
            context.change(&call, &done, json!({ "to": to })).await
        }
        AdminCommand::Withdraw => {
            let call = access.withdraw_administration_offer();
            context.change(&call, "The offer is withdrawn.", json!({})).await
        }
        AdminCommand::Accept => {
            let administrator = accounts::ss58(context.account()?.id());
            let call = access.accept_administration();
            let done = format!("{administrator} is the administrator now.");
            context.change(&call, &done, json!({ "administrator": administrator })).await
        }
        AdminCommand::Delegate { role, administered_by } => {
            let call = access.set_administering_role(role, administered_by);
            let done = format!("Holders of {} grant and revoke {} now.", administered_by.name(), role.name());
            let data = json!({ "role": role.name(), "administered_by": administered_by.name() });
            context.change(&call, &done, data).await
        }
        AdminCommand::Pause { contract } => {
            let call = access.pause(contract.address(&context));
            let done = format!("State changes of {} are stopped; reads go on.", contract.name());
            context.change(&call, &done, json!({ "contract": contract.name(), "paused": true })).await
        }
        AdminCommand::Unpause { contract } => {
            let call = access.unpause(contract.address(&context));
            let done = format!("State changes of {} go on.", contract.name());
            context.change(&call, &done, json!({ "contract": contract.name(), "paused": false })).await
        }
    }
}

async fn show(context: &Context<'_>) -> Result<Answer, Failure> {
    let access = context.access();
    let administrator = context.read(&access.administrator()).await?;
    let offered_to = context.read(&access.administration_offered_to()).await?;
    let names = context.names(std::iter::once(administrator).chain(offered_to)).await?;
    let mut administered_by = BTreeMap::new();
    for (name, role) in Role::ALL.iter().map(|role| (role.name(), *role)) {
        let by = context.read(&access.administering_role(role)).await?;
        administered_by.insert(name, by.name());
    }
    let mut paused = BTreeMap::new();
    for contract in Contract::ALL {
        let is_paused = context.read(&access.is_paused(contract.address(context))).await?;
        paused.insert(contract.name(), is_paused);
    }
    Answer::of(&AdministrationView {
        administrator: names.of(administrator),
        offered_to: offered_to.map(|account| names.of(account)),
        administered_by,
        paused,
    })
}

#[derive(Serialize)]
struct AdministrationView {
    administrator: AccountView,
    offered_to: Option<AccountView>,
    /// Who grants and revokes each role.
    administered_by: BTreeMap<&'static str, &'static str>,
    /// Which contract's state changes are stopped.
    paused: BTreeMap<&'static str, bool>,
}

impl fmt::Display for AdministrationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Administrator  {}", self.administrator)?;
        if let Some(account) = &self.offered_to {
            writeln!(f, "Offered to     {account}")?;
        }
        writeln!(f, "Contracts")?;
        for (contract, paused) in &self.paused {
            writeln!(f, "  {contract:<13}{}", if *paused { "paused" } else { "running" })?;
        }
        writeln!(f, "Roles, and who grants and revokes them")?;
        for (role, by) in &self.administered_by {
            writeln!(f, "  {role:<13}{by}")?;
        }
        Ok(())
    }
}
