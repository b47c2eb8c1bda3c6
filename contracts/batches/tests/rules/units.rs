use primitives::batches::{
    Booked, Booking, BookingError, ClearanceReason, DecommissioningReverted, Move, QuarantineReason,
    QuarantineTarget, UnitPlace, UnitsBooked, UnitsDecommissioned, Whereabouts, Which,
};
use primitives::units::REVERT_WINDOW;
use primitives::{RoleSet, ShownPositions};

use super::*;

const STATES: [UnitState; 5] =
    [UnitState::Dispensed, UnitState::Destroyed, UnitState::Stolen, UnitState::Sample, UnitState::Exported];

fn step(from: UnitPlace, to: UnitPlace) -> Move {
    Move { from, to, quantity: 1 }
}

fn leaving(state: UnitState) -> Move {
    step(UnitPlace::Shelf, UnitPlace::Left(state))
}

fn back(state: UnitState) -> Move {
    step(UnitPlace::Left(state), UnitPlace::Shelf)
}

fn booking(batch: &Serialised, call: Call, number: usize, step: Move) -> Booking {
    Booking {
        account: call.account,
        acts_at: call.site,
        batch: batch.id,
        site: site_of(call),
        at: NOW,
        which: Which::Shown(shown(batch, number)),
        moves: vec![step],
        only_ask_for: None,
    }
}

fn registration(data: &Data, batch: BatchId) -> u32 {
    data.batch(batch).unwrap().registration
}

fn shown(batch: &Serialised, number: usize) -> ShownPositions {
    batch.proof(number).shown(batch.id, &serial(number))
}

/// What comes of a booking for the caller, by the register of units.
fn book(data: &mut Data, call: Call, booking: &Booking) -> Result<(Booked, Vec<UnitsBooked>), BookingError> {
    data.book_units(call, UNIT_REGISTER, booking.clone())
}

#[track_caller]
fn assert_not_booked(data: &mut Data, call: Call, booking: &Booking) {
    let before = data.mass_balance(booking.batch);
    let (booked, events) = book(data, call, booking).unwrap();
    assert_eq!((booked.done, events), (false, Vec::new()));
    assert_eq!(data.mass_balance(booking.batch), before);
}

