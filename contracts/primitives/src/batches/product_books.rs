//! What `batches` and the register of products, the contract `products`, say to each other.

use scale::{Decode, Encode};

use super::Batch;
use crate::{Actor, BatchId, Extensible};

/// A batch that `batches` registered for the register of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Registered {
    /// Who did it: its organisation is the manufacturer.
    pub by: Actor,
    /// The batch.
    pub batch: BatchId,
}

/// A batch that `batches` released for the register of products.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Released {
    /// Who did it.
    pub by: Actor,
    /// What is registered.
    pub batch: Extensible<Batch>,
}
