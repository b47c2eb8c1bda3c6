//! Entries of the register, for tests that need no chain.

use primitives::access::Rights;
use primitives::batches::{Recall, RecallClass, RecallNotice, RecallReason, RecallScope};
use primitives::governance::{Identifier, Organisation, OrganisationEntry, Site, SiteEntry};
use primitives::{AccountId, DocumentHash, OrganisationId, SiteId, Timestamp};

/// An organisation as `governance` lists it.
#[must_use]
pub fn organisation(id: OrganisationId, name: &str, gln: u64) -> OrganisationEntry {
    let organisation = Organisation {
        name: name.to_owned(),
        identifier: Identifier::Gln(gln),
        sealing_key: None,
        registered_at: 0,
        accounts: 1,
        stewards: 1,
    };
    OrganisationEntry { id, organisation, rights: Rights::default() }
}

/// A site as `governance` lists it.
#[must_use]
pub fn site(id: SiteId, organisation: OrganisationId, name: &str, gln: u64) -> SiteEntry {
    SiteEntry { id, site: Site { organisation, name: name.to_owned(), gln, registered_at: 0 } }
}

/// A recall of class II by the organisation 1 that goes on.
#[must_use]
pub fn recall(scope: RecallScope, at: Timestamp) -> RecallNotice {
    let instructions = DocumentHash([1; 32]);
    let (class, reason) = (RecallClass::II, RecallReason::WrongStrength);
    let recall = Recall { scope, class, reason, instructions, acknowledge_by: at };
    RecallNotice { recall, by: 1, account: AccountId([1; 32]), by_regulator: false, at, ended: None }
}
