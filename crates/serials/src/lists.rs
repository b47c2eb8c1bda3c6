use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use primitives::{BatchId, BatchKey, Quantity, Timestamp};

use crate::header::Header;
use crate::index::IndexKey;
use crate::intake::Intake;
use crate::layout::Layout;
use crate::list::List;
use crate::part::{self, sync_folder, Part};
use crate::{Error, Outcome, Refused, Registered, StorageKey, Summary, Upload};

/// The most serials of a list, unless [`Lists::with_max_serials`] says otherwise: 2^24, a file of 760 MB.
pub const MAX_SERIALS: Quantity = 1 << 24;

const ENDING: &str = "list";
const LOCK: &str = "lock";

/// The folder with the lists of a gateway. It is one process's alone while it is open. A clone is the same folder.
#[derive(Clone)]
pub struct Lists {
    shared: Arc<Shared>,
    max_serials: Quantity,
}

struct Shared {
    folder: PathBuf,
    storage: StorageKey,
    held: Mutex<Held>,
    /// Whoever changes a file locks it, so that files and `held` agree; who reads does not wait for a disk.
    changing: Mutex<()>,
    /// Locked as long as it is open.
    _lock: File,
}

/// What the files are, by batch.
#[derive(Default)]
struct Held {
    whole: BTreeMap<BatchId, Summary>,
    damaged: BTreeMap<BatchId, Damaged>,
}

/// A list that is not served: its file was found damaged when the folder was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Its file.
    pub path: PathBuf,
    /// What is wrong with it, and what to do.
    pub error: String,
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists").field("folder", &self.shared.folder).finish_non_exhaustive()
    }
}

