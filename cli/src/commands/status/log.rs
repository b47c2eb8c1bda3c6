//! What the contracts emitted about goods that wait: since when, which packs, which shipments.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chain::{batches as by_batches, units as by_units};
use primitives::batches::QuarantineTarget;
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
    /// The packs that are known by serial: where, since which block, at which position of the list.
    packs: BTreeMap<UnitId, (BatchId, SiteId, Kind, u64, u32)>,
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
                for (unit, position) in &it.units {
                    let place = (it.batch, it.site, Kind::QuarantinedBySerial, block, *position);
                    self.packs.insert(*unit, place);
                }
            }
            Event::UnitsCondemned(it) => {
                self.last.insert((it.batch, it.site, Kind::Condemned), block);
                for (unit, position) in &it.units {
                    self.packs.insert(*unit, (it.batch, it.site, Kind::Condemned, block, *position));
                }
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

    /// Since when, and the packs' positions in the list where all are known.
    pub fn since(&self, batch: BatchId, site: SiteId, kind: Kind, quantity: Quantity) -> (Since, Vec<u32>) {
        let here =
            |place: &&(BatchId, SiteId, Kind, u64, u32)| (place.0, place.1, place.2) == (batch, site, kind);
        let places: Vec<_> = self.packs.values().filter(here).collect();
        if Quantity::try_from(places.len()) == Ok(quantity) {
            let mut positions: Vec<u32> = places.iter().map(|place| place.4).collect();
            positions.sort_unstable();
            if let Some(first) = places.iter().map(|place| place.3).min() {
                return (Since::Block(first), positions);
            }
        }
        let last = self.last.get(&(batch, site, kind));
        (last.map_or(Since::Unknown, |block| Since::Block(*block)), Vec::new())
    }
}
