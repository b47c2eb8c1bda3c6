//! Records of synthetic patients by Synthea over HTTP, from the folder in `THERIAC_FHIR_DIR` (files `*.json`, for
//! example from <https://synthea.mitre.org/downloads>).
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use inference::{Features, Model};
use oracle::config::{SourceConfig, SourceKind};
use oracle::inputs::Pushed;
use oracle::mapping::{self, Known};
use oracle::source::{FetchError, Fetched, FhirSource};
use oracle::subject::PatientId;
use testkit::fhir_server::FhirServer;

const LIFETIME: Duration = Duration::from_secs(100 * 365 * 86_400);

#[tokio::test]
async fn every_patient_has_a_value_or_a_reason() {
    let Some(folder) = std::env::var_os("THERIAC_FHIR_DIR") else {
        eprintln!("NOT RUN: set THERIAC_FHIR_DIR to a folder with Synthea bundles (*.json)");
        return;
    };
    let server = FhirServer::start(Path::new(&folder)).await.unwrap();
    let source = FhirSource::new(&SourceConfig {
        name: "synthea".into(),
        kind: SourceKind::Fhir,
        base_url: format!("{}/", server.base_url()).parse().unwrap(),
        token_file: None,
        ca_file: None,
        connect_timeout: Duration::from_secs(1),
        read_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(10),
        max_response_bytes: 8 << 20,
        max_pages: 20,
        search: oracle::config::SearchBy::Get,
    })
    .unwrap();
    let model = Model::load(testkit::repository().join("models/heart-disease")).unwrap();
    let codes = mapping::codes(model.manifest());
    let now = jiff::Timestamp::now();
    let mut values = 0;
    for id in server.patients() {
        let since = mapping::oldest(now, LIFETIME);
        let record = match source.fetch(&PatientId::new(id).unwrap(), &codes, since).await {
            // Some synthetic patients are dead.
            Err(FetchError::Unusable(reason)) => {
                eprintln!("no record: {reason}");
                continue;
            }
            record => record.unwrap(),
        };
        let known = Known {
            parameters: &BTreeMap::new(),
            pushed: &Pushed::default(),
            fetched: &Fetched::Record(record),
            at: now,
            max_age: LIFETIME,
        };
        match mapping::features(model.manifest(), known) {
            Ok(features) => {
                let risk = model.predict(&[features]).unwrap()[0][0];
                assert!((0..=10_000).contains(&risk.value));
                values += 1;
            }
            Err(error) => eprintln!("no value: {error}"),
        }
    }
    eprintln!("{values} of {} patients have a value", server.patients().len());
    assert!(Features::new(model.manifest()).build().is_err(), "an empty record is never enough");
}
