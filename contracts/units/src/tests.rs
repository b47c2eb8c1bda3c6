//! The messages that work in ink!'s off-chain environment: the constructor and the reads. State changes ask
//! `access`: they are tested in the real runtime (`contract-runtime-tests`), and their rules in `tests/rules`.

use primitives::{AccountId, BatchId, UnitId};

use crate::units::Units;

#[ink::test]
fn a_new_register_is_empty_and_knows_its_contracts() {
    let (access, batches) = (AccountId([0xAC; 32]), AccountId([0xBA; 32]));
    let units = Units::new(access, batches);
    assert_eq!((units.access(), units.batches()), (Some(access), Some(batches)));
    let unit = UnitId::of(BatchId([7; 32]), b"S1");
    assert_eq!((units.unit(unit), units.alarm(unit)), (None, None));
}
