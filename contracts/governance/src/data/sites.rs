//! Sites: where the goods of organisations are.

use ink::prelude::string::String;
use primitives::access::Change;
use primitives::governance::{Error, Site, SiteRegistered, SiteUpdated};
use primitives::{OrganisationId, Role, SiteId};

use super::Data;
use crate::names::ensure_name;
use crate::{Access, Caller};

impl Data {
    /// Registers a site of an organisation.
    pub fn register_site(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
        name: String,
        gln: u64,
    ) -> Result<SiteRegistered, Error> {
        by.ensure_role(Role::Admin)?;
        self.known(organisation)?;
        ensure_name(&name)?;
        let mut state = self.state();
        let site = state.sites;
        self.claim_gln(gln, organisation, Some(site))?;
        by.access.change(Change::Site { site, organisation })?;
        let registered_at = by.call.now;
        self.sites.insert(site, &Site { organisation, name: name.clone(), gln, registered_at });
        state.sites = state.sites.saturating_add(1);
        self.state.set(&state);
        Ok(SiteRegistered { by: by.actor(), site, organisation, name, gln })
    }

    /// Corrects the name or GLN of a site.
    pub fn update_site(
        &mut self,
        by: &Caller<impl Access>,
        id: SiteId,
        name: String,
        gln: u64,
    ) -> Result<SiteUpdated, Error> {
        by.ensure_role(Role::Admin)?;
        let former = self.sites.get(id).ok_or(Error::UnknownSite)?;
        ensure_name(&name)?;
        if gln != former.gln {
            self.claim_gln(gln, former.organisation, Some(id))?;
            self.release_gln(former.gln, Some(id));
        }
        self.sites.insert(id, &Site { name: name.clone(), gln, ..former });
        let (former_name, former_gln) = (former.name, former.gln);
        Ok(SiteUpdated { by: by.actor(), site: id, former_name, former_gln, name, gln })
    }
}
