//! Secrets: read from files that only their owner can read, wiped when they are dropped, never shown.

use std::fmt;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The most bytes of a file with one secret.
const MAX_BYTES: usize = 4096;

/// Why a secret cannot be used. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read, is too large, or others than its owner may read or write it.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The file is empty, has several lines, or is not text.
    #[error("{path} holds no secret: one line of text is expected", path = path.display())]
    NotASecret {
        /// The file.
        path: PathBuf,
    },
    /// The file has no tokens, too many, names that are not plain, or roles that the service does not know.
    #[error(
        "{path} is not a file of tokens: write up to {most} lines, each with a token, with a name and a token, or with \
         a name, a role and a token, separated by blanks; names are lower-case letters, digits and hyphens, and the \
         roles are {roles}",
        path = path.display(), most = crate::tokens::MAX_TOKENS
    )]
    NotTokens {
        /// The file.
        path: PathBuf,
        /// The roles of the service, as a list.
        roles: String,
    },
    /// A token that could be guessed or cannot be sent in a header.
    #[error("a token needs 32 to 512 visible ASCII characters; create one with `openssl rand -hex 32`")]
    WeakToken,
}

/// The place of a secret.
#[derive(Clone, Debug)]
pub enum Location {
    /// In a file that only its owner can read.
    File(PathBuf),
    /// From the environment.
    Value(Secret),
}

/// A text that is never shown, and wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text. Do not copy it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads the one line of a file, trimmed.
    ///
    /// # Errors
    /// [`SecretError::File`] and [`SecretError::NotASecret`].
    pub fn from_file(path: &Path) -> Result<Self, SecretError> {
        let bytes = files::read_secret(path, MAX_BYTES)?;
        let not_a_secret = || SecretError::NotASecret { path: path.to_owned() };
        let text = std::str::from_utf8(&bytes).map_err(|_| not_a_secret())?.trim();
        if text.is_empty() || text.lines().count() != 1 {
            return Err(not_a_secret());
        }
        Ok(text.to_owned().into())
    }

    /// Reads the secret from its place.
    ///
    /// # Errors
    /// As [`Self::from_file`].
    pub fn from_location(location: &Location) -> Result<Self, SecretError> {
        match location {
            Location::File(path) => Self::from_file(path),
            Location::Value(secret) => Ok(secret.clone()),
        }
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A bearer token, checked for its strength.
#[derive(Clone, Debug)]
pub struct Token(Secret);

impl Token {
    /// 32 to 512 visible ASCII characters.
    ///
    /// # Errors
    /// [`SecretError::WeakToken`].
    pub fn new(secret: Secret) -> Result<Self, SecretError> {
        let text = secret.expose();
        if !(32..=512).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretError::WeakToken);
        }
        Ok(Self(secret))
    }

    /// Whether this is the token, in constant time.
    #[must_use]
    pub fn is(&self, candidate: &str) -> bool {
        self.0.expose().as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use files::Fault;

    use super::*;

    const DIGITS: &str = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d";

    fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o644, 0o620] {
            let error = Secret::from_file(file(DIGITS, mode).path()).unwrap_err();
            let exposed = |fault: &Fault| matches!(fault, Fault::Exposed { mode: found } if *found == mode);
            assert!(matches!(error, SecretError::File(error) if exposed(&error.fault)), "{mode:o}");
        }
        assert_eq!(Secret::from_file(file(&format!(" {DIGITS}\n"), 0o600).path()).unwrap().expose(), DIGITS);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for content in ["", "\n", "two\nlines"] {
            let error = Secret::from_file(file(content, 0o600).path()).unwrap_err();
            assert!(matches!(error, SecretError::NotASecret { .. }));
        }
        let large = Secret::from_file(file(&"a".repeat(5000), 0o600).path()).unwrap_err();
        assert!(matches!(large, SecretError::File(error) if matches!(error.fault, Fault::TooLarge { .. })));
        for token in ["short", "with a space, though it is long enough", &"a".repeat(513)] {
            assert!(matches!(Token::new(token.to_owned().into()), Err(SecretError::WeakToken)));
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let secret = Secret::from(DIGITS.to_owned());
        let token = Token::new(secret.clone()).unwrap();
        let location = Location::Value(secret.clone());
        for shown in [format!("{secret:?}"), format!("{token:?}"), format!("{location:?}")] {
            assert!(!shown.contains(&DIGITS[..8]), "{shown}");
        }
    }

    #[test]
    fn a_token_is_compared_as_a_whole() {
        let token = Token::new(DIGITS.to_owned().into()).unwrap();
        assert!(token.is(DIGITS));
        assert!(!token.is(&DIGITS[..63]));
        assert!(!token.is(&DIGITS.to_uppercase()));
        assert!(!token.is(""));
    }
}
