//! A runnable model: its manifest and its graph, checked against each other.

use std::ops::Index;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use crate::columns::Program;
use crate::explain::TreePart;
use crate::features::FeatureVector;
use crate::fixed::{FixedPoint, FixedPointError};
use crate::graph::{self, GraphError};
use crate::manifest::{Manifest, ManifestError, MAX_MANIFEST_BYTES};

/// Maximum size of an ONNX file, in bytes.
pub const MAX_MODEL_BYTES: usize = 256 << 20;
/// Maximum number of rows of one call to [`Model::predict`].
pub const MAX_ROWS: usize = 4096;
/// Maximum number of elements of all tensors together in a run of [`MAX_ROWS`] rows: 1 GiB of 32-bit numbers.
const MAX_ELEMENTS: i64 = 1 << 28;
/// The manifest's name in a model's folder.
const MANIFEST_FILE: &str = "manifest.json";

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read, or is larger than it may be.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The manifest is not valid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The ONNX file is not the one of the manifest.
    #[error(
        "the ONNX file has SHA-256 {found}, the manifest says {expected}; \
         get both from the same release, and do not use this file"
    )]
    WrongHash {
        /// The manifest's.
        expected: String,
        /// The file's.
        found: String,
    },
    /// The graph and the manifest do not fit, or the graph is dangerous to load.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The graph needs more memory than a model may have.
    #[error("the operator {node} needs too much memory, or an amount that depends on the data; use a smaller model")]
    TooMuchMemory {
        /// The operator.
        node: String,
    },
    /// tract cannot decode or plan it.
    #[error("the ONNX file cannot be run: {0}; export it with plain operators of operator set 9 to 18")]
    Unsupported(String),
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredictError {
    /// More than [`MAX_ROWS`].
    #[error("{0} rows are more than {MAX_ROWS}; split them into several calls")]
    TooManyRows(usize),
    /// The features were checked against another manifest.
    #[error("row {0} was checked against another model's manifest; build it from this one's")]
    ForeignFeatures(usize),
    /// The runtime failed.
    #[error("the model failed: {0}; run its `golden.json` to check the installation")]
    Failed(String),
    /// A result cannot be written as fixed point.
    #[error("the output {output}: {source}")]
    NoValue {
        /// The output.
        output: String,
        /// The fault.
        source: FixedPointError,
    },
    /// A result is outside the range in the manifest.
    #[error(
        "the output {output} is not in the manifest's range from {low} to {high}; do not use this model"
    )]
    OutOfRange {
        /// The output.
        output: String,
        /// The manifest's smallest value.
        low: String,
        /// The manifest's largest value.
        high: String,
    },
}

/// The results of rows, in their order: for each row a value for every output of the manifest, in its order.
// One vector for all rows: one for each row would allocate a thousand times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predictions {
    values: Vec<FixedPoint>,
    outputs: usize,
}

impl Predictions {
    /// The values of each row.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[FixedPoint]> {
        self.values.chunks_exact(self.outputs)
    }
}

impl Index<usize> for Predictions {
    type Output = [FixedPoint];

    /// The values of one row. Panics if there are fewer rows.
    fn index(&self, row: usize) -> &[FixedPoint] {
        let start = row.saturating_mul(self.outputs);
        &self.values[start..start.saturating_add(self.outputs)]
    }
}

/// A model, ready to run. Cheap to clone; clones share the graph and may run on many threads at once.
#[derive(Clone)]
pub struct Model {
    manifest: Arc<Manifest>,
    engine: Engine,
    trees: Option<Arc<TreePart>>,
}

/// The engine that runs the graph.
#[derive(Clone)]
enum Engine {
    /// Our own engine: it knows all operators of the graph.
    Columns(Arc<Program>),
    /// tract, for all other graphs.
    Tract(Arc<TypedRunnableModel>),
}

