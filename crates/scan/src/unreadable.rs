//! Why a text is not the code of a pack.

use gs1::scanner::Diagnosis;
use gs1::{OtherCode, ParseError};
use serde_json::{json, Value};

/// A text from which no pack is read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is a code that does not identify a pack, such as the linear barcode.
    #[error("{0}")]
    OtherCode(OtherCode),
    /// The scanner is at fault; the codes that it should have sent are suggestions.
    #[error("{0}")]
    ScannerFault(Diagnosis),
    /// It is not a code, or not that of a pack.
    #[error("the code cannot be used: {0}")]
    NotACode(ParseError),
    /// It has no lot.
    #[error("the code has no lot, AI (10), so that its batch is not known; scan the code on the pack")]
    NoLot,
}

impl Unreadable {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OtherCode(_) => "other-code",
            Self::ScannerFault(_) => "scanner-fault",
            Self::NotACode(_) => "not-a-code",
            Self::NoLot => "no-lot",
        }
    }

    /// Facts for programs, where there are any: what the other code says, or which fault the scanner has with every code
    /// that can be on the pack.
    #[must_use]
    pub fn details(&self) -> Option<Value> {
        match self {
            Self::OtherCode(code) => Some(other_code(code)),
            Self::ScannerFault(diagnosis) => Some(scanner_fault(diagnosis)),
            Self::NotACode(_) | Self::NoLot => None,
        }
    }
}

/// What a code says that does not identify a pack.
fn other_code(code: &OtherCode) -> Value {
    let (gtin, pzn) = match code {
        OtherCode::Linear { gtin, .. } => (Some(*gtin), None),
        OtherCode::Pzn(pzn) => (pzn.ntin(), Some(*pzn)),
        OtherCode::Ppn(pack) => (pack.pzn.ntin(), Some(pack.pzn)),
        OtherCode::Aic(_) | OtherCode::Hibc(_) | OtherCode::Message { .. } | OtherCode::WithoutFnc1(_) => {
            (None, None)
        }
    };
    let elements = match code {
        OtherCode::Ppn(pack) => pack.by_ntin(),
        OtherCode::WithoutFnc1(elements) => Some(elements.clone()),
        _ => None,
    };
    let aic = match code {
        OtherCode::Aic(aic) => Some(aic.to_string()),
        _ => None,
    };
    json!({
        "kind": code.name(),
        "gtin": gtin.map(|gtin| gtin.to_string()),
        "pzn": pzn.map(|pzn| pzn.to_string()),
        "aic": aic,
        "elements": elements.map(|elements| elements.to_bracketed()),
    })
}

/// What the scanner does wrong, with the corrected code as a suggestion.
fn scanner_fault(diagnosis: &Diagnosis) -> Value {
    let corrected = diagnosis.corrected().map(gs1::Elements::to_bracketed);
    let readings: Vec<String> = diagnosis.readings.iter().map(gs1::Elements::to_bracketed).collect();
    json!({ "fault": diagnosis.fault.name(), "corrected": corrected, "readings": readings })
}
