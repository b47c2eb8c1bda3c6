//! Support for clinicians by explicit rules: [`text`] finds drug names and problems in free text, [`treatment`] lists
//! the treatments without a contraindication, with reasons.
//!
//! The crate has no network and no clock of its own. No error and no log holds a word of a text or a value of a
//! patient. Neither module is a medical device: a person decides.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod text;
pub mod treatment;
