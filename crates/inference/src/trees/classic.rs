//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor`, versions 1 to 3: nodes named by tree and number.

use std::collections::{BTreeSet, HashMap};

use tract_onnx::pb::NodeProto;

use super::attributes::{is_double, same_length, Attributes};
use super::finish::{Aggregate, Classes, Finish, Labels, PostTransform};
use super::layout::{ensure, Mode, Raw};
use super::parsed::Parsed;
use super::{TreeError, MAX_TARGETS, MAX_TREE_NODES, MAX_WEIGHTS};

/// Reads the nodes and what follows them.
pub(crate) fn read(node: &NodeProto) -> Result<Parsed, TreeError> {
    let attributes = Attributes(node);
    let classifier = node.op_type == "TreeEnsembleClassifier";
    let prefix = if classifier { Prefix::CLASS } else { Prefix::TARGET };
    let (mut trees, index) = Trees::read(&attributes)?;

    let labels = if classifier { Some(labels(&attributes)?) } else { None };
    let targets = match &labels {
        Some(labels) => labels.len(),
        None => attributes.int("n_targets").and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
    };
    ensure("targets", targets, MAX_TARGETS)?;
    if targets == 0 || (classifier && targets == 1) {
        let name = if classifier { "classlabels_int64s" } else { "n_targets" };
        return Err(TreeError::Attribute { name, why: "names too few outputs" });
    }

    let weights = attributes.numbers(prefix.weights, prefix.weights_tensor)?;
    let (ids, in_tree, in_node) =
        (attributes.ints(prefix.ids), attributes.ints(prefix.trees), attributes.ints(prefix.nodes));
    ensure("weights", weights.len(), MAX_WEIGHTS)?;
    for (name, list) in [(prefix.ids, ids), (prefix.trees, in_tree), (prefix.nodes, in_node)] {
        same_length(name, list.len(), weights.len(), false)?;
    }
    let used: BTreeSet<i64> = ids.iter().copied().collect();
    // Two classes, and leaves with weights for only one of them: a single sum decides.
    let binary = classifier && targets == 2 && used.len() == 1;
    for (((target, tree), number), weight) in ids.iter().zip(in_tree).zip(in_node).zip(&weights) {
        let unknown = TreeError::UnknownTarget { target: *target, targets };
        let column = u32::try_from(*target).ok().filter(|column| (*column as usize) < targets);
        let column = if binary { 0 } else { column.ok_or(unknown.clone())? };
        if !(0..i64::try_from(targets).unwrap_or(i64::MAX)).contains(target) {
            return Err(unknown);
        }
        let place = index.get(&(*tree, *number)).copied();
        let place = place.ok_or(TreeError::UnknownNode { tree: *tree, node: *number })?;
        match &mut trees.raw[place] {
            Raw::Leaf(weights) => weights.push((column, *weight)),
            Raw::Branch { .. } | Raw::Gone => {
                return Err(TreeError::Attribute { name: prefix.nodes, why: "gives a weight to a branch" })
            }
        }
    }

    let base = attributes.numbers("base_values", "base_values_as_tensor")?;
    let post = PostTransform::named(attributes.text("post_transform")?)?;
    if classifier && targets == 2 {
        // Specification and onnxruntime disagree on the rest, or are silent: a refusal is better than a guess.
        let complete = |node: &Raw| match node {
            Raw::Leaf(weights) => weights.len() == 2 && weights[0].0 != weights[1].0,
            Raw::Branch { .. } | Raw::Gone => true,
        };
        let clear = if binary {
            used.contains(&0) && base.len() <= 1 && post != PostTransform::Probit
        } else {
            base.is_empty() && trees.raw.iter().all(complete)
        };
        if !clear {
            return Err(TreeError::Attribute { name: prefix.ids, why: "is ambiguous for two classes" });
        }
    } else {
        same_length("base_values", base.len(), targets, true)?;
    }
    let aggregate =
        if classifier { Aggregate::Sum } else { Aggregate::named(attributes.text("aggregate_function")?)? };
    let classes =
        labels.map(|labels| Classes { labels, positive_weights: weights.iter().all(|w| *w >= 0.0), binary });
    Ok(Parsed {
        raw: trees.raw,
        roots: trees.roots,
        cover: trees.cover,
        finish: Finish { columns: if binary { 1 } else { targets }, base, aggregate, post, classes },
        double: is_double(attributes.tensor("nodes_values_as_tensor")),
    })
}

/// The names of the attributes of leaves.
struct Prefix {
    ids: &'static str,
    trees: &'static str,
    nodes: &'static str,
    weights: &'static str,
    weights_tensor: &'static str,
}

impl Prefix {
    const CLASS: Self = Self {
        ids: "class_ids",
        trees: "class_treeids",
        nodes: "class_nodeids",
        weights: "class_weights",
        weights_tensor: "class_weights_as_tensor",
    };
    const TARGET: Self = Self {
        ids: "target_ids",
        trees: "target_treeids",
        nodes: "target_nodeids",
        weights: "target_weights",
        weights_tensor: "target_weights_as_tensor",
    };
}

fn labels(attributes: &Attributes<'_>) -> Result<Labels, TreeError> {
    let texts = attributes.texts("classlabels_strings")?;
    if texts.is_empty() {
        Ok(Labels::Numbers(attributes.ints("classlabels_int64s").to_vec()))
    } else {
        Ok(Labels::Texts(texts.into_iter().map(str::to_owned).collect()))
    }
}

