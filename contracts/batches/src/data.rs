use ink::storage::{traits::ManualKey, Mapping};
use primitives::{AccountId, BatchId, Call, DocumentHash, Quantity, Role, RoleSet, SerialProof, UnitId};

use crate::errors::Error;
use crate::events::{
    BatchAttested, BatchBlocked, BatchRecalled, BatchRegistered, BatchReleased, BatchUnblocked,
    CloneAlarmRaised, QuarantineReleased, ShipmentRejected, UnitDispensed, UnitsQuarantined, UnitsReceived,
    UnitsShipped, UnserialisedUnitsDispensed,
};
use crate::types::{
    Attestation, AttestationRecord, Batch, DispensedUnit, Holding, MassBalance, NewBatch, Place,
    QuarantineReason, Recall, RecallClass, RecallReason, RejectionReason, Shipment, MAX_QUANTITY,
};

/// Who may hold drugs, and so be consignor and consignee.
const CUSTODIANS: RoleSet =
    RoleSet::of(&[Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider]);
/// Who may hand units to patients.
const DISPENSERS: RoleSet = RoleSet::of(&[Role::Pharmacy, Role::Provider]);
/// Who may attest good manufacturing practice.
const INSPECTORS: RoleSet = RoleSet::of(&[Role::Regulator, Role::Auditor]);

/// The rules of `batches`, without the macro: who calls and when is an argument, what happened is the result.
///
/// Every unit of a batch is in exactly one place. [`MassBalance`] counts the places over all organisations,
/// [`Holding`] those of one; each message moves units between places by [`transfer`], which can neither make nor
/// lose any.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    access: AccountId,
    shipment_count: u64,
    batches: Mapping<BatchId, Batch, ManualKey<0x4241_5443>>,
    balances: Mapping<BatchId, MassBalance, ManualKey<0x4241_4C41>>,
    attestations: Mapping<(BatchId, Attestation), AttestationRecord, ManualKey<0x4154_5445>>,
    holdings: Mapping<(BatchId, AccountId), Holding, ManualKey<0x484F_4C44>>,
    shipments: Mapping<u64, Shipment, ManualKey<0x5348_4950>>,
    dispensed: Mapping<UnitId, DispensedUnit, ManualKey<0x4449_5350>>,
}

/// What came of the attempt to dispense a unit: one of two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispensing {
    /// The unit is dispensed.
    Done(UnitDispensed),
    /// It was dispensed before.
    Clone(CloneAlarmRaised),
}

impl Data {
    /// An empty register whose callers' roles are in the contract `access`.
    #[must_use]
    pub fn new(access: AccountId) -> Self {
        Self {
            access,
            shipment_count: 0,
            batches: Mapping::new(),
            balances: Mapping::new(),
            attestations: Mapping::new(),
            holdings: Mapping::new(),
            shipments: Mapping::new(),
            dispensed: Mapping::new(),
        }
    }

    /// The contract that knows the roles.
    #[must_use]
    pub fn access(&self) -> AccountId {
        self.access
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, batch: BatchId) -> Option<Batch> {
        self.batches.get(batch)
    }

    /// Where its units are.
    #[must_use]
    pub fn mass_balance(&self, batch: BatchId) -> Option<MassBalance> {
        self.balances.get(batch)
    }

    /// What `holder` has of it.
    #[must_use]
    pub fn holding(&self, batch: BatchId, holder: AccountId) -> Holding {
        self.holdings.get((batch, holder)).unwrap_or_default()
    }

    /// The shipment, while anything of it is in transit.
    #[must_use]
    pub fn shipment(&self, shipment: u64) -> Option<Shipment> {
        self.shipments.get(shipment)
    }

    /// Who attested, and with which document.
    #[must_use]
    pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Option<AttestationRecord> {
        self.attestations.get((batch, attestation))
    }

    /// Who dispensed the unit.
    #[must_use]
    pub fn dispensed_unit(&self, unit: UnitId) -> Option<DispensedUnit> {
        self.dispensed.get(unit)
    }

