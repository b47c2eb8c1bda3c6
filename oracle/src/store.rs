//! The state that must survive a crash: subjects, runs, and the cursor of the chain. One SQLite file.
//!
//! Every change is in one transaction, which it may share with others, and survives a crash of this process once its
//! method returns. State that cannot be recovered from the chain survives a power failure too: see [`Commit`]. Only one
//! process may open the file.

mod drift;
mod group;
mod runs;
mod subjects;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use primitives::{blake2_256, AccountId, Timestamp};
use scale::Encode;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqlitePool,
    SqlitePoolOptions,
};
use sqlx::{Row, Sqlite};

pub use drift::Seen;
use group::Queue;
pub use runs::{Due, NewRun, Run, State, Taken};
pub use subjects::Registration;

/// Time to wait until another process releases the file: a restart overlaps with the end of the last one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

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
    /// SQLite failed: locked, full, or damaged.
    #[error("the store failed: {0}; check that only one oracle uses it, the free space, and the disk")]
    Database(#[from] sqlx::Error),
    /// The schema is newer than this program, or damaged.
    #[error("the store's schema cannot be used: {0}; use the program that wrote it, or a newer one")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A row that this program did not write.
    #[error("the store has a {0} that cannot be read; restore a backup, or start with a new file")]
    Damaged(&'static str),
}

/// The failure that a change must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commit {
    /// A power failure: for confirmations to callers, and for reports before they are sent. Waits for the disk.
    Durable,
    /// A crash of this process. After a power failure, blocks are read again from the chain, and the chain is asked for
    /// reports.
    Soon,
}

/// The open file.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    secret: Secret,
    /// Whether a commit waits for the disk.
    waits: Arc<AtomicBool>,
    queue: Queue,
    /// The number of runs that have not ended.
    pending: Arc<AtomicU64>,
}

impl Store {
    /// Opens the file, or makes it, for one deployment: the chain's genesis hash and the `feeds` contract.
    pub async fn open(path: &Path, genesis: [u8; 32], contract: AccountId) -> Result<Self, StoreError> {
        create_private(path).map_err(|source| StoreError::Unopened { path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Deleted data are overwritten.
            .pragma("secure_delete", "ON")
            .locking_mode(SqliteLockingMode::Exclusive)
            .busy_timeout(BUSY_TIMEOUT);
        // The lock belongs to a connection: there is only one, and it stays open.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        let owner: &[u8] = contract.as_ref();
        sqlx::query(
            "INSERT INTO deployment (only, genesis, contract, secret) VALUES (1, ?, ?, randomblob(32)) \
             ON CONFLICT DO NOTHING",
        )
        .bind(genesis.as_slice())
        .bind(owner)
        .execute(&pool)
        .await?;
        let row = sqlx::query("SELECT genesis, contract, secret FROM deployment").fetch_one(&pool).await?;
        if row.try_get::<&[u8], _>(0)? != genesis || row.try_get::<&[u8], _>(1)? != owner {
            pool.close().await;
            return Err(StoreError::OtherDeployment { path: path.to_owned() });
        }
        let secret = Secret(bytes32(row.try_get(2)?, "secret")?);
        let pending: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM runs WHERE state NOT IN ('finalised', 'failed', 'abstained')",
        )
        .fetch_one(&pool)
        .await?;
        let pending = u64::try_from(pending).map_err(|_| StoreError::Damaged("count"))?;
        let pending = Arc::new(AtomicU64::new(pending));
        Ok(Self { pool, secret, waits: Arc::default(), queue: Queue::default(), pending })
    }

    /// Ends all work and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The id of the run with a caller's key. The key cannot be guessed from it.
    #[must_use]
    pub fn push_id(&self, job: &str, key: &[u8]) -> String {
        let hash = blake2_256(&("theriac/push/1", self.secret.0, job, key).encode());
        format!("push-{}", hex::encode(hash.get(..16).unwrap_or_default()))
    }

    /// Whether the file answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// The connection, for a change that must survive this failure.
    async fn connection(&self, commit: Commit) -> Result<PoolConnection<Sqlite>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        self.wait_for(&mut connection, commit).await?;
        Ok(connection)
    }

    /// Lets commits wait for the disk, or not.
    async fn wait_for(&self, connection: &mut SqliteConnection, commit: Commit) -> Result<(), StoreError> {
        // The holder of the only connection is alone. `waits` is true only if it is certain, so a cancelled change
        // costs time, never durability.
        match commit {
            Commit::Durable if !self.waits.load(Ordering::Relaxed) => {
                sqlx::query("PRAGMA synchronous = FULL").execute(connection).await?;
                self.waits.store(true, Ordering::Relaxed);
            }
            Commit::Soon if self.waits.swap(false, Ordering::Relaxed) => {
                sqlx::query("PRAGMA synchronous = NORMAL").execute(connection).await?;
            }
            Commit::Durable | Commit::Soon => {}
        }
        Ok(())
    }

    /// The number of runs that have not ended.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Counts runs that began and ended.
    fn count(&self, new: u64, ended: u64) {
        self.pending.fetch_add(new, Ordering::Relaxed);
        self.pending.fetch_sub(ended, Ordering::Relaxed);
    }

    /// The last finalised block whose requests are all in the store.
    pub async fn cursor(&self) -> Result<Option<u64>, StoreError> {
        let cursor: Option<i64> =
            sqlx::query_scalar("SELECT cursor FROM deployment").fetch_one(&self.pool).await?;
        cursor.map(|cursor| u64::try_from(cursor).map_err(|_| StoreError::Damaged("cursor"))).transpose()
    }
}

#[derive(Clone)]
struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The file identifies patients: only its owner may read it. SQLite gives its side files the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
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
