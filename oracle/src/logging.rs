//! Log lines on standard error, for people or as JSON. They name runs, jobs and kinds of errors, never a person.

use std::io::IsTerminal;

use tracing_subscriber::filter::{filter_fn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::LogFormat;

/// The crates whose lines may be of any level.
const OURS: [&str; 4] = ["oracle", "chain", "inference", "theriac"];

/// Sends all log lines of this process to standard error. `RUST_LOG` chooses what is logged; `info` by default. Lines of
/// libraries below `info` are never logged: those of HTTP show addresses with patients' ids.
///
/// Returns false if the process already has a logger.
pub fn init(format: LogFormat) -> bool {
    let chosen = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    let safe = filter_fn(|line| is_safe(line.target(), *line.level()));
    tracing_subscriber::registry().with(lines.with_filter(safe)).with(chosen).try_init().is_ok()
}

fn is_safe(target: &str, level: tracing::Level) -> bool {
    level <= tracing::Level::INFO || OURS.contains(&target.split(':').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn details_are_logged_only_of_our_own_crates() {
        for target in ["hyper::proto::h1", "h2", "reqwest::connect", "oracles::run", "sqlx::query"] {
            assert!(!is_safe(target, Level::DEBUG) && !is_safe(target, Level::TRACE), "{target}");
            assert!(is_safe(target, Level::INFO) && is_safe(target, Level::ERROR), "{target}");
        }
        assert!(is_safe("oracle::run", Level::TRACE) && is_safe("chain", Level::DEBUG));
    }
}