    /// Registers a batch, all of whose units are with the caller.
    pub fn register(&mut self, call: Call, new: NewBatch) -> Result<BatchRegistered, Error> {
        ensure(call.roles.contains(Role::Manufacturer), Error::CallerNotAuthorised)?;
        gs1::Gtin::new(new.gtin).map_err(|_| Error::InvalidGtin)?;
        gs1::validate_lot(&new.lot).map_err(|_| Error::InvalidLot)?;
        let date = gs1::Date::from_yymmdd(new.expiry, gs1::year_of_ms(call.now))
            .map_err(|_| Error::InvalidExpiry)?;
        let expires_at = date.end_of_day_ms();
        ensure(call.now <= expires_at, Error::BatchExpired)?;
        ensure_positive(new.quantity)?;
        ensure(new.quantity <= MAX_QUANTITY, Error::QuantityTooLarge)?;
        let id = BatchId::of(new.gtin, &new.lot);
        ensure(!self.batches.contains(id), Error::BatchExists)?;

        let NewBatch { gtin, lot, quantity, serial_root, .. } = new;
        let expiry = date.to_yymmdd();
        let batch = Batch {
            gtin,
            lot: lot.clone(),
            expiry,
            expires_at,
            quantity,
            serial_root,
            manufacturer: call.caller,
            registered_at: call.now,
            released_at: None,
            blocked: false,
            recall: None,
        };
        self.batches.insert(id, &batch);
        self.balances.insert(id, &MassBalance { held: quantity, ..MassBalance::default() });
        self.holdings.insert((id, call.caller), &Holding { available: quantity, quarantined: 0 });
        Ok(BatchRegistered { batch: id, manufacturer: call.caller, gtin, lot, expiry, quantity, serial_root })
    }

