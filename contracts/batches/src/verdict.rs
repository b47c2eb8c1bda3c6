use ink::prelude::vec::Vec;
use primitives::{BatchId, Timestamp, UnitId};

use crate::data::Data;
use crate::types::{Batch, DispensedUnit, Outcome, Reason, Scan, Verdict};

impl Data {
    /// Judges a scanned pack at `now`.
    ///
    /// Guarantee: the outcome is [`Outcome::Valid`] only where no [`Reason`] holds, and all that hold are named.
    #[must_use]
    pub fn verdict(&self, scan: &Scan, now: Timestamp) -> Verdict {
        let id = BatchId::of(scan.gtin, &scan.lot);
        let batch = self.batch(id);
        let mut reasons = Vec::new();
        let mut dispensed = None;
        match &batch {
            None => reasons.push(Reason::BatchUnknown),
            Some(batch) => {
                self.judge_batch(id, batch, scan, now, &mut reasons);
                dispensed = self.judge_unit(id, batch, scan, &mut reasons);
            }
        }
        reasons.sort_unstable_by_key(|reason| (reason.outcome(), *reason));
        let outcome = reasons.first().map_or(Outcome::Valid, |worst| worst.outcome());
        Verdict { outcome, reasons, batch, dispensed, judged_at: now }
    }

    fn judge_batch(
        &self,
        id: BatchId,
        batch: &Batch,
        scan: &Scan,
        now: Timestamp,
        reasons: &mut Vec<Reason>,
    ) {
        let quarantined = match scan.holder {
            Some(holder) => self.holding(id, holder).quarantined,
            None => self.mass_balance(id).unwrap_or_default().quarantined,
        };
        let not_held = scan.holder.is_some_and(|holder| self.holding(id, holder) == Default::default());
        let facts = [
            (batch.recall.is_some(), Reason::BatchRecalled),
            (quarantined > 0, Reason::UnitsQuarantined),
            (batch.released_at.is_none(), Reason::NotReleased),
            (batch.blocked, Reason::BlockedByRegulator),
            (now > batch.expires_at, Reason::Expired),
            (scan.expiry.is_some_and(|expiry| expiry != batch.expiry), Reason::ExpiryMismatch),
            (not_held, Reason::NotHeldHere),
        ];
        reasons.extend(facts.iter().filter(|(holds, _)| *holds).map(|(_, reason)| *reason));
    }

    fn judge_unit(
        &self,
        id: BatchId,
        batch: &Batch,
        scan: &Scan,
        reasons: &mut Vec<Reason>,
    ) -> Option<DispensedUnit> {
        let unit = match (&scan.serial, batch.serial_root) {
            (None, None) => return None,
            (None, Some(_)) => {
                reasons.push(Reason::SerialMissing);
                return None;
            }
            (Some(_), None) => {
                reasons.push(Reason::SerialsNotRegistered);
                return None;
            }
            (Some(serial), Some(root)) => {
                let unit = UnitId::of(id, serial);
                match &scan.proof {
                    None => reasons.push(Reason::SerialUnproven),
                    Some(proof) if !proof.verifies(unit, root, batch.quantity) => {
                        reasons.push(Reason::SerialNotInBatch);
                    }
                    Some(_) => {}
                }
                unit
            }
        };
        let dispensed = self.dispensed_unit(unit)?;
        reasons.push(Reason::UnitDispensed);
        if dispensed.clone_alarms > 0 {
            reasons.push(Reason::CloneAlarm);
        }
        Some(dispensed)
    }
}
