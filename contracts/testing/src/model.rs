//! The reference model: what each message should do, and what the books should say, stated over facts.
//!
//! It follows each pack: a pack is one entry of its batch, at the position of its serial, and knows where it is. Everything
//! that the contracts count is counted over packs here, so that no pack can be made or lost. What the contracts decide, the
//! model decides from facts; where the contracts know less than the model, or decide otherwise than they should, a
//! function of [`today`] says so.
//!
//! Loose packs have no identity in the books. The model moves those with the lowest positions. If a site then shows a pack
//! that should be elsewhere, it was this one that came here, and another pack is where this one was thought to be.

mod custody;
mod logistics;
mod packs;
mod products;
mod quarantine;
mod recall;
mod registration;
pub mod today;
mod trail;
mod units;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::Call;
use primitives::batches::{Batch, Error, LogisticUnit, RecallNotice, RecallSet, Shipment};
use primitives::products::{self as of_products, Attestation, Product};
use primitives::units::{Alarm, UnitRecord};
use primitives::{
    ensure, AccountId, BatchId, Role, SerialProof, SiteId, Sscc, Timestamp, UnitId, CUSTODIANS,
};

use crate::backend::{Answer, AnyError, BatchBooks, Books, Done, Event, Scope};
use crate::cast::Contracts;
use crate::goods::{GTIN, NOW};
use crate::message::Message;
use crate::organisations::{Administration, Organisations};

pub use logistics::Container;
pub use packs::{BatchFacts, Pack, Quarantined};
pub use trail::{Around, CameOut, Struck};

/// What the manufacturers know of their serials: proof by batch and serial.
#[derive(Debug, Default)]
pub struct Proofs {
    pub by_serial: BTreeMap<(BatchId, Vec<u8>), SerialProof>,
    pub roots: BTreeMap<BatchId, [u8; 32]>,
}

/// The facts, and who may do what.
#[derive(Clone, Debug)]
pub struct Model {
    pub organisations: Organisations,
    pub contracts: Contracts,
    pub now: Timestamp,
    pub proofs: Arc<Proofs>,
    /// The batches that were registered, in this order; one that was cancelled is not among them.
    pub listed: Vec<BatchId>,
    /// How many ever were.
    registered: u32,
    /// By GTIN.
    pub products: BTreeMap<u64, Product>,
    pub recalls_of_products: BTreeMap<u64, Vec<RecallNotice>>,
    pub batches: BTreeMap<BatchId, BatchFacts>,
    /// Their quantities are counted over packs: see [`Model::shipment`].
    pub shipments: BTreeMap<u64, Shipment>,
    pub shipped: u64,
    pub containers: BTreeMap<Sscc, Container>,
    /// What came out of shipments and containers, in this order.
    pub came_out: Vec<CameOut>,
    /// What of it evidence struck.
    struck: BTreeMap<(Around, bool), Struck>,
    pub units: BTreeMap<UnitId, UnitRecord>,
    pub alarms: BTreeMap<UnitId, Alarm>,
    /// Until when the alarms of sites are dismissed.
    pub dismissed: BTreeMap<SiteId, Timestamp>,
}

/// An outcome in one of the two contracts.
type Outcome<E> = Result<Done, E>;

fn done(event: &impl primitives::Event) -> Done {
    Done { answer: Answer::Nothing, events: vec![Event::of(event)] }
}

impl Model {
    /// Nothing is registered, and the deployment is in set-up.
    pub fn new(contracts: Contracts, proofs: Arc<Proofs>) -> Self {
        Self {
            organisations: Organisations::default(),
            contracts,
            now: NOW,
            proofs,
            listed: Vec::new(),
            registered: 0,
            products: BTreeMap::new(),
            recalls_of_products: BTreeMap::new(),
            batches: BTreeMap::new(),
            shipments: BTreeMap::new(),
            shipped: 0,
            containers: BTreeMap::new(),
            came_out: Vec::new(),
            struck: BTreeMap::new(),
            units: BTreeMap::new(),
            alarms: BTreeMap::new(),
            dismissed: BTreeMap::new(),
        }
    }

    pub fn administer(&mut self, change: &Administration) {
        self.organisations.apply(change);
    }

