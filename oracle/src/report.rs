//! From a value to a signed report.

use inference::FixedPoint;
use primitives::feeds::{Configuration, Feed, Observation, Report, Signature};
use primitives::{FeedId, InputCommitment, ModelId, Subject, Timestamp};

use crate::keys::{OperatorKey, SignError};

/// A report and our signature under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReport {
    /// The report.
    pub report: Report,
    /// Our signature over [`Report::hash`].
    pub signature: Signature,
}

/// Why a report could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The configuration on chain does not have our key.
    #[error(
        "our operator key is not registered in feeds; register its public key, or use the registered key"
    )]
    NotAnOperator,
    /// More operators must observe.
    #[error(
        "{needed} operators must observe, {found} did; this version reports for one operator, with f = 0"
    )]
    TooFewObservations {
        /// `2f + 1`
        needed: usize,
        /// The number that did.
        found: usize,
    },
    /// More operators must sign.
    #[error("{needed} operators must sign, {found} did; this version reports for one operator, with f = 0")]
    TooFewSignatures {
        /// `f + 1`
        needed: usize,
        /// The number that did.
        found: usize,
    },
    /// The decimals of value and feed differ.
    #[error(
        "the model's value has {found} decimals, the feed has {expected}; set up the feed for this model"
    )]
    WrongDecimals {
        /// The feed's.
        expected: u8,
        /// The value's.
        found: u8,
    },
    /// The value is outside the feed's range.
    #[error("the model's value is outside the feed's range; set up the feed for this model")]
    OutOfRange,
    /// The hash cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl ReportError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::NotAnOperator => "not-an-operator",
            Self::TooFewObservations { .. } => "too-few-observations",
            Self::TooFewSignatures { .. } => "too-few-signatures",
            Self::WrongDecimals { .. } => "wrong-decimals",
            Self::OutOfRange => "value-out-of-range",
            Self::Sign(_) => "unsignable",
        }
    }
}

/// A report without its observations.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    /// The digest of the configuration.
    pub digest: [u8; 32],
    /// The feed.
    pub feed: FeedId,
    /// The subject.
    pub subject: Subject,
    /// One more than the last accepted.
    pub round: u64,
    /// The request that it answers.
    pub request: Option<u64>,
    /// The model that was used.
    pub model: ModelId,
    /// The salted hash of the model's inputs.
    pub inputs: InputCommitment,
    /// When the source was queried.
    pub observed_at: Timestamp,
}

/// Our index among the operators.
pub fn operator_index(configuration: &Configuration, key: &OperatorKey) -> Result<u8, ReportError> {
    let ours = key.public();
    let place = configuration.operators.iter().position(|operator| *operator == ours);
    place.and_then(|place| u8::try_from(place).ok()).ok_or(ReportError::NotAnOperator)
}

/// The value as the feed takes it.
pub fn feed_value(value: FixedPoint, feed: &Feed) -> Result<i128, ReportError> {
    if value.decimals != feed.decimals {
        return Err(ReportError::WrongDecimals { expected: feed.decimals, found: value.decimals });
    }
    if !(feed.min..=feed.max).contains(&value.value) {
        return Err(ReportError::OutOfRange);
    }
    Ok(value.value)
}

/// The report of these observations, in the order that the contract requires. All operators that combine the same
/// observations get the same report, and so the same hash to sign.
pub fn assemble(
    configuration: &Configuration,
    draft: Draft,
    mut observations: Vec<Observation>,
) -> Result<Report, ReportError> {
    observations.sort_by_key(|observation| (observation.value, observation.operator));
    let needed = usize::from(configuration.f).saturating_mul(2).saturating_add(1);
    if observations.len() < needed {
        return Err(ReportError::TooFewObservations { needed, found: observations.len() });
    }
    let Draft { digest: configuration, feed, subject, round, request, model, inputs, observed_at } = draft;
    Ok(Report { configuration, feed, subject, round, request, model, inputs, observed_at, observations })
}

