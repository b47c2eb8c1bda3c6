//! Units in cases in pallets: logistic units are packed, nested, moved as one, and unpacked again.
//!
//! A logistic unit holds one batch, so that moving it moves one number, whatever is in it. Only the outermost one
//! knows at which site it is.

use ink::prelude::vec::Vec;
use kernel::Call;
use primitives::batches::{
    Batch, Contents, Error, Hold, LogisticUnit, LogisticUnitDestroyed, LogisticUnitPacked,
    LogisticUnitUnpacked, Packed, Purpose, QuarantineTarget, RecallSet, Withdrawal, MAX_CHILDREN, MAX_LEVEL,
};
use primitives::{ensure, BatchId, DocumentHash, OrganisationId, Quantity, Role, SiteId, Sscc};

use super::custody::free_place;
use super::recall::reaches;
use super::trail::End;
use super::{ensure_custodian, is_manufacturer, Data};
use crate::place::Place;

/// What is in a new logistic unit: how many units of which batch, how deep, and in which numbered cases.
struct Inside {
    batch: BatchId,
    record: Batch,
    quantity: Quantity,
    level: u8,
    cases: Option<(u32, u32)>,
    recalls: RecallSet,
}

impl Data {
    /// Packs and closes a logistic unit.
    ///
    /// `owner` is the organisation for which the company prefix of the SSCC is registered.
    pub fn pack(
        &mut self,
        call: Call,
        owner: Option<OrganisationId>,
        sscc: Sscc,
        contents: Contents,
    ) -> Result<LogisticUnitPacked, Error> {
        let site = ensure_custodian(&call)?;
        ensure(sscc > 0 && gs1::Sscc::new(sscc).is_ok(), Error::InvalidSscc)?;
        ensure(owner.is_some() && owner == call.organisation, Error::SsccOfAnother)?;
        let taken = self.live_unit(sscc).is_ok() || self.is_lately_ended(sscc, call.now);
        ensure(!taken, Error::LogisticUnitExists)?;
        let mut recalls_inside = RecallSet::NONE;
        let ((batch, registration), quantity, level, case, cases) = match &contents {
            Contents::Units { batch, quantity } => {
                ((*batch, self.known(batch)?.registration), *quantity, 0, None, None)
            }
            Contents::Case { batch, number } => {
                let record = self.known(batch)?;
                ensure(is_manufacturer(&call, &record, Role::Manufacturer), Error::CallerNotAuthorised)?;
                let registration = record.registration;
                ensure(!self.cases.contains((registration, *number)), Error::CaseAlreadyPacked)?;
                let quantity = units_in_case(&record, *number).ok_or(Error::UnknownCase)?;
                self.cases.insert((registration, *number), &sscc);
                ((*batch, registration), quantity, 0, Some(*number), Some((*number, *number)))
            }
            Contents::LogisticUnits(children) => {
                let Inside { batch, record, quantity, level, cases, recalls } =
                    self.put_inside(site, sscc, children)?;
                recalls_inside = recalls;
                ((batch, record.registration), quantity, level, None, cases)
            }
        };
        if level == 0 {
            self.transfer(
                &batch,
                (site, Place::Held),
                (site, Place::Packed),
                quantity,
                Error::QuantityNotHeld,
            )?;
        }
        let unit = LogisticUnit {
            batch,
            registration,
            quantity,
            site,
            level,
            packed_by: site,
            packed_at: call.now,
            taken_out_at: None,
            parent: None,
            shipment: None,
            case,
            cases,
            recalls: RecallSet::NONE,
            recalls_inside,
            withdrawn: None,
            hold: Hold::default(),
        };
        self.save_unit(sscc, &unit);
        Ok(LogisticUnitPacked { batch, by: call.actor(), logistic_unit: sscc, quantity, contents })
    }

