//! Random calls: numbers that proptest can shrink, and what they mean where the books stand.

use batches::{
    Arrival, Attestation, ClearanceReason, Contents, Goods, NewBatch, Purpose, QuarantineReason,
    QuarantineTarget, RecallScope, RejectionReason, UnitState,
};
use contract_runtime_tests::{new_batch, sscc, BatchInHand, Party};
use primitives::{AccountId, BatchId, Quantity, Role, SerialProof, Sscc, UnitId};
use proptest::prelude::*;
use units::Resolution;

use super::state::State;

/// Numbers that become a call.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    kind: u8,
    a: u16,
    b: u16,
    quantity: u16,
    /// Below 16 of 256: the caller or the object is any, and not one that fits.
    wild: u8,
}

/// A sequence: which calls of the opening are left out, and so many random steps.
pub fn sequence(length: usize) -> impl Strategy<Value = (u16, Vec<Step>)> {
    let step = (0..KINDS, any::<u16>(), any::<u16>(), any::<u16>(), any::<u8>())
        .prop_map(|(kind, a, b, quantity, wild)| Step { kind, a, b, quantity, wild });
    let left_out = any::<[u16; 4]>().prop_map(|[a, b, c, d]| a & b & c & d);
    (left_out, prop::collection::vec(step, length))
}

/// How most sequences begin: the batches are registered, attested and released.
pub fn opening(catalogue: &Catalogue, left_out: u16) -> Vec<Call> {
    let by = [Party::Manufacturer, Party::Auditor, Party::Regulator];
    let of_batch = |batch: usize| {
        let id = catalogue.id(batch);
        let register = (by[0], Message::Register(catalogue.new_batch(batch).clone()));
        let attest = by.into_iter().zip(Attestation::REQUIRED);
        let attest = attest.map(move |(by, which)| (by, Message::Attest(id, which)));
        std::iter::once(register).chain(attest).chain([(by[0], Message::Release(id))])
    };
    let calls = (0..BATCHES).flat_map(of_batch).enumerate();
    let kept = calls.filter(|(place, _)| (left_out >> place) & 1 == 0);
    kept.map(|(_, (by, message))| Call { by, message }).collect()
}

/// What is sent to `batches`, or happens around it.
#[derive(Clone, Debug)]
pub enum Message {
    Register(NewBatch),
    Cancel(BatchId),
    Attest(BatchId, Attestation),
    Release(BatchId),
    Block(BatchId),
    Unblock(BatchId),
    Ship(Goods, Party, Purpose),
    Receive(u64, Arrival),
    Reject(u64),
    Pack(Sscc, Contents),
    Unpack(Sscc),
    Decommission { batch: usize, serial: u64, proof_of: u64, state: UnitState },
    DecommissionQuantity(BatchId, Quantity, UnitState),
    Revert(BatchId, Vec<u8>),
    Resolve(BatchId, Vec<u8>, Resolution),
    Quarantine(QuarantineTarget),
    ReleaseQuarantine(QuarantineTarget),
    Recall(BatchId, RecallScope),
    Acknowledge(BatchId),
    Grant(Party, Role, Option<u64>),
    Revoke(Party, Role),
    Suspend(Party),
    Reinstate(Party),
    Pause,
    Unpause,
    Pass(u64),
}

/// A message, and who sends it.
#[derive(Clone, Debug)]
pub struct Call {
    pub by: Party,
    pub message: Message,
}

/// The batches that there can be: with serials and numbered cases, with serials only, and without serials.
#[derive(Debug)]
pub struct Catalogue {
    pub serialised: [BatchInHand; 2],
    pub plain: NewBatch,
}

impl Catalogue {
    pub fn new() -> Self {
        let cased = |lot, quantity, units_per_case| {
            let mut batch = BatchInHand::of(lot, quantity);
            batch.new.units_per_case = units_per_case;
            batch
        };
        Self {
            serialised: [cased("CASED", 12, Some(4)), cased("LOOSE", 8, None)],
            plain: new_batch("PLAIN", 100, None),
        }
    }

