use super::*;
use crate::errors::Error;
use crate::events::{ContractPaused, ContractUnpaused};
use primitives::{RoleSet, Standing};

#[test]
fn an_admin_pauses_one_contract_and_no_other() {
    let mut data = deployment();
    let admin = with_role(&mut data, 1, Role::Admin);
    let call = by(&data, admin);
    let paused = ContractPaused { contract: account(7), by: admin };
    assert_eq!(data.pause(call, account(7)), Ok(paused));
    assert!(data.is_paused(account(7)));
    assert!(!data.is_paused(account(8)));
    assert_eq!(data.pause(call, account(7)), Err(Error::AlreadyPaused));

    let unpaused = ContractUnpaused { contract: account(7), by: admin };
    assert_eq!(data.unpause(call, account(7)), Ok(unpaused));
    assert!(!data.is_paused(account(7)));
    assert_eq!(data.unpause(call, account(7)), Err(Error::NotPaused));
}

#[test]
fn nobody_else_pauses_or_unpauses() {
    let mut data = deployment();
    let regulator = with_role(&mut data, 1, Role::Regulator);
    for caller in [regulator, account(9)] {
        let call = by(&data, caller);
        assert_eq!(data.pause(call, account(7)), Err(Error::CallerNotAuthorised));
        assert_eq!(data.unpause(call, account(7)), Err(Error::CallerNotAuthorised));
    }
}

#[test]
fn one_answer_tells_roles_and_pause() {
    let mut data = deployment();
    let pharmacy = with_role(&mut data, 1, Role::Pharmacy);
    let roles = RoleSet::of(&[Role::Pharmacy]);
    assert_eq!(data.standing(pharmacy, account(7), NOW), Standing { roles, paused: false });
    let call = by(&data, administrator());
    data.pause(call, account(7)).unwrap();
    assert_eq!(data.standing(pharmacy, account(7), NOW), Standing { roles, paused: true });
    assert_eq!(data.standing(account(9), account(7), NOW).roles, RoleSet::EMPTY);
}
