//! In which closed logistic units a unit of a numbered case was, and in which shipments of these.

use std::collections::BTreeSet;

use chain::{batches, Event};
use primitives::batches::{Arrival, Contents, MAX_LEVEL};
use primitives::{BatchId, Sscc};

use crate::error::Error;
use crate::mentions::Mention;
use crate::page::{Concern, Order, Place, MAX_PAGE};
use crate::query::Selector;
use crate::store::Index;

/// The most logistic units and shipments of one unit that are followed: more is not the way of a pack.
const MAX_CARRIERS: usize = 32;

/// A logistic unit, from when something was in it until it was not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Carrier {
    sscc: Sscc,
    from: Place,
    to: Place,
    level: u8,
}

impl Index {
    /// The events of the logistic units in which the unit at a position was, while it was in them.
    pub(crate) async fn carriers(&self, batch: BatchId, position: u32) -> Result<Vec<Selector>, Error> {
        let Some(case) = self.case_of(batch, position).await? else { return Ok(Vec::new()) };
        let mut open =
            self.packed(&Selector::all(Mention::case(batch, case), Concern::LogisticUnit), None).await?;
        let (mut found, mut selectors) = (BTreeSet::new(), Vec::new());
        while let Some(carrier) = open.pop() {
            if selectors.len() >= MAX_CARRIERS || !found.insert(carrier) {
                continue;
            }
            let while_inside = Selector {
                mention: Mention::logistic_unit(carrier.sscc),
                concern: Concern::LogisticUnit,
                from: carrier.from,
                to: carrier.to,
            };
            selectors.extend(self.shipments(&while_inside, carrier.sscc).await?);
            if carrier.level < MAX_LEVEL {
                open.extend(self.packed(&while_inside, Some(carrier)).await?);
            }
            selectors.push(while_inside);
        }
        selectors.truncate(MAX_CARRIERS);
        Ok(selectors)
    }

    /// The case with a position, by the batch's newest registration.
    async fn case_of(&self, batch: BatchId, position: u32) -> Result<Option<u32>, Error> {
        let whole = Selector::all(Mention::whole_batch(batch), Concern::Batch);
        let registered =
            self.events(&whole, Order::NewestFirst).await?.into_iter().find_map(|(_, event)| match event {
                Event::Batches(batches::Event::BatchRegistered(it)) => Some(it),
                _ => None,
            });
        Ok(registered.and_then(|it| it.units_per_case).and_then(|units| position.checked_div(units)))
    }

    /// The logistic units into which what the selector finds was packed: the case itself, or one with `inside` in it.
    async fn packed(&self, selector: &Selector, inside: Option<Carrier>) -> Result<Vec<Carrier>, Error> {
        let mut carriers = Vec::new();
        for (place, event) in self.events(selector, Order::OldestFirst).await? {
            let Event::Batches(batches::Event::LogisticUnitPacked(it)) = event else { continue };
            let (level, last) = match inside {
                None => (0, Place::LAST),
                Some(inside) if holds(&it.contents, inside.sscc) => {
                    (inside.level.saturating_add(1), inside.to)
                }
                Some(_) => continue,
            };
            let sscc = it.logistic_unit;
            let to = self.until(sscc, inside.map(|inside| inside.sscc), place).await?.min(last);
            carriers.push(Carrier { sscc, from: place, to, level });
        }
        Ok(carriers)
    }

    /// Until when a logistic unit that was packed at a place held what was put in.
    async fn until(&self, sscc: Sscc, content: Option<Sscc>, packed: Place) -> Result<Place, Error> {
        let later = Selector {
            mention: Mention::logistic_unit(sscc),
            concern: Concern::LogisticUnit,
            from: packed.next(),
            to: Place::LAST,
        };
        let mut ends = Vec::new();
        for (place, event) in self.events(&later, Order::OldestFirst).await? {
            let Event::Batches(event) = event else { continue };
            match event {
                batches::Event::LogisticUnitUnpacked(it) if it.logistic_unit == sscc => ends.push(place),
                batches::Event::LogisticUnitDestroyed(it) if it.logistic_unit == sscc => ends.push(place),
                _ => {}
            }
        }
        // A consignee takes over single ones of those in it: they stand alone then.
        if let Some(content) = content {
            let taken = Selector { mention: Mention::logistic_unit(content), ..later };
            for (place, event) in self.events(&taken, Order::OldestFirst).await? {
                if let Event::Batches(batches::Event::UnitsReceived(it)) = event {
                    if matches!(&it.arrival, Arrival::LogisticUnits(units) if units.contains(&content)) {
                        ends.push(place);
                    }
                }
            }
        }
        Ok(ends.into_iter().min().unwrap_or(Place::LAST))
    }

    /// The events of the shipments in which a logistic unit was shipped as one: from its departure until it arrived.
    async fn shipments(&self, selector: &Selector, sscc: Sscc) -> Result<Vec<Selector>, Error> {
        let mut shipments = Vec::new();
        for (place, event) in self.events(selector, Order::OldestFirst).await? {
            if let Event::Batches(batches::Event::UnitsShipped(it)) = event {
                if it.logistic_unit == Some(sscc) {
                    let mention = Mention::whole_shipment(it.shipment);
                    let (concern, to) = (Concern::LogisticUnit, selector.to);
                    shipments.push(Selector { mention, concern, from: place, to });
                }
            }
        }
        Ok(shipments)
    }

    /// The first page of what a selector finds.
    async fn events(&self, selector: &Selector, order: Order) -> Result<Vec<(Place, Event)>, Error> {
        let places = self.places(selector, order, MAX_PAGE).await?;
        let entries =
            self.entries(places.into_iter().map(|place| (place, selector.concern)).collect()).await?;
        Ok(entries.into_iter().map(|entry| (entry.place, entry.event)).collect())
    }
}

fn holds(contents: &Contents, sscc: Sscc) -> bool {
    match contents {
        Contents::LogisticUnits(units) => units.contains(&sscc),
        Contents::Units { .. } | Contents::Case { .. } => false,
    }
}
