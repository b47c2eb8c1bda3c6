//! What the contract `units` takes, answers, stores, emits and refuses with.

mod error;
mod events;
mod outcome;
mod scan;
mod unit;
mod verdict;

pub use error::Error;
pub use events::*;
pub use outcome::{Outcome, Reason, Reasons};
pub use scan::Scan;
pub use unit::{Alarm, AlarmCode, Resolution, UnitOutcome, UnitRecord, REVERT_WINDOW};
pub use verdict::{Detail, Verdict};