    pub fn new_batch(&self, batch: usize) -> &NewBatch {
        self.serialised.get(batch).map_or(&self.plain, |batch| &batch.new)
    }

    pub fn id(&self, batch: usize) -> BatchId {
        let new = self.new_batch(batch);
        BatchId::of(new.gtin, &new.lot)
    }

    /// A serial of the batch; one that the batch without serials would have.
    pub fn serial(&self, batch: usize, number: u64) -> (UnitId, Vec<u8>) {
        let (_, serial, _) = self.serialised[batch.min(1)].unit(number);
        (UnitId::of(self.id(batch), &serial), serial)
    }

    pub fn proof(&self, batch: usize, number: u64) -> SerialProof {
        self.serialised[batch.min(1)].unit(number).2
    }

    pub fn serials(&self, batch: usize) -> u64 {
        self.serialised[batch.min(1)].new.quantity
    }
}

/// How many batches the [`Catalogue`] has.
pub const BATCHES: usize = 3;
/// How many SSCCs are in use.
pub const SSCCS: u64 = 12;
/// How many kinds of steps there are, the frequent ones several times.
const KINDS: u8 = 103;
const DAY: u64 = 86_400_000;

pub const STATES: [UnitState; 6] = [
    UnitState::Dispensed,
    UnitState::Destroyed,
    UnitState::Stolen,
    UnitState::Sample,
    UnitState::Exported,
    UnitState::Locked,
];
/// Whose roles change.
const ORGANISATIONS: [Party; 7] = [
    Party::Regulator,
    Party::Auditor,
    Party::Manufacturer,
    Party::Wholesaler,
    Party::Pharmacy,
    Party::OtherPharmacy,
    Party::Provider,
];
const ROLES: [Role; 6] =
    [Role::Regulator, Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Auditor];
/// Who may hold drugs at first.
const CUSTODIANS: [Party; 5] =
    [Party::Manufacturer, Party::Wholesaler, Party::Pharmacy, Party::OtherPharmacy, Party::Provider];

fn pick<T: Clone>(list: &[T], number: u16) -> Option<T> {
    list.get(usize::from(number).checked_rem(list.len())?).cloned()
}

pub fn party(account: AccountId) -> Party {
    Party::ALL.into_iter().find(|party| party.id() == account).expect("everybody is a party")
}

impl Step {
    fn is_wild(self) -> bool {
        self.wild < 16
    }

    fn any_party(self) -> Party {
        pick(&Party::ALL, self.a).expect("there are parties")
    }

    fn by(self, fits: Party) -> Party {
        if self.is_wild() {
            self.any_party()
        } else {
            fits
        }
    }

    fn batch(self) -> usize {
        usize::from(self.b) % BATCHES
    }

    fn number(self) -> u64 {
        u64::from(self.quantity)
    }

    fn custodian(self) -> Party {
        pick(&CUSTODIANS, self.quantity).expect("there are custodians")
    }

    /// Who has units of the batch in a place.
    fn holder(self, state: &State, id: BatchId, present: fn(&batches::Places) -> Quantity) -> Party {
        let holdings = state.batches.get(&id).map(|batch| &batch.holdings);
        let have = |(account, holding): (&AccountId, &batches::Holding)| {
            (present(&holding.places) > 0).then(|| party(*account))
        };
        let holders: Vec<Party> = holdings.into_iter().flatten().filter_map(have).collect();
        self.by(pick(&holders, self.a).unwrap_or_else(|| self.any_party()))
    }

    fn shipment(self, state: &State) -> (u64, Party) {
        let open: Vec<u64> = state.shipments.keys().copied().collect();
        match pick(&open, self.b) {
            Some(number) if !self.is_wild() => (number, party(state.shipments[&number].to)),
            _ => (u64::from(self.b) % (state.shipped + 1), self.any_party()),
        }
    }

