use ink::env::test::{set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use kernel::{AccessControl, Replaceable};
use primitives::access::{
    Account, Change, Contract, Deployment, Error, Limits, PrefixOwner, Rights, SiteStanding, MAX_CONTRACTS,
};
use primitives::{
    AccountId, Grant, OrganisationId, PrefixLengths, Question, Role, RoleSet, SiteId, Standing, Timestamp,
};

use crate::access::Access;
use crate::Data;

const NOW: Timestamp = 1_767_225_600_000;
const DEPLOYER: AccountId = AccountId([0xAD; 32]);
const GOVERNANCE: AccountId = AccountId([0x60; 32]);
/// The contract that asks.
const ASKER: AccountId = AccountId([0xBA; 32]);
const PERSON: AccountId = AccountId([1; 32]);
/// An organisation with two sites, and another one with one.
const OWN: OrganisationId = 4;
const OTHER: OrganisationId = 5;
const WARD: SiteId = 40;
const STORE: SiteId = 41;
const ELSEWHERE: SiteId = 50;

const HELD: RoleSet = RoleSet::of(&[Role::Pharmacy, Role::Wholesaler]);

/// A deployment after its set-up, in which the first organisation is a pharmacy, and a wholesaler until `NOW`.
fn deployment() -> Data {
    let mut data = Data::new(DEPLOYER);
    let (governance, in_set_up) = (GOVERNANCE, false);
    decide_deployment(&mut data, DEPLOYER, |known| Deployment { governance, in_set_up, ..known });
    for (site, organisation) in [(WARD, OWN), (STORE, OWN), (ELSEWHERE, OTHER)] {
        decide(&mut data, Change::Site { site, organisation });
    }
    decide(&mut data, Change::Rights { organisation: OWN, rights: rights(false) });
    data
}

fn rights(suspended: bool) -> Rights {
    let grant = |role, expires_at| Grant { role, expires_at };
    Rights { suspended, grants: vec![grant(Role::Pharmacy, None), grant(Role::Wholesaler, Some(NOW))] }
}

fn decide(data: &mut Data, change: Change) {
    data.change(GOVERNANCE, change).unwrap();
}

/// Changes what is stored once.
fn decide_deployment(data: &mut Data, by: AccountId, change: impl FnOnce(Deployment) -> Deployment) {
    let changed = change(data.deployment().unwrap());
    data.change(by, Change::Deployment(changed)).unwrap();
}

fn set_roles(data: &mut Data, contract: AccountId, roles: RoleSet) {
    decide_deployment(data, GOVERNANCE, |known| known.with(Contract { contract, roles, paused: false }));
}

/// What a contract without a pause is answered about an account.
fn standing(data: &Data, account: AccountId, site: Option<SiteId>, now: Timestamp) -> Standing {
    data.standing(ASKER, Question::about(account, site), now)
}

/// Whose the site is, asked about as the other party's.
fn counterparty(data: &Data, site: SiteId, now: Timestamp) -> Option<SiteStanding> {
    let question = Question { counterparty: Some(site), ..Question::about(AccountId([99; 32]), None) };
    data.standing(ASKER, question, now).counterparty
}

/// Lets the person act for the first organisation.
fn limit(data: &mut Data, limits: Limits) {
    let entry = Some(Account { organisation: OWN, limits });
    decide(data, Change::Account { account: PERSON, entry });
}

fn standing_of(organisation: Option<OrganisationId>, site: Option<SiteId>, roles: RoleSet) -> Standing {
    Standing { organisation, site, roles, ..Standing::default() }
}

#[ink::test]
fn an_account_has_the_roles_of_its_organisation_while_they_are_held() {
    let mut data = deployment();
    assert_eq!(standing(&data, PERSON, None, NOW), Standing::default());
    limit(&mut data, Limits::default());
    assert_eq!(standing(&data, PERSON, None, NOW), standing_of(Some(OWN), None, HELD));
    let later = standing_of(Some(OWN), None, RoleSet::of(&[Role::Pharmacy]));
    assert_eq!(standing(&data, PERSON, None, NOW + 1), later);
    decide(&mut data, Change::Account { account: PERSON, entry: None });
    assert_eq!(standing(&data, PERSON, None, NOW), Standing::default());
    assert_eq!(data.account(PERSON), None);
}

#[ink::test]
fn an_account_has_no_role_to_which_it_is_not_limited_and_none_that_is_not_held() {
    let mut data = deployment();
    let roles = Some(RoleSet::of(&[Role::Pharmacy, Role::Manufacturer]));
    limit(&mut data, Limits { roles, ..Limits::default() });
    assert_eq!(standing(&data, PERSON, None, NOW).roles, RoleSet::of(&[Role::Pharmacy]));
    limit(&mut data, Limits { roles: Some(RoleSet::EMPTY), ..Limits::default() });
    assert_eq!(standing(&data, PERSON, None, NOW), standing_of(Some(OWN), None, RoleSet::EMPTY));
}

#[ink::test]
fn an_account_acts_until_its_last_millisecond() {
    let mut data = deployment();
    limit(&mut data, Limits { until: Some(NOW), site: Some(WARD), ..Limits::default() });
    assert_eq!(standing(&data, PERSON, None, NOW).organisation, Some(OWN));
    assert_eq!(standing(&data, PERSON, Some(WARD), NOW + 1), Standing::default());
    assert!(data.account(PERSON).is_some(), "its time over or not");
}

#[ink::test]
fn an_account_of_all_sites_acts_for_the_site_that_is_asked_about() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    let site = |site| standing(&data, PERSON, site, NOW).site;
    assert_eq!((site(Some(WARD)), site(Some(STORE))), (Some(WARD), Some(STORE)));
    assert_eq!((site(Some(ELSEWHERE)), site(Some(99)), site(None)), (None, None, None));
}

