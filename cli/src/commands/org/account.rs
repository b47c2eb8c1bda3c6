use std::fmt;

use clap::{Args, Subcommand};
use primitives::access::Limits;
use primitives::{AccountId, Role, RoleSet};
use serde::Serialize;
use serde_json::json;
use view::choices::role_names;
use view::directory::{Mentioned, Names, OrganisationView, SiteView};

use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::choices::choice;
use crate::context::Context;
use crate::failure::Failure;
use crate::named::{OrganisationRef, SiteRef};
use crate::time;

/// Commands of `theriac org account`.
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Let an account act for an organisation (needs a steward of it; in set-up, Admin)
    Add {
        /// The account: SS58, or 0x and hexadecimal
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
        /// The organisation: its number, a GLN or its URI; without it, yours
        #[arg(long, value_name = "ORGANISATION")]
        organisation: Option<OrganisationRef>,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Give an account other limits, in place of all that it has (needs a steward of its organisation; in set-up, Admin)
    Change {
        /// The account: SS58, or 0x and hexadecimal
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Remove an account from its organisation (needs a steward of it, or the account itself)
    Remove {
        /// The account: SS58, or 0x and hexadecimal
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// List the accounts that act for an organisation
    List {
        /// The organisation: its number, a GLN or its URI; without it, yours
        organisation: Option<OrganisationRef>,
    },
}

/// What an account is limited to.
#[derive(Args, Debug)]
pub struct LimitArgs {
    /// The only site for which it acts: its GLN or number; without it, all sites of the organisation
    #[arg(long, value_name = "SITE")]
    site: Option<SiteRef>,
    /// A role of the organisation that it has; may be given more than once; without it, all of them, later ones too
    #[arg(long = "role", value_name = "ROLE", value_parser = choice::<Role>())]
    roles: Vec<Role>,
    /// The last day or moment at which it acts, such as 2027-12-31; without it, that does not end
    #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
    until: Option<u64>,
    /// It adds and removes accounts of the organisation, and publishes its sealing key
    #[arg(long)]
    steward: bool,
}

impl LimitArgs {
    async fn limits(&self, context: &Context<'_>) -> Result<Limits, Failure> {
        let site = match self.site {
            Some(named) => Some(context.find_site(named).await?),
            None => None,
        };
        let roles = (!self.roles.is_empty()).then(|| RoleSet::of(&self.roles));
        Ok(Limits { site, roles, until: self.until, steward: self.steward })
    }
}

/// Runs a command of `theriac org account`.
pub async fn run(command: AccountCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let governance = context.governance();
    match command {
        AccountCommand::Add { account, organisation, limits } => {
            let entry = match organisation {
                Some(named) => context.find_organisation(&named).await?,
                None => context.own_organisation().await?,
            };
            let limits = limits.limits(context).await?;
            let view = view(context, account, &limits).await?;
            let call = governance.add_account(entry.id, account, &limits);
            let done = format!("Added to {}.\n{view}", OrganisationView::from(&entry));
            context.change(&call, &done, json!({ "organisation": entry.id, "account": view })).await
        }
        AccountCommand::Change { account, limits } => {
            let limits = limits.limits(context).await?;
            let view = view(context, account, &limits).await?;
            let call = governance.change_account(account, &limits);
            context.change(&call, &format!("Changed.\n{view}"), json!({ "account": view })).await
        }
        AccountCommand::Remove { account } => {
            let done = format!("{} acts for no organisation any more.", ss58(account));
            let call = governance.remove_account(account);
            context.change(&call, &done, json!({ "account": ss58(account) })).await
        }
        AccountCommand::List { organisation } => {
            let entry = match organisation {
                Some(named) => context.find_organisation(&named).await?,
                None => context.own_organisation().await?,
            };
            let all = context.all(|start, limit| governance.accounts(entry.id, start, limit)).await?;
            let sites = all.iter().filter_map(|(_, limits)| limits.site).collect();
            let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
            let now = time::now_ms();
            let views: Vec<_> =
                all.iter().map(|(account, limits)| AccountView::new(*account, limits, &names, now)).collect();
            Answer::list(&views, "No account acts for this organisation.")
        }
    }
}

async fn view(context: &Context<'_>, account: AccountId, limits: &Limits) -> Result<AccountView, Failure> {
    let sites = limits.site.into_iter().collect();
    let names = context.names(&Mentioned { sites, ..Mentioned::default() }).await?;
    Ok(AccountView::new(account, limits, &names, time::now_ms()))
}

/// An account and what it is limited to.
#[derive(Serialize)]
struct AccountView {
    /// SS58.
    account: String,
    /// Nothing where it acts for all sites.
    site: Option<SiteView>,
    /// Nothing where it has all roles of the organisation.
    roles: Option<Vec<&'static str>>,
    /// RFC 3339.
    until: Option<String>,
    steward: bool,
    /// Whether its time is over, by this computer's clock.
    over: bool,
}

impl AccountView {
    fn new(account: AccountId, limits: &Limits, names: &Names, now: u64) -> Self {
        Self {
            account: ss58(account),
            site: limits.site.map(|site| names.site(site)),
            roles: limits.roles.map(role_names),
            until: limits.until.map(time::rfc3339),
            steward: limits.steward,
            over: !limits.hold_at(now),
        }
    }
}

impl fmt::Display for AccountView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{}", self.account, if self.steward { " (steward)" } else { "" })?;
        let site = self.site.as_ref().map_or_else(|| "all sites".to_owned(), ToString::to_string);
        writeln!(f, "  Acts for    {site}")?;
        let roles =
            self.roles.as_ref().map_or_else(|| "all of its organisation".to_owned(), |it| it.join(", "));
        writeln!(f, "  Roles       {roles}")?;
        if let Some(until) = &self.until {
            writeln!(f, "  Until       {until}{}", if self.over { " (over)" } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::register::site;

    #[test]
    fn an_account_shows_what_it_is_limited_to() {
        let mut names = Names::default();
        names.insert_site(&site(5, 3, "Till 1", 614_141_000_012));
        let account = AccountId([1; 32]);
        let text = |limits: &Limits, now| AccountView::new(account, limits, &names, now).to_string();
        assert_eq!(
            text(&Limits::STEWARD, 0),
            "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT (steward)\n  Acts for    all sites\n  \
             Roles       all of its organisation\n"
        );
        let limits = Limits {
            site: Some(5),
            roles: Some(RoleSet::of(&[Role::Pharmacy, Role::Logistics])),
            until: Some(1_790_000_000_000),
            steward: false,
        };
        assert_eq!(
            text(&limits, 1_790_000_000_001),
            "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT\n  Acts for    Till 1 (GLN 0614141000012)\n  \
             Roles       logistics, pharmacy\n  Until       2026-09-21T14:13:20Z (over)\n"
        );
    }
}