struct Trees {
    raw: Vec<Raw>,
    roots: Vec<usize>,
    cover: Vec<f32>,
}

/// The index of each node, by tree and number.
type Index = HashMap<(i64, i64), usize>;

impl Trees {
    fn read(attributes: &Attributes<'_>) -> Result<(Self, Index), TreeError> {
        let trees = attributes.ints("nodes_treeids");
        let count = trees.len();
        ensure("nodes", count, MAX_TREE_NODES)?;
        let numbers = attributes.ints("nodes_nodeids");
        let features = attributes.ints("nodes_featureids");
        let modes = attributes.texts("nodes_modes")?;
        let yes = attributes.ints("nodes_truenodeids");
        let no = attributes.ints("nodes_falsenodeids");
        let values = attributes.numbers("nodes_values", "nodes_values_as_tensor")?;
        let missing = attributes.ints("nodes_missing_value_tracks_true");
        let hits = attributes.numbers("nodes_hitrates", "nodes_hitrates_as_tensor")?;
        for (name, length, optional) in [
            ("nodes_nodeids", numbers.len(), false),
            ("nodes_featureids", features.len(), false),
            ("nodes_modes", modes.len(), false),
            ("nodes_truenodeids", yes.len(), false),
            ("nodes_falsenodeids", no.len(), false),
            ("nodes_values", values.len(), false),
            ("nodes_missing_value_tracks_true", missing.len(), true),
            ("nodes_hitrates", hits.len(), true),
        ] {
            same_length(name, length, count, optional)?;
        }

        let mut index = HashMap::with_capacity(count);
        for (place, (tree, node)) in trees.iter().zip(numbers).enumerate() {
            if index.insert((*tree, *node), place).is_some() {
                return Err(TreeError::RepeatedNode { tree: *tree, node: *node });
            }
        }
        let mut raw = Vec::with_capacity(count);
        let mut has_parent = vec![false; count];
        for place in 0..count {
            let Some(mode) = mode(modes[place])? else {
                raw.push(Raw::Leaf(Vec::new()));
                continue;
            };
            let mut child = |node: i64| {
                let tree = trees[place];
                let child = *index.get(&(tree, node)).ok_or(TreeError::UnknownNode { tree, node })?;
                has_parent[child] = true;
                Ok(child)
            };
            raw.push(Raw::Branch {
                mode,
                feature: column(features[place], "nodes_featureids")?,
                values: vec![values[place]],
                missing_true: missing.get(place).is_some_and(|flag| *flag != 0),
                yes: child(yes[place])?,
                no: child(no[place])?,
            });
        }
        join_sets(&mut raw);
        let roots: Vec<usize> = (0..count).filter(|place| !has_parent[*place]).collect();
        let distinct: BTreeSet<i64> = trees.iter().copied().collect();
        if roots.len() != distinct.len() {
            return Err(TreeError::NotATree("a tree has no root, or more than one"));
        }
        let cover = hits.into_iter().map(super::number::Number::of).collect();
        Ok((Self { raw, roots, cover }, index))
    }
}

/// Joins chains of comparisons for equality that lead to the same node: membership in a set, as onnxmltools writes the
/// categories of LightGBM.
fn join_sets(raw: &mut [Raw]) {
    let mut parents = vec![0u32; raw.len()];
    for node in raw.iter() {
        if let Raw::Branch { yes, no, .. } = node {
            for child in [*yes, *no] {
                parents[child] = parents[child].saturating_add(1);
            }
        }
    }
    for place in 0..raw.len() {
        // A joined node is gone, so that each is joined at most once, and a chain without an end comes to one.
        while let Some(next) = link(raw, place).filter(|next| *next != place && parents[*next] == 1) {
            let gone = std::mem::replace(&mut raw[next], Raw::Gone);
            if let (Raw::Branch { values, no, .. }, Raw::Branch { values: more, no: after, .. }) =
                (&mut raw[place], gone)
            {
                values.extend(more);
                *no = after;
            }
        }
    }
}

/// The next node of a chain.
fn link(raw: &[Raw], place: usize) -> Option<usize> {
    let set = |place: usize| match &raw[place] {
        Raw::Branch { mode: Mode::Eq, feature, missing_true, yes, no, .. } => {
            Some(((*feature, *missing_true, *yes), *no))
        }
        _ => None,
    };
    let (own, next) = set(place)?;
    (set(next)?.0 == own).then_some(next)
}

/// The column that a node reads.
pub(crate) fn column(feature: i64, name: &'static str) -> Result<usize, TreeError> {
    let column = usize::try_from(feature).map_err(|_| TreeError::Attribute { name, why: "is negative" })?;
    ensure("columns", column, super::MAX_COLUMNS)?;
    Ok(column)
}

/// `None` for a leaf.
fn mode(name: &str) -> Result<Option<Mode>, TreeError> {
    Ok(Some(match name {
        "LEAF" => return Ok(None),
        "BRANCH_LEQ" => Mode::Leq,
        "BRANCH_LT" => Mode::Lt,
        "BRANCH_GTE" => Mode::Gte,
        "BRANCH_GT" => Mode::Gt,
        "BRANCH_EQ" => Mode::Eq,
        "BRANCH_NEQ" => Mode::Neq,
        _ => return Err(TreeError::Attribute { name: "nodes_modes", why: "names an unknown mode" }),
    }))
}
