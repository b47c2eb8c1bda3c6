//! The messages and events of `governance`: organisations, sites, prefixes, accounts, roles, markets, administration, set-up,
//! pause, proposals.

use primitives::access::{Account, Limits, PrefixOwner};
use primitives::governance::{
    Action, AdministrationOffer, Error, GlnUse, Identifier, Market, Markets, OrganisationEntry, Proposal,
    Site, SiteEntry,
};
use primitives::{AccountId, OrganisationId, Prefix, Role, RoleSet, SiteId, Timestamp};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(governance:
    OrganisationRegistered, OrganisationUpdated, SiteRegistered, SiteUpdated, PrefixRegistered, PrefixRemoved,
    AccountAdded, AccountChanged, AccountRemoved, SealingKeySet, OrganisationSuspended, OrganisationReinstated, RoleGranted, RoleRevoked,
    ContractRolesSet, MarketSet, RoleAdministrationSet, AdministrationOffered, AdministrationOfferWithdrawn,
    AdministrationTransferred, SetUpEnded, ContractPaused, ContractUnpaused, ChangeProposed, ProposalCancelled,
    ProposalApplied,
);

/// A contract that decides for the deployment of `access`, and whose deployer is to be the administrator.
#[must_use]
pub fn new(access: AccountId) -> Constructor {
    Constructor::new("new", access)
}

/// The contract `governance` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Governance(pub AccountId);

impl Governance {
    /// Registers an organisation with its first steward.
    #[must_use]
    pub fn register_organisation(
        &self,
        name: &str,
        identifier: &Identifier,
        steward: AccountId,
    ) -> Call<OrganisationId> {
        Call::fallible::<Error>(self.0, "register_organisation", (name, identifier, steward))
    }

