use kernel::Call;
use primitives::batches::{Error as BatchError, UnitBooked, UnitState, UnitsDecommissioned};
use primitives::units::{
    Alarm, AlarmCode, AlarmRaised, AlarmResolved, DecommissionedUnit, Error, Resolution, UnitDecommissioned,
    UnitOutcome, UnitReverted, REVERT_WINDOW,
};
use primitives::{
    ensure, BatchId, DocumentHash, Quantity, Refused, Role, SerialProof, SiteId, UnitId, CUSTODIANS,
    DISPENSERS,
};

use super::custody::first_of;
use super::{done, today, Answer, Model, Outcome};
use crate::backend::{Done, Event};
use crate::message::Message;

impl Model {
    pub(super) fn judge_unit(&mut self, call: Call, message: &Message) -> Outcome<Error> {
        match message {
            Message::Decommission { batch, serial, proof, state, .. } => {
                self.decommission(call, *batch, serial, proof, *state)
            }
            Message::Revert { batch, serial, .. } => self.revert(call, *batch, serial),
            Message::ResolveAlarm { batch, serial, resolution } => {
                self.resolve_alarm(call, *batch, serial, *resolution)
            }
            other => panic!("{} is not a message of units", other.name()),
        }
    }

    /// Whether the proof is the one that the batch's manufacturer gives for this serial, and counts among its packs.
    pub fn is_proven(&self, batch: BatchId, serial: &[u8], proof: &SerialProof) -> bool {
        let Some(facts) = self.batches.get(&batch) else { return false };
        facts.new.serial_root.is_some_and(|root| self.proofs.roots.get(&batch) == Some(&root))
            && self.proofs.by_serial.get(&(batch, serial.to_vec())) == Some(proof)
            && facts.could_have_proof(proof)
    }

    fn may_decommission(call: &Call, state: UnitState) -> Result<(), Refused> {
        call.ensure_any(if state == UnitState::Dispensed { DISPENSERS } else { CUSTODIANS })
    }

    /// Whether the register of units may book in `batches`.
    fn may_book(&self) -> bool {
        let register = self.organisations.caller(self.contracts.units, None, self.now);
        register.roles.contains(Role::UnitRegister)
    }

