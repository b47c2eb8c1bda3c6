//! From registration to release, and the stops that a regulator sets. Who may make and release what, the register of
//! products decides.

use kernel::Call;
use primitives::batches::{
    Batch, BatchBlocked, BatchRegistered, BatchRegistrationCancelled, BatchReleased, BatchUnblocked, Error,
    Holding, Places, QuarantineTarget, RecallSet, Registered, Registration, Released, Stop,
};
use primitives::{ensure, BatchId, Extensible, Role, RoleSet};

use super::{ensure_answers_for, ensure_not_stopped, is_manufacturer, Balance, Data};

/// Refuses a contract without the role of the register of products.
pub(super) fn ensure_product_register(through: RoleSet) -> Result<(), Error> {
    ensure(through.contains(Role::ProductRegister), Error::NotProductRegister)
}

impl Data {
    /// Registers a batch, all of whose units are at the caller's site. The register of products, which has the roles
    /// `through`, answers for what is registered.
    pub fn register(
        &mut self,
        call: Call,
        through: RoleSet,
        new: Registration,
    ) -> Result<(Registered, BatchRegistered), Error> {
        ensure_product_register(through)?;
        call.ensure_role(Role::Manufacturer)?;
        let (manufacturer, site, by) = (call.author()?, call.site()?, call.actor());
        let id = BatchId::of(new.gtin, &new.lot);
        ensure(!self.batches.contains(&id), Error::BatchExists)?;

        let Registration { gtin, lot, expiry, expires_at, quantity, serial_root, units_per_case, .. } = new;
        let places = Places { held: quantity, ..Places::default() };
        let mut state = self.state()?;
        let registration = state.batches;
        // Each batch costs a storage deposit: 2^32 of them exceed every chain's supply.
        state.batches = registration.saturating_add(1);
        self.state.set(&state);
        let batch = Batch {
            registration,
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
            blocked: None,
            recalled_at: None,
            recalls: 0,
            ended_recalls: RecallSet::NONE,
        };
        self.batch_ids.insert(registration, &id);
        self.save_batch(&id, &batch);
        self.balances.insert(&id, &Balance { places, sites: 1 });
        self.sites.insert((&id, 0), &site);
        self.save_holding(&id, site, &Holding { places, ..Holding::default() });
        let event = BatchRegistered {
            batch: id,
            by,
            registration,
            gtin,
            lot,
            expiry,
            quantity,
            serial_root,
            units_per_case,
        };
        Ok((Registered { by, batch: id }, event))
    }

    /// Cancels a registration before the batch is released: the manufacturer where all units are loose where they were
    /// made, a regulator whatever became of them. A blocked one stays, but for the regulator that may unblock it: to
    /// register anew must be no way around the block.
    ///
    /// Before its release a batch does not leave the site where it was made. What was packed, taken out or quarantined there
    /// has the number of the registration, and so says nothing about a later one.
    pub fn cancel_registration(
        &mut self,
        call: Call,
        id: BatchId,
    ) -> Result<BatchRegistrationCancelled, Error> {
        let batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        let untouched = self.balance(&id)?.places.held == batch.quantity;
        let cancellable = if call.roles.contains(Role::Regulator) {
            batch.blocked.is_none_or(|stop| stop.yields_to(call.organisation, call.now))
        } else {
            untouched && batch.blocked.is_none()
        };
        ensure(cancellable && batch.released_at.is_none(), Error::RegistrationFinal)?;
        self.batch_ids.remove(batch.registration);
        self.batches.remove(&id);
        self.balances.remove(&id);
        if let Some(site) = self.sites.take((&id, 0)) {
            self.holdings.remove((&id, site));
            self.last_bookings.remove((&id, site));
            self.arrivals_kept.remove((&id, site));
            self.suspicions.remove(QuarantineTarget::holding(id, site));
        }
        let Batch { registration, .. } = batch;
        Ok(BatchRegistrationCancelled { batch: id, by: call.actor(), registration })
    }

    /// Releases the batch. The register of products, which has the roles `through`, answers for its being attested.
    pub fn release(
        &mut self,
        call: Call,
        through: RoleSet,
        id: BatchId,
    ) -> Result<(Released, BatchReleased), Error> {
        ensure_product_register(through)?;
        let mut batch = self.known(&id)?;
        ensure(is_manufacturer(&call, &batch, Role::QualityUnit), Error::CallerNotAuthorised)?;
        ensure(batch.released_at.is_none(), Error::AlreadyReleased)?;
        ensure_not_stopped(&self.current(&id)?)?;
        batch.released_at = Some(call.now);
        self.save_batch(&id, &batch);
        let by = call.actor();
        Ok((Released { by, batch: Extensible::from(&batch) }, BatchReleased { batch: id, by }))
    }

    /// Stops a batch from moving.
    pub fn block(&mut self, call: Call, id: BatchId) -> Result<BatchBlocked, Error> {
        let mut batch = self.known(&id)?;
        call.ensure_role(Role::Regulator)?;
        ensure(batch.blocked.is_none(), Error::BatchBlocked)?;
        batch.blocked = Some(Stop { by: call.author()?, at: call.now });
        self.save_batch(&id, &batch);
        Ok(BatchBlocked { batch: id, by: call.actor() })
    }

    /// Lets a blocked batch move again.
    pub fn unblock(&mut self, call: Call, id: BatchId) -> Result<BatchUnblocked, Error> {
        let mut batch = self.known(&id)?;
        call.ensure_role(Role::Regulator)?;
        let stop = batch.blocked.take().ok_or(Error::BatchNotBlocked)?;
        ensure(stop.yields_to(call.organisation, call.now), Error::StoppedByAnother)?;
        self.save_batch(&id, &batch);
        Ok(BatchUnblocked { batch: id, by: call.actor() })
    }
}
