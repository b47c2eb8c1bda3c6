/// Why `feeds` refuses. Variants are appended, never reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// State changes of this contract are stopped.
    Paused,
    /// The contract that knows the roles gives no answer.
    AccessUnavailable,
    /// The caller does not hold the role that this needs.
    CallerNotAuthorised,
    /// There is no operator, more than [`crate::MAX_OPERATORS`], or fewer than `3f + 1`.
    OperatorCountInvalid,
    /// Two operators have the same key.
    DuplicateOperator,
    /// A key is not a compressed secp256k1 key.
    InvalidOperatorKey,
    /// The feed's name has other characters than lower-case letters, digits and hyphens.
    InvalidFeedName,
    /// The feed exists already.
    FeedExists,
    /// No such feed exists.
    UnknownFeed,
    /// The digits behind the point are too many, or the least value is above the greatest.
    InvalidFeedRange,
    /// The model is registered already.
    ModelExists,
    /// No such model is registered.
    UnknownModel,
    /// The approval of the model was taken back.
    ModelRevoked,
    /// The model's validity is over.
    ModelExpired,
    /// The version is empty or longer than [`crate::MAX_VERSION`] bytes.
    InvalidVersion,
    /// The end lies in the past.
    DeadlineInPast,
    /// No such request is open: it does not exist, or is answered or cancelled.
    UnknownRequest,
    /// The request was made by another account.
    CallerNotRequester,
    /// The request's deadline is over.
    RequestExpired,
    /// The report answers a request about another feed or subject.
    RequestMismatch,
    /// The report was signed under another configuration: another chain, contract, epoch or set of operators.
    WrongConfiguration,
    /// The report uses another model than the feed's.
    WrongModel,
    /// The round is not greater than that of the last report.
    RoundNotNewer,
    /// The observations are older than the feed accepts.
    ReportTooOld,
    /// The observations lie in the future.
    ReportFromFuture,
    /// There are fewer than `2f + 1` observations, or more than operators.
    ObservationCountInvalid,
    /// The observations are not in the order of their values.
    ObservationsNotSorted,
    /// An observation is by an operator that the configuration does not have.
    UnknownObserver,
    /// Two observations are by the same operator.
    DuplicateObserver,
    /// An observation lies outside of the feed's range.
    ValueOutOfRange,
    /// There are fewer than `f + 1` signatures, or more than operators.
    SignatureCountInvalid,
    /// A signature is not by an operator of the configuration.
    BadSignature,
    /// Two signatures are by the same operator.
    DuplicateSignature,
    /// Nothing was reported on the feed and subject yet.
    NoReading,
    /// What was reported is older than the reader accepts.
    StaleReading,
    /// The kind and the digits behind the point of a feed that exists cannot change.
    FeedMeaningFixed,
}
