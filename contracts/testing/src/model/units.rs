use kernel::Call;
use primitives::batches::{
    ClearanceReason, DecommissioningReverted, Error as BatchError, QuarantineReason, Stop, UnitPlace,
    UnitState, UnitsBooked, UnitsDecommissioned,
};
use primitives::units::{
    Alarm, AlarmCode, AlarmRaised, AlarmResolved, AlarmsDismissed, Error, Resolution, UnitDecommissioned,
    UnitOutcome, UnitRecord, UnitReverted, UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased,
    REVERT_WINDOW,
};
use primitives::{
    ensure, BatchId, DocumentHash, MultiProof, Quantity, Refused, Role, SerialProof, SiteId, Timestamp,
    UnitId, CUSTODIANS, DISPENSERS, MAX_SERIALS,
};

use super::custody::first_of;
use super::packs::Quarantined;
use super::{done, Answer, Model, Outcome, Pack};
use crate::backend::{Done, Event};
use crate::message::Message;
use crate::rules::ensure_serial;

/// Packs that a message names, and what becomes of them.
struct Named<'a> {
    at: SiteId,
    batch: BatchId,
    serials: &'a [Vec<u8>],
    proof: &'a MultiProof,
    from_quarantine: bool,
    to: UnitPlace,
}

impl<'a> Named<'a> {
    fn of(message: &'a Message) -> Option<Self> {
        let (at, batch, serials, proof, from_quarantine, to) = match message {
            Message::QuarantineUnits { at, batch, serials, proof, from_quarantine, .. } => {
                (at, batch, serials, proof, from_quarantine, UnitPlace::QuarantineBySerial)
            }
            Message::CondemnUnits { at, batch, serials, proof, from_quarantine, .. } => {
                (at, batch, serials, proof, from_quarantine, UnitPlace::Condemned)
            }
            _ => return None,
        };
        Some(Self { at: *at, batch: *batch, serials, proof, from_quarantine: *from_quarantine, to })
    }

    /// Whether there are as many positions as serials, in ascending order, and the hashes that such a tree needs.
    fn is_well_made(&self) -> bool {
        self.proof.shown(self.batch, self.serials).is_some()
    }
}

impl Model {
    /// What `units` looks at before anybody asks who calls: what the message names, and what is known of it by name.
    pub(super) fn ensure_named(&self, message: &Message) -> Result<(), Error> {
        match message {
            Message::Decommission { serial, done_at, .. } => {
                ensure_serial(serial)?;
                let at = done_at.unwrap_or(self.now);
                ensure(at <= self.now, Error::TimeInFuture)?;
                ensure(self.now - at <= REVERT_WINDOW, Error::TimeTooOld)
            }
            Message::Revert { batch, serial, .. } => {
                let left = self.left_as(UnitId::of(*batch, serial)).is_some();
                ensure(left, Error::UnitNotDecommissioned)
            }
            Message::ReleaseUnits { batch, serials, .. } => {
                ensure((1..=MAX_SERIALS).contains(&serials.len()), Error::TooManySerials)?;
                let mut sites = Vec::new();
                for (place, serial) in serials.iter().enumerate() {
                    let record = self.units.get(&UnitId::of(*batch, serial));
                    let record = record.filter(|record| record.place == UnitPlace::QuarantineBySerial);
                    sites.push(record.ok_or(Error::UnitNotThere)?.site);
                    ensure(!serials[..place].contains(serial), Error::UnitNotThere)?;
                }
                ensure(sites.iter().all(|site| *site == sites[0]), Error::UnitNotThere)
            }
            _ => {
                let Some(named) = Named::of(message) else { return Ok(()) };
                ensure(named.is_well_made(), Error::InvalidProof)?;
                let record = |serial: &Vec<u8>| self.unit(named.batch, UnitId::of(named.batch, serial));
                let is_there = |serial: &Vec<u8>| match record(serial) {
                    None => true,
                    Some(record) => {
                        let quarantined = record.place == UnitPlace::QuarantineBySerial;
                        let condemns = named.from_quarantine && named.to == UnitPlace::Condemned;
                        quarantined && condemns && record.site == named.at
                    }
                };
                ensure(named.serials.iter().all(is_there), Error::UnitNotThere)
            }
        }
    }

