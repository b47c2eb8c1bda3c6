//! A FHIR R4 server as a source of data.

mod error;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use fhir::{Bundle, BundleType, Observation, OperationOutcome, Patient, Readable};
use inference::manifest::Code;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{redirect, Certificate, Client, Response, StatusCode, Url};
use tokio::sync::Semaphore;

use crate::config::SourceConfig;
use crate::keys::{KeyError, Secret};
use crate::subject::PatientId;

pub use error::FetchError;

/// How many observations one page may have.
const PAGE: &str = "200";
/// How many patients a server is asked for at once: it has others to serve.
const MAX_AT_ONCE: usize = 16;
/// The most bytes of an answer to an error that are read for its reason.
const MAX_OUTCOME_BYTES: usize = 64 << 10;

/// Why a source cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The token cannot be read.
    #[error("source {name}: {error}")]
    Token {
        /// Which source.
        name: String,
        /// Why.
        error: KeyError,
    },
    /// The authority's certificate cannot be read.
    #[error("source {name}: ca_file cannot be used; give a PEM file with certificates")]
    Authority {
        /// Which source.
        name: String,
    },
    /// The HTTP client cannot be made.
    #[error(
        "source {name}: the system's TLS cannot be used: {reason}; install the system's CA certificates"
    )]
    Client {
        /// Which source.
        name: String,
        /// What the library says.
        reason: String,
    },
}

/// What a FHIR server knows of one patient.
#[derive(Clone, Debug)]
pub struct Record {
    /// The patient.
    pub patient: Patient,
    /// Observations on the patient with any of the codes, in no particular order.
    pub observations: Vec<Observation>,
}

/// A client of one FHIR R4 server.
#[derive(Clone, Debug)]
pub struct FhirSource {
    client: Client,
    base: Url,
    token: Option<Secret>,
    total_timeout: Duration,
    max_response_bytes: usize,
    max_pages: usize,
    places: Arc<Semaphore>,
}

