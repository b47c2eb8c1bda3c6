//! Attributes of a node, by name and type.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto};

use super::TreeError;

/// The attributes of one operator. Those that are absent are empty.
pub(crate) struct Attributes<'p>(pub &'p NodeProto);

impl<'p> Attributes<'p> {
    fn find(&self, name: &str) -> Option<&'p AttributeProto> {
        self.0.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// A list of integers.
    pub(crate) fn ints(&self, name: &str) -> &'p [i64] {
        self.find(name).map_or(&[], |attribute| &attribute.ints)
    }

    /// A list of 32-bit floats.
    pub(crate) fn floats(&self, name: &str) -> &'p [f32] {
        self.find(name).map_or(&[], |attribute| &attribute.floats)
    }

    /// A single 32-bit float.
    pub(crate) fn float(&self, name: &str) -> Option<f32> {
        self.find(name).map(|attribute| attribute.f)
    }

    /// A single integer.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.find(name).map(|attribute| attribute.i)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Vec<&'p str>, TreeError> {
        let texts = self.find(name).map_or(&[][..], |attribute| &attribute.strings);
        let text = |bytes: &'p Vec<u8>| {
            std::str::from_utf8(bytes).map_err(|_| TreeError::Attribute { name, why: "is not text" })
        };
        texts.iter().map(text).collect()
    }

    /// A single text; empty if it is absent.
    pub(crate) fn text(&self, name: &'static str) -> Result<&'p str, TreeError> {
        let bytes = self.find(name).map_or(&[][..], |attribute| &attribute.s);
        std::str::from_utf8(bytes).map_err(|_| TreeError::Attribute { name, why: "is not text" })
    }

    /// A tensor.
    pub(crate) fn tensor(&self, name: &str) -> Option<&'p TensorProto> {
        self.find(name)?.t.as_ref()
    }

    /// Numbers: a list of 32-bit floats, or a tensor named by the second name.
    pub(crate) fn numbers(&self, list: &str, tensor: &'static str) -> Result<Vec<f64>, TreeError> {
        if let Some(values) = self.tensor(tensor) {
            return floats(values, tensor);
        }
        let values = self.find(list).map_or(&[][..], |attribute| &attribute.floats);
        Ok(values.iter().copied().map(f64::from).collect())
    }
}

/// Whether the tensor holds 64-bit floats.
pub(crate) fn is_double(tensor: Option<&TensorProto>) -> bool {
    tensor.is_some_and(|tensor| tensor.data_type == i32::from(DataType::Double))
}

/// The numbers of a float or double tensor, in its order.
pub(crate) fn floats(tensor: &TensorProto, name: &'static str) -> Result<Vec<f64>, TreeError> {
    let raw = &tensor.raw_data;
    match DataType::try_from(tensor.data_type) {
        Ok(DataType::Float) if raw.is_empty() => {
            Ok(tensor.float_data.iter().copied().map(f64::from).collect())
        }
        Ok(DataType::Float) => {
            Ok(raw.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
        }
        Ok(DataType::Double) if raw.is_empty() => Ok(tensor.double_data.clone()),
        Ok(DataType::Double) => {
            Ok(raw.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
        }
        _ => Err(TreeError::Attribute { name, why: "is neither a float nor a double tensor" }),
    }
}

/// The bytes of a tensor of 8-bit integers, in its order.
pub(crate) fn bytes(tensor: &TensorProto, name: &'static str) -> Result<Vec<u8>, TreeError> {
    if tensor.data_type != i32::from(DataType::Uint8) {
        return Err(TreeError::Attribute { name, why: "is not a tensor of 8-bit integers" });
    }
    if tensor.raw_data.is_empty() {
        let byte = |value: &i32| {
            u8::try_from(*value).map_err(|_| TreeError::Attribute { name, why: "holds more than a byte" })
        };
        return tensor.int32_data.iter().map(byte).collect();
    }
    Ok(tensor.raw_data.to_vec())
}

/// Two lists that must be of one length, unless the second may be absent.
pub(crate) fn same_length(
    name: &'static str,
    length: usize,
    wanted: usize,
    optional: bool,
) -> Result<(), TreeError> {
    if length == wanted || (optional && length == 0) {
        Ok(())
    } else {
        Err(TreeError::Attribute { name, why: "is missing, or not as long as the others" })
    }
}
