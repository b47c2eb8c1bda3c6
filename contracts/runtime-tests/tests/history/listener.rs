//! The books as events alone tell them: nothing here decides what is allowed.

use std::collections::BTreeMap;

use primitives::batches::{
    Arrival, AttestationRecord, Batch, BatchAttested, BatchBlocked, BatchRecalled, BatchRegistered,
    BatchRegistrationCancelled, BatchReleased, BatchUnblocked, Contents, Hold, Holding, LogisticUnit,
    LogisticUnitPacked, LogisticUnitUnpacked, Places, Purpose, QuarantineReason, QuarantineReleased,
    QuarantineTarget, RecallAcknowledged, RecallNotice, RecallScope, Shipment, ShipmentRejected, UnitBooked,
    UnitState, UnitsDecommissioned, UnitsQuarantined, UnitsReceived, UnitsShipped,
};
use primitives::units::{
    Alarm, AlarmRaised, AlarmResolved, DecommissionedUnit, Resolution, UnitDecommissioned, UnitReverted,
};
use primitives::{BatchId, Event as _, Quantity, SiteId, Sscc, Timestamp};
use scale::Decode;
use testing::backend::{BatchBooks, Books, Event, Scope};
use testing::rules::sum;

/// One of the numbers of [`Places`].
type Place = fn(&mut Places) -> &mut Quantity;
const HELD: Place = |places| &mut places.held;
const PACKED: Place = |places| &mut places.packed;
const IN_TRANSIT: Place = |places| &mut places.in_transit;
const APART: Place = |places| &mut places.quarantined;
const APART_CLOSED: Place = |places| &mut places.quarantined_closed;
const RETURNED: Place = |places| &mut places.returned;

/// Where units of this state are counted.
fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => |places| &mut places.dispensed,
        UnitState::Destroyed => |places| &mut places.destroyed,
        _ => |places| &mut places.decommissioned,
    }
}

/// Where the target's units are counted while they are free, and while they are quarantined.
fn places_of(target: QuarantineTarget) -> (Place, Place) {
    match target {
        QuarantineTarget::Holding { .. } => (HELD, APART),
        QuarantineTarget::Shipment(_) => (IN_TRANSIT, APART_CLOSED),
        QuarantineTarget::LogisticUnit(_) => (PACKED, APART_CLOSED),
    }
}

/// Where a shipment's units are under way, and where they are counted at its end.
fn transit(shipment: &Shipment) -> (Place, Place) {
    match (shipment.hold.quarantined, shipment.logistic_unit.is_some()) {
        (true, true) => (APART_CLOSED, APART_CLOSED),
        (true, false) => (APART_CLOSED, APART),
        (false, true) => (IN_TRANSIT, PACKED),
        (false, false) => (IN_TRANSIT, HELD),
    }
}

/// What was heard.
#[derive(Debug, Default)]
pub struct Listener {
    /// A logistic unit inside of another one has the site at which it was put there.
    books: Books,
    children: BTreeMap<Sscc, Vec<Sscc>>,
}

impl Listener {
    /// The books of everything in `scope`.
    pub fn books(&self, scope: &Scope) -> Books {
        let books = self.books.clone();
        let in_scope = |sscc: &Sscc| scope.logistic_units.contains(sscc);
        let outermost = |sscc: Sscc| Some((sscc, self.outermost(sscc)?));
        Books {
            logistic_units: books.logistic_units.into_keys().filter(in_scope).filter_map(outermost).collect(),
            ..books
        }
    }

    /// The logistic unit with the site of the outermost one around it.
    fn outermost(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let unit = self.books.logistic_units.get(&sscc)?;
        let mut outer = unit;
        while let Some(parent) = outer.parent.and_then(|parent| self.books.logistic_units.get(&parent)) {
            outer = parent;
        }
        Some(LogisticUnit { site: outer.site, ..unit.clone() })
    }

    /// Takes note of what an event at the time `now` says.
    pub fn hear(&mut self, event: &Event, now: Timestamp) {
        macro_rules! heard {
            ($($name:ident => $note:ident),* $(,)?) => {
                match event.name.as_str() {
                    $($name::NAME => self.$note($name::decode(&mut &event.fields[..]).unwrap(), now),)*
                    other => panic!("{other} is not known here"),
                }
            };
        }
        heard! {
            BatchRegistered => registered,
            BatchRegistrationCancelled => registration_cancelled,
            BatchAttested => attested,
            BatchReleased => released,
            BatchBlocked => blocked,
            BatchUnblocked => unblocked,
            UnitsShipped => shipped,
            UnitsReceived => received,
            ShipmentRejected => rejected,
            LogisticUnitPacked => packed,
            LogisticUnitUnpacked => unpacked,
            UnitBooked => booked,
            UnitsDecommissioned => decommissioned,
            UnitsQuarantined => quarantined,
            QuarantineReleased => cleared,
            BatchRecalled => recalled,
            RecallAcknowledged => acknowledged,
            UnitDecommissioned => unit_decommissioned,
            UnitReverted => unit_reverted,
            AlarmRaised => alarm_raised,
            AlarmResolved => alarm_resolved,
        }
    }

