//! The messages of `access`: who may do what, as `governance` decided. People and services only read it; its first
//! governor, the account that deployed it, hands over to `governance`.

use primitives::access::{Account, Change, Error, Rights, SiteStanding};
use primitives::{AccountId, OrganisationId, RoleSet, SiteId, Standing};

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
    /// What an account may do now, at a site where one is named.
    #[must_use]
    pub fn standing(&self, account: AccountId, site: Option<SiteId>) -> Call<Standing> {
        Call::infallible(self.0, "AccessControl::standing", (account, site))
    }

    /// Whose a site is, and what its organisation may do now.
    #[must_use]
    pub fn site_standing(&self, site: SiteId) -> Call<Option<SiteStanding>> {
        Call::infallible(self.0, "AccessControl::site_standing", site)
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

    /// The account that administers the deployment.
    #[must_use]
    pub fn administrator(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "AccessControl::administrator", ())
    }

    /// The contract that decides.
    #[must_use]
    pub fn governance(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "governance", ())
    }

    /// Whether the deployment is in set-up.
    #[must_use]
    pub fn in_set_up(&self) -> Call<bool> {
        Call::infallible(self.0, "in_set_up", ())
    }

    /// The contracts whose state changes are stopped.
    #[must_use]
    pub fn paused(&self) -> Call<Vec<AccountId>> {
        Call::infallible(self.0, "paused", ())
    }

    /// The roles of a contract of the deployment.
    #[must_use]
    pub fn contract_roles(&self, contract: AccountId) -> Call<RoleSet> {
        Call::infallible(self.0, "contract_roles", contract)
    }
}
