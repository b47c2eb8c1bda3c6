//! Drug batches from manufacture to patient: what exists, who has it, and whether it may move. What becomes of single
//! units, and what a scan of a pack is to be told, is in the contract `units`.
//!
//! Invariant: after every message, the places of a batch over all its holders add up to its registered quantity. No
//! unit appears or vanishes, which is what keeps copies out of the books.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod data;
mod errors;
mod events;
mod types;

pub use data::{Data, LAYOUT};
pub use errors::Error;
pub use events::*;
pub use types::*;

#[cfg(test)]
mod tests;

#[ink::contract]
#[allow(unsafe_code)] // The macro writes it; we do not.
mod batches {
    use ink::prelude::vec::Vec;
    use primitives::{
        ask_standing, emit, replace_code, BatchId, BookingError, Call, DocumentHash, Migration, Quantity,
        QuarantineBooks, QuarantineError, Sscc, Standing, UnitBooks, Upgradable, Whereabouts,
    };

    use crate::{
        Arrival, Attestation, AttestationRecord, Batch, ClearanceReason, Contents, Data, Error, Goods,
        Holding, LogisticUnit, NewBatch, Places, Purpose, QuarantineReason, QuarantineTarget, Recall,
        RecallNotice, RejectionReason, Shipment, UnitState,
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

        /// Registers a batch: GTIN of 14 digits, lot, expiry YYMMDD, quantity, the root of the packs' serials, and the
        /// size of its numbered cases. All units are with the caller then. Needs Manufacturer.
        ///
        /// Event: `BatchRegistered`. Errors: `InvalidGtin`, `InvalidLot`, `InvalidExpiry`, `BatchExpired`,
        /// `QuantityZero`, `QuantityTooLarge`, `SerialsNotRegistered`, `BatchExists`, and those of every state change:
        /// `Paused`, `AccessUnavailable`, `CallerNotAuthorised`.
        #[ink(message)]
        pub fn register_batch(&mut self, batch: NewBatch) -> Result<BatchId, Error> {
            let call = self.call()?;
            let event = self.data.register(call, batch)?;
            let id = event.batch;
            emit(&event);
            Ok(id)
        }

        /// Takes a registration back, made in error or by a stranger to the product, and all that is stored of it. Needs
        /// the batch's manufacturer or a Regulator.
        ///
        /// Event: `BatchRegistrationCancelled`. Errors: `UnknownBatch`, `RegistrationFinal`.
        #[ink(message)]
        pub fn cancel_registration(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.cancel_registration(call, batch)?;
            emit(&event);
            Ok(())
        }

        /// Answers for one requirement of the release gate with a document's SHA-256. The certificate of analysis needs
        /// the batch's manufacturer, GMP a Regulator or Auditor, the authorisation a Regulator, neither of them the
        /// manufacturer.
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
            emit(&event);
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
            emit(&event);
            Ok(())
        }

        /// Stops a batch from moving. Needs Regulator.
        ///
        /// Event: `BatchBlocked`. Errors: `UnknownBatch`, `BatchBlocked`.
        #[ink(message)]
        pub fn block(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.block(call, batch)?;
            emit(&event);
            Ok(())
        }

        /// Lets a blocked batch move again. Needs Regulator.
        ///
        /// Event: `BatchUnblocked`. Errors: `UnknownBatch`, `BatchNotBlocked`.
        #[ink(message)]
        pub fn unblock(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.unblock(call, batch)?;
            emit(&event);
            Ok(())
        }

        /// Puts goods of the caller in transit to a consignee, and returns the shipment's number. Consignor and
        /// consignee need a role that may hold drugs: Manufacturer, Wholesaler, Logistics, Pharmacy, Provider. `terms` is
        /// the SHA-256 of the sealed terms of delivery, if there are any.
        ///
        /// Event: `UnitsShipped`. Errors: `UnknownBatch`, `BatchRecalled`, `BatchBlocked`, `NotReleased`,
        /// `BatchExpired`, `ReturnNotToManufacturer`, `ConsigneeIsConsignor`, `ConsigneeNotAuthorised`,
        /// `QuantityZero`, `QuantityNotHeld`, `UnknownLogisticUnit`, `LogisticUnitInside`, `LogisticUnitNotHeld`,
        /// `LogisticUnitInTransit`, `LogisticUnitQuarantined`, `LogisticUnitRecalled`.
        #[ink(message)]
        pub fn ship(
            &mut self,
            goods: Goods,
            to: AccountId,
            purpose: Purpose,
            terms: Option<DocumentHash>,
        ) -> Result<u64, Error> {
            let call = self.call()?;
            let consignee = self.standing(to)?.roles;
            let event = self.data.ship(call, goods, (to, consignee), purpose, terms)?;
            let shipment = event.shipment;
            emit(&event);
            Ok(shipment)
        }

