use kernel::Call;
use primitives::batches::{Error, Shipment};
use primitives::batches::{QuarantineReason, QuarantineTarget, TRAIL};
use primitives::{ensure, BatchId, Quantity, Role, SiteId, Sscc, Timestamp};

use super::{Done, Model, Outcome};
use crate::backend::Answer;

/// What goods are in, other than a site's shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Around {
    Shipment(u64),
    LogisticUnit(Sscc),
}

/// Something came out of a shipment or container: so many packs were loose then.
#[derive(Clone, Copy, Debug)]
pub struct CameOut {
    pub of: Around,
    pub batch: BatchId,
    pub site: SiteId,
    /// Whether it came back to where it had begun.
    pub given_back: bool,
    pub at: Timestamp,
    pub loose: Quantity,
    /// Whether they were free then, and not quarantined.
    pub free: bool,
    /// The container that was shipped.
    pub inside: Option<Sscc>,
    /// Whether the registration of the batch was cancelled since: no packs are known that came there.
    pub forgotten: bool,
}

/// How many packs that came out of something were struck, when last, and of which of its lives that is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Struck {
    packs: Quantity,
    at: Timestamp,
    began: Option<Timestamp>,
}

/// Goods, how many of them at most, and what they came out of; whether that was where it had begun.
type Place = (QuarantineTarget, Option<Quantity>, Option<(Around, bool)>);

impl Model {
    pub(super) fn quarantine_on_evidence(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        observed_at: Timestamp,
    ) -> Outcome<Error> {
        call.ensure_role(Role::Sentinel)?;
        let mut places = self.places_now(target.whole())?;
        if let (QuarantineTarget::Holding { batch, site, .. }, [(_, most, _)]) = (target, &mut places[..]) {
            let free = self.free_at(batch, site);
            *most = Some(free.saturating_sub(self.came_since(batch, site, observed_at)));
        }
        let mut events = Vec::new();
        for (place, most, out_of) in places {
            // What is condemned or came back permanently is not supplied again.
            let Ok(goods) = self.targeted(place) else { continue };
            let mut quantity = most.unwrap_or(goods.free).min(goods.free);
            if let Some(out_of) = out_of {
                // Each pack that came out of something is struck once, until it is cleared.
                let began = self.ends_of(out_of.0).first().map(|it| it.at);
                let before = self.struck.get(&out_of).copied().unwrap_or_default();
                let counts = before.began == began && goods.hold.cleared_at <= before.at;
                let struck = if counts { before.packs } else { 0 };
                quantity = quantity.min(most.unwrap_or(0).saturating_sub(struck));
                if quantity > 0 {
                    self.struck.insert(out_of, Struck { packs: struck + quantity, at: self.now, began });
                }
            }
            if quantity > 0 {
                let place = if quantity < goods.free { place.part(quantity) } else { place };
                let reason = QuarantineReason::OracleEvidence;
                events.extend(self.set_apart(call, place, &goods, reason, None)?.events);
            }
        }
        Ok(Done { answer: Answer::Nothing, events })
    }

    fn free_at(&self, batch: BatchId, site: SiteId) -> Quantity {
        self.batches[&batch].count(|pack| pack.is_free_at(site))
    }

    /// How many loose packs came to the site after this time, in the last sixteen arrivals.
    fn came_since(&self, batch: BatchId, site: SiteId, since: Timestamp) -> Quantity {
        let here =
            self.came_out.iter().rev().filter(|it| (it.batch, it.site) == (batch, site) && !it.forgotten);
        let lately = here.take(16).filter(|it| it.at > since && self.is_lately(it));
        lately.filter(|it| it.free).map(|it| it.loose).sum()
    }

    fn is_lately(&self, it: &CameOut) -> bool {
        self.now <= it.at + TRAIL
    }