#[ink::test]
fn an_account_of_one_site_acts_for_no_other() {
    let mut data = deployment();
    limit(&mut data, Limits { site: Some(WARD), ..Limits::default() });
    let site = |site| standing(&data, PERSON, site, NOW).site;
    assert_eq!((site(Some(WARD)), site(None)), (Some(WARD), Some(WARD)));
    assert_eq!((site(Some(STORE)), site(Some(ELSEWHERE)), site(Some(99))), (None, None, None));
}

#[ink::test]
fn a_suspended_organisation_keeps_its_accounts_and_sites_and_no_role() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    decide(&mut data, Change::Rights { organisation: OWN, rights: rights(true) });
    let suspended = standing_of(Some(OWN), Some(WARD), RoleSet::EMPTY);
    assert_eq!(standing(&data, PERSON, Some(WARD), NOW), suspended);
    let site = SiteStanding { organisation: OWN, roles: RoleSet::EMPTY };
    assert_eq!(counterparty(&data, WARD, NOW), Some(site));
    assert_eq!(data.rights(OWN), rights(true));
}

#[ink::test]
fn a_site_is_known_with_the_roles_of_its_organisation() {
    let data = deployment();
    let of = |organisation, roles| Some(SiteStanding { organisation, roles });
    assert_eq!(counterparty(&data, WARD, NOW), of(OWN, HELD));
    assert_eq!(counterparty(&data, WARD, NOW + 1), of(OWN, RoleSet::of(&[Role::Pharmacy])));
    assert_eq!(counterparty(&data, ELSEWHERE, NOW), of(OTHER, RoleSet::EMPTY));
    assert_eq!(counterparty(&data, 99, NOW), None);
}

fn prefix(digits: &str, organisation: Option<OrganisationId>, lengths: &[u8]) -> Change {
    let lengths = lengths.iter().fold(PrefixLengths::EMPTY, |set, length| set.with(*length));
    Change::Prefix { prefix: digits.parse().unwrap(), organisation, lengths }
}

#[ink::test]
fn a_key_is_known_by_the_prefix_with_which_it_begins() {
    let mut data = deployment();
    let owner = |data: &Data, key| {
        let question = Question { key, ..Question::about(PERSON, None) };
        data.standing(ASKER, question, NOW).prefix
    };
    let key = Some(950_600_013_435);
    assert_eq!(owner(&data, key), None);
    decide(&mut data, prefix("9506000", Some(OWN), &[7]));
    decide(&mut data, prefix("950600100000", Some(OTHER), &[7, 12]));
    let entry = |text: &str, organisation| Some(PrefixOwner { prefix: text.parse().unwrap(), organisation });
    assert_eq!(owner(&data, key), entry("9506000", OWN));
    assert_eq!(owner(&data, Some(950_600_100_000)), entry("950600100000", OTHER));
    assert_eq!((owner(&data, Some(950_600_100_001)), owner(&data, None)), (None, None));
    decide(&mut data, prefix("9506000", None, &[12]));
    assert_eq!(owner(&data, key), None);
    assert_eq!(owner(&data, Some(950_600_100_000)), entry("950600100000", OTHER));
    decide(&mut data, prefix("950600100000", None, &[]));
    assert_eq!(owner(&data, Some(950_600_100_000)), None);
}

