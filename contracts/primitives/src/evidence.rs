//! What the contract `evidence` takes, answers, stores, emits and refuses with.

mod error;
mod events;
mod policy;

pub use error::Error;
pub use events::*;
pub use policy::EvidencePolicy;
