//! What shows that a serial is one of a batch: the manufacturer's list with the batch's key, or a file with one proof.

use std::path::{Path, PathBuf};

use clap::Args;
use gs1::Gtin;
use primitives::{BatchId, Salt, SerialProof, SerialTree};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use view::judge::Evidence;

use crate::failure::Failure;
use crate::secrets::{BatchKeyArgs, SecretError};
use crate::serials::{SerialList, SerialListError};

/// The version of a proof file's form. Version 1 had no salt.
const VERSION: u32 = 2;
/// The longest proof file in bytes: 32 hashes, and room.
const MAX_FILE: usize = 16 * 1024;

/// Where the proof of a pack's serial comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct ProofArgs {
    /// The manufacturer's list of serials, or a folder with a list for each batch (BATCH-ID.txt or GTIN-LOT.txt)
    #[arg(long, value_name = "PATH")]
    serials: Option<PathBuf>,

    #[command(flatten)]
    key: BatchKeyArgs,

    /// A file with the proof of this serial, as `theriac batch prove` writes it, in place of list and key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["serials", "batch_key_file", "secret_file"])]
    proof: Option<PathBuf>,
}

/// Where the proof of several serials comes from.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// The manufacturer's list of serials, or a folder with a list for each batch (BATCH-ID.txt or GTIN-LOT.txt)
    #[arg(long, value_name = "PATH")]
    serials: PathBuf,

    #[command(flatten)]
    key: BatchKeyArgs,
}

impl ListArgs {
    /// The tree of the batch's serials, and list and key in words.
    pub fn tree(&self, gtin: Gtin, lot: &str) -> Result<(SerialTree, String), ProofError> {
        tree(&self.serials, &self.key, gtin, lot).map(|(_, tree, source)| (tree, source))
    }
}

/// The list of a batch's serials with its tree, and list and key in words.
fn tree(
    path: &Path,
    key: &BatchKeyArgs,
    gtin: Gtin,
    lot: &str,
) -> Result<(SerialList, SerialTree, String), ProofError> {
    let list = SerialList::read_for(path, gtin, lot)?;
    let tree = list.tree(BatchId::of(gtin.value(), lot.as_bytes()), &key.key(gtin, lot)?)?;
    let source = format!("the list of serials {} with this batch key", list.path().display());
    Ok((list, tree, source))
}

/// Why no proof can be given.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The list cannot be used.
    #[error(transparent)]
    List(#[from] SerialListError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] SecretError),
    /// The proof file cannot be read.
    #[error("the proof {0}")]
    File(#[from] files::Error),
    /// It is not a proof file.
    #[error("{path} is not a proof file: {error}; `theriac batch prove` writes one", path = .path.display())]
    NotAProof {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// It is from before serials had salts.
    #[error(
        "the proof {path} has the old form without a salt, which no batch accepts; get a new one from the manufacturer",
        path = .path.display()
    )]
    OldForm {
        /// Which file.
        path: PathBuf,
    },
    /// Its salt is too short or too long.
    #[error(
        "the salt in {path} has {found} characters, and 32 hexadecimal digits are expected; get the proof anew",
        path = .path.display()
    )]
    SaltLength {
        /// Which file.
        path: PathBuf,
        /// How many characters there are.
        found: usize,
    },
    /// It is the proof of another serial.
    #[error("the proof {path} is for another pack; give the one for this serial", path = .path.display())]
    OtherUnit {
        /// Which file.
        path: PathBuf,
    },
}

impl ProofError {
    /// Whether a folder has no list or key of this batch.
    pub const fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::List(SerialListError::NoListOfBatch { .. }) | Self::Key(SecretError::NoKeyOfBatch { .. })
        )
    }
}

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        let code = match error {
            ProofError::List(_) | ProofError::File(_) => return Failure::bad_input(error),
            ProofError::Key(error) => return error.into(),
            ProofError::NotAProof { .. } => "proof/not-a-proof",
            ProofError::OldForm { .. } => "proof/old-form",
            ProofError::SaltLength { .. } => "proof/salt-length",
            ProofError::OtherUnit { .. } => "proof/other-unit",
        };
        Failure::bad_input(error).with_code(code)
    }
}

impl ProofArgs {
    /// What is shown about the serial of a batch; nothing where neither list nor proof is named.
    pub fn evidence(&self, gtin: Gtin, lot: &str, serial: &str) -> Result<Option<Evidence>, ProofError> {
        let batch = BatchId::of(gtin.value(), lot.as_bytes());
        if let Some(path) = &self.proof {
            let proof = read(path, batch, serial)?;
            let root = proof.shown(batch, serial.as_bytes()).root;
            return Ok(Some(Evidence { root, proof, source: format!("the proof {}", path.display()) }));
        }
        let Some(path) = &self.serials else { return Ok(None) };
        let (list, tree, source) = tree(path, &self.key, gtin, lot)?;
        // For a serial that is not there, the proof of another one: the contract finds that this one is not there.
        let proof = tree.prove(serial.as_bytes()).or_else(|| tree.prove(list.first().as_bytes()));
        let proof = proof.ok_or_else(|| SerialListError::Empty(path.clone()))?;
        Ok(Some(Evidence { root: tree.root(), proof, source }))
    }
}

/// A proof in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    /// The batch's identifier.
    batch: String,
    serial: String,
    /// The serial's position in the list, from 0.
    index: u32,
    /// 32 hexadecimal digits.
    salt: String,
    /// From the leaf up, 64 hexadecimal digits each.
    siblings: Vec<String>,
}

