//! The rules of `products`, `batches` and `units` natively, as they work together on chain.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use kernel::{key, Call};
use primitives::batches::{
    Arrival, Booked, Booking, ClearanceReason, Contents, Error, Goods, Move, Places, Purpose,
    QuarantineReason, RecallScope, UnitPlace, UnitState, UnitsBooked, UnitsShipped, Whereabouts, Which,
};
use primitives::products::NewBatch;
use primitives::units::{
    Alarm, AlarmResolved, AlarmsDismissed, Error as UnitError, Resolution, Scan, UnitRecord, UnitReverted,
    UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased, Verdict,
};
use primitives::{
    ensure, AccountId, BatchId, MultiProof, Quantity, Role, RoleSet, SerialProof, SiteId, Timestamp, UnitId,
    MAX_SERIALS,
};
use scale::{Decode, Encode, Input, Output};
pub use units::Decommissioning;
use units::{Act, Corrected, Dispensing, Named};

use crate::goods::{loose, new_batch, recall_of, registration, serial, sscc, Serialised};
use crate::parties::{account, consignee, manufacturer, pharmacy, quality_unit, regulator, site_of};

/// An empty register of batches, with a contract of its own in the off-chain environment: storage belongs to a contract.
pub fn empty_batches() -> batches::Data {
    run_as_new();
    batches::Data::new(account(0xAC))
}

/// The same for products.
pub fn empty_products() -> products::Data {
    run_as_new();
    products::Data::new(account(0xAC), account(0xBA))
}

/// A contract runs from now on that has stored nothing yet.
fn run_as_new() {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    run_as(AccountId(primitives::blake2_256(&number.to_le_bytes())));
}

/// The roles of the contract `products`.
pub const PRODUCT_REGISTER: RoleSet = RoleSet::of(&[Role::ProductRegister]);

/// The roles of the contract `units`.
pub const UNIT_REGISTER: RoleSet = RoleSet::of(&[Role::UnitRegister]);

/// What the message looks at first.
pub fn ensure_serial(serial: &[u8]) -> Result<(), UnitError> {
    gs1::validate_serial(serial).map_err(|_| UnitError::InvalidSerial)
}

/// Whether the contract that runs stores something under this key.
pub fn is_stored(key: &impl Encode) -> bool {
    ink::env::contains_contract_storage(key).is_some()
}

fn run_as(contract: AccountId) {
    ink::env::test::set_callee::<DefaultEnvironment>(contract.0.into());
}

/// A batch without serials, all of it with the manufacturer, before its release.
pub fn registered(data: &mut batches::Data, quantity: Quantity) -> BatchId {
    register(data, manufacturer(), new_batch(quantity)).unwrap()
}

/// Registers a batch that the register of products has checked.
pub fn register(data: &mut batches::Data, call: Call, new: NewBatch) -> Result<BatchId, Error> {
    let new = registration(call.account, call.site.unwrap_or_default(), new);
    data.register(call, PRODUCT_REGISTER, new).map(|(registered, _)| registered.batch)
}

/// Releases a batch of which the register of products knows that all is attested.
pub fn release(data: &mut batches::Data, id: BatchId) {
    data.release(quality_unit(), PRODUCT_REGISTER, id).unwrap();
}

/// A released batch without serials, all of it with the manufacturer.
pub fn released(data: &mut batches::Data, quantity: Quantity) -> BatchId {
    let id = registered(data, quantity);
    release(data, id);
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
    data.pack(call, call.organisation, sscc(number), Contents::Units { batch, quantity }).unwrap();
}

pub fn pack_case(data: &mut batches::Data, batch: BatchId, number: u32, logistic_unit: u64) {
    let call = manufacturer();
    data.pack(call, call.organisation, sscc(logistic_unit), Contents::Case { batch, number }).unwrap();
}

