use crate::batches::{BookingError, NotMarketable};
use crate::refused::errors;

errors! {
    "Why `units` refuses. A new variant gets the next index.":
    /// The contract that knows the batches gives no answer.
    BatchesUnavailable = 10,
    /// No such batch is registered.
    UnknownBatch = 11,
    /// The serial is not 1 to 20 characters of CSET 82.
    InvalidSerial = 12,
    /// The batch was registered without serials.
    SerialsNotRegistered = 13,
    /// The unit is in a closed logistic unit here: unpack it first.
    UnitPacked = 14,
    /// The batch is recalled.
    BatchRecalled = 15,
    /// The unit is in a range of serials that is recalled.
    UnitRecalled = 16,
    /// A regulator blocks the batch.
    BatchBlocked = 17,
    /// The batch is not released.
    NotReleased = 18,
    /// The expiry date is over.
    BatchExpired = 19,
    /// There is an alarm about the unit, which a regulator resolves first.
    AlarmOpen = 20,
    /// The site has no loose unit of the batch that is free.
    QuantityNotHeld = 21,
    /// The contract `batches` books nothing for this one, which lacks the role UnitRegister.
    NotUnitRegister = 22,
    /// The unit is not decommissioned.
    UnitNotDecommissioned = 23,
    /// The time in which this may be taken back is over, or this state cannot be taken back.
    NotRevertible = 24,
    /// There is no alarm about the unit.
    UnknownAlarm = 25,
    /// A regulator confirmed that there is a copy of the pack, which is final.
    CounterfeitConfirmed = 26,
    /// The proof is not one of a batch of this size: another number of hashes, a position behind the last unit, or another
    /// form; or, of several serials, it does not show that all are the batch's.
    InvalidProof = 27,
    /// The unit is quarantined at the site.
    UnitQuarantined = 28,
    /// The unit is condemned: it can only be destroyed, or returned to the manufacturer.
    UnitCondemned = 29,
    /// Units of the batch are quarantined at the site, and the books do not know which: quarantine those by their serials,
    /// and the others are free.
    UnitsQuarantined = 30,
    /// A unit is not where the call says that it is: it left the supply chain, is quarantined or condemned already, or is
    /// at another site.
    UnitNotThere = 31,
    /// The time lies in the future.
    TimeInFuture = 32,
    /// The time lies further back than [`super::REVERT_WINDOW`], or before the batch was registered.
    TimeTooOld = 33,
    /// Not 1 to [`crate::MAX_SERIALS`] serials; where a record is wrong, one.
    TooManySerials = 34,
    /// Another regulator quarantined or condemned the unit, less than [`crate::governance::CHANGE_DELAY`] ago.
    StoppedByAnother = 35,
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

impl From<BookingError> for Error {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::InSetUp => Error::InSetUp,
            BookingError::Paused => Error::Paused,
            BookingError::AccessUnavailable => Error::AccessUnavailable,
            BookingError::CallerNotAuthorised => Error::CallerNotAuthorised,
            BookingError::CallerNotAtSite => Error::CallerNotAtSite,
            BookingError::NotUnitRegister => Error::NotUnitRegister,
            BookingError::UnknownBatch => Error::UnknownBatch,
        }
    }
}
