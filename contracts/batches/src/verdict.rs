use ink::prelude::vec::Vec;
use primitives::{BatchId, Timestamp, UnitId};

use crate::data::Data;
use crate::types::{Batch, DispensedUnit, Outcome, Reason, Scan, Verdict};

/// What the register can say of the serial on a pack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SerialCheck {
    /// The batch has no serials, and the pack shows none.
    NotUsed,
    Missing,
    NotRegistered,
    Unproven,
    NotInBatch,
    Proven,
}

impl Data {
    /// Judges a scanned pack at `now`.
    ///
    /// Guarantee: the outcome is [`Outcome::Valid`] only where no [`Reason`] holds, and all that hold are named.
    #[must_use]
    pub fn verdict(&self, scan: &Scan, now: Timestamp) -> Verdict {
        let id = BatchId::of(scan.gtin, &scan.lot);
        let Some(batch) = self.batch(id) else {
            let reasons = [Reason::BatchUnknown].into();
            return Verdict {
                outcome: Outcome::Unknown,
                reasons,
                batch: None,
                dispensed: None,
                judged_at: now,
            };
        };
        let dispensed = scan.serial.as_ref().and_then(|serial| self.dispensed_unit(UnitId::of(id, serial)));
        let reasons = self.reasons(id, &batch, scan, dispensed.as_ref(), now);
        let outcome = reasons.first().map_or(Outcome::Valid, |worst| worst.outcome());
        Verdict { outcome, reasons, batch: Some(batch), dispensed, judged_at: now }
    }

    /// All reasons that hold, in the order of [`Reason`], which is the order of their outcomes.
    fn reasons(
        &self,
        id: BatchId,
        batch: &Batch,
        scan: &Scan,
        dispensed: Option<&DispensedUnit>,
        now: Timestamp,
    ) -> Vec<Reason> {
        let here = scan.holder.map(|holder| self.holding(id, holder));
        let balance = self.mass_balance(id).unwrap_or_default();
        let quarantined = here.map_or(balance.quarantined, |holding| holding.quarantined);
        // Where all units were dispensed, this one was, whatever its serial: one more pack is a copy.
        let all_dispensed = balance.dispensed == batch.quantity;
        let serial = check_serial(id, batch, scan);
        [
            (Reason::BatchRecalled, batch.recall.is_some()),
            (Reason::UnitDispensed, dispensed.is_some() || all_dispensed),
            (Reason::CloneAlarm, dispensed.is_some_and(|unit| unit.clone_alarms > 0)),
            (Reason::UnitsQuarantined, quarantined > 0),
            (Reason::NotReleased, batch.released_at.is_none()),
            (Reason::BlockedByRegulator, batch.blocked),
            (Reason::Expired, now > batch.expires_at),
            (Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != batch.expiry)),
            (Reason::SerialMissing, serial == SerialCheck::Missing),
            (Reason::SerialNotInBatch, serial == SerialCheck::NotInBatch),
            (Reason::NotHeldHere, here.is_some_and(|holding| holding == Default::default())),
            (Reason::SerialUnproven, serial == SerialCheck::Unproven),
            (Reason::SerialsNotRegistered, serial == SerialCheck::NotRegistered),
        ]
        .into_iter()
        .filter_map(|(reason, holds)| holds.then_some(reason))
        .collect()
    }
}

fn check_serial(id: BatchId, batch: &Batch, scan: &Scan) -> SerialCheck {
    match (&scan.serial, batch.serial_root, &scan.proof) {
        (None, None, _) => SerialCheck::NotUsed,
        (None, Some(_), _) => SerialCheck::Missing,
        (Some(_), None, _) => SerialCheck::NotRegistered,
        (Some(_), Some(_), None) => SerialCheck::Unproven,
        (Some(serial), Some(root), Some(proof)) => {
            if proof.verifies(UnitId::of(id, serial), root, batch.quantity) {
                SerialCheck::Proven
            } else {
                SerialCheck::NotInBatch
            }
        }
    }
}
