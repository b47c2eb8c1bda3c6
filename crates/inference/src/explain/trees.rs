//! The tree ensemble of a graph, and the way from its sum to a result.

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

use crate::trees::{Contributions, TreeExplainer, OPERATORS};

/// An ensemble on the inputs themselves, whose sum is added, times a constant, to the rest of a score.
#[derive(Debug)]
pub(crate) struct TreePart {
    trees: TreeExplainer,
    /// The constant.
    scale: f64,
    /// The output whose score it is, by its place.
    pub output: usize,
    /// Whether a sigmoid turns the score into the output; otherwise it is the output.
    pub log_odds: bool,
}

impl TreePart {
    /// The ensemble of a graph; `None` if there is none, or if it is not simply added.
    pub(crate) fn of(model: &ModelProto) -> Option<Self> {
        let graph = model.graph.as_ref()?;
        let trees = TreeExplainer::new(model).ok().filter(TreeExplainer::is_one_sum)?;
        let ensemble = graph.node.iter().find(|node| OPERATORS.contains(&node.op_type.as_str()))?;
        let reads_inputs = graph.input.iter().any(|input| ensemble.input.first() == Some(&input.name));
        let mut value = ensemble.output.first().filter(|_| reads_inputs)?;
        let (mut scale, mut log_odds) = (1.0, false);
        // Every operator comes after its operands, so this ends.
        while !graph.output.iter().any(|output| output.name == *value) {
            let (user, place) = only_user(graph, value)?;
            let other = || user.input.get(1_usize.checked_sub(place)?).and_then(|name| constant(graph, name));
            match (user.op_type.as_str(), place) {
                ("Identity" | "Add", _) | ("Sub", 0) => {}
                ("Sub", 1) => scale = -scale,
                ("Mul", _) => scale *= other()?,
                ("Div", 0) => scale /= other()?,
                ("Sigmoid", _) => log_odds = true,
                _ => return None,
            }
            value = user.output.first()?;
            // Values after a sigmoid are no longer log-odds.
            if log_odds && !graph.output.iter().any(|output| output.name == *value) {
                return None;
            }
        }
        let output = graph.output.iter().position(|output| output.name == *value)?;
        Some(Self { trees, scale, output, log_odds })
    }

    /// The contribution of the trees to the scores of rows of this many columns.
    pub(crate) fn added(&self, rows: &[f32], columns: usize) -> Vec<f64> {
        self.trees.sums(rows, columns).into_iter().map(|sum| self.scale * sum).collect()
    }

    /// The contribution of each column of a row to its score through the trees, and the trees' mean over the training
    /// rows.
    pub(crate) fn explain(&self, row: &[f32]) -> Option<Contributions> {
        let Contributions { base, columns } = self.trees.explain(row).ok()?.into_iter().next()?;
        let columns = columns.into_iter().map(|column| self.scale * column).collect();
        Some(Contributions { base: self.scale * base, columns })
    }
}

/// The only operator that uses a value, and the index of that operand.
fn only_user<'g>(graph: &'g GraphProto, value: &str) -> Option<(&'g NodeProto, usize)> {
    let mut uses = graph.node.iter().flat_map(|node| {
        let places = node.input.iter().enumerate().filter(|(_, name)| *name == value);
        places.map(move |(place, _)| (node, place))
    });
    uses.next().filter(|_| uses.next().is_none())
}

/// The value of a constant of one 32-bit number.
fn constant(graph: &GraphProto, name: &str) -> Option<f64> {
    let tensor: &TensorProto = graph.initializer.iter().find(|tensor| tensor.name == name)?;
    let raw = || Some(f32::from_le_bytes(tensor.raw_data.as_slice().try_into().ok()?));
    let [number] = tensor.float_data[..] else { return raw().map(f64::from) };
    Some(f64::from(number))
}
