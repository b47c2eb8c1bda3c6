use kernel::Call;
use primitives::batches::{
    BatchRecalled, Error, Recall, RecallAcknowledged, RecallEnded, RecallNotice, RecallOfBatchEnded,
    RecallScope, MAX_RECALLS,
};
use primitives::{ensure, BatchId, DocumentHash, Role, Timestamp};

use super::registration::TWO_DAYS;
use super::{done, Model, Outcome};

impl Model {
    pub(super) fn recall(&mut self, call: Call, batch: BatchId, recall: Recall) -> Outcome<Error> {
        self.known(batch)?;
        self.answers_for(&call, batch)?;
        let facts = &self.batches[&batch];
        ensure(facts.released_at.is_some(), Error::NotReleased)?;
        ensure(!self.is_recalled(batch), Error::BatchRecalled)?;
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
                let container = self.containers.get(&sscc).ok_or(Error::UnknownLogisticUnit)?;
                ensure(container.batch == batch, Error::MixedBatches)?;
                ensure(!self.is_container_recalled(container), Error::LogisticUnitRecalled)?;
                self.containers.get_mut(&sscc).unwrap().recalls.insert(number);
            }
            RecallScope::Product => return Err(Error::CallerNotAuthorised),
        }
        let notice = self.notice(&call, recall)?;
        self.facts(batch).recalls.push(notice);
        let by_regulator = notice.by_regulator;
        Ok(done(&BatchRecalled { batch, by: call.actor(), by_regulator, number, recall }))
    }

    pub(super) fn end_recall(
        &mut self,
        call: Call,
        batch: BatchId,
        number: u8,
        document: DocumentHash,
    ) -> Outcome<Error> {
        self.known(batch)?;
        call.ensure_role(Role::Regulator)?;
        let notice = self.batches[&batch].recalls.get(usize::from(number)).copied();
        let ended = self.end_of(&call, notice, document)?;
        self.facts(batch).recalls[usize::from(number)] = ended;
        Ok(done(&RecallOfBatchEnded { batch, by: call.actor(), number, document }))
    }

    pub(super) fn notice(&self, call: &Call, recall: Recall) -> Result<RecallNotice, primitives::Refused> {
        let by_regulator = call.roles.contains(Role::Regulator);
        let (by, account, at, ended) = (call.author()?, call.account, self.now, None);
        Ok(RecallNotice { recall, by, account, by_regulator, at, ended })
    }

    /// A second pair of eyes ends a recall; what an authority ordered, or the own organisation, stands for two days.
    pub(super) fn end_of(
        &self,
        call: &Call,
        notice: Option<RecallNotice>,
        document: DocumentHash,
    ) -> Result<RecallNotice, Error> {
        let notice = notice.ok_or(Error::UnknownRecall)?;
        ensure(notice.ended.is_none(), Error::RecallEnded)?;
        ensure(call.account != notice.account, Error::RecallByCaller)?;
        let at_once = !notice.by_regulator && !call.is_of(notice.by);
        ensure(at_once || self.now - notice.at >= TWO_DAYS, Error::RecallStands)?;
        let ended = RecallEnded { by: call.author()?, at: self.now, document };
        Ok(RecallNotice { ended: Some(ended), ..notice })
    }

    /// The recalls of the batch's product since it was registered.
    pub(super) fn recalls_of_product(&self, batch: BatchId) -> Vec<RecallNotice> {
        let facts = &self.batches[&batch];
        let all = self.recalls_of_products.get(&facts.new.gtin).into_iter().flatten();
        all.filter(|notice| notice.at >= facts.registered_at).copied().collect()
    }

    /// Since when the batch is recalled as a whole: by a recall of its own, or the last of its product.
    pub(super) fn recalled_at(&self, batch: BatchId) -> Option<Timestamp> {
        let of_product = self.recalls_of_product(batch);
        let of_product = of_product.iter().rev().find(|notice| notice.ended.is_none()).map(|it| it.at);
        self.batches[&batch].recalled_at().into_iter().chain(of_product).min()
    }

    pub(super) fn is_recalled(&self, batch: BatchId) -> bool {
        self.recalled_at(batch).is_some()
    }

    /// A site that has or had packs knows all recalls of the batch and its product from now on.
    pub(super) fn acknowledge_recall(&mut self, call: Call, batch: BatchId) -> Outcome<Error> {
        self.known(batch)?;
        let (site, now) = (call.site()?, self.now);
        let concerning = self.recalls_of_product(batch).len();
        let gtin = self.batches[&batch].new.gtin;
        let of_product = self.recalls_of_products.get(&gtin).map_or(0, Vec::len);
        let facts = self.facts(batch);
        ensure(facts.sites.contains(&site), Error::CallerNotAuthorised)?;
        let (own, of_product) = (facts.recalls.len(), u8::try_from(of_product).unwrap());
        let own = u8::try_from(own).unwrap();
        let (known, known_of_product, _) = facts.acknowledged.get(&site).copied().unwrap_or_default();
        let news = known < own || concerning > 0 && known_of_product < of_product;
        ensure(news, Error::NothingToAcknowledge)?;
        facts.acknowledged.insert(site, (own, of_product, now));
        let (acknowledged, acknowledged_of_product) = (own, of_product);
        Ok(done(&RecallAcknowledged { batch, by: call.actor(), acknowledged, acknowledged_of_product }))
    }
}
