//! The secrets behind salts: the manufacturer's secret, and the key of one batch. Each has 32 bytes, and is kept as 64
//! hexadecimal digits in a file that only its owner may read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use gs1::Gtin;
use primitives::{BatchId, BatchKey, ManufacturerSecret};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::serials;

/// The environment variable with a manufacturer's secret.
pub const SECRET_VARIABLE: &str = "THERIAC_MANUFACTURER_SECRET";
/// The longest file that is read: 64 digits, and white space around them.
const MAX_FILE: usize = 1024;
/// How many hexadecimal digits a secret has.
const DIGITS: usize = 64;

/// Why a secret cannot be used. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read, is too long, or others than its owner may read or write it.
    #[error("the {what} {error}", what = .what.name())]
    File {
        /// Which secret.
        what: What,
        /// The file's fault.
        error: files::Error,
    },
    /// Too short or too long.
    #[error("the {what} in {place} has {found} characters, and 64 hexadecimal digits are expected; {remedy}",
        what = .what.name(), remedy = .what.remedy())]
    WrongLength {
        /// Which secret.
        what: What,
        /// A file or a variable.
        place: String,
        /// How many characters there are.
        found: usize,
    },
    /// Other characters than digits.
    #[error("the {what} in {place} is not hexadecimal; {remedy}", what = .what.name(), remedy = .what.remedy())]
    NotHexadecimal {
        /// Which secret.
        what: What,
        /// A file or a variable.
        place: String,
    },
    /// A folder has no key for this batch.
    #[error("the folder {folder} has no key of this batch; add it as {by_id} or {by_lot}", folder = .folder.display())]
    NoKeyOfBatch {
        /// Which folder.
        folder: PathBuf,
        /// The file's name by the batch's identifier.
        by_id: String,
        /// The file's name by GTIN and lot.
        by_lot: String,
    },
    /// Nobody says where it is.
    #[error(
        "the serials' salts come from the key of the batch; give --batch-key-file, or as its manufacturer --secret-file \
         or the variable {SECRET_VARIABLE}"
    )]
    Missing,
}

/// Which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A manufacturer's.
    Manufacturer,
    /// The key of one batch.
    BatchKey,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Manufacturer => "manufacturer's secret",
            Self::BatchKey => "batch key",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::Manufacturer => "use the file that `theriac batch secret` made",
            Self::BatchKey => "use the file that `theriac batch key` wrote for this batch",
        }
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        let code = match error {
            SecretError::File { .. } => "secret/unreadable",
            SecretError::WrongLength { .. } => "secret/wrong-length",
            SecretError::NotHexadecimal { .. } => "secret/not-hexadecimal",
            SecretError::NoKeyOfBatch { .. } => "secret/no-key-of-batch",
            SecretError::Missing => "secret/missing",
        };
        Failure::bad_input(error).with_code(code)
    }
}

/// Where the manufacturer's secret is.
#[derive(Args, Clone, Debug, Default)]
pub struct SecretArgs {
    /// The file with the manufacturer's secret, which only you may read: see `theriac batch secret`; without it, the
    /// variable THERIAC_MANUFACTURER_SECRET
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Where the key of a batch comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct BatchKeyArgs {
    /// The batch's key, which only you may read: the file that `theriac batch key` wrote, or a folder with a key for
    /// each batch (BATCH-ID.key or GTIN-LOT.key)
    #[arg(long, value_name = "PATH", conflicts_with = "secret_file")]
    batch_key_file: Option<PathBuf>,

    #[command(flatten)]
    secret: SecretArgs,
}

impl SecretArgs {
    /// The secret of the file, or of the environment.
    pub fn secret(&self) -> Result<ManufacturerSecret, SecretError> {
        if let Some(path) = &self.secret_file {
            return read(What::Manufacturer, path).map(|bytes| ManufacturerSecret::new(*bytes));
        }
        let text = std::env::var(SECRET_VARIABLE).map_err(|_| SecretError::Missing)?;
        let text = Zeroizing::new(text);
        parse(What::Manufacturer, SECRET_VARIABLE, &text).map(|bytes| ManufacturerSecret::new(*bytes))
    }
}

impl BatchKeyArgs {
    /// The key in a file.
    #[cfg(test)]
    pub fn of_file(path: &Path) -> Self {
        Self { batch_key_file: Some(path.to_owned()), ..Self::default() }
    }