    /// What comes of a message. The facts change with it, unless it is refused.
    pub fn send(&mut self, who: AccountId, message: &Message) -> Result<Done, AnyError> {
        let mut after = self.clone();
        let done = after.judge(who, message)?;
        *self = after;
        Ok(done)
    }

    fn judge(&mut self, who: AccountId, message: &Message) -> Result<Done, AnyError> {
        // What `units` looks at before it asks `batches`, and so `access`.
        self.ensure_named(message)?;
        let site = message.site();
        let Contracts { products, units, batches } = self.contracts;
        let contracts: &[AccountId] = match message {
            // A pause does not stop what only restrains goods.
            _ if message.restrains() => &[],
            Message::ResolveAlarms { .. } | Message::DismissAlarms { .. } => &[units],
            Message::RegisterBatch { .. } | Message::Release { .. } => &[products, batches],
            _ if message.is_for_products() => &[products],
            _ if message.is_for_units() => &[units, batches],
            _ => &[batches],
        };
        let call = self.organisations.call(who, site, self.now, contracts);
        if message.is_for_products() {
            Ok(self.judge_product(call.map_err(of_products::Error::from), message.clone())?)
        } else if message.is_for_units() {
            Ok(self.judge_unit(call.map_err(primitives::units::Error::from)?, message)?)
        } else if let Message::QuarantineOnEvidence { target, observed_at } = message {
            let done = call
                .map_err(Error::from)
                .and_then(|call| self.quarantine_on_evidence(call, *target, *observed_at));
            Ok(done.map_err(primitives::batches::QuarantineError::from)?)
        } else {
            Ok(self.judge_batch(call.map_err(Error::from)?, message.clone())?)
        }
    }

    fn judge_product(
        &mut self,
        call: Result<Call, of_products::Error>,
        message: Message,
    ) -> Outcome<of_products::Error> {
        if let Message::RegisterBatch { batch, .. } = &message {
            // Before anybody asks who calls.
            self.ensure_registrable(batch)?;
        }
        let call = call?;
        match message {
            Message::Authorise { products } => self.authorise(call, products),
            Message::ChangeProduct { product } => self.change_product(call, product),
            Message::Withdraw { gtin, recall } => self.withdraw(call, gtin, recall),
            Message::Restore { gtin, document } => self.restore(call, gtin, document),
            Message::RegisterBatch { batch, .. } => self.register(call, batch),
            Message::Attest { batch, registration, attestation, document } => {
                self.attest(call, batch, registration, attestation, document)
            }
            Message::Release { batch } => self.release(call, batch),
            other => panic!("{} is not a message of products", other.name()),
        }
    }

    fn judge_batch(&mut self, call: Call, message: Message) -> Outcome<Error> {
        match message {
            Message::CancelRegistration { batch } => self.cancel_registration(call, batch),
            Message::Block { batch } => self.block(call, batch),
            Message::Unblock { batch } => self.unblock(call, batch),
            Message::Ship { goods, to, purpose, terms, .. } => self.ship(call, goods, to, purpose, terms),
            Message::ShipFor { from, goods, to, purpose, document } => {
                self.ship_for(call, (from, goods), to, purpose, document)
            }
            Message::Receive { shipment, arrival, .. } => self.receive(call, shipment, arrival),
            Message::Reject { shipment, reason, .. } => self.reject(call, shipment, reason),
            Message::Pack { logistic_unit, contents, .. } => self.pack(call, logistic_unit, contents),
            Message::Unpack { logistic_unit, .. } => self.unpack(call, logistic_unit),
            Message::Destroy { logistic_unit, document, .. } => self.destroy(call, logistic_unit, document),
            Message::DecommissionQuantity { batch, quantity, state, document, .. } => {
                self.decommission_quantity(call, batch, quantity, state, document)
            }
            Message::RevertQuantity { batch, quantity, state, .. } => {
                self.revert_quantity(call, batch, quantity, state)
            }
            Message::Quarantine { target, reason, .. } => self.quarantine(call, target, reason),
            Message::ReleaseQuarantine { target, reason } => self.release_quarantine(call, target, reason),
            Message::Condemn { target, .. } => self.condemn(call, target),
            Message::Recall { batch, recall } => self.recall(call, batch, recall),
            Message::EndRecall { batch, number, document } => self.end_recall(call, batch, number, document),
            Message::AcknowledgeRecall { batch, .. } => self.acknowledge_recall(call, batch),
            other => panic!("{} is not a message of batches", other.name()),
        }
    }