    /// Opens a logistic unit: its units are loose then, or the logistic units inside stand alone. What was quarantined
    /// stays so.
    ///
    /// A recalled one stays closed, because its units could not be distinguished from others any more. Only the manufacturer
    /// opens it: its units count as returned then, as do those of one that came back as a return. A numbered case
    /// that came back, or is condemned, stays in the books, which know by it where its units are.
    pub fn unpack(&mut self, call: Call, sscc: Sscc) -> Result<LogisticUnitUnpacked, Error> {
        let site = ensure_custodian(&call)?;
        let (mut unit, record) = self.standing_alone(site, sscc)?;
        let LogisticUnit { batch, quantity, level, case, recalls, hold, .. } = unit;
        let recalled = record.any_goes_on(recalls);
        match unit.withdrawn {
            Some(Withdrawal::Destroyed) => return Err(Error::LogisticUnitNotHeld),
            Some(Withdrawal::Returned) => ensure(case.is_none(), Error::LogisticUnitNotHeld)?,
            Some(Withdrawal::Condemned) => ensure(case.is_none(), Error::GoodsCondemned)?,
            None => ensure(!hold.quarantined || !recalled, Error::LogisticUnitQuarantined)?,
        }
        if recalled && unit.withdrawn != Some(Withdrawal::Returned) {
            ensure(is_manufacturer(&call, &record, Role::Manufacturer), Error::LogisticUnitRecalled)?;
            let (from, to) = ((site, free_place(&unit)), (site, Place::Returned));
            self.transfer(&batch, from, to, quantity, Error::BalanceBroken)?;
            unit.withdrawn = Some(Withdrawal::Returned);
        }
        let withdrawn = unit.withdrawn;
        if level > 0 {
            for (child, mut inside) in self.still_inside(sscc) {
                inside.parent = None;
                inside.taken_out_at = Some(call.now);
                inside.site = site;
                inside.withdrawn = withdrawn;
                inside.recalls = inside.recalls.and(recalls);
                inside.hold = Hold { cleared_at: hold.cleared_at.max(inside.hold.cleared_at), ..hold };
                self.save_unit(child, &inside);
            }
        } else if withdrawn != Some(Withdrawal::Returned) {
            let (from, to) = match withdrawn {
                Some(_) => (Place::CondemnedClosed, Place::Condemned),
                None if hold.quarantined => (Place::QuarantinedClosed, Place::Quarantined),
                None => (Place::Packed, Place::Held),
            };
            self.transfer(&batch, (site, from), (site, to), quantity, Error::BalanceBroken)?;
            self.keep_regulator_hold(&batch, site, hold);
        }
        if withdrawn.is_none() {
            let (in_what, end) = (QuarantineTarget::LogisticUnit(sscc), End::of_unit(&unit, site));
            let loose = if level == 0 { quantity } else { 0 };
            self.note_end(in_what, end, (site, call.now), (loose, !hold.quarantined));
        }
        match case {
            Some(_) if withdrawn.is_some() => self.save_unit(sscc, &unit),
            Some(number) => {
                // Opened elsewhere, its units are loose there: its number would name others, were it packed again.
                if call.is_of(record.manufacturer) {
                    self.cases.remove((record.registration, number));
                }
                self.logistic_units.remove(sscc);
            }
            None => self.logistic_units.remove(sscc),
        }
        Ok(LogisticUnitUnpacked { batch, by: call.actor(), logistic_unit: sscc, quantity })
    }

    /// Destroys a condemned logistic unit at the caller's site with all that is in it. It stays in the books, which know by
    /// it which units were destroyed.
    pub fn destroy(
        &mut self,
        call: Call,
        sscc: Sscc,
        document: Option<DocumentHash>,
    ) -> Result<LogisticUnitDestroyed, Error> {
        let site = call.site()?;
        let (mut unit, _) = self.standing_alone(site, sscc)?;
        ensure(unit.withdrawn == Some(Withdrawal::Condemned), Error::NotCondemned)?;
        let LogisticUnit { batch, quantity, .. } = unit;
        let (from, to) = ((site, Place::CondemnedClosed), (site, Place::Destroyed));
        self.transfer(&batch, from, to, quantity, Error::BalanceBroken)?;
        unit.withdrawn = Some(Withdrawal::Destroyed);
        self.save_unit(sscc, &unit);
        Ok(LogisticUnitDestroyed { batch, by: call.actor(), logistic_unit: sscc, quantity, document })
    }

