//! What each call should do, by the rules as the messages' documentation has them: the event, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use batches::*;
use contract_runtime_tests::{Party, NOW};
use primitives::{AccountId, BatchId, DocumentHash, Quantity, Role, Sscc, UnitId};
use units::{
    AlarmCode, AlarmRaised, AlarmResolved, DecommissionedUnit, Reason, Resolution, UnitDecommissioned,
    UnitReverted, REVERT_WINDOW,
};

use super::event::Event;
use super::message::{party, Call, Catalogue, Message, REASONS};
use super::state::{concerns_proven, BatchState, State};

/// The last moment of the catalogue's expiry date, 31 December 2028 in UTC.
pub const EXPIRES_AT: u64 = 1_861_919_999_999;
/// What stands for every document.
pub const DOCUMENT: DocumentHash = DocumentHash([0x44; 32]);

const CUSTODIANS: [Role; 5] =
    [Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider];
const DISPENSERS: [Role; 2] = [Role::Pharmacy, Role::Provider];

/// The rules, with everything that they look at.
pub struct Model {
    pub state: State,
    pub now: u64,
    pub catalogue: Catalogue,
    paused: bool,
    grants: BTreeMap<(AccountId, Role), Option<u64>>,
    suspended: BTreeSet<AccountId>,
}

/// Goods of a quarantine: batch, holder, how many are free and set apart, and whether a regulator holds them.
type Goods = (BatchId, AccountId, Quantity, Quantity, bool);

impl Model {
    pub fn new() -> Self {
        let grants =
            Party::ALL.into_iter().filter_map(|party| Some(((party.id(), party.role()?), None))).collect();
        Self {
            state: State::default(),
            now: NOW,
            catalogue: Catalogue::new(),
            paused: false,
            grants,
            suspended: BTreeSet::new(),
        }
    }

    fn has_any(&self, account: AccountId, roles: &[Role]) -> bool {
        let holds = |role: &Role| match self.grants.get(&(account, *role)) {
            Some(end) => end.is_none_or(|end| self.now <= end),
            None => false,
        };
        !self.suspended.contains(&account) && roles.iter().any(holds)
    }

    fn is_custodian(&self, account: AccountId) -> bool {
        self.has_any(account, &CUSTODIANS)
    }

    fn is_regulator(&self, account: AccountId) -> bool {
        self.has_any(account, &[Role::Regulator])
    }

    fn is_maker(&self, account: AccountId, batch: &BatchState) -> bool {
        account == batch.maker && self.has_any(account, &[Role::Manufacturer])
    }

    fn answers_for(&self, account: AccountId, batch: &BatchState) -> bool {
        self.is_regulator(account) || self.is_maker(account, batch)
    }

    fn is_marketable(&self, batch: &BatchState) -> bool {
        !batch.is_recalled() && !batch.blocked && batch.released_at.is_some() && self.now <= EXPIRES_AT
    }

    fn may_decommission(&self, by: AccountId, state: UnitState) -> bool {
        if state == UnitState::Dispensed {
            self.has_any(by, &DISPENSERS)
        } else {
            self.is_custodian(by)
        }
    }

    /// What happens around `batches`: whether it is allowed.
    pub fn administer(&mut self, message: &Message) -> bool {
        match *message {
            Message::Grant(whose, role, end) => {
                let allowed = end.is_none_or(|end| self.now <= end) && !self.suspended.contains(&whose.id());
                if allowed {
                    self.grants.insert((whose.id(), role), end);
                }
                allowed
            }
            Message::Revoke(whose, role) => self.grants.remove(&(whose.id(), role)).is_some(),
            Message::Suspend(whose) => self.suspended.insert(whose.id()),
            Message::Reinstate(whose) => self.suspended.remove(&whose.id()),
            Message::Pause => !std::mem::replace(&mut self.paused, true),
            Message::Unpause => std::mem::replace(&mut self.paused, false),
            _ => panic!("{message:?} is for batches"),
        }
    }

