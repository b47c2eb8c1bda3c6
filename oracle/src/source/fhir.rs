//! A FHIR R4 server: one patient, and the observations that a model reads.

use fhir::{Bundle, BundleType, Identity, Observation, Patient, Readable, Reference};
use inference::manifest::Code;
use jiff::Timestamp;
use reqwest::{Response, Url};

use super::endpoint::{is_json, Absence, Endpoint};
use super::{FetchError, SourceError};
use crate::config::{SearchBy, SourceConfig};
use crate::subject::PatientId;

/// Number of observations per page.
const PAGE: &str = "200";
const ACCEPT: &str = "application/fhir+json";

/// The record of one patient on a FHIR server.
#[derive(Clone, Debug)]
pub struct Record {
    /// The patient.
    pub patient: Patient,
    /// Observations on the patient with any of the codes, in no particular order.
    pub observations: Vec<Observation>,
}

/// The patient for references: at this address, or by the id where no server is named.
fn named<'a>(patient: &'a PatientId, address: &'a str) -> Identity<'a> {
    Identity { full_url: Some(address), id: Some(patient.as_str()), identifiers: &[] }
}

/// A client of one FHIR R4 server.
#[derive(Clone, Debug)]
pub struct FhirSource {
    endpoint: Endpoint,
    search: SearchBy,
    max_pages: usize,
}

impl FhirSource {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        Ok(Self { endpoint: Endpoint::new(config)?, search: config.search, max_pages: config.max_pages })
    }

    /// The patient, and the observations since `from` that have any of the codes.
    pub async fn fetch(
        &self,
        patient: &PatientId,
        codes: &[Code],
        from: Timestamp,
    ) -> Result<Record, FetchError> {
        let fetch = async {
            let (found, observations) =
                tokio::join!(self.patient(patient), self.observations(patient, codes, from));
            // An unknown patient has no observations: report the cause, not its consequence.
            Ok(Record { patient: found?, observations: observations? })
        };
        self.endpoint.within(fetch).await
    }

    /// Creates a resource with an identifier of this system, unless the server has it already.
    pub async fn create(&self, kind: &str, system: &str, resource: &str) -> Result<(), FetchError> {
        let malformed = || FetchError::Refused { status: 0, outcome: "not a resource".to_owned() };
        let parsed: serde_json::Value = serde_json::from_str(resource).map_err(|_| malformed())?;
        let value = parsed.pointer("/identifier/0/value").and_then(serde_json::Value::as_str);
        let condition = format!("identifier={system}|{}", value.ok_or_else(malformed)?);
        let url = self.endpoint.base.join(kind).map_err(|_| FetchError::Elsewhere)?;
        self.endpoint.create(url, &condition, resource.to_owned()).await
    }

    async fn patient(&self, id: &PatientId) -> Result<Patient, FetchError> {
        let url = self
            .endpoint
            .base
            .join(&format!("Patient/{}", id.as_str()))
            .map_err(|_| FetchError::Elsewhere)?;
        let answer = self.endpoint.get(url, ACCEPT, Absence::Unknown).await?;
        let patient: Patient = self.read(answer, &mut 0).await?;
        if patient.id.as_deref() != Some(id.as_str()) {
            return Err(FetchError::WrongPatient);
        }
        patient.ensure_usable().map_err(FetchError::Unusable)?;
        Ok(patient)
    }

    async fn observations(
        &self,
        patient: &PatientId,
        codes: &[Code],
        from: Timestamp,
    ) -> Result<Vec<Observation>, FetchError> {
        let mut observations = Vec::new();
        if codes.is_empty() {
            return Ok(observations);
        }
        let (mut next, mut taken, mut is_first) = (Some(self.query(patient, codes, from)?), 0, true);
        for _ in 0..self.max_pages {
            let Some(url) = next else { return Ok(observations) };
            // The links to further pages are the server's.
            let answer = if is_first && self.search == SearchBy::Post {
                self.endpoint.search(url.clone(), ACCEPT, Absence::Refusal).await?
            } else {
                self.endpoint.get(url.clone(), ACCEPT, Absence::Refusal).await?
            };
            is_first = false;
            let mut page: Bundle = self.read(answer, &mut taken).await?;
            if page.kind != BundleType::Searchset || page.implicit_rules.is_some() {
                return Err(FetchError::Malformed(fhir::ReadError::WrongType { expected: "searchset" }));
            }
            next = page.next().map(|link| self.follow(&url, link)).transpose()?;
            let addresses = self.addresses(patient, &page);
            for entry in page.entry.drain(..) {
                let Some(fhir::Resource::Observation(observation)) = entry.resource else { continue };
                let at = entry.full_url.as_deref();
                let is_named = |reference: &Reference| {
                    addresses.iter().any(|address| named(patient, address).is_named_by(reference, at))
                };
                if !observation.subject.as_ref().is_some_and(is_named) {
                    return Err(FetchError::WrongPatient);
                }
                if observation.focus.iter().all(is_named) {
                    observations.push(observation);
                }
            }
        }
        // The unread pages may have the observation that counts.
        if next.is_some() {
            Err(FetchError::TooLarge)
        } else {
            Ok(observations)
        }
    }

    /// Where the patient is: on the server that was asked, which may name itself otherwise in the page's self link.
    fn addresses(&self, patient: &PatientId, page: &Bundle) -> Vec<String> {
        let own = page.link.iter().find(|link| link.relation == "self");
        let own =
            own.and_then(|link| link.url.split_once("/Observation")).map(|(base, _)| format!("{base}/"));
        let bases = core::iter::once(self.endpoint.base.to_string()).chain(own);
        bases.map(|base| format!("{base}Patient/{}", patient.as_str())).collect()
    }

    fn query(&self, patient: &PatientId, codes: &[Code], from: Timestamp) -> Result<Url, FetchError> {
        let token = |system: &str, code: &str| format!("{system}|{code}");
        let wanted: Vec<String> = codes
            .iter()
            .flat_map(|code| {
                let panels = fhir::panels_with(&code.code).iter();
                std::iter::once(token(&code.system, &code.code))
                    .chain(panels.map(|panel| token(&code.system, panel)))
            })
            .collect();
        let mut url = self.endpoint.base.join("Observation").map_err(|_| FetchError::Elsewhere)?;
        url.query_pairs_mut()
            .append_pair("patient", patient.as_str())
            .append_pair("code", &wanted.join(","))
            .append_pair("date", &format!("ge{}", from.strftime("%Y-%m-%d")))
            .append_pair("_sort", "-date")
            .append_pair("_count", PAGE);
        Ok(url)
    }

    /// The next page's address: only on the configured server.
    fn follow(&self, page: &Url, link: &str) -> Result<Url, FetchError> {
        let url = page.join(link).map_err(|_| FetchError::Elsewhere)?;
        let trusted = url.origin() == self.endpoint.base.origin()
            && url.username().is_empty()
            && url.password().is_none();
        if trusted {
            Ok(url)
        } else {
            Err(FetchError::Elsewhere)
        }
    }

    async fn read<R: Readable>(
        &self,
        (kind, response): (String, Response),
        taken: &mut usize,
    ) -> Result<R, FetchError> {
        if !is_json(&kind) {
            return Err(FetchError::WrongType);
        }
        fhir::read(&self.endpoint.body(response, taken).await?).map_err(FetchError::Malformed)
    }
}
