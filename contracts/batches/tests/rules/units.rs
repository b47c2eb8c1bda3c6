use primitives::batches::{
    Booked, Booking, BookingError, Entry, QuarantineReason, QuarantineTarget, UnitBooked,
    UnitsDecommissioned, Whereabouts,
};
use primitives::{RoleSet, ShownPosition};

use super::*;

const STATES: [UnitState; 6] = [
    UnitState::Dispensed,
    UnitState::Destroyed,
    UnitState::Stolen,
    UnitState::Sample,
    UnitState::Exported,
    UnitState::Locked,
];

fn booking(batch: &Serialised, call: Call, number: usize, state: UnitState) -> Booking {
    let entry = Entry::Decommission(shown(batch, number));
    Booking { account: call.account, acts_at: call.site, batch: batch.id, site: site_of(call), state, entry }
}

fn shown(batch: &Serialised, number: usize) -> ShownPosition {
    batch.proof(number).shown(batch.id, &serial(number))
}

/// What comes of a booking for the caller, by the register of units.
fn book(data: &mut Data, call: Call, booking: Booking) -> Result<(Booked, Option<UnitBooked>), BookingError> {
    data.book_unit(call, UNIT_REGISTER, booking)
}

fn take_back(data: &mut Data, call: Call, booking: Booking) -> Result<Option<UnitBooked>, BookingError> {
    book(data, call, Booking { entry: Entry::TakeBack, ..booking }).map(|(_, event)| event)
}

#[track_caller]
fn assert_not_booked(data: &mut Data, call: Call, booking: Booking) {
    let before = data.mass_balance(booking.batch);
    let (booked, event) = book(data, call, booking).unwrap();
    assert_eq!((booked.done, event), (false, None));
    assert_eq!(data.mass_balance(booking.batch), before);
}

#[test]
fn a_loose_unit_is_booked_with_what_was_known_of_it_before() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let (id, site, state) = (batch.id, site(3), UnitState::Dispensed);
    let known = data.whereabouts(id, Some(3), Some(site)).unwrap();
    let Whereabouts { everywhere, here, recalled, packed, .. } = &known;
    assert_eq!((everywhere.held, here.unwrap().held, *recalled, *packed), (10, 10, false, None));
    let (booked, event) = book(&mut data, pharmacy(), booking(&batch, pharmacy(), 3, state)).unwrap();
    let Booked { by, done, whereabouts } = booked;
    assert_eq!((by, done, whereabouts.get()), (pharmacy().actor(), true, Some(known)));
    assert_eq!(event, Some(UnitBooked { batch: id, site, state, taken_back: false }));
    assert_eq!(places(&data, id, pharmacy()), Places { held: 9, dispensed: 1, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn each_state_is_booked_in_its_place_and_taken_back_out_of_it() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let (id, site) = (batch.id, site(3));
    for state in STATES {
        let booking = booking(&batch, pharmacy(), 3, state);
        let refused = take_back(&mut data, pharmacy(), booking);
        assert_eq!(refused, Err(BookingError::NothingThere), "{state:?} before it was booked");
        book(&mut data, pharmacy(), booking).unwrap();
        let gone = places(&data, id, pharmacy());
        let expected = match state {
            UnitState::Dispensed => (1, 0, 0),
            UnitState::Destroyed => (0, 1, 0),
            _ => (0, 0, 1),
        };
        assert_eq!((gone.dispensed, gone.destroyed, gone.decommissioned), expected);
        let event = UnitBooked { batch: id, site, state, taken_back: true };
        assert_eq!(take_back(&mut data, pharmacy(), booking), Ok(Some(event)));
        assert_eq!(places(&data, id, pharmacy()), Places { held: 10, ..Places::default() });
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn only_the_register_of_units_books() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let fits = booking(&batch, pharmacy(), 3, UnitState::Dispensed);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::UnitRegister) {
        for entry in [fits.entry, Entry::Nothing(shown(&batch, 3)), Entry::TakeBack] {
            let refused = data.book_unit(pharmacy(), RoleSet::of(&[role]), Booking { entry, ..fits });
            assert_eq!(refused, Err(BookingError::NotUnitRegister), "{role}");
        }
    }
    let unknown = Booking { batch: BatchId([9; 32]), ..fits };
    assert_eq!(book(&mut data, pharmacy(), unknown), Err(BookingError::UnknownBatch));
    assert_eq!(take_back(&mut data, pharmacy(), unknown), Err(BookingError::UnknownBatch));
}

#[test]
fn the_register_of_units_books_only_for_who_may() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for state in STATES {
        let fits = booking(&batch, pharmacy(), 3, state);
        let refuses = |data: &mut Data, call: Call| {
            let acts_at = call.site;
            let of = |entry| Booking { account: call.account, acts_at, entry, ..fits };
            for entry in [fits.entry, Entry::Nothing(shown(&batch, 3)), Entry::TakeBack] {
                let refused = book(data, call, of(entry));
                assert_eq!(refused, Err(BookingError::CallerNotAuthorised), "{state:?} {entry:?}");
            }
        };
        refuses(&mut data, without_roles(pharmacy()));
        refuses(&mut data, branch());
        refuses(&mut data, manufacturer());
        // A wholesaler's site takes out what it has, and hands nothing to patients.
        let wholesaler = Call { roles: RoleSet::of(&[Role::Wholesaler]), ..pharmacy() };
        if state == UnitState::Dispensed {
            refuses(&mut data, wholesaler);
        } else {
            assert!(book(&mut data, wholesaler, fits).unwrap().0.done);
            assert!(take_back(&mut data, wholesaler, fits).is_ok());
        }
        // A regulator unlocks, and does nothing else to packs of others.
        assert!(book(&mut data, pharmacy(), fits).unwrap().0.done);
        let by_regulator = Booking { account: regulator().account, acts_at: None, ..fits };
        let regulator = Call { site: None, ..regulator() };
        let unlocked = take_back(&mut data, regulator, by_regulator);
        if state == UnitState::Locked {
            assert!(unlocked.is_ok());
            let refused = book(&mut data, regulator, by_regulator);
            assert_eq!(refused, Err(BookingError::CallerNotAuthorised));
        } else {
            assert_eq!(unlocked, Err(BookingError::CallerNotAuthorised));
            assert!(take_back(&mut data, pharmacy(), fits).is_ok());
        }
        ensure_mass_balance(&data, batch.id);
    }
}

