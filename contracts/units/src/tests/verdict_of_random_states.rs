use proptest::prelude::*;

use super::*;
use crate::{Outcome, Reason};
use batches::{QuarantineReason, QuarantineTarget};

/// What happened to a batch, and what is scanned.
#[derive(Clone, Copy, Debug)]
struct Case {
    serialised: bool,
    released: bool,
    blocked: bool,
    recalled: bool,
    quarantined_at_pharmacy: bool,
    quarantined_elsewhere: bool,
    /// What became of unit 3.
    state: Option<UnitState>,
    /// Whether somebody else tried to dispense it as well, and what a regulator found then.
    copied: Option<Option<Resolution>>,
    range_recalled: bool,
    case_packed: bool,
    case_recalled: bool,
    late: bool,
    expiry: Option<bool>,
    serial: Option<bool>,
    proof: Option<bool>,
    holder: Option<u8>,
}

prop_compose! {
    fn cases()(
        facts in prop::array::uniform10(any::<bool>()),
        state in prop::option::of(prop::sample::select(STATES.to_vec())),
        copied in prop::option::of(prop::option::of(prop::sample::select(FINDINGS.to_vec()))),
        expiry in any::<Option<bool>>(),
        serial in any::<Option<bool>>(),
        proof in any::<Option<bool>>(),
        holder in prop::option::of(prop::sample::select(vec![1_u8, 3, 4])),
    ) -> Case {
        let [serialised, released, blocked, recalled, quarantined_at_pharmacy, quarantined_elsewhere, range_recalled, case_packed, case_recalled, late] =
            facts;
        Case {
            serialised,
            released,
            blocked,
            recalled,
            quarantined_at_pharmacy,
            quarantined_elsewhere,
            state,
            copied,
            range_recalled,
            case_packed,
            case_recalled,
            late,
            expiry,
            serial,
            proof,
            holder,
        }
    }
}

const UNITS: usize = 10;
const HERE: u64 = 4;
const STATES: [UnitState; 6] = [
    UnitState::Dispensed,
    UnitState::Destroyed,
    UnitState::Stolen,
    UnitState::Sample,
    UnitState::Exported,
    UnitState::Locked,
];
const FINDINGS: [Resolution; 2] = [Resolution::FalseAlarm, Resolution::CounterfeitConfirmed];

const UNIT_REASONS: [Reason; 6] = [
    Reason::UnitDispensed,
    Reason::UnitDestroyed,
    Reason::UnitStolen,
    Reason::UnitSampled,
    Reason::UnitExported,
    Reason::UnitLocked,
];

fn set_apart(data: &mut Register, batch: BatchId, holder: u8) {
    let target = QuarantineTarget::Holding { batch, holder: account(holder), quantity: Some(1) };
    data.quarantine(regulator(), target, QuarantineReason::Other).unwrap();
}

impl Case {
    /// What became of unit 3: it takes a released batch with serials, of which the pharmacy has some.
    fn state(self) -> Option<UnitState> {
        self.state.filter(|_| self.released && self.serialised)
    }

    /// Whether a copy of unit 3 turned up, and what a regulator found.
    fn copied(self) -> Option<Option<Resolution>> {
        self.copied.filter(|_| self.released && self.serialised)
    }

    /// Whether unit 3 is in the case 0, which the manufacturer packs.
    fn packed(self) -> bool {
        self.case_packed && self.serialised
    }

