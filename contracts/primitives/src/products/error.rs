use crate::batches;
use crate::refused::errors;

errors! {
    "Why `products` refuses. A new variant gets the next index.":
    /// The contract that knows the batches gives no answer.
    BatchesUnavailable = 10,
    /// The GTIN has more than 14 digits or a wrong check digit.
    InvalidGtin = 11,
    /// The lot is not 1 to 20 characters of CSET 82.
    InvalidLot = 12,
    /// The expiry is not a date.
    InvalidExpiry = 13,
    /// The expiry date is over.
    BatchExpired = 14,
    /// The quantity is zero.
    QuantityZero = 15,
    /// The quantity is over [`crate::batches::MAX_QUANTITY`].
    QuantityTooLarge = 16,
    /// Numbered cases need serials, and the batch has none.
    SerialsNotRegistered = 17,
    /// The GTIN and lot are registered already.
    BatchExists = 18,
    /// No such batch is registered.
    UnknownBatch = 19,
    /// The product is not authorised.
    UnknownProduct = 20,
    /// The product is authorised already.
    ProductExists = 21,
    /// The organisation is neither the product's holder nor one of its makers.
    NotMaker = 22,
    /// The time of the product's authorisation is over.
    AuthorisationLapsed = 23,
    /// The product's authorisation is withdrawn.
    AuthorisationWithdrawn = 24,
    /// The product's authorisation is not withdrawn.
    NotWithdrawn = 25,
    /// A holder, maker or delegate is not a registered organisation.
    UnknownOrganisation = 26,
    /// More than [`super::MAX_MAKERS`] makers, one that is named twice, or the holder among them.
    InvalidMakers = 27,
    /// No market, more than [`crate::governance::MAX_MARKETS`], or one that is named twice.
    InvalidMarkets = 28,
    /// A market is not one of the regulator that authorises.
    MarketOfAnother = 29,
    /// Another regulator authorised the product.
    ProductOfAnother = 30,
    /// The end lies in the past.
    ExpiryInPast = 31,
    /// Not 1 to [`super::MAX_PRODUCTS`] products.
    TooManyProducts = 32,
    /// The GTIN does not begin with the company prefix for which the caller authorises, or that prefix is not registered.
    PrefixOfAnother = 33,
    /// The prefix is not one of 4 to 12 digits that a company can have.
    InvalidPrefix = 34,
    /// The batch has this attestation already.
    AlreadyAttested = 35,
    /// A required attestation is missing.
    AttestationMissing = 36,
    /// What is registered is not what was reviewed.
    RegistrationChanged = 37,
    /// The batch is released already.
    AlreadyReleased = 38,
    /// The batch is recalled.
    BatchRecalled = 39,
    /// A regulator blocks the batch.
    BatchBlocked = 40,
    /// The contract `batches` registers nothing for this one, which lacks the role ProductRegister.
    NotProductRegister = 41,
    /// The deadline is over already.
    DeadlineInPast = 42,
    /// The product was recalled as often as can be noted.
    TooManyRecalls = 43,
    /// The caller's account withdrew the authorisation: another one restores it.
    RecallByCaller = 44,
    /// The authorisation was withdrawn less than [`crate::governance::CHANGE_DELAY`] ago.
    RecallStands = 45,
    /// The contract `governance` gives no answer.
    GovernanceUnavailable = 46,
}

impl From<batches::Error> for Error {
    fn from(error: batches::Error) -> Self {
        match error {
            batches::Error::InSetUp => Error::InSetUp,
            batches::Error::Paused => Error::Paused,
            batches::Error::AccessUnavailable => Error::AccessUnavailable,
            batches::Error::CallerNotAuthorised => Error::CallerNotAuthorised,
            batches::Error::CallerNotAtSite => Error::CallerNotAtSite,
            batches::Error::NotProductRegister => Error::NotProductRegister,
            batches::Error::BatchExists => Error::BatchExists,
            batches::Error::UnknownBatch => Error::UnknownBatch,
            batches::Error::AlreadyReleased => Error::AlreadyReleased,
            batches::Error::BatchRecalled => Error::BatchRecalled,
            batches::Error::BatchBlocked => Error::BatchBlocked,
            batches::Error::DeadlineInPast => Error::DeadlineInPast,
            batches::Error::TooManyRecalls => Error::TooManyRecalls,
            batches::Error::UnknownRecall | batches::Error::RecallEnded => Error::NotWithdrawn,
            batches::Error::RecallByCaller => Error::RecallByCaller,
            batches::Error::RecallStands => Error::RecallStands,
            // What else there is, nothing that this contract asks comes to.
            _ => Error::BatchesUnavailable,
        }
    }
}
