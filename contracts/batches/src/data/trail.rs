//! What became of goods after the shipment or logistic unit in which they were had ended, so that evidence about them
//! still finds them.
//!
//! Each end is kept for [`TRAIL`], with the site's later arrivals: the deposit comes back with the arrivals after that
//! time.

use ink::prelude::vec::Vec;
use kernel::Call;
use primitives::batches::{
    Error, EvidenceFollowed, LogisticUnit, QuarantineReason, QuarantineTarget, Shipment, UnitsQuarantined,
    MAX_TRAIL, TRAIL,
};
use primitives::{ensure, BatchId, Quantity, Role, SiteId, Sscc, Timestamp};
use scale::{Decode, Encode};

use super::Data;

/// How many arrivals evidence about loose units looks back: the reader's gas is bounded. Goods that came before count as
/// those that were there.
const ARRIVALS_LOOKED_AT: u32 = 16;
/// How many ends of long ago an arrival forgets.
const FORGOTTEN_AT_ONCE: u32 = 2;

/// Where the content of a shipment, or of a logistic unit, went when that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct End {
    batch: BatchId,
    /// Where it began, and when.
    from: SiteId,
    began_at: Timestamp,
    /// Where it ended, and when anything first and last came out of it.
    to: SiteId,
    first_at: Timestamp,
    at: Timestamp,
    /// How many loose units came out of it where it ended, and how many were given back where it began.
    arrived: Quantity,
    given_back: Quantity,
    /// How many of both were struck already: each unit is struck once, however often evidence is presented or followed.
    arrived_struck: Struck,
    given_back_struck: Struck,
    /// The logistic unit that was shipped.
    inside: Option<Sscc>,
    /// When it was last taken out of another logistic unit.
    taken_out_at: Option<Timestamp>,
}

/// How many units that came out of something were struck, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct Struck {
    quantity: Quantity,
    at: Timestamp,
}

impl End {
    /// Nothing came out of the shipment yet.
    pub fn of_shipment(record: &Shipment) -> Self {
        let &Shipment { batch, from, shipped_at, to, logistic_unit, .. } = record;
        Self { inside: logistic_unit, ..Self::new(batch, (from, shipped_at), to) }
    }

    /// Nothing came out of the logistic unit yet, which is at this site.
    pub fn of_unit(unit: &LogisticUnit, site: SiteId) -> Self {
        let &LogisticUnit { batch, packed_by, packed_at, taken_out_at, .. } = unit;
        Self { taken_out_at, ..Self::new(batch, (packed_by, packed_at), site) }
    }

    fn new(batch: BatchId, (from, began_at): (SiteId, Timestamp), to: SiteId) -> Self {
        let (arrived, given_back, inside, taken_out_at) = (0, 0, None, None);
        Self {
            batch,
            from,
            began_at,
            to,
            first_at: 0,
            at: 0,
            arrived,
            given_back,
            arrived_struck: Struck::default(),
            given_back_struck: Struck::default(),
            inside,
            taken_out_at,
        }
    }
}

/// Something came to a site: what it was in, when, and how many units were loose then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct Arrived {
    in_what: QuarantineTarget,
    at: Timestamp,
    loose: Quantity,
}

/// An arrival's batch, site, and number there.
pub(crate) type ArrivalNumber = (BatchId, SiteId, u32);

/// The number of the first arrival that is kept, and of the next one.
pub(crate) type ArrivalsKept = (u32, u32);

/// The time in which goods that left something were suspect: from the observation of the evidence to its presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct Suspicion {
    since: Timestamp,
    until: Timestamp,
}

/// Goods where evidence finds them.
struct Found {
    place: QuarantineTarget,
    loose: Option<Loose>,
}

/// Loose units of a site: at most so many, since when they are there, and what ended they came out of.
struct Loose {
    most: Quantity,
    since: Timestamp,
    out_of: Option<QuarantineTarget>,
}

/// What connects two stations of a trail.
struct Step {
    batch: BatchId,
    /// When goods last left the first station for the second. `None` where the second is what was in the first.
    left_at: Option<Timestamp>,
}

impl Found {
    fn closed(place: QuarantineTarget) -> Self {
        Self { place, loose: None }
    }
}

