use super::*;
use primitives::governance::{
    AdministrationOffer, AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred,
    SetUpEnded, APPLY_WINDOW,
};

fn administrator() -> AccountId {
    Store::default().deployment().unwrap().administrator
}

/// A moment at which an offer of `NOW` can be accepted.
const DUE: Timestamp = NOW + CHANGE_DELAY;

#[test]
fn the_administration_moves_in_two_steps() {
    let mut data = deployment();
    let successor = account(1);
    let (applies_from, applies_until) = (DUE, DUE + APPLY_WINDOW);
    let offered =
        AdministrationOffered { to: successor, by: actor(ADMINISTRATOR), applies_from, applies_until };
    assert_eq!(data.offer_administration(&by(ADMINISTRATOR), successor), Ok(offered));
    assert_eq!(administrator(), ADMINISTRATOR, "an offer changes nothing");
    assert_eq!(data.offer(), Some(AdministrationOffer { to: successor, applies_from, applies_until }));

    let transferred = AdministrationTransferred { by: actor(successor), from: Some(ADMINISTRATOR) };
    assert_eq!(data.accept_administration(&mut by_at(successor, DUE)), Ok(transferred));
    assert_eq!(administrator(), successor);
    assert_eq!(data.offer(), None);
    assert!(roles(successor, NOW).contains(Role::Admin));
    assert!(roles(ADMINISTRATOR, NOW).is_empty());
}

#[test]
fn an_offer_is_accepted_neither_early_nor_late() {
    let mut data = deployment();
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    let early = data.accept_administration(&mut by_at(account(1), DUE - 1));
    assert_eq!(early, Err(Error::OfferTooEarly));
    let late = data.accept_administration(&mut by_at(account(1), DUE + APPLY_WINDOW + 1));
    assert_eq!(late, Err(Error::OfferLapsed));
    assert_eq!(administrator(), ADMINISTRATOR);
    assert!(data.accept_administration(&mut by_at(account(1), DUE + APPLY_WINDOW)).is_ok());
}

#[test]
fn in_set_up_an_offer_is_accepted_at_once_and_after_it_no_more() {
    let mut data = set_up();
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    data.accept_administration(&mut by(account(1))).unwrap();
    data.offer_administration(&by(account(1)), account(2)).unwrap();
    data.end_set_up(&mut by(account(1))).unwrap();
    let early = data.accept_administration(&mut by_at(account(2), DUE - 1));
    assert_eq!(early, Err(Error::OfferTooEarly), "the set-up is over");
    assert!(data.accept_administration(&mut by_at(account(2), DUE)).is_ok());
}

#[test]
fn only_who_is_offered_the_administration_accepts_it_and_once() {
    let mut data = deployment();
    let early = data.accept_administration(&mut by_at(account(1), DUE));
    assert_eq!(early, Err(Error::NoAdministrationOffer));
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    for other in [account(2), ADMINISTRATOR] {
        let refused = data.accept_administration(&mut by_at(other, DUE));
        assert_eq!(refused, Err(Error::CallerNotOffered));
    }
    data.accept_administration(&mut by_at(account(1), DUE)).unwrap();
    let again = data.accept_administration(&mut by_at(account(1), DUE));
    assert_eq!(again, Err(Error::NoAdministrationOffer));
}

#[test]
fn a_later_offer_takes_the_place_of_an_earlier_one_and_waits_for_its_own_time() {
    let mut data = deployment();
    data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
    data.offer_administration(&by_at(ADMINISTRATOR, NOW + 1), account(2)).unwrap();
    let former = data.accept_administration(&mut by_at(account(1), DUE));
    assert_eq!(former, Err(Error::CallerNotOffered));
    let early = data.accept_administration(&mut by_at(account(2), DUE));
    assert_eq!(early, Err(Error::OfferTooEarly));
}

#[test]
fn the_administrator_or_a_regulator_withdraws_an_offer_which_nobody_accepts_then() {
    let mut data = deployment();
    with_role(&mut data, 3, Role::Regulator);
    with_role(&mut data, 4, Role::Admin);
    let nothing = data.withdraw_administration_offer(&by(ADMINISTRATOR));
    assert_eq!(nothing, Err(Error::NoAdministrationOffer));
    for caller in [ADMINISTRATOR, account(3)] {
        data.offer_administration(&by(ADMINISTRATOR), account(1)).unwrap();
        for other in [account(1), account(4), account(9)] {
            let refused = data.withdraw_administration_offer(&by(other));
            assert_eq!(refused, Err(Error::CallerNotAuthorised));
        }
        let withdrawn = AdministrationOfferWithdrawn { to: account(1), by: actor(caller) };
        assert_eq!(data.withdraw_administration_offer(&by(caller)), Ok(withdrawn));
        let late = data.accept_administration(&mut by_at(account(1), DUE));
        assert_eq!(late, Err(Error::NoAdministrationOffer));
    }
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