    /// The event that the call should emit; nothing where it should be refused.
    pub fn expect(&self, call: &Call) -> Option<Event> {
        let by = call.by.id();
        let known = |id: &BatchId| self.state.batches.get(id);
        if self.paused {
            return None;
        }
        match call.message.clone() {
            Message::Register(new) => self.register(by, new),
            Message::Cancel(batch) => {
                let record = known(&batch)?;
                let untouched = record.places().held == record.quantity
                    && record.released_at.is_none()
                    && !record.blocked;
                let allowed = self.answers_for(by, record) && untouched && record.recalls.is_empty();
                allowed.then_some(Event::BatchRegistrationCancelled(BatchRegistrationCancelled { batch, by }))
            }
            Message::Attest(batch, attestation) => {
                let record = known(&batch)?;
                let entitled = match attestation {
                    Attestation::CertificateOfAnalysis => self.is_maker(by, record),
                    Attestation::GoodManufacturingPractice => {
                        self.has_any(by, &[Role::Regulator, Role::Auditor]) && by != record.maker
                    }
                    Attestation::MarketAuthorisation => self.is_regulator(by) && by != record.maker,
                };
                let allowed = entitled && !record.attested.contains(&attestation);
                let event = BatchAttested { batch, by, attestation, document: DOCUMENT };
                allowed.then_some(Event::BatchAttested(event))
            }
            Message::Release(batch) => {
                let record = known(&batch)?;
                let ready = record.released_at.is_none() && record.attested.len() == 3;
                let allowed = self.is_maker(by, record) && ready && !record.is_recalled() && !record.blocked;
                allowed.then_some(Event::BatchReleased(BatchReleased { batch, by }))
            }
            Message::Block(batch) => (self.is_regulator(by) && !known(&batch)?.blocked)
                .then_some(Event::BatchBlocked(BatchBlocked { batch, by })),
            Message::Unblock(batch) => (self.is_regulator(by) && known(&batch)?.blocked)
                .then_some(Event::BatchUnblocked(BatchUnblocked { batch, by })),
            Message::Ship(goods, to, purpose) => self.ship(by, goods, to.id(), purpose),
            Message::Receive(shipment, arrival) => self.receive(by, shipment, arrival),
            Message::Reject(number) => {
                let shipment = self.state.shipments.get(&number)?;
                let allowed = shipment.to == by || self.is_regulator(by);
                let event = ShipmentRejected {
                    batch: shipment.batch,
                    from: shipment.from,
                    to: shipment.to,
                    shipment: number,
                    quantity: shipment.quantity,
                    by,
                    reason: REASONS.0,
                };
                allowed.then_some(Event::ShipmentRejected(event))
            }
            Message::Pack(sscc, contents) => self.pack(by, sscc, contents),
            Message::Unpack(sscc) => {
                let unit = self.standing_alone(by, sscc)?;
                let record = known(&unit.batch)?;
                let closed = unit.recalled && !unit.returned && !self.is_maker(by, record);
                let allowed = self.is_custodian(by) && !closed && (!unit.returned || unit.case.is_none());
                let (batch, quantity) = (unit.batch, unit.quantity);
                let event = LogisticUnitUnpacked { batch, by, logistic_unit: sscc, quantity };
                allowed.then_some(Event::LogisticUnitUnpacked(event))
            }
            Message::Decommission { batch, serial, proof_of, state } => {
                self.decommission(by, batch, serial, serial == proof_of, state)
            }
            Message::DecommissionQuantity(batch, quantity, state) => {
                self.decommission_quantity(by, batch, quantity, state)
            }
            Message::Revert(batch, serial) => self.revert(by, batch, &serial),
            Message::Resolve(batch, serial, resolution) => {
                let unit = UnitId::of(batch, &serial);
                let alarm = self.state.alarms.get(&unit)?;
                let open = resolution == Resolution::CounterfeitConfirmed || !alarm.confirmed;
                let allowed = self.is_regulator(by) && open;
                allowed.then_some(Event::AlarmResolved(AlarmResolved { batch, unit, by, resolution }))
            }
            Message::Quarantine(target) => self.quarantine(by, target),
            Message::ReleaseQuarantine(target) => self.release_quarantine(by, target),
            Message::Recall(batch, scope) => self.recall(by, batch, scope),
            Message::Acknowledge(batch) => {
                let record = known(&batch)?;
                let recalls = u8::try_from(record.recalls.len()).expect("a few recalls");
                let allowed = record.holdings.get(&by)?.acknowledged < recalls;
                let event = RecallAcknowledged { batch, by, acknowledged: recalls };
                allowed.then_some(Event::RecallAcknowledged(event))
            }
            other => panic!("{other:?} is not for batches"),
        }
    }

