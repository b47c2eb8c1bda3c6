use std::fmt;

use clap::Subcommand;
use gs1::Gln;
use primitives::governance::{SiteEntry, SiteRegistered};
use serde::Serialize;
use serde_json::json;
use view::directory::{Mentioned, Names, OrganisationView, SiteView};

use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::named::{OrganisationRef, SiteRef};

/// Commands of `theriac org site`.
#[derive(Subcommand, Debug)]
pub enum SiteCommand {
    /// Register a site of an organisation (needs Admin)
    Register {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The name that people read
        #[arg(long)]
        name: String,
        /// Its GS1 Global Location Number, 13 digits; it may be the organisation's own
        #[arg(long)]
        gln: Gln,
    },
    /// Correct a site's name or GLN (needs Admin)
    Update {
        /// The site: its GLN until now, or its number
        #[arg(value_name = "SITE")]
        named: SiteRef,
        /// The right name; without it, the name stays
        #[arg(long, required_unless_present = "gln")]
        name: Option<String>,
        /// The right GLN; without it, the GLN stays
        #[arg(long)]
        gln: Option<Gln>,
    },
    /// List the sites of all organisations, or of one
    List {
        /// The organisation: its number, a GLN or its URI
        organisation: Option<OrganisationRef>,
    },
}

/// Runs a command of `theriac org site`.
pub async fn run(command: SiteCommand, context: &Context<'_>) -> Result<Answer, Failure> {
    let governance = context.governance();
    match command {
        SiteCommand::Register { organisation, name, gln } => {
            let entry = context.find_organisation(&organisation).await?;
            let receipt = context.submit(&governance.register_site(entry.id, &name, gln.value())).await?;
            let SiteRegistered { site, organisation, .. } = receipt.event(governance.0)?;
            let done =
                format!("Registered site:{site}, {name} (GLN {gln}), of {}.", OrganisationView::from(&entry));
            let data =
                json!({ "site": site, "name": name, "gln": gln.to_string(), "organisation": organisation });
            changed(&receipt, &done, data)
        }
        SiteCommand::Update { named, name, gln } => {
            let id = context.find_site(named).await?;
            let current = context.site(id).await?;
            let (name, gln) = match (name, gln, current) {
                (Some(name), Some(gln), _) => (name, gln.value()),
                (name, gln, Some(site)) => (name.unwrap_or(site.name), gln.map_or(site.gln, Gln::value)),
                _ => return Err(Failure::bad_input("give both --name and --gln")),
            };
            let done = format!("Corrected site:{id}: {name} (GLN {gln:013}).");
            let data = json!({ "site": id, "name": name, "gln": format!("{gln:013}") });
            context.change(&governance.update_site(id, &name, gln), &done, data).await
        }
        SiteCommand::List { organisation } => {
            let sites = match organisation {
                Some(named) => context.sites_of(context.find_organisation(&named).await?.id).await?,
                None => context.all(|start, limit| governance.sites(start, limit)).await?,
            };
            let organisations = sites.iter().map(|entry| entry.site.organisation).collect();
            let names = context.names(&Mentioned { organisations, ..Mentioned::default() }).await?;
            let views: Vec<_> = sites.iter().map(|entry| SiteLine::new(entry, &names)).collect();
            Answer::list(&views, "No site is registered.")
        }
    }
}

/// A line of the list of sites.
#[derive(Serialize)]
struct SiteLine {
    #[serde(flatten)]
    site: SiteView,
    #[serde(rename = "of")]
    organisation: OrganisationView,
}

impl SiteLine {
    fn new(entry: &SiteEntry, names: &Names) -> Self {
        Self { site: entry.into(), organisation: names.organisation(entry.site.organisation) }
    }
}

impl fmt::Display for SiteLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "site:{:<6}{}, of {}", self.site.site, self.site, self.organisation.short())
    }
}
