//! Input that a person names: a file, or `-` for standard input.

use std::io;
use std::path::Path;

use crate::failure::Failure;

/// All bytes of an input of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        files::read_from(io::stdin(), "standard input", limit)
    } else {
        files::read(path, limit)
    };
    read.map_err(Failure::bad_input)
}
