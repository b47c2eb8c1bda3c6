use std::io;
use std::path::{Path, PathBuf};

use gs1::TextError;
use primitives::{Quantity, MAX_UNITS};

use crate::StorageKeyError;

/// Why a list is not taken in, or gives no proof. No message holds a serial, a leaf or a key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given is at fault, and nothing of it is kept.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The system does not let a file be read or written.
    #[error("{path} cannot be used: {error}; check the folder, its permissions and the room on the disk", path = .path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// Another process has the folder.
    #[error("the folder {path} is used by another gateway; stop that one, or give this one a folder of its own", path = .path.display())]
    InUse {
        /// Which folder.
        path: PathBuf,
    },
    /// The storage key is unusable.
    #[error(transparent)]
    StorageKey(#[from] StorageKeyError),
    /// The header is whole, but the storage key does not open it.
    #[error(
        "the storage key does not open {path}; give the key with which this folder was filled, or remove the file and \
         ask its manufacturer to publish the list again",
        path = .path.display()
    )]
    WrongStorageKey {
        /// Which file.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error("{path} is damaged: {what}; ask its manufacturer to publish the list again", path = .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Too many leaves came on one page of the index, by chance.
    #[error("the list's index cannot be made with the key that was drawn; publish the list again")]
    FullPage,
    /// The cipher refuses, which it does for gigabytes only.
    #[error("the batch key could not be sealed; report this")]
    NotSealed,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}; try again")]
    Random(#[from] getrandom::Error),
}

impl Error {
    /// The system's answer for a path.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::File { path: path.to_owned(), error }
    }
}

/// What is wrong with something that was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not begin as a list does.
    #[error("this is not a list of serials; publish one with `theriac serials publish`")]
    NotAList,
    /// It has another form.
    #[error("the list has the form {found}, and {known} is known; use a `theriac` that fits this gateway", known = crate::body::VERSION)]
    Form {
        /// Its form's number.
        found: u8,
    },
    /// The first serial, which shows that the key fits, is none.
    #[error("the first serial of the list is not a serial: {0}")]
    FirstSerial(TextError),
    /// A serial is none.
    #[error("number {place} of the serials is not a serial: {error}")]
    Serial {
        /// Which, from 1.
        place: u64,
        /// What is wrong with it.
        error: TextError,
    },
    /// There is no leaf.
    #[error("the list has no serial; publish all {quantity} serials of the batch")]
    Empty {
        /// The registered number.
        quantity: Quantity,
    },
    /// It ends before all registered units are there.
    #[error("the list ends after {found} of the batch's {quantity} serials; publish it again, in one piece")]
    TooFew {
        /// How many there are.
        found: u64,
        /// The registered number.
        quantity: Quantity,
    },
    /// It ends within a leaf.
    #[error("the list was cut within its serial {serial}; publish it again, in one piece")]
    Cut {
        /// Which, from 1.
        serial: u64,
    },
    /// It goes on behind the last registered unit.
    #[error("the list has more than the batch's {quantity} serials; publish the list that was registered")]
    TooMany {
        /// The registered number.
        quantity: Quantity,
    },
    /// A leaf of 32 zeros, as the tree has where there is no unit.
    #[error("the leaf {serial} of the list stands for no serial; publish the list that was registered")]
    UnusedLeaf {
        /// Which, from 1.
        serial: u64,
    },
    /// A leaf is there twice.
    #[error("numbers {first} and {second} of the list are the same serial; each pack needs its own")]
    Twice {
        /// The first, from 1.
        first: u64,
        /// The second.
        second: u64,
    },
    /// Another root.
    #[error(
        "the list does not lead to the root that was registered for this batch; publish the list and the key with which \
         the batch was registered"
    )]
    OtherRoot,
    /// The leaves are right, and the key is of others.
    #[error("the key is not the one of this batch's serials; publish the list with the batch's own key")]
    OtherKey,
    /// A batch with more units than this gateway takes, or with none.
    #[error("the batch has {quantity} units, and this gateway holds lists of 1 to {most}; ask its operator to raise the limit")]
    Quantity {
        /// The registered number.
        quantity: Quantity,
        /// The most.
        most: Quantity,
    },
    /// The upload was refused before.
    #[error("the list was refused before it was whole; publish it again")]
    Over,
    /// Serials that one proof does not show together.
    #[error("{found} serials were named, and one proof shows 1 to {MAX_UNITS}; name them in parts")]
    Count {
        /// How many.
        found: usize,
    },
    /// The list lacks some of them.
    #[error("the batch's list lacks {} of the named serials; compare with the print on the pack", numbers(.places))]
    NotListed {
        /// Their places among the named ones, from 0.
        places: Vec<usize>,
    },
    /// One is named twice.
    #[error("a serial is named twice, as {} of the named ones; name each once", numbers(.places))]
    NamedTwice {
        /// Both places, from 0.
        places: [usize; 2],
    },
}

fn numbers(places: &[usize]) -> String {
    let numbers: Vec<String> = places.iter().map(|place| place.saturating_add(1).to_string()).collect();
    let word = if numbers.len() == 1 { "number" } else { "numbers" };
    format!("{word} {}", numbers.join(", "))
}
