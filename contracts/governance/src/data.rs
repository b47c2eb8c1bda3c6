//! The rules of `governance`, without the macro: who calls, when, and what `access` knows are arguments, what happened is
//! the result.

mod accounts;
mod administration;
mod codes;
mod markets;
mod organisations;
mod prefixes;
mod proposals;
mod roles;
mod sites;

use ink::prelude::vec::Vec;
use kernel::{key, Item, Map, Member};
use primitives::access::Limits;
use primitives::governance::{
    AdministrationOffer, Error, GlnUse, Market, Organisation, OrganisationEntry, Proposal, Site, SiteEntry,
    MAX_PAGE,
};
use primitives::{AccountId, CodeHash, OrganisationId, Prefix, Role, SiteId};
use scale::{Decode, Encode};

use crate::Access;

use codes::ProposedCode;
use prefixes::{LengthCounts, RegisteredPrefix};
pub use proposals::Applied;

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x474F_0002;

/// What is stored once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct State {
    /// How many organisations were ever registered. Each costs a storage deposit, as sites and proposals do: 2^32 of them
    /// exceed every chain's supply.
    organisations: u32,
    /// How many sites were ever registered.
    sites: u32,
    /// How many changes were ever proposed.
    proposals: u32,
    /// How many GS1 company prefixes were ever registered.
    prefixes: u32,
    /// How many codes are locked.
    locked_codes: u32,
    /// The administration, where it is offered.
    offer: Option<AdministrationOffer>,
}

/// What the contract knows. Every field has its own storage key, which spells its name.
///
/// Who administers, which account acts for whom, which roles an organisation has and which contracts are paused is kept in
/// `access` alone.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    state: Item<State, { key(b"STAT") }>,
    organisations: Map<OrganisationId, Organisation, { key(b"ORGA") }>,
    /// By the hash of the URI: a URI is longer than a storage key may be.
    uris: Map<[u8; 32], OrganisationId, { key(b"URIS") }>,
    glns: Map<u64, GlnUse, { key(b"GLNS") }>,
    sites: Map<SiteId, Site, { key(b"SITE") }>,
    accounts: Map<(OrganisationId, u32), AccountId, { key(b"ACCO") }>,
    /// The number of an account in the list of its organisation.
    account_numbers: Map<AccountId, u32, { key(b"ACNU") }>,
    administering_roles: Map<Role, Role, { key(b"ADRO") }>,
    proposals: Map<u32, Proposal, { key(b"PROP") }>,
    codes: Map<CodeHash, ProposedCode, { key(b"CODE") }>,
    markets: Map<OrganisationId, Vec<Market>, { key(b"MARK") }>,
    authorities: Map<Market, OrganisationId, { key(b"AUTH") }>,
    prefixes: Map<Prefix, RegisteredPrefix, { key(b"PREF") }>,
    prefix_numbers: Map<u32, Prefix, { key(b"PRNU") }>,
    /// How many registered prefixes begin with this shorter one, which cannot be registered then.
    longer_prefixes: Map<Prefix, u32, { key(b"PRLO") }>,
    /// By the first four digits.
    prefix_counts: Map<u32, LengthCounts, { key(b"PRCO") }>,
}

impl Data {
    /// The governance of the deployment of `access`, without an organisation.
    #[must_use]
    pub fn new(access: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.state.set(&State::default());
        data
    }

    /// The organisation, with its roles. `None` where `access` gives no answer, too.
    #[must_use]
    pub fn organisation(&self, access: &impl Access, id: OrganisationId) -> Option<OrganisationEntry> {
        let organisation = self.organisations.get(id)?;
        Some(OrganisationEntry { id, organisation, rights: access.rights(id).ok()? })
    }

    /// The organisations from number `start` in the order of their registration, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_organisations(
        &self,
        access: &impl Access,
        start: OrganisationId,
        limit: u32,
    ) -> Vec<OrganisationEntry> {
        page(start, limit, self.state().organisations)
            .filter_map(|id| self.organisation(access, id))
            .collect()
    }

    /// The site.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<Site> {
        self.sites.get(id)
    }

    /// The sites from number `start` in the order of their registration, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list_sites(&self, start: SiteId, limit: u32) -> Vec<SiteEntry> {
        let entry = |id| Some(SiteEntry { id, site: self.site(id)? });
        page(start, limit, self.state().sites).filter_map(entry).collect()
    }

    /// What a GLN names.
    #[must_use]
    pub fn gln(&self, gln: u64) -> Option<GlnUse> {
        self.glns.get(gln)
    }

    /// The accounts of the organisation from number `start` of its list, at most [`MAX_PAGE`]. The last one takes the
    /// number of one that is removed.
    #[must_use]
    pub fn list_accounts(
        &self,
        access: &impl Access,
        organisation: OrganisationId,
        start: u32,
        limit: u32,
    ) -> Vec<(AccountId, Limits)> {
        let count = self.organisations.get(organisation).map_or(0, |organisation| organisation.accounts);
        let entry = |number| {
            let account = self.accounts.get((organisation, number))?;
            Some((account, access.account(account).ok()??.limits))
        };
        page(start, limit, count).filter_map(entry).collect()
    }

    /// The proposal, while it waits.
    #[must_use]
    pub fn proposal(&self, number: u32) -> Option<Proposal> {
        self.proposals.get(number)
    }

    /// The proposals that wait among at most [`MAX_PAGE`] numbers from `start`: applied and cancelled ones leave a gap, and
    /// the next page starts behind the last number asked for.
    #[must_use]
    pub fn list_proposals(&self, start: u32, limit: u32) -> Vec<(u32, Proposal)> {
        let entry = |number| Some((number, self.proposal(number)?));
        page(start, limit, self.state().proposals).filter_map(entry).collect()
    }

    /// The administration, where it is offered.
    #[must_use]
    pub fn offer(&self) -> Option<AdministrationOffer> {
        self.state().offer
    }

    /// The role whose holders grant and revoke `role`.
    #[must_use]
    pub fn administering_role(&self, role: Role) -> Role {
        self.administering_roles.get(role).unwrap_or(Role::Admin)
    }

    fn known(&self, organisation: OrganisationId) -> Result<Organisation, Error> {
        self.organisations.get(organisation).ok_or(Error::UnknownOrganisation)
    }

    fn state(&self) -> State {
        self.state.get().unwrap_or_default()
    }
}

fn page(start: u32, limit: u32, count: u32) -> core::ops::Range<u32> {
    start..start.saturating_add(limit.min(MAX_PAGE)).min(count)
}
