use super::{BookingError, NotMarketable, QuarantineError};
use crate::refused::errors;

errors! {
    "Why `batches` refuses. A new variant gets the next index.":
    /// The expiry date is over.
    BatchExpired = 13,
    /// The quantity is zero.
    QuantityZero = 14,
    /// The GTIN and lot are registered already.
    BatchExists = 16,
    /// No such batch is registered.
    UnknownBatch = 17,
    /// The batch is released already.
    AlreadyReleased = 20,
    /// The batch is not released.
    NotReleased = 21,
    /// A regulator blocks the batch.
    BatchBlocked = 22,
    /// The batch is not blocked.
    BatchNotBlocked = 23,
    /// The batch is recalled.
    BatchRecalled = 24,
    /// The consignee is not a registered site, or its organisation is suspended or has no role that may hold drugs.
    ConsigneeNotAuthorised = 25,
    /// Consignor and consignee are the same site.
    ConsigneeIsConsignor = 26,
    /// The site has less than this quantity available.
    QuantityNotHeld = 27,
    /// Less than this quantity is in the shipment.
    QuantityNotInShipment = 28,
    /// Less than this quantity is quarantined there.
    QuantityNotQuarantined = 29,
    /// No such shipment is in transit: it does not exist, or is received or rejected in full.
    UnknownShipment = 30,
    /// The shipment is for another site.
    CallerNotConsignee = 31,
    /// The batch was registered without serials.
    SerialsNotRegistered = 32,
    /// The batch has serials: its units are decommissioned one by one, in `units`.
    SerialRequired = 33,
    /// The places' sum would leave the batch's quantity: no message can bring that about.
    BalanceBroken = 34,
    /// Goods are returned to the batch's manufacturer only.
    ReturnNotToManufacturer = 35,
    /// What arrives is not what was shipped: units against logistic units, or one that is not in the shipment.
    NotInShipment = 36,
    /// The SSCC has more than 18 digits or a wrong check digit.
    InvalidSscc = 37,
    /// A logistic unit with this SSCC exists.
    LogisticUnitExists = 38,
    /// No such logistic unit is packed.
    UnknownLogisticUnit = 39,
    /// The logistic unit is at another site.
    LogisticUnitNotHeld = 40,
    /// The logistic unit is inside another one: unpack that first.
    LogisticUnitInside = 41,
    /// The logistic unit is under way.
    LogisticUnitInTransit = 42,
    /// The logistic unit, or one inside, is recalled.
    LogisticUnitRecalled = 43,
    /// The logistic unit is quarantined.
    LogisticUnitQuarantined = 44,
    /// Not 1 to [`super::MAX_CHILDREN`] logistic units.
    TooManyLogisticUnits = 45,
    /// Logistic units nest deeper than [`super::MAX_LEVEL`].
    NestedTooDeep = 46,
    /// Logistic units of different batches.
    MixedBatches = 47,
    /// The batch has no such numbered case.
    UnknownCase = 48,
    /// The numbered case is packed already, or was opened by another organisation than the manufacturer.
    CaseAlreadyPacked = 49,
    /// The batch was recalled as often as can be noted: recall all of it.
    TooManyRecalls = 50,
    /// The range of serials is empty or leaves the batch.
    InvalidRange = 51,
    /// The deadline is over already.
    DeadlineInPast = 52,
    /// There is no recall that the caller has not acknowledged.
    NothingToAcknowledge = 53,
    /// The goods are quarantined already.
    AlreadyQuarantined = 54,
    /// The goods are not quarantined.
    NotQuarantined = 55,
    /// The batch is released or blocked, or, for its manufacturer, something became of its units: its registration stays.
    RegistrationFinal = 56,
    /// The goods are condemned: they can only be destroyed, or returned to the manufacturer.
    GoodsCondemned = 57,
    /// The goods are under way: receive or reject them first.
    GoodsUnderWay = 58,
    /// The organisation of the site may hold drugs: it acts itself.
    SiteActsItself = 59,
    /// Units of a batch with serials are written off by quantity with a document only.
    DocumentMissing = 60,
    /// Nothing of this kind was booked by quantity at the site within the time in which that can be taken back, or less.
    NothingToRevert = 61,
    /// A regulator withholds goods that go back to their manufacturer: they arrive when that ends.
    ShipmentQuarantined = 62,
    /// The logistic unit is not condemned.
    NotCondemned = 63,
    /// No evidence was presented about the goods, or these left them before it was observed or after it was presented, or
    /// were cleared since.
    NotSuspect = 64,
    /// The trail has fewer than 2 or more than [`super::MAX_TRAIL`] stations, or two of them in which the same goods were not one
    /// after the other.
    TrailBroken = 65,
    /// Another regulator stopped it, less than [`crate::governance::CHANGE_DELAY`] ago.
    StoppedByAnother = 66,
    /// The contract that asks lacks the role ProductRegister.
    NotProductRegister = 67,
    /// No recall has this number.
    UnknownRecall = 68,
    /// The recall has ended already.
    RecallEnded = 69,
    /// The caller's account ordered the recall: another one ends it.
    RecallByCaller = 70,
    /// A regulator ordered the recall less than [`crate::governance::CHANGE_DELAY`] ago.
    RecallStands = 71,
    /// The company prefix of the SSCC is not registered for the organisation that packs.
    SsccOfAnother = 72,
}

impl From<NotMarketable> for Error {
    fn from(error: NotMarketable) -> Self {
        match error {
            NotMarketable::Recalled => Error::BatchRecalled,
            NotMarketable::Blocked => Error::BatchBlocked,
            NotMarketable::NotReleased => Error::NotReleased,
            NotMarketable::Expired => Error::BatchExpired,
        }
    }
}

impl From<Error> for BookingError {
    fn from(error: Error) -> Self {
        match error {
            Error::InSetUp => BookingError::InSetUp,
            Error::Paused => BookingError::Paused,
            Error::AccessUnavailable => BookingError::AccessUnavailable,
            Error::CallerNotAuthorised => BookingError::CallerNotAuthorised,
            Error::CallerNotAtSite => BookingError::CallerNotAtSite,
            // What else there is, no booking comes to.
            _ => BookingError::UnknownBatch,
        }
    }
}

impl From<Error> for QuarantineError {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownBatch | Error::UnknownShipment | Error::UnknownLogisticUnit => {
                QuarantineError::UnknownGoods
            }
            _ => QuarantineError::Refused,
        }
    }
}
