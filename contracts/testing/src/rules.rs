//! The rules of `batches` and `units` natively, as they work together on chain.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use kernel::Call;
use primitives::batches::{
    Arrival, Attestation, Booking, BookingError, Contents, Error, Goods, Places, Purpose, RecallScope,
    UnitBooked, UnitState, UnitsShipped,
};
use primitives::units::{
    Alarm, AlarmResolved, DecommissionedUnit, Error as UnitError, Resolution, Scan, UnitReverted, Verdict,
};
use primitives::{AccountId, BatchId, Quantity, SerialProof, Timestamp, UnitId};
use units::Decommissioning;

use crate::goods::{loose, new_batch, recall_of, serial, sscc, Serialised, DOCUMENT};
use crate::parties::{
    account, auditor, consignee, manufacturer, pharmacy, quality_unit, regulator, site_of, unit_register,
};

/// An empty register of batches, with a contract of its own in the off-chain environment: storage belongs to a contract.
pub fn empty_batches() -> batches::Data {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    run_as(AccountId(primitives::blake2_256(&number.to_le_bytes())));
    batches::Data::new(account(0xAC))
}

fn run_as(contract: AccountId) {
    ink::env::test::set_callee::<DefaultEnvironment>(contract.0.into());
}

/// A batch without serials, all of it with the manufacturer, before its release.
pub fn registered(data: &mut batches::Data, quantity: Quantity) -> BatchId {
    data.register(manufacturer(), new_batch(quantity)).unwrap().batch
}

pub fn attest_all(data: &mut batches::Data, id: BatchId) {
    data.attest(quality_unit(), id, Attestation::CertificateOfAnalysis, DOCUMENT).unwrap();
    data.attest(auditor(), id, Attestation::GoodManufacturingPractice, DOCUMENT).unwrap();
    data.attest(regulator(), id, Attestation::MarketAuthorisation, DOCUMENT).unwrap();
}

pub fn attest_and_release(data: &mut batches::Data, id: BatchId) {
    attest_all(data, id);
    data.release(quality_unit(), id).unwrap();
}

/// A released batch without serials, all of it with the manufacturer.
pub fn released(data: &mut batches::Data, quantity: Quantity) -> BatchId {
    let id = registered(data, quantity);
    attest_and_release(data, id);
    id
}

/// Supplies goods, without terms of delivery.
pub fn ship(data: &mut batches::Data, from: Call, goods: Goods, to: Call) -> Result<UnitsShipped, Error> {
    data.ship(from, goods, consignee(to), Purpose::Supply, None)
}

/// Returns goods to the manufacturer.
pub fn send_back(data: &mut batches::Data, from: Call, goods: Goods) -> Result<UnitsShipped, Error> {
    data.ship(from, goods, consignee(manufacturer()), Purpose::Return, None)
}

pub fn hand_over(data: &mut batches::Data, id: BatchId, from: Call, to: Call, quantity: Quantity) {
    let shipped = ship(data, from, loose(id, quantity), to).unwrap();
    data.receive(to, shipped.shipment, Arrival::Units(quantity)).unwrap();
}

pub fn hand_over_packed(data: &mut batches::Data, from: Call, to: Call, number: u64) {
    let shipped = ship(data, from, Goods::LogisticUnit(sscc(number)), to).unwrap();
    data.receive(to, shipped.shipment, Arrival::LogisticUnits(vec![sscc(number)])).unwrap();
}

/// Where the units of the caller's site are.
pub fn places(data: &batches::Data, id: BatchId, call: Call) -> Places {
    data.holding(id, site_of(call)).places
}

pub fn pack_units(data: &mut batches::Data, call: Call, batch: BatchId, quantity: Quantity, number: u64) {
    data.pack(call, sscc(number), Contents::Units { batch, quantity }).unwrap();
}

pub fn pack_case(data: &mut batches::Data, batch: BatchId, number: u32, logistic_unit: u64) {
    data.pack(manufacturer(), sscc(logistic_unit), Contents::Case { batch, number }).unwrap();
}

pub fn pack_pallet(data: &mut batches::Data, call: Call, inside: &[u64], number: u64) {
    let inside = inside.iter().copied().map(sscc).collect();
    data.pack(call, sscc(number), Contents::LogisticUnits(inside)).unwrap();
}

