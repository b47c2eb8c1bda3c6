//! A verdict on a pack as people and machines read it.

mod reasons;

use std::fmt;

use anstyle::{AnsiColor, Style};
use gs1::MedicinePack;
use primitives::units::{Alarm, Outcome, Reason, UnitRecord, Verdict};
use serde::Serialize;

use reasons::{advice, fact, headline, note};

use crate::batch::{BatchView, RecallView};
use crate::choices::{place_name, Choice};
use crate::directory::{Names, OrganisationView, SiteView};
use crate::judge::Judged;
use crate::{time, Audience};

/// A verdict with everything that it rests on.
#[derive(Debug, Serialize)]
pub struct VerdictView {
    /// Whether the pack may be dispensed now at the site that was named.
    pub valid: bool,
    /// Whether nothing speaks against the pack itself.
    pub genuine: bool,
    /// The outcome's name.
    pub outcome: &'static str,
    /// The site that was named.
    pub site: Option<SiteView>,
    /// What speaks against the pack, the gravest first.
    pub reasons: Vec<ReasonView>,
    /// What is to be said besides, and decides nothing.
    pub notes: Vec<NoteView>,
    /// How many reasons hold besides that this version does not know.
    pub unknown_reasons: u32,
    /// What the code says.
    pub pack: PackView,
    /// The batch, where it is registered.
    pub batch: Option<BatchView>,
    /// Where the pack is, where it is not free on a shelf.
    pub unit: Option<UnitView>,
    /// What is known of a copy.
    pub alarm: Option<AlarmView>,
    /// The chain's time of the verdict, RFC 3339.
    pub judged_at: String,
    /// Why the list of serials did not help, where it did not.
    pub list_note: Option<String>,
    #[serde(skip)]
    headline: String,
    #[serde(skip)]
    judged_ms: u64,
    #[serde(skip)]
    audience: Audience,
}

/// What speaks against a pack.
#[derive(Debug, Serialize)]
pub struct ReasonView {
    /// Its name for programs.
    pub code: &'static str,
    /// What is the case.
    pub fact: &'static str,
    /// What the register says in particular.
    pub detail: Option<String>,
    /// What to do.
    pub advice: &'static str,
}

/// What is to be said besides.
#[derive(Debug, Serialize)]
pub struct NoteView {
    /// Its name for programs.
    pub code: &'static str,
    /// What is the case.
    pub fact: &'static str,
    /// What the register says in particular.
    pub detail: Option<String>,
}

/// What the code of a pack says.
#[derive(Debug, Serialize)]
pub struct PackView {
    /// 14 digits.
    pub gtin: String,
    /// The lot, AI (10).
    pub lot: Option<String>,
    /// The expiry date, AI (17), as YYYY-MM-DD.
    pub expiry: Option<String>,
    /// The serial, AI (21).
    pub serial: Option<String>,
}

/// Where the pack is, where it is not free on a shelf.
#[derive(Debug, Serialize)]
pub struct UnitView {
    state: &'static str,
    site: SiteView,
    at: String,
    /// The regulator that put it there.
    by_regulator: Option<OrganisationView>,
}

/// What is known of a copy.
#[derive(Debug, Serialize)]
pub struct AlarmView {
    code: &'static str,
    site: SiteView,
    other: Option<SiteView>,
    at: String,
    count: u32,
    confirmed: bool,
}

