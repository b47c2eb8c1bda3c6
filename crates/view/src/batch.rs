//! A batch as people and machines read it.

use std::fmt;

use gs1::Date;
use primitives::batches::{Batch, RecallEnded, RecallNotice, RecallScope};
use primitives::BatchId;
use serde::Serialize;

use crate::choices::Choice;
use crate::directory::{Mentioned, Names, OrganisationView};
use crate::gtin::gtin_text;
use crate::stop::StopView;
use crate::time;

/// A registered batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchView {
    /// The identifier.
    pub id: String,
    /// The number of the registration.
    pub registration: u32,
    /// The hash of all that the registration says.
    pub registration_hash: String,
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
    /// The regulator that blocks it.
    pub blocked: Option<StopView>,
    /// Packs in a numbered case, where cases are numbered.
    pub units_per_case: Option<u32>,
    /// The recalls of it or of a part of it, in their order, and behind them those of its product; ended ones too.
    pub recalls: Vec<RecallView>,
    #[serde(skip)]
    registered_ms: u64,
    #[serde(skip)]
    released_ms: Option<u64>,
}

/// A recall of a batch, of a part of it, or of its product.
#[derive(Clone, Debug, Serialize)]
pub struct RecallView {
    /// The number among those of the batch; nothing for the product's, which end with its withdrawal.
    pub number: Option<u8>,
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
    /// Whether as a regulator.
    pub by_regulator: bool,
    /// RFC 3339.
    pub at: String,
    /// How it ended; nothing while it goes on.
    pub ended: Option<EndedView>,
    #[serde(skip)]
    at_ms: u64,
}

/// The end of a recall.
#[derive(Clone, Debug, Serialize)]
pub struct EndedView {
    /// The regulator.
    pub by: OrganisationView,
    /// RFC 3339.
    pub at: String,
    /// The SHA-256 of its reasons.
    pub document: String,
    #[serde(skip)]
    at_ms: u64,
}

/// Whether there may be notices of recalls that matter now: the product's show in the batch while they go on.
#[must_use]
pub const fn may_have_recalls(batch: &Batch) -> bool {
    batch.recalls > 0 || batch.recalled_at.is_some()
}

/// Adds the organisations that a batch and its recalls name.
pub fn mention(batch: &Batch, recalls: &[RecallNotice], mentioned: &mut Mentioned) {
    let named = &mut mentioned.organisations;
    named.insert(batch.manufacturer);
    named.extend(batch.blocked.map(|stop| stop.by));
    named.extend(recalls.iter().map(|notice| notice.by));
    named.extend(recalls.iter().filter_map(|notice| Some(notice.ended?.by)));
}

impl BatchView {
    /// The batch with the names of organisations.
    #[must_use]
    pub fn new(batch: &Batch, recalls: &[RecallNotice], names: &Names) -> Self {
        let day = Date::of_ms(batch.expires_at);
        Self {
            id: BatchId::of(batch.gtin, &batch.lot).to_string(),
            registration: batch.registration,
            registration_hash: batch.registration_hash().to_string(),
            gtin: gtin_text(batch.gtin),
            lot: String::from_utf8_lossy(&batch.lot).into_owned(),
            expiry: day.to_string(),
            quantity: batch.quantity,
            serialised: batch.serial_root.is_some(),
            serial_root: batch.serial_root.map(|root| format!("0x{}", hex::encode(root))),
            manufacturer: names.organisation(batch.manufacturer),
            registered_at: time::rfc3339(batch.registered_at),
            released_at: batch.released_at.map(time::rfc3339),
            blocked: batch.blocked.map(|stop| StopView::new(stop, names)),
            units_per_case: batch.units_per_case,
            recalls: (0..)
                .zip(recalls)
                .map(|(number, notice)| RecallView::new(number, notice, names))
                .collect(),
            registered_ms: batch.registered_at,
            released_ms: batch.released_at,
        }
    }
}

impl RecallView {
    /// The recall with its place among those of the batch: those of the product stand behind them.
    #[must_use]
    pub fn new(number: u8, notice: &RecallNotice, names: &Names) -> Self {
        let recall = &notice.recall;
        let ended = |RecallEnded { by, at, document }| EndedView {
            by: names.organisation(by),
            at: time::rfc3339(at),
            document: document.to_string(),
            at_ms: at,
        };
        Self {
            number: (recall.scope != RecallScope::Product).then_some(number),
            scope: scope(recall.scope),
            class: recall.class.name(),
            reason: recall.reason.name(),
            instructions: recall.instructions.to_string(),
            acknowledge_by: time::rfc3339(recall.acknowledge_by),
            by: names.organisation(notice.by),
            by_regulator: notice.by_regulator,
            at: time::rfc3339(notice.at),
            ended: notice.ended.map(ended),
            at_ms: notice.at,
        }
    }

    /// Whether it goes on.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.ended.is_none()
    }

    /// Class and reason, such as `class II, wrong strength`.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("class {}, {}", self.class.to_uppercase(), self.reason.replace('-', " "))
    }
}

/// What is recalled, in words.
#[must_use]
pub fn scope(scope: RecallScope) -> String {
    match scope {
        RecallScope::Batch => "the batch".to_owned(),
        RecallScope::SerialRange { first, last } => format!("the serials {first} to {last} of the list"),
        RecallScope::LogisticUnit(sscc) => format!("the logistic unit {sscc:018}"),
        RecallScope::Product => "the product".to_owned(),
    }
}

impl fmt::Display for RecallView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, by {} on {}", self.scope, self.summary(), self.by, time::readable(self.at_ms))?;
        match &self.ended {
            Some(EndedView { by, at_ms, .. }) => {
                write!(f, "; ended by {} on {}", by.short(), time::readable(*at_ms))
            }
            None => Ok(()),
        }
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
        if let Some(stop) = &self.blocked {
            writeln!(f, "  Blocked     {stop}")?;
        }
        for recall in &self.recalls {
            let number = recall.number.map(|number| format!("{number}, ")).unwrap_or_default();
            writeln!(f, "  Recall      {number}{recall}")?;
        }
        Ok(())
    }
}
