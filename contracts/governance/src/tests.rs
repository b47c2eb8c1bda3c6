//! The rules together with those of `access`, each in a storage of its own, as they work together on chain. The messages
//! ask `access`, which ink!'s off-chain environment cannot: they are tested in the real runtime.

use ink::env::test::{callee, set_callee};
use ink::env::DefaultEnvironment;
use primitives::access::{Account, Change, Deployment, Limits, Rights};
use primitives::governance::{Action, Error, Identifier, CHANGE_DELAY};
use primitives::{
    AccountId, Actor, CodeHash, Grant, OrganisationId, Question, Role, RoleSet, SiteId, Standing, Timestamp,
};

use crate::{Access, Caller, Data};

mod accounts;
mod administration;
mod codes;
mod markets;
mod organisations;
mod pause;
mod prefixes;
mod proposals;
mod roles;
mod sequences;
mod sites;

const NOW: Timestamp = 1_767_225_600_000;
const ACCESS: AccountId = AccountId([0xAC; 32]);
const GOVERNANCE: AccountId = AccountId([0x60; 32]);
const ADMINISTRATOR: AccountId = AccountId([0xAD; 32]);

/// The rules of `access`.
#[derive(Debug, Default)]
struct Store(access::Data);

impl Access for Store {
    fn deployment(&self) -> Result<Deployment, Error> {
        in_storage_of(ACCESS, || self.0.deployment()).ok_or(Error::AccessUnavailable)
    }

    fn account(&self, account: AccountId) -> Result<Option<Account>, Error> {
        Ok(in_storage_of(ACCESS, || self.0.account(account)))
    }

    fn rights(&self, organisation: OrganisationId) -> Result<Rights, Error> {
        Ok(in_storage_of(ACCESS, || self.0.rights(organisation)))
    }

    fn change(&mut self, change: Change) -> Result<(), Error> {
        Ok(in_storage_of(ACCESS, || self.0.change(GOVERNANCE, change))?)
    }

    fn is_contract(&self, account: AccountId) -> bool {
        account != PERSON
    }

    fn is_own_code(&self, code: CodeHash) -> bool {
        code == OWN_CODE
    }

    fn lock_code(&mut self, code: CodeHash) -> bool {
        assert!(!is_locked(code) && code != OWN_CODE);
        let there = code != NOWHERE;
        if there {
            in_storage_of(CHAIN, || Locked::default().insert(code, &()));
        }
        there
    }

    fn unlock_code(&mut self, code: CodeHash) {
        assert_eq!(in_storage_of(CHAIN, || Locked::default().take(code)), Some(()));
    }
}

/// Code that is not on chain.
const NOWHERE: CodeHash = [0xFF; 32];
/// The code that `governance` runs.
const OWN_CODE: CodeHash = [0x60; 32];
/// A person's account: every other one is taken for a contract's.
const PERSON: AccountId = AccountId([0xEE; 32]);

/// The codes that the chain holds, and stops whoever locks one twice or unlocks what is not locked.
type Locked = kernel::Map<CodeHash, (), { kernel::key(b"LOCK") }>;
const CHAIN: AccountId = AccountId([0xC4; 32]);

fn is_locked(code: CodeHash) -> bool {
    in_storage_of(CHAIN, || Locked::default().contains(code))
}

fn in_storage_of<T>(contract: AccountId, rule: impl FnOnce() -> T) -> T {
    let before = callee::<DefaultEnvironment>();
    set_callee::<DefaultEnvironment>(contract.0.into());
    let result = rule();
    set_callee::<DefaultEnvironment>(before);
    result
}

/// A deployment in set-up, without an organisation.
fn set_up() -> Data {
    set_callee::<DefaultEnvironment>(GOVERNANCE.0.into());
    in_storage_of(ACCESS, || {
        let mut access = access::Data::new(ADMINISTRATOR);
        let deployment = Deployment { governance: GOVERNANCE, ..access.deployment().unwrap() };
        access.change(ADMINISTRATOR, Change::Deployment(deployment)).unwrap();
    });
    Data::new(ACCESS)
}

/// The same after its set-up.
fn deployment() -> Data {
    let mut data = set_up();
    data.end_set_up(&mut by(ADMINISTRATOR)).unwrap();
    data
}

fn account(number: u8) -> AccountId {
    AccountId([number; 32])
}

fn standing(account: AccountId, site: Option<SiteId>, now: Timestamp) -> Standing {
    let question = Question::about(account, site);
    in_storage_of(ACCESS, || access::Data::default().standing(GOVERNANCE, question, now))
}

fn roles(account: AccountId, now: Timestamp) -> RoleSet {
    standing(account, None, now).roles
}

/// A caller as the contract sees it at `NOW`.
fn by(account: AccountId) -> Caller<Store> {
    by_at(account, NOW)
}

fn by_at(account: AccountId, now: Timestamp) -> Caller<Store> {
    let Standing { organisation, site, roles, in_set_up, .. } = standing(account, None, now);
    let call = kernel::Call { account, organisation, site, roles, now };
    Caller { call, in_set_up, access: Store::default() }
}

/// What events say of an account.
fn actor(account: AccountId) -> Actor {
    by(account).call.actor()
}

fn uri(text: &str) -> Identifier {
    Identifier::Uri(text.into())
}

/// Registers an organisation without a role, whose steward is the account of this number.
fn register(data: &mut Data, number: u8) -> OrganisationId {
    let identifier = uri(&format!("urn:example:{number}"));
    let event =
        data.register_organisation(&mut by(ADMINISTRATOR), "Name".into(), identifier, account(number));
    event.unwrap().organisation
}

/// The same with a role that does not end.
fn with_role(data: &mut Data, number: u8, role: Role) -> OrganisationId {
    let organisation = register(data, number);
    give(data, organisation, Grant { role, expires_at: None });
    organisation
}

fn give(data: &mut Data, organisation: OrganisationId, grant: Grant) {
    if by(ADMINISTRATOR).in_set_up || ![Role::Admin, Role::Regulator].contains(&grant.role) {
        data.grant_role(&mut by(ADMINISTRATOR), organisation, grant).unwrap();
    } else {
        let action = Action::Grant { organisation, grant };
        let proposed = data.propose(&mut by_at(ADMINISTRATOR, NOW - CHANGE_DELAY), action).unwrap();
        data.apply_proposal(&mut by(ADMINISTRATOR), proposed.proposal).unwrap();
    }
}

/// Registers a site of the organisation.
fn site(data: &mut Data, organisation: OrganisationId, number: u64) -> SiteId {
    let event = data.register_site(&mut by(ADMINISTRATOR), organisation, "Site".into(), gln(number));
    event.unwrap().site
}

/// The GLN of this number.
fn gln(number: u64) -> u64 {
    let payload = 950_600_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
}
