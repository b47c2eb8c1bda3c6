//! A runnable model: its manifest and its graph, checked against each other.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Index;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use tract_onnx::pb::{ModelProto, ValueInfoProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::DimLike;

use crate::columns::Program;
use crate::explain::TreePart;
use crate::features::FeatureVector;
use crate::fixed::{FixedPoint, FixedPointError};
use crate::graph::{self, GraphError};
use crate::manifest::{Manifest, ManifestError, MAX_MANIFEST_BYTES};
use crate::normal::{normal, Normal, Pick};
use crate::operators;
use crate::parts::{Parts, PartsError};

/// Maximum number of rows of one call to [`Model::predict`].
pub const MAX_ROWS: usize = 4096;
/// Maximum number of elements of all tensors together in a run of [`MAX_ROWS`] rows: 1 GiB of 32-bit numbers.
const MAX_ELEMENTS: i64 = 1 << 28;
/// Maximum number of values of rows that are made ready at once: 128 MiB.
const MAX_VALUES: usize = 1 << 24;
/// The distance from an end of an output's range, relative to the larger end, that is a matter of rounding.
const ROUNDING: f64 = 1e-6;
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
    /// The ONNX file, or one of those with its weights, is missing or not one.
    #[error(transparent)]
    Parts(#[from] PartsError),
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
    #[error("the ONNX file cannot be run: {0}; docs/onnx.md lists what is supported")]
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
    /// The graph takes whole numbers in this input.
    #[error(
        "the input {0} is not a whole number, and the model takes no others; check the value and its unit"
    )]
    NotWhole(String),
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
    batch: Batch,
    /// Whether the graph takes 64-bit floats.
    wide: bool,
    /// The columns that must be whole numbers.
    whole: Arc<[usize]>,
}

