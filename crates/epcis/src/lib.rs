//! EPCIS 2.0 and CBV 2.0: documents in JSON-LD and XML, the five types of events, identifiers, and event hashes.
//!
//! The crate has no network, clock or file access. It reads untrusted text: every limit is in [`limits`], every refusal
//! is an enum value with cause and remedy, and reading takes linear time.
//!
//! ```
//! use epcis::Document;
//!
//! let text = br#"{
//!     "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
//!     "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-02T03:04:05Z",
//!     "epcisBody": {"eventList": [{
//!         "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit",
//!         "eventTime": "2026-01-02T03:04:05Z", "eventTimeZoneOffset": "+00:00",
//!         "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"]
//!     }]}
//! }"#;
//! let document = Document::read(text)?;
//! let event = document.events().next().expect("the document has an event");
//! assert_eq!(event.biz_step(), Some("shipping"));
//! assert_eq!(
//!     event.cbv_hash(),
//!     "ni:///sha-256;8cf0ba5fd81b39674b399f0f975d5e8af3ba9344c45d4659230cdadfa65f56fe?ver=CBV2.0"
//! );
//! # Ok::<(), epcis::ReadError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod context;
mod document;
mod encoding;
mod error;
mod event;
mod hash;
mod identifier;
mod json;
pub mod limits;
pub mod mapping;
mod validate;
mod vocabulary;
mod xml;

pub use context::{Namespaces, STANDARD_CONTEXT};
pub use document::{Document, DocumentKind};
pub use error::ReadError;
pub use event::{Action, Event, EventType, QuantityElement};
pub use identifier::{canonical, link_to_urn, urn_to_link, IdentifierError};
pub use json::{Object, Value};
pub use validate::{Broken, Violation};
pub use vocabulary::Vocabulary;
