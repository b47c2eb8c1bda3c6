use std::collections::{BTreeMap, BTreeSet};

use kernel::Call;
use primitives::batches::{
    BatchBlocked, BatchRegistered, BatchRegistrationCancelled, BatchReleased, BatchUnblocked,
    Error as BatchError, Stop, MAX_QUANTITY,
};
use primitives::products::{Attestation, AttestationRecord, BatchAttested, Error, NewBatch, Product};
use primitives::{ensure, BatchId, DocumentHash, RegistrationHash, Role};

use super::{done, Answer, BatchFacts, Model, Outcome, Pack};
use crate::backend::{Done, Event};

/// For so long a stop stands against other authorities, in milliseconds.
pub(super) const TWO_DAYS: u64 = 2 * 86_400_000;

impl Model {
    /// What is wrong with a registration, whoever sends it.
    pub(super) fn ensure_registrable(&self, new: &NewBatch) -> Result<gs1::Date, Error> {
        ensure(new.gtin != 0 && gs1::Gtin::new(new.gtin).is_ok(), Error::InvalidGtin)?;
        gs1::validate_lot(&new.lot).map_err(|_| Error::InvalidLot)?;
        let date = gs1::Date::from_yymmdd(new.expiry, gs1::year_of_ms(self.now));
        let date = date.map_err(|_| Error::InvalidExpiry)?;
        ensure(self.now <= date.end_of_day_ms(), Error::BatchExpired)?;
        ensure(new.quantity > 0, Error::QuantityZero)?;
        ensure(new.quantity <= MAX_QUANTITY, Error::QuantityTooLarge)?;
        ensure(new.units_per_case.is_none() || new.serial_root.is_some(), Error::SerialsNotRegistered)?;
        ensure(new.units_per_case != Some(0), Error::QuantityZero)?;
        self.product_on_market(new.gtin)?;
        Ok(date)
    }

    /// Batches of a product are registered and released while its authorisation stands.
    fn product_on_market(&self, gtin: u64) -> Result<&Product, Error> {
        let product = self.product(gtin)?;
        ensure(product.withdrawn.is_none(), Error::AuthorisationWithdrawn)?;
        ensure(product.until.is_none_or(|until| self.now <= until), Error::AuthorisationLapsed)?;
        Ok(product)
    }

    pub(super) fn register(&mut self, call: Call, new: NewBatch) -> Outcome<Error> {
        let date = self.ensure_registrable(&new)?;
        ensure(self.may_keep_products(), Error::NotProductRegister)?;
        call.ensure_role(Role::Manufacturer)?;
        let (manufacturer, site) = (call.author()?, call.site()?);
        let id = BatchId::of(new.gtin, &new.lot);
        ensure(!self.batches.contains_key(&id), Error::BatchExists)?;
        let product = self.product(new.gtin)?;
        let makes = product.holder == manufacturer || product.makers.contains(&manufacturer);
        ensure(makes, Error::NotMaker)?;

        let registration = self.registered;
        self.registered += 1;
        let new = NewBatch { expiry: date.to_yymmdd(), ..new };
        let pack = Pack {
            site,
            inside: None,
            shipment: None,
            quarantined: None,
            condemned: false,
            returned: false,
            gone: None,
        };
        let event = BatchRegistered {
            batch: id,
            by: call.actor(),
            registration,
            gtin: new.gtin,
            lot: new.lot.clone(),
            expiry: new.expiry,
            quantity: new.quantity,
            serial_root: new.serial_root,
            units_per_case: new.units_per_case,
        };
        let facts = BatchFacts {
            registration,
            manufacturer,
            expires_at: date.end_of_day_ms(),
            registered_at: self.now,
            released_at: None,
            blocked: None,
            attested: BTreeMap::new(),
            recalls: Vec::new(),
            sites: vec![site],
            acknowledged: BTreeMap::new(),
            last_bookings: BTreeMap::new(),
            holds: BTreeMap::new(),
            opened_elsewhere: BTreeSet::new(),
            packs: vec![pack; usize::try_from(new.quantity).unwrap()],
            new,
        };
        self.batches.insert(id, facts);
        self.listed.push(id);
        Ok(Done { answer: Answer::Batch(id), events: vec![Event::of(&event)] })
    }

