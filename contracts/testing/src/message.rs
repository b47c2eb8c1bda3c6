//! The messages of `batches` and `units` that change state, with all of their arguments.

use primitives::batches::{
    Arrival, Attestation, ClearanceReason, Contents, Goods, NewBatch, Purpose, QuarantineReason,
    QuarantineTarget, Recall, RejectionReason, UnitState,
};
use primitives::units::Resolution;
use primitives::{BatchId, DocumentHash, Quantity, SerialProof, SiteId, Sscc};
use scale::Encode;

#[derive(Clone, Debug)]
pub enum Message {
    RegisterBatch {
        site: SiteId,
        batch: NewBatch,
    },
    CancelRegistration {
        batch: BatchId,
    },
    Attest {
        batch: BatchId,
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
    DecommissionQuantity {
        site: SiteId,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    },
    Quarantine {
        site: Option<SiteId>,
        target: QuarantineTarget,
        reason: QuarantineReason,
    },
    QuarantineOnEvidence {
        target: QuarantineTarget,
    },
    ReleaseQuarantine {
        target: QuarantineTarget,
        reason: ClearanceReason,
    },
    Recall {
        batch: BatchId,
        recall: Recall,
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
    },
    Revert {
        site: Option<SiteId>,
        batch: BatchId,
        serial: Vec<u8>,
    },
    ResolveAlarm {
        batch: BatchId,
        serial: Vec<u8>,
        resolution: Resolution,
    },
}

impl Message {
    /// Whether it is a message of `units`, and not of `batches`.
    pub fn is_for_units(&self) -> bool {
        matches!(self, Message::Decommission { .. } | Message::Revert { .. } | Message::ResolveAlarm { .. })
    }

    /// Its name in the contract.
    pub fn name(&self) -> &'static str {
        match self {
            Message::RegisterBatch { .. } => "register_batch",
            Message::CancelRegistration { .. } => "cancel_registration",
            Message::Attest { .. } => "attest",
            Message::Release { .. } => "release",
            Message::Block { .. } => "block",
            Message::Unblock { .. } => "unblock",
            Message::Ship { .. } => "ship",
            Message::Receive { .. } => "receive",
            Message::Reject { .. } => "reject",
            Message::Pack { .. } => "pack",
            Message::Unpack { .. } => "unpack",
            Message::DecommissionQuantity { .. } => "decommission_quantity",
            Message::Quarantine { .. } => "quarantine",
            Message::QuarantineOnEvidence { .. } => "QuarantineBooks::quarantine_on_evidence",
            Message::ReleaseQuarantine { .. } => "release_quarantine",
            Message::Recall { .. } => "recall",
            Message::AcknowledgeRecall { .. } => "acknowledge_recall",
            Message::Decommission { .. } => "decommission",
            Message::Revert { .. } => "revert",
            Message::ResolveAlarm { .. } => "resolve_alarm",
        }
    }

    /// Its arguments in SCALE, as the contract takes them.
    pub fn arguments(&self) -> Vec<u8> {
        match self {
            Message::RegisterBatch { site, batch } => (site, batch).encode(),
            Message::CancelRegistration { batch }
            | Message::Release { batch }
            | Message::Block { batch }
            | Message::Unblock { batch } => batch.encode(),
            Message::Attest { batch, attestation, document } => (batch, attestation, document).encode(),
            Message::Ship { from, goods, to, purpose, terms } => (from, goods, to, purpose, terms).encode(),
            Message::Receive { site, shipment, arrival } => (site, shipment, arrival).encode(),
            Message::Reject { site, shipment, reason } => (site, shipment, reason).encode(),
            Message::Pack { site, logistic_unit, contents } => (site, logistic_unit, contents).encode(),
            Message::Unpack { site, logistic_unit } => (site, logistic_unit).encode(),
            Message::DecommissionQuantity { site, batch, quantity, state, document } => {
                (site, batch, quantity, state, document).encode()
            }
            Message::Quarantine { site, target, reason } => (site, target, reason).encode(),
            Message::QuarantineOnEvidence { target } => target.encode(),
            Message::ReleaseQuarantine { target, reason } => (target, reason).encode(),
            Message::Recall { batch, recall } => (batch, recall).encode(),
            Message::AcknowledgeRecall { site, batch } => (site, batch).encode(),
            Message::Decommission { site, batch, serial, proof, state } => {
                (site, batch, serial, proof, state).encode()
            }
            Message::Revert { site, batch, serial } => (site, batch, serial).encode(),
            Message::ResolveAlarm { batch, serial, resolution } => (batch, serial, resolution).encode(),
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
            | Message::DecommissionQuantity { site, .. }
            | Message::AcknowledgeRecall { site, .. }
            | Message::Decommission { site, .. } => Some(*site),
            Message::Reject { site, .. }
            | Message::Quarantine { site, .. }
            | Message::Revert { site, .. } => *site,
            _ => None,
        }
    }
}
