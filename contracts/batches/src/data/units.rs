//! Units leave the supply chain, are quarantined and condemned: counted ones here, single ones for the register of units.

use ink::prelude::vec::Vec;
use kernel::Call;
use primitives::batches::{
    Batch, Booked, Booking, BookingError, DecommissioningReverted, Error, Hold, Move, Places, PositionFacts,
    RecallNotice, UnitPlace, UnitState, UnitsBooked, UnitsDecommissioned, Whereabouts, Which,
};
use primitives::units::REVERT_WINDOW;
use primitives::{
    ensure, BatchId, DocumentHash, Extensible, Quantity, Refused, Role, RoleSet, SiteId, Timestamp,
    CUSTODIANS, DISPENSERS,
};

use super::custody::counts_do;
use super::recall::reaches;
use super::{ensure_answers_for, ensure_custodian, put, take, Balance, Data, LastBooking};
use crate::place::Place;

impl Data {
    /// What is known of the units at positions of the batch's serial tree, and of the site's units.
    #[must_use]
    pub fn whereabouts(
        &self,
        id: BatchId,
        positions: &[u32],
        site: Option<SiteId>,
        at: Timestamp,
    ) -> Option<Whereabouts> {
        let batch = self.batch(id)?;
        let everywhere = self.balance(&id).ok()?.places;
        let here = site.map(|site| self.holding_of(&id, site).places);
        Some(self.whereabouts_of(&id, batch, (positions, at), (everywhere, here)))
    }

    fn whereabouts_of(
        &self,
        id: &BatchId,
        batch: Batch,
        (positions, at): (&[u32], Timestamp),
        (everywhere, here): (Places, Option<Places>),
    ) -> Whereabouts {
        let facts = |position: &u32| PositionFacts {
            recalled: self.is_position_recalled(id, &batch, *position, at),
            packed: self.packed_position(id, &batch, *position),
        };
        let positions = positions.iter().map(facts).collect();
        Whereabouts { batch, everywhere, here, positions }
    }

    /// Books what becomes of units of a site, all of it or nothing: where they are the batch's and in no closed logistic
    /// unit, and the site has so many where they are taken from. The register of units, which has the roles `through`,
    /// answers for which units these are.
    pub fn book_units(
        &mut self,
        call: Call,
        through: RoleSet,
        booking: Booking,
    ) -> Result<(Booked, Vec<UnitsBooked>), BookingError> {
        ensure(through.contains(Role::UnitRegister), BookingError::NotUnitRegister)?;
        let Booking { batch: id, site, at, which, moves, only_ask_for, .. } = booking;
        let batch = self.current(&id)?;
        let (balance, holding) = (self.balance(&id)?, self.holding_of(&id, site));
        for step in &moves {
            let may = may_move(&call, (&batch, site, holding.hold), step.from, step.to);
            ensure(may, BookingError::CallerNotAuthorised)?;
        }
        let number = batch.registration;
        let (Batch { serial_root, quantity, .. }, shown) = (&batch, &which);
        let (positions, proven, closed) = match shown {
            Which::Shown(shown) => {
                let proven = serial_root.is_some_and(|root| shown.are_of(root, *quantity));
                (&shown.positions, proven, true)
            }
            Which::Noted(positions) => (positions, true, false),
        };
        let places = (balance.places, Some(holding.places));
        let known = self.whereabouts_of(&id, batch, (positions, at), places);
        let loose = !closed || known.positions.iter().all(|facts| facts.packed.is_none());
        let mut done = only_ask_for != Some(number) && proven && loose;
        let mut events = Vec::new();
        if done {
            let (mut here, mut everywhere) = (holding, balance);
            let moved = moves.iter().try_for_each(|step| {
                let (from, to) = (step.from.into(), step.to.into());
                shift(&mut here.places, from, to, step.quantity)?;
                shift(&mut everywhere.places, from, to, step.quantity)
            });
            done = moved.is_some();
            // Nothing is left of what a regulator quarantined: each unit is known by its serial.
            here.hold.stop = here.hold.stop.filter(|_| here.places.quarantined > 0);
            if done {
                self.save_holding(&id, site, &here);
                self.save_balance(&id, &everywhere);
                let event = |Move { from, to, quantity }| UnitsBooked { batch: id, site, from, to, quantity };
                events = moves.into_iter().map(event).collect();
            }
        }
        let is_regulator = call.roles.contains(Role::Regulator);
        let (by, stop) = (call.actor(), holding.hold.stop);
        Ok((Booked { by, is_regulator, stop, done, whereabouts: extensible(&known) }, events))
    }

