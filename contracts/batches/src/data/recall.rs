//! Batches, ranges of serials and logistic units are recalled, and holders acknowledge that.

use kernel::Call;
use primitives::batches::{
    BatchRecalled, Error, Recall, RecallAcknowledged, RecallNotice, RecallScope, MAX_RECALLS,
};
use primitives::{ensure, BatchId, Quantity, Sscc};

use super::{ensure_answers_for, Data};

impl Data {
    /// Recalls a batch or a part of it, permanently.
    pub fn recall(&mut self, call: Call, id: BatchId, recall: Recall) -> Result<BatchRecalled, Error> {
        let mut batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        ensure(batch.recalled_at.is_none(), Error::BatchRecalled)?;
        ensure(recall.acknowledge_by >= call.now, Error::DeadlineInPast)?;
        // The last place of the list is kept for the whole batch.
        let places = match recall.scope {
            RecallScope::Batch => MAX_RECALLS,
            _ => MAX_RECALLS.saturating_sub(1),
        };
        let number = batch.recalls;
        ensure(number < places, Error::TooManyRecalls)?;
        match recall.scope {
            RecallScope::Batch => batch.recalled_at = Some(call.now),
            RecallScope::SerialRange { first, last } => {
                ensure(batch.serial_root.is_some(), Error::SerialsNotRegistered)?;
                ensure(first <= last && Quantity::from(last) < batch.quantity, Error::InvalidRange)?;
            }
            RecallScope::LogisticUnit(sscc) => self.recall_logistic_unit(id, sscc)?,
        }
        batch.recalls = number.saturating_add(1);
        self.save_batch(&id, &batch);
        self.recalls.insert((&id, number), &RecallNotice { recall, by: call.author()?, at: call.now });
        Ok(BatchRecalled { batch: id, by: call.actor(), number, recall })
    }

    /// Notes that the caller's site, which has or had units of the batch, knows all of its recalls. Needs no role: an
    /// organisation that lost its own still has to answer.
    pub fn acknowledge_recall(&mut self, call: Call, id: BatchId) -> Result<RecallAcknowledged, Error> {
        let batch = self.known(&id)?;
        let site = call.site()?;
        let mut holding = self.any_holding(&id, site).ok_or(Error::CallerNotAuthorised)?;
        ensure(holding.acknowledged < batch.recalls, Error::NothingToAcknowledge)?;
        holding.acknowledged = batch.recalls;
        holding.acknowledged_at = call.now;
        self.save_holding(&id, site, &holding);
        Ok(RecallAcknowledged { batch: id, by: call.actor(), acknowledged: batch.recalls })
    }

    /// Marks a logistic unit, and those around it, because a pallet with a recalled case must not move on.
    fn recall_logistic_unit(&mut self, id: BatchId, sscc: Sscc) -> Result<(), Error> {
        let mut unit = self.packed_unit(sscc)?;
        ensure(unit.batch == id, Error::MixedBatches)?;
        ensure(!unit.recalled, Error::LogisticUnitRecalled)?;
        unit.recalled = true;
        self.save_unit(sscc, &unit);
        let mut parent = unit.parent;
        while let Some(outer) = parent {
            let mut unit = self.packed_unit(outer)?;
            unit.holds_recalled = true;
            self.save_unit(outer, &unit);
            parent = unit.parent;
        }
        Ok(())
    }
}

/// Whether this is a recall of a range that has one of these positions of the serial tree, from first to last. The batch
/// says itself that it is recalled, and a logistic unit's units are found through it.
pub(super) fn reaches(scope: RecallScope, (from, to): (u32, u32)) -> bool {
    matches!(scope, RecallScope::SerialRange { first, last } if first <= to && from <= last)
}
