//! The messages of `products`, `batches` and `units` that change state, with all of their arguments.

use primitives::batches::{
    Arrival, ClearanceReason, Contents, Goods, Purpose, QuarantineReason, QuarantineTarget, Recall,
    RejectionReason, UnitState,
};
use primitives::products::{Attestation, NewBatch, NewProduct, WithdrawalRecall};
use primitives::units::Resolution;
use primitives::{
    BatchId, DocumentHash, MultiProof, Quantity, RegistrationHash, SerialProof, SiteId, Sscc, Timestamp,
};
use scale::Encode;

#[derive(Clone, Debug)]
pub enum Message {
    Authorise {
        products: Vec<NewProduct>,
    },
    ChangeProduct {
        product: NewProduct,
    },
    Withdraw {
        gtin: u64,
        recall: WithdrawalRecall,
    },
    Restore {
        gtin: u64,
        document: DocumentHash,
    },
    RegisterBatch {
        site: SiteId,
        batch: NewBatch,
    },
    CancelRegistration {
        batch: BatchId,
    },
    Attest {
        batch: BatchId,
        registration: RegistrationHash,
        attestation: Attestation,
        document: DocumentHash,
    },
    Release {
        batch: BatchId,
    },
    Block {
        batch: BatchId,
    },
    Unblock {
        batch: BatchId,
    },
    Ship {
        from: SiteId,
        goods: Goods,
        to: SiteId,
        purpose: Purpose,
        terms: Option<DocumentHash>,
    },
    ShipFor {
        from: SiteId,
        goods: Goods,
        to: SiteId,
        purpose: Purpose,
        document: DocumentHash,
    },
    Receive {
        site: SiteId,
        shipment: u64,
        arrival: Arrival,
    },
    Reject {
        site: Option<SiteId>,
        shipment: u64,
        reason: RejectionReason,
    },
    Pack {
        site: SiteId,
        logistic_unit: Sscc,
        contents: Contents,
    },
    Unpack {
        site: SiteId,
        logistic_unit: Sscc,
    },
    Destroy {
        site: SiteId,
        logistic_unit: Sscc,
        document: Option<DocumentHash>,
    },
    DecommissionQuantity {
        site: SiteId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    },
    RevertQuantity {
        site: SiteId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
    },
    Quarantine {
        site: Option<SiteId>,
        target: QuarantineTarget,
        reason: QuarantineReason,
    },
    QuarantineOnEvidence {
        target: QuarantineTarget,
        observed_at: Timestamp,
    },
    ReleaseQuarantine {
        target: QuarantineTarget,
        reason: ClearanceReason,
    },
    Condemn {
        site: Option<SiteId>,
        target: QuarantineTarget,
    },
    Recall {
        batch: BatchId,
        recall: Recall,
    },
    EndRecall {
        batch: BatchId,
        number: u8,
        document: DocumentHash,
    },
    AcknowledgeRecall {
        site: SiteId,
        batch: BatchId,
    },
    Decommission {
        site: SiteId,
        batch: BatchId,
        serial: Vec<u8>,
        proof: SerialProof,
        state: UnitState,
        done_at: Option<Timestamp>,
    },
    Revert {
        site: SiteId,
        batch: BatchId,
        serial: Vec<u8>,
    },
    QuarantineUnits {
        site: Option<SiteId>,
        at: SiteId,
        batch: BatchId,
        serials: Vec<Vec<u8>>,
        proof: MultiProof,
        from_quarantine: bool,
        reason: QuarantineReason,
    },
    CondemnUnits {
        site: Option<SiteId>,
        at: SiteId,
        batch: BatchId,
        serials: Vec<Vec<u8>>,
        proof: MultiProof,
        from_quarantine: bool,
    },
    ReleaseUnits {
        batch: BatchId,
        serials: Vec<Vec<u8>>,
        reason: ClearanceReason,
    },
    ResolveAlarms {
        batch: BatchId,
        serials: Vec<Vec<u8>>,
        resolution: Resolution,
    },
    DismissAlarms {
        of: SiteId,
    },
}

impl Message {
    /// Whether it is a message of `products`.
    pub fn is_for_products(&self) -> bool {
        matches!(
            self,
            Message::Authorise { .. }
                | Message::ChangeProduct { .. }
                | Message::Withdraw { .. }
                | Message::Restore { .. }
                | Message::RegisterBatch { .. }
                | Message::Attest { .. }
                | Message::Release { .. }
        )
    }

    /// Whether it is a message of `units`.
    pub fn is_for_units(&self) -> bool {
        matches!(
            self,
            Message::Decommission { .. }
                | Message::Revert { .. }
                | Message::QuarantineUnits { .. }
                | Message::CondemnUnits { .. }
                | Message::ReleaseUnits { .. }
                | Message::ResolveAlarms { .. }
                | Message::DismissAlarms { .. }
        )
    }

    /// Whether it only restrains goods: a pause does not stop that.
    pub fn restrains(&self) -> bool {
        matches!(
            self,
            Message::Block { .. }
                | Message::Withdraw { .. }
                | Message::Quarantine { .. }
                | Message::QuarantineOnEvidence { .. }
                | Message::Condemn { .. }
                | Message::Recall { .. }
                | Message::AcknowledgeRecall { .. }
                | Message::QuarantineUnits { .. }
                | Message::CondemnUnits { .. }
        )
    }