    fn decommission(
        &mut self,
        call: Call,
        batch: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Outcome<Error> {
        ensure(self.may_book(), Error::NotUnitRegister)?;
        let facts = self.batches.get(&batch).ok_or(Error::UnknownBatch)?;
        Self::may_decommission(&call, state)?;
        let site = call.site()?;
        let unit = UnitId::of(batch, serial);
        let before = self.units.get(&unit).cloned();
        ensure(facts.is_serialised(), Error::SerialsNotRegistered)?;
        ensure(facts.could_have_proof(proof), Error::InvalidProof)?;

        if !self.is_proven(batch, serial, proof) {
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::SerialNotInBatch, None));
        }
        if let Some(first) = before {
            let other = Some(first.site);
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::SecondDecommission, other));
        }
        if let Some(around) = self.around(batch, proof.index) {
            let other = self.site_of(&around);
            ensure(other != site, Error::UnitPacked)?;
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::UnitElsewhere, Some(other)));
        }
        if self.places(batch, Some(site)).present() == 0 {
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::UnitNeverReceived, None));
        }
        if state == UnitState::Dispensed {
            facts.hindrance(self.now)?;
            ensure(!facts.in_recalled_range(proof.index), Error::UnitRecalled)?;
            self.ensure_no_alarm(unit)?;
        }
        ensure(today::could_be_loose_at(self, batch, site), Error::QuantityNotHeld)?;

        let position = usize::try_from(proof.index).unwrap();
        self.show_up(batch, position, site);
        self.facts(batch).packs[position].gone = Some(state);
        self.units.insert(unit, DecommissionedUnit { state, site, at: self.now });
        let booked = UnitBooked { batch, site, state, taken_back: false };
        let event = UnitDecommissioned { batch, unit, by: call.actor(), state };
        Ok(Done {
            answer: Answer::Unit(UnitOutcome::Done),
            events: vec![Event::of(&booked), Event::of(&event)],
        })
    }

    fn ensure_no_alarm(&self, unit: UnitId) -> Result<(), Error> {
        let speaks = |alarm: &Alarm| alarm.confirmed || alarm.code != AlarmCode::SerialNotInBatch;
        ensure(!self.alarms.get(&unit).is_some_and(speaks), Error::AlarmOpen)
    }

    /// The alarm: the first one about a proven serial is kept, and counts the others.
    fn raise(
        &mut self,
        call: Call,
        site: SiteId,
        (batch, unit): (BatchId, UnitId),
        code: AlarmCode,
        other: Option<SiteId>,
    ) -> Done {
        let new = Alarm { code, site, other, at: self.now, count: 0, confirmed: false };
        let alarm = self.alarms.entry(unit).or_insert_with(|| new.clone());
        if alarm.code == AlarmCode::SerialNotInBatch && !alarm.confirmed {
            *alarm = Alarm { count: alarm.count, ..new };
        }
        alarm.count += 1;
        let event = AlarmRaised { batch, unit, by: call.actor(), code, other };
        let answer = Answer::Unit(UnitOutcome::Alarm { code, other });
        Done { answer, events: vec![Event::of(&event)] }
    }

    fn revert(&mut self, call: Call, batch: BatchId, serial: &[u8]) -> Outcome<Error> {
        let unit = UnitId::of(batch, serial);
        let DecommissionedUnit { state, site, at } = self.units[&unit].clone();
        ensure(self.may_book(), Error::NotUnitRegister)?;
        let facts = &self.batches[&batch];
        let locked = state == UnitState::Locked;
        let own = call.site == Some(site);
        ensure(own || (locked && call.roles.contains(Role::Regulator)), Error::CallerNotAuthorised)?;
        if own {
            Self::may_decommission(&call, state)?;
        }
        self.ensure_no_alarm(unit)?;
        let is_final = match state {
            UnitState::Locked => false,
            UnitState::Destroyed | UnitState::Stolen => true,
            UnitState::Dispensed | UnitState::Sample | UnitState::Exported => {
                let late = self.now > at + REVERT_WINDOW || self.now > facts.expires_at;
                late || today::recall_stops_revert(facts)
            }
        };
        ensure(!is_final, Error::NotRevertible)?;
        let proof = &self.proofs.by_serial[&(batch, serial.to_vec())];
        let position = usize::try_from(proof.index).unwrap();
        let pack = &mut self.facts(batch).packs[position];
        (pack.gone, pack.site) = (None, site);
        self.units.remove(&unit);
        let booked = UnitBooked { batch, site, state, taken_back: true };
        let event = UnitReverted { batch, unit, by: call.actor(), site, state };
        Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&booked), Event::of(&event)] })
    }

    fn resolve_alarm(
        &mut self,
        call: Call,
        batch: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        let unit = UnitId::of(batch, serial);
        let alarm = self.alarms.get_mut(&unit).ok_or(Error::UnknownAlarm)?;
        match resolution {
            Resolution::CounterfeitConfirmed => alarm.confirmed = true,
            Resolution::FalseAlarm => {
                ensure(!alarm.confirmed, Error::CounterfeitConfirmed)?;
                self.alarms.remove(&unit);
            }
        }
        Ok(done(&AlarmResolved { batch, unit, by: call.actor(), resolution }))
    }

    /// Packs leave the supply chain without being named: those that came back are destroyed first.
    pub(super) fn decommission_quantity(
        &mut self,
        call: Call,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Outcome<BatchError> {
        if state == UnitState::Dispensed {
            call.ensure_any(DISPENSERS)?;
        }
        call.ensure_any(CUSTODIANS)?;
        let site = call.site()?;
        let facts = self.known(batch)?;
        let destroyed = state == UnitState::Destroyed;
        let mut chosen = facts.positions(|pack| destroyed && pack.is_returned_at(site));
        chosen.truncate(usize::try_from(quantity).unwrap());
        let of_returned = u64::try_from(chosen.len()).unwrap();
        let others = quantity - of_returned;
        let nameless = !facts.is_serialised() || (destroyed && facts.is_recalled());
        ensure(others == 0 || nameless, BatchError::SerialRequired)?;
        if state == UnitState::Dispensed {
            facts.hindrance(self.now)?;
        }
        if others > 0 || quantity == 0 {
            let free = facts.positions(|pack| pack.is_free_at(site));
            chosen.extend(first_of(free, others, BatchError::QuantityNotHeld)?);
        }
        for position in chosen {
            self.facts(batch).packs[position].gone = Some(state);
        }
        let by = call.actor();
        Ok(done(&UnitsDecommissioned { batch, by, quantity, of_returned, state, document }))
    }
}
