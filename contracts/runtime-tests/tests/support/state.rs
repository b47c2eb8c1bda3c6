//! What the books should say, as events tell it: nothing here decides what is allowed.

use std::collections::BTreeMap;

use batches::{
    Arrival, Attestation, Contents, Holding, LogisticUnit, Places, Purpose, QuarantineTarget, RecallNotice,
    RecallScope, Shipment, UnitState,
};
use primitives::{AccountId, BatchId, Quantity, Sscc, UnitId};
use units::{Alarm, DecommissionedUnit, Resolution};

use super::event::Event;

/// One of the numbers of [`Places`].
pub type Place = fn(&mut Places) -> &mut Quantity;
pub const HELD: Place = |places| &mut places.held;
pub const PACKED: Place = |places| &mut places.packed;
pub const IN_TRANSIT: Place = |places| &mut places.in_transit;
pub const APART: Place = |places| &mut places.quarantined;
pub const APART_CLOSED: Place = |places| &mut places.quarantined_closed;
pub const RETURNED: Place = |places| &mut places.returned;

/// A batch, and where its units are.
#[derive(Clone, Debug)]
pub struct BatchState {
    pub maker: AccountId,
    pub quantity: Quantity,
    pub serialised: bool,
    pub units_per_case: Option<u32>,
    pub released_at: Option<u64>,
    pub blocked: bool,
    pub attested: Vec<Attestation>,
    pub recalls: Vec<RecallNotice>,
    /// In the order in which they came to the batch.
    pub holders: Vec<AccountId>,
    pub holdings: BTreeMap<AccountId, Holding>,
    pub cases: BTreeMap<u32, Sscc>,
}

impl BatchState {
    pub fn is_recalled(&self) -> bool {
        self.recalls.iter().any(|notice| notice.recall.scope == RecallScope::Batch)
    }

    /// The places over all holders.
    pub fn places(&self) -> Places {
        let mut sum = Places::default();
        for Holding { places, .. } in self.holdings.values() {
            sum.held += places.held;
            sum.packed += places.packed;
            sum.in_transit += places.in_transit;
            sum.quarantined += places.quarantined;
            sum.quarantined_closed += places.quarantined_closed;
            sum.returned += places.returned;
            sum.dispensed += places.dispensed;
            sum.destroyed += places.destroyed;
            sum.decommissioned += places.decommissioned;
        }
        sum
    }

    pub fn holding(&self, holder: AccountId) -> Holding {
        self.holdings.get(&holder).copied().unwrap_or_default()
    }

    fn holding_mut(&mut self, holder: AccountId) -> &mut Holding {
        if !self.holders.contains(&holder) {
            self.holders.push(holder);
        }
        self.holdings.entry(holder).or_default()
    }

    /// Moves units; stops the test where there are not so many.
    fn moves(&mut self, from: (AccountId, Place), to: (AccountId, Place), quantity: Quantity) {
        let source = from.1(&mut self.holding_mut(from.0).places);
        *source = source.checked_sub(quantity).expect("nothing moves that is not there");
        *to.1(&mut self.holding_mut(to.0).places) += quantity;
    }
}

/// Everything that `batches` should know, by what its events said.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub batches: BTreeMap<BatchId, BatchState>,
    pub units: BTreeMap<UnitId, DecommissionedUnit>,
    pub alarms: BTreeMap<UnitId, Alarm>,
    pub shipments: BTreeMap<u64, Shipment>,
    pub shipped: u64,
    pub logistic_units: BTreeMap<Sscc, LogisticUnit>,
    pub children: BTreeMap<Sscc, Vec<Sscc>>,
}

/// Where units of this state are counted.
fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => |places| &mut places.dispensed,
        UnitState::Destroyed => |places| &mut places.destroyed,
        _ => |places| &mut places.decommissioned,
    }
}

/// Where a shipment's units are under way, and where they are counted when they are free or set apart again.
fn transit(shipment: &Shipment) -> (Place, Place) {
    let source = if shipment.quarantined { APART_CLOSED } else { IN_TRANSIT };
    let target = match (shipment.quarantined, shipment.logistic_unit.is_some()) {
        (true, true) => APART_CLOSED,
        (true, false) => APART,
        (false, true) => PACKED,
        (false, false) => HELD,
    };
    (source, target)
}

impl State {
    fn batch(&mut self, id: BatchId) -> &mut BatchState {
        self.batches.get_mut(&id).expect("events name registered batches")
    }

