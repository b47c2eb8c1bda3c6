//! The roles of organisations and contracts.

use primitives::access::{Change, Contract, Rights};
use primitives::governance::{ContractRolesSet, Error, RoleAdministrationSet, RoleGranted, RoleRevoked};
use primitives::{ensure, AccountId, Grant, OrganisationId, Role, RoleSet};

use super::Data;
use crate::{Access, Caller};

/// The roles of organisations that are as strong as new code, and so are granted after set-up by a proposal that waits.
pub(super) const PROPOSED: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

/// The roles that can be given to contracts. Governor is not one: that is the contract whose decisions `access` takes.
const OF_REGISTERS: RoleSet = RoleSet::of(&[Role::UnitRegister, Role::Sentinel, Role::ProductRegister]);

impl Data {
    /// Gives an organisation a role, or changes its end.
    pub fn grant_role(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
        grant: Grant,
    ) -> Result<RoleGranted, Error> {
        self.ensure_grantable(by, organisation, grant)?;
        ensure(by.in_set_up || !PROPOSED.contains(grant.role), Error::ProposalRequired)?;
        self.put_grant(by, organisation, grant)
    }

    /// Takes a role from an organisation. A steward of it may give it up.
    pub fn revoke_role(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
        role: Role,
    ) -> Result<RoleRevoked, Error> {
        if !by.is_steward_of(organisation)? {
            self.ensure_administers(by, role)?;
        }
        let mut rights = by.access.rights(organisation)?;
        let held = rights.grants.len();
        rights.grants.retain(|grant| grant.role != role);
        ensure(rights.grants.len() < held, Error::RoleNotHeld)?;
        by.access.change(Change::Rights { organisation, rights })?;
        Ok(RoleRevoked { by: by.actor(), organisation, role })
    }

    /// Gives a contract its roles, in place of those that it has.
    pub fn set_contract_roles(
        &mut self,
        by: &mut Caller<impl Access>,
        contract: AccountId,
        roles: RoleSet,
    ) -> Result<ContractRolesSet, Error> {
        ensure_contract_roles(by, contract, roles)?;
        ensure(by.in_set_up, Error::ProposalRequired)?;
        put_contract_roles(by, contract, roles)
    }

    /// Lets the holders of `administered_by` grant and revoke `role`.
    pub fn set_administering_role(
        &mut self,
        by: &Caller<impl Access>,
        role: Role,
        administered_by: Role,
    ) -> Result<RoleAdministrationSet, Error> {
        ensure_role_administration(by, role, administered_by)?;
        ensure(by.in_set_up, Error::ProposalRequired)?;
        Ok(self.put_role_administration(by, role, administered_by))
    }

    /// Sets what was checked.
    pub(super) fn put_role_administration(
        &mut self,
        by: &Caller<impl Access>,
        role: Role,
        administered_by: Role,
    ) -> RoleAdministrationSet {
        if administered_by == Role::Admin {
            self.administering_roles.remove(role);
        } else {
            self.administering_roles.insert(role, &administered_by);
        }
        RoleAdministrationSet { by: by.actor(), role, administered_by }
    }

    /// Refuses a grant that the caller may not decide, or that cannot be.
    ///
    /// Errors, in this order: `CallerNotAuthorised`, `RoleOfContracts`, `UnknownOrganisation`, `ExpiryInPast`,
    /// `OrganisationSuspended`.
    pub(super) fn ensure_grantable(
        &self,
        by: &Caller<impl Access>,
        organisation: OrganisationId,
        grant: Grant,
    ) -> Result<(), Error> {
        self.ensure_administers(by, grant.role)?;
        ensure(!Role::OF_CONTRACTS.contains(grant.role), Error::RoleOfContracts)?;
        self.known(organisation)?;
        ensure(grant.holds_at(by.call.now), Error::ExpiryInPast)?;
        ensure(!by.access.rights(organisation)?.suspended, Error::OrganisationSuspended)
    }

    /// Grants what was checked.
    pub(super) fn put_grant(
        &self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
        grant: Grant,
    ) -> Result<RoleGranted, Error> {
        let mut rights: Rights = by.access.rights(organisation)?;
        rights.grants.retain(|held| held.role != grant.role);
        // So there is at most one for each role.
        rights.grants.push(grant);
        by.access.change(Change::Rights { organisation, rights })?;
        Ok(RoleGranted { by: by.actor(), organisation, grant })
    }

    /// Refuses whoever does not administer the role. The administrator alone administers Admin.
    fn ensure_administers(&self, by: &Caller<impl Access>, role: Role) -> Result<(), Error> {
        if role == Role::Admin {
            return by.ensure_administrator();
        }
        by.ensure_role(self.administering_role(role))
    }
}

/// Refuses an administering role that the caller may not decide, or that cannot be.
///
/// Errors, in this order: `CallerNotAuthorised`, `AdminRoleFixed`, `RoleOfContracts`.
pub(super) fn ensure_role_administration(
    by: &Caller<impl Access>,
    role: Role,
    administered_by: Role,
) -> Result<(), Error> {
    by.ensure_administrator()?;
    ensure(role != Role::Admin, Error::AdminRoleFixed)?;
    let of_contracts = RoleSet::of(&[role, administered_by]).intersects(Role::OF_CONTRACTS);
    ensure(!of_contracts, Error::RoleOfContracts)
}

/// Refuses roles of a contract that the caller may not decide, or that cannot be.
///
/// Errors, in this order: `CallerNotAuthorised`, `NotRoleOfContracts`, `NotAContract`.
pub(super) fn ensure_contract_roles(
    by: &Caller<impl Access>,
    contract: AccountId,
    roles: RoleSet,
) -> Result<(), Error> {
    by.ensure_role(Role::Admin)?;
    ensure(roles.is_subset(OF_REGISTERS), Error::NotRoleOfContracts)?;
    ensure(roles.is_empty() || by.access.is_contract(contract), Error::NotAContract)
}

/// Sets what was checked.
pub(super) fn put_contract_roles(
    by: &mut Caller<impl Access>,
    contract: AccountId,
    roles: RoleSet,
) -> Result<ContractRolesSet, Error> {
    let deployment = by.access.deployment()?;
    let paused = deployment.is_paused(contract);
    by.access.change(Change::Deployment(deployment.with(Contract { contract, roles, paused })))?;
    Ok(ContractRolesSet { contract, by: by.actor(), roles })
}