#[ink::test]
fn the_administrator_has_admin_besides_what_its_organisation_has() {
    let mut data = deployment();
    assert_eq!(standing(&data, DEPLOYER, None, NOW), standing_of(None, None, RoleSet::of(&[Role::Admin])));
    decide_deployment(&mut data, GOVERNANCE, |known| Deployment { administrator: PERSON, ..known });
    limit(&mut data, Limits::default());
    assert_eq!(standing(&data, PERSON, None, NOW), standing_of(Some(OWN), None, HELD.with(Role::Admin)));
    assert_eq!(standing(&data, DEPLOYER, None, NOW), Standing::default());
}

#[ink::test]
fn a_contract_has_its_own_roles_and_acts_for_no_organisation() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    let roles = RoleSet::of(&[Role::UnitRegister]);
    set_roles(&mut data, PERSON, roles);
    assert_eq!(standing(&data, PERSON, Some(WARD), NOW), standing_of(None, None, roles));
    let others = RoleSet::of(&[Role::Sentinel]);
    set_roles(&mut data, PERSON, others);
    assert_eq!(standing(&data, PERSON, None, NOW).roles, others, "in place of the former ones");
    set_roles(&mut data, PERSON, RoleSet::EMPTY);
    assert_eq!(standing(&data, PERSON, None, NOW).organisation, Some(OWN));
    let governor = standing_of(None, None, RoleSet::of(&[Role::Governor]));
    assert_eq!(standing(&data, GOVERNANCE, None, NOW), governor);
}

#[ink::test]
fn a_contract_that_passes_a_call_on_is_known_by_its_roles_and_its_pause() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    let (register, roles) = (AccountId([7; 32]), RoleSet::of(&[Role::UnitRegister]));
    let ask = |data: &Data, through| {
        let question = Question { through, ..Question::about(PERSON, Some(WARD)) };
        data.standing(ASKER, question, NOW)
    };
    let direct = standing_of(Some(OWN), Some(WARD), HELD);
    assert_eq!(ask(&data, Some(register)), direct, "it has no role");
    set_roles(&mut data, register, roles);
    assert_eq!(ask(&data, Some(register)), Standing { through: roles, ..direct });
    assert_eq!(ask(&data, None), direct);
    for paused in [register, ASKER] {
        let roles = data.deployment().unwrap().roles_of(paused);
        let pause = |paused_now| Contract { contract: paused, roles, paused: paused_now };
        decide_deployment(&mut data, GOVERNANCE, |known| known.with(pause(true)));
        assert!(ask(&data, Some(register)).paused);
        assert_eq!(ask(&data, None).paused, paused == ASKER);
        decide_deployment(&mut data, GOVERNANCE, |known| known.with(pause(false)));
        assert!(!ask(&data, Some(register)).paused);
    }
}

#[ink::test]
fn each_answer_says_whether_the_deployment_is_in_set_up() {
    let mut data = Data::new(DEPLOYER);
    assert!(standing(&data, PERSON, None, NOW).in_set_up);
    decide_deployment(&mut data, DEPLOYER, |known| Deployment { in_set_up: false, ..known });
    assert!(!standing(&data, PERSON, None, NOW).in_set_up);
}

#[ink::test]
fn the_list_that_each_call_reads_stays_short() {
    let mut data = deployment();
    let contract = |number: usize| AccountId([u8::try_from(number).unwrap(); 32]);
    let entry = |number, paused| Contract { contract: contract(number), roles: RoleSet::EMPTY, paused };
    for number in 0..MAX_CONTRACTS {
        decide_deployment(&mut data, GOVERNANCE, |known| known.with(entry(number, true)));
    }
    let full = data.deployment().unwrap();
    let one_more = full.clone().with(entry(MAX_CONTRACTS, true));
    assert_eq!(data.change(GOVERNANCE, Change::Deployment(one_more)), Err(Error::TooManyContracts));
    assert_eq!(data.deployment(), Some(full.clone()));
    let same = full.clone().with(entry(0, true));
    assert_eq!(same.contracts.len(), MAX_CONTRACTS, "one entry for each contract");
    assert_eq!(full.with(entry(0, false)).contracts.len(), MAX_CONTRACTS - 1, "none without role and pause");
}

