//! Batches, ranges of serials and logistic units are recalled, and holders take note.

use primitives::{ensure, BatchId, Call, Quantity, Sscc};

use super::{ensure_answers_for, Data};
use crate::errors::Error;
use crate::events::{BatchRecalled, RecallAcknowledged};
use crate::types::{Recall, RecallNotice, RecallScope, MAX_RECALLS};

impl Data {
    /// Recalls a batch or a part of it. There is no way back.
    pub fn recall(&mut self, call: Call, id: BatchId, recall: Recall) -> Result<BatchRecalled, Error> {
        let mut batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        ensure(!batch.recalled, Error::BatchRecalled)?;
        ensure(recall.acknowledge_by >= call.now, Error::DeadlineInPast)?;
        // The last place of the list is kept for the whole batch.
        let places = match recall.scope {
            RecallScope::Batch => MAX_RECALLS,
            _ => MAX_RECALLS.saturating_sub(1),
        };
        let number = batch.recalls;
        ensure(number < places, Error::TooManyRecalls)?;
        match recall.scope {
            RecallScope::Batch => batch.recalled = true,
            RecallScope::SerialRange { first, last } => {
                ensure(batch.serial_root.is_some(), Error::SerialsNotRegistered)?;
                ensure(first <= last && Quantity::from(last) < batch.quantity, Error::InvalidRange)?;
            }
            RecallScope::LogisticUnit(sscc) => self.recall_logistic_unit(id, sscc)?,
        }
        batch.recalls = number.saturating_add(1);
        self.batches.insert(&id, &batch);
        self.recalls.insert((&id, number), &RecallNotice { recall, by: call.caller, at: call.now });
        Ok(BatchRecalled { batch: id, by: call.caller, number, recall })
    }

    /// Notes that the caller, who has or had units of the batch, knows all of its recalls. Needs no role: one that
    /// lost its own still has to answer.
    pub fn acknowledge_recall(&mut self, call: Call, id: BatchId) -> Result<RecallAcknowledged, Error> {
        let batch = self.known(&id)?;
        let by = call.caller;
        let mut holding = self.holdings.get((&id, &by)).ok_or(Error::CallerNotAuthorised)?;
        ensure(holding.acknowledged < batch.recalls, Error::NothingToAcknowledge)?;
        holding.acknowledged = batch.recalls;
        holding.acknowledged_at = call.now;
        self.holdings.insert((&id, &by), &holding);
        Ok(RecallAcknowledged { batch: id, by, acknowledged: batch.recalls })
    }

    /// Marks a logistic unit, and those around it, because a pallet with a recalled case must not move on.
    fn recall_logistic_unit(&mut self, id: BatchId, sscc: Sscc) -> Result<(), Error> {
        let mut unit = self.logistic_units.get(sscc).ok_or(Error::UnknownLogisticUnit)?;
        ensure(unit.batch == id, Error::MixedBatches)?;
        ensure(!unit.recalled, Error::LogisticUnitRecalled)?;
        unit.recalled = true;
        self.logistic_units.insert(sscc, &unit);
        let mut parent = unit.parent;
        while let Some(outer) = parent {
            let mut unit = self.logistic_units.get(outer).ok_or(Error::UnknownLogisticUnit)?;
            unit.holds_recalled = true;
            self.logistic_units.insert(outer, &unit);
            parent = unit.parent;
        }
        Ok(())
    }
}

impl RecallScope {
    /// Whether this is a recall of a range with this position of the serial tree. The batch says itself that it is
    /// recalled, and a logistic unit's units are found through it.
    pub(crate) fn covers(self, position: u32) -> bool {
        matches!(self, RecallScope::SerialRange { first, last } if (first..=last).contains(&position))
    }
}
