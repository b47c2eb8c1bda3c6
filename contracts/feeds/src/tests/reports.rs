use super::*;
use primitives::feeds::MAX_CLOCK_SKEW;

#[track_caller]
fn assert_refused(data: &mut Data, operators: &Operators, report: &Report, error: Error) {
    let places: Vec<usize> = (0..operators.0.len()).collect();
    assert_eq!(send(data, anybody(), operators, report, &places), Err(error));
}

#[test]
fn one_operator_alone_reports() {
    let (mut data, operators) = with_operators(1, 0);
    let report = report(&data, 1, &[612_500]);
    let event = ReportAccepted {
        feed: feed(),
        subject: SUBJECT,
        round: 1,
        request: None,
        value: 612_500,
        spread: 0,
        decimals: 6,
        model: MODEL,
        inputs: InputCommitment([0x49; 32]),
        observed_at: NOW,
        observations: 1,
        transmitter: account(9),
    };
    assert_eq!(send(&mut data, anybody(), &operators, &report, &[0]), Ok(event));
}

#[test]
fn four_operators_agree_on_the_lower_median() {
    let (mut data, operators) = with_operators(4, 1);
    let four = report(&data, 1, &[10, 20, 30, 1_000_000]);
    let accepted = send(&mut data, anybody(), &operators, &four, &[1, 3]).unwrap();
    assert_eq!((accepted.value, accepted.spread), (20, 999_990));
    let three = report(&data, 2, &[10, 20, 30]);
    let accepted = send(&mut data, anybody(), &operators, &three, &[0, 1, 2, 3]).unwrap();
    assert_eq!((accepted.value, accepted.spread, accepted.observations), (20, 20, 3));
}

#[test]
fn values_may_be_negative_and_equal() {
    let (mut data, operators) = with_operators(4, 1);
    let signed = Feed { min: i128::MIN, max: i128::MAX, ..definition() };
    data.update_feed(admin(), feed(), signed).unwrap();
    let report = report(&data, 1, &[i128::MIN, -7, -7, i128::MAX]);
    let accepted = send(&mut data, anybody(), &operators, &report, &[0, 1]).unwrap();
    assert_eq!((accepted.value, accepted.spread), (-7, u128::MAX));
}

#[test]
fn a_report_counts_in_no_other_contract_chain_or_epoch() {
    let (mut data, operators) = with_operators(1, 0);
    let old = report(&data, 1, &[5]);
    let elsewhere = Report { configuration: data.digest(account(1)), ..old.clone() };
    assert_refused(&mut data, &operators, &elsewhere, Error::WrongConfiguration);
    let other_chain = data.configuration().digest([0x68; 32], this());
    let other_chain = Report { configuration: other_chain, ..old.clone() };
    assert_refused(&mut data, &operators, &other_chain, Error::WrongConfiguration);
    data.set_operators(admin(), this(), operators.keys(), 0).unwrap();
    assert_refused(&mut data, &operators, &old, Error::WrongConfiguration);
}

#[test]
fn nothing_is_reported_before_there_are_operators() {
    let mut data = with_feed();
    let nobody = Operators(Vec::new());
    let empty = report(&data, 1, &[]);
    assert_refused(&mut data, &nobody, &empty, Error::ObservationCountInvalid);
}

#[test]
fn a_report_is_on_a_feed_that_exists() {
    let (mut data, operators) = with_operators(1, 0);
    let report = Report { feed: FeedId::named("other").unwrap(), ..report(&data, 1, &[5]) };
    assert_refused(&mut data, &operators, &report, Error::UnknownFeed);
}

#[test]
fn an_unregistered_other_expired_or_revoked_model_is_refused() {
    let (mut data, operators) = with_operators(1, 0);
    let next = ModelId([2; 32]);
    let with_next = Report { model: next, ..report(&data, 1, &[5]) };
    assert_refused(&mut data, &operators, &with_next, Error::UnknownModel);
    approve(&mut data, next);
    assert_refused(&mut data, &operators, &with_next, Error::WrongModel);

    let late = at(anybody(), VALID_UNTIL + 1);
    let report = Report { observed_at: VALID_UNTIL, ..report(&data, 1, &[5]) };
    assert_eq!(send(&mut data, late, &operators, &report, &[0]), Err(Error::ModelExpired));
    data.revoke_model(regulator(), MODEL).unwrap();
    assert_refused(&mut data, &operators, &report, Error::ModelRevoked);
}

