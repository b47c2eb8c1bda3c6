//! Organisations, what names them, and their suspension.

use ink::prelude::string::String;
use primitives::access::{Change, Limits, Rights};
use primitives::governance::{
    Error, GlnUse, Identifier, Organisation, OrganisationRegistered, OrganisationReinstated,
    OrganisationSuspended, OrganisationUpdated, SealingKeySet, MAX_URI,
};
use primitives::prefix::body_of_gln;
use primitives::{blake2_256, ensure, AccountId, OrganisationId, Role, RoleSet, SiteId};

use super::roles::PROPOSED;
use super::Data;
use crate::names::ensure_name;
use crate::{Access, Caller};

/// Who may suspend and reinstate organisations, and cancel proposals.
pub(super) const SUPERVISORS: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

impl Data {
    /// Registers an organisation, which has no role yet, with its first steward.
    pub fn register_organisation(
        &mut self,
        by: &mut Caller<impl Access>,
        name: String,
        identifier: Identifier,
        steward: AccountId,
    ) -> Result<OrganisationRegistered, Error> {
        by.ensure_role(Role::Admin)?;
        ensure_name(&name)?;
        ensure(by.access.account(steward)?.is_none(), Error::AccountExists)?;
        let mut state = self.state();
        let id = state.organisations;
        self.claim_identifier(id, &identifier)?;
        let organisation = Organisation {
            name: name.clone(),
            identifier: identifier.clone(),
            sealing_key: None,
            registered_at: by.call.now,
            accounts: 0,
            stewards: 0,
        };
        self.put_account(by, (id, organisation), steward, Limits::STEWARD)?;
        state.organisations = state.organisations.saturating_add(1);
        self.state.set(&state);
        Ok(OrganisationRegistered { by: by.actor(), organisation: id, name, identifier, steward })
    }

    /// Corrects the name or identifier of an organisation.
    pub fn update_organisation(
        &mut self,
        by: &Caller<impl Access>,
        id: OrganisationId,
        name: String,
        identifier: Identifier,
    ) -> Result<OrganisationUpdated, Error> {
        by.ensure_role(Role::Admin)?;
        let former = self.known(id)?;
        ensure_name(&name)?;
        if identifier != former.identifier {
            self.claim_identifier(id, &identifier)?;
            self.release_identifier(&former.identifier);
        }
        let updated = Organisation { name: name.clone(), identifier: identifier.clone(), ..former };
        self.organisations.insert(id, &updated);
        Ok(OrganisationUpdated {
            by: by.actor(),
            organisation: id,
            former_name: former.name,
            former_identifier: former.identifier,
            name,
            identifier,
        })
    }

    /// Publishes the key for confidential data of the caller's organisation.
    pub fn set_sealing_key(
        &mut self,
        by: &Caller<impl Access>,
        sealing_key: [u8; 32],
    ) -> Result<SealingKeySet, Error> {
        let id = by.call.author()?;
        ensure(by.is_steward_of(id)?, Error::CallerNotAuthorised)?;
        let mut organisation = self.known(id)?;
        organisation.sealing_key = Some(sealing_key);
        self.organisations.insert(id, &organisation);
        Ok(SealingKeySet { by: by.actor(), organisation: id, sealing_key })
    }

    /// Stops the roles of an organisation from counting.
    pub fn suspend(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
    ) -> Result<OrganisationSuspended, Error> {
        let rights = self.supervised(by, organisation)?;
        ensure(!rights.suspended, Error::OrganisationSuspended)?;
        let rights = Rights { suspended: true, ..rights };
        by.access.change(Change::Rights { organisation, rights })?;
        Ok(OrganisationSuspended { by: by.actor(), organisation })
    }

