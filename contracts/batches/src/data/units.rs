//! Units leave the supply chain: counted ones here, single ones for the register of units.

use primitives::{ensure, AccountId, BatchId, Call, DocumentHash, Quantity, Role, Whereabouts, DISPENSERS};

use super::{ensure_custodian, Data};
use crate::errors::Error;
use crate::events::{UnitBooked, UnitsDecommissioned};
use crate::types::{Batch, Place, UnitState};

impl Data {
    /// What is known of the unit at a position of the batch's serial tree, and of the holder's units.
    #[must_use]
    pub fn whereabouts(
        &self,
        id: BatchId,
        position: Option<u32>,
        holder: Option<AccountId>,
    ) -> Option<Whereabouts> {
        let batch = self.batches.get(&id)?;
        let everywhere = self.balances.get(&id)?.places;
        let here = holder.map(|holder| self.holding_of(&id, &holder).places);
        let recalled = position.is_some_and(|position| self.is_position_recalled(&id, &batch, position));
        let packed = position.and_then(|position| self.packed_position(&id, &batch, position));
        Some(Whereabouts { batch, everywhere, here, recalled, packed })
    }

    /// Books one loose unit of the holder as decommissioned, or takes that back. The register of units answers for
    /// which one it is, and that its holder may do so.
    pub fn book_unit(
        &mut self,
        call: Call,
        id: BatchId,
        holder: AccountId,
        state: UnitState,
        taken_back: bool,
    ) -> Result<UnitBooked, Error> {
        ensure(call.roles.contains(Role::UnitRegister), Error::CallerNotAuthorised)?;
        let (loose, gone) = ((&holder, Place::Held), (&holder, place_of(state)));
        let (from, to) = if taken_back { (gone, loose) } else { (loose, gone) };
        self.transfer(&id, from, to, 1, Error::QuantityNotHeld)?;
        Ok(UnitBooked { batch: id, holder, state, taken_back })
    }

    /// Takes units out of the supply chain that are not told apart: of a batch without serials, or to be destroyed
    /// after a recall or return, those that came back first.
    pub fn decommission_quantity(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Result<UnitsDecommissioned, Error> {
        ensure_may_decommission(&call, state)?;
        let batch = self.known(&id)?;
        let by = call.caller;
        let destroyed = state == UnitState::Destroyed;
        let returned = self.holding_of(&id, &by).places.returned;
        let of_returned = if destroyed { quantity.min(returned) } else { 0 };
        let others = quantity.saturating_sub(of_returned);
        if others > 0 && batch.serial_root.is_some() {
            ensure(destroyed && batch.recalled, Error::SerialRequired)?;
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(call.now)?;
        }
        let target = (&by, place_of(state));
        if of_returned == 0 || others > 0 {
            self.transfer(&id, (&by, Place::Held), target, others, Error::QuantityNotHeld)?;
        }
        if of_returned > 0 {
            self.transfer(&id, (&by, Place::Returned), target, of_returned, Error::QuantityNotHeld)?;
        }
        Ok(UnitsDecommissioned { batch: id, by, quantity, of_returned, state, document })
    }

    /// Whether a recall of a range of serials covers the unit at this position.
    fn is_position_recalled(&self, id: &BatchId, batch: &Batch, position: u32) -> bool {
        batch.recalls > 0 && self.recalls(*id).iter().any(|notice| notice.recall.scope.covers(position))
    }
}

fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<(), Error> {
    if state == UnitState::Dispensed {
        ensure(call.roles.intersects(DISPENSERS), Error::CallerNotAuthorised)
    } else {
        ensure_custodian(call)
    }
}

fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => Place::Dispensed,
        UnitState::Destroyed => Place::Destroyed,
        _ => Place::Decommissioned,
    }
}