impl Data {
    /// Quarantines goods, because the deployment's sentinel saw evidence against them that was observed at this time:
    /// wherever they are now, and of loose units no more than were there then.
    pub fn quarantine_on_evidence(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        observed_at: Timestamp,
    ) -> Result<Vec<UnitsQuarantined>, Error> {
        call.ensure_role(Role::Sentinel)?;
        let target = target.whole();
        let mut since = observed_at.min(call.now);
        let mut all = self.whereto(target, call.now)?;
        if let QuarantineTarget::Holding { batch, site, .. } = target {
            let held = self.holding_of(&batch, site).places.held;
            let were_there = held.saturating_sub(self.arrived_since(&batch, site, (since, call.now)));
            let there = || Loose { most: were_there, since, out_of: None };
            all.iter_mut().for_each(|found| found.loose = Some(there()));
        } else if let Some(end) = self.end(target, call.now) {
            // A logger that is read on arrival says what happened on the way.
            since = since.min(end.at);
        }
        self.strike(call, (target, since, call.now), all)
    }

    /// Quarantines goods that left suspect ones between the observation of the evidence and its presentation. The first
    /// station of the trail is suspect, and each next one is what was taken out of the one before: a logistic unit packed
    /// of a site's loose units, a shipment of them, the loose units of a site where either ended, the logistic unit that
    /// was shipped, or one that was inside of another.
    pub fn follow_evidence(
        &mut self,
        call: Call,
        trail: &[QuarantineTarget],
    ) -> Result<(Vec<EvidenceFollowed>, Vec<UnitsQuarantined>), Error> {
        ensure((2..=MAX_TRAIL).contains(&trail.len()), Error::TrailBroken)?;
        let (mut steps, mut quarantined) = (Vec::new(), Vec::new());
        for pair in trail.windows(2) {
            let &[from, to] = pair else { return Err(Error::TrailBroken) };
            let (from, to) = (from.whole(), to.whole());
            let suspicion = self.suspicions.get(from).ok_or(Error::NotSuspect)?;
            let step = self.step(from, to, call.now).ok_or(Error::TrailBroken)?;
            let since = step.left_at.unwrap_or(suspicion.since);
            // What was known when a quarantine was ended does not count again.
            let cleared_at = self.cleared_at(to, call.now).unwrap_or_default();
            let meanwhile = suspicion.since <= since && since <= suspicion.until;
            ensure(meanwhile && cleared_at < suspicion.until, Error::NotSuspect)?;
            let (mut all, mut since) = (self.whereto(to, call.now)?, since);
            if let QuarantineTarget::Holding { .. } = to {
                // Loose units: no more than came out of what ended there.
                all = self.whereto(from, call.now)?;
                all.retain(|found| found.place == to);
                let there_since = all.iter().filter_map(|found| Some(found.loose.as_ref()?.since)).min();
                since = there_since.unwrap_or(since).max(suspicion.since);
            }
            quarantined.extend(self.strike(call, (to, since, suspicion.until), all)?);
            steps.push(EvidenceFollowed { batch: step.batch, by: call.actor(), from, to });
        }
        Ok((steps, quarantined))
    }

    /// When a quarantine of these goods was last ended: 0 if never. `None` if the goods are unknown.
    #[must_use]
    pub fn cleared_at(&self, target: QuarantineTarget, now: Timestamp) -> Option<Timestamp> {
        let all = self.whereto(target.whole(), now).ok()?;
        let cleared_at = |found: &Found| self.goods(found.place).map_or(0, |goods| goods.hold.cleared_at);
        Some(all.iter().map(cleared_at).max().unwrap_or_default())
    }

    /// Marks the goods as suspect from one time to the other, the presentation of the evidence, and quarantines what is free of
    /// them.
    fn strike(
        &mut self,
        call: Call,
        (target, since, until): (QuarantineTarget, Timestamp, Timestamp),
        all: Vec<Found>,
    ) -> Result<Vec<UnitsQuarantined>, Error> {
        self.mark_suspect(target, since, until);
        let mut events = Vec::new();
        for Found { place, loose } in all {
            // What came back permanently or is condemned is not supplied again.
            let Ok(goods) = self.goods(place) else { continue };
            let free = goods.quantity_free;
            let mut quantity = free;
            if let Some(Loose { most, since: there_since, out_of }) = loose {
                quantity = most.min(free);
                self.mark_suspect(place, there_since.max(since), until);
                if let Some(out_of) = out_of {
                    quantity = self.note_struck((out_of, goods.hold.cleared_at), place, quantity, call.now);
                }
            }
            if quantity > 0 {
                let place = if quantity < free { place.part(quantity) } else { place };
                events.push(self.isolate(call, place, &goods, QuarantineReason::OracleEvidence, None)?);
            }
        }
        Ok(events)
    }

