//! The rules of a GS1-Conformant Resolver, and of GS1 Lightweight Messaging for verification, as functions without network
//! and clock: [`Resolver::answer`] turns a request into status, headers and what the body is, and a server only sends it.
//!
//! ```
//! use resolver::{Body, Incoming, Resolver, Root, Setup};
//!
//! let root = Root::read("https://id.example.org")?;
//! let resolver = Resolver::new(Setup { root, name: "Example".into(), operator: None, links: vec![] })?;
//! let path = "/01/09506000134352/10/ABC-1/21/XYZ%2F7";
//!
//! let browser = Incoming { method: "GET", path, accept: Some("text/html"), ..Incoming::default() };
//! let Body::Page(identity) = resolver.answer(&browser, 2026).body else { panic!("a browser gets the page") };
//! assert_eq!(identity.pack().serial(), Some("XYZ/7"));
//!
//! let program = Incoming { method: "GET", path, query: Some("linkType=linkset"), ..Incoming::default() };
//! assert_eq!(resolver.answer(&program, 2026).header("content-type"), Some("application/linkset+json"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it holds to
//!
//! - GS1-Conformant Resolver 1.2.0. Its text could not be read in full when this was written: the statements are those of
//!   `Conformance1_2.txt` and of the checks of the public suite (`gs1/GS1DL-resolver-testsuite`, Apache-2.0), and section
//!   numbers are those that a public review of release 1.2.1 cites. The module `suite` of the tests has one test for each
//!   statement. The schemas of the linkset and of the description file are in `tests/data`.
//! - Key: AI (01) with all its qualifiers. Other keys are answered 404, as the description says.
//! - Compressed paths are read, see [`gs1::Parser::decompress`]: the general compression, which a resolver may read, and of
//!   the EPC binary strings, which it shall read, those of SGTIN-96 and SGTIN-198. The other schemes with a GTIN (SGTIN+,
//!   DSGTIN+, SGTIN++, ITIP) are answered 400: that statement is met in part.
//! - `gs1:handledBy` (optional) is not supported.
//!
//! # What it decides where the standard leaves a choice
//!
//! - Who names `text/html` or `application/json` gets the page or the verdict itself, without a redirect; who accepts
//!   anything is sent to the default link, which is that page at [`VERIFY`].
//! - The default of a lot or a pack is always the verification page. An operator can choose another default for a product.
//!   The variants of that default are for the product alone, too; the public suite expects them below it, and the standard,
//!   as far as it was read, does not say so.
//! - `linkType=verificationService` is answered by Lightweight Messaging; `linkType=gs1:verificationService` is sent to
//!   [`VERIFICATION_SERVICE`], which answers the same.
//! - Nothing of a request is written into a header unless it is percent-encoded; the host of a request is not looked at.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod accept;
mod answer;
mod choice;
mod description;
mod identity;
mod languages;
mod link_type;
mod links;
mod linkset;
pub mod lms;
mod problem;
mod query;
mod request;
mod root;
#[cfg(test)]
mod suite;

pub use accept::{Accept, Fit};
pub use answer::{Answer, Body, Resolver, Setup};
pub use identity::{Identity, Level};
pub use languages::Languages;
pub use link_type::{LinkType, GS1};
pub use links::{DefaultKind, LinkRule, RuleError, RuleFault, MAX_RULES};
pub use linkset::{CONTEXT, LINKSET_JSON};
pub use problem::Problem;
pub use query::Query;
pub use request::{Incoming, Place, Request, Wanted, DESCRIPTION, VERIFICATION_SERVICE, VERIFY};
pub use root::{Root, RootError};

/// Longest path and query together, in bytes: what browsers and proxies carry.
pub const MAX_TARGET: usize = 4_096;
