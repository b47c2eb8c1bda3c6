use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::read::{ensure_at_most, ensure_entries, readable, typed};
use crate::reference::Target;
use crate::{
    AllergyIntolerance, Condition, Medication, MedicationRequest, MedicationStatement, Observation,
    OperationOutcome, Patient, Present, ReadError, Readable, Reference, Status, MAX_ITEMS,
};

/// Maximum number of entries on a page of results.
pub const MAX_ENTRIES: usize = 10_000;

/// Resources in one document: a page of search results, or a collection from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The kind of bundle.
    pub kind: BundleType,
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// Where the other pages are.
    pub link: Vec<BundleLink>,
    /// The resources.
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
    /// Former versions of resources, beside the present ones.
    History,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The address of the resource, by which references find it.
    pub full_url: Option<String>,
    /// The logical id of the resource on its server.
    pub id: Option<String>,
    /// `None` if the entry is only a request or an answer to one.
    pub resource: Option<Resource>,
    /// The resources inside the resource, with the id by which `#…` refers to them. An observation inside has the
    /// modifiers of the resource around it.
    pub contained: Vec<(Option<String>, Resource)>,
}

/// A resource by its type.
// Almost every entry that we request is an observation: a box would cost more than the space in the others.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Resource {
    /// A patient.
    Patient(Patient),
    /// An observation.
    Observation(Observation),
    /// A condition.
    Condition(Condition),
    /// An order of a medicine.
    MedicationRequest(MedicationRequest),
    /// A statement about a medicine.
    MedicationStatement(MedicationStatement),
    /// A medicine.
    Medication(Medication),
    /// An allergy.
    AllergyIntolerance(AllergyIntolerance),
    /// A report of observations.
    DiagnosticReport(DiagnosticReport),
    /// Remarks of the server on the search.
    OperationOutcome(OperationOutcome),
    /// A type that we do not read.
    Other,
}

/// A report, of which only the observations inside it are read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticReport {
    /// A code of <https://hl7.org/fhir/R4/valueset-diagnostic-report-status.html>.
    pub status: String,
}

impl DiagnosticReport {
    /// What its status says about the results inside it.
    #[must_use]
    pub fn status_of_results(&self) -> Status {
        match self.status.as_str() {
            "registered" => Status::Registered,
            "partial" | "preliminary" => Status::Preliminary,
            "final" => Status::Final,
            "amended" | "appended" => Status::Amended,
            "corrected" => Status::Corrected,
            "cancelled" => Status::Cancelled,
            "entered-in-error" => Status::EnteredInError,
            _ => Status::Unknown,
        }
    }
}

readable!(DiagnosticReport, |_report| []);

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

/// The medicines of a bundle, by what references name them.
pub(crate) struct Medications<'b> {
    by_url: HashMap<&'b str, Option<&'b Medication>>,
    by_id: HashMap<&'b str, Option<&'b Medication>>,
}

