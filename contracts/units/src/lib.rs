//! Single units of drug batches: what became of each, the alarms that copies raise, and what a scan of a pack is answered
//! with.
//!
//! The counts are in the contract `batches`, which books what this contract says in the same transaction. So no unit
//! is dispensed that its site does not have, and none twice.
//!
//! Every message that changes state refuses with `AccessUnavailable`, `InSetUp`, `Paused` (this contract or, where it books,
//! `batches`) and, where it acts for a site, `CallerNotAtSite`, in this order: first, or where it says so, because
//! `batches` asks `access` for both. Its own errors come in the order in which it names them. A pause does not stop what only
//! restrains goods: `quarantine` and `condemn`.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod verdict;

pub use data::{time_of_act, Act, Corrected, Data, Decommissioning, Named, LAYOUT};
pub use verdict::Dispensing;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod units {
    use ink::prelude::vec::Vec;
    use kernel::{
        answer, ask_registered, ask_to_book_units, ask_whereabouts, caller, emit, now, this, Replaceable,
    };
    use primitives::batches::{
        Booked, Booking, ClearanceReason, Move, QuarantineReason, UnitPlace, UnitState, Whereabouts, Which,
    };
    use primitives::units::{
        Alarm, AlarmRaised, AlarmResolved, AlarmsDismissed, Error, Resolution, Scan, UnitDecommissioned,
        UnitOutcome, UnitRecord, UnitReverted, UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased,
        Verdict,
    };
    use primitives::{
        ensure, BatchId, CodeHash, ProvenSerials, Question, Role, SerialProof, SiteId, UnitId, MAX_SERIALS,
    };

    use crate::{time_of_act, Act, Corrected, Data, Decommissioning, Dispensing, Named, LAYOUT};

    kernel::events_of_contract!(
        UnitDecommissioned,
        UnitReverted,
        UnitsQuarantinedBySerial,
        UnitsReleased,
        UnitsCondemned,
        AlarmRaised,
        AlarmResolved,
        AlarmsDismissed,
    );

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Units {
        data: Data,
    }

    impl Units {
        /// An empty register of the units of the contract `batches`, in the deployment of the contract `access`. It
        /// needs the role UnitRegister.
        #[ink(constructor)]
        pub fn new(access: primitives::AccountId, batches: primitives::AccountId) -> Self {
            Self { data: Data::new(access, batches) }
        }

        /// Hands the unit with this serial to a patient, at the site. Needs Pharmacy or Provider. `done_at` is when that
        /// was, where it was done offline and is sent later: within ten days. It is judged by that time.
        ///
        /// A pack that cannot be here is not dispensed: the outcome is an alarm, which is kept and shows in every later
        /// verdict. A site that sends the same again within ten days is answered with what it did. Event:
        /// `UnitDecommissioned` or `AlarmRaised`. Errors, in this order: `InvalidSerial`, `TimeInFuture`, `TimeTooOld`,
        /// `BatchesUnavailable`, those of every message, `NotUnitRegister`, `UnknownBatch`, `CallerNotAuthorised`,
        /// `SerialsNotRegistered`, `InvalidProof`, `TimeTooOld` (before the batch was registered), `UnitCondemned`,
        /// `UnitQuarantined`, `UnitPacked`, `BatchRecalled`, `BatchBlocked`, `NotReleased`, `BatchExpired`,
        /// `UnitRecalled`, `AlarmOpen`, `UnitsQuarantined`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn dispense(
            &mut self,
            site: SiteId,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
            done_at: Option<Timestamp>,
        ) -> Result<UnitOutcome, Error> {
            self.decommission(site, batch, serial, proof, UnitState::Dispensed, done_at)
        }

        /// Takes the unit with this serial out of the supply chain, at the site. Needs a role that may hold drugs, and a
        /// unit of the batch; to dispense it, Pharmacy or Provider; to destroy it, no role.
        ///
        /// Events and errors: those of `dispense`.
        #[ink(message)]
        pub fn decommission(
            &mut self,
            site: SiteId,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
            state: UnitState,
            done_at: Option<Timestamp>,
        ) -> Result<UnitOutcome, Error> {
            gs1::validate_serial(&serial).map_err(|_| Error::InvalidSerial)?;
            let at = time_of_act(done_at, now())?;
            let (unit, shown) = (UnitId::of(batch, &serial), proof.shown(batch, &serial));
            let act = Act { batch, unit, shown, site, state, at };
            let mut first = self.data.unit(unit);
            // `batches` must know from where it books.
            if first.as_ref().is_some_and(|first| act.destroys_condemned(first)) {
                first = self.records(batch, &[unit])?.pop();
            }
            let (booked, whereabouts) = self.book(Data::booking(caller(), &act, first.as_ref()))?;
            let outcome = self.data.decommission(&act, first, (&booked, &whereabouts), now())?;
            Ok(match outcome {
                Decommissioning::Done(event) => {
                    emit(&event);
                    UnitOutcome::Done
                }
                Decommissioning::Already { place, at } => UnitOutcome::Already { place, at },
                Decommissioning::Alarm(event) => {
                    emit(&event);
                    UnitOutcome::Alarm { code: event.code, other: event.other }
                }
            })
        }

        /// Undoes a decommissioning: at the site that did it, within ten days.
        ///
        /// Event: `UnitReverted`. Errors, in this order: `UnitNotDecommissioned`, `BatchesUnavailable`, those of every
        /// message, `NotUnitRegister`, `CallerNotAuthorised`, `QuantityNotHeld`, `AlarmOpen`, `NotRevertible`.
        #[ink(message)]
        pub fn revert(&mut self, site: SiteId, batch: BatchId, serial: Vec<u8>) -> Result<(), Error> {
            let unit = UnitId::of(batch, &serial);
            let known = self.data.record_of_leaving(unit)?;
            let (booked, whereabouts) = self.take_back(Some(site), batch, &known)?;
            emit(&self.data.revert((booked.by, now()), (batch, unit), known, &whereabouts)?);
            Ok(())
        }

        /// Quarantines units of the batch at the site `at` by their serials, in the order of their positions, at most 20:
        /// from the shelf; or, where all loose units of the batch there are quarantined and only counted, those of them that
        /// are named. Needs the site that has them, which is named as the caller's, with a role that may hold drugs; or a
        /// Regulator.
        ///
        /// Event: `UnitsQuarantinedBySerial`. Errors, in this order: `InvalidProof`, `UnitNotThere`,
        /// `BatchesUnavailable`, those of every message, `NotUnitRegister`, `UnknownBatch`, `CallerNotAuthorised`,
        /// `SerialsNotRegistered`, `InvalidProof`, `UnitPacked`, `UnitNotThere`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn quarantine(
            &mut self,
            site: Option<SiteId>,
            at: SiteId,
            batch: BatchId,
            units: ProvenSerials,
            from_quarantine: bool,
            reason: QuarantineReason,
        ) -> Result<(), Error> {
            let named = named((batch, at), &units)?;
            let place = (from_quarantine, UnitPlace::QuarantineBySerial);
            let records = self.records(batch, &named.units)?;
            let booking = Data::booking_to_restrain((caller(), site, now()), &named, &records, place)?;
            let (booked, known) = self.book(booking)?;
            let named = (named, &records[..]);
            emit(&self.data.quarantine(named, (&booked, &known), (from_quarantine, reason), now())?);
            Ok(())
        }

        /// Condemns units of the batch at the site `at` by their serials, in the order of their positions, at most 20: from
        /// the shelf, or out of a quarantine. They can only be destroyed then, or returned to the manufacturer. Needs the
        /// site that has them, which is named as the caller's, whatever its role; or a Regulator, who alone condemns what a
        /// Regulator quarantined.
        ///
        /// Event: `UnitsCondemned`. Errors: those of `quarantine`, and `CallerNotAuthorised`.
        #[ink(message)]
        pub fn condemn(
            &mut self,
            site: Option<SiteId>,
            at: SiteId,
            batch: BatchId,
            units: ProvenSerials,
            from_quarantine: bool,
        ) -> Result<(), Error> {
            let named = named((batch, at), &units)?;
            let place = (from_quarantine, UnitPlace::Condemned);
            let records = self.records(batch, &named.units)?;
            let booking = Data::booking_to_restrain((caller(), site, now()), &named, &records, place)?;
            let (booked, known) = self.book(booking)?;
            let named = (named, &records[..]);
            emit(&self.data.condemn(named, (&booked, &known), from_quarantine, now())?);
            Ok(())
        }

        /// Ends the quarantine of units that are quarantined at one site by their serials, at most 50: they are back on the
        /// shelf. Needs a Regulator, or the batch's manufacturer where no Regulator quarantined them. What another Regulator
        /// quarantined stays so for two days.
        ///
        /// Event: `UnitsReleased`. Errors, in this order: `TooManySerials`, `UnitNotThere`, `BatchesUnavailable`, those
        /// of every message, `NotUnitRegister`, `UnitNotThere`, `CallerNotAuthorised`, `StoppedByAnother`.
        #[ink(message)]
        pub fn release(
            &mut self,
            batch: BatchId,
            serials: Vec<Vec<u8>>,
            reason: ClearanceReason,
        ) -> Result<(), Error> {
            let named = self.data.quarantined(batch, &serials)?;
            let booking = self.data.booking_to_release(caller(), &named, now());
            let (booked, known) = self.book(booking)?;
            emit(&self.data.release(named, (&booked, &known), (reason, now()))?);
            Ok(())
        }

        /// Notes the finding about the alarms on serials of a batch, at most 50; where the record of a unit is wrong, one.
        /// Needs Regulator.
        ///
        /// Events: `AlarmResolved` for each; where the record is wrong, `UnitReverted` or, of a unit that was quarantined or
        /// condemned, `UnitsReleased`. Errors, in this order:
        /// `CallerNotAuthorised`, `TooManySerials`, `UnknownAlarm`, `CounterfeitConfirmed`; where the record is wrong
        /// `UnitNotDecommissioned`, `StoppedByAnother`, those of `revert`.
        #[ink(message)]
        pub fn resolve_alarms(
            &mut self,
            batch: BatchId,
            serials: Vec<Vec<u8>>,
            resolution: Resolution,
        ) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            call.ensure_role(Role::Regulator)?;
            let corrects = resolution == Resolution::RecordWrong;
            let most = if corrects { 1 } else { MAX_SERIALS };
            ensure((1..=most).contains(&serials.len()), Error::TooManySerials)?;
            for serial in &serials {
                emit(&self.data.resolve_alarm(&call, batch, serial, resolution)?);
                if corrects {
                    let unit = UnitId::of(batch, serial);
                    let record = self.data.record(&call, unit)?;
                    let (booked, _) = self.take_back(None, batch, &record)?;
                    match self.data.correct(booked.by, (batch, unit), &record) {
                        Corrected::Reverted(event) => emit(&event),
                        Corrected::Released(event) => emit(&event),
                    }
                }
            }
            Ok(())
        }

        /// Dismisses all alarms that a site raised until now, unless another one raised them, too: it is found to have raised
        /// them about packs that it never had. Needs Regulator.
        ///
        /// Event: `AlarmsDismissed`. Errors, in this order: `CallerNotAuthorised`.
        #[ink(message)]
        pub fn dismiss_alarms(&mut self, of: SiteId) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            emit(&self.data.dismiss_alarms(call, of)?);
            Ok(())
        }

        /// Judges a scanned pack by the chain's time: whether it is genuine, and, where the scan names a site, whether it may
        /// be dispensed there now. Anybody may ask. Errors: `BatchesUnavailable`.
        #[ink(message)]
        pub fn verdict(&self, scan: Scan) -> Result<Verdict, Error> {
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let batch = BatchId::of(scan.gtin, &scan.lot);
            let positions = scan.proof.iter().map(|proof| proof.index).collect();
            let known =
                ask_whereabouts(batches, batch, positions, scan.site).ok_or(Error::BatchesUnavailable)?;
            let known = match known {
                Some(known) => Some(known.get().ok_or(Error::BatchesUnavailable)?),
                None => None,
            };
            let question =
                Question { through: Some(batches), counterparty: scan.site, ..Question::about(this(), None) };
            let dispensing = Dispensing::of(self.data.member.ask(question).ok(), scan.site.is_some());
            Ok(self.data.verdict(&scan, known, dispensing, now()))
        }

        /// What is known of a unit that is not free on a shelf.
        #[ink(message)]
        pub fn unit(&self, unit: UnitId) -> Option<UnitRecord> {
            answer(self.data.unit(unit))
        }

        /// The alarm about a serial.
        #[ink(message)]
        pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
            answer(self.data.alarm(unit))
        }

        /// Until when the alarms are dismissed that the site raised alone.
        #[ink(message)]
        pub fn alarms_dismissed_at(&self, site: SiteId) -> Option<Timestamp> {
            answer(self.data.alarms_dismissed_at(site))
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            answer(self.data.member.access())
        }

        /// The contract that knows the batches.
        #[ink(message)]
        pub fn batches(&self) -> Option<primitives::AccountId> {
            answer(self.data.batches())
        }

        /// What is known of units. Where anything is, it counts for the batch's registration only.
        #[inline(never)]
        fn records(&self, batch: BatchId, units: &[UnitId]) -> Result<Vec<UnitRecord>, Error> {
            let mut records: Vec<UnitRecord> =
                units.iter().filter_map(|unit| self.data.unit(*unit)).collect();
            if !records.is_empty() {
                let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
                let batch = ask_registered(batches, batch).ok_or(Error::BatchesUnavailable)?;
                let batch = batch.and_then(|batch| batch.get());
                let registration = batch.map(|batch| batch.registration);
                records.retain(|record| Some(record.registration) == registration);
            }
            Ok(records)
        }

        /// Has `batches` book, and reads what it knows.
        #[inline(never)]
        fn book(&self, booking: Booking) -> Result<(Booked, Whereabouts), Error> {
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let booked = ask_to_book_units(batches, booking).ok_or(Error::BatchesUnavailable)??;
            let whereabouts = booked.whereabouts.get().ok_or(Error::BatchesUnavailable)?;
            Ok((booked, whereabouts))
        }

        /// Has `batches` book a unit as loose again.
        fn take_back(
            &self,
            acts_at: Option<SiteId>,
            batch: BatchId,
            known: &UnitRecord,
        ) -> Result<(Booked, Whereabouts), Error> {
            let step = Move { from: known.place, to: UnitPlace::Shelf, quantity: 1 };
            let booking = Booking {
                account: caller(),
                acts_at,
                batch,
                site: known.site,
                at: now(),
                which: Which::Noted(Vec::from([known.position])),
                moves: Vec::from([step]),
                only_ask_for: None,
            };
            let (booked, whereabouts) = self.book(booking)?;
            // What is left of a registration that was cancelled says nothing.
            let counts = whereabouts.batch.registration == known.registration;
            ensure(counts, Error::UnitNotDecommissioned)?;
            ensure(booked.done, Error::QuantityNotHeld)?;
            Ok((booked, whereabouts))
        }
    }

    fn named((batch, site): (BatchId, SiteId), proven: &ProvenSerials) -> Result<Named, Error> {
        let ProvenSerials { serials, proof } = proven;
        let shown = proof.shown(batch, serials).ok_or(Error::InvalidProof)?;
        let units = serials.iter().map(|serial| UnitId::of(batch, serial)).collect();
        Ok(Named { batch, site, units, which: Which::Shown(shown) })
    }

    impl Replaceable for Units {
        #[ink(message)]
        fn replace_code(&mut self, code: CodeHash) -> bool {
            self.data.member.replace_code(code)
        }

        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.member.has_layout(LAYOUT)
        }
    }
}
