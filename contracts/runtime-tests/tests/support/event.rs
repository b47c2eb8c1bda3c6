//! Every event that tells what became of a batch.

use contract_runtime_tests::World;

macro_rules! events {
    ($($name:ident),* $(,)?) => {
        /// One event of `batches`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($name(batches::$name)),*
        }

        /// What `batches` said in the last call. No message says more than one thing.
        pub fn emitted(world: &World) -> Option<Event> {
            let mut events: Vec<Event> = Vec::new();
            $(events.extend(world.events(world.batches).into_iter().map(Event::$name));)*
            assert_eq!(events.len(), world.event_count(), "an event is not known here");
            assert!(events.len() <= 1);
            events.pop()
        }
    };
}

events! {
    BatchRegistered, BatchRegistrationCancelled, BatchAttested, BatchReleased, BatchBlocked, BatchUnblocked,
    UnitsShipped, UnitsReceived, ShipmentRejected, LogisticUnitPacked, LogisticUnitUnpacked, UnitDecommissioned,
    UnitsDecommissioned, UnitReverted, AlarmRaised, AlarmResolved, UnitsQuarantined, QuarantineReleased,
    BatchRecalled, RecallAcknowledged,
}
