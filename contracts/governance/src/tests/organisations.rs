use super::*;
use primitives::governance::{
    GlnUse, OrganisationReinstated, OrganisationSuspended, OrganisationUpdated, SealingKeySet, MAX_URI,
};

#[test]
fn an_organisation_begins_with_a_steward_and_without_roles() {
    let mut data = deployment();
    let (name, identifier) = ("Apotheke am Dom", Identifier::Gln(gln(1)));
    let event = data
        .register_organisation(&mut by(ADMINISTRATOR), name.into(), identifier.clone(), account(1))
        .unwrap();
    assert_eq!((event.by, event.organisation, event.steward), (actor(ADMINISTRATOR), 0, account(1)));
    let entry = data.organisation(&Store::default(), 0).unwrap();
    assert_eq!((entry.id, entry.rights), (0, Rights::default()));
    let organisation = entry.organisation;
    assert_eq!((organisation.name.as_str(), &organisation.identifier), (name, &identifier));
    assert_eq!((organisation.accounts, organisation.stewards), (1, 1));
    assert_eq!((organisation.registered_at, organisation.sealing_key), (NOW, None));
    let steward = Account { organisation: 0, limits: Limits::STEWARD };
    assert_eq!(Store::default().account(account(1)), Ok(Some(steward)));
    assert_eq!(standing(account(1), None, NOW).organisation, Some(0));
    assert!(roles(account(1), NOW).is_empty());
}

#[test]
fn only_an_admin_registers_and_corrects() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    with_role(&mut data, 2, Role::Admin);
    let warehouse = site(&mut data, 0, 1);
    for number in [1, 9] {
        let mut caller = by(account(number));
        let refused = data.register_organisation(&mut caller, "Name".into(), uri("urn:a:b"), account(3));
        assert_eq!(refused.unwrap_err(), Error::CallerNotAuthorised);
        let refused = data.update_organisation(&caller, 0, "Name".into(), uri("urn:a:b"));
        assert_eq!(refused.unwrap_err(), Error::CallerNotAuthorised);
        let refused = data.register_site(&mut caller, 0, "Site".into(), gln(2));
        assert_eq!(refused.unwrap_err(), Error::CallerNotAuthorised);
        let refused = data.update_site(&caller, warehouse, "Site".into(), gln(2));
        assert_eq!(refused.unwrap_err(), Error::CallerNotAuthorised);
    }
    let registered =
        data.register_organisation(&mut by(account(2)), "Name".into(), uri("urn:a:b"), account(3));
    assert!(registered.is_ok());
}

#[test]
fn an_account_is_the_steward_of_one_organisation_only() {
    let mut data = deployment();
    register(&mut data, 1);
    let again =
        data.register_organisation(&mut by(ADMINISTRATOR), "Other".into(), uri("urn:a:b"), account(1));
    assert_eq!(again.unwrap_err(), Error::AccountExists);
    assert_eq!(data.list_organisations(&Store::default(), 0, 50).len(), 1);
}

#[test]
fn a_name_with_bidirectional_marks_is_refused_wherever_it_is_given() {
    let mut data = deployment();
    register(&mut data, 1);
    let place = site(&mut data, 0, 1);
    let name = || String::from("Pharmacy \u{202E}ycamrahP");
    let mut admin = by(ADMINISTRATOR);
    let refused = data.register_organisation(&mut admin, name(), uri("urn:a:b"), account(2));
    assert_eq!(refused.unwrap_err(), Error::InvalidName);
    let refused = data.update_organisation(&admin, 0, name(), uri("urn:a:b"));
    assert_eq!(refused.unwrap_err(), Error::InvalidName);
    assert_eq!(data.register_site(&mut admin, 0, name(), gln(2)).unwrap_err(), Error::InvalidName);
    assert_eq!(data.update_site(&admin, place, name(), gln(2)).unwrap_err(), Error::InvalidName);
    assert_eq!(data.site(place).unwrap().name, "Site");
}