    fn register(&self, by: AccountId, new: NewBatch) -> Option<Event> {
        let batch = BatchId::of(new.gtin, &new.lot);
        let allowed = self.has_any(by, &[Role::Manufacturer])
            && self.now <= EXPIRES_AT
            && !self.state.batches.contains_key(&batch);
        let NewBatch { gtin, lot, expiry, quantity, serial_root, units_per_case } = new;
        let manufacturer = by;
        allowed.then_some(Event::BatchRegistered(BatchRegistered {
            batch,
            manufacturer,
            gtin,
            lot,
            expiry,
            quantity,
            serial_root,
            units_per_case,
        }))
    }

    /// A logistic unit of the caller that may move or be opened.
    fn standing_alone(&self, by: AccountId, sscc: Sscc) -> Option<&LogisticUnit> {
        let unit = self.state.logistic_units.get(&sscc)?;
        let alone = unit.parent.is_none() && unit.shipment.is_none() && !unit.quarantined;
        (alone && unit.holder == by).then_some(unit)
    }

    fn ship(&self, by: AccountId, goods: batches::Goods, to: AccountId, purpose: Purpose) -> Option<Event> {
        let (batch, quantity, logistic_unit, recalled) = match goods {
            batches::Goods::Units { batch, quantity } => {
                let held = self.state.batches.get(&batch)?.holding(by).places.held;
                ((1..=held).contains(&quantity)).then_some((batch, quantity, None, false))?
            }
            batches::Goods::LogisticUnit(sscc) => {
                let unit = self.standing_alone(by, sscc).filter(|unit| !unit.returned)?;
                (unit.batch, unit.quantity, Some(sscc), unit.recalled || unit.holds_recalled)
            }
        };
        let record = self.state.batches.get(&batch)?;
        let may = match purpose {
            Purpose::Supply => self.is_marketable(record) && !recalled,
            Purpose::Return => to == record.maker,
        };
        let allowed = may && to != by && self.is_custodian(by) && self.is_custodian(to);
        let shipment = self.state.shipped;
        let (from, terms) = (by, None);
        let event = UnitsShipped { batch, from, to, shipment, quantity, logistic_unit, purpose, terms };
        allowed.then_some(Event::UnitsShipped(event))
    }

    fn receive(&self, by: AccountId, number: u64, arrival: Arrival) -> Option<Event> {
        let shipment = self.state.shipments.get(&number)?;
        let quantity = match (&arrival, shipment.logistic_unit) {
            (Arrival::Units(quantity), None) => *quantity,
            (Arrival::LogisticUnits(arrived), Some(shipped)) if *arrived == [shipped] => shipment.quantity,
            (Arrival::LogisticUnits(arrived), Some(shipped)) => {
                let different: BTreeSet<&Sscc> = arrived.iter().collect();
                let inside = |sscc: &Sscc| {
                    self.state.logistic_units.get(sscc).filter(|unit| unit.parent == Some(shipped))
                };
                let all: Option<Vec<_>> = arrived.iter().map(inside).collect();
                let sum = all?.iter().map(|unit| unit.quantity).sum();
                (!arrived.is_empty() && different.len() == arrived.len()).then_some(sum)?
            }
            _ => return None,
        };
        let allowed =
            shipment.to == by && self.is_custodian(by) && (1..=shipment.quantity).contains(&quantity);
        allowed.then(|| {
            Event::UnitsReceived(UnitsReceived {
                batch: shipment.batch,
                from: shipment.from,
                to: by,
                shipment: number,
                quantity,
                still_in_transit: shipment.quantity - quantity,
                arrival,
            })
        })
    }

