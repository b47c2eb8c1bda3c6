use ink::env::test::{set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use kernel::{AccessControl, Replaceable};
use primitives::access::{Account, Change, Error, Limits, Rights, SiteStanding, MAX_CONTRACTS};
use primitives::{AccountId, Grant, OrganisationId, Role, RoleSet, SiteId, Standing, Timestamp};

use crate::access::Access;
use crate::Data;

const NOW: Timestamp = 1_767_225_600_000;
const DEPLOYER: AccountId = AccountId([0xAD; 32]);
const GOVERNANCE: AccountId = AccountId([0x60; 32]);
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
    data.change(DEPLOYER, Change::Governance(GOVERNANCE)).unwrap();
    decide(&mut data, Change::SetUpEnded);
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
    assert_eq!(data.standing(PERSON, None, NOW), Standing::default());
    limit(&mut data, Limits::default());
    assert_eq!(data.standing(PERSON, None, NOW), standing_of(Some(OWN), None, HELD));
    let later = standing_of(Some(OWN), None, RoleSet::of(&[Role::Pharmacy]));
    assert_eq!(data.standing(PERSON, None, NOW + 1), later);
    decide(&mut data, Change::Account { account: PERSON, entry: None });
    assert_eq!(data.standing(PERSON, None, NOW), Standing::default());
    assert_eq!(data.account(PERSON), None);
}

#[ink::test]
fn an_account_has_no_role_to_which_it_is_not_limited_and_none_that_is_not_held() {
    let mut data = deployment();
    let roles = Some(RoleSet::of(&[Role::Pharmacy, Role::Manufacturer]));
    limit(&mut data, Limits { roles, ..Limits::default() });
    assert_eq!(data.standing(PERSON, None, NOW).roles, RoleSet::of(&[Role::Pharmacy]));
    limit(&mut data, Limits { roles: Some(RoleSet::EMPTY), ..Limits::default() });
    assert_eq!(data.standing(PERSON, None, NOW), standing_of(Some(OWN), None, RoleSet::EMPTY));
}

#[ink::test]
fn an_account_acts_until_its_last_millisecond() {
    let mut data = deployment();
    limit(&mut data, Limits { until: Some(NOW), site: Some(WARD), ..Limits::default() });
    assert_eq!(data.standing(PERSON, None, NOW).organisation, Some(OWN));
    assert_eq!(data.standing(PERSON, Some(WARD), NOW + 1), Standing::default());
    assert!(data.account(PERSON).is_some(), "its time over or not");
}

#[ink::test]
fn an_account_of_all_sites_acts_for_the_site_that_is_asked_about() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    let site = |site| data.standing(PERSON, site, NOW).site;
    assert_eq!((site(Some(WARD)), site(Some(STORE))), (Some(WARD), Some(STORE)));
    assert_eq!((site(Some(ELSEWHERE)), site(Some(99)), site(None)), (None, None, None));
}

#[ink::test]
fn an_account_of_one_site_acts_for_no_other() {
    let mut data = deployment();
    limit(&mut data, Limits { site: Some(WARD), ..Limits::default() });
    let site = |site| data.standing(PERSON, site, NOW).site;
    assert_eq!((site(Some(WARD)), site(None)), (Some(WARD), Some(WARD)));
    assert_eq!((site(Some(STORE)), site(Some(ELSEWHERE)), site(Some(99))), (None, None, None));
}

#[ink::test]
fn a_suspended_organisation_keeps_its_accounts_and_sites_and_no_role() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    decide(&mut data, Change::Rights { organisation: OWN, rights: rights(true) });
    let suspended = standing_of(Some(OWN), Some(WARD), RoleSet::EMPTY);
    assert_eq!(data.standing(PERSON, Some(WARD), NOW), suspended);
    let site = SiteStanding { organisation: OWN, roles: RoleSet::EMPTY };
    assert_eq!(data.site_standing(WARD, NOW), Some(site));
    assert_eq!(data.rights(OWN), rights(true));
}

