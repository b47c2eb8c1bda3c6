use std::time::{Duration, Instant};

use axum::extract::{Query, RawQuery};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::Router;
use inference::manifest::Code;
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::retry::Decision;
use crate::testing::{enough, fhir_json, hospital, page, patient, quantity, serve, source};

fn codes() -> Vec<Code> {
    let loinc =
        |code: &str| Code { system: "http://loinc.org".into(), code: code.into(), display: code.into() };
    vec![loinc("8480-6"), loinc("2093-3")]
}

fn since() -> Timestamp {
    "2025-11-21T00:00:00Z".parse().unwrap()
}

async fn fetch_from(config: &SourceConfig) -> Result<Record, FetchError> {
    let source = FhirSource::new(config).unwrap();
    source.fetch(&PatientId::new("p1").unwrap(), &codes(), since()).await
}

async fn fetch(router: Router) -> Result<Record, FetchError> {
    fetch_from(&source(serve(router).await)).await
}

/// A server with the same answer to every request.
async fn fetch_answer(
    answer: impl IntoResponse + Clone + Send + Sync + 'static,
) -> Result<Record, FetchError> {
    fetch(Router::new().fallback(move || async move { answer })).await
}

#[track_caller]
fn refused(result: Result<Record, FetchError>, expected: &FetchError, decision: Decision) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.decision(), decision, "{error}");
    assert!(!error.to_string().contains("p1"), "{error}");
}

#[tokio::test]
async fn a_record_is_the_patient_and_the_observations() {
    let record = fetch(hospital(enough())).await.unwrap();
    assert_eq!(record.patient.id.as_deref(), Some("p1"));
    assert_eq!(record.observations.len(), 2);
}

#[tokio::test]
async fn a_search_has_the_codes_with_their_panels_and_a_start_day() {
    let search = |RawQuery(query): RawQuery| async move {
        let query = query.unwrap();
        let wanted = "patient=p1&code=http%3A%2F%2Floinc.org%7C8480-6%2Chttp%3A%2F%2Floinc.org%7C85354-9%2C";
        assert!(query.starts_with(wanted), "{query}");
        assert!(query.contains("%7C2093-3&date=ge2025-11-21&_sort=-date&_count="), "{query}");
        fhir_json(&page(&enough(), None))
    };
    let router = Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation", get(search));
    assert_eq!(fetch(router).await.unwrap().observations.len(), 2);
}

#[tokio::test]
async fn the_token_is_sent_and_its_refusal_has_its_own_error() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "the-token").unwrap();
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o600)).unwrap();
    let guarded = |headers: HeaderMap| async move {
        if headers.get(AUTHORIZATION).is_some_and(|value| value == "Bearer the-token") {
            fhir_json(&patient())
        } else {
            let outcome = json!({"resourceType": "OperationOutcome", "issue": [
                {"severity": "error", "code": "login", "diagnostics": "no token for p1"}]});
            (StatusCode::UNAUTHORIZED, fhir_json(&outcome)).into_response()
        }
    };
    let router = Router::new()
        .route("/fhir/Patient/p1", get(guarded))
        .route("/fhir/Observation", get(|| async { fhir_json(&page(&enough(), None)) }));
    let mut config = source(serve(router).await);
    let expected = FetchError::Unauthorised { status: 401, outcome: "error/login".into() };
    refused(fetch_from(&config).await, &expected, Decision::Wait);
    config.token_file = Some(file.path().to_owned());
    assert!(fetch_from(&config).await.is_ok());
}

#[tokio::test]
async fn a_server_that_is_down_has_its_own_error_and_is_retried() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    refused(fetch_from(&source(url)).await, &FetchError::Down, Decision::Retry);
}

#[tokio::test]
async fn a_silent_server_fails_after_the_read_timeout() {
    let began = Instant::now();
    let silent = || async { tokio::time::sleep(Duration::from_secs(30)).await };
    refused(fetch(Router::new().fallback(silent)).await, &FetchError::Slow, Decision::Retry);
    assert!(began.elapsed() < Duration::from_secs(2));
}

