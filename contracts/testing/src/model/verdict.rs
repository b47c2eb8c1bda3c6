use primitives::batches::{Batch, Purpose, UnitPlace, UnitState};
use primitives::units::{Reason, Reasons, Scan, Verdict};
use primitives::{BatchId, Refused, Role, UnitId, CUSTODIANS, DISPENSERS};

use super::packs::{BatchFacts, Quarantined};
use super::Model;

impl Model {
    /// What a scan should be answered with: everything that speaks against the pack.
    pub fn verdict(&self, scan: &Scan) -> Verdict {
        let batch = BatchId::of(scan.gtin, &scan.lot);
        let unit = scan.serial.as_ref().map(|serial| UnitId::of(batch, serial));
        let gone = unit.and_then(|unit| self.unit(batch, unit));
        let alarm = unit.and_then(|unit| self.alarm(batch, unit)).filter(|alarm| self.counts(alarm));
        let recalled_at =
            |facts: &BatchFacts| Batch { recalled_at: self.recalled_at(batch), ..facts.record() };
        let record = self.batches.get(&batch).map(recalled_at);
        let mut reasons = self.reasons(batch, scan);
        if self.dispensing_stopped() {
            reasons = reasons.with(Reason::DispensingStopped);
        }
        let dispenses = |site| {
            let standing = self.organisations.site_standing(site, self.now);
            standing.is_some_and(|it| it.roles.intersects(DISPENSERS) && it.roles.intersects(CUSTODIANS))
        };
        if scan.site.is_some_and(|site| !dispenses(site)) {
            reasons = reasons.with(Reason::SiteNotDispenser);
        }
        Verdict::new(reasons, scan.site.is_some(), self.now).with(record.as_ref()).with(gone).with(alarm)
    }

    /// Whether the contracts let nobody dispense now.
    fn dispensing_stopped(&self) -> bool {
        let contracts = [self.contracts.units, self.contracts.batches];
        let admitted = self.organisations.call(self.contracts.units, None, self.now, &contracts);
        let Ok(register) = admitted else {
            return matches!(admitted, Err(Refused::InSetUp | Refused::Paused));
        };
        !register.roles.contains(Role::UnitRegister)
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
        let alarm = unit.and_then(|unit| self.alarm(batch, unit)).filter(|alarm| self.counts(alarm));
        let place = unit.and_then(|unit| self.unit(batch, unit)).map(|unit| unit.place);
        let is_at = |wanted| place == Some(wanted);
        let left_as = |state| is_at(UnitPlace::Left(state));
        let confirmed = alarm.is_some_and(|alarm| alarm.confirmed);
        let around_at = around.as_ref().map(|around| self.site_of(around));
        let closed_in_quarantine = around.as_ref().is_some_and(|around| {
            let outermost = around[around.len() - 1];
            let way = outermost.shipment.map(|shipment| self.shipments[&shipment].hold.quarantined);
            way.unwrap_or(outermost.hold.quarantined)
        });
        let closed_for_good = around.as_ref().is_some_and(|around| {
            let way = around[around.len() - 1].shipment.map(|shipment| self.shipments[&shipment].purpose);
            way == Some(Purpose::Return) || around.iter().any(|it| it.withdrawn.is_some())
        });
        let here = scan.site.map(|site| self.places(batch, Some(site)));
        let everywhere = self.places(batch, None);
        let has_serials = facts.is_serialised();
        // Packs at the site, or anywhere, that must not be dispensed and that nobody can tell from this one.
        let lookalikes = match scan.site {
            None => everywhere.all_quarantined() > 0,
            Some(site) => facts.packs.iter().any(|pack| {
                let nameless = pack.is_quarantined_at(site, Quarantined::Counted);
                let bad = pack.is_condemned_at(site) || pack.is_returned_at(site);
                nameless || (!has_serials && bad)
            }),
        };
        let facts = [
            (Reason::BatchRecalled, self.is_recalled(batch)),
            (
                Reason::UnitRecalled,
                position.is_some_and(|position| facts.in_recalled_range(position, self.now)),
            ),
            (
                Reason::LogisticUnitRecalled,
                around.as_ref().is_some_and(|around| around.iter().any(|it| self.is_container_recalled(it))),
            ),
            (Reason::UnitDispensed, left_as(UnitState::Dispensed)),
            (Reason::UnitDestroyed, left_as(UnitState::Destroyed)),
            (Reason::UnitStolen, left_as(UnitState::Stolen)),
            (Reason::UnitSampled, left_as(UnitState::Sample)),
            (Reason::UnitExported, left_as(UnitState::Exported)),
            (Reason::NoUnitsLeft, facts.packs.iter().all(|pack| pack.gone.is_some())),
            (Reason::CounterfeitConfirmed, confirmed),
            // A wrong proof speaks against a serial until that is proven.
            (
                Reason::AlarmOpen,
                !confirmed && alarm.is_some_and(|it| position.is_none() || it.concerns_proven()),
            ),
            (Reason::UnitQuarantined, is_at(UnitPlace::QuarantineBySerial) || closed_in_quarantine),
            (Reason::UnitsQuarantined, lookalikes),
            (Reason::NotReleased, facts.released_at.is_none()),
            (Reason::BlockedByRegulator, facts.blocked.is_some()),
            (Reason::Expired, self.now > facts.expires_at),
            (Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != facts.new.expiry)),
            (Reason::SerialMissing, has_serials && serial.is_none()),
            (
                Reason::SerialNotInBatch,
                has_serials && serial.is_some() && proof.is_some() && proven.is_none(),
            ),
            (Reason::NotHeldHere, here.is_some_and(|here| here.present() == 0)),
            (Reason::UnitElsewhere, scan.site.is_some() && around_at.is_some() && around_at != scan.site),
            (Reason::SerialUnproven, has_serials && serial.is_some() && proof.is_none()),
            (Reason::SerialsNotRegistered, !has_serials && serial.is_some()),
            (Reason::BatchUnknown, false),
            (Reason::UnitCondemned, is_at(UnitPlace::Condemned)),
            (Reason::LogisticUnitWithdrawn, closed_for_good),
            (Reason::UnitPacked, scan.site.is_some() && around_at == scan.site),
            (Reason::NoneLooseHere, here.is_some_and(|here| here.held == 0 && here.present() > 0)),
        ];
        let holding = facts.into_iter().filter(|(_, holds)| *holds);
        holding.fold(Reasons::default(), |reasons, (reason, _)| reasons.with(reason))
    }
}
