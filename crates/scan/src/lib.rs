//! From what somebody scanned or typed, or photographed, to a pack: the text of a code, or a picture of it.
//!
//! A fault of the scanner is named as such, and never corrected silently; another code of the pack is named for what it
//! is. There is neither network nor clock here: who asks says which year it is.
//!
//! ```
//! use scan::Code;
//!
//! let pack = Code::typed("(01)09506000134352(17)271231(10)ABC123(21)S1").parse(2026)?;
//! assert_eq!(pack.lot(), Some("ABC123"));
//! # Ok::<(), scan::Unreadable>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod code;
pub mod picture;
mod unreadable;

pub use code::{lot_of, Code};
pub use unreadable::Unreadable;
