/// A hash of 32 bytes: of a block, a transaction or a contract's code.
pub type Hash = subxt::utils::H256;