    /// Corrects an organisation's name or identifier.
    #[must_use]
    pub fn update_organisation(
        &self,
        organisation: OrganisationId,
        name: &str,
        identifier: &Identifier,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "update_organisation", (organisation, name, identifier))
    }

    /// Registers a site of an organisation.
    #[must_use]
    pub fn register_site(&self, organisation: OrganisationId, name: &str, gln: u64) -> Call<SiteId> {
        Call::fallible::<Error>(self.0, "register_site", (organisation, name, gln))
    }

    /// Corrects a site's name or GLN.
    #[must_use]
    pub fn update_site(&self, site: SiteId, name: &str, gln: u64) -> Call<()> {
        Call::fallible::<Error>(self.0, "update_site", (site, name, gln))
    }

    /// Registers a GS1 company prefix for an organisation.
    #[must_use]
    pub fn register_prefix(&self, organisation: OrganisationId, prefix: Prefix) -> Call<()> {
        Call::fallible::<Error>(self.0, "register_prefix", (organisation, prefix))
    }

    /// Takes a prefix from its organisation.
    #[must_use]
    pub fn remove_prefix(&self, prefix: Prefix) -> Call<()> {
        Call::fallible::<Error>(self.0, "remove_prefix", prefix)
    }

    /// Lets an account act for an organisation.
    #[must_use]
    pub fn add_account(&self, organisation: OrganisationId, account: AccountId, limits: &Limits) -> Call<()> {
        Call::fallible::<Error>(self.0, "add_account", (organisation, account, limits))
    }

    /// Gives an account other limits.
    #[must_use]
    pub fn change_account(&self, account: AccountId, limits: &Limits) -> Call<()> {
        Call::fallible::<Error>(self.0, "change_account", (account, limits))
    }

    /// Ends that an account acts for its organisation.
    #[must_use]
    pub fn remove_account(&self, account: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "remove_account", account)
    }

    /// Publishes the X25519 key of the caller's organisation.
    #[must_use]
    pub fn set_sealing_key(&self, sealing_key: [u8; 32]) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_sealing_key", sealing_key)
    }

    /// Stops an organisation's roles from counting.
    #[must_use]
    pub fn suspend_organisation(&self, organisation: OrganisationId) -> Call<()> {
        Call::fallible::<Error>(self.0, "suspend_organisation", organisation)
    }

    /// Lets an organisation's roles count again.
    #[must_use]
    pub fn reinstate_organisation(&self, organisation: OrganisationId) -> Call<()> {
        Call::fallible::<Error>(self.0, "reinstate_organisation", organisation)
    }

    /// Gives an organisation a role, until `expires_at` (milliseconds, that moment included) where given.
    #[must_use]
    pub fn grant_role(
        &self,
        organisation: OrganisationId,
        role: Role,
        expires_at: Option<Timestamp>,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "grant_role", (organisation, role, expires_at))
    }

    /// Takes a role from an organisation.
    #[must_use]
    pub fn revoke_role(&self, organisation: OrganisationId, role: Role) -> Call<()> {
        Call::fallible::<Error>(self.0, "revoke_role", (organisation, role))
    }

    /// Sets all roles of a contract, in set-up.
    #[must_use]
    pub fn set_contract_roles(&self, contract: AccountId, roles: RoleSet) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_contract_roles", (contract, roles))
    }

    /// Gives a market to an authority, or takes it away, in set-up.
    #[must_use]
    pub fn set_market(&self, market: Market, authority: Option<OrganisationId>) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_market", (market, authority))
    }

    /// Lets the holders of a role administer another one, in set-up.
    #[must_use]
    pub fn set_administering_role(&self, role: Role, administered_by: Role) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_administering_role", (role, administered_by))
    }

    /// Offers the administration to another account.
    #[must_use]
    pub fn offer_administration(&self, to: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "offer_administration", to)
    }

    /// Withdraws the offer.
    #[must_use]
    pub fn withdraw_administration_offer(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "withdraw_administration_offer", ())
    }

    /// Takes over the administration.
    #[must_use]
    pub fn accept_administration(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "accept_administration", ())
    }

    /// Ends the set-up, permanently.
    #[must_use]
    pub fn end_set_up(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "end_set_up", ())
    }

    /// Stops a contract's state changes.
    #[must_use]
    pub fn pause(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "pause", contract)
    }

    /// Lets a contract's state changes go on.
    #[must_use]
    pub fn unpause(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "unpause", contract)
    }

    /// Proposes a change that waits. Gives the proposal's number.
    #[must_use]
    pub fn propose(&self, action: &Action) -> Call<u32> {
        Call::fallible::<Error>(self.0, "propose", action)
    }

    /// Cancels a proposal.
    #[must_use]
    pub fn cancel_proposal(&self, proposal: u32) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_proposal", proposal)
    }

    /// Applies a proposal whose delay is over.
    #[must_use]
    pub fn apply_proposal(&self, proposal: u32) -> Call<()> {
        Call::fallible::<Error>(self.0, "apply_proposal", proposal)
    }

    /// The organisation of this number.
    #[must_use]
    pub fn organisation(&self, organisation: OrganisationId) -> Call<Option<OrganisationEntry>> {
        Call::infallible(self.0, "organisation", organisation)
    }

    /// A page of the organisations, from number `start`: `limit`, and [`primitives::governance::MAX_PAGE`] at most.
    #[must_use]
    pub fn organisations(&self, start: u32, limit: u32) -> Call<Vec<OrganisationEntry>> {
        Call::infallible(self.0, "organisations", (start, limit))
    }

    /// The site of this number.
    #[must_use]
    pub fn site(&self, site: SiteId) -> Call<Option<Site>> {
        Call::infallible(self.0, "site", site)
    }

    /// A page of the sites, from number `start`: `limit`, and [`primitives::governance::MAX_PAGE`] at most.
    #[must_use]
    pub fn sites(&self, start: u32, limit: u32) -> Call<Vec<SiteEntry>> {
        Call::infallible(self.0, "sites", (start, limit))
    }

    /// For which organisation a prefix is registered.
    #[must_use]
    pub fn prefix(&self, prefix: Prefix) -> Call<Option<OrganisationId>> {
        Call::infallible(self.0, "prefix", prefix)
    }

    /// A page of the prefixes, among the numbers from `start`: `limit`, and [`primitives::governance::MAX_PAGE`] at most.
    #[must_use]
    pub fn prefixes(&self, start: u32, limit: u32) -> Call<Vec<(u32, PrefixOwner)>> {
        Call::infallible(self.0, "prefixes", (start, limit))
    }

    /// What a GLN names.
    #[must_use]
    pub fn gln(&self, gln: u64) -> Call<Option<GlnUse>> {
        Call::infallible(self.0, "gln", gln)
    }

    /// For whom an account acts, its time over or not.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Call<Option<Account>> {
        Call::infallible(self.0, "account", account)
    }

    /// A page of an organisation's accounts, from number `start`: `limit`, and
    /// [`primitives::governance::MAX_PAGE`] at most.
    #[must_use]
    pub fn accounts(
        &self,
        organisation: OrganisationId,
        start: u32,
        limit: u32,
    ) -> Call<Vec<(AccountId, Limits)>> {
        Call::infallible(self.0, "accounts", (organisation, start, limit))
    }

    /// The proposal of this number, while it waits.
    #[must_use]
    pub fn proposal(&self, proposal: u32) -> Call<Option<Proposal>> {
        Call::infallible(self.0, "proposal", proposal)
    }

    /// A page of the proposals that wait, among the numbers from `start`: `limit`, and
    /// [`primitives::governance::MAX_PAGE`] at most.
    #[must_use]
    pub fn proposals(&self, start: u32, limit: u32) -> Call<Vec<(u32, Proposal)>> {
        Call::infallible(self.0, "proposals", (start, limit))
    }

    /// The account that administers the deployment.
    #[must_use]
    pub fn administrator(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "administrator", ())
    }

    /// The administration, where it is offered.
    #[must_use]
    pub fn administration_offer(&self) -> Call<Option<AdministrationOffer>> {
        Call::infallible(self.0, "administration_offer", ())
    }

    /// The authority that decides in a market.
    #[must_use]
    pub fn authority(&self, market: Market) -> Call<Option<OrganisationId>> {
        Call::infallible(self.0, "authority", market)
    }

    /// The markets in which an authority decides.
    #[must_use]
    pub fn markets(&self, authority: OrganisationId) -> Call<Markets> {
        Call::infallible(self.0, "Registry::markets", authority)
    }

    /// The role whose holders grant and revoke a role.
    #[must_use]
    pub fn administering_role(&self, role: Role) -> Call<Role> {
        Call::infallible(self.0, "administering_role", role)
    }

    /// Whether the deployment is in set-up. `None` where `access` gives no answer.
    #[must_use]
    pub fn in_set_up(&self) -> Call<Option<bool>> {
        Call::infallible(self.0, "in_set_up", ())
    }

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }
}