    fn batch(&mut self, id: BatchId) -> &mut BatchBooks {
        self.books.batches.get_mut(&id).expect("events name registered batches")
    }

    fn holding(&mut self, batch: BatchId, site: SiteId) -> &mut Holding {
        let holdings = &mut self.batch(batch).holdings;
        let place = holdings.iter().position(|(at, _)| *at == site).unwrap_or_else(|| {
            holdings.push((site, Holding::default()));
            holdings.len() - 1
        });
        &mut holdings[place].1
    }

    fn logistic_unit(&mut self, sscc: Sscc) -> &mut LogisticUnit {
        self.books.logistic_units.get_mut(&sscc).expect("events name packed logistic units")
    }

    fn shipment(&mut self, number: u64) -> &mut Shipment {
        self.books.shipments.get_mut(&number).expect("events name open shipments")
    }

    /// Moves units; stops the test where there are not so many.
    fn move_units(&mut self, id: BatchId, from: (SiteId, Place), to: (SiteId, Place), quantity: Quantity) {
        let source = from.1(&mut self.holding(id, from.0).places);
        *source = source.checked_sub(quantity).expect("nothing moves that is not there");
        *to.1(&mut self.holding(id, to.0).places) += quantity;
        let batch = self.batch(id);
        batch.places = sum(batch.holdings.iter().map(|(_, holding)| holding.places));
    }

    fn registered(&mut self, event: BatchRegistered, now: Timestamp) {
        let site = event.by.site.expect("goods are at a site");
        let places = Places { held: event.quantity, ..Places::default() };
        let expiry = gs1::Date::from_yymmdd(event.expiry, gs1::year_of_ms(now)).unwrap();
        let batch = Batch {
            gtin: event.gtin,
            lot: event.lot,
            expiry: event.expiry,
            expires_at: expiry.end_of_day_ms(),
            quantity: event.quantity,
            serial_root: event.serial_root,
            units_per_case: event.units_per_case,
            manufacturer: event.by.organisation.expect("an organisation makes it"),
            registered_at: now,
            released_at: None,
            blocked: false,
            recalled: false,
            recalls: 0,
        };
        let holdings = vec![(site, Holding { places, ..Holding::default() })];
        let books = BatchBooks { batch, places, holdings, recalls: Vec::new(), attestations: Vec::new() };
        assert!(self.books.batches.insert(event.batch, books).is_none(), "registered once");
        self.books.listed.push(event.batch);
    }

    fn registration_cancelled(&mut self, event: BatchRegistrationCancelled, _: Timestamp) {
        self.books.batches.remove(&event.batch);
        self.books.listed.retain(|batch| *batch != event.batch);
    }

    fn attested(&mut self, event: BatchAttested, now: Timestamp) {
        let by = event.by.organisation.expect("an organisation attests");
        let record = AttestationRecord { document: event.document, by, at: now };
        let attestations = &mut self.batch(event.batch).attestations;
        attestations.push((event.attestation, record));
        attestations.sort_by_key(|(attestation, _)| *attestation);
    }

    fn released(&mut self, event: BatchReleased, now: Timestamp) {
        self.batch(event.batch).batch.released_at = Some(now);
    }

    fn blocked(&mut self, event: BatchBlocked, _: Timestamp) {
        self.batch(event.batch).batch.blocked = true;
    }

    fn unblocked(&mut self, event: BatchUnblocked, _: Timestamp) {
        self.batch(event.batch).batch.blocked = false;
    }

    fn shipped(&mut self, event: UnitsShipped, now: Timestamp) {
        let UnitsShipped { batch, from, to, shipment, quantity, logistic_unit, purpose, terms, .. } = event;
        let source = if logistic_unit.is_some() { PACKED } else { HELD };
        self.move_units(batch, (from, source), (to, IN_TRANSIT), quantity);
        if let Some(sscc) = logistic_unit {
            self.logistic_unit(sscc).shipment = Some(shipment);
        }
        let (shipped_at, hold) = (now, Hold::default());
        let record = Shipment { batch, from, to, quantity, logistic_unit, purpose, terms, shipped_at, hold };
        self.books.shipments.insert(shipment, record);
    }

