//! Lists of serials: what is taken in, what a proof shows, what damage does, whose the folder is.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod damage;
mod folder;
mod proofs;
mod upload;

use primitives::{BatchId, BatchKey, ManufacturerSecret, SerialTree};
use serials::body::{leaf, Head};
use serials::{Error, Lists, Outcome, Refused, Registered, StorageKey};
use tempfile::TempDir;

const BATCH: BatchId = BatchId([7; 32]);

fn key() -> BatchKey {
    ManufacturerSecret::new([9; 32]).batch_key(BATCH)
}

fn storage() -> StorageKey {
    StorageKey::new([1; 32])
}

/// `S1`, `S2` and so on.
fn serials(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("S{number}")).collect()
}

fn tree<S: AsRef<[u8]>>(serials: &[S]) -> SerialTree {
    SerialTree::new(BATCH, serials, &key()).unwrap()
}

fn registered<S: AsRef<[u8]>>(serials: &[S]) -> Registered {
    let tree = tree(serials);
    Registered { batch: BATCH, root: tree.root(), quantity: tree.quantity() }
}

/// A body as a manufacturer sends it.
fn body<S: AsRef<[u8]>>(serials: &[S], key: &BatchKey) -> Vec<u8> {
    let first = serials.first().map_or(b"S1".to_vec(), |serial| serial.as_ref().to_vec());
    let mut body = Head { key: key.clone(), first }.encode().unwrap().to_vec();
    body.extend(serials.iter().flat_map(|serial| leaf(BATCH, serial.as_ref(), key)));
    body
}

/// A folder of lists that goes away with it.
struct Folder {
    lists: Lists,
    path: TempDir,
}

impl Folder {
    fn new() -> Self {
        let path = tempfile::tempdir().unwrap();
        Self { lists: Lists::open(path.path(), storage()).unwrap(), path }
    }

    fn holding(serials: &[String]) -> Self {
        let folder = Self::new();
        assert_eq!(folder.lists.take_serials(registered(serials), &key(), serials).unwrap(), Outcome::Taken);
        folder
    }

    fn upload(&self, registered: Registered, body: &[u8]) -> Result<Outcome, Error> {
        let mut upload = self.lists.upload(registered)?;
        upload.write(body)?;
        upload.finish()
    }

    fn refused(&self, registered: Registered, body: &[u8]) -> Refused {
        match self.upload(registered, body) {
            Err(Error::Refused(refused)) => refused,
            other => panic!("{other:?}"),
        }
    }

    fn file(&self) -> std::path::PathBuf {
        self.path.path().join(format!("{}.list", hex::encode(BATCH.0)))
    }

    /// The names of its files, without the lock.
    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.path.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "lock").collect();
        names.sort();
        names
    }
}
