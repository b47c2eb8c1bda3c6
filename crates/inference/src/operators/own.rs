//! What all custom operators share.

use std::fmt::Debug;
use std::sync::Arc;

use tract_onnx::tract_hir::internal::*;

/// The types and shapes of an operator's outputs.
pub(super) type Facts = TVec<(DatumType, TVec<TDim>)>;

/// What an operator does with its only input.
pub(super) trait Does: Debug + Send + Sync + 'static {
    /// The number of its outputs.
    fn outputs(&self) -> usize;
    /// The types and shapes of its outputs, from those of its input.
    fn facts(&self, kind: DatumType, shape: &[TDim]) -> TractResult<Facts>;
    /// Its outputs.
    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>>;
}

/// An operator as tract takes it.
#[derive(Clone, Debug)]
pub(super) struct Own(Arc<dyn Does>);

// Compared by address: tract merges equal nodes, and two readings must never be merged.
impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Own {}

pub(super) fn own(does: impl Does) -> (Box<dyn InferenceOp>, Vec<String>) {
    (expand(Own(Arc::new(does))), vec![])
}

impl Expansion for Own {
    fn name(&self) -> StaticName {
        "Own".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.0.outputs())
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, self.0.outputs())?;
        s.given_2(&inputs[0].datum_type, &inputs[0].shape, move |s, kind, shape| {
            for (output, (kind, shape)) in outputs.iter().zip(self.0.facts(kind, &shape)?) {
                s.equals(&output.datum_type, kind)?;
                s.equals(&output.shape, shape)?;
            }
            Ok(())
        })
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Op for Own {
    fn name(&self) -> StaticName {
        "Own".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Own {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        Ok(self.0.run(&input)?.into_iter().map(IntoTValue::into_tvalue).collect())
    }
}

impl TypedOp for Own {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let facts = self.0.facts(inputs[0].datum_type, inputs[0].shape.dims())?;
        Ok(facts.into_iter().map(|(kind, shape)| kind.fact(&*shape)).collect())
    }

    as_op!();
}
