//! `SVMClassifier` and `SVMRegressor`: support vector machines, and linear ones in their form.
//!
//! Sums are taken in the order of the file and with onnxruntime's precision, and powers without the system's library, so
//! that all machines get the same bits.
// On floats, on places of lists whose lengths are checked when the operator is read, and on at most MAX_CLASSES classes
// and MAX_VECTORS vectors.
#![allow(clippy::arithmetic_side_effects)]

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::own::{own, Does, Facts};
use crate::columns::exponential;
use crate::trees::Attributes;

type Built = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// Maximum number of classes.
const MAX_CLASSES: usize = 1024;
/// Maximum number of support vectors.
const MAX_VECTORS: usize = 1 << 24;
/// Maximum degree of a polynomial kernel.
const MAX_DEGREE: u8 = 64;

#[derive(Clone, Copy, Debug)]
enum Kernel {
    Linear,
    Poly { gamma: f32, coef0: f32, degree: u8 },
    Rbf { gamma: f32 },
    Sigmoid { gamma: f32, coef0: f32 },
}

impl Kernel {
    fn read(attributes: &Attributes<'_>) -> TractResult<Self> {
        let [gamma, coef0, degree] = match *attributes.floats("kernel_params") {
            [gamma, coef0, degree] => [gamma, coef0, degree],
            [] => [0.0; 3],
            _ => bail!("kernel_params are not gamma, coef0 and degree"),
        };
        Ok(match attributes.text("kernel_type")? {
            "" | "LINEAR" => Self::Linear,
            "POLY" => {
                let whole = (0..=MAX_DEGREE).find(|whole| f32::from(*whole) == degree);
                let degree =
                    whole.with_context(|| format!("the degree {degree}, not 0, 1, … {MAX_DEGREE}"))?;
                Self::Poly { gamma, coef0, degree }
            }
            "RBF" => Self::Rbf { gamma },
            "SIGMOID" => Self::Sigmoid { gamma, coef0 },
            other => bail!("the unknown kernel {other:?}"),
        })
    }

    fn product(self, vector: &[f32], row: &[f32]) -> f32 {
        let dot = || vector.iter().zip(row).map(|(a, b)| a * b).sum::<f32>();
        let scaled = |gamma: f32, coef0: f32| f64::from(gamma * dot() + coef0);
        single(match self {
            Self::Linear => return dot(),
            Self::Poly { gamma, coef0, degree } => {
                let base = scaled(gamma, coef0);
                (0..degree).fold(1.0, |power, _| power * base)
            }
            Self::Rbf { gamma } => {
                let distance: f32 = vector.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum();
                exponential(f64::from(-gamma * distance))
            }
            // The hyperbolic tangent; far out, where the power is infinite, it is 1 or -1.
            Self::Sigmoid { gamma, coef0 } => 1.0 - 2.0 / (exponential(2.0 * scaled(gamma, coef0)) + 1.0),
        })
    }
}

/// The product of a row with each support vector.
#[derive(Debug)]
struct Machine {
    kernel: Kernel,
    /// The support vectors one after the other; for a linear machine without any, the coefficients.
    vectors: Vec<f32>,
    columns: usize,
}

impl Machine {
    fn new(kernel: Kernel, vectors: &[f32], count: usize) -> TractResult<Self> {
        ensure!(count <= MAX_VECTORS, "{count} support vectors, and at most {MAX_VECTORS} are taken");
        let columns = vectors
            .len()
            .checked_div(count)
            .filter(|columns| columns * count == vectors.len() && *columns > 0);
        let columns = columns.context("a number of values that is not a multiple of the vectors")?;
        Ok(Self { kernel, vectors: vectors.to_vec(), columns })
    }

    fn products(&self, row: &[f32]) -> Vec<f32> {
        self.vectors.chunks_exact(self.columns).map(|vector| self.kernel.product(vector, row)).collect()
    }

    /// The rows of an input.
    fn rows(&self, input: &Tensor) -> TractResult<Vec<Vec<f32>>> {
        let &[_, width] = input.shape() else { bail!("a support vector machine takes a matrix") };
        ensure!(width == self.columns, "the machine reads {} columns, there are {width}", self.columns);
        let input = input.cast_to::<f32>()?;
        Ok(input.try_as_plain_ram()?.as_slice::<f32>()?.chunks_exact(width).map(<[f32]>::to_vec).collect())
    }

    fn ensure_width(&self, shape: &[TDim]) -> TractResult<TDim> {
        let [rows, width] = shape else { bail!("a support vector machine takes a matrix") };
        if let Ok(width) = width.to_usize() {
            ensure!(width == self.columns, "the machine reads {} columns, there are {width}", self.columns);
        }
        Ok(rows.clone())
    }
}

/// What is not supported must not be taken for what is.
fn ensure_plain(attributes: &Attributes<'_>) -> TractResult<()> {
    let post = attributes.text("post_transform")?;
    ensure!(
        matches!(post, "" | "NONE"),
        "the post_transform {post:?} of a support vector machine is not supported"
    );
    Ok(())
}

