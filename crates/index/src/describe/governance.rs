use chain::account_text;
use chain::governance::Event;
use primitives::governance::Action;
use primitives::{Prefix, Role, RoleSet};

use super::{plain, Description, Speaker};

pub(super) fn describe(event: &Event, names: Speaker<'_>) -> Description {
    let by = |actor| names.actor(actor);
    let org = |organisation| names.organisation(organisation);
    let (code, sentence) = match event {
        Event::OrganisationRegistered(it) => (
            "organisation-registered",
            format!("{} registered {}, {:?}", by(&it.by), org(it.organisation), it.name),
        ),
        Event::OrganisationUpdated(it) => (
            "organisation-updated",
            format!(
                "{} corrected {}: {:?} is {:?}",
                by(&it.by),
                org(it.organisation),
                it.former_name,
                it.name
            ),
        ),
        Event::SiteRegistered(it) => (
            "site-registered",
            format!(
                "{} registered {} of {}, {:?} with the GLN {:013}",
                by(&it.by),
                names.site(it.site),
                org(it.organisation),
                it.name,
                it.gln
            ),
        ),
        Event::SiteUpdated(it) => (
            "site-updated",
            format!(
                "{} corrected {}: {:?} is {:?} with the GLN {:013}",
                by(&it.by),
                names.site(it.site),
                it.former_name,
                it.name,
                it.gln
            ),
        ),
        Event::PrefixRegistered(it) => (
            "prefix-registered",
            format!(
                "{} registered the prefix {} for {}",
                by(&it.by),
                prefix(it.prefix),
                org(it.organisation)
            ),
        ),
        Event::PrefixRemoved(it) => (
            "prefix-removed",
            format!("{} removed the prefix {} of {}", by(&it.by), prefix(it.prefix), org(it.organisation)),
        ),
        Event::AccountAdded(it) => (
            "account-added",
            format!(
                "{} lets the account {} act for {}",
                by(&it.by),
                account_text(&it.account),
                org(it.organisation)
            ),
        ),
        Event::AccountChanged(it) => (
            "account-changed",
            format!(
                "{} changed what the account {} may do for {}",
                by(&it.by),
                account_text(&it.account),
                org(it.organisation)
            ),
        ),
        Event::AccountRemoved(it) => (
            "account-removed",
            format!(
                "{} ended that the account {} acts for {}",
                by(&it.by),
                account_text(&it.account),
                org(it.organisation)
            ),
        ),
        Event::SealingKeySet(it) => (
            "sealing-key-set",
            format!("{} published a sealing key for {}", by(&it.by), org(it.organisation)),
        ),
        Event::OrganisationSuspended(it) => {
            ("organisation-suspended", format!("{} suspended {}", by(&it.by), org(it.organisation)))
        }
        Event::OrganisationReinstated(it) => {
            ("organisation-reinstated", format!("{} reinstated {}", by(&it.by), org(it.organisation)))
        }
        Event::RoleGranted(it) => (
            "role-granted",
            format!("{} granted {} to {}", by(&it.by), role(it.grant.role), org(it.organisation)),
        ),
        Event::RoleRevoked(it) => {
            ("role-revoked", format!("{} revoked {} of {}", by(&it.by), role(it.role), org(it.organisation)))
        }
        Event::ContractRolesSet(it) => (
            "contract-roles-set",
            format!("{} gave the contract {} {}", by(&it.by), account_text(&it.contract), roles(it.roles)),
        ),
        Event::MarketSet(it) => (
            "market-set",
            match it.authority {
                Some(authority) => {
                    format!("{} made {} the authority of {}", by(&it.by), org(authority), it.market)
                }
                None => format!("{} took {} from its authority", by(&it.by), it.market),
            },
        ),
        Event::RoleAdministrationSet(it) => (
            "role-administration-set",
            format!(
                "{} let holders of {} grant and revoke {}",
                by(&it.by),
                role(it.administered_by),
                role(it.role)
            ),
        ),
        Event::AdministrationOffered(it) => (
            "administration-offered",
            format!("{} offered the administration to {}", by(&it.by), account_text(&it.to)),
        ),
        Event::AdministrationOfferWithdrawn(it) => (
            "administration-offer-withdrawn",
            format!("{} withdrew the offer of the administration to {}", by(&it.by), account_text(&it.to)),
        ),
        Event::AdministrationTransferred(it) => (
            "administration-transferred",
            format!("{} is the administrator now", account_text(&it.by.account)),
        ),
        Event::SetUpEnded(it) => ("set-up-ended", format!("{} ended the set-up", by(&it.by))),
        Event::ContractPaused(it) => {
            ("contract-paused", format!("{} paused the contract {}", by(&it.by), account_text(&it.contract)))
        }
        Event::ContractUnpaused(it) => (
            "contract-unpaused",
            format!("{} unpaused the contract {}", by(&it.by), account_text(&it.contract)),
        ),
        Event::ChangeProposed(it) => (
            "change-proposed",
            format!("{} proposed {}, proposal {}", by(&it.by), action(&it.action, names), it.proposal),
        ),
        Event::ProposalCancelled(it) => (
            "proposal-cancelled",
            format!("{} cancelled proposal {}: {}", by(&it.by), it.proposal, action(&it.action, names)),
        ),
        Event::ProposalApplied(it) => (
            "proposal-applied",
            format!("{} applied proposal {}: {}", by(&it.by), it.proposal, action(&it.action, names)),
        ),
    };
    plain(code, sentence)
}

/// What is proposed, as a noun.
fn action(action: &Action, names: Speaker<'_>) -> String {
    match action {
        Action::Upgrade { contract, .. } => format!("new code for the contract {}", account_text(contract)),
        Action::Grant { organisation, grant } => {
            format!("{} for {}", role(grant.role), names.organisation(*organisation))
        }
        Action::ContractRoles { contract, roles: held } => {
            format!("{} for the contract {}", roles(*held), account_text(contract))
        }
        Action::Steward { organisation, account } => {
            format!("{} as steward of {}", account_text(account), names.organisation(*organisation))
        }
        Action::Market { market, authority: Some(authority) } => {
            format!("{} as the authority of {market}", names.organisation(*authority))
        }
        Action::Market { market, authority: None } => format!("no authority for {market}"),
        Action::Reinstate { organisation } => {
            format!("the reinstatement of {}", names.organisation(*organisation))
        }
        Action::RoleAdministration { role: administered, administered_by } => {
            format!("that {} administers {}", role(*administered_by), role(*administered))
        }
    }
}

fn prefix(prefix: Prefix) -> String {
    let length = usize::from(prefix.length);
    format!("{:0length$}", prefix.digits)
}

fn role(role: Role) -> String {
    format!("the role {role}")
}

fn roles(roles: RoleSet) -> String {
    let held: Vec<String> =
        Role::ALL.into_iter().filter(|role| roles.contains(*role)).map(|role| role.to_string()).collect();
    match held.as_slice() {
        [] => "no role".to_owned(),
        [one] => format!("the role {one}"),
        many => format!("the roles {}", many.join(", ")),
    }
}
