/// BLAKE2b with 256 bits of output (RFC 7693): the hash of every identifier and proof.
///
/// It is the cheapest hash that `pallet-contracts` offers, and the one of Substrate's own storage. In a contract the
/// chain computes it.
#[must_use]
#[cfg(target_arch = "wasm32")]
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    use pallet_contracts_uapi::{HostFn, HostFnImpl};

    let mut output = [0; 32];
    HostFnImpl::hash_blake2_256(bytes, &mut output);
    output
}

/// BLAKE2b with 256 bits of output (RFC 7693): the hash of every identifier and proof.
///
/// It is the cheapest hash that `pallet-contracts` offers, and the one of Substrate's own storage. In a contract the
/// chain computes it.
#[must_use]
#[cfg(not(target_arch = "wasm32"))]
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    use blake2::digest::{consts::U32, Digest};

    blake2::Blake2b::<U32>::digest(bytes).into()
}
