//! From the nodes of a graph to steps.
//!
//! Shapes are those of one row: the first dimension of whatever depends on the input counts rows and is left out.
//! `None` means throughout that the graph is none for us.

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::steps::{self, Binary, Op, Operand, Unary};
use super::{Program, Step};
use crate::trees::{self, Attributes};

/// The most columns of a program: blocks of them take 32 MiB.
const MAX_COLUMNS: usize = 1 << 16;
/// The most terms of all weighted sums together.
const MAX_TERMS: usize = 1 << 22;

/// What the numbers of a value stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Double,
    /// Whole, in columns of 64 bits, which hold them exactly up to 2^53.
    Whole,
    /// 1 or 0, in columns of as many bits as those that were compared.
    Flag {
        wide: bool,
    },
}

impl Kind {
    /// Whether it is kept in columns of 64 bits.
    fn wide(self) -> bool {
        matches!(self, Self::Double | Self::Whole | Self::Flag { wide: true })
    }
}

/// A value that every row has its own of.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub kind: Kind,
    pub shape: Vec<usize>,
    pub columns: Vec<usize>,
}

/// A value of the graph.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Rows(Rows),
    Constant { kind: Kind, shape: Vec<usize>, numbers: Vec<f64> },
}

impl Value {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Rows(rows) => rows.kind,
            Self::Constant { kind, .. } => *kind,
        }
    }

    pub(super) fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Rows(rows) => Some(rows),
            Self::Constant { .. } => None,
        }
    }

    pub(super) fn constant(&self) -> Option<(&[usize], &[f64])> {
        match self {
            Self::Rows(_) => None,
            Self::Constant { shape, numbers, .. } => Some((shape, numbers)),
        }
    }

    /// The shape beside a row of this rank: without the dimension that counts rows.
    fn row_shape(&self, rank: usize) -> Option<Vec<usize>> {
        match self {
            Self::Rows(rows) => (rows.shape.len() == rank).then(|| rows.shape.clone()),
            Self::Constant { shape, .. } => {
                let missing = rank.checked_add(1)?.checked_sub(shape.len())?;
                let mut shape = [vec![1; missing], shape.clone()].concat();
                (shape.remove(0) == 1).then_some(shape)
            }
        }
    }

    fn operand(&self, place: usize) -> Option<Operand<f64>> {
        match self {
            Self::Rows(rows) => rows.columns.get(place).copied().map(Operand::Column),
            Self::Constant { numbers, .. } => numbers.get(place).copied().map(Operand::Number),
        }
    }
}

/// Reads all nodes in their order.
pub(super) fn compile(graph: &GraphProto, inputs: usize) -> Option<Program> {
    let constants: HashMap<&str, &TensorProto> =
        graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let mut compiler = Compiler { steps: Vec::new(), singles: inputs, doubles: 0, terms: 0 };
    let mut values: HashMap<&str, Value> = HashMap::new();
    let mut input = graph.input.iter().filter(|input| !constants.contains_key(input.name.as_str()));
    let input = input.next()?.name.as_str();
    let columns = Rows { kind: Kind::Float, shape: vec![inputs], columns: (0..inputs).collect() };
    values.insert(input, Value::Rows(columns));
    for node in &graph.node {
        if !["", "ai.onnx", "ai.onnx.ml"].contains(&node.domain.as_str()) {
            return None;
        }
        for name in node.input.iter().filter(|name| !name.is_empty()) {
            if let Some(tensor) = constants.get(name.as_str()).filter(|_| !values.contains_key(name.as_str()))
            {
                values.insert(name, constant(tensor)?);
            }
        }
        let operands: Vec<&Value> =
            node.input.iter().map(|name| values.get(name.as_str())).collect::<Option<_>>()?;
        let value = if node.op_type == "TreeEnsembleRegressor" && node.input == [input] {
            compiler.trees(node, inputs)?
        } else {
            compiler.node(node, &operands)?
        };
        let [output] = node.output.as_slice() else { return None };
        values.insert(output, value);
    }
    let output = |name: &str| match values.get(name)?.rows()? {
        Rows { kind: Kind::Float, shape, columns } if *shape == [1] => columns.first().copied(),
        _ => None,
    };
    let outputs = graph.output.iter().map(|value| output(&value.name)).collect::<Option<_>>()?;
    let Compiler { steps, singles, doubles, .. } = compiler;
    Some(Program { inputs, singles, doubles, steps, outputs })
}

