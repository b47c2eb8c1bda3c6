//! The rules of `batches` and `units` natively, as they work together on chain.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use kernel::{key, Call};
use primitives::batches::{
    Arrival, Attestation, Booking, Contents, Entry, Error, Goods, Places, Purpose, RecallScope, UnitBooked,
    UnitState, UnitsShipped,
};
use primitives::units::{
    Alarm, AlarmResolved, DecommissionedUnit, Error as UnitError, Resolution, Scan, UnitReverted, Verdict,
};
use primitives::{AccountId, BatchId, Quantity, Role, RoleSet, SerialProof, Timestamp, UnitId};
use scale::{Decode, Encode, Input, Output};
use units::Decommissioning;

use crate::goods::{loose, new_batch, recall_of, serial, sscc, Serialised, DOCUMENT};
use crate::parties::{account, auditor, consignee, manufacturer, pharmacy, quality_unit, regulator, site_of};

/// An empty register of batches, with a contract of its own in the off-chain environment: storage belongs to a contract.
pub fn empty_batches() -> batches::Data {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    run_as(AccountId(primitives::blake2_256(&number.to_le_bytes())));
    batches::Data::new(account(0xAC))
}

/// The roles of the contract `units`.
pub const UNIT_REGISTER: RoleSet = RoleSet::of(&[Role::UnitRegister]);

/// What the message looks at first.
pub fn ensure_serial(serial: &[u8]) -> Result<(), UnitError> {
    gs1::validate_serial(serial).map_err(|_| UnitError::InvalidSerial)
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
        ensure_serial(serial)?;
        self.decommission_by(call, UNIT_REGISTER, (id, serial, proof), state).map(|(done, _)| done)
    }

    /// The same with a serial that is one, where the contract `units` has these roles; with what `batches` booked.
    pub fn decommission_by(
        &mut self,
        call: Call,
        through: RoleSet,
        (batch, serial, proof): (BatchId, &[u8], &SerialProof),
        state: UnitState,
    ) -> Result<(Decommissioning, Option<UnitBooked>), UnitError> {
        let (unit, shown) = (UnitId::of(batch, serial), proof.shown(batch, serial));
        let first = self.decommissioned_unit(unit);
        let entry = if first.is_some() { Entry::Nothing(shown) } else { Entry::Decommission(shown) };
        // A site is named, even by who acts for none.
        let site = call.site.unwrap_or_default();
        let booking = Booking { account: call.account, acts_at: call.site, batch, site, state, entry };
        let (booked, event) = self.batches.book_unit(call, through, booking)?;
        let known = (first, booked.done, &booked.whereabouts.get().unwrap());
        let by = (booked.by, site, call.now);
        let outcome = self.in_units(|units| units.decommission(by, (batch, unit), &shown, state, known))?;
        Ok((outcome, event))
    }

    /// Undoes a decommissioning, as the message does.
    pub fn revert(&mut self, call: Call, id: BatchId, serial: &[u8]) -> Result<UnitReverted, UnitError> {
        self.revert_by(call, UNIT_REGISTER, id, serial).map(|(event, _)| event)
    }

    /// The same, where the contract `units` has these roles; with what `batches` booked.
    pub fn revert_by(
        &mut self,
        call: Call,
        through: RoleSet,
        batch: BatchId,
        serial: &[u8],
    ) -> Result<(UnitReverted, UnitBooked), UnitError> {
        let unit = UnitId::of(batch, serial);
        let known = self.decommissioned_unit(unit).ok_or(UnitError::UnitNotDecommissioned)?;
        let (account, acts_at) = (call.account, call.site);
        let (site, state, entry) = (known.site, known.state, Entry::TakeBack);
        let booking = Booking { account, acts_at, batch, site, state, entry };
        // What `batches` books is taken back where `units` refuses.
        let booked_at = [(key(b"HOLD"), batch, site).encode(), (key(b"BALA"), batch).encode()];
        let before = booked_at.map(Raw).map(|key| (key.stored(), key));
        let (booked, event) = self.batches.book_unit(call, through, booking)?;
        let record = booked.whereabouts.get().unwrap().batch;
        let by = (booked.by, call.now);
        let reverted = self.in_units(|units| units.revert(by, (batch, unit), known, &record));
        if reverted.is_err() {
            for (value, key) in before {
                key.restore(value);
            }
        }
        Ok((reverted?, event.expect("what is taken back is booked")))
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

/// Bytes of a contract's storage, as they are.
#[derive(Clone, Debug)]
pub(crate) struct Raw(pub(crate) Vec<u8>);

impl Raw {
    /// What is stored under this key.
    pub(crate) fn stored(&self) -> Option<Raw> {
        ink::env::get_contract_storage(self).unwrap()
    }

    /// Stores under this key what was there before.
    pub(crate) fn restore(&self, value: Option<Raw>) {
        match value {
            Some(value) => drop(ink::env::set_contract_storage(self, &value)),
            None => drop(ink::env::clear_contract_storage(self)),
        }
    }
}

impl Encode for Raw {
    fn encode_to<T: Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}

impl Decode for Raw {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or(0)];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}
