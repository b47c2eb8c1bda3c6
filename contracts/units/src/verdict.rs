use kernel::Call;
use primitives::batches::{Places, Whereabouts};
use primitives::units::{Alarm, Reason, Reasons, Scan, UnitRecord, Verdict};
use primitives::{BatchId, Role, Standing, Timestamp, UnitId, CUSTODIANS, DISPENSERS};

use crate::data::Data;

/// Whether anything can be dispensed now, and by the site of a scan: what `access` says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dispensing {
    /// Whether no contract is paused, in set-up, or without its role.
    pub runs: bool,
    /// Whether the site's organisation may dispense. `None` where no site is named.
    pub by_site: Option<bool>,
}

impl Dispensing {
    /// What `access` answers about this contract and `batches`, and about the site of a scan. `None` is no answer.
    #[must_use]
    pub fn of(answer: Option<(Call, Standing)>, names_site: bool) -> Self {
        let by_site = names_site.then_some(false);
        let Some((this, standing)) = answer else { return Self { runs: false, by_site } };
        let runs = !standing.in_set_up && !standing.paused && this.roles.contains(Role::UnitRegister);
        let dispenses = standing
            .counterparty
            .is_some_and(|site| site.roles.intersects(DISPENSERS) && site.roles.intersects(CUSTODIANS));
        Self { runs, by_site: by_site.map(|_| dispenses) }
    }
}

impl Data {
    /// Judges a scanned pack at `now`. `whereabouts` is what `batches` says about the proof's position and the scan's
    /// site.
    ///
    /// Guarantee: the outcome is valid only where the pack with its proof can be dispensed at the site that the scan names,
    /// and all [`Reason`]s that hold are named.
    #[must_use]
    pub fn verdict(
        &self,
        scan: &Scan,
        whereabouts: Option<Whereabouts>,
        dispensing: Dispensing,
        now: Timestamp,
    ) -> Verdict {
        let id = BatchId::of(scan.gtin, &scan.lot);
        let named = scan.serial.as_ref().map(|serial| UnitId::of(id, serial));
        // What is left of a registration that was cancelled says nothing.
        let registration = whereabouts.as_ref().map(|known| known.batch.registration);
        let unit = named.and_then(|unit| self.unit(unit));
        let unit = unit.filter(|unit| Some(unit.registration) == registration);
        let counts = |alarm: &Alarm| Some(alarm.registration) == registration && self.counts(alarm);
        let alarm = named.and_then(|unit| self.alarm(unit)).filter(counts);
        let mut reasons = match &whereabouts {
            Some(whereabouts) => reasons(whereabouts, scan, (id, unit.as_ref(), alarm.as_ref()), now),
            None => Reasons::default().with(Reason::BatchUnknown),
        };
        if !dispensing.runs {
            reasons = reasons.with(Reason::DispensingStopped);
        }
        if dispensing.by_site == Some(false) {
            reasons = reasons.with(Reason::SiteNotDispenser);
        }
        let batch = whereabouts.map(|whereabouts| whereabouts.batch);
        let verdict = Verdict::new(reasons, scan.site.is_some(), now);
        verdict.with(batch.as_ref()).with(unit.as_ref()).with(alarm.as_ref())
    }
}

/// All reasons that hold, besides those of who may dispense.
fn reasons(
    whereabouts: &Whereabouts,
    scan: &Scan,
    (id, unit, alarm): (BatchId, Option<&UnitRecord>, Option<&Alarm>),
    now: Timestamp,
) -> Reasons {
    let Whereabouts { batch, everywhere, here, positions } = whereabouts;
    let mut reasons = Reasons::default();
    let mut holds = |reason: Reason, condition: bool| {
        if condition {
            reasons = reasons.with(reason);
        }
    };
    holds(Reason::BatchRecalled, batch.recalled_at.is_some());
    holds(Reason::NotReleased, batch.released_at.is_none());
    holds(Reason::BlockedByRegulator, batch.blocked.is_some());
    holds(Reason::Expired, now > batch.expires_at);
    holds(Reason::ExpiryMismatch, scan.expiry.is_some_and(|expiry| expiry != batch.expiry));

    holds(Reason::NoUnitsLeft, everywhere.gone() == batch.quantity);
    match here {
        None => holds(Reason::UnitsQuarantined, everywhere.all_quarantined() > 0),
        Some(here) => {
            let any_of_these = if batch.serial_root.is_some() { here.quarantined } else { nameless(here) };
            holds(Reason::UnitsQuarantined, any_of_these > 0);
            holds(Reason::NotHeldHere, here.present() == 0);
            holds(Reason::NoneLooseHere, here.present() > 0 && here.held == 0);
        }
    }

    let is_elsewhere = |place| scan.site.is_some_and(|here| here != place);
    if let Some(unit) = unit {
        if let Some(reason) = Reason::of(unit.place) {
            holds(reason, true);
        }
    }
    let mut proven = false;
    match (&scan.serial, batch.serial_root, &scan.proof) {
        (None, None, _) => {}
        (None, Some(_), _) => holds(Reason::SerialMissing, true),
        (Some(_), None, _) => holds(Reason::SerialsNotRegistered, true),
        (Some(_), Some(_), None) => holds(Reason::SerialUnproven, true),
        (Some(serial), Some(root), Some(proof)) => {
            proven = proof.verifies(id, serial, root, batch.quantity);
            holds(Reason::SerialNotInBatch, !proven);
            for facts in positions.iter().filter(|_| proven) {
                holds(Reason::UnitRecalled, facts.recalled);
                if let Some(around) = facts.packed {
                    holds(Reason::LogisticUnitRecalled, around.recalled);
                    holds(Reason::UnitQuarantined, around.quarantined);
                    holds(Reason::LogisticUnitWithdrawn, around.withdrawn);
                    holds(Reason::UnitElsewhere, is_elsewhere(around.site));
                    holds(Reason::UnitPacked, scan.site == Some(around.site));
                }
            }
        }
    }
    if let Some(alarm) = alarm {
        holds(Reason::CounterfeitConfirmed, alarm.confirmed);
        holds(Reason::AlarmOpen, !alarm.confirmed && (!proven || alarm.concerns_proven()));
    }
    reasons
}

/// The units of a batch without serials at a site that must not be dispensed, and that nobody can tell from the others.
fn nameless(here: &Places) -> u64 {
    here.quarantined.saturating_add(here.condemned).saturating_add(here.returned)
}
