//! `theriac admin`: the administration of the deployment, the end of its set-up, the stop switch of each contract, and the
//! changes that wait.

mod market;
mod proposal;

use std::collections::BTreeMap;
use std::fmt;

use clap::{Subcommand, ValueEnum};
use primitives::governance::{AdministrationOffer, AdministrationOffered};
use primitives::{AccountId, Role, RoleSet};
use serde::Serialize;
use serde_json::json;
use view::choices::{role_names, Choice};
use view::directory::{ActorView, Mentioned};

use self::market::MarketCommand;
pub use self::proposal::ProposalView;
use self::proposal::ProposeCommand;
use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::choices::choice;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac admin show
  theriac admin end-set-up
  theriac admin offer 5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y
  theriac admin accept                  with its key, two days later
  theriac admin pause batches
  theriac admin market list
  theriac admin propose grant regulator 6291041500244
  theriac admin propose upgrade --contract units \\
      --code 0x4f1c…                    the hash that cargo contract printed
  theriac admin proposals
  theriac admin apply 3                 two days later

Administration moves in two steps, so that it cannot be lost to a mistyped account.";

/// Commands of `theriac admin`.
#[derive(Subcommand, Debug)]
pub enum AdminCommand {
    /// Show the administrator, whether the deployment is in set-up, who grants which role, and what is paused
    Show,
    /// End the set-up permanently: the contracts do business from now on (needs the administrator)
    EndSetUp,
    /// Offer the administration to another account, which can accept after two days, in set-up at once (needs the
    /// administrator)
    Offer {
        /// Who may accept
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Withdraw the offer (needs the administrator or Regulator)
    Withdraw,
    /// Accept the administration that is offered to you
    Accept,
    /// Let the holders of one role grant and revoke another one (needs the administrator, in set-up); afterwards
    /// `theriac admin propose delegate`
    Delegate {
        /// The role that is granted and revoked
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The role whose holders do so
        #[arg(long = "to", value_name = "ROLE", value_parser = choice::<Role>())]
        administered_by: Role,
    },
    /// Markets, and the authorities that decide in them
    #[command(subcommand)]
    Market(MarketCommand),
    /// Stop the state changes of a contract; reads continue (needs Admin)
    Pause {
        /// Which contract
        contract: Contract,
    },
    /// Allow the state changes of a paused contract again (needs Admin)
    Unpause {
        /// Which contract
        contract: Contract,
    },
    /// Propose a change that waits two days, in which everybody can see it, and lapses 14 days later
    #[command(subcommand)]
    Propose(ProposeCommand),
    /// List the proposals that wait
    Proposals {
        /// The number from which to list
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        from: u32,
    },
    /// Cancel a proposal (needs Admin or Regulator; nothing, where it has lapsed)
    Cancel {
        /// The proposal's number
        proposal: u32,
    },
    /// Apply a proposal whose delay is over (needs what proposing it needs); new code is noted in the deployment file
    Apply {
        /// The proposal's number
        proposal: u32,
    },
}

/// A contract of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // Their names say it all.
pub enum Contract {
    Access,
    Governance,
    Batches,
    Products,
    Units,
    Evidence,
    Feeds,
}

impl Contract {
    const ALL: [Contract; 7] = [
        Contract::Access,
        Contract::Governance,
        Contract::Batches,
        Contract::Products,
        Contract::Units,
        Contract::Evidence,
        Contract::Feeds,
    ];

    /// The contract's name.
    pub const fn name(self) -> &'static str {
        match self {
            Contract::Access => "access",
            Contract::Governance => "governance",
            Contract::Batches => "batches",
            Contract::Products => "products",
            Contract::Units => "units",
            Contract::Evidence => "evidence",
            Contract::Feeds => "feeds",
        }
    }

