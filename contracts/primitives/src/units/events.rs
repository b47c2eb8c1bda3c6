use alloc::vec::Vec;

use super::{AlarmCode, Resolution};
use crate::batches::{ClearanceReason, QuarantineReason, Stop, UnitState};
use crate::event::events;
use crate::{Actor, BatchId, SiteId, Timestamp, UnitId};

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
        /// When that was: earlier than the block where it was done offline.
        at: Timestamp,
        /// Its position in the batch's serial tree.
        position: u32,
    }

    /// Units were quarantined by their serials.
    UnitsQuarantinedBySerial [2] {
        /// The batch.
        batch: BatchId,
        /// Who quarantined them.
        by: Actor,
        /// Where they are.
        site: SiteId,
        /// Which units, with their positions in the batch's serial tree.
        units: Vec<(UnitId, u32)>,
        /// The regulator that quarantined them: then only a regulator ends it.
        stop: Option<Stop>,
        /// Why.
        reason: QuarantineReason,
    }

    /// The quarantine of units ended: they are back on the shelf.
    UnitsReleased [2] {
        /// The batch.
        batch: BatchId,
        /// Who cleared them.
        by: Actor,
        /// Where they are.
        site: SiteId,
        /// Which units.
        units: Vec<UnitId>,
        /// Why.
        reason: ClearanceReason,
    }

    /// Units were condemned: they can only be destroyed, or returned to the manufacturer.
    UnitsCondemned [2] {
        /// The batch.
        batch: BatchId,
        /// Who condemned them.
        by: Actor,
        /// Where they are.
        site: SiteId,
        /// Which units, with their positions in the batch's serial tree.
        units: Vec<(UnitId, u32)>,
        /// The regulator that had quarantined them, or condemned them.
        stop: Option<Stop>,
    }

    /// A decommissioning was undone: the unit is back in the supply chain.
    UnitReverted [3] {
        /// The batch.
        batch: BatchId,
        /// The unit.
        unit: UnitId,
        /// Who did it: for the site that had decommissioned it, or a regulator who found the record wrong.
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

    /// A regulator dismissed the alarms that one site raised alone, all of them until now.
    AlarmsDismissed [1] {
        /// The regulator.
        by: Actor,
        /// The site.
        site: SiteId,
    }
}