    /// An outermost logistic unit, with who has it.
    fn outermost(self, state: &State, fits: fn(&batches::LogisticUnit) -> bool) -> (Sscc, Party) {
        let closed = state.logistic_units.iter().filter(|(_, unit)| unit.parent.is_none() && fits(unit));
        let closed: Vec<(Sscc, Party)> = closed.map(|(sscc, unit)| (*sscc, party(unit.holder))).collect();
        match pick(&closed, self.b) {
            Some(found) if !self.is_wild() => found,
            _ => (self.any_sscc(), self.any_party()),
        }
    }

    fn any_sscc(self) -> Sscc {
        sscc(u64::from(self.b) % SSCCS)
    }

    fn unused_sscc(self, state: &State) -> Sscc {
        let unused = (0..SSCCS).map(sscc).find(|sscc| !state.logistic_units.contains_key(sscc));
        unused.filter(|_| !self.is_wild()).unwrap_or_else(|| self.any_sscc())
    }

    /// Units of a holding: at most what is there, mostly.
    fn some_of(self, there: Quantity) -> Quantity {
        match self.wild {
            0 => Quantity::MAX,
            1..=8 => self.number() % 200,
            _ => self.number() % there.max(1) + 1,
        }
    }

    fn target(self, state: &State, apart: bool) -> (QuarantineTarget, Party) {
        let (shipment, to) = self.shipment(state);
        match self.quantity % 3 {
            0 => (QuarantineTarget::Shipment(shipment), to),
            1 => {
                let fits: fn(&batches::LogisticUnit) -> bool =
                    if apart { |unit| unit.quarantined } else { |unit| !unit.quarantined };
                let (sscc, holder) = self.outermost(state, fits);
                (QuarantineTarget::LogisticUnit(sscc), holder)
            }
            _ => {
                let batch = Catalogue::new_id(self.batch());
                let there: fn(&batches::Places) -> Quantity =
                    if apart { |places| places.quarantined } else { |places| places.held };
                let holder = self.holder(state, batch, there);
                let places = state.batches.get(&batch).map(|known| known.holding(holder.id()).places);
                let quantity = match self.quantity % 4 {
                    0 => None,
                    _ => Some(self.some_of(places.map_or(1, |places| there(&places)))),
                };
                (QuarantineTarget::Holding { batch, holder: holder.id(), quantity }, holder)
            }
        }
    }

