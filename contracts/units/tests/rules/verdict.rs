use super::*;

/// The lot of the batch with serials; [`LOT`] is the one without.
const SERIALISED: &[u8] = b"SERIAL";

fn scan(lot: &[u8]) -> Scan {
    Scan { gtin: GTIN, lot: lot.to_vec(), expiry: Some(EXPIRY), ..Scan::default() }
}

fn scan_of(batch: &Serialised, number: usize) -> Scan {
    Scan { serial: Some(serial(number)), proof: Some(batch.proof(number)), ..scan(SERIALISED) }
}

#[track_caller]
fn assert_verdict(data: &Registers, scan: &Scan, now: u64, outcome: Outcome, reasons: &[Reason]) {
    let verdict = data.verdict(scan, now);
    assert_eq!((verdict.outcome, &verdict.reasons.by_severity()[..]), (outcome, reasons));
    assert_eq!(verdict.reasons, reasons.iter().copied().fold(Reasons::default(), Reasons::with));
    assert_eq!(verdict.judged_at, now);
    assert_eq!(verdict.batch(), data.batch(BatchId::of(scan.gtin, &scan.lot)));
}

/// Quarantines one loose unit at the site of the holder.
fn quarantine_one(data: &mut Registers, batch: BatchId, holder: Call) {
    let target = QuarantineTarget::Holding { batch, site: site_of(holder), quantity: Some(1) };
    data.quarantine(holder, target, QuarantineReason::Damaged).unwrap();
}

/// A batch at the pharmacy whose unit 3 is scanned, and nothing speaks against it.
fn sound() -> (Registers, Serialised, Scan) {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, SERIALISED, 10);
    let scan = scan_of(&batch, 3);
    assert_verdict(&data, &scan, NOW, Outcome::Valid, &[]);
    (data, batch, scan)
}

/// Brings about this reason and no other one: what is scanned then, and when.
fn alone(reason: Reason) -> (Registers, Scan, u64) {
    let (mut data, batch, mut scan) = sound();
    let id = batch.id;
    let mut now = NOW;
    let state = match reason {
        Reason::UnitDispensed => Some(UnitState::Dispensed),
        Reason::UnitDestroyed => Some(UnitState::Destroyed),
        Reason::UnitStolen => Some(UnitState::Stolen),
        Reason::UnitSampled => Some(UnitState::Sample),
        Reason::UnitExported => Some(UnitState::Exported),
        Reason::UnitLocked => Some(UnitState::Locked),
        _ => None,
    };
    if let Some(state) = state {
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        assert_eq!(Reason::from(state), reason);
        return (data, scan, now);
    }
    match reason {
        Reason::BatchRecalled => recall_batch(&mut data, id),
        Reason::UnitRecalled => {
            let range = recall_of(RecallScope::SerialRange { first: 3, last: 3 });
            data.recall(manufacturer(), id, range).unwrap();
        }
        Reason::LogisticUnitRecalled | Reason::UnitElsewhere => {
            hand_over(&mut data, id, pharmacy(), manufacturer(), 4);
            pack_case(&mut data, id, 0, 1);
            pack_pallet(&mut data, manufacturer(), &[1], 2);
            if reason == Reason::UnitElsewhere {
                scan.site = Some(site(3));
            } else {
                let pallet = recall_of(RecallScope::LogisticUnit(sscc(2)));
                data.recall(regulator(), id, pallet).unwrap();
            }
        }
        Reason::NoUnitsLeft => {
            let plain = released(&mut data, 0x10);
            data.decommission_quantity(manufacturer(), plain, 0x10, UnitState::Exported, None).unwrap();
            scan = self::scan(LOT);
        }
        Reason::CounterfeitConfirmed | Reason::AlarmOpen => {
            batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
            if reason == Reason::CounterfeitConfirmed {
                let confirmed = Resolution::CounterfeitConfirmed;
                data.resolve_alarm(regulator(), id, &serial(3), confirmed).unwrap();
            }
        }
        Reason::UnitsQuarantined => quarantine_one(&mut data, id, pharmacy()),
        Reason::NotReleased => {
            let unreleased = Serialised::registered(&mut data, b"NEW", 10);
            scan = Scan { lot: b"NEW".to_vec(), proof: Some(unreleased.proof(3)), ..scan };
        }
        Reason::BlockedByRegulator => assert!(data.block(regulator(), id).is_ok()),
        Reason::Expired => now = EXPIRES_AT + 1,
        Reason::ExpiryMismatch => scan.expiry = Some(EXPIRY + 10_000),
        Reason::SerialMissing => scan.serial = None,
        Reason::SerialNotInBatch => scan.serial = Some(serial(11)),
        Reason::NotHeldHere => scan.site = Some(site(4)),
        Reason::SerialUnproven => scan.proof = None,
        Reason::SerialsNotRegistered => {
            released(&mut data, 10);
            scan.lot = LOT.to_vec();
        }
        _ => scan.lot = b"NONE".to_vec(),
    }
    (data, scan, now)
}

#[test]
fn each_reason_alone_keeps_a_pack_from_being_valid() {
    for reason in Reason::ALL {
        let (data, scan, now) = alone(reason);
        assert_ne!(reason.outcome(), Outcome::Valid);
        assert_verdict(&data, &scan, now, reason.outcome(), &[reason]);
    }
}

