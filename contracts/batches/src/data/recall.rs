//! Batches, ranges of serials, logistic units and products are recalled, holders acknowledge that, and recalls end.

use kernel::Call;
use primitives::batches::{
    Batch, BatchRecalled, Error, ProductRecalled, Recall, RecallAcknowledged, RecallEnded, RecallNotice,
    RecallOfBatchEnded, RecallOfProductEnded, RecallScope, MAX_RECALLS,
};
use primitives::governance::CHANGE_DELAY;
use primitives::{ensure, BatchId, DocumentHash, Quantity, Role, RoleSet, Sscc, Timestamp};
use scale::{Decode, Encode};

use super::registration::ensure_product_register;
use super::{ensure_answers_for, Data};

/// The recalls of a product: of all its batches that were registered until then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct ProductRecalls {
    /// How many there were, ended ones too.
    count: u8,
    /// When the last one was ordered; 0 where none was.
    last_at: Timestamp,
    /// When the last one was ordered that goes on.
    recalled_at: Option<Timestamp>,
}

impl Data {
    /// Recalls a batch or a part of it. What was not released is not on the market: it is blocked instead.
    pub fn recall(&mut self, call: Call, id: BatchId, recall: Recall) -> Result<BatchRecalled, Error> {
        let mut batch = self.known(&id)?;
        ensure_answers_for(&call, &batch)?;
        ensure(batch.released_at.is_some(), Error::NotReleased)?;
        ensure(self.current(&id)?.recalled_at.is_none(), Error::BatchRecalled)?;
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
            RecallScope::LogisticUnit(sscc) => self.recall_logistic_unit((id, &batch), number, sscc)?,
            // The register of products orders it, for all batches of the product.
            RecallScope::Product => return Err(Error::CallerNotAuthorised),
        }
        batch.recalls = number.saturating_add(1);
        self.save_batch(&id, &batch);
        let notice = notice(&call, recall)?;
        self.recalls.insert((&id, number), &notice);
        let by_regulator = notice.by_regulator;
        Ok(BatchRecalled { batch: id, by: call.actor(), by_regulator, number, recall })
    }

    /// Ends a recall of a batch or of a part of it.
    pub fn end_recall(
        &mut self,
        call: Call,
        id: BatchId,
        number: u8,
        document: DocumentHash,
    ) -> Result<RecallOfBatchEnded, Error> {
        let mut batch = self.known(&id)?;
        let ended = ended(&call, self.recalls.get((&id, number)), document)?;
        if ended.recall.scope == RecallScope::Batch {
            batch.recalled_at = None;
        }
        batch.ended_recalls = batch.ended_recalls.with(number);
        self.save_batch(&id, &batch);
        self.recalls.insert((&id, number), &ended);
        Ok(RecallOfBatchEnded { batch: id, by: call.actor(), number, document })
    }

    /// Recalls all batches of a product that were registered until now, for the register of products, which has the roles
    /// `through`.
    pub fn recall_product(
        &mut self,
        call: Call,
        through: RoleSet,
        gtin: u64,
        recall: Recall,
    ) -> Result<ProductRecalled, Error> {
        ensure_product_register(through)?;
        call.ensure_role(Role::Regulator)?;
        ensure(recall.acknowledge_by >= call.now, Error::DeadlineInPast)?;
        let number = self.product_recalls(gtin).count;
        let count = number.checked_add(1).ok_or(Error::TooManyRecalls)?;
        let now = call.now;
        self.products.insert(gtin, &ProductRecalls { count, last_at: now, recalled_at: Some(now) });
        self.recalls_of_products.insert((gtin, number), &notice(&call, recall)?);
        Ok(ProductRecalled { by: call.actor(), gtin, number, recall })
    }

    /// Ends the last recall of a product, for the register of products, which has the roles `through`.
    pub fn end_recall_of_product(
        &mut self,
        call: Call,
        through: RoleSet,
        gtin: u64,
        document: DocumentHash,
    ) -> Result<RecallOfProductEnded, Error> {
        ensure_product_register(through)?;
        let mut product = self.product_recalls(gtin);
        let number = product.count.checked_sub(1).ok_or(Error::UnknownRecall)?;
        let ended = ended(&call, self.recalls_of_products.get((gtin, number)), document)?;
        self.recalls_of_products.insert((gtin, number), &ended);
        // An earlier one may go on: of batches that were registered before the product was authorised anew.
        let goes_on = (0..number).rev().filter_map(|number| self.recalls_of_products.get((gtin, number)));
        product.recalled_at = goes_on.filter(|notice| notice.ended.is_none()).map(|notice| notice.at).next();
        self.products.insert(gtin, &product);
        Ok(RecallOfProductEnded { by: call.actor(), gtin, number, document })
    }

    /// Notes that the caller's site, which has or had units of the batch, knows all of its recalls. Needs no role: an
    /// organisation that lost its own still has to answer.
    pub fn acknowledge_recall(&mut self, call: Call, id: BatchId) -> Result<RecallAcknowledged, Error> {
        let batch = self.known(&id)?;
        let product = self.product_recalls(batch.gtin);
        let site = call.site()?;
        let mut holding = self.any_holding(&id, site).ok_or(Error::CallerNotAuthorised)?;
        let of_product =
            product.last_at >= batch.registered_at && holding.acknowledged_of_product < product.count;
        ensure(holding.acknowledged < batch.recalls || of_product, Error::NothingToAcknowledge)?;
        holding.acknowledged = batch.recalls;
        holding.acknowledged_of_product = product.count;
        holding.acknowledged_at = call.now;
        self.save_holding(&id, site, &holding);
        Ok(RecallAcknowledged {
            batch: id,
            by: call.actor(),
            acknowledged: batch.recalls,
            acknowledged_of_product: product.count,
        })
    }

    /// Marks a logistic unit, and those around it, because a pallet with a recalled case must not move on.
    fn recall_logistic_unit(
        &mut self,
        (id, batch): (BatchId, &Batch),
        number: u8,
        sscc: Sscc,
    ) -> Result<(), Error> {
        let mut unit = self.packed_unit(sscc)?;
        ensure(unit.batch == id, Error::MixedBatches)?;
        ensure(!batch.any_goes_on(unit.recalls), Error::LogisticUnitRecalled)?;
        unit.recalls = unit.recalls.with(number);
        self.save_unit(sscc, &unit);
        let mut parent = unit.parent;
        while let Some(outer) = parent {
            let mut unit = self.packed_unit(outer)?;
            unit.recalls_inside = unit.recalls_inside.with(number);
            self.save_unit(outer, &unit);
            parent = unit.parent;
        }
        Ok(())
    }

    fn product_recalls(&self, gtin: u64) -> ProductRecalls {
        self.products.get(gtin).unwrap_or_default()
    }

    /// The recalls of the batch's product that concern it, in their order.
    pub(super) fn recalls_of_product(&self, batch: &Batch) -> impl Iterator<Item = RecallNotice> + '_ {
        let (gtin, registered_at) = (batch.gtin, batch.registered_at);
        let notices = (0..self.product_recalls(gtin).count)
            .filter_map(move |number| self.recalls_of_products.get((gtin, number)));
        notices.filter(move |notice| notice.at >= registered_at)
    }

    /// The same batch as it is with the recalls of its product.
    pub(super) fn with_product(&self, mut batch: Batch) -> Batch {
        let of_product = self.product_recalls(batch.gtin).recalled_at;
        let of_product = of_product.filter(|at| batch.registered_at <= *at);
        batch.recalled_at = match (batch.recalled_at, of_product) {
            (Some(own), Some(of_product)) => Some(own.min(of_product)),
            (own, of_product) => own.or(of_product),
        };
        batch
    }
}

