//! The accounts that act for organisations.

use primitives::access::{Account, Change, Limits, Rights};
use primitives::governance::{AccountAdded, AccountChanged, AccountRemoved, Error, Organisation};
use primitives::{ensure, AccountId, OrganisationId, Role, RoleSet};

use super::Data;
use crate::{Access, Caller};

impl Data {
    /// Lets an account act for an organisation.
    pub fn add_account(
        &mut self,
        by: &mut Caller<impl Access>,
        id: OrganisationId,
        account: AccountId,
        limits: Limits,
    ) -> Result<AccountAdded, Error> {
        let organisation = self.known(id)?;
        ensure_manages(by, id)?;
        ensure(by.access.account(account)?.is_none(), Error::AccountExists)?;
        self.ensure_limits(by, id, &limits)?;
        self.put_account(by, (id, organisation), account, limits)
    }

    /// Sets what an account is limited to.
    pub fn change_account(
        &mut self,
        by: &mut Caller<impl Access>,
        account: AccountId,
        limits: Limits,
    ) -> Result<AccountChanged, Error> {
        let Account { organisation: id, limits: former } =
            by.access.account(account)?.ok_or(Error::UnknownAccount)?;
        ensure_manages(by, id)?;
        self.ensure_limits(by, id, &limits)?;
        let mut organisation = self.known(id)?;
        move_steward(&mut organisation, Some(&former), Some(&limits))?;
        let entry = Some(Account { organisation: id, limits });
        by.access.change(Change::Account { account, entry })?;
        self.organisations.insert(id, &organisation);
        Ok(AccountChanged { account, by: by.actor(), organisation: id, limits })
    }

    /// Ends that an account acts for its organisation. Each may leave by itself.
    pub fn remove_account(
        &mut self,
        by: &mut Caller<impl Access>,
        account: AccountId,
    ) -> Result<AccountRemoved, Error> {
        let Account { organisation: id, limits } =
            by.access.account(account)?.ok_or(Error::UnknownAccount)?;
        if account != by.call.account {
            ensure_manages(by, id)?;
        }
        let mut organisation = self.known(id)?;
        move_steward(&mut organisation, Some(&limits), None)?;
        by.access.change(Change::Account { account, entry: None })?;
        // The last one of the list takes its number.
        organisation.accounts = organisation.accounts.saturating_sub(1);
        let last = organisation.accounts;
        let moved = self.accounts.take((id, last)).ok_or(Error::UnknownAccount)?;
        let number = self.account_numbers.take(account).ok_or(Error::UnknownAccount)?;
        if number != last {
            self.accounts.insert((id, number), &moved);
            self.account_numbers.insert(moved, &number);
        }
        self.organisations.insert(id, &organisation);
        Ok(AccountRemoved { account, by: by.actor(), organisation: id })
    }

    /// Adds an account for which everything was checked.
    pub(super) fn put_account(
        &mut self,
        by: &mut Caller<impl Access>,
        (id, mut organisation): (OrganisationId, Organisation),
        account: AccountId,
        limits: Limits,
    ) -> Result<AccountAdded, Error> {
        let entry = Some(Account { organisation: id, limits });
        by.access.change(Change::Account { account, entry })?;
        self.accounts.insert((id, organisation.accounts), &account);
        self.account_numbers.insert(account, &organisation.accounts);
        // Each account costs a storage deposit: 2^32 of them exceed every chain's supply.
        organisation.accounts = organisation.accounts.saturating_add(1);
        move_steward(&mut organisation, None, Some(&limits))?;
        self.organisations.insert(id, &organisation);
        Ok(AccountAdded { account, by: by.actor(), organisation: id, limits })
    }

    /// Refuses limits that an account of this organisation cannot have.
    ///
    /// Errors, in this order: `UnknownSite`, `SiteOfAnotherOrganisation`, `RoleNotHeld`, `ExpiryInPast`.
    fn ensure_limits(
        &self,
        by: &Caller<impl Access>,
        organisation: OrganisationId,
        limits: &Limits,
    ) -> Result<(), Error> {
        if let Some(site) = limits.site {
            let site = self.sites.get(site).ok_or(Error::UnknownSite)?;
            ensure(site.organisation == organisation, Error::SiteOfAnotherOrganisation)?;
        }
        // What a suspended organisation holds counts again later.
        let rights = Rights { suspended: false, ..by.access.rights(organisation)? };
        let roles = limits.roles.unwrap_or(RoleSet::EMPTY);
        ensure(roles.is_subset(rights.roles_at(by.call.now)), Error::RoleNotHeld)?;
        ensure(limits.hold_at(by.call.now), Error::ExpiryInPast)
    }
}

/// Refuses whoever may not manage the accounts of the organisation: its stewards do, and in set-up an Admin.
fn ensure_manages(by: &Caller<impl Access>, organisation: OrganisationId) -> Result<(), Error> {
    let sets_up = by.in_set_up && by.call.roles.contains(Role::Admin);
    ensure(sets_up || by.is_steward_of(organisation)?, Error::CallerNotAuthorised)
}

/// Counts the stewards whose time does not end, and refuses that none is left.
fn move_steward(
    organisation: &mut Organisation,
    former: Option<&Limits>,
    new: Option<&Limits>,
) -> Result<(), Error> {
    let count = |limits: Option<&Limits>| {
        u32::from(limits.is_some_and(|limits| limits.steward && limits.until.is_none()))
    };
    let stewards = organisation.stewards.saturating_add(count(new)).saturating_sub(count(former));
    organisation.stewards = stewards;
    ensure(stewards > 0, Error::LastSteward)
}
