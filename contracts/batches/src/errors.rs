use primitives::{BookingError, NotMarketable, QuarantineError};

/// Why `batches` refuses. Variants are appended, never reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// State changes of this contract are stopped.
    Paused,
    /// The contract that knows the roles gives no answer.
    AccessUnavailable,
    /// The caller does not hold the role that this needs, or is not the organisation that may do it.
    CallerNotAuthorised,
    /// The GTIN has more than 14 digits or a wrong check digit.
    InvalidGtin,
    /// The lot is not 1 to 20 characters of CSET 82.
    InvalidLot,
    /// The expiry is no date.
    InvalidExpiry,
    /// The expiry date is over.
    BatchExpired,
    /// The quantity is zero.
    QuantityZero,
    /// The quantity is over [`crate::MAX_QUANTITY`].
    QuantityTooLarge,
    /// The GTIN and lot are registered already.
    BatchExists,
    /// No such batch is registered.
    UnknownBatch,
    /// The batch has this attestation already.
    AlreadyAttested,
    /// A required attestation is missing.
    AttestationMissing,
    /// The batch is released already.
    AlreadyReleased,
    /// The batch is not released.
    NotReleased,
    /// A regulator blocks the batch.
    BatchBlocked,
    /// The batch is not blocked.
    BatchNotBlocked,
    /// The batch is recalled.
    BatchRecalled,
    /// The consignee is unknown, suspended, or has no role that may hold drugs.
    ConsigneeNotAuthorised,
    /// Consignor and consignee are the same.
    ConsigneeIsConsignor,
    /// The organisation has less than this quantity available.
    QuantityNotHeld,
    /// Less than this quantity is in the shipment.
    QuantityNotInShipment,
    /// Less than this quantity is quarantined there.
    QuantityNotQuarantined,
    /// No such shipment is in transit: it does not exist, or is received or rejected in full.
    UnknownShipment,
    /// The shipment is for another organisation.
    CallerNotConsignee,
    /// The batch was registered without serials.
    SerialsNotRegistered,
    /// The batch has serials: its units are decommissioned one by one.
    SerialRequired,
    /// The places' sum would leave the batch's quantity: no message can bring that about.
    BalanceBroken,
    /// Goods are returned to the batch's manufacturer only.
    ReturnNotToManufacturer,
    /// What arrives is not what was shipped: units against logistic units, or one that is not in the shipment.
    NotInShipment,
    /// The SSCC has more than 18 digits or a wrong check digit.
    InvalidSscc,
    /// A logistic unit with this SSCC exists.
    LogisticUnitExists,
    /// No such logistic unit is packed.
    UnknownLogisticUnit,
    /// The logistic unit is with another organisation.
    LogisticUnitNotHeld,
    /// The logistic unit is inside another one: unpack that first.
    LogisticUnitInside,
    /// The logistic unit is under way.
    LogisticUnitInTransit,
    /// The logistic unit, or one inside, is recalled.
    LogisticUnitRecalled,
    /// The logistic unit is set apart.
    LogisticUnitQuarantined,
    /// Not 1 to [`crate::MAX_CHILDREN`] logistic units.
    TooManyLogisticUnits,
    /// Logistic units nest deeper than [`crate::MAX_LEVEL`].
    NestedTooDeep,
    /// Logistic units of different batches.
    MixedBatches,
    /// The batch has no such numbered case.
    UnknownCase,
    /// The numbered case is packed already, or was opened by another organisation than the manufacturer.
    CaseAlreadyPacked,
    /// The batch was recalled as often as can be noted: recall all of it.
    TooManyRecalls,
    /// The range of serials is empty or leaves the batch.
    InvalidRange,
    /// The deadline is over already.
    DeadlineInPast,
    /// There is no recall that the caller has not acknowledged.
    NothingToAcknowledge,
    /// The goods are set apart already.
    AlreadyQuarantined,
    /// The goods are not set apart.
    NotQuarantined,
    /// Units of the batch have left its manufacturer, or it is released: its registration stays.
    RegistrationFinal,
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
            Error::QuantityNotHeld => BookingError::NothingThere,
            _ => BookingError::Refused,
        }
    }
}

impl From<Error> for QuarantineError {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownBatch | Error::UnknownShipment | Error::UnknownLogisticUnit => {
                QuarantineError::UnknownGoods
            }
            Error::Paused | Error::AccessUnavailable | Error::CallerNotAuthorised => QuarantineError::Refused,
            _ => QuarantineError::NothingFree,
        }
    }
}
