use super::*;
use primitives::governance::{ContractRolesSet, RoleAdministrationSet, RoleGranted, RoleRevoked};

fn grant(role: Role) -> Grant {
    Grant { role, expires_at: None }
}

#[test]
fn a_granted_role_is_held_until_its_last_millisecond() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let grant = Grant { role: Role::Pharmacy, expires_at: Some(NOW + 10) };
    let event = RoleGranted { by: actor(ADMINISTRATOR), organisation, grant };
    assert_eq!(data.grant_role(&mut by(ADMINISTRATOR), organisation, grant), Ok(event));
    assert!(roles(account(1), NOW + 10).contains(Role::Pharmacy));
    assert!(roles(account(1), NOW + 11).is_empty());
}

#[test]
fn a_role_that_is_granted_again_has_its_new_end() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    for expires_at in [Some(NOW), Some(NOW + 5)] {
        give(&mut data, organisation, Grant { role: Role::Pharmacy, expires_at });
    }
    assert!(roles(account(1), NOW + 5).contains(Role::Pharmacy));
    assert_eq!(data.organisation(&Store::default(), organisation).unwrap().rights.grants.len(), 1);
}

#[test]
fn a_role_does_not_end_before_it_begins() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let past = Grant { role: Role::Pharmacy, expires_at: Some(NOW - 1) };
    assert_eq!(data.grant_role(&mut by(ADMINISTRATOR), organisation, past), Err(Error::ExpiryInPast));
}

#[test]
fn only_the_administering_role_grants_and_revokes() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let pharmacy = with_role(&mut data, 2, Role::Pharmacy);
    for caller in [account(1), account(9)] {
        let refused = data.grant_role(&mut by(caller), pharmacy, grant(Role::Wholesaler));
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
        let refused = data.revoke_role(&mut by(caller), pharmacy, Role::Pharmacy);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let own = data.grant_role(&mut by(account(2)), pharmacy, grant(Role::Wholesaler));
    assert_eq!(own, Err(Error::CallerNotAuthorised));
}

#[test]
fn an_unknown_or_suspended_organisation_gets_no_role() {
    let mut data = deployment();
    let admin = &mut by(ADMINISTRATOR);
    assert_eq!(data.grant_role(admin, 9, grant(Role::Pharmacy)), Err(Error::UnknownOrganisation));
    let organisation = register(&mut data, 1);
    data.suspend(admin, organisation).unwrap();
    let suspended = data.grant_role(admin, organisation, grant(Role::Pharmacy));
    assert_eq!(suspended, Err(Error::OrganisationSuspended));
}

#[test]
fn roles_of_contracts_are_not_granted_to_organisations() {
    let mut data = set_up();
    let organisation = register(&mut data, 1);
    for role in [Role::UnitRegister, Role::Sentinel, Role::Governor] {
        let refused = data.grant_role(&mut by(ADMINISTRATOR), organisation, grant(role));
        assert_eq!(refused, Err(Error::RoleOfContracts));
        let refused = data.set_administering_role(&by(ADMINISTRATOR), role, Role::Regulator);
        assert_eq!(refused, Err(Error::RoleOfContracts));
        let refused = data.set_administering_role(&by(ADMINISTRATOR), Role::Pharmacy, role);
        assert_eq!(refused, Err(Error::RoleOfContracts));
    }
}

#[test]
fn a_role_is_revoked_once() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Pharmacy);
    let admin = &mut by(ADMINISTRATOR);
    let event = RoleRevoked { by: actor(ADMINISTRATOR), organisation, role: Role::Pharmacy };
    assert_eq!(data.revoke_role(admin, organisation, Role::Pharmacy), Ok(event));
    assert!(roles(account(1), NOW).is_empty());
    assert_eq!(data.revoke_role(admin, organisation, Role::Pharmacy), Err(Error::RoleNotHeld));
    assert_eq!(data.revoke_role(admin, 9, Role::Pharmacy), Err(Error::RoleNotHeld));
}

#[test]
fn a_steward_gives_up_roles_of_its_organisation_and_no_other() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Regulator);
    let other = with_role(&mut data, 2, Role::Pharmacy);
    data.add_account(&mut by(account(1)), organisation, account(3), Limits::default()).unwrap();
    let clerk = data.revoke_role(&mut by(account(3)), organisation, Role::Regulator);
    assert_eq!(clerk, Err(Error::CallerNotAuthorised));
    let steward = &mut by(account(1));
    assert_eq!(data.revoke_role(steward, other, Role::Pharmacy), Err(Error::CallerNotAuthorised));
    assert_eq!(data.revoke_role(steward, organisation, Role::Wholesaler), Err(Error::RoleNotHeld));
    let event = RoleRevoked { by: actor(account(1)), organisation, role: Role::Regulator };
    assert_eq!(data.revoke_role(steward, organisation, Role::Regulator), Ok(event));
}

#[test]
fn roles_of_one_organisation_add_up_and_are_revoked_one_by_one() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Manufacturer);
    give(&mut data, organisation, grant(Role::Logistics));
    assert_eq!(roles(account(1), NOW), RoleSet::of(&[Role::Manufacturer, Role::Logistics]));
    data.revoke_role(&mut by(ADMINISTRATOR), organisation, Role::Manufacturer).unwrap();
    assert_eq!(roles(account(1), NOW), RoleSet::of(&[Role::Logistics]));
}

