//! Evidence strikes goods where they are now, and its trail is followed to what left them meanwhile.

use std::collections::BTreeMap;

use primitives::batches::{QuarantineTarget, UnitsQuarantined, MAX_TRAIL, TRAIL};
use primitives::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const HOUR: Timestamp = 3_600_000;

fn at(call: Call, hours: Timestamp) -> Call {
    Call { now: NOW + hours * HOUR, ..call }
}

fn shelf(batch: BatchId, of: Call) -> QuarantineTarget {
    QuarantineTarget::holding(batch, site_of(of))
}

fn case(number: u64) -> QuarantineTarget {
    QuarantineTarget::LogisticUnit(sscc(number))
}

/// Presents evidence at an hour that was observed at another: what is quarantined, and how much.
fn present(
    data: &mut Data,
    hour: Timestamp,
    target: QuarantineTarget,
    observed: Timestamp,
) -> Result<Vec<(QuarantineTarget, Quantity)>, Error> {
    let events = data.quarantine_on_evidence(at(sentinel(), hour), target, NOW + observed * HOUR)?;
    Ok(struck(&events))
}

fn follow(
    data: &mut Data,
    hour: Timestamp,
    trail: &[QuarantineTarget],
) -> Result<Vec<(QuarantineTarget, Quantity)>, Error> {
    let (_, events) = data.follow_evidence(at(bystander(), hour), trail)?;
    Ok(struck(&events))
}

fn struck(events: &[UnitsQuarantined]) -> Vec<(QuarantineTarget, Quantity)> {
    events.iter().map(|event| (event.target, event.quantity)).collect()
}

fn send_at(data: &mut Data, hour: Timestamp, from: Call, goods: Goods, to: Call) -> u64 {
    ship(data, at(from, hour), goods, to).unwrap().shipment
}

fn take(data: &mut Data, hour: Timestamp, of: Call, shipment: u64, quantity: Quantity) {
    data.receive(at(of, hour), shipment, Arrival::Units(quantity)).unwrap();
}

/// The wholesaler has a hundred loose units since hour 1.
fn stocked() -> (Data, BatchId) {
    let mut data = empty_batches();
    let id = released(&mut data, 1_000);
    let shipment = send_at(&mut data, 0, manufacturer(), loose(id, 100), wholesaler());
    take(&mut data, 1, wholesaler(), shipment, 100);
    (data, id)
}

#[test]
fn a_logger_that_is_read_on_arrival_strikes_what_arrived() {
    let (mut data, id) = stocked();
    let shipment = send_at(&mut data, 2, wholesaler(), loose(id, 60), pharmacy());
    take(&mut data, 4, pharmacy(), shipment, 20);
    // The one half lies there, the other is under way still.
    let lorry = QuarantineTarget::Shipment(shipment);
    let quarantined = present(&mut data, 5, lorry, 3).unwrap();
    assert_eq!(quarantined, [(lorry, 40), (shelf(id, pharmacy()), 20)]);

    let (mut data, id) = stocked();
    let shipment = send_at(&mut data, 2, wholesaler(), loose(id, 60), pharmacy());
    take(&mut data, 4, pharmacy(), shipment, 60);
    hand_over(&mut data, id, at(manufacturer(), 5), at(pharmacy(), 5), 7);
    let quarantined = present(&mut data, 6, QuarantineTarget::Shipment(shipment), 5).unwrap();
    assert_eq!(quarantined, [(shelf(id, pharmacy()).part(60), 60)], "and nothing that came later");
    ensure_mass_balance(&data, id);
}

