//! The contracts' enumerations in words, as sentences use them.

use primitives::batches::{
    ClearanceReason, Purpose, QuarantineReason, QuarantineTarget, Recall, RecallClass, RecallReason,
    RecallScope, RejectionReason, UnitPlace, UnitState,
};
use primitives::products::Attestation;
use primitives::units::{AlarmCode, Resolution};

pub(super) const fn state(state: UnitState) -> &'static str {
    match state {
        UnitState::Dispensed => "dispensed",
        UnitState::Destroyed => "destroyed",
        UnitState::Stolen => "stolen",
        UnitState::Sample => "sample",
        UnitState::Exported => "exported",
    }
}

/// The step and disposition of units that left the supply chain, as the export to EPCIS has them.
pub(super) const fn state_step(state: UnitState) -> (&'static str, &'static str) {
    match state {
        UnitState::Dispensed => ("dispensing", "dispensed"),
        UnitState::Destroyed => ("destroying", "destroyed"),
        UnitState::Stolen => ("stock_taking", "stolen"),
        UnitState::Sample => ("sampling", "non_sellable_other"),
        UnitState::Exported => ("departing", "in_transit"),
    }
}

pub(super) const fn place(place: UnitPlace) -> &'static str {
    match place {
        UnitPlace::Shelf => "loose",
        UnitPlace::Quarantine | UnitPlace::QuarantineBySerial => "quarantined",
        UnitPlace::Condemned => "condemned",
        UnitPlace::Left(left) => state(left),
    }
}

pub(super) const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Supply => "shipped",
        Purpose::Return => "returned",
    }
}

pub(super) const fn rejection(reason: RejectionReason) -> &'static str {
    match reason {
        RejectionReason::Damaged => "damaged",
        RejectionReason::WrongGoods => "wrong goods",
        RejectionReason::QuantityShort => "quantity short",
        RejectionReason::TemperatureExcursion => "temperature excursion",
        RejectionReason::SuspectedCounterfeit => "suspected counterfeit",
        RejectionReason::Other => "another reason",
    }
}

pub(super) const fn quarantine(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::TemperatureExcursion => "temperature excursion",
        QuarantineReason::Damaged => "damaged",
        QuarantineReason::SuspectedCounterfeit => "suspected counterfeit",
        QuarantineReason::QualityInvestigation => "quality investigation",
        QuarantineReason::Other => "another reason",
        QuarantineReason::OracleEvidence => "an oracle's report",
    }
}

pub(super) const fn clearance(reason: ClearanceReason) -> &'static str {
    match reason {
        ClearanceReason::NothingFound => "nothing was found",
        ClearanceReason::WithinStabilityLimits => "within the stability limits",
        ClearanceReason::Mistake => "they were quarantined by mistake",
    }
}

pub(super) fn target(target: QuarantineTarget) -> String {
    match target {
        QuarantineTarget::Holding { .. } => "loose packs".to_owned(),
        QuarantineTarget::Shipment(number) => format!("shipment {number}"),
        QuarantineTarget::LogisticUnit(sscc) => format!("logistic unit {sscc:018}"),
    }
}

/// A recall in words, behind who ordered it.
pub(super) fn recalled(number: u8, recall: &Recall) -> String {
    let scope = match recall.scope {
        RecallScope::Batch => "the batch".to_owned(),
        RecallScope::SerialRange { first, last } => format!("the packs at positions {first} to {last}"),
        RecallScope::LogisticUnit(sscc) => format!("logistic unit {sscc:018}"),
        RecallScope::Product => "all batches of the product".to_owned(),
    };
    let class = match recall.class {
        RecallClass::I => "I",
        RecallClass::II => "II",
        RecallClass::III => "III",
    };
    let reason = match recall.reason {
        RecallReason::Contamination => "contamination",
        RecallReason::WrongStrength => "wrong strength",
        RecallReason::Mislabelling => "mislabelling",
        RecallReason::Stability => "stability",
        RecallReason::Counterfeit => "counterfeit",
        RecallReason::AdverseReactions => "adverse reactions",
        RecallReason::QualityDefect => "quality defect",
    };
    format!("recalled {scope}, recall {number}: class {class}, {reason}")
}

pub(super) const fn alarm(code: AlarmCode) -> &'static str {
    match code {
        AlarmCode::SecondDecommission => "it was decommissioned before",
        AlarmCode::UnitElsewhere => "the unit is elsewhere",
        AlarmCode::UnitNeverReceived => "the site has no such unit",
        AlarmCode::SerialNotInBatch => "the serial is not shown to be the batch's",
    }
}

pub(super) const fn resolution(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::FalseAlarm => "false alarm",
        Resolution::CounterfeitConfirmed => "counterfeit confirmed",
        Resolution::RecordWrong => "the record was wrong",
    }
}

pub(super) const fn attestation(attestation: Attestation) -> &'static str {
    match attestation {
        Attestation::CertificateOfAnalysis => "the certificate of analysis",
        Attestation::GoodManufacturingPractice => "good manufacturing practice",
    }
}