pub fn pack_pallet(data: &mut batches::Data, call: Call, inside: &[u64], number: u64) {
    let inside = inside.iter().copied().map(sscc).collect();
    data.pack(call, call.organisation, sscc(number), Contents::LogisticUnits(inside)).unwrap();
}

pub fn recall_batch(data: &mut batches::Data, id: BatchId) {
    data.recall(regulator(), id, recall_of(RecallScope::Batch)).unwrap();
}

impl Serialised {
    /// A batch in numbered cases of four units, all of it with the manufacturer, before its release.
    pub fn registered(data: &mut batches::Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::of(lot, quantity);
        let new = batch.new_batch(lot, Some(4));
        assert_eq!(register(data, manufacturer(), new), Ok(batch.id));
        batch
    }

    /// The same after its release.
    pub fn released(data: &mut batches::Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::registered(data, lot, quantity);
        release(data, batch.id);
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

    /// These units with one proof, in its order.
    pub fn named(&self, numbers: &[usize]) -> (Vec<Vec<u8>>, MultiProof) {
        let serials: Vec<Vec<u8>> = numbers.iter().copied().map(serial).collect();
        let (order, proof) = self.tree.prove_all(&serials).unwrap();
        (order.into_iter().map(|place| serials[place].clone()).collect(), proof)
    }

    /// These units at the site, as a message names them.
    pub fn at(&self, site: SiteId, numbers: &[usize]) -> Named {
        let (serials, proof) = self.named(numbers);
        Registers::named((self.id, site), &serials, &proof).unwrap()
    }

    /// Quarantines units of the caller's shelf by their serials.
    pub fn quarantine(&self, registers: &mut Registers, call: Call, numbers: &[usize]) {
        let how = (false, QuarantineReason::Damaged);
        registers.quarantine_by(call, UNIT_REGISTER, self.at(site_of(call), numbers), how).unwrap();
    }

    /// Says by their serials which units are quarantined at the caller's site.
    pub fn name_quarantined(&self, registers: &mut Registers, call: Call, numbers: &[usize]) {
        let how = (true, QuarantineReason::Damaged);
        registers.quarantine_by(call, UNIT_REGISTER, self.at(site_of(call), numbers), how).unwrap();
    }

    /// Condemns units of the caller's shelf.
    pub fn condemn(&self, registers: &mut Registers, call: Call, numbers: &[usize]) {
        let named = self.at(site_of(call), numbers);
        registers.condemn_by(call, UNIT_REGISTER, named, false).unwrap();
    }
}

pub fn sum(places: impl IntoIterator<Item = Places>) -> Places {
    places.into_iter().fold(Places::default(), |sum, places| Places {
        held: sum.held + places.held,
        packed: sum.packed + places.packed,
        in_transit: sum.in_transit + places.in_transit,
        quarantined: sum.quarantined + places.quarantined,
        quarantined_by_serial: sum.quarantined_by_serial + places.quarantined_by_serial,
        quarantined_closed: sum.quarantined_closed + places.quarantined_closed,
        condemned: sum.condemned + places.condemned,
        condemned_closed: sum.condemned_closed + places.condemned_closed,
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

/// The rules of the three contracts, each in a storage of its own, as they work together on chain.
///
/// A refused message may have written something before: on chain all of that is taken back, here it is not.
#[derive(Debug)]
pub struct Registers {
    products: products::Data,
    products_storage: AccountId,
    batches: batches::Data,
    batches_storage: AccountId,
    units: units::Data,
    units_storage: AccountId,
}

impl Default for Registers {
    /// Three empty contracts.
    fn default() -> Self {
        let batches = empty_batches();
        let batches_storage = AccountId(*ink::env::test::callee::<DefaultEnvironment>().as_ref());
        let units_storage = AccountId(primitives::blake2_256(batches_storage.as_ref()));
        run_as(units_storage);
        let units = units::Data::new(account(0xAC), account(0xBA));
        let products_storage = AccountId(primitives::blake2_256(units_storage.as_ref()));
        run_as(products_storage);
        let products = products::Data::new(account(0xAC), account(0xBA));
        run_as(batches_storage);
        Self { products, products_storage, batches, batches_storage, units, units_storage }
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

    /// The contract in whose storage `products` is.
    pub fn products_storage(&self) -> AccountId {
        self.products_storage
    }

    /// What `products` does, in its own storage.
    pub fn in_products<T>(&mut self, rule: impl FnOnce(&mut products::Data) -> T) -> T {
        run_as(self.products_storage);
        let result = rule(&mut self.products);
        run_as(self.batches_storage);
        result
    }

    /// What `products` says, from its own storage.
    pub fn read_products<T>(&self, read: impl FnOnce(&products::Data) -> T) -> T {
        self.in_storage(self.products_storage, || read(&self.products))
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

    /// Has `batches` book where the contract `units` has these roles; what it says, and the events.
    fn book(
        &mut self,
        call: Call,
        through: RoleSet,
        booking: Booking,
    ) -> Result<(Booked, Whereabouts, Vec<UnitsBooked>), UnitError> {
        let (booked, events) = self.batches.book_units(call, through, booking)?;
        let whereabouts = booked.whereabouts.get().unwrap();
        Ok((booked, whereabouts, events))
    }

    /// What is done, with all that `batches` booked taken back where it is refused, as on chain.
    fn all_or_nothing<T>(
        &mut self,
        (batch, site): (BatchId, SiteId),
        act: impl FnOnce(&mut Self) -> Result<T, UnitError>,
    ) -> Result<T, UnitError> {
        let booked_at = [(key(b"HOLD"), batch, site).encode(), (key(b"BALA"), batch).encode()];
        let before = booked_at.map(Raw).map(|key| (key.stored(), key));
        let result = act(self);
        if result.is_err() {
            for (value, key) in before {
                key.restore(value);
            }
        }
        result
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
        let unit = (id, serial, proof);
        self.decommission_by(call, UNIT_REGISTER, unit, (state, None)).map(|(done, _)| done)
    }

    /// The same with a serial that is one, where the contract `units` has these roles; with what `batches` booked.
    pub fn decommission_by(
        &mut self,
        call: Call,
        through: RoleSet,
        (batch, serial, proof): (BatchId, &[u8], &SerialProof),
        (state, done_at): (UnitState, Option<Timestamp>),
    ) -> Result<(Decommissioning, Vec<UnitsBooked>), UnitError> {
        let at = units::time_of_act(done_at, call.now)?;
        let (unit, shown) = (UnitId::of(batch, serial), proof.shown(batch, serial));
        // A site is named, even by who acts for none.
        let site = call.site.unwrap_or_default();
        let act = Act { batch, unit, shown, site, state, at };
        self.all_or_nothing((batch, site), |registers| {
            let mut first = registers.unit(unit);
            if first.as_ref().is_some_and(|first| act.destroys_condemned(first)) {
                first = registers.records(batch, &[unit]).pop();
            }
            let booking = units::Data::booking(call.account, &act, first.as_ref());
            let (booked, known, events) = registers.book(call, through, booking)?;
            let outcome =
                registers.in_units(|units| units.decommission(&act, first, (&booked, &known), call.now))?;
            Ok((outcome, events))
        })
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
    ) -> Result<(UnitReverted, Vec<UnitsBooked>), UnitError> {
        let unit = UnitId::of(batch, serial);
        let known = self.read_units(|units| units.record_of_leaving(unit))?;
        self.all_or_nothing((batch, known.site), |registers| {
            let (booked, whereabouts, events) =
                registers.take_back(call, through, call.site, (batch, &known))?;
            let by = (booked.by, call.now);
            let event =
                registers.in_units(|units| units.revert(by, (batch, unit), known.clone(), &whereabouts))?;
            Ok((event, events))
        })
    }

    fn take_back(
        &mut self,
        call: Call,
        through: RoleSet,
        acts_at: Option<SiteId>,
        (batch, known): (BatchId, &UnitRecord),
    ) -> Result<(Booked, Whereabouts, Vec<UnitsBooked>), UnitError> {
        let booking = Booking {
            account: call.account,
            acts_at,
            batch,
            site: known.site,
            at: call.now,
            which: Which::Noted(vec![known.position]),
            moves: vec![Move { from: known.place, to: UnitPlace::Shelf, quantity: 1 }],
            only_ask_for: None,
        };
        let (booked, whereabouts, events) = self.book(call, through, booking)?;
        let counts = whereabouts.batch.registration == known.registration;
        ensure(counts, UnitError::UnitNotDecommissioned)?;
        ensure(booked.done, UnitError::QuantityNotHeld)?;
        Ok((booked, whereabouts, events))
    }

    /// Units that a message names by their serials.
    pub fn named(
        (batch, site): (BatchId, SiteId),
        serials: &[Vec<u8>],
        proof: &MultiProof,
    ) -> Result<Named, UnitError> {
        let shown = proof.shown(batch, serials).ok_or(UnitError::InvalidProof)?;
        let units = serials.iter().map(|serial| UnitId::of(batch, serial)).collect();
        Ok(Named { batch, site, units, which: Which::Shown(shown) })
    }

    /// What `batches` is to book where these units are restrained: refused before anybody asks who calls.
    pub fn booking_to_restrain(
        &self,
        call: Call,
        named: &Named,
        place: (bool, UnitPlace),
    ) -> Result<Booking, UnitError> {
        let by = (call.account, call.site, call.now);
        units::Data::booking_to_restrain(by, named, &self.records(named.batch, &named.units), place)
    }

    /// What is known of units. It counts for the batch's registration only.
    fn records(&self, batch: BatchId, units: &[UnitId]) -> Vec<UnitRecord> {
        let registration = self.batch(batch).map(|batch| batch.registration);
        let records = units.iter().filter_map(|unit| self.unit(*unit));
        records.filter(|record| Some(record.registration) == registration).collect()
    }

    /// Quarantines units by their serials, as the message does, where the contract `units` has these roles.
    pub fn quarantine_by(
        &mut self,
        call: Call,
        through: RoleSet,
        named: Named,
        (from_quarantine, reason): (bool, QuarantineReason),
    ) -> Result<(UnitsQuarantinedBySerial, Vec<UnitsBooked>), UnitError> {
        let place = (from_quarantine, UnitPlace::QuarantineBySerial);
        let booking = self.booking_to_restrain(call, &named, place)?;
        self.all_or_nothing((named.batch, named.site), |registers| {
            let records = registers.records(named.batch, &named.units);
            let (booked, known, events) = registers.book(call, through, booking)?;
            let how = (from_quarantine, reason);
            let event = registers
                .in_units(|units| units.quarantine((named, &records), (&booked, &known), how, call.now))?;
            Ok((event, events))
        })
    }

    /// Condemns units, as the message does, where the contract `units` has these roles.
    pub fn condemn_by(
        &mut self,
        call: Call,
        through: RoleSet,
        named: Named,
        from_quarantine: bool,
    ) -> Result<(UnitsCondemned, Vec<UnitsBooked>), UnitError> {
        let booking = self.booking_to_restrain(call, &named, (from_quarantine, UnitPlace::Condemned))?;
        self.all_or_nothing((named.batch, named.site), |registers| {
            let records = registers.records(named.batch, &named.units);
            let (booked, known, events) = registers.book(call, through, booking)?;
            let event = registers.in_units(|units| {
                units.condemn((named, &records), (&booked, &known), from_quarantine, call.now)
            })?;
            Ok((event, events))
        })
    }

    /// The units with these serials, which are quarantined at one site.
    pub fn quarantined(&self, batch: BatchId, serials: &[Vec<u8>]) -> Result<Named, UnitError> {
        self.read_units(|units| units.quarantined(batch, serials))
    }

    /// Ends the quarantine of units, as the message does, where the contract `units` has these roles.
    pub fn release_by(
        &mut self,
        call: Call,
        through: RoleSet,
        named: Named,
        reason: ClearanceReason,
    ) -> Result<(UnitsReleased, Vec<UnitsBooked>), UnitError> {
        self.all_or_nothing((named.batch, named.site), |registers| {
            let booking =
                registers.read_units(|units| units.booking_to_release(call.account, &named, call.now));
            let (booked, known, events) = registers.book(call, through, booking)?;
            let how = (reason, call.now);
            let event = registers.in_units(|units| units.release(named, (&booked, &known), how))?;
            Ok((event, events))
        })
    }

    /// Resolves alarms, as the message does, where the contract `units` has these roles. `books` is who calls as `batches`
    /// sees it.
    #[allow(clippy::type_complexity)]
    pub fn resolve_alarms_by(
        &mut self,
        call: Call,
        books: impl Fn(&Self) -> Result<(Call, RoleSet), UnitError>,
        (batch, serials): (BatchId, &[Vec<u8>]),
        resolution: Resolution,
    ) -> Result<Vec<(AlarmResolved, Option<(UnitsBooked, Corrected)>)>, UnitError> {
        call.ensure_role(Role::Regulator)?;
        let corrects = resolution == Resolution::RecordWrong;
        let most = if corrects { 1 } else { MAX_SERIALS };
        ensure((1..=most).contains(&serials.len()), UnitError::TooManySerials)?;
        let mut events = Vec::new();
        for serial in serials {
            let unit = UnitId::of(batch, serial);
            let resolved = self.in_units(|units| units.resolve_alarm(&call, batch, serial, resolution))?;
            let mut corrected = None;
            if corrects {
                let known = self.read_units(|units| units.record(&call, unit))?;
                let (call, through) = books(self)?;
                let (booked, _, mut moved) = self.take_back(call, through, None, (batch, &known))?;
                let event = self.in_units(|units| units.correct(booked.by, (batch, unit), &known));
                corrected = moved.pop().map(|moved| (moved, event));
            }
            events.push((resolved, corrected));
        }
        Ok(events)
    }

    /// Resolves the alarm about a serial, as the message does.
    pub fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, UnitError> {
        let books = |_: &Self| Ok((call, UNIT_REGISTER));
        let mut events = self.resolve_alarms_by(call, books, (id, &[serial.to_vec()]), resolution)?;
        Ok(events.remove(0).0)
    }

    pub fn dismiss_alarms(&mut self, call: Call, site: SiteId) -> Result<AlarmsDismissed, UnitError> {
        self.in_units(|units| units.dismiss_alarms(call, site))
    }

    /// Judges a scan where nothing is paused, and its site dispenses.
    pub fn verdict(&self, scan: &Scan, now: Timestamp) -> Verdict {
        let dispensing = Dispensing { runs: true, by_site: scan.site.map(|_| true) };
        self.verdict_where(scan, dispensing, now)
    }

    pub fn verdict_where(&self, scan: &Scan, dispensing: Dispensing, now: Timestamp) -> Verdict {
        let positions: Vec<u32> = scan.proof.iter().map(|proof| proof.index).collect();
        let batch = BatchId::of(scan.gtin, &scan.lot);
        let whereabouts = self.whereabouts(batch, &positions, scan.site, now);
        self.read_units(|units| units.verdict(scan, whereabouts, dispensing, now))
    }

    pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
        self.read_units(|units| units.alarm(unit))
    }

    pub fn unit(&self, unit: UnitId) -> Option<UnitRecord> {
        self.read_units(|units| units.unit(unit))
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
