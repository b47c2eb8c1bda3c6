use super::*;
use primitives::feeds::{Configuration, OperatorsSet, MAX_OPERATORS};

fn keys(count: u8) -> Vec<OperatorKey> {
    Operators::numbered(1..=count).keys()
}

#[test]
fn one_operator_without_faults_is_a_configuration() {
    let mut data = feeds();
    let event = data.set_operators(admin(), this(), keys(1), 0).unwrap();
    let configuration = Configuration { epoch: 1, f: 0, operators: keys(1) };
    let digest = configuration.digest(CHAIN, this());
    assert_eq!(event, OperatorsSet { digest, epoch: 1, f: 0, operators: keys(1) });
    assert_eq!(data.configuration(), configuration);
    assert_eq!(data.digest(this()), digest);
}

#[test]
fn f_faults_need_3f_plus_1_operators() {
    let mut data = feeds();
    for (count, f) in [(0, 0), (3, 1), (6, 2), (31, 11), (32, 0), (32, 10), (31, u8::MAX)] {
        let refused = data.set_operators(admin(), this(), keys(count), f);
        assert_eq!(refused, Err(Error::OperatorCountInvalid), "{count} operators, f = {f}");
    }
    assert_eq!(MAX_OPERATORS, 31);
    for (count, f) in [(4, 1), (7, 2), (31, 10), (31, 0)] {
        assert!(data.set_operators(admin(), this(), keys(count), f).is_ok());
    }
}

#[test]
fn keys_are_compressed_and_different() {
    let mut data = feeds();
    let mut doubled = keys(3);
    doubled.push(doubled[1]);
    assert_eq!(data.set_operators(admin(), this(), doubled, 1), Err(Error::DuplicateOperator));
    for first in [0, 1, 4, 0xFF] {
        let mut wrong = keys(1);
        wrong[0][0] = first;
        assert_eq!(data.set_operators(admin(), this(), wrong, 0), Err(Error::InvalidOperatorKey));
    }
    assert_eq!(data.configuration().epoch, 0);
}

#[test]
fn only_an_admin_sets_operators() {
    let mut data = feeds();
    for caller in [regulator(), provider(), bystander(), anybody()] {
        let refused = data.set_operators(caller, this(), keys(1), 0);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
}

#[test]
fn each_change_is_an_epoch_with_a_digest_of_its_own() {
    let mut data = feeds();
    let first = data.set_operators(admin(), this(), keys(4), 1).unwrap();
    let again = data.set_operators(admin(), this(), keys(4), 1).unwrap();
    assert_eq!((first.epoch, again.epoch), (1, 2));
    assert_ne!(first.digest, again.digest);
}

#[test]
fn a_digest_tells_chain_contract_epoch_f_and_operators_apart() {
    let configuration = Configuration { epoch: 1, f: 1, operators: keys(7) };
    let others = [
        configuration.digest([0x68; 32], this()),
        configuration.digest(CHAIN, account(1)),
        Configuration { epoch: 2, ..configuration.clone() }.digest(CHAIN, this()),
        Configuration { f: 2, ..configuration.clone() }.digest(CHAIN, this()),
        Configuration { operators: keys(6), ..configuration.clone() }.digest(CHAIN, this()),
    ];
    assert!(!others.contains(&configuration.digest(CHAIN, this())));
}
