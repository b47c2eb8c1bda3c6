use std::collections::BTreeSet;

use kernel::Call;
use primitives::batches::{
    Contents, Error, Hold, LogisticUnitDestroyed, LogisticUnitPacked, LogisticUnitUnpacked, UnitState,
    Withdrawal, MAX_CHILDREN, MAX_LEVEL,
};
use primitives::{ensure, BatchId, DocumentHash, Role, SiteId, Sscc, Timestamp};

use super::custody::counted;
use super::{done, ensure_custodian, today, Model, Outcome};

/// A closed logistic unit. What is in it is known by the packs and containers that name it.
#[derive(Clone, Debug)]
pub struct Container {
    pub batch: BatchId,
    /// Right for an outermost one only.
    pub site: SiteId,
    pub level: u8,
    pub packed_by: SiteId,
    pub packed_at: Timestamp,
    pub taken_out_at: Option<Timestamp>,
    pub parent: Option<Sscc>,
    pub shipment: Option<u64>,
    pub case: Option<u32>,
    /// The lowest and the highest number of the cases in it, where all in it are numbered.
    pub cases: Option<(u32, u32)>,
    /// The numbers of the batch's recalls of it, and of one around it out of which it was taken.
    pub recalls: BTreeSet<u8>,
    pub withdrawn: Option<Withdrawal>,
    pub hold: Hold,
}

impl Model {
    /// The container around this one in which no other is.
    pub fn outermost(&self, sscc: Sscc) -> (Sscc, &Container) {
        let container = &self.containers[&sscc];
        container.parent.map_or((sscc, container), |parent| self.outermost(parent))
    }

    /// Whether `inner` is in `outer`, or is it.
    fn is_within(&self, inner: Sscc, outer: Sscc) -> bool {
        inner == outer || self.containers[&inner].parent.is_some_and(|parent| self.is_within(parent, outer))
    }

    pub fn children(&self, sscc: Sscc) -> Vec<Sscc> {
        let inside = self.containers.iter().filter(|(_, container)| container.parent == Some(sscc));
        inside.map(|(child, _)| *child).collect()
    }

    pub(super) fn positions_inside(&self, sscc: Sscc) -> Vec<usize> {
        let batch = &self.batches[&self.containers[&sscc].batch];
        batch.positions(|pack| pack.inside.is_some_and(|inner| self.is_within(inner, sscc)))
    }

    pub(super) fn packs_inside(&self, sscc: Sscc) -> u64 {
        u64::try_from(self.positions_inside(sscc).len()).unwrap()
    }

    /// The numbers of the recalls of those inside.
    pub fn recalls_inside(&self, sscc: Sscc) -> BTreeSet<u8> {
        let of = |child: Sscc| {
            let own = self.containers[&child].recalls.clone();
            own.into_iter().chain(self.recalls_inside(child))
        };
        self.children(sscc).into_iter().flat_map(of).collect()
    }

    /// Whether a recall of it goes on.
    pub fn is_container_recalled(&self, container: &Container) -> bool {
        let facts = &self.batches[&container.batch];
        container.recalls.iter().any(|number| facts.goes_on(*number))
    }

    /// Whether a recall of one inside goes on.
    pub fn holds_recalled(&self, sscc: Sscc) -> bool {
        let facts = &self.batches[&self.containers[&sscc].batch];
        self.recalls_inside(sscc).iter().any(|number| facts.goes_on(*number))
    }

    pub(super) fn forget_if_empty(&mut self, sscc: Sscc, site: SiteId) {
        if self.children(sscc).is_empty() {
            self.note_end_of_container(sscc, site, (0, false));
            self.containers.remove(&sscc);
        }
    }

    /// One at the site that can be opened: nothing is around it, and nothing stops it.
    fn standing_alone(&self, site: SiteId, sscc: Sscc) -> Result<&Container, Error> {
        let container = self.containers.get(&sscc).ok_or(Error::UnknownLogisticUnit)?;
        ensure(container.parent.is_none(), Error::LogisticUnitInside)?;
        ensure(container.site == site, Error::LogisticUnitNotHeld)?;
        ensure(container.shipment.is_none(), Error::LogisticUnitInTransit)?;
        Ok(container)
    }

    /// The same, where it may be moved: it is not quarantined, did not come back permanently, and is not destroyed.
    pub(super) fn free_to_go(&self, site: SiteId, sscc: Sscc) -> Result<&Container, Error> {
        let container = self.standing_alone(site, sscc)?;
        ensure(!container.hold.quarantined, Error::LogisticUnitQuarantined)?;
        let out_of_it = matches!(container.withdrawn, Some(Withdrawal::Returned | Withdrawal::Destroyed));
        ensure(!out_of_it, Error::LogisticUnitNotHeld)?;
        Ok(container)
    }