    fn pack(&self, by: AccountId, sscc: Sscc, contents: Contents) -> Option<Event> {
        let (batch, quantity) = match &contents {
            Contents::Units { batch, quantity } => (*batch, *quantity),
            Contents::Case { batch, number } => {
                let record = self.state.batches.get(batch)?;
                let size = u64::from(record.units_per_case?);
                let first = u64::from(*number) * size;
                let free = self.is_maker(by, record) && !record.cases.contains_key(number);
                (free && first < record.quantity).then_some((*batch, size.min(record.quantity - first)))?
            }
            Contents::LogisticUnits(inside) => {
                let fits = |sscc: &Sscc| {
                    self.standing_alone(by, *sscc).filter(|unit| {
                        !unit.returned && !unit.recalled && !unit.holds_recalled && unit.level < 3
                    })
                };
                let inside: Vec<(&Sscc, &LogisticUnit)> =
                    inside.iter().map(|sscc| Some((sscc, fits(sscc)?))).collect::<Option<_>>()?;
                let batch = inside.first()?.1.batch;
                let different: BTreeSet<&Sscc> = inside.iter().map(|(sscc, _)| *sscc).collect();
                let one = inside.iter().all(|(_, unit)| unit.batch == batch);
                let quantity = inside.iter().map(|(_, unit)| unit.quantity).sum();
                (one && different.len() == inside.len()).then_some((batch, quantity))?
            }
        };
        let held = self.state.batches.get(&batch)?.holding(by).places.held;
        let there = matches!(contents, Contents::LogisticUnits(_)) || (1..=held).contains(&quantity);
        let allowed = there && self.is_custodian(by) && !self.state.logistic_units.contains_key(&sscc);
        let event = LogisticUnitPacked { batch, by, logistic_unit: sscc, quantity, contents };
        allowed.then_some(Event::LogisticUnitPacked(event))
    }

    /// The outermost logistic unit around the numbered case of a position: whether one is recalled, and who has it.
    fn around(&self, batch: &BatchState, position: u64) -> Option<(bool, AccountId)> {
        let number = u32::try_from(position / u64::from(batch.units_per_case?)).ok()?;
        let is_case = |unit: &&LogisticUnit| {
            unit.case == Some(number) && std::ptr::eq(&self.state.batches[&unit.batch], batch)
        };
        let mut unit = self.state.logistic_units.get(batch.cases.get(&number)?).filter(is_case)?;
        let mut recalled = unit.recalled;
        while let Some(parent) = unit.parent {
            unit = &self.state.logistic_units[&parent];
            recalled |= unit.recalled;
        }
        let shipment = unit.shipment.map(|number| &self.state.shipments[&number]);
        Some((recalled, shipment.map_or(unit.holder, |shipment| shipment.to)))
    }

    fn in_recalled_range(batch: &BatchState, position: u64) -> bool {
        let covers = |scope: RecallScope| {
            matches!(scope, RecallScope::SerialRange { first, last }
                if (u64::from(first)..=u64::from(last)).contains(&position))
        };
        batch.recalls.iter().any(|notice| covers(notice.recall.scope))
    }

