//! Drug batches from manufacture to patient: what exists, who has it, whether it may move, and what a scan of a
//! pack is to be told.
//!
//! Invariant: after every message, `held + in transit + quarantined + dispensed` of a batch is its registered
//! quantity. No unit appears or vanishes, which is what keeps copies out of the books.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod errors;
mod events;
mod types;
mod verdict;

pub use data::{Data, Dispensing};
pub use errors::Error;
pub use events::*;
pub use types::*;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod batches {
    use ink::prelude::vec::Vec;
    use primitives::{ask_standing, BatchId, Call, DocumentHash, Quantity, SerialProof, Standing, UnitId};

    use crate::{
        Attestation, AttestationRecord, Batch, CloneAlarmRaised, Data, DispenseOutcome, DispensedUnit,
        Dispensing, Error, Holding, MassBalance, NewBatch, QuarantineReason, RecallClass, RecallReason,
        RejectionReason, Scan, Shipment, Verdict,
    };

    /// The contract's storage: its rules' data, and nothing else.
    #[ink(storage)]
    pub struct Batches {
        data: Data,
    }

    impl Batches {
        /// An empty register whose callers' roles are in the contract `access`.
        #[ink(constructor)]
        pub fn new(access: AccountId) -> Self {
            Self { data: Data::new(access) }
        }

        /// Registers a batch: GTIN of 14 digits, lot, expiry YYMMDD, quantity, and the root of the packs'
        /// serials. All units are with the caller then. Needs Manufacturer.
        ///
        /// Event: `BatchRegistered`. Errors: `InvalidGtin`, `InvalidLot`, `InvalidExpiry`, `BatchExpired`,
        /// `QuantityZero`, `QuantityTooLarge`, `BatchExists`, and those of every state change: `Paused`,
        /// `AccessUnavailable`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn register_batch(&mut self, batch: NewBatch) -> Result<BatchId, Error> {
            let call = self.call()?;
            let event = self.data.register(call, batch)?;
            let id = event.batch;
            self.env().emit_event(event);
            Ok(id)
        }

        /// Answers for one requirement of the release gate with a document's SHA-256. The certificate of
        /// analysis needs the batch's manufacturer, GMP a Regulator or Auditor, the authorisation a Regulator.
        ///
        /// Event: `BatchAttested`. Errors: `UnknownBatch`, `AlreadyAttested`.
        #[ink(message)]
        pub fn attest(
            &mut self,
            batch: BatchId,
            attestation: Attestation,
            document: DocumentHash,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.attest(call, batch, attestation, document)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Releases a batch to the market, once every attestation is there. Needs the batch's manufacturer.
        ///
        /// Event: `BatchReleased`. Errors: `UnknownBatch`, `AlreadyReleased`, `BatchRecalled`, `BatchBlocked`,
        /// `AttestationMissing`.
        #[ink(message)]
        pub fn release(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.release(call, batch)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Stops a batch from moving. Needs Regulator.
        ///
        /// Event: `BatchBlocked`. Errors: `UnknownBatch`, `BatchBlocked`.
        #[ink(message)]
        pub fn block(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.block(call, batch)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Lets a blocked batch move again. Needs Regulator.
        ///
        /// Event: `BatchUnblocked`. Errors: `UnknownBatch`, `BatchNotBlocked`.
        #[ink(message)]
        pub fn unblock(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.unblock(call, batch)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Puts units of the caller in transit to a consignee, and returns the shipment's number. Consignor and
        /// consignee need a role that may hold drugs: Manufacturer, Wholesaler, Logistics, Pharmacy, Provider.
        ///
        /// Event: `UnitsShipped`. Errors: `UnknownBatch`, `BatchRecalled`, `BatchBlocked`, `NotReleased`,
        /// `BatchExpired`, `ConsigneeIsConsignor`, `ConsigneeNotAuthorised`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn ship(&mut self, batch: BatchId, to: AccountId, quantity: Quantity) -> Result<u64, Error> {
            let call = self.call()?;
            let consignee = self.standing(to)?.roles;
            let event = self.data.ship(call, batch, to, consignee, quantity)?;
            let shipment = event.shipment;
            self.env().emit_event(event);
            Ok(shipment)
        }

        /// Takes units of a shipment over, all or part of them: the others stay in transit. Needs the consignee,
        /// with a role that may hold drugs.
        ///
        /// Event: `UnitsReceived`. Errors: `UnknownShipment`, `CallerNotConsignee`, `QuantityZero`,
        /// `QuantityNotInShipment`.
        #[ink(message)]
        pub fn receive(&mut self, shipment: u64, quantity: Quantity) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.receive(call, shipment, quantity)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Sends what is still in transit of a shipment back to its consignor. Needs the consignee.
        ///
        /// Event: `ShipmentRejected`. Errors: `UnknownShipment`, `CallerNotConsignee`.
        #[ink(message)]
        pub fn reject(&mut self, shipment: u64, reason: RejectionReason) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.reject(call, shipment, reason)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Hands the unit with this serial to a patient. Needs Pharmacy or Provider.
        ///
        /// A serial that was dispensed before is not dispensed again: the outcome is an alarm, which is kept and
        /// shows in every later verdict. Event: `UnitDispensed` or `CloneAlarmRaised`. Errors: `UnknownBatch`,
        /// `InvalidSerial`, `SerialsNotRegistered`, `SerialNotInBatch`, `BatchRecalled`, `BatchBlocked`,
        /// `NotReleased`, `BatchExpired`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn dispense(
            &mut self,
            batch: BatchId,
            serial: Vec<u8>,
            proof: SerialProof,
        ) -> Result<DispenseOutcome, Error> {
            let call = self.call()?;
            Ok(match self.data.dispense(call, batch, &serial, &proof)? {
                Dispensing::Done(event) => {
                    self.env().emit_event(event);
                    DispenseOutcome::Dispensed
                }
                Dispensing::Clone(event) => {
                    let CloneAlarmRaised { first_by, first_at, .. } = event;
                    self.env().emit_event(event);
                    DispenseOutcome::CloneAlarm { first_by, first_at }
                }
            })
        }

        /// Hands units of a batch without serials to patients. Needs Pharmacy or Provider.
        ///
        /// Event: `UnserialisedUnitsDispensed`. Errors: `UnknownBatch`, `SerialRequired`, `BatchRecalled`,
        /// `BatchBlocked`, `NotReleased`, `BatchExpired`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn dispense_unserialised(&mut self, batch: BatchId, quantity: Quantity) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.dispense_unserialised(call, batch, quantity)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Sets units of `holder` apart. Needs the holder itself, or a Regulator.
        ///
        /// Event: `UnitsQuarantined`. Errors: `UnknownBatch`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn quarantine(
            &mut self,
            batch: BatchId,
            holder: AccountId,
            quantity: Quantity,
            reason: QuarantineReason,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.quarantine(call, batch, holder, quantity, reason)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Lets quarantined units of `holder` move again. Needs a Regulator or the batch's manufacturer.
        ///
        /// Event: `QuarantineReleased`. Errors: `UnknownBatch`, `QuantityZero`, `QuantityNotQuarantined`.
        #[ink(message)]
        pub fn release_quarantine(
            &mut self,
            batch: BatchId,
            holder: AccountId,
            quantity: Quantity,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.release_quarantine(call, batch, holder, quantity)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Recalls a batch for good. Needs a Regulator or the batch's manufacturer.
        ///
        /// Event: `BatchRecalled`. Errors: `UnknownBatch`, `BatchRecalled`.
        #[ink(message)]
        pub fn recall(
            &mut self,
            batch: BatchId,
            class: RecallClass,
            reason: RecallReason,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.recall(call, batch, class, reason)?;
            self.env().emit_event(event);
            Ok(())
        }

        /// Judges a scanned pack by the chain's time. Anybody may ask.
        #[ink(message)]
        pub fn verdict(&self, scan: Scan) -> Verdict {
            self.data.verdict(&scan, self.env().block_timestamp())
        }

        /// The batch.
        #[ink(message)]
        pub fn batch(&self, batch: BatchId) -> Option<Batch> {
            self.data.batch(batch)
        }

        /// Where the batch's units are.
        #[ink(message)]
        pub fn mass_balance(&self, batch: BatchId) -> Option<MassBalance> {
            self.data.mass_balance(batch)
        }

        /// What `holder` has of the batch.
        #[ink(message)]
        pub fn holding(&self, batch: BatchId, holder: AccountId) -> Holding {
            self.data.holding(batch, holder)
        }

        /// The shipment, while anything of it is in transit.
        #[ink(message)]
        pub fn shipment(&self, shipment: u64) -> Option<Shipment> {
            self.data.shipment(shipment)
        }

        /// Who attested, with which document.
        #[ink(message)]
        pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Option<AttestationRecord> {
            self.data.attestation(batch, attestation)
        }

        /// Who dispensed a unit, and how often its serial raised an alarm since.
        #[ink(message)]
        pub fn dispensed_unit(&self, unit: UnitId) -> Option<DispensedUnit> {
            self.data.dispensed_unit(unit)
        }

        /// The contract that knows the roles.
        #[ink(message)]
        pub fn access(&self) -> AccountId {
            self.data.access()
        }

        /// The caller with its roles, where state changes are not stopped.
        fn call(&self) -> Result<Call, Error> {
            let caller = self.env().caller();
            let Standing { roles, paused } = self.standing(caller)?;
            if paused {
                return Err(Error::Paused);
            }
            Ok(Call { caller, roles, now: self.env().block_timestamp() })
        }

        fn standing(&self, account: AccountId) -> Result<Standing, Error> {
            ask_standing(self.data.access(), account, self.env().account_id()).ok_or(Error::AccessUnavailable)
        }
    }
}
