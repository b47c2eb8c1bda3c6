use alloc::vec::Vec;

use super::{
    Arrival, ClearanceReason, Contents, Purpose, QuarantineReason, QuarantineTarget, Recall, RejectionReason,
    UnitPlace, UnitState,
};
use crate::event::events;
use crate::{Actor, BatchId, DocumentHash, Quantity, SiteId, Sscc};

events! {
    /// A batch was registered.
    BatchRegistered [2] {
        /// The batch.
        batch: BatchId,
        /// Who registered it: its organisation is the manufacturer, all units are at its site.
        by: Actor,
        /// The number of the registration.
        registration: u32,
        /// The GTIN of 14 digits, as a number.
        gtin: u64,
        /// The lot.
        lot: Vec<u8>,
        /// The expiry date, YYMMDD.
        expiry: u32,
        /// How many sales packs.
        quantity: Quantity,
        /// The root of their serials.
        serial_root: Option<[u8; 32]>,
        /// How many units a numbered case holds.
        units_per_case: Option<u32>,
    }

    /// A registration was cancelled before the batch was released: the register does not know the batch any more.
    BatchRegistrationCancelled [2] {
        /// The batch.
        batch: BatchId,
        /// The manufacturer or a regulator.
        by: Actor,
        /// The number of the registration.
        registration: u32,
    }

    /// Quality released a batch to the market.
    BatchReleased [2] {
        /// The batch.
        batch: BatchId,
        /// Who released it.
        by: Actor,
    }

    /// A regulator stopped a batch from moving.
    BatchBlocked [2] {
        /// The batch.
        batch: BatchId,
        /// The regulator.
        by: Actor,
    }

    /// A regulator unblocked a batch.
    BatchUnblocked [2] {
        /// The batch.
        batch: BatchId,
        /// The regulator.
        by: Actor,
    }

    /// Goods left the consignor for the consignee.
    UnitsShipped [2] {
        /// The batch.
        batch: BatchId,
        /// Who shipped them.
        by: Actor,
        /// The shipment's number.
        shipment: u64,
        /// The consignor.
        from: SiteId,
        /// The consignee.
        to: SiteId,
        /// How many units.
        quantity: Quantity,
        /// The logistic unit that is shipped as one.
        logistic_unit: Option<Sscc>,
        /// Whether they are condemned.
        condemned: bool,
        /// Why they move.
        purpose: Purpose,
        /// The SHA-256 of the sealed terms of delivery.
        terms: Option<DocumentHash>,
    }

    /// The consignee took goods of a shipment over.
    UnitsReceived [2] {
        /// The batch.
        batch: BatchId,
        /// Who received them, for the consignee.
        by: Actor,
        /// The shipment's number.
        shipment: u64,
        /// The consignor.
        from: SiteId,
        /// The consignee.
        to: SiteId,
        /// How many units.
        quantity: Quantity,
        /// How many of the shipment are not received yet.
        still_in_transit: Quantity,
        /// What arrived.
        arrival: Arrival,
    }

    /// What was still in transit is back at the consignor.
    ShipmentRejected [2] {
        /// The batch.
        batch: BatchId,
        /// Who rejected them: the consignee, or a regulator in its place.
        by: Actor,
        /// The shipment's number.
        shipment: u64,
        /// The consignor.
        from: SiteId,
        /// The consignee.
        to: SiteId,
        /// How many units went back.
        quantity: Quantity,
        /// Why.
        reason: RejectionReason,
    }

    /// A logistic unit was packed and closed.
    LogisticUnitPacked [2] {
        /// The batch.
        batch: BatchId,
        /// Who did it: the logistic unit is at its site.
        by: Actor,
        /// The logistic unit.
        logistic_unit: Sscc,
        /// How many units are in it.
        quantity: Quantity,
        /// What was put in.
        contents: Contents,
    }

    /// A logistic unit was opened: what was in it is loose, or stands alone.
    LogisticUnitUnpacked [2] {
        /// The batch.
        batch: BatchId,
        /// Who did it: the logistic unit is at its site.
        by: Actor,
        /// The logistic unit.
        logistic_unit: Sscc,
        /// How many units were in it.
        quantity: Quantity,
    }

    /// The register of units booked what becomes of units. Which units these are, is in the register's own event.
    UnitsBooked [1] {
        /// The batch.
        batch: BatchId,
        /// The site in whose books they are.
        site: SiteId,
        /// Where they were.
        from: UnitPlace,
        /// Where they are now.
        to: UnitPlace,
        /// How many.
        quantity: Quantity,
    }

    /// Units that are counted only were dispensed, destroyed, or left the supply chain otherwise.
    UnitsDecommissioned [2] {
        /// The batch.
        batch: BatchId,
        /// Who did it.
        by: Actor,
        /// How many.
        quantity: Quantity,
        /// How many of them had been returned.
        of_returned: Quantity,
        /// How many of them had been condemned.
        of_condemned: Quantity,
        /// What became of them.
        state: UnitState,
        /// The SHA-256 of a document about it, such as the certificate of destruction.
        document: Option<DocumentHash>,
    }

    /// A condemned logistic unit was destroyed with all that was in it.
    LogisticUnitDestroyed [2] {
        /// The batch.
        batch: BatchId,
        /// Who did it.
        by: Actor,
        /// The logistic unit.
        logistic_unit: Sscc,
        /// How many units were in it.
        quantity: Quantity,
        /// The SHA-256 of the certificate of destruction.
        document: Option<DocumentHash>,
    }

    /// A booking by quantity was undone: the units are loose again.
    DecommissioningReverted [2] {
        /// The batch.
        batch: BatchId,
        /// Who did it.
        by: Actor,
        /// How many units.
        quantity: Quantity,
        /// What had become of them.
        state: UnitState,
    }

    /// Units were quarantined.
    UnitsQuarantined [2] {
        /// The batch.
        batch: BatchId,
        /// Who quarantined them; the contract `evidence` for an oracle's report.
        by: Actor,
        /// Where they are; the consignee of a shipment.
        site: SiteId,
        /// What exactly.
        target: QuarantineTarget,
        /// How many.
        quantity: Quantity,
        /// Why.
        reason: QuarantineReason,
    }

    /// Evidence about goods was followed to what left them between its observation and its presentation.
    EvidenceFollowed [2] {
        /// The batch.
        batch: BatchId,
        /// Who followed it.
        by: Actor,
        /// What the goods were in.
        from: QuarantineTarget,
        /// What they were in after that, and are now; or their trail goes on.
        to: QuarantineTarget,
    }

    /// The quarantine of units ended.
    QuarantineReleased [2] {
        /// The batch.
        batch: BatchId,
        /// Who cleared them.
        by: Actor,
        /// Where they are; the consignee of a shipment.
        site: SiteId,
        /// What exactly.
        target: QuarantineTarget,
        /// How many.
        quantity: Quantity,
        /// Why.
        reason: ClearanceReason,
    }

    /// Goods were condemned: they can only be destroyed, or returned to the manufacturer.
    GoodsCondemned [2] {
        /// The batch.
        batch: BatchId,
        /// Who condemned them.
        by: Actor,
        /// Where they are.
        site: SiteId,
        /// What exactly.
        target: QuarantineTarget,
        /// How many units.
        quantity: Quantity,
    }

    /// A batch or a part of it was recalled.
    BatchRecalled [2] {
        /// The batch.
        batch: BatchId,
        /// Who recalled it.
        by: Actor,
        /// Whether it recalled it as a regulator.
        by_regulator: bool,
        /// The number of the recall among those of the batch, from 0.
        number: u8,
        /// The recall.
        recall: Recall,
    }

    /// A recall of a batch or a part of it ended.
    RecallOfBatchEnded [2] {
        /// The batch.
        batch: BatchId,
        /// The regulator.
        by: Actor,
        /// The number of the recall among those of the batch.
        number: u8,
        /// The SHA-256 of the reasons.
        document: DocumentHash,
    }

    /// All batches of a product that were registered until now are recalled.
    ProductRecalled [1] {
        /// The regulator.
        by: Actor,
        /// The GTIN of 14 digits, as a number.
        gtin: u64,
        /// The number of the recall among those of the product, from 0.
        number: u8,
        /// The recall.
        recall: Recall,
    }

    /// A recall of a product ended.
    RecallOfProductEnded [1] {
        /// The regulator.
        by: Actor,
        /// The GTIN of 14 digits, as a number.
        gtin: u64,
        /// The number of the recall among those of the product.
        number: u8,
        /// The SHA-256 of the reasons.
        document: DocumentHash,
    }

    /// A site acknowledged recalls.
    RecallAcknowledged [2] {
        /// The batch.
        batch: BatchId,
        /// Who acknowledged, for its site.
        by: Actor,
        /// How many of the batch's recalls it knows now.
        acknowledged: u8,
        /// How many of its product's.
        acknowledged_of_product: u8,
    }
}
