//! The bearer tokens of callers: several at once, each with a name, and exchanged without a restart.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::config::KeyLocation;
use crate::keys::{KeyError, Secret, Token};

/// The most bytes of the file.
const MAX_BYTES: usize = 16 << 10;
/// The most tokens of the file.
const MAX_TOKENS: usize = 32;
/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// The name of a token without one.
const UNNAMED: &str = "caller";

/// The tokens, as their file has them.
#[derive(Debug)]
pub struct Tokens {
    location: KeyLocation,
    read: Mutex<Read>,
}

#[derive(Debug)]
struct Read {
    tokens: Vec<(String, Token)>,
    version: Option<Version>,
    looked: Instant,
}

/// What changes when a file is written or replaced.
type Version = (SystemTime, u64);

impl Tokens {
    /// Reads the tokens.
    pub fn new(location: KeyLocation) -> Result<Self, KeyError> {
        let version = version(&location);
        let read = Read { tokens: tokens(&location)?, version, looked: Instant::now() };
        Ok(Self { location, read: Mutex::new(read) })
    }

    /// The name of the token, if it is one of them. A file that has changed is read again; while it cannot be used, the
    /// tokens before are valid.
    #[must_use]
    pub fn caller(&self, shown: &str) -> Option<String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.looked.elapsed() >= LOOK {
            self.look(&mut read);
        }
        // All are compared, so that the time says nothing about their number.
        read.tokens.iter().fold(None, |found, (name, token)| match token.is(shown) {
            true => Some(name.clone()),
            false => found,
        })
    }

    fn look(&self, read: &mut Read) {
        read.looked = Instant::now();
        let version = version(&self.location);
        if version == read.version {
            return;
        }
        read.version = version;
        match tokens(&self.location) {
            Ok(tokens) => {
                tracing::info!(tokens = tokens.len(), "the tokens were read again");
                read.tokens = tokens;
            }
            Err(error) => tracing::error!("the tokens before stay valid: {error}"),
        }
    }
}

fn version(location: &KeyLocation) -> Option<Version> {
    let KeyLocation::File(path) = location else { return None };
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

fn tokens(location: &KeyLocation) -> Result<Vec<(String, Token)>, KeyError> {
    match location {
        KeyLocation::Value(secret) => Ok(vec![(UNNAMED.to_owned(), Token::new(secret.clone())?)]),
        KeyLocation::File(path) => from_file(path),
    }
}

/// One token on each line, after its caller's name and a blank if it has one.
fn from_file(path: &Path) -> Result<Vec<(String, Token)>, KeyError> {
    let bytes = files::read_secret(path, MAX_BYTES)?;
    let unusable = || KeyError::NotTokens { path: path.to_owned() };
    let text = std::str::from_utf8(&bytes).map_err(|_| unusable())?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let tokens = lines.map(|line| {
        let (name, token) = line.split_once(char::is_whitespace).unwrap_or((UNNAMED, line));
        let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !plain || name.len() > 64 {
            return Err(unusable());
        }
        Ok((name.to_owned(), Token::new(Secret::from(token.trim().to_owned()))?))
    });
    let tokens = tokens.collect::<Result<Vec<_>, KeyError>>()?;
    if tokens.is_empty() || tokens.len() > MAX_TOKENS {
        return Err(unusable());
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "0123456789abcdef0123456789abcdef";
    const SECOND: &str = "fedcba9876543210fedcba9876543210";

    fn write(path: &Path, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn later(tokens: &Tokens) {
        tokens.read.lock().unwrap().looked = Instant::now().checked_sub(LOOK).unwrap();
    }

    #[test]
    fn a_token_is_exchanged_without_a_restart_and_both_are_valid_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        write(&path, FIRST);
        let tokens = Tokens::new(KeyLocation::File(path.clone())).unwrap();
        assert_eq!(tokens.caller(FIRST).as_deref(), Some("caller"));
        assert_eq!(tokens.caller(SECOND), None);
        write(&path, &format!("ward-3 {FIRST}\n\n  ward-4\t{SECOND}\n"));
        later(&tokens);
        assert_eq!(tokens.caller(FIRST).as_deref(), Some("ward-3"));
        assert_eq!(tokens.caller(SECOND).as_deref(), Some("ward-4"));
        write(&path, &format!("ward-4 {SECOND}"));
        later(&tokens);
        assert_eq!((tokens.caller(FIRST), tokens.caller(SECOND)), (None, Some("ward-4".to_owned())));
        // A file that is half written takes nobody's access.
        write(&path, "ward-4 fedc");
        later(&tokens);
        assert_eq!(tokens.caller(SECOND).as_deref(), Some("ward-4"));
        assert_eq!(tokens.caller("fedc"), None);
    }

    #[test]
    fn a_file_without_usable_tokens_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let many = format!("{FIRST}\n").repeat(MAX_TOKENS + 1);
        for text in ["", "\n", "short", &format!("Jane Doe {FIRST}"), &format!("Ward {FIRST}"), &many] {
            write(&path, text);
            let error = Tokens::new(KeyLocation::File(path.clone())).unwrap_err();
            assert!(!error.to_string().contains(FIRST), "{error}");
        }
    }
}
