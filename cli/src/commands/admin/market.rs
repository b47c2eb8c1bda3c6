use std::fmt;

use clap::Subcommand;
use primitives::governance::Market;
use primitives::Role;
use serde::Serialize;
use serde_json::json;
use view::directory::OrganisationView;

use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::named::OrganisationRef;

/// Commands of `theriac admin market`.
#[derive(Subcommand, Debug)]
pub enum MarketCommand {
    /// Give a market to an authority (needs Admin, in set-up); afterwards `theriac admin propose market`
    Set {
        /// The market: a country by two letters, such as DE, or EU
        market: Market,
        /// The authority, which must hold regulator: its number, a GLN or its URI
        authority: OrganisationRef,
    },
    /// Take a market from its authority (needs Admin, in set-up); afterwards `theriac admin propose market`
    Remove {
        /// The market: a country by two letters, such as DE, or EU
        market: Market,
    },
    /// List the authorities and their markets
    List,
}

/// Runs a command of `theriac admin market`.
pub async fn run(command: MarketCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let governance = context.governance();
    match command {
        MarketCommand::Set { market, authority } => {
            let entry = context.find_organisation(&authority).await?;
            let done = format!("{} decides in the market {market} now.", OrganisationView::from(&entry));
            let data = json!({ "market": market.to_string(), "authority": entry.id });
            context.change(&governance.set_market(market, Some(entry.id)), &done, data).await
        }
        MarketCommand::Remove { market } => {
            let done = format!("Nobody decides in the market {market} any more.");
            let data = json!({ "market": market.to_string(), "authority": null });
            context.change(&governance.set_market(market, None), &done, data).await
        }
        MarketCommand::List => {
            let all = context.all(|start, limit| governance.organisations(start, limit)).await?;
            let mut views = Vec::new();
            for entry in &all {
                let known = context.read(&governance.markets(entry.id)).await?.markets;
                let is_regulator = entry.rights.grants.iter().any(|grant| grant.role == Role::Regulator);
                if is_regulator || !known.is_empty() {
                    let markets = known.iter().map(ToString::to_string).collect();
                    views.push(AuthorityView { authority: entry.into(), markets });
                }
            }
            Answer::list(&views, "No market has an authority.")
        }
    }
}

/// A line of the list of authorities.
#[derive(Serialize)]
struct AuthorityView {
    authority: OrganisationView,
    markets: Vec<String>,
}

impl fmt::Display for AuthorityView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let markets = if self.markets.is_empty() { "none".to_owned() } else { self.markets.join(", ") };
        write!(f, "{}: {markets}", self.authority.short())
    }
}
