//! Packs, and what is counted over them.

use std::collections::{BTreeMap, BTreeSet};

use primitives::batches::{
    Batch, Hold, Holding, NotMarketable, Places, RecallNotice, RecallScope, RecallSet, Stop, UnitState,
    Withdrawal,
};
use primitives::products::{Attestation, AttestationRecord, NewBatch};
use primitives::{BatchId, OrganisationId, Quantity, SerialProof, SiteId, Sscc, Timestamp, UnitId};

use super::Model;

/// A sales pack: where it is, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Where it is; where it goes, if it is under way; where it was, if it left the supply chain.
    pub site: SiteId,
    /// The innermost closed container around it.
    pub inside: Option<Sscc>,
    /// The shipment in which it is under way.
    pub shipment: Option<u64>,
    /// Whether it is quarantined by itself, and not with what is around it: among packs that are counted only, or by its
    /// serial.
    pub quarantined: Option<Quarantined>,
    /// Whether it is condemned by itself.
    pub condemned: bool,
    /// Whether it came back to its manufacturer permanently.
    pub returned: bool,
    /// How it left the supply chain.
    pub gone: Option<UnitState>,
}

/// How the books know a loose pack that is quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quarantined {
    Counted,
    BySerial,
}

/// A batch: what was registered, what became of it, and its packs by position.
#[derive(Clone, Debug)]
pub struct BatchFacts {
    pub new: NewBatch,
    pub registration: u32,
    pub manufacturer: OrganisationId,
    pub expires_at: Timestamp,
    pub registered_at: Timestamp,
    pub released_at: Option<Timestamp>,
    pub blocked: Option<Stop>,
    pub attested: BTreeMap<Attestation, AttestationRecord>,
    pub recalls: Vec<RecallNotice>,
    /// Where packs of it are or were, in the order in which it came there.
    pub sites: Vec<SiteId>,
    /// How many recalls a site acknowledged, of the batch and of its product, and when it last did.
    pub acknowledged: BTreeMap<SiteId, (u8, u8, Timestamp)>,
    /// What a site last booked by quantity, and when.
    pub last_bookings: BTreeMap<SiteId, (UnitState, Quantity, Timestamp)>,
    /// The quarantine of loose packs at a site, besides which packs those are.
    pub holds: BTreeMap<SiteId, Hold>,
    /// The numbered cases that another organisation than the manufacturer opened.
    pub opened_elsewhere: BTreeSet<u32>,
    pub packs: Vec<Pack>,
}

impl BatchFacts {
    /// Since when it is recalled as a whole, and not with its product.
    pub fn recalled_at(&self) -> Option<Timestamp> {
        let whole =
            |notice: &&RecallNotice| notice.recall.scope == RecallScope::Batch && notice.ended.is_none();
        self.recalls.iter().find(whole).map(|notice| notice.at)
    }

    /// Whether the recall of this number goes on.
    pub fn goes_on(&self, number: u8) -> bool {
        self.recalls[usize::from(number)].ended.is_none()
    }

    /// Whether a recall until the time `at` names the position.
    pub fn in_recalled_range(&self, position: u32, at: Timestamp) -> bool {
        let names = |scope| matches!(scope, RecallScope::SerialRange { first, last } if first <= position && position <= last);
        self.recalls.iter().any(|it| it.at <= at && it.ended.is_none() && names(it.recall.scope))
    }

    pub fn is_serialised(&self) -> bool {
        self.new.serial_root.is_some()
    }

    /// Whether a proof has the form of those that the manufacturer gives for this batch.
    pub fn could_have_proof(&self, proof: &SerialProof) -> bool {
        let levels = self.new.quantity.next_power_of_two().trailing_zeros();
        Quantity::from(proof.index) < self.new.quantity && u32::try_from(proof.siblings.len()) == Ok(levels)
    }

    pub fn record(&self) -> Batch {
        let NewBatch { gtin, lot, expiry, quantity, serial_root, units_per_case } = self.new.clone();
        let ended = (0..).zip(&self.recalls).filter(|(_, notice)| notice.ended.is_some());
        let ended_recalls = ended.fold(RecallSet::NONE, |set, (number, _)| set.with(number));
        Batch {
            registration: self.registration,
            gtin,
            lot,
            expiry,
            expires_at: self.expires_at,
            quantity,
            serial_root,
            units_per_case,
            manufacturer: self.manufacturer,
            registered_at: self.registered_at,
            released_at: self.released_at,
            blocked: self.blocked,
            recalled_at: self.recalled_at(),
            recalls: u8::try_from(self.recalls.len()).unwrap(),
            ended_recalls,
        }
    }

    pub fn count(&self, fits: impl Fn(&Pack) -> bool) -> Quantity {
        self.packs.iter().filter(|pack| fits(pack)).count().try_into().unwrap()
    }

    /// The positions of packs, in their order.
    pub fn positions(&self, fits: impl Fn(&Pack) -> bool) -> Vec<usize> {
        let pairs = self.packs.iter().enumerate();
        pairs.filter(|(_, pack)| fits(pack)).map(|(position, _)| position).collect()
    }

    pub fn come_to(&mut self, site: SiteId) {
        if !self.sites.contains(&site) {
            self.sites.push(site);
        }
    }
}

impl Pack {
    /// Whether it is free at the site: in nothing, on no way, and fit to be moved.
    pub fn is_free_at(&self, site: SiteId) -> bool {
        self.is_loose_at(site) && self.quarantined.is_none()
    }

    /// Whether it is in nothing and on no way there, quarantined or not.
    pub fn is_loose_at(&self, site: SiteId) -> bool {
        self.site == site && self.is_open() && !self.returned && !self.condemned
    }

