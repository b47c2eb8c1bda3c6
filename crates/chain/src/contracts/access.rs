//! The messages of `access`: who may do what, as `governance` decided. People and services only read it; its first
//! governor, the account that deployed it, hands over to `governance`.

use primitives::access::{self, Account, Change, Error, Rights};
use primitives::{AccountId, OrganisationId, Question, Standing};

use crate::node::call::Call;
use crate::node::constructor::Constructor;

/// A deployment in set-up, whose administrator and first governor is the account that deploys it.
#[must_use]
pub fn new() -> Constructor {
    Constructor::new("new", ())
}

/// The contract `access` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(pub AccountId);

impl Access {
    /// What an account may do now. `paused` is about who asks: always `false` for a reader.
    #[must_use]
    pub fn standing(&self, question: &Question) -> Call<Standing> {
        Call::infallible(self.0, "AccessControl::standing", question)
    }

    /// For whom an account acts, its time over or not.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Call<Option<Account>> {
        Call::infallible(self.0, "AccessControl::account", account)
    }

    /// The roles of an organisation.
    #[must_use]
    pub fn rights(&self, organisation: OrganisationId) -> Call<Rights> {
        Call::infallible(self.0, "AccessControl::rights", organisation)
    }

    /// Writes down a decision, as the governor.
    #[must_use]
    pub fn change(&self, change: &Change) -> Call<()> {
        Call::fallible::<Error>(self.0, "AccessControl::change", change)
    }

    /// Who administers the deployment, its contracts, and whether it is in set-up.
    #[must_use]
    pub fn deployment(&self) -> Call<Option<access::Deployment>> {
        Call::infallible(self.0, "AccessControl::deployment", ())
    }
}
