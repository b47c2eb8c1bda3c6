//! Input that a person names: a file, or `-` for standard input. Nothing of what is in it gets into an error.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// All bytes, but nothing of an input that is longer than the limit, in bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let failed = |error: io::Error| {
        Failure::bad_input(format!("{name} cannot be read: {error}; check the path and the permissions"))
    };
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(Failure::bad_input(format!("{name} is longer than {limit} bytes; give less at a time")));
    }
    Ok(bytes)
}