    fn logistic_unit(&mut self, sscc: Sscc) -> &mut LogisticUnit {
        self.logistic_units.get_mut(&sscc).expect("events name packed logistic units")
    }

    /// The logistic unit with the holder of the outermost one around it.
    pub fn outermost(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let unit = self.logistic_units.get(&sscc)?;
        let mut outer = unit;
        while let Some(parent) = outer.parent.and_then(|parent| self.logistic_units.get(&parent)) {
            outer = parent;
        }
        Some(LogisticUnit { holder: outer.holder, ..unit.clone() })
    }

    /// Takes note of what an event at the time `now` says.
    pub fn apply(&mut self, event: &Event, now: u64) {
        match event.clone() {
            Event::BatchRegistered(event) => {
                let places = Places { held: event.quantity, ..Places::default() };
                let maker = event.manufacturer;
                let batch = BatchState {
                    maker,
                    quantity: event.quantity,
                    serialised: event.serial_root.is_some(),
                    units_per_case: event.units_per_case,
                    released_at: None,
                    blocked: false,
                    attested: Vec::new(),
                    recalls: Vec::new(),
                    holders: vec![maker],
                    holdings: BTreeMap::from([(maker, Holding { places, ..Holding::default() })]),
                    cases: BTreeMap::new(),
                };
                assert!(self.batches.insert(event.batch, batch).is_none(), "registered once");
            }
            Event::BatchRegistrationCancelled(event) => {
                self.batches.remove(&event.batch);
            }
            Event::BatchAttested(event) => self.batch(event.batch).attested.push(event.attestation),
            Event::BatchReleased(event) => self.batch(event.batch).released_at = Some(now),
            Event::BatchBlocked(event) => self.batch(event.batch).blocked = true,
            Event::BatchUnblocked(event) => self.batch(event.batch).blocked = false,
            Event::UnitsShipped(event) => self.shipped_off(event, now),
            Event::UnitsReceived(event) => self.received(event),
            Event::ShipmentRejected(event) => self.rejected(event),
            Event::LogisticUnitPacked(event) => self.packed(event),
            Event::LogisticUnitUnpacked(event) => self.unpacked(event),
            Event::UnitDecommissioned(event) => {
                let (by, state) = (event.by, event.state);
                self.batch(event.batch).moves((by, HELD), (by, place_of(state)), 1);
                self.units.insert(event.unit, DecommissionedUnit { state, by, at: now });
            }
            Event::UnitsDecommissioned(event) => {
                let (by, target) = (event.by, place_of(event.state));
                let batch = self.batch(event.batch);
                batch.moves((by, RETURNED), (by, target), event.of_returned);
                batch.moves((by, HELD), (by, target), event.quantity - event.of_returned);
            }
            Event::UnitReverted(event) => {
                let (holder, place) = (event.holder, place_of(event.state));
                self.batch(event.batch).moves((holder, place), (holder, HELD), 1);
                self.units.remove(&event.unit);
            }
            Event::AlarmRaised(event) => {
                let (code, by, other) = (event.code, event.by, event.other);
                let new = Alarm { code, by, other, at: now, count: 1, confirmed: false };
                let alarm = match self.alarms.get(&event.unit) {
                    Some(first) if concerns_proven(first) => {
                        Alarm { count: first.count + 1, ..first.clone() }
                    }
                    Some(first) => Alarm { count: first.count + 1, ..new },
                    None => new,
                };
                self.alarms.insert(event.unit, alarm);
            }
            Event::AlarmResolved(event) => match event.resolution {
                Resolution::FalseAlarm => {
                    self.alarms.remove(&event.unit);
                }
                Resolution::CounterfeitConfirmed => {
                    self.alarms.get_mut(&event.unit).expect("an alarm is resolved").confirmed = true;
                }
            },
            Event::UnitsQuarantined(event) => {
                let evidence = event.reason == batches::QuarantineReason::OracleEvidence;
                let held = !evidence && event.by != event.holder;
                self.set_apart(event.batch, event.holder, event.target, event.quantity, held);
            }
            Event::QuarantineReleased(event) => {
                self.set_free(event.batch, event.holder, event.target, event.quantity, now);
            }
            Event::BatchRecalled(event) => {
                if let RecallScope::LogisticUnit(sscc) = event.recall.scope {
                    self.recall_logistic_unit(sscc);
                }
                let notice = RecallNotice { recall: event.recall, by: event.by, at: now };
                self.batch(event.batch).recalls.push(notice);
            }
            Event::RecallAcknowledged(event) => {
                let holding = self.batch(event.batch).holding_mut(event.by);
                holding.acknowledged = event.acknowledged;
                holding.acknowledged_at = now;
            }
        }
    }