/// A body that never ends: a byte or many, again and again.
fn endless(chunk: &'static [u8], pause: Duration) -> Router {
    let answer = move || async move {
        let chunks = futures::stream::unfold((), move |()| async move {
            tokio::time::sleep(pause).await;
            Some((Ok::<_, std::io::Error>(chunk), ()))
        });
        ([(CONTENT_TYPE, "application/fhir+json")], axum::body::Body::from_stream(chunks)).into_response()
    };
    Router::new().fallback(answer)
}

#[tokio::test]
async fn a_dripping_server_fails_after_the_total_timeout() {
    let began = Instant::now();
    refused(fetch(endless(b" ", Duration::from_millis(100))).await, &FetchError::Slow, Decision::Retry);
    assert!((2..4).contains(&began.elapsed().as_secs()));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    refused(fetch(endless(&[b' '; 4096], Duration::ZERO)).await, &FetchError::TooLarge, Decision::Wait);
}

#[tokio::test]
async fn a_large_answer_is_refused_before_it_is_read() {
    let huge = ([(CONTENT_TYPE, "application/fhir+json")], " ".repeat(200_000));
    refused(fetch_answer(huge).await, &FetchError::TooLarge, Decision::Wait);
}

#[tokio::test]
async fn a_web_page_is_not_a_resource() {
    let html = ([(CONTENT_TYPE, "text/html")], "<html>welcome, p1</html>");
    refused(fetch_answer(html).await, &FetchError::WrongType, Decision::Wait);
}

