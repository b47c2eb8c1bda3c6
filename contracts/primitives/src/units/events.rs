use super::{AlarmCode, Resolution};
use crate::batches::UnitState;
use crate::event::events;
use crate::{Actor, BatchId, SiteId, UnitId};

events! {
    /// A unit was dispensed, destroyed, or left the supply chain otherwise.
    UnitDecommissioned [3] {
        /// The batch.
        batch: BatchId,
        /// The unit.
        unit: UnitId,
        /// Who did it, at which site.
        by: Actor,
        /// What became of it.
        state: UnitState,
    }

    /// A decommissioning was undone: the unit is back in the supply chain.
    UnitReverted [3] {
        /// The batch.
        batch: BatchId,
        /// The unit.
        unit: UnitId,
        /// Who did it: for the site that had decommissioned it, or a regulator who unlocked it.
        by: Actor,
        /// Where the unit is again.
        site: SiteId,
        /// What it was.
        state: UnitState,
    }

    /// Packs with the same serial are in places where they cannot both be: one is a copy.
    AlarmRaised [3] {
        /// The batch.
        batch: BatchId,
        /// The unit.
        unit: UnitId,
        /// Who was about to decommission the unit now, at which site.
        by: Actor,
        /// What gave it away.
        code: AlarmCode,
        /// The site where the unit is or was.
        other: Option<SiteId>,
    }

    /// A regulator resolved an alarm.
    AlarmResolved [3] {
        /// The batch.
        batch: BatchId,
        /// The unit.
        unit: UnitId,
        /// The regulator.
        by: Actor,
        /// The finding.
        resolution: Resolution,
    }
}
