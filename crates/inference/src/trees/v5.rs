//! `TreeEnsemble`, version 5: separate lists of branches and leaves, and membership in sets.

use tract_onnx::pb::NodeProto;

use super::attributes::{bytes, floats, is_double, same_length, Attributes};
use super::classic::column;
use super::finish::{Aggregate, Finish, PostTransform};
use super::layout::{ensure, Mode, Raw};
use super::parsed::Parsed;
use super::{TreeError, MAX_TARGETS, MAX_TREE_NODES};

/// Reads the nodes and what follows them.
pub(crate) fn read(node: &NodeProto) -> Result<Parsed, TreeError> {
    let attributes = Attributes(node);
    let tensor =
        |name: &'static str| attributes.tensor(name).ok_or(TreeError::Attribute { name, why: "is missing" });
    let splits = floats(tensor("nodes_splits")?, "nodes_splits")?;
    let modes = bytes(tensor("nodes_modes")?, "nodes_modes")?;
    let weights = floats(tensor("leaf_weights")?, "leaf_weights")?;
    let leaf_targets = attributes.ints("leaf_targetids");
    let [features, yes, no, yes_leaf, no_leaf, missing] = [
        "nodes_featureids",
        "nodes_truenodeids",
        "nodes_falsenodeids",
        "nodes_trueleafs",
        "nodes_falseleafs",
        "nodes_missing_value_tracks_true",
    ]
    .map(|name| attributes.ints(name));
    let hits = match attributes.tensor("nodes_hitrates") {
        Some(hits) => floats(hits, "nodes_hitrates")?,
        None => Vec::new(),
    };
    let branches = features.len();
    ensure("nodes", branches.saturating_add(weights.len()), MAX_TREE_NODES)?;
    for (name, length, optional) in [
        ("nodes_splits", splits.len(), false),
        ("nodes_modes", modes.len(), false),
        ("nodes_truenodeids", yes.len(), false),
        ("nodes_falsenodeids", no.len(), false),
        ("nodes_trueleafs", yes_leaf.len(), false),
        ("nodes_falseleafs", no_leaf.len(), false),
        ("nodes_missing_value_tracks_true", missing.len(), true),
        ("nodes_hitrates", hits.len(), true),
    ] {
        same_length(name, length, branches, optional)?;
    }
    same_length("leaf_targetids", leaf_targets.len(), weights.len(), false)?;
    let targets = attributes.int("n_targets").and_then(|count| usize::try_from(count).ok());
    let targets = targets
        .filter(|count| *count > 0)
        .ok_or(TreeError::Attribute { name: "n_targets", why: "is missing or not positive" })?;
    ensure("targets", targets, MAX_TARGETS)?;

    let mut roots = Vec::new();
    let mut only_leaf = vec![false; branches];
    for root in attributes.ints("tree_roots") {
        let place = usize::try_from(*root).ok().filter(|place| *place < branches);
        let place = place.ok_or(TreeError::Attribute { name: "tree_roots", why: "does not name a node" })?;
        // A tree of one leaf is written as a node with this leaf on both sides.
        only_leaf[place] = yes_leaf[place] != 0 && no_leaf[place] != 0 && yes[place] == no[place];
        roots.push(place);
    }
    let mut sets = members(&attributes)?.into_iter();
    let mut raw = Vec::with_capacity(branches.saturating_add(weights.len()));
    for place in 0..branches {
        let (mode, values) = match modes[place] {
            0 => (Mode::Leq, vec![splits[place]]),
            1 => (Mode::Lt, vec![splits[place]]),
            2 => (Mode::Gte, vec![splits[place]]),
            3 => (Mode::Gt, vec![splits[place]]),
            4 => (Mode::Eq, vec![splits[place]]),
            5 => (Mode::Neq, vec![splits[place]]),
            6 => {
                let why = "has fewer sets than nodes that need one";
                (Mode::Eq, sets.next().ok_or(TreeError::Attribute { name: "membership_values", why })?)
            }
            _ => return Err(TreeError::Attribute { name: "nodes_modes", why: "names an unknown mode" }),
        };
        let child = |number: i64, is_leaf: i64| {
            let (offset, most) = if is_leaf == 0 { (0, branches) } else { (branches, weights.len()) };
            let child = usize::try_from(number).ok().filter(|child| *child < most);
            child
                .map(|child| child.saturating_add(offset))
                .ok_or(TreeError::NotATree("a branch leads nowhere"))
        };
        let (on_true, on_false) = (child(yes[place], yes_leaf[place])?, child(no[place], no_leaf[place])?);
        raw.push(Raw::Branch {
            mode,
            feature: column(features[place], "nodes_featureids")?,
            values,
            missing_true: missing.get(place).is_some_and(|flag| *flag != 0),
            yes: on_true,
            no: on_false,
        });
    }
    for (target, weight) in leaf_targets.iter().zip(&weights) {
        let known = u32::try_from(*target).ok().filter(|column| (*column as usize) < targets);
        let known = known.ok_or(TreeError::UnknownTarget { target: *target, targets })?;
        raw.push(Raw::Leaf(vec![(known, *weight)]));
    }
    for root in &roots {
        if let (true, Raw::Branch { yes: leaf, .. }) = (only_leaf[*root], raw[*root].clone()) {
            raw[*root] = raw[leaf].clone();
            raw[leaf] = Raw::Gone;
        }
    }
    // Explanations also need the rows of leaves, which this version does not have.
    let aggregate = Aggregate::numbered(attributes.int("aggregate_function").unwrap_or(1))?;
    let post = PostTransform::numbered(attributes.int("post_transform").unwrap_or(0))?;
    Ok(Parsed {
        raw,
        roots,
        cover: Vec::new(),
        finish: Finish { columns: targets, base: Vec::new(), aggregate, post, classes: None },
        double: is_double(attributes.tensor("nodes_splits")),
    })
}

/// The sets of all nodes with a membership test, in the nodes' order; each ends with a NaN.
fn members(attributes: &Attributes<'_>) -> Result<Vec<Vec<f64>>, TreeError> {
    let Some(values) = attributes.tensor("membership_values") else { return Ok(Vec::new()) };
    let values = floats(values, "membership_values")?;
    ensure("nodes", values.len(), MAX_TREE_NODES)?;
    let mut sets: Vec<Vec<f64>> = values.split(|value| value.is_nan()).map(<[f64]>::to_vec).collect();
    // Values after the last NaN are a set without its end.
    if sets.last().is_some_and(Vec::is_empty) {
        sets.pop();
    }
    // No value is in an empty set, and none equals NaN.
    for set in sets.iter_mut().filter(|set| set.is_empty()) {
        set.push(f64::NAN);
    }
    Ok(sets)
}
