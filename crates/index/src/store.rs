//! The file: one deployment's, and one process's at a time.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use chain::{Contracts, Deployment, Hash};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row, SqliteConnection};
use tokio::sync::watch;

use crate::error::Error;
use crate::progress::{Counters, Gap, Metrics, Progress};
use crate::rows::recognise;
use crate::writer::{Cursor, Writer};

/// Time to wait until another process releases the file: a restart overlaps with the end of the last one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);
/// Number of connections that read.
const READERS: u32 = 4;
/// A row of `events` has some 300 bytes, and a tree without row numbers wants 20 rows and more on a page.
const PAGE_SIZE: u32 = 8192;

/// Whose events an index has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The hash of the chain's first block.
    pub genesis: Hash,
    /// The contracts. Their addresses count; their code may be upgraded.
    pub contracts: Contracts,
    /// The block at which the first of them was born.
    pub first: u64,
}

impl From<&Deployment> for Origin {
    fn from(deployment: &Deployment) -> Self {
        Self { genesis: deployment.chain.genesis, contracts: deployment.contracts, first: deployment.block }
    }
}

impl Origin {
    fn addresses(&self) -> Vec<u8> {
        self.contracts.addresses().iter().flat_map(|address| address.0).collect()
    }
}

/// The history of one deployment. Cheap to clone; all clones share one file.
///
/// The file is held until [`Index::close`] has returned, or the last clone is gone.
#[derive(Clone, Debug)]
pub struct Index {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    path: PathBuf,
    pub(crate) origin: Origin,
    pub(crate) reads: SqlitePool,
    pub(crate) writer: Writer,
    pub(crate) shared: Arc<Shared>,
}

/// What the writer and all readers know.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) counters: Counters,
}

impl Index {
    /// Opens the file, or makes it, for one deployment.
    ///
    /// # Errors
    /// [`Error::InUse`] where another process has it, [`Error::OtherDeployment`] where it is another one's,
    /// [`Error::Unopened`], [`Error::Schema`], and those of SQLite.
    pub async fn open(path: &Path, origin: &Origin) -> Result<Self, Error> {
        let lock = lock(path).await?;
        // All of it is public on chain; but what this service answers depends on it, so nobody else changes it.
        files::open_private(path).map_err(|source| Error::Unopened { path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .page_size(PAGE_SIZE)
            .journal_mode(SqliteJournalMode::Wal)
            // After a power failure the last transactions may be missing, and are read again from the chain.
            .synchronous(SqliteSynchronous::Normal)
            // A first indexing writes a long log once: it is cut afterwards.
            .pragma("journal_size_limit", "67108864")
            .busy_timeout(BUSY_TIMEOUT);
        let mut connection = options.connect().await?;
        sqlx::migrate!("./migrations").run(&mut connection).await?;
        bind(&mut connection, path, origin).await?;
        let recognised = recognise(&mut connection, &origin.contracts).await?;
        if recognised > 0 {
            tracing::info!(recognised, "events of the history are known now");
        }
        let cursor = Cursor::load(&mut connection).await?;
        let gaps = load_gaps(&mut connection).await?;
        let progress = Progress { first: cursor.first, next: cursor.next, head: None, gaps };
        let shared =
            Arc::new(Shared { progress: watch::Sender::new(progress), counters: Counters::default() });
        let reads = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(
                SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT),
            )
            .await?;
        let writer = Writer::start(connection, lock, origin.contracts, Arc::clone(&shared));
        let inner = Inner { path: path.to_owned(), origin: *origin, reads, writer, shared };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Ends all work and closes the file.
    pub async fn close(&self) {
        self.inner.reads.close().await;
        self.inner.writer.close().await;
    }

    /// How far the history is read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.inner.shared.progress.borrow().clone()
    }

    /// The same, and whenever it changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.inner.shared.progress.subscribe()
    }

    /// What it did since it was opened.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let Counters { blocks, events, unknown, failures } = &self.inner.shared.counters;
        let progress = self.inner.shared.progress.borrow();
        Metrics {
            blocks: blocks.load(Ordering::Relaxed),
            events: events.load(Ordering::Relaxed),
            unknown_events: unknown.load(Ordering::Relaxed),
            failures: failures.load(Ordering::Relaxed),
            behind: progress.behind().unwrap_or(0),
            missing: progress.missing(),
            bytes: self.bytes(),
        }
    }

    /// The size of its files, in bytes.
    fn bytes(&self) -> u64 {
        let size =
            |suffix: &str| std::fs::metadata(beside(&self.inner.path, suffix)).map_or(0, |file| file.len());
        ["", "-wal", "-shm"].into_iter().map(size).fold(0, u64::saturating_add)
    }
}

/// Enters the deployment into a new file, or compares it with the file's.
async fn bind(connection: &mut SqliteConnection, path: &Path, origin: &Origin) -> Result<(), Error> {
    let (genesis, contracts) = (origin.genesis.0, origin.addresses());
    sqlx::query(
        "INSERT INTO deployment (only, genesis, contracts, first, next) VALUES (1, $1, $2, $3, $3) \
         ON CONFLICT DO NOTHING",
    )
    .bind(genesis.as_slice())
    .bind(contracts.as_slice())
    .bind(integer(origin.first))
    .execute(&mut *connection)
    .await?;
    let row =
        sqlx::query("SELECT genesis, contracts, first FROM deployment").fetch_one(&mut *connection).await?;
    // With another first block, events would be missing, or blocks without any would count as read.
    let is_same = row.try_get::<&[u8], _>(0)? == genesis
        && row.try_get::<&[u8], _>(1)? == contracts
        && natural(row.try_get(2)?, "first block")? == origin.first;
    if is_same {
        Ok(())
    } else {
        Err(Error::OtherDeployment { path: path.to_owned() })
    }
}

/// The ranges that could not be read.
pub(crate) async fn load_gaps(connection: &mut SqliteConnection) -> Result<Vec<Gap>, Error> {
    let rows = sqlx::query("SELECT first, last FROM gaps ORDER BY first").fetch_all(connection).await?;
    let gap = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Gap { first: natural(row.try_get(0)?, "gap")?, last: natural(row.try_get(1)?, "gap")? })
    };
    rows.iter().map(gap).collect()
}

/// Keeps other processes from the file while it is open. SQLite's own lock would also keep backups from reading it.
async fn lock(path: &Path) -> Result<File, Error> {
    let beside = beside(path, ".lock");
    let locked = tokio::task::spawn_blocking(move || files::lock(&beside, BUSY_TIMEOUT)).await;
    let locked = locked.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let unopened = |source| Error::Unopened { path: path.to_owned(), source };
    locked.map_err(unopened)?.ok_or_else(|| Error::InUse { path: path.to_owned() })
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// SQL's integers are signed.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// What this program wrote is not negative.
pub(crate) fn natural(value: i64, what: &'static str) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| Error::Damaged(what))
}
