//! The description of the resolver at `/.well-known/gs1resolver` (GS1-Conformant Resolver section 3).

use serde::Serialize;

use crate::link_type::GS1;
use crate::linkset::CONTEXT;
use crate::Root;

/// The description, as its schema (1.2.0) has it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description<'a> {
    name: &'a str,
    resolver_root: &'a str,
    supported_primary_keys: [&'static str; 1],
    supported_link_type: [Namespace; 1],
    link_type_default_can_be_linkset: bool,
    supported_context_values_enumerated: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact<'a>>,
    json_ld_context_location: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Namespace {
    namespace: &'static str,
    prefix: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Contact<'a> {
    #[serde(rename = "fn")]
    full_name: &'a str,
}

impl<'a> Description<'a> {
    /// The contexts are those that configured links have, and those of Lightweight Messaging.
    pub(crate) fn new(
        root: &'a Root,
        name: &'a str,
        operator: Option<&'a str>,
        contexts: Vec<&'a str>,
    ) -> Self {
        Self {
            name,
            resolver_root: root.as_str(),
            supported_primary_keys: ["01"],
            supported_link_type: [Namespace { namespace: GS1, prefix: "gs1:" }],
            link_type_default_can_be_linkset: false,
            supported_context_values_enumerated: contexts,
            contact: operator.map(|full_name| Contact { full_name }),
            json_ld_context_location: CONTEXT,
        }
    }

    /// The document.
    pub(crate) fn to_json(&self) -> String {
        // Text and lists of text always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
