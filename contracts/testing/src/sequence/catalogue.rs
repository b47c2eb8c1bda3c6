use std::sync::Arc;

use primitives::products::{Attestation, NewBatch, NewProduct};
use primitives::units::Scan;
use primitives::{
    BatchId, DocumentHash, MultiProof, RegistrationHash, SerialProof, SerialTree, SiteId, UnitId,
};

use super::Action;
use crate::backend::Scope;
use crate::cast;
use crate::goods::{new_batch, new_product, serial, Serialised, EXPIRY, GTIN};
use crate::message::Message;
use crate::model::Proofs;
use crate::organisations::Administration;

/// How many SSCCs are in use.
pub(super) const SSCCS: u64 = 32;

/// The batches that there can be: with serials and numbered cases, with serials only, and without serials.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub batches: [NewBatch; 3],
    pub proofs: Arc<Proofs>,
    trees: [SerialTree; 2],
}

impl Default for Catalogue {
    fn default() -> Self {
        let cased = Serialised::of(b"CASED", 14);
        let uncased = Serialised::of(b"UNCASED", 8);
        let plain = NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(40) };
        let batches = [cased.new_batch(b"CASED", Some(4)), uncased.new_batch(b"UNCASED", None), plain];
        let serialised = [cased, uncased];
        let mut proofs = Proofs::default();
        for batch in &serialised {
            proofs.roots.insert(batch.id, batch.tree.root());
            for number in 0..usize::try_from(batch.tree.quantity()).unwrap() {
                proofs.by_serial.insert((batch.id, serial(number)), batch.proof(number));
            }
        }
        let trees = serialised.map(|batch| batch.tree);
        Self { batches, proofs: Arc::new(proofs), trees }
    }
}

impl Catalogue {
    pub fn id(&self, batch: usize) -> BatchId {
        let new = &self.batches[batch];
        BatchId::of(new.gtin, &new.lot)
    }

    /// How many serials there are; of the batch without, those of another.
    pub fn serials(&self, batch: usize) -> usize {
        usize::try_from(self.batches[batch.min(1)].quantity).unwrap()
    }

    pub(super) fn proof(&self, batch: usize, number: usize) -> SerialProof {
        self.proofs.by_serial[&(self.id(batch.min(1)), serial(number))].clone()
    }

    /// Some of the serials with one proof, in its order.
    pub(super) fn proof_of_all(&self, batch: usize, numbers: &[usize]) -> (Vec<Vec<u8>>, MultiProof) {
        let serials: Vec<Vec<u8>> = numbers.iter().copied().map(serial).collect();
        let (order, proof) = self.trees[batch.min(1)].prove_all(&serials).expect("serials of the batch");
        (order.into_iter().map(|place| serials[place].clone()).collect(), proof)
    }

    /// Everything that the sequences can touch.
    pub fn scope(&self, shipments: u64) -> Scope {
        let batches: Vec<BatchId> = (0..self.batches.len()).map(|batch| self.id(batch)).collect();
        let units = |batch: usize| {
            let serials = (0..self.serials(batch)).map(serial).chain([b"COPY".to_vec()]);
            serials.map(move |serial| (batch, serial))
        };
        Scope {
            units: (0..self.batches.len())
                .flat_map(units)
                .map(|(batch, serial)| UnitId::of(batches[batch], &serial))
                .collect(),
            logistic_units: (0..SSCCS).map(cast::logistic_unit).collect(),
            shipments,
            batches,
        }
    }

    /// A scan of the pack at this position, as it should be.
    pub fn scan(&self, batch: usize, number: usize, site: Option<SiteId>) -> Scan {
        let new = &self.batches[batch];
        let has_serials = new.serial_root.is_some();
        Scan {
            gtin: GTIN,
            lot: new.lot.clone(),
            expiry: Some(EXPIRY),
            serial: has_serials.then(|| serial(number)),
            proof: has_serials.then(|| self.proof(batch, number)),
            site,
        }
    }

    /// How most sequences begin: set-up ends, the product is authorised, its batches are registered, attested and released. What is
    /// reviewed is what the model has then.
    pub(super) fn opening(&self) -> Vec<Action> {
        let maker = cast::account(cast::MANUFACTURER, 0);
        let quality = cast::account(cast::MANUFACTURER, 2);
        let (regulator, auditor) = (cast::account(cast::REGULATOR, 0), cast::account(cast::AUDITOR, 0));
        let document = DocumentHash([0x44; 32]);
        let product = NewProduct { makers: vec![3, 9], ..new_product(cast::MANUFACTURER) };
        let mut actions = vec![
            Action::Administer(Administration::SetUpEnded),
            Action::Send(regulator, Message::Authorise { products: vec![product] }),
        ];
        for (index, new) in self.batches.iter().enumerate() {
            let batch = self.id(index);
            let attest = |who, attestation| {
                let registration = RegistrationHash::default();
                Action::Send(who, Message::Attest { batch, registration, attestation, document })
            };
            actions.extend([
                Action::Send(maker, Message::RegisterBatch { site: 0, batch: new.clone() }),
                attest(quality, Attestation::CertificateOfAnalysis),
                attest(auditor, Attestation::GoodManufacturingPractice),
                Action::Send(quality, Message::Release { batch }),
            ]);
        }
        actions
    }
}
