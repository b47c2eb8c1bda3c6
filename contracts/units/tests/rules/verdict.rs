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

/// Quarantines all loose units at the site of the holder.
fn quarantine_all(data: &mut Registers, batch: BatchId, holder: Call) {
    let target = QuarantineTarget::Holding { batch, site: site_of(holder), quantity: None };
    data.quarantine(holder, target, QuarantineReason::Damaged).unwrap();
}

/// A batch at the pharmacy whose unit 3 is scanned, and nothing speaks against it.
fn sound() -> (Registers, Serialised, Scan) {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, SERIALISED, 10);
    let scan = scan_of(&batch, 3);
    assert_verdict(&data, &scan, NOW, Outcome::Genuine, &[]);
    assert_verdict(&data, &Scan { site: Some(site(3)), ..scan.clone() }, NOW, Outcome::Valid, &[]);
    (data, batch, scan)
}

/// Brings about this reason: what is scanned then, when, and whether the contracts and the site dispense.
fn alone(reason: Reason) -> (Registers, Scan, u64, Dispensing) {
    let (mut data, batch, mut scan) = sound();
    let id = batch.id;
    let mut now = NOW;
    scan.site = Some(site(3));
    let mut dispensing = Dispensing { runs: true, by_site: Some(true) };
    let state = match reason {
        Reason::UnitDispensed => Some(UnitState::Dispensed),
        Reason::UnitDestroyed => Some(UnitState::Destroyed),
        Reason::UnitStolen => Some(UnitState::Stolen),
        Reason::UnitSampled => Some(UnitState::Sample),
        Reason::UnitExported => Some(UnitState::Exported),
        _ => None,
    };
    if let Some(state) = state {
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        assert_eq!(Reason::of(UnitPlace::Left(state)), Some(reason));
        return (data, scan, now, dispensing);
    }
    let case_at_home = |data: &mut Registers| {
        hand_over(data, id, pharmacy(), manufacturer(), 4);
        pack_case(data, id, 0, 1);
        pack_pallet(data, manufacturer(), &[1], 2);
    };
    match reason {
        Reason::BatchRecalled => recall_batch(&mut data, id),
        Reason::UnitRecalled => {
            let range = recall_of(RecallScope::SerialRange { first: 3, last: 3 });
            data.recall(manufacturer(), id, range).unwrap();
        }
        Reason::LogisticUnitRecalled => {
            case_at_home(&mut data);
            let pallet = recall_of(RecallScope::LogisticUnit(sscc(2)));
            data.recall(regulator(), id, pallet).unwrap();
            scan.site = None;
        }
        Reason::UnitElsewhere => case_at_home(&mut data),
        Reason::UnitPacked => {
            case_at_home(&mut data);
            hand_over_packed(&mut data, manufacturer(), pharmacy(), 2);
        }
        Reason::LogisticUnitWithdrawn => {
            case_at_home(&mut data);
            hand_over_packed(&mut data, manufacturer(), wholesaler(), 2);
            send_back(&mut data, wholesaler(), Goods::LogisticUnit(sscc(2))).unwrap();
            scan.site = None;
        }
        Reason::NoUnitsLeft => {
            let plain = released(&mut data, 0x10);
            data.decommission_quantity(manufacturer(), plain, 0x10, UnitState::Exported, None).unwrap();
            (scan, now) = (Scan { site: Some(site(3)), ..self::scan(LOT) }, NOW);
        }
        Reason::CounterfeitConfirmed | Reason::AlarmOpen => {
            batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
            if reason == Reason::CounterfeitConfirmed {
                let confirmed = Resolution::CounterfeitConfirmed;
                data.resolve_alarm(regulator(), id, &serial(3), confirmed).unwrap();
            }
        }
        Reason::UnitQuarantined => batch.quarantine(&mut data, pharmacy(), &[3]),
        Reason::UnitCondemned => batch.condemn(&mut data, pharmacy(), &[3]),
        Reason::UnitsQuarantined => {
            let batch = Serialised::released(&mut data, b"NEW", 10);
            hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 4);
            quarantine_all(&mut data, batch.id, pharmacy());
            hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 1);
            scan = Scan { lot: b"NEW".to_vec(), proof: Some(batch.proof(3)), ..scan };
        }
        Reason::NoneLooseHere => {
            let batch = Serialised::released(&mut data, b"NEW", 10);
            ship(&mut data, manufacturer(), loose(batch.id, 4), pharmacy()).unwrap();
            scan = Scan { lot: b"NEW".to_vec(), proof: Some(batch.proof(3)), ..scan };
        }
        Reason::NotReleased => {
            let unreleased = Serialised::registered(&mut data, b"NEW", 10);
            scan = Scan { lot: b"NEW".to_vec(), proof: Some(unreleased.proof(3)), site: None, ..scan };
        }
        Reason::BlockedByRegulator => assert!(data.block(regulator(), id).is_ok()),
        Reason::Expired => now = EXPIRES_AT + 1,
        Reason::ExpiryMismatch => scan.expiry = Some(EXPIRY + 10_000),
        Reason::SerialMissing => scan.serial = None,
        Reason::SerialNotInBatch => scan.serial = Some(serial(11)),
        Reason::NotHeldHere => scan.site = Some(site(4)),
        Reason::SerialUnproven => scan.proof = None,
        Reason::SerialsNotRegistered => {
            let plain = released(&mut data, 10);
            hand_over(&mut data, plain, manufacturer(), pharmacy(), 5);
            scan.lot = LOT.to_vec();
        }
        Reason::SiteNotDispenser => dispensing.by_site = Some(false),
        Reason::DispensingStopped => dispensing.runs = false,
        _ => scan.lot = b"NONE".to_vec(),
    }
    (data, scan, now, dispensing)
}

