use scale::{Decode, Encode};

use crate::access::{PrefixOwner, SiteStanding};
use crate::{AccountId, OrganisationId, RoleSet, SiteId};

/// What a contract asks the contract `access` about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Question {
    /// The account that acts.
    pub account: AccountId,
    /// The site whose books are to change.
    pub site: Option<SiteId>,
    /// The contract that passes the call on, where the account called that one.
    pub through: Option<AccountId>,
    /// Another site that the call is about, such as a consignee.
    pub counterparty: Option<SiteId>,
    /// The twelve digits of a GS1 key whose prefix is asked for, as a number ([`crate::prefix`]).
    pub key: Option<u64>,
}

impl Question {
    /// A question about an account, at a site where one is named.
    #[must_use]
    pub const fn about(account: AccountId, site: Option<SiteId>) -> Self {
        Self { account, site, through: None, counterparty: None, key: None }
    }
}

/// What the contract `access` answers: all that every state change asks, in one read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
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
    /// Whether state changes are stopped: of the contract that asks, or of the one that passes the call on.
    pub paused: bool,
    /// The roles of the contract that passes the call on.
    pub through: RoleSet,
    /// Whose the other site is, and what its organisation may do. `None` where no such site is registered.
    pub counterparty: Option<SiteStanding>,
    /// The registered prefix with which the key begins, and whose it is. `None` where no such prefix is registered.
    pub prefix: Option<PrefixOwner>,
}
