//! The names of organisations and sites in a history.

use index::{Entry, Parties};
use primitives::{OrganisationId, SiteId};
use view::directory::{names, Mentioned, Names};

use crate::http::Gateway;
use crate::register::Unanswered;

/// How organisations and sites are called now.
pub(crate) struct Called(Names);

impl index::Names for Called {
    fn organisation(&self, organisation: OrganisationId) -> String {
        self.0.organisation(organisation).short()
    }

    fn site(&self, site: SiteId) -> String {
        self.0.site(site).short()
    }
}

/// Asks for the names of all who are in these entries.
pub(crate) async fn named(gateway: &Gateway, entries: &[Entry]) -> Result<Called, Unanswered> {
    let mut mentioned = Mentioned::default();
    for entry in entries {
        let Parties { organisations, sites } = Parties::of(&entry.event);
        mentioned.organisations.extend(organisations);
        mentioned.sites.extend(sites);
    }
    let now = gateway.register.now().await?;
    Ok(Called(names(&now.finalised, gateway.register.contracts(), &mentioned).await?))
}
