//! For tests only: a later version of `evidence` that counts what is presented, and so stores its state otherwise.
//!
//! It is how a new version is written: the layout before is read by its own type, and written anew once.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
#[allow(unsafe_code, missing_docs)] // The macro writes it; we do not.
mod fixture_evidence_next {
    use ink::storage::{traits::ManualKey, Lazy, Mapping};
    use primitives::{replace_code, FeedId, Migration, Upgradable};

    /// The layout before, and the one of this code.
    const BEFORE: u32 = 0x4556_0001;
    const LAYOUT: u32 = 0x4556_0002;
    /// The key of the state, before and now.
    const STATE: u32 = 0x5354_4154;

    /// The state as it was.
    #[derive(Clone, Copy, Debug)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct StateBefore {
        access: AccountId,
        batches: AccountId,
    }

    /// The state as it is.
    #[derive(Clone, Copy, Debug)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct State {
        /// New, and in front: what was stored before does not decode as this.
        presented: u64,
        access: AccountId,
        batches: AccountId,
    }

    /// A policy, which did not change.
    #[derive(Clone, Copy, Debug)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct Policy {
        feeds: AccountId,
        threshold: i128,
        max_age: Timestamp,
    }

    /// The same cells as before.
    #[ink(storage)]
    #[derive(Default)]
    pub struct FixtureEvidenceNext {
        layout: Lazy<u32, ManualKey<0x4C41_594F>>,
        state: Lazy<State, ManualKey<STATE>>,
        policies: Mapping<FeedId, Policy, ManualKey<0x504F_4C49>>,
    }

    impl FixtureEvidenceNext {
        /// A new contract of this version.
        #[ink(constructor)]
        pub fn new(access: AccountId, batches: AccountId) -> Self {
            let mut contract = Self::default();
            contract.layout.set(&LAYOUT);
            contract.state.set(&State { presented: 0, access, batches });
            contract
        }

        /// How much evidence was presented since this version.
        #[ink(message)]
        pub fn presented(&self) -> Option<u64> {
            self.state.get().map(|state| state.presented)
        }

        /// What makes a report of the feed evidence.
        #[ink(message)]
        pub fn policy(&self, feed: FeedId) -> Option<Policy> {
            self.policies.get(feed)
        }

        /// The contract that knows the roles.
        #[ink(message)]
        pub fn access(&self) -> Option<AccountId> {
            self.state.get().map(|state| state.access)
        }

        /// The contract that knows the goods.
        #[ink(message)]
        pub fn batches(&self) -> Option<AccountId> {
            self.state.get().map(|state| state.batches)
        }
    }

    impl Upgradable for FixtureEvidenceNext {
        #[ink(message)]
        fn replace_code(&mut self, code: [u8; 32]) -> bool {
            Some(self.env().caller()) == self.access() && replace_code(code)
        }
    }

    impl Migration for FixtureEvidenceNext {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            match self.layout.get() {
                Some(LAYOUT) => true,
                Some(BEFORE) => {
                    let before = ink::env::get_contract_storage(&STATE);
                    let Ok(Some(StateBefore { access, batches })) = before else { return false };
                    self.state.set(&State { presented: 0, access, batches });
                    self.layout.set(&LAYOUT);
                    true
                }
                _ => false,
            }
        }
    }
}
