mod upgrades;

use ink::prelude::{string::String, vec::Vec};
use ink::storage::{traits::ManualKey, Lazy, Mapping};
use primitives::{ensure, AccountId, Call, Role, RoleSet, Standing, Timestamp};

use crate::errors::Error;
use crate::events::{
    AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred, ContractPaused,
    ContractUnpaused, OrganisationRegistered, OrganisationReinstated, OrganisationSuspended,
    RoleAdministrationSet, RoleGranted, RoleRevoked, SealingKeySet,
};
use crate::types::{
    Grant, Identifier, Member, Membership, Organisation, UpgradeProposal, MAX_NAME, MAX_PAGE, MAX_URI,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4143_0002;

/// Who may suspend and reinstate organisations, and withdraw proposed code.
const SUPERVISORS: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);

/// What is stored once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct State {
    administrator: AccountId,
    /// To whom the administration is offered.
    offered_to: Option<AccountId>,
    organisations: u32,
}

/// The rules of `access`, without the macro: who calls and when is an argument, what happened is the result.
///
/// The administrator holds [`Role::Admin`] by itself, cannot lose it by suspension, and alone grants it to
/// others. So a deployment can never lock itself out through its own roles.
///
/// Every field has its own storage key, listed in `docs/upgrades.md`.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    layout: Lazy<u32, ManualKey<0x4C41_594F>>,
    state: Lazy<State, ManualKey<0x5354_4154>>,
    accounts: Mapping<u32, AccountId, ManualKey<0x4143_4354>>,
    organisations: Mapping<AccountId, Organisation, ManualKey<0x4F52_4753>>,
    memberships: Mapping<AccountId, Membership, ManualKey<0x4D45_4D42>>,
    administering_roles: Mapping<Role, Role, ManualKey<0x524F_4C41>>,
    paused: Mapping<AccountId, (), ManualKey<0x5041_5553>>,
    upgrades: Mapping<AccountId, UpgradeProposal, ManualKey<0x5550_4752>>,
}

impl Data {
    /// A deployment whose administrator is `administrator`.
    #[must_use]
    pub fn new(administrator: AccountId) -> (Self, AdministrationTransferred) {
        let mut data = Self {
            layout: Lazy::new(),
            state: Lazy::new(),
            accounts: Mapping::new(),
            organisations: Mapping::new(),
            memberships: Mapping::new(),
            administering_roles: Mapping::new(),
            paused: Mapping::new(),
            upgrades: Mapping::new(),
        };
        data.layout.set(&LAYOUT);
        data.state.set(&State { administrator, offered_to: None, organisations: 0 });
        (data, AdministrationTransferred { from: None, to: administrator })
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// The roles of `account` at `now`, and whether state changes of `contract` are stopped.
    #[must_use]
    pub fn standing(&self, account: AccountId, contract: AccountId, now: Timestamp) -> Standing {
        Standing { roles: self.roles(account, now), paused: self.is_paused(contract) }
    }

    /// The roles of `account` at `now`.
    #[must_use]
    pub fn roles(&self, account: AccountId, now: Timestamp) -> RoleSet {
        let roles = self.memberships.get(account).map_or(RoleSet::EMPTY, |member| member.roles_at(now));
        if self.is_administrator(account) {
            roles.with(Role::Admin)
        } else {
            roles
        }
    }

    /// Whether state changes of `contract` are stopped.
    #[must_use]
    pub fn is_paused(&self, contract: AccountId) -> bool {
        self.paused.contains(contract)
    }

    /// The account that administers the deployment; all zero where the storage is not this contract's.
    #[must_use]
    pub fn administrator(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.administrator)
    }

    /// To whom the administration is offered.
    #[must_use]
    pub fn offered_to(&self) -> Option<AccountId> {
        self.state.get()?.offered_to
    }

    /// The role whose holders grant and revoke `role`.
    #[must_use]
    pub fn administering_role(&self, role: Role) -> Role {
        self.administering_roles.get(role).unwrap_or(Role::Admin)
    }

    /// The organisation of `account`.
    #[must_use]
    pub fn organisation(&self, account: AccountId) -> Option<Member> {
        let organisation = self.organisations.get(account)?;
        let membership = self.memberships.get(account).unwrap_or_default();
        Some(Member { account, organisation, membership })
    }

