//! The built contracts in the devnet's real runtime, in process
