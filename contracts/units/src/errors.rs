use primitives::{BookingError, NotMarketable};

/// Why `units` refuses. Variants are appended, never reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// State changes of this contract are stopped.
    Paused,
    /// The contract that knows the roles gives no answer.
    AccessUnavailable,
    /// The contract that knows the batches gives no answer.
    BatchesUnavailable,
    /// The caller does not hold the role that this needs, or is not the organisation that may do it.
    CallerNotAuthorised,
    /// No such batch is registered.
    UnknownBatch,
    /// The serial is not 1 to 20 characters of CSET 82.
    InvalidSerial,
    /// The batch was registered without serials.
    SerialsNotRegistered,
    /// The unit is in a closed logistic unit here: unpack it first.
    UnitPacked,
    /// The batch is recalled.
    BatchRecalled,
    /// The unit is in a range of serials that is recalled.
    UnitRecalled,
    /// A regulator blocks the batch.
    BatchBlocked,
    /// The batch is not released.
    NotReleased,
    /// The expiry date is over.
    BatchExpired,
    /// There is an alarm about the unit, which a regulator resolves first.
    AlarmOpen,
    /// The organisation has no loose unit of the batch that is free.
    QuantityNotHeld,
    /// The contract `batches` books nothing for this one: it is paused, or did not give it the role UnitRegister.
    BookingRefused,
    /// The unit is not decommissioned.
    UnitNotDecommissioned,
    /// The time in which this may be taken back is over, or this state cannot be taken back.
    NotRevertible,
    /// There is no alarm about the unit.
    UnknownAlarm,
    /// A regulator confirmed that there is a copy of the pack, which is final.
    CounterfeitConfirmed,
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
            BookingError::NothingThere => Error::QuantityNotHeld,
            BookingError::Refused => Error::BookingRefused,
        }
    }
}