    /// Lets the roles of an organisation count again.
    pub fn reinstate(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
    ) -> Result<OrganisationReinstated, Error> {
        let rights = self.ensure_reinstatable(by, organisation)?;
        // They count at once, and were granted by a proposal.
        let proposed = rights.roles_at(by.call.now).intersects(PROPOSED);
        ensure(by.in_set_up || !proposed, Error::ProposalRequired)?;
        put_back(by, organisation)
    }

    /// The roles that an organisation has again where it is reinstated.
    ///
    /// Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`, `CallerNotAuthorised` (only the administrator
    /// reinstates an organisation with the Admin role), `OrganisationNotSuspended`.
    pub(super) fn ensure_reinstatable(
        &self,
        by: &Caller<impl Access>,
        organisation: OrganisationId,
    ) -> Result<Rights, Error> {
        let rights = self.supervised(by, organisation)?;
        ensure(rights.suspended, Error::OrganisationNotSuspended)?;
        Ok(Rights { suspended: false, ..rights })
    }

    /// The roles of the organisation, for a caller who may suspend and reinstate it.
    fn supervised(&self, by: &Caller<impl Access>, organisation: OrganisationId) -> Result<Rights, Error> {
        by.call.ensure_any(SUPERVISORS)?;
        self.known(organisation)?;
        by.ensure_superior_to(organisation)?;
        by.access.rights(organisation)
    }

    fn claim_identifier(&mut self, id: OrganisationId, identifier: &Identifier) -> Result<(), Error> {
        match identifier {
            Identifier::Gln(gln) => self.claim_gln(*gln, id, None),
            Identifier::Uri(uri) => {
                let ascii = uri.bytes().all(|byte| byte.is_ascii_graphic());
                ensure(ascii && uri.len() <= MAX_URI && uri.contains(':'), Error::InvalidIdentifier)?;
                let hash = blake2_256(uri.as_bytes());
                ensure(!self.uris.contains(hash), Error::IdentifierExists)?;
                self.uris.insert(hash, &id);
                Ok(())
            }
        }
    }

    fn release_identifier(&mut self, identifier: &Identifier) {
        match identifier {
            Identifier::Gln(gln) => self.release_gln(*gln, None),
            Identifier::Uri(uri) => self.uris.remove(blake2_256(uri.as_bytes())),
        }
    }

    /// Lets a GLN name the organisation, or the site of it that is given.
    pub(super) fn claim_gln(
        &mut self,
        gln: u64,
        organisation: OrganisationId,
        site: Option<SiteId>,
    ) -> Result<(), Error> {
        ensure(gs1::Gln::new(gln).is_ok(), Error::InvalidIdentifier)?;
        let unused = GlnUse { organisation, names_organisation: false, site: None };
        let mut names = self.glns.get(gln).unwrap_or(unused);
        let taken = if site.is_some() { names.site.is_some() } else { names.names_organisation };
        ensure(names.organisation == organisation && !taken, Error::GlnExists)?;
        let owner = self.owner_of_key(body_of_gln(gln));
        ensure(owner.is_none_or(|owner| owner == organisation), Error::PrefixOfAnother)?;
        names.names_organisation |= site.is_none();
        names.site = names.site.or(site);
        self.glns.insert(gln, &names);
        Ok(())
    }

    /// Takes back what [`Data::claim_gln`] did.
    pub(super) fn release_gln(&mut self, gln: u64, site: Option<SiteId>) {
        let Some(mut names) = self.glns.take(gln) else { return };
        match site {
            Some(_) => names.site = None,
            None => names.names_organisation = false,
        }
        if names.names_organisation || names.site.is_some() {
            self.glns.insert(gln, &names);
        }
    }
}

/// Lets the roles of an organisation count again, for which everything was checked.
pub(super) fn put_back(
    by: &mut Caller<impl Access>,
    organisation: OrganisationId,
) -> Result<OrganisationReinstated, Error> {
    let rights = Rights { suspended: false, ..by.access.rights(organisation)? };
    by.access.change(Change::Rights { organisation, rights })?;
    Ok(OrganisationReinstated { by: by.actor(), organisation })
}
