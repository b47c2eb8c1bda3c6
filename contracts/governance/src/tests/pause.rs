use super::*;
use primitives::governance::{ContractPaused, ContractUnpaused};

fn is_paused(contract: AccountId) -> bool {
    Store::default().deployment().unwrap().is_paused(contract)
}

#[test]
fn an_admin_pauses_one_contract_and_no_other() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Admin);
    let (admin, contract) = (account(1), account(7));
    let paused = ContractPaused { contract, by: actor(admin) };
    assert_eq!(data.pause(&mut by(admin), contract), Ok(paused));
    assert!(is_paused(contract) && !is_paused(account(8)));
    assert_eq!(data.pause(&mut by(admin), contract), Err(Error::AlreadyPaused));
    assert_eq!(data.unpause(&mut by(admin), account(8)), Err(Error::NotPaused));

    let unpaused = ContractUnpaused { contract, by: actor(admin) };
    assert_eq!(data.unpause(&mut by(admin), contract), Ok(unpaused));
    assert!(!is_paused(contract));
    assert_eq!(data.unpause(&mut by(admin), contract), Err(Error::NotPaused));
}

#[test]
fn nobody_else_pauses_or_unpauses() {
    let mut data = deployment();
    with_role(&mut data, 1, Role::Regulator);
    for caller in [account(1), account(9)] {
        assert_eq!(data.pause(&mut by(caller), account(7)), Err(Error::CallerNotAuthorised));
        assert_eq!(data.unpause(&mut by(caller), account(7)), Err(Error::CallerNotAuthorised));
    }
}

#[test]
fn no_more_contracts_are_paused_than_each_call_can_read() {
    let mut data = deployment();
    for number in 0..16 {
        data.pause(&mut by(ADMINISTRATOR), account(number)).unwrap();
    }
    assert_eq!(data.pause(&mut by(ADMINISTRATOR), account(16)), Err(Error::TooManyContracts));
    data.unpause(&mut by(ADMINISTRATOR), account(3)).unwrap();
    assert!(data.pause(&mut by(ADMINISTRATOR), account(16)).is_ok());
}