impl<'b> Medications<'b> {
    pub(crate) fn of(bundle: &'b Bundle) -> Self {
        let mut medications = Self { by_url: HashMap::new(), by_id: HashMap::new() };
        for entry in &bundle.entry {
            let Some(Resource::Medication(medication)) = &entry.resource else { continue };
            // Two with one name: nobody knows which is meant.
            let add = |map: &mut HashMap<&'b str, Option<&'b Medication>>, name: Option<&'b str>| {
                if let Some(name) = name {
                    map.entry(name).and_modify(|known| *known = None).or_insert(Some(medication));
                }
            };
            add(&mut medications.by_url, entry.full_url.as_deref());
            add(&mut medications.by_id, entry.id.as_deref());
        }
        medications
    }

    /// The medicine to which a reference in this entry points.
    pub(crate) fn find(&self, reference: &Reference, entry: &'b Entry) -> Option<&'b Medication> {
        match reference.target(entry.full_url.as_deref())? {
            Target::Absolute(url) => self.by_url.get(url.as_str()).copied().flatten(),
            Target::Relative("Medication", id) => self.by_id.get(id).copied().flatten(),
            Target::Relative(..) | Target::Conditional(..) => None,
            Target::Contained(id) => entry.contained.iter().find_map(|(own, resource)| match resource {
                Resource::Medication(medication) if own.as_deref() == Some(id) => Some(medication),
                _ => None,
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBundle<'a> {
    #[serde(rename = "type")]
    kind: BundleType,
    implicit_rules: Option<Present>,
    #[serde(default)]
    link: Vec<BundleLink>,
    #[serde(borrow, default)]
    entry: Vec<RawEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry<'a> {
    full_url: Option<String>,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

/// What a resource of any type may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawResource<'a> {
    #[serde(borrow)]
    resource_type: Cow<'a, str>,
    id: Option<String>,
    implicit_rules: Option<Present>,
    modifier_extension: Option<Present>,
    #[serde(borrow, default)]
    contained: Vec<&'a RawValue>,
}

impl Readable for Bundle {
    const TYPE: &'static str = "Bundle";

    fn from_json(json: &str) -> Result<Self, ReadError> {
        let raw: RawBundle<'_> = typed(Self::TYPE, json)?;
        ensure_entries(raw.entry.len())?;
        let entry =
            |(index, entry): (usize, RawEntry<'_>)| entry.read().map_err(|error| error.in_entry(index));
        Ok(Self {
            kind: raw.kind,
            implicit_rules: raw.implicit_rules,
            link: raw.link,
            entry: raw.entry.into_iter().enumerate().map(entry).collect::<Result<_, _>>()?,
        })
    }

    fn ensure_bounded(&self) -> Result<(), ReadError> {
        ensure_at_most(self.link.len(), MAX_ITEMS)
    }
}

impl RawEntry<'_> {
    fn read(self) -> Result<Entry, ReadError> {
        let mut entry = Entry { full_url: self.full_url, id: None, resource: None, contained: Vec::new() };
        let Some(json) = self.resource else { return Ok(entry) };
        let raw: RawResource<'_> = typed("resource", json.get())?;
        ensure_at_most(raw.contained.len(), MAX_ITEMS)?;
        entry.resource = Some(Resource::read(&raw.resource_type, json.get())?);
        entry.id = raw.id;
        for (index, json) in raw.contained.iter().enumerate() {
            let inside = |error| match error {
                ReadError::Element { entry, element, reason } => {
                    ReadError::Element { entry, element: format!("contained[{index}]: {element}"), reason }
                }
                other => other,
            };
            let own: RawResource<'_> = typed("resource", json.get()).map_err(inside)?;
            let mut resource = Resource::read(&own.resource_type, json.get()).map_err(inside)?;
            if let Resource::Observation(observation) = &mut resource {
                let around = raw.modifier_extension.or(raw.implicit_rules);
                observation.modifier_extension = observation.modifier_extension.or(around);
                let around = entry.resource.as_ref().and_then(Resource::status_of_results);
                observation.status = around.map_or(observation.status, |it| observation.status.within(it));
            }
            entry.contained.push((own.id, resource));
        }
        Ok(entry)
    }
}

impl Resource {
    /// What the status of a report or a panel says about the results inside it.
    pub(crate) fn status_of_results(&self) -> Option<Status> {
        match self {
            Self::Observation(observation) => Some(observation.status),
            Self::DiagnosticReport(report) => Some(report.status_of_results()),
            _ => None,
        }
    }

    fn read(kind: &str, json: &str) -> Result<Self, ReadError> {
        fn bounded<R: Readable>(json: &str) -> Result<R, ReadError> {
            let resource = R::from_json(json)?;
            resource.ensure_bounded()?;
            Ok(resource)
        }
        Ok(match kind {
            Patient::TYPE => Self::Patient(bounded(json)?),
            Observation::TYPE => Self::Observation(bounded(json)?),
            Condition::TYPE => Self::Condition(bounded(json)?),
            MedicationRequest::TYPE => Self::MedicationRequest(bounded(json)?),
            MedicationStatement::TYPE => Self::MedicationStatement(bounded(json)?),
            Medication::TYPE => Self::Medication(bounded(json)?),
            AllergyIntolerance::TYPE => Self::AllergyIntolerance(bounded(json)?),
            DiagnosticReport::TYPE => Self::DiagnosticReport(bounded(json)?),
            OperationOutcome::TYPE => Self::OperationOutcome(bounded(json)?),
            _ => Self::Other,
        })
    }
}
