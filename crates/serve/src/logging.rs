//! Log lines on standard error, for people or as JSON. They name jobs, routes and kinds of errors, never a person.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing_subscriber::filter::{filter_fn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// The format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Sends all log lines of this process to standard error. `RUST_LOG` chooses what is logged; `info` by default. Only lines
/// of our own crates may be below `info`, whatever it says: those of HTTP libraries show addresses.
///
/// Returns false if the process already has a logger.
pub fn init(format: Format, ours: &'static [&'static str]) -> bool {
    let chosen = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        Format::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    let safe = filter_fn(|line| is_safe(line.target(), *line.level(), ours));
    tracing_subscriber::registry().with(lines.with_filter(safe)).with(chosen).try_init().is_ok()
}

fn is_safe(target: &str, level: tracing::Level, ours: &[&str]) -> bool {
    let owner = target.split(':').next().unwrap_or_default();
    level <= tracing::Level::INFO || owner == env!("CARGO_PKG_NAME") || ours.contains(&owner)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn details_are_logged_only_of_our_own_crates() {
        let is_safe = |target, level| is_safe(target, level, &["oracle", "chain"]);
        for target in ["hyper::proto::h1", "h2", "reqwest::connect", "oracles::run", "sqlx::query", "served"]
        {
            assert!(!is_safe(target, Level::DEBUG) && !is_safe(target, Level::TRACE), "{target}");
            assert!(is_safe(target, Level::INFO) && is_safe(target, Level::ERROR), "{target}");
        }
        for target in ["oracle::run", "chain", "serve::access"] {
            assert!(is_safe(target, Level::TRACE), "{target}");
        }
    }
}
