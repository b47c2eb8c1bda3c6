//! The inputs of a manifest, from those of a graph.

use std::collections::{BTreeSet, HashMap};

use serde_json::{json, Value};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

use super::{may_be_missing, takes_gaps, Answers, Draft, Gaps, ImportError};
use crate::file::{Element, Port};
use crate::trees::Attributes;

/// The inputs, and the picture that takes their place.
type Inputs = (Vec<Value>, Option<Value>);

pub(super) fn inputs(
    graph: &GraphProto,
    ports: &[Port],
    model: &ModelProto,
    answers: &Answers,
    draft: &mut Draft,
) -> Result<Inputs, ImportError> {
    if let [port] = ports {
        if let Some(image) = image(port, answers, draft)? {
            return Ok((Vec::new(), Some(image)));
        }
    }
    let columns = columns(graph, ports, model, answers)?;
    let texts = Texts::of(graph, ports);
    let gaps = takes_gaps(graph);
    let mut inputs = Vec::with_capacity(columns.len());
    for (place, (column, port)) in columns.iter().enumerate() {
        let name = draft.name(column, "input");
        let field = |part: &str| format!("inputs[{name}].{part}");
        let mut input = json!({ "name": name });
        if name != *column {
            input["column"] = json!(column);
        }
        input["description"] = json!(format!("Column {place} of the file: {column}"));
        input["unit"] = json!("1");
        draft.open(
            &field("description"),
            "what is measured, how and when: \"Systolic blood pressure, sitting\"",
        );
        match port.element {
            Element::Text => {
                let known = texts.of_column(place);
                let known: Vec<&String> = if known.is_empty() { texts.all.iter().collect() } else { known };
                if known.len() < 2 {
                    return Err(ImportError::Question(format!(
                        "the input {column} takes texts, and the file does not say which; encode them as numbers before the \
                         export"
                    )));
                }
                let category = |(value, text): (usize, &&String)| json!({ "value": value, "text": text, "meaning": shown(text) });
                input["range"] = json!([0, known.len().saturating_sub(1)]);
                input["categories"] = known.iter().enumerate().map(category).collect();
                draft
                    .open(&field("categories"), "what each text means, and whether training saw all of them");
            }
            Element::Flag => {
                input["range"] = json!([0, 1]);
                input["categories"] =
                    json!([{ "value": 0, "meaning": "no" }, { "value": 1, "meaning": "yes" }]);
            }
            _ => {
                input["range"] = json!([-1_000_000, 1_000_000]);
                draft.open(
                    &field("unit"),
                    "the UCUM code of the unit that training used: \"mm[Hg]\", or \"1\" for a pure number",
                );
                draft.open(&field("range"), "the smallest and the largest value of training: [60, 260]");
            }
        }
        let asked = "\"impute-in-graph\" if training had gaps here, otherwise \"refuse\"";
        let missing = match (may_be_missing(port.element), gaps) {
            (true, Gaps::Filled) => {
                draft.open(&field("missing"), asked);
                "impute-in-graph"
            }
            (true, Gaps::Unsaid) => {
                draft.open(&field("missing"), asked);
                "refuse"
            }
            _ => "refuse",
        };
        input["missing"] = json!(missing);
        input["source"] = json!({ "from": "parameter" });
        draft.open(
            &field("source"),
            "where it comes from: {\"from\": \"observation\", \"codes\": [{\"system\": \"http://loinc.org\", \"code\": \"8480-6\", \
             \"display\": \"Systolic blood pressure\"}]}, or {\"from\": \"parameter\"} if the caller gives it",
        );
        inputs.push(input);
    }
    Ok((inputs, None))
}

fn shown(text: &str) -> &str {
    if text.is_empty() {
        "no text"
    } else {
        text
    }
}

/// A picture: four dimensions, of which one is 1 or 3.
fn image(port: &Port, answers: &Answers, draft: &mut Draft) -> Result<Option<Value>, ImportError> {
    let Some([_, a, b, c]) = port.dims.as_deref() else { return Ok(None) };
    let is_channels = |dim: &Option<usize>| matches!(dim, Some(1 | 3));
    let (layout, channels, height, width) = match (is_channels(a), is_channels(c)) {
        (true, false) => ("channels-first", a, b, c),
        (false, true) => ("channels-last", c, a, b),
        _ => return Ok(None),
    };
    let asked = answers.image.map(|(width, height)| (u64::from(width), u64::from(height)));
    let own = width.zip(*height).and_then(|(w, h)| Some((u64::try_from(w).ok()?, u64::try_from(h).ok()?)));
    let Some((width, height)) = own.or(asked) else {
        return Err(ImportError::Question(format!(
            "{port} is a picture of any size; say with which size it was trained, for example --image 224x224"
        )));
    };
    let range = "what a channel's 0 and 255 become before the graph, as in training: [0, 1], or [0, 255] for the bytes \
                 themselves; where each channel has its own mean and scale, put them into the graph at export";
    // A graph that takes bytes has its own mean and scale.
    let bytes = port.element == Element::Whole;
    if !bytes {
        draft.open("image.range", range);
    }
    if *channels == Some(3) {
        draft.open("image.channels", "\"rgb\" if training had red first; the file cannot say, and a graph trained on blue first is wrong here");
    }
    Ok(Some(json!({
        "width": width,
        "height": height,
        "channels": if *channels == Some(1) { "grey" } else { "rgb" },
        "range": if bytes { [0, 255] } else { [0, 1] },
        "formats": ["png", "jpeg"],
        "resize": "refuse",
        "layout": layout,
    })))
}

