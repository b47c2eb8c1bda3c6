//! The messages through ink!'s off-chain environment: caller, time, pause and events.

use ink::env::test::{callee, recorded_events, set_block_timestamp, set_caller};
use ink::env::Event;
use ink::prelude::vec::Vec;
use ink::scale::Decode;
use primitives::{AccessControl, RoleSet, Standing};

use super::*;
use crate::access::Access;
use crate::errors::Error;
use crate::events::*;

fn deploy() -> Access {
    call_as(administrator());
    set_block_timestamp::<DefaultEnvironment>(NOW);
    Access::new()
}

fn call_as(caller: AccountId) {
    set_caller::<DefaultEnvironment>(caller);
}

fn this() -> AccountId {
    callee::<DefaultEnvironment>()
}

fn events<E: Event + Decode>() -> Vec<E> {
    let signature = E::SIGNATURE_TOPIC.unwrap();
    recorded_events()
        .filter(|event| event.topics.first().is_some_and(|topic| topic[..] == signature))
        .map(|event| E::decode(&mut &event.data[..]).unwrap())
        .collect()
}

#[ink::test]
fn the_deployer_is_the_administrator() {
    let access = deploy();
    assert_eq!(access.administrator(), administrator());
    assert_eq!(access.administration_offered_to(), None);
    assert!(access.has_role(Role::Admin, administrator()));
    assert!(!access.has_role(Role::Regulator, administrator()));
    let born = AdministrationTransferred { from: None, to: administrator() };
    assert_eq!(events::<AdministrationTransferred>(), [born]);
}

#[ink::test]
fn every_state_change_emits_its_event() {
    let mut access = deploy();
    let pharmacy = account(1);
    assert_eq!(access.register_organisation(pharmacy, "Pharmacy".into(), GLN), Ok(()));
    assert_eq!(access.grant_role(Role::Pharmacy, pharmacy, None), Ok(()));
    assert_eq!(access.suspend_organisation(pharmacy), Ok(()));
    assert_eq!(access.reinstate_organisation(pharmacy), Ok(()));
    assert_eq!(access.revoke_role(Role::Pharmacy, pharmacy), Ok(()));
    assert_eq!(access.set_administering_role(Role::Pharmacy, Role::Regulator), Ok(()));
    assert_eq!(access.administering_role(Role::Pharmacy), Role::Regulator);
    assert_eq!(access.offer_administration(account(2)), Ok(()));
    assert_eq!(access.withdraw_administration_offer(), Ok(()));
    assert_eq!(access.offer_administration(account(3)), Ok(()));
    assert_eq!(access.pause(account(7)), Ok(()));
    assert!(access.is_paused(account(7)));
    assert_eq!(access.unpause(account(7)), Ok(()));
    call_as(pharmacy);
    assert_eq!(access.set_sealing_key([5; 32]), Ok(()));
    call_as(account(3));
    assert_eq!(access.accept_administration(), Ok(()));

    assert_eq!(recorded_events().count(), 14);
    assert_eq!(events::<OrganisationRegistered>().len(), 1);
    assert_eq!(events::<RoleGranted>().len(), 1);
    assert_eq!(events::<OrganisationSuspended>().len(), 1);
    assert_eq!(events::<OrganisationReinstated>().len(), 1);
    assert_eq!(events::<RoleRevoked>().len(), 1);
    assert_eq!(events::<RoleAdministrationSet>().len(), 1);
    assert_eq!(events::<AdministrationOffered>().len(), 2);
    assert_eq!(events::<AdministrationOfferWithdrawn>(), [AdministrationOfferWithdrawn { to: account(2) }]);
    assert_eq!(events::<ContractPaused>().len(), 1);
    assert_eq!(events::<ContractUnpaused>().len(), 1);
    assert_eq!(events::<SealingKeySet>(), [SealingKeySet { account: pharmacy, sealing_key: [5; 32] }]);
    let handed_over = AdministrationTransferred { from: Some(administrator()), to: account(3) };
    assert_eq!(events::<AdministrationTransferred>().last(), Some(&handed_over));
}

#[ink::test]
fn a_refused_message_emits_nothing() {
    let mut access = deploy();
    let before = recorded_events().count();
    call_as(account(9));
    let refused = access.register_organisation(account(9), "Mallory".into(), GLN);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    assert_eq!(access.pause(account(7)), Err(Error::CallerNotAuthorised));
    assert_eq!(recorded_events().count(), before);
}

#[ink::test]
fn a_paused_access_refuses_every_state_change_but_pause_and_unpause() {
    let mut access = deploy();
    assert_eq!(access.pause(this()), Ok(()));
    let results = [
        access.register_organisation(account(1), "Name".into(), GLN),
        access.set_sealing_key([5; 32]),
        access.suspend_organisation(account(1)),
        access.reinstate_organisation(account(1)),
        access.grant_role(Role::Pharmacy, account(1), None),
        access.revoke_role(Role::Pharmacy, account(1)),
        access.set_administering_role(Role::Pharmacy, Role::Regulator),
        access.offer_administration(account(1)),
        access.withdraw_administration_offer(),
        access.accept_administration(),
    ];
    assert_eq!(results, [Err(Error::Paused); 10]);
    assert!(access.has_role(Role::Admin, administrator()), "reads go on");
    assert_eq!(access.pause(account(7)), Ok(()));
    assert_eq!(access.unpause(this()), Ok(()));
    assert_eq!(access.offer_administration(account(1)), Ok(()));
}

#[ink::test]
fn roles_follow_the_chains_time() {
    let mut access = deploy();
    access.register_organisation(account(1), "Pharmacy".into(), GLN).unwrap();
    access.grant_role(Role::Pharmacy, account(1), Some(NOW + 10)).unwrap();
    set_block_timestamp::<DefaultEnvironment>(NOW + 10);
    let roles = RoleSet::of(&[Role::Pharmacy]);
    assert_eq!(access.standing(account(1), account(7)), Standing { roles, paused: false });
    set_block_timestamp::<DefaultEnvironment>(NOW + 11);
    assert_eq!(access.standing(account(1), account(7)), Standing::default());
    assert!(!access.has_role(Role::Pharmacy, account(1)));
    assert_eq!(access.organisations(0, 50), [access.organisation(account(1)).unwrap()]);
}
