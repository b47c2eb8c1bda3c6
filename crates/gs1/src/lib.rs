//! GS1 identification keys and attributes, checked by the rules of the GS1 General Specifications.
//!
//! The crate is `no_std`. Without features it has the validators that a smart contract needs: keys with their
//! check digit ([`Gtin`], [`Gln`], [`Sscc`]), the text of a lot or serial ([`validate_lot`],
//! [`validate_serial`]) and the expiry date ([`Date`]). They do not allocate, index or panic.
//!
//! ```
//! use gs1::{validate_lot, Date, Gtin, KeyError};
//!
//! let gtin: Gtin = "9506000134352".parse()?;
//! assert_eq!(gtin.to_string(), "09506000134352");
//! assert_eq!(Gtin::new(9_506_000_134_353), Err(KeyError::CheckDigit { expected: 2, found: 3 }));
//!
//! validate_lot(b"ABC-123")?;
//!
//! let expiry = Date::from_yymmdd(280200, 2026)?;
//! assert_eq!(expiry.to_string(), "2028-02-29");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

#[cfg(test)]
extern crate std;

mod date;
mod key;
mod text;

pub use date::{year_of_ms, Date, DateError};
pub use key::{check_digit, Gln, Gtin, KeyError, Sscc};
pub use text::{is_cset82, validate_lot, validate_serial, TextError, MAX_TEXT};
