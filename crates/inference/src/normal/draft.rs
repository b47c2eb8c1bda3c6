//! The nodes and constants of a graph while it is rewritten.

use std::collections::HashMap;

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto};

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
    fn name(&mut self) -> String {
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

    pub(super) fn constant(&mut self, tensor: TensorProto) -> String {
        let name = self.name();
        self.constants.push(TensorProto { name: name.clone(), ..tensor });
        name
    }

    pub(super) fn cast(&mut self, value: &str, to: DataType) -> String {
        self.node("Cast", &[value], vec![integer("to", i64::from(i32::from(to)))])
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

/// The whole numbers of a constant.
pub(crate) fn whole_numbers(tensor: &TensorProto) -> Vec<i64> {
    let raw = tensor.raw_data.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
    tensor.int64_data.iter().copied().chain(raw).collect()
}
