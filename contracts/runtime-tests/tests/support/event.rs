//! Every event that tells what became of a batch.

use batches::UnitBooked;
use contract_runtime_tests::World;

macro_rules! events {
    ($($contract:ident: $($name:ident),* $(,)?;)*) => {
        /// One event of `batches` or `units`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($($name($contract::$name)),*),*
        }

        fn told(world: &World) -> Vec<Event> {
            let mut events: Vec<Event> = Vec::new();
            $($(events.extend(world.events(world.$contract).into_iter().map(Event::$name));)*)*
            events
        }
    };
}

events! {
    batches:
        BatchRegistered, BatchRegistrationCancelled, BatchAttested, BatchReleased, BatchBlocked, BatchUnblocked,
        UnitsShipped, UnitsReceived, ShipmentRejected, LogisticUnitPacked, LogisticUnitUnpacked, UnitsDecommissioned,
        UnitsQuarantined, QuarantineReleased, BatchRecalled, RecallAcknowledged;
    units: UnitDecommissioned, UnitReverted, AlarmRaised, AlarmResolved;
}

/// What the contracts said in the last call. No message says more than one thing; what `units` says of a unit,
/// `batches` books.
pub fn emitted(world: &World) -> Option<Event> {
    let mut events = told(world);
    let booked: Vec<UnitBooked> = world.events(world.batches);
    assert_eq!(events.len() + booked.len(), world.event_count(), "an event is not known here");
    assert!(events.len() <= 1);
    let event = events.pop();
    let expected = match &event {
        Some(Event::UnitDecommissioned(event)) => Some((event.batch, event.by, event.state, false)),
        Some(Event::UnitReverted(event)) => Some((event.batch, event.holder, event.state, true)),
        _ => None,
    };
    let booking = |(batch, holder, state, taken_back)| UnitBooked { batch, holder, state, taken_back };
    assert_eq!(booked, expected.map(booking).into_iter().collect::<Vec<_>>());
    event
}