#[ink::test]
fn a_site_is_known_with_the_roles_of_its_organisation() {
    let data = deployment();
    let of = |organisation, roles| Some(SiteStanding { organisation, roles });
    assert_eq!(data.site_standing(WARD, NOW), of(OWN, HELD));
    assert_eq!(data.site_standing(WARD, NOW + 1), of(OWN, RoleSet::of(&[Role::Pharmacy])));
    assert_eq!(data.site_standing(ELSEWHERE, NOW), of(OTHER, RoleSet::EMPTY));
    assert_eq!(data.site_standing(99, NOW), None);
}

#[ink::test]
fn the_administrator_has_admin_besides_what_its_organisation_has() {
    let mut data = deployment();
    assert_eq!(data.standing(DEPLOYER, None, NOW), standing_of(None, None, RoleSet::of(&[Role::Admin])));
    decide(&mut data, Change::Administrator(PERSON));
    limit(&mut data, Limits::default());
    assert_eq!(data.standing(PERSON, None, NOW), standing_of(Some(OWN), None, HELD.with(Role::Admin)));
    assert_eq!(data.standing(DEPLOYER, None, NOW), Standing::default());
    assert_eq!(data.administrator(), Some(PERSON));
}

#[ink::test]
fn a_contract_has_its_own_roles_and_acts_for_no_organisation() {
    let mut data = deployment();
    limit(&mut data, Limits::default());
    let roles = RoleSet::of(&[Role::UnitRegister]);
    decide(&mut data, Change::ContractRoles { contract: PERSON, roles });
    assert_eq!(data.standing(PERSON, Some(WARD), NOW), standing_of(None, None, roles));
    assert_eq!(data.contract_roles(PERSON), roles);
    let others = RoleSet::of(&[Role::Sentinel]);
    decide(&mut data, Change::ContractRoles { contract: PERSON, roles: others });
    assert_eq!(data.contract_roles(PERSON), others, "in place of the former ones");
    decide(&mut data, Change::ContractRoles { contract: PERSON, roles: RoleSet::EMPTY });
    assert_eq!(data.standing(PERSON, None, NOW).organisation, Some(OWN));
    let governor = standing_of(None, None, RoleSet::of(&[Role::Governor]));
    assert_eq!(data.standing(GOVERNANCE, None, NOW), governor);
}

#[ink::test]
fn each_answer_lists_the_paused_contracts_and_says_whether_the_deployment_is_in_set_up() {
    let mut data = Data::new(DEPLOYER);
    assert!(data.standing(PERSON, None, NOW).in_set_up && data.in_set_up());
    data.change(DEPLOYER, Change::SetUpEnded).unwrap();
    assert!(!data.standing(PERSON, None, NOW).in_set_up && !data.in_set_up());
    let (first, second) = (AccountId([7; 32]), AccountId([8; 32]));
    for (contract, paused) in [(first, true), (second, true), (first, true), (first, false)] {
        data.change(DEPLOYER, Change::Paused { contract, paused }).unwrap();
    }
    assert_eq!(data.standing(PERSON, None, NOW).paused, [second]);
    assert_eq!(data.paused(), [second]);
}

#[ink::test]
fn the_lists_that_each_call_reads_stay_short() {
    let mut data = deployment();
    let contract = |number: usize| AccountId([u8::try_from(number).unwrap(); 32]);
    let roles = RoleSet::of(&[Role::Sentinel]);
    for number in 0..MAX_CONTRACTS {
        decide(&mut data, Change::ContractRoles { contract: contract(number), roles });
        decide(&mut data, Change::Paused { contract: contract(number), paused: true });
    }
    let one_more = contract(MAX_CONTRACTS);
    for change in [
        Change::ContractRoles { contract: one_more, roles },
        Change::Paused { contract: one_more, paused: true },
    ] {
        assert_eq!(data.change(GOVERNANCE, change), Err(Error::TooManyContracts));
    }
    assert!(data.contract_roles(one_more).is_empty() && !data.paused().contains(&one_more));
    decide(&mut data, Change::ContractRoles { contract: contract(0), roles });
    decide(&mut data, Change::Paused { contract: contract(0), paused: true });
}

