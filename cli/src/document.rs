//! Documents as people name them: only their SHA-256 goes on chain.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use primitives::DocumentHash;
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// Names a document.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct DocumentArgs {
    /// The document: only its SHA-256 goes on chain
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// The document's SHA-256, 64 hexadecimal digits
    #[arg(long, value_name = "HASH")]
    sha256: Option<DocumentHash>,
}

impl DocumentArgs {
    /// The document's SHA-256.
    pub fn hash(&self) -> Result<DocumentHash, Failure> {
        hash(self.document.as_deref(), self.sha256)
    }
}

/// The SHA-256 of the document that one of these options names.
pub fn hash(document: Option<&Path>, sha256: Option<DocumentHash>) -> Result<DocumentHash, Failure> {
    if let Some(hash) = sha256 {
        return Ok(hash);
    }
    let path = document.ok_or_else(|| Failure::bad_input("give --document or --sha256"))?;
    hash_of(path).map_err(Failure::bad_input)
}

/// The SHA-256 of a file, or why it cannot be read and what to do.
pub fn hash_of(path: &Path) -> Result<DocumentHash, String> {
    let unreadable = |error: io::Error| {
        let shown = path.display();
        format!("the document {shown} cannot be read: {error}; check the path and the permissions")
    };
    let mut digest = Sha256::new();
    io::copy(&mut File::open(path).map_err(unreadable)?, &mut digest).map_err(unreadable)?;
    Ok(DocumentHash(digest.finalize().into()))
}