#[derive(Debug)]
struct Regressor {
    machine: Machine,
    /// By support vector; for a linear machine without any, one 1.
    coefficients: Vec<f32>,
    rho: f32,
    one_class: bool,
}

pub(super) fn regressor(_: &ParsingContext, node: &NodeProto) -> Built {
    let attributes = Attributes(node);
    ensure_plain(&attributes)?;
    let supports = usize::try_from(attributes.int("n_supports").unwrap_or(0))?;
    let coefficients = attributes.floats("coefficients");
    let (kernel, vectors, count, coefficients) = if supports > 0 {
        let vectors = attributes.floats("support_vectors");
        (Kernel::read(&attributes)?, vectors, supports, coefficients.to_vec())
    } else {
        (Kernel::Linear, coefficients, 1, vec![1.0])
    };
    let machine = Machine::new(kernel, vectors, count)?;
    ensure!(coefficients.len() == count, "{} coefficients for {count} vectors", coefficients.len());
    let rho = attributes.floats("rho").first().copied().context("no rho")?;
    Ok(own(Regressor { machine, coefficients, rho, one_class: attributes.int("one_class") == Some(1) }))
}

impl Does for Regressor {
    fn outputs(&self) -> usize {
        1
    }

    fn facts(&self, _: DatumType, shape: &[TDim]) -> TractResult<Facts> {
        let rows = self.machine.ensure_width(shape)?;
        Ok(tvec!((f32::datum_type(), tvec!(rows, 1.to_dim()))))
    }

    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>> {
        let value = |row: Vec<f32>| {
            let products = self.machine.products(&row);
            let sum = products.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum::<f32>() + self.rho;
            match (self.one_class, sum > 0.0) {
                (false, _) => sum,
                (true, true) => 1.0,
                (true, false) => -1.0,
            }
        };
        let values: Vec<f32> = self.machine.rows(input)?.into_iter().map(value).collect();
        Ok(tvec!(Tensor::from_shape(&[values.len(), 1], &values)?))
    }
}

#[derive(Debug)]
struct Classifier {
    machine: Machine,
    labels: Vec<i64>,
    /// The support vectors of each class; empty for a linear machine.
    per_class: Vec<usize>,
    coefficients: Vec<f32>,
    rho: Vec<f32>,
    prob_a: Vec<f32>,
    prob_b: Vec<f32>,
}

pub(super) fn classifier(_: &ParsingContext, node: &NodeProto) -> Built {
    let attributes = Attributes(node);
    ensure_plain(&attributes)?;
    let labels = attributes.ints("classlabels_int64s");
    let labels = if labels.is_empty() { attributes.ints("classlabels_ints") } else { labels };
    let classes = labels.len();
    ensure!((2..=MAX_CLASSES).contains(&classes), "{classes} classes, not 2 to {MAX_CLASSES}");
    let per_class: Vec<usize> = attributes
        .ints("vectors_per_class")
        .iter()
        .map(|count| usize::try_from(*count))
        .collect::<Result<_, _>>()?;
    let supports = per_class.iter().fold(0usize, |all, count| all.saturating_add(*count));
    let (coefficients, rho) = (attributes.floats("coefficients"), attributes.floats("rho"));
    let pairs = classes * (classes - 1) / 2;
    let machine = if supports > 0 {
        ensure!(supports <= MAX_VECTORS, "{supports} support vectors, and at most {MAX_VECTORS} are taken");
        ensure!(per_class.len() == classes, "{} counts of vectors for {classes} classes", per_class.len());
        ensure!(coefficients.len() == supports * (classes - 1), "{} coefficients", coefficients.len());
        ensure!(rho.len() == pairs, "{} values of rho for {pairs} pairs of classes", rho.len());
        Machine::new(Kernel::read(&attributes)?, attributes.floats("support_vectors"), supports)?
    } else {
        ensure!(rho.len() == 1, "{} values of rho for a linear machine", rho.len());
        Machine::new(Kernel::Linear, coefficients, classes)?
    };
    let (prob_a, prob_b) = (attributes.floats("prob_a"), attributes.floats("prob_b"));
    ensure!(
        prob_a.len() == prob_b.len() && (prob_a.is_empty() || prob_a.len() == pairs),
        "prob_a and prob_b"
    );
    // onnxruntime has other rules for these, on which the specification is silent.
    let ambiguous =
        classes == 2 && supports > 0 && prob_a.is_empty() && coefficients.iter().all(|c| *c >= 0.0);
    ensure!(!ambiguous, "two classes with no negative coefficient, whose label is ambiguous");
    Ok(own(Classifier {
        machine,
        labels: labels.to_vec(),
        per_class: if supports > 0 { per_class } else { Vec::new() },
        coefficients: coefficients.to_vec(),
        rho: rho.to_vec(),
        prob_a: prob_a.to_vec(),
        prob_b: prob_b.to_vec(),
    }))
}

impl Classifier {
    /// One column for each class, or for each pair of classes if there are no probabilities.
    fn width(&self) -> usize {
        let classes = self.labels.len();
        if !self.per_class.is_empty() && self.prob_a.is_empty() && classes > 2 {
            classes * (classes - 1) / 2
        } else {
            classes
        }
    }

