use batches::{
    Arrival, Attestation, Goods, NewBatch, Purpose, Recall, RecallClass, RecallReason, RecallScope,
};
use feeds::{Feed, FeedKind, Report};
use primitives::{BatchId, DocumentHash, FeedId, InputCommitment, ModelId, SerialProof, SerialTree, Subject};
use units::Scan;

use crate::{Operators, Party, World};

/// The name of the feed that [`World::with_feed`] opens.
pub const FEED: &str = "heart-disease-risk";
/// The model that [`World::with_feed`] approves.
pub const MODEL: ModelId = ModelId([0x4D; 32]);
/// Whom [`World::report`] is about.
pub const SUBJECT: Subject = Subject([0x53; 32]);

const GTIN: u64 = 9_506_000_134_352;
const EXPIRY: u32 = 281_231;

/// A batch with all its serials.
#[derive(Clone, Debug)]
pub struct BatchInHand {
    /// Its identifier.
    pub id: BatchId,
    /// Its registration.
    pub new: NewBatch,
    /// Its serials.
    pub tree: SerialTree,
}

impl BatchInHand {
    /// A batch of so many units, which is not registered yet.
    #[must_use]
    pub fn of(lot: &str, quantity: u64) -> Self {
        let mut new = new_batch(lot, quantity, None);
        let id = BatchId::of(new.gtin, &new.lot);
        let tree = SerialTree::new(id, &serials(quantity)).expect("there is a serial");
        new.serial_root = Some(tree.root());
        Self { id, new, tree }
    }

    /// The arguments that dispense one of its units.
    #[must_use]
    pub fn unit(&self, number: u64) -> (BatchId, Vec<u8>, SerialProof) {
        let serial = serial(number);
        let proof = self.tree.prove(&serial).expect("the batch has the serial");
        (self.id, serial, proof)
    }

    /// What a scanner reads from one of its packs, with the proof.
    #[must_use]
    pub fn scan(&self, number: u64) -> Scan {
        let (_, serial, proof) = self.unit(number);
        Scan {
            gtin: self.new.gtin,
            lot: self.new.lot.clone(),
            expiry: Some(self.new.expiry),
            serial: Some(serial),
            proof: Some(proof),
            holder: None,
        }
    }
}

/// So many serials of seven digits.
#[must_use]
pub fn serials(quantity: u64) -> Vec<Vec<u8>> {
    (0..quantity).map(serial).collect()
}

fn serial(number: u64) -> Vec<u8> {
    format!("S{number:07}").into_bytes()
}

/// A registration that is right.
#[must_use]
pub fn new_batch(lot: &str, quantity: u64, serial_root: Option<[u8; 32]>) -> NewBatch {
    NewBatch {
        gtin: GTIN,
        lot: lot.as_bytes().to_vec(),
        expiry: EXPIRY,
        quantity,
        serial_root,
        units_per_case: None,
    }
}

/// The arguments that ship loose units to be used.
#[must_use]
pub fn shipping(
    batch: BatchId,
    to: Party,
    quantity: u64,
) -> (Goods, primitives::AccountId, Purpose, Option<DocumentHash>) {
    (Goods::Units { batch, quantity }, to.id(), Purpose::Supply, None)
}

/// The SSCC with this serial reference, with its check digit (GenSpecs 7.9.1).
///
/// # Panics
/// Where the reference has more than 16 digits.
#[must_use]
pub fn sscc(reference: u64) -> u64 {
    let payload = 10_614_141_000_000_000_u64.checked_add(reference).expect("a small number");
    let check = u64::from(gs1::check_digit(payload));
    payload.checked_mul(10).and_then(|shifted| shifted.checked_add(check)).expect("a small number")
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
    Scan { gtin: GTIN, lot: lot.as_bytes().to_vec(), expiry: Some(EXPIRY), ..Scan::default() }
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
        let new = new_batch(lot, quantity, None);
        let id: Result<_, batches::Error> =
            self.call(Party::Manufacturer, self.batches, "register_batch", new);
        id.expect("the registration is right")
    }

    /// Registers a batch with serials.
    pub fn register(&mut self, lot: &str, quantity: u64) -> BatchInHand {
        let batch = BatchInHand::of(lot, quantity);
        let id: Result<_, batches::Error> =
            self.call(Party::Manufacturer, self.batches, "register_batch", batch.new.clone());
        assert_eq!(id, Ok(batch.id));
        batch
    }

    /// Answers for all that a release needs, and releases.
    pub fn attest_and_release(&mut self, batch: BatchId) {
        let by = [Party::Manufacturer, Party::Auditor, Party::Regulator];
        for (party, attestation) in by.into_iter().zip(Attestation::REQUIRED) {
            self.done(party, "attest", (batch, attestation, DocumentHash([0x44; 32])));
        }
        self.done(Party::Manufacturer, "release", batch);
    }

    /// Ships units and receives all of them.
    pub fn hand_over(&mut self, batch: BatchId, from: Party, to: Party, quantity: u64) {
        let shipment = self.ship(batch, from, to, quantity);
        self.done(to, "receive", (shipment, Arrival::Units(quantity)));
    }

    /// Ships units, and returns the shipment's number.
    pub fn ship(&mut self, batch: BatchId, from: Party, to: Party, quantity: u64) -> u64 {
        let shipment: Result<u64, batches::Error> =
            self.call(from, self.batches, "ship", shipping(batch, to, quantity));
        shipment.expect("the shipment is allowed")
    }

    /// Calls a message of `batches` that returns nothing, and must succeed.
    #[track_caller]
    pub fn done(&mut self, caller: Party, message: &str, arguments: impl scale::Encode) {
        let result: Result<(), batches::Error> = self.call(caller, self.batches, message, arguments);
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