#[test]
fn a_loose_unit_is_booked_with_what_was_known_of_it_before() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let (id, site, moved) = (batch.id, site(3), leaving(UnitState::Dispensed));
    let known = data.whereabouts(id, &[3], Some(site), NOW).unwrap();
    let Whereabouts { everywhere, here, positions, .. } = &known;
    let (recalled, packed) = (positions[0].recalled, positions[0].packed);
    assert_eq!((everywhere.held, here.unwrap().held, recalled, packed), (10, 10, false, None));
    let (booked, events) = book(&mut data, pharmacy(), &booking(&batch, pharmacy(), 3, moved)).unwrap();
    let Booked { by, is_regulator, stop, done, whereabouts } = booked;
    assert_eq!((by, done, whereabouts.get()), (pharmacy().actor(), true, Some(known)));
    assert_eq!((is_regulator, stop), (false, None));
    let Move { from, to, quantity } = moved;
    assert_eq!(events, [UnitsBooked { batch: id, site, from, to, quantity }]);
    assert_eq!(places(&data, id, pharmacy()), Places { held: 9, dispensed: 1, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn each_state_is_booked_in_its_place_and_taken_back_out_of_it() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let id = batch.id;
    for state in STATES {
        let (away, home) = (leaving(state), back(state));
        assert_not_booked(&mut data, pharmacy(), &booking(&batch, pharmacy(), 3, home));
        book(&mut data, pharmacy(), &booking(&batch, pharmacy(), 3, away)).unwrap();
        let gone = places(&data, id, pharmacy());
        let expected = match state {
            UnitState::Dispensed => (1, 0, 0),
            UnitState::Destroyed => (0, 1, 0),
            _ => (0, 0, 1),
        };
        assert_eq!((gone.dispensed, gone.destroyed, gone.decommissioned), expected);
        assert!(book(&mut data, pharmacy(), &booking(&batch, pharmacy(), 3, home)).unwrap().0.done);
        assert_eq!(places(&data, id, pharmacy()), Places { held: 10, ..Places::default() });
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn several_moves_are_booked_together_or_not_at_all() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let quarantine = Move { quantity: 4, ..step(UnitPlace::Shelf, UnitPlace::QuarantineBySerial) };
    let positions = Which::Noted((0..4).collect());
    let all = Booking { which: positions, ..booking(&batch, pharmacy(), 3, quarantine) };
    assert!(book(&mut data, pharmacy(), &all).unwrap().0.done);
    let condemn = |by_serial, from_shelf| {
        let by_serial =
            Move { quantity: by_serial, ..step(UnitPlace::QuarantineBySerial, UnitPlace::Condemned) };
        let from_shelf = Move { quantity: from_shelf, ..step(UnitPlace::Shelf, UnitPlace::Condemned) };
        Booking { moves: vec![from_shelf, by_serial], ..all.clone() }
    };
    assert_not_booked(&mut data, pharmacy(), &condemn(5, 1));
    assert_not_booked(&mut data, pharmacy(), &condemn(4, 7));
    assert_eq!(book(&mut data, pharmacy(), &condemn(3, 2)).unwrap().1.len(), 2);
    let here = Places { held: 4, quarantined_by_serial: 1, condemned: 5, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), here);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn only_the_register_of_units_books() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let fits = booking(&batch, pharmacy(), 3, leaving(UnitState::Dispensed));
    let asks = Booking { only_ask_for: Some(registration(&data, batch.id)), ..fits.clone() };
    let back = booking(&batch, pharmacy(), 3, back(UnitState::Dispensed));
    for role in Role::ALL.into_iter().filter(|role| *role != Role::UnitRegister) {
        for booking in [&fits, &asks, &back] {
            let refused = data.book_units(pharmacy(), RoleSet::of(&[role]), booking.clone());
            assert_eq!(refused, Err(BookingError::NotUnitRegister), "{role}");
        }
    }
    let unknown = Booking { batch: BatchId([9; 32]), ..fits };
    assert_eq!(book(&mut data, pharmacy(), &unknown), Err(BookingError::UnknownBatch));
}

/// Who may have a unit go where. The register of units itself is the last word on what a regulator takes back.
#[test]
fn the_register_of_units_books_only_for_who_may() {
    use UnitPlace::{Condemned, Left, Quarantine, QuarantineBySerial, Shelf};
    let warehouse = Call { roles: RoleSet::of(&[Role::Wholesaler]), ..pharmacy() };
    let none = without_roles(pharmacy());
    let (maker, authority) = (quality_unit(), regulator());
    let everybody = [pharmacy(), warehouse, none, maker, authority, branch(), auditor()];
    let cases: [(UnitPlace, UnitPlace, &[Call]); 14] = [
        (Shelf, Left(UnitState::Dispensed), &[pharmacy()]),
        (Shelf, Left(UnitState::Sample), &[pharmacy(), warehouse]),
        (Shelf, Left(UnitState::Destroyed), &[pharmacy(), warehouse, none]),
        (Condemned, Left(UnitState::Destroyed), &[pharmacy(), warehouse, none]),
        (Left(UnitState::Dispensed), Shelf, &[pharmacy(), authority]),
        (Left(UnitState::Sample), Shelf, &[pharmacy(), warehouse, authority]),
        (Shelf, QuarantineBySerial, &[pharmacy(), warehouse, authority]),
        (Quarantine, QuarantineBySerial, &[pharmacy(), warehouse, authority]),
        (QuarantineBySerial, Shelf, &[maker, authority]),
        (Shelf, Condemned, &[pharmacy(), warehouse, none, authority]),
        (Quarantine, Condemned, &[pharmacy(), warehouse, none, authority]),
        (QuarantineBySerial, Condemned, &[pharmacy(), warehouse, none, authority]),
        (Condemned, Shelf, &[authority]),
        (Quarantine, Shelf, &[]),
    ];
    for (from, to, entitled) in cases {
        for caller in everybody {
            let mut data = empty_batches();
            let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
            let fits = Booking {
                account: caller.account,
                acts_at: caller.site,
                only_ask_for: Some(registration(&data, batch.id)),
                ..booking(&batch, pharmacy(), 3, step(from, to))
            };
            let answer = book(&mut data, caller, &fits).map(drop);
            let may = entitled.iter().any(|it| (it.account, it.roles) == (caller.account, caller.roles));
            let expected = if may { Ok(()) } else { Err(BookingError::CallerNotAuthorised) };
            assert_eq!(answer, expected, "{from:?} to {to:?} by {caller:?}");
        }
    }
}

#[test]
fn nothing_is_booked_where_the_register_of_units_only_asks() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let asked = booking(&batch, pharmacy(), 3, leaving(UnitState::Dispensed));
    let of_this = registration(&data, batch.id);
    let asks = |number| Booking { only_ask_for: Some(number), ..asked.clone() };
    assert_not_booked(&mut data, pharmacy(), &asks(of_this));
    // What is known of units of another registration says nothing about this one's.
    assert_eq!(book(&mut data, pharmacy(), &asks(of_this + 1)).unwrap().1.len(), 1);
}

