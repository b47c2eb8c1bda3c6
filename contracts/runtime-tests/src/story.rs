use primitives::batches::{
    Arrival, Batch, Error, Goods, Purpose, Recall, RecallClass, RecallReason, RecallScope, UnitState,
};
use primitives::feeds::{self, Feed, FeedKind, Report};
use primitives::products::{self, Attestation, NewBatch, NewProduct};
use primitives::units::Scan;
use primitives::{
    AccountId, BatchId, DocumentHash, FeedId, InputCommitment, ModelId, MultiProof, RegistrationHash,
    SerialProof, SiteId, Sscc, Subject, Timestamp,
};
use scale::Encode;
use testing::goods::{self, loose, serial, Serialised, EXPIRY, GTIN};

use crate::{Agent, Operators, Party, World};

/// The name of the feed that [`World::with_feed`] opens.
pub const FEED: &str = "heart-disease-risk";
/// The model that [`World::with_feed`] approves.
pub const MODEL: ModelId = ModelId([0x4D; 32]);
/// Whom [`World::report`] is about.
pub const SUBJECT: Subject = Subject([0x53; 32]);

/// A batch with all its serials.
#[derive(Clone, Debug)]
pub struct BatchInHand {
    /// Its identifier.
    pub id: BatchId,
    /// Its registration.
    pub new: NewBatch,
    serialised: Serialised,
}

impl BatchInHand {
    /// A batch of so many units, which is not registered yet.
    #[must_use]
    pub fn of(lot: &str, quantity: usize) -> Self {
        let serialised = Serialised::of(lot.as_bytes(), quantity);
        let new = serialised.new_batch(lot.as_bytes(), None);
        Self { id: serialised.id, new, serialised }
    }

    /// The arguments that dispense one of its units now, behind the site.
    #[must_use]
    pub fn pack(&self, number: usize) -> (BatchId, Vec<u8>, SerialProof, Option<Timestamp>) {
        let (batch, serial, proof) = self.unit(number);
        (batch, serial, proof, None)
    }

    /// The arguments that take one of its units out of the supply chain now, behind the site.
    #[must_use]
    pub fn leaving(&self, number: usize, state: UnitState) -> impl Encode {
        (self.unit(number), state, None::<Timestamp>)
    }

    /// Several of its units with one proof, in its order.
    #[must_use]
    pub fn units(&self, numbers: &[usize]) -> (Vec<Vec<u8>>, MultiProof) {
        self.serialised.named(numbers)
    }

    /// One of its units, with its proof.
    #[must_use]
    pub fn unit(&self, number: usize) -> (BatchId, Vec<u8>, SerialProof) {
        (self.id, serial(number), self.serialised.proof(number))
    }

    /// What a scanner reads from one of its packs, with the proof.
    #[must_use]
    pub fn scan(&self, number: usize) -> Scan {
        let (_, serial, proof) = self.unit(number);
        Scan { serial: Some(serial), proof: Some(proof), ..scan_of(&self.new.lot) }
    }
}

/// What an attestation names: the batch, the hash of its registration, the requirement, and the document.
pub type Reviewed = (BatchId, RegistrationHash, Attestation, DocumentHash);

/// A logistic unit of the manufacturer, by its number.
#[must_use]
pub fn sscc(number: u64) -> Sscc {
    Party::Manufacturer.sscc(number)
}

/// A registration that is right.
#[must_use]
pub fn new_batch(lot: &str, quantity: u64, serial_root: Option<[u8; 32]>) -> NewBatch {
    NewBatch { lot: lot.as_bytes().to_vec(), serial_root, ..goods::new_batch(quantity) }
}

/// The arguments that ship loose units to be used.
#[must_use]
pub fn shipping(
    batch: BatchId,
    from: impl Into<Agent>,
    to: impl Into<Agent>,
    quantity: u64,
) -> (SiteId, Goods, SiteId, Purpose, Option<DocumentHash>) {
    (from.into().site, loose(batch, quantity), to.into().site, Purpose::Supply, None)
}

/// The GLN of this number, with its check digit.
///
/// # Panics
/// Where the number has more than six digits.
#[must_use]
pub fn gln(number: u64) -> u64 {
    assert!(number < 1_000_000);
    let payload = 629_104_000_000_u64.saturating_add(number);
    payload.saturating_mul(10).saturating_add(gs1::check_digit(payload).into())
}

/// A recall of class I that holders are to acknowledge within a day of `now`.
#[must_use]
pub fn recall(scope: RecallScope, now: u64) -> Recall {
    Recall {
        scope,
        class: RecallClass::I,
        reason: RecallReason::Counterfeit,
        instructions: DocumentHash([0x49; 32]),
        acknowledge_by: now.saturating_add(86_400_000),
    }
}

/// What a scanner reads from a pack without a serial.
#[must_use]
pub fn plain_scan(lot: &str) -> Scan {
    scan_of(lot.as_bytes())
}

fn scan_of(lot: &[u8]) -> Scan {
    Scan { gtin: GTIN, lot: lot.to_vec(), expiry: Some(EXPIRY), ..Scan::default() }
}

/// The identifier of [`FEED`].
#[must_use]
pub fn feed() -> FeedId {
    FeedId::named(FEED).expect("the name is well formed")
}

/// The definition of [`FEED`]: a probability with six digits behind the point.
#[must_use]
pub fn definition() -> Feed {
    Feed {
        kind: FeedKind::DiseaseRisk,
        decimals: 6,
        min: 0,
        max: 1_000_000,
        model: MODEL,
        max_report_age: 600_000,
    }
}

