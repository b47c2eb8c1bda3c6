use clap::Subcommand;
use primitives::governance::Market;
use serde_json::json;

use crate::answer::Answer;
use crate::context::Context;
use crate::directory::OrganisationView;
use crate::failure::Failure;
use crate::named::OrganisationRef;

/// Commands of `theriac admin market`.
#[derive(Subcommand, Debug)]
pub enum MarketCommand {
    /// Give a market to an authority, in set-up (needs Admin)
    Set {
        /// The market: a country by two letters, or EU
        market: Market,
        /// The authority: its number, a GLN or its URI
        authority: OrganisationRef,
    },
}

/// Runs a command of `theriac admin market`.
pub async fn run(command: MarketCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    match command {
        MarketCommand::Set { market, authority } => {
            let entry = context.find_organisation(&authority).await?;
            let done = format!("{} decides in the market {market}.", OrganisationView::from(&entry));
            let data = json!({ "market": market.to_string(), "authority": entry.id });
            context.change(&context.governance().set_market(market, Some(entry.id)), &done, data).await
        }
    }
}
