//! From registration to release, and the stops that a regulator sets.

use primitives::{ensure, BatchId, Call, DocumentHash, Role, RoleSet};

use super::{ensure_answers_for, ensure_not_stopped, ensure_regulator, is_manufacturer, Balance, Data};
use crate::errors::Error;
use crate::events::{
    BatchAttested, BatchBlocked, BatchRegistered, BatchRegistrationCancelled, BatchReleased, BatchUnblocked,
};
use crate::types::{Attestation, AttestationRecord, Batch, Holding, NewBatch, Places, MAX_QUANTITY};

/// Who may attest good manufacturing practice.
const INSPECTORS: RoleSet = RoleSet::of(&[Role::Regulator, Role::Auditor]);

impl Data {
    /// Registers a batch, all of whose units are with the caller.
    pub fn register(&mut self, call: Call, new: NewBatch) -> Result<BatchRegistered, Error> {
        ensure(call.roles.contains(Role::Manufacturer), Error::CallerNotAuthorised)?;
        gs1::Gtin::new(new.gtin).map_err(|_| Error::InvalidGtin)?;
        gs1::validate_lot(&new.lot).map_err(|_| Error::InvalidLot)?;
        let date = gs1::Date::from_yymmdd(new.expiry, gs1::year_of_ms(call.now))
            .map_err(|_| Error::InvalidExpiry)?;
        let expires_at = date.end_of_day_ms();
        ensure(call.now <= expires_at, Error::BatchExpired)?;
        ensure(new.quantity > 0, Error::QuantityZero)?;
        ensure(new.quantity <= MAX_QUANTITY, Error::QuantityTooLarge)?;
        if let Some(units) = new.units_per_case {
            ensure(new.serial_root.is_some(), Error::SerialsNotRegistered)?;
            ensure(units > 0, Error::QuantityZero)?;
        }
        let id = BatchId::of(new.gtin, &new.lot);
        ensure(!self.batches.contains(&id), Error::BatchExists)?;

        let NewBatch { gtin, lot, quantity, serial_root, units_per_case, .. } = new;
        let expiry = date.to_yymmdd();
        let manufacturer = call.caller;
        let batch = Batch {
            gtin,
            lot: lot.clone(),
            expiry,
            expires_at,
            quantity,
            serial_root,
            units_per_case,
            manufacturer,
            registered_at: call.now,
            released_at: None,
            blocked: false,
            recalled: false,
            recalls: 0,
        };
        let places = Places { held: quantity, ..Places::default() };
        let mut state = self.state()?;
        let number = state.batches;
        // Each batch costs a storage deposit: 2^32 of them exceed every chain's supply.
        state.batches = number.saturating_add(1);
        self.state.set(&state);
        self.batch_ids.insert(number, &id);
        self.batches.insert(&id, &batch);
        self.balances.insert(&id, &Balance { places, holders: 1, number });
        self.holders.insert((&id, 0), &manufacturer);
        self.holdings.insert((&id, &manufacturer), &Holding { places, ..Holding::default() });
        Ok(BatchRegistered {
            batch: id,
            manufacturer,
            gtin,
            lot,
            expiry,
            quantity,
            serial_root,
            units_per_case,
        })
    }

    /// Takes a registration back, while all units are loose with the manufacturer and the batch is not released. A
    /// blocked one stays: to register anew must be no way around the block.
    pub fn cancel_registration(
        &mut self,
        call: Call,
        id: BatchId,
    ) -> Result<BatchRegistrationCancelled, Error> {
        let batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        let balance = self.balances.get(&id).ok_or(Error::UnknownBatch)?;
        let untouched = balance.places.held == batch.quantity && batch.released_at.is_none();
        ensure(untouched && !batch.blocked && batch.recalls == 0, Error::RegistrationFinal)?;
        self.batch_ids.remove(balance.number);
        self.batches.remove(&id);
        self.balances.remove(&id);
        self.holders.remove((&id, 0));
        self.holdings.remove((&id, &batch.manufacturer));
        for attestation in Attestation::REQUIRED {
            self.attestations.remove((&id, attestation));
        }
        Ok(BatchRegistrationCancelled { batch: id, by: call.caller })
    }

    /// Answers for one requirement of the release gate with a document.
    pub fn attest(
        &mut self,
        call: Call,
        id: BatchId,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Result<BatchAttested, Error> {
        let batch = self.known(&id)?;
        let authorised = match attestation {
            Attestation::CertificateOfAnalysis => is_manufacturer(&call, &batch),
            // Nobody inspects itself.
            Attestation::GoodManufacturingPractice => {
                call.roles.intersects(INSPECTORS) && call.caller != batch.manufacturer
            }
            Attestation::MarketAuthorisation => {
                call.roles.contains(Role::Regulator) && call.caller != batch.manufacturer
            }
        };
        ensure(authorised, Error::CallerNotAuthorised)?;
        ensure(!self.attestations.contains((&id, attestation)), Error::AlreadyAttested)?;
        let record = AttestationRecord { document, by: call.caller, at: call.now };
        self.attestations.insert((&id, attestation), &record);
        Ok(BatchAttested { batch: id, attestation, by: call.caller, document })
    }

    /// Opens the release gate.
    pub fn release(&mut self, call: Call, id: BatchId) -> Result<BatchReleased, Error> {
        let mut batch = self.known(&id)?;
        ensure(is_manufacturer(&call, &batch), Error::CallerNotAuthorised)?;
        ensure(batch.released_at.is_none(), Error::AlreadyReleased)?;
        ensure_not_stopped(&batch)?;
        let attested = |attestation: &Attestation| self.attestations.contains((&id, *attestation));
        ensure(Attestation::REQUIRED.iter().all(attested), Error::AttestationMissing)?;
        batch.released_at = Some(call.now);
        self.batches.insert(&id, &batch);
        Ok(BatchReleased { batch: id, by: call.caller })
    }

    /// Stops a batch from moving.
    pub fn block(&mut self, call: Call, id: BatchId) -> Result<BatchBlocked, Error> {
        self.set_blocked(call, id, true, Error::BatchBlocked)?;
        Ok(BatchBlocked { batch: id, by: call.caller })
    }

    /// Lets a blocked batch move again.
    pub fn unblock(&mut self, call: Call, id: BatchId) -> Result<BatchUnblocked, Error> {
        self.set_blocked(call, id, false, Error::BatchNotBlocked)?;
        Ok(BatchUnblocked { batch: id, by: call.caller })
    }

    fn set_blocked(&mut self, call: Call, id: BatchId, blocked: bool, already: Error) -> Result<(), Error> {
        let mut batch = self.known(&id)?;
        ensure_regulator(&call)?;
        ensure(batch.blocked != blocked, already)?;
        batch.blocked = blocked;
        self.batches.insert(&id, &batch);
        Ok(())
    }
}