    /// A registration can be cancelled before the release: by its maker while all packs are loose where they were made, by an
    /// authority whatever became of them. All that was known of its packs is forgotten.
    pub(super) fn cancel_registration(&mut self, call: Call, batch: BatchId) -> Outcome<BatchError> {
        self.known(batch)?;
        self.answers_for(&call, batch)?;
        let facts = &self.batches[&batch];
        let made_at = facts.sites[0];
        assert!(facts.released_at.is_some() || facts.packs.iter().all(|pack| pack.site == made_at));
        let untouched = facts.packs.iter().all(|pack| pack.is_free_at(made_at));
        let may = if call.roles.contains(Role::Regulator) {
            facts.blocked.is_none_or(|stop| self.gives_way(stop, &call))
        } else {
            untouched && facts.blocked.is_none()
        };
        ensure(may && facts.released_at.is_none(), BatchError::RegistrationFinal)?;
        let registration = facts.registration;
        self.batches.remove(&batch);
        self.listed.retain(|id| *id != batch);
        self.containers.retain(|_, container| container.batch != batch);
        self.forget_evidence(batch, made_at);
        Ok(done(&BatchRegistrationCancelled { batch, by: call.actor(), registration }))
    }

    pub(super) fn attest(
        &mut self,
        call: Call,
        batch: BatchId,
        reviewed: RegistrationHash,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Outcome<Error> {
        let manufacturer = self.known(batch)?.manufacturer;
        let (own, has) = (call.is_of(manufacturer), |role| call.roles.contains(role));
        let entitled = match attestation {
            Attestation::CertificateOfAnalysis => own && has(Role::QualityUnit),
            Attestation::GoodManufacturingPractice => !own && (has(Role::Regulator) || has(Role::Auditor)),
        };
        ensure(entitled, Error::CallerNotAuthorised)?;
        ensure(self.batches[&batch].record().registration_hash() == reviewed, Error::RegistrationChanged)?;
        let registration = self.batches[&batch].registration;
        let record = AttestationRecord { document, by: call.author()?, at: self.now };
        let facts = self.facts(batch);
        ensure(!facts.attested.contains_key(&attestation), Error::AlreadyAttested)?;
        facts.attested.insert(attestation, record);
        Ok(done(&BatchAttested { batch, by: call.actor(), registration, attestation, document }))
    }

    pub(super) fn release(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        ensure(self.may_keep_products(), Error::NotProductRegister)?;
        self.known(batch)?;
        ensure(self.is_maker(&call, batch, Role::QualityUnit), Error::CallerNotAuthorised)?;
        let facts = &self.batches[&batch];
        ensure(facts.released_at.is_none(), Error::AlreadyReleased)?;
        ensure(!self.is_recalled(batch), Error::BatchRecalled)?;
        ensure(facts.blocked.is_none(), Error::BatchBlocked)?;
        ensure(facts.attested.len() == Attestation::REQUIRED.len(), Error::AttestationMissing)?;
        let product = self.product_on_market(facts.new.gtin)?;
        let makes = product.holder == facts.manufacturer || product.makers.contains(&facts.manufacturer);
        ensure(makes, Error::NotMaker)?;
        let now = self.now;
        self.facts(batch).released_at = Some(now);
        Ok(done(&BatchReleased { batch, by: call.actor() }))
    }

    pub(super) fn block(&mut self, call: Call, batch: BatchId) -> Outcome<BatchError> {
        self.known(batch)?;
        call.ensure_role(Role::Regulator)?;
        let stop = self.stop_by(&call)?;
        let before = self.facts(batch).blocked.replace(stop);
        ensure(before.is_none(), BatchError::BatchBlocked)?;
        Ok(done(&BatchBlocked { batch, by: call.actor() }))
    }

    pub(super) fn unblock(&mut self, call: Call, batch: BatchId) -> Outcome<BatchError> {
        self.known(batch)?;
        call.ensure_role(Role::Regulator)?;
        let before = self.facts(batch).blocked.take();
        let before = before.ok_or(BatchError::BatchNotBlocked)?;
        ensure(self.gives_way(before, &call), BatchError::StoppedByAnother)?;
        Ok(done(&BatchUnblocked { batch, by: call.actor() }))
    }

    /// A stop that the caller orders, an authority.
    pub(super) fn stop_by(&self, call: &Call) -> Result<Stop, BatchError> {
        Ok(Stop { by: call.author()?, at: self.now })
    }

    /// Whose stop it is ends it; another authority two days later.
    pub(super) fn gives_way(&self, stop: Stop, call: &Call) -> bool {
        call.is_of(stop.by) || self.now - stop.at >= TWO_DAYS
    }
}
