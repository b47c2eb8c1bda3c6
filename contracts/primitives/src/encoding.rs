use alloc::vec::Vec;

use scale::{Encode, Output};

/// Where values are encoded. A contract holds the code for each type once, whether it stores the value, emits it or hands
/// it to another contract.
struct Buffer(Vec<u8>);

impl Output for Buffer {
    // A call for each field, instead of a copy of this at each.
    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// The SCALE encoding of a value.
pub fn encoded<T: Encode>(value: &T) -> Vec<u8> {
    let mut buffer = empty();
    value.encode_to(&mut buffer);
    buffer.0
}

// A size that takes what is encoded often, without asking for more.
#[inline(never)]
fn empty() -> Buffer {
    Buffer(Vec::with_capacity(256))
}
