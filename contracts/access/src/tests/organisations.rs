use super::*;
use crate::errors::Error;
use crate::events::{OrganisationRegistered, OrganisationReinstated, OrganisationSuspended, SealingKeySet};
use crate::types::{MAX_NAME, MAX_URI};
use primitives::RoleSet;

#[test]
fn the_administrator_registers_an_organisation_without_roles() {
    let mut data = deployment();
    let admin = by(&data, administrator());
    let event = data.register_organisation(admin, account(1), "Apotheke am Dom".into(), GLN);
    let expected =
        OrganisationRegistered { account: account(1), name: "Apotheke am Dom".into(), identifier: GLN };
    assert_eq!(event, Ok(expected));
    let member = data.organisation(account(1)).unwrap();
    assert_eq!(member.organisation.name, "Apotheke am Dom");
    assert_eq!(member.organisation.identifier, GLN);
    assert_eq!(member.organisation.registered_at, NOW);
    assert!(data.roles(account(1), NOW).is_empty());
}

#[test]
fn only_an_admin_registers_organisations() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let admin = with_role(&mut data, 2, Role::Admin);
    for caller in [regulator, account(9)] {
        let call = by(&data, caller);
        let refused = data.register_organisation(call, account(3), "Name".into(), GLN);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let call = by(&data, admin);
    assert!(data.register_organisation(call, account(3), "Name".into(), GLN).is_ok());
}

#[test]
fn an_account_is_registered_once() {
    let mut data = deployment();
    register(&mut data, 1);
    let admin = by(&data, administrator());
    let again = data.register_organisation(admin, account(1), "Other".into(), GLN);
    assert_eq!(again, Err(Error::OrganisationExists));
}

#[test]
fn a_name_that_people_cannot_read_is_refused() {
    let mut data = deployment();
    let too_long = "ä".repeat(MAX_NAME / 2 + 1);
    for name in ["", "   ", "line\nbreak", "tab\t", "delete\u{7f}", "next\u{85}line", too_long.as_str()] {
        let admin = by(&data, administrator());
        let refused = data.register_organisation(admin, account(1), name.into(), GLN);
        assert_eq!(refused, Err(Error::InvalidName), "{name:?}");
    }
    let admin = by(&data, administrator());
    assert!(data.register_organisation(admin, account(1), "ä".repeat(MAX_NAME / 2), GLN).is_ok());
}

#[test]
fn an_identifier_is_a_gln_with_its_check_digit_or_a_uri() {
    let uri = |text: &str| Identifier::Uri(text.into());
    let wrong = [
        Identifier::Gln(6_291_041_500_214),
        Identifier::Gln(16_291_041_500_213),
        uri(""),
        uri("no-scheme"),
        uri("urn:with space"),
        uri("urn:ümlaut"),
        uri(&format!("urn:{}", "a".repeat(MAX_URI))),
    ];
    let mut data = deployment();
    for identifier in wrong {
        let admin = by(&data, administrator());
        let refused = data.register_organisation(admin, account(1), "Name".into(), identifier.clone());
        assert_eq!(refused, Err(Error::InvalidIdentifier), "{identifier:?}");
    }
    let admin = by(&data, administrator());
    let oid = uri("urn:oid:2.16.840.1.113883.4.6");
    assert!(data.register_organisation(admin, account(1), "Name".into(), oid).is_ok());
}

#[test]
fn organisations_are_listed_by_pages_in_their_order() {
    let mut data = deployment();
    for number in 0..60 {
        register(&mut data, number);
    }
    let numbers = |start, limit| {
        data.list(start, limit).iter().map(|member| member.account).collect::<ink::prelude::vec::Vec<_>>()
    };
    assert_eq!(numbers(1, 2), [account(1), account(2)]);
    assert_eq!(numbers(0, u32::MAX).len(), 50, "a page has an end");
    assert_eq!(numbers(50, 50).len(), 10);
    assert_eq!(numbers(60, 50), []);
    assert_eq!(numbers(u32::MAX, u32::MAX), []);
}

#[test]
fn an_organisation_publishes_its_own_sealing_key() {
    let mut data = deployment();
    let organisation = register(&mut data, 1);
    let call = by(&data, organisation);
    let event = SealingKeySet { account: organisation, sealing_key: [5; 32] };
    assert_eq!(data.set_sealing_key(call, [5; 32]), Ok(event));
    assert_eq!(data.organisation(organisation).unwrap().organisation.sealing_key, Some([5; 32]));
    let stranger = by(&data, account(9));
    assert_eq!(data.set_sealing_key(stranger, [5; 32]), Err(Error::UnknownOrganisation));
}

#[test]
fn a_suspended_organisation_has_no_role_until_it_is_reinstated() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let pharmacy = with_role(&mut data, 2, Role::Pharmacy);

    let call = by(&data, regulator);
    let suspended = OrganisationSuspended { account: pharmacy, by: regulator };
    assert_eq!(data.suspend(call, pharmacy), Ok(suspended));
    assert_eq!(data.roles(pharmacy, NOW), RoleSet::EMPTY);
    assert_eq!(data.suspend(call, pharmacy), Err(Error::OrganisationSuspended));

    let reinstated = OrganisationReinstated { account: pharmacy, by: regulator };
    assert_eq!(data.reinstate(call, pharmacy), Ok(reinstated));
    assert_eq!(data.roles(pharmacy, NOW), RoleSet::of(&[Role::Pharmacy]));
    assert_eq!(data.reinstate(call, pharmacy), Err(Error::OrganisationNotSuspended));
}

#[test]
fn only_admins_and_regulators_suspend_and_reinstate() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    let manufacturer = with_role(&mut data, 2, Role::Manufacturer);
    let call = by(&data, manufacturer);
    assert_eq!(data.suspend(call, pharmacy), Err(Error::CallerNotAuthorised));
    assert_eq!(data.reinstate(call, pharmacy), Err(Error::CallerNotAuthorised));
    let admin = by(&data, administrator());
    assert_eq!(data.suspend(admin, account(9)), Err(Error::UnknownOrganisation));
    assert_eq!(data.reinstate(admin, account(9)), Err(Error::UnknownOrganisation));
}

#[test]
fn an_organisation_with_the_admin_role_answers_to_the_administrator_alone() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let admin = with_role(&mut data, 2, Role::Admin);
    let call = by(&data, regulator);
    assert_eq!(data.suspend(call, admin), Err(Error::CallerNotAuthorised));
    let call = by(&data, administrator());
    assert!(data.suspend(call, admin).is_ok());
    let call = by(&data, regulator);
    assert_eq!(data.reinstate(call, admin), Err(Error::CallerNotAuthorised));
}

#[test]
fn an_admin_role_that_is_over_protects_nobody_from_suspension() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let former = register(&mut data, 2);
    let call = by(&data, administrator());
    data.grant_role(call, Role::Admin, former, Some(NOW)).unwrap();
    data.grant_role(call, Role::Wholesaler, former, None).unwrap();
    let later = Call { caller: regulator, roles: data.roles(regulator, NOW + 1), now: NOW + 1 };
    assert!(data.suspend(later, former).is_ok());
    assert_eq!(data.roles(former, NOW + 1), RoleSet::EMPTY);
}

#[test]
fn the_administrator_cannot_be_suspended_out_of_office() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let call = by(&data, administrator());
    data.register_organisation(call, administrator(), "Head office".into(), GLN).unwrap();
    let call = by(&data, regulator);
    let _ = data.suspend(call, administrator());
    assert!(data.roles(administrator(), NOW).contains(Role::Admin));
}
