use super::*;
use primitives::governance::{
    AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred, SetUpEnded,
};

fn administrator() -> AccountId {
    Store::default().deployment().unwrap().administrator
}

#[test]
fn the_administration_moves_in_two_steps() {
    let mut data = deployment();
    let successor = account(1);
    let offered = AdministrationOffered { to: successor, by: actor(ADMINISTRATOR) };
    assert_eq!(data.offer_administration(&by(ADMINISTRATOR), successor), Ok(offered));
    assert_eq!(administrator(), ADMINISTRATOR, "an offer changes nothing");
    assert_eq!(data.offered_to(), Some(successor));

    let transferred = AdministrationTransferred { by: actor(successor), from: Some(ADMINISTRATOR) };
    assert_eq!(data.accept_administration(&mut by(successor)), Ok(transferred));
    assert_eq!(administrator(), successor);
    assert_eq!(data.offered_to(), None);
    assert!(roles(successor, NOW).contains(Role::Admin));
    assert!(roles(ADMINISTRATOR, NOW).is_empty());
}

#[test]
fn only_who_is_offered_the_administration_accepts_it_and_once() {
    let mut data = deployment();
    let early = data.accept_administration(&mut by(account(1)));
    assert_eq!(early, Err(Error::NoAdministrationOffer));
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    for other in [account(2), ADMINISTRATOR] {
        assert_eq!(data.accept_administration(&mut by(other)), Err(Error::CallerNotOffered));
    }
    data.accept_administration(&mut by(account(1))).unwrap();
    let again = data.accept_administration(&mut by(account(1)));
    assert_eq!(again, Err(Error::NoAdministrationOffer));
}

#[test]
fn a_later_offer_takes_the_place_of_an_earlier_one() {
    let mut data = deployment();
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    data.offer_administration(&by(ADMINISTRATOR), account(2)).unwrap();
    assert_eq!(data.accept_administration(&mut by(account(1))), Err(Error::CallerNotOffered));
}

#[test]
fn a_withdrawn_offer_cannot_be_accepted() {
    let mut data = deployment();
    let admin = &by(ADMINISTRATOR);
    assert_eq!(data.withdraw_administration_offer(admin), Err(Error::NoAdministrationOffer));
    data.offer_administration(admin, account(1)).unwrap();
    let withdrawn = AdministrationOfferWithdrawn { to: account(1), by: actor(ADMINISTRATOR) };
    assert_eq!(data.withdraw_administration_offer(admin), Ok(withdrawn));
    let late = data.accept_administration(&mut by(account(1)));
    assert_eq!(late, Err(Error::NoAdministrationOffer));
}

#[test]
fn a_holder_of_the_admin_role_is_not_the_administrator() {
    let mut data = set_up();
    with_role(&mut data, 1, Role::Admin);
    let deputy = &mut by(account(1));
    assert_eq!(data.offer_administration(deputy, account(1)), Err(Error::CallerNotAuthorised));
    assert_eq!(data.withdraw_administration_offer(deputy), Err(Error::CallerNotAuthorised));
    assert_eq!(data.end_set_up(deputy), Err(Error::CallerNotAuthorised));
}

#[test]
fn the_set_up_ends_once() {
    let mut data = set_up();
    assert!(by(ADMINISTRATOR).in_set_up);
    let ended = SetUpEnded { by: actor(ADMINISTRATOR) };
    assert_eq!(data.end_set_up(&mut by(ADMINISTRATOR)), Ok(ended));
    assert!(!by(ADMINISTRATOR).in_set_up);
    assert_eq!(data.end_set_up(&mut by(ADMINISTRATOR)), Err(Error::SetUpOver));
}

#[test]
fn nothing_is_decided_before_access_takes_the_decisions() {
    let mut data = set_up();
    in_storage_of(ACCESS, || access::Data::new(ADMINISTRATOR));
    let admin = &mut by(ADMINISTRATOR);
    assert_eq!(data.end_set_up(admin), Err(Error::AccessRefused));
    let refused = data.register_organisation(admin, "Name".into(), uri("urn:a:b"), account(1));
    assert_eq!(refused.unwrap_err(), Error::AccessRefused);
}

#[test]
fn only_storage_of_this_layout_is_understood() {
    assert!(set_up().member.has_layout(crate::LAYOUT));
    assert!(!Data::default().member.has_layout(crate::LAYOUT + 1));
}
