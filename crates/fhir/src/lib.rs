//! The FHIR R4 resources that Theriac reads, typed
