//! Single units of drug batches: what became of each, the alarms that copies raise, and what a scan of a pack is to be
//! told.
//!
//! The counts are in the contract `batches`, which books what this contract says in the same transaction. So no unit
//! is dispensed that its holder does not have, and none twice.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod errors;
mod events;
mod types;
mod verdict;

pub use data::{Data, Decommissioning, LAYOUT};
pub use errors::Error;
pub use events::*;
pub use types::*;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod units {
    use ink::prelude::vec::Vec;
    use primitives::{
        ask_standing, ask_to_book_unit, ask_whereabouts, emit, replace_code, BatchId, Call, Migration,
        SerialProof, Standing, UnitId, Upgradable, Whereabouts,
    };

    use crate::{
        Alarm, Data, DecommissionedUnit, Decommissioning, Error, Resolution, Scan, UnitOutcome, UnitState,
        Verdict,
    };

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Units {
        data: Data,
    }

    impl Units {
        /// An empty register of the units of the contract `batches`, whose callers' roles are in the contract `access`.
        /// It needs the role UnitRegister there.
        #[ink(constructor)]
        pub fn new(access: AccountId, batches: AccountId) -> Self {
            Self { data: Data::new(access, batches) }
        }

        /// Hands the unit with this serial to a patient. Needs Pharmacy or Provider.
        ///
        /// A pack that cannot be here is not dispensed: the outcome is an alarm, which is kept and shows in every later
        /// verdict. Event: `UnitDecommissioned` or `AlarmRaised`. Errors: `UnknownBatch`, `InvalidSerial`,
        /// `SerialsNotRegistered`, `UnitPacked`, `BatchRecalled`, `UnitRecalled`, `BatchBlocked`, `NotReleased`,
        /// `BatchExpired`, `AlarmOpen`, `QuantityNotHeld`, `BookingRefused`, and those of every state change: `Paused`,
        /// `AccessUnavailable`, `BatchesUnavailable`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn dispense(
            &mut self,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
        ) -> Result<UnitOutcome, Error> {
            self.decommission(batch, serial, proof, UnitState::Dispensed)
        }

        /// Takes the unit with this serial out of the supply chain. Needs a role that may hold drugs, and a unit of the
        /// batch; to dispense it, Pharmacy or Provider.
        ///
        /// Events and errors: those of `dispense`.
        #[ink(message)]
        pub fn decommission(
            &mut self,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
            state: UnitState,
        ) -> Result<UnitOutcome, Error> {
            let call = self.call()?;
            let whereabouts = self.whereabouts(batch, Some(proof.index), Some(call.caller))?;
            Ok(match self.data.decommission(call, &serial, &proof, state, (batch, &whereabouts))? {
                Decommissioning::Done(event) => {
                    ask_to_book_unit(self.data.batches(), batch, event.by, state, false)
                        .ok_or(Error::BatchesUnavailable)??;
                    emit(&event);
                    UnitOutcome::Done
                }
                Decommissioning::Alarm(event) => {
                    let (code, other) = (event.code, event.other);
                    emit(&event);
                    UnitOutcome::Alarm { code, other }
                }
            })
        }

        /// Takes a decommissioning back: by who did it, within ten days. A Regulator unlocks what others locked.
        ///
        /// Event: `UnitReverted`. Errors: `UnknownBatch`, `UnitNotDecommissioned`, `AlarmOpen`, `NotRevertible`,
        /// `BookingRefused`.
        #[ink(message)]
        pub fn revert(&mut self, batch: BatchId, serial: Vec<u8>) -> Result<(), Error> {
            let call = self.call()?;
            let whereabouts = self.whereabouts(batch, None, None)?;
            let event = self.data.revert(call, &serial, (batch, &whereabouts))?;
            ask_to_book_unit(self.data.batches(), batch, event.holder, event.state, true)
                .ok_or(Error::BatchesUnavailable)??;
            emit(&event);
            Ok(())
        }

        /// Notes the finding about the alarm on a serial. Needs Regulator.
        ///
        /// Event: `AlarmResolved`. Errors: `UnknownAlarm`, `CounterfeitConfirmed`.
        #[ink(message)]
        pub fn resolve_alarm(
            &mut self,
            batch: BatchId,
            serial: Vec<u8>,
            resolution: Resolution,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.resolve_alarm(call, batch, &serial, resolution)?;
            emit(&event);
            Ok(())
        }

        /// Judges a scanned pack by the chain's time. Anybody may ask. Errors: `BatchesUnavailable`.
        #[ink(message)]
        pub fn verdict(&self, scan: Scan) -> Result<Verdict, Error> {
            let batch = BatchId::of(scan.gtin, &scan.lot);
            let position = scan.proof.as_ref().map(|proof| proof.index);
            let whereabouts = ask_whereabouts(self.data.batches(), batch, position, scan.holder)
                .ok_or(Error::BatchesUnavailable)?;
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

        /// The contract that knows the roles.
        #[ink(message)]
        pub fn access(&self) -> AccountId {
            self.data.access()
        }

        /// The contract that knows the batches.
        #[ink(message)]
        pub fn batches(&self) -> AccountId {
            self.data.batches()
        }

        /// The caller with its roles, where state changes are not stopped.
        fn call(&self) -> Result<Call, Error> {
            let (caller, this) = (self.env().caller(), self.env().account_id());
            let Standing { roles, paused } =
                ask_standing(self.data.access(), caller, this).ok_or(Error::AccessUnavailable)?;
            if paused {
                return Err(Error::Paused);
            }
            Ok(Call { caller, roles, now: self.env().block_timestamp() })
        }

        fn whereabouts(
            &self,
            batch: BatchId,
            position: Option<u32>,
            holder: Option<AccountId>,
        ) -> Result<Whereabouts, Error> {
            ask_whereabouts(self.data.batches(), batch, position, holder)
                .ok_or(Error::BatchesUnavailable)?
                .ok_or(Error::UnknownBatch)
        }
    }

    impl Upgradable for Units {
        #[ink(message)]
        fn replace_code(&mut self, code: [u8; 32]) -> bool {
            self.env().caller() == self.data.access() && replace_code(code)
        }
    }

    impl Migration for Units {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
