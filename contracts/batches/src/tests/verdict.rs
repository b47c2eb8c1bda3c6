use super::*;
use crate::{Outcome, QuarantineReason, Reason, RecallClass, RecallReason, Scan};

fn scan(lot: &[u8]) -> Scan {
    Scan { gtin: GTIN, lot: lot.to_vec(), expiry: Some(EXPIRY), ..Scan::default() }
}

fn scan_of(batch: &Serialised, number: usize) -> Scan {
    Scan { serial: Some(serial(number)), proof: Some(batch.proof(number)), ..scan(LOT) }
}

#[track_caller]
fn assert_verdict(data: &Data, scan: &Scan, now: u64, outcome: Outcome, reasons: &[Reason]) {
    let verdict = data.verdict(scan, now);
    assert_eq!((verdict.outcome, &verdict.reasons[..]), (outcome, reasons));
    assert_eq!(verdict.judged_at, now);
    assert_eq!(verdict.batch, data.batch(BatchId::of(scan.gtin, &scan.lot)));
}

/// A batch at the pharmacy whose unit 3 is scanned, and nothing speaks against it.
fn sound() -> (Data, Serialised, Scan) {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let scan = scan_of(&batch, 3);
    assert_verdict(&data, &scan, NOW, Outcome::Valid, &[]);
    (data, batch, scan)
}

#[test]
fn each_reason_has_its_state_and_outcome() {
    for reason in [
        Reason::BatchRecalled,
        Reason::UnitDispensed,
        Reason::UnitsQuarantined,
        Reason::NotReleased,
        Reason::BlockedByRegulator,
        Reason::Expired,
        Reason::ExpiryMismatch,
        Reason::SerialMissing,
        Reason::SerialNotInBatch,
        Reason::NotHeldHere,
        Reason::SerialUnproven,
        Reason::SerialsNotRegistered,
        Reason::BatchUnknown,
    ] {
        let (mut data, batch, mut scan) = sound();
        let mut now = NOW;
        let outcome = match reason {
            Reason::BatchRecalled => {
                data.recall(regulator(), batch.id, RecallClass::II, RecallReason::Stability).unwrap();
                Outcome::Recalled
            }
            Reason::UnitDispensed => {
                batch.dispense(&mut data, pharmacy(), 3).unwrap();
                Outcome::Dispensed
            }
            Reason::UnitsQuarantined => {
                let damaged = QuarantineReason::Damaged;
                data.quarantine(pharmacy(), batch.id, account(3), 1, damaged).unwrap();
                Outcome::Quarantined
            }
            Reason::NotReleased => {
                let unreleased = Serialised::registered(&mut data, b"NEW", 10);
                scan = Scan { lot: b"NEW".to_vec(), proof: Some(unreleased.proof(3)), ..scan };
                Outcome::NotReleased
            }
            Reason::BlockedByRegulator => {
                data.block(regulator(), batch.id).unwrap();
                Outcome::NotReleased
            }
            Reason::Expired => {
                now = EXPIRES_AT + 1;
                Outcome::Expired
            }
            Reason::ExpiryMismatch => {
                scan.expiry = Some(EXPIRY + 10_000);
                Outcome::Mismatch
            }
            Reason::SerialMissing => {
                scan.serial = None;
                Outcome::Mismatch
            }
            Reason::SerialNotInBatch => {
                scan.serial = Some(serial(11));
                Outcome::Mismatch
            }
            Reason::NotHeldHere => {
                scan.holder = Some(account(4));
                Outcome::Mismatch
            }
            Reason::SerialUnproven => {
                scan.proof = None;
                Outcome::Unknown
            }
            Reason::SerialsNotRegistered => {
                let mut plain = register();
                released(&mut plain, 10);
                data = plain;
                Outcome::Unknown
            }
            Reason::BatchUnknown => {
                scan.lot = b"NONE".to_vec();
                Outcome::Unknown
            }
            Reason::CloneAlarm => unreachable!("it comes with UnitDispensed and has a test of its own"),
        };
        assert_verdict(&data, &scan, now, outcome, &[reason]);
        assert_eq!(reason.outcome(), outcome);
    }
}