#[tokio::test]
async fn unexpected_json_is_not_a_resource() {
    let json = |text| ([(CONTENT_TYPE, "application/json; charset=utf-8")], text);
    let whole = FetchError::Malformed(::fhir::ReadError::WrongType { expected: "Patient" });
    refused(fetch_answer(json(r#"{"resourceType": "Group", "id": "p1"}"#)).await, &whole, Decision::Fail);
    let broken = FetchError::Malformed(::fhir::ReadError::NotJson { line: 1, column: 1 });
    refused(fetch_answer(json("p1")).await, &broken, Decision::Fail);
}

#[tokio::test]
async fn the_error_of_an_unknown_patient_has_the_server_s_codes_and_none_of_its_words() {
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [
        {"severity": "error", "code": "not-found", "diagnostics": "Patient/p1 is not known"}]});
    let answer = (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/fhir+json")], outcome.to_string());
    refused(fetch_answer(answer).await, &FetchError::NotFound("error/not-found".into()), Decision::Fail);
    refused(fetch_answer(StatusCode::GONE).await, &FetchError::NotFound(String::new()), Decision::Fail);
}

#[tokio::test]
async fn other_answers_are_reported_by_their_status() {
    let faulty = FetchError::Faulty { status: 503, after: None, outcome: String::new() };
    refused(fetch_answer(StatusCode::SERVICE_UNAVAILABLE).await, &faulty, Decision::Retry);
    let busy = FetchError::Faulty { status: 429, after: None, outcome: String::new() };
    refused(fetch_answer(StatusCode::TOO_MANY_REQUESTS).await, &busy, Decision::Retry);
    let closed = FetchError::Unauthorised { status: 403, outcome: String::new() };
    refused(fetch_answer(StatusCode::FORBIDDEN).await, &closed, Decision::Wait);
    let refusal = FetchError::Refused { status: 418, outcome: String::new() };
    refused(fetch_answer(StatusCode::IM_A_TEAPOT).await, &refusal, Decision::Wait);
}

#[tokio::test]
async fn redirects_and_links_to_other_servers_are_refused() {
    let other = serve(hospital(enough())).await;
    let redirect = (StatusCode::FOUND, [(LOCATION, format!("{other}Patient/p1"))]);
    refused(fetch_answer(redirect).await, &FetchError::Elsewhere, Decision::Wait);
    let next = format!("{other}Observation");
    let router = Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation", get(move || async move { fhir_json(&page(&enough(), Some(&next))) }));
    refused(fetch(router).await, &FetchError::Elsewhere, Decision::Wait);
}

#[derive(serde::Deserialize)]
struct Page {
    page: Option<u32>,
}

/// A search with this many pages, one observation each.
fn paged(last: u32) -> Router {
    let search = move |Query(Page { page: number }): Query<Page>| async move {
        let number = number.unwrap_or(1);
        let next = format!("Observation?page={}", number + 1);
        fhir_json(&page(&[quantity("2093-3", 200.0, "mg/dL")], (number < last).then_some(next.as_str())))
    };
    Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation", get(search))
}

#[tokio::test]
async fn all_pages_are_read_and_too_many_are_refused() {
    assert_eq!(fetch(paged(3)).await.unwrap().observations.len(), 3);
    refused(fetch(paged(4)).await, &FetchError::TooLarge, Decision::Wait);
}

#[tokio::test]
async fn data_of_another_patient_are_refused() {
    let mut stranger = quantity("2093-3", 200.0, "mg/dL");
    stranger["subject"]["reference"] = json!("Patient/p2");
    refused(fetch(hospital(vec![stranger])).await, &FetchError::WrongPatient, Decision::Fail);
    let mut nobody = quantity("2093-3", 200.0, "mg/dL");
    nobody["subject"] = json!(null);
    refused(fetch(hospital(vec![nobody])).await, &FetchError::WrongPatient, Decision::Fail);
    let mut other = patient();
    other["id"] = json!("p2");
    let router = Router::new().fallback(move || async move { fhir_json(&other) });
    refused(fetch(router).await, &FetchError::WrongPatient, Decision::Fail);
}

#[tokio::test]
async fn an_invalid_authority_is_refused_at_the_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut config = source("https://127.0.0.1:1/".parse().unwrap());
    config.ca_file = Some(file.path().to_owned());
    assert!(matches!(FhirSource::new(&config), Err(SourceError::Authority { name }) if name == "hospital"));
}

/// Patients and codes are not in the addresses that servers and proxies log.
#[tokio::test]
async fn a_search_by_post_has_nothing_in_its_address() {
    let search = |uri: Uri, headers: HeaderMap, body: String| async move {
        assert_eq!(uri.to_string(), "/fhir/Observation/_search");
        assert_eq!(headers[CONTENT_TYPE], "application/x-www-form-urlencoded");
        assert!(body.starts_with("patient=p1&code="), "{body}");
        fhir_json(&page(&enough(), None))
    };
    let router = Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation/_search", post(search));
    let mut config = source(serve(router).await);
    config.search = crate::config::SearchBy::Post;
    assert_eq!(fetch_from(&config).await.unwrap().observations.len(), 2);
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    for (header, expected) in [("120", Some(Duration::from_secs(120))), ("soon", None)] {
        let error =
            fetch_answer((StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, header)])).await.unwrap_err();
        assert_eq!((error.after(), error.decision()), (expected, Decision::Retry));
    }
}

/// Many pages of a search share one limit: a run holds them all in memory.
#[tokio::test]
async fn all_pages_together_are_limited() {
    let search = |Query(query): Query<std::collections::BTreeMap<String, String>>| async move {
        let at: u32 = query.get("page").map_or(0, |at| at.parse().unwrap());
        let more = quantity("2093-3", 5.2, "mmol/L");
        let next = format!("Observation?page={}", at + 1);
        fhir_json(&page(&vec![more; 20], (at < 5).then_some(next.as_str())))
    };
    let router = Router::new()
        .route("/fhir/Patient/p1", get(|| async { fhir_json(&patient()) }))
        .route("/fhir/Observation", get(search));
    let mut config = source(serve(router).await);
    config.max_pages = 10;
    let all = fetch_from(&config).await.unwrap().observations.len();
    assert_eq!(all, 120);
    config.max_response_bytes = 16_000;
    refused(fetch_from(&config).await, &FetchError::TooLarge, Decision::Wait);
}
