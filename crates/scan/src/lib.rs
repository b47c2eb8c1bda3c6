//! From a text or a picture to a pack.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]
