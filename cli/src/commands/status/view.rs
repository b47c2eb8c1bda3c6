use std::fmt;

use gs1::Gtin;
use primitives::{Quantity, SiteId, Timestamp};
use serde::Serialize;

use super::waiting::{Kind, Since, Waiting};
use crate::directory::{Names, SiteView};
use crate::time;

/// What waits, for people and programs.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// The site whose goods are shown; nothing for all.
    site: Option<SiteView>,
    waiting: Vec<WaitingView>,
    /// Why shipments, logistic units and times are missing, where they are.
    log_missing: Option<String>,
}

#[derive(Debug, Serialize)]
struct WaitingView {
    kind: Kind,
    batch: String,
    gtin: String,
    lot: String,
    site: SiteView,
    from: Option<SiteView>,
    quantity: Quantity,
    since: Option<String>,
    shipment: Option<u64>,
    logistic_units: Vec<String>,
    /// In the list of serials, from 0.
    positions: Vec<u32>,
    by_regulator: bool,
    next: String,
    #[serde(skip)]
    since_ms: Option<Timestamp>,
}

impl StatusView {
    /// What waits at a site, or at all, with the names of sites, and why the log is missing.
    pub fn new(
        site: Option<SiteId>,
        waiting: Vec<Waiting>,
        names: &Names,
        log_missing: Option<String>,
    ) -> Self {
        let view = |it: Waiting| {
            let since_ms = match it.since {
                Since::Moment(moment) => Some(moment),
                Since::Unknown | Since::Block(_) => None,
            };
            let (batch, gtin, lot) = it.batch;
            WaitingView {
                kind: it.kind,
                batch: batch.to_string(),
                gtin: Gtin::new(gtin).map_or_else(|_| gtin.to_string(), |gtin| gtin.to_string()),
                lot,
                site: names.site(it.site),
                from: it.from.map(|from| names.site(from)),
                quantity: it.quantity,
                since: since_ms.map(time::rfc3339),
                shipment: it.shipment,
                logistic_units: it.logistic_units.iter().map(|sscc| format!("{sscc:018}")).collect(),
                positions: it.positions,
                by_regulator: it.by_regulator,
                next: it.next,
                since_ms,
            }
        };
        Self {
            site: site.map(|site| names.site(site)),
            waiting: waiting.into_iter().map(view).collect(),
            log_missing,
        }
    }
}

impl Kind {
    const fn text(self) -> &'static str {
        match self {
            Self::HolderWithoutRole => "With a site whose organisation may not hold drugs",
            Self::RecallNotAcknowledged => "Recall not acknowledged",
            Self::Recalled => "Recalled, and still on the shelf",
            Self::InTransit => "Under way",
            Self::QuarantinedInTransit => "Under way, and quarantined",
            Self::Quarantined => "Quarantined, and counted only",
            Self::QuarantinedBySerial => "Quarantined by serial",
            Self::QuarantinedClosed => "Quarantined in logistic units",
            Self::Condemned => "Condemned",
            Self::CondemnedClosed => "Condemned in logistic units",
            Self::Returned => "Returned to the manufacturer",
        }
    }
}

impl fmt::Display for StatusView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.site, self.waiting.is_empty()) {
            (Some(site), true) => writeln!(f, "Nothing waits at {site}.")?,
            (None, true) => writeln!(f, "Nothing waits.")?,
            (Some(site), false) => writeln!(f, "What waits at {site}\n")?,
            (None, false) => writeln!(f, "What waits\n")?,
        }
        for it in &self.waiting {
            let packs = if it.quantity == 1 { "pack" } else { "packs" };
            writeln!(f, "{}: {} {packs} of GTIN {}, lot {}", it.kind.text(), it.quantity, it.gtin, it.lot)?;
            match &it.from {
                Some(from) => writeln!(f, "  From        {from}\n  To          {}", it.site)?,
                None => writeln!(f, "  At          {}", it.site)?,
            }
            if let Some(shipment) = it.shipment {
                writeln!(f, "  Shipment    {shipment}")?;
            }
            if !it.logistic_units.is_empty() {
                writeln!(f, "  SSCC        {}", it.logistic_units.join(", "))?;
            }
            if !it.positions.is_empty() {
                let lines: Vec<String> =
                    it.positions.iter().map(|position| position.saturating_add(1).to_string()).collect();
                writeln!(f, "  Lines       {} of the list of serials", lines.join(", "))?;
            }
            if let Some(since) = it.since_ms {
                writeln!(f, "  Since       {}", time::readable(since))?;
            }
            if it.by_regulator {
                writeln!(f, "  By          a regulator")?;
            }
            writeln!(f, "  What to do  {}\n", it.next)?;
        }
        match &self.log_missing {
            Some(reason) => writeln!(f, "Shipments, logistic units and times are not shown: {reason}"),
            None => Ok(()),
        }
    }
}
