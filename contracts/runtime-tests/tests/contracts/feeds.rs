//! Reports through the real `ecdsa_recover` of the runtime.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{definition, feed, Operators, Party, World, FEED, MODEL, NOW, SUBJECT};
use primitives::feeds::{Error, Feed, FeedValue, Reading, Report, ReportAccepted, Request, Signature};
use primitives::{Extensible, FeedId, InputCommitment, ModelId};

fn send(world: &mut World, report: &Report, signatures: Vec<Signature>) -> Result<(), Error> {
    world.call(Party::Stranger, world.feeds, "report", (report, signatures))
}

fn read(world: &mut World, max_age: u64) -> Result<Reading, Error> {
    world.call(Party::Stranger, world.feeds, "read", (feed(), SUBJECT, max_age))
}

fn fresh_value(world: &mut World, name: &str, max_age: u64) -> Option<FeedValue> {
    let feed = FeedId::named(name).unwrap();
    let value: Option<Extensible<FeedValue>> =
        world.call(Party::Stranger, world.feeds, "FeedReader::fresh_value", (feed, SUBJECT, max_age));
    value.map(|value| value.get().unwrap())
}

#[test]
fn one_operator_answers_a_request_and_its_value_is_read() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let request: Result<u64, Error> =
        world.call(Party::Provider, world.feeds, "request_result", (feed(), SUBJECT, NOW + 60_000));
    assert_eq!(request, Ok(0));

    let report = Report { request: Some(0), ..world.report(1, &[612_500]) };
    let signatures = operators.sign(&report, &[0]);
    assert_eq!(send(&mut world, &report, signatures), Ok(()));
    let [accepted] = &world.events::<ReportAccepted>(world.feeds)[..] else { panic!("one event") };
    assert_eq!((accepted.value, accepted.transmitter), (612_500, Party::Stranger.id()));
    let open: Option<Request> = world.call(Party::Stranger, world.feeds, "request", 0_u64);
    assert_eq!(open, None);
    let round: u64 = world.call(Party::Stranger, world.feeds, "round", (feed(), SUBJECT));
    assert_eq!(round, 1);

    world.pass(1_000);
    let reading = read(&mut world, 1_000).unwrap();
    assert_eq!((reading.value, reading.observed_at, reading.model), (612_500, NOW, MODEL));
    assert_eq!(read(&mut world, 999), Err(Error::StaleReading));
}

#[test]
fn four_operators_report_where_one_may_be_faulty() {
    let mut world = World::new();
    let operators = Operators::new(4);
    world.with_feed(&operators, 1);
    let report = world.report(1, &[1, 2, 1_000_000]);
    let signatures = operators.sign(&report, &[3]);
    assert_eq!(send(&mut world, &report, signatures), Err(Error::SignatureCountInvalid));
    let signatures = operators.sign(&report, &[3, 3]);
    assert_eq!(send(&mut world, &report, signatures), Err(Error::DuplicateSignature));
    let signatures = operators.sign(&report, &[3, 1]);
    assert_eq!(send(&mut world, &report, signatures.clone()), Ok(()));
    assert_eq!(read(&mut world, 0).unwrap().value, 2);
    assert_eq!(send(&mut world, &report, signatures), Err(Error::RoundNotNewer));
}

#[test]
fn a_bad_or_foreign_signature_is_refused() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = world.report(1, &[5]);
    let other = Report { round: 2, ..report.clone() };
    let mut no_recovery_number = operators.sign(&report, &[0]);
    no_recovery_number[0][64] = 9;
    let bad = [
        operators.sign(&other, &[0]),
        Operators::new(2).sign(&report, &[1]),
        vec![[0; 65]],
        vec![[0xFF; 65]],
        no_recovery_number,
    ];
    for signatures in bad {
        assert_eq!(send(&mut world, &report, signatures), Err(Error::BadSignature));
    }
}

#[test]
fn a_recovery_number_may_be_written_in_ethereums_way() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = world.report(1, &[5]);
    let mut signatures = operators.sign(&report, &[0]);
    signatures[0][64] += 27;
    assert_eq!(send(&mut world, &report, signatures), Ok(()));
}

#[test]
fn a_report_to_one_contract_is_refused_by_another() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = world.report(1, &[5]);
    let signatures = operators.sign(&report, &[0]);

    let first = world.feeds;
    world.feeds = world.instantiate("feeds", (world.access, world.genesis_hash()));
    world.with_feed(&operators, 0);
    assert_eq!(send(&mut world, &report, signatures.clone()), Err(Error::WrongConfiguration));
    world.feeds = first;
    assert_eq!(send(&mut world, &report, signatures), Ok(()));
}

#[test]
fn a_report_of_the_epoch_before_is_refused() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = world.report(1, &[5]);
    let signatures = operators.sign(&report, &[0]);
    let again: Result<(), Error> =
        world.call(Party::Administrator, world.feeds, "set_operators", (operators.keys(), 0_u8));
    assert_eq!(again, Ok(()));
    assert_eq!(send(&mut world, &report, signatures), Err(Error::WrongConfiguration));
}

#[test]
fn an_unknown_or_revoked_model_is_refused() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = Report { model: ModelId([1; 32]), ..world.report(1, &[5]) };
    let signatures = operators.sign(&report, &[0]);
    assert_eq!(send(&mut world, &report, signatures), Err(Error::UnknownModel));
    let revoked: Result<(), Error> = world.call(Party::Regulator, world.feeds, "revoke_model", MODEL);
    assert_eq!(revoked, Ok(()));
    let report = world.report(1, &[5]);
    let signatures = operators.sign(&report, &[0]);
    assert_eq!(send(&mut world, &report, signatures), Err(Error::ModelRevoked));
}

#[test]
fn another_contract_reads_fresh_values_and_nothing_else() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    assert_eq!(fresh_value(&mut world, FEED, u64::MAX), None);
    let report = world.report(1, &[5]);
    let signatures = operators.sign(&report, &[0]);
    assert_eq!(send(&mut world, &report, signatures), Ok(()));
    world.pass(100);
    let inputs = InputCommitment([0x49; 32]);
    let expected = FeedValue { value: 5, observed_at: NOW, inputs, spread: 0 };
    assert_eq!(fresh_value(&mut world, FEED, 100), Some(expected));
    assert_eq!(fresh_value(&mut world, FEED, 99), None);
    assert_eq!(fresh_value(&mut world, "other", u64::MAX), None);
}

#[test]
fn feeds_are_opened_by_an_admin_alone() {
    let mut world = World::new();
    world.with_feed(&Operators::new(1), 0);
    for party in [Party::Regulator, Party::Provider, Party::Stranger] {
        let feed = FeedId::named("other").unwrap();
        let refused: Result<(), Error> = world.call(party, world.feeds, "create_feed", (feed, definition()));
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let feeds: Vec<(FeedId, Feed)> = world.call(Party::Stranger, world.feeds, "feeds", (0_u32, 50_u32));
    assert_eq!(feeds, [(feed(), definition())]);
}

#[test]
fn the_whole_council_of_31_operators_fits_into_one_call() {
    let mut world = World::new();
    let operators = Operators::new(31);
    world.with_feed(&operators, 10);
    let values: Vec<i128> = (0..31).collect();
    let report = world.report(1, &values);
    let everybody: Vec<usize> = (0..31).collect();
    let signatures = operators.sign(&report, &everybody);
    assert_eq!(send(&mut world, &report, signatures), Ok(()));
    assert_eq!(read(&mut world, 0).unwrap().value, 15);
}