/// The proof of a serial as its file has it.
pub fn to_json(batch: BatchId, serial: &str, proof: &SerialProof) -> Result<Value, Failure> {
    let file = File {
        version: VERSION,
        batch: batch.to_string(),
        serial: serial.to_owned(),
        index: proof.index,
        salt: hex::encode(proof.salt),
        siblings: proof.siblings.iter().map(hex::encode).collect(),
    };
    serde_json::to_value(file).map_err(Failure::failed)
}

fn read(path: &Path, batch: BatchId, serial: &str) -> Result<SerialProof, ProofError> {
    let bytes = files::read(path, MAX_FILE)?;
    let not_a_proof = |error: String| ProofError::NotAProof { path: path.to_owned(), error };
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| not_a_proof(error.to_string()))?;
    // What the old form had, and its lack of a salt, says more than a list of unknown fields.
    if value.get("siblings").is_some() && value.get("salt").is_none() {
        return Err(ProofError::OldForm { path: path.to_owned() });
    }
    let file: File = serde_json::from_value(value).map_err(|error| not_a_proof(error.to_string()))?;
    if file.version != VERSION {
        let error = format!("it has the version {}, and this program reads {VERSION}", file.version);
        return Err(not_a_proof(error));
    }
    if file.batch != batch.to_string() || file.serial != serial {
        return Err(ProofError::OtherUnit { path: path.to_owned() });
    }
    let mut salt = Salt::default();
    let found = file.salt.chars().count();
    if found != salt.len().saturating_mul(2) {
        return Err(ProofError::SaltLength { path: path.to_owned(), found });
    }
    hex::decode_to_slice(&file.salt, &mut salt)
        .map_err(|_| not_a_proof("its salt is not hexadecimal".to_owned()))?;
    let hash = |text: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash)
            .map_err(|_| not_a_proof("a hash in it is not 64 hexadecimal digits".to_owned()))?;
        Ok(hash)
    };
    let siblings = file.siblings.iter().map(hash).collect::<Result<_, ProofError>>()?;
    Ok(SerialProof { index: file.index, salt, siblings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::{BatchKey, SerialTree};

    const LOT: &str = "LOT";

    fn gtin() -> Gtin {
        Gtin::new(9_506_000_134_352).unwrap()
    }

    fn batch() -> BatchId {
        BatchId::of(gtin().value(), LOT.as_bytes())
    }

    fn tree() -> SerialTree {
        SerialTree::new(batch(), &["A1", "A2", "A3"], &BatchKey::new([9; 32])).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn list_and_proof_file_show_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("list.txt"), "A1\nA2\nA3\n").unwrap();
        crate::secrets::create(&path("key"), &[9; 32]).unwrap();
        let by_list = ProofArgs {
            serials: Some(path("list.txt")),
            key: BatchKeyArgs::of_file(&path("key")),
            proof: None,
        };
        let listed = by_list.evidence(gtin(), LOT, "A2").unwrap().unwrap();
        assert!(listed.proof.verifies(batch(), b"A2", tree().root(), 3) && listed.root == tree().root());
        let unlisted = by_list.evidence(gtin(), LOT, "A9").unwrap().unwrap();
        assert!(!unlisted.proof.verifies(batch(), b"A9", tree().root(), 3) && unlisted.root == tree().root());

        let file = to_json(batch(), "A2", &listed.proof).unwrap();
        std::fs::write(path("proof.json"), file.to_string()).unwrap();
        let by_file = ProofArgs { proof: Some(path("proof.json")), ..ProofArgs::default() };
        let shown = by_file.evidence(gtin(), LOT, "A2").unwrap().unwrap();
        assert_eq!((shown.proof, shown.root), (listed.proof, listed.root));
        let other = Failure::from(by_file.evidence(gtin(), LOT, "A1").unwrap_err());
        assert_eq!(other.to_json()["error"]["code"], "proof/other-unit");
        assert_eq!(ProofArgs::default().evidence(gtin(), LOT, "A1").unwrap(), None);
    }

    #[test]
    fn a_proof_of_another_form_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let proof = to_json(batch(), "A2", &tree().prove(b"A2").unwrap()).unwrap();
        let old = serde_json::json!({ "index": 1, "siblings": proof["siblings"] });
        let with = |field: &str, value: Value| {
            let mut changed = proof.clone();
            changed[field] = value;
            changed
        };
        for (value, code, because) in [
            (old, "proof/old-form", "has the old form without a salt"),
            (with("salt", "ab".repeat(15).into()), "proof/salt-length", "has 30 characters, and 32"),
            (with("salt", "ag".repeat(16).into()), "proof/not-a-proof", "its salt is not hexadecimal"),
            (with("version", 3.into()), "proof/not-a-proof", "it has the version 3"),
            (with("siblings", serde_json::json!(["ab"])), "proof/not-a-proof", "64 hexadecimal digits"),
            (with("more", 1.into()), "proof/not-a-proof", "unknown field `more`"),
            (Value::Null, "proof/not-a-proof", "`theriac batch prove` writes one"),
        ] {
            std::fs::write(file.path(), value.to_string()).unwrap();
            let failure = Failure::from(read(file.path(), batch(), "A2").unwrap_err());
            assert_eq!(failure.to_json()["error"]["code"], code, "{failure}");
            assert!(failure.to_string().contains(because), "{failure}");
        }
    }
}
