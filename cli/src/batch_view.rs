//! A batch as people and machines read it.

use std::fmt;

use gs1::{Date, Gtin};
use primitives::batches::{Batch, RecallNotice, RecallScope};
use primitives::BatchId;
use serde::Serialize;

use crate::choices::Choice;
use crate::directory::{Names, OrganisationView};
use crate::time;

/// A registered batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchView {
    /// The identifier.
    pub id: String,
    /// 14 digits.
    pub gtin: String,
    /// The lot.
    pub lot: String,
    /// The last day of use, ISO 8601.
    pub expiry: String,
    /// Sales packs.
    pub quantity: u64,
    /// Whether packs have serials.
    pub serialised: bool,
    /// The root of the serials, hexadecimal.
    pub serial_root: Option<String>,
    /// Who made it.
    pub manufacturer: OrganisationView,
    /// RFC 3339.
    pub registered_at: String,
    /// RFC 3339.
    pub released_at: Option<String>,
    /// Since when a regulator blocks it, RFC 3339.
    pub blocked_at: Option<String>,
    /// Packs in a numbered case, where cases are numbered.
    pub units_per_case: Option<u32>,
    /// The recalls of it or of a part of it, in their order.
    pub recalls: Vec<RecallView>,
    #[serde(skip)]
    blocked_ms: Option<u64>,
    #[serde(skip)]
    registered_ms: u64,
    #[serde(skip)]
    released_ms: Option<u64>,
}

/// A recall of a batch or of a part of it.
#[derive(Clone, Debug, Serialize)]
pub struct RecallView {
    /// What is recalled, in words.
    pub scope: String,
    /// `i`, `ii` or `iii`.
    pub class: &'static str,
    /// The reason's name.
    pub reason: &'static str,
    /// The SHA-256 of the instructions to holders.
    pub instructions: String,
    /// By when holders must acknowledge, RFC 3339.
    pub acknowledge_by: String,
    /// Who recalled it.
    pub by: OrganisationView,
    /// RFC 3339.
    pub at: String,
    #[serde(skip)]
    at_ms: u64,
}

impl BatchView {
    /// The batch with the names of organisations.
    pub fn new(batch: &Batch, recalls: &[RecallNotice], names: &Names) -> Self {
        let day = Date::of_ms(batch.expires_at);
        Self {
            id: BatchId::of(batch.gtin, &batch.lot).to_string(),
            gtin: Gtin::new(batch.gtin).map_or_else(|_| batch.gtin.to_string(), |gtin| gtin.to_string()),
            lot: String::from_utf8_lossy(&batch.lot).into_owned(),
            expiry: day.to_string(),
            quantity: batch.quantity,
            serialised: batch.serial_root.is_some(),
            serial_root: batch.serial_root.map(|root| format!("0x{}", hex::encode(root))),
            manufacturer: names.organisation(batch.manufacturer),
            registered_at: time::rfc3339(batch.registered_at),
            released_at: batch.released_at.map(time::rfc3339),
            blocked_at: batch.blocked_at.map(time::rfc3339),
            units_per_case: batch.units_per_case,
            recalls: recalls.iter().map(|notice| RecallView::new(notice, names)).collect(),
            blocked_ms: batch.blocked_at,
            registered_ms: batch.registered_at,
            released_ms: batch.released_at,
        }
    }
}

impl RecallView {
    fn new(notice: &RecallNotice, names: &Names) -> Self {
        let recall = &notice.recall;
        Self {
            scope: scope(recall.scope),
            class: recall.class.name(),
            reason: recall.reason.name(),
            instructions: recall.instructions.to_string(),
            acknowledge_by: time::rfc3339(recall.acknowledge_by),
            by: names.organisation(notice.by),
            at: time::rfc3339(notice.at),
            at_ms: notice.at,
        }
    }

    /// Class and reason, such as `class II, wrong strength`.
    pub fn summary(&self) -> String {
        format!("class {}, {}", self.class.to_uppercase(), self.reason.replace('-', " "))
    }
}

/// What is recalled, in words.
pub fn scope(scope: RecallScope) -> String {
    match scope {
        RecallScope::Batch => "the batch".to_owned(),
        RecallScope::SerialRange { first, last } => format!("the serials {first} to {last} of the list"),
        RecallScope::LogisticUnit(sscc) => format!("the logistic unit {sscc:018}"),
    }
}

impl fmt::Display for RecallView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, by {} on {}", self.scope, self.summary(), self.by, time::readable(self.at_ms))
    }
}

impl fmt::Display for BatchView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Batch         {}", self.id)?;
        writeln!(f, "  GTIN        {}", self.gtin)?;
        writeln!(f, "  Lot         {}", self.lot)?;
        writeln!(f, "  Expiry      {}", self.expiry)?;
        let serials = if self.serialised { "with serials" } else { "without serials" };
        writeln!(f, "  Quantity    {} packs {serials}", self.quantity)?;
        writeln!(f, "  Made by     {}", self.manufacturer)?;
        writeln!(f, "  Registered  {}", time::readable(self.registered_ms))?;
        let released = self.released_ms.map_or_else(|| "not yet".to_owned(), time::readable);
        writeln!(f, "  Released    {released}")?;
        if let Some(since) = self.blocked_ms {
            writeln!(f, "  Blocked     by a regulator since {}", time::readable(since))?;
        }
        for recall in &self.recalls {
            writeln!(f, "  Recalled    {recall}")?;
        }
        Ok(())
    }
}
