//! A small FHIR R4 server over HTTP, for tests and the demo: it serves patients and their observations out of bundles
//! in a folder, as a hospital's server does, with searches, pages and `OperationOutcome`s.
//!
//! It has no security and no writes: never put a real patient's data into it.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Path as PathPart, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::Router;
use serde_json::{json, Value};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The most bytes of one bundle.
const MAX_BUNDLE: u64 = 64 << 20;
/// How many observations a page has, unless `_count` says something else.
const PAGE: usize = 50;
/// The most that `_count` may ask for.
const MAX_PAGE: usize = 500;

/// Why the server cannot start.
#[derive(Debug)]
pub enum StartError {
    /// The folder, a file of it, or the port.
    Io(PathBuf, io::Error),
    /// A file that is not a bundle.
    NoBundle(PathBuf),
    /// No patient in any bundle.
    NoPatient(PathBuf),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}; check the path", path.display()),
            Self::NoBundle(path) => {
                write!(f, "{} is no FHIR bundle of at most 64 MiB; remove it", path.display())
            }
            Self::NoPatient(path) => {
                write!(f, "{} has no bundle with a patient; name another folder", path.display())
            }
        }
    }
}

impl std::error::Error for StartError {}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct FhirServer {
    base_url: String,
    patients: Vec<String>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Records {
    patients: BTreeMap<String, Value>,
    /// By patient, the latest first.
    observations: HashMap<String, Vec<Value>>,
    base_url: String,
}

impl FhirServer {
    /// Loads all `*.json` of the folder, and serves them on a free port of this machine.
    ///
    /// # Errors
    /// Where a file cannot be read or is no bundle, or there is no patient.
    pub async fn start(folder: &Path) -> Result<Self, StartError> {
        let at_folder = |error| StartError::Io(folder.to_owned(), error);
        let mut records = Records::load(folder)?;
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.map_err(at_folder)?;
        records.base_url = format!("http://{}/fhir", listener.local_addr().map_err(at_folder)?);
        let (base_url, patients) = (records.base_url.clone(), records.patients.keys().cloned().collect());
        let router = Router::new()
            .route("/fhir/metadata", get(metadata))
            .route("/fhir/Patient/{id}", get(patient))
            .route("/fhir/Observation", get(observations))
            .fallback(|| async { outcome(StatusCode::NOT_FOUND, "not-supported") })
            .with_state(Arc::new(records));
        let task = tokio::spawn(async move {
            // It ends only with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { base_url, patients, task })
    }

    /// The service's base address, without a `/` at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The patients' ids, sorted.
    #[must_use]
    pub fn patients(&self) -> &[String] {
        &self.patients
    }
}

impl Drop for FhirServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Records {
    fn load(folder: &Path) -> Result<Self, StartError> {
        let at_folder = |error| StartError::Io(folder.to_owned(), error);
        let mut records = Self::default();
        let entries: Result<Vec<_>, _> = std::fs::read_dir(folder).map_err(at_folder)?.collect();
        let mut paths: Vec<_> = entries.map_err(at_folder)?.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        for path in paths {
            let at_file = |error| StartError::Io(path.clone(), error);
            if std::fs::metadata(&path).map_err(at_file)?.len() > MAX_BUNDLE {
                return Err(StartError::NoBundle(path));
            }
            let bytes = std::fs::read(&path).map_err(at_file)?;
            let bundle: Option<Value> = serde_json::from_slice(&bytes).ok();
            let Some(entries) = bundle.as_ref().and_then(|bundle| bundle["entry"].as_array()) else {
                return Err(StartError::NoBundle(path));
            };
            entries.iter().for_each(|entry| records.keep(&entry["resource"]));
        }
        if records.patients.is_empty() {
            return Err(StartError::NoPatient(folder.to_owned()));
        }
        for observations in records.observations.values_mut() {
            observations.sort_by(|one, other| time_of(other).cmp(time_of(one)));
        }
        Ok(records)
    }

    fn keep(&mut self, resource: &Value) {
        match resource["resourceType"].as_str() {
            Some("Patient") => {
                let id = resource["id"].as_str().unwrap_or_default().to_owned();
                self.patients.insert(id, resource.clone());
            }
            Some("Observation") => {
                // In a bundle, resources point to each other by the ids that a server would give them.
                let reference = resource["subject"]["reference"].as_str().unwrap_or_default();
                let patient = reference.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
                let mut observation = resource.clone();
                observation["subject"] = json!({"reference": format!("Patient/{patient}")});
                self.observations.entry(patient).or_default().push(observation);
            }
            _ => {}
        }
    }
}

/// ISO 8601 sorts as text, as exactly as a test needs.
fn time_of(observation: &Value) -> &str {
    let period = || observation["effectivePeriod"]["start"].as_str();
    observation["effectiveDateTime"].as_str().or_else(period).unwrap_or_default()
}

async fn metadata() -> Response {
    let search = |name: &str, kind: &str| json!({"name": name, "type": kind});
    let interaction = |code: &str| json!([{"code": code}]);
    let parameters = [search("patient", "reference"), search("code", "token"), search("date", "date")];
    resource(&json!({
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-21", "kind": "instance",
        "fhirVersion": "4.0.1", "format": ["application/fhir+json"],
        "implementation": {"description": "Synthetic patients for tests"},
        "rest": [{"mode": "server", "resource": [
            {"type": "Patient", "interaction": interaction("read")},
            {"type": "Observation", "interaction": interaction("search-type"), "searchParam": parameters},
        ]}],
    }))
}

async fn patient(State(records): State<Arc<Records>>, PathPart(id): PathPart<String>) -> Response {
    match records.patients.get(&id) {
        Some(patient) => resource(patient),
        None => outcome(StatusCode::NOT_FOUND, "not-found"),
    }
}

/// `GET /Observation?patient=…&code=system|code,…&date=ge…&_sort=-date&_count=…`
async fn observations(
    State(records): State<Arc<Records>>,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Response {
    let known = ["patient", "code", "date", "_sort", "_count", "_offset"];
    let parameter = |name: &str| parameters.get(name).map(String::as_str);
    let number = |name: &str, default: usize| parameter(name).map_or(Some(default), |text| text.parse().ok());
    let count = number("_count", PAGE).filter(|count| *count > 0).map(|count| count.min(MAX_PAGE));
    let since = parameter("date").map_or(Some(""), |date| date.strip_prefix("ge"));
    let sorted = matches!(parameter("_sort"), None | Some("-date"));
    let all_known = parameters.keys().all(|name| known.contains(&name.as_str()));
    let (Some(patient), Some(count), Some(offset), Some(since), true, true) =
        (parameter("patient"), count, number("_offset", 0), since, sorted, all_known)
    else {
        return outcome(StatusCode::BAD_REQUEST, "invalid");
    };
    let patient = patient.strip_prefix("Patient/").unwrap_or(patient);
    let wanted = |observation: &&Value| {
        let codes =
            parameter("code").is_none_or(|codes| codes.split(',').any(|code| has_code(observation, code)));
        codes && time_of(observation) >= since
    };
    let found: Vec<_> = records.observations.get(patient).into_iter().flatten().filter(wanted).collect();
    let entry: Vec<_> = found
        .iter()
        .skip(offset)
        .take(count)
        .map(|observation| {
            let id = observation["id"].as_str().unwrap_or_default();
            let url = format!("{}/Observation/{id}", records.base_url);
            json!({"fullUrl": url, "resource": observation, "search": {"mode": "match"}})
        })
        .collect();
    let page = |offset: usize| {
        let mut pairs: Vec<_> = parameters
            .iter()
            .filter(|(name, _)| *name != "_offset")
            .map(|(name, value)| pair(name, value))
            .collect();
        pairs.push(pair("_offset", &offset.to_string()));
        format!("{}/Observation?{}", records.base_url, pairs.join("&"))
    };
    let mut link = vec![json!({"relation": "self", "url": page(offset)})];
    let next = offset.saturating_add(count);
    if next < found.len() {
        link.push(json!({"relation": "next", "url": page(next)}));
    }
    let total = found.len();
    resource(
        &json!({"resourceType": "Bundle", "type": "searchset", "total": total, "link": link, "entry": entry}),
    )
}

/// Whether the observation's own code, not that of a component, is `system|code` or `code`.
fn has_code(observation: &Value, wanted: &str) -> bool {
    let codings = observation["code"]["coding"].as_array();
    codings.into_iter().flatten().any(|coding| {
        let code = coding["code"].as_str().unwrap_or_default();
        match wanted.split_once('|') {
            Some((system, wanted)) => {
                code == wanted && coding["system"].as_str().unwrap_or_default() == system
            }
            None => code == wanted,
        }
    })
}

/// A pair of a query, with everything escaped that could mean something in it.
fn pair(name: &str, value: &str) -> String {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    format!("{}={}", escaped(name), escaped(value))
}

fn resource(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/fhir+json; fhirVersion=4.0")], value.to_string()).into_response()
}

fn outcome(status: StatusCode, code: &str) -> Response {
    let value = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]});
    (status, resource(&value)).into_response()
}
