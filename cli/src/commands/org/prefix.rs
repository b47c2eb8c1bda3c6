use std::fmt;

use clap::Subcommand;
use primitives::access::PrefixOwner;
use primitives::Prefix;
use serde::Serialize;
use serde_json::json;
use view::directory::{Mentioned, OrganisationView};

use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::named::OrganisationRef;

/// Commands of `theriac org prefix`.
#[derive(Subcommand, Debug)]
pub enum PrefixCommand {
    /// Register a GS1 company prefix for an organisation: the GTINs, GLNs and SSCCs that begin with it are its own (needs
    /// Admin or Regulator)
    Add {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The prefix: 4 to 12 digits, leading zeros included
        prefix: Prefix,
    },
    /// Take a prefix from its organisation (needs Regulator, or a steward of the organisation)
    Remove {
        /// The prefix: 4 to 12 digits, leading zeros included
        prefix: Prefix,
    },
    /// List the prefixes
    List {
        /// The organisation: its number, a GLN or its URI; without it, all organisations
        organisation: Option<OrganisationRef>,
    },
}

/// Runs a command of `theriac org prefix`.
pub async fn run(command: PrefixCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let governance = context.governance();
    match command {
        PrefixCommand::Add { organisation, prefix } => {
            let entry = context.find_organisation(&organisation).await?;
            let done = format!("Keys that begin with {prefix} belong to {}.", OrganisationView::from(&entry));
            let data = json!({ "prefix": prefix.to_string(), "organisation": entry.id });
            context.change(&governance.register_prefix(entry.id, prefix), &done, data).await
        }
        PrefixCommand::Remove { prefix } => {
            let done = format!("The prefix {prefix} is not registered any more.");
            let data = json!({ "prefix": prefix.to_string() });
            context.change(&governance.remove_prefix(prefix), &done, data).await
        }
        PrefixCommand::List { organisation } => {
            let of = match organisation {
                Some(named) => Some(context.find_organisation(&named).await?.id),
                None => None,
            };
            let all = context.all_numbered(0, |start, limit| governance.prefixes(start, limit)).await?;
            let listed = all.iter().map(|(_, owner)| owner);
            let listed = listed.filter(|owner| of.is_none_or(|of| owner.organisation == of));
            let listed: Vec<&PrefixOwner> = listed.collect();
            let organisations = listed.iter().map(|owner| owner.organisation).collect();
            let names = context.names(&Mentioned { organisations, ..Mentioned::default() }).await?;
            let view = |owner: &&PrefixOwner| PrefixView {
                prefix: owner.prefix.to_string(),
                organisation: names.organisation(owner.organisation),
            };
            let views: Vec<PrefixView> = listed.iter().map(view).collect();
            Answer::list(&views, "No prefix is registered.")
        }
    }
}

/// A line of the list of prefixes.
#[derive(Serialize)]
struct PrefixView {
    prefix: String,
    #[serde(rename = "of")]
    organisation: OrganisationView,
}

impl fmt::Display for PrefixView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14}{}", self.prefix, self.organisation)
    }
}
