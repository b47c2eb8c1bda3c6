//! Documents as files and on a terminal.

use std::path::Path;

use crate::failure::Failure;

/// Reads a document to seal.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = files::read(path, sealed::MAX_CONTENT);
    bytes.map_err(|error| Failure::bad_input(format!("the document {error}")))
}

/// Writes an opened document to a new file that only its owner can read.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::create_private(path, bytes).map_err(|error| {
        let shown = path.display();
        Failure::failed(format!("{shown} cannot be written: {error}; name a new file in a folder of yours"))
    })
}

/// The document as text, where a terminal can show it as it is.
pub fn printable(bytes: &[u8]) -> Result<String, Failure> {
    let harmless = |text: &&str| text.chars().all(|it| !it.is_control() || matches!(it, '\n' | '\r' | '\t'));
    let text = std::str::from_utf8(bytes).ok().filter(harmless);
    text.map(ToOwned::to_owned).ok_or_else(|| {
        Failure::bad_input("the document is not plain text; write it to a file with --out FILE")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_would_steer_the_terminal_is_not_printed() {
        assert_eq!(printable("12.40 €\r\n\tnet 30\n".as_bytes()).unwrap(), "12.40 €\r\n\tnet 30\n");
        for harmful in [&b"\x1b[2J"[..], b"\0", b"\xff\xfe", "\u{9b}31m".as_bytes()] {
            assert!(printable(harmful).unwrap_err().to_string().contains("--out"));
        }
    }

    #[test]
    fn an_opened_document_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terms.txt");
        write(&path, b"first").unwrap();
        assert!(write(&path, b"second").unwrap_err().to_string().contains("cannot be written"));
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
    }
}
