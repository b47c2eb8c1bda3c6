use std::future::Future;

use chain::{Call, Chain};

/// Who reads the register: a node at its best block, or a copy of one block.
pub trait Reads: Sync {
    /// Why a question has no answer.
    type Error: Send;

    /// What a contract answers.
    fn read<T: Send>(&self, call: &Call<T>) -> impl Future<Output = Result<T, Self::Error>> + Send;
}

/// At the node's best block.
impl Reads for Chain {
    type Error = chain::Error;

    fn read<T: Send>(&self, call: &Call<T>) -> impl Future<Output = Result<T, Self::Error>> + Send {
        // The chain's own function, which has the same name.
        Self::read(self, call)
    }
}