    /// Its name in the contract.
    pub fn name(&self) -> &'static str {
        match self {
            Message::Authorise { .. } => "authorise",
            Message::ChangeProduct { .. } => "change",
            Message::Withdraw { .. } => "withdraw",
            Message::Restore { .. } => "restore",
            Message::EndRecall { .. } => "end_recall",
            Message::RegisterBatch { .. } => "register_batch",
            Message::CancelRegistration { .. } => "cancel_registration",
            Message::Attest { .. } => "attest",
            Message::Release { .. } => "release",
            Message::Block { .. } => "block",
            Message::Unblock { .. } => "unblock",
            Message::Ship { .. } => "ship",
            Message::ShipFor { .. } => "ship_for",
            Message::Receive { .. } => "receive",
            Message::Reject { .. } => "reject",
            Message::Pack { .. } => "pack",
            Message::Unpack { .. } => "unpack",
            Message::Destroy { .. } => "destroy",
            Message::DecommissionQuantity { .. } => "decommission_quantity",
            Message::RevertQuantity { .. } => "revert_quantity",
            Message::Quarantine { .. } | Message::QuarantineUnits { .. } => "quarantine",
            Message::Condemn { .. } | Message::CondemnUnits { .. } => "condemn",
            Message::QuarantineOnEvidence { .. } => "QuarantineBooks::quarantine_on_evidence",
            Message::ReleaseQuarantine { .. } => "release_quarantine",
            Message::Recall { .. } => "recall",
            Message::AcknowledgeRecall { .. } => "acknowledge_recall",
            Message::Decommission { .. } => "decommission",
            Message::Revert { .. } => "revert",
            Message::ReleaseUnits { .. } => "release",
            Message::ResolveAlarms { .. } => "resolve_alarms",
            Message::DismissAlarms { .. } => "dismiss_alarms",
        }
    }

    /// Its arguments in SCALE, as the contract takes them.
    pub fn arguments(&self) -> Vec<u8> {
        match self {
            Message::Authorise { products } => products.encode(),
            Message::ChangeProduct { product } => product.encode(),
            Message::Withdraw { gtin, recall } => (gtin, recall).encode(),
            Message::Restore { gtin, document } => (gtin, document).encode(),
            Message::EndRecall { batch, number, document } => (batch, number, document).encode(),
            Message::RegisterBatch { site, batch } => (site, batch).encode(),
            Message::CancelRegistration { batch }
            | Message::Release { batch }
            | Message::Block { batch }
            | Message::Unblock { batch } => batch.encode(),
            Message::Attest { batch, registration, attestation, document } => {
                (batch, registration, attestation, document).encode()
            }
            Message::Ship { from, goods, to, purpose, terms } => (from, goods, to, purpose, terms).encode(),
            Message::ShipFor { from, goods, to, purpose, document } => {
                (from, goods, to, purpose, document).encode()
            }
            Message::Receive { site, shipment, arrival } => (site, shipment, arrival).encode(),
            Message::Reject { site, shipment, reason } => (site, shipment, reason).encode(),
            Message::Pack { site, logistic_unit, contents } => (site, logistic_unit, contents).encode(),
            Message::Unpack { site, logistic_unit } => (site, logistic_unit).encode(),
            Message::Destroy { site, logistic_unit, document } => (site, logistic_unit, document).encode(),
            Message::DecommissionQuantity { site, batch, quantity, state, document } => {
                (site, batch, quantity, state, document).encode()
            }
            Message::RevertQuantity { site, batch, quantity, state } => {
                (site, batch, quantity, state).encode()
            }
            Message::Quarantine { site, target, reason } => (site, target, reason).encode(),
            Message::Condemn { site, target } => (site, target).encode(),
            Message::QuarantineOnEvidence { target, observed_at } => (target, observed_at).encode(),
            Message::ReleaseQuarantine { target, reason } => (target, reason).encode(),
            Message::Recall { batch, recall } => (batch, recall).encode(),
            Message::AcknowledgeRecall { site, batch } => (site, batch).encode(),
            Message::Decommission { site, batch, serial, proof, state, done_at } => {
                (site, batch, serial, proof, state, done_at).encode()
            }
            Message::QuarantineUnits { site, at, batch, serials, proof, from_quarantine, reason } => {
                (site, at, batch, serials, proof, from_quarantine, reason).encode()
            }
            Message::CondemnUnits { site, at, batch, serials, proof, from_quarantine } => {
                (site, at, batch, serials, proof, from_quarantine).encode()
            }
            Message::ReleaseUnits { batch, serials, reason } => (batch, serials, reason).encode(),
            Message::Revert { site, batch, serial } => (site, batch, serial).encode(),
            Message::ResolveAlarms { batch, serials, resolution } => (batch, serials, resolution).encode(),
            Message::DismissAlarms { of } => of.encode(),
        }
    }

    /// The site that it names as the caller's.
    pub fn site(&self) -> Option<SiteId> {
        match self {
            Message::RegisterBatch { site, .. }
            | Message::Ship { from: site, .. }
            | Message::Receive { site, .. }
            | Message::Pack { site, .. }
            | Message::Unpack { site, .. }
            | Message::Destroy { site, .. }
            | Message::DecommissionQuantity { site, .. }
            | Message::RevertQuantity { site, .. }
            | Message::AcknowledgeRecall { site, .. }
            | Message::Revert { site, .. }
            | Message::Decommission { site, .. } => Some(*site),
            Message::Reject { site, .. }
            | Message::Quarantine { site, .. }
            | Message::Condemn { site, .. }
            | Message::QuarantineUnits { site, .. }
            | Message::CondemnUnits { site, .. } => *site,
            _ => None,
        }
    }
}
