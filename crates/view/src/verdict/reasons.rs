//! What each reason of a verdict means, and what to do about it, in plain sentences.

use primitives::units::{Outcome, Reason};

use crate::Audience;

/// What is the case: the same for everybody.
pub const fn fact(reason: Reason) -> &'static str {
    match reason {
        Reason::BatchRecalled => "The batch is recalled.",
        Reason::UnitRecalled => "The serial of this pack is in a range that is recalled.",
        Reason::LogisticUnitRecalled => "The case or pallet that this pack belongs to is recalled.",
        Reason::UnitDispensed => "This pack was dispensed before.",
        Reason::UnitDestroyed => "The pack with this serial was destroyed.",
        Reason::UnitStolen => "The pack with this serial was stolen.",
        Reason::UnitSampled => "The pack with this serial was taken as a sample.",
        Reason::UnitExported => "The pack with this serial was exported.",
        Reason::NoUnitsLeft => {
            "Every pack of this batch was dispensed, destroyed, or left the supply chain otherwise."
        }
        Reason::CounterfeitConfirmed => {
            "The authority has confirmed that there is a copy of the pack with this serial."
        }
        Reason::AlarmOpen => {
            "Packs with this serial were in places where they cannot both be: one of them is a copy."
        }
        Reason::UnitQuarantined => "The pack is quarantined.",
        Reason::UnitsQuarantined => {
            "Packs of this batch are quarantined at the site, and the register does not know which."
        }
        Reason::NotReleased => "The manufacturer's quality unit has not released the batch to the market.",
        Reason::BlockedByRegulator => "The authority has blocked the batch.",
        Reason::Expired => "The expiry date is over.",
        Reason::ExpiryMismatch => "The expiry date on the pack is not the registered one.",
        Reason::SerialMissing => "The packs of this batch have serials, and none was read.",
        Reason::SerialNotInBatch => "The serial is not one of this batch's.",
        Reason::NotHeldHere => "The site where the pack is has nothing of this batch in its books.",
        Reason::UnitElsewhere => "The pack with this serial is in a closed case or pallet at another site.",
        Reason::SerialUnproven => "The serial could not be checked, because there was no proof for it.",
        Reason::SerialsNotRegistered => {
            "The pack has a serial, but the batch was registered without serials."
        }
        Reason::BatchUnknown => "No batch with this GTIN and lot is registered.",
        Reason::UnitCondemned => "The pack is condemned.",
        Reason::LogisticUnitWithdrawn => {
            "The case or pallet that this pack belongs to is condemned, or was returned to the manufacturer."
        }
        Reason::UnitPacked => "The pack is in a closed case or pallet at the site.",
        Reason::NoneLooseHere => "The site has packs of this batch, but none that is loose and free.",
        Reason::SiteNotDispenser => "The site's organisation may not dispense now.",
        Reason::DispensingStopped => "Nothing can be dispensed now: the register is paused or in set-up.",
    }
}