    /// Whether it is loose there, and quarantined as the books know it.
    pub fn is_quarantined_at(&self, site: SiteId, how: Quarantined) -> bool {
        self.is_loose_at(site) && self.quarantined == Some(how)
    }

    /// Whether it is loose there, and condemned by itself.
    pub fn is_condemned_at(&self, site: SiteId) -> bool {
        self.site == site && self.is_open() && !self.returned && self.condemned
    }

    fn is_open(&self) -> bool {
        self.inside.is_none() && self.shipment.is_none() && self.gone.is_none()
    }

    /// Whether it came back permanently, and is still there.
    pub fn is_returned_at(&self, site: SiteId) -> bool {
        self.site == site && self.returned && self.gone.is_none()
    }
}

impl Model {
    /// Whether it does not matter which packs of the batch these are.
    pub fn counts_do(&self, batch: BatchId) -> bool {
        !self.batches[&batch].is_serialised() || self.is_recalled(batch)
    }

    /// Why packs of the batch might not be supplied or dispensed at a time.
    pub fn hindrance(&self, batch: BatchId, at: Timestamp) -> Result<(), NotMarketable> {
        let facts = &self.batches[&batch];
        if self.recalled_at(batch).is_some_and(|since| since <= at) {
            Err(NotMarketable::Recalled)
        } else if facts.blocked.is_some_and(|stop| stop.at <= at) {
            Err(NotMarketable::Blocked)
        } else if facts.released_at.is_none_or(|since| since > at) {
            Err(NotMarketable::NotReleased)
        } else if at > facts.expires_at {
            Err(NotMarketable::Expired)
        } else {
            Ok(())
        }
    }

    /// Where the batch's packs are, at the site or at all sites.
    pub fn places(&self, batch: BatchId, site: Option<SiteId>) -> Places {
        let mut places = Places::default();
        let packs = self.batches.get(&batch).into_iter().flat_map(|facts| &facts.packs);
        for pack in packs.filter(|pack| site.is_none_or(|site| pack.site == site)) {
            *self.place(pack, &mut places) += 1;
        }
        places
    }

    /// The count to which a pack belongs.
    fn place<'a>(&self, pack: &Pack, places: &'a mut Places) -> &'a mut Quantity {
        match pack.gone {
            Some(UnitState::Dispensed) => return &mut places.dispensed,
            Some(UnitState::Destroyed) => return &mut places.destroyed,
            Some(_) => return &mut places.decommissioned,
            None => {}
        }
        if pack.returned {
            return &mut places.returned;
        }
        let shipment = pack.shipment.map(|number| self.shipments[&number].hold.quarantined);
        let container = pack.inside.map(|sscc| self.outermost(sscc).1);
        match (shipment, container) {
            (Some(true), _) => &mut places.quarantined_closed,
            (Some(false), _) => &mut places.in_transit,
            (None, Some(it)) if it.withdrawn == Some(Withdrawal::Condemned) => &mut places.condemned_closed,
            (None, Some(it)) if it.hold.quarantined => &mut places.quarantined_closed,
            (None, Some(_)) => &mut places.packed,
            (None, None) if pack.condemned => &mut places.condemned,
            (None, None) => match pack.quarantined {
                Some(Quarantined::Counted) => &mut places.quarantined,
                Some(Quarantined::BySerial) => &mut places.quarantined_by_serial,
                None => &mut places.held,
            },
        }
    }

    /// What a site has or had of the batch.
    pub fn holding(&self, batch: BatchId, site: SiteId) -> Holding {
        let facts = &self.batches[&batch];
        let (acknowledged, acknowledged_of_product, acknowledged_at) =
            facts.acknowledged.get(&site).copied().unwrap_or_default();
        let hold = facts.holds.get(&site).copied().unwrap_or_default();
        let places = self.places(batch, Some(site));
        Holding { places, acknowledged, acknowledged_of_product, acknowledged_at, hold }
    }

    /// The unit at a position, where the batch has serials.
    pub fn unit_at(&self, batch: BatchId, position: usize) -> Option<UnitId> {
        let position = u32::try_from(position).ok()?;
        let mut serials = self.proofs.by_serial.iter().filter(|((of, _), _)| *of == batch);
        let ((_, serial), _) = serials.find(|(_, proof)| proof.index == position)?;
        Some(UnitId::of(batch, serial))
    }

    /// Whether the books know by name what became of the pack at this position.
    pub fn is_booked_by_name(&self, batch: BatchId, position: usize) -> bool {
        self.unit_at(batch, position).is_some_and(|unit| self.unit(batch, unit).is_some())
    }

    /// Packs show up among those that fit. If one should be elsewhere, then it was this one that came here, and one that
    /// should be here is where it was thought to be.
    pub fn show_up(&mut self, batch: BatchId, positions: &[usize], fits: impl Fn(&Pack) -> bool) {
        for position in positions {
            let facts = &self.batches[&batch];
            if fits(&facts.packs[*position]) {
                continue;
            }
            let others = facts.positions(&fits).into_iter().rfind(|other| !positions.contains(other));
            let other = others.expect("so many packs are there");
            self.facts(batch).packs.swap(*position, other);
        }
    }

    /// Packs that are counted only: the books know none of them by its serial.
    pub fn nameless(&self, batch: BatchId, fits: impl Fn(&Pack) -> bool) -> Vec<usize> {
        let positions = self.batches[&batch].positions(fits);
        positions.into_iter().filter(|position| !self.is_booked_by_name(batch, *position)).collect()
    }
}