#[test]
fn an_identifier_is_a_gln_with_its_check_digit_or_a_uri() {
    let wrong = [
        Identifier::Gln(gln(1) ^ 1),
        Identifier::Gln(gln(1) + 10_000_000_000_000),
        uri(""),
        uri("no-scheme"),
        uri("urn:with space"),
        uri("urn:ümlaut"),
        uri(&format!("urn:{}", "a".repeat(MAX_URI))),
    ];
    let mut data = deployment();
    let mut register = |identifier: Identifier| {
        data.register_organisation(&mut by(ADMINISTRATOR), "Name".into(), identifier, account(1)).map(drop)
    };
    for identifier in wrong {
        assert_eq!(register(identifier.clone()), Err(Error::InvalidIdentifier), "{identifier:?}");
    }
    let longest = format!("urn:{}", "a".repeat(MAX_URI - 4));
    assert_eq!(register(uri(&longest)), Ok(()));
}

#[test]
fn an_identifier_names_one_organisation() {
    let mut data = deployment();
    let mut admin = by(ADMINISTRATOR);
    let mut register = |identifier: Identifier, number: u8| {
        data.register_organisation(&mut admin, "Name".into(), identifier, account(number)).map(drop)
    };
    assert_eq!(register(Identifier::Gln(gln(1)), 1), Ok(()));
    assert_eq!(register(Identifier::Gln(gln(1)), 2), Err(Error::GlnExists));
    assert_eq!(register(uri("urn:a:b"), 3), Ok(()));
    assert_eq!(register(uri("urn:a:b"), 4), Err(Error::IdentifierExists));
}

#[test]
fn a_correction_frees_the_former_identifier_and_keeps_the_rest() {
    let mut data = deployment();
    let admin = &mut by(ADMINISTRATOR);
    let former = Identifier::Gln(gln(1));
    data.register_organisation(admin, "Nmae".into(), former.clone(), account(1)).unwrap();
    data.set_sealing_key(&by(account(1)), [5; 32]).unwrap();
    let updated = OrganisationUpdated {
        by: actor(ADMINISTRATOR),
        organisation: 0,
        former_name: "Nmae".into(),
        former_identifier: former.clone(),
        name: "Name".into(),
        identifier: uri("urn:a:b"),
    };
    assert_eq!(data.update_organisation(admin, 0, "Name".into(), uri("urn:a:b")), Ok(updated));
    let organisation = data.organisation(&Store::default(), 0).unwrap().organisation;
    assert_eq!((organisation.name.as_str(), organisation.sealing_key), ("Name", Some([5; 32])));
    assert_eq!((organisation.accounts, organisation.stewards), (1, 1));
    assert_eq!(data.gln(gln(1)), None);

    assert!(data.update_organisation(admin, 0, "Names".into(), uri("urn:a:b")).is_ok(), "its own identifier");
    assert!(data.update_organisation(admin, 0, "Names".into(), former.clone()).is_ok());
    assert!(data.register_organisation(admin, "B".into(), uri("urn:a:b"), account(2)).is_ok(), "free again");
    let refused = data.update_organisation(admin, 1, "B".into(), former);
    assert_eq!(refused.unwrap_err(), Error::GlnExists);
    let refused = data.update_organisation(admin, 2, "C".into(), uri("urn:c:d"));
    assert_eq!(refused.unwrap_err(), Error::UnknownOrganisation);
    let kept = GlnUse { organisation: 0, names_organisation: true, site: None };
    assert_eq!(data.gln(gln(1)), Some(kept), "a refused correction frees nothing");
}

