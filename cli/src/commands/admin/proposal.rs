use std::fmt;

use chain::Hash;
use clap::{Subcommand, ValueEnum};
use primitives::governance::{Action, ChangeProposed, Market, Proposal, ProposalApplied};
use primitives::{AccountId, Grant, Role, RoleSet};
use serde::Serialize;
use serde_json::json;
use view::choices::{role_names, Choice};
use view::directory::{ActorView, Mentioned, Names};

use super::Contract;
use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::choices::choice;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::named::OrganisationRef;
use crate::time;

/// Commands of `theriac admin propose`.
#[derive(Subcommand, Debug)]
pub enum ProposeCommand {
    /// New code for a contract; it must be on chain, and is kept there while the proposal waits (needs Admin)
    Upgrade {
        /// Which contract
        #[arg(long)]
        contract: Contract,
        /// The hash of the new code: 0x and 64 hexadecimal digits
        #[arg(long, value_name = "HASH", value_parser = code_hash)]
        code: Hash,
    },
    /// A role for an organisation, such as Admin or Regulator (needs the role's administering role)
    Grant {
        /// The role
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The last day or moment at which the role is held, such as 2027-12-31; without it, it does not end
        #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
        until: Option<u64>,
    },
    /// Roles for a contract, in place of all that it has (needs Admin)
    ContractRoles {
        /// The contract: its name in the deployment, or its address
        #[arg(long, value_parser = contract)]
        contract: ContractRef,
        /// A role that it has then: unit-register, sentinel or product-register; may be given more than once; without it, none
        #[arg(long = "role", value_name = "ROLE", value_parser = choice::<Role>())]
        roles: Vec<Role>,
    },
    /// A steward for an organisation that lost the keys of its own ones (needs Admin)
    Steward {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The steward's account: SS58, or 0x and hexadecimal
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Another authority for a market, or none (needs Admin)
    Market {
        /// The market: a country by two letters, such as DE, or EU
        market: Market,
        /// The authority, which must hold regulator: its number, a GLN or its URI; without it, nobody decides in the market
        authority: Option<OrganisationRef>,
    },
    /// That the roles of a suspended organisation are effective again (needs Admin or Regulator)
    Reinstate {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
    },
    /// That the holders of one role grant and revoke another one (needs the administrator)
    Delegate {
        /// The role that is granted and revoked
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The role whose holders do so
        #[arg(long = "to", value_name = "ROLE", value_parser = choice::<Role>())]
        administered_by: Role,
    },
}

/// A contract as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractRef {
    /// One of the deployment.
    Own(Contract),
    /// One at an address.
    At(AccountId),
}

fn contract(text: &str) -> Result<ContractRef, String> {
    if let Ok(contract) = Contract::from_str(text, false) {
        return Ok(ContractRef::Own(contract));
    }
    accounts::parse(text).map(ContractRef::At).map_err(|_| {
        let names = Contract::ALL.map(Contract::name).join(", ");
        format!("not a contract; give its address, or one of {names}")
    })
}

fn code_hash(text: &str) -> Result<Hash, String> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).map_err(|_| {
        "the hash of a code has 64 hexadecimal digits; see what cargo contract printed".to_owned()
    })?;
    Ok(Hash::from(hash))
}

impl ProposeCommand {
    async fn action(self, context: &Context<'_>) -> Result<Action, Failure> {
        Ok(match self {
            Self::Upgrade { contract, code } => {
                Action::Upgrade { contract: contract.address(context), code: code.0 }
            }
            Self::Grant { role, organisation, until } => Action::Grant {
                organisation: context.find_organisation(&organisation).await?.id,
                grant: Grant { role, expires_at: until },
            },
            Self::ContractRoles { contract, roles } => {
                let contract = match contract {
                    ContractRef::Own(contract) => contract.address(context),
                    ContractRef::At(address) => address,
                };
                Action::ContractRoles { contract, roles: RoleSet::of(&roles) }
            }
            Self::Steward { organisation, account } => {
                Action::Steward { organisation: context.find_organisation(&organisation).await?.id, account }
            }
            Self::Market { market, authority } => {
                let authority = match authority {
                    Some(named) => Some(context.find_organisation(&named).await?.id),
                    None => None,
                };
                Action::Market { market, authority }
            }
            Self::Reinstate { organisation } => {
                Action::Reinstate { organisation: context.find_organisation(&organisation).await?.id }
            }
            Self::Delegate { role, administered_by } => Action::RoleAdministration { role, administered_by },
        })
    }
}

/// Proposes a change.
pub async fn propose(command: ProposeCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let governance = context.governance();
    let action = command.action(context).await?;
    let receipt = context.submit(&governance.propose(&action)).await?;
    let ChangeProposed { proposal, applies_from, applies_until, .. } = receipt.event(governance.0)?;
    let text = describe(&action, context, &names(context, &[action]).await?);
    let done = format!(
        "Proposal {proposal}: {text}.\nFrom {} to {} it is applied with: theriac admin apply {proposal}",
        time::readable(applies_from),
        time::readable(applies_until)
    );
    let data = json!({
        "proposal": proposal,
        "change": text,
        "applies_from": time::rfc3339(applies_from),
        "applies_until": time::rfc3339(applies_until),
    });
    changed(&receipt, &done, data)
}