    /// Answers for one requirement of the release gate with a document.
    pub fn attest(
        &mut self,
        call: Call,
        id: BatchId,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Result<BatchAttested, Error> {
        let batch = self.known(id)?;
        let authorised = match attestation {
            Attestation::CertificateOfAnalysis => is_manufacturer(call, &batch),
            Attestation::GoodManufacturingPractice => call.roles.intersects(INSPECTORS),
            Attestation::MarketAuthorisation => call.roles.contains(Role::Regulator),
        };
        ensure(authorised, Error::CallerNotAuthorised)?;
        ensure(!self.attestations.contains((id, attestation)), Error::AlreadyAttested)?;
        let record = AttestationRecord { document, by: call.caller, at: call.now };
        self.attestations.insert((id, attestation), &record);
        Ok(BatchAttested { batch: id, attestation, by: call.caller, document })
    }

    /// Opens the release gate.
    pub fn release(&mut self, call: Call, id: BatchId) -> Result<BatchReleased, Error> {
        let mut batch = self.known(id)?;
        ensure(is_manufacturer(call, &batch), Error::CallerNotAuthorised)?;
        ensure(batch.released_at.is_none(), Error::AlreadyReleased)?;
        ensure_not_stopped(&batch)?;
        let attested = |attestation: &Attestation| self.attestations.contains((id, *attestation));
        ensure(Attestation::REQUIRED.iter().all(attested), Error::AttestationMissing)?;
        batch.released_at = Some(call.now);
        self.batches.insert(id, &batch);
        Ok(BatchReleased { batch: id, by: call.caller })
    }

    /// Stops a batch from moving.
    pub fn block(&mut self, call: Call, id: BatchId) -> Result<BatchBlocked, Error> {
        let mut batch = self.known(id)?;
        ensure(call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)?;
        ensure(!batch.blocked, Error::BatchBlocked)?;
        batch.blocked = true;
        self.batches.insert(id, &batch);
        Ok(BatchBlocked { batch: id, by: call.caller })
    }

    /// Lets a blocked batch move again.
    pub fn unblock(&mut self, call: Call, id: BatchId) -> Result<BatchUnblocked, Error> {
        let mut batch = self.known(id)?;
        ensure(call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)?;
        ensure(batch.blocked, Error::BatchNotBlocked)?;
        batch.blocked = false;
        self.batches.insert(id, &batch);
        Ok(BatchUnblocked { batch: id, by: call.caller })
    }

    /// Puts units of the caller in transit to `to`, whose roles are `consignee`.
    pub fn ship(
        &mut self,
        call: Call,
        id: BatchId,
        to: AccountId,
        consignee: RoleSet,
        quantity: Quantity,
    ) -> Result<UnitsShipped, Error> {
        ensure(call.roles.intersects(CUSTODIANS), Error::CallerNotAuthorised)?;
        let batch = self.known(id)?;
        ensure_marketable(call, &batch)?;
        ensure(to != call.caller, Error::ConsigneeIsConsignor)?;
        ensure(consignee.intersects(CUSTODIANS), Error::ConsigneeNotAuthorised)?;
        ensure_positive(quantity)?;

        let mut holding = self.holding(id, call.caller);
        holding.available = holding.available.checked_sub(quantity).ok_or(Error::QuantityNotHeld)?;
        self.transfer(id, Place::Held, Place::InTransit, quantity)?;
        self.set_holding(id, call.caller, holding);
        let shipment = self.shipment_count;
        self.shipment_count = shipment.checked_add(1).ok_or(Error::BalanceBroken)?;
        let record = Shipment { batch: id, from: call.caller, to, quantity, shipped_at: call.now };
        self.shipments.insert(shipment, &record);
        Ok(UnitsShipped { batch: id, from: call.caller, to, shipment, quantity })
    }

    /// Takes units of a shipment over.
    ///
    /// A recalled, blocked or expired batch is received as well: the goods are there, and must be counted where
    /// they are. They just do not move on.
    pub fn receive(&mut self, call: Call, shipment: u64, quantity: Quantity) -> Result<UnitsReceived, Error> {
        let record = self.shipment_to(call, shipment)?;
        ensure(call.roles.intersects(CUSTODIANS), Error::CallerNotAuthorised)?;
        ensure_positive(quantity)?;
        let still_in_transit = record.quantity.checked_sub(quantity).ok_or(Error::QuantityNotInShipment)?;

        let Shipment { batch, from, to, .. } = record;
        self.transfer(batch, Place::InTransit, Place::Held, quantity)?;
        self.add_available(batch, to, quantity)?;
        if still_in_transit == 0 {
            self.shipments.remove(shipment);
        } else {
            self.shipments.insert(shipment, &Shipment { quantity: still_in_transit, ..record });
        }
        Ok(UnitsReceived { batch, from, to, shipment, quantity, still_in_transit })
    }

    /// Sends what is still in transit back to the consignor. Needs no role: a consignee that lost its own must
    /// still be able to refuse goods.
    pub fn reject(
        &mut self,
        call: Call,
        shipment: u64,
        reason: RejectionReason,
    ) -> Result<ShipmentRejected, Error> {
        let Shipment { batch, from, to, quantity, .. } = self.shipment_to(call, shipment)?;
        self.transfer(batch, Place::InTransit, Place::Held, quantity)?;
        self.add_available(batch, from, quantity)?;
        self.shipments.remove(shipment);
        Ok(ShipmentRejected { batch, from, to, shipment, quantity, reason })
    }

    /// Hands a unit to a patient, or raises the alarm where its serial was dispensed before.
    pub fn dispense(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        proof: &SerialProof,
    ) -> Result<Dispensing, Error> {
        ensure(call.roles.intersects(DISPENSERS), Error::CallerNotAuthorised)?;
        let batch = self.known(id)?;
        gs1::validate_serial(serial).map_err(|_| Error::InvalidSerial)?;
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        let unit = UnitId::of(id, serial);
        ensure(proof.verifies(unit, root, batch.quantity), Error::SerialNotInBatch)?;
        // The alarm comes before the state of the batch: a copy of a recalled pack is still a copy.
        if let Some(mut first) = self.dispensed.get(unit) {
            first.clone_alarms = first.clone_alarms.saturating_add(1);
            self.dispensed.insert(unit, &first);
            return Ok(Dispensing::Clone(CloneAlarmRaised {
                batch: id,
                unit,
                second_by: call.caller,
                first_by: first.by,
                first_at: first.at,
            }));
        }
        ensure_marketable(call, &batch)?;
        self.take_dispensed(call, id, 1)?;
        self.dispensed.insert(unit, &DispensedUnit { by: call.caller, at: call.now, clone_alarms: 0 });
        Ok(Dispensing::Done(UnitDispensed { batch: id, unit, by: call.caller }))
    }

    /// Hands units of a batch without serials to patients.
    pub fn dispense_unserialised(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
    ) -> Result<UnserialisedUnitsDispensed, Error> {
        ensure(call.roles.intersects(DISPENSERS), Error::CallerNotAuthorised)?;
        let batch = self.known(id)?;
        ensure(batch.serial_root.is_none(), Error::SerialRequired)?;
        ensure_marketable(call, &batch)?;
        ensure_positive(quantity)?;
        self.take_dispensed(call, id, quantity)?;
        Ok(UnserialisedUnitsDispensed { batch: id, by: call.caller, quantity })
    }

    /// Sets units of `holder` apart.
    pub fn quarantine(
        &mut self,
        call: Call,
        id: BatchId,
        holder: AccountId,
        quantity: Quantity,
        reason: QuarantineReason,
    ) -> Result<UnitsQuarantined, Error> {
        self.known(id)?;
        let authorised = if call.caller == holder {
            call.roles.intersects(CUSTODIANS)
        } else {
            call.roles.contains(Role::Regulator)
        };
        ensure(authorised, Error::CallerNotAuthorised)?;
        ensure_positive(quantity)?;
        let mut holding = self.holding(id, holder);
        holding.available = holding.available.checked_sub(quantity).ok_or(Error::QuantityNotHeld)?;
        holding.quarantined = holding.quarantined.checked_add(quantity).ok_or(Error::BalanceBroken)?;
        self.transfer(id, Place::Held, Place::Quarantined, quantity)?;
        self.set_holding(id, holder, holding);
        Ok(UnitsQuarantined { batch: id, holder, by: call.caller, quantity, reason })
    }

    /// Lets quarantined units of `holder` move again.
    pub fn release_quarantine(
        &mut self,
        call: Call,
        id: BatchId,
        holder: AccountId,
        quantity: Quantity,
    ) -> Result<QuarantineReleased, Error> {
        let batch = self.known(id)?;
        ensure(answers_for(call, &batch), Error::CallerNotAuthorised)?;
        ensure_positive(quantity)?;
        let mut holding = self.holding(id, holder);
        holding.quarantined =
            holding.quarantined.checked_sub(quantity).ok_or(Error::QuantityNotQuarantined)?;
        holding.available = holding.available.checked_add(quantity).ok_or(Error::BalanceBroken)?;
        self.transfer(id, Place::Quarantined, Place::Held, quantity)?;
        self.set_holding(id, holder, holding);
        Ok(QuarantineReleased { batch: id, holder, by: call.caller, quantity })
    }

    /// Recalls a batch. There is no way back: a batch recalled in error is registered anew.
    pub fn recall(
        &mut self,
        call: Call,
        id: BatchId,
        class: RecallClass,
        reason: RecallReason,
    ) -> Result<BatchRecalled, Error> {
        let mut batch = self.known(id)?;
        ensure(answers_for(call, &batch), Error::CallerNotAuthorised)?;
        ensure(batch.recall.is_none(), Error::BatchRecalled)?;
        batch.recall = Some(Recall { class, reason, by: call.caller, at: call.now });
        self.batches.insert(id, &batch);
        Ok(BatchRecalled { batch: id, class, by: call.caller, reason })
    }

    fn known(&self, id: BatchId) -> Result<Batch, Error> {
        self.batches.get(id).ok_or(Error::UnknownBatch)
    }

    fn shipment_to(&self, call: Call, shipment: u64) -> Result<Shipment, Error> {
        let record = self.shipments.get(shipment).ok_or(Error::UnknownShipment)?;
        ensure(record.to == call.caller, Error::CallerNotConsignee)?;
        Ok(record)
    }

    /// Moves units of a batch from one place to another.
    ///
    /// Guarantee: the sum over all places is the same after the call as before it.
    fn transfer(&mut self, id: BatchId, from: Place, to: Place, quantity: Quantity) -> Result<(), Error> {
        let mut balance = self.balances.get(id).ok_or(Error::UnknownBatch)?;
        let source = balance.place(from);
        *source = source.checked_sub(quantity).ok_or(Error::BalanceBroken)?;
        let target = balance.place(to);
        *target = target.checked_add(quantity).ok_or(Error::BalanceBroken)?;
        self.balances.insert(id, &balance);
        Ok(())
    }

    fn take_dispensed(&mut self, call: Call, id: BatchId, quantity: Quantity) -> Result<(), Error> {
        let mut holding = self.holding(id, call.caller);
        holding.available = holding.available.checked_sub(quantity).ok_or(Error::QuantityNotHeld)?;
        self.transfer(id, Place::Held, Place::Dispensed, quantity)?;
        self.set_holding(id, call.caller, holding);
        Ok(())
    }

    fn add_available(&mut self, id: BatchId, holder: AccountId, quantity: Quantity) -> Result<(), Error> {
        let mut holding = self.holding(id, holder);
        holding.available = holding.available.checked_add(quantity).ok_or(Error::BalanceBroken)?;
        self.set_holding(id, holder, holding);
        Ok(())
    }

    /// An empty holding is removed, so that its storage deposit comes back.
    fn set_holding(&mut self, id: BatchId, holder: AccountId, holding: Holding) {
        if holding == Holding::default() {
            self.holdings.remove((id, holder));
        } else {
            self.holdings.insert((id, holder), &holding);
        }
    }
}

fn is_manufacturer(call: Call, batch: &Batch) -> bool {
    call.caller == batch.manufacturer && call.roles.contains(Role::Manufacturer)
}

/// Whether the caller may recall the batch and end a quarantine.
fn answers_for(call: Call, batch: &Batch) -> bool {
    call.roles.contains(Role::Regulator) || is_manufacturer(call, batch)
}

fn ensure_not_stopped(batch: &Batch) -> Result<(), Error> {
    ensure(batch.recall.is_none(), Error::BatchRecalled)?;
    ensure(!batch.blocked, Error::BatchBlocked)
}

/// What may be shipped and dispensed: released, and neither recalled, blocked nor expired.
fn ensure_marketable(call: Call, batch: &Batch) -> Result<(), Error> {
    ensure_not_stopped(batch)?;
    ensure(batch.released_at.is_some(), Error::NotReleased)?;
    ensure(call.now <= batch.expires_at, Error::BatchExpired)
}

fn ensure_positive(quantity: Quantity) -> Result<(), Error> {
    ensure(quantity > 0, Error::QuantityZero)
}

fn ensure(condition: bool, error: Error) -> Result<(), Error> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}
