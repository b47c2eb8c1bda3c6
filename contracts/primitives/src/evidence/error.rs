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
    /// The contract `batches` takes nothing from this one, which lacks the role Sentinel.
    QuarantineRefused = 14,
    /// This report, or a later one about the same goods, was presented already: goods that came since are not touched by it.
    AlreadyPresented = 15,
}

impl From<QuarantineError> for Error {
    fn from(error: QuarantineError) -> Self {
        match error {
            QuarantineError::UnknownGoods => Error::UnknownGoods,
            QuarantineError::Refused => Error::QuarantineRefused,
        }
    }
}
