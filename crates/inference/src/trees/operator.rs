//! The operator that tract runs.

use std::sync::Arc;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::Onnx;

use super::finish::{Finish, Labels};
use super::layout::Forest;
use super::number::Number;
use super::parsed::Parsed;
use super::{classic, v5, TreeError};

/// The operators of tree ensembles.
pub(crate) const OPERATORS: [&str; 3] = ["TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"];

/// A runnable ensemble, shared by all clones of a model.
#[derive(Clone, Debug)]
pub(crate) struct Ensemble<T> {
    pub forest: Forest<T>,
    pub finish: Finish,
}

impl<T: Number> Ensemble<T> {
    fn new(parsed: Parsed) -> Result<Self, TreeError> {
        let forest = Forest::new(&parsed.raw, &parsed.roots, parsed.finish.columns, &parsed.cover)?;
        Ok(Self { forest, finish: parsed.finish })
    }

    /// The scores of all rows, one after the other, and the index of each row's label. `values` has `width` numbers
    /// per row, at least as many as [`Forest::columns`].
    pub(crate) fn scores(&self, values: &[T], width: usize) -> (Vec<T>, Vec<usize>) {
        let Self { forest, finish } = self;
        let rows = values.chunks_exact(width.max(1)).len();
        let mut scores = Vec::with_capacity(rows.saturating_mul(finish.outputs()));
        let mut places = Vec::with_capacity(rows);
        forest
            .run(values, width, finish, |row| places.push(finish.row(row, forest.roots.len(), &mut scores)));
        (scores, places)
    }
}

/// Registers our operators with tract.
pub(crate) fn register(onnx: &mut Onnx) {
    for name in OPERATORS {
        onnx.op_register.insert(name, build);
    }
}

/// Reads a node of any version.
fn parse(node: &NodeProto) -> Result<Parsed, TreeError> {
    if node.op_type == "TreeEnsemble" {
        v5::read(node)
    } else {
        classic::read(node)
    }
}

/// An ensemble with thresholds of 32 bits.
pub(crate) fn single(node: &NodeProto) -> Result<Ensemble<f32>, TreeError> {
    Ensemble::new(parse(node)?)
}

/// An ensemble whose thresholds also have 32 bits in the file.
pub(crate) fn exact_single(node: &NodeProto) -> Option<Ensemble<f32>> {
    let parsed = parse(node).ok().filter(|parsed| !parsed.double)?;
    Ensemble::new(parsed).ok()
}

/// Whether this node can be passed to tract.
pub(crate) fn check(node: &NodeProto) -> Result<(), TreeError> {
    kind(node).map(drop)
}

fn kind(node: &NodeProto) -> Result<Kind, TreeError> {
    let parsed = parse(node)?;
    Ok(if parsed.double {
        Kind::Double(Arc::new(Ensemble::new(parsed)?))
    } else {
        Kind::Single(Arc::new(Ensemble::new(parsed)?))
    })
}

fn build(_: &ParsingContext, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let kind = kind(node)?;
    // Only version 5 returns 64 bits if it takes them.
    let out = if node.op_type == "TreeEnsemble" && matches!(kind, Kind::Double(_)) {
        f64::datum_type()
    } else {
        f32::datum_type()
    };
    Ok((expand(TreeOperator { kind, out }), vec![]))
}

#[derive(Clone, Debug)]
enum Kind {
    Single(Arc<Ensemble<f32>>),
    Double(Arc<Ensemble<f64>>),
}

#[derive(Clone, Debug)]
struct TreeOperator {
    kind: Kind,
    /// The type of the scores.
    out: DatumType,
}

// Ensembles are compared by address: tract merges equal nodes, and two readings must never be merged.
impl PartialEq for TreeOperator {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Single(own), Kind::Single(other)) => Arc::ptr_eq(own, other),
            (Kind::Double(own), Kind::Double(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }
}

impl Eq for TreeOperator {}