    fn shipped_off(&mut self, event: batches::UnitsShipped, now: u64) {
        let batches::UnitsShipped { batch, from, to, shipment, quantity, logistic_unit, purpose, terms } =
            event;
        let source = if logistic_unit.is_some() { PACKED } else { HELD };
        self.batch(batch).moves((from, source), (to, IN_TRANSIT), quantity);
        if let Some(sscc) = logistic_unit {
            self.logistic_unit(sscc).shipment = Some(shipment);
        }
        let record = Shipment {
            batch,
            from,
            to,
            quantity,
            logistic_unit,
            purpose,
            terms,
            shipped_at: now,
            quarantined: false,
            regulator_hold: false,
            cleared_at: 0,
        };
        self.shipments.insert(shipment, record);
        self.shipped = shipment + 1;
    }

    fn received(&mut self, event: batches::UnitsReceived) {
        let shipment = self.shipments[&event.shipment].clone();
        let back = shipment.purpose == Purpose::Return;
        let (source, free) = transit(&shipment);
        let target = if back { RETURNED } else { free };
        let to = event.to;
        let batch = self.batch(event.batch);
        batch.moves((to, source), (to, target), event.quantity);
        if shipment.quarantined && !back && shipment.logistic_unit.is_none() {
            batch.holding_mut(to).regulator_hold |= shipment.regulator_hold;
        }
        if let Arrival::LogisticUnits(arrived) = event.arrival {
            for sscc in arrived {
                self.arrived(sscc, &shipment, back);
            }
        }
        if event.still_in_transit == 0 {
            self.shipments.remove(&event.shipment);
        } else if let Some(record) = self.shipments.get_mut(&event.shipment) {
            record.quantity -= event.quantity;
            assert_eq!(record.quantity, event.still_in_transit);
        }
    }

    /// A logistic unit leaves the shipment, and the one around it.
    fn arrived(&mut self, sscc: Sscc, shipment: &Shipment, back: bool) {
        let quantity = self.logistic_unit(sscc).quantity;
        let mut recalled = false;
        if let Some(parent) = self.logistic_unit(sscc).parent {
            let outer = self.logistic_unit(parent);
            recalled = outer.recalled;
            outer.quantity -= quantity;
            let inside = self.children.get_mut(&parent).expect("a parent has children");
            inside.retain(|child| *child != sscc);
            let left = inside.clone();
            if left.is_empty() {
                self.children.remove(&parent);
                self.logistic_units.remove(&parent);
            } else {
                let still = left.iter().any(|child| {
                    let unit = self.logistic_unit(*child);
                    unit.recalled || unit.holds_recalled
                });
                self.logistic_unit(parent).holds_recalled &= still;
            }
        }
        let unit = self.logistic_unit(sscc);
        unit.recalled |= recalled;
        unit.returned = back;
        unit.parent = None;
        unit.shipment = None;
        unit.holder = shipment.to;
        unit.quarantined = shipment.quarantined && !back;
        unit.regulator_hold = shipment.regulator_hold && !back;
        unit.cleared_at = shipment.cleared_at;
    }

    fn rejected(&mut self, event: batches::ShipmentRejected) {
        let shipment = self.shipments.remove(&event.shipment).expect("an open shipment is rejected");
        let (source, target) = transit(&shipment);
        let batch = self.batch(event.batch);
        batch.moves((event.to, source), (event.from, target), event.quantity);
        match shipment.logistic_unit {
            Some(sscc) => {
                let unit = self.logistic_unit(sscc);
                unit.shipment = None;
                unit.quarantined = shipment.quarantined;
                unit.regulator_hold = shipment.regulator_hold;
                unit.cleared_at = shipment.cleared_at;
            }
            None if shipment.quarantined => {
                batch.holding_mut(event.from).regulator_hold |= shipment.regulator_hold;
            }
            None => {}
        }
    }

