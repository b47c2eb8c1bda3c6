//! Log lines on standard error.

use crate::config::LogFormat;

/// The crates whose lines may be of any level.
const OURS: [&str; 4] = ["oracle", "chain", "inference", "theriac"];

/// Sends all log lines of this process to standard error: see [`serve::logging::init`].
pub fn init(format: LogFormat) -> bool {
    serve::logging::init(format, &OURS)
}
