//! The answer to a scan, for people who must decide on a pack, and for machines.

mod reasons;
mod view;

pub use view::VerdictView;