    /// Takes units out of the supply chain that are counted only: of a batch without serials; to be destroyed, those that
    /// were returned first, then those that are condemned, then others where the batch is recalled; or stolen or lost ones,
    /// by a document.
    pub fn decommission_quantity(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Result<UnitsDecommissioned, Error> {
        let site = ensure_may_decommission(&call, state)?;
        let batch = self.current(&id)?;
        let places = self.holding_of(&id, site).places;
        let (mut of_returned, mut of_condemned) = (0, 0);
        if state == UnitState::Destroyed {
            of_returned = quantity.min(places.returned);
            of_condemned = quantity.saturating_sub(of_returned).min(places.condemned);
        }
        let others = quantity.saturating_sub(of_returned).saturating_sub(of_condemned);
        if others > 0 && batch.serial_root.is_some() {
            match state {
                UnitState::Stolen => ensure(document.is_some(), Error::DocumentMissing)?,
                _ => ensure(state == UnitState::Destroyed && counts_do(&batch), Error::SerialRequired)?,
            }
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(call.now)?;
        }
        ensure(quantity > 0, Error::QuantityZero)?;
        let sources =
            [(Place::Returned, of_returned), (Place::Condemned, of_condemned), (Place::Held, others)];
        for (source, quantity) in sources {
            if quantity > 0 {
                let (from, to) = ((site, source), (site, state.into()));
                self.transfer(&id, from, to, quantity, Error::QuantityNotHeld)?;
            }
        }
        if others > 0 {
            self.last_bookings.insert((&id, site), &LastBooking { state, quantity: others, at: call.now });
        }
        let by = call.actor();
        Ok(UnitsDecommissioned { batch: id, by, quantity, of_returned, of_condemned, state, document })
    }

    /// Undoes the site's last booking by quantity, or a part of it, within [`REVERT_WINDOW`]: the units are loose again.
    /// What had been returned or condemned stays destroyed.
    pub fn revert_quantity(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
        state: UnitState,
    ) -> Result<DecommissioningReverted, Error> {
        let site = ensure_may_decommission(&call, state)?;
        self.known(&id)?;
        let last = self.last_bookings.get((&id, site)).filter(|last| {
            let in_time = call.now <= last.at.saturating_add(REVERT_WINDOW);
            last.state == state && quantity <= last.quantity && in_time
        });
        let mut last = last.ok_or(Error::NothingToRevert)?;
        let (from, to) = ((site, state.into()), (site, Place::Held));
        self.transfer(&id, from, to, quantity, Error::QuantityNotHeld)?;
        last.quantity = last.quantity.saturating_sub(quantity);
        if last.quantity == 0 {
            self.last_bookings.remove((&id, site));
        } else {
            self.last_bookings.insert((&id, site), &last);
        }
        Ok(DecommissioningReverted { batch: id, by: call.actor(), quantity, state })
    }

    /// Whether a recall of a range of serials covered the unit at this position at the time `at`.
    fn is_position_recalled(&self, id: &BatchId, batch: &Batch, position: u32, at: Timestamp) -> bool {
        let covers = |notice: &RecallNotice| notice.at <= at && reaches(notice, (position, position));
        batch.recalls > 0 && self.recalls(*id).iter().any(covers)
    }

    fn save_balance(&mut self, id: &BatchId, balance: &Balance) {
        self.balances.insert(id, balance);
    }
}

// One copy of the encoding.
#[inline(never)]
pub(crate) fn extensible(known: &Whereabouts) -> Extensible<Whereabouts> {
    Extensible::from(known)
}

fn shift(places: &mut Places, from: Place, to: Place, quantity: Quantity) -> Option<()> {
    take(places, from, quantity)?;
    put(places, to, quantity)
}

/// What is destroyed needs no role: an organisation that lost its own still has to get rid of its goods.
fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<SiteId, Refused> {
    match state {
        UnitState::Destroyed => return call.site(),
        UnitState::Dispensed => call.ensure_any(DISPENSERS)?,
        UnitState::Stolen | UnitState::Sample | UnitState::Exported => {}
    }
    ensure_custodian(call)
}

/// Whether the caller may have units of the site go from one place to the other. That the register of units lets only a
/// regulator take back for another site, and clear what a regulator quarantined, is its own rule.
fn may_move(
    call: &Call,
    (batch, site, hold): (&Batch, SiteId, Hold),
    from: UnitPlace,
    to: UnitPlace,
) -> bool {
    let here = call.site == Some(site);
    let is_regulator = call.roles.contains(Role::Regulator);
    let holds_drugs = here && call.roles.intersects(CUSTODIANS);
    match (from, to) {
        (UnitPlace::Shelf | UnitPlace::Condemned, UnitPlace::Left(UnitState::Destroyed)) => here,
        (UnitPlace::Shelf, UnitPlace::Left(UnitState::Dispensed)) => {
            holds_drugs && call.roles.intersects(DISPENSERS)
        }
        (UnitPlace::Shelf, UnitPlace::Left(_)) => holds_drugs,
        (UnitPlace::Left(UnitState::Dispensed), UnitPlace::Shelf) => {
            is_regulator || holds_drugs && call.roles.intersects(DISPENSERS)
        }
        (UnitPlace::Left(_), UnitPlace::Shelf) => is_regulator || holds_drugs,
        // The register of units lets it do so where its own record of a unit was wrong.
        (UnitPlace::Condemned, UnitPlace::Shelf) => is_regulator,
        (UnitPlace::Shelf | UnitPlace::Quarantine, UnitPlace::QuarantineBySerial) => {
            is_regulator || holds_drugs
        }
        (UnitPlace::Quarantine, UnitPlace::Condemned) => is_regulator || here && hold.stop.is_none(),
        (UnitPlace::Shelf | UnitPlace::QuarantineBySerial, UnitPlace::Condemned) => is_regulator || here,
        (UnitPlace::QuarantineBySerial, UnitPlace::Shelf) => ensure_answers_for(call, batch).is_ok(),
        _ => false,
    }
}