impl FhirSource {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        let name = || config.name.clone();
        // The first one that is installed serves the whole process; that there is one already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .connect_timeout(config.connect_timeout)
            .read_timeout(config.read_timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("theriac-oracle/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &config.ca_file {
            let authority = || SourceError::Authority { name: name() };
            let pem = std::fs::read(path).map_err(|_| authority())?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| authority())?;
            if certificates.is_empty() {
                return Err(authority());
            }
            client = client.tls_certs_merge(certificates);
        }
        let token = config.token_file.as_deref().map(Secret::from_file).transpose();
        Ok(Self {
            client: client
                .build()
                .map_err(|error| SourceError::Client { name: name(), reason: error.to_string() })?,
            base: config.base_url.clone(),
            token: token.map_err(|error| SourceError::Token { name: name(), error })?,
            total_timeout: config.total_timeout,
            max_response_bytes: config.max_response_bytes,
            max_pages: config.max_pages,
            places: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        })
    }

    /// The patient, and the observations since `from` that have any of the codes.
    pub async fn fetch(
        &self,
        patient: &PatientId,
        codes: &[Code],
        from: Timestamp,
    ) -> Result<Record, FetchError> {
        // The time for an answer begins when the server is asked.
        let _place = self.places.acquire().await.map_err(|_| FetchError::Down)?;
        let fetch = async {
            let (found, observations) =
                tokio::join!(self.patient(patient), self.observations(patient, codes, from));
            // Who is not known has no observations: the cause goes before what follows from it.
            Ok(Record { patient: found?, observations: observations? })
        };
        tokio::time::timeout(self.total_timeout, fetch).await.map_err(|_| FetchError::Slow)?
    }

    async fn patient(&self, id: &PatientId) -> Result<Patient, FetchError> {
        let url = self.base.join(&format!("Patient/{}", id.as_str())).map_err(|_| FetchError::Elsewhere)?;
        let patient: Patient = self.get(url).await?;
        if patient.id.as_deref() != Some(id.as_str()) {
            return Err(FetchError::WrongPatient);
        }
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
        let mut next = Some(self.search(patient, codes, from)?);
        for _ in 0..self.max_pages {
            let Some(url) = next else { return Ok(observations) };
            let mut page: Bundle = self.get(url.clone()).await?;
            if page.kind != BundleType::Searchset {
                return Err(FetchError::Malformed(fhir::ReadError::Malformed { line: 0, column: 0 }));
            }
            next = page.next().map(|link| self.follow(&url, link)).transpose()?;
            for entry in page.entry.drain(..) {
                let Some(fhir::Resource::Observation(observation)) = entry.resource else { continue };
                let about = observation.subject.as_ref();
                if !about.is_some_and(|subject| subject.is_to_patient(patient.as_str())) {
                    return Err(FetchError::WrongPatient);
                }
                observations.push(observation);
            }
        }
        // The pages that were not read may hold what counts.
        if next.is_some() {
            Err(FetchError::TooLarge)
        } else {
            Ok(observations)
        }
    }

    fn search(&self, patient: &PatientId, codes: &[Code], from: Timestamp) -> Result<Url, FetchError> {
        let token = |system: &str, code: &str| format!("{system}|{code}");
        let wanted: Vec<String> = codes
            .iter()
            .flat_map(|code| {
                let panels = fhir::panels_with(&code.code).iter();
                std::iter::once(token(&code.system, &code.code))
                    .chain(panels.map(|panel| token(&code.system, panel)))
            })
            .collect();
        let mut url = self.base.join("Observation").map_err(|_| FetchError::Elsewhere)?;
        url.query_pairs_mut()
            .append_pair("patient", patient.as_str())
            .append_pair("code", &wanted.join(","))
            .append_pair("date", &format!("ge{}", from.strftime("%Y-%m-%d")))
            .append_pair("_sort", "-date")
            .append_pair("_count", PAGE);
        Ok(url)
    }

    /// The next page's address: only on the server that we were told to trust.
    fn follow(&self, page: &Url, link: &str) -> Result<Url, FetchError> {
        let url = page.join(link).map_err(|_| FetchError::Elsewhere)?;
        let trusted =
            url.origin() == self.base.origin() && url.username().is_empty() && url.password().is_none();
        if trusted {
            Ok(url)
        } else {
            Err(FetchError::Elsewhere)
        }
    }

    async fn get<R: Readable>(&self, url: Url) -> Result<R, FetchError> {
        let mut request = self.client.get(url).header(ACCEPT, "application/fhir+json");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status();
        let is_json = is_json(&response);
        if status.is_success() {
            if !is_json {
                return Err(FetchError::WrongType);
            }
            let bytes = body(response, self.max_response_bytes).await?;
            return fhir::read(&bytes).map_err(FetchError::Malformed);
        }
        let outcome = if is_json { outcome(response).await } else { String::new() };
        let number = status.as_u16();
        Err(match status {
            StatusCode::NOT_FOUND | StatusCode::GONE if R::TYPE == Patient::TYPE => {
                FetchError::NotFound(outcome)
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                FetchError::Unauthorised { status: number, outcome }
            }
            StatusCode::TOO_MANY_REQUESTS => FetchError::Faulty { status: number, outcome },
            _ if status.is_server_error() => FetchError::Faulty { status: number, outcome },
            _ if status.is_redirection() => FetchError::Elsewhere,
            _ => FetchError::Refused { status: number, outcome },
        })
    }
}

/// `application/fhir+json`, `application/json`, with or without parameters.
fn is_json(response: &Response) -> bool {
    let content_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

/// Reads an answer, and stops as soon as it is too long.
async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > limit) {
        return Err(FetchError::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if chunk.len() > limit.saturating_sub(bytes.len()) {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The codes of an OperationOutcome; nothing where the answer is none.
async fn outcome(response: Response) -> String {
    let bytes = body(response, MAX_OUTCOME_BYTES).await.unwrap_or_default();
    fhir::read::<OperationOutcome>(&bytes).map(|outcome| outcome.summary()).unwrap_or_default()
}

/// reqwest's errors hold the address with the patient's id: only their kind goes on.
fn failure(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Slow;
    }
    if is_about_tls(error) {
        return FetchError::Untrusted;
    }
    FetchError::Down
}

/// Whether TLS is the cause, however deep: the client wraps it into errors of input and output, and those into others.
fn is_about_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || match wrapped {
            Some(inner) => is_about_tls(inner),
            None => error.source().is_some_and(is_about_tls),
        }
}
