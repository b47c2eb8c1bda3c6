//! The nodes and constants of a graph while it is rewritten.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use crate::file::{self, Element};

/// Names that the rewriting gives to values begin with this.
pub(super) const PREFIX: &str = "theriac.";

/// New nodes in their order, and the constants that they use.
pub(super) struct Draft {
    /// The operator set of the default domain.
    pub opset: i64,
    pub nodes: Vec<NodeProto>,
    pub constants: Vec<TensorProto>,
    /// The node that is rewritten, for the names of new ones.
    label: String,
    count: usize,
}

impl Draft {
    pub(super) fn new(opset: i64) -> Self {
        Self { opset, nodes: Vec::new(), constants: Vec::new(), label: String::new(), count: 0 }
    }

    /// The nodes from here on stand for the one of this label.
    pub(super) fn stands_for(&mut self, label: &str) {
        label.clone_into(&mut self.label);
    }

    /// A name that no value has yet.
    pub(super) fn name(&mut self) -> String {
        self.count = self.count.saturating_add(1);
        format!("{PREFIX}{}.{}", self.label, self.count)
    }

    /// Appends a node, and returns the name of its output.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        let output = self.name();
        self.node_to(operator, inputs, attributes, &output);
        output
    }

    /// Appends a node with this output.
    pub(super) fn node_to(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        output: &str,
    ) {
        self.nodes.push(NodeProto {
            op_type: operator.to_owned(),
            name: output.to_owned(),
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.to_owned()],
            attribute: attributes,
            ..NodeProto::default()
        });
    }

    /// A constant of 32-bit floats.
    pub(super) fn floats(&mut self, dims: &[usize], values: Vec<f32>) -> String {
        self.constant(TensorProto { float_data: values, ..tensor(DataType::Float, dims) })
    }

    /// A constant of whole numbers.
    pub(super) fn integers(&mut self, dims: &[usize], values: Vec<i64>) -> String {
        self.constant(TensorProto { int64_data: values, ..tensor(DataType::Int64, dims) })
    }

    /// A constant of one 64-bit float.
    pub(super) fn double(&mut self, value: f64) -> String {
        self.constant(TensorProto { double_data: vec![value], ..tensor(DataType::Double, &[]) })
    }

    pub(super) fn constant(&mut self, tensor: TensorProto) -> String {
        let name = self.name();
        self.constants.push(TensorProto { name: name.clone(), ..tensor });
        name
    }

    pub(super) fn cast(&mut self, value: &str, to: DataType) -> String {
        self.node("Cast", &[value], vec![integer("to", i64::from(i32::from(to)))])
    }

    /// The part of a value at one place of an axis, which stays.
    pub(super) fn slice(&mut self, value: &str, axis: i64, place: i64) -> String {
        let place = self.integers(&[1], vec![place]);
        self.node("Gather", &[value, &place], vec![integer("axis", axis)])
    }

    /// A value with an axis backwards.
    pub(super) fn reversed(&mut self, value: &str, axis: i64) -> String {
        let [start, end, axis, step] =
            [-1, i64::MIN, axis, -1].map(|number| self.integers(&[1], vec![number]));
        self.node("Slice", &[value, &start, &end, &axis, &step], vec![])
    }

    /// The sum over the last dimension of a matrix, which stays with size 1.
    pub(super) fn sum(&mut self, value: &str) -> String {
        self.reduce("ReduceSum", value, 13)
    }

    /// The same for the largest number.
    pub(super) fn most(&mut self, value: &str) -> String {
        self.reduce("ReduceMax", value, 18)
    }

    /// From this operator set on the axes are an operand.
    fn reduce(&mut self, operator: &str, value: &str, operand_since: i64) -> String {
        let keep = integer("keepdims", 1);
        if self.opset >= operand_since {
            let axes = self.integers(&[1], vec![1]);
            self.node(operator, &[value, &axes], vec![keep])
        } else {
            self.node(operator, &[value], vec![integers("axes", &[1]), keep])
        }
    }
}

fn tensor(kind: DataType, dims: &[usize]) -> TensorProto {
    let dims = dims.iter().map(|dim| i64::try_from(*dim).unwrap_or(i64::MAX)).collect();
    TensorProto { dims, data_type: kind.into(), ..TensorProto::default() }
}

pub(super) fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        i: value,
        r#type: AttributeType::Int.into(),
        ..Default::default()
    }
}