/// Anybody may present and follow, as often as they like.
#[test]
fn what_came_out_of_a_lorry_is_struck_once_however_often_it_is_followed() {
    let (mut data, id) = stocked();
    hand_over(&mut data, id, at(manufacturer(), 1), at(pharmacy(), 1), 200);
    let shipment = send_at(&mut data, 2, wholesaler(), loose(id, 60), pharmacy());
    take(&mut data, 4, pharmacy(), shipment, 60);
    let (road, there) = (QuarantineTarget::Shipment(shipment), shelf(id, pharmacy()));
    assert_eq!(present(&mut data, 5, road, 3).unwrap(), [(there.part(60), 60)]);
    for hour in 6..9 {
        assert_eq!(follow(&mut data, hour, &[road, there]).unwrap(), []);
        assert_eq!(present(&mut data, hour, road, 3).unwrap(), []);
    }
    assert_eq!(
        data.holding(id, site_of(pharmacy())).places.held,
        200,
        "what was there before is not touched"
    );
    // What leaves the shelf after the presentation is not suspect, whoever follows evidence to the shelf again.
    pack_units(&mut data, at(pharmacy(), 9), id, 30, 1);
    follow(&mut data, 10, &[road, there]).unwrap();
    assert_eq!(follow(&mut data, 10, &[there, case(1)]), Err(Error::NotSuspect));
    data.unpack(at(pharmacy(), 10), sscc(1)).unwrap();
    // What a regulator cleared may be struck by what is found out later.
    let nothing = primitives::batches::ClearanceReason::NothingFound;
    data.release_quarantine(at(regulator(), 10), there, nothing).unwrap();
    assert_eq!(present(&mut data, 11, road, 3).unwrap(), [(there.part(60), 60)]);
}

#[test]
fn rejected_goods_are_struck_where_they_went_back_to() {
    let (mut data, id) = stocked();
    let shipment = send_at(&mut data, 2, wholesaler(), loose(id, 60), pharmacy());
    take(&mut data, 3, pharmacy(), shipment, 10);
    data.reject(at(pharmacy(), 4), shipment, primitives::batches::RejectionReason::Damaged).unwrap();
    let quarantined = present(&mut data, 5, QuarantineTarget::Shipment(shipment), 2).unwrap();
    let expected = [(shelf(id, pharmacy()), 10), (shelf(id, wholesaler()).part(50), 50)];
    assert_eq!(quarantined, expected);
}

#[test]
fn a_case_that_was_opened_is_struck_on_the_shelf() {
    let (mut data, id) = stocked();
    pack_units(&mut data, at(wholesaler(), 2), id, 30, 1);
    data.unpack(at(wholesaler(), 4), sscc(1)).unwrap();
    assert_eq!(data.logistic_unit(sscc(1)), None);
    let refused = data.pack(
        at(wholesaler(), 5),
        wholesaler().organisation,
        sscc(1),
        Contents::Units { batch: id, quantity: 1 },
    );
    assert_eq!(refused, Err(Error::LogisticUnitExists), "its number means the one that was opened");
    assert_eq!(present(&mut data, 6, case(1), 3).unwrap(), [(shelf(id, wholesaler()).part(30), 30)]);
    let later = Call { now: NOW + 4 * HOUR + TRAIL + 1, ..wholesaler() };
    assert!(data
        .pack(later, later.organisation, sscc(1), Contents::Units { batch: id, quantity: 1 })
        .is_ok());
}

#[test]
fn goods_that_came_later_are_not_touched() {
    let (mut data, id) = stocked();
    hand_over(&mut data, id, at(manufacturer(), 5), at(wholesaler(), 5), 300);
    assert_eq!(
        present(&mut data, 6, shelf(id, wholesaler()), 4).unwrap(),
        [(shelf(id, wholesaler()).part(100), 100)]
    );
    // The case packed of what is left is none of it.
    pack_units(&mut data, at(wholesaler(), 7), id, 50, 1);
    let refused = follow(&mut data, 8, &[shelf(id, wholesaler()), case(1)]);
    assert_eq!(refused, Err(Error::NotSuspect));
}

/// The holder sees the report, and packs, ships, or both; the consignee goes on with it.
#[test]
fn what_left_the_shelf_between_observation_and_presentation_is_followed() {
    let (mut data, id) = stocked();
    let (stock, there) = (shelf(id, wholesaler()), shelf(id, pharmacy()));
    pack_units(&mut data, at(wholesaler(), 1), id, 5, 9);
    pack_units(&mut data, at(wholesaler(), 3), id, 30, 1);
    pack_pallet(&mut data, at(wholesaler(), 3), &[1], 2);
    let lorry = send_at(&mut data, 3, wholesaler(), loose(id, 65), pharmacy());
    take(&mut data, 4, pharmacy(), lorry, 65);
    pack_units(&mut data, at(pharmacy(), 4), id, 65, 3);
    assert_eq!(present(&mut data, 5, stock, 2).unwrap(), [], "nothing is on the shelf");
    let road = QuarantineTarget::Shipment(lorry);
    assert_eq!(follow(&mut data, 6, &[stock, case(9)]), Err(Error::NotSuspect), "it left before");
    assert_eq!(follow(&mut data, 6, &[stock, case(1)]).unwrap(), [(case(2), 30)], "with what is around it");
    assert_eq!(follow(&mut data, 6, &[stock, there]), Err(Error::TrailBroken));
    assert_eq!(follow(&mut data, 6, &[stock, road, there, case(3)]).unwrap(), [(case(3), 65)]);
    // Sent again it changes nothing.
    assert_eq!(follow(&mut data, 7, &[stock, road, there, case(3)]).unwrap(), []);
    ensure_mass_balance(&data, id);
}

