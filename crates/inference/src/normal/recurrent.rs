//! Recurrent layers as tract 0.23.9 takes them: one direction, forward, with an initial state.
//!
//! tract ignores the attributes `direction`, `clip` and `input_forget`: it would compute something else without a word.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto};

use super::draft::{attribute_tensor, integer, Constants, Draft};
use crate::opsets::APART;
use crate::trees::Attributes;

/// The operands of a layer, by place.
const WEIGHTS: usize = 1;
const LENGTHS: usize = 4;
const STATES: [usize; 2] = [5, 6];

/// Appends the layer in that form.
pub(super) fn rewrite(node: &NodeProto, constants: &Constants<'_>, draft: &mut Draft) -> Result<(), String> {
    let attributes = Attributes(node);
    if node.attribute.iter().any(|own| own.name == "clip") {
        return Err("has the attribute clip, which is not supported; export without it".to_owned());
    }
    if attributes.int("input_forget").unwrap_or(0) != 0 {
        return Err("has the attribute input_forget, which is not supported; export without it".to_owned());
    }
    if node.input.get(LENGTHS).is_some_and(|name| !name.is_empty()) {
        return Err(
            "has series of several lengths (sequence_lens), which are not supported; export for one length"
                .to_owned(),
        );
    }
    if node.input.len() < 3 {
        return Err("has too few operands".to_owned());
    }
    let batch_first = attributes.int("layout") == Some(1);
    let layer = Layer { batch_first, constants };
    match attributes.text("direction").map_err(|error| error.to_string())? {
        "" | "forward" => layer.forward(plain(node, 0..usize::MAX), draft),
        "reverse" => layer.reverse(plain(node, 0..usize::MAX), draft),
        "bidirectional" => layer.both(node, draft),
        other => return Err(format!("has the unknown direction {other:?}")),
    }
    Ok(())
}

/// The node without a direction, and with these of its activation functions.
fn plain(node: &NodeProto, functions: std::ops::Range<usize>) -> NodeProto {
    let mut node = node.clone();
    node.attribute.retain(|own| own.name != "direction");
    let part = |own: &mut AttributeProto| {
        let own_range = |count: usize| functions.start.min(count)..functions.end.min(count);
        own.strings = own.strings.get(own_range(own.strings.len())).unwrap_or_default().to_vec();
    };
    node.attribute.iter_mut().filter(|own| own.name == "activations").for_each(part);
    node
}

struct Layer<'g, 'c> {
    batch_first: bool,
    constants: &'c Constants<'g>,
}

impl Layer<'_, '_> {
    /// The axis of the time in the series and in all states; and of the directions in all states, and in the last.
    fn time(&self) -> i64 {
        i64::from(self.batch_first)
    }

    fn directions(&self) -> [i64; 2] {
        if self.batch_first {
            [2, 1]
        } else {
            [1, 0]
        }
    }

    /// Both directions are layers of their own.
    fn both(&self, node: &NodeProto, draft: &mut Draft) {
        let [in_all, in_last] = self.directions();
        let functions = Attributes(node).texts("activations").map_or(0, |all| all.len()).div_euclid(2);
        let mut results: Vec<Vec<String>> = vec![Vec::new(); node.output.len()];
        for direction in 0..2i64 {
            let first = usize::from(direction == 1).saturating_mul(functions);
            let mut part = plain(node, first..first.saturating_add(functions.max(1)));
            part.name = draft.name();
            for (place, input) in
                part.input.iter_mut().enumerate().skip(WEIGHTS).filter(|(_, name)| !name.is_empty())
            {
                let axis = if STATES.contains(&place) { in_last } else { 0 };
                *input = draft.slice(input, axis, direction);
                if STATES.contains(&place) {
                    // Of a state that is zero everywhere tract would keep one row.
                    *input = draft.node(APART, &[input], vec![]);
                }
            }
            for (output, results) in
                part.output.iter_mut().zip(&mut results).filter(|(name, _)| !name.is_empty())
            {
                *output = draft.name();
                results.push(output.clone());
            }
            if direction == 0 {
                self.forward(part, draft);
            } else {
                self.reverse(part, draft);
            }
        }
        for (place, (output, parts)) in node.output.iter().zip(&results).enumerate() {
            if !parts.is_empty() {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let axis = if place == 0 { in_all } else { in_last };
                draft.node_to("Concat", &parts, vec![integer("axis", axis)], output);
            }
        }
    }