#[test]
fn nothing_is_booked_where_the_register_of_units_only_asks() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let asked = booking(&batch, pharmacy(), 3, UnitState::Dispensed);
    let entry = Entry::Nothing(shown(&batch, 3));
    assert_not_booked(&mut data, pharmacy(), Booking { entry, ..asked });
}

#[test]
fn a_unit_that_is_not_loose_at_the_site_or_not_of_the_batch_is_not_booked() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 4);
    let fits = booking(&batch, manufacturer(), 9, UnitState::Exported);
    let fitting = shown(&batch, 9);
    let wrong = [
        ShownPosition { root: [0; 32], ..fitting },
        ShownPosition { index: 10, ..fitting },
        ShownPosition { depth: fitting.depth + 1, ..fitting },
    ];
    for shown in wrong {
        let entry = Entry::Decommission(shown);
        assert_not_booked(&mut data, manufacturer(), Booking { entry, ..fits });
    }
    pack_case(&mut data, batch.id, 2, 1);
    assert_not_booked(&mut data, manufacturer(), fits);
    let all = QuarantineTarget::Holding { batch: batch.id, site: site(3), quantity: None };
    data.quarantine(pharmacy(), all, QuarantineReason::Damaged).unwrap();
    assert_not_booked(&mut data, pharmacy(), booking(&batch, pharmacy(), 3, UnitState::Destroyed));
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn units_without_serials_are_decommissioned_by_number() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let state = UnitState::Dispensed;
    let document = Some(DOCUMENT);
    let event =
        UnitsDecommissioned { batch: id, by: by(pharmacy()), quantity: 12, of_returned: 0, state, document };
    assert_eq!(data.decommission_quantity(pharmacy(), id, 12, state, document), Ok(event));
    for (quantity, error) in [(0, Error::QuantityZero), (19, Error::QuantityNotHeld)] {
        assert_eq!(data.decommission_quantity(pharmacy(), id, quantity, state, None), Err(error));
    }
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(data.decommission_quantity(late, id, 1, state, None), Err(Error::BatchExpired));
    assert!(data.decommission_quantity(late, id, 18, UnitState::Destroyed, None).is_ok());
    ensure_mass_balance(&data, id);
}

#[test]
fn returned_units_are_destroyed_first_and_of_serialised_ones_only_these() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let id = batch.id;
    let shipment = send_back(&mut data, pharmacy(), loose(id, 6)).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(6)).unwrap();
    let destroy = |data: &mut Data, call, quantity| {
        data.decommission_quantity(call, id, quantity, UnitState::Destroyed, Some(DOCUMENT))
    };
    assert_eq!(destroy(&mut data, manufacturer(), 4).unwrap().of_returned, 4);
    assert_eq!(destroy(&mut data, manufacturer(), 3), Err(Error::SerialRequired));
    assert_eq!(destroy(&mut data, manufacturer(), 0), Err(Error::QuantityZero));
    assert_eq!(destroy(&mut data, pharmacy(), 1), Err(Error::SerialRequired));
    for state in STATES.into_iter().filter(|state| *state != UnitState::Destroyed) {
        let refused = data.decommission_quantity(pharmacy(), id, 1, state, None);
        assert_eq!(refused, Err(Error::SerialRequired), "{state:?}");
    }
    hand_over(&mut data, id, pharmacy(), manufacturer(), 1);
    recall_batch(&mut data, id);
    let event = destroy(&mut data, manufacturer(), 3).unwrap();
    assert_eq!((event.quantity, event.of_returned), (3, 2), "and one that was not returned");
    assert_eq!(places(&data, id, manufacturer()), Places { destroyed: 7, ..Places::default() });
    assert_eq!(destroy(&mut data, manufacturer(), 1), Err(Error::QuantityNotHeld));
    assert!(destroy(&mut data, pharmacy(), 3).is_ok());
    ensure_mass_balance(&data, id);
}
