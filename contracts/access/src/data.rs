//! The rules of `access`, without the macro: who calls and when is an argument.

use ink::prelude::vec::Vec;
use kernel::{key, Item, Map};
use primitives::access::{
    Account, Change, Deployment, Error, PrefixOwner, Rights, SiteStanding, MAX_CONTRACTS,
};
use primitives::prefix::stem_of;
use primitives::{
    ensure, AccountId, OrganisationId, PrefixLengths, Question, Role, SiteId, Standing, Timestamp,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x4143_0005;

/// What the contract knows. Every field has its own storage key, which spells its name.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    layout: Item<u32, { key(b"LAYO") }>,
    deployment: Item<Deployment, { key(b"DEPL") }>,
    accounts: Map<AccountId, Account, { key(b"ACCO") }>,
    rights: Map<OrganisationId, Rights, { key(b"RIGH") }>,
    sites: Map<SiteId, OrganisationId, { key(b"SITE") }>,
    prefixes: Map<u64, OrganisationId, { key(b"PREF") }>,
    /// The lengths of the prefixes with the same first four digits: so a prefix is found in few reads.
    prefix_lengths: Map<u32, PrefixLengths, { key(b"PRLE") }>,
}

impl Data {
    /// An empty store in set-up. `deployer` administers the deployment, and decides until it names the contract that
    /// does.
    #[must_use]
    pub fn new(deployer: AccountId) -> Self {
        let mut data = Self::default();
        data.layout.set(&LAYOUT);
        data.deployment.set(&Deployment {
            governance: deployer,
            administrator: deployer,
            in_set_up: true,
            contracts: Vec::new(),
        });
        data
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// What the account of the question may do at `now`, at the site of the question where it names one. `asker` is the
    /// contract that asks.
    ///
    /// A contract with roles acts for no organisation, even where one named it as its account. The administrator has
    /// Admin besides what it has as an account of an organisation.
    #[must_use]
    pub fn standing(&self, asker: AccountId, question: Question, now: Timestamp) -> Standing {
        let Question { account, site, through, counterparty, key } = question;
        let mut standing = Standing::default();
        let Some(deployment) = self.deployment.get() else { return standing };
        standing.in_set_up = deployment.in_set_up;
        standing.roles = deployment.roles_of(account);
        if standing.roles.is_empty() {
            self.add_organisation(&mut standing, (account, site), now);
        }
        if account == deployment.administrator {
            standing.roles = standing.roles.with(Role::Admin);
        }
        if account == deployment.governance {
            standing.roles = standing.roles.with(Role::Governor);
        }
        standing.paused = deployment.is_paused(asker);
        if let Some(through) = through {
            standing.paused |= deployment.is_paused(through);
            standing.through = deployment.roles_of(through);
        }
        standing.counterparty = counterparty.and_then(|site| {
            let organisation = self.sites.get(site)?;
            Some(SiteStanding { organisation, roles: self.rights(organisation).roles_at(now) })
        });
        standing.prefix = key.and_then(|body| self.prefix_of(body));
        standing
    }

    /// The prefix with which a key begins: one at most, because no registered prefix begins with another one.
    fn prefix_of(&self, body: u64) -> Option<PrefixOwner> {
        let lengths = self.prefix_lengths.get(stem_of(body))?;
        lengths.find(body, |prefix| {
            Some(PrefixOwner { prefix, organisation: self.prefixes.get(prefix.code())? })
        })
    }

    /// Adds what the account may do for its organisation.
    fn add_organisation(
        &self,
        standing: &mut Standing,
        (account, site): (AccountId, Option<SiteId>),
        now: Timestamp,
    ) {
        let Some(Account { organisation, limits }) = self.account(account) else { return };
        if !limits.hold_at(now) {
            return;
        }
        let roles = self.rights(organisation).roles_at(now);
        standing.roles = limits.roles.map_or(roles, |limit| roles.intersection(limit));
        standing.organisation = Some(organisation);
        standing.site = match (site, limits.site) {
            (None, own) => own,
            (Some(site), Some(own)) => Some(site).filter(|_| site == own),
            (Some(site), None) => Some(site).filter(|_| self.sites.get(site) == Some(organisation)),
        };
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

    /// What is stored once.
    #[must_use]
    pub fn deployment(&self) -> Option<Deployment> {
        self.deployment.get()
    }

    /// Whether the account is the one that decides.
    #[must_use]
    pub fn is_governed_by(&self, account: AccountId) -> bool {
        self.deployment.get().is_some_and(|deployment| deployment.governance == account)
    }

    /// Writes down what was decided.
    pub fn change(&mut self, caller: AccountId, change: Change) -> Result<(), Error> {
        ensure(self.is_governed_by(caller), Error::CallerNotAuthorised)?;
        match change {
            Change::Account { account, entry } => self.accounts.put(account, entry.as_ref()),
            Change::Rights { organisation, rights } => {
                let any = rights.suspended || !rights.grants.is_empty();
                self.rights.put(organisation, any.then_some(&rights));
            }
            Change::Site { site, organisation } => self.sites.insert(site, &organisation),
            Change::Deployment(deployment) => {
                ensure(deployment.contracts.len() <= MAX_CONTRACTS, Error::TooManyContracts)?;
                self.deployment.set(&deployment);
            }
            Change::Prefix { prefix, organisation, lengths } => {
                self.prefixes.put(prefix.code(), organisation.as_ref());
                self.prefix_lengths.put(prefix.stem(), Some(&lengths).filter(|lengths| !lengths.is_empty()));
            }
        }
        Ok(())
    }
}
