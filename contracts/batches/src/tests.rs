//! The messages that work in ink!'s off-chain environment: the constructor and the reads. State changes ask
//! `access`: they are tested in the real runtime (`contract-runtime-tests`), and their rules in `tests/rules`.

use primitives::batches::Holding;
use primitives::{AccountId, BatchId};
use testing::goods::{sscc, GTIN, LOT};

use crate::batches::Batches;

#[ink::test]
fn a_new_register_is_empty_and_knows_its_access_contract() {
    let batches = Batches::new(AccountId([0xAC; 32]));
    let id = BatchId::of(GTIN, LOT);
    assert_eq!(batches.access(), Some(AccountId([0xAC; 32])));
    assert_eq!(batches.batch(id), None);
    assert_eq!(batches.mass_balance(id), None);
    assert_eq!(batches.holding(id, 1), Holding::default());
    assert_eq!(batches.shipment(0), None);
    assert_eq!(batches.logistic_unit(sscc(1)), None);
    assert_eq!(batches.batches(0, 50), []);
    assert_eq!(batches.recall_reach(id, 0, 50), []);
    assert_eq!(batches.recalls(id), []);
}
