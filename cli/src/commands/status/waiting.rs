//! What waits, from what the contracts answer and what they emitted.

use std::collections::BTreeSet;

use primitives::batches::{Batch, Holding, LogisticUnit, RecallNotice, Shipment, Stop, Withdrawal};
use primitives::{BatchId, Quantity, SiteId, Sscc, Timestamp};
use serde::Serialize;
use view::batch::scope;

use super::log::Log;
use crate::{acknowledgement, time};

/// A batch, and who has or had packs of it.
#[derive(Debug)]
pub struct Goods {
    /// The identifier.
    pub id: BatchId,
    /// The batch.
    pub batch: Batch,
    /// The recalls of it or of a part of it.
    pub recalls: Vec<RecallNotice>,
    /// The sites.
    pub holders: Vec<(SiteId, Holding)>,
}

/// What is known besides, and for whom it is asked.
#[derive(Debug, Default)]
pub struct Books {
    /// The site whose goods are shown; nothing for all.
    pub site: Option<SiteId>,
    /// The time now.
    pub now: Timestamp,
    /// What was emitted.
    pub log: Log,
    /// The shipments that are under way.
    pub shipments: Vec<(u64, Shipment)>,
    /// The logistic units that the log names.
    pub logistic_units: Vec<(Sscc, LogisticUnit)>,
    /// The sites whose organisation may not hold drugs.
    pub without_role: BTreeSet<SiteId>,
}

impl Books {
    /// The regulator that stopped one of these logistic units, the last one.
    fn stop_of(&self, logistic_units: &[Sscc]) -> Option<Stop> {
        let named = self.logistic_units.iter().filter(|(sscc, _)| logistic_units.contains(sscc));
        named.filter_map(|(_, unit)| unit.hold.stop).max_by_key(|stop| stop.at)
    }
}

/// What goods wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nobody may move them.
    HolderWithoutRole,
    /// The site has not acknowledged a recall.
    RecallNotAcknowledged,
    /// The batch is recalled, and they are on the shelf.
    Recalled,
    /// A regulator blocks the batch, and they are on the shelf.
    Blocked,
    /// Under way.
    InTransit,
    /// Under way, and quarantined.
    QuarantinedInTransit,
    /// Quarantined, and counted only.
    Quarantined,
    /// Quarantined, and known by serial.
    QuarantinedBySerial,
    /// Quarantined in logistic units.
    QuarantinedClosed,
    /// Condemned.
    Condemned,
    /// Condemned in logistic units.
    CondemnedClosed,
    /// Permanently back with the manufacturer.
    Returned,
}

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nobody says.
    Unknown,
    /// A block.
    Block(u64),
    /// A moment in milliseconds.
    Moment(Timestamp),
}

/// Goods that wait.
#[derive(Debug, PartialEq, Eq)]
pub struct Waiting {
    /// For what.
    pub kind: Kind,
    /// Their batch: identifier, GTIN and lot.
    pub batch: (BatchId, u64, String),
    /// Where they are, or where they go.
    pub site: SiteId,
    /// Where they come from.
    pub from: Option<SiteId>,
    /// How many packs.
    pub quantity: Quantity,
    /// Since when.
    pub since: Since,
    /// The shipment's number.
    pub shipment: Option<u64>,
    /// The logistic units that are known.
    pub logistic_units: Vec<Sscc>,
    /// The packs' positions in the list of serials, from 0, where they are known.
    pub positions: Vec<u32>,
    /// The regulator that quarantined them.
    pub stop: Option<Stop>,
    /// What can be done.
    pub next: String,
}

/// All that waits, batch by batch.
pub fn waiting(goods: &[Goods], books: &Books) -> Vec<Waiting> {
    let mut all = Vec::new();
    for goods in goods {
        for (number, shipment) in books.shipments.iter().filter(|(_, shipment)| shipment.batch == goods.id) {
            if books.site.is_none_or(|site| [shipment.from, shipment.to].contains(&site)) {
                all.push(under_way(goods, *number, shipment));
            }
        }
        for (site, holding) in &goods.holders {
            if books.site.is_none_or(|wanted| wanted == *site) {
                at_site(goods, *site, holding, books, &mut all);
            }
        }
    }
    all
}

fn item(goods: &Goods, kind: Kind, site: SiteId, quantity: Quantity, next: &str) -> Waiting {
    let Batch { gtin, lot, .. } = &goods.batch;
    Waiting {
        kind,
        batch: (goods.id, *gtin, String::from_utf8_lossy(lot).into_owned()),
        site,
        from: None,
        quantity,
        since: Since::Unknown,
        shipment: None,
        logistic_units: Vec::new(),
        positions: Vec::new(),
        stop: None,
        next: next.to_owned(),
    }
}

fn under_way(goods: &Goods, number: u64, shipment: &Shipment) -> Waiting {
    let (kind, next) = if shipment.hold.quarantined {
        let who = who_clears(shipment.hold.stop);
        let next = format!("{who} releases it with `theriac quarantine release REASON --shipment {number}`");
        (Kind::QuarantinedInTransit, next)
    } else {
        let receive = match shipment.logistic_unit {
            Some(sscc) => format!("logistic receive {number} {sscc:018}"),
            None => format!("batch receive {number}"),
        };
        let next = format!(
            "the consignee receives it with `theriac {receive}`, or rejects it, or a regulator does, with `theriac batch \
             reject {number} REASON`"
        );
        (Kind::InTransit, next)
    };
    Waiting {
        from: Some(shipment.from),
        since: Since::Moment(shipment.shipped_at),
        shipment: Some(number),
        logistic_units: shipment.logistic_unit.into_iter().collect(),
        stop: shipment.hold.stop,
        ..item(goods, kind, shipment.to, shipment.quantity, &next)
    }
}