    /// A condemned container is destroyed as it is.
    pub(super) fn destroy(
        &mut self,
        call: Call,
        sscc: Sscc,
        document: Option<DocumentHash>,
    ) -> Outcome<Error> {
        let container = self.standing_alone(call.site()?, sscc)?;
        ensure(container.withdrawn == Some(Withdrawal::Condemned), Error::NotCondemned)?;
        let batch = container.batch;
        let inside = self.positions_inside(sscc);
        for position in &inside {
            self.facts(batch).packs[*position].gone = Some(UnitState::Destroyed);
        }
        self.containers.get_mut(&sscc).unwrap().withdrawn = Some(Withdrawal::Destroyed);
        let (by, quantity) = (call.actor(), self.packs_inside(sscc));
        Ok(done(&LogisticUnitDestroyed { batch, by, logistic_unit: sscc, quantity, document }))
    }

    pub(super) fn pack(&mut self, call: Call, sscc: Sscc, contents: Contents) -> Outcome<Error> {
        let site = ensure_custodian(&call)?;
        ensure(sscc != 0 && gs1::Sscc::new(sscc).is_ok(), Error::InvalidSscc)?;
        let owner = self.organisations.owner_of(sscc);
        ensure(owner.is_some() && owner == call.organisation, Error::SsccOfAnother)?;
        let taken = self.containers.contains_key(&sscc) || self.ended_lately(sscc);
        ensure(!taken, Error::LogisticUnitExists)?;
        let (batch, level, case, cases) = match &contents {
            Contents::Units { batch, quantity } => {
                self.known(*batch)?;
                let packed = self.some_free(*batch, site, *quantity)?;
                self.put_in(*batch, packed, sscc);
                (*batch, 0, None, None)
            }
            Contents::Case { batch, number } => {
                self.known(*batch)?;
                ensure(self.is_maker(&call, *batch, Role::Manufacturer), Error::CallerNotAuthorised)?;
                ensure(!self.is_case_used(*batch, *number), Error::CaseAlreadyPacked)?;
                let positions = self.case_positions(*batch, *number).ok_or(Error::UnknownCase)?;
                let quantity = u64::try_from(positions.len()).unwrap();
                self.some_free(*batch, site, quantity)?;
                let packed = today::fill_case(self, *batch, positions, site);
                self.put_in(*batch, packed, sscc);
                (*batch, 0, Some(*number), Some((*number, *number)))
            }
            Contents::LogisticUnits(children) => {
                let (batch, level) = self.put_inside(site, sscc, children)?;
                let cases: Option<Vec<(u32, u32)>> =
                    children.iter().map(|child| self.containers[child].cases).collect();
                let lowest = cases.iter().flatten().map(|(lowest, _)| *lowest).min();
                let highest = cases.iter().flatten().map(|(_, highest)| *highest).max();
                (batch, level, None, lowest.zip(highest))
            }
        };
        let container = Container {
            batch,
            site,
            level,
            packed_by: site,
            packed_at: self.now,
            taken_out_at: None,
            parent: None,
            shipment: None,
            case,
            cases,
            recalls: BTreeSet::new(),
            withdrawn: None,
            hold: Hold::default(),
        };
        self.containers.insert(sscc, container);
        let (by, logistic_unit, quantity) = (call.actor(), sscc, self.packs_inside(sscc));
        Ok(done(&LogisticUnitPacked { batch, by, logistic_unit, quantity, contents }))
    }

    fn put_in(&mut self, batch: BatchId, positions: Vec<usize>, sscc: Sscc) {
        for position in positions {
            self.facts(batch).packs[position].inside = Some(sscc);
        }
    }

    fn put_inside(&mut self, site: SiteId, sscc: Sscc, children: &[Sscc]) -> Result<(BatchId, u8), Error> {
        ensure((1..=MAX_CHILDREN).contains(&children.len()), Error::TooManyLogisticUnits)?;
        let mut whole: Option<(BatchId, u8)> = None;
        for child in children {
            let container = self.free_to_go(site, *child)?;
            let (batch, level) = (container.batch, container.level + 1);
            ensure(whole.is_none_or(|(first, _)| first == batch), Error::MixedBatches)?;
            let recalled = self.is_container_recalled(container) || self.holds_recalled(*child);
            ensure(!recalled, Error::LogisticUnitRecalled)?;
            ensure(container.withdrawn.is_none(), Error::GoodsCondemned)?;
            ensure(level < MAX_LEVEL, Error::NestedTooDeep)?;
            whole = Some((batch, whole.map_or(level, |(_, highest)| highest.max(level))));
            self.containers.get_mut(child).unwrap().parent = Some(sscc);
        }
        Ok(whole.expect("one at least"))
    }

