//! Log lines on standard output, for people or as JSON. They name runs, jobs and kinds of errors, never a person.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Sends all log lines of this process to standard output. `RUST_LOG` chooses what is logged; `info` by default.
///
/// Returns false if the process already has a logger.
pub fn init(format: LogFormat) -> bool {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let colours = std::io::stdout().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    match format {
        LogFormat::Text => builder.try_init().is_ok(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init().is_ok(),
    }
}