const fn who_clears(stop: Option<Stop>) -> &'static str {
    if stop.is_some() {
        "a regulator"
    } else {
        "the manufacturer or a regulator"
    }
}

fn at_site(goods: &Goods, site: SiteId, holding: &Holding, books: &Books, all: &mut Vec<Waiting>) {
    let places = &holding.places;
    let counted = |kind, quantity, next: &str| {
        let (since, positions) = books.log.since(goods.id, site, kind, quantity);
        let stop = books.log.stop(goods.id, site, kind);
        Waiting { since, positions, stop, ..item(goods, kind, site, quantity, next) }
    };
    if books.without_role.contains(&site) && places.present() > 0 {
        let next = "a regulator ships them with `theriac batch ship --for SITE --order HASH`, or the site destroys them";
        all.push(item(goods, Kind::HolderWithoutRole, site, places.present(), next));
    }
    // Of several recalls the first that the site does not know.
    if let Some(notice) = acknowledgement::missing(&goods.recalls, holding).next() {
        let over = if books.now > notice.recall.acknowledge_by { ", which is over" } else { "" };
        let next = format!(
            "the site acknowledges that {} is recalled, by {}{over}, with `theriac batch acknowledge`",
            scope(notice.recall.scope),
            time::readable(notice.recall.acknowledge_by),
        );
        let since = Since::Moment(notice.at);
        let quantity = places.present();
        all.push(Waiting { since, ..item(goods, Kind::RecallNotAcknowledged, site, quantity, &next) });
    }
    let on_shelf = places.held.saturating_add(places.packed);
    if let (Some(at), 1..) = (goods.batch.recalled_at, on_shelf) {
        let next =
            "the site returns them with `theriac batch ship --return`, or destroys them with `theriac batch \
                    decommission destroyed --quantity`";
        let since = Since::Moment(at);
        all.push(Waiting { since, ..item(goods, Kind::Recalled, site, on_shelf, next) });
    }
    if let (Some(stop), 1..) = (goods.batch.blocked, on_shelf) {
        let next = "the regulator unblocks the batch with `theriac batch unblock`";
        let since = Since::Moment(stop.at);
        all.push(Waiting { since, stop: Some(stop), ..item(goods, Kind::Blocked, site, on_shelf, next) });
    }
    if places.quarantined > 0 {
        let next = format!(
            "{} releases them with `theriac quarantine release`; or the site names those in question with `theriac packs \
             quarantine --already-quarantined`, or condemns them",
            who_clears(holding.hold.stop)
        );
        all.push(Waiting {
            stop: holding.hold.stop,
            ..counted(Kind::Quarantined, places.quarantined, &next)
        });
    }
    if places.quarantined_by_serial > 0 {
        let next = "the manufacturer or a regulator releases them with `theriac packs release`, or the site condemns them \
                    with `theriac packs condemn --already-quarantined`";
        all.push(counted(Kind::QuarantinedBySerial, places.quarantined_by_serial, next));
    }
    let shipped: Quantity = books
        .shipments
        .iter()
        .filter(|(_, shipment)| {
            shipment.batch == goods.id && shipment.to == site && shipment.hold.quarantined
        })
        .fold(0, |sum, (_, shipment)| sum.saturating_add(shipment.quantity));
    let closed = |units: fn(&LogisticUnit) -> bool| -> Vec<Sscc> {
        let here =
            |unit: &LogisticUnit| unit.batch == goods.id && unit.site == site && unit.shipment.is_none();
        let found = books.logistic_units.iter().filter(|(_, unit)| here(unit) && units(unit));
        found.map(|(sscc, _)| *sscc).collect()
    };
    let quarantined_closed = places.quarantined_closed.saturating_sub(shipped);
    if quarantined_closed > 0 {
        let logistic_units = closed(|unit| unit.hold.quarantined);
        let stop = books.stop_of(&logistic_units);
        let next = "the manufacturer or a regulator releases it with `theriac quarantine release REASON --sscc SSCC`, or the \
                    site condemns it with `theriac quarantine condemn --sscc SSCC`";
        let counted = counted(Kind::QuarantinedClosed, quarantined_closed, next);
        all.push(Waiting { logistic_units, stop, ..counted });
    }
    if places.condemned > 0 {
        let next = "the site destroys them with `theriac batch decommission destroyed --quantity`, or returns them with \
                    `theriac batch ship --condemned --return`";
        all.push(counted(Kind::Condemned, places.condemned, next));
    }
    if places.condemned_closed > 0 {
        let logistic_units = closed(|unit| unit.withdrawn == Some(Withdrawal::Condemned));
        let next = "the site destroys it with `theriac logistic destroy`, or returns it with `theriac logistic ship --return`";
        let counted = counted(Kind::CondemnedClosed, places.condemned_closed, next);
        all.push(Waiting { logistic_units, ..counted });
    }
    if places.returned > 0 {
        let next = "the manufacturer destroys them with `theriac batch decommission destroyed --quantity`";
        all.push(counted(Kind::Returned, places.returned, next));
    }
}

#[cfg(test)]
mod tests;
