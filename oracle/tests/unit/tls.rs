//! A FHIR server behind real TLS: trusted by the authority that the configuration names, and by nothing else.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;
use std::time::Duration;

use inference::Model;
use oracle::config::{SourceConfig, SourceKind};
use oracle::mapping;
use oracle::retry::Decision;
use oracle::source::{FetchError, FhirSource};
use oracle::subject::PatientId;
use testkit::fhir_server::FhirServer;
use testkit::tls_proxy::TlsProxy;

const LIFETIME: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The number of observations on the demo's first patient that the server returns.
async fn fetch(host: &str, port: u16, ca_file: Option<PathBuf>) -> Result<usize, FetchError> {
    let source = FhirSource::new(&SourceConfig {
        name: "clinic".into(),
        kind: SourceKind::Fhir,
        base_url: format!("https://{host}:{port}/fhir/").parse().unwrap(),
        token_file: None,
        ca_file,
        connect_timeout: Duration::from_secs(5),
        read_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(10),
        max_response_bytes: 8 << 20,
        max_pages: 20,
        search: oracle::config::SearchBy::Get,
    })
    .unwrap();
    let model = Model::load(testkit::repository().join("models/heart-disease")).unwrap();
    let since = mapping::oldest(jiff::Timestamp::now(), LIFETIME);
    let patient = PatientId::new("synthetic-ada").unwrap();
    let record = source.fetch(&patient, &mapping::codes(model.manifest()), since).await?;
    Ok(record.observations.len())
}

#[tokio::test]
async fn a_certificate_counts_by_the_authority_that_the_configuration_names() {
    let data = testkit::repository().join("e2e-tests/data");
    let server = FhirServer::start(&data).await.unwrap();
    let plain = server.base_url().strip_prefix("http://").and_then(|url| url.split('/').next()).unwrap();
    let (proxy, stranger) = (TlsProxy::start(plain).await.unwrap(), TlsProxy::start(plain).await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        Some(path)
    };
    let own = written("own.pem", proxy.authority());
    let other = written("other.pem", stranger.authority());

    assert!(fetch("localhost", proxy.port(), own.clone()).await.unwrap() > 0);
    for (what, refused) in [
        ("no authority", fetch("localhost", proxy.port(), None).await),
        ("another authority", fetch("localhost", proxy.port(), other).await),
        ("an address that is not in the certificate", fetch("127.0.0.1", proxy.port(), own.clone()).await),
        ("no TLS at all", fetch("127.0.0.1", plain.rsplit(':').next().unwrap().parse().unwrap(), own).await),
    ] {
        assert_eq!(refused, Err(FetchError::Untrusted), "{what}");
    }
    assert_eq!(FetchError::Untrusted.decision(), Decision::Wait, "an operator can repair it");
}
