use kernel::Call;
use primitives::batches::{
    BatchRecalled, Error, Recall, RecallAcknowledged, RecallNotice, RecallScope, MAX_RECALLS,
};
use primitives::{ensure, BatchId};

use super::{done, Model, Outcome};

impl Model {
    pub(super) fn recall(&mut self, call: Call, batch: BatchId, recall: Recall) -> Outcome<Error> {
        self.known(batch)?;
        self.answers_for(&call, batch)?;
        let facts = &self.batches[&batch];
        ensure(!facts.is_recalled(), Error::BatchRecalled)?;
        ensure(recall.acknowledge_by >= self.now, Error::DeadlineInPast)?;
        let number = u8::try_from(facts.recalls.len()).unwrap();
        // There is always room left to recall the whole batch.
        let room = if recall.scope == RecallScope::Batch { MAX_RECALLS } else { MAX_RECALLS - 1 };
        ensure(number < room, Error::TooManyRecalls)?;
        match recall.scope {
            RecallScope::Batch => {}
            RecallScope::SerialRange { first, last } => {
                ensure(facts.is_serialised(), Error::SerialsNotRegistered)?;
                ensure(first <= last && u64::from(last) < facts.new.quantity, Error::InvalidRange)?;
            }
            RecallScope::LogisticUnit(sscc) => {
                let container = self.containers.get_mut(&sscc).ok_or(Error::UnknownLogisticUnit)?;
                ensure(container.batch == batch, Error::MixedBatches)?;
                ensure(!container.recalled, Error::LogisticUnitRecalled)?;
                container.recalled = true;
            }
        }
        let notice = RecallNotice { recall, by: call.author()?, at: self.now };
        self.facts(batch).recalls.push(notice);
        Ok(done(&BatchRecalled { batch, by: call.actor(), number, recall }))
    }

    /// A site that has or had packs knows all recalls of the batch from now on.
    pub(super) fn acknowledge_recall(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        let (site, now) = (call.site()?, self.now);
        let facts = self.facts(batch);
        ensure(facts.sites.contains(&site), Error::CallerNotAuthorised)?;
        let recalls = u8::try_from(facts.recalls.len()).unwrap();
        let known = facts.acknowledged.get(&site).map_or(0, |(known, _)| *known);
        ensure(known < recalls, Error::NothingToAcknowledge)?;
        facts.acknowledged.insert(site, (recalls, now));
        Ok(done(&RecallAcknowledged { batch, by: call.actor(), acknowledged: recalls }))
    }
}
