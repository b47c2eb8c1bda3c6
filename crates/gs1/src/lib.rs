//! GS1 identification keys and attributes, checked by the rules of the GS1 General Specifications.
//!
//! The crate is `no_std`. Without features it has the validators that a smart contract needs: keys with their
//! check digit ([`Gtin`], [`Gln`], [`Sscc`]), the text of a lot or serial ([`validate_lot`],
//! [`validate_serial`]) and the expiry date ([`Date`]). They do not allocate, index or panic. The same holds
//! for the table of all Application Identifiers ([`Ai`], [`Definition`]) and the checks of their values ([`Linter`]); a
//! contract that does not use them does not link them.
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
#![cfg_attr(
    feature = "alloc",
    doc = r#"
With the feature `alloc` it reads and writes codes: the output of a scanner, typed text, and GS1 Digital Links.
[`MedicinePack`] has the four fields of a pack of medicine, [`Elements`] has any fields. A [`Parser`] says what is
permitted, and [`scanner`] distinguishes faults of scanners from faults of codes.

```
use gs1::{MedicinePack, CANONICAL_STEM};

let scanned = "]d201095060001343521728022910ABC-123\u{1d}21XYZ/7";
let pack = MedicinePack::parse(scanned, 2026)?;
assert_eq!(pack.lot(), Some("ABC-123"));
assert_eq!(pack.to_bracketed(), "(01)09506000134352(17)280229(10)ABC-123(21)XYZ/7");

let link = pack.to_digital_link(CANONICAL_STEM)?;
assert_eq!(link, "https://id.gs1.org/01/09506000134352/10/ABC-123/21/XYZ%2F7?17=280229");
assert_eq!(MedicinePack::parse(link, 2026)?, pack);
# Ok::<(), Box<dyn std::error::Error>>(())
```
"#
)]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod ai;
mod date;
mod definition;
mod ifa;
mod key;
mod lint;
mod table;
mod text;

#[cfg(feature = "alloc")]
mod aic;
#[cfg(feature = "alloc")]
mod bracketed;
#[cfg(feature = "alloc")]
mod compressed;
#[cfg(feature = "alloc")]
mod digital_link;
#[cfg(feature = "alloc")]
mod element_string;
#[cfg(feature = "alloc")]
mod elements;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod hibc;
#[cfg(feature = "alloc")]
mod limits;
#[cfg(feature = "alloc")]
mod other;
#[cfg(feature = "alloc")]
mod pack;
#[cfg(feature = "alloc")]
mod pairs;
#[cfg(feature = "alloc")]
mod parser;
#[cfg(feature = "alloc")]
mod permissions;
#[cfg(feature = "alloc")]
mod reader;
#[cfg(feature = "alloc")]
mod scan;
#[cfg(feature = "alloc")]
pub mod scanner;

#[cfg(all(doctest, feature = "alloc"))]
#[doc = include_str!("../README.md")]
struct Readme;

pub use ai::Ai;
pub use date::{year_of_ms, Date, DateError};
pub use definition::{Component, Definition, Range, ValueFault};
pub use ifa::{IfaError, Pzn};
pub use key::{check_digit, Gln, Gtin, KeyError, Sscc};
pub use lint::{Fault, LintError, Linter, PrefixStatus, Register, Rules};
pub use text::{is_cset82, validate_lot, validate_serial, TextError, MAX_TEXT};

#[cfg(feature = "alloc")]
pub use aic::Aic;
#[cfg(feature = "alloc")]
pub use compressed::{CompressedError, Decompressed};
#[cfg(feature = "alloc")]
pub use digital_link::CANONICAL_STEM;
#[cfg(feature = "alloc")]
pub use elements::{Element, Elements, Iter};
#[cfg(feature = "alloc")]
pub use error::{LinkError, PairError, ParseError, ParseErrorKind};
#[cfg(feature = "alloc")]
pub use hibc::Hibc;
#[cfg(feature = "alloc")]
pub use limits::{MAX_ELEMENTS, MAX_INPUT};
#[cfg(feature = "alloc")]
pub use other::{LinearName, OtherCode, PpnPack};
#[cfg(feature = "alloc")]
pub use pack::MedicinePack;
#[cfg(feature = "alloc")]
pub use parser::Parser;
#[cfg(feature = "alloc")]
#[cfg(feature = "alloc")]
pub use scan::{Content, Scan, Symbology};