    /// The logistic unit in which the unit at this position of the batch's serial tree is packed, from the numbered
    /// case outwards.
    pub(super) fn packed_position(&self, id: &BatchId, batch: &Batch, position: u32) -> Option<Packed> {
        let case = position.checked_div(batch.units_per_case?)?;
        let mut unit = self.packed_unit(self.cases.get((batch.registration, case))?).ok()?;
        // The SSCC of a case that was opened may name something else now.
        if unit.case != Some(case) || unit.batch != *id || unit.registration != batch.registration {
            return None;
        }
        let (mut recalls, mut withdrawn) = (unit.recalls, unit.withdrawn.is_some());
        while let Some(outer) = unit.parent.and_then(|parent| self.packed_unit(parent).ok()) {
            recalls = recalls.and(outer.recalls);
            withdrawn |= outer.withdrawn.is_some();
            unit = outer;
        }
        let shipment = unit.shipment.and_then(|shipment| self.shipment(shipment));
        let (quarantined, site) = match shipment {
            Some(shipment) => {
                withdrawn |= shipment.purpose == Purpose::Return;
                (shipment.hold.quarantined, shipment.to)
            }
            None => (unit.hold.quarantined, unit.site),
        };
        Some(Packed { recalled: batch.any_goes_on(recalls), quarantined, withdrawn, site })
    }

    /// Where the outermost logistic unit around `unit` is; that is `unit` itself, where it stands alone.
    pub(super) fn outermost_site(&self, unit: &LogisticUnit) -> SiteId {
        let (mut site, mut parent) = (unit.site, unit.parent);
        while let Some(outer) = parent.and_then(|parent| self.packed_unit(parent).ok()) {
            (site, parent) = (outer.site, outer.parent);
        }
        site
    }

    /// Whether a recall of a range of serials reaches a numbered case between the lowest and the highest in the logistic
    /// unit: it may be inside.
    pub(super) fn has_recalled_case(&self, batch: &Batch, unit: &LogisticUnit) -> bool {
        let (Some((lowest, highest)), Some(size), true) =
            (unit.cases, batch.units_per_case, batch.recalls > 0)
        else {
            return false;
        };
        let first = lowest.saturating_mul(size);
        let last = highest.saturating_mul(size).saturating_add(size).saturating_sub(1);
        self.recalls(unit.batch).iter().any(|notice| reaches(notice, (first, last)))
    }

    /// A logistic unit at the site that is in no other one, and is not under way; and its batch.
    fn standing_alone(&self, site: SiteId, sscc: Sscc) -> Result<(LogisticUnit, Batch), Error> {
        let unit = self.packed_unit(sscc)?;
        let record = self.record_of(&unit)?;
        ensure_alone(&unit, site)?;
        Ok((unit, record))
    }

    /// Puts logistic units of the site into a new one.
    fn put_inside(&mut self, site: SiteId, parent: Sscc, children: &Vec<Sscc>) -> Result<Inside, Error> {
        ensure((1..=MAX_CHILDREN).contains(&children.len()), Error::TooManyLogisticUnits)?;
        let mut whole: Option<Inside> = None;
        for child in children {
            // One that is named twice is inside already the second time.
            let mut unit = self.packed_unit(*child)?;
            let (cases, level) = (unit.cases, unit.level.saturating_add(1));
            let mut all = match whole.take() {
                // The batch is read once.
                Some(all) if all.batch == unit.batch => {
                    ensure(unit.registration == all.record.registration, Error::UnknownLogisticUnit)?;
                    all
                }
                first => {
                    let record = self.record_of(&unit)?;
                    let (quantity, level, recalls) = (0, 0, RecallSet::NONE);
                    let alone = Inside { batch: unit.batch, record, quantity, level, cases, recalls };
                    first.unwrap_or(alone)
                }
            };
            ensure_movable(&unit, site)?;
            ensure(unit.batch == all.batch, Error::MixedBatches)?;
            let recalls = unit.recalls.and(unit.recalls_inside);
            ensure(!all.record.any_goes_on(recalls), Error::LogisticUnitRecalled)?;
            ensure(unit.withdrawn.is_none(), Error::GoodsCondemned)?;
            ensure(level < MAX_LEVEL, Error::NestedTooDeep)?;
            all.quantity = all.quantity.checked_add(unit.quantity).ok_or(Error::BalanceBroken)?;
            all.recalls = all.recalls.and(recalls);
            all.level = all.level.max(level);
            all.cases = all.cases.zip(cases).map(|(all, own)| (all.0.min(own.0), all.1.max(own.1)));
            whole = Some(all);
            unit.parent = Some(parent);
            self.save_unit(*child, &unit);
        }
        self.children.insert(parent, children);
        whole.ok_or(Error::TooManyLogisticUnits)
    }