fn constant(tensor: &TensorProto) -> Option<Value> {
    let shape: Vec<usize> =
        tensor.dims.iter().map(|dim| usize::try_from(*dim).ok()).collect::<Option<_>>()?;
    let whole = |number: i64| i32::try_from(number).ok().map(f64::from);
    let (kind, numbers) = match DataType::try_from(tensor.data_type).ok()? {
        DataType::Float => (Kind::Float, trees::floats(tensor, "").ok()?),
        DataType::Double => (Kind::Double, trees::floats(tensor, "").ok()?),
        DataType::Int64 if tensor.raw_data.is_empty() => {
            (Kind::Whole, tensor.int64_data.iter().copied().map(whole).collect::<Option<_>>()?)
        }
        DataType::Int64 => {
            let numbers = tensor.raw_data.as_chunks::<8>().0.iter();
            (Kind::Whole, numbers.map(|bytes| whole(i64::from_le_bytes(*bytes))).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let all = shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim))?;
    (all == numbers.len() && all > 0).then_some(Value::Constant { kind, shape, numbers })
}

/// Steps so far.
pub(super) struct Compiler {
    steps: Vec<Step>,
    singles: usize,
    doubles: usize,
    terms: usize,
}

impl Compiler {
    /// A place for one more column.
    fn place(&mut self, wide: bool) -> Option<usize> {
        let count = if wide { &mut self.doubles } else { &mut self.singles };
        let place = *count;
        *count = place.checked_add(1)?;
        (self.singles.checked_add(self.doubles)? <= MAX_COLUMNS).then_some(place)
    }

    /// A step that makes a column.
    pub(super) fn push(&mut self, wide: bool, op: Op<f64>) -> Option<usize> {
        if let Op::Dot(terms, _) = &op {
            self.terms = self.terms.checked_add(terms.len())?;
        }
        if self.terms > MAX_TERMS {
            return None;
        }
        let place = self.place(wide)?;
        let step = if wide { Step::Double(op, place, 1) } else { Step::Single(narrow(op), place, 1) };
        self.append(step)?;
        Some(place)
    }

    /// The same for the next columns is done by the step before.
    fn append(&mut self, step: Step) -> Option<()> {
        let joined = match (self.steps.last_mut(), &step) {
            (Some(Step::Single(op, to, count)), Step::Single(next, place, 1)) => {
                joins(count, *to, *place, |count| op.continues(next, count, *to))?
            }
            (Some(Step::Double(op, to, count)), Step::Double(next, place, 1)) => {
                joins(count, *to, *place, |count| op.continues(next, count, *to))?
            }
            (Some(Step::Widen(from, to, count)), Step::Widen(next, place, 1))
            | (Some(Step::Narrow(from, to, count)), Step::Narrow(next, place, 1)) => {
                joins(count, *to, *place, |count| from.checked_add(count) == Some(*next))?
            }
            _ => false,
        };
        if !joined {
            self.steps.push(step);
        }
        Some(())
    }

    fn trees(&mut self, node: &NodeProto, inputs: usize) -> Option<Value> {
        let ensemble = trees::exact_single(node).filter(|ensemble| ensemble.forest.columns <= inputs)?;
        let targets = ensemble.finish.outputs();
        let columns = (0..targets).map(|_| self.place(false)).collect::<Option<Vec<_>>>()?;
        self.steps.push(Step::Trees(Arc::new(ensemble), *columns.first()?));
        Some(Value::Rows(Rows { kind: Kind::Float, shape: vec![targets], columns }))
    }

    fn node(&mut self, node: &NodeProto, operands: &[&Value]) -> Option<Value> {
        let unary = match node.op_type.as_str() {
            "Abs" => Some(Unary::Abs),
            "Neg" => Some(Unary::Neg),
            "Exp" => Some(Unary::Exp),
            "Log" => Some(Unary::Log),
            "Sqrt" => Some(Unary::Sqrt),
            "Sin" => Some(Unary::Sin),
            "Cos" => Some(Unary::Cos),
            "Sigmoid" => Some(Unary::Sigmoid),
            "IsNaN" => Some(Unary::IsNan),
            _ => None,
        };
        let binary = match node.op_type.as_str() {
            "Add" => Some(Binary::Add),
            "Sub" => Some(Binary::Sub),
            "Mul" => Some(Binary::Mul),
            "Div" => Some(Binary::Div),
            "Max" => Some(Binary::Max),
            "Min" => Some(Binary::Min),
            "Equal" => Some(Binary::Equal),
            "Greater" => Some(Binary::Greater),
            "Less" => Some(Binary::Less),
            _ => None,
        };
        let attributes = Attributes(node);
        match (node.op_type.as_str(), operands) {
            (_, [of]) if unary.is_some() => self.unary(unary?, of.rows()?),
            (_, [a, b]) if binary.is_some() => self.binary(binary?, a, b),
            ("Relu", [of]) => self.binary(Binary::Max, of, &zero(of.kind())),
            ("Identity", [of]) => Some((*of).clone()),
            ("Cast", [of]) => self.cast(of.rows()?, attributes.int("to")?),
            ("Where", [which, yes, no]) => self.select(which.rows()?, yes, no),
            ("Gather", [of, places]) => self.gather(of, places, attributes.int("axis").unwrap_or(0)),
            ("Concat", _) => concat(operands, attributes.int("axis")?),
            ("Reshape", [of, shape]) => reshape(of.rows()?, shape.constant()?.1),
            ("MatMul", [of, weights]) => self.matrix(of.rows()?, weights),
            ("Softmax", [of]) => self.softmax(of.rows()?, attributes.int("axis").unwrap_or(-1)),
            ("ReduceSum" | "ReduceMax" | "ReduceMean", [of, axes @ ..]) => {
                let axes = match axes {
                    [] => attributes.ints("axes").to_vec(),
                    [axes] if axes.constant()?.1 == [1.0] => vec![1],
                    _ => return None,
                };
                let kept = attributes.int("keepdims") != Some(0);
                if axes == [1] && kept {
                    self.reduce(&node.op_type, of.rows()?)
                } else {
                    None
                }
            }
            ("Conv", [of, kernel, bias @ ..]) => {
                let bias = bias.first().map(|bias| bias.constant()).map_or(Some(None), |b| b.map(Some))?;
                self.convolution(of.rows()?, kernel, bias.map(|(_, bias)| bias), &attributes)
            }
            ("AveragePool", [of]) => self.average_pool(of.rows()?, &attributes),
            _ => None,
        }
    }

    fn unary(&mut self, unary: Unary, of: &Rows) -> Option<Value> {
        if !matches!(of.kind, Kind::Float | Kind::Double) {
            return None;
        }
        let wide = of.kind.wide();
        let step = |place: &usize| self.push(wide, Op::Unary(unary, *place));
        let columns = of.columns.iter().map(step).collect::<Option<_>>()?;
        let kind = if unary == Unary::IsNan { Kind::Flag { wide } } else { of.kind };
        Some(Value::Rows(Rows { kind, shape: of.shape.clone(), columns }))
    }

    pub(super) fn binary(&mut self, binary: Binary, a: &Value, b: &Value) -> Option<Value> {
        let kind = a.kind();
        let works = match kind {
            Kind::Float | Kind::Double => true,
            Kind::Whole => binary != Binary::Div,
            Kind::Flag { .. } => false,
        };
        if kind != b.kind() || !works {
            return None;
        }
        if let (Some((shape, a)), Some((other, b))) = (a.constant(), b.constant()) {
            let fold = |(a, b): (&f64, &f64)| steps::fold(binary, kind.wide(), *a, *b);
            let numbers = a.iter().zip(b).map(fold).collect();
            let plain = shape == other && kind != Kind::Whole;
            return plain.then(|| Value::Constant { kind, shape: shape.to_vec(), numbers });
        }
        let compares = matches!(binary, Binary::Equal | Binary::Greater | Binary::Less);
        let (shape, pairs) = spread([a, b])?;
        let wide = kind.wide();
        let step = |[a, b]: [Operand<f64>; 2]| self.push(wide, Op::Binary(binary, a, b));
        let columns = pairs.into_iter().map(step).collect::<Option<_>>()?;
        let kind = if compares { Kind::Flag { wide } } else { kind };
        Some(Value::Rows(Rows { kind, shape, columns }))
    }

    fn select(&mut self, which: &Rows, yes: &Value, no: &Value) -> Option<Value> {
        let kind = yes.kind();
        if no.kind() != kind || which.kind != (Kind::Flag { wide: kind.wide() }) {
            return None;
        }
        let (shape, triples) = spread([&Value::Rows(which.clone()), yes, no])?;
        let step = |[which, yes, no]: [Operand<f64>; 3]| match which {
            Operand::Column(which) => self.push(kind.wide(), Op::Select(which, yes, no)),
            Operand::Number(_) => None,
        };
        let columns = triples.into_iter().map(step).collect::<Option<_>>()?;
        Some(Value::Rows(Rows { kind, shape, columns }))
    }

    fn cast(&mut self, of: &Rows, to: i64) -> Option<Value> {
        let to = match DataType::try_from(i32::try_from(to).ok()?).ok()? {
            DataType::Float => Kind::Float,
            DataType::Double => Kind::Double,
            DataType::Int64 => Kind::Whole,
            _ => return None,
        };
        let mut columns = of.columns.clone();
        if of.kind.wide() != to.wide() {
            for column in &mut columns {
                let place = self.place(to.wide())?;
                let from = std::mem::replace(column, place);
                let step = if to.wide() { Step::Widen(from, place, 1) } else { Step::Narrow(from, place, 1) };
                self.append(step)?;
            }
        }
        if to == Kind::Whole && matches!(of.kind, Kind::Float | Kind::Double) {
            let step = |place: &usize| self.push(true, Op::Unary(Unary::Truncate, *place));
            columns = columns.iter().map(step).collect::<Option<_>>()?;
        }
        Some(Value::Rows(Rows { kind: to, shape: of.shape.clone(), columns }))
    }

    /// Columns of a row, or numbers of a table.
    fn gather(&mut self, of: &Value, places: &Value, axis: i64) -> Option<Value> {
        if places.kind() != Kind::Whole {
            return None;
        }
        match (of, places) {
            (Value::Rows(Rows { kind, shape, columns }), Value::Constant { shape: many, numbers, .. }) => {
                let ([width], [_], 1) = (shape.as_slice(), many.as_slice(), axis) else { return None };
                let chosen = numbers.iter().map(|place| columns.get(index(*place, *width)?).copied());
                let columns: Vec<usize> = chosen.collect::<Option<_>>()?;
                Some(Value::Rows(Rows { kind: *kind, shape: vec![columns.len()], columns }))
            }
            (Value::Constant { kind: Kind::Double, shape, numbers }, Value::Rows(places)) => {
                let ([_], 0) = (shape.as_slice(), axis) else { return None };
                let table: Arc<[f64]> = numbers.as_slice().into();
                let step = |place: &usize| self.push(true, Op::Lookup(table.clone(), *place));
                let columns = places.columns.iter().map(step).collect::<Option<_>>()?;
                Some(Value::Rows(Rows { kind: Kind::Double, shape: places.shape.clone(), columns }))
            }
            _ => None,
        }
    }

    fn matrix(&mut self, of: &Rows, weights: &Value) -> Option<Value> {
        let (shape, numbers) = weights.constant()?;
        let (&[depth], &[height, width]) = (of.shape.as_slice(), shape) else { return None };
        if depth != height || of.kind != weights.kind() {
            return None;
        }
        let mut columns = Vec::with_capacity(width);
        for target in 0..width {
            let weights = numbers.iter().skip(target).step_by(width);
            let terms = of.columns.iter().copied().zip(weights.copied()).collect();
            columns.push(self.dot(of.kind, terms, 0.0)?);
        }
        Some(Value::Rows(Rows { kind: of.kind, shape: vec![width], columns }))
    }

    /// A weighted sum of floats.
    pub(super) fn dot(&mut self, kind: Kind, terms: Vec<(usize, f64)>, first: f64) -> Option<usize> {
        let float = matches!(kind, Kind::Float | Kind::Double);
        let term = |(place, weight): (usize, f64)| Some((u32::try_from(place).ok()?, weight));
        let terms = terms.into_iter().map(term).collect::<Option<_>>()?;
        if float {
            self.push(kind.wide(), Op::Dot(terms, first))
        } else {
            None
        }
    }

    fn reduce(&mut self, name: &str, of: &Rows) -> Option<Value> {
        let [width] = of.shape.as_slice() else { return None };
        let column = match name {
            "ReduceMax" => {
                let (first, rest) = of.columns.split_first()?;
                rest.iter().try_fold(*first, |most, column| {
                    let pair = [most, *column].map(Operand::Column);
                    self.push(of.kind.wide(), Op::Binary(Binary::Max, pair[0], pair[1]))
                })?
            }
            _ => self.dot(of.kind, of.columns.iter().map(|column| (*column, 1.0)).collect(), 0.0)?,
        };
        let total = Value::Rows(Rows { kind: of.kind, shape: vec![1], columns: vec![column] });
        if name != "ReduceMean" {
            return Some(total);
        }
        let width = f64::from(u32::try_from(*width).ok()?);
        self.binary(
            Binary::Div,
            &total,
            &Value::Constant { kind: of.kind, shape: vec![], numbers: vec![width] },
        )
    }

    fn softmax(&mut self, of: &Rows, axis: i64) -> Option<Value> {
        if of.shape.len() != 1 || !(axis == 1 || axis == -1) {
            return None;
        }
        let most = self.reduce("ReduceMax", of)?;
        let below = self.binary(Binary::Sub, &Value::Rows(of.clone()), &most)?;
        let powers = self.unary(Unary::Exp, below.rows()?)?;
        let sum = self.reduce("ReduceSum", powers.rows()?)?;
        self.binary(Binary::Div, &powers, &sum)
    }
}

/// Makes a step that writes `count` columns from `to` on write the one at `place`, too, if it follows and fits.
fn joins(count: &mut usize, to: usize, place: usize, fits: impl Fn(usize) -> bool) -> Option<bool> {
    let follows = to.checked_add(*count)? == place && fits(*count);
    if follows {
        *count = count.checked_add(1)?;
    }
    Some(follows)
}

/// The same for 32 bits; constants were read from 32 bits, so that nothing is lost.
#[allow(clippy::cast_possible_truncation)]
fn narrow(op: Op<f64>) -> Op<f32> {
    let operand = |operand| match operand {
        Operand::Column(place) => Operand::Column(place),
        Operand::Number(number) => Operand::Number(number as f32),
    };
    match op {
        Op::Unary(unary, of) => Op::Unary(unary, of),
        Op::Binary(binary, a, b) => Op::Binary(binary, operand(a), operand(b)),
        Op::Select(which, yes, no) => Op::Select(which, operand(yes), operand(no)),
        Op::Dot(terms, first) => {
            Op::Dot(terms.into_iter().map(|(place, weight)| (place, weight as f32)).collect(), first as f32)
        }
        Op::Lookup(table, of) => Op::Lookup(table.iter().map(|number| *number as f32).collect(), of),
    }
}

fn zero(kind: Kind) -> Value {
    Value::Constant { kind, shape: vec![], numbers: vec![0.0] }
}

/// A place in so many, counted from the end where it is negative.
fn index(place: f64, length: usize) -> Option<usize> {
    #[allow(clippy::cast_possible_truncation)] // Constants have at most 32 bits.
    let place = place as i64;
    let place = if place < 0 { place.checked_add(i64::try_from(length).ok()?)? } else { place };
    usize::try_from(place).ok().filter(|place| *place < length)
}

/// A shape, and operands for each of its places.
type Spread<const COUNT: usize> = (Vec<usize>, Vec<[Operand<f64>; COUNT]>);

/// The common shape of values, and what each gives for each of its places (ONNX, Broadcasting in ONNX).
fn spread<const COUNT: usize>(values: [&Value; COUNT]) -> Option<Spread<COUNT>> {
    let rank = values.iter().find_map(|value| value.rows())?.shape.len();
    let shapes = values.iter().map(|value| value.row_shape(rank)).collect::<Option<Vec<_>>>()?;
    let mut common = vec![1; rank];
    for shape in &shapes {
        for (common, dim) in common.iter_mut().zip(shape) {
            match (*common, *dim) {
                (_, 1) => (),
                (1, dim) => *common = dim,
                (common, dim) if common == dim => (),
                _ => return None,
            }
        }
    }
    let all =
        common.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim)).filter(|all| *all <= MAX_COLUMNS)?;
    let place = |shape: &[usize], mut at: usize| {
        // From the last dimension on: where we are in the common shape, and how far that is in this one.
        let (mut found, mut stride) = (0usize, 1usize);
        for (dim, common) in shape.iter().zip(&common).rev() {
            let here = at.checked_rem(*common)?;
            at = at.checked_div(*common)?;
            if *dim != 1 {
                found = found.checked_add(here.checked_mul(stride)?)?;
            }
            stride = stride.checked_mul(*dim)?;
        }
        Some(found)
    };
    let mut operands = Vec::with_capacity(all);
    for at in 0..all {
        let mut row = [Operand::Number(0.0); COUNT];
        for (operand, (value, shape)) in row.iter_mut().zip(values.iter().zip(&shapes)) {
            *operand = value.operand(place(shape, at)?)?;
        }
        operands.push(row);
    }
    Some((common, operands))
}

fn concat(values: &[&Value], axis: i64) -> Option<Value> {
    let kind = values.first()?.kind();
    let mut columns = Vec::new();
    for value in values {
        let rows = value.rows().filter(|rows| rows.kind == kind && rows.shape.len() == 1)?;
        columns.extend_from_slice(&rows.columns);
    }
    (axis == 1 || axis == -1).then(|| Value::Rows(Rows { kind, shape: vec![columns.len()], columns }))
}

fn reshape(of: &Rows, shape: &[f64]) -> Option<Value> {
    let (first, shape) = shape.split_first()?;
    let shape =
        shape.iter().map(|dim| index(*dim, usize::MAX).filter(|_| *dim > 0.0)).collect::<Option<Vec<_>>>()?;
    let all = shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim))?;
    let fits = all == of.columns.len() && (*first == 0.0 || *first == -1.0);
    fits.then(|| Value::Rows(Rows { kind: of.kind, shape, columns: of.columns.clone() }))
}
