use super::*;
use crate::errors::Error;
use crate::events::{RoleAdministrationSet, RoleGranted, RoleRevoked};
use primitives::RoleSet;

#[test]
fn a_granted_role_is_held_until_its_last_millisecond() {
    let mut data = deployment();
    let pharmacy = register(&mut data, 1);
    let call = by(&data, administrator());
    let event = RoleGranted {
        role: Role::Pharmacy,
        account: pharmacy,
        expires_at: Some(NOW + 10),
        by: administrator(),
    };
    assert_eq!(data.grant_role(call, Role::Pharmacy, pharmacy, Some(NOW + 10)), Ok(event));
    assert!(data.roles(pharmacy, NOW + 10).contains(Role::Pharmacy));
    assert!(data.roles(pharmacy, NOW + 11).is_empty());
}

#[test]
fn a_role_that_is_granted_again_has_its_new_end() {
    let mut data = deployment();
    let pharmacy = register(&mut data, 1);
    let call = by(&data, administrator());
    data.grant_role(call, Role::Pharmacy, pharmacy, Some(NOW)).unwrap();
    data.grant_role(call, Role::Pharmacy, pharmacy, Some(NOW + 5)).unwrap();
    assert!(data.roles(pharmacy, NOW + 5).contains(Role::Pharmacy));
    assert_eq!(data.organisation(pharmacy).unwrap().membership.grants.len(), 1);
}

#[test]
fn a_role_does_not_end_before_it_begins() {
    let mut data = deployment();
    let pharmacy = register(&mut data, 1);
    let call = by(&data, administrator());
    let refused = data.grant_role(call, Role::Pharmacy, pharmacy, Some(NOW - 1));
    assert_eq!(refused, Err(Error::ExpiryInPast));
}

#[test]
fn only_the_administering_role_grants_and_revokes() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let pharmacy = with_role(&mut data, 2, Role::Pharmacy);
    let call = by(&data, regulator);
    let refused = data.grant_role(call, Role::Wholesaler, pharmacy, None);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let refused = data.revoke_role(call, Role::Pharmacy, pharmacy);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let stranger = by(&data, account(9));
    let refused = data.grant_role(stranger, Role::Wholesaler, account(9), None);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
}

#[test]
fn an_unknown_or_suspended_organisation_gets_no_role() {
    let mut data = deployment();
    let call = by(&data, administrator());
    let unknown = data.grant_role(call, Role::Pharmacy, account(9), None);
    assert_eq!(unknown, Err(Error::UnknownOrganisation));
    let pharmacy = register(&mut data, 1);
    data.suspend(call, pharmacy).unwrap();
    let suspended = data.grant_role(call, Role::Pharmacy, pharmacy, None);
    assert_eq!(suspended, Err(Error::OrganisationSuspended));
}

#[test]
fn a_role_is_revoked_once() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    let call = by(&data, administrator());
    let event = RoleRevoked { role: Role::Pharmacy, account: pharmacy, by: administrator() };
    assert_eq!(data.revoke_role(call, Role::Pharmacy, pharmacy), Ok(event));
    assert!(data.roles(pharmacy, NOW).is_empty());
    assert_eq!(data.revoke_role(call, Role::Pharmacy, pharmacy), Err(Error::RoleNotHeld));
    assert_eq!(data.revoke_role(call, Role::Pharmacy, account(9)), Err(Error::RoleNotHeld));
}

#[test]
fn a_holder_gives_up_its_own_role_and_no_other() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    let call = by(&data, pharmacy);
    assert_eq!(data.revoke_role(call, Role::Wholesaler, pharmacy), Err(Error::RoleNotHeld));
    let event = RoleRevoked { role: Role::Pharmacy, account: pharmacy, by: pharmacy };
    assert_eq!(data.revoke_role(call, Role::Pharmacy, pharmacy), Ok(event));
}

#[test]
fn roles_of_one_account_add_up_and_are_revoked_one_by_one() {
    let mut data = deployment();
    let organisation = with_role(&mut data, 1, Role::Manufacturer);
    let call = by(&data, administrator());
    data.grant_role(call, Role::Logistics, organisation, None).unwrap();
    assert_eq!(data.roles(organisation, NOW), RoleSet::of(&[Role::Manufacturer, Role::Logistics]));
    data.revoke_role(call, Role::Manufacturer, organisation).unwrap();
    assert_eq!(data.roles(organisation, NOW), RoleSet::of(&[Role::Logistics]));
}

#[test]
fn another_role_may_administer_a_role() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let admin = with_role(&mut data, 2, Role::Admin);
    let pharmacy = register(&mut data, 3);
    let call = by(&data, administrator());
    let event = RoleAdministrationSet { role: Role::Pharmacy, administered_by: Role::Regulator };
    assert_eq!(data.set_administering_role(call, Role::Pharmacy, Role::Regulator), Ok(event));
    assert_eq!(data.administering_role(Role::Pharmacy), Role::Regulator);

    let former = by(&data, admin);
    let refused = data.grant_role(former, Role::Pharmacy, pharmacy, None);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let call = by(&data, regulator);
    assert!(data.grant_role(call, Role::Pharmacy, pharmacy, None).is_ok());

    let call = by(&data, administrator());
    data.set_administering_role(call, Role::Pharmacy, Role::Admin).unwrap();
    assert_eq!(data.administering_role(Role::Pharmacy), Role::Admin);
}

#[test]
fn only_the_administrator_says_who_administers_a_role() {
    let mut data = deployment();
    let admin = with_role(&mut data, 1, Role::Admin);
    let call = by(&data, admin);
    let refused = data.set_administering_role(call, Role::Pharmacy, Role::Regulator);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
}

#[test]
fn the_admin_role_is_granted_by_the_administrator_alone() {
    let mut data = deployment();
    let admin = with_role(&mut data, 1, Role::Admin);
    let other = register(&mut data, 2);
    let call = by(&data, admin);
    assert_eq!(data.grant_role(call, Role::Admin, other, None), Err(Error::CallerNotAuthorised));
    let call = by(&data, administrator());
    let refused = data.set_administering_role(call, Role::Admin, Role::Regulator);
    assert_eq!(refused, Err(Error::AdminRoleFixed));
    assert_eq!(data.revoke_role(call, Role::Admin, administrator()), Err(Error::RoleNotHeld));
    assert!(data.roles(administrator(), NOW).contains(Role::Admin));
}
