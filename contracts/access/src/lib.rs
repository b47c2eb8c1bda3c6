//! Who may do what: organisations, the roles that they hold, the administration of the deployment, and the stop
//! switch of each contract.
//!
//! Other contracts ask one question before each state change ([`primitives::AccessControl::standing`]): which
//! roles does the caller hold now, and am I paused? What is unknown, suspended or expired holds no role.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod errors;
mod events;
mod types;

pub use data::{Data, LAYOUT};
pub use errors::Error;
pub use events::*;
pub use types::*;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod access {
    use ink::prelude::{string::String, vec::Vec};
    use primitives::{ask_to_replace_code, replace_code, AccessControl, Call, Migration, Role, Standing};

    use crate::{Data, Error, Identifier, Member, UpgradeProposal};

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Access {
        data: Data,
    }

    impl Access {
        /// A deployment whose administrator is the caller.
        #[ink(constructor)]
        #[allow(clippy::new_without_default)] // A constructor reads its caller: it is no default value.
        pub fn new() -> Self {
            let (data, event) = Data::new(Self::env().caller());
            Self::env().emit_event(event);
            Self { data }
        }

        /// Registers the organisation that acts through `account`. Needs Admin.
        ///
        /// Event: `OrganisationRegistered`. Errors: `Paused`, `CallerNotAuthorised`, `OrganisationExists`,
        /// `InvalidName`, `InvalidIdentifier`.
        #[ink(message)]
        pub fn register_organisation(
            &mut self,
            account: AccountId,
            name: String,
            identifier: Identifier,
        ) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.register_organisation(call, account, name, identifier)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Publishes the caller's X25519 key for confidential data. Needs a registered organisation.
        ///
        /// Event: `SealingKeySet`. Errors: `Paused`, `UnknownOrganisation`.
        #[ink(message)]
        pub fn set_sealing_key(&mut self, sealing_key: [u8; 32]) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.set_sealing_key(call, sealing_key)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Stops an organisation's roles from counting, at once and everywhere. Needs Admin or Regulator; the
        /// administrator where the organisation holds Admin.
        ///
        /// Event: `OrganisationSuspended`. Errors: `Paused`, `CallerNotAuthorised`, `UnknownOrganisation`,
        /// `OrganisationSuspended`.
        #[ink(message)]
        pub fn suspend_organisation(&mut self, account: AccountId) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.suspend(call, account)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Lets an organisation's roles count again. Needs what suspending it needs.
        ///
        /// Event: `OrganisationReinstated`. Errors: `Paused`, `CallerNotAuthorised`, `UnknownOrganisation`,
        /// `OrganisationNotSuspended`.
        #[ink(message)]
        pub fn reinstate_organisation(&mut self, account: AccountId) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.reinstate(call, account)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Gives an organisation a role, until `expires_at` (milliseconds, that moment included) where given.
        /// Needs the role's administering role; the administrator for Admin. Granted again, the end changes.
        ///
        /// Event: `RoleGranted`. Errors: `Paused`, `CallerNotAuthorised`, `UnknownOrganisation`, `ExpiryInPast`,
        /// `OrganisationSuspended`.
        #[ink(message)]
        pub fn grant_role(
            &mut self,
            role: Role,
            account: AccountId,
            expires_at: Option<u64>,
        ) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.grant_role(call, role, account, expires_at)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Takes a role from an organisation. Needs the role's administering role; anybody may give up its own.
        ///
        /// Event: `RoleRevoked`. Errors: `Paused`, `CallerNotAuthorised`, `RoleNotHeld`.
        #[ink(message)]
        pub fn revoke_role(&mut self, role: Role, account: AccountId) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.revoke_role(call, role, account)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Lets the holders of `administered_by` grant and revoke `role`. Needs the administrator.
        ///
        /// Event: `RoleAdministrationSet`. Errors: `Paused`, `CallerNotAuthorised`, `AdminRoleFixed`.
        #[ink(message)]
        pub fn set_administering_role(&mut self, role: Role, administered_by: Role) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.set_administering_role(call, role, administered_by)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Offers the administration to another account, in place of an earlier offer. Needs the administrator.
        ///
        /// Event: `AdministrationOffered`. Errors: `Paused`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn offer_administration(&mut self, to: AccountId) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.offer_administration(call, to)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Withdraws the offer. Needs the administrator.
        ///
        /// Event: `AdministrationOfferWithdrawn`. Errors: `Paused`, `CallerNotAuthorised`,
        /// `NoAdministrationOffer`.
        #[ink(message)]
        pub fn withdraw_administration_offer(&mut self) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.withdraw_administration_offer(call)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Takes over the administration that was offered to the caller. The former administrator keeps the
        /// roles that its organisation was granted.
        ///
        /// Event: `AdministrationTransferred`. Errors: `Paused`, `NoAdministrationOffer`, `CallerNotOffered`.
        #[ink(message)]
        pub fn accept_administration(&mut self) -> Result<(), Error> {
            let call = self.running_call()?;
            let event = self.data.accept_administration(call)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Stops state changes of a contract: reads go on. Needs Admin.
        ///
        /// Event: `ContractPaused`. Errors: `CallerNotAuthorised`, `AlreadyPaused`.
        #[ink(message)]
        pub fn pause(&mut self, contract: AccountId) -> Result<(), Error> {
            let event = self.data.pause(self.call(), contract)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Lets state changes of a contract go on. Needs Admin. Works while this contract is paused itself.
        ///
        /// Event: `ContractUnpaused`. Errors: `CallerNotAuthorised`, `NotPaused`.
        #[ink(message)]
        pub fn unpause(&mut self, contract: AccountId) -> Result<(), Error> {
            let event = self.data.unpause(self.call(), contract)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Proposes code to replace that of a contract of the deployment, this one too, in place of an earlier proposal.
        /// It can be applied after [`crate::UPGRADE_DELAY`]. Needs Admin. Works while this contract is paused, as the
        /// other messages about code do.
        ///
        /// Event: `UpgradeProposed`. Errors: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn propose_upgrade(&mut self, contract: AccountId, code: [u8; 32]) -> Result<(), Error> {
            let event = self.data.propose_upgrade(self.call(), contract, code)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Withdraws the proposal. Needs Admin or Regulator.
        ///
        /// Event: `UpgradeCancelled`. Errors: `CallerNotAuthorised`, `UpgradeNotProposed`.
        #[ink(message)]
        pub fn cancel_upgrade(&mut self, contract: AccountId) -> Result<(), Error> {
            let event = self.data.cancel_upgrade(self.call(), contract)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Replaces the contract's code by the proposed one, which migrates the storage first. Needs Admin.
        ///
        /// Event: `UpgradeApplied`. Errors: `CallerNotAuthorised`, `UpgradeNotProposed`, `UpgradeTooEarly`,
        /// `LayoutNotUnderstood`.
        #[ink(message)]
        pub fn apply_upgrade(&mut self, contract: AccountId) -> Result<(), Error> {
            let event = self.data.apply_upgrade(self.call(), contract)?;
            let replaced = if contract == self.env().account_id() {
                replace_code(event.code)
            } else {
                ask_to_replace_code(contract, event.code)
            };
            if !replaced {
                return Err(Error::LayoutNotUnderstood);
            }
            self.env().emit_event(event);
            Ok(())
        }

        /// Whether `account` holds `role` now.
        #[ink(message)]
        pub fn has_role(&self, role: Role, account: AccountId) -> bool {
            self.data.roles(account, self.env().block_timestamp()).contains(role)
        }

        /// Whether state changes of `contract` are stopped.
        #[ink(message)]
        pub fn is_paused(&self, contract: AccountId) -> bool {
            self.data.is_paused(contract)
        }

        /// The account that administers the deployment.
        #[ink(message)]
        pub fn administrator(&self) -> AccountId {
            self.data.administrator()
        }

        /// To whom the administration is offered.
        #[ink(message)]
        pub fn administration_offered_to(&self) -> Option<AccountId> {
            self.data.offered_to()
        }

        /// The code that waits to replace that of `contract`.
        #[ink(message)]
        pub fn upgrade(&self, contract: AccountId) -> Option<UpgradeProposal> {
            self.data.upgrade(contract)
        }

        /// The role whose holders grant and revoke `role`.
        #[ink(message)]
        pub fn administering_role(&self, role: Role) -> Role {
            self.data.administering_role(role)
        }

        /// The organisation that acts through `account`.
        #[ink(message)]
        pub fn organisation(&self, account: AccountId) -> Option<Member> {
            self.data.organisation(account)
        }

        /// The organisations from number `start` (from 0) in the order of their registration: at most `limit`,
        /// and never more than 50.
        #[ink(message)]
        pub fn organisations(&self, start: u32, limit: u32) -> Vec<Member> {
            self.data.list(start, limit)
        }

        fn call(&self) -> Call {
            let (caller, now) = (self.env().caller(), self.env().block_timestamp());
            Call { caller, roles: self.data.roles(caller, now), now }
        }

        fn running_call(&self) -> Result<Call, Error> {
            if self.data.is_paused(self.env().account_id()) {
                return Err(Error::Paused);
            }
            Ok(self.call())
        }
    }

    impl AccessControl for Access {
        #[ink(message)]
        fn standing(&self, account: AccountId, contract: AccountId) -> Standing {
            self.data.standing(account, contract, self.env().block_timestamp())
        }
    }

    impl Migration for Access {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
