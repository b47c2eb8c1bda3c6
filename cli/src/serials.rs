//! Lists of serials, as a manufacturer keeps them: one serial a line, in the order of the registered tree; or the events
//! by which its packs were commissioned.

mod commissioned;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gs1::{validate_serial, Gtin, TextError};
use primitives::{BatchId, BatchKey, SerialTree};

/// The largest list that is read, in bytes: some twelve million serials of 20 characters.
pub const MAX_LIST_BYTES: usize = 256 << 20;

/// Why a list of serials cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SerialListError {
    /// The file cannot be read, or is larger than [`MAX_LIST_BYTES`].
    #[error("the list of serials {0}")]
    File(#[from] files::Error),
    /// The file is not text.
    #[error("the list of serials {path} is not UTF-8 text; write one serial on each line", path = .0.display())]
    NotText(PathBuf),
    /// There is no serial in it.
    #[error("the list of serials {path} is empty; write one serial on each line", path = .0.display())]
    Empty(PathBuf),
    /// A line is not a serial.
    #[error("line {line} of {path} is not a serial: {error}", path = .path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: TextError,
    },
    /// The same serial is there twice.
    #[error("lines {first} and {second} of {path} are the same serial; each pack needs its own", path = .path.display())]
    Duplicate {
        /// Which file.
        path: PathBuf,
        /// The first line, from 1.
        first: usize,
        /// The second line.
        second: usize,
    },
    /// The file is not an EPCIS document.
    #[error("the events {path} cannot be read: {error}; give an EPCIS 2.0 document, in JSON-LD or XML", path = .path.display())]
    NotEvents {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        error: epcis::ReadError,
    },
    /// No event of it commissions a pack of this batch.
    #[error(
        "the events {path} commission no pack of this batch; give those with action ADD and an epcList of its serials, or \
         the list with --serials",
        path = .path.display()
    )]
    NotCommissioned {
        /// Which file.
        path: PathBuf,
    },
    /// A folder has no list for this batch.
    #[error("the folder {folder} has no list for this batch; add it as {by_id} or {by_lot}", folder = .folder.display())]
    NoListOfBatch {
        /// Which folder.
        folder: PathBuf,
        /// The file's name by the batch's identifier.
        by_id: String,
        /// The file's name by GTIN and lot.
        by_lot: String,
    },
}

/// The serials of one batch, checked: each is valid, and there only once.
#[derive(Debug)]
pub struct SerialList {
    path: PathBuf,
    serials: Vec<String>,
}