    fn received(&mut self, event: UnitsReceived, _: Timestamp) {
        let UnitsReceived { batch, to, quantity, .. } = event;
        let shipment = self.shipment(event.shipment).clone();
        let back = shipment.purpose == Purpose::Return;
        let (source, free) = transit(&shipment);
        let target = if back { RETURNED } else { free };
        self.move_units(batch, (to, source), (to, target), quantity);
        if shipment.hold.quarantined && !back && shipment.logistic_unit.is_none() {
            self.holding(batch, to).hold.by_regulator |= shipment.hold.by_regulator;
        }
        if let Arrival::LogisticUnits(arrived) = event.arrival {
            arrived.into_iter().for_each(|sscc| self.arrived(sscc, &shipment, back));
        }
        if event.still_in_transit == 0 {
            self.books.shipments.remove(&event.shipment);
        } else {
            let record = self.shipment(event.shipment);
            record.quantity -= quantity;
            assert_eq!(record.quantity, event.still_in_transit);
        }
    }

    /// A logistic unit leaves the shipment, and the one around it.
    fn arrived(&mut self, sscc: Sscc, shipment: &Shipment, back: bool) {
        let recalled = self.logistic_unit(sscc).parent.is_some_and(|parent| self.take_out(sscc, parent));
        let unit = self.logistic_unit(sscc);
        unit.recalled |= recalled;
        unit.returned = back;
        unit.parent = None;
        unit.shipment = None;
        unit.site = shipment.to;
        unit.hold = shipment.hold;
        unit.hold.quarantined &= !back;
        unit.hold.by_regulator &= !back;
    }

    /// Whether what was around the logistic unit is recalled.
    fn take_out(&mut self, sscc: Sscc, parent: Sscc) -> bool {
        let quantity = self.logistic_unit(sscc).quantity;
        let inside = self.children.get_mut(&parent).expect("a parent has children");
        inside.retain(|child| *child != sscc);
        let left = inside.clone();
        let recalled = |unit: &LogisticUnit| unit.recalled || unit.holds_recalled;
        let still = left.iter().any(|child| recalled(self.logistic_unit(*child)));
        let outer = self.logistic_unit(parent);
        outer.quantity -= quantity;
        outer.holds_recalled &= still;
        let recalled = outer.recalled;
        if left.is_empty() {
            self.children.remove(&parent);
            self.books.logistic_units.remove(&parent);
        }
        recalled
    }

    fn rejected(&mut self, event: ShipmentRejected, _: Timestamp) {
        let ShipmentRejected { batch, from, to, quantity, .. } = event;
        let shipment = self.books.shipments.remove(&event.shipment).expect("an open shipment is rejected");
        let (source, target) = transit(&shipment);
        self.move_units(batch, (to, source), (from, target), quantity);
        if let Some(sscc) = shipment.logistic_unit {
            let unit = self.logistic_unit(sscc);
            unit.shipment = None;
            unit.hold = shipment.hold;
        } else if shipment.hold.quarantined {
            self.holding(batch, from).hold.by_regulator |= shipment.hold.by_regulator;
        }
    }

    fn packed(&mut self, event: LogisticUnitPacked, _: Timestamp) {
        let LogisticUnitPacked { batch, by, logistic_unit: sscc, quantity, contents } = event;
        let site = by.site.expect("it is packed at a site");
        let (mut level, mut case) = (0, None);
        match contents {
            Contents::LogisticUnits(inside) => {
                for child in &inside {
                    let unit = self.logistic_unit(*child);
                    unit.parent = Some(sscc);
                    level = level.max(unit.level + 1);
                }
                self.children.insert(sscc, inside);
            }
            Contents::Case { number, .. } => case = Some(number),
            Contents::Units { .. } => {}
        }
        if level == 0 {
            self.move_units(batch, (site, HELD), (site, PACKED), quantity);
        }
        let unit = LogisticUnit {
            batch,
            quantity,
            site,
            level,
            parent: None,
            shipment: None,
            case,
            recalled: false,
            holds_recalled: false,
            returned: false,
            hold: Hold::default(),
        };
        self.books.logistic_units.insert(sscc, unit);
    }

    fn unpacked(&mut self, event: LogisticUnitUnpacked, _: Timestamp) {
        let sscc = event.logistic_unit;
        let mut unit = self.logistic_unit(sscc).clone();
        let LogisticUnit { batch, quantity, site, .. } = unit;
        if unit.recalled && !unit.returned {
            self.move_units(batch, (site, PACKED), (site, RETURNED), quantity);
            unit.returned = true;
        }
        for child in self.children.remove(&sscc).unwrap_or_default() {
            let inside = self.logistic_unit(child);
            inside.parent = None;
            inside.site = site;
            inside.returned = unit.returned;
            inside.recalled |= unit.recalled;
        }
        if unit.level == 0 && !unit.returned {
            self.move_units(batch, (site, PACKED), (site, HELD), quantity);
        }
        if unit.case.is_some() && unit.returned {
            self.books.logistic_units.insert(sscc, unit);
        } else {
            self.books.logistic_units.remove(&sscc);
        }
    }

