//! The messages and events of `batches`: drug batches, how many units of them are where, and what may not move.

use primitives::batches::{
    Arrival, Batch, ClearanceReason, Contents, Error, Goods, Holding, LogisticUnit, Places, Purpose,
    QuarantineReason, QuarantineTarget, Recall, RecallNotice, RejectionReason, Shipment, UnitState,
};
use primitives::{AccountId, BatchId, DocumentHash, Quantity, SiteId, Sscc};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(batches:
    BatchRegistered, BatchRegistrationCancelled, BatchReleased, BatchBlocked, BatchUnblocked,
    UnitsShipped, UnitsReceived, ShipmentRejected, LogisticUnitPacked, LogisticUnitUnpacked,
    LogisticUnitDestroyed, UnitsBooked, UnitsDecommissioned, DecommissioningReverted, UnitsQuarantined, EvidenceFollowed,
    QuarantineReleased, GoodsCondemned, BatchRecalled, RecallOfBatchEnded, ProductRecalled,
    RecallOfProductEnded, RecallAcknowledged,
);

/// An empty register in the deployment of the contract `access`.
#[must_use]
pub fn new(access: AccountId) -> Constructor {
    Constructor::new("new", access)
}

/// The contract `batches` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches(pub AccountId);

impl Batches {
    /// Cancels a registration before the batch is released.
    #[must_use]
    pub fn cancel_registration(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_registration", batch)
    }

