//! The files of a model: the ONNX file, and those that hold the weights that it leaves out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{ModelProto, TensorProto};

use crate::file::{self, FileError};

/// Maximum size of all files of a model together, in bytes.
pub const MAX_MODEL_BYTES: usize = 256 << 20;

/// Why the files of a model were refused.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// A file cannot be read, or is larger than it may be.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The file is not an ONNX file.
    #[error(transparent)]
    NotOnnx(#[from] FileError),
    /// The manifest does not list a file that the ONNX file names.
    #[error(
        "the ONNX file keeps weights in {name:?}, which the manifest does not list; write \"weights\": [{name:?}] under \
         model, or export with the weights inside (in torch.onnx.export: external_data=False)"
    )]
    Unlisted {
        /// The file's name as the ONNX file has it.
        name: String,
    },
    /// The ONNX file names a file in another folder.
    #[error(
        "the ONNX file keeps weights in {name:?}, which is not beside it; export it again with all files in one folder"
    )]
    Elsewhere {
        /// The file's name as the ONNX file has it.
        name: String,
    },
    /// A file of weights is a link.
    #[error("{name:?} is a link and no file; put the file itself beside the ONNX file")]
    Link {
        /// The file.
        name: String,
    },
    /// A listed file is not used.
    #[error("the manifest lists the weights {name:?}, but the ONNX file does not use them; leave them out")]
    Unused {
        /// The file.
        name: String,
    },
    /// A tensor lies outside its file.
    #[error(
        "the tensor {tensor} lies outside of {name:?}: the file is cut, or of another model; copy both again"
    )]
    Outside {
        /// The tensor.
        tensor: String,
        /// The file.
        name: String,
    },
}

/// What a model is known by on chain: the SHA-256 of its ONNX file, or, if it keeps weights in other files, SHA-256 over,
/// in this order: the ASCII text `theriac/model/1`; the SHA-256 of the ONNX file; and for each other file, in the order
/// of their names' bytes, the length of its name as a big-endian 64-bit number, its name, and its SHA-256.
#[must_use]
pub fn identity(onnx: &[u8], weights: &BTreeMap<String, Vec<u8>>) -> [u8; 32] {
    let own = Sha256::digest(onnx);
    if weights.is_empty() {
        return own.into();
    }
    let mut hash = Sha256::new();
    hash.update(b"theriac/model/1");
    hash.update(own);
    for (name, bytes) in weights {
        hash.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(name);
        hash.update(Sha256::digest(bytes));
    }
    hash.finalize().into()
}

/// The bytes of all files of a model.
pub(crate) struct Parts<'b> {
    onnx: Cow<'b, [u8]>,
    weights: BTreeMap<String, Vec<u8>>,
}

impl<'b> Parts<'b> {
    /// A file that holds its weights itself.
    pub(crate) fn alone(onnx: &'b [u8]) -> Self {
        Self { onnx: Cow::Borrowed(onnx), weights: BTreeMap::new() }
    }

    /// Reads all files, whose names are plain.
    pub(crate) fn read(folder: &Path, onnx: &str, weights: &[String]) -> Result<Self, PartsError> {
        let bytes = files::read(&folder.join(onnx), MAX_MODEL_BYTES)?;
        let mut left = MAX_MODEL_BYTES.saturating_sub(bytes.len());
        let mut parts = BTreeMap::new();
        for name in weights {
            let path = folder.join(name);
            if path.symlink_metadata().is_ok_and(|metadata| metadata.file_type().is_symlink()) {
                return Err(PartsError::Link { name: name.clone() });
            }
            let bytes = files::read(&path, left)?;
            left = left.saturating_sub(bytes.len());
            parts.insert(name.clone(), bytes);
        }
        Ok(Self { onnx: Cow::Owned(bytes), weights: parts })
    }

    /// The bytes of the ONNX file.
    pub(crate) fn onnx(&self) -> &[u8] {
        &self.onnx
    }

    /// The number of bytes of all files.
    pub(crate) fn bytes(&self) -> usize {
        self.weights.values().map(Vec::len).fold(self.onnx.len(), usize::saturating_add)
    }

    pub(crate) fn identity(&self) -> [u8; 32] {
        identity(&self.onnx, &self.weights)
    }

    /// The file with all its weights inside.
    pub(crate) fn model(&self) -> Result<ModelProto, PartsError> {
        let mut model = file::decode(&self.onnx)?;
        let mut unused: Vec<&String> = self.weights.keys().collect();
        for tensor in model.graph.iter_mut().flat_map(tensors) {
            let Some(name) = outside(tensor) else { continue };
            let bytes = self.weights.get(&name).ok_or_else(|| missing(&name))?;
            unused.retain(|own| **own != name);
            let part = part(tensor, bytes);
            let part =
                part.ok_or_else(|| PartsError::Outside { tensor: tensor.name.clone(), name: name.clone() })?;
            tensor.raw_data = part.to_vec();
            tensor.external_data.clear();
            tensor.data_location = None;
        }
        if let Some(name) = unused.first() {
            return Err(PartsError::Unused { name: (*name).clone() });
        }
        Ok(model)
    }
}

/// The files that an ONNX file keeps weights in.
pub(crate) fn weights(onnx: &[u8]) -> Result<Vec<String>, PartsError> {
    let mut model = file::decode(onnx)?;
    let mut names: Vec<String> =
        model.graph.iter_mut().flat_map(tensors).filter_map(|tensor| outside(tensor)).collect();
    names.sort();
    names.dedup();
    match names.iter().find(|name| !is_plain(name)) {
        Some(name) => Err(PartsError::Elsewhere { name: name.clone() }),
        None => Ok(names),
    }
}

/// All tensors at the top of a graph.
fn tensors(graph: &mut tract_onnx::pb::GraphProto) -> Vec<&mut TensorProto> {
    let constants =
        graph.node.iter_mut().flat_map(|node| &mut node.attribute).filter_map(|own| own.t.as_mut());
    graph.initializer.iter_mut().chain(constants).collect()
}

/// The file that holds the content of a tensor, if it is not this one.
fn outside(tensor: &TensorProto) -> Option<String> {
    let external = tensor.data_location == Some(DataLocation::External.into());
    external.then(|| value(tensor, "location").unwrap_or_default())
}

fn value(tensor: &TensorProto, key: &str) -> Option<String> {
    tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
}

fn missing(name: &str) -> PartsError {
    let name = name.to_owned();
    if is_plain(&name) {
        PartsError::Unlisted { name }
    } else {
        PartsError::Elsewhere { name }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':'])
}

/// The bytes of a tensor in its file.
fn part<'b>(tensor: &TensorProto, bytes: &'b [u8]) -> Option<&'b [u8]> {
    let number = |key: &str| value(tensor, key).map(|text| text.parse::<usize>().ok());
    let start = number("offset").unwrap_or(Some(0))?;
    match number("length") {
        None => bytes.get(start..),
        Some(length) => bytes.get(start..start.checked_add(length?)?),
    }
}