impl Lists {
    /// Opens a folder, and makes it where there is none. It reads the header of each list and nothing else, and removes what
    /// a crash left of lists that were not whole.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::WrongStorageKey`] and [`Error::File`]. A damaged list is no error: see [`Lists::damaged`].
    pub fn open(folder: &Path, storage: StorageKey) -> Result<Self, Error> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::file(folder))?;
        let lock = lock(folder)?;
        let mut held = Held::default();
        for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
            let path = entry.map_err(Error::file(folder))?.path();
            if path.extension().is_some_and(|ending| ending == part::ENDING) {
                fs::remove_file(&path).map_err(Error::file(&path))?;
                continue;
            }
            let Some(batch) = batch_of(&path) else { continue };
            match List::open(&path, batch, &storage) {
                Ok(list) => {
                    held.whole.insert(batch, list.summary());
                }
                Err(error @ Error::Damaged { .. }) => {
                    tracing::error!(%error, "a list of serials is not served");
                    held.damaged.insert(batch, Damaged { path, error: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        let shared = Shared {
            folder: folder.to_owned(),
            storage,
            held: Mutex::new(held),
            changing: Mutex::new(()),
            _lock: lock,
        };
        Ok(Self { shared: Arc::new(shared), max_serials: MAX_SERIALS })
    }

    /// Takes lists of at most so many serials, in place of [`MAX_SERIALS`].
    #[must_use]
    pub fn with_max_serials(self, max_serials: Quantity) -> Self {
        Self { max_serials, ..self }
    }

    /// The lists that are held, by batch.
    #[must_use]
    pub fn status(&self) -> Vec<Summary> {
        self.held().whole.values().copied().collect()
    }

    /// The list of a batch, of whichever registration.
    #[must_use]
    pub fn summary(&self, batch: BatchId) -> Option<Summary> {
        self.held().whole.get(&batch).copied()
    }

    /// The lists whose files were damaged when the folder was opened. They are served again once they are taken in anew.
    #[must_use]
    pub fn damaged(&self) -> Vec<Damaged> {
        self.held().damaged.values().cloned().collect()
    }

    /// Opens the list of this registration, where it is held. That of an earlier registration of the batch is not.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::File`], and [`Error::WrongStorageKey`] for a header that was changed.
    pub fn find(&self, registered: Registered) -> Result<Option<List>, Error> {
        let is_held = || self.summary(registered.batch).is_some_and(|held| held.registered == registered);
        if !is_held() {
            return Ok(None);
        }
        match List::open(&self.path(registered.batch), registered.batch, &self.shared.storage) {
            Ok(list) => Ok((list.summary().registered == registered).then_some(list)),
            // It was removed in this moment.
            Err(_) if !is_held() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Begins to take in a list that a manufacturer uploads.
    ///
    /// # Errors
    /// [`Refused::Quantity`]: before any of it is read.
    pub fn upload(&self, registered: Registered) -> Result<Upload, Error> {
        Upload::begin(self, registered)
    }

    /// Takes in all serials of a batch, in the order of its tree, with its key.
    ///
    /// # Errors
    /// [`Error::Refused`] and [`Error::File`]; nothing is kept then, and a list that was held before stays.
    pub fn take_serials<S: AsRef<str> + Sync>(
        &self,
        registered: Registered,
        key: &BatchKey,
        serials: impl IntoIterator<Item = S>,
    ) -> Result<Outcome, Error> {
        let mut intake = Intake::begin(self, registered, key.clone())?;
        intake.serials(serials)?;
        intake.finish(None)
    }

    /// Removes the list of a batch, a damaged one too. Says whether there was one.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn remove(&self, batch: BatchId) -> Result<bool, Error> {
        let _changing = self.changing();
        let path = self.path(batch);
        if !path.exists() {
            return Ok(false);
        }
        {
            let mut held = self.held();
            held.whole.remove(&batch);
            held.damaged.remove(&batch);
        }
        fs::remove_file(&path).and_then(|()| sync_folder(self.folder())).map_err(Error::file(&path))?;
        Ok(true)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// Where everything lies in the file of a batch with so many units, where this gateway takes it.
    pub(crate) fn layout(&self, quantity: Quantity) -> Result<Layout, Error> {
        let most = self.max_serials;
        let layout = Layout::of(quantity).filter(|_| quantity <= most);
        layout.ok_or_else(|| Refused::Quantity { quantity, most }.into())
    }

    /// Whether this very list is held, and all of its file is as it was written.
    pub(crate) fn holds_whole(&self, registered: Registered) -> bool {
        let list = self.find(registered).ok().flatten();
        list.is_some_and(|list| list.verify().is_ok())
    }

    /// Holds a list whose leaves and index are written.
    pub(crate) fn hold(
        &self,
        registered: Registered,
        key: BatchKey,
        index: IndexKey,
        part: Part,
    ) -> Result<Outcome, Error> {
        let layout = self.layout(registered.quantity)?;
        let header = Header { registered, taken_at: now(), key, index };
        part.write(&header.seal(&self.shared.storage)?, 0)?;
        part.finish(layout.size())?;
        let path = self.path(registered.batch);
        let summary = Summary { registered, taken_at: header.taken_at, bytes: layout.size() };
        let _changing = self.changing();
        let was_there = path.exists();
        part.keep(&path)?;
        let mut held = self.held();
        held.whole.insert(registered.batch, summary);
        held.damaged.remove(&registered.batch);
        Ok(if was_there { Outcome::Replaced } else { Outcome::Taken })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.shared.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.shared.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, batch: BatchId) -> PathBuf {
        self.folder().join(format!("{}.{ENDING}", hex::encode(batch.0)))
    }
}

/// The batch whose list has this name.
fn batch_of(path: &Path) -> Option<BatchId> {
    let name = path.file_name()?.to_str()?.strip_suffix(ENDING)?.strip_suffix('.')?;
    name.parse().ok()
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let locked = files::lock(&path, Duration::ZERO).map_err(Error::file(&path))?;
    locked.ok_or_else(|| Error::InUse { path: folder.to_owned() })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
