//! The one task that writes.
//!
//! It alone has the connection for changes, and nobody cancels it: a transaction that was begun always ends. Whoever asked
//! for a change and goes away meanwhile only does not learn what became of it.

use std::fs::File;
use std::sync::Arc;

use chain::{Contracts, Hash};
use sqlx::{Connection, Row, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::progress::{count, Gap};
use crate::rows::{hash, insert, Stored};
use crate::source::BlockRead;
use crate::store::{integer, load_gaps, natural, Shared};

/// How many changes may wait: there is one that follows the chain.
const MAX_WAITING: usize = 4;

/// Where reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The first block that counts.
    pub(crate) first: u64,
    /// The next one to read.
    pub(crate) next: u64,
    /// The hash of the one before it. `None` where that was not read.
    pub(crate) tip: Option<Hash>,
}

impl Cursor {
    pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Self, Error> {
        let row = sqlx::query("SELECT first, next, tip FROM deployment").fetch_one(connection).await?;
        let tip = row.try_get::<Option<&[u8]>, _>(2)?.map(|bytes| hash(bytes, "tip")).transpose()?;
        let (first, next) = (natural(row.try_get(0)?, "block")?, natural(row.try_get(1)?, "block")?);
        Ok(Self { first, next, tip })
    }
}

/// A change, which is made as a whole or not at all.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// These blocks were read, one behind the other; the first is the next one to read.
    Append(Vec<BlockRead>),
    /// The blocks from the next one on cannot be read, up to this one.
    Skip(Gap),
    /// These blocks of a gap were read, one behind the other; the first is the gap's first.
    Fill(Vec<BlockRead>),
}