    pub(super) fn unpack(&mut self, call: Call, sscc: Sscc) -> Outcome<Error> {
        let site = ensure_custodian(&call)?;
        let container = self.standing_alone(site, sscc)?.clone();
        let recalled = self.is_container_recalled(&container);
        let Container { batch, case, ref recalls, withdrawn, hold, .. } = container;
        match withdrawn {
            Some(Withdrawal::Destroyed) => return Err(Error::LogisticUnitNotHeld),
            Some(Withdrawal::Returned) => ensure(case.is_none(), Error::LogisticUnitNotHeld)?,
            Some(Withdrawal::Condemned) => ensure(case.is_none(), Error::GoodsCondemned)?,
            None => ensure(!hold.quarantined || !recalled, Error::LogisticUnitQuarantined)?,
        }
        let came_back = withdrawn == Some(Withdrawal::Returned);
        // The packs of a recalled one could not be distinguished from others any more.
        let maker = self.is_maker(&call, batch, Role::Manufacturer);
        ensure(!recalled || came_back || maker, Error::LogisticUnitRecalled)?;
        let withdrawn = if recalled { Some(Withdrawal::Returned) } else { withdrawn };
        let (positions, quantity) = (self.positions_inside(sscc), self.packs_inside(sscc));
        let loose = container.level == 0 && withdrawn.is_none();
        for position in positions {
            let pack = &mut self.facts(batch).packs[position];
            pack.returned = withdrawn == Some(Withdrawal::Returned);
            if container.level == 0 {
                pack.condemned = withdrawn == Some(Withdrawal::Condemned);
                pack.quarantined = counted(hold.quarantined && loose);
            }
        }
        if container.level == 0 {
            self.bring_hold(batch, site, hold);
        }
        if withdrawn.is_none() {
            let loose = if container.level == 0 { quantity } else { 0 };
            self.note_end_of_container(sscc, site, (loose, !hold.quarantined));
        }
        let now = self.now;
        for child in self.children(sscc) {
            let inside = self.containers.get_mut(&child).unwrap();
            (inside.parent, inside.site, inside.withdrawn) = (None, site, withdrawn);
            inside.taken_out_at = Some(now);
            inside.recalls.extend(recalls);
            inside.hold = Hold { cleared_at: hold.cleared_at.max(inside.hold.cleared_at), ..hold };
        }
        if case.is_some() && withdrawn.is_some() {
            // The books know by it where its packs are.
            self.containers.get_mut(&sscc).unwrap().withdrawn = withdrawn;
        } else {
            self.containers.remove(&sscc);
            let packs = &mut self.facts(batch).packs;
            packs.iter_mut().filter(|pack| pack.inside == Some(sscc)).for_each(|pack| pack.inside = None);
            let manufacturer = self.batches[&batch].manufacturer;
            if let Some(number) = case.filter(|_| !call.is_of(manufacturer)) {
                self.facts(batch).opened_elsewhere.insert(number);
            }
        }
        Ok(done(&LogisticUnitUnpacked { batch, by: call.actor(), logistic_unit: sscc, quantity }))
    }

    /// The positions of a numbered case: the last one has the rest. `None` where the batch has no such case.
    fn case_positions(&self, batch: BatchId, number: u32) -> Option<Vec<usize>> {
        let facts = &self.batches[&batch];
        let size = usize::try_from(facts.new.units_per_case?).unwrap();
        let first = size * usize::try_from(number).unwrap();
        let positions: Vec<usize> = (first..facts.packs.len()).take(size).collect();
        (!positions.is_empty()).then_some(positions)
    }

    /// Whether the number of a case is used up: it is closed, or was opened by another organisation.
    fn is_case_used(&self, batch: BatchId, number: u32) -> bool {
        self.closed_case(batch, number).is_some() || self.batches[&batch].opened_elsewhere.contains(&number)
    }

    fn closed_case(&self, batch: BatchId, number: u32) -> Option<Sscc> {
        let fits = |container: &Container| container.batch == batch && container.case == Some(number);
        self.containers.iter().find(|(_, container)| fits(container)).map(|(sscc, _)| *sscc)
    }

    /// The closed numbered case in which the pack at a position is, and the containers around that.
    pub(super) fn around(&self, batch: BatchId, position: u32) -> Option<Vec<&Container>> {
        let size = self.batches[&batch].new.units_per_case?;
        let mut around = vec![&self.containers[&self.closed_case(batch, position.checked_div(size)?)?]];
        while let Some(parent) = around[around.len() - 1].parent {
            around.push(&self.containers[&parent]);
        }
        Some(around)
    }

    /// Where the outermost of these containers is, or where it is going.
    pub(super) fn site_of(&self, around: &[&Container]) -> SiteId {
        let outermost = around[around.len() - 1];
        outermost.shipment.map_or(outermost.site, |shipment| self.shipments[&shipment].to)
    }
}
