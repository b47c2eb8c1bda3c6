use primitives::batches::{Places, Whereabouts};
use primitives::units::{Alarm, DecommissionedUnit, Reason, Reasons, Scan, Verdict};
use primitives::{BatchId, Timestamp, UnitId};

use crate::data::Data;

impl Data {
    /// Judges a scanned pack at `now`. `whereabouts` is what `batches` says about the proof's position and the scan's
    /// site.
    ///
    /// Guarantee: the outcome is valid only where no [`Reason`] holds, and all that hold are named.
    #[must_use]
    pub fn verdict(&self, scan: &Scan, whereabouts: Option<Whereabouts>, now: Timestamp) -> Verdict {
        let id = BatchId::of(scan.gtin, &scan.lot);
        let named = scan.serial.as_ref().map(|serial| UnitId::of(id, serial));
        let unit = named.and_then(|unit| self.decommissioned_unit(unit));
        let alarm = named.and_then(|unit| self.alarm(unit));
        let reasons = match &whereabouts {
            Some(whereabouts) => reasons(whereabouts, scan, (id, unit.as_ref(), alarm.as_ref()), now),
            None => Reasons::default().with(Reason::BatchUnknown),
        };
        let batch = whereabouts.map(|whereabouts| whereabouts.batch);
        Verdict::new(reasons, now).with(batch.as_ref()).with(unit.as_ref()).with(alarm.as_ref())
    }
}

/// All reasons that hold.
fn reasons(
    whereabouts: &Whereabouts,
    scan: &Scan,
    (id, unit, alarm): (BatchId, Option<&DecommissionedUnit>, Option<&Alarm>),
    now: Timestamp,
) -> Reasons {
    let Whereabouts { batch, everywhere, here, recalled, packed } = whereabouts;
    let mut reasons = Reasons::default();
    let mut holds = |reason: Reason, condition: bool| {
        if condition {
            reasons = reasons.with(reason);
        }
    };
    holds(Reason::BatchRecalled, batch.recalled);
    holds(Reason::NotReleased, batch.released_at.is_none());
    holds(Reason::BlockedByRegulator, batch.blocked);
    holds(Reason::Expired, now > batch.expires_at);
    holds(Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != batch.expiry));

    let place = here.as_ref().unwrap_or(everywhere);
    holds(Reason::UnitsQuarantined, place.quarantined > 0 || place.quarantined_closed > 0);
    holds(Reason::NoUnitsLeft, everywhere.gone() == batch.quantity);
    holds(Reason::NotHeldHere, here.is_some_and(|places: Places| places.present() == 0));

    if let Some(unit) = unit {
        holds(unit.state.into(), true);
    }
    let mut proven = false;
    match (&scan.serial, batch.serial_root, &scan.proof) {
        (None, None, _) => {}
        (None, Some(_), _) => holds(Reason::SerialMissing, true),
        (Some(_), None, _) => holds(Reason::SerialsNotRegistered, true),
        (Some(_), Some(_), None) => holds(Reason::SerialUnproven, true),
        (Some(serial), Some(root), Some(proof)) => {
            proven = proof.verifies(id, serial, root, batch.quantity);
            if proven {
                holds(Reason::UnitRecalled, *recalled);
                if let Some(around) = packed {
                    holds(Reason::LogisticUnitRecalled, around.recalled);
                    holds(Reason::UnitElsewhere, scan.site.is_some_and(|here| here != around.site));
                }
            } else {
                holds(Reason::SerialNotInBatch, true);
            }
        }
    }
    if let Some(alarm) = alarm {
        holds(Reason::CounterfeitConfirmed, alarm.confirmed);
        holds(Reason::AlarmOpen, !alarm.confirmed && (!proven || alarm.concerns_proven()));
    }
    reasons
}
