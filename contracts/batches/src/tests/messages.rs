//! The messages that work in ink!'s off-chain environment: the constructor and the reads. State changes ask
//! `access`, and are tested in the real runtime (`contract-runtime-tests`).

use super::*;
use crate::batches::Batches;

#[ink::test]
fn a_new_register_is_empty_and_knows_its_access_contract() {
    let batches = Batches::new(account(0xAC));
    let id = BatchId::of(GTIN, LOT);
    assert_eq!(batches.access(), account(0xAC));
    assert_eq!(batches.batch(id), None);
    assert_eq!(batches.mass_balance(id), None);
    assert_eq!(batches.holding(id, account(1)), Holding::default());
    assert_eq!(batches.shipment(0), None);
    assert_eq!(batches.attestation(id, Attestation::MarketAuthorisation), None);
    assert_eq!(batches.logistic_unit(sscc(1)), None);
    assert_eq!(batches.batches(0, 50), []);
    assert_eq!(batches.recall_reach(id, 0, 50), []);
    assert_eq!(batches.recalls(id), []);
}
