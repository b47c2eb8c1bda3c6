use alloc::vec::Vec;

use scale::{Decode, Encode};

use super::{Alarm, Outcome, Reasons, UnitRecord};
use crate::batches::Batch;
use crate::Timestamp;

/// What the register says about a scanned pack.
///
/// It can grow without breaking a reader: new reasons are bits, new details are entries, and a reader of a detail takes
/// the fields that it knows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Verdict {
    /// The outcome of the gravest reason. Where there is none: valid for a scan at a site, genuine for one without.
    pub outcome: Outcome,
    /// Everything that speaks against the pack.
    pub reasons: Reasons,
    /// What is to be said besides, and decides nothing: that the pack was dispensed, where no site is named, or that other
    /// packs of the batch are quarantined.
    pub notes: Reasons,
    /// The chain's time to which all of this applies.
    pub judged_at: Timestamp,
    /// What the register knows besides: kind and encoded value. A reader skips a kind that it does not know.
    details: Vec<(u8, Vec<u8>)>,
}

/// Something that a verdict can say besides its reasons.
pub trait Detail: Encode + Decode {
    /// Its kind, which no other one has.
    const KIND: u8;
}

impl Detail for Batch {
    const KIND: u8 = 0;
}

impl Detail for UnitRecord {
    const KIND: u8 = 1;
}

impl Detail for Alarm {
    const KIND: u8 = 2;
}

impl Verdict {
    /// The verdict by these facts, without details: for a scan at a site, or without one.
    #[must_use]
    pub fn new(facts: Reasons, at_site: bool, judged_at: Timestamp) -> Self {
        let (best, notes) = if at_site {
            (Outcome::Valid, Reasons::default())
        } else {
            (Outcome::Genuine, facts.notes_without_site())
        };
        let reasons = facts.without(notes);
        Self { outcome: reasons.outcome(best), reasons, notes, judged_at, details: Vec::new() }
    }

    /// The same verdict with a detail, where there is one.
    #[must_use]
    pub fn with<D: Detail>(mut self, detail: Option<&D>) -> Self {
        if let Some(detail) = detail {
            self.details.push((D::KIND, detail.encode()));
        }
        self
    }

    /// The batch, where it is registered.
    #[must_use]
    pub fn batch(&self) -> Option<Batch> {
        self.detail()
    }

    /// What the register knows of the unit, where it is not free on a shelf.
    #[must_use]
    pub fn unit(&self) -> Option<UnitRecord> {
        self.detail()
    }

    /// The alarm about it.
    #[must_use]
    pub fn alarm(&self) -> Option<Alarm> {
        self.detail()
    }

    fn detail<D: Detail>(&self) -> Option<D> {
        let (_, bytes) = self.details.iter().find(|(kind, _)| *kind == D::KIND)?;
        D::decode(&mut &bytes[..]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AlarmCode, Reason};
    use super::*;
    use crate::batches::{UnitPlace, UnitState};

    fn dispensed() -> UnitRecord {
        let place = UnitPlace::Left(UnitState::Dispensed);
        UnitRecord { place, site: 7, at: 9, position: 3, stop: None, registration: 0 }
    }

    #[test]
    fn what_a_patient_has_rightly_is_genuine_and_not_valid_at_a_site() {
        let facts = Reasons::default().with(Reason::UnitDispensed).with(Reason::UnitsQuarantined);
        let anywhere = Verdict::new(facts, false, 0);
        assert_eq!(
            (anywhere.outcome, anywhere.reasons, anywhere.notes),
            (Outcome::Genuine, Reasons::default(), facts)
        );
        let at_site = Verdict::new(facts, true, 0);
        assert_eq!((at_site.outcome, at_site.reasons), (Outcome::Decommissioned, facts));
        assert!(at_site.notes.is_empty());
        let recalled = Verdict::new(facts.with(Reason::BatchRecalled), false, 0);
        assert_eq!((recalled.outcome, recalled.notes), (Outcome::Recalled, facts));
    }

    #[test]
    fn a_reader_skips_details_and_fields_that_it_does_not_know() {
        let unit = dispensed();
        let facts = Reasons::default().with(Reason::UnitDispensed);
        let mut newer = Verdict::new(facts, true, 11).with(Some(&unit));
        newer.details[0].1.extend([1, 2, 3]);
        newer.details.push((250, vec![9; 40]));
        let read = Verdict::decode(&mut &newer.encode()[..]).unwrap();
        assert_eq!((read.outcome, read.unit()), (Outcome::Decommissioned, Some(unit)));
        assert_eq!((read.batch(), read.alarm()), (None, None));
    }

    #[test]
    fn each_detail_is_found_by_its_kind() {
        let alarm = Alarm {
            code: AlarmCode::UnitElsewhere,
            site: 1,
            other: Some(2),
            at: 3,
            count: 4,
            by_others: false,
            confirmed: false,
            registration: 0,
        };
        let verdict = Verdict::new(Reasons::default(), true, 0).with::<Batch>(None).with(Some(&alarm));
        assert_eq!((verdict.alarm(), verdict.unit()), (Some(alarm), None));
    }
}
