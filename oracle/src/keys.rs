//! Secrets: read from files that only their owner can read, wiped when they are dropped, never shown.

use std::fmt;
use std::path::{Path, PathBuf};

use k256::ecdsa::SigningKey;
use primitives::feeds;
use zeroize::Zeroizing;

use crate::config::KeyLocation;

/// The most bytes of a file with a secret.
const MAX_SECRET_BYTES: usize = 4096;

/// Why a secret cannot be used. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read, is too large, or others than its owner may read or write it.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The file is empty, has several lines, or is not text.
    #[error("{path} holds no secret: one line of text is expected", path = path.display())]
    NotASecret {
        /// The file.
        path: PathBuf,
    },
    /// The file has no tokens, too many, or names that are not plain.
    #[error(
        "{path} is not a file of tokens: write up to 32 lines, each with a token or with a name, a blank and a token; \
         names are lower-case letters, digits and hyphens",
        path = path.display()
    )]
    NotTokens {
        /// The file.
        path: PathBuf,
    },
    /// Not 32 bytes in hexadecimal, or not in the curve's range.
    #[error("the operator's key is not a secp256k1 key; write 64 hexadecimal digits, see docs/oracle.md")]
    NotAKey,
    /// A token that could be guessed or cannot be sent in a header.
    #[error("a token needs 32 to 512 visible ASCII characters; create one with `openssl rand -hex 32`")]
    WeakToken,
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

    /// Reads the first line of a file, trimmed.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let bytes = files::read_secret(path, MAX_SECRET_BYTES)?;
        let not_a_secret = || KeyError::NotASecret { path: path.to_owned() };
        let text = std::str::from_utf8(&bytes).map_err(|_| not_a_secret())?.trim();
        if text.is_empty() || text.lines().count() != 1 {
            return Err(not_a_secret());
        }
        Ok(text.to_owned().into())
    }

    /// Reads the secret from its place.
    pub fn from_location(location: &KeyLocation) -> Result<Self, KeyError> {
        match location {
            KeyLocation::File(path) => Self::from_file(path),
            KeyLocation::Value(secret) => Ok(secret.clone()),
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
    pub fn new(secret: Secret) -> Result<Self, KeyError> {
        let text = secret.expose();
        if !(32..=512).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::WeakToken);
        }
        Ok(Self(secret))
    }

    /// Whether this is the token, in constant time.
    #[must_use]
    pub fn is(&self, candidate: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.0.expose().as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

/// The key with which an operator signs reports: secp256k1, wiped from memory when it is dropped.
#[derive(Clone)]
pub struct OperatorKey(SigningKey);

impl OperatorKey {
    /// Reads 64 hexadecimal digits, with or without `0x`.
    pub fn from_hex(secret: &Secret) -> Result<Self, KeyError> {
        let digits = secret.expose();
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| KeyError::NotAKey)?;
        SigningKey::from_slice(bytes.as_slice()).map(Self).map_err(|_| KeyError::NotAKey)
    }

    /// The compressed public key, as `feeds` registers it.
    #[must_use]
    pub fn public(&self) -> feeds::OperatorKey {
        let point = self.0.verifying_key().to_encoded_point(true);
        let mut key = [0; 33];
        // A compressed point always has 33 bytes.
        if let Some(bytes) = point.as_bytes().get(..33) {
            key.copy_from_slice(bytes);
        }
        key
    }

    /// Signs a hash: r, s and the recovery number, as the chain's `ecdsa_recover` takes it. The same hash gives the
    /// same signature (RFC 6979), with the lower of both s.
    pub fn sign(&self, hash: &[u8; 32]) -> Result<feeds::Signature, SignError> {
        let (signature, recovery) = self.0.sign_prehash_recoverable(hash).map_err(|_| SignError)?;
        let mut bytes = [0; 65];
        let (rs, v) = bytes.split_at_mut(64);
        rs.copy_from_slice(&signature.to_bytes());
        v.fill(recovery.to_byte());
        Ok(bytes)
    }
}

/// A hash that cannot be signed, with a probability of 2^-128; another report has another hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this hash cannot be signed with this key; report again")]
pub struct SignError;

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OperatorKey(public {})", hex::encode(self.public()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use files::Fault;
    use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

    use super::*;

    const DIGITS: &str = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d";

    fn key() -> OperatorKey {
        OperatorKey::from_hex(&DIGITS.to_owned().into()).unwrap()
    }

    fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        use std::os::unix::fs::PermissionsExt;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_signature_identifies_its_signer() {
        let hash = primitives::blake2_256(b"report");
        let signature = key().sign(&hash).unwrap();
        assert!(signature[64] < 2);
        let recovery = RecoveryId::from_byte(signature[64]).unwrap();
        let rs = Signature::from_slice(&signature[..64]).unwrap();
        let signer = VerifyingKey::recover_from_prehash(&hash, &rs, recovery).unwrap();
        assert_eq!(signer.to_encoded_point(true).as_bytes(), key().public());
        assert_eq!(key().sign(&hash), Ok(signature), "the same hash, the same signature");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o644, 0o620] {
            let file = file(DIGITS, mode);
            let error = Secret::from_file(file.path()).unwrap_err();
            let exposed = |fault: &Fault| matches!(fault, Fault::Exposed { mode: found } if *found == mode);
            assert!(matches!(error, KeyError::File(error) if exposed(&error.fault)), "{mode:o}");
        }
        assert_eq!(Secret::from_file(file(&format!(" {DIGITS}\n"), 0o600).path()).unwrap().expose(), DIGITS);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for content in ["", "\n", "two\nlines"] {
            let error = Secret::from_file(file(content, 0o600).path()).unwrap_err();
            assert!(matches!(error, KeyError::NotASecret { .. }));
        }
        let large = Secret::from_file(file(&"a".repeat(5000), 0o600).path()).unwrap_err();
        assert!(matches!(large, KeyError::File(error) if matches!(error.fault, Fault::TooLarge { .. })));
        for digits in ["", "12", &"0".repeat(64), &"f".repeat(64), &"g".repeat(64)] {
            assert!(matches!(OperatorKey::from_hex(&digits.to_owned().into()), Err(KeyError::NotAKey)));
        }
        for token in ["short", "with a space, though it is long enough"] {
            assert!(matches!(Token::new(token.to_owned().into()), Err(KeyError::WeakToken)));
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let secret = Secret::from(DIGITS.to_owned());
        let token = Token::new(secret.clone()).unwrap();
        for shown in [format!("{secret:?}"), format!("{token:?}"), format!("{:?}", key())] {
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
