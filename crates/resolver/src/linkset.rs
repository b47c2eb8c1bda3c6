//! Linksets (RFC 9264 section 4.2), as the linkset schema of the GS1-Conformant Resolver has them.

use serde_json::{json, Map, Value};

use crate::links::{LevelLinks, Link};

/// The media type of a linkset.
pub const LINKSET_JSON: &str = "application/linkset+json";

/// The JSON-LD context by which a linkset is linked data (GS1-Conformant Resolver 2.10).
pub const CONTEXT: &str = "https://ref.gs1.org/standards/resolver/linkset-context";

/// A linkset: for each level, its links by their types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linkset(Vec<Value>);

impl Linkset {
    /// All links of these levels.
    pub(crate) fn of(levels: &[LevelLinks]) -> Self {
        Self(levels.iter().map(|level| context_object(level, level.links.iter())).collect())
    }

    /// Only these links of a level: the choices that are left to the client.
    pub(crate) fn choices(level: &LevelLinks, links: &[&Link]) -> Self {
        Self(vec![context_object(level, links.iter().copied())])
    }

    /// The document, where `linked` with its context inside.
    pub(crate) fn to_json(&self, linked: bool) -> String {
        let mut document = Map::new();
        if linked {
            document.insert("@context".into(), CONTEXT.into());
        }
        document.insert("linkset".into(), Value::Array(self.0.clone()));
        Value::Object(document).to_string()
    }
}

fn context_object<'a>(level: &LevelLinks, links: impl Iterator<Item = &'a Link>) -> Value {
    let mut object = Map::new();
    object.insert("anchor".into(), level.anchor.clone().into());
    // Deprecated in 1.2.0 in favour of `description`, which older schemas refuse; this one is valid by all of them.
    object.insert("itemDescription".into(), description(level).into());
    for link in links {
        let targets = object.entry(link.link_type.as_str()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(targets) = targets {
            targets.push(target(link));
        }
    }
    Value::Object(object)
}

const fn description(level: &LevelLinks) -> &'static str {
    use crate::Level;
    match level.level {
        Level::Gtin => "A product",
        Level::Variant => "A variant of a product",
        Level::Lot => "A lot of a product",
        Level::Serial => "A pack of a product",
    }
}

fn target(link: &Link) -> Value {
    let mut target = Map::new();
    target.insert("href".into(), link.href.clone().into());
    target.insert("title".into(), link.title.clone().into());
    if !link.hreflang.is_empty() {
        target.insert("hreflang".into(), json!(link.hreflang));
    }
    if let Some(media_type) = &link.media_type {
        target.insert("type".into(), media_type.clone().into());
    }
    if !link.context.is_empty() {
        target.insert("context".into(), json!(link.context));
    }
    Value::Object(target)
}
