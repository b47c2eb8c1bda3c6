use crate::batches::QuarantineError;
use crate::refused::errors;

errors! {
    "Why `evidence` refuses. A new variant gets the next index.":
    /// The contract that knows the goods gives no answer.
    BatchesUnavailable = 10,
    /// No policy makes reports of this feed evidence.
    NoPolicy = 11,
    /// There is no report about these goods that is fresh enough and over the policy's threshold.
    EvidenceInsufficient = 12,
    /// There are no such goods.
    UnknownGoods = 13,
    /// Nothing of the goods is free to be quarantined.
    NothingFree = 14,
    /// The contract `batches` takes nothing from this one: it is paused, or this one lacks the role Sentinel.
    QuarantineRefused = 15,
    /// This report, or a later one about the same goods, was presented already: goods that came since are not touched by it.
    AlreadyPresented = 16,
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