/// What to do about it. Only where a command helps does it differ by who reads it.
pub const fn advice(reason: Reason, audience: Audience) -> &'static str {
    match reason {
        Reason::BatchRecalled => {
            "Quarantine the pack and return it as the recall's instructions say. Warn patients who have packs of \
             this lot."
        }
        Reason::UnitRecalled => "Quarantine the pack and return it as the recall's instructions say.",
        Reason::LogisticUnitRecalled => "Leave it closed and return it as the recall's instructions say.",
        Reason::UnitDispensed => {
            "Do not dispense it again. If you did not dispense it yourself, it may be a copy: keep the pack and \
             inform the authority."
        }
        Reason::UnitDestroyed | Reason::NoUnitsLeft => {
            "Keep this one with its packaging and inform the authority: it may be a copy."
        }
        Reason::UnitStolen => "Keep it with its packaging and inform the authority.",
        Reason::UnitSampled => {
            "It is not for patients: quarantine it and ask your supplier where it comes from."
        }
        Reason::UnitExported => {
            "It is not for patients here: quarantine it and ask your supplier where it comes from."
        }
        Reason::CounterfeitConfirmed => "Keep the pack with its packaging and inform the authority.",
        Reason::AlarmOpen => {
            "Keep the pack with its packaging and inform the authority and the manufacturer."
        }
        Reason::UnitQuarantined => audience.choose(
            "Keep it apart until the quarantine ends or the pack is condemned: see `theriac status goods`.",
            "Keep it apart until the quarantine ends or the pack is condemned.",
        ),
        Reason::UnitsQuarantined => audience.choose(
            "Keep the pack apart until the quarantine ends. Packs with serials can be named with `theriac packs \
             quarantine --already-quarantined`: then the others are released.",
            "Keep the pack apart until the quarantine ends. Packs with serials can be named in the quarantine: then \
             the others are released.",
        ),
        Reason::NotReleased => {
            "It must not be in trade yet: quarantine the pack and ask your supplier where it comes from."
        }
        Reason::BlockedByRegulator => "Quarantine the pack and wait for the authority's decision.",
        Reason::Expired => "Quarantine the pack for destruction.",
        Reason::ExpiryMismatch => {
            "Compare it with the print. If the scan was right, the pack may be forged: inform the manufacturer."
        }
        Reason::SerialMissing => "Scan the square code on the pack; it has the serial.",
        Reason::SerialNotInBatch => {
            "Compare it with the print. If the scan was right, the pack may be forged: keep it and inform the \
             manufacturer."
        }
        Reason::NotHeldHere => {
            "Check the delivery: receive it first if it is new, otherwise ask where the pack comes from."
        }
        Reason::UnitElsewhere => "Keep it with its packaging and inform the manufacturer: it may be a copy.",
        Reason::SerialUnproven => audience.choose(
            "Give the manufacturer's list of serials with --serials and the batch key with --batch-key-file, and \
             verify again.",
            "Ask the manufacturer to give its list of serials to this gateway, and scan again. Nothing is said \
             against the pack.",
        ),
        Reason::SerialsNotRegistered => "Ask the manufacturer whether packs of this lot have serials.",
        Reason::BatchUnknown => {
            "Compare GTIN and lot with the print. If the scan was right, do not trust the pack: ask your supplier."
        }
        Reason::UnitCondemned => {
            "It is never dispensed again: destroy it, or return it to the manufacturer."
        }
        Reason::LogisticUnitWithdrawn => {
            "It is never dispensed again. If it is not closed any more, keep the pack and inform the authority."
        }
        Reason::UnitPacked => audience.choose(
            "Open it first with `theriac logistic unpack`, and verify again.",
            "Open it and unpack it in the books first, and scan again.",
        ),
        Reason::NoneLooseHere => audience.choose(
            "Receive what is on its way, or unpack a case: see `theriac batch reach` for what the site has.",
            "Receive what is on its way, or unpack a case.",
        ),
        Reason::SiteNotDispenser => audience.choose(
            "Compare the site that was named with --holder; `theriac org show` says what its organisation may do.",
            "Compare the site that was named; the administrator knows what its organisation may do.",
        ),
        Reason::DispensingStopped => audience.choose(
            "Wait until the administrator runs `theriac admin unpause`; `theriac admin show` says what is paused.",
            "Wait until the administrator ends the pause.",
        ),
    }
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
        other => fact(other),
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
            let name = reason.name();
            let advice = [Audience::CommandLine, Audience::Web].map(|audience| advice(reason, audience));
            for text in [fact(reason), note(reason)].into_iter().chain(advice) {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{name}: {text}");
            }
        }
    }

    #[test]
    fn who_scans_on_a_page_is_not_sent_to_a_command_line() {
        for reason in Reason::ALL {
            let text = advice(reason, Audience::Web);
            assert!(!text.contains("--") && !text.contains('`'), "{}: {text}", reason.name());
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
