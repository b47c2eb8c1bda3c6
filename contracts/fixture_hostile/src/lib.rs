//! For tests only: a contract that stands in for `access` or `feeds`, and calls back into who asks it.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
#[allow(unsafe_code, missing_docs)] // The macro writes it; we do not.
mod fixture_hostile {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::DefaultEnvironment;
    use ink::prelude::vec::Vec;
    use ink::scale::{Encode, Output};
    use kernel::{AccessControl, FeedReader};
    use primitives::access::{Account, Change, Deployment, Error, Limits, PrefixOwner, Rights, SiteStanding};
    use primitives::feeds::FeedValue;
    use primitives::{
        Extensible, FeedId, Grant, InputCommitment, OrganisationId, Prefix, Question, Role, RoleSet,
        Standing, Subject,
    };

    /// The organisation for which everybody acts who is asked about.
    const ORGANISATION: OrganisationId = 0;

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

    // Every answer grants all that can be asked for.
    impl AccessControl for FixtureHostile {
        #[ink(message)]
        fn standing(&self, question: Question) -> Standing {
            self.call_back();
            let (organisation, roles) = (ORGANISATION, RoleSet::of(&Role::ALL));
            Standing {
                organisation: Some(organisation),
                site: question.site,
                roles,
                in_set_up: false,
                paused: false,
                through: roles,
                counterparty: Some(SiteStanding { organisation, roles }),
                prefix: question.key.map(|key| PrefixOwner { prefix: Prefix::of(key, 7), organisation }),
            }
        }

        #[ink(message)]
        fn account(&self, _account: primitives::AccountId) -> Option<Account> {
            self.call_back();
            Some(Account { organisation: ORGANISATION, limits: Limits::STEWARD })
        }

        #[ink(message)]
        fn rights(&self, _organisation: OrganisationId) -> Rights {
            self.call_back();
            let grants = Role::ALL.into_iter().map(|role| Grant { role, expires_at: None }).collect();
            Rights { suspended: false, grants }
        }

        #[ink(message)]
        fn deployment(&self) -> Option<Deployment> {
            self.call_back();
            let (governance, administrator) = (kernel::this(), kernel::caller());
            Some(Deployment { governance, administrator, in_set_up: false, contracts: Vec::new() })
        }

        #[ink(message)]
        fn change(&mut self, _change: Change) -> Result<(), Error> {
            self.call_back();
            Ok(())
        }
    }

    impl FeedReader for FixtureHostile {
        #[ink(message)]
        fn fresh_value(
            &self,
            _feed: FeedId,
            _subject: Subject,
            _max_age: Timestamp,
        ) -> Option<Extensible<FeedValue>> {
            self.call_back();
            let (observed_at, inputs) = (self.env().block_timestamp(), InputCommitment::default());
            Some(Extensible::from(&FeedValue { value: i128::MAX, observed_at, inputs, spread: 0 }))
        }
    }
}
