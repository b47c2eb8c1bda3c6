//! A regulator's stop of goods as people and machines read it.

use std::fmt;

use primitives::batches::Stop;
use primitives::governance::CHANGE_DELAY;
use serde::Serialize;

use crate::directory::{Names, OrganisationView};
use crate::time;

/// Who stopped goods, and from when on another regulator may free them.
#[derive(Clone, Debug, Serialize)]
pub struct StopView {
    /// The regulator, which may free them at once.
    pub by: OrganisationView,
    /// RFC 3339.
    pub since: String,
    /// From when on another regulator may free them, RFC 3339.
    pub others_from: String,
    #[serde(skip)]
    since_ms: u64,
    #[serde(skip)]
    others_ms: u64,
}

impl StopView {
    /// The stop with the regulator's name.
    #[must_use]
    pub fn new(stop: Stop, names: &Names) -> Self {
        let others_ms = stop.at.saturating_add(CHANGE_DELAY);
        Self {
            by: names.organisation(stop.by),
            since: time::rfc3339(stop.at),
            others_from: time::rfc3339(others_ms),
            since_ms: stop.at,
            others_ms,
        }
    }
}

impl fmt::Display for StopView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "by {} since {}; another regulator may end it from {} on",
            self.by.short(),
            time::readable(self.since_ms),
            time::readable(self.others_ms)
        )
    }
}
