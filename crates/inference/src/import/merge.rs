//! A second import keeps what a person wrote.

use serde_json::{Map, Value};

/// The new manifest, with every field that was already filled in in the old one. What describes the file itself is new.
pub(super) fn merge(mut new: Value, old: &Value) -> Value {
    let open = old.get("open").and_then(Value::as_object).cloned().unwrap_or_default();
    let was_open = |field: &str| open.contains_key(field);
    if let (Some(new), Some(old)) = (new.as_object_mut(), old.as_object()) {
        for (field, value) in old {
            let of_file = ["format", "model", "inputs", "outputs", "image", "open"].contains(&field.as_str());
            if !of_file && !was_open(field) {
                new.insert(field.clone(), value.clone());
            }
        }
    }
    let mut known = Vec::new();
    items(
        &mut new,
        old,
        "inputs",
        &open,
        |item| item.get("column").or(item.get("name")).cloned(),
        &mut known,
    );
    items(&mut new, old, "outputs", &open, |item| item.get("from").or(item.get("name")).cloned(), &mut known);
    if let (Some(new), Some(old)) = (new.get_mut("image").and_then(Value::as_object_mut), old.get("image")) {
        for field in ["range", "channels", "formats", "resize"] {
            if let Some(value) = old.get(field).filter(|_| !was_open(&format!("image.{field}"))) {
                new.insert(field.to_owned(), value.clone());
            }
        }
        known.push("image.".to_owned());
    }
    let top: Vec<String> = old.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    if let Some(new) = new.get_mut("open").and_then(Value::as_object_mut) {
        // A question is answered if the old manifest had its field, and no such question.
        let is_open = |field: &str| {
            let answered = top.iter().any(|own| own == field)
                || known.iter().any(|item| field.starts_with(item.as_str()));
            was_open(field) || !answered
        };
        new.retain(|field, _| is_open(field));
        // Renamed by a person: still open under the new name.
        for (field, what) in &open {
            if known.iter().any(|item| field.starts_with(item.as_str())) {
                new.insert(field.clone(), what.clone());
            }
        }
    }
    if let Some(max) = old.get("max_missing") {
        new["max_missing"] = max.clone();
    }
    new
}

/// Replaces inputs or outputs by those of the old manifest that are in the same place of the file.
fn items(
    new: &mut Value,
    old: &Value,
    part: &str,
    open: &Map<String, Value>,
    place: impl Fn(&Value) -> Option<Value>,
    known: &mut Vec<String>,
) {
    let empty = Vec::new();
    let before = old.get(part).and_then(Value::as_array).unwrap_or(&empty);
    let Some(items) = new.get_mut(part).and_then(Value::as_array_mut) else { return };
    for item in items.iter_mut() {
        let Some(old) = before.iter().find(|old| place(old) == place(item)) else { continue };
        let named = |item: &Value| item.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let prefix = format!("{part}[{}].", named(old));
        let generated = std::mem::replace(item, old.clone());
        known.push(format!("{part}[{}].", named(&generated)));
        known.push(prefix.clone());
        // What is still open may be known better now.
        if let (Some(item), Some(generated)) = (item.as_object_mut(), generated.as_object()) {
            for (field, value) in generated {
                if open.contains_key(&format!("{prefix}{field}")) {
                    item.insert(field.clone(), value.clone());
                }
            }
        }
    }
    // Outputs that a person took out stay out.
    if part == "outputs" && !before.is_empty() {
        items.retain(|item| before.iter().any(|old| place(old) == place(item)));
    }
}
