//! The rules of `access`, without the macro: who calls and when is an argument.

use ink::prelude::vec::Vec;
use kernel::{key, Item, Map};
use primitives::access::{Account, Change, Error, Rights, SiteStanding, MAX_CONTRACTS};
use primitives::{ensure, AccountId, OrganisationId, Role, RoleSet, SiteId, Standing, Timestamp};
use scale::{Decode, Encode};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4143_0003;

/// What is stored once, in one value: `standing` reads it with each call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct State {
    /// The contract that decides; before the deployment has one, who deployed this contract.
    governor: AccountId,
    administrator: AccountId,
    in_set_up: bool,
    paused: Vec<AccountId>,
    contracts: Vec<(AccountId, RoleSet)>,
}

/// What the contract knows. Every field has its own storage key, which spells its name.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    layout: Item<u32, { key(b"LAYO") }>,
    state: Item<State, { key(b"STAT") }>,
    accounts: Map<AccountId, Account, { key(b"ACCO") }>,
    rights: Map<OrganisationId, Rights, { key(b"RIGH") }>,
    sites: Map<SiteId, OrganisationId, { key(b"SITE") }>,
}

impl Data {
    /// An empty store in set-up. `deployer` administers the deployment, and decides until it names the contract that
    /// does.
    #[must_use]
    pub fn new(deployer: AccountId) -> Self {
        let mut data = Self::default();
        data.layout.set(&LAYOUT);
        data.state.set(&State {
            governor: deployer,
            administrator: deployer,
            in_set_up: true,
            paused: Vec::new(),
            contracts: Vec::new(),
        });
        data
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// What `account` may do at `now`, at `site` where one is named.
    ///
    /// A contract with roles acts for no organisation, even where one named it as its account. The administrator has
    /// Admin besides what it has as an account of an organisation.
    #[must_use]
    pub fn standing(&self, account: AccountId, site: Option<SiteId>, now: Timestamp) -> Standing {
        let Some(state) = self.state.get() else { return Standing::default() };
        let of_contract = state.roles_of_contract(account);
        let mut standing = if of_contract.is_empty() {
            self.standing_in_organisation(account, site, now)
        } else {
            Standing { roles: of_contract, ..Standing::default() }
        };
        if account == state.administrator {
            standing.roles = standing.roles.with(Role::Admin);
        }
        if account == state.governor {
            standing.roles = standing.roles.with(Role::Governor);
        }
        Standing { in_set_up: state.in_set_up, paused: state.paused, ..standing }
    }

    fn standing_in_organisation(&self, account: AccountId, site: Option<SiteId>, now: Timestamp) -> Standing {
        let entry = self.account(account).filter(|entry| entry.limits.hold_at(now));
        let Some(Account { organisation, limits }) = entry else { return Standing::default() };
        let roles = self.rights(organisation).roles_at(now);
        let acts_at = |site: &SiteId| match limits.site {
            Some(own) => own == *site,
            None => self.sites.get(*site) == Some(organisation),
        };
        Standing {
            organisation: Some(organisation),
            site: if site.is_some() { site.filter(acts_at) } else { limits.site },
            roles: limits.roles.map_or(roles, |limit| roles.intersection(limit)),
            ..Standing::default()
        }
    }

    /// Whose the site is, and what its organisation may do at `now`.
    #[must_use]
    pub fn site_standing(&self, site: SiteId, now: Timestamp) -> Option<SiteStanding> {
        let organisation = self.sites.get(site)?;
        Some(SiteStanding { organisation, roles: self.rights(organisation).roles_at(now) })
    }

    /// For whom the account acts, its time over or not.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Option<Account> {
        self.accounts.get(account)
    }

    /// The roles of the organisation.
    #[must_use]
    pub fn rights(&self, organisation: OrganisationId) -> Rights {
        self.rights.get(organisation).unwrap_or_default()
    }

    /// The account that administers the deployment.
    #[must_use]
    pub fn administrator(&self) -> Option<AccountId> {
        self.state.get().map(|state| state.administrator)
    }

    /// Who decides.
    #[must_use]
    pub fn governor(&self) -> Option<AccountId> {
        self.state.get().map(|state| state.governor)
    }

    /// Whether the deployment is in set-up.
    #[must_use]
    pub fn in_set_up(&self) -> bool {
        self.state.get().is_some_and(|state| state.in_set_up)
    }

    /// The contracts whose state changes are stopped.
    #[must_use]
    pub fn paused(&self) -> Vec<AccountId> {
        self.state.get().map(|state| state.paused).unwrap_or_default()
    }

    /// The roles of a contract of the deployment.
    #[must_use]
    pub fn contract_roles(&self, contract: AccountId) -> RoleSet {
        self.state.get().map(|state| state.roles_of_contract(contract)).unwrap_or_default()
    }

    /// Writes down what the governor decided.
    pub fn change(&mut self, caller: AccountId, change: Change) -> Result<(), Error> {
        let mut state = self.state.get().ok_or(Error::CallerNotAuthorised)?;
        ensure(caller == state.governor, Error::CallerNotAuthorised)?;
        match change {
            Change::Account { account, entry: Some(entry) } => self.accounts.insert(account, &entry),
            Change::Account { account, entry: None } => self.accounts.remove(account),
            Change::Rights { organisation, rights } if rights == Rights::default() => {
                self.rights.remove(organisation);
            }
            Change::Rights { organisation, rights } => self.rights.insert(organisation, &rights),
            Change::Site { site, organisation } => self.sites.insert(site, &organisation),
            Change::ContractRoles { contract, roles } => {
                state.contracts.retain(|(other, _)| *other != contract);
                if !roles.is_empty() {
                    state.contracts.push((contract, roles));
                }
            }
            Change::Administrator(account) => state.administrator = account,
            Change::Paused { contract, paused } => {
                state.paused.retain(|other| *other != contract);
                if paused {
                    state.paused.push(contract);
                }
            }
            Change::SetUpEnded => state.in_set_up = false,
            Change::Governance(contract) => state.governor = contract,
        }
        let few = state.contracts.len() <= MAX_CONTRACTS && state.paused.len() <= MAX_CONTRACTS;
        ensure(few, Error::TooManyContracts)?;
        self.state.set(&state);
        Ok(())
    }
}

impl State {
    fn roles_of_contract(&self, contract: AccountId) -> RoleSet {
        let entry = self.contracts.iter().find(|(other, _)| *other == contract);
        entry.map_or(RoleSet::EMPTY, |(_, roles)| *roles)
    }
}
