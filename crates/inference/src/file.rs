//! An ONNX file as it is: its bytes, and what it says of its inputs and outputs.

use serde::Serialize;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};
use tract_onnx::prelude::Framework;

/// Why bytes are not an ONNX file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// An empty file.
    #[error("the file is empty; copy it again")]
    Empty,
    /// Python's serialisation.
    #[error(
        "the file is a Python pickle (or joblib file), which can run any code when it is opened; export the model to \
         ONNX where it was trained, for example with skl2onnx"
    )]
    Pickle,
    /// An archive, as of PyTorch or Keras.
    #[error(
        "the file is a ZIP archive, as PyTorch (.pt) and Keras (.keras) write them; export the model to ONNX where it \
         was trained, for example with torch.onnx.export or model.export(\"m.onnx\", format=\"onnx\")"
    )]
    Archive,
    /// Of Keras or others.
    #[error(
        "the file is an HDF5 file, as Keras (.h5) writes them; export the model to ONNX where it was trained, for \
         example with model.export(\"m.onnx\", format=\"onnx\")"
    )]
    Hdf5,
    /// A place holder of Git's large file storage.
    #[error("the file is a Git LFS pointer and not the model; get the model itself with: git lfs pull")]
    LfsPointer,
    /// TensorFlow's form.
    #[error("the file is a TensorFlow SavedModel; convert it to ONNX where it was trained, for example with tf2onnx")]
    SavedModel,
    /// Any other text, for example a web page.
    #[error("the file is a text (it begins with {0:?}) and not an ONNX file; get the model itself")]
    Text(String),
    /// Cut or damaged.
    #[error("the file is not an ONNX file, or is cut or damaged; compare its size with the original, and copy it again")]
    Damaged,
}

/// Reads the bytes of an ONNX file.
pub(crate) fn decode(bytes: &[u8]) -> Result<ModelProto, FileError> {
    let text = |prefix: &str| bytes.starts_with(prefix.as_bytes());
    match bytes {
        [] => return Err(FileError::Empty),
        [0x80, 2..=5, ..] => return Err(FileError::Pickle),
        [b'P', b'K', 3 | 5, ..] => return Err(FileError::Archive),
        [0x89, b'H', b'D', b'F', ..] => return Err(FileError::Hdf5),
        _ if text("version https://git-lfs") => return Err(FileError::LfsPointer),
        _ => (),
    }
    let decoded = tract_onnx::onnx().proto_model_for_read(&mut &*bytes).ok();
    if let Some(model) = decoded.filter(|model| model.graph.is_some() || model.ir_version > 0) {
        return Ok(model);
    }
    let start: Vec<u8> = bytes.iter().copied().take(40).collect();
    match std::str::from_utf8(&start) {
        Ok(start) if start.chars().all(|sign| !sign.is_control() || sign.is_whitespace()) => {
            Err(FileError::Text(start.trim().to_owned()))
        }
        // SavedModel is a protobuf message too, whose first field is a version and whose second holds a graph with this
        // prefix in one of its names.
        _ if bytes.windows(13).take(1 << 16).any(|part| part == b"saved_model_m")
            || text("\u{8}\u{1}\u{12}") =>
        {
            Err(FileError::SavedModel)
        }
        _ => Err(FileError::Damaged),
    }
}

/// The type of a value's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    /// 32-bit float.
    Float,
    /// 64-bit float.
    Double,
    /// A whole number of any size.
    Whole,
    /// A truth value.
    Flag,
    /// A text.
    Text,
    /// Not a tensor: a table or a list of them.
    Table,
    /// Any other, by ONNX's number.
    Other(i32),
}

impl Element {
    fn of(kind: i32) -> Self {
        match DataType::try_from(kind) {
            Ok(DataType::Float) => Self::Float,
            Ok(DataType::Double) => Self::Double,
            Ok(
                DataType::Int8
                | DataType::Int16
                | DataType::Int32
                | DataType::Int64
                | DataType::Uint8
                | DataType::Uint16
                | DataType::Uint32,
            ) => Self::Whole,
            Ok(DataType::Bool) => Self::Flag,
            Ok(DataType::String) => Self::Text,
            _ => Self::Other(kind),
        }
    }
}

/// An input or output of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub element: Element,
    /// ONNX's number of the type.
    #[serde(skip)]
    pub(crate) kind: i32,
    /// Its dimensions, `None` for one of any size; if the file does not say, `None` instead of a list.
    pub dims: Option<Vec<Option<usize>>>,
}

impl Port {
    fn of(value: &ValueInfoProto) -> Self {
        let name = value.name.clone();
        let Some(TypeValue::TensorType(tensor)) = value.r#type.as_ref().and_then(|kind| kind.value.as_ref())
        else {
            return Self { name, element: Element::Table, kind: 0, dims: None };
        };
        let size = |dim: &tract_onnx::pb::tensor_shape_proto::Dimension| match &dim.value {
            // Old exporters write 0 or less for a dimension of any size.
            Some(Dimension::DimValue(size)) => usize::try_from(*size).ok().filter(|size| *size > 0),
            _ => None,
        };
        let dims = tensor.shape.as_ref().map(|shape| shape.dim.iter().map(size).collect());
        Self { name, element: Element::of(tensor.elem_type), kind: tensor.elem_type, dims }
    }

    /// The elements of one row, if they are known: the first dimension counts rows.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let dims = self.dims.as_ref()?;
        dims.iter().skip(1).try_fold(1usize, |all, dim| all.checked_mul((*dim)?))
    }
}

/// As `name: float[?, 5]`.
impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let element = match self.element {
            Element::Float => "float",
            Element::Double => "double",
            Element::Whole => "whole numbers",
            Element::Flag => "flags",
            Element::Text => "texts",
            Element::Table => return write!(f, "{}: a table", self.name),
            Element::Other(kind) => return write!(f, "{}: type {kind}", self.name),
        };
        let dims = self.dims.as_ref().map(|dims| {
            let dims = dims.iter().map(|dim| dim.map_or("?".to_owned(), |dim| dim.to_string()));
            dims.collect::<Vec<_>>().join(", ")
        });
        write!(f, "{}: {element}[{}]", self.name, dims.as_deref().unwrap_or("of any shape"))
    }
}

/// The inputs.
pub(crate) fn inputs(graph: &GraphProto) -> Vec<Port> {
    graph.input.iter().map(Port::of).collect()
}

/// The outputs.
pub(crate) fn outputs(graph: &GraphProto) -> Vec<Port> {
    graph.output.iter().map(Port::of).collect()
}

/// The name of a node for people.
pub(crate) fn label(node: &NodeProto) -> String {
    let name = if node.name.is_empty() { node.output.first() } else { Some(&node.name) };
    name.filter(|name| !name.is_empty()).unwrap_or(&node.op_type).clone()
}

/// The nodes that use a value.
pub(crate) fn users<'g>(graph: &'g GraphProto, value: &str) -> Vec<&'g NodeProto> {
    graph.node.iter().filter(|node| node.input.iter().any(|input| input == value)).collect()
}

/// The whole numbers of a constant.
pub(crate) fn whole_numbers(tensor: &TensorProto) -> Vec<i64> {
    let raw = tensor.raw_data.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
    tensor.int64_data.iter().copied().chain(raw).collect()
}
