//! From registration to release, and the stops that a regulator sets.

use kernel::Call;
use primitives::batches::{
    Attestation, AttestationRecord, Batch, BatchAttested, BatchBlocked, BatchRegistered,
    BatchRegistrationCancelled, BatchReleased, BatchUnblocked, Error, Holding, NewBatch, Places,
    MAX_QUANTITY,
};
use primitives::{ensure, BatchId, DocumentHash, Role, RoleSet, Timestamp};

use super::{ensure_answers_for, ensure_not_stopped, is_manufacturer, Balance, Data};

/// Who may attest good manufacturing practice.
const INSPECTORS: RoleSet = RoleSet::of(&[Role::Regulator, Role::Auditor]);

impl Data {
    /// Registers a batch, all of whose units are at the caller's site.
    pub fn register(&mut self, call: Call, new: NewBatch) -> Result<BatchRegistered, Error> {
        call.ensure_role(Role::Manufacturer)?;
        let (manufacturer, site) = (call.author()?, call.site()?);
        // Zeros have a right check digit, and are the number of nothing.
        ensure(new.gtin > 0 && gs1::Gtin::new(new.gtin).is_ok(), Error::InvalidGtin)?;
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
            blocked_at: None,
            recalled_at: None,
            recalls: 0,
        };
        let places = Places { held: quantity, ..Places::default() };
        let mut state = self.state()?;
        let number = state.batches;
        // Each batch costs a storage deposit: 2^32 of them exceed every chain's supply.
        state.batches = number.saturating_add(1);
        self.state.set(&state);
        self.batch_ids.insert(number, &id);
        self.save_batch(&id, &batch);
        self.balances.insert(&id, &Balance { places, sites: 1, number });
        self.sites.insert((&id, 0), &site);
        self.save_holding(&id, site, &Holding { places, ..Holding::default() });
        Ok(BatchRegistered {
            batch: id,
            by: call.actor(),
            gtin,
            lot,
            expiry,
            quantity,
            serial_root,
            units_per_case,
        })
    }

    /// Cancels a registration, while all units are loose where they were made and the batch is not released. A
    /// blocked one stays: to register anew must be no way around the block.
    pub fn cancel_registration(
        &mut self,
        call: Call,
        id: BatchId,
    ) -> Result<BatchRegistrationCancelled, Error> {
        let batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        let balance = self.balance(&id)?;
        // What was on its way to a second site of the manufacturer left a holding there, which a recall must reach.
        let unmoved = balance.places.held == batch.quantity && balance.sites == 1;
        let untouched = unmoved && batch.released_at.is_none() && batch.recalls == 0;
        ensure(untouched && batch.blocked_at.is_none(), Error::RegistrationFinal)?;
        self.batch_ids.remove(balance.number);
        self.batches.remove(&id);
        self.balances.remove(&id);
        if let Some(site) = self.sites.take((&id, 0)) {
            self.holdings.remove((&id, site));
        }
        for attestation in Attestation::REQUIRED {
            self.attestations.remove((&id, attestation));
        }
        Ok(BatchRegistrationCancelled { batch: id, by: call.actor() })
    }

    /// Attests one requirement of the release gate by a document.
    pub fn attest(
        &mut self,
        call: Call,
        id: BatchId,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Result<BatchAttested, Error> {
        let batch = self.known(&id)?;
        let authorised = match attestation {
            Attestation::CertificateOfAnalysis => is_manufacturer(&call, &batch, Role::QualityUnit),
            // No organisation inspects itself.
            Attestation::GoodManufacturingPractice => {
                call.roles.intersects(INSPECTORS) && !call.is_of(batch.manufacturer)
            }
            Attestation::MarketAuthorisation => {
                call.roles.contains(Role::Regulator) && !call.is_of(batch.manufacturer)
            }
        };
        ensure(authorised, Error::CallerNotAuthorised)?;
        ensure(!self.attestations.contains((&id, attestation)), Error::AlreadyAttested)?;
        let record = AttestationRecord { document, by: call.author()?, at: call.now };
        self.attestations.insert((&id, attestation), &record);
        Ok(BatchAttested { batch: id, by: call.actor(), attestation, document })
    }

    /// Opens the release gate.
    pub fn release(&mut self, call: Call, id: BatchId) -> Result<BatchReleased, Error> {
        let mut batch = self.known(&id)?;
        ensure(is_manufacturer(&call, &batch, Role::QualityUnit), Error::CallerNotAuthorised)?;
        ensure(batch.released_at.is_none(), Error::AlreadyReleased)?;
        ensure_not_stopped(&batch)?;
        let attested = |attestation: &Attestation| self.attestations.contains((&id, *attestation));
        ensure(Attestation::REQUIRED.iter().all(attested), Error::AttestationMissing)?;
        batch.released_at = Some(call.now);
        self.save_batch(&id, &batch);
        Ok(BatchReleased { batch: id, by: call.actor() })
    }

    /// Stops a batch from moving.
    pub fn block(&mut self, call: Call, id: BatchId) -> Result<BatchBlocked, Error> {
        self.set_blocked(call, id, Some(call.now), Error::BatchBlocked)?;
        Ok(BatchBlocked { batch: id, by: call.actor() })
    }

    /// Lets a blocked batch move again.
    pub fn unblock(&mut self, call: Call, id: BatchId) -> Result<BatchUnblocked, Error> {
        self.set_blocked(call, id, None, Error::BatchNotBlocked)?;
        Ok(BatchUnblocked { batch: id, by: call.actor() })
    }

    fn set_blocked(
        &mut self,
        call: Call,
        id: BatchId,
        since: Option<Timestamp>,
        already: Error,
    ) -> Result<(), Error> {
        let mut batch = self.known(&id)?;
        call.ensure_role(Role::Regulator)?;
        ensure(batch.blocked_at.is_some() != since.is_some(), already)?;
        batch.blocked_at = since;
        self.save_batch(&id, &batch);
        Ok(())
    }
}