    /// What came out of this lately, without a longer interruption.
    fn ends_of(&self, around: Around) -> Vec<CameOut> {
        let all: Vec<CameOut> = self.came_out.iter().filter(|it| it.of == around).copied().collect();
        let interrupted = all.windows(2).rposition(|pair| pair[0].at + TRAIL < pair[1].at);
        let lately = all.into_iter().skip(interrupted.map_or(0, |place| place + 1));
        let lately: Vec<CameOut> = lately.collect();
        if lately.last().is_some_and(|it| self.is_lately(it)) {
            lately
        } else {
            Vec::new()
        }
    }

    /// Whether the SSCC still means a container that ended.
    pub fn ended_lately(&self, sscc: Sscc) -> bool {
        !self.ends_of(Around::LogisticUnit(sscc)).is_empty()
    }

    /// Where goods are now, and how many of them at most.
    fn places_now(&self, target: QuarantineTarget) -> Result<Vec<Place>, Error> {
        let (around, unknown) = match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                let came = self.batches.get(&batch).is_some_and(|facts| facts.sites.contains(&site));
                ensure(came, Error::UnknownBatch)?;
                return Ok(vec![(target, None, None)]);
            }
            QuarantineTarget::Shipment(number) => (Around::Shipment(number), Error::UnknownShipment),
            QuarantineTarget::LogisticUnit(sscc) => {
                if self.containers.contains_key(&sscc) {
                    let (outermost, container) = self.outermost(sscc);
                    let way = container.shipment.map(QuarantineTarget::Shipment);
                    return Ok(vec![(way.unwrap_or(QuarantineTarget::LogisticUnit(outermost)), None, None)]);
                }
                (Around::LogisticUnit(sscc), Error::UnknownLogisticUnit)
            }
        };
        let mut places = Vec::new();
        if matches!(around, Around::Shipment(number) if self.shipments.contains_key(&number)) {
            places.push((target, None, None));
        }
        let ends = self.ends_of(around);
        ensure(!places.is_empty() || !ends.is_empty(), unknown)?;
        for given_back in [false, true] {
            let there: Vec<&CameOut> = ends.iter().filter(|it| it.given_back == given_back).collect();
            let quantity: Quantity = there.iter().map(|it| it.loose).sum();
            if let Some(it) = there.first().filter(|_| quantity > 0) {
                let out_of = Some((around, given_back));
                places.push((QuarantineTarget::holding(it.batch, it.site), Some(quantity), out_of));
            }
        }
        if let Some(sscc) = ends.first().and_then(|it| it.inside) {
            places.extend(self.places_now(QuarantineTarget::LogisticUnit(sscc)).unwrap_or_default());
        }
        Ok(places)
    }

    /// It does not count any more what came to the site.
    pub(super) fn forget_evidence(&mut self, batch: BatchId, site: SiteId) {
        let there = self.came_out.iter_mut().filter(|it| (it.batch, it.site) == (batch, site));
        there.for_each(|it| it.forgotten = true);
    }

    /// Packs, or the container that was shipped, came out of a shipment at a site.
    pub(super) fn note_end_of_shipment(
        &mut self,
        number: u64,
        record: &Shipment,
        site: SiteId,
        loose: Quantity,
    ) {
        let (batch, inside, free) = (record.batch, record.logistic_unit, !record.hold.quarantined);
        let (of, given_back, at) = (Around::Shipment(number), site == record.from, self.now);
        self.came_out.push(CameOut {
            of,
            batch,
            site,
            given_back,
            at,
            loose,
            free,
            inside,
            forgotten: false,
        });
    }

    /// A container ended at a site.
    pub(super) fn note_end_of_container(
        &mut self,
        sscc: Sscc,
        site: SiteId,
        (loose, free): (Quantity, bool),
    ) {
        let (of, batch, at) = (Around::LogisticUnit(sscc), self.containers[&sscc].batch, self.now);
        self.came_out.push(CameOut {
            of,
            batch,
            site,
            given_back: false,
            at,
            loose,
            free,
            inside: None,
            forgotten: false,
        });
    }
}
