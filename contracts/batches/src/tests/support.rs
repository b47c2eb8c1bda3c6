//! What the tests of the rules of `batches` and of `units` share: parties, batches and moves.
#![allow(dead_code)] // Each of the two crates uses a part.

use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use primitives::{
    AccountId, BatchId, Call, DocumentHash, Quantity, Role, RoleSet, SerialProof, SerialTree, Sscc, UnitId,
};

use super::*;

/// 2026-01-01T00:00:00Z.
pub const NOW: u64 = 1_767_225_600_000;
pub const GTIN: u64 = 9_506_000_134_352;
pub const LOT: &[u8] = b"ABC-123";
pub const EXPIRY: u32 = 281_231;
/// 2028-12-31T23:59:59.999Z.
pub const EXPIRES_AT: u64 = 1_861_919_999_999;
pub const DOCUMENT: DocumentHash = DocumentHash([0xD0; 32]);

pub fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

pub fn call(number: u8, roles: &[Role]) -> Call {
    Call { caller: account(number), roles: RoleSet::of(roles), now: NOW }
}

pub fn manufacturer() -> Call {
    call(1, &[Role::Manufacturer])
}

pub fn wholesaler() -> Call {
    call(2, &[Role::Wholesaler])
}

pub fn pharmacy() -> Call {
    call(3, &[Role::Pharmacy])
}

pub fn other_pharmacy() -> Call {
    call(4, &[Role::Pharmacy])
}

pub fn regulator() -> Call {
    call(5, &[Role::Regulator])
}

pub fn auditor() -> Call {
    call(6, &[Role::Auditor])
}

/// Holds every role that does not count here.
pub fn bystander() -> Call {
    call(7, &[Role::Admin, Role::Insurer, Role::Patient, Role::Operator])
}

/// The same caller after its roles were revoked, suspended or had expired.
pub fn without_roles(call: Call) -> Call {
    Call { roles: RoleSet::EMPTY, ..call }
}

pub fn at(call: Call, now: u64) -> Call {
    Call { now, ..call }
}

/// An empty register, with a contract of its own in the off-chain environment: storage belongs to a contract.
pub fn register() -> BatchesData {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    let contract = primitives::blake2_256(&number.to_le_bytes()).into();
    ink::env::test::set_callee::<DefaultEnvironment>(contract);
    BatchesData::new(account(0xAC))
}

pub fn new_batch(quantity: Quantity) -> NewBatch {
    NewBatch {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        quantity,
        serial_root: None,
        units_per_case: None,
    }
}

/// A batch without serials, all of it with the manufacturer, before its release.
pub fn registered(data: &mut BatchesData, quantity: Quantity) -> BatchId {
    data.register(manufacturer(), new_batch(quantity)).unwrap().batch
}

pub fn attest_all(data: &mut BatchesData, id: BatchId) {
    data.attest(manufacturer(), id, Attestation::CertificateOfAnalysis, DOCUMENT).unwrap();
    data.attest(auditor(), id, Attestation::GoodManufacturingPractice, DOCUMENT).unwrap();
    data.attest(regulator(), id, Attestation::MarketAuthorisation, DOCUMENT).unwrap();
}

/// A released batch without serials, all of it with the manufacturer.
pub fn released(data: &mut BatchesData, quantity: Quantity) -> BatchId {
    let id = registered(data, quantity);
    attest_all(data, id);
    data.release(manufacturer(), id).unwrap();
    id
}

pub fn loose(batch: BatchId, quantity: Quantity) -> Goods {
    Goods::Units { batch, quantity }
}

/// Supplies goods, without terms of delivery.
pub fn ship(
    data: &mut BatchesData,
    from: Call,
    goods: Goods,
    to: Call,
) -> Result<UnitsShipped, BatchesError> {
    data.ship(from, goods, (to.caller, to.roles), Purpose::Supply, None)
}

pub fn send_back(data: &mut BatchesData, from: Call, goods: Goods) -> Result<UnitsShipped, BatchesError> {
    let to = manufacturer();
    data.ship(from, goods, (to.caller, to.roles), Purpose::Return, None)
}

pub fn hand_over(data: &mut BatchesData, id: BatchId, from: Call, to: Call, quantity: Quantity) {
    let shipped = ship(data, from, loose(id, quantity), to).unwrap();
    data.receive(to, shipped.shipment, Arrival::Units(quantity)).unwrap();
}

