//! The messages and events of `products`: who may make which product, the registration of batches, and the release gate.

use primitives::products::{
    Attestation, AttestationRecord, Delegation, Error, NewBatch, NewProduct, Product, WithdrawalRecall,
};
use primitives::{AccountId, BatchId, DocumentHash, OrganisationId, Prefix, RegistrationHash, SiteId};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(products:
    ProductAuthorised, ProductChanged, ProductWithdrawn, ProductRestored, ProductsDelegated, BatchAttested,
);

/// No product yet, with batches in the books of the contract `batches`, in the deployment of the contract `access`.
#[must_use]
pub fn new(access: AccountId, batches: AccountId) -> Constructor {
    Constructor::new("new", (access, batches))
}

/// The contract `products` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Products(pub AccountId);

impl Products {
    /// Authorises products, at most [`primitives::products::MAX_PRODUCTS`], all of them or none.
    #[must_use]
    pub fn authorise(&self, products: &[NewProduct]) -> Call<()> {
        Call::fallible::<Error>(self.0, "authorise", products)
    }

    /// Changes an authorisation that stands.
    #[must_use]
    pub fn change(&self, product: &NewProduct) -> Call<()> {
        Call::fallible::<Error>(self.0, "change", product)
    }

    /// Withdraws an authorisation, and recalls all batches of the product.
    #[must_use]
    pub fn withdraw(&self, gtin: u64, recall: &WithdrawalRecall) -> Call<()> {
        Call::fallible::<Error>(self.0, "withdraw", (gtin, recall))
    }

    /// Takes a withdrawal back, and ends its recall.
    #[must_use]
    pub fn restore(&self, gtin: u64, document: DocumentHash) -> Call<()> {
        Call::fallible::<Error>(self.0, "restore", (gtin, document))
    }

    /// Lets an organisation authorise products of a company prefix in place of the caller's; `None` ends that.
    #[must_use]
    pub fn delegate(&self, prefix: Prefix, delegate: Option<OrganisationId>) -> Call<()> {
        Call::fallible::<Error>(self.0, "delegate", (prefix, delegate))
    }

    /// Registers a batch, all units of which are at the site then.
    #[must_use]
    pub fn register_batch(&self, site: SiteId, batch: &NewBatch) -> Call<BatchId> {
        Call::fallible::<Error>(self.0, "register_batch", (site, batch))
    }

    /// Attests one requirement of the release gate by a document. `registration` is the hash of what was reviewed.
    #[must_use]
    pub fn attest(
        &self,
        batch: BatchId,
        registration: RegistrationHash,
        attestation: Attestation,
        document: DocumentHash,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "attest", (batch, registration, attestation, document))
    }

    /// Releases a batch to the market.
    #[must_use]
    pub fn release(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "release", batch)
    }

    /// The product, authorised now or before.
    #[must_use]
    pub fn product(&self, gtin: u64) -> Call<Option<Product>> {
        Call::infallible(self.0, "product", gtin)
    }

    /// A page of the products with their GTINs, from number `start`: `limit`, and [`primitives::products::MAX_PAGE`] at
    /// most.
    #[must_use]
    pub fn products(&self, start: u32, limit: u32) -> Call<Vec<(u64, Product)>> {
        Call::infallible(self.0, "products", (start, limit))
    }

    /// Who authorises products of the company prefix in place of a regulator.
    #[must_use]
    pub fn delegation(&self, prefix: Prefix) -> Call<Option<Delegation>> {
        Call::infallible(self.0, "delegation", prefix)
    }

    /// Which organisation attested the registration of this number, by which document.
    #[must_use]
    pub fn attestation(
        &self,
        registration: u32,
        attestation: Attestation,
    ) -> Call<Option<AttestationRecord>> {
        Call::infallible(self.0, "attestation", (registration, attestation))
    }

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }

    /// The contract in whose books the batches are.
    #[must_use]
    pub fn batches_contract(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "batches_contract", ())
    }
}