enum Order {
    Load(oneshot::Sender<Result<Cursor, Error>>),
    Change(Change, oneshot::Sender<Result<Cursor, Error>>),
    /// As if the disk were full beyond so many pages.
    #[cfg(test)]
    LimitPages(u32, oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

/// The way to the task that writes. It ends, and closes the file, when the last of these is gone.
#[derive(Clone, Debug)]
pub(crate) struct Writer(mpsc::Sender<Order>);

impl Writer {
    /// `lock` keeps other processes from writing until the connection is closed.
    pub(crate) fn start(
        connection: SqliteConnection,
        lock: File,
        contracts: Contracts,
        shared: Arc<Shared>,
    ) -> Self {
        let (orders, taken) = mpsc::channel(MAX_WAITING);
        tokio::spawn(Task { connection, contracts, shared }.work(taken, lock));
        Self(orders)
    }

    /// Where reading goes on, after all changes before.
    pub(crate) async fn cursor(&self) -> Result<Cursor, Error> {
        self.order(Order::Load).await?
    }

    /// Makes a change. It is made even if the caller does not wait for it.
    pub(crate) async fn change(&self, change: Change) -> Result<Cursor, Error> {
        self.order(|reply| Order::Change(change, reply)).await?
    }

    /// Ends after all changes before.
    pub(crate) async fn close(&self) {
        // Closed already is fine.
        let _ = self.order(Order::Close).await;
    }

    #[cfg(test)]
    pub(crate) async fn limit_pages(&self, pages: u32) {
        self.order(|reply| Order::LimitPages(pages, reply)).await.unwrap();
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, Error> {
        let (reply, done) = oneshot::channel();
        self.0.send(order(reply)).await.map_err(|_| Error::Closed)?;
        done.await.map_err(|_| Error::Closed)
    }
}

struct Task {
    connection: SqliteConnection,
    contracts: Contracts,
    shared: Arc<Shared>,
}

impl Task {
    async fn work(mut self, mut taken: mpsc::Receiver<Order>, lock: File) {
        let mut closing = None;
        while let Some(order) = taken.recv().await {
            match order {
                Order::Load(reply) => {
                    let _ = reply.send(Cursor::load(&mut self.connection).await);
                }
                Order::Change(change, reply) => {
                    let _ = reply.send(self.make(&change).await);
                }
                #[cfg(test)]
                Order::LimitPages(pages, reply) => {
                    let pragma = format!("PRAGMA max_page_count = {pages}");
                    sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(&mut self.connection).await.unwrap();
                    let _ = reply.send(());
                }
                Order::Close(reply) => {
                    closing = Some(reply);
                    break;
                }
            }
        }
        // The connection first: whoever gets the lock then finds the file closed.
        if let Err(error) = self.connection.close().await {
            tracing::warn!("the history's file was not closed: {error}");
        }
        drop(lock);
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    /// Makes a change in one transaction, and makes known what came of it.
    async fn make(&mut self, change: &Change) -> Result<Cursor, Error> {
        let mut transaction = self.connection.begin().await?;
        let stored = match change {
            Change::Append(blocks) => append(&mut transaction, blocks, &self.contracts).await?,
            Change::Skip(gap) => skip(&mut transaction, *gap).await?,
            Change::Fill(blocks) => fill(&mut transaction, blocks, &self.contracts).await?,
        };
        let cursor = Cursor::load(&mut transaction).await?;
        let gaps = load_gaps(&mut transaction).await?;
        transaction.commit().await?;
        let counters = &self.shared.counters;
        count(&counters.blocks, stored.blocks);
        count(&counters.events, stored.events);
        count(&counters.unknown, stored.unknown);
        self.shared.progress.send_modify(|progress| {
            progress.next = cursor.next;
            progress.gaps = gaps;
        });
        Ok(cursor)
    }
}

async fn append(
    connection: &mut SqliteConnection,
    blocks: &[BlockRead],
    contracts: &Contracts,
) -> Result<Stored, Error> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(Stored::default()) };
    if Cursor::load(connection).await?.next != first.block.number {
        return Err(Error::Followed);
    }
    let stored = insert(connection, blocks, contracts).await?;
    advance(connection, last.block.number, Some(last.block.hash)).await?;
    Ok(stored)
}

/// Everything up to a block is read, or will never be.
async fn advance(connection: &mut SqliteConnection, last: u64, tip: Option<Hash>) -> Result<(), Error> {
    sqlx::query("UPDATE deployment SET next = $1, tip = $2")
        .bind(integer(last.saturating_add(1)))
        .bind(tip.as_ref().map(|tip| tip.0.as_slice()))
        .execute(connection)
        .await?;
    Ok(())
}

async fn skip(connection: &mut SqliteConnection, gap: Gap) -> Result<Stored, Error> {
    if Cursor::load(connection).await?.next != gap.first {
        return Err(Error::Followed);
    }
    // A node that drops states faster than they are read makes one gap longer, and not many.
    let longer = sqlx::query("UPDATE gaps SET last = $1 WHERE last = $2")
        .bind(integer(gap.last))
        .bind(integer(gap.first).saturating_sub(1))
        .execute(&mut *connection)
        .await?;
    if longer.rows_affected() == 0 {
        sqlx::query("INSERT INTO gaps (first, last) VALUES ($1, $2)")
            .bind(integer(gap.first))
            .bind(integer(gap.last))
            .execute(&mut *connection)
            .await?;
    }
    advance(connection, gap.last, None).await?;
    Ok(Stored::default())
}

async fn fill(
    connection: &mut SqliteConnection,
    blocks: &[BlockRead],
    contracts: &Contracts,
) -> Result<Stored, Error> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(Stored::default()) };
    let gap = sqlx::query("DELETE FROM gaps WHERE first = $1 RETURNING last")
        .bind(integer(first.block.number))
        .fetch_optional(&mut *connection)
        .await?;
    let gap_last: i64 = gap.ok_or(Error::Followed)?.try_get(0)?;
    let rest = integer(last.block.number).saturating_add(1);
    if rest <= gap_last {
        sqlx::query("INSERT INTO gaps (first, last) VALUES ($1, $2)")
            .bind(rest)
            .bind(gap_last)
            .execute(&mut *connection)
            .await?;
    }
    insert(connection, blocks, contracts).await
}
