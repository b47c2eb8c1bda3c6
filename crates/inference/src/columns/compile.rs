//! From the nodes of a graph to steps.
//!
//! Shapes are those of one row: the first dimension of all values that depend on the input counts rows and is omitted.
//! `None` means throughout that this engine cannot run the graph.

use std::collections::HashMap;
use std::sync::Arc;

use pulp::Arch;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::steps::{self, Binary, Op, Operand, Unary};
use super::values::{concat, constant, index, reshape, spread, zero, Kind, Rows, Value};
use super::{Program, Step, MAX_COLUMNS};
use crate::opsets::APART;
use crate::trees::{self, Attributes};

/// Maximum number of terms of all weighted sums together.
const MAX_TERMS: usize = 1 << 22;

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
    Some(Program { inputs, singles, doubles, steps, outputs, arch: Arch::new() })
}

/// Steps so far.
pub(super) struct Compiler {
    steps: Vec<Step>,
    singles: usize,
    doubles: usize,
    terms: usize,
}

impl Compiler {
    /// The index of a new column.
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

    /// The step before does the same for the next columns.
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
            ("Identity" | APART, [of]) => Some((*of).clone()),
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
