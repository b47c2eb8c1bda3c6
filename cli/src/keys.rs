//! The key that signs: read from where the user keeps it, and never shown.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use clap::ValueEnum;

use crate::args::{DevAccount, Global};
use crate::failure::Failure;

/// The environment variable with a secret URI.
pub const KEY_VARIABLE: &str = "THERIAC_KEY";
/// The most bytes of a key file.
const MAX_KEY_BYTES: u64 = 4096;

/// A secret URI, such as a mnemonic: shows nothing of itself.
pub struct SecretUri(String);

impl SecretUri {
    /// The secret, for the signer only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretUri(…)")
    }
}

/// Whose key signs.
#[derive(Debug)]
pub enum Key {
    /// The user's own.
    Secret(SecretUri),
    /// A well-known one, for development chains only: its URI, such as `//Alice`.
    Development(String),
}

impl Key {
    /// The key that the options or the environment name, in this order; nothing where they name none.
    pub fn find(global: &Global) -> Result<Option<Self>, Failure> {
        if let Some(path) = &global.key_file {
            return read(path).map(|secret| Some(Self::Secret(secret)));
        }
        if let Some(account) = global.dev_account {
            return Ok(Some(Self::Development(development_uri(account))));
        }
        match std::env::var(KEY_VARIABLE) {
            Ok(text) if !text.trim().is_empty() => Ok(Some(Self::Secret(SecretUri(text.trim().to_owned())))),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Failure::bad_input(format!("{KEY_VARIABLE} is not text; set it to a secret URI")))
            }
            _ => Ok(None),
        }
    }
}

/// The secret URI of a well-known account, such as `//Alice`.
pub fn development_uri(account: DevAccount) -> String {
    let name = account.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let (first, rest) = name.split_at(name.len().min(1));
    format!("//{}{rest}", first.to_uppercase())
}

fn read(path: &Path) -> Result<SecretUri, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Failure::bad_input(format!(
            "the key file {shown} cannot be read: {error}; check the path and the permissions"
        ))
    };
    let file = File::open(path).map_err(failed)?;
    ensure_private(&file, path)?;
    let mut text = String::new();
    file.take(MAX_KEY_BYTES).read_to_string(&mut text).map_err(failed)?;
    match text.trim() {
        "" => Err(Failure::bad_input(format!("the key file {shown} is empty; write the secret URI into it"))),
        secret if secret.contains('\n') => Err(Failure::bad_input(format!(
            "the key file {shown} has several lines; leave the secret URI only"
        ))),
        secret => Ok(SecretUri(secret.to_owned())),
    }
}

#[cfg(unix)]
fn ensure_private(file: &File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let mode = file.metadata().map_err(Failure::bad_input)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::bad_input(format!(
        "others can read the key file {shown}; forbid it with: chmod 600 {shown}"
    )))
}

#[cfg(not(unix))]
fn ensure_private(_: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn key_file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_private_key_file_is_read_and_not_shown() {
        let secret = read(key_file("//Secret\n", 0o600).path()).unwrap();
        assert_eq!(secret.expose(), "//Secret");
        assert_eq!(format!("{secret:?}"), "SecretUri(…)");
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let error = read(key_file("//Secret\n", 0o644).path()).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        assert!(!error.contains("Secret"), "{error}");
    }

    #[test]
    fn an_empty_or_long_key_file_is_refused() {
        assert!(read(key_file("\n", 0o600).path()).unwrap_err().to_string().contains("is empty"));
        let error = read(key_file("one\ntwo\n", 0o600).path()).unwrap_err().to_string();
        assert!(error.contains("several lines") && !error.contains("one"), "{error}");
    }

    #[test]
    fn a_development_account_has_its_uri() {
        assert_eq!(development_uri(DevAccount::Alice), "//Alice");
        assert_eq!(development_uri(DevAccount::Ferdie), "//Ferdie");
    }
}