    /// The contract's address in the deployment.
    pub fn address(self, context: &Context<'_>) -> AccountId {
        match self {
            Contract::Access => context.access().0,
            Contract::Governance => context.governance().0,
            Contract::Batches => context.batches().0,
            Contract::Products => context.products().0,
            Contract::Units => context.units().0,
            Contract::Evidence => context.evidence().0,
            Contract::Feeds => context.feeds().0,
        }
    }
}

/// Runs a command of `theriac admin`.
pub async fn run(command: AdminCommand, global: &Global) -> Result<Answer, Failure> {
    let context = &Context::open(global).await?;
    let governance = context.governance();
    match command {
        AdminCommand::Show => show(context).await,
        AdminCommand::EndSetUp => {
            context.ask_before(
                "You end the set-up: the contracts do business from then on. This cannot be taken back.",
            )?;
            let done = "The set-up is over, permanently: the contracts do business from now on.";
            context.change(&governance.end_set_up(), done, json!({ "in_set_up": false })).await
        }
        AdminCommand::Offer { account } => {
            let to = ss58(account);
            let receipt = context.submit(&governance.offer_administration(account)).await?;
            let AdministrationOffered { applies_from, applies_until, .. } = receipt.event(governance.0)?;
            let done = format!(
                "The administration is offered to {to}, who takes it with `theriac admin accept` from {} to {}; in set-up at \
                 once.",
                time::readable(applies_from),
                time::readable(applies_until)
            );
            let data = json!({
                "to": to,
                "applies_from": time::rfc3339(applies_from),
                "applies_until": time::rfc3339(applies_until),
            });
            changed(&receipt, &done, data)
        }
        AdminCommand::Withdraw => {
            let call = governance.withdraw_administration_offer();
            context.change(&call, "The offer is withdrawn.", json!({})).await
        }
        AdminCommand::Accept => {
            let administrator = ss58(context.account()?.id());
            let call = governance.accept_administration();
            let done = format!("{administrator} is the administrator now.");
            context.change(&call, &done, json!({ "administrator": administrator })).await
        }
        AdminCommand::Delegate { role, administered_by } => {
            let call = governance.set_administering_role(role, administered_by);
            let done = format!("Holders of {} grant and revoke {} now.", administered_by.name(), role.name());
            let data = json!({ "role": role.name(), "administered_by": administered_by.name() });
            context.change(&call, &done, data).await
        }
        AdminCommand::Market(command) => market::run(command, context).await,
        AdminCommand::Pause { contract } => {
            let call = governance.pause(contract.address(context));
            let done = format!("State changes of {} are stopped; reads continue.", contract.name());
            context.change(&call, &done, json!({ "contract": contract.name(), "paused": true })).await
        }
        AdminCommand::Unpause { contract } => {
            let call = governance.unpause(contract.address(context));
            let done = format!("State changes of {} are possible again.", contract.name());
            context.change(&call, &done, json!({ "contract": contract.name(), "paused": false })).await
        }
        AdminCommand::Propose(command) => proposal::propose(command, context).await,
        AdminCommand::Proposals { from } => proposal::list(context, from).await,
        AdminCommand::Cancel { proposal } => {
            let done = format!("Proposal {proposal} is cancelled.");
            let call = governance.cancel_proposal(proposal);
            context.change(&call, &done, json!({ "proposal": proposal })).await
        }
        AdminCommand::Apply { proposal } => proposal::apply(context, proposal).await,
    }
}

/// The administration, where it is offered to somebody.
pub async fn administration_offer(context: &Context<'_>) -> Result<Option<OfferView>, Failure> {
    let Some(offer) = context.read(&context.governance().administration_offer()).await? else {
        return Ok(None);
    };
    let AdministrationOffer { to, applies_from, applies_until } = offer;
    let to = view(context, Some(to)).await?;
    let [applies_from, applies_until] = [applies_from, applies_until].map(time::rfc3339);
    Ok(to.map(|to| OfferView { to, applies_from, applies_until }))
}

