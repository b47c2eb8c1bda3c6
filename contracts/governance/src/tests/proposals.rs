use super::*;
use crate::Applied;
use primitives::governance::{
    AccountAdded, ContractRolesSet, OrganisationReinstated, Proposal, ProposalApplied, ProposalCancelled,
    RoleAdministrationSet, RoleGranted, APPLY_WINDOW,
};

const UPGRADE: Action = Action::Upgrade { contract: AccountId([9; 32]), code: [0xC0; 32] };
const DUE: Timestamp = NOW + CHANGE_DELAY;
const LAST: Timestamp = DUE + APPLY_WINDOW;

fn regulator(organisation: OrganisationId) -> Action {
    Action::Grant { organisation, grant: Grant { role: Role::Regulator, expires_at: None } }
}

#[test]
fn code_is_proposed_waits_and_is_applied_by_whoever_administers_then() {
    let mut data = deployment();
    let event = data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap();
    assert_eq!((event.proposal, event.action), (0, UPGRADE));
    assert_eq!((event.applies_from, event.applies_until), (DUE, LAST));
    let waiting =
        Proposal { action: UPGRADE, by: actor(ADMINISTRATOR), applies_from: DUE, applies_until: LAST };
    assert_eq!(data.proposal(0), Some(waiting));
    let early = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE - 1), 0);
    assert_eq!(early, Err(Error::ProposalTooEarly));

    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    data.accept_administration(&mut by_at(account(1), DUE)).unwrap();
    let former = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), 0);
    assert_eq!(former, Err(Error::CallerNotAuthorised));
    assert_eq!(data.apply_proposal(&mut by_at(account(1), DUE), 1), Err(Error::UnknownProposal));
    let applied = ProposalApplied { by: actor(account(1)), proposal: 0, action: UPGRADE };
    let upgrade = Applied::Upgrade { contract: account(9), code: [0xC0; 32] };
    assert_eq!(data.apply_proposal(&mut by_at(account(1), DUE), 0), Ok((applied, upgrade)));
    assert_eq!(data.apply_proposal(&mut by_at(account(1), DUE), 0), Err(Error::UnknownProposal));
    assert_eq!(data.proposal(0), None);
}

#[test]
fn a_later_proposal_waits_for_its_own_time_and_stops_no_earlier_one() {
    let mut data = deployment();
    data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap();
    data.propose(&mut by_at(ADMINISTRATOR, DUE), UPGRADE).unwrap();
    assert_eq!(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), 1), Err(Error::ProposalTooEarly));
    assert!(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), 0).is_ok());
}

#[test]
fn an_administrator_or_a_regulator_cancels_what_is_proposed() {
    let mut data = deployment();
    assert_eq!(data.cancel_proposal(&mut by(ADMINISTRATOR), 0), Err(Error::UnknownProposal));
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Auditor);
    let proposal = data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap().proposal;
    assert_eq!(data.cancel_proposal(&mut by(account(2)), proposal), Err(Error::CallerNotAuthorised));
    assert_eq!(data.propose(&mut by(account(1)), UPGRADE), Err(Error::CallerNotAuthorised));
    let cancelled = ProposalCancelled { by: actor(account(1)), proposal, action: UPGRADE };
    assert_eq!(data.cancel_proposal(&mut by(account(1)), proposal), Ok(cancelled));
    assert_eq!(data.proposal(proposal), None);
    let late = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal);
    assert_eq!(late, Err(Error::UnknownProposal));
}

#[test]
fn a_proposal_lapses_after_fourteen_days() {
    let mut data = deployment();
    data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap();
    data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap();
    assert!(data.apply_proposal(&mut by_at(ADMINISTRATOR, LAST), 0).is_ok());
    let late = data.apply_proposal(&mut by_at(ADMINISTRATOR, LAST + 1), 1);
    assert_eq!(late, Err(Error::ProposalLapsed));
    assert!(data.proposal(1).is_some());
}

#[test]
fn anybody_removes_a_proposal_that_has_lapsed_and_no_other() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    data.propose(&mut by(ADMINISTRATOR), regulator(organisation)).unwrap();
    let anybody = |now| by_at(account(9), now);
    for now in [NOW, DUE, LAST] {
        assert_eq!(data.cancel_proposal(&mut anybody(now), 0), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(data.cancel_proposal(&mut anybody(LAST + 1), 1), Err(Error::CallerNotAuthorised), "unknown");
    let action = regulator(organisation);
    let cancelled = ProposalCancelled { by: actor(account(9)), proposal: 0, action };
    assert_eq!(data.cancel_proposal(&mut anybody(LAST + 1), 0), Ok(cancelled));
    assert_eq!(data.proposal(0), None);
}

#[test]
fn a_grant_that_is_applied_a_millisecond_early_is_refused() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let action = regulator(organisation);
    data.propose(&mut by(ADMINISTRATOR), action).unwrap();
    let early = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE - 1), 0);
    assert_eq!(early, Err(Error::ProposalTooEarly));
    assert!(roles(account(1), DUE).is_empty());
    assert!(data.proposal(0).is_some());

    let grant = Grant { role: Role::Regulator, expires_at: None };
    let granted = RoleGranted { by: actor(ADMINISTRATOR), organisation, grant };
    let applied = ProposalApplied { by: actor(ADMINISTRATOR), proposal: 0, action };
    let in_time = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), 0);
    assert_eq!(in_time, Ok((applied, Applied::Grant(granted))));
    assert!(roles(account(1), DUE).contains(Role::Regulator));
}

