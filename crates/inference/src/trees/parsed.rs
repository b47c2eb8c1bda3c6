//! A node of any version, read.

use super::finish::Finish;
use super::layout::Raw;

/// The parts of a node.
pub(crate) struct Parsed {
    pub raw: Vec<Raw>,
    pub roots: Vec<usize>,
    pub cover: Vec<f32>,
    pub finish: Finish,
    /// Whether thresholds have 64 bits.
    pub double: bool,
}
