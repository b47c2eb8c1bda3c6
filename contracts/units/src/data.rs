//! The rules of `units`, without the macro: who calls and when is an argument, what happened is the result.

use ink::prelude::vec::Vec;
use kernel::{key, Call, Item, Map, Member};
use primitives::batches::{
    Booked, Booking, ClearanceReason, Move, QuarantineReason, Stop, UnitPlace, UnitState, Whereabouts, Which,
};
use primitives::units::{
    Alarm, AlarmCode, AlarmRaised, AlarmResolved, AlarmsDismissed, Error, Resolution, UnitDecommissioned,
    UnitRecord, UnitReverted, UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased, REVERT_WINDOW,
};
use primitives::{
    ensure, AccountId, Actor, BatchId, Quantity, Role, ShownPositions, SiteId, Timestamp, UnitId, MAX_SERIALS,
};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x554E_0004;

/// What came of the attempt to decommission a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decommissioning {
    /// It is done, and booked in `batches`.
    Done(UnitDecommissioned),
    /// The same site had done it before, a short time ago. Nothing is booked.
    Already {
        /// Where the unit is since then.
        place: UnitPlace,
        /// When that was.
        at: Timestamp,
    },
    /// One of two packs is a copy. Nothing is booked.
    Alarm(AlarmRaised),
}

/// What a wrong record had said, which is removed: that the unit left the supply chain, or that it is quarantined or
/// condemned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// It had left.
    Reverted(UnitReverted),
    /// It was restrained.
    Released(UnitsReleased),
}

/// What is done to one unit: which one, at which site, what becomes of it, and when that was.
#[derive(Clone, Debug)]
pub struct Act {
    /// The batch.
    pub batch: BatchId,
    /// The unit.
    pub unit: UnitId,
    /// What its proof shows.
    pub shown: ShownPositions,
    /// Where it is.
    pub site: SiteId,
    /// How it leaves the supply chain.
    pub state: UnitState,
    /// When it left.
    pub at: Timestamp,
}

impl Act {
    /// Whether this destroys a unit of which it is known that it is condemned at the site.
    #[must_use]
    pub fn destroys_condemned(&self, known: &UnitRecord) -> bool {
        known.place == UnitPlace::Condemned && known.site == self.site && self.state == UnitState::Destroyed
    }
}

/// Several units of a batch at a site, and what their proof shows.
#[derive(Clone, Debug)]
pub struct Named {
    /// The batch.
    pub batch: BatchId,
    /// The site in whose books they are.
    pub site: SiteId,
    /// The units, in the order of their positions.
    pub units: Vec<UnitId>,
    /// What is known of their positions.
    pub which: Which,
}

/// Units that were restrained, with their positions, and the regulator that did it.
type Restrained = (Vec<(UnitId, u32)>, Option<Stop>);

/// What the contract knows. Every field has its own storage key, which spells its name.
///
/// Every unit that is kept here is booked in `batches` as well, in the same transaction: the counts there and the
/// states here cannot part.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    batches: Item<AccountId, { key(b"BATC") }>,
    units: Map<UnitId, UnitRecord, { key(b"UNIT") }>,
    alarms: Map<UnitId, Alarm, { key(b"ALAR") }>,
    dismissed: Map<SiteId, Timestamp, { key(b"DISM") }>,
}