/// How many rows tract gets at once.
#[derive(Clone, Copy, Debug)]
enum Batch {
    /// Exactly as many: the graph takes no others. Missing ones are repeated.
    Fixed(usize),
    /// At most as many as fit the memory of a model.
    UpTo(usize),
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
        let (manifest, folder) = read_manifest(path.as_ref())?;
        Self::with_manifest(&folder, manifest)
    }

    /// Loads the files in this folder that a checked manifest names.
    pub fn with_manifest(folder: &Path, manifest: Manifest) -> Result<Self, LoadError> {
        // The manifest's check made sure that these are plain names, so that they stay in the folder.
        let parts = Parts::read(folder, &manifest.model.file, &manifest.model.weights)?;
        Self::of(manifest, &parts)
    }

    /// Loads a model whatever its file's hash is, only to look at its results; the refusal, if the hash is another.
    pub fn load_to_look(path: impl AsRef<Path>) -> Result<(Self, Option<LoadError>), LoadError> {
        let (mut manifest, folder) = read_manifest(path.as_ref())?;
        let parts = Parts::read(&folder, &manifest.model.file, &manifest.model.weights)?;
        let refusal = ensure_hash(&manifest, &parts).err();
        manifest.model.sha256 = parts.identity();
        Ok((Self::of(manifest, &parts)?, refusal))
    }

    /// Makes a model from a checked manifest and the bytes of its ONNX file.
    pub fn new(manifest: Manifest, onnx: &[u8]) -> Result<Self, LoadError> {
        Self::of(manifest, &Parts::alone(onnx))
    }

    fn of(manifest: Manifest, parts: &Parts<'_>) -> Result<Self, LoadError> {
        ensure_hash(&manifest, parts)?;
        let Ready { proto, typed, batch, wide, whole, .. } = ready(&manifest, parts)?;
        let graph = proto.graph.as_ref().filter(|_| !wide);
        let program = graph.and_then(|graph| Program::of(graph, manifest.columns()));
        let engine = match program {
            Some(program) => Engine::Columns(Arc::new(program)),
            None => in_tract(typed)?,
        };
        let trees = TreePart::of(&proto).filter(|_| !wide).map(Arc::new);
        Ok(Self { manifest: Arc::new(manifest), engine, trees, batch, wide, whole: whole.into() })
    }

    /// The same, always run by tract.
    #[cfg(test)]
    pub(crate) fn new_in_tract(manifest: Manifest, onnx: &[u8]) -> Result<Self, LoadError> {
        let Ready { typed, batch, wide, whole, .. } = ready(&manifest, &Parts::alone(onnx))?;
        let engine = in_tract(typed)?;
        Ok(Self { manifest: Arc::new(manifest), engine, trees: None, batch, wide, whole: whole.into() })
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
        let columns = self.manifest.columns().max(1);
        predictions.values.reserve_exact(rows.len().saturating_mul(outputs));
        // Pictures are many numbers.
        for part in rows.chunks(MAX_VALUES.div_euclid(columns).max(1)) {
            let mut values = Vec::with_capacity(part.len().saturating_mul(columns));
            for row in part {
                self.ensure_whole(row)?;
                values.extend(row.row());
            }
            let results = caught(|| self.run(&values)).map_err(PredictError::Failed)?;
            for row in 0..part.len() {
                self.write(&results, row, &mut predictions.values)?;
            }
        }
        Ok(predictions)
    }

    /// Refuses a row with a fraction in a column of which the graph takes whole numbers.
    pub fn ensure_whole(&self, row: &FeatureVector) -> Result<(), PredictError> {
        let fraction = |place: &&usize| row.value(**place).is_some_and(|value| value.fract() != 0.0);
        match self.whole.iter().find(fraction).and_then(|place| self.manifest.inputs.get(*place)) {
            Some(input) => Err(PredictError::NotWhole(input.name.clone())),
            None => Ok(()),
        }
    }

    /// The trees of the graph, if they can be explained.
    pub(crate) fn trees(&self) -> Option<&TreePart> {
        self.trees.as_deref()
    }

    /// One vector per output, with one number per row. `values` has the rows one after the other.
    pub(crate) fn run(&self, values: &[f64]) -> TractResult<Vec<Vec<f32>>> {
        let plan = match &self.engine {
            Engine::Columns(program) => return program.run(values),
            Engine::Tract(plan) => plan,
        };
        let width = self.manifest.columns().max(1);
        let mut outputs = vec![Vec::new(); self.manifest.outputs.len()];
        let (Batch::Fixed(most) | Batch::UpTo(most)) = self.batch;
        for part in values.chunks(most.max(1).saturating_mul(width)) {
            let rows = part.chunks_exact(width).len();
            let filled = if matches!(self.batch, Batch::Fixed(_)) { most } else { rows };
            let mut part = part.to_vec();
            let last = part.get(part.len().saturating_sub(width)..).unwrap_or_default().to_vec();
            part.extend(last.iter().cycle().take(filled.saturating_sub(rows).saturating_mul(width)));
            let shape = [filled, width];
            let input = if self.wide {
                Tensor::from_shape(&shape, &part)?
            } else {
                // All values are in range, so none becomes infinite unnoticed.
                #[allow(clippy::cast_possible_truncation)]
                let part: Vec<f32> = part.into_iter().map(|value| value as f32).collect();
                Tensor::from_shape(&shape, &part)?
            };
            for (output, result) in outputs.iter_mut().zip(plan.run(tvec!(input.into()))?) {
                output.extend(result.try_as_plain_ram()?.as_slice::<f32>()?.iter().take(rows));
            }
        }
        Ok(outputs)
    }

    /// Appends the values of a row.
    fn write(&self, columns: &[Vec<f32>], row: usize, to: &mut Vec<FixedPoint>) -> Result<(), PredictError> {
        for (output, column) in self.manifest.outputs.iter().zip(columns) {
            let number = column.get(row).copied().map(f64::from);
            let number =
                number.ok_or_else(|| PredictError::Failed("a result has too few values".to_owned()))?;
            let refused = |source| PredictError::NoValue { output: output.name.clone(), source };
            if !number.is_finite() {
                return Err(refused(FixedPointError::NotFinite));
            }
            let [low, high] = output.range;
            // 32 bits hold seven digits: a result this near to an end is the end.
            let rounding = ROUNDING * low.abs().max(high.abs());
            let near = (low - rounding..=high + rounding).contains(&number);
            let number = if near { number.clamp(low, high) } else { number };
            if !near {
                let [low, high] = output.range.map(|end| end.to_string());
                return Err(PredictError::OutOfRange { output: output.name.clone(), low, high });
            }
            to.push(FixedPoint::from_f64(number, output.decimals).map_err(refused)?);
        }
        Ok(())
    }
}