#[test]
fn a_unit_that_is_not_loose_at_the_site_or_not_of_the_batch_is_not_booked() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 4);
    let fits = booking(&batch, manufacturer(), 9, leaving(UnitState::Exported));
    let fitting = shown(&batch, 9);
    let wrong = [
        ShownPositions { root: [0; 32], ..fitting.clone() },
        ShownPositions { positions: vec![10], ..fitting.clone() },
        ShownPositions { depth: fitting.depth + 1, ..fitting },
    ];
    for shown in wrong {
        let which = Which::Shown(shown);
        assert_not_booked(&mut data, manufacturer(), &Booking { which, ..fits.clone() });
    }
    pack_case(&mut data, batch.id, 2, 1);
    assert_not_booked(&mut data, manufacturer(), &fits);
    let all = QuarantineTarget::Holding { batch: batch.id, site: site(3), quantity: None };
    data.quarantine(pharmacy(), all, QuarantineReason::Damaged).unwrap();
    let destroyed = booking(&batch, pharmacy(), 3, leaving(UnitState::Destroyed));
    assert_not_booked(&mut data, pharmacy(), &destroyed);
    ensure_mass_balance(&data, batch.id);
}

/// What a regulator quarantined stays so until each unit is known by its serial.
#[test]
fn a_regulators_hold_ends_with_the_last_unit_that_is_only_counted() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 2);
    let all = QuarantineTarget::Holding { batch: batch.id, site: site(3), quantity: None };
    data.quarantine(regulator(), all, QuarantineReason::Damaged).unwrap();
    for _ in 0..2 {
        let named = step(UnitPlace::Quarantine, UnitPlace::QuarantineBySerial);
        let fits = Booking { which: Which::Noted(vec![0]), ..booking(&batch, pharmacy(), 1, named) };
        let before = book(&mut data, pharmacy(), &fits).unwrap().0.stop;
        assert_eq!(before, Some(Stop { by: organisation(5), at: NOW }));
    }
    assert_eq!(data.holding(batch.id, site(3)).hold.stop, None);
    let refused = data.release_quarantine(regulator(), all, ClearanceReason::Mistake);
    assert_eq!(refused, Err(Error::NotQuarantined));
}