    pub(super) fn judge_unit(&mut self, call: Call, message: &Message) -> Result<Done, Error> {
        match message {
            Message::Decommission { batch, serial, proof, state, done_at, .. } => {
                self.decommission(call, *batch, (serial, proof), *state, done_at.unwrap_or(self.now))
            }
            Message::Revert { batch, serial, .. } => self.revert(call, *batch, serial),
            Message::QuarantineUnits { reason, .. } => self.restrain(call, message, Some(*reason)),
            Message::CondemnUnits { .. } => self.restrain(call, message, None),
            Message::ReleaseUnits { batch, serials, reason } => {
                self.release_units(call, *batch, serials, *reason)
            }
            Message::ResolveAlarms { batch, serials, resolution } => {
                self.resolve_alarms(call, *batch, serials, *resolution)
            }
            Message::DismissAlarms { of } => {
                call.ensure_role(Role::Regulator)?;
                self.dismissed.insert(*of, self.now);
                Ok(done(&AlarmsDismissed { by: call.actor(), site: *of }))
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

    /// What is known of a unit of the batch as it is registered now.
    pub(super) fn unit(&self, batch: BatchId, unit: UnitId) -> Option<&UnitRecord> {
        let registration = self.batches.get(&batch)?.registration;
        self.units.get(&unit).filter(|record| record.registration == registration)
    }

    /// The alarm about a serial of the batch as it is registered now.
    pub(super) fn alarm(&self, batch: BatchId, unit: UnitId) -> Option<&Alarm> {
        let registration = self.batches.get(&batch)?.registration;
        self.alarms.get(&unit).filter(|alarm| alarm.registration == registration)
    }

    /// How the unit left the supply chain.
    fn left_as(&self, unit: UnitId) -> Option<UnitState> {
        match self.units.get(&unit)?.place {
            UnitPlace::Left(state) => Some(state),
            _ => None,
        }
    }

    fn may_decommission(call: &Call, state: UnitState) -> Result<(), Refused> {
        match state {
            UnitState::Destroyed => Ok(()),
            UnitState::Dispensed => call.ensure_any(DISPENSERS).and_then(|()| call.ensure_any(CUSTODIANS)),
            UnitState::Stolen | UnitState::Sample | UnitState::Exported => call.ensure_any(CUSTODIANS),
        }
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
        (serial, proof): (&[u8], &SerialProof),
        state: UnitState,
        at: Timestamp,
    ) -> Result<Done, Error> {
        ensure(self.may_book(), Error::NotUnitRegister)?;
        let facts = self.batches.get(&batch).ok_or(Error::UnknownBatch)?;
        Self::may_decommission(&call, state)?;
        let site = call.site()?;
        let unit = UnitId::of(batch, serial);
        let before = self.unit(batch, unit).cloned();
        ensure(facts.is_serialised(), Error::SerialsNotRegistered)?;
        ensure(facts.could_have_proof(proof), Error::InvalidProof)?;
        ensure(at >= facts.registered_at, Error::TimeTooOld)?;

        if !self.is_proven(batch, serial, proof) {
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::SerialNotInBatch, None));
        }
        let mut from = UnitPlace::Shelf;
        if let Some(UnitRecord { place, site: where_it_is, at: since, .. }) = before {
            let (here, other) = (where_it_is == site, Some(where_it_is));
            match place {
                UnitPlace::Left(_) if here && self.now <= since + REVERT_WINDOW => {
                    let answer = Answer::Unit(UnitOutcome::Already { place, at: since });
                    return Ok(Done { answer, events: Vec::new() });
                }
                UnitPlace::Left(_) => {
                    return Ok(self.raise(call, site, (batch, unit), AlarmCode::SecondDecommission, other))
                }
                UnitPlace::Condemned if here && state == UnitState::Destroyed => from = place,
                UnitPlace::Condemned if here || state == UnitState::Destroyed => {
                    return Err(Error::UnitCondemned)
                }
                _ if here => return Err(Error::UnitQuarantined),
                _ => return Ok(self.raise(call, site, (batch, unit), AlarmCode::UnitElsewhere, other)),
            }
        }
        if let Some(around) = self.around(batch, proof.index) {
            let other = self.site_of(&around);
            ensure(other != site, Error::UnitPacked)?;
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::UnitElsewhere, Some(other)));
        }
        let here = self.places(batch, Some(site));
        if here.present() == 0 {
            return Ok(self.raise(call, site, (batch, unit), AlarmCode::UnitNeverReceived, None));
        }
        if state == UnitState::Dispensed {
            self.hindrance(batch, at)?;
            ensure(!facts.in_recalled_range(proof.index, at), Error::UnitRecalled)?;
            self.ensure_no_alarm(batch, unit, at)?;
            // Packs are quarantined here of which nobody said which they are.
            let nameless = facts.positions(|pack| pack.is_quarantined_at(site, Quarantined::Counted));
            ensure(nameless.is_empty(), Error::UnitsQuarantined)?;
        }
        let is_there = move |pack: &Pack| match from {
            UnitPlace::Condemned => pack.is_condemned_at(site),
            _ => pack.is_free_at(site),
        };
        let there = !facts.positions(is_there).is_empty();
        ensure(there, Error::QuantityNotHeld)?;

