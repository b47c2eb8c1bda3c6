//! Where mentions and the rules' phrases stand in a text, by words.

use super::triggers::Effect;
use super::Kind;

/// A mention by its words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The first word's index.
    pub first: usize,
    /// The number of words.
    pub words: usize,
    pub kind: Kind,
}

/// A phrase of the rules, and its position.
pub(crate) struct Phrase {
    pub first: usize,
    pub words: usize,
    pub effects: &'static [Effect],
}