    /// The organisations from number `start` in the order of their registration, at most [`MAX_PAGE`].
    #[must_use]
    pub fn list(&self, start: u32, limit: u32) -> Vec<Member> {
        let count = self.state.get().map_or(0, |state| state.organisations);
        let end = start.saturating_add(limit.min(MAX_PAGE)).min(count);
        (start..end)
            .filter_map(|number| self.accounts.get(number))
            .filter_map(|account| self.organisation(account))
            .collect()
    }

    /// Registers an organisation, which has no role yet.
    pub fn register_organisation(
        &mut self,
        call: Call,
        account: AccountId,
        name: String,
        identifier: Identifier,
    ) -> Result<OrganisationRegistered, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        ensure(!self.organisations.contains(account), Error::OrganisationExists)?;
        ensure_name(&name)?;
        ensure_identifier(&identifier)?;
        let organisation = Organisation {
            name: name.clone(),
            identifier: identifier.clone(),
            sealing_key: None,
            registered_at: call.now,
        };
        self.organisations.insert(account, &organisation);
        let mut state = self.state()?;
        self.accounts.insert(state.organisations, &account);
        // Each organisation costs a storage deposit: 2^32 of them exceed every chain's supply.
        state.organisations = state.organisations.saturating_add(1);
        self.state.set(&state);
        Ok(OrganisationRegistered { account, name, identifier })
    }

    /// Publishes the caller's key for confidential data.
    pub fn set_sealing_key(&mut self, call: Call, sealing_key: [u8; 32]) -> Result<SealingKeySet, Error> {
        let mut organisation = self.organisations.get(call.caller).ok_or(Error::UnknownOrganisation)?;
        organisation.sealing_key = Some(sealing_key);
        self.organisations.insert(call.caller, &organisation);
        Ok(SealingKeySet { account: call.caller, sealing_key })
    }

    /// Stops the roles of `account` from counting.
    pub fn suspend(&mut self, call: Call, account: AccountId) -> Result<OrganisationSuspended, Error> {
        let mut member = self.supervised(call, account)?;
        ensure(!member.suspended, Error::OrganisationSuspended)?;
        member.suspended = true;
        self.memberships.insert(account, &member);
        Ok(OrganisationSuspended { account, by: call.caller })
    }

    /// Lets the roles of `account` count again.
    pub fn reinstate(&mut self, call: Call, account: AccountId) -> Result<OrganisationReinstated, Error> {
        let mut member = self.supervised(call, account)?;
        ensure(member.suspended, Error::OrganisationNotSuspended)?;
        member.suspended = false;
        self.memberships.insert(account, &member);
        Ok(OrganisationReinstated { account, by: call.caller })
    }

    /// Gives `account` a role until `expires_at`, or changes its end.
    pub fn grant_role(
        &mut self,
        call: Call,
        role: Role,
        account: AccountId,
        expires_at: Option<Timestamp>,
    ) -> Result<RoleGranted, Error> {
        self.ensure_administers(call, role)?;
        ensure(self.organisations.contains(account), Error::UnknownOrganisation)?;
        let grant = Grant { role, expires_at };
        ensure(grant.holds_at(call.now), Error::ExpiryInPast)?;
        let mut member = self.memberships.get(account).unwrap_or_default();
        ensure(!member.suspended, Error::OrganisationSuspended)?;
        member.grants.retain(|held| held.role != role);
        // At most one grant for each of the 13 roles.
        member.grants.push(grant);
        self.memberships.insert(account, &member);
        Ok(RoleGranted { role, account, expires_at, by: call.caller })
    }

    /// Takes a role from `account`. A holder may give up its own.
    pub fn revoke_role(&mut self, call: Call, role: Role, account: AccountId) -> Result<RoleRevoked, Error> {
        if call.caller != account {
            self.ensure_administers(call, role)?;
        }
        let mut member = self.memberships.get(account).ok_or(Error::RoleNotHeld)?;
        let held = member.grants.len();
        member.grants.retain(|grant| grant.role != role);
        ensure(member.grants.len() < held, Error::RoleNotHeld)?;
        if member == Membership::default() {
            self.memberships.remove(account);
        } else {
            self.memberships.insert(account, &member);
        }
        Ok(RoleRevoked { role, account, by: call.caller })
    }

    /// Lets the holders of `administered_by` grant and revoke `role`.
    pub fn set_administering_role(
        &mut self,
        call: Call,
        role: Role,
        administered_by: Role,
    ) -> Result<RoleAdministrationSet, Error> {
        self.ensure_administrator(call)?;
        ensure(role != Role::Admin, Error::AdminRoleFixed)?;
        if administered_by == Role::Admin {
            self.administering_roles.remove(role);
        } else {
            self.administering_roles.insert(role, &administered_by);
        }
        Ok(RoleAdministrationSet { role, administered_by })
    }

    /// Offers the administration to `to`, in place of an earlier offer. Nothing changes until `to` accepts.
    pub fn offer_administration(
        &mut self,
        call: Call,
        to: AccountId,
    ) -> Result<AdministrationOffered, Error> {
        self.ensure_administrator(call)?;
        let mut state = self.state()?;
        state.offered_to = Some(to);
        self.state.set(&state);
        Ok(AdministrationOffered { from: call.caller, to })
    }

    /// Withdraws the offer.
    pub fn withdraw_administration_offer(
        &mut self,
        call: Call,
    ) -> Result<AdministrationOfferWithdrawn, Error> {
        self.ensure_administrator(call)?;
        let mut state = self.state()?;
        let to = state.offered_to.take().ok_or(Error::NoAdministrationOffer)?;
        self.state.set(&state);
        Ok(AdministrationOfferWithdrawn { to })
    }

    /// Takes over the administration that was offered to the caller.
    pub fn accept_administration(&mut self, call: Call) -> Result<AdministrationTransferred, Error> {
        let mut state = self.state()?;
        let offered_to = state.offered_to.take().ok_or(Error::NoAdministrationOffer)?;
        ensure(offered_to == call.caller, Error::CallerNotOffered)?;
        let from = core::mem::replace(&mut state.administrator, call.caller);
        self.state.set(&state);
        Ok(AdministrationTransferred { from: Some(from), to: call.caller })
    }

    /// Stops state changes of `contract`.
    pub fn pause(&mut self, call: Call, contract: AccountId) -> Result<ContractPaused, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        ensure(!self.is_paused(contract), Error::AlreadyPaused)?;
        self.paused.insert(contract, &());
        Ok(ContractPaused { contract, by: call.caller })
    }

    /// Lets state changes of `contract` go on.
    pub fn unpause(&mut self, call: Call, contract: AccountId) -> Result<ContractUnpaused, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        ensure(self.is_paused(contract), Error::NotPaused)?;
        self.paused.remove(contract);
        Ok(ContractUnpaused { contract, by: call.caller })
    }

    /// The membership of `account`, for a caller who may suspend and reinstate it.
    fn supervised(&self, call: Call, account: AccountId) -> Result<Membership, Error> {
        ensure(call.roles.intersects(SUPERVISORS), Error::CallerNotAuthorised)?;
        ensure(self.organisations.contains(account), Error::UnknownOrganisation)?;
        let member = self.memberships.get(account).unwrap_or_default();
        // An organisation with the Admin role answers to the administrator alone, suspended or not.
        if member.grants.iter().any(|grant| grant.role == Role::Admin && grant.holds_at(call.now)) {
            self.ensure_administrator(call)?;
        }
        Ok(member)
    }

    fn ensure_administers(&self, call: Call, role: Role) -> Result<(), Error> {
        if role == Role::Admin {
            return self.ensure_administrator(call);
        }
        ensure(call.roles.contains(self.administering_role(role)), Error::CallerNotAuthorised)
    }

    fn ensure_administrator(&self, call: Call) -> Result<(), Error> {
        ensure(self.is_administrator(call.caller), Error::CallerNotAuthorised)
    }

    fn is_administrator(&self, account: AccountId) -> bool {
        self.state.get().is_some_and(|state| state.administrator == account)
    }

    /// No state is nobody's deployment: nothing may be done in it.
    fn state(&self) -> Result<State, Error> {
        self.state.get().ok_or(Error::CallerNotAuthorised)
    }
}

fn ensure_name(name: &str) -> Result<(), Error> {
    let fits = !name.trim().is_empty() && name.len() <= MAX_NAME;
    ensure(fits && !name.chars().any(char::is_control), Error::InvalidName)
}

fn ensure_identifier(identifier: &Identifier) -> Result<(), Error> {
    let valid = match identifier {
        Identifier::Gln(value) => gs1::Gln::new(*value).is_ok(),
        Identifier::Uri(uri) => {
            uri.len() <= MAX_URI && uri.contains(':') && uri.bytes().all(|byte| byte.is_ascii_graphic())
        }
    };
    ensure(valid, Error::InvalidIdentifier)
}
