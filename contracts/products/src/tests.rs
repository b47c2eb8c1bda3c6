//! The messages that work in ink!'s off-chain environment: the constructor and the reads. State changes ask `access` and
//! `batches`: they are tested in the real runtime (`runtime-tests`), and their rules in `tests/rules`.

use primitives::products::Attestation;
use primitives::{AccountId, Prefix};

use crate::products::Products;

#[ink::test]
fn a_new_register_is_empty_and_knows_its_contracts() {
    let products = Products::new(AccountId([0xAC; 32]), AccountId([0xBA; 32]));
    assert_eq!(products.access(), Some(AccountId([0xAC; 32])));
    assert_eq!(products.batches_contract(), Some(AccountId([0xBA; 32])));
    assert_eq!(products.product(9_506_000_134_352), None);
    assert_eq!(products.products(0, 50), []);
    assert_eq!(products.delegation(Prefix { length: 7, digits: 9_506_000 }), None);
    assert_eq!(products.attestation(0, Attestation::CertificateOfAnalysis), None);
}
