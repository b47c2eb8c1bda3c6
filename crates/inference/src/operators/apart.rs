//! An operator that does nothing, see [`APART`](crate::opsets::APART).

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::own::{own, Does, Facts};

#[derive(Debug)]
struct Apart;

pub(super) fn apart(_: &ParsingContext, _: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok(own(Apart))
}

impl Does for Apart {
    fn outputs(&self) -> usize {
        1
    }

    fn facts(&self, kind: DatumType, shape: &[TDim]) -> TractResult<Facts> {
        Ok(tvec!((kind, shape.into())))
    }

    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>> {
        Ok(tvec!(input.clone()))
    }
}