#[test]
fn units_without_serials_are_decommissioned_by_number() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let state = UnitState::Dispensed;
    let document = Some(DOCUMENT);
    let event = UnitsDecommissioned {
        batch: id,
        by: by(pharmacy()),
        quantity: 12,
        of_returned: 0,
        of_condemned: 0,
        state,
        document,
    };
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
fn returned_units_are_destroyed_first_then_condemned_ones_and_of_serialised_ones_only_these() {
    let mut data = empty_batches();
    let id = released(&mut data, 20);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 6);
    let shipment = send_back(&mut data, pharmacy(), loose(id, 6)).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(6)).unwrap();
    let some = QuarantineTarget::Holding { batch: id, site: site(1), quantity: Some(3) };
    data.quarantine(manufacturer(), some, QuarantineReason::Damaged).unwrap();
    data.condemn(manufacturer(), some).unwrap();
    let destroy = |data: &mut Data, call, batch, quantity| {
        data.decommission_quantity(call, batch, quantity, UnitState::Destroyed, Some(DOCUMENT))
    };
    let event = destroy(&mut data, manufacturer(), id, 10).unwrap();
    assert_eq!((event.quantity, event.of_returned, event.of_condemned), (10, 6, 3), "and one of the others");
    assert_eq!(destroy(&mut data, manufacturer(), id, 0), Err(Error::QuantityZero));
    assert_eq!(places(&data, id, manufacturer()), Places { held: 10, destroyed: 10, ..Places::default() });
    ensure_mass_balance(&data, id);

    let batch = Serialised::at_pharmacy(&mut data, b"SERIAL", 10);
    assert_eq!(destroy(&mut data, pharmacy(), batch.id, 1), Err(Error::SerialRequired));
    for state in [UnitState::Dispensed, UnitState::Sample, UnitState::Exported] {
        let refused = data.decommission_quantity(pharmacy(), batch.id, 1, state, None);
        assert_eq!(refused, Err(Error::SerialRequired), "{state:?}");
    }
    recall_batch(&mut data, batch.id);
    let event = destroy(&mut data, without_roles(pharmacy()), batch.id, 3).unwrap();
    assert_eq!((event.of_returned, event.of_condemned), (0, 0));
    ensure_mass_balance(&data, batch.id);
}

/// Ten packs are missing from a delivery, and nobody knows which: they are written off by a document.
#[test]
fn packs_that_do_not_exist_are_written_off_by_a_document() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 20);
    let lost = |data: &mut Data, document| {
        data.decommission_quantity(pharmacy(), batch.id, 10, UnitState::Stolen, document)
    };
    assert_eq!(lost(&mut data, None), Err(Error::DocumentMissing));
    assert!(lost(&mut data, Some(DOCUMENT)).is_ok());
    assert_eq!(
        places(&data, batch.id, pharmacy()),
        Places { held: 10, decommissioned: 10, ..Places::default() }
    );
    ensure_mass_balance(&data, batch.id);
}

/// A thousand instead of a hundred: the site takes it back.
#[test]
fn the_last_booking_by_quantity_is_undone_within_ten_days() {
    let mut data = empty_batches();
    let id = released(&mut data, 2_000);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 1_500);
    let last = at(pharmacy(), NOW + REVERT_WINDOW);
    for state in STATES {
        data.decommission_quantity(pharmacy(), id, 1_000, state, None).unwrap();
        for caller in [other_pharmacy(), branch(), manufacturer()] {
            let refused = data.revert_quantity(caller, id, 900, state);
            let dispenses = state != UnitState::Dispensed || caller.roles.contains(Role::Pharmacy);
            let error = if dispenses { Error::NothingToRevert } else { Error::CallerNotAuthorised };
            assert_eq!(refused, Err(error));
        }
        let other = if state == UnitState::Sample { UnitState::Exported } else { UnitState::Sample };
        assert_eq!(data.revert_quantity(last, id, 900, other), Err(Error::NothingToRevert));
        assert_eq!(data.revert_quantity(last, id, 1_001, state), Err(Error::NothingToRevert));
        assert_eq!(data.revert_quantity(last, id, 0, state), Err(Error::QuantityZero));
        let late = at(last, last.now + 1);
        assert_eq!(data.revert_quantity(late, id, 900, state), Err(Error::NothingToRevert));
        let event = DecommissioningReverted { batch: id, by: by(last), quantity: 900, state };
        assert_eq!(data.revert_quantity(last, id, 900, state), Ok(event));
        assert_eq!(data.revert_quantity(last, id, 101, state), Err(Error::NothingToRevert));
        assert!(data.revert_quantity(last, id, 100, state).is_ok());
        assert_eq!(data.revert_quantity(last, id, 1, state), Err(Error::NothingToRevert));
        assert_eq!(places(&data, id, pharmacy()), Places { held: 1_500, ..Places::default() });
        ensure_mass_balance(&data, id);
    }
}
