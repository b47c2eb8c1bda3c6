// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

mod batch;
mod custody;
mod quarantine;
mod recall;

pub use batch::*;
pub use custody::*;
pub use primitives::{Batch, Places, QuarantineTarget, UnitState};
pub use quarantine::*;
pub use recall::*;
