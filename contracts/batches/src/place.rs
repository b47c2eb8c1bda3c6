use primitives::batches::{Places, UnitPlace, UnitState};
use primitives::Quantity;

/// One of the places of [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Held,
    Packed,
    InTransit,
    Quarantined,
    QuarantinedBySerial,
    QuarantinedClosed,
    Condemned,
    CondemnedClosed,
    Returned,
    Dispensed,
    Destroyed,
    Decommissioned,
}

impl Place {
    /// The count of this place.
    pub(crate) fn of(self, places: &mut Places) -> &mut Quantity {
        match self {
            Place::Held => &mut places.held,
            Place::Packed => &mut places.packed,
            Place::InTransit => &mut places.in_transit,
            Place::Quarantined => &mut places.quarantined,
            Place::QuarantinedBySerial => &mut places.quarantined_by_serial,
            Place::QuarantinedClosed => &mut places.quarantined_closed,
            Place::Condemned => &mut places.condemned,
            Place::CondemnedClosed => &mut places.condemned_closed,
            Place::Returned => &mut places.returned,
            Place::Dispensed => &mut places.dispensed,
            Place::Destroyed => &mut places.destroyed,
            Place::Decommissioned => &mut places.decommissioned,
        }
    }
}

impl From<UnitState> for Place {
    fn from(state: UnitState) -> Self {
        match state {
            UnitState::Dispensed => Place::Dispensed,
            UnitState::Destroyed => Place::Destroyed,
            UnitState::Stolen | UnitState::Sample | UnitState::Exported => Place::Decommissioned,
        }
    }
}

impl From<UnitPlace> for Place {
    fn from(place: UnitPlace) -> Self {
        match place {
            UnitPlace::Shelf => Place::Held,
            UnitPlace::Quarantine => Place::Quarantined,
            UnitPlace::QuarantineBySerial => Place::QuarantinedBySerial,
            UnitPlace::Condemned => Place::Condemned,
            UnitPlace::Left(state) => state.into(),
        }
    }
}
