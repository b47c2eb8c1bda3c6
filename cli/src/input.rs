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

/// The text of an input of at most `limit` bytes, which must be UTF-8; a byte order mark is not a part of it.
pub fn text(path: &Path, limit: usize) -> Result<String, Failure> {
    let bytes = read(path, limit)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::bad_input(format!("{} is not UTF-8; save it as UTF-8 text", path.display())))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
