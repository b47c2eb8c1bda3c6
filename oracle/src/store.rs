//! The state that must survive a crash: subjects, runs, and the cursor of the chain. One SQLite file.
//!
//! Every change is in one transaction, which it may share with others, and survives a crash of this process once its
//! method returns. State that cannot be recovered from the chain survives a power failure too. One task writes, see
//! [`writer`]; reads have connections of their own. Only one service may open the file; other processes may read it.

mod drift;
mod runs;
mod subjects;
#[cfg(test)]
mod tests;
mod writer;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use primitives::{blake2_256, AccountId, Timestamp};
use scale::Encode;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, Row};

pub use drift::Seen;
pub use runs::{Due, NewRun, Origin, ResultDue, Run, State, Submission, Taken};
pub use subjects::Registration;
use writer::{Change, Counts, Done, Writer};

/// Maximum number of pushed runs that have not ended.
pub const MAX_PUSHED: u64 = 10_000;
/// Maximum size of their data, in bytes.
pub const MAX_PUSHED_BYTES: u64 = 1 << 30;
/// Time to wait until another process releases the file: a restart overlaps with the end of the last one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);
/// Number of connections that read.
const READERS: u32 = 4;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be created or opened.
    #[error("{path} cannot be opened: {source}; check the path, its permissions and the free space", path = path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The file belongs to another chain or contract.
    #[error(
        "{path} belongs to another deployment; give each deployment its own store.path, \
         and delete the file only where nothing in it is needed",
        path = path.display()
    )]
    OtherDeployment {
        /// The file.
        path: PathBuf,
    },
    /// Another service uses the file.
    #[error("{path} is in use by another service; stop that one first, or give this one its own store.path", path = path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is closed.
    #[error("the store is closed; start the service again")]
    Closed,
    /// SQLite failed: the disk is full, or the file is damaged.
    #[error("the store failed: {0}; check the free space and the disk")]
    Database(#[from] sqlx::Error),
    /// The schema is newer than this program, or damaged.
    #[error("the store's schema cannot be used: {0}; use the program that wrote it, or a newer one")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A row that this program did not write.
    #[error("the store has a {0} that cannot be read; restore a backup, or start with a new file")]
    Damaged(&'static str),
}

/// The open file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    path: Arc<Path>,
    reads: SqlitePool,
    writer: Writer,
    secret: Secret,
    counts: Arc<Counts>,
}

/// Runs that have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Those that answer requests on chain.
    pub requested: u64,
    /// Those that were pushed.
    pub pushed: u64,
    /// The size of the pushed data, in bytes.
    pub pushed_bytes: u64,
}

impl Pending {
    /// All runs that have not ended.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.requested.saturating_add(self.pushed)
    }
}

impl Store {
    /// Opens the file, or makes it, for one deployment: the chain's genesis hash and the `feeds` contract.
    pub async fn open(path: &Path, genesis: [u8; 32], contract: AccountId) -> Result<Self, StoreError> {
        let lock = lock(path).await?;
        // The file identifies patients: only its owner may read it. SQLite gives its side files the same permissions.
        files::open_private(path).map_err(|source| StoreError::Unopened { path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Deleted data are overwritten.
            .pragma("secure_delete", "ON")
            .busy_timeout(BUSY_TIMEOUT);
        let mut connection = options.connect().await?;
        sqlx::migrate!("./migrations").run(&mut connection).await?;
        let owner: &[u8] = contract.as_ref();
        sqlx::query(
            "INSERT INTO deployment (only, genesis, contract, secret) VALUES (1, ?, ?, randomblob(32)) \
             ON CONFLICT DO NOTHING",
        )
        .bind(genesis.as_slice())
        .bind(owner)
        .execute(&mut connection)
        .await?;
        let row = sqlx::query("SELECT genesis, contract, secret FROM deployment")
            .fetch_one(&mut connection)
            .await?;
        if row.try_get::<&[u8], _>(0)? != genesis || row.try_get::<&[u8], _>(1)? != owner {
            return Err(StoreError::OtherDeployment { path: path.to_owned() });
        }
        let secret = Secret(bytes32(row.try_get(2)?, "secret")?);
        let counts = Arc::new(Counts::of(&mut connection).await?);
        let reads = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(
                SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT),
            )
            .await?;
        let writer = Writer::start(connection, lock, Arc::clone(&counts));
        Ok(Self { path: path.into(), reads, writer, secret, counts })
    }

    /// Ends all work and closes the file.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writer.close().await;
    }