#[test]
fn the_alarm_about_a_copied_serial_names_both_sites() {
    let (mut data, batch, scan) = sound();
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    let reasons = [Reason::UnitDispensed, Reason::AlarmOpen];
    assert_verdict(&data, &scan, NOW, Outcome::Decommissioned, &reasons);
    let verdict = data.verdict(&scan, NOW);
    assert_eq!(verdict.unit().map(|unit| unit.site), Some(site(3)));
    assert_eq!(verdict.alarm().map(|alarm| (alarm.site, alarm.other)), Some((site(4), Some(site(3)))));
    assert_verdict(&data, &scan_of(&batch, 4), NOW, Outcome::Valid, &[]);
}

#[test]
fn a_wrong_proof_speaks_against_a_serial_only_until_it_is_proven() {
    let (mut data, batch, scan) = sound();
    data.decommission(other_pharmacy(), batch.id, &serial(3), &batch.proof(4), UnitState::Dispensed).unwrap();
    assert_verdict(&data, &scan, NOW, Outcome::Valid, &[]);
    let unproven = Scan { proof: None, ..scan.clone() };
    let reasons = [Reason::AlarmOpen, Reason::SerialUnproven];
    assert_verdict(&data, &unproven, NOW, Outcome::Decommissioned, &reasons);
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::CounterfeitConfirmed).unwrap();
    assert_verdict(&data, &scan, NOW, Outcome::Decommissioned, &[Reason::CounterfeitConfirmed]);
}

#[test]
fn the_gravest_fact_decides_and_all_are_named() {
    let (mut data, batch, mut scan) = sound();
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    quarantine_one(&mut data, batch.id, pharmacy());
    data.block(regulator(), batch.id).unwrap();
    scan.expiry = None;
    scan.proof = None;
    scan.site = Some(site(3));
    let mut reasons = vec![
        Reason::UnitDispensed,
        Reason::UnitsQuarantined,
        Reason::BlockedByRegulator,
        Reason::Expired,
        Reason::SerialUnproven,
    ];
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Decommissioned, &reasons);
    recall_batch(&mut data, batch.id);
    reasons.insert(0, Reason::BatchRecalled);
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Recalled, &reasons);
}

#[test]
fn a_place_narrows_quarantine_to_itself() {
    let mut data = Registers::default();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    quarantine_one(&mut data, id, manufacturer());
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
    let here = Scan { site: Some(site(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
}

#[test]
fn a_closed_case_that_is_quarantined_counts_where_it_is() {
    let mut data = Registers::default();
    let id = released(&mut data, 100);
    pack_units(&mut data, manufacturer(), id, 10, 1);
    hand_over_packed(&mut data, manufacturer(), pharmacy(), 1);
    let target = QuarantineTarget::LogisticUnit(sscc(1));
    data.quarantine(pharmacy(), target, QuarantineReason::Damaged).unwrap();
    let here = Scan { site: Some(site(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
}

#[test]
fn a_pack_of_a_recalled_case_stays_recalled_after_the_case_was_opened() {
    let (mut data, batch, scan) = sound();
    hand_over(&mut data, batch.id, pharmacy(), manufacturer(), 4);
    pack_case(&mut data, batch.id, 0, 1);
    pack_pallet(&mut data, manufacturer(), &[1], 2);
    let pallet = recall_of(RecallScope::LogisticUnit(sscc(2)));
    data.recall(regulator(), batch.id, pallet).unwrap();
    data.unpack(manufacturer(), sscc(2)).unwrap();
    assert_verdict(&data, &scan, NOW, Outcome::Recalled, &[Reason::LogisticUnitRecalled]);
    assert_verdict(&data, &scan_of(&batch, 4), NOW, Outcome::Valid, &[]);
}

#[test]
fn a_pack_is_not_where_its_last_unit_was_dispensed() {
    let mut data = Registers::default();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 1);
    let here = Scan { site: Some(site(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
    data.decommission_quantity(pharmacy(), id, 1, UnitState::Dispensed, None).unwrap();
    assert_verdict(&data, &here, NOW, Outcome::Mismatch, &[Reason::NotHeldHere]);
}

#[test]
fn no_pack_of_a_batch_is_valid_when_all_its_units_are_gone() {
    let mut data = Registers::default();
    let id = released(&mut data, 10);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
    data.decommission_quantity(pharmacy(), id, 9, UnitState::Dispensed, None).unwrap();
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Valid, &[]);
    data.decommission_quantity(pharmacy(), id, 1, UnitState::Dispensed, None).unwrap();
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Decommissioned, &[Reason::NoUnitsLeft]);
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
        proof: Some(SerialProof { index: u32::MAX, salt: [0xFF; 16], siblings: vec![[0; 32]; 100] }),
        site: Some(0),
    };
    assert_verdict(&data, &nonsense, u64::MAX, Outcome::Unknown, &[Reason::BatchUnknown]);
    let known = Scan { gtin: GTIN, lot: SERIALISED.to_vec(), ..nonsense };
    let reasons = [Reason::Expired, Reason::ExpiryMismatch, Reason::SerialNotInBatch, Reason::NotHeldHere];
    assert_verdict(&data, &known, u64::MAX, Outcome::Expired, &reasons);
}
