use scale::{Decode, Encode};

use crate::{AccountId, OrganisationId, RoleSet, SiteId};

/// What the contract `access` answers about an account that calls: all that every state change asks, in one read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Standing {
    /// The organisation for which the account acts now. `None` for an account that is unknown or whose time is over,
    /// for the administrator, and for a contract.
    pub organisation: Option<OrganisationId>,
    /// The site for which it acts: the one that was asked about, where it may act there; else its own, where it acts for
    /// one site only.
    pub site: Option<SiteId>,
    /// The roles that count now: those of its organisation to which the account is not limited otherwise. Empty where the
    /// organisation is suspended.
    pub roles: RoleSet,
    /// Whether the deployment is still in set-up: no contract of it does business then.
    pub in_set_up: bool,
    /// The contracts whose state changes are stopped.
    pub paused: alloc::vec::Vec<AccountId>,
}