    fn decommission(
        &self,
        by: AccountId,
        index: usize,
        serial: u64,
        proven: bool,
        state: UnitState,
    ) -> Option<Event> {
        let (batch, (unit, _)) = (self.catalogue.id(index), self.catalogue.serial(index, serial));
        let record = self.state.batches.get(&batch).filter(|record| record.serialised)?;
        if !self.may_decommission(by, state) {
            return None;
        }
        let alarm = |code, other| Some(Event::AlarmRaised(AlarmRaised { batch, unit, by, code, other }));
        if !proven {
            return alarm(AlarmCode::SerialNotInBatch, record.maker);
        }
        if let Some(first) = self.state.units.get(&unit) {
            return alarm(AlarmCode::SecondDecommission, first.by);
        }
        match self.around(record, serial) {
            Some((_, holder)) if holder == by => return None,
            Some((_, holder)) => return alarm(AlarmCode::UnitElsewhere, holder),
            None => {}
        }
        let places = record.holding(by).places;
        if places.present() == 0 {
            return alarm(AlarmCode::UnitNeverReceived, record.maker);
        }
        let fit = self.is_marketable(record)
            && !Self::in_recalled_range(record, serial)
            && !self.state.alarms.get(&unit).is_some_and(concerns_proven);
        let allowed = places.held > 0 && (fit || state != UnitState::Dispensed);
        allowed.then_some(Event::UnitDecommissioned(UnitDecommissioned { batch, unit, by, state }))
    }

    fn decommission_quantity(
        &self,
        by: AccountId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
    ) -> Option<Event> {
        let record = self.state.batches.get(&batch)?;
        let places = record.holding(by).places;
        let destroyed = state == UnitState::Destroyed;
        let of_returned = if destroyed { quantity.min(places.returned) } else { 0 };
        let others = quantity - of_returned;
        let countable = others == 0 || !record.serialised || (destroyed && record.is_recalled());
        let marketable = state != UnitState::Dispensed || self.is_marketable(record);
        let allowed = self.may_decommission(by, state) && countable && marketable;
        let event = UnitsDecommissioned { batch, by, quantity, of_returned, state, document: None };
        (allowed && quantity > 0 && others <= places.held).then_some(Event::UnitsDecommissioned(event))
    }

    fn revert(&self, by: AccountId, batch: BatchId, serial: &[u8]) -> Option<Event> {
        let record = self.state.batches.get(&batch)?;
        let unit = UnitId::of(batch, serial);
        let DecommissionedUnit { state, by: holder, at } = *self.state.units.get(&unit)?;
        let locked = state == UnitState::Locked;
        let entitled =
            if by == holder { self.may_decommission(by, state) } else { locked && self.is_regulator(by) };
        let for_good = matches!(state, UnitState::Destroyed | UnitState::Stolen) || record.is_recalled();
        let in_time = self.now <= at + REVERT_WINDOW && self.now <= EXPIRES_AT;
        let alarmed = self.state.alarms.get(&unit).is_some_and(concerns_proven);
        let allowed = entitled && !alarmed && (locked || (!for_good && in_time));
        allowed.then_some(Event::UnitReverted(UnitReverted { batch, unit, holder, by, state }))
    }

    fn goods(&self, target: QuarantineTarget) -> Option<Goods> {
        let whole = |quantity, apart: bool| if apart { (0, quantity) } else { (quantity, 0) };
        Some(match target {
            QuarantineTarget::Holding { batch, holder, .. } => {
                let holding = self.state.batches.get(&batch)?.holding(holder);
                let Places { held, quarantined, .. } = holding.places;
                (batch, holder, held, quarantined, holding.regulator_hold)
            }
            QuarantineTarget::Shipment(number) => {
                let shipment = self.state.shipments.get(&number)?;
                let (free, apart) = whole(shipment.quantity, shipment.quarantined);
                (shipment.batch, shipment.to, free, apart, shipment.regulator_hold)
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.state.logistic_units.get(&sscc)?;
                let alone = unit.parent.is_none() && unit.shipment.is_none() && !unit.returned;
                let (free, apart) = whole(unit.quantity, unit.quarantined);
                alone.then_some((unit.batch, unit.holder, free, apart, unit.regulator_hold))?
            }
        })
    }