#[test]
fn a_case_that_left_a_pallet_is_followed() {
    let (mut data, id) = stocked();
    for number in [1, 2, 3] {
        pack_units(&mut data, at(wholesaler(), 2), id, 10, number);
    }
    pack_pallet(&mut data, at(wholesaler(), 2), &[1, 2, 3], 10);
    let lorry = send_at(&mut data, 2, wholesaler(), Goods::LogisticUnit(sscc(10)), pharmacy());
    let road = QuarantineTarget::Shipment(lorry);
    data.receive(at(pharmacy(), 3), lorry, Arrival::LogisticUnits(vec![sscc(1)])).unwrap();
    data.receive(at(pharmacy(), 5), lorry, Arrival::LogisticUnits(vec![sscc(2)])).unwrap();
    data.unpack(at(pharmacy(), 5), sscc(2)).unwrap();
    assert_eq!(present(&mut data, 6, road, 4).unwrap(), [(road, 10)], "what is left in it");
    assert_eq!(follow(&mut data, 7, &[road, case(10), case(1)]), Err(Error::NotSuspect), "it arrived before");
    assert_eq!(follow(&mut data, 7, &[road, case(10), case(2)]).unwrap(), [(shelf(id, pharmacy()), 10)]);
    data.receive(at(pharmacy(), 8), lorry, Arrival::LogisticUnits(vec![sscc(3)])).unwrap();
    assert_eq!(data.shipment(lorry), None);
    // The pallet is gone, and known still.
    assert_eq!(present(&mut data, 9, road, 5).unwrap(), []);
    assert_eq!(data.cleared_at(case(10), NOW + 9 * HOUR), Some(0));
}

#[test]
fn what_was_cleared_is_not_struck_again_by_what_was_known_then() {
    let (mut data, id) = stocked();
    let stock = shelf(id, wholesaler());
    pack_units(&mut data, at(wholesaler(), 3), id, 30, 1);
    present(&mut data, 4, stock, 2).unwrap();
    follow(&mut data, 5, &[stock, case(1)]).unwrap();
    let nothing = primitives::batches::ClearanceReason::NothingFound;
    data.release_quarantine(at(regulator(), 6), case(1), nothing).unwrap();
    assert_eq!(follow(&mut data, 7, &[stock, case(1)]), Err(Error::NotSuspect));
    data.release_quarantine(at(regulator(), 8), stock, nothing).unwrap();
    pack_units(&mut data, at(wholesaler(), 9), id, 30, 2);
    assert_eq!(follow(&mut data, 9, &[stock, case(2)]), Err(Error::NotSuspect), "the suspicion ended");
}

#[test]
fn a_trail_that_is_too_short_too_long_or_has_a_gap_is_refused_as_a_whole() {
    let (mut data, id) = stocked();
    let stock = shelf(id, wholesaler());
    pack_units(&mut data, at(wholesaler(), 3), id, 30, 1);
    present(&mut data, 4, stock, 2).unwrap();
    assert_eq!(follow(&mut data, 5, &[case(1), stock]), Err(Error::NotSuspect), "nothing says so of it");
    let long = vec![stock; MAX_TRAIL + 1];
    for trail in [&[][..], &[stock], &long, &[stock, stock], &[stock, case(7)], &[stock, case(1), stock]] {
        let before = data.mass_balance(id);
        assert_eq!(data.follow_evidence(at(bystander(), 5), trail).map(drop), Err(Error::TrailBroken));
        if trail.len() != 3 {
            assert_eq!(data.mass_balance(id), before);
        }
    }
    let other = BatchId([9; 32]);
    assert_eq!(present(&mut data, 5, shelf(other, wholesaler()), 2), Err(Error::UnknownBatch));
    assert_eq!(
        present(&mut data, 5, shelf(id, pharmacy()), 2),
        Err(Error::UnknownBatch),
        "it never was there"
    );
}