fn read_manifest(path: &Path) -> Result<(Manifest, PathBuf), LoadError> {
    let path = if path.is_dir() { path.join(MANIFEST_FILE) } else { path.to_owned() };
    let manifest = Manifest::parse(&files::read(&path, MAX_MANIFEST_BYTES)?)?;
    Ok((manifest, path.parent().unwrap_or(Path::new(".")).to_owned()))
}

fn ensure_hash(manifest: &Manifest, parts: &Parts<'_>) -> Result<(), LoadError> {
    let found = parts.identity();
    if found == manifest.model.sha256 {
        return Ok(());
    }
    Err(LoadError::WrongHash { expected: hex::encode(manifest.model.sha256), found: hex::encode(found) })
}

/// The result of a call into tract, or the reason of its failure.
///
/// tract 0.23.9 panics on some graphs instead of returning an error, for example if `Gather` has an index outside its
/// operand (found by `tests/unit/mutations.rs`). State after a panic is never used again: an unfinished plan is dropped, and
/// each run has its own state. The text of such a panic is not printed: it would stand between the lines of a caller's
/// answer, and says nothing to people.
pub(crate) fn caught<T>(call: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CAUGHT.get() {
                before(info);
            }
        }));
    });
    let outer = CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    CAUGHT.set(outer);
    match result {
        Ok(result) => result.map_err(|error| format!("{error:#}")),
        Err(_) => Err("the runtime panicked on this graph".to_owned()),
    }
}

