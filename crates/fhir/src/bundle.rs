use serde::Deserialize;

use crate::{ensure_at_most, Observation, OperationOutcome, Patient, ReadError, Readable, MAX_ITEMS};

/// Maximum number of entries on a page of results.
pub const MAX_ENTRIES: usize = 10_000;

/// Resources in one document: a page of search results, or a collection from a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Bundle {
    /// The kind of bundle.
    #[serde(rename = "type")]
    pub kind: BundleType,
    /// Where the other pages are.
    #[serde(default)]
    pub link: Vec<BundleLink>,
    /// The resources.
    #[serde(default)]
    pub entry: Vec<Entry>,
}

/// The kinds of bundle that we distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BundleType {
    /// A page of search results.
    Searchset,
    /// A set of resources.
    Collection,
    /// Resources to be written together; Synthea writes patients in this form.
    Transaction,
    /// Any other.
    #[serde(other)]
    Other,
}

/// A link of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BundleLink {
    /// `self`, `next`, …
    pub relation: String,
    /// An address, absolute or relative.
    pub url: String,
}

/// One resource of a bundle.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    /// `None` if the entry is only a request or an answer to one.
    pub resource: Option<Resource>,
}

/// A resource by its type.
// Almost every entry that we request is an observation: a box would cost more than the space in the others.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "resourceType")]
pub enum Resource {
    /// A patient.
    Patient(Patient),
    /// An observation.
    Observation(Observation),
    /// Remarks of the server on the search.
    OperationOutcome(OperationOutcome),
    /// A type that we do not read.
    #[serde(other)]
    Other,
}

impl Bundle {
    /// The observations among its entries.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::Observation(observation)) => Some(observation),
            _ => None,
        })
    }

    /// The patients among its entries.
    pub fn patients(&self) -> impl Iterator<Item = &Patient> {
        self.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::Patient(patient)) => Some(patient),
            _ => None,
        })
    }

    /// The address of the next page.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.link.iter().find(|link| link.relation == "next").map(|link| link.url.as_str())
    }
}

impl Readable for Bundle {
    const TYPE: &'static str = "Bundle";

    fn ensure_bounded(&self) -> Result<(), ReadError> {
        ensure_at_most(self.entry.len(), MAX_ENTRIES)?;
        ensure_at_most(self.link.len(), MAX_ITEMS)?;
        self.observations().try_for_each(Readable::ensure_bounded)
    }
}
