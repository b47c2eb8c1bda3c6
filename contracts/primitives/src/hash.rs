use ink::env::hash::{Blake2x256, HashOutput};

/// BLAKE2b with 256 bits of output: the hash of every identifier and proof.
///
/// It is the cheapest hash that `pallet-contracts` offers, and the one of Substrate's own storage.
#[must_use]
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    let mut output = <Blake2x256 as HashOutput>::Type::default();
    ink::env::hash_bytes::<Blake2x256>(bytes, &mut output);
    output
}
