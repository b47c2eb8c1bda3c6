//! For tests only: a contract that stands in for `access` or `feeds`, and calls back into who asks it.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
#[allow(unsafe_code, missing_docs)] // The macro writes it; we do not.
mod fixture_hostile {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::DefaultEnvironment;
    use ink::prelude::vec::Vec;
    use ink::scale::{Encode, Output};
    use primitives::{AccessControl, FeedId, FeedReader, Role, RoleSet, Standing, Subject};

    /// What it sends when it is asked.
    #[ink(storage)]
    #[derive(Default)]
    pub struct FixtureHostile {
        to: Option<AccountId>,
        selector: [u8; 4],
        arguments: Vec<u8>,
    }

    /// Arguments that are encoded already.
    struct Raw<'a>(&'a [u8]);

    impl Encode for Raw<'_> {
        fn encode_to<T: Output + ?Sized>(&self, output: &mut T) {
            output.write(self.0);
        }
    }

    impl FixtureHostile {
        /// Sends nothing yet.
        #[ink(constructor)]
        pub fn new() -> Self {
            Self::default()
        }

        /// From now on it sends this message with these encoded arguments whenever it is asked something.
        #[ink(message)]
        pub fn arm(&mut self, to: AccountId, selector: [u8; 4], arguments: Vec<u8>) {
            (self.to, self.selector, self.arguments) = (Some(to), selector, arguments);
        }

        fn call_back(&self) {
            let Some(to) = self.to else { return };
            let input = ExecutionInput::new(Selector::new(self.selector)).push_arg(Raw(&self.arguments));
            let call = build_call::<DefaultEnvironment>().call_v1(to).exec_input(input).returns::<()>();
            // Whether it came to something is for the test to see.
            drop(call.try_invoke());
        }
    }

    impl AccessControl for FixtureHostile {
        #[ink(message)]
        fn standing(&self, _account: AccountId, _contract: AccountId) -> Standing {
            self.call_back();
            Standing { roles: RoleSet::of(&Role::ALL), paused: false }
        }
    }

    impl FeedReader for FixtureHostile {
        #[ink(message)]
        fn fresh_value(&self, _feed: FeedId, _subject: Subject, _max_age: u64) -> Option<i128> {
            self.call_back();
            Some(i128::MAX)
        }
    }
}