        let position = usize::try_from(proof.index).unwrap();
        self.show_up(batch, &[position], is_there);
        let pack = &mut self.facts(batch).packs[position];
        pack.gone = Some(state);
        let to = UnitPlace::Left(state);
        let record = UnitRecord {
            place: to,
            site,
            at,
            position: proof.index,
            stop: None,
            registration: self.batches[&batch].registration,
        };
        self.units.insert(unit, record);
        let booked = UnitsBooked { batch, site, from, to, quantity: 1 };
        let event = UnitDecommissioned { batch, unit, by: call.actor(), state, at, position: proof.index };
        Ok(Done {
            answer: Answer::Unit(UnitOutcome::Done),
            events: vec![Event::of(&booked), Event::of(&event)],
        })
    }

    /// Whether the alarm counts: a regulator confirmed it, more than one site raised it, or that one's alarms until now are
    /// not dismissed.
    pub(super) fn counts(&self, alarm: &Alarm) -> bool {
        let dismissed = self.dismissed.get(&alarm.site).is_some_and(|until| *until >= alarm.at);
        alarm.confirmed || alarm.by_others || !dismissed
    }

    fn ensure_no_alarm(&self, batch: BatchId, unit: UnitId, at: Timestamp) -> Result<(), Error> {
        let proven = |alarm: &Alarm| alarm.code != AlarmCode::SerialNotInBatch && alarm.at <= at;
        let speaks = |alarm: &Alarm| alarm.confirmed || (proven(alarm) && self.counts(alarm));
        ensure(!self.alarm(batch, unit).is_some_and(speaks), Error::AlarmOpen)
    }

    /// The alarm: the first one about a proven serial is kept, and counts the others. One that is dismissed is not.
    fn raise(
        &mut self,
        call: Call,
        site: SiteId,
        (batch, unit): (BatchId, UnitId),
        code: AlarmCode,
        other: Option<SiteId>,
    ) -> Done {
        let registration = self.batches[&batch].registration;
        let (at, count, by_others, confirmed) = (self.now, 1, false, false);
        let new = Alarm { code, site, other, at, count, by_others, confirmed, registration };
        let kept = match self.alarm(batch, unit).filter(|first| self.counts(first)) {
            None => new,
            Some(first) => {
                let (count, by_others) = (first.count + 1, first.by_others || first.site != site);
                let proven = first.confirmed || first.code != AlarmCode::SerialNotInBatch;
                let confirmed = first.confirmed;
                Alarm { count, by_others, confirmed, ..if proven { first.clone() } else { new } }
            }
        };
        self.alarms.insert(unit, kept);
        let event = AlarmRaised { batch, unit, by: call.actor(), code, other };
        let answer = Answer::Unit(UnitOutcome::Alarm { code, other });
        Done { answer, events: vec![Event::of(&event)] }
    }

    fn revert(&mut self, call: Call, batch: BatchId, serial: &[u8]) -> Result<Done, Error> {
        let unit = UnitId::of(batch, serial);
        let UnitRecord { site, at, position, .. } = self.units[&unit].clone();
        let state = self.left_as(unit).expect("it was looked at first");
        ensure(self.may_book(), Error::NotUnitRegister)?;
        ensure(self.batches.contains_key(&batch), Error::UnknownBatch)?;
        let own = call.site == Some(site);
        let holds_drugs = call.ensure_any(CUSTODIANS).is_ok();
        let dispenses = state != UnitState::Dispensed || call.ensure_any(DISPENSERS).is_ok();
        let entitled = call.roles.contains(Role::Regulator) || holds_drugs && dispenses;
        // A regulator is let pass, and refused because it is not the site's.
        ensure(call.roles.contains(Role::Regulator) || own && entitled, Error::CallerNotAuthorised)?;
        ensure(self.unit(batch, unit).is_some(), Error::UnitNotDecommissioned)?;
        ensure(own && entitled, Error::CallerNotAuthorised)?;
        self.ensure_no_alarm(batch, unit, self.now)?;
        let facts = &self.batches[&batch];
        let is_final = match state {
            UnitState::Destroyed | UnitState::Stolen => true,
            UnitState::Dispensed | UnitState::Sample | UnitState::Exported => {
                let late = self.now > at + REVERT_WINDOW || self.now > facts.expires_at;
                late || self.is_recalled(batch) || facts.in_recalled_range(position, self.now)
            }
        };
        ensure(!is_final, Error::NotRevertible)?;
        let booked = self.put_back(batch, unit);
        let event = UnitReverted { batch, unit, by: call.actor(), site, state };
        Ok(Done { answer: Answer::Nothing, events: vec![booked, Event::of(&event)] })
    }

    /// A unit that left is loose again.
    fn put_back(&mut self, batch: BatchId, unit: UnitId) -> Event {
        let UnitRecord { place, site, position, .. } = self.units.remove(&unit).expect("it is booked");
        let pack = &mut self.facts(batch).packs[usize::try_from(position).unwrap()];
        (pack.gone, pack.site, pack.condemned, pack.quarantined) = (None, site, false, None);
        Event::of(&UnitsBooked { batch, site, from: place, to: UnitPlace::Shelf, quantity: 1 })
    }

    /// Packs are quarantined or condemned by their serials.
    fn restrain(
        &mut self,
        call: Call,
        message: &Message,
        reason: Option<QuarantineReason>,
    ) -> Result<Done, Error> {
        let named = Named::of(message).expect("it names packs");
        let Named { at, batch, serials, proof, from_quarantine, to } = named;
        ensure(self.may_book(), Error::NotUnitRegister)?;
        let facts = self.batches.get(&batch).ok_or(Error::UnknownBatch)?;
        let units: Vec<UnitId> = serials.iter().map(|serial| UnitId::of(batch, serial)).collect();
        let by_serial = units.iter().filter(|unit| self.unit(batch, **unit).is_some()).count();
        let counted = units.len() - by_serial;

        let (here, is_regulator) = (call.site == Some(at), call.roles.contains(Role::Regulator));
        let of_holding = facts.holds.get(&at).and_then(|hold| hold.stop);
        let withheld = of_holding.is_some();
        let own_stop = Stop { by: call.organisation.unwrap_or_default(), at: self.now };
        let condemns = to == UnitPlace::Condemned;
        let entitled = if condemns {
            here && !(from_quarantine && counted > 0 && withheld)
        } else {
            here && call.roles.intersects(CUSTODIANS)
        };
        ensure(entitled || is_regulator, Error::CallerNotAuthorised)?;
        ensure(facts.is_serialised(), Error::SerialsNotRegistered)?;
        let proofs = |serial: &Vec<u8>| self.proofs.by_serial.get(&(batch, serial.clone()));
        let proven = facts.new.serial_root.is_some_and(|root| self.proofs.roots.get(&batch) == Some(&root))
            && serials.iter().zip(&proof.leaves).all(|(serial, (index, salt))| {
                proofs(serial).is_some_and(|own| own.index == *index && own.salt == *salt)
            })
            && proof.shown(batch, serials).is_some_and(|shown| {
                Some(shown.root) == facts.new.serial_root && shown.fit(facts.new.quantity)
            });
        ensure(proven, Error::InvalidProof)?;
        let positions: Vec<usize> =
            proof.leaves.iter().map(|(index, _)| usize::try_from(*index).unwrap()).collect();
        for (index, _) in &proof.leaves {
            if let Some(around) = self.around(batch, *index) {
                return Err(if self.site_of(&around) == at {
                    Error::UnitPacked
                } else {
                    Error::UnitNotThere
                });
            }
        }
        let is_there = |pack: &Pack| {
            if from_quarantine {
                pack.is_quarantined_at(at, Quarantined::Counted)
            } else {
                pack.is_free_at(at)
            }
        };
        ensure(facts.positions(is_there).len() >= counted, Error::QuantityNotHeld)?;
        let protected = |unit: &UnitId| self.unit(batch, *unit).is_some_and(|record| record.stop.is_some());
        ensure(is_regulator || !units.iter().any(protected), Error::CallerNotAuthorised)?;

        let new: Vec<usize> = (units.iter().zip(&positions))
            .filter(|(unit, _)| self.unit(batch, **unit).is_none())
            .map(|(_, position)| *position)
            .collect();
        self.show_up(batch, &new, is_there);
        for position in &positions {
            let pack = &mut self.facts(batch).packs[*position];
            pack.quarantined = (!condemns).then_some(Quarantined::BySerial);
            pack.condemned = condemns;
        }
        let nameless = |pack: &Pack| pack.is_quarantined_at(at, Quarantined::Counted);
        let rest = !self.batches[&batch].positions(nameless).is_empty();
        if let Some(hold) = self.facts(batch).holds.get_mut(&at) {
            hold.stop = hold.stop.filter(|_| rest);
        }
        let stop = if here { of_holding.filter(|_| from_quarantine) } else { Some(own_stop) };
        let registration = self.batches[&batch].registration;
        for (unit, position) in units.iter().zip(&positions) {
            let position = u32::try_from(*position).unwrap();
            let now = self.now;
            let record = UnitRecord { place: to, site: at, at: now, position, stop, registration };
            self.units.insert(*unit, record);
        }
        let shelf = if from_quarantine { UnitPlace::Quarantine } else { UnitPlace::Shelf };
        let booked = |from, quantity: usize| {
            let quantity = u64::try_from(quantity).unwrap();
            (quantity > 0).then(|| Event::of(&UnitsBooked { batch, site: at, from, to, quantity }))
        };
        let mut events: Vec<Event> = booked(shelf, counted).into_iter().collect();
        events.extend(booked(UnitPlace::QuarantineBySerial, by_serial));
        let (by, site) = (call.actor(), at);
        let units = units.into_iter().zip(proof.leaves.iter().map(|(index, _)| *index)).collect();
        events.push(match reason {
            Some(reason) => Event::of(&UnitsQuarantinedBySerial { batch, by, site, units, stop, reason }),
            None => Event::of(&UnitsCondemned { batch, by, site, units, stop }),
        });
        Ok(Done { answer: Answer::Nothing, events })
    }

    /// Packs that are quarantined by their serials are back on the shelf.
    fn release_units(
        &mut self,
        call: Call,
        batch: BatchId,
        serials: &[Vec<u8>],
        reason: ClearanceReason,
    ) -> Result<Done, Error> {
        ensure(self.may_book(), Error::NotUnitRegister)?;
        ensure(self.batches.contains_key(&batch), Error::UnknownBatch)?;
        self.answers_for(&call, batch).map_err(|_| Error::CallerNotAuthorised)?;
        let units: Vec<UnitId> = serials.iter().map(|serial| UnitId::of(batch, serial)).collect();
        let is_regulator = call.roles.contains(Role::Regulator);
        for unit in &units {
            let record = self.unit(batch, *unit).ok_or(Error::UnitNotThere)?;
            ensure(is_regulator || record.stop.is_none(), Error::CallerNotAuthorised)?;
            let gives_way = record.stop.is_none_or(|stop| self.gives_way(stop, &call));
            ensure(gives_way, Error::StoppedByAnother)?;
        }
        let site = self.units[&units[0]].site;
        for unit in &units {
            let record = self.units.remove(unit).unwrap();
            let position = usize::try_from(record.position).unwrap();
            self.facts(batch).packs[position].quarantined = None;
        }
        let (from, to) = (UnitPlace::QuarantineBySerial, UnitPlace::Shelf);
        let quantity = u64::try_from(units.len()).unwrap();
        let booked = UnitsBooked { batch, site, from, to, quantity };
        let event = UnitsReleased { batch, by: call.actor(), site, units, reason };
        Ok(Done { answer: Answer::Nothing, events: vec![Event::of(&booked), Event::of(&event)] })
    }

    fn resolve_alarms(
        &mut self,
        call: Call,
        batch: BatchId,
        serials: &[Vec<u8>],
        resolution: Resolution,
    ) -> Result<Done, Error> {
        call.ensure_role(Role::Regulator)?;
        let corrects = resolution == Resolution::RecordWrong;
        let most = if corrects { 1 } else { MAX_SERIALS };
        ensure((1..=most).contains(&serials.len()), Error::TooManySerials)?;
        let mut events = Vec::new();
        for serial in serials {
            let unit = UnitId::of(batch, serial);
            let alarm = self.alarms.get_mut(&unit).ok_or(Error::UnknownAlarm)?;
            match resolution {
                Resolution::CounterfeitConfirmed => alarm.confirmed = true,
                Resolution::FalseAlarm | Resolution::RecordWrong => {
                    ensure(!alarm.confirmed, Error::CounterfeitConfirmed)?;
                    self.alarms.remove(&unit);
                }
            }
            events.push(Event::of(&AlarmResolved { batch, unit, by: call.actor(), resolution }));
            if corrects {
                let record = self.units.get(&unit).cloned().ok_or(Error::UnitNotDecommissioned)?;
                let gives_way = record.stop.is_none_or(|stop| self.gives_way(stop, &call));
                ensure(gives_way, Error::StoppedByAnother)?;
                // It books in `batches`, too.
                let batches = [self.contracts.units, self.contracts.batches];
                let call = self.organisations.call(call.account, None, self.now, &batches)?;
                ensure(self.may_book(), Error::NotUnitRegister)?;
                ensure(self.batches.contains_key(&batch), Error::UnknownBatch)?;
                let by_now = self.unit(batch, unit).is_some();
                ensure(by_now, Error::UnitNotDecommissioned)?;
                let UnitRecord { place, site, position, .. } = record;
                if place == UnitPlace::Condemned {
                    // It may have been shipped or destroyed since, which is only counted.
                    let is_there = |pack: &Pack| pack.is_condemned_at(site);
                    ensure(!self.batches[&batch].positions(is_there).is_empty(), Error::QuantityNotHeld)?;
                    self.show_up(batch, &[usize::try_from(position).unwrap()], is_there);
                }
                events.push(self.put_back(batch, unit));
                let by = call.actor();
                events.push(match place {
                    UnitPlace::Left(state) => Event::of(&UnitReverted { batch, unit, by, site, state }),
                    _ => {
                        let (units, reason) = (vec![unit], ClearanceReason::Mistake);
                        Event::of(&UnitsReleased { batch, by, site, units, reason })
                    }
                });
            }
        }
        Ok(Done { answer: Answer::Nothing, events })
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
        Self::may_decommission(&call, state)?;
        let site = call.site()?;
        let facts = self.known(batch)?;
        let destroyed = state == UnitState::Destroyed;
        let some = |fits: &dyn Fn(&Pack) -> bool, left: Quantity| {
            let mut chosen = facts.positions(|pack| destroyed && fits(pack));
            chosen.truncate(usize::try_from(left).unwrap());
            let count = u64::try_from(chosen.len()).unwrap();
            (chosen, count)
        };
        let (mut chosen, of_returned) = some(&|pack| pack.is_returned_at(site), quantity);
        let (more, of_condemned) = some(&|pack| pack.is_condemned_at(site), quantity - of_returned);
        chosen.extend(more);
        let others = quantity - of_returned - of_condemned;
        if others > 0 && facts.is_serialised() {
            let lost = state == UnitState::Stolen;
            ensure(!lost || document.is_some(), BatchError::DocumentMissing)?;
            ensure(lost || destroyed && self.is_recalled(batch), BatchError::SerialRequired)?;
        }
        if state == UnitState::Dispensed {
            self.hindrance(batch, self.now)?;
        }
        ensure(quantity > 0, BatchError::QuantityZero)?;
        if others > 0 {
            let free = facts.positions(|pack| pack.is_free_at(site));
            chosen.extend(first_of(free, others, BatchError::QuantityNotHeld)?);
        }
        for position in chosen {
            self.facts(batch).packs[position].gone = Some(state);
        }
        if others > 0 {
            let booking = (state, others, self.now);
            self.facts(batch).last_bookings.insert(site, booking);
        }
        let by = call.actor();
        Ok(done(&UnitsDecommissioned { batch, by, quantity, of_returned, of_condemned, state, document }))
    }

    /// What a site last booked without naming packs is undone.
    pub(super) fn revert_quantity(
        &mut self,
        call: Call,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
    ) -> Outcome<BatchError> {
        Self::may_decommission(&call, state)?;
        let site = call.site()?;
        let last = self.known(batch)?.last_bookings.get(&site).copied();
        let last = last.filter(|(what, booked, at)| {
            *what == state && quantity <= *booked && self.now <= at + REVERT_WINDOW
        });
        let (_, booked, at) = last.ok_or(BatchError::NothingToRevert)?;
        // Those that were loose there, and neither condemned nor returned.
        let was_loose = |pack: &Pack| {
            let restrained = pack.condemned || pack.returned || pack.inside.is_some();
            pack.site == site && pack.gone == Some(state) && !restrained
        };
        let gone = self.nameless(batch, was_loose);
        for position in first_of(gone, quantity, BatchError::QuantityNotHeld)? {
            self.facts(batch).packs[position].gone = None;
        }
        let bookings = &mut self.facts(batch).last_bookings;
        if booked == quantity {
            bookings.remove(&site);
        } else {
            bookings.insert(site, (state, booked - quantity, at));
        }
        Ok(done(&DecommissioningReverted { batch, by: call.actor(), quantity, state }))
    }
}
