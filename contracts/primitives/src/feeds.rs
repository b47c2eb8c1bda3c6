//! What the contract `feeds` takes, answers, stores, emits and refuses with.

mod error;
mod events;
mod feed;

pub use error::Error;
pub use events::*;
pub use feed::*;
