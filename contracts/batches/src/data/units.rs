//! Units leave the supply chain: counted ones here, single ones for the register of units.

use kernel::Call;
use primitives::batches::{
    Batch, Booked, Booking, BookingError, Entry, Error, Places, UnitBooked, UnitState, UnitsDecommissioned,
    Whereabouts,
};
use primitives::{
    ensure, BatchId, DocumentHash, Extensible, Quantity, Refused, Role, RoleSet, SiteId, DISPENSERS,
};

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
        Some(self.whereabouts_of(&id, batch, position, (everywhere, here)))
    }

    fn whereabouts_of(
        &self,
        id: &BatchId,
        batch: Batch,
        position: Option<u32>,
        (everywhere, here): (Places, Option<Places>),
    ) -> Whereabouts {
        let recalled = position.is_some_and(|position| self.is_position_recalled(id, &batch, position));
        let packed = position.and_then(|position| self.packed_position(id, &batch, position));
        Whereabouts { batch, everywhere, here, recalled, packed }
    }

    /// Books one unit of a site: a loose one as decommissioned, where it is the batch's and in no closed logistic unit, and
    /// the site has a loose one; or one that was decommissioned as loose again, for that site, or for a regulator where it
    /// was locked. The register of units, which has the roles `through`, answers for which one it is.
    pub fn book_unit(
        &mut self,
        call: Call,
        through: RoleSet,
        booking: Booking,
    ) -> Result<(Booked, Option<UnitBooked>), BookingError> {
        ensure(through.contains(Role::UnitRegister), BookingError::NotUnitRegister)?;
        let Booking { batch: id, site, state, entry, .. } = booking;
        let batch = self.known(&id)?;
        if call.site == Some(site) {
            ensure_may_decommission(&call, state)?;
        } else {
            let unlocks = entry == Entry::TakeBack && state == UnitState::Locked;
            ensure(unlocks && call.roles.contains(Role::Regulator), BookingError::CallerNotAuthorised)?;
        }
        let (balance, holding) = (self.balance(&id)?, self.holding_of(&id, site));
        let shown = match entry {
            Entry::Decommission(shown) | Entry::Nothing(shown) => Some(shown),
            Entry::TakeBack => None,
        };
        let places = (balance.places, Some(holding.places));
        let known = self.whereabouts_of(&id, batch, shown.map(|shown| shown.index), places);
        let taken_back = shown.is_none();
        let (mut from, mut to) = (Place::Held, place_of(state));
        let done = match entry {
            Entry::Decommission(shown) => {
                let Batch { serial_root, quantity, .. } = known.batch;
                let proven = serial_root.is_some_and(|root| shown.is_of(root, quantity));
                proven && known.packed.is_none() && holding.places.held > 0
            }
            Entry::Nothing(_) => false,
            Entry::TakeBack => {
                (from, to) = (to, from);
                true
            }
        };
        let booked = Booked { by: call.actor(), done, whereabouts: extensible(&known) };
        if !done {
            return Ok((booked, None));
        }
        self.transfer_from((&id, balance, holding), (site, from), (site, to), 1, Error::QuantityNotHeld)?;
        Ok((booked, Some(UnitBooked { batch: id, site, state, taken_back })))
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

fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<SiteId, Refused> {
    if state == UnitState::Dispensed {
        call.ensure_any(DISPENSERS)?;
    }
    ensure_custodian(call)
}

fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => Place::Dispensed,
        UnitState::Destroyed => Place::Destroyed,
        _ => Place::Decommissioned,
    }
}