    /// Takes a logistic unit out of the one around it at the site, which is removed when it is empty. Returns the recalls of
    /// that one, and so of what was in it.
    pub(super) fn take_out(
        &mut self,
        call: Call,
        (sscc, unit): (Sscc, &LogisticUnit),
        (parent, site): (Sscc, SiteId),
    ) -> Result<RecallSet, Error> {
        let mut outer = self.packed_unit(parent)?;
        outer.quantity = outer.quantity.checked_sub(unit.quantity).ok_or(Error::BalanceBroken)?;
        if outer.quantity == 0 {
            let (in_what, end) = (QuarantineTarget::LogisticUnit(parent), End::of_unit(&outer, site));
            self.note_end(in_what, end, (site, call.now), (0, false));
            self.logistic_units.remove(parent);
            return Ok(outer.recalls);
        }
        let of_unit = unit.recalls.and(unit.recalls_inside);
        if !outer.recalls_inside.is_empty() && !of_unit.is_empty() {
            // This one is still counted as inside.
            let others = self.still_inside(parent).into_iter().filter(|(inside, _)| *inside != sscc);
            outer.recalls_inside = others
                .fold(RecallSet::NONE, |all, (_, inside)| all.and(inside.recalls).and(inside.recalls_inside));
        }
        self.save_unit(parent, &outer);
        Ok(outer.recalls)
    }

    /// The logistic units that were put into one and are still in it.
    fn still_inside(&self, parent: Sscc) -> Vec<(Sscc, LogisticUnit)> {
        let mut all = Vec::new();
        for child in self.children.get(parent).unwrap_or_default() {
            if let Ok(unit) = self.packed_unit(child) {
                if unit.parent == Some(parent) {
                    all.push((child, unit));
                }
            }
        }
        all
    }
}

/// Refuses a logistic unit that is in another one, at another site, or under way.
fn ensure_alone(unit: &LogisticUnit, site: SiteId) -> Result<(), Error> {
    ensure(unit.parent.is_none(), Error::LogisticUnitInside)?;
    ensure(unit.site == site, Error::LogisticUnitNotHeld)?;
    ensure(unit.shipment.is_none(), Error::LogisticUnitInTransit)
}

/// The same, and one that must not move on: it is quarantined, came back permanently, or was destroyed.
pub(super) fn ensure_movable(unit: &LogisticUnit, site: SiteId) -> Result<(), Error> {
    ensure_alone(unit, site)?;
    ensure(!unit.hold.quarantined, Error::LogisticUnitQuarantined)?;
    let there = matches!(unit.withdrawn, None | Some(Withdrawal::Condemned));
    ensure(there, Error::LogisticUnitNotHeld)
}

/// How many units the batch's case of this number holds. `None` where the batch has no case of this number.
fn units_in_case(batch: &Batch, number: u32) -> Option<Quantity> {
    let size = Quantity::from(batch.units_per_case?);
    let first = Quantity::from(number).checked_mul(size)?;
    batch.quantity.checked_sub(first).filter(|rest| *rest > 0).map(|rest| rest.min(size))
}
