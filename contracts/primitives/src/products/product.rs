use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::batches::{Recall, RecallClass, RecallReason, RecallScope};

use crate::governance::Market;
use crate::{AccountId, DocumentHash, OrganisationId, Timestamp};

/// The most makers of a product besides its holder.
pub const MAX_MAKERS: usize = 16;
/// The most products that one message authorises.
pub const MAX_PRODUCTS: usize = 50;
/// The most products that one page lists.
pub const MAX_PAGE: u32 = 50;

/// An authorisation to market a product: who may register batches of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct NewProduct {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The marketing authorisation holder, which may make batches itself.
    pub holder: OrganisationId,
    /// Other organisations that may make batches: at most [`MAX_MAKERS`].
    pub makers: Vec<OrganisationId>,
    /// Where it may be marketed: 1 to [`MAX_MARKETS`](crate::governance::MAX_MARKETS), all of the regulator that authorises.
    pub markets: Vec<Market>,
    /// The last moment at which batches may be registered and released. `None` where that does not end.
    pub until: Option<Timestamp>,
    /// The SHA-256 of the marketing authorisation.
    pub document: DocumentHash,
}

/// A product that is or was authorised.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Product {
    /// The marketing authorisation holder.
    pub holder: OrganisationId,
    /// Other organisations that may make batches.
    pub makers: Vec<OrganisationId>,
    /// Where it may be marketed.
    pub markets: Vec<Market>,
    /// The last moment at which batches may be registered and released.
    pub until: Option<Timestamp>,
    /// The SHA-256 of the marketing authorisation.
    pub document: DocumentHash,
    /// The regulator that authorised it.
    pub authority: OrganisationId,
    /// When it was authorised.
    pub authorised_at: Timestamp,
    /// How the authorisation was withdrawn. `None` while it stands.
    pub withdrawn: Option<ProductWithdrawal>,
}

impl Product {
    /// Whether this organisation may make batches.
    #[must_use]
    pub fn is_made_by(&self, organisation: OrganisationId) -> bool {
        self.holder == organisation || self.makers.contains(&organisation)
    }

    /// Whether batches may not be registered any more, because the time of the authorisation is over.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now > until)
    }
}

/// Who withdrew an authorisation, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct ProductWithdrawal {
    /// The regulator.
    pub by: OrganisationId,
    /// Its account.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// How all batches of a product are recalled whose authorisation is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct WithdrawalRecall {
    /// How dangerous.
    pub class: RecallClass,
    /// Why.
    pub reason: RecallReason,
    /// The SHA-256 of the instructions to holders.
    pub instructions: DocumentHash,
    /// By when every holder is to acknowledge, in milliseconds.
    pub acknowledge_by: Timestamp,
}

impl From<WithdrawalRecall> for Recall {
    fn from(recall: WithdrawalRecall) -> Self {
        let WithdrawalRecall { class, reason, instructions, acknowledge_by } = recall;
        Recall { scope: RecallScope::Product, class, reason, instructions, acknowledge_by }
    }
}

/// Who authorises products of a company prefix in place of a regulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Delegation {
    /// The regulator that delegated.
    pub authority: OrganisationId,
    /// Who authorises in its place.
    pub delegate: OrganisationId,
}
