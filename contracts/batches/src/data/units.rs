//! Units leave the supply chain: counted ones here, single ones for the register of units.

use kernel::Call;
use primitives::batches::{
    Batch, Booked, Booking, Error, UnitBooked, UnitState, UnitsDecommissioned, Whereabouts,
};
use primitives::{ensure, BatchId, DocumentHash, Extensible, Quantity, Role, SiteId, DISPENSERS};

use super::recall::covers;
use super::{ensure_custodian, Data};
use crate::place::Place;

impl Data {
    /// What is known of the unit at a position of the batch's serial tree, and of the site's units.
    #[must_use]
    pub fn whereabouts(
        &self,
        id: BatchId,
        position: Option<u32>,
        site: Option<SiteId>,
    ) -> Option<Whereabouts> {
        let batch = self.batch(id)?;
        let everywhere = self.balance(&id).ok()?.places;
        let here = site.map(|site| self.holding_of(&id, site).places);
        let recalled = position.is_some_and(|position| self.is_position_recalled(&id, &batch, position));
        let packed = position.and_then(|position| self.packed_position(&id, &batch, position));
        Some(Whereabouts { batch, everywhere, here, recalled, packed })
    }

    /// Books one loose unit of a site as decommissioned, where it is the batch's and in no closed logistic unit, and the
    /// site has a loose one. The register of units answers for which one it is, and that the site may do so.
    pub fn book_unit(&mut self, call: Call, booking: Booking) -> Result<(Booked, Option<UnitBooked>), Error> {
        call.ensure_role(Role::UnitRegister)?;
        let Booking { batch: id, site, state, shown } = booking;
        let known = self.whereabouts(id, Some(shown.index), Some(site)).ok_or(Error::UnknownBatch)?;
        let Whereabouts { batch, here, packed, .. } = &known;
        let proven = batch.serial_root.is_some_and(|root| shown.is_of(root, batch.quantity));
        let done = proven && packed.is_none() && here.is_some_and(|places| places.held > 0);
        let booked = Booked { done, whereabouts: extensible(&known) };
        if !done {
            return Ok((booked, None));
        }
        self.transfer(&id, (site, Place::Held), (site, place_of(state)), 1, Error::QuantityNotHeld)?;
        Ok((booked, Some(UnitBooked { batch: id, site, state, taken_back: false })))
    }

    /// Books a unit that was decommissioned as loose again.
    pub fn take_back(
        &mut self,
        call: Call,
        id: BatchId,
        site: SiteId,
        state: UnitState,
    ) -> Result<UnitBooked, Error> {
        call.ensure_role(Role::UnitRegister)?;
        self.transfer(&id, (site, place_of(state)), (site, Place::Held), 1, Error::QuantityNotHeld)?;
        Ok(UnitBooked { batch: id, site, state, taken_back: true })
    }

    /// Takes units out of the supply chain that are counted only: of a batch without serials, or to be destroyed after a
    /// recall or return, those that came back first.
    pub fn decommission_quantity(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Result<UnitsDecommissioned, Error> {
        let site = ensure_may_decommission(&call, state)?;
        let batch = self.known(&id)?;
        let destroyed = state == UnitState::Destroyed;
        let returned = self.holding_of(&id, site).places.returned;
        let of_returned = if destroyed { quantity.min(returned) } else { 0 };
        let others = quantity.saturating_sub(of_returned);
        if others > 0 && batch.serial_root.is_some() {
            ensure(destroyed && batch.recalled, Error::SerialRequired)?;
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(call.now)?;
        }
        let target = (site, place_of(state));
        if of_returned == 0 || others > 0 {
            self.transfer(&id, (site, Place::Held), target, others, Error::QuantityNotHeld)?;
        }
        if of_returned > 0 {
            self.transfer(&id, (site, Place::Returned), target, of_returned, Error::QuantityNotHeld)?;
        }
        Ok(UnitsDecommissioned { batch: id, by: call.actor(), quantity, of_returned, state, document })
    }

    /// Whether a recall of a range of serials covers the unit at this position.
    fn is_position_recalled(&self, id: &BatchId, batch: &Batch, position: u32) -> bool {
        batch.recalls > 0 && self.recalls(*id).iter().any(|notice| covers(notice.recall.scope, position))
    }
}

// One copy of the encoding.
#[inline(never)]
pub(crate) fn extensible(known: &Whereabouts) -> Extensible<Whereabouts> {
    Extensible::from(known)
}

fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<SiteId, Error> {
    if state == UnitState::Dispensed {
        call.ensure_any(DISPENSERS)?;
    }
    Ok(ensure_custodian(call)?)
}

fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => Place::Dispensed,
        UnitState::Destroyed => Place::Destroyed,
        _ => Place::Decommissioned,
    }
}
