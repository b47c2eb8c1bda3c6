use std::fmt;

use anstyle::{AnsiColor, Style};
use gs1::MedicinePack;
use primitives::batches::RecallNotice;
use primitives::units::{Alarm, DecommissionedUnit, Outcome, Reason, Verdict};
use serde::Serialize;

use super::reasons::{explain, headline, Explanation};
use crate::batch_view::BatchView;
use crate::choices::Choice;
use crate::directory::{Names, SiteView};
use crate::time;

/// A verdict with everything that it rests on.
#[derive(Debug, Serialize)]
pub struct VerdictView {
    /// Whether the pack may be dispensed.
    pub valid: bool,
    outcome: &'static str,
    /// The gravest first.
    reasons: Vec<ReasonView>,
    /// How many reasons hold besides that this version does not know.
    unknown_reasons: u32,
    pack: PackView,
    batch: Option<BatchView>,
    unit: Option<UnitView>,
    alarm: Option<AlarmView>,
    judged_at: String,
    /// Why the list of serials did not help, where it did not.
    note: Option<String>,
    #[serde(skip)]
    headline: String,
    #[serde(skip)]
    judged_ms: u64,
}

#[derive(Debug, Serialize)]
struct ReasonView {
    code: &'static str,
    fact: &'static str,
    /// What the register says in particular.
    detail: Option<String>,
    advice: &'static str,
}

#[derive(Debug, Serialize)]
struct PackView {
    gtin: String,
    lot: Option<String>,
    expiry: Option<String>,
    serial: Option<String>,
}

/// What became of the pack.
#[derive(Debug, Serialize)]
struct UnitView {
    state: &'static str,
    site: SiteView,
    at: String,
}

/// What is known of a copy.
#[derive(Debug, Serialize)]
struct AlarmView {
    code: &'static str,
    site: SiteView,
    other: Option<SiteView>,
    at: String,
    count: u32,
    confirmed: bool,
}

impl VerdictView {
    /// The verdict on a pack with the recalls of its batch, the names of organisations and sites, and a note on the list
    /// of serials.
    pub fn new(
        verdict: &Verdict,
        recalls: &[RecallNotice],
        pack: &MedicinePack,
        names: &Names,
        note: Option<String>,
    ) -> Self {
        let batch = verdict.batch().map(|batch| BatchView::new(&batch, recalls, names));
        let unit = verdict.unit().map(|unit| UnitView {
            state: unit.state.name(),
            site: names.site(unit.site),
            at: time::rfc3339(unit.at),
        });
        let alarm = verdict.alarm().map(|alarm| AlarmView {
            code: alarm.code.name(),
            site: names.site(alarm.site),
            other: alarm.other.map(|other| names.site(other)),
            at: time::rfc3339(alarm.at),
            count: alarm.count,
            confirmed: alarm.confirmed,
        });
        let reason = |reason: Reason| {
            let Explanation { fact, advice } = explain(reason);
            let detail = detail(reason, batch.as_ref(), verdict, pack, names);
            ReasonView { code: reason.name(), fact, detail, advice }
        };
        let recall = batch.as_ref().and_then(|batch| batch.recalls.last());
        let headline = match (verdict.outcome, recall) {
            (Outcome::Valid, _) => "VALID".to_owned(),
            (Outcome::Recalled, Some(recall)) => {
                format!("DO NOT DISPENSE — {} ({})", headline(Outcome::Recalled), recall.summary())
            }
            (outcome, _) => format!("DO NOT DISPENSE — {}", headline(outcome)),
        };
        Self {
            valid: verdict.outcome == Outcome::Valid,
            outcome: verdict.outcome.name(),
            reasons: verdict.reasons.by_severity().into_iter().map(reason).collect(),
            unknown_reasons: verdict.reasons.unknown(),
            pack: PackView {
                gtin: pack.gtin().to_string(),
                lot: pack.lot().map(str::to_owned),
                expiry: pack.expiry().map(|day| day.to_string()),
                serial: pack.serial().map(str::to_owned),
            },
            batch,
            unit,
            alarm,
            judged_at: time::rfc3339(verdict.judged_at),
            note,
            headline,
            judged_ms: verdict.judged_at,
        }
    }
}

fn detail(
    reason: Reason,
    batch: Option<&BatchView>,
    verdict: &Verdict,
    pack: &MedicinePack,
    names: &Names,
) -> Option<String> {
    match reason {
        Reason::BatchRecalled | Reason::UnitRecalled | Reason::LogisticUnitRecalled => {
            batch?.recalls.last().map(ToString::to_string)
        }
        Reason::UnitDispensed
        | Reason::UnitDestroyed
        | Reason::UnitStolen
        | Reason::UnitSampled
        | Reason::UnitExported
        | Reason::UnitLocked => {
            let DecommissionedUnit { site, at, .. } = verdict.unit()?;
            Some(format!("at {} on {}", names.site(site), time::readable(at)))
        }
        Reason::AlarmOpen | Reason::CounterfeitConfirmed => {
            let Alarm { code, site, other, at, count, .. } = verdict.alarm()?;
            let (code, at) = (code.name().replace('-', " "), time::readable(at));
            let other = other.map(|other| format!(" against {}", names.site(other))).unwrap_or_default();
            Some(format!("{code}: {}{other}, first on {at}, alarms: {count}", names.site(site)))
        }
        Reason::Expired => Some(format!("last day of use: {}", batch?.expiry)),
        Reason::ExpiryMismatch => {
            Some(format!("on the pack {}, registered {}", pack.expiry()?, batch?.expiry))
        }
        _ => None,
    }
}

impl fmt::Display for VerdictView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let color = if self.valid { AnsiColor::Green } else { AnsiColor::Red };
        let style = Style::new().bold().fg_color(Some(color.into()));
        writeln!(f, "{style}{}{style:#}\n", self.headline)?;
        if self.valid {
            writeln!(f, "The register knows this pack, and nothing speaks against it.\n")?;
        }
        for (number, reason) in (1..).zip(&self.reasons) {
            writeln!(f, "{number}. {} [{}]", reason.fact, reason.code)?;
            if let Some(detail) = &reason.detail {
                writeln!(f, "   {detail}")?;
            }
            writeln!(f, "   What to do: {}\n", reason.advice)?;
        }
        match self.unknown_reasons {
            0 => {}
            1 => writeln!(f, "1 further reason that this version does not know: update theriac\n")?,
            more => writeln!(f, "{more} further reasons that this version does not know: update theriac\n")?,
        }
        if let Some(note) = &self.note {
            writeln!(f, "Note: {note}.\n")?;
        }
        writeln!(f, "Pack")?;
        writeln!(f, "  GTIN        {}", self.pack.gtin)?;
        let fields = [("Lot", &self.pack.lot), ("Expiry", &self.pack.expiry), ("Serial", &self.pack.serial)];
        for (label, value) in fields {
            writeln!(f, "  {label:<12}{}", value.as_deref().unwrap_or("not on the code"))?;
        }
        if let Some(batch) = &self.batch {
            write!(f, "{batch}")?;
        }
        writeln!(f, "Judged        {} by the chain's time", time::readable(self.judged_ms))
    }
}

#[cfg(test)]
mod tests;