    fn row(&self, row: &[f32], scores: &mut Vec<f32>) -> i64 {
        let classes = self.labels.len();
        let products = self.machine.products(row);
        if self.per_class.is_empty() {
            let rho = self.rho.first().copied().unwrap_or(0.0);
            let own: Vec<f32> = products.iter().map(|product| product + rho).collect();
            let label = self.labels[best(&own)];
            scores.extend(own);
            return label;
        }
        let mut starts = vec![0usize; classes];
        for class in 1..classes {
            starts[class] = starts[class - 1] + self.per_class[class - 1];
        }
        let mut votes = vec![0u32; classes];
        let mut sums = Vec::with_capacity(self.rho.len());
        for i in 0..classes {
            for j in i + 1..classes {
                let part = |class: usize, against: usize| {
                    let weights = self.coefficients.iter().skip(against * products.len() + starts[class]);
                    let own = products.iter().skip(starts[class]).take(self.per_class[class]);
                    own.zip(weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
                };
                let sum = part(i, j - 1) + part(j, i) + f64::from(self.rho[sums.len()]);
                votes[if sum > 0.0 { i } else { j }] += 1;
                sums.push(single(sum));
            }
        }
        let mut chosen = 0;
        for class in 1..classes {
            if votes[class] > votes[chosen] {
                chosen = class;
            }
        }
        if self.prob_a.is_empty() {
            match sums.as_slice() {
                [sum] => {
                    chosen = usize::from(*sum <= 0.0);
                    // The first score speaks for the second class, as in onnxruntime and onnx.reference.
                    scores.extend([-*sum, *sum]);
                }
                _ => scores.extend(sums),
            }
        } else {
            let pairs = sums.iter().zip(&self.prob_a).zip(&self.prob_b);
            let pairs = pairs.map(|((sum, a), b)| {
                single(1.0 / (1.0 + exponential(f64::from(sum * a + b)))).clamp(1e-7, 1.0 - 1e-7)
            });
            scores.extend(coupled(classes, &pairs.collect::<Vec<_>>()));
        }
        self.labels[chosen]
    }
}

/// Scores and probabilities have 32 bits.
#[allow(clippy::cast_possible_truncation)]
fn single(number: f64) -> f32 {
    number as f32
}

/// The first of the largest.
fn best(scores: &[f32]) -> usize {
    let mut best = 0;
    for (place, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = place;
        }
    }
    best
}

/// The probabilities of classes from those of pairs (Wu, Lin and Weng, Probability estimates for multi-class
/// classification by pairwise coupling, 2004, algorithm 2), with the steps and the precision of onnxruntime.
#[allow(clippy::cast_precision_loss)] // At most 1024 classes.
fn coupled(classes: usize, pairs: &[f32]) -> Vec<f32> {
    let mut r = vec![0.0f32; classes * classes];
    let mut pairs = pairs.iter();
    for i in 0..classes {
        for j in i + 1..classes {
            let pair = pairs.next().copied().unwrap_or(0.5);
            r[i * classes + j] = pair;
            r[j * classes + i] = 1.0 - pair;
        }
    }
    let mut q = vec![0.0f32; classes * classes];
    let mut p = vec![1.0 / classes as f32; classes];
    for i in 0..classes {
        for j in (0..classes).filter(|j| *j != i) {
            q[i * classes + i] += r[j * classes + i] * r[j * classes + i];
            q[i * classes + j] = -r[j * classes + i] * r[i * classes + j];
        }
    }
    let enough = 0.005 / classes as f32;
    let mut qp = vec![0.0f32; classes];
    for _ in 0..classes.max(100) {
        let mut pqp = 0.0;
        for i in 0..classes {
            qp[i] = (0..classes).map(|j| q[i * classes + j] * p[j]).sum();
            pqp += p[i] * qp[i];
        }
        if qp.iter().all(|own| (own - pqp).abs() < enough) {
            break;
        }
        for i in 0..classes {
            let change = (pqp - qp[i]) / q[i * classes + i];
            p[i] += change;
            pqp = (pqp + change * (change * q[i * classes + i] + 2.0 * qp[i]))
                / (1.0 + change)
                / (1.0 + change);
            for j in 0..classes {
                qp[j] = (qp[j] + change * q[i * classes + j]) / (1.0 + change);
                p[j] /= 1.0 + change;
            }
        }
    }
    p
}

impl Does for Classifier {
    fn outputs(&self) -> usize {
        2
    }

    fn facts(&self, _: DatumType, shape: &[TDim]) -> TractResult<Facts> {
        let rows = self.machine.ensure_width(shape)?;
        Ok(tvec!(
            (i64::datum_type(), tvec!(rows.clone())),
            (f32::datum_type(), tvec!(rows, self.width().to_dim()))
        ))
    }

    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>> {
        let rows = self.machine.rows(input)?;
        let mut scores = Vec::with_capacity(rows.len() * self.width());
        let labels: Vec<i64> = rows.iter().map(|row| self.row(row, &mut scores)).collect();
        let scores = Tensor::from_shape(&[rows.len(), self.width()], &scores)?;
        Ok(tvec!(tensor1(&labels), scores))
    }
}