pub fn recall_batch(data: &mut batches::Data, id: BatchId) {
    data.recall(regulator(), id, recall_of(RecallScope::Batch)).unwrap();
}

impl Serialised {
    /// A batch in numbered cases of four units, all of it with the manufacturer, before its release.
    pub fn registered(data: &mut batches::Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::of(lot, quantity);
        let new = batch.new_batch(lot, Some(4));
        assert_eq!(data.register(manufacturer(), new).unwrap().batch, batch.id);
        batch
    }

    /// The same after its release.
    pub fn released(data: &mut batches::Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::registered(data, lot, quantity);
        attest_and_release(data, batch.id);
        batch
    }

    /// The same, with all units at the pharmacy.
    pub fn at_pharmacy(data: &mut batches::Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::released(data, lot, quantity);
        hand_over(data, batch.id, manufacturer(), pharmacy(), batch.tree.quantity());
        batch
    }

    pub fn decommission(
        &self,
        registers: &mut Registers,
        call: Call,
        number: usize,
        state: UnitState,
    ) -> Result<Decommissioning, UnitError> {
        registers.decommission(call, self.id, &serial(number), &self.proof(number), state)
    }

    pub fn dispense(
        &self,
        registers: &mut Registers,
        call: Call,
        number: usize,
    ) -> Result<Decommissioning, UnitError> {
        self.decommission(registers, call, number, UnitState::Dispensed)
    }
}

pub fn sum(places: impl IntoIterator<Item = Places>) -> Places {
    places.into_iter().fold(Places::default(), |sum, places| Places {
        held: sum.held + places.held,
        packed: sum.packed + places.packed,
        in_transit: sum.in_transit + places.in_transit,
        quarantined: sum.quarantined + places.quarantined,
        quarantined_closed: sum.quarantined_closed + places.quarantined_closed,
        returned: sum.returned + places.returned,
        dispensed: sum.dispensed + places.dispensed,
        destroyed: sum.destroyed + places.destroyed,
        decommissioned: sum.decommissioned + places.decommissioned,
    })
}

/// The invariant: every unit of the batch is in exactly one place of exactly one site, and the places of all sites add up
/// to those of the batch.
#[track_caller]
pub fn ensure_mass_balance(data: &batches::Data, id: BatchId) {
    let batch = data.batch(id).unwrap();
    let balance = data.mass_balance(id).unwrap();
    assert_eq!(balance.total(), Some(batch.quantity));
    assert_eq!(balance.gone() + balance.present(), batch.quantity);
    let reached = (0..).map(|page| data.recall_reach(id, page * 3, 3)).take_while(|page| !page.is_empty());
    assert_eq!(sum(reached.flatten().map(|(_, holding)| holding.places)), balance);
    let shipments = (0..128).filter_map(|number| data.shipment(number)).filter(|record| record.batch == id);
    let (apart, free): (Vec<_>, Vec<_>) = shipments.partition(|record| record.hold.quarantined);
    assert_eq!(balance.in_transit, free.iter().map(|record| record.quantity).sum::<Quantity>());
    assert!(balance.quarantined_closed >= apart.iter().map(|record| record.quantity).sum());
}

/// The rules of both contracts, each in a storage of its own, as they work together on chain.
///
/// A refused message may have written something before: on chain all of that is taken back, here it is not.
#[derive(Debug)]
pub struct Registers {
    batches: batches::Data,
    batches_storage: AccountId,
    units: units::Data,
    units_storage: AccountId,
}

impl Default for Registers {
    /// Two empty contracts.
    fn default() -> Self {
        let batches = empty_batches();
        let batches_storage = AccountId(*ink::env::test::callee::<DefaultEnvironment>().as_ref());
        let units_storage = AccountId(primitives::blake2_256(batches_storage.as_ref()));
        run_as(units_storage);
        let units = units::Data::new(account(0xAC), account(0xBA));
        run_as(batches_storage);
        Self { batches, batches_storage, units, units_storage }
    }
}

impl Deref for Registers {
    type Target = batches::Data;