#[test]
fn another_role_may_administer_a_role() {
    let mut data = set_up();
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Admin);
    let pharmacy = register(&mut data, 3);
    let event = RoleAdministrationSet {
        by: actor(ADMINISTRATOR),
        role: Role::Pharmacy,
        administered_by: Role::Regulator,
    };
    let admin = &by(ADMINISTRATOR);
    assert_eq!(data.set_administering_role(admin, Role::Pharmacy, Role::Regulator), Ok(event));
    assert_eq!(data.administering_role(Role::Pharmacy), Role::Regulator);
    let former = data.grant_role(&mut by(account(2)), pharmacy, grant(Role::Pharmacy));
    assert_eq!(former, Err(Error::CallerNotAuthorised));
    assert!(data.grant_role(&mut by(account(1)), pharmacy, grant(Role::Pharmacy)).is_ok());

    data.set_administering_role(admin, Role::Pharmacy, Role::Admin).unwrap();
    assert_eq!(data.administering_role(Role::Pharmacy), Role::Admin);
    assert!(data.revoke_role(&mut by(account(2)), pharmacy, Role::Pharmacy).is_ok());
}

#[test]
fn only_the_administrator_decides_who_administers_a_role() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Admin);
    let refused = data.set_administering_role(&by(account(1)), Role::Pharmacy, Role::Regulator);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
}

/// Whoever administers Regulator takes it from whoever could cancel a proposal.
#[test]
fn who_administers_a_role_is_decided_at_once_in_set_up_only() {
    let mut data = deployment();
    let refused = data.set_administering_role(&by(ADMINISTRATOR), Role::Regulator, Role::Auditor);
    assert_eq!(refused, Err(Error::ProposalRequired));
    assert_eq!(data.administering_role(Role::Regulator), Role::Admin);
}

#[test]
fn the_admin_role_is_granted_and_revoked_by_the_administrator_alone() {
    let mut data = set_up();
    let admin = with_role(&mut data, 1, Role::Admin);
    let (other, third) = (register(&mut data, 2), with_role(&mut data, 3, Role::Admin));
    let refused = data.grant_role(&mut by(account(1)), other, grant(Role::Admin));
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let refused = data.revoke_role(&mut by(account(1)), third, Role::Admin);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let refused = data.set_administering_role(&by(ADMINISTRATOR), Role::Admin, Role::Regulator);
    assert_eq!(refused, Err(Error::AdminRoleFixed));
    assert!(data.revoke_role(&mut by(ADMINISTRATOR), admin, Role::Admin).is_ok());
    assert!(roles(ADMINISTRATOR, NOW).contains(Role::Admin));
}

#[test]
fn admin_and_regulator_are_granted_at_once_in_set_up_only() {
    let mut data = set_up();
    let organisation = register(&mut data, 1);
    let admin = &mut by(ADMINISTRATOR);
    assert!(data.grant_role(admin, organisation, grant(Role::Regulator)).is_ok());
    data.end_set_up(admin).unwrap();
    let admin = &mut by(ADMINISTRATOR);
    for role in [Role::Admin, Role::Regulator] {
        assert_eq!(data.grant_role(admin, organisation, grant(role)), Err(Error::ProposalRequired));
    }
    assert!(data.grant_role(admin, organisation, grant(Role::Auditor)).is_ok());
    assert!(data.revoke_role(admin, organisation, Role::Regulator).is_ok(), "revocation never waits");
}

#[test]
fn an_admin_gives_contracts_their_roles_in_set_up_only() {
    let mut data = set_up();
    let register_of_units = RoleSet::of(&[Role::UnitRegister]);
    let contract = account(0xE0);
    let admin = &mut by(ADMINISTRATOR);
    let event = ContractRolesSet { contract, by: actor(ADMINISTRATOR), roles: register_of_units };
    assert_eq!(data.set_contract_roles(admin, contract, register_of_units), Ok(event));
    let known = standing(contract, None, NOW);
    assert_eq!((known.organisation, known.roles), (None, register_of_units));

    for role in [Role::Pharmacy, Role::Admin, Role::Governor] {
        let refused = data.set_contract_roles(admin, contract, RoleSet::of(&[Role::Sentinel, role]));
        assert_eq!(refused, Err(Error::NotRoleOfContracts));
    }
    let person = data.set_contract_roles(admin, PERSON, register_of_units);
    assert_eq!(person, Err(Error::NotAContract));
    let refused = data.set_contract_roles(&mut by(account(9)), contract, register_of_units);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    for number in 1..16 {
        data.set_contract_roles(admin, account(number), register_of_units).unwrap();
    }
    let full = data.set_contract_roles(admin, account(16), register_of_units);
    assert_eq!(full, Err(Error::TooManyContracts));
    data.set_contract_roles(admin, contract, RoleSet::EMPTY).unwrap();
    assert!(roles(contract, NOW).is_empty());
    data.set_contract_roles(admin, account(16), register_of_units).unwrap();

    data.end_set_up(admin).unwrap();
    let late = data.set_contract_roles(&mut by(ADMINISTRATOR), contract, register_of_units);
    assert_eq!(late, Err(Error::ProposalRequired));
}