fn notice(call: &Call, recall: Recall) -> Result<RecallNotice, Error> {
    let by_regulator = call.roles.contains(Role::Regulator);
    let (by, account, at) = (call.author()?, call.account, call.now);
    Ok(RecallNotice { recall, by, account, by_regulator, at, ended: None })
}

/// The notice of a recall that the caller ends: a regulator's account that did not order it. What a regulator ordered, or
/// the caller's own organisation, stands for [`CHANGE_DELAY`].
fn ended(call: &Call, notice: Option<RecallNotice>, document: DocumentHash) -> Result<RecallNotice, Error> {
    call.ensure_role(Role::Regulator)?;
    let mut notice = notice.ok_or(Error::UnknownRecall)?;
    ensure(notice.ended.is_none(), Error::RecallEnded)?;
    ensure(notice.account != call.account, Error::RecallByCaller)?;
    let stands = notice.by_regulator || call.is_of(notice.by);
    ensure(!stands || call.now >= notice.at.saturating_add(CHANGE_DELAY), Error::RecallStands)?;
    notice.ended = Some(RecallEnded { by: call.author()?, at: call.now, document });
    Ok(notice)
}

/// Whether this is a recall of a range, which goes on, that has one of these positions of the serial tree, from first to
/// last. The batch says itself that it is recalled, and a logistic unit's units are found through it.
pub(super) fn reaches(notice: &RecallNotice, (from, to): (u32, u32)) -> bool {
    let scope = notice.recall.scope;
    notice.ended.is_none()
        && matches!(scope, RecallScope::SerialRange { first, last } if first <= to && from <= last)
}
