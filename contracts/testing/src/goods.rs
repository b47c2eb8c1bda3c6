//! What moves: batches with and without serials, logistic units, recalls.

use primitives::batches::{Goods, NewBatch, Recall, RecallClass, RecallReason, RecallScope};
use primitives::{
    BatchId, DocumentHash, ManufacturerSecret, Quantity, SerialProof, SerialTree, Sscc, Timestamp, UnitId,
};

/// 2026-01-01T00:00:00Z.
pub const NOW: Timestamp = 1_767_225_600_000;
pub const GTIN: u64 = 9_506_000_134_352;
pub const LOT: &[u8] = b"ABC-123";
pub const EXPIRY: u32 = 281_231;
/// 2028-12-31T23:59:59.999Z.
pub const EXPIRES_AT: Timestamp = 1_861_919_999_999;
pub const DOCUMENT: DocumentHash = DocumentHash([0xD0; 32]);

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

pub fn loose(batch: BatchId, quantity: Quantity) -> Goods {
    Goods::Units { batch, quantity }
}

/// The logistic unit of this number.
pub fn sscc(number: u64) -> Sscc {
    let payload = 39_506_000_100_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
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

pub fn serial(number: usize) -> Vec<u8> {
    format!("S{number:05}").into_bytes()
}

/// A batch with serials, and the tree of them.
#[derive(Clone, Debug)]
pub struct Serialised {
    pub id: BatchId,
    pub tree: SerialTree,
}

impl Serialised {
    /// The batch of this lot with so many units.
    pub fn of(lot: &[u8], quantity: usize) -> Self {
        let id = BatchId::of(GTIN, lot);
        let serials: Vec<Vec<u8>> = (0..quantity).map(serial).collect();
        let key = ManufacturerSecret::new([0x5A; 32]).batch_key(id);
        Self { id, tree: SerialTree::new(id, &serials, &key).unwrap() }
    }

    /// What its manufacturer registers.
    pub fn new_batch(&self, lot: &[u8], units_per_case: Option<u32>) -> NewBatch {
        let serial_root = Some(self.tree.root());
        NewBatch { lot: lot.to_vec(), serial_root, units_per_case, ..new_batch(self.tree.quantity()) }
    }

    pub fn proof(&self, number: usize) -> SerialProof {
        self.tree.prove(&serial(number)).unwrap()
    }

    pub fn unit(&self, number: usize) -> UnitId {
        UnitId::of(self.id, &serial(number))
    }
}