#[test]
fn a_round_is_reported_once_and_rounds_rise() {
    let without_operators = report(&with_feed(), 1, &[5]);
    let (mut data, operators) = with_operators(1, 0);
    assert_refused(&mut data, &operators, &without_operators, Error::WrongConfiguration);
    let zero = report(&data, 0, &[5]);
    assert_refused(&mut data, &operators, &zero, Error::RoundNotNewer);
    let fifth = report(&data, 5, &[5]);
    assert!(send(&mut data, anybody(), &operators, &fifth, &[0]).is_ok());
    assert_refused(&mut data, &operators, &fifth, Error::RoundNotNewer);
    let fourth = report(&data, 4, &[5]);
    assert_refused(&mut data, &operators, &fourth, Error::RoundNotNewer);
    assert_eq!(data.round(feed(), SUBJECT), 5);
}

#[test]
fn each_subject_and_each_feed_has_rounds_of_its_own() {
    let (mut data, operators) = with_operators(1, 0);
    let other = FeedId::named("other").unwrap();
    data.create_feed(admin(), other, definition()).unwrap();
    let report = report(&data, 1, &[5]);
    for report in [
        report.clone(),
        Report { subject: Subject([1; 32]), ..report.clone() },
        Report { feed: other, ..report },
    ] {
        assert!(send(&mut data, anybody(), &operators, &report, &[0]).is_ok());
    }
}

#[test]
fn an_operator_that_is_removed_leaves_no_round_behind() {
    let (mut data, operators) = with_operators(1, 0);
    let last = report(&data, u64::MAX, &[5]);
    assert!(send(&mut data, anybody(), &operators, &last, &[0]).is_ok());
    assert_eq!(data.round(feed(), SUBJECT), u64::MAX);
    let successors = Operators::numbered(7..=7);
    data.set_operators(admin(), this(), successors.keys(), 0).unwrap();
    assert_eq!(data.round(feed(), SUBJECT), 0);
    let first = report(&data, 1, &[6]);
    assert!(send(&mut data, anybody(), &successors, &first, &[0]).is_ok());
    assert_refused(&mut data, &successors, &first, Error::RoundNotNewer);
}

#[test]
fn an_observation_is_neither_too_old_nor_from_the_future() {
    let (mut data, operators) = with_operators(1, 0);
    let observed = |at| Report { observed_at: at, ..report(&data, 1, &[5]) };
    let [too_old, future, oldest] = [
        observed(NOW - MAX_REPORT_AGE - 1),
        observed(NOW + MAX_CLOCK_SKEW + 1),
        observed(NOW - MAX_REPORT_AGE),
    ];
    let latest = Report { round: 2, ..observed(NOW + MAX_CLOCK_SKEW) };
    let never = observed(u64::MAX);
    assert_refused(&mut data, &operators, &too_old, Error::ReportTooOld);
    assert_refused(&mut data, &operators, &future, Error::ReportFromFuture);
    assert_refused(&mut data, &operators, &never, Error::ReportFromFuture);
    assert!(send(&mut data, anybody(), &operators, &oldest, &[0]).is_ok());
    assert!(send(&mut data, anybody(), &operators, &latest, &[0]).is_ok());
}

#[test]
fn there_are_2f_plus_1_observations_and_no_more_than_operators() {
    let (mut data, operators) = with_operators(4, 1);
    for values in [&[][..], &[1], &[1, 2], &[1, 2, 3, 4, 5]] {
        let report = report(&data, 1, values);
        assert_refused(&mut data, &operators, &report, Error::ObservationCountInvalid);
    }
}

#[test]
fn observations_are_sorted_distinct_known_and_in_range() {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 1, &[1, 2, 3]);
    let with = |observations: [(u8, i128); 3]| Report {
        observations: observations.map(|(operator, value)| Observation { operator, value }).to_vec(),
        ..report.clone()
    };
    let refused = [
        (with([(0, 2), (1, 1), (2, 3)]), Error::ObservationsNotSorted),
        (with([(0, 1), (1, 2), (0, 3)]), Error::DuplicateObserver),
        (with([(0, 1), (1, 2), (4, 3)]), Error::UnknownObserver),
        (with([(0, 1), (1, 2), (u8::MAX, 3)]), Error::UnknownObserver),
        (with([(0, -1), (1, 2), (2, 3)]), Error::ValueOutOfRange),
        (with([(0, 1), (1, 2), (2, 1_000_001)]), Error::ValueOutOfRange),
    ];
    for (report, error) in refused {
        assert_refused(&mut data, &operators, &report, error);
    }
    let in_any_order = with([(3, 1), (0, 2), (2, 3)]);
    assert!(send(&mut data, anybody(), &operators, &in_any_order, &[0, 1]).is_ok());
}
