//! An account as people see it: its address, what it has, and for whom it acts.

use std::fmt;

use primitives::access::Limits;
use primitives::AccountId;
use serde::Serialize;
use serde_json::Value;
use view::choices::role_names;
use view::directory::{Mentioned, OrganisationView, SiteView};

use crate::accounts::ss58;
use crate::context::Context;
use crate::failure::Failure;
use crate::time;

/// An account.
#[derive(Serialize)]
pub struct AccountView {
    address: String,
    public_key: String,
    /// In the chain's smallest unit.
    balance: String,
    token: Value,
    #[serde(skip)]
    balance_text: String,
    /// Nothing where it acts for none.
    organisation: Option<OrganisationView>,
    /// The only site for which it acts; nothing for all.
    site: Option<SiteView>,
    /// What it may do now.
    roles: Vec<&'static str>,
    until: Option<String>,
    steward: bool,
}

impl AccountView {
    /// What the chain and the contracts know of it.
    pub async fn of(context: &Context<'_>, account: AccountId) -> Result<Self, Failure> {
        let (balance, token) = (context.chain.balance(account).await?, context.token().await?);
        let entry = context.read(&context.governance().account(account)).await?;
        let mut mentioned = Mentioned::default();
        let (mut limits, mut roles) = (Limits::default(), Vec::new());
        if let Some(entry) = &entry {
            limits = entry.limits;
            mentioned.organisations.insert(entry.organisation);
            mentioned.sites.extend(limits.site);
            let rights = context.organisation(entry.organisation).await?.rights;
            let held = rights.roles_at(time::now_ms());
            roles = role_names(limits.roles.map_or(held, |own| own.intersection(held)));
        }
        let names = context.names(&mentioned).await?;
        Ok(Self {
            address: ss58(account),
            public_key: format!("0x{}", hex::encode(account.0)),
            balance: balance.to_string(),
            balance_text: token.text(balance),
            token: token.data(),
            organisation: entry.map(|entry| names.organisation(entry.organisation)),
            site: limits.site.map(|site| names.site(site)),
            roles,
            until: limits.until.map(time::rfc3339),
            steward: limits.steward,
        })
    }
}

impl fmt::Display for AccountView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  Address       {}", self.address)?;
        writeln!(f, "  Public key    {}", self.public_key)?;
        writeln!(f, "  Balance       {}", self.balance_text)?;
        let Some(organisation) = &self.organisation else {
            return writeln!(f, "  Organisation  none: a steward adds it with `theriac org account add`");
        };
        let steward = if self.steward { ", as a steward" } else { "" };
        writeln!(f, "  Organisation  {organisation}{steward}")?;
        let sites = self.site.as_ref().map_or_else(|| "all of its sites".to_owned(), ToString::to_string);
        writeln!(f, "  Acts for      {sites}")?;
        let roles = if self.roles.is_empty() { "none".to_owned() } else { self.roles.join(", ") };
        writeln!(f, "  Roles         {roles}")?;
        self.until.iter().try_for_each(|until| writeln!(f, "  Until         {until}"))
    }
}