    /// What this step means where the books stand.
    pub fn call(self, state: &State, catalogue: &Catalogue, now: u64) -> Call {
        let index = self.batch();
        let id = catalogue.id(index);
        let held =
            |party: Party| state.batches.get(&id).map_or(1, |batch| batch.holding(party.id()).places.held);
        let maker = state.batches.get(&id).map_or(Party::Manufacturer, |batch| party(batch.maker));
        let regulator = self.by(Party::Regulator);
        let back = self.wild.is_multiple_of(4);
        let purpose = if back { Purpose::Return } else { Purpose::Supply };
        let to = if back && !self.is_wild() { maker } else { self.custodian() };
        let number = self.number() % catalogue.serials(index);
        let state_of_unit = match self.a % 8 {
            0..=3 => UnitState::Dispensed,
            other => STATES[usize::from(other) - 3 + usize::from(self.b / 3 % 2)],
        };
        let (by, message) = match self.kind {
            0..=4 => (self.by(Party::Manufacturer), Message::Register(catalogue.new_batch(index).clone())),
            5 => (self.by(maker), Message::Cancel(id)),
            6..=13 => {
                let which = Attestation::REQUIRED[usize::from(self.quantity) % 3];
                let fits = [maker, Party::Auditor, Party::Regulator][usize::from(self.quantity) % 3];
                (self.by(fits), Message::Attest(id, which))
            }
            14..=18 => (self.by(maker), Message::Release(id)),
            19 => (regulator, Message::Block(id)),
            20..=22 => (regulator, Message::Unblock(id)),
            23..=33 => {
                let by = self.holder(state, id, |places| places.held);
                let quantity = self.some_of(held(by).div_ceil(2));
                (by, Message::Ship(Goods::Units { batch: id, quantity }, to, purpose))
            }
            34..=39 => {
                let (sscc, by) = self.outermost(state, |unit| unit.shipment.is_none());
                (by, Message::Ship(Goods::LogisticUnit(sscc), to, purpose))
            }
            40..=52 => self.receive(state),
            53..=54 => {
                let (shipment, to) = self.shipment(state);
                (self.by(to), Message::Reject(shipment))
            }
            55..=60 => {
                let by = self.holder(state, id, |places| places.held);
                let quantity = self.some_of(held(by).div_ceil(2));
                (by, Message::Pack(self.unused_sscc(state), Contents::Units { batch: id, quantity }))
            }
            61..=62 => {
                let contents = Contents::Case { batch: id, number: u32::from(self.quantity % 4) };
                (self.by(maker), Message::Pack(self.unused_sscc(state), contents))
            }
            63..=66 => {
                let (first, by) = self.outermost(state, |unit| unit.shipment.is_none());
                let fits = |unit: &batches::LogisticUnit| {
                    unit.parent.is_none()
                        && unit.holder == by.id()
                        && unit.batch == state.logistic_units.get(&first).map_or(id, |first| first.batch)
                };
                let more = state.logistic_units.iter().filter(|(sscc, unit)| fits(unit) && **sscc != first);
                let mut inside = vec![first];
                inside.extend(more.map(|(sscc, _)| *sscc).take(usize::from(self.quantity % 3)));
                if self.wild == 0 {
                    inside.push(first);
                }
                (by, Message::Pack(self.unused_sscc(state), Contents::LogisticUnits(inside)))
            }
            67..=70 => {
                let (sscc, by) = self.outermost(state, |unit| unit.shipment.is_none());
                (by, Message::Unpack(sscc))
            }
            71..=79 => {
                let by = self.holder(state, id, |places| places.held);
                let proof_of = if self.is_wild() { (number + 1) % catalogue.serials(index) } else { number };
                (by, Message::Decommission { batch: index, serial: number, proof_of, state: state_of_unit })
            }
            80..=81 => {
                let by = self.holder(state, id, |places| places.held + places.returned);
                let quantity = self.some_of(held(by).div_ceil(4));
                (by, Message::DecommissionQuantity(id, quantity, state_of_unit))
            }
            82..=84 => self.revert(state, catalogue, index),
            85 => {
                let open: Vec<u64> = (0..catalogue.serials(index))
                    .filter(|number| state.alarms.contains_key(&catalogue.serial(index, *number).0))
                    .collect();
                let (_, serial) = catalogue.serial(index, pick(&open, self.quantity).unwrap_or(number));
                let finding = if self.a.is_multiple_of(3) {
                    Resolution::CounterfeitConfirmed
                } else {
                    Resolution::FalseAlarm
                };
                (regulator, Message::Resolve(id, serial, finding))
            }
            86..=88 => {
                let (target, holder) = self.target(state, false);
                let by = if self.a.is_multiple_of(3) { Party::Regulator } else { holder };
                (self.by(by), Message::Quarantine(target))
            }
            89..=91 => {
                let (target, _) = self.target(state, true);
                let by = if self.a.is_multiple_of(2) { Party::Regulator } else { maker };
                (self.by(by), Message::ReleaseQuarantine(target))
            }
            92 => {
                let (first, length) = (u32::from(self.quantity % 16), u32::from(self.a % 4));
                let scope = match self.a % 16 {
                    0..=1 => RecallScope::Batch,
                    2..=8 => RecallScope::SerialRange { first, last: first + length },
                    _ => RecallScope::LogisticUnit(self.outermost(state, |_| true).0),
                };
                let by = if self.a.is_multiple_of(2) { Party::Regulator } else { maker };
                (self.by(by), Message::Recall(id, scope))
            }
            93..=94 => (self.holder(state, id, batches::Places::present), Message::Acknowledge(id)),
            95 => self.administration(now),
            96..=98 => {
                let whose = pick(&ORGANISATIONS, self.a).expect("there are organisations");
                let role = whose.role().expect("an organisation has a role");
                // What was taken is given back, so that the sequence goes on.
                (
                    Party::Administrator,
                    if self.b.is_multiple_of(2) {
                        Message::Grant(whose, role, None)
                    } else {
                        Message::Reinstate(whose)
                    },
                )
            }
            99 => {
                let message = if self.a.is_multiple_of(4) { Message::Pause } else { Message::Unpause };
                (Party::Administrator, message)
            }
            100..=101 => (Party::Administrator, Message::Unpause),
            _ => {
                let time = if self.wild == 0 { 400 * DAY } else { self.number() % 64 * DAY / 4 };
                (Party::Administrator, Message::Pass(time))
            }
        };
        Call { by, message }
    }