    /// Notes that so many of the units that came out of what has ended are struck where they are, and returns how many of
    /// these are not struck yet. What was struck and cleared may be struck again.
    fn note_struck(
        &mut self,
        (out_of, cleared_at): (QuarantineTarget, Timestamp),
        place: QuarantineTarget,
        quantity: Quantity,
        now: Timestamp,
    ) -> Quantity {
        let Some(mut end) = self.end(out_of, now) else { return 0 };
        let arrived = place == QuarantineTarget::holding(end.batch, end.to);
        let (came, struck) = match arrived {
            true => (end.arrived, &mut end.arrived_struck),
            false => (end.given_back, &mut end.given_back_struck),
        };
        if cleared_at > struck.at {
            struck.quantity = 0;
        }
        let quantity = quantity.min(came.saturating_sub(struck.quantity));
        if quantity > 0 {
            *struck = Struck { quantity: struck.quantity.saturating_add(quantity), at: now };
            self.ends.insert(out_of, &end);
        }
        quantity
    }

    fn mark_suspect(&mut self, target: QuarantineTarget, since: Timestamp, until: Timestamp) {
        let mut suspicion = Suspicion { since, until };
        if let Some(before) = self.suspicions.get(target) {
            suspicion = Suspicion { since: since.min(before.since), until: until.max(before.until) };
        }
        self.suspicions.insert(target, &suspicion);
    }