    fn known(&self, batch: BatchId) -> Result<&BatchFacts, Error> {
        self.batches.get(&batch).ok_or(Error::UnknownBatch)
    }

    fn facts(&mut self, batch: BatchId) -> &mut BatchFacts {
        self.batches.get_mut(&batch).expect("a registered batch")
    }

    /// Whether the caller acts for the organisation that made the batch, in this role.
    fn is_maker(&self, call: &Call, batch: BatchId, role: Role) -> bool {
        call.is_of(self.batches[&batch].manufacturer) && call.roles.contains(role)
    }

    /// Who recalls a batch, cancels its registration and ends quarantines: its maker, and the authorities.
    fn answers_for(&self, call: &Call, batch: BatchId) -> Result<(), Error> {
        let made_it =
            self.is_maker(call, batch, Role::Manufacturer) || self.is_maker(call, batch, Role::QualityUnit);
        ensure(made_it || call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)
    }

    /// The shipment, with what is still in it.
    pub fn shipment(&self, number: u64) -> Option<Shipment> {
        let record = self.shipments.get(&number)?;
        let quantity = self.batches[&record.batch].count(|pack| pack.shipment == Some(number));
        Some(Shipment { quantity, ..record.clone() })
    }

    /// What the books should say.
    pub fn books(&self, scope: &Scope) -> Books {
        let logistic_unit = |sscc: &Sscc| Some((*sscc, self.logistic_unit(*sscc)?));
        let shipment = |number| Some((number, self.shipment(number)?));
        let batch = |id: &BatchId| Some((*id, self.batch_books(*id)?));
        let unit = |unit: &UnitId| Some((*unit, self.units.get(unit)?.clone()));
        let alarm = |unit: &UnitId| Some((*unit, self.alarms.get(unit)?.clone()));
        Books {
            listed: self.listed.clone(),
            product: self.products.get(&GTIN).cloned(),
            batches: scope.batches.iter().filter_map(batch).collect(),
            shipments: (0..scope.shipments).filter_map(shipment).collect(),
            logistic_units: scope.logistic_units.iter().filter_map(logistic_unit).collect(),
            units: scope.units.iter().filter_map(unit).collect(),
            alarms: scope.units.iter().filter_map(alarm).collect(),
        }
    }

    fn batch_books(&self, id: BatchId) -> Option<BatchBooks> {
        let facts = self.batches.get(&id)?;
        Some(BatchBooks {
            batch: Batch { recalled_at: self.recalled_at(id), ..facts.record() },
            places: self.places(id, None),
            holdings: facts.sites.iter().map(|site| (*site, self.holding(id, *site))).collect(),
            recalls: facts.recalls.iter().copied().chain(self.recalls_of_product(id)).collect(),
            attestations: Attestation::REQUIRED
                .into_iter()
                .filter_map(|attestation| Some((attestation, facts.attested.get(&attestation)?.clone())))
                .collect(),
        })
    }

    /// The logistic unit as the contract shows it: with the site of the outermost one around it.
    pub fn logistic_unit(&self, sscc: Sscc) -> Option<LogisticUnit> {
        let container = self.containers.get(&sscc)?;
        Some(LogisticUnit {
            batch: container.batch,
            registration: self.batches[&container.batch].registration,
            quantity: self.packs_inside(sscc),
            site: self.outermost(sscc).1.site,
            level: container.level,
            packed_by: container.packed_by,
            packed_at: container.packed_at,
            taken_out_at: container.taken_out_at,
            parent: container.parent,
            shipment: container.shipment,
            case: container.case,
            cases: container.cases,
            recalls: recall_set(&container.recalls),
            recalls_inside: recall_set(&self.recalls_inside(sscc)),
            withdrawn: container.withdrawn,
            hold: container.hold,
        })
    }
}

fn recall_set(numbers: &BTreeSet<u8>) -> RecallSet {
    numbers.iter().fold(RecallSet::NONE, |set, number| set.with(*number))
}

fn ensure_custodian(call: &Call) -> Result<SiteId, Error> {
    call.ensure_any(CUSTODIANS)?;
    Ok(call.site()?)
}