impl TreeOperator {
    fn finish(&self) -> &Finish {
        match &self.kind {
            Kind::Single(ensemble) => &ensemble.finish,
            Kind::Double(ensemble) => &ensemble.finish,
        }
    }

    /// Minimum number of columns of the input.
    fn columns(&self) -> usize {
        match &self.kind {
            Kind::Single(ensemble) => ensemble.forest.columns,
            Kind::Double(ensemble) => ensemble.forest.columns,
        }
    }

    fn label_type(&self) -> Option<DatumType> {
        self.finish().classes.as_ref().map(|classes| match classes.labels {
            Labels::Numbers(_) => i64::datum_type(),
            Labels::Texts(_) => String::datum_type(),
        })
    }

    fn run<T: Number>(&self, ensemble: &Ensemble<T>, input: &Tensor) -> TractResult<TVec<TValue>> {
        let Ensemble { forest, finish } = ensemble;
        let &[rows, width] = input.shape() else { bail!("a tree ensemble takes a matrix") };
        ensure!(width >= forest.columns, "the ensemble reads {} columns, there are {width}", forest.columns);
        let input = input.cast_to::<T>()?;
        let values = input.try_as_plain_ram()?.as_slice::<T>()?;
        let (scores, places) = ensemble.scores(values, width);
        if width == 0 {
            // Only leaves: all rows are equal, and there is no slice by which to count them.
            bail!("a tree ensemble takes at least one column");
        }
        let scores =
            Tensor::from_shape(&[rows, finish.outputs()], &scores)?.cast_to_dt(self.out)?.into_owned();
        let Some(classes) = &finish.classes else { return Ok(tvec!(scores.into_tvalue())) };
        let labels = match &classes.labels {
            Labels::Numbers(numbers) => {
                tensor1(&places.iter().map(|place| numbers[*place]).collect::<Vec<_>>())
            }
            Labels::Texts(texts) => {
                tensor1(&places.iter().map(|place| texts[*place].clone()).collect::<Vec<_>>())
            }
        };
        Ok(tvec!(labels.into_tvalue(), scores.into_tvalue()))
    }
}

impl Expansion for TreeOperator {
    fn name(&self) -> StaticName {
        "TreeEnsemble".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(if self.finish().classes.is_some() { 2 } else { 1 })
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, self.nboutputs()?)?;
        s.equals(&inputs[0].rank, 2)?;
        let scores = match self.label_type() {
            Some(label) => {
                s.equals(&outputs[0].datum_type, label)?;
                s.equals(&outputs[0].rank, 1)?;
                s.equals(&outputs[0].shape[0], &inputs[0].shape[0])?;
                &outputs[1]
            }
            None => &outputs[0],
        };
        s.equals(&scores.datum_type, self.out)?;
        s.equals(&scores.rank, 2)?;
        s.equals(&scores.shape[0], &inputs[0].shape[0])?;
        s.equals(&scores.shape[1], self.finish().outputs().to_dim())
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Op for TreeOperator {
    fn name(&self) -> StaticName {
        "TreeEnsemble".into()
    }

    op_as_typed_op!();
}

impl EvalOp for TreeOperator {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        match &self.kind {
            Kind::Single(ensemble) => self.run(ensemble, &input),
            Kind::Double(ensemble) => self.run(ensemble, &input),
        }
    }
}

impl TypedOp for TreeOperator {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [rows, width] = inputs[0].shape.dims() else { bail!("a tree ensemble takes a matrix") };
        if let Ok(width) = width.to_usize() {
            ensure!(
                width >= self.columns(),
                "the ensemble reads {} columns, there are {width}",
                self.columns()
            );
        }
        let scores = self.out.fact([rows.clone(), self.finish().outputs().to_dim()]);
        Ok(match self.label_type() {
            Some(label) => tvec!(label.fact(std::slice::from_ref(rows)), scores),
            None => tvec!(scores),
        })
    }

    as_op!();
}