    /// Stops a batch from moving.
    #[must_use]
    pub fn block(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "block", batch)
    }

    /// Lets a blocked batch move again.
    #[must_use]
    pub fn unblock(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "unblock", batch)
    }

    /// Puts goods of a site in transit to another site. The shipment's number is in [`primitives::batches::UnitsShipped`].
    #[must_use]
    pub fn ship(
        &self,
        from: SiteId,
        goods: Goods,
        to: SiteId,
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Call<u64> {
        Call::fallible::<Error>(self.0, "ship", (from, goods, to, purpose, terms))
    }

    /// Ships goods for a site whose organisation may not hold drugs, as a regulator. The document is the order.
    #[must_use]
    pub fn ship_for(
        &self,
        from: SiteId,
        goods: Goods,
        to: SiteId,
        purpose: Purpose,
        document: DocumentHash,
    ) -> Call<u64> {
        Call::fallible::<Error>(self.0, "ship_for", (from, goods, to, purpose, document))
    }

    /// Takes goods of a shipment over at the consignee's site.
    #[must_use]
    pub fn receive(&self, site: SiteId, shipment: u64, arrival: &Arrival) -> Call<()> {
        Call::fallible::<Error>(self.0, "receive", (site, shipment, arrival))
    }

    /// Gives what is still in transit of a shipment back: for the consignee's site, or as a regulator.
    #[must_use]
    pub fn reject(&self, site: Option<SiteId>, shipment: u64, reason: RejectionReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "reject", (site, shipment, reason))
    }

    /// Packs and closes a logistic unit.
    #[must_use]
    pub fn pack(&self, site: SiteId, logistic_unit: Sscc, contents: &Contents) -> Call<()> {
        Call::fallible::<Error>(self.0, "pack", (site, logistic_unit, contents))
    }

    /// Opens a logistic unit.
    #[must_use]
    pub fn unpack(&self, site: SiteId, logistic_unit: Sscc) -> Call<()> {
        Call::fallible::<Error>(self.0, "unpack", (site, logistic_unit))
    }

    /// Takes units of a site out of the supply chain that are counted only.
    #[must_use]
    pub fn decommission_quantity(
        &self,
        site: SiteId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "decommission_quantity", (site, batch, quantity, state, document))
    }

    /// Destroys a condemned logistic unit with all that is in it.
    #[must_use]
    pub fn destroy(&self, site: SiteId, logistic_unit: Sscc, document: Option<DocumentHash>) -> Call<()> {
        Call::fallible::<Error>(self.0, "destroy", (site, logistic_unit, document))
    }

    /// Undoes a site's last booking by quantity, or a part of it.
    #[must_use]
    pub fn revert_quantity(
        &self,
        site: SiteId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "revert_quantity", (site, batch, quantity, state))
    }

    /// Quarantines goods: for the site that has them, or as a regulator.
    #[must_use]
    pub fn quarantine(
        &self,
        site: Option<SiteId>,
        target: QuarantineTarget,
        reason: QuarantineReason,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "quarantine", (site, target, reason))
    }

    /// Follows evidence from the first of 2 to [`primitives::batches::MAX_TRAIL`] stations, which is suspect, to where goods
    /// went from there.
    #[must_use]
    pub fn follow_evidence(&self, trail: &[QuarantineTarget]) -> Call<()> {
        Call::fallible::<Error>(self.0, "follow_evidence", trail)
    }

    /// Ends a quarantine.
    #[must_use]
    pub fn release_quarantine(&self, target: QuarantineTarget, reason: ClearanceReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "release_quarantine", (target, reason))
    }

    /// Condemns goods that are quarantined, or a logistic unit that is recalled: for the site that has them, as a
    /// regulator, or as the batch's manufacturer.
    #[must_use]
    pub fn condemn(&self, site: Option<SiteId>, target: QuarantineTarget) -> Call<()> {
        Call::fallible::<Error>(self.0, "condemn", (site, target))
    }

    /// Ends a recall of a batch or a part of it, as a regulator.
    #[must_use]
    pub fn end_recall(&self, batch: BatchId, number: u8, document: DocumentHash) -> Call<()> {
        Call::fallible::<Error>(self.0, "end_recall", (batch, number, document))
    }

    /// Recalls a batch or a part of it.
    #[must_use]
    pub fn recall(&self, batch: BatchId, recall: &Recall) -> Call<()> {
        Call::fallible::<Error>(self.0, "recall", (batch, recall))
    }

    /// Acknowledges all recalls of the batch for a site.
    #[must_use]
    pub fn acknowledge_recall(&self, site: SiteId, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "acknowledge_recall", (site, batch))
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, batch: BatchId) -> Call<Option<Batch>> {
        Call::infallible(self.0, "batch", batch)
    }

    /// A page of the batches, from number `start`: `limit`, and [`primitives::batches::MAX_PAGE`] at most.
    #[must_use]
    pub fn batches(&self, start: u32, limit: u32) -> Call<Vec<BatchId>> {
        Call::infallible(self.0, "batches", (start, limit))
    }

    /// Where the batch's units are.
    #[must_use]
    pub fn mass_balance(&self, batch: BatchId) -> Call<Option<Places>> {
        Call::infallible(self.0, "mass_balance", batch)
    }

    /// What a site has or had of the batch.
    #[must_use]
    pub fn holding(&self, batch: BatchId, site: SiteId) -> Call<Holding> {
        Call::infallible(self.0, "holding", (batch, site))
    }

    /// A page of the sites that ever had units of the batch, from number `start`: `limit`, and
    /// [`primitives::batches::MAX_PAGE`] at most.
    #[must_use]
    pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Call<Vec<(SiteId, Holding)>> {
        Call::infallible(self.0, "recall_reach", (batch, start, limit))
    }

    /// The recalls of the batch, and behind them those of its product.
    #[must_use]
    pub fn recalls(&self, batch: BatchId) -> Call<Vec<RecallNotice>> {
        Call::infallible(self.0, "recalls", batch)
    }

    /// The shipment, while anything of it is in transit.
    #[must_use]
    pub fn shipment(&self, shipment: u64) -> Call<Option<Shipment>> {
        Call::infallible(self.0, "shipment", shipment)
    }

    /// The logistic unit, while it is packed.
    #[must_use]
    pub fn logistic_unit(&self, logistic_unit: Sscc) -> Call<Option<LogisticUnit>> {
        Call::infallible(self.0, "logistic_unit", logistic_unit)
    }

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }
}
