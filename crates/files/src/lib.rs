//! Files that owners and strangers give: read up to a limit, and secrets from private files only. Files of services: private,
//! and locked while one process has them.
//!
//! No error holds any part of what is in a file.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

use std::fmt;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// The pause between two attempts to lock a file.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A file that is not read.
#[derive(Debug, thiserror::Error)]
#[error("{path} {fault}", path = .path.display())]
pub struct Error {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub fault: Fault,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The system does not give it.
    #[error("cannot be read: {0}; check the path and the permissions")]
    Unreadable(#[from] io::Error),
    /// It has more bytes than the reader takes.
    #[error("is larger than {}; give a smaller file, or check that it is the right one", Size(*.limit))]
    TooLarge {
        /// The most bytes that are read.
        limit: usize,
    },
    /// It holds a secret, and others than its owner may read or write it.
    #[error("can be read or written by others (mode {mode:03o}); run `chmod 600` on it")]
    Exposed {
        /// Its permissions.
        mode: u32,
    },
}

impl Fault {
    fn of(self, path: &Path) -> Error {
        Error { path: path.to_owned(), fault: self }
    }
}

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// [`Fault::Unreadable`], and [`Fault::TooLarge`]: such a file is not kept in memory.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Error> {
    let (file, metadata) = open(path)?;
    ensure_size(metadata.len(), limit).map_err(|fault| fault.of(path))?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
    fill(&mut bytes, file, limit).map_err(|fault| fault.of(path))?;
    Ok(bytes)
}

/// Reads a source to its end, for example standard input, where it has at most `limit` bytes; `name` serves errors.
///
/// # Errors
/// As [`read`].
pub fn read_from(source: impl Read, name: &str, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    fill(&mut bytes, source, limit).map_err(|fault| fault.of(Path::new(name)))?;
    Ok(bytes)
}

/// Reads a secret of at most `limit` bytes from a file that only its owner may read or write (Unix mode 600 or less).
/// It is wiped from memory when it is dropped.
///
/// # Errors
/// As [`read`], and [`Fault::Exposed`].
pub fn read_secret(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (file, metadata) = open(path)?;
    let ensured = ensure_private(&metadata).and_then(|()| ensure_size(metadata.len(), limit));
    ensured.map_err(|fault| fault.of(path))?;
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.saturating_add(1)));
    fill(&mut bytes, file, limit).map_err(|fault| fault.of(path))?;
    Ok(bytes)
}

/// Writes a new file that only its owner may read or write (Unix mode 600), and waits until it is on the disk.
///
/// # Errors
/// The system's answer: [`io::ErrorKind::AlreadyExists`] where there is a file, which stays as it is.
pub fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Opens a file for writing that only its owner may read or write (Unix mode 600), and makes it where there is none. What is
/// in it stays, and so does the mode of one that was there.
///
/// # Errors
/// The system's answer.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Locks a file against other processes for as long as it is open, and makes it where there is none. Where another process
/// has it, the calling thread waits for so long; `None` where that process has it still.
///
/// # Errors
/// The system's answer.
pub fn lock(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    let file = open_private(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn open(path: &Path) -> Result<(File, Metadata), Error> {
    let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
    opened.map_err(|error| Fault::from(error).of(path))
}

fn ensure_size(size: u64, limit: usize) -> Result<(), Fault> {
    if usize::try_from(size).map_or(true, |size| size > limit) {
        return Err(Fault::TooLarge { limit });
    }
    Ok(())
}

/// A pipe, or a file that grows, has more bytes than its size says.
fn fill(bytes: &mut Vec<u8>, source: impl Read, limit: usize) -> Result<(), Fault> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    source.take(most).read_to_end(bytes)?;
    if bytes.len() > limit {
        return Err(Fault::TooLarge { limit });
    }
    Ok(())
}

#[cfg(unix)]
fn ensure_private(metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Fault::Exposed { mode });
    }
    Ok(())
}

/// Elsewhere files have no such mode; their owner has to see to it.
#[cfg(not(unix))]
fn ensure_private(_: &Metadata) -> Result<(), Fault> {
    Ok(())
}

/// A number of bytes in the largest unit that divides it.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => write!(f, "{} MiB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("five");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(matches!(read(&path, 4).unwrap_err().fault, Fault::TooLarge { limit: 4 }));
        assert_eq!(read_from(&b"12345"[..], "standard input", 5).unwrap(), b"12345");
        let error = read_from(io::repeat(0), "standard input", 1 << 10).unwrap_err();
        assert_eq!(
            error.to_string(),
            "standard input is larger than 1 KiB; give a smaller file, or check that it is the right one"
        );
    }

    #[test]
    fn a_file_that_claims_a_huge_size_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        // Sparse: a terabyte that takes no room.
        let path = folder.path().join("huge");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(read(&path, 1 << 30).unwrap_err().fault, Fault::TooLarge { .. }));
    }

    #[test]
    fn a_missing_file_is_named_with_the_systems_answer() {
        let error = read(Path::new("/nowhere/file"), 1).unwrap_err();
        assert!(
            matches!(&error.fault, Fault::Unreadable(source) if source.kind() == io::ErrorKind::NotFound)
        );
        assert!(error.to_string().starts_with("/nowhere/file cannot be read: No such file"), "{error}");
    }

    #[test]
    fn a_limit_is_shown_in_the_unit_that_divides_it() {
        for (bytes, shown) in [(0, "0 bytes"), (1023, "1023 bytes"), (4096, "4 KiB"), (8 << 20, "8 MiB")] {
            assert_eq!(Size(bytes).to_string(), shown);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create_private(&path, b"hunter2").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(*read_secret(&path, 7).unwrap(), b"hunter2");
        assert!(matches!(read_secret(&path, 6).unwrap_err().fault, Fault::TooLarge { limit: 6 }));
        for exposed in [0o640, 0o604, 0o620, 0o666] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(exposed)).unwrap();
            let error = read_secret(&path, 7).unwrap_err();
            assert!(matches!(error.fault, Fault::Exposed { mode } if mode == exposed));
            assert!(
                error.to_string().ends_with("run `chmod 600` on it")
                    && !error.to_string().contains("hunter2")
            );
        }
    }

    #[test]
    fn a_new_file_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create_private(&path, b"first").unwrap();
        let error = create_private(&path, b"second").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_file_that_is_locked_is_nobody_elses_until_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = lock(&path, Duration::ZERO).unwrap();
        assert!(first.is_some());
        assert!(lock(&path, Duration::from_millis(50)).unwrap().is_none());
        drop(first);
        assert!(lock(&path, Duration::ZERO).unwrap().is_some());
        assert!(lock(&folder.path().join("nowhere/lock"), Duration::ZERO).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_private_file_keeps_what_is_in_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        open_private(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "kept").unwrap();
        open_private(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept");
    }
}