    fn play(self) -> (Register, Scan) {
        let mut data = register();
        let batch = Serialised::registered(&mut data, LOT, UNITS);
        let id = batch.id;
        if !self.serialised {
            data = register();
            assert_eq!(registered(&mut data, batch.tree.quantity()), id);
        }
        if self.released {
            attest_all(&mut data, id);
            data.release(manufacturer(), id).unwrap();
            hand_over(&mut data, id, manufacturer(), pharmacy(), HERE);
        }
        if let Some(state) = self.state() {
            let done = batch.decommission(&mut data, pharmacy(), 3, state);
            assert!(matches!(done, Ok(Decommissioning::Done(_))));
        }
        if let Some(found) = self.copied() {
            // Without stock, so that it is an alarm whatever became of the first pack.
            let copy = batch.dispense(&mut data, other_pharmacy(), 3);
            assert!(matches!(copy, Ok(Decommissioning::Alarm(_))));
            if let Some(resolution) = found {
                data.resolve_alarm(regulator(), id, &serial(3), resolution).unwrap();
            }
        }
        if self.packed() {
            pack_case(&mut data, id, 0, 1);
            pack_pallet(&mut data, manufacturer(), &[1], 2);
            if self.case_recalled {
                let pallet = recall_of(RecallScope::LogisticUnit(sscc(2)));
                data.recall(regulator(), id, pallet).unwrap();
            }
        }
        if self.range_recalled && self.serialised {
            let range = recall_of(RecallScope::SerialRange { first: 0, last: 3 });
            data.recall(regulator(), id, range).unwrap();
        }
        if self.quarantined_at_pharmacy && self.released {
            set_apart(&mut data, id, 3);
        }
        if self.quarantined_elsewhere {
            set_apart(&mut data, id, 1);
        }
        if self.blocked {
            data.block(regulator(), id).unwrap();
        }
        if self.recalled {
            recall_batch(&mut data, id);
        }
        let scan = Scan {
            gtin: GTIN,
            lot: LOT.to_vec(),
            expiry: self.expiry.map(|right| if right { EXPIRY } else { 270_101 }),
            serial: self.serial.map(|right| if right { serial(3) } else { b"COPY".to_vec() }),
            proof: self.proof.map(|right| batch.proof(if right { 3 } else { 5 })),
            holder: self.holder.map(account),
        };
        (data, scan)
    }

    /// What speaks against the pack, by the words of the rules and not by their code.
    fn reasons(self) -> Vec<Reason> {
        let quarantined_here = self.quarantined_at_pharmacy && self.released;
        let quarantined = match self.holder {
            Some(3) => quarantined_here,
            Some(1) => self.quarantined_elsewhere,
            Some(_) => false,
            None => quarantined_here || self.quarantined_elsewhere,
        };
        let held = match self.holder {
            Some(3) => self.released,
            Some(4) => false,
            _ => true,
        };
        let scanned = self.serialised && self.serial == Some(true);
        let proven = scanned && self.proof == Some(true);
        let claimed = self.serialised && self.serial.is_some() && self.proof.is_some();
        let alarm = self.copied().filter(|found| *found != Some(Resolution::FalseAlarm));
        let mut reasons = Vec::new();
        let mut name = |holds: bool, reason| {
            if holds {
                reasons.push(reason)
            }
        };
        name(self.recalled, Reason::BatchRecalled);
        name(proven && self.range_recalled, Reason::UnitRecalled);
        name(proven && self.packed() && self.case_recalled, Reason::LogisticUnitRecalled);
        for (state, reason) in STATES.into_iter().zip(UNIT_REASONS) {
            name(scanned && state != UnitState::Locked && self.state() == Some(state), reason);
        }
        name(scanned && alarm.is_some_and(|found| found.is_some()), Reason::CounterfeitConfirmed);
        name(scanned && alarm == Some(None), Reason::AlarmOpen);
        name(scanned && self.state() == Some(UnitState::Locked), Reason::UnitLocked);
        name(quarantined, Reason::UnitsQuarantined);
        name(!self.released, Reason::NotReleased);
        name(self.blocked, Reason::BlockedByRegulator);
        name(self.late, Reason::Expired);
        name(self.expiry == Some(false), Reason::ExpiryMismatch);
        name(self.serialised && self.serial.is_none(), Reason::SerialMissing);
        name(claimed && !proven, Reason::SerialNotInBatch);
        name(!held, Reason::NotHeldHere);
        let elsewhere = self.holder.is_some_and(|holder| holder != 1);
        name(proven && self.packed() && elsewhere, Reason::UnitElsewhere);
        let unproven = self.serialised && self.serial.is_some() && self.proof.is_none();
        name(unproven, Reason::SerialUnproven);
        name(!self.serialised && self.serial.is_some(), Reason::SerialsNotRegistered);
        reasons
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_pack_is_valid_only_where_no_rule_forbids_it_and_all_reasons_are_named(case in cases()) {
        let (data, scan) = case.play();
        let now = if case.late { EXPIRES_AT + 1 } else { NOW };
        let verdict = data.verdict(&scan, now);
        assert_eq!(&verdict.reasons, &case.reasons());
        assert_eq!(verdict.outcome == Outcome::Valid, verdict.reasons.is_empty());
        assert!(verdict.reasons.is_sorted_by_key(|reason| reason.outcome()), "the worst comes first");
        if let Some(worst) = verdict.reasons.first() {
            assert_eq!(verdict.outcome, worst.outcome());
        }
    }
}
