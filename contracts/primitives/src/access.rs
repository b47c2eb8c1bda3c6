//! What the contract `access` takes, answers, stores and refuses with: the little that every state change of every
//! contract reads. It decides nothing: the contract `governance` writes into it what it decided.

use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::refused::errors;
use crate::{AccountId, Grant, OrganisationId, Prefix, PrefixLengths, RoleSet, SiteId, Timestamp};

/// What an account may do for its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Account {
    /// The organisation for which it acts.
    pub organisation: OrganisationId,
    /// What it is limited to.
    pub limits: Limits,
}

/// What an account is limited to within its organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Limits {
    /// The one site for which it acts. `None` where it acts for all sites of the organisation.
    pub site: Option<SiteId>,
    /// Those of the organisation's roles that it has. `None` for all of them, later ones too.
    pub roles: Option<RoleSet>,
    /// The last moment at which it acts. `None` where that does not end.
    pub until: Option<Timestamp>,
    /// Whether it adds and removes accounts of the organisation, and publishes its sealing key.
    pub steward: bool,
}

impl Limits {
    /// An account that acts for all sites, with all roles, without an end, and manages the organisation's accounts.
    pub const STEWARD: Limits = Limits { site: None, roles: None, until: None, steward: true };

    /// Whether the account acts at `now`.
    #[must_use]
    pub fn hold_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|end| now <= end)
    }
}

/// The roles of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Rights {
    /// A suspended organisation keeps its roles, and none of them counts.
    pub suspended: bool,
    /// At most one grant for each role.
    pub grants: Vec<Grant>,
}

impl Rights {
    /// The roles that count at `now`.
    #[must_use]
    pub fn roles_at(&self, now: Timestamp) -> RoleSet {
        let held =
            |roles: RoleSet, grant: &Grant| if grant.holds_at(now) { roles.with(grant.role) } else { roles };
        if self.suspended {
            RoleSet::EMPTY
        } else {
            self.grants.iter().fold(RoleSet::EMPTY, held)
        }
    }
}

/// A site as other contracts must know it: whose it is, and what its organisation may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct SiteStanding {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its roles that count now.
    pub roles: RoleSet,
}

/// Whose a GS1 company prefix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct PrefixOwner {
    /// The prefix.
    pub prefix: Prefix,
    /// The organisation.
    pub organisation: OrganisationId,
}

/// What `access` stores once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Deployment {
    /// The contract that decides: whoever deployed `access`, before it named another one.
    pub governance: AccountId,
    /// The account that administers the deployment.
    pub administrator: AccountId,
    /// Whether the deployment is in set-up.
    pub in_set_up: bool,
    /// The contracts that have a role or whose state changes are stopped. At most [`MAX_CONTRACTS`].
    pub contracts: Vec<Contract>,
}

/// What `access` knows of a contract of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Contract {
    /// The contract.
    pub contract: AccountId,
    /// Its roles.
    pub roles: RoleSet,
    /// Whether its state changes are stopped.
    pub paused: bool,
}

impl Deployment {
    /// The roles of a contract.
    #[must_use]
    pub fn roles_of(&self, contract: AccountId) -> RoleSet {
        self.contract(contract).map_or(RoleSet::EMPTY, |entry| entry.roles)
    }

    /// Whether state changes of a contract are stopped.
    #[must_use]
    pub fn is_paused(&self, contract: AccountId) -> bool {
        self.contract(contract).is_some_and(|entry| entry.paused)
    }

    /// The same deployment with this entry for its contract. One without role and pause is removed.
    #[must_use]
    pub fn with(mut self, entry: Contract) -> Self {
        self.contracts.retain(|other| other.contract != entry.contract);
        if entry.paused || !entry.roles.is_empty() {
            self.contracts.push(entry);
        }
        self
    }

    fn contract(&self, contract: AccountId) -> Option<&Contract> {
        self.contracts.iter().find(|entry| entry.contract == contract)
    }
}

/// What `governance` decided, for `access` to write down.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Change {
    /// An account acts for an organisation, with these limits; or does not act any more.
    #[codec(index = 0)]
    Account {
        /// The account.
        account: AccountId,
        /// What it may do. `None` removes it.
        entry: Option<Account>,
    },
    /// The roles of an organisation.
    #[codec(index = 1)]
    Rights {
        /// The organisation.
        organisation: OrganisationId,
        /// Its roles.
        rights: Rights,
    },
    /// A site belongs to an organisation.
    #[codec(index = 2)]
    Site {
        /// The site.
        site: SiteId,
        /// The organisation.
        organisation: OrganisationId,
    },
    /// What is stored once.
    #[codec(index = 3)]
    Deployment(Deployment),
    /// A GS1 company prefix belongs to an organisation, or to none any more.
    #[codec(index = 4)]
    Prefix {
        /// The prefix.
        prefix: Prefix,
        /// The organisation. `None` removes it.
        organisation: Option<OrganisationId>,
        /// The lengths of all prefixes with the same first four digits, after the change.
        lengths: PrefixLengths,
    },
}

errors! {
    "Why `access` refuses. A new variant gets the next index.":
    /// More than [`MAX_CONTRACTS`] contracts would have a role or be paused.
    TooManyContracts = 10,
}

/// The most contracts that have a role or are paused at one time.
pub const MAX_CONTRACTS: usize = 16;
