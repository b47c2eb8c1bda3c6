//! What the program says besides its answer: warnings, and more with `-v`, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::global::Global;

/// Sends warnings to standard error, and more where `-v` or `RUST_LOG` asks for it.
pub fn init(global: &Global) {
    let level = match global.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // Another one is installed in tests only.
    let _ = match global.json {
        true => log.json().flatten_event(true).with_current_span(false).try_init(),
        false => log.without_time().with_target(false).try_init(),
    };
}