/// Signs a report.
pub fn sign(report: Report, key: &OperatorKey) -> Result<SignedReport, ReportError> {
    let signature = key.sign(&report.hash())?;
    Ok(SignedReport { report, signature })
}

/// As many signatures as the contract requires, `f + 1`, from those of operators on the same report.
pub fn quorum(
    configuration: &Configuration,
    signatures: &[Signature],
) -> Result<Vec<Signature>, ReportError> {
    let needed = usize::from(configuration.f).saturating_add(1);
    let quorum = signatures.get(..needed);
    quorum.map(<[_]>::to_vec).ok_or(ReportError::TooFewSignatures { needed, found: signatures.len() })
}

#[cfg(test)]
mod tests {
    use primitives::feeds::FeedKind;

    use super::*;

    fn key(byte: u8) -> OperatorKey {
        OperatorKey::from_hex(&hex::encode([byte; 32]).into()).unwrap()
    }

    fn configuration(f: u8, keys: &[u8]) -> Configuration {
        Configuration { epoch: 1, f, operators: keys.iter().map(|byte| key(*byte).public()).collect() }
    }

    fn draft() -> Draft {
        Draft {
            digest: [1; 32],
            feed: FeedId::named("heart").unwrap(),
            subject: Subject([2; 32]),
            round: 1,
            request: Some(7),
            model: ModelId([3; 32]),
            inputs: InputCommitment([4; 32]),
            observed_at: 5,
        }
    }

    #[test]
    fn one_operator_is_a_quorum_if_none_may_be_faulty() {
        let configuration = configuration(0, &[1]);
        let operator = operator_index(&configuration, &key(1)).unwrap();
        let observations = vec![Observation { operator, value: 7371 }];
        let signed = sign(assemble(&configuration, draft(), observations).unwrap(), &key(1)).unwrap();
        assert_eq!(signed.report.median(), Some(7371));
        assert_eq!(quorum(&configuration, &[signed.signature]), Ok(vec![signed.signature]));
        assert_eq!(operator_index(&configuration, &key(2)), Err(ReportError::NotAnOperator));
    }

    #[test]
    fn observations_are_sorted_and_counted() {
        let configuration = configuration(1, &[1, 2, 3, 4]);
        let of = |operator, value| Observation { operator, value };
        let report = assemble(&configuration, draft(), vec![of(2, 9), of(0, 9), of(3, -1)]).unwrap();
        assert_eq!(report.observations, [of(3, -1), of(0, 9), of(2, 9)]);
        let other_order = assemble(&configuration, draft(), vec![of(3, -1), of(2, 9), of(0, 9)]).unwrap();
        assert_eq!(report.hash(), other_order.hash());
        assert_eq!(
            assemble(&configuration, draft(), vec![of(0, 1), of(1, 1)]),
            Err(ReportError::TooFewObservations { needed: 3, found: 2 })
        );
        assert_eq!(
            quorum(&configuration, &[[0; 65]]),
            Err(ReportError::TooFewSignatures { needed: 2, found: 1 })
        );
        assert_eq!(quorum(&configuration, &[[0; 65], [1; 65], [2; 65]]).map(|quorum| quorum.len()), Ok(2));
    }

    #[test]
    fn a_value_must_fit_the_feed() {
        let feed = Feed {
            kind: FeedKind::DiseaseRisk,
            decimals: 4,
            min: 0,
            max: 10_000,
            model: ModelId([3; 32]),
            max_report_age: 1,
        };
        assert_eq!(feed_value(FixedPoint { value: 7371, decimals: 4 }, &feed), Ok(7371));
        assert_eq!(
            feed_value(FixedPoint { value: 10_001, decimals: 4 }, &feed),
            Err(ReportError::OutOfRange)
        );
        assert_eq!(
            feed_value(FixedPoint { value: 1, decimals: 3 }, &feed),
            Err(ReportError::WrongDecimals { expected: 4, found: 3 })
        );
    }
}