impl Model {
    /// Loads a model from its manifest, or from the folder with its `manifest.json`.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let manifest_path = if path.is_dir() { path.join(MANIFEST_FILE) } else { path.to_owned() };
        let manifest = Manifest::parse(&files::read(&manifest_path, MAX_MANIFEST_BYTES)?)?;
        // The manifest's check made sure that this is a plain name, so that it stays in the folder.
        let onnx = files::read(&manifest_path.with_file_name(&manifest.model.file), MAX_MODEL_BYTES)?;
        Self::new(manifest, &onnx)
    }

    /// Makes a model from a checked manifest and the bytes of its ONNX file.
    pub fn new(manifest: Manifest, onnx: &[u8]) -> Result<Self, LoadError> {
        let found: [u8; 32] = Sha256::digest(onnx).into();
        if found != manifest.model.sha256 {
            let (expected, found) = (hex::encode(manifest.model.sha256), hex::encode(found));
            return Err(LoadError::WrongHash { expected, found });
        }
        let (proto, typed) = typed(&manifest, onnx)?;
        let program = proto.graph.as_ref().and_then(|graph| Program::of(graph, manifest.inputs.len()));
        let engine = match program {
            Some(program) => Engine::Columns(Arc::new(program)),
            None => in_tract(typed)?,
        };
        let trees = TreePart::of(&proto).map(Arc::new);
        Ok(Self { manifest: Arc::new(manifest), engine, trees })
    }

    /// The same, always run by tract.
    #[cfg(test)]
    pub(crate) fn new_in_tract(manifest: Manifest, onnx: &[u8]) -> Result<Self, LoadError> {
        let engine = in_tract(typed(&manifest, onnx)?.1)?;
        Ok(Self { manifest: Arc::new(manifest), engine, trees: None })
    }

    /// Whether tract runs the graph.
    #[cfg(test)]
    pub(crate) fn is_in_tract(&self) -> bool {
        matches!(self.engine, Engine::Tract(_))
    }

    /// The model's manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Runs the model on all rows at once; the results are in the rows' order.
    ///
    /// This is computation that blocks: on an asynchronous runtime, call it where blocking is allowed.
    pub fn predict(&self, rows: &[FeatureVector]) -> Result<Predictions, PredictError> {
        if rows.len() > MAX_ROWS {
            return Err(PredictError::TooManyRows(rows.len()));
        }
        // A manifest has at least one output.
        let outputs = self.manifest.outputs.len().max(1);
        let mut predictions = Predictions { values: Vec::new(), outputs };
        if rows.is_empty() {
            return Ok(predictions);
        }
        if let Some(row) = rows.iter().position(|row| row.manifest_hash() != self.manifest.hash()) {
            return Err(PredictError::ForeignFeatures(row));
        }
        let shape = [rows.len(), self.manifest.inputs.len()];
        let mut values = Vec::with_capacity(shape[0].saturating_mul(shape[1]));
        rows.iter().for_each(|row| values.extend(row.row()));
        let columns = caught(|| self.run(&shape, &values)).map_err(PredictError::Failed)?;
        predictions.values.reserve_exact(rows.len().saturating_mul(outputs));
        for row in 0..rows.len() {
            self.write(&columns, row, &mut predictions.values)?;
        }
        Ok(predictions)
    }

    /// The trees of the graph, if they can be explained.
    pub(crate) fn trees(&self) -> Option<&TreePart> {
        self.trees.as_deref()
    }

    /// One vector per output, with one number per row.
    pub(crate) fn run(&self, shape: &[usize], values: &[f32]) -> TractResult<Vec<Vec<f32>>> {
        let plan = match &self.engine {
            Engine::Columns(program) => return program.run(values),
            Engine::Tract(plan) => plan,
        };
        let results = plan.run(tvec!(Tensor::from_shape(shape, values)?.into()))?;
        results.iter().map(|result| Ok(result.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())).collect()
    }

    /// Appends the values of a row.
    fn write(&self, columns: &[Vec<f32>], row: usize, to: &mut Vec<FixedPoint>) -> Result<(), PredictError> {
        for (output, column) in self.manifest.outputs.iter().zip(columns) {
            let number = column.get(row).copied().map(f64::from);
            let number =
                number.ok_or_else(|| PredictError::Failed("a result has too few values".to_owned()))?;
            let fixed = FixedPoint::from_f64(number, output.decimals)
                .map_err(|source| PredictError::NoValue { output: output.name.clone(), source })?;
            let [low, high] = output.range;
            if number < low || number > high {
                let [low, high] = output.range.map(|end| end.to_string());
                return Err(PredictError::OutOfRange { output: output.name.clone(), low, high });
            }
            to.push(fixed);
        }
        Ok(())
    }
}