    /// The key of the batch `lot` of `gtin`: the one in a file, or the one that the manufacturer's secret gives.
    pub fn key(&self, gtin: Gtin, lot: &str) -> Result<BatchKey, SecretError> {
        let batch = BatchId::of(gtin.value(), lot.as_bytes());
        let Some(path) = &self.batch_key_file else {
            return Ok(self.secret.secret()?.batch_key(batch));
        };
        let file = match path.is_dir() {
            false => path.clone(),
            true => serials::file_of_batch(path, gtin, lot, "key").map_err(|[by_id, by_lot]| {
                SecretError::NoKeyOfBatch { folder: path.clone(), by_id, by_lot }
            })?,
        };
        read(What::BatchKey, &file).map(|bytes| BatchKey::new(*bytes))
    }
}

/// Reads a secret of 32 bytes from a file that only its owner may read.
fn read(what: What, path: &Path) -> Result<Zeroizing<[u8; 32]>, SecretError> {
    let bytes = files::read_secret(path, MAX_FILE).map_err(|error| SecretError::File { what, error })?;
    let place = path.display().to_string();
    let text = str::from_utf8(&bytes);
    parse(what, &place, text.map_err(|_| SecretError::NotHexadecimal { what, place: place.clone() })?)
}

fn parse(what: What, place: &str, text: &str) -> Result<Zeroizing<[u8; 32]>, SecretError> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let found = digits.chars().count();
    if found != DIGITS {
        return Err(SecretError::WrongLength { what, place: place.to_owned(), found });
    }
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice())
        .map_err(|_| SecretError::NotHexadecimal { what, place: place.to_owned() })?;
    Ok(bytes)
}

/// Writes 32 secret bytes into a new file that only its owner may read. Says whether it did: a file that exists stays
/// as it is.
pub fn create(path: &Path, bytes: &[u8; 32]) -> Result<bool, Failure> {
    let mut line = Zeroizing::new(hex::encode(bytes));
    line.push('\n');
    match files::create_private(path, line.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => {
            let shown = path.display();
            Err(Failure::failed(format!(
                "{shown} cannot be written: {error}; check the folder and the permissions"
            )))
        }
    }
}

/// The manufacturer's secret in a file: checks that a file that exists holds one.
pub fn check(path: &Path) -> Result<(), SecretError> {
    read(What::Manufacturer, path).map(|_| ())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const LOT: &str = "LOT";

    fn gtin() -> Gtin {
        Gtin::new(9_506_000_134_352).unwrap()
    }

    #[test]
    fn a_key_is_that_of_its_file_or_of_the_manufacturers_secret() {
        let folder = tempfile::tempdir().unwrap();
        let (secret, key) = (folder.path().join("secret"), folder.path().join("09506000134352-LOT.key"));
        assert!(create(&secret, &[7; 32]).unwrap());
        assert!(!create(&secret, &[8; 32]).unwrap(), "a secret is never overwritten");
        let by_secret = BatchKeyArgs {
            secret: SecretArgs { secret_file: Some(secret.clone()) },
            ..BatchKeyArgs::default()
        };
        let expected =
            ManufacturerSecret::new([7; 32]).batch_key(BatchId::of(gtin().value(), LOT.as_bytes()));
        assert_eq!(by_secret.key(gtin(), LOT).unwrap(), expected);
        create(&key, expected.expose()).unwrap();
        for path in [&key, folder.path()] {
            assert_eq!(BatchKeyArgs::of_file(path).key(gtin(), LOT).unwrap(), expected);
        }
        let missing = BatchKeyArgs::of_file(folder.path()).key(gtin(), "X").unwrap_err();
        assert!(missing.to_string().contains("09506000134352-X.key"), "{missing}");
    }

    #[test]
    fn a_secret_of_another_form_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (text, code, because) in [
            (
                "ab".repeat(16),
                "secret/wrong-length",
                "has 32 characters, and 64 hexadecimal digits are expected",
            ),
            ("ab".repeat(33), "secret/wrong-length", "has 66 characters"),
            (String::new(), "secret/wrong-length", "has 0 characters"),
            (
                "ag".repeat(32),
                "secret/not-hexadecimal",
                "is not hexadecimal; use the file that `theriac batch key`",
            ),
        ] {
            std::fs::write(&path, &text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let failure = Failure::from(BatchKeyArgs::of_file(&path).key(gtin(), LOT).unwrap_err());
            assert_eq!(failure.to_json()["error"]["code"], code);
            assert!(failure.to_string().contains(because), "{failure}");
            assert!(text.is_empty() || !failure.to_string().contains(&text));
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let failure = Failure::from(BatchKeyArgs::of_file(&path).key(gtin(), LOT).unwrap_err());
        assert_eq!(failure.to_json()["error"]["code"], "secret/unreadable");
        assert!(failure.to_string().contains("run `chmod 600` on it"), "{failure}");
    }
}