    fn booked(&mut self, event: UnitBooked, _: Timestamp) {
        let UnitBooked { batch, site, state, taken_back } = event;
        let (from, to) = if taken_back { (place_of(state), HELD) } else { (HELD, place_of(state)) };
        self.move_units(batch, (site, from), (site, to), 1);
    }

    fn decommissioned(&mut self, event: UnitsDecommissioned, _: Timestamp) {
        let UnitsDecommissioned { batch, by, quantity, of_returned, state, .. } = event;
        let site = by.site.expect("units are at a site");
        self.move_units(batch, (site, RETURNED), (site, place_of(state)), of_returned);
        self.move_units(batch, (site, HELD), (site, place_of(state)), quantity - of_returned);
    }

    fn quarantined(&mut self, event: UnitsQuarantined, _: Timestamp) {
        let UnitsQuarantined { batch, by, site, target, quantity, reason } = event;
        let (free, apart) = places_of(target);
        self.move_units(batch, (site, free), (site, apart), quantity);
        let by_regulator = reason != QuarantineReason::OracleEvidence && by.site != Some(site);
        let hold = self.hold(target);
        hold.by_regulator |= by_regulator;
        hold.quarantined = !matches!(target, QuarantineTarget::Holding { .. });
    }

    fn cleared(&mut self, event: QuarantineReleased, now: Timestamp) {
        let QuarantineReleased { batch, site, target, quantity, .. } = event;
        let (free, apart) = places_of(target);
        self.move_units(batch, (site, apart), (site, free), quantity);
        let left = *apart(&mut self.holding(batch, site).places) > 0;
        let by_regulator = left && matches!(target, QuarantineTarget::Holding { .. });
        let hold = self.hold(target);
        let by_regulator = hold.by_regulator && by_regulator;
        *hold = Hold { quarantined: false, by_regulator, cleared_at: now };
    }

    fn hold(&mut self, target: QuarantineTarget) -> &mut Hold {
        match target {
            QuarantineTarget::Holding { batch, site, .. } => &mut self.holding(batch, site).hold,
            QuarantineTarget::Shipment(number) => &mut self.shipment(number).hold,
            QuarantineTarget::LogisticUnit(sscc) => &mut self.logistic_unit(sscc).hold,
        }
    }

    fn recalled(&mut self, event: BatchRecalled, now: Timestamp) {
        let BatchRecalled { batch: id, by, number, recall } = event;
        if let RecallScope::LogisticUnit(sscc) = recall.scope {
            self.logistic_unit(sscc).recalled = true;
            let mut parent = self.logistic_unit(sscc).parent;
            while let Some(outer) = parent {
                let unit = self.logistic_unit(outer);
                unit.holds_recalled = true;
                parent = unit.parent;
            }
        }
        let batch = self.batch(id);
        assert_eq!(batch.recalls.len(), usize::from(number));
        batch.recalls.push(RecallNotice { recall, by: by.organisation.expect("an organisation"), at: now });
        batch.batch.recalls += 1;
        batch.batch.recalled |= recall.scope == RecallScope::Batch;
    }

    fn acknowledged(&mut self, event: RecallAcknowledged, now: Timestamp) {
        let holding = self.holding(event.batch, event.by.site.expect("a site acknowledges"));
        holding.acknowledged = event.acknowledged;
        holding.acknowledged_at = now;
    }

    fn unit_decommissioned(&mut self, event: UnitDecommissioned, now: Timestamp) {
        let site = event.by.site.expect("units are at a site");
        let unit = DecommissionedUnit { state: event.state, site, at: now };
        self.books.units.insert(event.unit, unit);
    }

    fn unit_reverted(&mut self, event: UnitReverted, _: Timestamp) {
        self.books.units.remove(&event.unit);
    }

    fn alarm_raised(&mut self, event: AlarmRaised, now: Timestamp) {
        let AlarmRaised { unit, by, code, other, .. } = event;
        let site = by.site.expect("units are at a site");
        let new = Alarm { code, site, other, at: now, count: 1, confirmed: false };
        let alarm = match self.books.alarms.get(&unit) {
            Some(first) if first.concerns_proven() => Alarm { count: first.count + 1, ..first.clone() },
            Some(first) => Alarm { count: first.count + 1, ..new },
            None => new,
        };
        self.books.alarms.insert(unit, alarm);
    }

    fn alarm_resolved(&mut self, event: AlarmResolved, _: Timestamp) {
        match event.resolution {
            Resolution::FalseAlarm => drop(self.books.alarms.remove(&event.unit)),
            Resolution::CounterfeitConfirmed => {
                self.books.alarms.get_mut(&event.unit).expect("an alarm is resolved").confirmed = true;
            }
        }
    }
}
