use super::*;
use crate::errors::Error;
use crate::events::{
    AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred, UpgradeApplied,
    UpgradeCancelled,
};
use crate::types::{UpgradeProposal, UPGRADE_DELAY};

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
    let (contract, code) = (account(9), [0xC0; 32]);
    let event = data.propose_upgrade(call, contract, code).unwrap();
    let applies_from = call.now + UPGRADE_DELAY;
    assert_eq!((event.contract, event.applies_from), (contract, applies_from));
    let proposal = UpgradeProposal { code, by: administrator(), applies_from };
    assert_eq!(data.upgrade(contract), Some(proposal));
    let just_before = Call { now: applies_from - 1, ..call };
    assert_eq!(data.apply_upgrade(just_before, contract), Err(Error::UpgradeTooEarly));

    let in_time = Call { now: applies_from, ..call };
    let former = Call { roles: primitives::RoleSet::EMPTY, ..in_time };
    assert_eq!(data.apply_upgrade(former, contract), Err(Error::CallerNotAuthorised));
    assert_eq!(data.apply_upgrade(in_time, account(8)), Err(Error::UpgradeNotProposed));
    let applied = UpgradeApplied { contract, code, by: administrator() };
    assert_eq!(data.apply_upgrade(in_time, contract), Ok(applied));
    assert_eq!(data.apply_upgrade(in_time, contract), Err(Error::UpgradeNotProposed));
    assert_eq!(data.upgrade(contract), None);
}

#[test]
fn a_later_proposal_waits_for_its_own_time() {
    let mut data = deployment();
    let call = by(&data, administrator());
    let contract = account(9);
    data.propose_upgrade(call, contract, [1; 32]).unwrap();
    let later = Call { now: call.now + UPGRADE_DELAY, ..call };
    data.propose_upgrade(later, contract, [2; 32]).unwrap();
    assert_eq!(data.apply_upgrade(later, contract), Err(Error::UpgradeTooEarly));
}

#[test]
fn an_administrator_or_a_regulator_withdraws_proposed_code() {
    let mut data = deployment();
    let call = by(&data, administrator());
    let (contract, code) = (account(9), [0xC0; 32]);
    assert_eq!(data.cancel_upgrade(call, contract), Err(Error::UpgradeNotProposed));
    data.propose_upgrade(call, contract, code).unwrap();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    let auditor = with_role(&mut data, 2, Role::Auditor);
    let refused = data.cancel_upgrade(by(&data, auditor), contract);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    assert_eq!(data.propose_upgrade(by(&data, regulator), contract, code), Err(Error::CallerNotAuthorised));
    let cancelled = UpgradeCancelled { contract, code, by: regulator };
    assert_eq!(data.cancel_upgrade(by(&data, regulator), contract), Ok(cancelled));
    assert_eq!(data.upgrade(contract), None);
}

#[test]
fn only_storage_of_this_layout_is_understood() {
    assert!(deployment().understands_layout());
}
