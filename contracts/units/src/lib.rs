//! Single units of drug batches: what became of each, the alarms that copies raise, and what a scan of a pack is answered
//! with.
//!
//! The counts are in the contract `batches`, which books what this contract says in the same transaction. So no unit
//! is dispensed that its site does not have, and none twice.
//!
//! Every message that changes state refuses with `AccessUnavailable`, `InSetUp`, `Paused` (this contract or, where it books,
//! `batches`) and, where it acts for a site, `CallerNotAtSite`, in this order: first, or where it says so, because
//! `batches` asks `access` for both. Its own errors come in the order in which it names them.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod verdict;

pub use data::{Data, Decommissioning, LAYOUT};

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod units {
    use ink::prelude::vec::Vec;
    use kernel::{answer, ask_to_book_unit, ask_whereabouts, caller, emit, now, Replaceable};
    use primitives::batches::{Booked, Booking, Entry, UnitState, Whereabouts};
    use primitives::units::{
        Alarm, AlarmRaised, AlarmResolved, DecommissionedUnit, Error, Resolution, Scan, UnitDecommissioned,
        UnitOutcome, UnitReverted, Verdict,
    };
    use primitives::{BatchId, CodeHash, SerialProof, SiteId, UnitId};

    use crate::{Data, Decommissioning, LAYOUT};

    kernel::events_of_contract!(UnitDecommissioned, UnitReverted, AlarmRaised, AlarmResolved);

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

        /// Hands the unit with this serial to a patient, at the site. Needs Pharmacy or Provider.
        ///
        /// A pack that cannot be here is not dispensed: the outcome is an alarm, which is kept and shows in every later
        /// verdict. Event: `UnitDecommissioned` or `AlarmRaised`. Errors, in this order: `InvalidSerial`,
        /// `BatchesUnavailable`, those of every message, `NotUnitRegister`, `CallerNotAuthorised`, `UnknownBatch`,
        /// `SerialsNotRegistered`, `InvalidProof`, `UnitPacked`, `BatchRecalled`, `BatchBlocked`, `NotReleased`,
        /// `BatchExpired`, `UnitRecalled`, `AlarmOpen`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn dispense(
            &mut self,
            site: SiteId,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
        ) -> Result<UnitOutcome, Error> {
            self.decommission(site, batch, serial, proof, UnitState::Dispensed)
        }

        /// Takes the unit with this serial out of the supply chain, at the site. Needs a role that may hold drugs, and a
        /// unit of the batch; to dispense it, Pharmacy or Provider.
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
        ) -> Result<UnitOutcome, Error> {
            gs1::validate_serial(&serial).map_err(|_| Error::InvalidSerial)?;
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let (unit, shown) = (UnitId::of(batch, &serial), proof.shown(batch, &serial));
            let first = self.data.decommissioned_unit(unit);
            let entry = if first.is_some() { Entry::Nothing(shown) } else { Entry::Decommission(shown) };
            let booking = Booking { account: caller(), acts_at: Some(site), batch, site, state, entry };
            let Booked { by, done, whereabouts } =
                ask_to_book_unit(batches, booking).ok_or(Error::BatchesUnavailable)??;
            let whereabouts = whereabouts.get().ok_or(Error::BatchesUnavailable)?;
            let booked = (first, done, &whereabouts);
            let outcome = self.data.decommission((by, site, now()), (batch, unit), &shown, state, booked)?;
            Ok(match outcome {
                Decommissioning::Done(event) => {
                    emit(&event);
                    UnitOutcome::Done
                }
                Decommissioning::Alarm(event) => {
                    emit(&event);
                    UnitOutcome::Alarm { code: event.code, other: event.other }
                }
            })
        }

        /// Undoes a decommissioning: at the site that did it, which is named, within ten days. A Regulator unlocks what
        /// others locked.
        ///
        /// Event: `UnitReverted`. Errors, in this order: `BatchesUnavailable`, `UnitNotDecommissioned`, those of every
        /// message, `NotUnitRegister`, `CallerNotAuthorised`, `QuantityNotHeld`, `AlarmOpen`, `NotRevertible`.
        #[ink(message)]
        pub fn revert(&mut self, site: Option<SiteId>, batch: BatchId, serial: Vec<u8>) -> Result<(), Error> {
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let unit = UnitId::of(batch, &serial);
            let known = self.data.decommissioned_unit(unit).ok_or(Error::UnitNotDecommissioned)?;
            let (account, state, entry) = (caller(), known.state, Entry::TakeBack);
            let booking = Booking { account, acts_at: site, batch, site: known.site, state, entry };
            let Booked { by, whereabouts, .. } =
                ask_to_book_unit(batches, booking).ok_or(Error::BatchesUnavailable)??;
            let record = whereabouts.get().ok_or(Error::BatchesUnavailable)?.batch;
            emit(&self.data.revert((by, now()), (batch, unit), known, &record)?);
            Ok(())
        }

        /// Notes the finding about the alarm on a serial. Needs Regulator.
        ///
        /// Event: `AlarmResolved`. Errors, in this order: `CallerNotAuthorised`, `UnknownAlarm`,
        /// `CounterfeitConfirmed`.
        #[ink(message)]
        pub fn resolve_alarm(
            &mut self,
            batch: BatchId,
            serial: Vec<u8>,
            resolution: Resolution,
        ) -> Result<(), Error> {
            let call = self.data.member.call(None)?;
            emit(&self.data.resolve_alarm(call, batch, &serial, resolution)?);
            Ok(())
        }

        /// Judges a scanned pack by the chain's time. Anybody may ask. Errors: `BatchesUnavailable`.
        #[ink(message)]
        pub fn verdict(&self, scan: Scan) -> Result<Verdict, Error> {
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let batch = BatchId::of(scan.gtin, &scan.lot);
            let position = scan.proof.as_ref().map(|proof| proof.index);
            let whereabouts = match whereabouts(batches, batch, position, scan.site) {
                Ok(known) => Some(known),
                Err(Error::UnknownBatch) => None,
                Err(error) => return Err(error),
            };
            Ok(self.data.verdict(&scan, whereabouts, self.env().block_timestamp()))
        }

        /// What became of a unit that was decommissioned.
        #[ink(message)]
        pub fn decommissioned_unit(&self, unit: UnitId) -> Option<DecommissionedUnit> {
            answer(self.data.decommissioned_unit(unit))
        }

        /// The alarm about a serial.
        #[ink(message)]
        pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
            answer(self.data.alarm(unit))
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
    }

    /// What `batches` knows of a unit.
    fn whereabouts(
        batches: primitives::AccountId,
        batch: BatchId,
        position: Option<u32>,
        site: Option<SiteId>,
    ) -> Result<Whereabouts, Error> {
        let known = ask_whereabouts(batches, batch, position, site).ok_or(Error::BatchesUnavailable)?;
        known.ok_or(Error::UnknownBatch)?.get().ok_or(Error::BatchesUnavailable)
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