    fn deref(&self) -> &batches::Data {
        &self.batches
    }
}

impl DerefMut for Registers {
    fn deref_mut(&mut self) -> &mut batches::Data {
        &mut self.batches
    }
}

impl Registers {
    /// The contract in whose storage `batches` is.
    pub fn batches_storage(&self) -> AccountId {
        self.batches_storage
    }

    /// The contract in whose storage `units` is.
    pub fn units_storage(&self) -> AccountId {
        self.units_storage
    }

    /// What is done in another contract's storage.
    pub fn in_storage<T>(&self, contract: AccountId, act: impl FnOnce() -> T) -> T {
        run_as(contract);
        let result = act();
        run_as(self.batches_storage);
        result
    }

    /// What `units` does, in its own storage.
    fn in_units<T>(&mut self, rule: impl FnOnce(&mut units::Data) -> T) -> T {
        run_as(self.units_storage);
        let result = rule(&mut self.units);
        run_as(self.batches_storage);
        result
    }

    /// What `units` says, from its own storage.
    fn read_units<T>(&self, read: impl FnOnce(&units::Data) -> T) -> T {
        self.in_storage(self.units_storage, || read(&self.units))
    }

    /// Decommissions a unit, as the message does.
    pub fn decommission(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Result<Decommissioning, UnitError> {
        let register = unit_register();
        self.decommission_by(call, register, (id, serial, proof), state).map(|(done, _)| done)
    }

    /// The same, where the contract `units` calls `batches` as `register`; with what that booked.
    pub fn decommission_by(
        &mut self,
        call: Call,
        register: Call,
        (id, serial, proof): (BatchId, &[u8], &SerialProof),
        state: UnitState,
    ) -> Result<(Decommissioning, Option<UnitBooked>), UnitError> {
        let site = units::Data::ensure_may_decommission(&call, serial, state)?;
        let (unit, shown) = (UnitId::of(id, serial), proof.shown(id, serial));
        let (done, event, whereabouts) = if self.decommissioned_unit(unit).is_some() {
            let known = self.whereabouts(id, Some(shown.index), Some(site));
            (false, None, known.ok_or(UnitError::UnknownBatch)?)
        } else {
            let booking = Booking { batch: id, site, state, shown };
            let (booked, event) = self.batches.book_unit(register, booking).map_err(BookingError::from)?;
            (booked.done, event, booked.whereabouts.get().unwrap())
        };
        let booked = (done, &whereabouts);
        let outcome = self.in_units(|units| units.decommission(call, (id, unit), &shown, state, booked))?;
        Ok((outcome, event))
    }

    /// Undoes a decommissioning, as the message does.
    pub fn revert(&mut self, call: Call, id: BatchId, serial: &[u8]) -> Result<UnitReverted, UnitError> {
        self.revert_by(call, unit_register(), id, serial).map(|(event, _)| event)
    }

    /// The same, where the contract `units` calls `batches` as `register`; with what that booked.
    pub fn revert_by(
        &mut self,
        call: Call,
        register: Call,
        id: BatchId,
        serial: &[u8],
    ) -> Result<(UnitReverted, UnitBooked), UnitError> {
        let whereabouts = self.whereabouts(id, None, None).ok_or(UnitError::UnknownBatch)?;
        let event = self.in_units(|units| units.revert(call, serial, (id, &whereabouts)))?;
        let booked = self.batches.take_back(register, id, event.site, event.state);
        Ok((event, booked.map_err(BookingError::from)?))
    }

    pub fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, UnitError> {
        self.in_units(|units| units.resolve_alarm(call, id, serial, resolution))
    }

    pub fn verdict(&self, scan: &Scan, now: Timestamp) -> Verdict {
        let position = scan.proof.as_ref().map(|proof| proof.index);
        let whereabouts = self.whereabouts(BatchId::of(scan.gtin, &scan.lot), position, scan.site);
        self.read_units(|units| units.verdict(scan, whereabouts, now))
    }

    pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
        self.read_units(|units| units.alarm(unit))
    }

    pub fn decommissioned_unit(&self, unit: UnitId) -> Option<DecommissionedUnit> {
        self.read_units(|units| units.decommissioned_unit(unit))
    }
}
