//! Single units of drug batches: what became of each, the alarms that copies raise, and what a scan of a pack is answered
//! with.
//!
//! The counts are in the contract `batches`, which books what this contract says in the same transaction. So no unit
//! is dispensed that its site does not have, and none twice.
//!
//! Every message that changes state first refuses with `AccessUnavailable`, `InSetUp`, `Paused` (this contract or
//! `batches`) and, where it acts for a site, `CallerNotAtSite`, in this order. Its own errors follow in the order in which
//! it names them.
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
    use kernel::{ask_to_book_unit, ask_to_take_back, ask_whereabouts, emit, this, Call, Replaceable};
    use primitives::batches::{Booking, UnitState, Whereabouts};
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
        /// verdict. Event: `UnitDecommissioned` or `AlarmRaised`. Errors, in this order: `CallerNotAuthorised`,
        /// `InvalidSerial`, `BatchesUnavailable`, `BookingRefused`, `UnknownBatch`, `SerialsNotRegistered`,
        /// `UnitPacked`, `BatchRecalled`, `BatchBlocked`, `NotReleased`, `BatchExpired`, `UnitRecalled`, `AlarmOpen`,
        /// `QuantityNotHeld`.
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
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let call = self.call(batches, Some(site))?;
            Data::ensure_may_decommission(&call, &serial, state)?;
            let (unit, shown) = (UnitId::of(batch, &serial), proof.shown(batch, &serial));
            let (done, whereabouts) = if self.data.decommissioned_unit(unit).is_some() {
                (false, whereabouts(batches, batch, Some(shown.index), Some(site))?)
            } else {
                let booking = Booking { batch, site, state, shown };
                let booked = ask_to_book_unit(batches, booking).ok_or(Error::BatchesUnavailable)??;
                (booked.done, booked.whereabouts.get().ok_or(Error::BatchesUnavailable)?)
            };
            let outcome = self.data.decommission(call, (batch, unit), &shown, state, (done, &whereabouts))?;
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
        /// Event: `UnitReverted`. Errors, in this order: `BatchesUnavailable`, `UnknownBatch`, `UnitNotDecommissioned`,
        /// `CallerNotAuthorised`, `InvalidSerial`, `AlarmOpen`, `NotRevertible`, `BookingRefused`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn revert(&mut self, site: Option<SiteId>, batch: BatchId, serial: Vec<u8>) -> Result<(), Error> {
            let batches = self.data.batches().ok_or(Error::BatchesUnavailable)?;
            let call = self.call(batches, site)?;
            let whereabouts = whereabouts(batches, batch, None, None)?;
            let event = self.data.revert(call, &serial, (batch, &whereabouts))?;
            ask_to_take_back(batches, batch, event.site, event.state).ok_or(Error::BatchesUnavailable)??;
            emit(&event);
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
            self.data.decommissioned_unit(unit)
        }

        /// The alarm about a serial.
        #[ink(message)]
        pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
            self.data.alarm(unit)
        }

        /// The contract `access`.
        #[ink(message)]
        pub fn access(&self) -> Option<primitives::AccountId> {
            self.data.member.access()
        }

        /// The contract that knows the batches.
        #[ink(message)]
        pub fn batches(&self) -> Option<primitives::AccountId> {
            self.data.batches()
        }

        /// The caller, where the state of neither register is stopped.
        fn call(&self, batches: primitives::AccountId, site: Option<SiteId>) -> Result<Call, Error> {
            Ok(self.data.member.call_while_runs(site, &[this(), batches])?)
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
