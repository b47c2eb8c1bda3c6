//! Texts become whole numbers: the engines compute with numbers only.
//!
//! All texts of the file and of the manifest's categories are sorted, and each stands for its index. Operators that
//! move or compare texts do the same with the indices; tables from and to texts are rewritten. An operator that would
//! look inside a text is refused.

use std::collections::{BTreeSet, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::draft::{self, attribute_tensor, integer, integers, Draft};
use crate::graph::GraphError;
use crate::manifest::Manifest;

/// Lists of texts in attributes, and the names of the lists of whole numbers that take their place.
const LISTS: [(&str, &str); 6] = [
    ("keys_strings", "keys_int64s"),
    ("values_strings", "values_int64s"),
    ("cats_strings", "cats_int64s"),
    ("classes_strings", "keys_int64s"),
    ("classlabels_strings", "classlabels_int64s"),
    // A second name of the same list, in operators of older versions.
    ("classlabels_ints", "classlabels_int64s"),
];
/// Operators that only move texts, compare them for equality, or look them up.
const MOVES: [&str; 18] = [
    "ArrayFeatureExtractor",
    "Concat",
    "Equal",
    "Expand",
    "Flatten",
    "Gather",
    "Identity",
    "LabelEncoder",
    "OneHotEncoder",
    "Reshape",
    "Shape",
    "Slice",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
    "Where",
];

/// The texts of a file.
pub(super) struct Texts {
    sorted: Vec<String>,
}

impl Texts {
    /// All texts that the graph can meet.
    pub(super) fn of(graph: &GraphProto, manifest: Option<&Manifest>) -> Self {
        let mut all = BTreeSet::new();
        let mut add = |texts: &mut dyn Iterator<Item = &[u8]>| {
            all.extend(texts.filter_map(|text| std::str::from_utf8(text).ok()).map(str::to_owned));
        };
        add(&mut graph.initializer.iter().flat_map(|tensor| tensor.string_data.iter().map(Vec::as_slice)));
        for node in graph.node.iter().filter(|node| node.op_type != "ZipMap") {
            for attribute in &node.attribute {
                let tensor = attribute.t.iter().flat_map(|tensor| &tensor.string_data);
                match attribute.name.as_str() {
                    "default_string" | "value_string" => add(&mut std::iter::once(attribute.s.as_slice())),
                    _ => add(&mut attribute.strings.iter().chain(tensor).map(Vec::as_slice)),
                }
            }
        }
        // What LabelEncoder gives by default.
        add(&mut std::iter::once(b"_Unused".as_slice()));
        let categories = manifest.into_iter().flat_map(|manifest| &manifest.inputs);
        let categories = categories.flat_map(|input| &input.categories);
        all.extend(categories.filter_map(|category| category.text.clone()));
        Self { sorted: all.into_iter().collect() }
    }

    /// The number of a text; -1 if the graph never meets it.
    pub(super) fn code(&self, text: &str) -> i64 {
        let place = self.sorted.binary_search_by(|own| own.as_str().cmp(text));
        place.ok().and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
    }

    fn code_of(&self, text: &[u8]) -> i64 {
        std::str::from_utf8(text).map_or(-1, |text| self.code(text))
    }

    fn codes(&self, texts: &[Vec<u8>]) -> Vec<i64> {
        texts.iter().map(|text| self.code_of(text)).collect()
    }

    fn tensor(&self, tensor: &TensorProto) -> TensorProto {
        TensorProto {
            data_type: DataType::Int64.into(),
            int64_data: self.codes(&tensor.string_data),
            string_data: Vec::new(),
            ..tensor.clone()
        }
    }

    /// Rewrites all texts of a graph; `texts` has the names of the graph's inputs that are texts. Returns the names of
    /// all values that stand for texts.
    pub(super) fn rewrite(
        &self,
        graph: &mut GraphProto,
        texts: HashSet<String>,
        problems: &mut Vec<GraphError>,
    ) -> HashSet<String> {
        let mut values = texts;
        for tensor in graph.initializer.iter_mut().filter(|tensor| is_text(tensor)) {
            values.insert(tensor.name.clone());
            *tensor = self.tensor(tensor);
        }
        for node in &mut graph.node {
            let takes = node.input.iter().any(|input| values.contains(input));
            let gives = self.node(node, takes, problems);
            if gives {
                // Labels come first; scores are numbers. Other operators give only texts, or none.
                let all = if is_classifier(node) { 1 } else { node.output.len() };
                values.extend(node.output.iter().take(all).cloned());
            }
        }
        values
    }

    /// Whether the node gives texts.
    fn node(&self, node: &mut NodeProto, takes: bool, problems: &mut Vec<GraphError>) -> bool {
        let operator = node.op_type.clone();
        if operator == "ZipMap" || operator == "DictVectorizer" {
            return false;
        }
        if operator == "Cast" {
            return self.cast(node, takes, problems);
        }
        if operator == "CategoryMapper" {
            return self.category_mapper(node, takes);
        }
        if takes && !MOVES.contains(&operator.as_str()) {
            let why =
                "takes texts, and only moving, comparing and looking up texts is supported; encode them as \
                       numbers before the export"
                    .to_owned();
            problems.push(GraphError::operator(node, why));
            return false;
        }
        let mut gives =
            takes && !["Equal", "LabelEncoder", "OneHotEncoder", "Shape"].contains(&operator.as_str());
        for attribute in &mut node.attribute {
            let name = attribute.name.clone();
            if let Some(tensor) = attribute.t.as_ref().filter(|tensor| is_text(tensor)) {
                gives |= name == "values_tensor" || operator == "Constant";
                *attribute = attribute_tensor(&name, self.tensor(tensor));
            } else if !attribute.strings.is_empty() {
                let Some((_, renamed)) = LISTS.iter().find(|(list, _)| *list == name) else { continue };
                gives |= name.starts_with("values") || name.starts_with("classlabels");
                *attribute = integers(renamed, &self.codes(&attribute.strings));
            } else if let ("classlabels_ints", false) = (name.as_str(), attribute.ints.is_empty()) {
                *attribute = integers("classlabels_int64s", &attribute.ints.clone());
            }
        }
        if operator == "LabelEncoder" {
            self.label_encoder(node, takes, &mut gives);
        }
        gives
    }

    /// Version 1 maps between texts and their index; later ones have tables of keys and values.
    fn label_encoder(&self, node: &mut NodeProto, takes: bool, gives: &mut bool) {
        let has =
            |node: &NodeProto, name: &str| node.attribute.iter().any(|attribute| attribute.name == name);
        let first_version =
            !["values_int64s", "values_floats", "values_tensor"].iter().any(|name| has(node, name));
        if first_version {
            let keys = node.attribute.iter().find(|attribute| attribute.name == "keys_int64s");
            let codes = keys.map(|keys| keys.ints.clone()).unwrap_or_default();
            let places: Vec<i64> = (0i64..).take(codes.len()).collect();
            node.attribute.retain(|attribute| attribute.name != "keys_int64s");
            let (keys, values) = if takes { (codes, places) } else { (places, codes) };
            node.attribute.push(integers("keys_int64s", &keys));
            node.attribute.push(integers("values_int64s", &values));
            *gives = !takes;
        }
        if *gives {
            self.default_text(node);
        }
    }

    /// The default of a table to texts becomes a number, too.
    fn default_text(&self, node: &mut NodeProto) {
        let text = node.attribute.iter().find(|attribute| attribute.name == "default_string");
        let code = text.map_or_else(|| self.code("_Unused"), |text| self.code_of(&text.s));
        node.attribute
            .retain(|attribute| attribute.name != "default_string" && attribute.name != "default_int64");
        if !node.attribute.iter().any(|attribute| attribute.name == "default_tensor") {
            node.attribute.push(integer("default_int64", code));
        }
    }

    fn category_mapper(&self, node: &mut NodeProto, takes: bool) -> bool {
        let find = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
        let codes = find("cats_strings").map_or_else(Vec::new, |texts| self.codes(&texts.strings));
        let numbers = find("cats_int64s").map_or_else(Vec::new, |numbers| numbers.ints.clone());
        let (keys, values) = if takes { (codes, numbers) } else { (numbers, codes) };
        let default = if takes {
            find("default_int64").map_or(-1, |default| default.i)
        } else {
            find("default_string").map_or_else(|| self.code("_Unused"), |text| self.code_of(&text.s))
        };
        node.op_type = "LabelEncoder".to_owned();
        node.attribute = vec![
            integers("keys_int64s", &keys),
            integers("values_int64s", &values),
            integer("default_int64", default),
        ];
        !takes
    }

    fn cast(&self, node: &mut NodeProto, takes: bool, problems: &mut Vec<GraphError>) -> bool {
        let to_text = node
            .attribute
            .iter()
            .any(|attribute| attribute.name == "to" && attribute.i == i64::from(i32::from(DataType::String)));
        match (takes, to_text) {
            (false, false) => false,
            (true, true) => {
                node.op_type = "Identity".to_owned();
                node.attribute.clear();
                true
            }
            (false, true) => {
                let why = "makes texts of numbers, which is not supported; leave the numbers as they are"
                    .to_owned();
                problems.push(GraphError::operator(node, why));
                true
            }
            (true, false) => {
                let to_float = node.attribute.iter().any(|to| to.i == i64::from(i32::from(DataType::Float)));
                if !to_float {
                    let why =
                        "makes whole numbers of texts; cast them to 32-bit floats, or leave them as they are";
                    problems.push(GraphError::operator(node, why.to_owned()));
                }
                // A text that is not a number gives NaN, and so an error instead of a result.
                let numbers =
                    self.sorted.iter().map(|text| text.trim().parse().unwrap_or(f32::NAN)).collect();
                let keys: Vec<i64> = (0i64..).take(self.sorted.len()).collect();
                node.op_type = "LabelEncoder".to_owned();
                "ai.onnx.ml".clone_into(&mut node.domain);
                node.attribute = vec![
                    integers("keys_int64s", &keys),
                    draft::floats("values_floats", numbers),
                    draft::float("default_float", f32::NAN),
                ];
                false
            }
        }
    }

    /// Appends the way from the numbers of the manifest's categories to the codes of their texts.
    pub(super) fn encode(&self, draft: &mut Draft, value: &str, pairs: &[(f64, &str)], wide: bool) -> String {
        let codes: Vec<i64> = pairs.iter().map(|(_, text)| self.code(text)).collect();
        let keys: Vec<f64> = pairs.iter().map(|(number, _)| *number).collect();
        #[allow(clippy::cast_possible_truncation)] // As the input itself, if it is not wide.
        let keys: AttributeProto = if wide {
            draft::doubles("keys_tensor", keys)
        } else {
            draft::floats("keys_floats", keys.into_iter().map(|key| key as f32).collect())
        };
        // A missing text.
        let default = integer("default_int64", self.code(""));
        draft.node("LabelEncoder", &[value], vec![keys, integers("values_int64s", &codes), default])
    }
}

fn is_text(tensor: &TensorProto) -> bool {
    tensor.data_type == i32::from(DataType::String)
}

fn is_classifier(node: &NodeProto) -> bool {
    ["LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"].contains(&node.op_type.as_str())
}
