//! Log lines on standard error, for people or as JSON. They name runs, jobs and kinds of errors, never a person.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Sends all log lines of this process to standard error. `RUST_LOG` chooses what is logged; `info` by default.
///
/// Returns false where the process has a logger already.
pub fn init(format: LogFormat) -> bool {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.try_init().is_ok(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init().is_ok(),
    }
}
