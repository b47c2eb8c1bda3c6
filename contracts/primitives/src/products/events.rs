use alloc::vec::Vec;

use super::{Attestation, NewProduct, WithdrawalRecall};
use crate::event::events;
use crate::{Actor, BatchId, DocumentHash, OrganisationId, Prefix};

events! {
    /// A product was authorised.
    ProductAuthorised [1] {
        /// Who authorised it: a regulator, or the delegate of one.
        by: Actor,
        /// The regulator.
        authority: OrganisationId,
        /// What it authorised.
        product: NewProduct,
    }

    /// The authorisation of a product was changed.
    ProductChanged [1] {
        /// The regulator.
        by: Actor,
        /// The former marketing authorisation holder.
        former_holder: OrganisationId,
        /// The former other makers.
        former_makers: Vec<OrganisationId>,
        /// What is authorised now.
        product: NewProduct,
    }

    /// The authorisation of a product was withdrawn: all batches that were registered until then are recalled.
    ProductWithdrawn [1] {
        /// The regulator.
        by: Actor,
        /// The GTIN of 14 digits, as a number.
        gtin: u64,
        /// The recall.
        recall: WithdrawalRecall,
    }

    /// The withdrawal of a product's authorisation was taken back, and the recall of its batches ended.
    ProductRestored [1] {
        /// The regulator.
        by: Actor,
        /// The GTIN of 14 digits, as a number.
        gtin: u64,
        /// The SHA-256 of the reasons.
        document: DocumentHash,
    }

    /// Another organisation authorises the products of a company prefix in place of the regulator, or none any more.
    ProductsDelegated [1] {
        /// The regulator.
        by: Actor,
        /// The company prefix.
        prefix: Prefix,
        /// Who authorises. `None` where nobody does any more.
        delegate: Option<OrganisationId>,
    }

    /// One requirement of the release gate was attested.
    BatchAttested [2] {
        /// The batch.
        batch: BatchId,
        /// Who attested.
        by: Actor,
        /// The number of the registration that was reviewed.
        registration: u32,
        /// Which requirement.
        attestation: Attestation,
        /// The SHA-256 of the document.
        document: DocumentHash,
    }
}