pub fn places(data: &BatchesData, id: BatchId, call: Call) -> Places {
    data.holding(id, call.caller).places
}

/// The logistic unit of this number.
pub fn sscc(number: u64) -> Sscc {
    let payload = 39_506_000_100_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
}

pub fn pack_units(data: &mut BatchesData, call: Call, batch: BatchId, quantity: Quantity, number: u64) {
    data.pack(call, sscc(number), Contents::Units { batch, quantity }).unwrap();
}

pub fn pack_case(data: &mut BatchesData, batch: BatchId, number: u32, logistic_unit: u64) {
    data.pack(manufacturer(), sscc(logistic_unit), Contents::Case { batch, number }).unwrap();
}

pub fn pack_pallet(data: &mut BatchesData, call: Call, inside: &[u64], number: u64) {
    let inside = inside.iter().copied().map(sscc).collect();
    data.pack(call, sscc(number), Contents::LogisticUnits(inside)).unwrap();
}

pub fn hand_over_packed(data: &mut BatchesData, from: Call, to: Call, number: u64) {
    let shipped = ship(data, from, Goods::LogisticUnit(sscc(number)), to).unwrap();
    data.receive(to, shipped.shipment, Arrival::LogisticUnits(vec![sscc(number)])).unwrap();
}

pub fn recall_of(scope: RecallScope) -> Recall {
    Recall {
        scope,
        class: RecallClass::I,
        reason: RecallReason::Contamination,
        instructions: DOCUMENT,
        acknowledge_by: NOW + 1,
    }
}

pub fn recall_batch(data: &mut BatchesData, id: BatchId) {
    data.recall(regulator(), id, recall_of(RecallScope::Batch)).unwrap();
}

/// A batch with serials, and the tree of them.
pub struct Serialised {
    pub id: BatchId,
    pub tree: SerialTree,
}

impl Serialised {
    /// A released batch of so many units, all of them with the pharmacy.
    pub fn at_pharmacy(data: &mut BatchesData, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::released(data, lot, quantity);
        hand_over(data, batch.id, manufacturer(), pharmacy(), batch.tree.quantity());
        batch
    }

    /// A batch in numbered cases of four units, all of it with the manufacturer, before its release.
    pub fn registered(data: &mut BatchesData, lot: &[u8], quantity: usize) -> Self {
        let id = BatchId::of(GTIN, lot);
        let serials: Vec<Vec<u8>> = (0..quantity).map(serial).collect();
        let tree = SerialTree::new(id, &serials).unwrap();
        let (lot, serial_root, units_per_case) = (lot.to_vec(), Some(tree.root()), Some(4));
        let new = NewBatch { lot, serial_root, units_per_case, ..new_batch(tree.quantity()) };
        assert_eq!(data.register(manufacturer(), new).unwrap().batch, id);
        Self { id, tree }
    }

    /// The same after its release.
    pub fn released(data: &mut BatchesData, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::registered(data, lot, quantity);
        attest_all(data, batch.id);
        data.release(manufacturer(), batch.id).unwrap();
        batch
    }

    pub fn proof(&self, number: usize) -> SerialProof {
        self.tree.prove(&serial(number)).unwrap()
    }

    pub fn unit(&self, number: usize) -> UnitId {
        UnitId::of(self.id, &serial(number))
    }
}

pub fn serial(number: usize) -> Vec<u8> {
    format!("S{number:05}").into_bytes()
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

/// The invariant: every unit of the batch is in exactly one place of exactly one holder, and the places of all
/// holders add up to those of the batch.
#[track_caller]
pub fn ensure_mass_balance(data: &BatchesData, id: BatchId) {
    let batch = data.batch(id).unwrap();
    let balance = data.mass_balance(id).unwrap();
    assert_eq!(balance.total(), Some(batch.quantity));
    assert_eq!(balance.gone() + balance.present(), batch.quantity);
    let reached = (0..).map(|page| data.recall_reach(id, page * 3, 3)).take_while(|page| !page.is_empty());
    assert_eq!(sum(reached.flatten().map(|(_, holding)| holding.places)), balance);
    let shipments = (0..128).filter_map(|number| data.shipment(number)).filter(|record| record.batch == id);
    let (apart, free): (Vec<_>, Vec<_>) = shipments.partition(|record| record.quarantined);
    assert_eq!(balance.in_transit, free.iter().map(|record| record.quantity).sum::<Quantity>());
    assert!(balance.quarantined_closed >= apart.iter().map(|record| record.quantity).sum());
}