/// The name of each column, and the input that it is in.
fn columns<'p>(
    graph: &GraphProto,
    ports: &'p [Port],
    model: &ModelProto,
    answers: &Answers,
) -> Result<Vec<(String, &'p Port)>, ImportError> {
    let property = model.metadata_props.iter().find(|property| property.key == "features");
    let named: Vec<String> = if answers.columns.is_empty() {
        property.map_or_else(Vec::new, |property| property.value.split(',').map(str::to_owned).collect())
    } else {
        answers.columns.clone()
    };
    let widths: Vec<Option<usize>> =
        ports.iter().map(|port| tables(graph, port).map(|keys| keys.len()).or(port.width())).collect();
    let known = widths.iter().flatten().fold(0usize, |all, width| all.saturating_add(*width));
    let mut columns = Vec::new();
    for (port, width) in ports.iter().zip(widths) {
        let Some(width) = width.or_else(|| named.len().checked_sub(known).filter(|rest| *rest > 0)) else {
            return Err(ImportError::Question(format!(
                "{port} does not say how many columns it has; name them in their order, for example --columns age,sex,pressure"
            )));
        };
        if width > 4096 {
            return Err(ImportError::Question(format!(
                "{port} has {width} columns, and at most 4096 are taken; use a smaller model"
            )));
        }
        match tables(graph, port) {
            Some(keys) => columns.extend(keys.into_iter().map(|key| (key, port))),
            None if width == 1 && ports.len() > 1 => columns.push((port.name.clone(), port)),
            None => columns.extend((0..width).map(|place| (format!("{}_{place}", port.name), port))),
        }
    }
    if named.is_empty() {
        return Ok(columns);
    }
    if named.len() != columns.len() {
        let (found, given) = (columns.len(), named.len());
        return Err(ImportError::Question(format!(
            "the graph takes {found} columns, and {given} are named; name each in its order"
        )));
    }
    Ok(columns.into_iter().zip(named).map(|((_, port), name)| (name, port)).collect())
}

/// The keys of a table that a `DictVectorizer` takes.
fn tables(graph: &GraphProto, port: &Port) -> Option<Vec<String>> {
    if port.element != Element::Table {
        return None;
    }
    let user = graph
        .node
        .iter()
        .find(|node| node.op_type == "DictVectorizer" && node.input.first() == Some(&port.name))?;
    Some(crate::normal::classes(user))
}

/// The texts that each column is compared with.
struct Texts {
    by_column: HashMap<usize, Vec<String>>,
    all: BTreeSet<String>,
}

impl Texts {
    /// Follows the columns of texts through the operators that move them.
    fn of(graph: &GraphProto, ports: &[Port]) -> Self {
        let mut found = Self { by_column: HashMap::new(), all: BTreeSet::new() };
        // The columns that each value holds.
        let mut values: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut place = 0usize;
        for port in ports {
            let width = port.width().unwrap_or(1);
            values.insert(&port.name, (place..place.saturating_add(width)).collect());
            place = place.saturating_add(width);
        }
        let constants = |name: &str| graph.initializer.iter().find(|tensor| tensor.name == name);
        for node in &graph.node {
            let held = |name: &String| values.get(name.as_str()).cloned().unwrap_or_default();
            let first = node.input.first().map(held).unwrap_or_default();
            for text in texts(node) {
                found.all.insert(text.clone());
                for column in &first {
                    let own = found.by_column.entry(*column).or_default();
                    if !own.contains(&text) {
                        own.push(text.clone());
                    }
                }
            }
            let moved: Vec<usize> = match node.op_type.as_str() {
                "Identity" | "Cast" | "Reshape" | "Flatten" => first,
                "Concat" => node.input.iter().flat_map(held).collect(),
                "ArrayFeatureExtractor" | "Gather" => {
                    let places = node.input.get(1).and_then(|name| constants(name));
                    let places = places.map(crate::file::whole_numbers);
                    let pick =
                        |place: i64| usize::try_from(place).ok().and_then(|place| first.get(place).copied());
                    places.into_iter().flatten().filter_map(pick).collect()
                }
                _ => continue,
            };
            if let Some(output) = node.output.first() {
                values.insert(output, moved);
            }
        }
        found
    }

    fn of_column(&self, column: usize) -> Vec<&String> {
        self.by_column.get(&column).map(|own| own.iter().collect()).unwrap_or_default()
    }
}

/// The texts that an operator looks up.
fn texts(node: &NodeProto) -> Vec<String> {
    let lists = ["cats_strings", "keys_strings", "classes_strings"];
    let attributes = Attributes(node);
    let tensor =
        attributes.tensor("keys_tensor").map(|tensor| tensor.string_data.clone()).unwrap_or_default();
    let own = node
        .attribute
        .iter()
        .filter(|list| lists.contains(&list.name.as_str()))
        .flat_map(|list| list.strings.clone());
    own.chain(tensor).filter_map(|text| String::from_utf8(text).ok()).collect()
}
