use std::sync::atomic::{AtomicU64, Ordering};

use ink::env::DefaultEnvironment;
use primitives::{
    AccountId, BatchId, Call, DocumentHash, Quantity, Role, RoleSet, SerialProof, SerialTree, UnitId,
};

use crate::{Attestation, Batch, Data, DispensedUnit, Dispensing, Error, Holding, NewBatch};

mod custody;
mod dispensing;
mod messages;
mod quarantine_and_recall;
mod random_messages;
mod registration;
mod release_gate;
mod verdict;
mod verdict_of_random_states;

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600_000;
const GTIN: u64 = 9_506_000_134_352;
const LOT: &[u8] = b"ABC-123";
const EXPIRY: u32 = 281_231;
/// 2028-12-31T23:59:59.999Z.
const EXPIRES_AT: u64 = 1_861_919_999_999;
const DOCUMENT: DocumentHash = DocumentHash([0xD0; 32]);

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn call(number: u8, roles: &[Role]) -> Call {
    Call { caller: account(number), roles: RoleSet::of(roles), now: NOW }
}

fn manufacturer() -> Call {
    call(1, &[Role::Manufacturer])
}

fn wholesaler() -> Call {
    call(2, &[Role::Wholesaler])
}

fn pharmacy() -> Call {
    call(3, &[Role::Pharmacy])
}

fn other_pharmacy() -> Call {
    call(4, &[Role::Pharmacy])
}

fn regulator() -> Call {
    call(5, &[Role::Regulator])
}

fn auditor() -> Call {
    call(6, &[Role::Auditor])
}

/// Holds every role that does not count here.
fn bystander() -> Call {
    call(7, &[Role::Admin, Role::Insurer, Role::Patient, Role::Operator])
}

/// The same caller after its roles were revoked, suspended or had expired.
fn without_roles(call: Call) -> Call {
    Call { roles: RoleSet::EMPTY, ..call }
}

fn at(call: Call, now: u64) -> Call {
    Call { now, ..call }
}

/// A new register, with a contract of its own in the off-chain environment: storage belongs to a contract.
fn register() -> Data {
    static CONTRACTS: AtomicU64 = AtomicU64::new(0);
    let number = CONTRACTS.fetch_add(1, Ordering::Relaxed);
    let contract = primitives::blake2_256(&number.to_le_bytes()).into();
    ink::env::test::set_callee::<DefaultEnvironment>(contract);
    Data::new(account(0xAC))
}

fn new_batch(quantity: Quantity) -> NewBatch {
    NewBatch { gtin: GTIN, lot: LOT.to_vec(), expiry: EXPIRY, quantity, serial_root: None }
}

/// A batch without serials, all of it with the manufacturer, before its release.
fn registered(data: &mut Data, quantity: Quantity) -> BatchId {
    data.register(manufacturer(), new_batch(quantity)).unwrap().batch
}

fn attest_all(data: &mut Data, id: BatchId) {
    data.attest(manufacturer(), id, Attestation::CertificateOfAnalysis, DOCUMENT).unwrap();
    data.attest(auditor(), id, Attestation::GoodManufacturingPractice, DOCUMENT).unwrap();
    data.attest(regulator(), id, Attestation::MarketAuthorisation, DOCUMENT).unwrap();
}

/// A released batch without serials, all of it with the manufacturer.
fn released(data: &mut Data, quantity: Quantity) -> BatchId {
    let id = registered(data, quantity);
    attest_all(data, id);
    data.release(manufacturer(), id).unwrap();
    id
}

fn hand_over(data: &mut Data, id: BatchId, from: Call, to: Call, quantity: Quantity) {
    let shipped = data.ship(from, id, to.caller, to.roles, quantity).unwrap();
    data.receive(to, shipped.shipment, quantity).unwrap();
}

/// A batch with serials, and the tree of them.
struct Serialised {
    id: BatchId,
    tree: SerialTree,
}

impl Serialised {
    /// A released batch of so many units, all of them with the pharmacy.
    fn at_pharmacy(data: &mut Data, lot: &[u8], quantity: usize) -> Self {
        let batch = Self::registered(data, lot, quantity);
        attest_all(data, batch.id);
        data.release(manufacturer(), batch.id).unwrap();
        hand_over(data, batch.id, manufacturer(), pharmacy(), batch.tree.quantity());
        batch
    }

    fn registered(data: &mut Data, lot: &[u8], quantity: usize) -> Self {
        let id = BatchId::of(GTIN, lot);
        let serials: Vec<Vec<u8>> = (0..quantity).map(serial).collect();
        let tree = SerialTree::new(id, &serials).unwrap();
        let serial_root = Some(tree.root());
        let new = NewBatch { lot: lot.to_vec(), serial_root, ..new_batch(tree.quantity()) };
        assert_eq!(data.register(manufacturer(), new).unwrap().batch, id);
        Self { id, tree }
    }

    fn proof(&self, number: usize) -> SerialProof {
        self.tree.prove(&serial(number)).unwrap()
    }

    fn unit(&self, number: usize) -> UnitId {
        UnitId::of(self.id, &serial(number))
    }

    fn dispense(&self, data: &mut Data, call: Call, number: usize) -> Result<Dispensing, Error> {
        data.dispense(call, self.id, &serial(number), &self.proof(number))
    }
}

fn serial(number: usize) -> Vec<u8> {
    format!("S{number:05}").into_bytes()
}

/// The invariant: every unit of the batch is in exactly one place, and the places of all organisations add up to
/// those of the batch.
#[track_caller]
fn ensure_mass_balance(data: &Data, id: BatchId) {
    let batch = data.batch(id).unwrap();
    let balance = data.mass_balance(id).unwrap();
    assert_eq!(balance.total(), Some(batch.quantity));
    let holdings = (0..32).map(|number| data.holding(id, account(number)));
    let (available, quarantined) = holdings.fold((0, 0), |(available, quarantined), holding| {
        (available + holding.available, quarantined + holding.quarantined)
    });
    assert_eq!((balance.held, balance.quarantined), (available, quarantined));
    let in_transit = (0..64).filter_map(|number| data.shipment(number)).filter(|record| record.batch == id);
    assert_eq!(balance.in_transit, in_transit.map(|record| record.quantity).sum::<Quantity>());
}