impl SerialList {
    /// Reads the list in this file.
    pub fn read(path: &Path) -> Result<Self, SerialListError> {
        let bytes = files::read(path, MAX_LIST_BYTES)?;
        let text = str::from_utf8(&bytes).map_err(|_| SerialListError::NotText(path.to_owned()))?;
        // Editors begin a text with a byte order mark, which is not a part of it.
        Self::parse(path, text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// Reads the list of a batch from a file, or from a folder that has one file for each batch: its name is the
    /// batch's identifier, or GTIN and lot as [`file_name`] writes them, with `.txt`.
    pub fn read_for(path: &Path, gtin: Gtin, lot: &str) -> Result<Self, SerialListError> {
        if !path.is_dir() {
            return Self::read(path);
        }
        match file_of_batch(path, gtin, lot, "txt") {
            Ok(file) => Self::read(&file),
            Err([by_id, by_lot]) => {
                Err(SerialListError::NoListOfBatch { folder: path.to_owned(), by_id, by_lot })
            }
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, SerialListError> {
        let mut lines: HashMap<&str, usize> = HashMap::new();
        let mut serials = Vec::new();
        for (line, serial) in (1..).zip(text.lines()) {
            validate_serial(serial.as_bytes()).map_err(|error| SerialListError::Invalid {
                path: path.to_owned(),
                line,
                error,
            })?;
            if let Some(first) = lines.insert(serial, line) {
                return Err(SerialListError::Duplicate { path: path.to_owned(), first, second: line });
            }
            serials.push(serial.to_owned());
        }
        if serials.is_empty() {
            return Err(SerialListError::Empty(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), serials })
    }

    /// Where the list is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first serial.
    pub fn first(&self) -> &str {
        self.serials.first().map(String::as_str).unwrap_or_default()
    }

    /// The serials in their order.
    pub fn serials(&self) -> &[String] {
        &self.serials
    }

    /// The tree over the serials of this batch, with the salts of its key.
    pub fn tree(&self, batch: BatchId, key: &BatchKey) -> Result<SerialTree, SerialListError> {
        // There is no list of more than 2^32 serials within the limit of the file.
        SerialTree::new(batch, &self.serials, key).ok_or_else(|| SerialListError::Empty(self.path.clone()))
    }
}

/// The file of a batch in a folder that has one for each: `BATCH-ID` or [`file_name`], with this ending. Gives both
/// names where there is none.
pub fn file_of_batch(folder: &Path, gtin: Gtin, lot: &str, ending: &str) -> Result<PathBuf, [String; 2]> {
    let by_id = format!("{}.{ending}", BatchId::of(gtin.value(), lot.as_bytes()));
    let names = [by_id, file_name(gtin, lot, ending)];
    let found = names.iter().map(|name| folder.join(name)).find(|file| file.exists());
    found.ok_or(names)
}

/// The name of a batch's file: `GTIN-LOT` and the ending, where each byte of the lot that is not a letter, digit, hyphen,
/// dot or underscore is written as `%` and two hexadecimal digits.
pub fn file_name(gtin: Gtin, lot: &str, ending: &str) -> String {
    let lot: String = lot
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{gtin}-{lot}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<SerialList, String> {
        SerialList::parse(Path::new("list.txt"), text).map_err(|error| error.to_string())
    }

    fn gtin() -> Gtin {
        Gtin::new(9_506_000_134_352).unwrap()
    }

    #[test]
    fn a_list_may_end_its_lines_as_windows_does_and_lack_the_last_end() {
        for text in ["A1\nA2", "A1\nA2\n", "A1\r\nA2\r\n"] {
            assert_eq!(list(text).unwrap().serials, ["A1", "A2"]);
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(
            list("A1\n\nA2").unwrap_err(),
            "line 2 of list.txt is not a serial: the text is empty; give 1 to 20 characters"
        );
        assert!(list("A1\nA 2")
            .unwrap_err()
            .starts_with("line 2 of list.txt is not a serial: the character"));
        assert_eq!(
            list("A1\nA2\nA1").unwrap_err(),
            "lines 1 and 3 of list.txt are the same serial; each pack needs its own"
        );
        assert_eq!(
            list("").unwrap_err(),
            "the list of serials list.txt is empty; write one serial on each line"
        );
    }

    #[test]
    fn a_folder_has_a_list_for_each_batch() {
        let folder = tempfile::tempdir().unwrap();
        let read = |lot| SerialList::read_for(folder.path(), gtin(), lot).map(|list| list.serials);
        std::fs::write(folder.path().join("09506000134352-A%2F1.txt"), "S1").unwrap();
        std::fs::write(folder.path().join(format!("{}.txt", BatchId::of(gtin().value(), b"B"))), "S2")
            .unwrap();
        assert_eq!(read("A/1").unwrap(), ["S1"]);
        assert_eq!(read("B").unwrap(), ["S2"]);
        let error = read("../C").unwrap_err();
        assert!(
            matches!(&error, SerialListError::NoListOfBatch { by_lot, .. } if by_lot == "09506000134352-..%2FC.txt")
        );
    }

    #[test]
    fn a_list_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let refused = || SerialList::read(&path).unwrap_err().to_string();
        assert!(refused().starts_with(&format!("the list of serials {} cannot be read", path.display())));
        std::fs::write(&path, b"A1\nA\xff").unwrap();
        assert!(refused().contains("list.txt is not UTF-8 text"));
    }
}