fn quarantine_some(data: &mut Registers, batch: BatchId, holder: Call, quantity: u64) {
    let target = QuarantineTarget::Holding { batch, site: site_of(holder), quantity: Some(quantity) };
    data.quarantine(holder, target, QuarantineReason::Damaged).unwrap();
}

#[test]
fn each_reason_alone_keeps_a_pack_from_being_valid() {
    for reason in Reason::ALL {
        let (data, scan, now, dispensing) = alone(reason);
        let verdict = data.verdict_where(&scan, dispensing, now);
        // Where none of a batch is left, none is at the site either.
        let more = if reason == Reason::NoUnitsLeft { vec![Reason::NotHeldHere] } else { Vec::new() };
        let expected = [vec![reason], more].concat();
        assert_eq!(verdict.reasons.by_severity(), expected);
        assert_eq!(verdict.outcome, reason.outcome());
        assert_ne!(verdict.outcome, Outcome::Valid);
        assert!(verdict.notes.is_empty());
    }
}

#[test]
fn what_became_of_the_pack_and_of_others_is_a_note_where_no_site_is_named() {
    for (state, reason) in
        [(UnitState::Dispensed, Reason::UnitDispensed), (UnitState::Exported, Reason::UnitExported)]
    {
        let (mut data, batch, scan) = sound();
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        batch.quarantine(&mut data, pharmacy(), &[5]);
        let verdict = data.verdict(&scan, NOW);
        let notes = [Reason::UnitsQuarantined, reason].into_iter().fold(Reasons::default(), Reasons::with);
        assert_eq!(
            (verdict.outcome, verdict.reasons, verdict.notes),
            (Outcome::Genuine, Reasons::default(), notes)
        );
        assert_eq!(verdict.unit().map(|unit| (unit.site, unit.at)), Some((site(3), NOW)), "where, and when");
        // At a counter it is no pack to be dispensed.
        assert_verdict(&data, &Scan { site: Some(site(3)), ..scan }, NOW, Outcome::Decommissioned, &[reason]);
        // Other packs of the batch are as valid as before.
        let other = Scan { site: Some(site(3)), ..scan_of(&batch, 6) };
        assert_verdict(&data, &other, NOW, Outcome::Valid, &[]);
    }
}

/// The first of the tries of the issue: one custodian quarantines one pack, and honest scans stay as they were.
#[test]
fn one_quarantined_pack_says_nothing_about_the_others() {
    let (mut data, batch, scan) = sound();
    batch.quarantine(&mut data, pharmacy(), &[7]);
    assert_verdict(&data, &scan, NOW, Outcome::Genuine, &[]);
    assert_verdict(&data, &Scan { site: Some(site(3)), ..scan }, NOW, Outcome::Valid, &[]);
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    let own = Scan { site: Some(site(3)), ..scan_of(&batch, 7) };
    assert_verdict(&data, &own, NOW, Outcome::Quarantined, &[Reason::UnitQuarantined]);
    assert_verdict(&data, &scan_of(&batch, 7), NOW, Outcome::Quarantined, &[Reason::UnitQuarantined]);
}

#[test]
fn a_pause_shows_and_is_a_note_where_no_site_is_named() {
    let (data, _, scan) = sound();
    let stopped = Dispensing { runs: false, by_site: None };
    let verdict = data.verdict_where(&scan, stopped, NOW);
    assert_eq!((verdict.outcome, verdict.reasons), (Outcome::Genuine, Reasons::default()));
    assert!(verdict.notes.contains(Reason::DispensingStopped));
    let at_site = Scan { site: Some(site(3)), ..scan };
    let verdict = data.verdict_where(&at_site, Dispensing { runs: false, by_site: Some(true) }, NOW);
    assert_eq!(verdict.reasons.by_severity(), [Reason::DispensingStopped]);
}

