use std::fmt;

use primitives::{Quantity, SiteId, Timestamp};
use serde::Serialize;
use view::directory::{Names, SiteView};
use view::gtin_text;
use view::stop::StopView;

use super::waiting::{Kind, Since, Waiting};
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

/// Goods that wait.
#[derive(Debug, Serialize)]
pub struct WaitingView {
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
    /// The regulator that quarantined them.
    stop: Option<StopView>,
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
        Self {
            site: site.map(|site| names.site(site)),
            waiting: waiting.into_iter().map(|it| WaitingView::new(it, names)).collect(),
            log_missing,
        }
    }
}

impl WaitingView {
    /// Goods that wait, with the names of sites and regulators.
    pub fn new(it: Waiting, names: &Names) -> Self {
        let since_ms = match it.since {
            Since::Moment(moment) => Some(moment),
            Since::Unknown | Since::Block(_) => None,
        };
        let (batch, gtin, lot) = it.batch;
        Self {
            kind: it.kind,
            batch: batch.to_string(),
            gtin: gtin_text(gtin),
            lot,
            site: names.site(it.site),
            from: it.from.map(|from| names.site(from)),
            quantity: it.quantity,
            since: since_ms.map(time::rfc3339),
            shipment: it.shipment,
            logistic_units: it.logistic_units.iter().map(|sscc| format!("{sscc:018}")).collect(),
            positions: it.positions,
            stop: it.stop.map(|stop| StopView::new(stop, names)),
            next: it.next,
            since_ms,
        }
    }
}

impl Kind {
    const fn text(self) -> &'static str {
        match self {
            Self::HolderWithoutRole => "With a site whose organisation may not hold drugs",
            Self::RecallNotAcknowledged => "Recall not acknowledged",
            Self::Recalled => "Recalled, and still on the shelf",
            Self::Blocked => "Blocked by a regulator, and on the shelf",
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
        self.waiting.iter().try_for_each(|it| writeln!(f, "{it}"))?;
        match &self.log_missing {
            Some(reason) => writeln!(f, "Shipments, logistic units and times are not shown: {reason}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for WaitingView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packs = if self.quantity == 1 { "pack" } else { "packs" };
        writeln!(
            f,
            "{}: {} {packs} of GTIN {}, lot {}",
            self.kind.text(),
            self.quantity,
            self.gtin,
            self.lot
        )?;
        match &self.from {
            Some(from) => writeln!(f, "  From        {from}\n  To          {}", self.site)?,
            None => writeln!(f, "  At          {}", self.site)?,
        }
        if let Some(shipment) = self.shipment {
            writeln!(f, "  Shipment    {shipment}")?;
        }
        if !self.logistic_units.is_empty() {
            writeln!(f, "  SSCC        {}", self.logistic_units.join(", "))?;
        }
        if !self.positions.is_empty() {
            let lines: Vec<String> =
                self.positions.iter().map(|position| position.saturating_add(1).to_string()).collect();
            writeln!(f, "  Lines       {} of the list of serials", lines.join(", "))?;
        }
        if let Some(since) = self.since_ms {
            writeln!(f, "  Since       {}", time::readable(since))?;
        }
        if let Some(stop) = &self.stop {
            writeln!(f, "  Stopped     {stop}")?;
        }
        writeln!(f, "  What to do  {}", self.next)
    }
}
