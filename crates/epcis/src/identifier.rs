//! Identifiers in both forms: EPC URN and GS1 Digital Link.
//!
//! A URN shows where the company prefix ends, a Digital Link does not; so a conversion to a URN needs the length of
//! the prefix. Everything else converts without loss (CBV 2.0, 8; EPC Tag Data Standard, 6 and 7; GS1 Digital
//! Link URI Syntax, 4).

mod link;
mod normal;
mod scheme;
mod text;

pub(crate) use normal::normal_form;
pub(crate) use text::{decode, encode};

use scheme::{Scheme, SCHEMES};

use crate::limits::MAX_IDENTIFIER;

/// The domain of canonical GS1 Digital Links.
pub(crate) const DOMAIN: &str = "https://id.gs1.org";

/// Why an identifier was not converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// The text is longer than [`crate::limits::MAX_IDENTIFIER`].
    #[error("the identifier is longer than {MAX_IDENTIFIER} bytes")]
    TooLong,
    /// The text is neither an EPC URN nor a GS1 Digital Link.
    #[error("this is neither an EPC URN nor a GS1 Digital Link")]
    NotAnIdentifier,
    /// An EPC URN of a scheme that has no GS1 key.
    #[error("the EPC scheme {scheme:?} has no GS1 key; keep the URN as it is")]
    UnknownScheme {
        /// The text between `urn:epc:` and the value.
        scheme: String,
    },
    /// The key's parts do not have the lengths or characters of its scheme.
    #[error("the parts of the {scheme} do not have the lengths or characters of that key; check for missing zeros")]
    Parts {
        /// The EPC scheme.
        scheme: &'static str,
    },
    /// The key's check digit is wrong.
    #[error("the check digit of the {scheme} is wrong; a digit is mistyped or misread")]
    CheckDigit {
        /// The EPC scheme.
        scheme: &'static str,
    },
    /// A company prefix has 6 to 12 digits.
    #[error("a company prefix has 6 to 12 digits, not {found}")]
    PrefixLength {
        /// The length that was given.
        found: usize,
    },
}

/// The canonical GS1 Digital Link of an EPC URN.
///
/// ```
/// assert_eq!(
///     epcis::urn_to_link("urn:epc:id:sgtin:4012345.011111.9876")?,
///     "https://id.gs1.org/01/04012345111118/21/9876"
/// );
/// # Ok::<(), epcis::IdentifierError>(())
/// ```
///
/// # Errors
/// The URN is malformed, or of a scheme without GS1 key.
pub fn urn_to_link(urn: &str) -> Result<String, IdentifierError> {
    let (scheme, rest) = Scheme::of_urn(urn)?;
    scheme.link_of_urn(rest).ok_or(IdentifierError::Parts { scheme: scheme.name })
}

/// The EPC URN of a GS1 Digital Link, whose GS1 Company Prefix has `prefix_length` digits.
///
/// A GTIN alone becomes a pattern (`urn:epc:idpat:sgtin:….*`), with a lot a class (`urn:epc:class:lgtin:…`), with
/// a serial an instance.
///
/// ```
/// assert_eq!(
///     epcis::link_to_urn("https://example.com/01/04012345111118/10/A1?17=291231", 7)?,
///     "urn:epc:class:lgtin:4012345.011111.A1"
/// );
/// # Ok::<(), epcis::IdentifierError>(())
/// ```
///
/// # Errors
/// The link is malformed, its check digit is wrong, or the prefix length is not 6 to 12.
pub fn link_to_urn(link: &str, prefix_length: usize) -> Result<String, IdentifierError> {
    if !(6..=12).contains(&prefix_length) {
        return Err(IdentifierError::PrefixLength { found: prefix_length });
    }
    let parts = link::parse(link)?;
    let scheme = parts.scheme();
    scheme.ensure_check_digit(&parts.key)?;
    scheme
        .urn_of_key(&parts.key, parts.qualifier(scheme), prefix_length)
        .ok_or(IdentifierError::Parts { scheme: scheme.name })
}

/// The form of an identifier in the strict hash: the canonical Digital Link of a URN or link, with all its qualifiers
/// and its query. `None` if the text is not an identifier with a GS1 key.
#[must_use]
pub fn canonical(identifier: &str) -> Option<String> {
    if identifier.starts_with("urn:epc:") {
        return urn_to_link(identifier).ok();
    }
    let parts = link::parse(identifier).ok()?;
    parts.scheme().ensure_check_digit(&parts.key).ok()?;
    Some(parts.to_link())
}

fn scheme_named(name: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.name == name)
}
