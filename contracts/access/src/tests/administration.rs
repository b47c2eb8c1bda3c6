use primitives::{RoleSet, UpgradeApplied, UpgradeCancelled, UpgradeError, UpgradeProposal, UPGRADE_DELAY};

use super::*;
use crate::errors::Error;
use crate::events::{AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred};

#[test]
fn the_administration_moves_in_two_steps() {
    let mut data = deployment();
    let successor = account(1);
    let call = by(&data, administrator());
    let offered = AdministrationOffered { from: administrator(), to: successor };
    assert_eq!(data.offer_administration(call, successor), Ok(offered));
    assert_eq!(data.administrator(), administrator(), "an offer changes nothing");
    assert_eq!(data.offered_to(), Some(successor));

    let call = by(&data, successor);
    let transferred = AdministrationTransferred { from: Some(administrator()), to: successor };
    assert_eq!(data.accept_administration(call), Ok(transferred));
    assert_eq!(data.administrator(), successor);
    assert_eq!(data.offered_to(), None);
    assert!(data.roles(successor, NOW).contains(Role::Admin));
    assert!(data.roles(administrator(), NOW).is_empty());
}

#[test]
fn only_who_is_offered_the_administration_accepts_it_and_once() {
    let mut data = deployment();
    let call = by(&data, account(1));
    assert_eq!(data.accept_administration(call), Err(Error::NoAdministrationOffer));
    let admin = by(&data, administrator());
    data.offer_administration(admin, account(1)).unwrap();
    let other = by(&data, account(2));
    assert_eq!(data.accept_administration(other), Err(Error::CallerNotOffered));
    assert_eq!(data.accept_administration(admin), Err(Error::CallerNotOffered));
    data.accept_administration(call).unwrap();
    assert_eq!(data.accept_administration(call), Err(Error::NoAdministrationOffer));
}

#[test]
fn a_later_offer_takes_the_place_of_an_earlier_one() {
    let mut data = deployment();
    let admin = by(&data, administrator());
    data.offer_administration(admin, account(1)).unwrap();
    data.offer_administration(admin, account(2)).unwrap();
    let first = by(&data, account(1));
    assert_eq!(data.accept_administration(first), Err(Error::CallerNotOffered));
}

#[test]
fn a_withdrawn_offer_cannot_be_accepted() {
    let mut data = deployment();
    let admin = by(&data, administrator());
    assert_eq!(data.withdraw_administration_offer(admin), Err(Error::NoAdministrationOffer));
    data.offer_administration(admin, account(1)).unwrap();
    let withdrawn = AdministrationOfferWithdrawn { to: account(1) };
    assert_eq!(data.withdraw_administration_offer(admin), Ok(withdrawn));
    let late = by(&data, account(1));
    assert_eq!(data.accept_administration(late), Err(Error::NoAdministrationOffer));
}

#[test]
fn a_holder_of_the_admin_role_is_not_the_administrator() {
    let mut data = deployment();
    let admin = with_role(&mut data, 1, Role::Admin);
    let call = by(&data, admin);
    assert_eq!(data.offer_administration(call, admin), Err(Error::CallerNotAuthorised));
    assert_eq!(data.withdraw_administration_offer(call), Err(Error::CallerNotAuthorised));
}

#[test]
fn code_is_proposed_waits_and_is_applied_by_whoever_administers_then() {
    let mut data = deployment();
    let call = by(&data, administrator());
    let code = [0xC0; 32];
    let (proposal, event) = UpgradeProposal::new(call, code).unwrap();
    assert_eq!(event.applies_from, call.now + UPGRADE_DELAY);
    data.set_upgrade(Some(proposal)).unwrap();
    assert_eq!(data.upgrade(), Some(proposal));
    assert_eq!(proposal.apply(call), Err(UpgradeError::TooEarly));
    let later = Call { now: proposal.applies_from, ..call };
    assert_eq!(proposal.apply(later), Ok(UpgradeApplied { code, by: administrator() }));
    let stranger = Call { roles: RoleSet::EMPTY, ..later };
    assert_eq!(proposal.apply(stranger), Err(UpgradeError::CallerNotAuthorised));
    assert_eq!(proposal.cancel(stranger), Err(UpgradeError::CallerNotAuthorised));
    assert!(UpgradeProposal::new(stranger, code).is_err());
    let regulator = Call { roles: RoleSet::of(&[Role::Regulator]), ..call };
    assert_eq!(proposal.cancel(regulator), Ok(UpgradeCancelled { code, by: administrator() }));
}

#[test]
fn only_storage_of_this_layout_is_understood() {
    assert!(deployment().understands_layout());
}
