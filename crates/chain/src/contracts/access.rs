//! The messages and events of `access`: organisations, roles, administration, pause, upgrades.

use ::access::{Error, Identifier, Member, UpgradeProposal};
use primitives::{AccountId, Role, Standing, Timestamp};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(access:
    OrganisationRegistered, SealingKeySet, OrganisationSuspended, OrganisationReinstated, RoleGranted, RoleRevoked,
    RoleAdministrationSet, AdministrationOffered, AdministrationOfferWithdrawn, AdministrationTransferred,
    ContractPaused, ContractUnpaused, UpgradeProposed, UpgradeCancelled, UpgradeApplied,
);

/// A contract whose administrator is the account that deploys it.
#[must_use]
pub fn new() -> Constructor {
    Constructor::new("new", ())
}

/// The contract `access` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(pub AccountId);

impl Access {
    /// Registers the organisation that acts through `account`.
    #[must_use]
    pub fn register_organisation(&self, account: AccountId, name: &str, identifier: &Identifier) -> Call<()> {
        Call::fallible::<Error>(self.0, "register_organisation", (account, name, identifier))
    }

    /// Publishes the caller's X25519 key.
    #[must_use]
    pub fn set_sealing_key(&self, sealing_key: [u8; 32]) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_sealing_key", sealing_key)
    }

    /// Stops an organisation's roles from counting.
    #[must_use]
    pub fn suspend_organisation(&self, account: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "suspend_organisation", account)
    }

    /// Lets an organisation's roles count again.
    #[must_use]
    pub fn reinstate_organisation(&self, account: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "reinstate_organisation", account)
    }

    /// Gives an organisation a role, until `expires_at` (milliseconds, that moment included) where given.
    #[must_use]
    pub fn grant_role(&self, role: Role, account: AccountId, expires_at: Option<Timestamp>) -> Call<()> {
        Call::fallible::<Error>(self.0, "grant_role", (role, account, expires_at))
    }

    /// Takes a role from an organisation.
    #[must_use]
    pub fn revoke_role(&self, role: Role, account: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "revoke_role", (role, account))
    }

    /// Lets the holders of `administered_by` grant and revoke `role`.
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

    /// Takes over the administration that was offered to the caller.
    #[must_use]
    pub fn accept_administration(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "accept_administration", ())
    }

    /// Stops state changes of a contract.
    #[must_use]
    pub fn pause(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "pause", contract)
    }

    /// Lets state changes of a contract go on.
    #[must_use]
    pub fn unpause(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "unpause", contract)
    }

    /// Proposes code to replace that of a contract of the deployment, in place of an earlier proposal.
    #[must_use]
    pub fn propose_upgrade(&self, contract: AccountId, code: [u8; 32]) -> Call<()> {
        Call::fallible::<Error>(self.0, "propose_upgrade", (contract, code))
    }

    /// Withdraws the code that is proposed for a contract.
    #[must_use]
    pub fn cancel_upgrade(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_upgrade", contract)
    }

    /// Replaces a contract's code by the proposed one.
    #[must_use]
    pub fn apply_upgrade(&self, contract: AccountId) -> Call<()> {
        Call::fallible::<Error>(self.0, "apply_upgrade", contract)
    }

    /// The code that waits to replace a contract's.
    #[must_use]
    pub fn upgrade(&self, contract: AccountId) -> Call<Option<UpgradeProposal>> {
        Call::infallible(self.0, "upgrade", contract)
    }

    /// Whether `account` holds `role` now.
    #[must_use]
    pub fn has_role(&self, role: Role, account: AccountId) -> Call<bool> {
        Call::infallible(self.0, "has_role", (role, account))
    }

    /// Whether state changes of `contract` are stopped.
    #[must_use]
    pub fn is_paused(&self, contract: AccountId) -> Call<bool> {
        Call::infallible(self.0, "is_paused", contract)
    }

    /// The account that administers the deployment.
    #[must_use]
    pub fn administrator(&self) -> Call<AccountId> {
        Call::infallible(self.0, "administrator", ())
    }

    /// To whom the administration is offered.
    #[must_use]
    pub fn administration_offered_to(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "administration_offered_to", ())
    }

    /// The role whose holders grant and revoke `role`.
    #[must_use]
    pub fn administering_role(&self, role: Role) -> Call<Role> {
        Call::infallible(self.0, "administering_role", role)
    }

    /// The organisation that acts through `account`.
    #[must_use]
    pub fn organisation(&self, account: AccountId) -> Call<Option<Member>> {
        Call::infallible(self.0, "organisation", account)
    }

    /// A page of the organisations, from number `start`: `limit`, and [`::access::MAX_PAGE`] at most.
    #[must_use]
    pub fn organisations(&self, start: u32, limit: u32) -> Call<Vec<Member>> {
        Call::infallible(self.0, "organisations", (start, limit))
    }

    /// The roles of `account`, and whether `contract` is paused.
    #[must_use]
    pub fn standing(&self, account: AccountId, contract: AccountId) -> Call<Standing> {
        Call::infallible(self.0, "AccessControl::standing", (account, contract))
    }
}
