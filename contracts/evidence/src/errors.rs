use primitives::QuarantineError;

/// Why `evidence` refuses. Variants are appended, never reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// State changes of this contract are stopped.
    Paused,
    /// The contract that knows the roles gives no answer.
    AccessUnavailable,
    /// The contract that knows the goods gives no answer.
    BatchesUnavailable,
    /// The caller does not hold the role that this needs.
    CallerNotAuthorised,
    /// The feed is no evidence under any policy.
    NoPolicy,
    /// There is no report about these goods that is fresh enough and over the policy's threshold.
    EvidenceInsufficient,
    /// There are no such goods.
    UnknownGoods,
    /// Nothing of the goods is free to be set apart.
    NothingFree,
    /// The contract `batches` takes nothing from this one: it is paused, or did not give it the role Sentinel.
    QuarantineRefused,
}

impl From<QuarantineError> for Error {
    fn from(error: QuarantineError) -> Self {
        match error {
            QuarantineError::UnknownGoods => Error::UnknownGoods,
            QuarantineError::NothingFree => Error::NothingFree,
            QuarantineError::Refused => Error::QuarantineRefused,
        }
    }
}