pub(super) fn integers(name: &str, values: &[i64]) -> AttributeProto {
    let kind = AttributeType::Ints.into();
    AttributeProto { name: name.to_owned(), ints: values.to_vec(), r#type: kind, ..Default::default() }
}

pub(super) fn floats(name: &str, values: Vec<f32>) -> AttributeProto {
    let kind = AttributeType::Floats.into();
    AttributeProto { name: name.to_owned(), floats: values, r#type: kind, ..Default::default() }
}

pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        f: value,
        r#type: AttributeType::Float.into(),
        ..Default::default()
    }
}

/// A tensor of 64-bit floats as an attribute.
pub(super) fn doubles(name: &str, values: Vec<f64>) -> AttributeProto {
    let value = TensorProto { double_data: values.clone(), ..tensor(DataType::Double, &[values.len()]) };
    attribute_tensor(name, value)
}

pub(super) fn attribute_tensor(name: &str, value: TensorProto) -> AttributeProto {
    let kind = AttributeType::Tensor.into();
    AttributeProto { name: name.to_owned(), t: Some(value), r#type: kind, ..Default::default() }
}

/// The constants of a graph by name: those at its top, and the results of `Constant`.
pub(super) struct Constants<'g>(HashMap<&'g str, &'g TensorProto>);

impl<'g> Constants<'g> {
    pub(super) fn of(constants: &'g [TensorProto], nodes: &'g [NodeProto]) -> Self {
        let tops = constants.iter().map(|tensor| (tensor.name.as_str(), tensor));
        let made = nodes.iter().filter(|node| node.op_type == "Constant").filter_map(|node| {
            let value = node.attribute.iter().find(|attribute| attribute.name == "value")?;
            Some((node.output.first()?.as_str(), value.t.as_ref()?))
        });
        Self(tops.chain(made).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&'g TensorProto> {
        self.0.get(name).copied()
    }
}

/// The values of 64-bit floats, by name.
pub(super) struct Doubles<'g>(HashSet<&'g str>);

impl<'g> Doubles<'g> {
    /// Follows them from the inputs and constants of a graph through what was drafted before its nodes, and those.
    pub(super) fn of(graph: &'g GraphProto, draft: &Draft, nodes: &'g [NodeProto]) -> Self {
        let double = i32::from(DataType::Double);
        let is_double = |tensor: &&TensorProto| tensor.data_type == double;
        let constants = graph.initializer.iter().filter(is_double).map(|tensor| tensor.name.as_str());
        let inputs = file::inputs(graph).into_iter().filter(|port| port.element == Element::Double);
        let inputs: HashSet<String> = inputs.map(|port| port.name).collect();
        let mut found: HashSet<&'g str> = constants.collect();
        found.extend(
            graph.input.iter().map(|input| input.name.as_str()).filter(|name| inputs.contains(*name)),
        );
        let mut drafted: HashSet<&str> = inputs.iter().map(String::as_str).collect();
        for node in &draft.nodes {
            if gives_doubles(node, |name| drafted.contains(name)) {
                drafted.extend(node.output.iter().map(String::as_str));
            }
        }
        let drafted: HashSet<String> = drafted.into_iter().map(str::to_owned).collect();
        for node in nodes {
            if gives_doubles(node, |name| found.contains(name) || drafted.contains(name)) {
                found.extend(node.output.iter().map(String::as_str));
            }
            found.extend(node.input.iter().map(String::as_str).filter(|name| drafted.contains(*name)));
        }
        Self(found)
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.0.contains(value)
    }
}

fn gives_doubles(node: &NodeProto, is_double: impl Fn(&str) -> bool) -> bool {
    /// Their results have types of their own.
    const OTHERS: [&str; 14] = [
        "ArgMax",
        "ArgMin",
        "Equal",
        "Greater",
        "GreaterOrEqual",
        "IsInf",
        "IsNaN",
        "LabelEncoder",
        "Less",
        "LessOrEqual",
        "NonZero",
        "OneHotEncoder",
        "Shape",
        "Size",
    ];
    let double = i64::from(i32::from(DataType::Double));
    let number = |name: &str| node.attribute.iter().find(|own| own.name == name);
    match node.op_type.as_str() {
        "Cast" => number("to").is_some_and(|to| to.i == double),
        "Constant" | "ConstantOfShape" => {
            let value = number("value").and_then(|own| own.t.as_ref());
            value.is_some_and(|value| i64::from(value.data_type) == double)
        }
        // Those of ai.onnx.ml give 32 bits.
        operator => {
            node.domain != "ai.onnx.ml"
                && !OTHERS.contains(&operator)
                && node.input.iter().any(|input| is_double(input))
        }
    }
}