    /// The series backwards, and its results backwards again.
    fn reverse(&self, mut node: NodeProto, draft: &mut Draft) {
        if let Some(series) = node.input.first_mut() {
            *series = draft.reversed(series, self.time());
        }
        let all = node.output.first_mut().filter(|name| !name.is_empty());
        let turned = all.map(|name| std::mem::replace(name, draft.name()));
        let made = node.output.first().cloned().unwrap_or_default();
        self.forward(node, draft);
        if let Some(output) = turned {
            let again = draft.reversed(&made, self.time());
            draft.node_to("Identity", &[&again], vec![], &output);
        }
    }

    fn forward(&self, node: NodeProto, draft: &mut Draft) {
        let node = self.wide(node, draft);
        let node = self.with_state(node, draft);
        draft.nodes.push(node);
    }

    /// A series of one column gets a second one of zeros, and so do its weights: tract lays the product of one column out in
    /// another order than its fused GRU expects.
    fn wide(&self, mut node: NodeProto, draft: &mut Draft) -> NodeProto {
        let [value, weights, ..] = node.input.as_slice() else { return node };
        let width = self.constants.get(weights).and_then(|tensor| tensor.dims.last());
        if node.op_type != "GRU" || width != Some(&1) {
            return node;
        }
        let zero = draft.floats(&[], vec![0.0]);
        let mut twice = |value: &str| {
            let zeros = draft.node("Mul", &[value, &zero], vec![]);
            draft.node("Concat", &[value, &zeros], vec![integer("axis", 2)])
        };
        let both = [twice(value), twice(weights)];
        node.input.splice(..2, both);
        node
    }

    /// Without an initial state it is zero: tract does not know how many rows that has.
    fn with_state(&self, mut node: NodeProto, draft: &mut Draft) -> NodeProto {
        let states = if node.op_type == "LSTM" { &STATES[..] } else { &STATES[..1] };
        let lacks = |node: &NodeProto, place: usize| node.input.get(place).is_none_or(String::is_empty);
        if !states.iter().any(|place| lacks(&node, *place)) {
            return node;
        }
        let [value, _, weights, ..] = node.input.as_slice() else { return node };
        let rows = dimension(value, i64::from(!self.batch_first), draft);
        let (one, hidden) = (draft.integers(&[1], vec![1]), dimension(weights, 2, draft));
        let sizes: [&str; 3] = if self.batch_first { [&rows, &one, &hidden] } else { [&one, &rows, &hidden] };
        let shape = draft.node("Concat", &sizes, vec![integer("axis", 0)]);
        let zero = TensorProto {
            dims: vec![1],
            data_type: DataType::Float.into(),
            float_data: vec![0.0],
            ..Default::default()
        };
        let zeros = draft.node("ConstantOfShape", &[&shape], vec![attribute_tensor("value", zero)]);
        for place in states.iter().copied() {
            if !lacks(&node, place) {
                continue;
            }
            if node.input.len() <= place {
                node.input.resize(place.saturating_add(1), String::new());
            }
            if let Some(input) = node.input.get_mut(place) {
                input.clone_from(&zeros);
            }
        }
        node
    }
}

/// One dimension of a value, as a list of one.
fn dimension(of: &str, place: i64, draft: &mut Draft) -> String {
    let shape = draft.node("Shape", &[of], vec![]);
    let place = draft.integers(&[1], vec![place]);
    draft.node("Gather", &[&shape, &place], vec![integer("axis", 0)])
}