#[test]
fn a_copied_serial_is_told_apart_from_one_that_was_dispensed() {
    let (mut data, batch, scan) = sound();
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    let reasons = [Reason::UnitDispensed, Reason::CloneAlarm];
    assert_verdict(&data, &scan, NOW, Outcome::Dispensed, &reasons);
    let record = DispensedUnit { by: account(3), at: NOW, clone_alarms: 1 };
    assert_eq!(data.verdict(&scan, NOW).dispensed, Some(record));
    assert_verdict(&data, &scan_of(&batch, 4), NOW, Outcome::Valid, &[]);
}

#[test]
fn the_worst_fact_decides_and_all_are_named() {
    let (mut data, batch, mut scan) = sound();
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    data.quarantine(pharmacy(), batch.id, account(3), 1, QuarantineReason::Damaged).unwrap();
    data.block(regulator(), batch.id).unwrap();
    scan.expiry = None;
    scan.proof = None;
    scan.holder = Some(account(3));
    let mut reasons = vec![
        Reason::UnitDispensed,
        Reason::UnitsQuarantined,
        Reason::BlockedByRegulator,
        Reason::Expired,
        Reason::SerialUnproven,
    ];
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Dispensed, &reasons);
    data.recall(regulator(), batch.id, RecallClass::I, RecallReason::Counterfeit).unwrap();
    reasons.insert(0, Reason::BatchRecalled);
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Recalled, &reasons);
}

#[test]
fn a_place_narrows_quarantine_to_itself() {
    let mut data = register();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    data.quarantine(manufacturer(), id, account(1), 5, QuarantineReason::Damaged).unwrap();
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
    let here = Scan { holder: Some(account(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
}

#[test]
fn a_pack_is_not_where_its_last_unit_was_dispensed() {
    let mut data = register();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 1);
    let here = Scan { holder: Some(account(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
    data.dispense_unserialised(pharmacy(), id, 1).unwrap();
    assert_verdict(&data, &here, NOW, Outcome::Mismatch, &[Reason::NotHeldHere]);
}

#[test]
fn no_pack_of_a_batch_is_valid_when_all_its_units_were_dispensed() {
    let mut data = register();
    let id = released(&mut data, 10);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
    data.dispense_unserialised(pharmacy(), id, 9).unwrap();
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Valid, &[]);
    data.dispense_unserialised(pharmacy(), id, 1).unwrap();
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Dispensed, &[Reason::UnitDispensed]);
}

#[test]
fn the_last_day_of_use_is_judged_by_the_chains_time() {
    let (data, _, scan) = sound();
    assert_verdict(&data, &scan, EXPIRES_AT, Outcome::Valid, &[]);
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Expired, &[Reason::Expired]);
}

#[test]
fn a_scan_of_nonsense_is_unknown() {
    let (data, _, _) = sound();
    let nonsense = Scan {
        gtin: u64::MAX,
        lot: vec![0xFF; 1_000],
        expiry: Some(u32::MAX),
        serial: Some(vec![0; 1_000]),
        proof: Some(SerialProof { index: u32::MAX, siblings: vec![[0; 32]; 100] }),
        holder: Some(account(0)),
    };
    assert_verdict(&data, &nonsense, u64::MAX, Outcome::Unknown, &[Reason::BatchUnknown]);
    let known = Scan { gtin: GTIN, lot: LOT.to_vec(), ..nonsense };
    let reasons = [Reason::Expired, Reason::ExpiryMismatch, Reason::SerialNotInBatch, Reason::NotHeldHere];
    assert_verdict(&data, &known, u64::MAX, Outcome::Expired, &reasons);
}
