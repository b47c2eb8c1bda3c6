//! What `access` knows, and answers.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Call;
use primitives::access::{Account, Change, Contract, Deployment, Rights, SiteStanding};
use primitives::{
    AccountId, OrganisationId, Prefix, PrefixLengths, Refused, Role, RoleSet, SiteId, Sscc, Timestamp,
};

/// Something that `governance` could decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Administration {
    Account { account: AccountId, entry: Option<Account> },
    Rights { organisation: OrganisationId, rights: Rights },
    Site { site: SiteId, organisation: OrganisationId },
    Prefix { prefix: Prefix, organisation: OrganisationId },
    ContractRoles { contract: AccountId, roles: RoleSet },
    Administrator(AccountId),
    Paused { contract: AccountId, paused: bool },
    SetUpEnded,
}

impl Administration {
    /// What is written into `access` then, which knows this deployment.
    pub fn written(&self, known: Deployment) -> Change {
        let change = match self.clone() {
            Administration::Account { account, entry } => return Change::Account { account, entry },
            Administration::Rights { organisation, rights } => {
                return Change::Rights { organisation, rights }
            }
            Administration::Site { site, organisation } => return Change::Site { site, organisation },
            Administration::Prefix { prefix, organisation } => {
                return Change::Prefix {
                    prefix,
                    organisation: Some(organisation),
                    lengths: PrefixLengths::EMPTY.with(prefix.length),
                }
            }
            Administration::Administrator(administrator) => Deployment { administrator, ..known },
            Administration::SetUpEnded => Deployment { in_set_up: false, ..known },
            Administration::ContractRoles { contract, roles } => {
                let paused = known.is_paused(contract);
                known.with(Contract { contract, roles, paused })
            }
            Administration::Paused { contract, paused } => {
                let roles = known.roles_of(contract);
                known.with(Contract { contract, roles, paused })
            }
        };
        Change::Deployment(change)
    }
}

/// Organisations, their sites and accounts: what the changes written into `access` amount to.
#[derive(Clone, Debug, Default)]
pub struct Organisations {
    set_up_ended: bool,
    pub accounts: BTreeMap<AccountId, Account>,
    pub rights: BTreeMap<OrganisationId, Rights>,
    pub sites: BTreeMap<SiteId, OrganisationId>,
    pub prefixes: BTreeMap<Prefix, OrganisationId>,
    contracts: BTreeMap<AccountId, RoleSet>,
    administrator: Option<AccountId>,
    paused: BTreeSet<AccountId>,
}

impl Organisations {
    /// Writes a change down.
    pub fn apply(&mut self, change: &Administration) {
        match change.clone() {
            Administration::Account { account, entry: Some(entry) } => {
                self.accounts.insert(account, entry);
            }
            Administration::Account { account, entry: None } => {
                self.accounts.remove(&account);
            }
            Administration::Rights { organisation, rights } => {
                self.rights.insert(organisation, rights);
            }
            Administration::Site { site, organisation } => {
                self.sites.insert(site, organisation);
            }
            Administration::Prefix { prefix, organisation } => {
                self.prefixes.insert(prefix, organisation);
            }
            Administration::ContractRoles { contract, roles } => {
                self.contracts.insert(contract, roles);
            }
            Administration::Administrator(account) => self.administrator = Some(account),
            Administration::Paused { contract, paused: true } => {
                self.paused.insert(contract);
            }
            Administration::Paused { contract, paused: false } => {
                self.paused.remove(&contract);
            }
            Administration::SetUpEnded => self.set_up_ended = true,
        }
    }

    pub fn is_in_set_up(&self) -> bool {
        !self.set_up_ended
    }

    pub fn is_paused(&self, contract: AccountId) -> bool {
        self.paused.contains(&contract)
    }

    fn roles_of(&self, organisation: OrganisationId, now: Timestamp) -> RoleSet {
        self.rights.get(&organisation).map_or(RoleSet::EMPTY, |rights| rights.roles_at(now))
    }

    /// For whom the account acts now.
    fn acting(&self, account: AccountId, now: Timestamp) -> Option<&Account> {
        self.accounts.get(&account).filter(|entry| entry.limits.hold_at(now))
    }

    /// Who calls, where `site` is named: what a rule gets to know. A contract with roles acts for no organisation.
    pub fn caller(&self, account: AccountId, site: Option<SiteId>, now: Timestamp) -> Call {
        let mut call = Call { account, organisation: None, site: None, roles: RoleSet::EMPTY, now };
        let of_contract = self.contracts.get(&account).copied().unwrap_or_default();
        if !of_contract.is_empty() {
            call.roles = of_contract;
        } else if let Some(Account { organisation, limits }) = self.acting(account, now) {
            let acts_at = |site: &SiteId| match limits.site {
                Some(own) => own == *site,
                None => self.sites.get(site) == Some(organisation),
            };
            let roles = self.roles_of(*organisation, now);
            call.organisation = Some(*organisation);
            call.site = if site.is_some() { site.filter(acts_at) } else { limits.site };
            call.roles = limits.roles.map_or(roles, |limit| limit.intersection(roles));
        }
        if self.administrator == Some(account) {
            call.roles = call.roles.with(Role::Admin);
        }
        call
    }

    /// The same, or why `contracts` do not even look at the call.
    pub fn call(
        &self,
        account: AccountId,
        site: Option<SiteId>,
        now: Timestamp,
        contracts: &[AccountId],
    ) -> Result<Call, Refused> {
        if self.is_in_set_up() {
            return Err(Refused::InSetUp);
        }
        if contracts.iter().any(|contract| self.is_paused(*contract)) {
            return Err(Refused::Paused);
        }
        let call = self.caller(account, site, now);
        if site.is_some() && call.site != site {
            return Err(Refused::CallerNotAtSite);
        }
        Ok(call)
    }

    /// Whose the company prefix is with which an SSCC begins behind its extension digit.
    pub fn owner_of(&self, sscc: Sscc) -> Option<OrganisationId> {
        let digits = format!("{sscc:018}");
        let begins = |prefix: &&Prefix| digits[1..].starts_with(&prefix.to_string());
        self.prefixes.keys().find(begins).map(|prefix| self.prefixes[prefix])
    }

    /// Whose the site is.
    pub fn site_standing(&self, site: SiteId, now: Timestamp) -> Option<SiteStanding> {
        let organisation = *self.sites.get(&site)?;
        Some(SiteStanding { organisation, roles: self.roles_of(organisation, now) })
    }

    /// The accounts that have this role now, of the organisation where one is named.
    pub fn accounts_with(
        &self,
        role: Role,
        organisation: Option<OrganisationId>,
        now: Timestamp,
    ) -> Vec<AccountId> {
        let fits = |account: &&AccountId| {
            let call = self.caller(**account, None, now);
            call.roles.contains(role) && organisation.is_none_or(|organisation| call.is_of(organisation))
        };
        self.accounts.keys().filter(fits).copied().collect()
    }
}
