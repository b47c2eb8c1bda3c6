use chain::units::Event;
use primitives::units::Resolution;

use super::{packs, plain, step, words, Description, Speaker};

pub(super) fn describe(event: &Event, names: Speaker<'_>) -> Description {
    let by = |actor| names.actor(actor);
    let at = |site| names.site(site);
    let count = |units: usize| packs(u64::try_from(units).unwrap_or(u64::MAX));
    match event {
        Event::UnitDecommissioned(it) => {
            let place = it.by.site.map(|site| format!(" at {}", at(site))).unwrap_or_default();
            step(
                words::state(it.state),
                words::state_step(it.state),
                format!("{} recorded the pack as {}{place}", by(&it.by), words::state(it.state)),
            )
        }
        // What is taken back was no step.
        Event::UnitReverted(it) => plain(
            "reverted",
            format!(
                "{} took back that the pack counted as {}: it is at {} again",
                by(&it.by),
                words::state(it.state),
                at(it.site)
            ),
        ),
        Event::UnitsQuarantinedBySerial(it) => step(
            "quarantined-by-serial",
            ("holding", "non_sellable_other"),
            format!(
                "{} quarantined {} by serial at {}: {}",
                by(&it.by),
                count(it.units.len()),
                at(it.site),
                words::quarantine(it.reason)
            ),
        ),
        Event::UnitsReleased(it) => step(
            "quarantine-released",
            ("holding", "available"),
            format!(
                "{} ended the quarantine of {} by serial at {}: {}",
                by(&it.by),
                count(it.units.len()),
                at(it.site),
                words::clearance(it.reason)
            ),
        ),
        Event::UnitsCondemned(it) => step(
            "condemned",
            ("inspecting", "non_sellable_other"),
            format!("{} condemned {} by serial at {}", by(&it.by), count(it.units.len()), at(it.site)),
        ),
        Event::AlarmRaised(it) => {
            let place = it.by.site.map(|site| format!(" at {}", at(site))).unwrap_or_default();
            let other = it.other.map(|other| format!(", and {} has the record", at(other)));
            step(
                "alarm",
                ("inspecting", "no_pedigree_match"),
                format!(
                    "alarm: two packs may have this serial; a second look is needed. {} found it{place}: {}{}",
                    by(&it.by),
                    words::alarm(it.code),
                    other.unwrap_or_default()
                ),
            )
        }
        Event::AlarmResolved(it) => {
            let disposition = match it.resolution {
                Resolution::CounterfeitConfirmed => "non_conformant",
                Resolution::FalseAlarm | Resolution::RecordWrong => "sellable_accessible",
            };
            step(
                "alarm-resolved",
                ("inspecting", disposition),
                format!("{} resolved an alarm: {}", by(&it.by), words::resolution(it.resolution)),
            )
        }
        Event::AlarmsDismissed(it) => plain(
            "alarms-dismissed",
            format!("{} dismissed the alarms that {} raised alone until then", by(&it.by), at(it.site)),
        ),
    }
}
