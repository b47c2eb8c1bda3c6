use super::*;
use primitives::governance::{APPLY_WINDOW, MAX_CODES};

const CODE: CodeHash = [0xC0; 32];
const DUE: Timestamp = NOW + CHANGE_DELAY;

fn upgrade(code: CodeHash) -> Action {
    Action::Upgrade { contract: AccountId([9; 32]), code }
}

fn propose(data: &mut Data, code: CodeHash) -> Result<u32, Error> {
    Ok(data.propose(&mut by(ADMINISTRATOR), upgrade(code))?.proposal)
}

#[test]
fn code_that_is_not_on_chain_is_not_proposed() {
    let mut data = deployment();
    assert_eq!(propose(&mut data, NOWHERE), Err(Error::CodeNotFound));
    let nobody = data.propose(&mut by(account(9)), upgrade(NOWHERE));
    assert_eq!(nobody, Err(Error::CallerNotAuthorised));
    assert!(propose(&mut data, CODE).is_ok());
}

#[test]
fn code_is_held_until_its_proposal_is_applied_cancelled_or_removed() {
    let mut data = deployment();
    let late = DUE + APPLY_WINDOW + 1;
    for end in ["applied", "cancelled", "removed"] {
        let proposal = propose(&mut data, CODE).unwrap();
        assert!(is_locked(CODE));
        match end {
            "applied" => drop(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).unwrap()),
            "cancelled" => drop(data.cancel_proposal(&mut by(ADMINISTRATOR), proposal).unwrap()),
            _ => drop(data.cancel_proposal(&mut by_at(account(9), late), proposal).unwrap()),
        }
        assert!(!is_locked(CODE), "{end}");
    }
}

#[test]
fn what_is_refused_lets_no_code_go() {
    let mut data = deployment();
    let proposal = propose(&mut data, CODE).unwrap();
    assert!(data.cancel_proposal(&mut by(account(9)), proposal).is_err());
    assert!(data.apply_proposal(&mut by(ADMINISTRATOR), proposal).is_err());
    assert!(is_locked(CODE));
}

#[test]
fn code_that_is_proposed_twice_is_held_for_both() {
    let mut data = deployment();
    let proposals = [(); 3].map(|()| propose(&mut data, CODE).unwrap());
    data.cancel_proposal(&mut by(ADMINISTRATOR), proposals[1]).unwrap();
    data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposals[0]).unwrap();
    assert!(is_locked(CODE));
    data.cancel_proposal(&mut by(ADMINISTRATOR), proposals[2]).unwrap();
    assert!(!is_locked(CODE));
}

#[test]
fn the_code_that_governance_runs_is_there_without_a_lock() {
    let mut data = deployment();
    let proposal = propose(&mut data, OWN_CODE).unwrap();
    assert!(!is_locked(OWN_CODE));
    assert!(data.apply_proposal(&mut by_at(ADMINISTRATOR, DUE), proposal).is_ok());
}

#[test]
fn so_many_codes_are_proposed_at_one_time_as_the_chain_holds() {
    let mut data = deployment();
    let code = |number: u32| [u8::try_from(number).unwrap(); 32];
    for number in 0..MAX_CODES {
        propose(&mut data, code(number)).unwrap();
    }
    assert_eq!(propose(&mut data, code(MAX_CODES)), Err(Error::TooManyCodes));
    assert!(propose(&mut data, code(0)).is_ok(), "it is held already");
    data.cancel_proposal(&mut by(ADMINISTRATOR), 1).unwrap();
    assert!(propose(&mut data, code(MAX_CODES)).is_ok());
    assert_eq!(propose(&mut data, NOWHERE), Err(Error::TooManyCodes));
}
