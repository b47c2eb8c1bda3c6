//! What the reference model is compared with.

use std::collections::BTreeMap;
use std::fmt;

use primitives::batches::{
    self, Batch, Holding, LogisticUnit, Places, QuarantineError, RecallNotice, Shipment,
};
use primitives::products::{self, Attestation, AttestationRecord, Product};
use primitives::units::{self, Alarm, Scan, UnitOutcome, UnitRecord, Verdict};
use primitives::{AccountId, BatchId, SiteId, Sscc, Timestamp, UnitId};

use crate::cast::Contracts;
use crate::message::Message;
use crate::organisations::Administration;

/// The rules, wherever they run. What is refused leaves no trace in it.
pub trait Backend {
    /// The contracts' addresses.
    fn contracts(&self) -> Contracts;

    /// Writes a change into `access`.
    fn administer(&mut self, change: &Administration);

    /// Sends a message at the time `now`.
    fn send(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<Done, AnyError>;

    /// What would come of decommissioning a unit at the time `now`: nothing is changed.
    fn would(
        &mut self,
        who: AccountId,
        now: Timestamp,
        message: &Message,
    ) -> Result<UnitOutcome, units::Error>;

    /// What the contracts say about everything in `scope`.
    fn stored(&mut self, scope: &Scope) -> Books;

    /// What a scan at the time `now` is answered with.
    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict;
}

/// What a message brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub answer: Answer,
    /// In the order in which they were emitted.
    pub events: Vec<Event>,
}

/// What a message returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Nothing,
    Batch(BatchId),
    Shipment(u64),
    Unit(UnitOutcome),
}

/// An event as it is on chain.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    /// Its fields in SCALE.
    pub fields: Vec<u8>,
}

impl Event {
    pub fn of<E: primitives::Event>(event: &E) -> Self {
        Self { name: E::NAME.to_owned(), fields: event.encode() }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 0x{}", self.name, hex::encode(&self.fields))
    }
}

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyError {
    Batches(batches::Error),
    Units(units::Error),
    Products(products::Error),
    /// From the message that is for the sentinel.
    Quarantine(QuarantineError),
}

impl From<batches::Error> for AnyError {
    fn from(error: batches::Error) -> Self {
        AnyError::Batches(error)
    }
}

impl From<units::Error> for AnyError {
    fn from(error: units::Error) -> Self {
        AnyError::Units(error)
    }
}

impl From<products::Error> for AnyError {
    fn from(error: products::Error) -> Self {
        AnyError::Products(error)
    }
}

impl From<QuarantineError> for AnyError {
    fn from(error: QuarantineError) -> Self {
        AnyError::Quarantine(error)
    }
}

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Scope {
    pub batches: Vec<BatchId>,
    pub units: Vec<UnitId>,
    pub logistic_units: Vec<Sscc>,
    /// Shipments 0 to this less 1.
    pub shipments: u64,
}

/// What the contracts say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// In the order of their registration.
    pub listed: Vec<BatchId>,
    pub batches: BTreeMap<BatchId, BatchBooks>,
    pub product: Option<Product>,
    pub shipments: BTreeMap<u64, Shipment>,
    pub logistic_units: BTreeMap<Sscc, LogisticUnit>,
    pub units: BTreeMap<UnitId, UnitRecord>,
    pub alarms: BTreeMap<UnitId, Alarm>,
}

/// What they say about a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchBooks {
    pub batch: Batch,
    pub places: Places,
    /// In the order in which the batch came to the sites.
    pub holdings: Vec<(SiteId, Holding)>,
    pub recalls: Vec<RecallNotice>,
    pub attestations: Vec<(Attestation, AttestationRecord)>,
}
