//! All private keys of an organisation: the current one, and those that still open old envelopes.

use std::io::{self, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::KeyringError;
use crate::keys::{KeyId, SealingKey};

/// Maximum number of keys in a keyring.
pub const MAX_KEYS: usize = 256;
/// The longest file in bytes.
const MAX_FILE: usize = 64 * 1024;

const INTRODUCTION: &str = "\
# Private keys that open confidential data: keep them, and show them to nobody. The last one is the current one.
";

/// The private keys, the current one last. Written as one key of 64 hexadecimal digits on each line; empty lines and
/// those that begin with `#` are skipped.
#[derive(Clone, Debug)]
pub struct Keyring {
    old: Vec<SealingKey>,
    current: SealingKey,
}

impl Keyring {
    /// A keyring with one new key.
    ///
    /// # Errors
    /// [`KeyringError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyringError> {
        Ok(Self { old: Vec::new(), current: SealingKey::generate()? })
    }

    /// Reads the keys of a text, such as the one of an environment variable.
    ///
    /// # Errors
    /// [`KeyringError::NotAKeyring`] if it has no keys, or anything else; [`KeyringError::Full`].
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut old: Vec<SealingKey> =
            lines.take(MAX_KEYS.saturating_add(1)).map(SealingKey::from_hex).collect::<Result<_, _>>()?;
        if old.len() > MAX_KEYS {
            return Err(KeyringError::Full);
        }
        let current = old.pop().ok_or(KeyringError::NotAKeyring)?;
        Ok(Self { old, current })
    }

    /// Reads the keyring from a file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyringError::File`], and those of [`Keyring::parse`].
    pub fn load(path: &Path) -> Result<Self, KeyringError> {
        let bytes = files::read_secret(path, MAX_FILE)?;
        Self::parse(std::str::from_utf8(&bytes).map_err(|_| KeyringError::NotAKeyring)?)
    }

    /// Writes a new file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyringError::Exists`] where there is a file, [`KeyringError::NotWritten`].
    pub fn create(&self, path: &Path) -> Result<(), KeyringError> {
        files::create_private(path, self.to_text().as_bytes()).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyringError::Exists { path: path.to_owned() },
            _ => KeyringError::NotWritten { path: path.to_owned(), source },
        })
    }

    /// Replaces a file by this keyring: a reader sees the old one or the new one, never a part.
    ///
    /// # Errors
    /// [`KeyringError::NotWritten`].
    pub fn replace(&self, path: &Path) -> Result<(), KeyringError> {
        let not_written = |source| KeyringError::NotWritten { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Only its owner can read a named temporary file.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(not_written)?;
        let written = file.write_all(self.to_text().as_bytes()).and_then(|()| file.as_file().sync_all());
        written.map_err(not_written)?;
        file.persist(path).map(|_| ()).map_err(|error| not_written(error.error))
    }

    /// Adds a new key as the current one; the others still open envelopes that were sealed to them.
    ///
    /// # Errors
    /// [`KeyringError::Full`], [`KeyringError::NoRandomness`].
    pub fn rotate(&mut self) -> Result<(), KeyringError> {
        if self.len() >= MAX_KEYS {
            return Err(KeyringError::Full);
        }
        let old = std::mem::replace(&mut self.current, SealingKey::generate()?);
        self.old.push(old);
        Ok(())
    }

    /// The key to which partners seal.
    #[must_use]
    pub const fn current(&self) -> &SealingKey {
        &self.current
    }

    /// How many keys there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // At least one.
    pub fn len(&self) -> usize {
        self.old.len().saturating_add(1)
    }

    /// The key with this identifier.
    #[must_use]
    pub fn find(&self, id: &KeyId) -> Option<&SealingKey> {
        self.old.iter().chain([&self.current]).find(|key| key.public().id() == *id)
    }

    fn to_text(&self) -> Zeroizing<String> {
        let capacity = self.len().saturating_mul(65).saturating_add(INTRODUCTION.len());
        let mut text = Zeroizing::new(String::with_capacity(capacity));
        text.push_str(INTRODUCTION);
        for key in self.old.iter().chain([&self.current]) {
            let digits = Zeroizing::new(hex::encode(key.expose()));
            text.push_str(&digits);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_keeps_its_old_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring");
        let mut keyring = Keyring::generate().unwrap();
        let first = keyring.current().public();
        keyring.create(&path).unwrap();
        keyring.rotate().unwrap();
        keyring.replace(&path).unwrap();
        let read = Keyring::load(&path).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read.current().public(), keyring.current().public());
        assert_ne!(read.current().public(), first);
        assert_eq!(read.find(&first.id()).unwrap().public(), first);
        assert!(read.find(&KeyId([0; 32])).is_none());
    }

    #[test]
    fn a_keyring_is_never_overwritten_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring");
        Keyring::generate().unwrap().create(&path).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Keyring::generate().unwrap().create(&path), Err(KeyringError::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_keyring_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        Keyring::generate().unwrap().create(&path).unwrap();
        assert_eq!(mode(), 0o600);
        Keyring::load(&path).unwrap().replace(&path).unwrap();
        assert_eq!(mode(), 0o600);
        for exposed in [0o640, 0o604, 0o620, 0o666] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(exposed)).unwrap();
            let error = Keyring::load(&path).unwrap_err().to_string();
            assert!(error.starts_with("the keyring ") && error.ends_with("run `chmod 600` on it"), "{error}");
        }
    }

    #[test]
    fn an_invalid_keyring_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Keyring::load(&folder.path().join("none")), Err(KeyringError::File(_))));
        for text in ["", "# nothing\n", "hunter2", &format!("{}\nhunter2\n", "11".repeat(32))] {
            let error = Keyring::parse(text).unwrap_err();
            assert!(matches!(error, KeyringError::NotAKeyring));
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
        let key = format!("{}\n", "11".repeat(32));
        assert_eq!(Keyring::parse(&key.repeat(MAX_KEYS)).unwrap().len(), MAX_KEYS);
        assert!(matches!(Keyring::parse(&key.repeat(MAX_KEYS + 1)), Err(KeyringError::Full)));
        assert!(matches!(Keyring::parse(&key.repeat(MAX_KEYS)).unwrap().rotate(), Err(KeyringError::Full)));
        let shown = format!("{:?}", Keyring::parse(&key).unwrap());
        assert!(!shown.contains(key.trim()), "{shown}");
    }
}
