//! What every HTTP service shares.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]