/// The deposit of what ended comes back with later arrivals, and a part of the goods cannot be presented alone.
#[test]
fn what_ended_long_ago_is_forgotten() {
    let (mut data, id) = stocked();
    let mut trips = Vec::new();
    for hour in 2..12 {
        let shipment = send_at(&mut data, hour, wholesaler(), loose(id, 1), pharmacy());
        take(&mut data, hour, pharmacy(), shipment, 1);
        trips.push(QuarantineTarget::Shipment(shipment));
    }
    let month = TRAIL / HOUR + 13;
    let known = |data: &Data, hour: Timestamp| {
        trips.iter().filter(|trip| data.cleared_at(**trip, NOW + hour * HOUR).is_some()).count()
    };
    assert_eq!((known(&data, 12), known(&data, month)), (10, 0));
    assert_eq!(kept(&trips), 10);
    for hour in month..month + 5 {
        hand_over(&mut data, id, at(wholesaler(), hour), at(pharmacy(), hour), 1);
    }
    assert_eq!(kept(&trips), 0);
}

/// Of how many of these it is stored where they ended.
fn kept(ended: &[QuarantineTarget]) -> usize {
    ended.iter().filter(|what| is_stored(&(kernel::key(b"ENDS"), what))).count()
}

/// A move of goods that somebody may try: the numbers choose whose, and what.
#[derive(Clone, Copy, Debug)]
struct Try {
    kind: u8,
    who: u8,
    what: u16,
    quantity: u64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (0..7_u8, 0..3_u8, any::<u16>(), 1..40_u64);
    vec(one.prop_map(|(kind, who, what, quantity)| Try { kind, who, what, quantity }), 12..40)
}

/// Where goods were together: what a test that only looks on can note down.
#[derive(Default)]
struct Diary {
    hour: Timestamp,
    shipments: Vec<(u64, Option<u64>, Call)>,
    cases: Vec<u64>,
    /// Which station had goods of which other, from hour to hour: by number of the entry.
    moves: Vec<(Timestamp, QuarantineTarget, QuarantineTarget)>,
}

impl Diary {
    fn note(&mut self, from: QuarantineTarget, to: QuarantineTarget) {
        self.moves.push((self.hour, from, to));
    }

    /// Everywhere goods can have come to that were in `start` at this hour or later, with the way there.
    fn reached(&self, start: QuarantineTarget, since: Timestamp) -> BTreeMap<Vec<u8>, Vec<QuarantineTarget>> {
        let mut ways: BTreeMap<Vec<u8>, (Timestamp, Vec<QuarantineTarget>)> = BTreeMap::new();
        ways.insert(scale::Encode::encode(&start), (since, vec![start]));
        for (hour, from, to) in &self.moves {
            let before = ways.get(&scale::Encode::encode(from)).cloned();
            let Some((_, mut way)) = before.filter(|(there, _)| there <= hour) else { continue };
            way.push(*to);
            ways.entry(scale::Encode::encode(to)).or_insert((*hour, way));
        }
        ways.into_iter().map(|(key, (_, way))| (key, way)).collect()
    }
}

fn party(number: u8) -> Call {
    [wholesaler(), pharmacy(), other_pharmacy()][usize::from(number) % 3]
}

