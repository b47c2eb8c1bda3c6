use ink::prelude::vec::Vec;
use primitives::{BatchId, Timestamp, UnitId};

use crate::data::Data;
use crate::types::{Alarm, Batch, DecommissionedUnit, Outcome, Reason, Scan, Verdict};

impl Data {
    /// Judges a scanned pack at `now`.
    ///
    /// Guarantee: the outcome is [`Outcome::Valid`] only where no [`Reason`] holds, and all that hold are named.
    #[must_use]
    pub fn verdict(&self, scan: &Scan, now: Timestamp) -> Verdict {
        let id = BatchId::of(scan.gtin, &scan.lot);
        let batch = self.batch(id);
        let named = scan.serial.as_ref().map(|serial| UnitId::of(id, serial));
        let unit = named.and_then(|unit| self.decommissioned_unit(unit));
        let alarm = named.and_then(|unit| self.alarm(unit));
        let reasons = match &batch {
            Some(batch) => self.reasons(id, batch, scan, unit.as_ref(), alarm.as_ref(), now),
            None => [Reason::BatchUnknown].into(),
        };
        let outcome = reasons.first().map_or(Outcome::Valid, |worst| worst.outcome());
        Verdict { outcome, reasons, batch, unit, alarm, judged_at: now }
    }

    /// All reasons that hold, in the order of [`Reason`], which is the order of their outcomes.
    fn reasons(
        &self,
        id: BatchId,
        batch: &Batch,
        scan: &Scan,
        unit: Option<&DecommissionedUnit>,
        alarm: Option<&Alarm>,
        now: Timestamp,
    ) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let mut holds = |reason: Reason, condition: bool| {
            if condition {
                // In order; a sort would be three kilobytes of code for a few reasons.
                let place = reasons.iter().take_while(|worse| **worse < reason).count();
                reasons.insert(place, reason);
            }
        };
        holds(Reason::BatchRecalled, batch.recalled);
        holds(Reason::NotReleased, batch.released_at.is_none());
        holds(Reason::BlockedByRegulator, batch.blocked);
        holds(Reason::Expired, now > batch.expires_at);
        holds(Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != batch.expiry));

        let everywhere = self.mass_balance(id).unwrap_or_default();
        let here = scan.holder.map(|holder| self.holding(id, holder).places);
        let place = here.unwrap_or(everywhere);
        holds(Reason::UnitsQuarantined, place.quarantined > 0 || place.quarantined_closed > 0);
        holds(Reason::NoUnitsLeft, everywhere.gone() == batch.quantity);
        holds(Reason::NotHeldHere, here.is_some_and(|places| places.present() == 0));

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
                proven = proof.verifies(UnitId::of(id, serial), root, batch.quantity);
                if proven {
                    holds(Reason::UnitRecalled, self.is_unit_recalled(id, batch, proof.index));
                    if let Some((recalled, holder)) = self.packed_position(id, batch, proof.index) {
                        holds(Reason::LogisticUnitRecalled, recalled);
                        holds(Reason::UnitElsewhere, scan.holder.is_some_and(|here| here != holder));
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
}
