//! From sums of leaves to scores and labels.
//!
//! If the specification is silent (two classes with weights for one, one base value for two classes, ties), this
//! follows onnxruntime 1.31; `models/fixtures/trees.py` writes the rows that test it.

use super::eval::Score;
use super::number::Number;
use super::TreeError;

/// How the trees' weights become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Average,
    Min,
    Max,
}

impl Aggregate {
    pub(crate) fn named(name: &str) -> Result<Self, TreeError> {
        match name {
            "" | "SUM" => Ok(Self::Sum),
            "AVERAGE" => Ok(Self::Average),
            "MIN" => Ok(Self::Min),
            "MAX" => Ok(Self::Max),
            _ => Err(TreeError::Attribute { name: "aggregate_function", why: "is unknown" }),
        }
    }

    pub(crate) fn numbered(number: i64) -> Result<Self, TreeError> {
        match number {
            0 => Ok(Self::Average),
            1 => Ok(Self::Sum),
            2 => Ok(Self::Min),
            3 => Ok(Self::Max),
            _ => Err(TreeError::Attribute { name: "aggregate_function", why: "is unknown" }),
        }
    }

    #[inline(always)]
    pub(crate) fn add<T: Number>(self, score: &mut Score<T>, weight: T) {
        let take = match self {
            Self::Sum | Self::Average => {
                score.value = score.value.plus(weight);
                false
            }
            Self::Min => !score.seen || weight < score.value,
            Self::Max => !score.seen || weight > score.value,
        };
        if take {
            score.value = weight;
        }
        score.seen = true;
    }
}

/// The final transform of the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostTransform {
    None,
    Logistic,
    Softmax,
    SoftmaxZero,
    Probit,
}

impl PostTransform {
    pub(crate) fn named(name: &str) -> Result<Self, TreeError> {
        match name {
            "" | "NONE" => Ok(Self::None),
            "LOGISTIC" => Ok(Self::Logistic),
            "SOFTMAX" => Ok(Self::Softmax),
            "SOFTMAX_ZERO" => Ok(Self::SoftmaxZero),
            "PROBIT" => Ok(Self::Probit),
            _ => Err(TreeError::Attribute { name: "post_transform", why: "is unknown" }),
        }
    }

    pub(crate) fn numbered(number: i64) -> Result<Self, TreeError> {
        match number {
            0 => Ok(Self::None),
            1 => Ok(Self::Softmax),
            2 => Ok(Self::Logistic),
            3 => Ok(Self::SoftmaxZero),
            4 => Ok(Self::Probit),
            _ => Err(TreeError::Attribute { name: "post_transform", why: "is unknown" }),
        }
    }

    fn apply<T: Number>(self, scores: &mut [T]) {
        match self {
            Self::None => (),
            Self::Logistic => scores.iter_mut().for_each(|score| *score = T::of(logistic(score.wide()))),
            Self::Probit => {
                scores.iter_mut().for_each(|score| *score = T::of(f64::from(probit(f32::of(score.wide())))))
            }
            Self::Softmax => softmax(scores, |_| true),
            // A score of zero stands for a class without any weight, and stays zero.
            Self::SoftmaxZero => softmax(scores, |score| score.abs() > 1e-7),
        }
    }
}

fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// The quantile of the normal distribution, by the approximation of Winitzki (2008) that onnxruntime uses, in 32
/// bits as there.
fn probit(score: f32) -> f32 {
    let centred = 2.0 * score - 1.0;
    let log = ((1.0 - centred) * (1.0 + centred)).ln();
    let first = 2.0 / (std::f32::consts::PI * 0.147) + 0.5 * log;
    let root = (-first + (first * first - log / 0.147).sqrt()).sqrt();
    std::f32::consts::SQRT_2 * root.copysign(centred)
}

fn softmax<T: Number>(scores: &mut [T], counts: impl Fn(f64) -> bool) {
    let most = scores.iter().map(|score| score.wide()).fold(f64::NEG_INFINITY, f64::max);
    let weight = |score: f64| if counts(score) { (score - most).exp() } else { score * (-most).exp() };
    let sum: f64 = scores.iter().map(|score| weight(score.wide())).sum();
    scores.iter_mut().for_each(|score| *score = T::of(weight(score.wide()) / sum));
}

/// The names of classes.
#[derive(Clone, Debug)]
pub(crate) enum Labels {
    Numbers(Vec<i64>),
    Texts(Vec<String>),
}

impl Labels {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }
}

/// The parts of a classifier that a regressor lacks.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    pub labels: Labels,
    /// No weight is negative: the sums are probabilities, and one half decides between two classes.
    pub positive_weights: bool,
    /// Two classes, decided by one sum.
    pub binary: bool,
}

/// The steps after the trees.
#[derive(Clone, Debug)]
pub(crate) struct Finish {
    /// Scores that the trees give per row.
    pub columns: usize,
    /// Base values: one per target, or none.
    pub base: Vec<f64>,
    pub aggregate: Aggregate,
    pub post: PostTransform,
    pub classes: Option<Classes>,
}

impl Finish {
    /// Scores that the operator gives per row.
    pub(crate) fn outputs(&self) -> usize {
        match &self.classes {
            Some(classes) => classes.labels.len(),
            None => self.columns,
        }
    }

    /// Appends a row's scores to `out`, and returns the index of its label.
    pub(crate) fn row<T: Number>(&self, scores: &mut [Score<T>], trees: usize, out: &mut Vec<T>) -> usize {
        let start = out.len();
        if let Some(classes) = self.classes.as_ref().filter(|classes| classes.binary) {
            return self.binary(classes, scores[0].value, out);
        }
        for (place, score) in scores.iter_mut().enumerate() {
            if self.aggregate == Aggregate::Average {
                score.value = score.value.over(trees.max(1));
            }
            // In a regressor, onnxruntime leaves a target without any leaf at zero.
            let spoken = score.seen || self.classes.is_some();
            if let Some(base) = self.base.get(place).filter(|_| spoken) {
                score.value = score.value.plus(T::of(*base));
                score.seen = true;
            }
            out.push(score.value);
        }
        let label = self.label(scores);
        self.post.apply(&mut out[start..]);
        label
    }

    /// Two classes and one sum: see [`Classes::binary`].
    fn binary<T: Number>(&self, classes: &Classes, sum: T, out: &mut Vec<T>) -> usize {
        let sum = self.base.first().map_or(sum, |base| sum.plus(T::of(*base)));
        let positive = sum.wide();
        let chosen = positive > if classes.positive_weights { 0.5 } else { 0.0 };
        out.extend(match (self.post, classes.positive_weights) {
            (PostTransform::Logistic, _) => [T::of(logistic(-positive)), T::of(logistic(positive))],
            (_, true) => [T::of(1.0 - positive), sum],
            (_, false) => [T::of(-positive), sum],
        });
        usize::from(chosen)
    }

    /// The first of the largest scores among the targets of any leaf.
    fn label<T: Number>(&self, scores: &[Score<T>]) -> usize {
        let mut best = 0;
        let mut most: Option<T> = None;
        for (place, score) in scores.iter().enumerate().filter(|(_, score)| score.seen) {
            if most.is_none_or(|most| score.value > most) {
                (best, most) = (place, Some(score.value));
            }
        }
        best
    }
}
