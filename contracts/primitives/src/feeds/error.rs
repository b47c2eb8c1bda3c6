use crate::refused::errors;

errors! {
    "Why `feeds` refuses. A new variant gets the next index.":
    /// There is no operator, more than [`super::MAX_OPERATORS`], or fewer than `3f + 1`.
    OperatorCountInvalid = 10,
    /// Two operators have the same key.
    DuplicateOperator = 11,
    /// A key is not a compressed secp256k1 key.
    InvalidOperatorKey = 12,
    /// The feed's name has other characters than lower-case letters, digits and hyphens.
    InvalidFeedName = 13,
    /// The feed exists already.
    FeedExists = 14,
    /// No such feed exists.
    UnknownFeed = 15,
    /// The digits behind the point are too many, or the least value is above the greatest.
    InvalidFeedRange = 16,
    /// The model is registered already.
    ModelExists = 17,
    /// No such model is registered.
    UnknownModel = 18,
    /// The approval of the model was taken back.
    ModelRevoked = 19,
    /// The model's validity is over.
    ModelExpired = 20,
    /// The version is empty or longer than [`super::MAX_VERSION`] bytes.
    InvalidVersion = 21,
    /// The end lies in the past.
    DeadlineInPast = 22,
    /// No such request is open: it does not exist, or is answered or cancelled.
    UnknownRequest = 23,
    /// The request was made by another account.
    CallerNotRequester = 24,
    /// The request's deadline is over.
    RequestExpired = 25,
    /// The report answers a request about another feed or subject.
    RequestMismatch = 26,
    /// The report was signed under another configuration: another chain, contract, epoch or set of operators.
    WrongConfiguration = 27,
    /// The report uses another model than the feed's.
    WrongModel = 28,
    /// The round is not greater than that of the last report.
    RoundNotNewer = 29,
    /// The observations are older than the feed accepts.
    ReportTooOld = 30,
    /// The observations lie in the future.
    ReportFromFuture = 31,
    /// There are fewer than `2f + 1` observations, or more than operators.
    ObservationCountInvalid = 32,
    /// The observations are not in the order of their values.
    ObservationsNotSorted = 33,
    /// An observation is by an operator that the configuration does not have.
    UnknownObserver = 34,
    /// Two observations are by the same operator.
    DuplicateObserver = 35,
    /// An observation lies outside of the feed's range.
    ValueOutOfRange = 36,
    /// There are fewer than `f + 1` signatures, or more than operators.
    SignatureCountInvalid = 37,
    /// A signature is not by an operator of the configuration.
    BadSignature = 38,
    /// Two signatures are by the same operator.
    DuplicateSignature = 39,
    /// Nothing was reported on the feed and subject yet.
    NoReading = 40,
    /// What was reported is older than the reader accepts.
    StaleReading = 41,
    /// The kind and the digits behind the point of a feed that exists cannot change.
    FeedMeaningFixed = 42,
}