impl Data {
    /// An empty register of the units of `batches`, in the deployment of `access`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.batches.set(&batches);
        data
    }

    /// The contract that knows the batches. `None` where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> Option<AccountId> {
        self.batches.get()
    }

    /// What is known of a unit that is not free on a shelf.
    #[must_use]
    // One copy of it.
    #[inline(never)]
    pub fn unit(&self, unit: UnitId) -> Option<UnitRecord> {
        self.units.get(unit)
    }

    /// The alarm about a serial.
    #[must_use]
    #[inline(never)]
    pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
        self.alarms.get(unit)
    }

    /// Until when a site's alarms are dismissed that it raised alone.
    #[must_use]
    pub fn alarms_dismissed_at(&self, site: SiteId) -> Option<Timestamp> {
        self.dismissed.get(site)
    }

    /// What `batches` is to book for the attempt to decommission a unit, of which this is known already: of whichever
    /// registration, except where the act destroys what is condemned.
    #[must_use]
    pub fn booking(account: AccountId, act: &Act, first: Option<&UnitRecord>) -> Booking {
        let Act { batch, site, state, at, .. } = *act;
        let is_condemned_here = first.is_some_and(|first| act.destroys_condemned(first));
        let from = if is_condemned_here { UnitPlace::Condemned } else { UnitPlace::Shelf };
        Booking {
            account,
            acts_at: Some(site),
            batch,
            site,
            at,
            which: Which::Shown(act.shown.clone()),
            moves: Vec::from([Move { from, to: UnitPlace::Left(state), quantity: 1 }]),
            only_ask_for: first.filter(|_| !is_condemned_here).map(|first| first.registration),
        }
    }

    /// Takes a unit out of the supply chain, of which this is known already, or raises the alarm where it cannot be here.
    /// `booked` is what `batches` made of the [`Self::booking`].
    pub fn decommission(
        &mut self,
        act: &Act,
        first: Option<UnitRecord>,
        (booked, whereabouts): (&Booked, &Whereabouts),
        now: Timestamp,
    ) -> Result<Decommissioning, Error> {
        let &Act { batch: id, unit, ref shown, site, state, at } = act;
        let by = booked.by;
        let Whereabouts { batch, here, positions, .. } = whereabouts;
        let first = first.filter(|first| first.registration == batch.registration);
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        // A mistake of who made the proof says nothing about the pack.
        ensure(shown.fit(batch.quantity), Error::InvalidProof)?;
        let facts = positions.first().ok_or(Error::InvalidProof)?;
        ensure(at >= batch.registered_at, Error::TimeTooOld)?;
        // The alarm comes before the state of the batch: a copy of a recalled pack is still a copy.
        let alarm = if !shown.are_of(root, batch.quantity) {
            Some((AlarmCode::SerialNotInBatch, None))
        } else if let Some(first) = first.filter(|first| !act.destroys_condemned(first)) {
            let here = first.site == site;
            match first.place {
                UnitPlace::Left(_) if here && now <= first.at.saturating_add(REVERT_WINDOW) => {
                    return Ok(Decommissioning::Already { place: first.place, at: first.at });
                }
                UnitPlace::Left(_) => Some((AlarmCode::SecondDecommission, Some(first.site))),
                // It may have gone back to its manufacturer, who destroys it: by quantity.
                UnitPlace::Condemned if here || state == UnitState::Destroyed => {
                    return Err(Error::UnitCondemned)
                }
                _ if here => return Err(Error::UnitQuarantined),
                _ => Some((AlarmCode::UnitElsewhere, Some(first.site))),
            }
        } else if let Some(around) = facts.packed {
            ensure(around.site != site, Error::UnitPacked)?;
            Some((AlarmCode::UnitElsewhere, Some(around.site)))
        } else if here.is_none_or(|places| places.present() == 0) {
            Some((AlarmCode::UnitNeverReceived, None))
        } else {
            None
        };
        if let Some((code, other)) = alarm {
            let registration = batch.registration;
            let (count, by_others, confirmed) = (1, false, false);
            let alarm = Alarm { code, site, other, at: now, count, by_others, confirmed, registration };
            return Ok(Decommissioning::Alarm(self.raise(by, (id, unit), alarm)));
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(at)?;
            ensure(!facts.recalled, Error::UnitRecalled)?;
            self.ensure_no_alarm((unit, batch.registration), at)?;
            // It may be one of those.
            ensure(here.is_none_or(|places| places.quarantined == 0), Error::UnitsQuarantined)?;
        }
        ensure(booked.done, Error::QuantityNotHeld)?;
        let position = shown.positions.first().copied().ok_or(Error::InvalidProof)?;
        let place = UnitPlace::Left(state);
        let registration = batch.registration;
        self.units.insert(unit, &UnitRecord { place, site, at, position, stop: None, registration });
        Ok(Decommissioning::Done(UnitDecommissioned { batch: id, unit, by, state, at, position }))
    }

    /// Undoes a decommissioning, which `batches` took back: for the site that did it, within [`REVERT_WINDOW`], and never
    /// where the pack was destroyed or stolen, or is recalled or expired.
    pub fn revert(
        &mut self,
        (by, now): (Actor, Timestamp),
        (id, unit): (BatchId, UnitId),
        UnitRecord { place, site, at, registration, .. }: UnitRecord,
        known: &Whereabouts,
    ) -> Result<UnitReverted, Error> {
        let Whereabouts { batch, positions, .. } = known;
        ensure(by.site == Some(site), Error::CallerNotAuthorised)?;
        self.ensure_no_alarm((unit, registration), now)?;
        let UnitPlace::Left(state) = place else { return Err(Error::UnitNotDecommissioned) };
        let is_final = matches!(state, UnitState::Destroyed | UnitState::Stolen);
        let in_time = now <= at.saturating_add(REVERT_WINDOW) && now <= batch.expires_at;
        let recalled = batch.recalled_at.is_some() || positions.iter().any(|facts| facts.recalled);
        ensure(!is_final && in_time && !recalled, Error::NotRevertible)?;
        self.units.remove(unit);
        Ok(UnitReverted { batch: id, unit, by, site, state })
    }

    /// What `batches` is to book where units are quarantined by their serials, or condemned: from the shelf, or out of a
    /// quarantine, in which some of them may be known by their serials already: of those are the records.
    pub fn booking_to_restrain(
        (account, acts_at, now): (AccountId, Option<SiteId>, Timestamp),
        named: &Named,
        records: &[UnitRecord],
        (from_quarantine, to): (bool, UnitPlace),
    ) -> Result<Booking, Error> {
        let mut by_serial: Quantity = 0;
        for record in records {
            let there = record.place == UnitPlace::QuarantineBySerial && record.site == named.site;
            ensure(there && from_quarantine && to == UnitPlace::Condemned, Error::UnitNotThere)?;
            by_serial = by_serial.saturating_add(1);
        }
        let all = Quantity::try_from(named.units.len()).unwrap_or(Quantity::MAX);
        let counted = if from_quarantine { UnitPlace::Quarantine } else { UnitPlace::Shelf };
        let mut moves = Vec::new();
        for (from, quantity) in
            [(counted, all.saturating_sub(by_serial)), (UnitPlace::QuarantineBySerial, by_serial)]
        {
            if quantity > 0 {
                moves.push(Move { from, to, quantity });
            }
        }
        Ok(booking_of(account, acts_at, named, (now, moves)))
    }

    /// Notes where units are that `batches` booked there: quarantined by their serials, or condemned.
    fn restrain(
        &mut self,
        named: &Named,
        records: &[UnitRecord],
        (booked, whereabouts): (&Booked, &Whereabouts),
        (from_quarantine, to): (bool, UnitPlace),
        now: Timestamp,
    ) -> Result<Restrained, Error> {
        let Whereabouts { batch, positions, .. } = whereabouts;
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        let Which::Shown(shown) = &named.which else { return Err(Error::InvalidProof) };
        ensure(shown.are_of(root, batch.quantity), Error::InvalidProof)?;
        if let Some(around) = positions.iter().find_map(|facts| facts.packed) {
            let here = around.site == named.site;
            return Err(if here { Error::UnitPacked } else { Error::UnitNotThere });
        }
        ensure(booked.done, Error::QuantityNotHeld)?;
        let withheld = records.iter().any(|record| record.stop.is_some());
        ensure(booked.is_regulator || !withheld, Error::CallerNotAuthorised)?;
        let stop = if booked.by.site == Some(named.site) {
            booked.stop.filter(|_| from_quarantine)
        } else {
            // Who acts for no such site is a regulator.
            booked.by.organisation.map(|by| Stop { by, at: now })
        };
        let registration = batch.registration;
        let mut units = Vec::new();
        for (unit, position) in named.units.iter().zip(&shown.positions) {
            let (place, site, position) = (to, named.site, *position);
            self.units.insert(unit, &UnitRecord { place, site, at: now, position, stop, registration });
            units.push((*unit, position));
        }
        Ok((units, stop))
    }

    /// Quarantines units by their serials.
    pub fn quarantine(
        &mut self,
        (named, records): (Named, &[UnitRecord]),
        booked: (&Booked, &Whereabouts),
        (from_quarantine, reason): (bool, QuarantineReason),
        now: Timestamp,
    ) -> Result<UnitsQuarantinedBySerial, Error> {
        let place = (from_quarantine, UnitPlace::QuarantineBySerial);
        let (units, stop) = self.restrain(&named, records, booked, place, now)?;
        let Named { batch, site, .. } = named;
        Ok(UnitsQuarantinedBySerial { batch, by: booked.0.by, site, units, stop, reason })
    }

    /// Condemns units.
    pub fn condemn(
        &mut self,
        (named, records): (Named, &[UnitRecord]),
        booked: (&Booked, &Whereabouts),
        from_quarantine: bool,
        now: Timestamp,
    ) -> Result<UnitsCondemned, Error> {
        let place = (from_quarantine, UnitPlace::Condemned);
        let (units, stop) = self.restrain(&named, records, booked, place, now)?;
        let Named { batch, site, .. } = named;
        Ok(UnitsCondemned { batch, by: booked.0.by, site, units, stop })
    }

    /// The units with these serials, which are quarantined at one site.
    pub fn quarantined(&self, batch: BatchId, serials: &[Vec<u8>]) -> Result<Named, Error> {
        ensure((1..=MAX_SERIALS).contains(&serials.len()), Error::TooManySerials)?;
        let (mut units, mut positions, mut at) = (Vec::new(), Vec::new(), None);
        for serial in serials {
            let unit = UnitId::of(batch, serial);
            let quarantined = |record: &UnitRecord| record.place == UnitPlace::QuarantineBySerial;
            let record = self.unit(unit).filter(quarantined).ok_or(Error::UnitNotThere)?;
            let elsewhere = at.is_some_and(|site| site != record.site);
            ensure(!elsewhere && !units.contains(&unit), Error::UnitNotThere)?;
            at = Some(record.site);
            units.push(unit);
            positions.push(record.position);
        }
        let site = at.ok_or(Error::TooManySerials)?;
        Ok(Named { batch, site, units, which: Which::Noted(positions) })
    }

    /// What `batches` is to book where the quarantine of units ends.
    #[must_use]
    pub fn booking_to_release(&self, account: AccountId, named: &Named, now: Timestamp) -> Booking {
        let quantity = Quantity::try_from(named.units.len()).unwrap_or(Quantity::MAX);
        let step = Move { from: UnitPlace::QuarantineBySerial, to: UnitPlace::Shelf, quantity };
        booking_of(account, None, named, (now, Vec::from([step])))
    }

    /// Ends the quarantine of units. What a regulator quarantined, only a regulator clears, and another one after some time.
    pub fn release(
        &mut self,
        named: Named,
        (booked, known): (&Booked, &Whereabouts),
        (reason, now): (ClearanceReason, Timestamp),
    ) -> Result<UnitsReleased, Error> {
        for unit in &named.units {
            let record = self.unit(*unit).ok_or(Error::UnitNotThere)?;
            ensure(record.registration == known.batch.registration, Error::UnitNotThere)?;
            ensure_yields(&record, booked, now)?;
            self.units.remove(unit);
        }
        ensure(booked.done, Error::QuantityNotHeld)?;
        let Named { batch, site, units, .. } = named;
        Ok(UnitsReleased { batch, by: booked.by, site, units, reason })
    }

    /// Notes a regulator's finding about an alarm. That there is a copy is final: the genuine pack cannot be distinguished
    /// from it any more. A record that is wrong is taken back by [`Self::correct`] besides.
    pub fn resolve_alarm(
        &mut self,
        call: &Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, Error> {
        let unit = UnitId::of(id, serial);
        let mut alarm = self.alarm(unit).ok_or(Error::UnknownAlarm)?;
        if resolution == Resolution::CounterfeitConfirmed {
            alarm.confirmed = true;
            self.alarms.insert(unit, &alarm);
        } else {
            ensure(!alarm.confirmed, Error::CounterfeitConfirmed)?;
            self.alarms.remove(unit);
        }
        Ok(AlarmResolved { batch: id, unit, by: call.actor(), resolution })
    }

    /// The record of a unit that left the supply chain.
    pub fn record_of_leaving(&self, unit: UnitId) -> Result<UnitRecord, Error> {
        let left = |record: &UnitRecord| matches!(record.place, UnitPlace::Left(_));
        self.unit(unit).filter(left).ok_or(Error::UnitNotDecommissioned)
    }

    /// The record of a unit, which can be wrong whatever it says: a site that holds other packs of the batch may have
    /// quarantined or condemned one that it never had.
    /// What another regulator quarantined or condemned stays so for some time.
    pub fn record(&self, call: &Call, unit: UnitId) -> Result<UnitRecord, Error> {
        let record = self.unit(unit).ok_or(Error::UnitNotDecommissioned)?;
        let yields = |stop: Stop| stop.yields_to(call.organisation, call.now);
        ensure(record.stop.is_none_or(yields), Error::StoppedByAnother)?;
        Ok(record)
    }

    /// Removes a wrong record, which `batches` took back.
    pub fn correct(
        &mut self,
        by: Actor,
        (batch, unit): (BatchId, UnitId),
        &UnitRecord { place, site, .. }: &UnitRecord,
    ) -> Corrected {
        self.units.remove(unit);
        match place {
            UnitPlace::Left(state) => Corrected::Reverted(UnitReverted { batch, unit, by, site, state }),
            _ => {
                let (units, reason) = (Vec::from([unit]), ClearanceReason::Mistake);
                Corrected::Released(UnitsReleased { batch, by, site, units, reason })
            }
        }
    }

    /// Dismisses all alarms that a site raised alone until now.
    pub fn dismiss_alarms(&mut self, call: Call, site: SiteId) -> Result<AlarmsDismissed, Error> {
        call.ensure_role(Role::Regulator)?;
        self.dismissed.insert(site, &call.now);
        Ok(AlarmsDismissed { by: call.actor(), site })
    }

    /// Whether an alarm counts: it is confirmed, more than one site raised it, or the alarms of the one that did are not
    /// dismissed.
    #[must_use]
    pub fn counts(&self, alarm: &Alarm) -> bool {
        let dismissed = || self.dismissed.get(alarm.site).is_some_and(|until| alarm.at <= until);
        alarm.confirmed || alarm.by_others || !dismissed()
    }

    /// Refuses a proven unit of this registration about which there was an alarm at this time.
    fn ensure_no_alarm(&self, (proven, registration): (UnitId, u32), at: Timestamp) -> Result<(), Error> {
        let speaks = |alarm: &Alarm| {
            alarm.registration == registration
                && alarm.concerns_proven()
                && (alarm.confirmed || alarm.at <= at)
                && self.counts(alarm)
        };
        ensure(!self.alarm(proven).is_some_and(|alarm| speaks(&alarm)), Error::AlarmOpen)
    }

    /// Keeps the alarm. The first one about a proven serial stays, and counts the others: it says more than one that came
    /// without a proof. One that is dismissed makes room.
    fn raise(&mut self, by: Actor, (batch, unit): (BatchId, UnitId), new: Alarm) -> AlarmRaised {
        let (code, other) = (new.code, new.other);
        let counts = |first: &Alarm| first.registration == new.registration && self.counts(first);
        let alarm = match self.alarm(unit).filter(counts) {
            None => new,
            Some(first) => {
                let count = first.count.saturating_add(1);
                let by_others = first.by_others || first.site != new.site;
                let kept = if first.concerns_proven() { first } else { new };
                Alarm { count, by_others, ..kept }
            }
        };
        self.alarms.insert(unit, &alarm);
        AlarmRaised { batch, unit, by, code, other }
    }
}

/// Refuses who may not free a unit: what a regulator quarantined or condemned, the site and the manufacturer, and for some
/// time every other regulator.
fn ensure_yields(record: &UnitRecord, booked: &Booked, now: Timestamp) -> Result<(), Error> {
    let Some(stop) = record.stop else { return Ok(()) };
    ensure(booked.is_regulator, Error::CallerNotAuthorised)?;
    ensure(stop.yields_to(booked.by.organisation, now), Error::StoppedByAnother)
}

fn booking_of(
    account: AccountId,
    acts_at: Option<SiteId>,
    named: &Named,
    (at, moves): (Timestamp, Vec<Move>),
) -> Booking {
    let &Named { batch, site, ref which, .. } = named;
    Booking { account, acts_at, batch, site, at, which: which.clone(), moves, only_ask_for: None }
}

/// The time at which something was done: now, or earlier where it was done offline.
pub fn time_of_act(done_at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Error> {
    let at = done_at.unwrap_or(now);
    ensure(at <= now, Error::TimeInFuture)?;
    ensure(now <= at.saturating_add(REVERT_WINDOW), Error::TimeTooOld)?;
    Ok(at)
}
