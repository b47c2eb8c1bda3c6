use primitives::batches::UnitState;
use primitives::units::{Reason, Reasons, Scan, Verdict};
use primitives::{BatchId, UnitId};

use super::{today, Model};

impl Model {
    /// What a scan should be answered with: everything that speaks against the pack.
    pub fn verdict(&self, scan: &Scan) -> Verdict {
        let batch = BatchId::of(scan.gtin, &scan.lot);
        let unit = scan.serial.as_ref().map(|serial| UnitId::of(batch, serial));
        let gone = unit.and_then(|unit| self.units.get(&unit));
        let alarm = unit.and_then(|unit| self.alarms.get(&unit));
        let record = self.batches.get(&batch).map(|facts| facts.record());
        Verdict::new(self.reasons(batch, scan), self.now).with(record.as_ref()).with(gone).with(alarm)
    }

    fn reasons(&self, batch: BatchId, scan: &Scan) -> Reasons {
        let Some(facts) = self.batches.get(&batch) else {
            return Reasons::default().with(Reason::BatchUnknown);
        };
        let (serial, proof) = (scan.serial.as_deref(), scan.proof.as_ref());
        let proven = serial.zip(proof).filter(|(serial, proof)| self.is_proven(batch, serial, proof));
        let position = proven.map(|(_, proof)| proof.index);
        let around = position.and_then(|position| self.around(batch, position));
        let unit = serial.map(|serial| UnitId::of(batch, serial));
        let alarm = unit.and_then(|unit| self.alarms.get(&unit));
        let gone = unit.and_then(|unit| self.units.get(&unit)).map(|unit| unit.state);
        let confirmed = alarm.is_some_and(|alarm| alarm.confirmed);
        let is_here = |place: Option<u32>| place.is_none() || scan.site.is_none() || place == scan.site;
        let somewhere_else = around.as_ref().is_some_and(|around| !is_here(Some(self.site_of(around))));
        let nothing_here = scan.site.is_some_and(|site| self.places(batch, Some(site)).present() == 0);
        let has_serials = facts.is_serialised();
        let facts = [
            (Reason::BatchRecalled, facts.is_recalled()),
            (Reason::UnitRecalled, position.is_some_and(|position| facts.in_recalled_range(position))),
            (Reason::LogisticUnitRecalled, around.is_some_and(|around| around.iter().any(|it| it.recalled))),
            (Reason::UnitDispensed, gone == Some(UnitState::Dispensed)),
            (Reason::UnitDestroyed, gone == Some(UnitState::Destroyed)),
            (Reason::UnitStolen, gone == Some(UnitState::Stolen)),
            (Reason::UnitSampled, gone == Some(UnitState::Sample)),
            (Reason::UnitExported, gone == Some(UnitState::Exported)),
            (Reason::NoUnitsLeft, facts.packs.iter().all(|pack| pack.gone.is_some())),
            (Reason::CounterfeitConfirmed, confirmed),
            // A wrong proof speaks against a serial until that is proven.
            (
                Reason::AlarmOpen,
                !confirmed && alarm.is_some_and(|it| position.is_none() || it.concerns_proven()),
            ),
            (Reason::UnitLocked, gone == Some(UnitState::Locked)),
            (Reason::UnitsQuarantined, today::sees_quarantine(self, batch, scan.site)),
            (Reason::NotReleased, facts.released_at.is_none()),
            (Reason::BlockedByRegulator, facts.blocked),
            (Reason::Expired, self.now > facts.expires_at),
            (Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != facts.new.expiry)),
            (Reason::SerialMissing, has_serials && serial.is_none()),
            (
                Reason::SerialNotInBatch,
                has_serials && serial.is_some() && proof.is_some() && proven.is_none(),
            ),
            (Reason::NotHeldHere, nothing_here),
            (Reason::UnitElsewhere, somewhere_else),
            (Reason::SerialUnproven, has_serials && serial.is_some() && proof.is_none()),
            (Reason::SerialsNotRegistered, !has_serials && serial.is_some()),
            (Reason::BatchUnknown, false),
        ];
        let holding = facts.into_iter().filter(|(_, holds)| *holds);
        holding.fold(Reasons::default(), |reasons, (reason, _)| reasons.with(reason))
    }
}