#[test]
fn organisations_are_listed_by_pages_in_their_order() {
    let mut data = deployment();
    for number in 0..60 {
        register(&mut data, number);
    }
    let numbers = |start, limit| {
        let page = data.list_organisations(&Store::default(), start, limit);
        page.iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(numbers(1, 2), [1, 2]);
    assert_eq!(numbers(0, u32::MAX).len(), 50, "a page has an end");
    assert_eq!(numbers(50, 50).len(), 10);
    assert!(numbers(60, 50).is_empty());
    assert!(numbers(u32::MAX, u32::MAX).is_empty());
}

#[test]
fn a_steward_publishes_the_sealing_key_of_its_organisation() {
    let mut data = deployment();
    register(&mut data, 1);
    data.add_account(&mut by(account(1)), 0, account(2), Limits::default()).unwrap();
    let event = SealingKeySet { by: actor(account(1)), organisation: 0, sealing_key: [5; 32] };
    assert_eq!(data.set_sealing_key(&by(account(1)), [5; 32]), Ok(event));
    let organisation = data.organisation(&Store::default(), 0).unwrap().organisation;
    assert_eq!(organisation.sealing_key, Some([5; 32]));
    for other in [account(2), account(9), ADMINISTRATOR] {
        assert_eq!(data.set_sealing_key(&by(other), [6; 32]), Err(Error::CallerNotAuthorised));
    }
}

#[test]
fn a_suspended_organisation_has_no_role_until_it_is_reinstated() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let organisation = with_role(&mut data, 2, Role::Pharmacy);
    let regulator = account(1);

    let suspended = OrganisationSuspended { by: actor(regulator), organisation };
    assert_eq!(data.suspend(&mut by(regulator), organisation), Ok(suspended));
    assert_eq!(standing(account(2), None, NOW).organisation, Some(organisation), "it can still reject goods");
    assert_eq!(roles(account(2), NOW), RoleSet::EMPTY);
    let again = data.suspend(&mut by(regulator), organisation);
    assert_eq!(again, Err(Error::OrganisationSuspended));

    let reinstated = OrganisationReinstated { by: actor(regulator), organisation };
    assert_eq!(data.reinstate(&mut by(regulator), organisation), Ok(reinstated));
    assert_eq!(roles(account(2), NOW), RoleSet::of(&[Role::Pharmacy]));
    let again = data.reinstate(&mut by(regulator), organisation);
    assert_eq!(again, Err(Error::OrganisationNotSuspended));
}

#[test]
fn only_admins_and_regulators_suspend_and_reinstate() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    with_role(&mut data, 2, Role::Manufacturer);
    for caller in [account(1), account(2), account(9)] {
        assert_eq!(data.suspend(&mut by(caller), pharmacy), Err(Error::CallerNotAuthorised));
        assert_eq!(data.reinstate(&mut by(caller), pharmacy), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(data.suspend(&mut by(ADMINISTRATOR), 9), Err(Error::UnknownOrganisation));
    assert_eq!(data.reinstate(&mut by(ADMINISTRATOR), 9), Err(Error::UnknownOrganisation));
}

#[test]
fn an_organisation_with_the_admin_role_answers_to_the_administrator_alone() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let admin = with_role(&mut data, 2, Role::Admin);
    assert_eq!(data.suspend(&mut by(account(1)), admin), Err(Error::CallerNotAuthorised));
    assert_eq!(data.suspend(&mut by(account(2)), admin), Err(Error::CallerNotAuthorised));
    assert!(data.suspend(&mut by(ADMINISTRATOR), admin).is_ok());
    assert_eq!(data.reinstate(&mut by(account(1)), admin), Err(Error::CallerNotAuthorised));
}

#[test]
fn an_admin_role_that_is_over_protects_nobody_from_suspension() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let former = with_role(&mut data, 2, Role::Wholesaler);
    give(&mut data, former, Grant { role: Role::Admin, expires_at: Some(NOW) });
    assert_eq!(data.suspend(&mut by(account(1)), former), Err(Error::CallerNotAuthorised));
    assert!(data.suspend(&mut by_at(account(1), NOW + 1), former).is_ok());
    assert_eq!(roles(account(2), NOW + 1), RoleSet::EMPTY);
}

#[test]
fn the_administrator_cannot_be_suspended_out_of_office() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    let office = data
        .register_organisation(&mut by(ADMINISTRATOR), "Office".into(), uri("urn:a:b"), ADMINISTRATOR)
        .unwrap()
        .organisation;
    assert!(data.suspend(&mut by(account(1)), office).is_ok());
    assert_eq!(roles(ADMINISTRATOR, NOW), RoleSet::of(&[Role::Admin]));
    assert!(data.reinstate(&mut by(ADMINISTRATOR), office).is_ok());
}
