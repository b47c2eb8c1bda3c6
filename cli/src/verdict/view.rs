use std::fmt;

use anstyle::{AnsiColor, Style};
use batches::{DispensedUnit, Outcome, Reason, Verdict};
use gs1::MedicinePack;
use serde::Serialize;

use super::reasons::{explain, headline, Explanation};
use crate::accounts::{AccountView, Names};
use crate::batch_view::BatchView;
use crate::choices::Choice;
use crate::time;

/// A verdict with everything that it rests on.
#[derive(Debug, Serialize)]
pub struct VerdictView {
    /// Whether the pack may be dispensed.
    pub valid: bool,
    outcome: &'static str,
    reasons: Vec<ReasonView>,
    pack: PackView,
    batch: Option<BatchView>,
    dispensed: Option<DispensedView>,
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

#[derive(Debug, Serialize)]
struct DispensedView {
    by: AccountView,
    at: String,
    clone_alarms: u32,
}

impl VerdictView {
    /// The verdict on a pack, with the names of organisations, and a note on the list of serials.
    pub fn new(verdict: &Verdict, pack: &MedicinePack, names: &Names, note: Option<String>) -> Self {
        let batch = verdict.batch.as_ref().map(|batch| BatchView::new(batch, names));
        let dispensed = verdict.dispensed.as_ref().map(|unit| DispensedView {
            by: names.of(unit.by),
            at: time::rfc3339(unit.at),
            clone_alarms: unit.clone_alarms,
        });
        let reason = |reason: &Reason| {
            let Explanation { fact, advice } = explain(*reason);
            let detail = detail(*reason, batch.as_ref(), verdict.dispensed.as_ref(), pack, names);
            ReasonView { code: reason.name(), fact, detail, advice }
        };
        let recall = batch.as_ref().and_then(|batch| batch.recall.as_ref());
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
            reasons: verdict.reasons.iter().map(reason).collect(),
            pack: PackView {
                gtin: pack.gtin().to_string(),
                lot: pack.lot().map(str::to_owned),
                expiry: pack.expiry().map(|day| day.to_string()),
                serial: pack.serial().map(str::to_owned),
            },
            batch,
            dispensed,
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
    dispensed: Option<&DispensedUnit>,
    pack: &MedicinePack,
    names: &Names,
) -> Option<String> {
    match reason {
        Reason::BatchRecalled => batch?.recall.as_ref().map(ToString::to_string),
        Reason::UnitDispensed => {
            dispensed.map(|unit| format!("by {} on {}", names.of(unit.by), time::readable(unit.at)))
        }
        Reason::CloneAlarm => dispensed.map(|unit| match unit.clone_alarms {
            1 => "1 alarm".to_owned(),
            alarms => format!("{alarms} alarms"),
        }),
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