    /// Where goods are now: a logistic unit that was put into another one is where that one is, one that was shipped is
    /// in its shipment, and the loose units of what has ended are at a site.
    fn whereto(&self, target: QuarantineTarget, now: Timestamp) -> Result<Vec<Found>, Error> {
        let mut all = Vec::new();
        let unknown = match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                self.any_holding(&batch, site).ok_or(Error::UnknownBatch)?;
                all.push(Found::closed(target));
                return Ok(all);
            }
            QuarantineTarget::Shipment(number) => {
                if self.shipments.contains(number) {
                    all.push(Found::closed(target));
                }
                Error::UnknownShipment
            }
            QuarantineTarget::LogisticUnit(mut sscc) => {
                if let Ok(mut unit) = self.live_unit(sscc) {
                    while let Some(parent) = unit.parent {
                        (sscc, unit) = (parent, self.packed_unit(parent)?);
                    }
                    let alone = QuarantineTarget::LogisticUnit(sscc);
                    all.push(Found::closed(unit.shipment.map_or(alone, QuarantineTarget::Shipment)));
                    return Ok(all);
                }
                Error::UnknownLogisticUnit
            }
        };
        let Some(end) = self.end(target, now) else {
            ensure(!all.is_empty(), unknown)?;
            return Ok(all);
        };
        for (site, quantity) in [(end.to, end.arrived), (end.from, end.given_back)] {
            if quantity > 0 {
                let place = QuarantineTarget::holding(end.batch, site);
                let loose = Loose { most: quantity, since: end.first_at, out_of: Some(target) };
                all.push(Found { place, loose: Some(loose) });
            }
        }
        // A logistic unit was no shipment: this goes one level deep.
        let inside = end.inside.map(QuarantineTarget::LogisticUnit);
        if let Some(Ok(found)) = inside.map(|inside| self.whereto(inside, now)) {
            all.extend(found);
        }
        Ok(all)
    }

    /// What connects two stations of a trail. `None` where nothing does.
    fn step(&self, from: QuarantineTarget, to: QuarantineTarget, now: Timestamp) -> Option<Step> {
        use QuarantineTarget::{Holding, LogisticUnit, Shipment};
        match (from, to) {
            (Holding { batch, site, .. }, Shipment(_) | LogisticUnit(_)) => {
                let (of, began_at, at) = self.beginning(to, now)?;
                (of == batch && at == site).then_some(Step { batch, left_at: Some(began_at) })
            }
            (Shipment(_) | LogisticUnit(_), Holding { batch, site, .. }) => {
                let end = self.end(from, now).filter(|end| end.batch == batch)?;
                let arrived = if end.to == site { end.arrived } else { 0 };
                let given_back = if end.from == site { end.given_back } else { 0 };
                (arrived > 0 || given_back > 0).then_some(Step { batch, left_at: Some(end.at) })
            }
            (Shipment(number), LogisticUnit(sscc)) => {
                let end = self.end(from, now).map(|end| (end.batch, end.inside));
                let record = || self.shipments.get(number).map(|it| (it.batch, it.logistic_unit));
                let (batch, inside) = end.or_else(record)?;
                (inside == Some(sscc)).then_some(Step { batch, left_at: None })
            }
            (LogisticUnit(outer), LogisticUnit(inner)) => {
                let was_inside = self.children.get(outer)?.contains(&inner);
                let (batch, taken_out_at) = match self.live_unit(inner) {
                    Ok(unit) => (unit.batch, unit.taken_out_at),
                    Err(_) => self.end(to, now).map(|end| (end.batch, end.taken_out_at))?,
                };
                (was_inside && taken_out_at.is_some()).then_some(Step { batch, left_at: taken_out_at })
            }
            _ => None,
        }
    }

    /// Of which batch a shipment of loose units or a logistic unit of the lowest level is, since when, and of the units of
    /// which site.
    fn beginning(&self, target: QuarantineTarget, now: Timestamp) -> Option<(BatchId, Timestamp, SiteId)> {
        match target {
            QuarantineTarget::Shipment(number) => {
                if let Some(it) = self.shipments.get(number) {
                    return it.logistic_unit.is_none().then_some((it.batch, it.shipped_at, it.from));
                }
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                if let Ok(unit) = self.live_unit(sscc) {
                    return (unit.level == 0).then_some((unit.batch, unit.packed_at, unit.packed_by));
                }
            }
            QuarantineTarget::Holding { .. } => {}
        }
        let end = self.end(target, now).filter(|end| end.arrived > 0 || end.given_back > 0)?;
        Some((end.batch, end.began_at, end.from))
    }

    /// How something ended lately.
    fn end(&self, what: QuarantineTarget, now: Timestamp) -> Option<End> {
        self.ends.get(what).filter(|end| !is_long_ago(end.at, now))
    }

    /// How many loose units came to the site after this time.
    fn arrived_since(&self, batch: &BatchId, site: SiteId, (since, now): (Timestamp, Timestamp)) -> Quantity {
        let (first, next) = self.arrivals_kept.get((batch, site)).unwrap_or_default();
        let mut sum: Quantity = 0;
        for number in (first..next).rev().take(ARRIVALS_LOOKED_AT as usize) {
            match self.arrivals.get((batch, site, number)) {
                Some(arrived) if arrived.at > since && !is_long_ago(arrived.at, now) => {
                    sum = sum.saturating_add(arrived.loose);
                }
                _ => break,
            }
        }
        sum
    }

    /// Whether a logistic unit with this SSCC was there lately: its number still means that one.
    pub(super) fn is_lately_ended(&self, sscc: Sscc, now: Timestamp) -> bool {
        self.end(QuarantineTarget::LogisticUnit(sscc), now).is_some()
    }

    /// Notes that something came out of a shipment or logistic unit at the site: so many units are loose there, and free
    /// or not.
    pub(super) fn note_end(
        &mut self,
        in_what: QuarantineTarget,
        new: End,
        (site, now): (SiteId, Timestamp),
        (loose, free): (Quantity, bool),
    ) {
        let mut end = self.end(in_what, now).unwrap_or(new);
        let count = if site == end.to { &mut end.arrived } else { &mut end.given_back };
        *count = count.saturating_add(loose);
        if end.at == 0 {
            end.first_at = now;
        }
        end.at = now;
        self.ends.insert(in_what, &end);
        self.note_arrival(
            &end.batch,
            site,
            &Arrived { in_what, at: now, loose: if free { loose } else { 0 } },
        );
    }

    fn note_arrival(&mut self, batch: &BatchId, site: SiteId, arrived: &Arrived) {
        let (mut first, next) = self.arrivals_kept.get((batch, site)).unwrap_or_default();
        self.arrivals.insert((batch, site, next), arrived);
        let next = next.saturating_add(1);
        for _ in 0..FORGOTTEN_AT_ONCE {
            let old = self.arrivals.get((batch, site, first));
            let Some(old) = old.filter(|old| is_long_ago(old.at, arrived.at)) else { break };
            self.arrivals.remove((batch, site, first));
            first = first.saturating_add(1);
            self.forget(old.in_what, arrived.at);
        }
        self.arrivals_kept.insert((batch, site), &(first, next));
    }

    fn forget(&mut self, what: QuarantineTarget, now: Timestamp) {
        if self.ends.get(what).is_some_and(|end| is_long_ago(end.at, now)) {
            self.ends.remove(what);
            self.suspicions.remove(what);
            if let QuarantineTarget::LogisticUnit(sscc) = what {
                // Unless its number was given to another one since.
                if !self.logistic_units.contains(sscc) {
                    self.children.remove(sscc);
                }
            }
        }
    }
}

fn is_long_ago(at: Timestamp, now: Timestamp) -> bool {
    at.saturating_add(TRAIL) < now
}
