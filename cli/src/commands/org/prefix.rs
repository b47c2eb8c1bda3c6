use clap::Subcommand;
use primitives::Prefix;
use serde_json::json;

use crate::answer::Answer;
use crate::context::Context;
use crate::directory::OrganisationView;
use crate::failure::Failure;
use crate::named::OrganisationRef;

/// Commands of `theriac org prefix`.
#[derive(Subcommand, Debug)]
pub enum PrefixCommand {
    /// Register a GS1 company prefix for an organisation: its SSCCs and GLNs begin so (needs Admin or Regulator)
    Add {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The prefix: 4 to 12 digits, leading zeros included
        prefix: Prefix,
    },
}

/// Runs a command of `theriac org prefix`.
pub async fn run(command: PrefixCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    match command {
        PrefixCommand::Add { organisation, prefix } => {
            let entry = context.find_organisation(&organisation).await?;
            let done = format!("The company prefix {prefix} is of {}.", OrganisationView::from(&entry));
            let data = json!({ "prefix": prefix.to_string(), "organisation": entry.id });
            context.change(&context.governance().register_prefix(entry.id, prefix), &done, data).await
        }
    }
}
