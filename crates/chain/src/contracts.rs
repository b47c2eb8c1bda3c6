//! The contracts of a deployment: their messages and events, their bundles, and where they are.

pub mod access;
pub mod batches;
pub(crate) mod bundle;
pub(crate) mod deploy;
pub(crate) mod deployment;
mod event_enum;
pub(crate) mod events;
pub mod evidence;
pub mod feeds;
pub mod governance;
pub mod products;
pub mod units;
