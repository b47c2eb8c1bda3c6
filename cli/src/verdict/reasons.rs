//! What each reason of a verdict means, and what to do about it, in plain sentences.

use primitives::units::{Outcome, Reason};

/// A reason in words.
pub struct Explanation {
    /// What is the case.
    pub fact: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The words for a reason. Its code is its [`crate::choices::Choice::name`].
pub const fn explain(reason: Reason) -> Explanation {
    let (fact, advice) = match reason {
        Reason::BatchRecalled => (
            "The batch is recalled.",
            "Quarantine the pack and return it as the recall's instructions say. Warn patients who have packs of this lot.",
        ),
        Reason::UnitRecalled => (
            "The serial of this pack is in a range that is recalled.",
            "Quarantine the pack and return it as the recall's instructions say.",
        ),
        Reason::LogisticUnitRecalled => (
            "The case or pallet that this pack belongs to is recalled.",
            "Leave it closed and return it as the recall's instructions say.",
        ),
        Reason::UnitDispensed => (
            "This pack was dispensed before.",
            "Do not dispense it again. If you did not dispense it yourself, it may be a copy: keep the pack and \
             inform the authority.",
        ),
        Reason::UnitDestroyed => (
            "The pack with this serial was destroyed.",
            "Keep this one with its packaging and inform the authority: it may be a copy.",
        ),
        Reason::UnitStolen => (
            "The pack with this serial was stolen.",
            "Keep it with its packaging and inform the authority.",
        ),
        Reason::UnitSampled => (
            "The pack with this serial was taken as a sample.",
            "It is not for patients: quarantine it and ask your supplier where it comes from.",
        ),
        Reason::UnitExported => (
            "The pack with this serial was exported.",
            "It is not for patients here: quarantine it and ask your supplier where it comes from.",
        ),
        Reason::NoUnitsLeft => (
            "Every pack of this batch was dispensed, destroyed, or left the supply chain otherwise.",
            "Keep this one with its packaging and inform the authority: it may be a copy.",
        ),
        Reason::CounterfeitConfirmed => (
            "The authority has confirmed that there is a copy of the pack with this serial.",
            "Keep the pack with its packaging and inform the authority.",
        ),
        Reason::AlarmOpen => (
            "Packs with this serial were in places where they cannot both be: one of them is a copy.",
            "Keep the pack with its packaging and inform the authority and the manufacturer.",
        ),
        Reason::UnitQuarantined => (
            "The pack is quarantined.",
            "Keep it apart until the quarantine ends or the pack is condemned: see `theriac status goods`.",
        ),
        Reason::UnitsQuarantined => (
            "Packs of this batch are quarantined at the site, and the register does not know which.",
            "Keep the pack apart until the quarantine ends. Packs with serials can be named with `theriac packs quarantine \
             --already-quarantined`: then the others are released.",
        ),
        Reason::NotReleased => (
            "The manufacturer's quality unit has not released the batch to the market.",
            "It must not be in trade yet: quarantine the pack and ask your supplier where it comes from.",
        ),
        Reason::BlockedByRegulator => (
            "The authority has blocked the batch.",
            "Quarantine the pack and wait for the authority's decision.",
        ),
        Reason::Expired => ("The expiry date is over.", "Quarantine the pack for destruction."),
        Reason::ExpiryMismatch => (
            "The expiry date on the pack is not the registered one.",
            "Compare it with the print. If the scan was right, the pack may be forged: inform the manufacturer.",
        ),
        Reason::SerialMissing => (
            "The packs of this batch have serials, and none was read.",
            "Scan the square code on the pack; it has the serial.",
        ),
        Reason::SerialNotInBatch => (
            "The serial is not one of this batch's.",
            "Compare it with the print. If the scan was right, the pack may be forged: keep it and inform the \
             manufacturer.",
        ),
        Reason::NotHeldHere => (
            "The site where the pack is has nothing of this batch in its books.",
            "Check the delivery: receive it first if it is new, otherwise ask where the pack comes from.",
        ),
        Reason::UnitElsewhere => (
            "The pack with this serial is in a closed case or pallet at another site.",
            "Keep it with its packaging and inform the manufacturer: it may be a copy.",
        ),
        Reason::SerialUnproven => (
            "The serial could not be checked, because there was no proof for it.",
            "Give the manufacturer's list of serials with --serials and the batch key with --batch-key-file, and verify again.",
        ),
        Reason::SerialsNotRegistered => (
            "The pack has a serial, but the batch was registered without serials.",
            "Ask the manufacturer whether packs of this lot have serials.",
        ),
        Reason::BatchUnknown => (
            "No batch with this GTIN and lot is registered.",
            "Compare GTIN and lot with the print. If the scan was right, do not trust the pack: ask your supplier.",
        ),
        Reason::UnitCondemned => (
            "The pack is condemned.",
            "It is never dispensed again: destroy it, or return it to the manufacturer.",
        ),
        Reason::LogisticUnitWithdrawn => (
            "The case or pallet that this pack belongs to is condemned, or was returned to the manufacturer.",
            "It is never dispensed again. If it is not closed any more, keep the pack and inform the authority.",
        ),
        Reason::UnitPacked => (
            "The pack is in a closed case or pallet at the site.",
            "Open it first with `theriac logistic unpack`, and verify again.",
        ),
        Reason::NoneLooseHere => (
            "The site has packs of this batch, but none that is loose and free.",
            "Receive what is on its way, or unpack a case: see `theriac batch reach` for what the site has.",
        ),
        Reason::SiteNotDispenser => (
            "The site's organisation may not dispense now.",
            "Compare the site that was named with --holder; `theriac org show` says what its organisation may do.",
        ),
        Reason::DispensingStopped => (
            "Nothing can be dispensed now: the register is paused or in set-up.",
            "Wait until the administrator runs `theriac admin unpause`; `theriac admin show` says what is paused.",
        ),
    };
    Explanation { fact, advice }
}

/// What is to be said besides about a genuine pack, where no site is named: in whole sentences.
pub const fn note(reason: Reason) -> &'static str {
    match reason {
        Reason::UnitDispensed => "This pack was dispensed: as expected if you received it there.",
        Reason::UnitExported => "This pack was exported: as expected if it was bought abroad.",
        Reason::NoUnitsLeft => "Every pack of this batch was dispensed, or left the supply chain otherwise.",
        Reason::UnitsQuarantined => {
            "Packs of this batch are quarantined somewhere; this one is not known to be one of them."
        }
        other => explain(other).fact,
    }
}

/// An outcome in a few words, for the headline.
pub const fn headline(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Recalled => "recalled",
        Outcome::Decommissioned => "dispensed, or out of trade otherwise",
        Outcome::Quarantined => "in quarantine",
        Outcome::NotReleased => "not released",
        Outcome::Expired => "expired",
        Outcome::Mismatch => "does not match the register",
        Outcome::Unknown => "not confirmed by the register",
        Outcome::Valid => "valid",
        Outcome::Genuine => "genuine",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Choice;

    #[test]
    fn every_reason_is_explained_in_whole_sentences() {
        for reason in Reason::ALL {
            let (name, Explanation { fact, advice }) = (reason.name(), explain(reason));
            for text in [fact, advice, note(reason)] {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{name}: {text}");
            }
        }
    }

    #[test]
    fn outcomes_have_headlines_of_their_own() {
        for (_, outcome) in Outcome::ALL {
            let same =
                Outcome::ALL.iter().filter(|(_, other)| headline(*other) == headline(*outcome)).count();
            assert_eq!(same, 1);
        }
    }
}