impl VerdictView {
    /// What came of a judgement, with advice for those who read it.
    #[must_use]
    pub fn new(judged: &Judged, audience: Audience) -> Self {
        let Judged { pack, site, verdict, recalls, names, list_note } = judged;
        let batch = verdict.batch().map(|batch| BatchView::new(&batch, recalls, names));
        let unit = verdict.unit().map(|unit| UnitView {
            state: place_name(unit.place),
            site: names.site(unit.site),
            at: time::rfc3339(unit.at),
            by_regulator: unit.stop.map(|stop| names.organisation(stop.by)),
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
            let detail = detail(reason, batch.as_ref(), verdict, pack, names);
            ReasonView { code: reason.name(), fact: fact(reason), detail, advice: advice(reason, audience) }
        };
        let noted = |reason: Reason| {
            let detail = detail(reason, batch.as_ref(), verdict, pack, names);
            NoteView { code: reason.name(), fact: note(reason), detail }
        };
        let recall = batch.as_ref().and_then(last_recall);
        let headline = match (verdict.outcome, recall) {
            (Outcome::Valid, _) => "VALID".to_owned(),
            (Outcome::Genuine, _) if site.is_none() => "GENUINE".to_owned(),
            (Outcome::Genuine, _) => {
                "NOT VALID HERE — genuine, and not to be dispensed at this site now".to_owned()
            }
            (Outcome::Recalled, Some(recall)) => {
                format!("DO NOT DISPENSE — {} ({})", headline(Outcome::Recalled), recall.summary())
            }
            (outcome, _) => format!("DO NOT DISPENSE — {}", headline(outcome)),
        };
        Self {
            valid: verdict.outcome == Outcome::Valid,
            genuine: matches!(verdict.outcome, Outcome::Valid | Outcome::Genuine),
            outcome: verdict.outcome.name(),
            site: site.map(|site| names.site(site)),
            reasons: verdict.reasons.by_severity().into_iter().map(reason).collect(),
            notes: verdict.notes.by_severity().into_iter().map(noted).collect(),
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
            list_note: list_note.clone(),
            headline,
            judged_ms: verdict.judged_at,
            audience,
        }
    }

    /// Whether the pack is what was asked for: valid at the site that was named, or genuine where none was.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.valid || self.genuine && self.site.is_none()
    }

    /// The verdict in a few words, such as `DO NOT DISPENSE — expired`.
    #[must_use]
    pub fn headline(&self) -> &str {
        &self.headline
    }
}

/// The last recall that goes on.
fn last_recall(batch: &BatchView) -> Option<&RecallView> {
    batch.recalls.iter().rev().find(|recall| recall.goes_on())
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
            last_recall(batch?).map(ToString::to_string)
        }
        Reason::UnitDispensed
        | Reason::UnitDestroyed
        | Reason::UnitStolen
        | Reason::UnitSampled
        | Reason::UnitExported
        | Reason::UnitQuarantined
        | Reason::UnitCondemned => {
            let UnitRecord { site, at, stop, .. } = verdict.unit()?;
            let by =
                stop.map(|stop| format!(", by {}", names.organisation(stop.by).short())).unwrap_or_default();
            Some(format!("at {} on {}{by}", names.site(site), time::readable(at)))
        }
        Reason::BlockedByRegulator => batch?.blocked.as_ref().map(ToString::to_string),
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
        let color = match (self.is_good(), self.genuine) {
            (true, _) => AnsiColor::Green,
            (false, true) => AnsiColor::Yellow,
            (false, false) => AnsiColor::Red,
        };
        let style = Style::new().bold().fg_color(Some(color.into()));
        writeln!(f, "{style}{}{style:#}\n", self.headline)?;
        if let (true, Some(site)) = (self.valid, &self.site) {
            writeln!(f, "Nothing speaks against this pack, and it may be dispensed now at {site}.\n")?;
        } else if self.is_good() {
            let how = self.audience.choose("Name a site with --holder", "Name a site");
            writeln!(
                f,
                "The register knows this pack, and nothing speaks against it. {how} to ask whether it may be dispensed there \
                 now.\n"
            )?;
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
        for note in &self.notes {
            writeln!(f, "Note: {} [{}]", note.fact, note.code)?;
            if let Some(detail) = &note.detail {
                writeln!(f, "   {detail}")?;
            }
            writeln!(f)?;
        }
        if let Some(note) = &self.list_note {
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