#[ink::test]
fn nobody_but_the_governor_changes_anything() {
    let mut data = Data::new(DEPLOYER);
    assert_eq!(data.governor(), Some(DEPLOYER));
    assert_eq!(data.change(GOVERNANCE, Change::SetUpEnded), Err(Error::CallerNotAuthorised));
    data.change(DEPLOYER, Change::Governance(GOVERNANCE)).unwrap();
    assert_eq!(data.governor(), Some(GOVERNANCE));
    limit(&mut data, Limits::STEWARD);
    for caller in [DEPLOYER, PERSON] {
        let changes = [
            Change::Account { account: caller, entry: None },
            Change::Rights { organisation: OWN, rights: rights(false) },
            Change::Site { site: WARD, organisation: OWN },
            Change::ContractRoles { contract: caller, roles: RoleSet::of(&[Role::Sentinel]) },
            Change::Administrator(caller),
            Change::Paused { contract: caller, paused: true },
            Change::SetUpEnded,
            Change::Governance(caller),
        ];
        for change in changes {
            assert_eq!(data.change(caller, change), Err(Error::CallerNotAuthorised));
        }
    }
    let untouched = Standing { in_set_up: true, ..standing_of(Some(OWN), None, RoleSet::EMPTY) };
    assert_eq!(data.standing(PERSON, Some(WARD), NOW), untouched);
}

#[ink::test]
fn storage_that_was_not_set_up_gives_nobody_anything() {
    let mut data = Data::default();
    assert_eq!(data.standing(DEPLOYER, None, NOW), Standing::default());
    assert_eq!(data.change(DEPLOYER, Change::SetUpEnded), Err(Error::CallerNotAuthorised));
    assert_eq!((data.administrator(), data.governor()), (None, None));
    assert!(!data.understands_layout());
}

#[ink::test]
fn the_messages_ask_with_the_callers_account_and_the_chains_time() {
    let call_as = |account: AccountId| set_caller::<DefaultEnvironment>(account.0.into());
    call_as(DEPLOYER);
    set_block_timestamp::<DefaultEnvironment>(NOW);
    let mut access = Access::new();
    assert_eq!((access.administrator(), access.governance()), (Some(DEPLOYER), Some(DEPLOYER)));
    let first = standing_of(None, None, RoleSet::of(&[Role::Admin, Role::Governor]));
    assert_eq!(access.standing(DEPLOYER, None), Standing { in_set_up: true, ..first });
    assert_eq!(access.change(Change::Governance(GOVERNANCE)), Ok(()));
    assert_eq!(access.change(Change::SetUpEnded), Err(Error::CallerNotAuthorised));

    call_as(GOVERNANCE);
    let entry = Account { organisation: OWN, limits: Limits { until: Some(NOW), ..Limits::default() } };
    let roles = RoleSet::of(&[Role::Sentinel]);
    for change in [
        Change::Account { account: PERSON, entry: Some(entry) },
        Change::Rights { organisation: OWN, rights: rights(false) },
        Change::Site { site: WARD, organisation: OWN },
        Change::ContractRoles { contract: AccountId([7; 32]), roles },
        Change::Paused { contract: AccountId([7; 32]), paused: true },
        Change::SetUpEnded,
    ] {
        assert_eq!(access.change(change), Ok(()));
    }
    assert_eq!((access.account(PERSON), access.rights(OWN)), (Some(entry), rights(false)));
    assert_eq!((access.paused(), access.in_set_up()), (vec![AccountId([7; 32])], false));
    assert_eq!(access.contract_roles(AccountId([7; 32])), roles);
    assert_eq!(access.standing(PERSON, Some(WARD)).roles, HELD);
    assert_eq!(access.site_standing(WARD).map(|site| site.roles), Some(HELD));
    set_block_timestamp::<DefaultEnvironment>(NOW + 1);
    assert_eq!(access.standing(PERSON, None).organisation, None);
    assert_eq!(access.site_standing(WARD).map(|site| site.roles), Some(RoleSet::of(&[Role::Pharmacy])));
}

#[ink::test]
fn the_code_stays_where_nobody_but_the_governor_asks() {
    set_caller::<DefaultEnvironment>(DEPLOYER.0.into());
    let mut access = Access::new();
    assert!(access.migrate(), "its own layout");
    assert_eq!(access.change(Change::Governance(GOVERNANCE)), Ok(()));
    assert!(!access.replace_code([0xC0; 32]));
}
