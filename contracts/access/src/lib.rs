//! Who may do what: the little that every state change of every contract asks, in one question
//! ([`kernel::AccessControl::standing`]). Whoever is unknown, suspended or expired holds no role.
//!
//! Each of those calls loads this code, so it is as small as can be: it decides nothing. The contract `governance` decides,
//! emits the events, and writes the outcome into this one.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;

pub use data::{Data, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod access {
    use ink::prelude::vec::Vec;
    use kernel::{caller, now, AccessControl, Replaceable};
    use primitives::access::{Account, Change, Error, Rights, SiteStanding};
    use primitives::{CodeHash, OrganisationId, RoleSet, SiteId, Standing};

    use crate::Data;

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Access {
        data: Data,
    }

    impl Access {
        /// A deployment in set-up, whose administrator is the caller. Until the caller names the contract `governance`
        /// with [`Change::Governance`], it decides itself.
        #[ink(constructor)]
        #[allow(clippy::new_without_default)] // A constructor reads its caller: it is not a default value.
        pub fn new() -> Self {
            Self { data: Data::new(caller()) }
        }

        /// The contract that decides: whoever deployed this one, before it named another one.
        #[ink(message)]
        pub fn governance(&self) -> Option<primitives::AccountId> {
            self.data.governor()
        }

        /// Whether the deployment is in set-up.
        #[ink(message)]
        pub fn in_set_up(&self) -> bool {
            self.data.in_set_up()
        }

        /// The contracts whose state changes are stopped.
        #[ink(message)]
        pub fn paused(&self) -> Vec<primitives::AccountId> {
            self.data.paused()
        }

        /// The roles of a contract of the deployment.
        #[ink(message)]
        pub fn contract_roles(&self, contract: primitives::AccountId) -> RoleSet {
            self.data.contract_roles(contract)
        }
    }

    impl AccessControl for Access {
        #[ink(message)]
        fn standing(&self, account: primitives::AccountId, site: Option<SiteId>) -> Standing {
            self.data.standing(account, site, now())
        }

        #[ink(message)]
        fn site_standing(&self, site: SiteId) -> Option<SiteStanding> {
            self.data.site_standing(site, now())
        }

        #[ink(message)]
        fn account(&self, account: primitives::AccountId) -> Option<Account> {
            self.data.account(account)
        }

        #[ink(message)]
        fn rights(&self, organisation: OrganisationId) -> Rights {
            self.data.rights(organisation)
        }

        #[ink(message)]
        fn administrator(&self) -> Option<primitives::AccountId> {
            self.data.administrator()
        }

        #[ink(message)]
        fn change(&mut self, change: Change) -> Result<(), Error> {
            self.data.change(caller(), change)
        }
    }

    impl Replaceable for Access {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.governor() == Some(caller()) && kernel::replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
