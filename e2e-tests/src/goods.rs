//! A batch of the manufacturer that the benches measure.

use chain::batches::Batches;
use chain::products::Products;
use chain::{Account, Chain, Contracts, Signer};
use primitives::products::{Attestation, NewBatch};
use primitives::{BatchId, DocumentHash, ManufacturerSecret, SerialTree, SiteId};
use testkit::Failure;

use crate::party;

/// The manufacturer's site, which is registered first.
pub const SITE: SiteId = 0;
/// Until when its packs can be used.
pub const EXPIRY: u32 = 281_231;

/// A batch and the serials of its packs.
#[derive(Clone, Debug)]
pub struct Goods {
    /// Its lot.
    pub lot: String,
    /// Its serials.
    pub serials: Vec<String>,
    tree: SerialTree,
}

impl Goods {
    /// A batch of so many packs.
    ///
    /// # Errors
    /// Where there are no packs, or more than a batch may have.
    pub fn new(lot: &str, packs: u32) -> Result<Self, Failure> {
        let serials: Vec<String> = (0..packs).map(|number| format!("S{number:06}")).collect();
        let id = BatchId::of(gtin(), lot.as_bytes());
        let key = secret().batch_key(id);
        let tree = SerialTree::new(id, &serials, &key).ok_or("no serial tree")?;
        Ok(Self { lot: lot.to_owned(), serials, tree })
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> BatchId {
        BatchId::of(gtin(), self.lot.as_bytes())
    }

    /// The tree of its serials.
    #[must_use]
    pub const fn tree(&self) -> &SerialTree {
        &self.tree
    }

    /// What its manufacturer registers.
    #[must_use]
    pub fn registration(&self) -> NewBatch {
        NewBatch {
            gtin: gtin(),
            lot: self.lot.clone().into_bytes(),
            expiry: EXPIRY,
            quantity: self.tree.quantity(),
            serial_root: Some(self.tree.root()),
            units_per_case: None,
        }
    }

    /// Registers and releases it.
    ///
    /// # Errors
    /// Where the chain refuses.
    pub async fn release(
        &self,
        contracts: &Contracts,
        maker: &Account,
        regulator: &Account,
    ) -> Result<(), Failure> {
        let (products, batches) = (Products(contracts.products.address), Batches(contracts.batches.address));
        let id = self.id();
        maker.submit(&products.register_batch(SITE, &self.registration())).await?;
        let registered =
            maker.chain().read(&batches.batch(id)).await?.ok_or("the batch is not registered")?;
        for attestation in Attestation::REQUIRED {
            let by = match attestation {
                Attestation::CertificateOfAnalysis => maker,
                _ => regulator,
            };
            let hash = registered.registration_hash();
            by.submit(&products.attest(id, hash, attestation, DocumentHash([1; 32]))).await?;
        }
        maker.submit(&products.release(id)).await?;
        Ok(())
    }
}

/// The product of all batches.
#[must_use]
pub fn gtin() -> u64 {
    party::GTIN.parse().unwrap_or_default()
}

/// The manufacturer's secret.
#[must_use]
pub fn secret() -> ManufacturerSecret {
    ManufacturerSecret::new([1; 32])
}

/// A well-known account.
///
/// # Errors
/// Where the derivation is not one.
pub fn account(chain: &Chain, derivation: &str) -> Result<Account, Failure> {
    Ok(chain.account(Signer::from_secret(&derivation.into())?)?)
}
