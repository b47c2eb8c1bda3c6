// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

mod batch;
mod custody;
mod quarantine;
mod recall;
mod scan;
mod unit;

pub use batch::*;
pub use custody::*;
pub use quarantine::*;
pub use recall::*;
pub use scan::*;
pub use unit::*;