/// All proposals that wait.
pub async fn waiting_proposals(context: &Context<'_>) -> Result<Vec<ProposalView>, Failure> {
    proposal::waiting(context, 0).await
}

async fn show(context: &Context<'_>) -> Result<Answer, Failure> {
    let (governance, access) = (context.governance(), context.access());
    let in_set_up = context.read(&governance.in_set_up()).await?;
    let administrator = context.read(&governance.administrator()).await?;
    let administrator = view(context, administrator).await?;
    let offer = administration_offer(context).await?;
    let mut administered_by = BTreeMap::new();
    for role in Role::ALL.into_iter().filter(|role| !Role::OF_CONTRACTS.contains(*role)) {
        let by = context.read(&governance.administering_role(role)).await?;
        administered_by.insert(role.name(), by.name());
    }
    let deployment = context.read(&access.deployment()).await?;
    let mut contracts = BTreeMap::new();
    for contract in Contract::ALL {
        let address = contract.address(context);
        let roles = deployment.as_ref().map_or(RoleSet::EMPTY, |known| known.roles_of(address));
        let paused = deployment.as_ref().is_some_and(|known| known.is_paused(address));
        let view = ContractView { paused, roles: role_names(roles) };
        contracts.insert(contract.name(), view);
    }
    Answer::of(&AdministrationView { in_set_up, administrator, offer, administered_by, contracts })
}

/// An account, and the organisation for which it acts.
async fn view(context: &Context<'_>, account: Option<AccountId>) -> Result<Option<ActorView>, Failure> {
    let Some(account) = account else { return Ok(None) };
    let actor = context.actor(account).await?;
    let mut mentioned = Mentioned::default();
    mentioned.actor(&actor);
    Ok(Some(context.names(&mentioned).await?.actor(&actor)))
}

#[derive(Serialize)]
struct AdministrationView {
    /// Nothing where `access` gives no answer.
    in_set_up: Option<bool>,
    administrator: Option<ActorView>,
    offer: Option<OfferView>,
    /// Who grants and revokes each role.
    administered_by: BTreeMap<&'static str, &'static str>,
    contracts: BTreeMap<&'static str, ContractView>,
}

/// The administration that is offered to somebody.
#[derive(Serialize)]
pub struct OfferView {
    to: ActorView,
    /// RFC 3339. In set-up it can be accepted at once.
    applies_from: String,
    applies_until: String,
}

#[derive(Serialize)]
struct ContractView {
    /// Whether its state changes are stopped.
    paused: bool,
    roles: Vec<&'static str>,
}

/// An account with its organisation's name.
fn with_account(actor: &ActorView) -> String {
    match &actor.organisation {
        Some(organisation) => format!("{} ({})", actor.account, organisation.short()),
        None => actor.account.clone(),
    }
}

impl fmt::Display for OfferView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, applies_from, applies_until } = self;
        write!(f, "{}\n               from {applies_from} to {applies_until}", with_account(to))
    }
}

impl fmt::Display for AdministrationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let administrator = self.administrator.as_ref().map_or_else(|| "none".to_owned(), with_account);
        writeln!(f, "Administrator  {administrator}")?;
        if let Some(offer) = &self.offer {
            writeln!(f, "Offered to     {offer}")?;
        }
        let phase = match self.in_set_up {
            Some(true) => "in progress: see `theriac admin end-set-up`",
            Some(false) => "over",
            None => "unknown, because the contract access gives no answer",
        };
        writeln!(f, "Set-up         {phase}")?;
        writeln!(f, "Contracts")?;
        for (name, contract) in &self.contracts {
            let state = if contract.paused { "paused" } else { "running" };
            let roles = contract.roles.join(", ");
            writeln!(f, "  {}", format!("{name:<13}{state:<9}{roles}").trim_end())?;
        }
        writeln!(f, "Roles, and who grants and revokes them")?;
        for (role, by) in &self.administered_by {
            writeln!(f, "  {role:<13}{by}")?;
        }
        Ok(())
    }
}