/// Applies a proposal; new code is noted in the deployment file.
pub async fn apply(context: &Context<'_>, proposal: u32) -> Result<Answer, Failure> {
    let governance = context.governance();
    let receipt = context.submit(&governance.apply_proposal(proposal)).await?;
    let ProposalApplied { action, .. } = receipt.event(governance.0)?;
    let text = describe(&action, context, &names(context, &[action]).await?);
    let mut done = format!("Applied proposal {proposal}: {text}.");
    let mut data = json!({ "proposal": proposal, "change": text });
    if let Action::Upgrade { contract, code } = action {
        let file = context.note_code(contract, Hash::from(code))?;
        done.push_str(&format!(
            "\n{file} has the new code hash: give it to everybody who works with the deployment."
        ));
        data["file"] = json!(file);
    }
    changed(&receipt, &done, data)
}

/// Lists the proposals that wait, from a number on.
pub async fn list(context: &Context<'_>, from: u32) -> Result<Answer, Failure> {
    Answer::list(&waiting(context, from).await?, "No proposal waits.")
}

/// The proposals that wait, from a number on.
pub async fn waiting(context: &Context<'_>, from: u32) -> Result<Vec<ProposalView>, Failure> {
    let governance = context.governance();
    let waiting = context.all_numbered(from, |start, limit| governance.proposals(start, limit)).await?;
    let now = time::now_ms();
    let actions: Vec<Action> = waiting.iter().map(|(_, proposal)| proposal.action).collect();
    let mut mentioned = mentioned(&actions);
    waiting.iter().for_each(|(_, proposal)| mentioned.actor(&proposal.by));
    let names = context.names(&mentioned).await?;
    let view = |(number, proposal): &(u32, Proposal)| ProposalView {
        proposal: *number,
        change: describe(&proposal.action, context, &names),
        by: names.actor(&proposal.by),
        applies_from: time::rfc3339(proposal.applies_from),
        applies_until: time::rfc3339(proposal.applies_until),
        lapsed: proposal.has_lapsed(now),
        applies_ms: (proposal.applies_from, proposal.applies_until),
    };
    Ok(waiting.iter().map(view).collect())
}

/// A proposal that waits.
#[derive(Serialize)]
pub struct ProposalView {
    proposal: u32,
    /// In words.
    change: String,
    by: ActorView,
    /// RFC 3339.
    applies_from: String,
    applies_until: String,
    /// Whether it cannot be applied any more, by this computer's clock.
    lapsed: bool,
    #[serde(skip)]
    applies_ms: (u64, u64),
}

impl fmt::Display for ProposalView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Proposal {}: {}", self.proposal, self.change)?;
        writeln!(f, "  By            {}", self.by)?;
        let (from, until) = self.applies_ms;
        writeln!(f, "  Applies from  {}", time::readable(from))?;
        let lapsed = if self.lapsed { " (lapsed: anybody can cancel it)" } else { "" };
        writeln!(f, "  Applies until {}{lapsed}", time::readable(until))
    }
}

fn mentioned(actions: &[Action]) -> Mentioned {
    let organisation = |action: &Action| match action {
        Action::Grant { organisation, .. }
        | Action::Steward { organisation, .. }
        | Action::Reinstate { organisation } => Some(*organisation),
        Action::Market { authority, .. } => *authority,
        Action::Upgrade { .. } | Action::ContractRoles { .. } | Action::RoleAdministration { .. } => None,
    };
    Mentioned { organisations: actions.iter().filter_map(organisation).collect(), ..Mentioned::default() }
}

async fn names(context: &Context<'_>, actions: &[Action]) -> Result<Names, Failure> {
    context.names(&mentioned(actions)).await
}

/// A change in words.
fn describe(action: &Action, context: &Context<'_>, names: &Names) -> String {
    let name = |contract: AccountId| {
        let own = Contract::ALL.into_iter().find(|own| own.address(context) == contract);
        own.map_or_else(|| ss58(contract), |own| own.name().to_owned())
    };
    match *action {
        Action::Upgrade { contract, code } => {
            format!("the code {:?} for {}", Hash::from(code), name(contract))
        }
        Action::Grant { organisation, grant: Grant { role, expires_at } } => {
            let end = expires_at.map(|end| format!(" until {}", time::readable(end))).unwrap_or_default();
            format!("the role {} for {}{end}", role.name(), names.organisation(organisation))
        }
        Action::ContractRoles { contract, roles } if roles.is_empty() => {
            format!("no role for the contract {}", name(contract))
        }
        Action::ContractRoles { contract, roles } => {
            format!("the roles {} for the contract {}", role_names(roles).join(", "), name(contract))
        }
        Action::Steward { organisation, account } => {
            format!("the steward {} for {}", ss58(account), names.organisation(organisation))
        }
        Action::Market { market, authority: None } => format!("no authority for the market {market}"),
        Action::Market { market, authority: Some(authority) } => {
            format!("the market {market} for {}", names.organisation(authority))
        }
        Action::Reinstate { organisation } => {
            format!("the roles of {} again", names.organisation(organisation))
        }
        Action::RoleAdministration { role, administered_by } => {
            format!("the role {}, granted and revoked by {}", role.name(), administered_by.name())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_named_by_its_name_or_address() {
        assert_eq!(contract("units"), Ok(ContractRef::Own(Contract::Units)));
        let address = "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT";
        assert_eq!(contract(address), Ok(ContractRef::At(AccountId([1; 32]))));
        assert!(contract("unit").unwrap_err().contains("governance, batches"));
    }
}
