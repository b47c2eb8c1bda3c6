//! What the contract `products` takes, answers, stores, emits and refuses with.

mod attestation;
mod batch;
mod error;
mod events;
mod product;

pub use attestation::{Attestation, AttestationRecord};
pub use batch::NewBatch;
pub use error::Error;
pub use events::*;
pub use product::{
    Delegation, NewProduct, Product, ProductWithdrawal, WithdrawalRecall, MAX_MAKERS, MAX_PAGE, MAX_PRODUCTS,
};
