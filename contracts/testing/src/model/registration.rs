use std::collections::{BTreeMap, BTreeSet};

use kernel::Call;
use primitives::batches::{
    Attestation, AttestationRecord, BatchAttested, BatchBlocked, BatchRegistered, BatchRegistrationCancelled,
    BatchReleased, BatchUnblocked, Error, NewBatch, MAX_QUANTITY,
};
use primitives::{ensure, BatchId, DocumentHash, Role};

use super::{done, Answer, BatchFacts, Model, Outcome, Pack};
use crate::backend::{Done, Event};

impl Model {
    pub(super) fn register(&mut self, call: Call, new: NewBatch) -> Outcome<Error> {
        call.ensure_role(Role::Manufacturer)?;
        let (manufacturer, site) = (call.author()?, call.site()?);
        ensure(new.gtin != 0 && gs1::Gtin::new(new.gtin).is_ok(), Error::InvalidGtin)?;
        gs1::validate_lot(&new.lot).map_err(|_| Error::InvalidLot)?;
        let date = gs1::Date::from_yymmdd(new.expiry, gs1::year_of_ms(self.now));
        let date = date.map_err(|_| Error::InvalidExpiry)?;
        ensure(self.now <= date.end_of_day_ms(), Error::BatchExpired)?;
        ensure(new.quantity > 0, Error::QuantityZero)?;
        ensure(new.quantity <= MAX_QUANTITY, Error::QuantityTooLarge)?;
        ensure(new.units_per_case.is_none() || new.serial_root.is_some(), Error::SerialsNotRegistered)?;
        ensure(new.units_per_case != Some(0), Error::QuantityZero)?;
        let id = BatchId::of(new.gtin, &new.lot);
        ensure(!self.batches.contains_key(&id), Error::BatchExists)?;

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
            gtin: new.gtin,
            lot: new.lot.clone(),
            expiry: new.expiry,
            quantity: new.quantity,
            serial_root: new.serial_root,
            units_per_case: new.units_per_case,
        };
        let facts = BatchFacts {
            manufacturer,
            expires_at: date.end_of_day_ms(),
            registered_at: self.now,
            released_at: None,
            blocked_at: None,
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

    /// A registration can be cancelled while nothing has become of the batch: all packs are loose where they were made.
    pub(super) fn cancel_registration(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        self.answers_for(&call, batch)?;
        let facts = &self.batches[&batch];
        let made_at = facts.sites[0];
        let untouched = facts.sites.len() == 1 && facts.packs.iter().all(|pack| pack.is_free_at(made_at));
        let nothing = facts.released_at.is_none() && facts.blocked_at.is_none() && facts.recalls.is_empty();
        ensure(untouched && nothing, Error::RegistrationFinal)?;
        self.batches.remove(&batch);
        self.listed.retain(|id| *id != batch);
        Ok(done(&BatchRegistrationCancelled { batch, by: call.actor() }))
    }

    pub(super) fn attest(
        &mut self,
        call: Call,
        batch: BatchId,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Outcome<Error> {
        let manufacturer = self.known(batch)?.manufacturer;
        let (own, has) = (call.is_of(manufacturer), |role| call.roles.contains(role));
        let entitled = match attestation {
            Attestation::CertificateOfAnalysis => own && has(Role::QualityUnit),
            Attestation::GoodManufacturingPractice => !own && (has(Role::Regulator) || has(Role::Auditor)),
            Attestation::MarketAuthorisation => !own && has(Role::Regulator),
        };
        ensure(entitled, Error::CallerNotAuthorised)?;
        let record = AttestationRecord { document, by: call.author()?, at: self.now };
        let facts = self.facts(batch);
        ensure(!facts.attested.contains_key(&attestation), Error::AlreadyAttested)?;
        facts.attested.insert(attestation, record);
        Ok(done(&BatchAttested { batch, by: call.actor(), attestation, document }))
    }

    pub(super) fn release(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        ensure(self.is_maker(&call, batch, Role::QualityUnit), Error::CallerNotAuthorised)?;
        let now = self.now;
        let facts = self.facts(batch);
        ensure(facts.released_at.is_none(), Error::AlreadyReleased)?;
        ensure(!facts.is_recalled(), Error::BatchRecalled)?;
        ensure(facts.blocked_at.is_none(), Error::BatchBlocked)?;
        ensure(facts.attested.len() == Attestation::REQUIRED.len(), Error::AttestationMissing)?;
        facts.released_at = Some(now);
        Ok(done(&BatchReleased { batch, by: call.actor() }))
    }

    pub(super) fn block(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        call.ensure_role(Role::Regulator)?;
        let now = self.now;
        let before = self.facts(batch).blocked_at.replace(now);
        ensure(before.is_none(), Error::BatchBlocked)?;
        Ok(done(&BatchBlocked { batch, by: call.actor() }))
    }

    pub(super) fn unblock(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        call.ensure_role(Role::Regulator)?;
        let before = self.facts(batch).blocked_at.take();
        ensure(before.is_some(), Error::BatchNotBlocked)?;
        Ok(done(&BatchUnblocked { batch, by: call.actor() }))
    }
}