#[test]
fn a_grant_is_proposed_and_applied_by_whoever_administers_the_role() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Admin);
    let organisation = register(&mut data, 2);
    let admin = Action::Grant { organisation, grant: Grant { role: Role::Admin, expires_at: None } };
    assert_eq!(data.propose(&mut by(account(1)), admin), Err(Error::CallerNotAuthorised));
    let proposal = data.propose(&mut by(ADMINISTRATOR), admin).unwrap().proposal;
    let refused = data.apply_proposal(&mut by_at(account(1), DUE), proposal);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    assert!(data.propose(&mut by(account(1)), regulator(organisation)).is_ok());
}

#[test]
fn a_grant_that_cannot_be_is_not_proposed_and_not_applied() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let admin = &mut by(ADMINISTRATOR);
    let mut propose = |organisation, role, expires_at| {
        data.propose(admin, Action::Grant { organisation, grant: Grant { role, expires_at } }).map(drop)
    };
    assert_eq!(propose(organisation, Role::Sentinel, None), Err(Error::RoleOfContracts));
    assert_eq!(propose(9, Role::Regulator, None), Err(Error::UnknownOrganisation));
    assert_eq!(propose(organisation, Role::Regulator, Some(NOW - 1)), Err(Error::ExpiryInPast));
    assert_eq!(propose(organisation, Role::Regulator, Some(DUE - 1)), Ok(()));
    assert_eq!(propose(organisation, Role::Regulator, None), Ok(()));
    data.suspend(admin, organisation).unwrap();
    assert_eq!(data.propose(admin, regulator(organisation)), Err(Error::OrganisationSuspended));
    let due = &mut by_at(ADMINISTRATOR, DUE);
    assert_eq!(data.apply_proposal(due, 0), Err(Error::ExpiryInPast));
    assert_eq!(data.apply_proposal(due, 1), Err(Error::OrganisationSuspended));
    assert!(roles(account(1), DUE).is_empty());
}

#[test]
fn the_roles_of_a_contract_wait_too() {
    let mut data = deployment();
    let (contract, roles_then) = (account(0x0E), RoleSet::of(&[Role::UnitRegister, Role::Sentinel]));
    let action = Action::ContractRoles { contract, roles: roles_then };
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    assert_eq!(data.propose(&mut by(account(9)), action), Err(Error::CallerNotAuthorised));
    for role in [Role::Governor, Role::Manufacturer] {
        let action = Action::ContractRoles { contract, roles: RoleSet::of(&[role]) };
        assert_eq!(data.propose(&mut by(ADMINISTRATOR), action), Err(Error::NotRoleOfContracts));
    }
    let person = Action::ContractRoles { contract: PERSON, roles: roles_then };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), person), Err(Error::NotAContract));
    let nothing = Action::ContractRoles { contract: PERSON, roles: RoleSet::EMPTY };
    assert!(data.propose(&mut by(ADMINISTRATOR), nothing).is_ok(), "that gives no power");
    assert!(roles(contract, NOW).is_empty());
    let (_, applied) = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).unwrap();
    let set = ContractRolesSet { contract, by: actor(ADMINISTRATOR), roles: roles_then };
    assert_eq!(applied, Applied::ContractRoles(set));
    assert_eq!(roles(contract, NOW), roles_then);
}

#[test]
fn an_organisation_that_lost_its_keys_gets_a_steward() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    let rescue = account(2);
    let action = Action::Steward { organisation, account: rescue };
    for caller in [account(1), account(9)] {
        assert_eq!(data.propose(&mut by(caller), action), Err(Error::CallerNotAuthorised));
    }
    let known = Action::Steward { organisation, account: account(1) };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), known), Err(Error::AccountExists));
    let unknown = Action::Steward { organisation: 9, account: rescue };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), unknown), Err(Error::UnknownOrganisation));

    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    let (_, applied) = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).unwrap();
    let added =
        AccountAdded { account: rescue, by: actor(ADMINISTRATOR), organisation, limits: Limits::STEWARD };
    assert_eq!(applied, Applied::Steward(added));
    assert!(data.remove_account(&mut by(rescue), account(1)).is_ok(), "the lost key");
    assert_eq!(data.list_accounts(&Store::default(), organisation, 0, 50), [(rescue, Limits::STEWARD)]);
}

#[test]
fn a_rescue_does_not_take_an_account_that_found_another_organisation() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let action = Action::Steward { organisation, account: account(2) };
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    register(&mut data, 2);
    let late = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal);
    assert_eq!(late, Err(Error::AccountExists));
}