thread_local! {
    /// Whether this thread is in a call into tract.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// A file as tract understands it: as the manifest says, and bounded.
pub(crate) struct Ready {
    proto: ModelProto,
    typed: TypedModel,
    batch: Batch,
    wide: bool,
    whole: Vec<usize>,
    /// The columns of what each output is picked from.
    widths: HashMap<String, usize>,
}

/// Reads a file for a manifest, as far as engines need it.
pub(crate) fn ready(manifest: &Manifest, parts: &Parts<'_>) -> Result<Ready, LoadError> {
    let Normal { model: mut proto, batch, wide, whole, picks } = normal(parts.model()?, manifest)?;
    graph::check(&proto)?;
    let mut reader = tract_onnx::onnx();
    operators::register(&mut reader);
    graph::ensure_known(&proto, |operator| reader.op_register.0.contains_key(operator))?;
    // What outputs are picked from is an output too, until its shape is known: tract drops the names of most values.
    let own = proto.graph.as_ref().map_or(0, |graph| graph.output.len());
    let picked = |pick: &Pick| ValueInfoProto { name: pick.value.clone(), ..Default::default() };
    proto.graph.iter_mut().for_each(|graph| graph.output.extend(picks.iter().map(picked)));
    let typed = caught(|| {
        let mut model = reader.model_for_proto_model(&proto)?;
        // The same name in another scope is another symbol.
        let rows = batch.map_or_else(|| model.symbols.sym(graph::ROWS).to_dim(), |batch| batch.to_dim());
        let kind = if wide { f64::datum_type() } else { f32::datum_type() };
        let shape = tvec!(rows, manifest.columns().to_dim());
        model.set_input_fact(0, InferenceFact::dt_shape(kind, shape))?;
        let mut typed = model.into_typed()?;
        let facts = typed.outputs.iter().map(|outlet| typed.outlet_fact(*outlet).cloned());
        let facts = facts.collect::<TractResult<Vec<TypedFact>>>()?;
        typed.outputs.truncate(own);
        Ok((typed, facts))
    });
    let (typed, facts) = typed.map_err(LoadError::Unsupported)?;
    proto.graph.iter_mut().for_each(|graph| graph.output.truncate(own));
    let most = ensure_bounded(&typed, batch)?;
    let batch = batch.map_or(Batch::UpTo(most), Batch::Fixed);
    let rows = match batch {
        Batch::Fixed(batch) => batch.to_dim(),
        Batch::UpTo(_) => typed.symbols.sym(graph::ROWS).to_dim(),
    };
    let (facts, picked) = facts.split_at_checked(own).unwrap_or_default();
    let widths = widths_of(&picks, picked)?;
    ensure_outputs(manifest, facts, &rows)?;
    Ok(Ready { proto, typed, batch, wide, whole, widths })
}

/// The columns of each output of a manifest that takes the first column of each.
pub(crate) fn widths(manifest: &Manifest, parts: &Parts<'_>) -> Result<Vec<usize>, LoadError> {
    let Ready { widths, .. } = ready(manifest, parts)?;
    Ok(manifest.outputs.iter().map(|output| widths.get(&output.name).copied().unwrap_or(1)).collect())
}

/// The columns of what outputs are picked from; refuses a column that is not there, and none of several.
fn widths_of(picks: &[Pick], facts: &[TypedFact]) -> Result<HashMap<String, usize>, LoadError> {
    let mut widths = HashMap::new();
    for (pick, fact) in picks.iter().zip(facts) {
        let width = fact.shape.dims().get(1).and_then(|width| width.to_usize().ok()).unwrap_or(0);
        let why = if pick.only && width != 1 {
            let column = width.saturating_sub(1);
            format!("has {width} columns; choose one: \"from\": {{\"output\": …, \"column\": {column}}}")
        } else if pick.column >= width {
            format!("is column {} of {width}; columns count from 0", pick.column)
        } else {
            widths.insert(pick.output.clone(), width);
            continue;
        };
        return Err(refused(&pick.output, fact, why));
    }
    Ok(widths)
}

fn refused(output: &str, found: &TypedFact, why: String) -> LoadError {
    LoadError::Graph(GraphError::Output { output: output.to_owned(), found: format!("{found:?}"), why })
}

/// tract computes shapes itself, and ignores differences from the declared ones.
fn ensure_outputs(manifest: &Manifest, facts: &[TypedFact], rows: &TDim) -> Result<(), LoadError> {
    for (fact, output) in facts.iter().zip(&manifest.outputs) {
        if fact.datum_type != f32::datum_type() || fact.shape.dims() != [rows.clone(), 1.to_dim()] {
            return Err(refused(
                &output.name,
                fact,
                format!("is not one 32-bit float for each of {rows} rows"),
            ));
        }
    }
    Ok(())
}

fn in_tract(typed: TypedModel) -> Result<Engine, LoadError> {
    let plan = caught(|| typed.into_optimized()?.into_runnable()).map_err(LoadError::Unsupported)?;
    Ok(Engine::Tract(plan))
}

/// The number of rows, at most [`MAX_ROWS`], with which a run fits the memory limit of a model, even if no memory is
/// released before its end. At least one row must.
///
/// tract 0.23.9 truncates whole numbers to 32 bits when they become dimensions, so that a width of 100 << 30 becomes 0,
/// and one more becomes 1. Such numbers are refused, except the largest and the smallest: they mean "to the end" in a
/// slice, and as a dimension they become one that is not positive.
fn ensure_bounded(model: &TypedModel, batch: Option<usize>) -> Result<usize, LoadError> {
    for node in &model.nodes {
        if node.outputs.iter().any(|output| output.fact.konst.as_deref().is_some_and(is_cut)) {
            return Err(LoadError::TooMuchMemory { node: node.name.clone() });
        }
    }
    let mut rows = batch.unwrap_or(MAX_ROWS);
    loop {
        match ensure_fits(model, rows) {
            Ok(()) => return Ok(rows),
            Err(refused) if rows == 1 || batch.is_some() => return Err(refused),
            Err(_) => rows = rows.div_euclid(2).max(1),
        }
    }
}

fn ensure_fits(model: &TypedModel, rows: usize) -> Result<(), LoadError> {
    let refused = |node: &TypedNode| LoadError::TooMuchMemory { node: node.name.clone() };
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let values = SymbolValues::default().with(&model.symbols.sym(graph::ROWS), rows);
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
