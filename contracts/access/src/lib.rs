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
    use kernel::{answer, caller, now, AccessControl, Replaceable};
    use primitives::access::{Account, Change, Deployment, Error, Rights};
    use primitives::{CodeHash, OrganisationId, Question, Standing};

    use crate::Data;

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Access {
        data: Data,
    }

    impl Access {
        /// A deployment in set-up, whose administrator is the caller. Until the caller names the contract `governance`
        /// with [`Change::Deployment`], it decides itself.
        #[ink(constructor)]
        #[allow(clippy::new_without_default)] // A constructor reads its caller: it is not a default value.
        pub fn new() -> Self {
            Self { data: Data::new(caller()) }
        }
    }

    impl AccessControl for Access {
        #[ink(message)]
        fn standing(&self, question: Question) -> Standing {
            answer(self.data.standing(caller(), question, now()))
        }

        #[ink(message)]
        fn account(&self, account: primitives::AccountId) -> Option<Account> {
            answer(self.data.account(account))
        }

        #[ink(message)]
        fn rights(&self, organisation: OrganisationId) -> Rights {
            answer(self.data.rights(organisation))
        }

        #[ink(message)]
        fn deployment(&self) -> Option<Deployment> {
            answer(self.data.deployment())
        }

        #[ink(message)]
        fn change(&mut self, change: Change) -> Result<(), Error> {
            self.data.change(caller(), change)
        }
    }

    impl Replaceable for Access {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.is_governed_by(caller()) && kernel::replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
