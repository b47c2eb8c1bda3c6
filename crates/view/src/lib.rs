//! What the register answers about packs, for people who must decide and for machines: judged in one place, in plain
//! sentences, with the names of organisations and sites, and as JSON.
//!
//! [`judge::judge`] asks the register about a pack, by whoever [`Reads`] it; [`VerdictView`] says what came of it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod audience;
pub mod batch;
pub mod choices;
pub mod directory;
mod gtin;
pub mod judge;
mod reads;
pub mod stop;
pub mod time;
pub mod verdict;

pub use audience::Audience;
pub use gtin::gtin_text;
pub use reads::Reads;
pub use verdict::VerdictView;