#[test]
fn the_administrator_alone_rescues_an_organisation_with_the_admin_role() {
    let mut data = deployment();
    let first = with_role(&mut data, 1, Role::Admin);
    with_role(&mut data, 2, Role::Admin);
    let action = Action::Steward { organisation: first, account: account(3) };
    assert_eq!(data.propose(&mut by(account(2)), action), Err(Error::CallerNotAuthorised));
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    let deputy = data.apply_proposal(&mut by_at(account(2), DUE), proposal);
    assert_eq!(deputy, Err(Error::CallerNotAuthorised));
    assert!(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).is_ok());
}

#[test]
fn who_administers_a_role_waits() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Admin);
    let (role, administered_by) = (Role::Pharmacy, Role::Regulator);
    let action = Action::RoleAdministration { role, administered_by };
    assert_eq!(data.propose(&mut by(account(1)), action), Err(Error::CallerNotAuthorised));
    let admin = Action::RoleAdministration { role: Role::Admin, administered_by };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), admin), Err(Error::AdminRoleFixed));
    let of_contracts = Action::RoleAdministration { role, administered_by: Role::Sentinel };
    assert_eq!(data.propose(&mut by(ADMINISTRATOR), of_contracts), Err(Error::RoleOfContracts));
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    assert_eq!(data.administering_role(role), Role::Admin);
    let deputy = data.apply_proposal(&mut by_at(account(1), DUE), proposal);
    assert_eq!(deputy, Err(Error::CallerNotAuthorised));
    let (_, applied) = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).unwrap();
    let set = RoleAdministrationSet { by: actor(ADMINISTRATOR), role, administered_by };
    assert_eq!(applied, Applied::RoleAdministration(set));
    assert_eq!(data.administering_role(role), Role::Regulator);
}

#[test]
fn a_suspended_authority_is_reinstated_by_a_proposal() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let organisation = with_role(&mut data, 2, Role::Regulator);
    let action = Action::Reinstate { organisation };
    assert_eq!(data.propose(&mut by(account(1)), action), Err(Error::OrganisationNotSuspended));
    data.suspend(&mut by(ADMINISTRATOR), organisation).unwrap();
    for caller in [ADMINISTRATOR, account(1)] {
        assert_eq!(data.reinstate(&mut by(caller), organisation), Err(Error::ProposalRequired));
    }
    let own = data.propose(&mut by(account(2)), action);
    assert_eq!(own, Err(Error::CallerNotAuthorised), "its roles do not count");
    let proposal = data.propose(&mut by(account(1)), action).unwrap().proposal;
    let early = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE - 1), proposal);
    assert_eq!(early, Err(Error::ProposalTooEarly));
    assert!(roles(account(2), NOW).is_empty());
    let (_, applied) = data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).unwrap();
    let reinstated = OrganisationReinstated { by: actor(ADMINISTRATOR), organisation };
    assert_eq!(applied, Applied::Reinstated(reinstated));
    assert!(roles(account(2), DUE).contains(Role::Regulator));
}

#[test]
fn the_administrator_alone_reinstates_a_deputy() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let deputy = with_role(&mut data, 2, Role::Admin);
    data.suspend(&mut by(ADMINISTRATOR), deputy).unwrap();
    let action = Action::Reinstate { organisation: deputy };
    assert_eq!(data.propose(&mut by(account(1)), action), Err(Error::CallerNotAuthorised));
    let proposal = data.propose(&mut by(ADMINISTRATOR), action).unwrap().proposal;
    let regulator = data.apply_proposal(&mut by_at(account(1), DUE), proposal);
    assert_eq!(regulator, Err(Error::CallerNotAuthorised));
    assert!(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).is_ok());
}

#[test]
fn an_organisation_without_such_a_role_is_reinstated_at_once() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    let former = with_role(&mut data, 2, Role::Pharmacy);
    give(&mut data, former, Grant { role: Role::Regulator, expires_at: Some(NOW) });
    for organisation in [pharmacy, former] {
        data.suspend(&mut by(ADMINISTRATOR), organisation).unwrap();
    }
    assert!(data.reinstate(&mut by(ADMINISTRATOR), pharmacy).is_ok());
    assert_eq!(data.reinstate(&mut by(ADMINISTRATOR), former), Err(Error::ProposalRequired));
    assert!(data.reinstate(&mut by_at(ADMINISTRATOR, NOW + 1), former).is_ok(), "the role is over");
}

#[test]
fn waiting_proposals_are_listed_by_number() {
    let mut data = deployment();
    for _ in 0..52 {
        data.propose(&mut by(ADMINISTRATOR), UPGRADE).unwrap();
    }
    data.cancel_proposal(&mut by(ADMINISTRATOR), 1).unwrap();
    let numbers = |start, limit| {
        data.list_proposals(start, limit).iter().map(|(number, _)| *number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(0, 3), [0, 2]);
    assert_eq!(numbers(0, u32::MAX).len(), 49, "50 numbers, one of them cancelled");
    assert_eq!(numbers(50, 50), [50, 51]);
}
