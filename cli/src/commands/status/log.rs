//! What the contracts emitted about goods that wait: since when, which packs, which shipments.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chain::{batches as by_batches, units as by_units};
use primitives::batches::{QuarantineTarget, Stop};
use primitives::{BatchId, Quantity, SiteId, Sscc, UnitId};

use super::waiting::{Goods, Kind, Since};
use crate::commands::batch::BatchEvent;

/// What the contracts emitted, as far as it matters here.
#[derive(Debug, Default)]
pub struct Log {
    /// The numbers of all shipments.
    pub shipments: BTreeSet<u64>,
    /// The logistic units that were quarantined, condemned, recalled or returned.
    pub logistic_units: BTreeSet<Sscc>,
    /// The last block in which goods of a site came into a place.
    last: HashMap<(BatchId, SiteId, Kind), u64>,
    /// The packs that are known by serial.
    packs: BTreeMap<UnitId, Pack>,
}

/// A pack that is known by serial.
#[derive(Clone, Copy, Debug)]
struct Pack {
    /// Where it is.
    place: (BatchId, SiteId, Kind),
    /// Since which block.
    block: u64,
    /// At which position of the list.
    position: u32,
    /// The regulator that put it there.
    stop: Option<Stop>,
}

impl Log {
    /// What matters of these events about these batches.
    pub fn of(events: &[((u64, Option<u32>), BatchEvent)], goods: &[Goods]) -> Self {
        let wanted: HashSet<BatchId> = goods.iter().map(|goods| goods.id).collect();
        let mut log = Self::default();
        for ((block, _), event) in events {
            if event.batch().is_some_and(|batch| wanted.contains(&batch)) {
                match event {
                    BatchEvent::Batches(event) => log.note_goods(event, *block),
                    BatchEvent::Units(event) => log.note_packs(event, *block),
                    BatchEvent::Attested(_) => {}
                }
            }
        }
        log
    }

    fn note_goods(&mut self, event: &by_batches::Event, block: u64) {
        use by_batches::Event;
        match event {
            Event::UnitsShipped(it) => {
                self.shipments.insert(it.shipment);
            }
            Event::UnitsReceived(it) => {
                self.last.insert((it.batch, it.to, Kind::Returned), block);
            }
            Event::UnitsQuarantined(it) => {
                let kind = self.target(it.target, Kind::Quarantined, Kind::QuarantinedClosed);
                self.last.insert((it.batch, it.site, kind), block);
            }
            Event::GoodsCondemned(it) => {
                let kind = self.target(it.target, Kind::Condemned, Kind::CondemnedClosed);
                self.last.insert((it.batch, it.site, kind), block);
            }
            _ => {}
        }
    }

    fn target(&mut self, target: QuarantineTarget, loose: Kind, closed: Kind) -> Kind {
        match target {
            QuarantineTarget::LogisticUnit(sscc) => {
                self.logistic_units.insert(sscc);
                closed
            }
            QuarantineTarget::Holding { .. } | QuarantineTarget::Shipment(_) => loose,
        }
    }

    fn note_packs(&mut self, event: &by_units::Event, block: u64) {
        use by_units::Event;
        match event {
            Event::UnitsQuarantinedBySerial(it) => {
                let place = (it.batch, it.site, Kind::QuarantinedBySerial);
                self.note_places(&it.units, place, block, it.stop);
            }
            Event::UnitsCondemned(it) => {
                let place = (it.batch, it.site, Kind::Condemned);
                self.last.insert(place, block);
                self.note_places(&it.units, place, block, it.stop);
            }
            Event::UnitsReleased(it) => it.units.iter().for_each(|unit| {
                self.packs.remove(unit);
            }),
            Event::UnitDecommissioned(it) => {
                self.packs.remove(&it.unit);
            }
            Event::UnitReverted(_)
            | Event::AlarmRaised(_)
            | Event::AlarmResolved(_)
            | Event::AlarmsDismissed(_) => {}
        }
    }

    fn note_places(
        &mut self,
        units: &[(UnitId, u32)],
        place: (BatchId, SiteId, Kind),
        block: u64,
        stop: Option<Stop>,
    ) {
        let pack =
            |(unit, position): &(UnitId, u32)| (*unit, Pack { place, block, position: *position, stop });
        self.packs.extend(units.iter().map(pack));
    }

    fn packs_in(&self, place: (BatchId, SiteId, Kind)) -> impl Iterator<Item = &Pack> {
        self.packs.values().filter(move |pack| pack.place == place)
    }

    /// The regulator that put packs there that are known by serial, the last one.
    pub fn stop(&self, batch: BatchId, site: SiteId, kind: Kind) -> Option<Stop> {
        self.packs_in((batch, site, kind)).filter_map(|pack| pack.stop).max_by_key(|stop| stop.at)
    }

    /// Since when, and the packs' positions in the list where all are known.
    pub fn since(&self, batch: BatchId, site: SiteId, kind: Kind, quantity: Quantity) -> (Since, Vec<u32>) {
        let packs: Vec<&Pack> = self.packs_in((batch, site, kind)).collect();
        if Quantity::try_from(packs.len()) == Ok(quantity) {
            let mut positions: Vec<u32> = packs.iter().map(|pack| pack.position).collect();
            positions.sort_unstable();
            if let Some(first) = packs.iter().map(|pack| pack.block).min() {
                return (Since::Block(first), positions);
            }
        }
        let last = self.last.get(&(batch, site, kind));
        (last.map_or(Since::Unknown, |block| Since::Block(*block)), Vec::new())
    }
}