        /// Takes goods of a shipment over, all or part of them: the others stay in transit. Needs the consignee, with a
        /// role that may hold drugs.
        ///
        /// Event: `UnitsReceived`. Errors: `UnknownShipment`, `CallerNotConsignee`, `NotInShipment`, `QuantityZero`,
        /// `QuantityNotInShipment`, `TooManyLogisticUnits`, `UnknownLogisticUnit`.
        #[ink(message)]
        pub fn receive(&mut self, shipment: u64, arrival: Arrival) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.receive(call, shipment, arrival)?;
            emit(&event);
            Ok(())
        }

        /// Gives what is still in transit of a shipment back to its consignor. Needs the consignee, or a Regulator.
        ///
        /// Event: `ShipmentRejected`. Errors: `UnknownShipment`, `CallerNotConsignee`.
        #[ink(message)]
        pub fn reject(&mut self, shipment: u64, reason: RejectionReason) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.reject(call, shipment, reason)?;
            emit(&event);
            Ok(())
        }

        /// Packs and closes a logistic unit with this SSCC, of one batch. Needs a role that may hold drugs; a numbered
        /// case needs the batch's manufacturer.
        ///
        /// Event: `LogisticUnitPacked`. Errors: `InvalidSscc`, `LogisticUnitExists`, `UnknownBatch`, `UnknownCase`,
        /// `CaseAlreadyPacked`, `QuantityZero`, `QuantityNotHeld`, `TooManyLogisticUnits`, `UnknownLogisticUnit`,
        /// `LogisticUnitInside`, `LogisticUnitNotHeld`, `LogisticUnitInTransit`, `LogisticUnitQuarantined`,
        /// `LogisticUnitRecalled`, `NestedTooDeep`, `MixedBatches`.
        #[ink(message)]
        pub fn pack(&mut self, logistic_unit: Sscc, contents: Contents) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.pack(call, logistic_unit, contents)?;
            emit(&event);
            Ok(())
        }

        /// Opens a logistic unit: its units are loose then, or the logistic units in it stand alone. Needs its holder.
        ///
        /// Event: `LogisticUnitUnpacked`. Errors: `UnknownLogisticUnit`, `LogisticUnitInside`, `LogisticUnitNotHeld`,
        /// `LogisticUnitInTransit`, `LogisticUnitQuarantined`, `LogisticUnitRecalled`.
        #[ink(message)]
        pub fn unpack(&mut self, logistic_unit: Sscc) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.unpack(call, logistic_unit)?;
            emit(&event);
            Ok(())
        }

        /// Takes units out of the supply chain that are not told apart: of a batch without serials; or, to be destroyed,
        /// of a batch that is recalled, or that were returned. Needs a role that may hold drugs; to dispense
        /// them, Pharmacy or Provider.
        ///
        /// Event: `UnitsDecommissioned`. Errors: `UnknownBatch`, `SerialRequired`, `BatchRecalled`, `BatchBlocked`,
        /// `NotReleased`, `BatchExpired`, `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn decommission_quantity(
            &mut self,
            batch: BatchId,
            quantity: Quantity,
            state: UnitState,
            document: Option<DocumentHash>,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.decommission_quantity(call, batch, quantity, state, document)?;
            emit(&event);
            Ok(())
        }

        /// Sets goods apart. Needs their holder (of a shipment the consignee), or a Regulator.
        ///
        /// Event: `UnitsQuarantined`. Errors: `UnknownBatch`, `UnknownShipment`, `UnknownLogisticUnit`,
        /// `LogisticUnitInside`, `LogisticUnitInTransit`, `LogisticUnitNotHeld` (returned for good), `AlreadyQuarantined`,
        /// `QuantityZero`, `QuantityNotHeld`.
        #[ink(message)]
        pub fn quarantine(
            &mut self,
            target: QuarantineTarget,
            reason: QuarantineReason,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.quarantine(call, target, reason)?;
            emit(&event);
            Ok(())
        }

        /// Sets goods free. Needs a Regulator, or the batch's manufacturer where no Regulator set them apart.
        ///
        /// Event: `QuarantineReleased`. Errors: those of `quarantine`, `NotQuarantined`, `QuantityNotQuarantined`.
        #[ink(message)]
        pub fn release_quarantine(
            &mut self,
            target: QuarantineTarget,
            reason: ClearanceReason,
        ) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.release_quarantine(call, target, reason)?;
            emit(&event);
            Ok(())
        }

        /// Recalls a batch or a part of it for good. Needs a Regulator or the batch's manufacturer.
        ///
        /// Event: `BatchRecalled`. Errors: `UnknownBatch`, `BatchRecalled`, `DeadlineInPast`, `TooManyRecalls`,
        /// `SerialsNotRegistered`, `InvalidRange`, `UnknownLogisticUnit`, `MixedBatches`, `LogisticUnitRecalled`.
        #[ink(message)]
        pub fn recall(&mut self, batch: BatchId, recall: Recall) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.recall(call, batch, recall)?;
            emit(&event);
            Ok(())
        }

        /// Says that the caller knows all recalls of the batch. Needs who has or had units of it.
        ///
        /// Event: `RecallAcknowledged`. Errors: `UnknownBatch`, `NothingToAcknowledge`.
        #[ink(message)]
        pub fn acknowledge_recall(&mut self, batch: BatchId) -> Result<(), Error> {
            let call = self.call()?;
            let event = self.data.acknowledge_recall(call, batch)?;
            emit(&event);
            Ok(())
        }

        /// The batch.
        #[ink(message)]
        pub fn batch(&self, batch: BatchId) -> Option<Batch> {
            self.data.batch(batch)
        }

        /// The batches from number `start` (from 0) in the order of their registration: at most `limit`, and never more
        /// than 50. A registration that was taken back leaves a gap.
        #[ink(message)]
        pub fn batches(&self, start: u32, limit: u32) -> Vec<BatchId> {
            self.data.list_batches(start, limit)
        }

        /// Where the batch's units are.
        #[ink(message)]
        pub fn mass_balance(&self, batch: BatchId) -> Option<Places> {
            self.data.mass_balance(batch)
        }

        /// What `holder` has or had of the batch.
        #[ink(message)]
        pub fn holding(&self, batch: BatchId, holder: AccountId) -> Holding {
            self.data.holding(batch, holder)
        }

        /// Everybody who ever had units of the batch, from number `start` (from 0): at most `limit`, and never more than 50.
        /// The sum over all pages is what was registered.
        #[ink(message)]
        pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Vec<(AccountId, Holding)> {
            self.data.recall_reach(batch, start, limit)
        }

        /// The recalls of the batch, at most 16.
        #[ink(message)]
        pub fn recalls(&self, batch: BatchId) -> Vec<RecallNotice> {
            self.data.recalls(batch)
        }

        /// The shipment, while anything of it is in transit.
        #[ink(message)]
        pub fn shipment(&self, shipment: u64) -> Option<Shipment> {
            self.data.shipment(shipment)
        }

        /// The logistic unit, while it is packed.
        #[ink(message)]
        pub fn logistic_unit(&self, logistic_unit: Sscc) -> Option<LogisticUnit> {
            self.data.logistic_unit(logistic_unit)
        }

        /// Who attested, with which document.
        #[ink(message)]
        pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Option<AttestationRecord> {
            self.data.attestation(batch, attestation)
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

    impl UnitBooks for Batches {
        #[ink(message)]
        fn whereabouts(
            &self,
            batch: BatchId,
            position: Option<u32>,
            holder: Option<AccountId>,
        ) -> Option<Whereabouts> {
            self.data.whereabouts(batch, position, holder)
        }

        #[ink(message)]
        fn book_unit(
            &mut self,
            batch: BatchId,
            holder: AccountId,
            state: UnitState,
            taken_back: bool,
        ) -> Result<(), BookingError> {
            let call = self.call()?;
            let event = self.data.book_unit(call, batch, holder, state, taken_back)?;
            emit(&event);
            Ok(())
        }
    }

    impl QuarantineBooks for Batches {
        #[ink(message)]
        fn quarantine_on_evidence(&mut self, target: QuarantineTarget) -> Result<(), QuarantineError> {
            let call = self.call()?;
            let event = self.data.quarantine_on_evidence(call, target)?;
            emit(&event);
            Ok(())
        }

        #[ink(message)]
        fn quarantine_cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp> {
            self.data.quarantine_cleared_at(target)
        }
    }

    impl Upgradable for Batches {
        #[ink(message)]
        fn replace_code(&mut self, code: [u8; 32]) -> bool {
            self.env().caller() == self.data.access() && replace_code(code)
        }
    }

    impl Migration for Batches {
        #[ink(message)]
        fn migrate(&mut self) -> bool {
            self.data.understands_layout()
        }
    }
}
