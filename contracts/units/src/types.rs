// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

mod scan;
mod unit;

pub use primitives::{Batch, UnitState};
pub use scan::*;
pub use unit::*;