/// The result of a call into tract, or the reason of its failure.
///
/// tract 0.23.9 panics on some graphs instead of returning an error, for example if `Gather` has an index outside its
/// operand (found by `tests/unit/mutations.rs`). State after a panic is never used again: an unfinished plan is dropped, and
/// each run has its own state.
pub(crate) fn caught<T>(call: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| format!("{error:#}")),
        Err(_) => Err("the runtime panicked on this graph".to_owned()),
    }
}

/// The file as it is, and as tract understands it: as the manifest says, and bounded.
fn typed(manifest: &Manifest, onnx: &[u8]) -> Result<(ModelProto, TypedModel), LoadError> {
    let mut reader = tract_onnx::onnx();
    crate::trees::register(&mut reader);
    let proto = caught(|| reader.proto_model_for_read(&mut &*onnx)).map_err(LoadError::Unsupported)?;
    graph::check(&proto, manifest)?;
    let typed = caught(|| {
        let mut model = reader.model_for_proto_model(&proto)?;
        // The same name in another scope is another symbol.
        let rows = model.symbols.sym(graph::ROWS);
        let shape = tvec!(rows.to_dim(), manifest.inputs.len().to_dim());
        model.set_input_fact(0, InferenceFact::dt_shape(f32::datum_type(), shape))?;
        model.into_typed()
    });
    let typed = typed.map_err(LoadError::Unsupported)?;
    ensure_bounded(&typed)?;
    // tract computes shapes itself and ignores differences from the declared ones.
    let as_declared = typed.outputs.iter().all(|outlet| {
        let fact = typed.outlet_fact(*outlet);
        let column = [typed.symbols.sym(graph::ROWS).to_dim(), 1.to_dim()];
        fact.is_ok_and(|fact| fact.datum_type == f32::datum_type() && fact.shape.dims() == column)
    });
    if !as_declared {
        return Err(graph::outputs_refused(manifest).into());
    }
    Ok((proto, typed))
}

fn in_tract(typed: TypedModel) -> Result<Engine, LoadError> {
    let plan = caught(|| typed.into_optimized()?.into_runnable()).map_err(LoadError::Unsupported)?;
    Ok(Engine::Tract(plan))
}

/// A run of [`MAX_ROWS`] rows fits the memory limit of a model, even if no memory is released before its end.
///
/// tract 0.23.9 truncates whole numbers to 32 bits when they become dimensions, so that a width of 100 << 30 becomes 0,
/// and one more becomes 1. Such numbers are refused, except the largest and the smallest: they mean "to the end" in a
/// slice, and as a dimension they become one that is not positive.
fn ensure_bounded(model: &TypedModel) -> Result<(), LoadError> {
    let refused = |node: &TypedNode| LoadError::TooMuchMemory { node: node.name.clone() };
    let most = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX);
    let values = SymbolValues::default().with(&model.symbols.sym(graph::ROWS), most);
    let elements = |fact: &TypedFact| {
        fact.shape.iter().try_fold(1i64, |size, dim| {
            let dim = dim.eval(&values).to_i64().ok().filter(|dim| *dim > 0)?;
            size.checked_mul(dim)
        })
    };
    let mut all = 0i64;
    for node in &model.nodes {
        for output in &node.outputs {
            let sum = elements(&output.fact).and_then(|size| all.checked_add(size));
            all = sum.filter(|all| *all <= MAX_ELEMENTS).ok_or_else(|| refused(node))?;
            if output.fact.konst.as_deref().is_some_and(is_cut) {
                return Err(refused(node));
            }
        }
    }
    Ok(())
}

/// Whether a constant has a whole number that tract would truncate.
fn is_cut(constant: &Tensor) -> bool {
    let cut = |number: &i64| i32::try_from(*number).is_err() && ![i64::MIN, i64::MAX].contains(number);
    let numbers =
        constant.try_as_plain_ram().and_then(|constant| constant.as_slice::<i64>().map(<[i64]>::to_vec));
    numbers.is_ok_and(|numbers| numbers.iter().any(cut))
}
