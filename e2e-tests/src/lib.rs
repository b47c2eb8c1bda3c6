//! Journeys of real users: a real chain, real services, the real command line, and what they must say.
#![allow(clippy::arithmetic_side_effects)] // Counters and clocks of a test bench, far from their limits.

pub mod goods;
pub mod oracle;
pub mod party;
pub mod spread;
pub mod stage;
pub mod story;