    fn quarantine(&self, by: AccountId, target: QuarantineTarget) -> Option<Event> {
        let (batch, holder, free, apart, _) = self.goods(target)?;
        let entitled = if by == holder { self.is_custodian(by) } else { self.is_regulator(by) };
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => quantity.unwrap_or(free),
            _ if apart > 0 => return None,
            _ => free,
        };
        let event = UnitsQuarantined { batch, holder, by, target, quantity, reason: REASONS.1 };
        (entitled && (1..=free).contains(&quantity)).then_some(Event::UnitsQuarantined(event))
    }

    fn release_quarantine(&self, by: AccountId, target: QuarantineTarget) -> Option<Event> {
        let (batch, holder, _, apart, held) = self.goods(target)?;
        let entitled = self.is_regulator(by) || (!held && self.is_maker(by, self.state.batches.get(&batch)?));
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => quantity.unwrap_or(apart),
            _ => apart,
        };
        let event = QuarantineReleased { batch, holder, by, target, quantity, reason: REASONS.2 };
        (entitled && (1..=apart).contains(&quantity)).then_some(Event::QuarantineReleased(event))
    }

    fn recall(&self, by: AccountId, batch: BatchId, scope: RecallScope) -> Option<Event> {
        let record = self.state.batches.get(&batch)?;
        let number = u8::try_from(record.recalls.len()).expect("a few recalls");
        let fits = match scope {
            RecallScope::Batch => number < MAX_RECALLS,
            RecallScope::SerialRange { first, last } => {
                record.serialised && first <= last && u64::from(last) < record.quantity
            }
            RecallScope::LogisticUnit(sscc) => {
                let unit = self.state.logistic_units.get(&sscc)?;
                unit.batch == batch && !unit.recalled
            }
        };
        let room = scope == RecallScope::Batch || number < MAX_RECALLS - 1;
        let allowed = self.answers_for(by, record) && !record.is_recalled() && fits && room;
        let recall = contract_runtime_tests::recall(scope, self.now);
        allowed.then_some(Event::BatchRecalled(BatchRecalled { batch, by, number, recall }))
    }

    /// Everything that speaks against a pack with this serial, at `holder` where that is known.
    pub fn reasons(&self, index: usize, serial: u64, proven: bool, holder: Option<Party>) -> Vec<Reason> {
        let id = self.catalogue.id(index);
        let Some(batch) = self.state.batches.get(&id) else { return vec![Reason::BatchUnknown] };
        let everywhere = batch.places();
        let here = holder.map(|party| batch.holding(party.id()).places);
        let seen = here.unwrap_or(everywhere);
        let serialised = index < 2;
        let (unit, _) = self.catalogue.serial(index, serial);
        let (unit, alarm) = if serialised {
            (self.state.units.get(&unit), self.state.alarms.get(&unit))
        } else {
            (None, None)
        };
        let proven = proven && serialised;
        let around = if proven { self.around(batch, serial) } else { None };
        let confirmed = alarm.is_some_and(|alarm| alarm.confirmed);
        let facts = [
            (Reason::BatchRecalled, batch.is_recalled()),
            (Reason::UnitRecalled, proven && Self::in_recalled_range(batch, serial)),
            (Reason::LogisticUnitRecalled, around.is_some_and(|(recalled, _)| recalled)),
            (Reason::NoUnitsLeft, everywhere.gone() == batch.quantity),
            (Reason::CounterfeitConfirmed, confirmed),
            (Reason::AlarmOpen, alarm.is_some_and(|alarm| !confirmed && (!proven || concerns_proven(alarm)))),
            (Reason::UnitsQuarantined, seen.quarantined + seen.quarantined_closed > 0),
            (Reason::NotReleased, batch.released_at.is_none()),
            (Reason::BlockedByRegulator, batch.blocked),
            (Reason::Expired, self.now > EXPIRES_AT),
            (Reason::SerialNotInBatch, serialised && !proven),
            (Reason::NotHeldHere, here.is_some_and(|places| places.present() == 0)),
            (
                Reason::UnitElsewhere,
                around.is_some_and(|(_, place)| holder.is_some_and(|here| here != party(place))),
            ),
        ];
        let mut reasons: Vec<Reason> =
            facts.into_iter().filter_map(|(reason, holds)| holds.then_some(reason)).collect();
        reasons.extend(unit.map(|unit| Reason::from(unit.state)));
        reasons.sort();
        reasons
    }
}