#[test]
fn the_alarm_about_a_copied_serial_names_both_sites() {
    let (mut data, batch, scan) = sound();
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    assert_verdict(&data, &scan, NOW, Outcome::Decommissioned, &[Reason::AlarmOpen]);
    assert!(data.verdict(&scan, NOW).notes.contains(Reason::UnitDispensed));
    let verdict = data.verdict(&scan, NOW);
    assert_eq!(verdict.unit().map(|unit| unit.site), Some(site(3)));
    assert_eq!(verdict.alarm().map(|alarm| (alarm.site, alarm.other)), Some((site(4), Some(site(3)))));
    assert_verdict(&data, &scan_of(&batch, 4), NOW, Outcome::Genuine, &[]);
}

#[test]
fn a_wrong_proof_speaks_against_a_serial_only_until_it_is_proven() {
    let (mut data, batch, scan) = sound();
    data.decommission(other_pharmacy(), batch.id, &serial(3), &batch.proof(4), UnitState::Dispensed).unwrap();
    assert_verdict(&data, &scan, NOW, Outcome::Genuine, &[]);
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
    quarantine_all(&mut data, batch.id, pharmacy());
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
        Reason::NoneLooseHere,
    ];
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Decommissioned, &reasons);
    recall_batch(&mut data, batch.id);
    reasons.insert(0, Reason::BatchRecalled);
    assert_verdict(&data, &scan, EXPIRES_AT + 1, Outcome::Recalled, &reasons);
}

#[test]
fn nobody_can_tell_packs_without_serials_from_those_that_are_quarantined_or_condemned_beside_them() {
    let mut data = Registers::default();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let here = Scan { site: Some(site(3)), ..scan(LOT) };
    quarantine_some(&mut data, id, manufacturer(), 1);
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
    quarantine_some(&mut data, id, pharmacy(), 1);
    assert_verdict(&data, &here, NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Genuine, &[]);
    assert!(data.verdict(&scan(LOT), NOW).notes.contains(Reason::UnitsQuarantined));
    let one = QuarantineTarget::Holding { batch: id, site: site(3), quantity: Some(1) };
    data.condemn(pharmacy(), one).unwrap();
    assert_verdict(&data, &here, NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
    data.decommission_quantity(pharmacy(), id, 1, UnitState::Destroyed, None).unwrap();
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
}

#[test]
fn a_closed_case_that_is_quarantined_says_nothing_about_loose_packs() {
    let mut data = Registers::default();
    let batch = Serialised::released(&mut data, SERIALISED, 10);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over_packed(&mut data, manufacturer(), pharmacy(), 1);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 2);
    let target = QuarantineTarget::LogisticUnit(sscc(1));
    data.quarantine(pharmacy(), target, QuarantineReason::Damaged).unwrap();
    let here = |number| Scan { site: Some(site(3)), ..scan_of(&batch, number) };
    let reasons = [Reason::UnitQuarantined, Reason::UnitPacked];
    assert_verdict(&data, &here(3), NOW, Outcome::Quarantined, &reasons);
    assert_verdict(&data, &here(8), NOW, Outcome::Valid, &[]);
    // Opened, its packs are loose, and nobody said which they are.
    data.unpack(pharmacy(), sscc(1)).unwrap();
    assert_verdict(&data, &here(8), NOW, Outcome::Quarantined, &[Reason::UnitsQuarantined]);
    batch.name_quarantined(&mut data, pharmacy(), &[0, 1, 2, 3]);
    assert_verdict(&data, &here(8), NOW, Outcome::Valid, &[]);
    assert_verdict(&data, &here(3), NOW, Outcome::Quarantined, &[Reason::UnitQuarantined]);
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
    let reasons = [Reason::LogisticUnitRecalled, Reason::LogisticUnitWithdrawn];
    assert_verdict(&data, &scan, NOW, Outcome::Recalled, &reasons);
    assert_verdict(&data, &scan_of(&batch, 4), NOW, Outcome::Genuine, &[]);
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
fn that_all_units_are_gone_speaks_against_a_pack_at_a_counter_only() {
    let mut data = Registers::default();
    let id = released(&mut data, 10);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
    data.decommission_quantity(pharmacy(), id, 9, UnitState::Dispensed, None).unwrap();
    let here = Scan { site: Some(site(3)), ..scan(LOT) };
    assert_verdict(&data, &here, NOW, Outcome::Valid, &[]);
    data.decommission_quantity(pharmacy(), id, 1, UnitState::Dispensed, None).unwrap();
    let reasons = [Reason::NoUnitsLeft, Reason::NotHeldHere];
    assert_verdict(&data, &here, NOW, Outcome::Decommissioned, &reasons);
    assert_verdict(&data, &scan(LOT), NOW, Outcome::Genuine, &[]);
    assert!(data.verdict(&scan(LOT), NOW).notes.contains(Reason::NoUnitsLeft), "the patient has one of them");
}

#[test]
fn the_last_day_of_use_is_judged_by_the_chains_time() {
    let (data, _, scan) = sound();
    assert_verdict(&data, &scan, EXPIRES_AT, Outcome::Genuine, &[]);
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