/// The arguments that approve [`MODEL`] for a year from `now`.
#[must_use]
pub fn model(now: u64) -> (ModelId, DocumentHash, String, u64) {
    (MODEL, DocumentHash([0x6D; 32]), "1.0.0".to_owned(), now.saturating_add(31_536_000_000))
}

impl World {
    /// Registers a batch without serials.
    pub fn register_plain(&mut self, lot: &str, quantity: u64) -> BatchId {
        self.register_by(Party::Manufacturer, new_batch(lot, quantity, None))
    }

    /// Registers a batch with serials.
    pub fn register(&mut self, lot: &str, quantity: usize) -> BatchInHand {
        let batch = BatchInHand::of(lot, quantity);
        let id = self.register_by(Party::Manufacturer, batch.new.clone());
        assert_eq!(id, batch.id);
        batch
    }

    /// Registers a batch of another maker.
    #[track_caller]
    pub fn register_by(&mut self, maker: impl Into<Agent>, new: NewBatch) -> BatchId {
        let maker = maker.into();
        let id: Result<BatchId, products::Error> =
            self.call(maker, self.products, "register_batch", (maker.site, new));
        id.expect("the registration is right")
    }

    /// Answers for all that a release needs, and releases.
    pub fn attest_and_release(&mut self, batch: BatchId) {
        self.attest(Party::Manufacturer, batch);
        self.release(Party::Manufacturer, batch);
    }

    /// Answers for all that a release needs, of a batch of this maker.
    pub fn attest(&mut self, maker: impl Into<AccountId>, batch: BatchId) {
        let by = [maker.into(), Party::Auditor.id()];
        for (account, attestation) in by.into_iter().zip(Attestation::REQUIRED) {
            let reviewed = self.reviewed(batch, attestation);
            self.decided(account, "attest", reviewed);
        }
    }

    /// Lets the quality unit of the maker release a batch.
    pub fn release(&mut self, maker: impl Into<AccountId>, batch: BatchId) {
        self.decided(maker, "release", batch);
    }

    /// The arguments that attest what is registered now.
    pub fn reviewed(&mut self, batch: BatchId, attestation: Attestation) -> Reviewed {
        let registered: Option<Batch> = self.call(Party::Stranger, self.batches, "batch", batch);
        let registered = registered.expect("the batch is registered");
        (batch, registered.registration_hash(), attestation, DocumentHash([0x44; 32]))
    }

    /// Lets the regulator authorise the product of all batches for this holder; everybody else with an organisation makes
    /// it as well.
    pub fn authorise(&mut self, holder: Party) {
        let others = Party::ORGANISED.into_iter().filter(|party| *party != holder);
        let makers = others.map(Party::organisation).collect();
        let product = NewProduct { makers, ..goods::new_product(holder.organisation()) };
        self.decided(Party::Regulator, "authorise", vec![product]);
    }

    /// Calls a message of `products` that returns nothing, and must succeed.
    #[track_caller]
    pub fn decided(&mut self, caller: impl Into<AccountId>, message: &str, arguments: impl scale::Encode) {
        let result: Result<(), products::Error> = self.call(caller, self.products, message, arguments);
        assert_eq!(result, Ok(()), "{message}");
    }

    /// Ships units and receives all of them.
    pub fn hand_over(&mut self, batch: BatchId, from: impl Into<Agent>, to: impl Into<Agent>, quantity: u64) {
        let to = to.into();
        let shipment = self.ship(batch, from, to, quantity);
        self.done(to, "receive", (to.site, shipment, Arrival::Units(quantity)));
    }

    /// Ships units, and returns the shipment's number.
    #[track_caller]
    pub fn ship(
        &mut self,
        batch: BatchId,
        from: impl Into<Agent>,
        to: impl Into<Agent>,
        quantity: u64,
    ) -> u64 {
        let from = from.into();
        let shipment: Result<u64, Error> =
            self.call(from, self.batches, "ship", shipping(batch, from, to, quantity));
        shipment.expect("the shipment is allowed")
    }

    /// Calls a message of `batches` that returns nothing, and must succeed.
    #[track_caller]
    pub fn done(&mut self, caller: impl Into<AccountId>, message: &str, arguments: impl scale::Encode) {
        let result: Result<(), Error> = self.call(caller, self.batches, message, arguments);
        assert_eq!(result, Ok(()), "{message}");
    }

    /// Lets operators sign, approves [`MODEL`] and opens [`FEED`].
    #[track_caller]
    pub fn with_feed(&mut self, operators: &Operators, f: u8) {
        let now = self.now();
        let (admin, feeds) = (Party::Administrator, self.feeds);
        let steps: [Result<(), feeds::Error>; 3] = [
            self.call(admin, feeds, "set_operators", (operators.keys(), f)),
            self.call(admin, feeds, "approve_model", model(now)),
            self.call(admin, feeds, "create_feed", (feed(), definition())),
        ];
        assert_eq!(steps, [Ok(()); 3]);
    }

    /// A report under the present configuration about [`SUBJECT`], observed now.
    pub fn report(&mut self, round: u64, values: &[i128]) -> Report {
        Report {
            configuration: self.call(Party::Stranger, self.feeds, "configuration_digest", ()),
            feed: feed(),
            subject: SUBJECT,
            round,
            request: None,
            model: MODEL,
            inputs: InputCommitment([0x49; 32]),
            observed_at: self.now(),
            observations: Operators::observe(values),
        }
    }
}