    /// The id of the run with a caller's key. The key cannot be guessed from it.
    #[must_use]
    pub fn push_id(&self, job: &str, key: &[u8]) -> String {
        let hash = blake2_256(&("theriac/push/1", self.secret.0, job, key).encode());
        format!("push-{}", hex::encode(hash.get(..16).unwrap_or_default()))
    }

    /// Identifies the content of a push. The content cannot be guessed from it.
    #[must_use]
    pub fn body(&self, content: &[u8]) -> [u8; 32] {
        blake2_256(&("theriac/body/1", self.secret.0, content).encode())
    }

    /// Whether the file answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.reads).await?;
        Ok(())
    }

    /// The size of its files, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let size = |suffix: &str| {
            let mut path = OsString::from(self.path.as_os_str());
            path.push(suffix);
            std::fs::metadata(path).map_or(0, |file| file.len())
        };
        ["", "-wal", "-shm"].into_iter().map(size).sum()
    }

    /// Makes a change. It is made, and counted, even if the caller goes away meanwhile.
    async fn change(&self, change: Change, now: Timestamp) -> Result<u64, StoreError> {
        match self.writer.change(change, now).await? {
            Done::Rows(rows) => Ok(rows),
            Done::Full => Ok(0),
        }
    }

    /// As if the disk were full beyond so many pages.
    #[cfg(test)]
    pub async fn limit_pages(&self, pages: u32) {
        self.change(Change::LimitPages(pages), 0).await.unwrap();
    }

    /// The runs that have not ended.
    #[must_use]
    pub fn pending(&self) -> Pending {
        let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        let Counts { requested, pushed, pushed_bytes } = &*self.counts;
        Pending { requested: count(requested), pushed: count(pushed), pushed_bytes: count(pushed_bytes) }
    }
}

#[derive(Clone)]
struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Copies the store of a service that may be running, whole and as of one moment, into a new file that only its owner
/// can read.
///
/// # Errors
/// Where the store cannot be read, or the copy exists or cannot be written.
pub async fn backup(store: &Path, copy: &Path) -> Result<(), StoreError> {
    let unopened = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Unopened { path, source }
    };
    std::fs::metadata(store).map_err(unopened(store))?;
    // An empty file, so that nobody else can read what SQLite writes into it.
    files::create_private(copy, b"").map_err(unopened(copy))?;
    let options = SqliteConnectOptions::new().filename(store).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let copied = async {
        let mut connection = options.connect().await?;
        sqlx::query("VACUUM INTO ?").bind(copy.to_string_lossy()).execute(&mut connection).await?;
        connection.close().await
    };
    let copied: Result<(), sqlx::Error> = copied.await;
    if copied.is_err() {
        // Half a copy is none.
        let _ = std::fs::remove_file(copy);
    }
    copied.map_err(StoreError::Database)
}

/// Keeps other services from the file while it is open. SQLite's own lock would also keep backups from reading it.
async fn lock(path: &Path) -> Result<File, StoreError> {
    let mut beside = OsString::from(path);
    beside.push(".lock");
    let locked = tokio::task::spawn_blocking(move || files::lock(Path::new(&beside), BUSY_TIMEOUT)).await;
    let locked = locked.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let unopened = |source| StoreError::Unopened { path: path.to_owned(), source };
    locked.map_err(unopened)?.ok_or_else(|| StoreError::InUse { path: path.to_owned() })
}

/// SQLite's integers are signed.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn bytes32(bytes: &[u8], what: &'static str) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged(what))
}

/// This machine's time, in milliseconds since 1970.
#[must_use]
pub fn now() -> Timestamp {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}
