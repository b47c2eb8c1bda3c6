use primitives::batches::Places;
use primitives::Quantity;

/// One of the places of [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Held,
    Packed,
    InTransit,
    Quarantined,
    QuarantinedClosed,
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
            Place::QuarantinedClosed => &mut places.quarantined_closed,
            Place::Returned => &mut places.returned,
            Place::Dispensed => &mut places.dispensed,
            Place::Destroyed => &mut places.destroyed,
            Place::Decommissioned => &mut places.decommissioned,
        }
    }
}
