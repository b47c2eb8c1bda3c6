use std::path::PathBuf;

use chain::Hash;

/// Why the index failed: the cause, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be created or opened.
    #[error("{path} cannot be opened: {source}; check the path, its permissions and the free space", path = path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Another process uses the file.
    #[error("{path} is in use by another gateway; stop that one first, or give this one its own file", path = path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file has the events of another chain, or of other contracts.
    #[error(
        "{path} has the history of another deployment, or from another block on; give each deployment its own file, or delete \
         this one: it can be made anew from an archive node", path = path.display()
    )]
    OtherDeployment {
        /// The file.
        path: PathBuf,
    },
    /// The node's chain is not the one whose events are here, though both begin with the same block.
    #[error(
        "the node has the block {found:?} where the history has {expected:?}, at height {number}: the chain is another one, or \
         began anew; connect to the chain of this history, or delete its file"
    )]
    OtherChain {
        /// The height.
        number: u64,
        /// The hash that is expected there.
        expected: Hash,
        /// The node's.
        found: Hash,
    },
    /// The first indexing began at a node that does not have the first blocks of the deployment any more.
    #[error(
        "the history begins with block {first}, and the node has no events before block {oldest}: the first indexing needs an \
         archive node (--state-pruning archive); connect to one until the history is there, then to any"
    )]
    NeedsArchive {
        /// The first block of the deployment.
        first: u64,
        /// The first block whose events the node still has.
        oldest: u64,
    },
    /// Somebody else follows the chain with the same index.
    #[error("two tasks write this history; let one follow the chain")]
    Followed,
    /// The file is closed.
    #[error("the history is closed; start the service again")]
    Closed,
    /// SQLite failed: the disk is full, or the file is damaged.
    #[error("the history's file failed: {0}; check the free space and the disk")]
    Database(#[from] sqlx::Error),
    /// The schema is newer than this program, or damaged.
    #[error(
        "the schema of the history's file cannot be used: {0}; use the program that wrote it, or a newer one"
    )]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A row that this program did not write.
    #[error("the history has a {0} that cannot be read; delete its file: it can be made anew from an archive node")]
    Damaged(&'static str),
    /// The chain gives no answer.
    #[error(transparent)]
    Chain(#[from] chain::Error),
}

impl Error {
    /// Whether the same may work later without anybody's help: the node or the disk may come back.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Chain(chain::Error::WrongChain { .. }) => false,
            Self::Chain(_) | Self::Database(_) => true,
            Self::Unopened { .. }
            | Self::InUse { .. }
            | Self::OtherDeployment { .. }
            | Self::OtherChain { .. }
            | Self::NeedsArchive { .. }
            | Self::Followed
            | Self::Closed
            | Self::Schema(_)
            | Self::Damaged(_) => false,
        }
    }
}