#[ink::test]
fn nobody_but_the_governor_changes_anything() {
    let mut data = Data::new(DEPLOYER);
    assert!(data.is_governed_by(DEPLOYER));
    let governed = Deployment { governance: GOVERNANCE, ..data.deployment().unwrap() };
    let change = Change::Deployment(governed.clone());
    assert_eq!(data.change(GOVERNANCE, change.clone()), Err(Error::CallerNotAuthorised));
    data.change(DEPLOYER, change).unwrap();
    assert!(data.is_governed_by(GOVERNANCE) && !data.is_governed_by(DEPLOYER));
    limit(&mut data, Limits::STEWARD);
    for caller in [DEPLOYER, PERSON] {
        let changes = [
            Change::Account { account: caller, entry: None },
            Change::Rights { organisation: OWN, rights: rights(false) },
            Change::Site { site: WARD, organisation: OWN },
            Change::Deployment(Deployment { governance: caller, ..governed.clone() }),
            prefix("9506000", Some(OWN), &[7]),
        ];
        for change in changes {
            assert_eq!(data.change(caller, change), Err(Error::CallerNotAuthorised));
        }
    }
    let untouched = Standing { in_set_up: true, ..standing_of(Some(OWN), None, RoleSet::EMPTY) };
    assert_eq!(standing(&data, PERSON, Some(WARD), NOW), untouched);
}

#[ink::test]
fn storage_that_was_not_set_up_gives_nobody_anything() {
    let mut data = Data::default();
    assert_eq!(standing(&data, DEPLOYER, None, NOW), Standing::default());
    let change = Change::Account { account: PERSON, entry: None };
    assert_eq!(data.change(DEPLOYER, change), Err(Error::CallerNotAuthorised));
    assert_eq!(data.deployment(), None);
    assert!(!data.understands_layout());
}

#[ink::test]
fn the_messages_ask_with_the_callers_account_and_the_chains_time() {
    let call_as = |account: AccountId| set_caller::<DefaultEnvironment>(account.0.into());
    call_as(DEPLOYER);
    set_block_timestamp::<DefaultEnvironment>(NOW);
    let mut access = Access::new();
    let first = standing_of(None, None, RoleSet::of(&[Role::Admin, Role::Governor]));
    assert_eq!(access.standing(Question::about(DEPLOYER, None)), Standing { in_set_up: true, ..first });
    let known = access.deployment().unwrap();
    assert_eq!((known.administrator, known.governance), (DEPLOYER, DEPLOYER));
    let contract = Contract { contract: DEPLOYER, roles: RoleSet::EMPTY, paused: true };
    let change = Deployment { governance: GOVERNANCE, in_set_up: false, ..known }.with(contract);
    assert_eq!(access.change(Change::Deployment(change.clone())), Ok(()));
    assert_eq!(access.change(Change::Deployment(change.clone())), Err(Error::CallerNotAuthorised));
    assert_eq!(access.deployment(), Some(change));
    assert!(access.standing(Question::about(PERSON, None)).paused, "it is the caller who asks");

    call_as(GOVERNANCE);
    let entry = Account { organisation: OWN, limits: Limits { until: Some(NOW), ..Limits::default() } };
    for change in [
        Change::Account { account: PERSON, entry: Some(entry) },
        Change::Rights { organisation: OWN, rights: rights(false) },
        Change::Site { site: WARD, organisation: OWN },
    ] {
        assert_eq!(access.change(change), Ok(()));
    }
    assert_eq!((access.account(PERSON), access.rights(OWN)), (Some(entry), rights(false)));
    let question = Question { counterparty: Some(WARD), ..Question::about(PERSON, Some(WARD)) };
    let asked = access.standing(question);
    let site = |roles| Some(SiteStanding { organisation: OWN, roles });
    assert_eq!((asked.roles, asked.counterparty), (HELD, site(HELD)));
    set_block_timestamp::<DefaultEnvironment>(NOW + 1);
    let asked = access.standing(question);
    assert_eq!((asked.organisation, asked.counterparty), (None, site(RoleSet::of(&[Role::Pharmacy]))));
}

#[ink::test]
fn the_code_stays_where_nobody_but_the_governor_asks() {
    set_caller::<DefaultEnvironment>(DEPLOYER.0.into());
    let mut access = Access::new();
    assert!(access.migrate(), "its own layout");
    let governed = Deployment { governance: GOVERNANCE, ..access.deployment().unwrap() };
    assert_eq!(access.change(Change::Deployment(governed)), Ok(()));
    assert!(!access.replace_code([0xC0; 32]));
}
