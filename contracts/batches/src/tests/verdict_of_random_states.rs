use proptest::prelude::*;

use super::*;
use crate::{Outcome, QuarantineReason, Reason, RecallClass, RecallReason, Scan};

/// What happened to a batch, and what is scanned.
#[derive(Clone, Copy, Debug)]
struct Case {
    serialised: bool,
    released: bool,
    blocked: bool,
    recalled: bool,
    quarantined_at_pharmacy: bool,
    quarantined_elsewhere: bool,
    dispensed: bool,
    cloned: bool,
    late: bool,
    expiry: Option<bool>,
    serial: Option<bool>,
    proof: Option<bool>,
    holder: Option<u8>,
}

prop_compose! {
    fn cases()(
        facts in prop::array::uniform9(any::<bool>()),
        expiry in any::<Option<bool>>(),
        serial in any::<Option<bool>>(),
        proof in any::<Option<bool>>(),
        holder in prop::option::of(prop::sample::select(vec![1_u8, 3, 4])),
    ) -> Case {
        let [serialised, released, blocked, recalled, quarantined_at_pharmacy, quarantined_elsewhere, dispensed, cloned, late] =
            facts;
        Case {
            serialised,
            released,
            blocked,
            recalled,
            quarantined_at_pharmacy,
            quarantined_elsewhere,
            dispensed,
            cloned,
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

impl Case {
    /// Whether the unit 3 can have been dispensed: it takes a released batch with serials.
    fn is_dispensed(self) -> bool {
        self.dispensed && self.released && self.serialised
    }

    fn play(self) -> (Data, Scan) {
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
        if self.is_dispensed() {
            batch.dispense(&mut data, pharmacy(), 3).unwrap();
            if self.cloned {
                assert!(matches!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(Dispensing::Clone(_))));
            }
        }
        if self.quarantined_at_pharmacy && self.released {
            data.quarantine(regulator(), id, account(3), 1, QuarantineReason::Other).unwrap();
        }
        if self.quarantined_elsewhere {
            data.quarantine(regulator(), id, account(1), 1, QuarantineReason::Other).unwrap();
        }
        if self.blocked {
            data.block(regulator(), id).unwrap();
        }
        if self.recalled {
            data.recall(regulator(), id, RecallClass::I, RecallReason::Counterfeit).unwrap();
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
        let mut reasons = Vec::new();
        let mut name = |holds: bool, reason| {
            if holds {
                reasons.push(reason)
            }
        };
        name(self.recalled, Reason::BatchRecalled);
        name(scanned && self.is_dispensed(), Reason::UnitDispensed);
        name(scanned && self.is_dispensed() && self.cloned, Reason::CloneAlarm);
        name(quarantined, Reason::UnitsQuarantined);
        name(!self.released, Reason::NotReleased);
        name(self.blocked, Reason::BlockedByRegulator);
        name(self.late, Reason::Expired);
        name(self.expiry == Some(false), Reason::ExpiryMismatch);
        name(self.serialised && self.serial.is_none(), Reason::SerialMissing);
        let proven = self.serial == Some(true) && self.proof == Some(true);
        let claimed = self.serialised && self.serial.is_some() && self.proof.is_some();
        name(claimed && !proven, Reason::SerialNotInBatch);
        name(!held, Reason::NotHeldHere);
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
