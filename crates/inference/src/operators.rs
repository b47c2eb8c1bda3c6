//! Custom operators for tract: those of `ai.onnx.ml` that cannot be rewritten with plain ones, and an identity.
//!
//! Each takes one tensor. Where the specification is silent they follow onnxruntime 1.32.

mod apart;
mod own;
mod svm;
mod tables;

use tract_onnx::Onnx;

/// Registers all of them, and the tree ensembles.
pub(crate) fn register(onnx: &mut Onnx) {
    crate::trees::register(onnx);
    onnx.op_register.insert(crate::opsets::APART, apart::apart);
    onnx.op_register.insert("LabelEncoder", tables::label_encoder);
    onnx.op_register.insert("OneHotEncoder", tables::one_hot_encoder);
    onnx.op_register.insert("SVMClassifier", svm::classifier);
    onnx.op_register.insert("SVMRegressor", svm::regressor);
}