    fn receive(self, state: &State) -> (Party, Message) {
        let (number, to) = self.shipment(state);
        let arrival = match state.shipments.get(&number) {
            Some(batches::Shipment { logistic_unit: Some(sscc), .. }) => {
                let inside = state.children.get(sscc).cloned().unwrap_or_default();
                let some: Vec<Sscc> = inside.iter().copied().skip(usize::from(self.quantity % 2)).collect();
                let all = some.is_empty() || self.a.is_multiple_of(2);
                Arrival::LogisticUnits(if all { vec![*sscc] } else { some })
            }
            Some(shipment) => Arrival::Units(self.some_of(shipment.quantity)),
            None => Arrival::LogisticUnits(vec![self.any_sscc()]),
        };
        (self.by(to), Message::Receive(number, arrival))
    }

    fn revert(self, state: &State, catalogue: &Catalogue, batch: usize) -> (Party, Message) {
        let gone = (0..catalogue.serials(batch)).filter_map(|number| {
            let (unit, serial) = catalogue.serial(batch, number);
            state.units.get(&unit).map(|unit| (party(unit.by), serial))
        });
        let gone: Vec<(Party, Vec<u8>)> = gone.collect();
        let (by, serial) =
            pick(&gone, self.quantity).unwrap_or_else(|| (self.any_party(), catalogue.serial(batch, 0).1));
        let by = if self.a.is_multiple_of(5) { Party::Regulator } else { by };
        (self.by(by), Message::Revert(catalogue.id(batch), serial))
    }

    fn administration(self, now: u64) -> (Party, Message) {
        let whose = pick(&ORGANISATIONS, self.a).expect("there are organisations");
        let role = pick(&ROLES, self.b).expect("there are roles");
        let message = match self.quantity % 6 {
            0 | 1 => Message::Grant(whose, role, None),
            2 | 3 => Message::Grant(whose, role, Some(now + u64::from(self.b) % 8 * DAY)),
            4 => Message::Revoke(whose, whose.role().unwrap_or(role)),
            _ => Message::Suspend(whose),
        };
        (Party::Administrator, message)
    }
}

impl Catalogue {
    /// The identifier of a batch, without its serials.
    fn new_id(batch: usize) -> BatchId {
        let lot = ["CASED", "LOOSE", "PLAIN"][batch];
        BatchId::of(new_batch(lot, 1, None).gtin, lot.as_bytes())
    }
}

/// The reasons that random calls give.
pub const REASONS: (RejectionReason, QuarantineReason, ClearanceReason) =
    (RejectionReason::Other, QuarantineReason::Other, ClearanceReason::NothingFound);
