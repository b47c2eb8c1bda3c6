//! The rules of a GS1-Conformant Resolver.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]
