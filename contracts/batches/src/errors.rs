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
    /// The serial is not 1 to 20 characters of CSET 82.
    InvalidSerial,
    /// The batch was registered without serials.
    SerialsNotRegistered,
    /// The batch has serials: its units are dispensed one by one.
    SerialRequired,
    /// The proof does not show that the serial is the batch's.
    SerialNotInBatch,
    /// The places' sum would leave the batch's quantity: no message can bring that about.
    BalanceBroken,
}
