//! HTTP client of a source: bounded, and without addresses or answers in its errors.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fhir::OperationOutcome;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{redirect, Certificate, Client, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::Semaphore;

use super::{FetchError, SourceError};
use crate::config::SourceConfig;
use crate::keys::Secret;

/// Maximum number of runs for which a server is queried at once: it has others to serve, and each holds its answers in
/// memory.
const MAX_AT_ONCE: usize = 16;
/// Maximum number of bytes of an error answer that are read for its reason.
const MAX_OUTCOME_BYTES: usize = 64 << 10;

/// A server that the configuration names.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    client: Client,
    pub(super) base: Url,
    token: Option<Secret>,
    total_timeout: Duration,
    max_response_bytes: usize,
    places: Arc<Semaphore>,
}

/// The meaning of a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// The patient or subject is unknown.
    Unknown,
    /// The server does not behave as it should.
    Refusal,
}

impl Endpoint {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub(super) fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        let name = || config.name.clone();
        // The first one that is installed serves the whole process; an existing one is fine.
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
            places: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        })
    }

    /// Waits for a free slot at the server, and limits the time of all requests of `work` together.
    pub(super) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        // The time limit starts when the server is queried.
        let _place = self.places.acquire().await.map_err(|_| FetchError::Down)?;
        tokio::time::timeout(self.total_timeout, work).await.map_err(|_| FetchError::Slow)?
    }

    /// A successful answer, and its content type without parameters.
    pub(super) async fn get(
        &self,
        url: Url,
        accept: &'static str,
        absence: Absence,
    ) -> Result<(String, Response), FetchError> {
        self.ask(self.client.get(url), accept, absence).await
    }

    /// The same to a search whose parameters are in the body instead of the address, which servers write into logs.
    pub(super) async fn search(
        &self,
        mut url: Url,
        accept: &'static str,
        absence: Absence,
    ) -> Result<(String, Response), FetchError> {
        let parameters = url.query().unwrap_or_default().to_owned();
        url.set_query(None);
        url.set_path(&format!("{}/_search", url.path()));
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(parameters), accept, absence).await
    }

    /// Creates a resource, unless the server has one with this condition.
    pub(super) async fn create(&self, url: Url, condition: &str, body: String) -> Result<(), FetchError> {
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/fhir+json")
            .header("if-none-exist", condition)
            .header("prefer", "return=minimal")
            .body(body);
        let created = self.ask(request, "application/fhir+json", Absence::Refusal);
        tokio::time::timeout(self.total_timeout, created).await.map_err(|_| FetchError::Slow)?.map(drop)
    }

    async fn ask(
        &self,
        request: RequestBuilder,
        accept: &'static str,
        absence: Absence,
    ) -> Result<(String, Response), FetchError> {
        let mut request = request.header(ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status();
        let (kind, after) = (content_type(&response), retry_after(&response));
        if status.is_success() {
            return Ok((kind, response));
        }
        let outcome = if is_json(&kind) { outcome(response).await } else { String::new() };
        let number = status.as_u16();
        Err(match status {
            StatusCode::NOT_FOUND | StatusCode::GONE if absence == Absence::Unknown => {
                FetchError::NotFound(outcome)
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                FetchError::Unauthorised { status: number, outcome }
            }
            StatusCode::TOO_MANY_REQUESTS => FetchError::Faulty { status: number, after, outcome },
            _ if status.is_server_error() => FetchError::Faulty { status: number, after, outcome },
            _ if status.is_redirection() => FetchError::Elsewhere,
            _ => FetchError::Refused { status: number, outcome },
        })
    }

    /// The bytes of an answer; `taken` are those of the answers before it for the same run, which share the limit.
    pub(super) async fn body(&self, response: Response, taken: &mut usize) -> Result<Vec<u8>, FetchError> {
        let bytes = body(response, self.max_response_bytes.saturating_sub(*taken)).await?;
        *taken = taken.saturating_add(bytes.len());
        Ok(bytes)
    }
}

/// The pause that the server asks for, in seconds; a date is not read.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn content_type(response: &Response) -> String {
    let shown =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    shown.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/fhir+json`, `application/json`.
pub(super) fn is_json(essence: &str) -> bool {
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

/// The codes of an OperationOutcome; `None` if the answer is not one.
async fn outcome(response: Response) -> String {
    let bytes = body(response, MAX_OUTCOME_BYTES).await.unwrap_or_default();
    fhir::read::<OperationOutcome>(&bytes).map(|outcome| outcome.summary()).unwrap_or_default()
}

/// reqwest's errors contain the address with the patient's id: only their kind is kept.
fn failure(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Slow;
    }
    if is_about_tls(error) {
        return FetchError::Untrusted;
    }
    FetchError::Down
}

/// Whether TLS is the cause, at any depth: the client wraps it into I/O errors, and those into others.
fn is_about_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || match wrapped {
            Some(inner) => is_about_tls(inner),
            None => error.source().is_some_and(is_about_tls),
        }
}
