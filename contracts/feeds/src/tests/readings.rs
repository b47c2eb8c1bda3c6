use super::*;
use primitives::feeds::{FeedValue, Reading};

fn reported() -> Data {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 3, &[600_000, 612_500, 612_900]);
    send(&mut data, at(anybody(), NOW + 5), &operators, &report, &[0, 1]).unwrap();
    data
}

#[test]
fn a_fresh_value_is_read_with_where_it_came_from() {
    let reading = Reading {
        value: 612_500,
        spread: 12_900,
        decimals: 6,
        epoch: 1,
        round: 3,
        model: MODEL,
        inputs: InputCommitment([0x49; 32]),
        observed_at: NOW,
        reported_at: NOW + 5,
    };
    assert_eq!(reported().read(feed(), SUBJECT, 100, NOW + 100), Ok(reading));
}

#[test]
fn a_stale_value_is_an_error() {
    let data = reported();
    assert_eq!(data.read(feed(), SUBJECT, 100, NOW + 101), Err(Error::StaleReading));
    assert_eq!(data.read(feed(), SUBJECT, 0, NOW + 1), Err(Error::StaleReading));
    assert!(data.read(feed(), SUBJECT, u64::MAX, u64::MAX).is_ok(), "the reader decides");
}

#[test]
fn what_was_never_reported_cannot_be_read() {
    let data = reported();
    assert_eq!(data.read(feed(), Subject([1; 32]), 100, NOW), Err(Error::NoReading));
    let other = FeedId::named("other").unwrap();
    assert_eq!(data.read(other, SUBJECT, 100, NOW), Err(Error::UnknownFeed));
}

#[test]
fn the_values_of_a_revoked_model_are_read_no_more() {
    let mut data = reported();
    data.revoke_model(regulator(), MODEL).unwrap();
    assert_eq!(data.read(feed(), SUBJECT, 100, NOW), Err(Error::ModelRevoked));
}

#[test]
fn the_values_of_a_model_that_was_replaced_are_read_while_they_are_fresh() {
    let mut data = reported();
    let next = ModelId([2; 32]);
    approve(&mut data, next);
    data.update_feed(admin(), feed(), Feed { model: next, ..definition() }).unwrap();
    assert_eq!(data.read(feed(), SUBJECT, 100, NOW).unwrap().model, MODEL);
}

#[test]
fn another_contract_gets_the_value_with_its_time_inputs_and_spread() {
    let expected =
        FeedValue { value: 612_500, observed_at: NOW, inputs: InputCommitment([0x49; 32]), spread: 12_900 };
    assert_eq!(reported().fresh_value(feed(), SUBJECT, 100, NOW + 100), Some(expected));
}

#[test]
fn another_contract_gets_nothing_that_is_stale_unknown_or_of_a_revoked_model() {
    let mut data = reported();
    let other = FeedId::named("other").unwrap();
    assert_eq!(data.fresh_value(feed(), SUBJECT, 100, NOW + 101), None);
    assert_eq!(data.fresh_value(feed(), Subject([1; 32]), 100, NOW), None);
    assert_eq!(data.fresh_value(other, SUBJECT, 100, NOW), None);
    data.revoke_model(regulator(), MODEL).unwrap();
    assert_eq!(data.fresh_value(feed(), SUBJECT, 100, NOW), None);
}