/// Tries one move, and notes down where goods went.
fn make(data: &mut Data, diary: &mut Diary, id: BatchId, step: Try) {
    diary.hour += 1;
    let (me, other) = (at(party(step.who), diary.hour), party(step.who + 1));
    let chosen = |count: usize| usize::from(step.what) % count.max(1);
    match step.kind {
        0 | 1 => {
            if let Ok(event) = ship(data, me, loose(id, step.quantity), other) {
                diary.note(shelf(id, me), QuarantineTarget::Shipment(event.shipment));
                diary.shipments.push((event.shipment, None, other));
            }
        }
        2 => {
            let number = u64::try_from(diary.cases.len()).unwrap() + 1;
            let contents = Contents::Units { batch: id, quantity: step.quantity };
            if data.pack(me, me.organisation, sscc(number), contents).is_ok() {
                diary.note(shelf(id, me), case(number));
                diary.cases.push(number);
            }
        }
        3 => {
            let Some(number) = diary.cases.get(chosen(diary.cases.len())).copied() else { return };
            if let Ok(event) = ship(data, me, Goods::LogisticUnit(sscc(number)), other) {
                diary.shipments.push((event.shipment, Some(number), other));
            }
        }
        4 | 5 => {
            let Some((shipment, inside, to)) = diary.shipments.get(chosen(diary.shipments.len())).copied()
            else {
                return;
            };
            let to = at(to, diary.hour);
            match inside {
                None if data.receive(to, shipment, Arrival::Units(step.quantity)).is_ok() => {
                    diary.note(QuarantineTarget::Shipment(shipment), shelf(id, to));
                }
                None => {}
                Some(number) => {
                    let arrival = Arrival::LogisticUnits(vec![sscc(number)]);
                    data.receive(to, shipment, arrival).map(drop).unwrap_or_default();
                }
            }
        }
        _ => {
            let Some(number) = diary.cases.get(chosen(diary.cases.len())).copied() else { return };
            let holder = data.logistic_unit(sscc(number)).map(|unit| unit.site);
            let holder = (0..3).map(party).find(|call| call.site == holder);
            if let Some(holder) = holder.filter(|it| data.unpack(at(*it, diary.hour), sscc(number)).is_ok()) {
                diary.note(case(number), shelf(id, holder));
            }
        }
    }
}

/// Whether nothing of it can move on: all that is there is quarantined, or nothing is.
fn is_held(data: &Data, place: QuarantineTarget) -> bool {
    match place {
        QuarantineTarget::Holding { batch, site, .. } => data.holding(batch, site).places.quarantined > 0,
        QuarantineTarget::Shipment(number) => data.shipment(number).is_none_or(|it| it.hold.quarantined),
        QuarantineTarget::LogisticUnit(number) => data.logistic_unit(number).is_none_or(|unit| {
            let road = unit.shipment.and_then(|shipment| data.shipment(shipment));
            unit.hold.quarantined || road.is_some_and(|road| road.hold.quarantined)
        }),
    }
}

fn ensure_followed(steps: &[Try], observed: u64) -> Result<(), TestCaseError> {
    let (mut data, id) = stocked();
    let mut diary = Diary { hour: 1, ..Diary::default() };
    steps.iter().for_each(|step| make(&mut data, &mut diary, id, *step));
    let start = shelf(id, wholesaler());
    let since = 1 + observed % diary.hour;
    let now = diary.hour + 1;
    present(&mut data, now, start, since).unwrap();
    let ways = diary.reached(start, since);
    for way in ways.values().filter(|way| (2..=MAX_TRAIL).contains(&way.len())) {
        // Some goods came before those that are suspect: what came out of it last decides.
        follow(&mut data, now, way).map(drop).unwrap_or_else(|error| panic!("{error:?} {way:?}"));
        let end = *way.last().unwrap();
        let empty = match end {
            QuarantineTarget::Holding { batch, site, .. } => data.holding(batch, site).places.held == 0,
            _ => false,
        };
        prop_assert!(empty || is_held(&data, end), "{way:?} leads to goods that are free");
    }
    // What goods of it never were in is not touched.
    for number in &diary.cases {
        if !ways.contains_key(&scale::Encode::encode(&case(*number))) {
            let unit = data.logistic_unit(sscc(*number));
            let alone = unit.is_some_and(|unit| unit.hold.quarantined);
            prop_assert!(!alone, "case {number} was struck");
            for way in ways.values().filter(|way| way.len() < MAX_TRAIL) {
                let further: Vec<QuarantineTarget> = way.iter().copied().chain([case(*number)]).collect();
                prop_assert!(follow(&mut data, now, &further).is_err(), "{further:?}");
            }
        }
    }
    ensure_mass_balance(&data, id);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever holders do with goods between observation and presentation: following the ways that goods went strikes all
    /// that can have come of them, and nothing else.
    #[test]
    fn all_that_came_of_suspect_goods_is_found_and_nothing_else(steps in tries(), observed in any::<u64>()) {
        ensure_followed(&steps, observed)?;
    }
}
