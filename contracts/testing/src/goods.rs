//! What moves: batches with and without serials, logistic units, recalls.

use primitives::batches::{Goods, Recall, RecallClass, RecallReason, RecallScope, Registration};
use primitives::governance::Market;
use primitives::products::{NewBatch, NewProduct};
use primitives::{
    AccountId, BatchId, DocumentHash, ManufacturerSecret, OrganisationId, Prefix, Quantity, SerialProof,
    SerialTree, SiteId, Sscc, Timestamp, UnitId,
};

/// 2026-01-01T00:00:00Z.
pub const NOW: Timestamp = 1_767_225_600_000;
pub const GTIN: u64 = 9_506_000_134_352;
pub const LOT: &[u8] = b"ABC-123";
pub const EXPIRY: u32 = 281_231;
/// 2028-12-31T23:59:59.999Z.
pub const EXPIRES_AT: Timestamp = 1_861_919_999_999;
pub const DOCUMENT: DocumentHash = DocumentHash([0xD0; 32]);
pub const MARKET: Market = Market(*b"DE");

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

/// What the register of products has `batches` register.
pub fn registration(account: AccountId, site: SiteId, new: NewBatch) -> Registration {
    let NewBatch { gtin, lot, expiry, quantity, serial_root, units_per_case } = new;
    let date = gs1::Date::from_yymmdd(expiry, 2026).expect("a date");
    let (expiry, expires_at) = (date.to_yymmdd(), date.end_of_day_ms());
    Registration { account, site, gtin, lot, expiry, expires_at, quantity, serial_root, units_per_case }
}

/// The product of all batches, with this holder.
pub fn new_product(holder: OrganisationId) -> NewProduct {
    let (makers, markets) = (Vec::new(), vec![MARKET]);
    NewProduct { gtin: GTIN, holder, makers, markets, until: None, document: DOCUMENT }
}

/// The company prefix of an organisation.
pub fn prefix_of(organisation: OrganisationId) -> Prefix {
    Prefix { length: 7, digits: 9_506_000 + u64::from(organisation) }
}

/// A logistic unit by its number among those of an organisation.
pub fn sscc_of(organisation: OrganisationId, number: u64) -> Sscc {
    let payload = 30_000_000_100_000_000 + prefix_of(organisation).digits * 1_000_000_000 + number;
    payload * 10 + u64::from(gs1::check_digit(payload))
}

/// A logistic unit by its number among those of the first organisation.
pub fn sscc(number: u64) -> Sscc {
    sscc_of(0, number)
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