    fn packed(&mut self, event: batches::LogisticUnitPacked) {
        let batches::LogisticUnitPacked { batch, by, logistic_unit: sscc, quantity, contents } = event;
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
            Contents::Case { number, .. } => {
                case = Some(number);
                self.batch(batch).cases.insert(number, sscc);
            }
            Contents::Units { .. } => {}
        }
        if level == 0 {
            self.batch(batch).moves((by, HELD), (by, PACKED), quantity);
        }
        let unit = LogisticUnit {
            batch,
            quantity,
            holder: by,
            level,
            parent: None,
            shipment: None,
            case,
            recalled: false,
            holds_recalled: false,
            returned: false,
            quarantined: false,
            regulator_hold: false,
            cleared_at: 0,
        };
        self.logistic_units.insert(sscc, unit);
    }

    fn unpacked(&mut self, event: batches::LogisticUnitUnpacked) {
        let sscc = event.logistic_unit;
        let mut unit = self.logistic_unit(sscc).clone();
        let LogisticUnit { batch, quantity, holder, .. } = unit;
        if unit.recalled && !unit.returned {
            self.batch(batch).moves((holder, PACKED), (holder, RETURNED), quantity);
            unit.returned = true;
        }
        for child in self.children.remove(&sscc).unwrap_or_default() {
            let inside = self.logistic_unit(child);
            inside.parent = None;
            inside.holder = holder;
            inside.returned = unit.returned;
            inside.recalled |= unit.recalled;
        }
        if unit.level == 0 && !unit.returned {
            self.batch(batch).moves((holder, PACKED), (holder, HELD), quantity);
        }
        match unit.case {
            Some(_) if unit.returned => {
                self.logistic_units.insert(sscc, unit);
            }
            Some(number) => {
                // A number that was opened elsewhere is not used again.
                let record = self.batch(batch);
                if event.by == record.maker {
                    record.cases.remove(&number);
                }
                self.logistic_units.remove(&sscc);
            }
            None => {
                self.logistic_units.remove(&sscc);
            }
        }
    }

    fn set_apart(
        &mut self,
        batch: BatchId,
        holder: AccountId,
        target: QuarantineTarget,
        quantity: Quantity,
        held: bool,
    ) {
        let (free, apart) = places_of(target);
        self.batch(batch).moves((holder, free), (holder, apart), quantity);
        match target {
            QuarantineTarget::Holding { .. } => {
                self.batch(batch).holding_mut(holder).regulator_hold |= held;
            }
            QuarantineTarget::Shipment(number) => {
                let record = self.shipments.get_mut(&number).expect("an open shipment");
                record.quarantined = true;
                record.regulator_hold |= held;
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.logistic_unit(sscc);
                unit.quarantined = true;
                unit.regulator_hold |= held;
            }
        }
    }

    fn set_free(
        &mut self,
        batch: BatchId,
        holder: AccountId,
        target: QuarantineTarget,
        quantity: Quantity,
        now: u64,
    ) {
        let (free, apart) = places_of(target);
        self.batch(batch).moves((holder, apart), (holder, free), quantity);
        match target {
            QuarantineTarget::Holding { .. } => {
                let holding = self.batch(batch).holding_mut(holder);
                holding.regulator_hold &= holding.places.quarantined > 0;
                holding.cleared_at = now;
            }
            QuarantineTarget::Shipment(number) => {
                let record = self.shipments.get_mut(&number).expect("an open shipment");
                (record.quarantined, record.regulator_hold) = (false, false);
                record.cleared_at = now;
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.logistic_unit(sscc);
                (unit.quarantined, unit.regulator_hold) = (false, false);
                unit.cleared_at = now;
            }
        }
    }

    fn recall_logistic_unit(&mut self, sscc: Sscc) {
        self.logistic_unit(sscc).recalled = true;
        let mut parent = self.logistic_unit(sscc).parent;
        while let Some(outer) = parent {
            let unit = self.logistic_unit(outer);
            unit.holds_recalled = true;
            parent = unit.parent;
        }
    }
}

/// Whether an alarm stands against a serial that is proven to be the batch's.
pub fn concerns_proven(alarm: &Alarm) -> bool {
    alarm.confirmed || alarm.code != units::AlarmCode::SerialNotInBatch
}

fn places_of(target: QuarantineTarget) -> (Place, Place) {
    match target {
        QuarantineTarget::Holding { .. } => (HELD, APART),
        QuarantineTarget::Shipment(_) => (IN_TRANSIT, APART_CLOSED),
        QuarantineTarget::LogisticUnit(_) => (PACKED, APART_CLOSED),
    }
}
