use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The longest file that is read: 64 digits, and white space around them.
const MAX_FILE: usize = 1024;

/// The key under which a gateway seals the batch keys that it holds: 32 random bytes, kept as 64 hexadecimal digits in
/// a file that only its owner may read.
#[derive(Clone)]
pub struct StorageKey(Zeroizing<[u8; 32]>);

/// Why there is no storage key. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum StorageKeyError {
    /// The file cannot be read, is too long, or others than its owner may read or write it.
    #[error("the storage key {0}")]
    File(#[from] files::Error),
    /// It cannot be written.
    #[error("the storage key {path} cannot be written: {error}; check the folder and the permissions", path = .path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// It holds something else.
    #[error("the storage key {path} is not 64 hexadecimal digits; give the file that the gateway made", path = .path.display())]
    NotAKey {
        /// Which file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a storage key: {0}; try again")]
    Random(#[from] getrandom::Error),
}

impl StorageKey {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key.
    ///
    /// # Errors
    /// [`StorageKeyError::Random`].
    pub fn generate() -> Result<Self, StorageKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The key in a file.
    ///
    /// # Errors
    /// [`StorageKeyError::File`] and [`StorageKeyError::NotAKey`].
    pub fn read(path: &Path) -> Result<Self, StorageKeyError> {
        let text = files::read_secret(path, MAX_FILE)?;
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_ascii(), bytes.as_mut_slice())
            .map_err(|_| StorageKeyError::NotAKey { path: path.to_owned() })?;
        Ok(Self(bytes))
    }

    /// Makes a new key in a new file: for the first start of a gateway.
    ///
    /// # Errors
    /// [`StorageKeyError::Unwritable`], where there is a file too: it stays as it is.
    pub fn create(path: &Path) -> Result<Self, StorageKeyError> {
        let key = Self::generate()?;
        let mut line = Zeroizing::new(hex::encode(key.0.as_slice()));
        line.push('\n');
        files::create_private(path, line.as_bytes())
            .map_err(|error| StorageKeyError::Unwritable { path: path.to_owned(), error })?;
        Ok(key)
    }

    /// The key in a file; a new one in a new file, where there is none.
    ///
    /// # Errors
    /// As [`StorageKey::read`] and [`StorageKey::create`].
    pub fn read_or_create(path: &Path) -> Result<Self, StorageKeyError> {
        match Self::read(path) {
            Err(StorageKeyError::File(files::Error { fault: files::Fault::Unreadable(error), .. }))
                if error.kind() == ErrorKind::NotFound =>
            {
                Self::create(path)
            }
            read => read,
        }
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageKey(…)")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_read_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("storage.key");
        let made = StorageKey::read_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(StorageKey::read_or_create(&path).unwrap().expose(), made.expose());
        assert!(matches!(StorageKey::create(&path), Err(StorageKeyError::Unwritable { .. })));
        assert_eq!(StorageKey::read(&path).unwrap().expose(), made.expose());
        assert_ne!(StorageKey::generate().unwrap().expose(), made.expose());
        assert_eq!(format!("{made:?}"), "StorageKey(…)");
    }

    #[test]
    fn a_key_of_another_form_or_open_to_others_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("storage.key");
        for text in ["", "ab", &"ag".repeat(32), &"ab".repeat(33)] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(StorageKey::read_or_create(&path), Err(StorageKeyError::NotAKey { .. })));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = StorageKey::read_or_create(&path).unwrap_err();
        assert!(error.to_string().contains("run `chmod 600` on it"), "{error}");
    }
}
