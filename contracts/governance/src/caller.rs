//! Who calls, and what the contract `access` knows: all that a rule may ask.

use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::{CallFlags, DefaultEnvironment};
use kernel::{ask_account, ask_deployment, ask_rights, ask_to_change_access, this, Call};
use primitives::access::{Account, Change, Deployment, Rights};
use primitives::governance::{Error, APPLY_WINDOW, CHANGE_DELAY};
use primitives::{ensure, AccountId, Actor, CodeHash, OrganisationId, Role, Timestamp};

/// What the rules ask of the contract `access`, which alone keeps these facts, and of the chain; and what they write down there.
pub trait Access {
    /// What is stored once.
    fn deployment(&self) -> Result<Deployment, Error>;

    /// For whom the account acts, its time over or not.
    fn account(&self, account: AccountId) -> Result<Option<Account>, Error>;

    /// The roles of the organisation.
    fn rights(&self, organisation: OrganisationId) -> Result<Rights, Error>;

    /// Writes down a decision.
    fn change(&mut self, change: Change) -> Result<(), Error>;

    /// Whether the account is a contract.
    fn is_contract(&self, account: AccountId) -> bool;

    /// Whether this contract runs the code.
    fn is_own_code(&self, code: CodeHash) -> bool;

    /// Keeps code on chain until it is unlocked; `false` where it is not there.
    fn lock_code(&mut self, code: CodeHash) -> bool;

    /// Lets code go that was locked.
    fn unlock_code(&mut self, code: CodeHash);
}

/// The contract `access` with this address.
#[derive(Clone, Copy, Debug)]
pub struct AccessContract(pub AccountId);

impl Access for AccessContract {
    fn deployment(&self) -> Result<Deployment, Error> {
        ask_deployment(self.0).flatten().ok_or(Error::AccessUnavailable)
    }

    fn account(&self, account: AccountId) -> Result<Option<Account>, Error> {
        ask_account(self.0, account).ok_or(Error::AccessUnavailable)
    }

    fn rights(&self, organisation: OrganisationId) -> Result<Rights, Error> {
        ask_rights(self.0, organisation).ok_or(Error::AccessUnavailable)
    }

    fn change(&mut self, change: Change) -> Result<(), Error> {
        Ok(ask_to_change_access(self.0, change).ok_or(Error::AccessUnavailable)??)
    }

    fn is_contract(&self, account: AccountId) -> bool {
        ink::env::is_contract::<DefaultEnvironment>(&account.0.into())
    }

    fn is_own_code(&self, code: CodeHash) -> bool {
        ink::env::own_code_hash::<DefaultEnvironment>() == Ok(code.into())
    }

    fn lock_code(&mut self, code: CodeHash) -> bool {
        // Where the code is not there, the chain stops whoever locks it. So that is a call of its own, which has no answer then.
        let input = ExecutionInput::new(Selector::new(ink::selector_bytes!("lock_code"))).push_arg(code);
        let call =
            build_call::<DefaultEnvironment>().call(this().0.into()).call_flags(CallFlags::ALLOW_REENTRY);
        let locked = call.call_v1().exec_input(input).returns::<Result<(), Error>>().try_invoke();
        matches!(locked, Ok(Ok(Ok(()))))
    }

    fn unlock_code(&mut self, code: CodeHash) {
        ink::env::unlock_delegate_dependency::<DefaultEnvironment>(&code.into());
    }
}

/// Who calls a message, and the contract `access` that knows about it.
#[derive(Clone, Debug)]
pub struct Caller<A> {
    /// Who calls, for whom, with which roles, and when.
    pub call: Call,
    /// Whether the deployment is in set-up.
    pub in_set_up: bool,
    /// What is asked further.
    pub access: A,
}

impl<A: Access> Caller<A> {
    /// What events say about the caller.
    pub(crate) fn actor(&self) -> Actor {
        self.call.actor()
    }

    pub(crate) fn ensure_role(&self, role: Role) -> Result<(), Error> {
        Ok(self.call.ensure_role(role)?)
    }

    /// From when and until when what it decides now can be done, where it waits.
    pub(crate) fn waits(&self) -> (Timestamp, Timestamp) {
        let applies_from = self.call.now.saturating_add(CHANGE_DELAY);
        (applies_from, applies_from.saturating_add(APPLY_WINDOW))
    }

    pub(crate) fn ensure_administrator(&self) -> Result<(), Error> {
        ensure(self.access.deployment()?.administrator == self.call.account, Error::CallerNotAuthorised)
    }

    /// Whether it is a steward of this organisation, whose time is not over.
    pub(crate) fn is_steward_of(&self, organisation: OrganisationId) -> Result<bool, Error> {
        // An account whose time is over acts for no organisation.
        let entry =
            if self.call.is_of(organisation) { self.access.account(self.call.account)? } else { None };
        Ok(entry.is_some_and(|entry| entry.limits.steward))
    }

    /// Whether an organisation holds a role now, suspended or not.
    pub(crate) fn holds(&self, organisation: OrganisationId, role: Role) -> Result<bool, Error> {
        let rights = Rights { suspended: false, ..self.access.rights(organisation)? };
        Ok(rights.roles_at(self.call.now).contains(role))
    }

    /// Refuses whoever may not be superior to an organisation: one with the Admin role answers to the administrator alone,
    /// suspended or not.
    pub(crate) fn ensure_superior_to(&self, organisation: OrganisationId) -> Result<(), Error> {
        if self.holds(organisation, Role::Admin)? {
            self.ensure_administrator()?;
        }
        Ok(())
    }
}
