//! From the chain into the file: in order, each block once, and saying so where blocks cannot be read any more.

use std::pin::pin;
use std::time::{Duration, Instant};

use chain::Error as ChainError;
use futures::stream::{self, BoxStream, StreamExt};
use primitives::AccountId;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::progress::{count, Gap};
use crate::rows::hash;
use crate::source::{BlockRead, Source};
use crate::store::{integer, natural, Index};
use crate::writer::{Change, Cursor};

#[cfg(test)]
mod tests;

/// How blocks are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many blocks are asked for at once.
    pub(crate) ahead: usize,
    /// How many blocks one transaction has at most.
    pub(crate) group: usize,
}

impl Pace {
    pub(crate) const USUAL: Self = Self { ahead: 32, group: 64 };
}

/// The waits between two attempts after a failure: doubled from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// How often it is logged how far a long reading is.
const LOG_EVERY: Duration = Duration::from_secs(10);
/// After how long without a new block the chain is asked whether it is still the same.
const SILENCE: Duration = Duration::from_secs(60);
/// Behind so many blocks, the announcements of each are not waited for.
const FAR_BEHIND: u64 = 16;

impl Index {
    /// Reads finalised blocks from where it stopped, or from the deployment's first, and goes on until it is stopped. Only
    /// one task may do it. Dropping it is as good as stopping it.
    ///
    /// A node or a disk that fails is tried again. Gaps of earlier times are filled where this node has their blocks.
    ///
    /// # Errors
    /// What does not pass by itself: [`Error::NeedsArchive`] at the first indexing, [`Error::OtherChain`],
    /// [`Error::OtherDeployment`], [`Error::Followed`], [`Error::Closed`].
    pub async fn follow<S: Source>(&self, source: &S, stop: &CancellationToken) -> Result<(), Error> {
        if source.genesis() != self.inner.origin.genesis {
            let (expected, found) = (self.inner.origin.genesis, source.genesis());
            return Err(Error::OtherChain { number: 0, expected, found });
        }
        let mut wait = BACKOFF.0;
        loop {
            let mut reader = Reader::new(self, source, Pace::USUAL);
            let ended = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                ended = reader.run() => ended,
            };
            // It never ends well.
            let Err(error) = ended else { continue };
            if !error.may_pass() {
                return Err(error);
            }
            // Whatever was read since shows that it is not the same failure again.
            if reader.got_on {
                wait = BACKOFF.0;
            }
            count(&self.inner.shared.counters.failures, 1);
            tracing::warn!("the history is not read on: {error}; the next attempt is in {wait:?}");
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
            wait = wait.saturating_mul(2).min(BACKOFF.1);
        }
    }
}

/// One attempt, until something fails.
pub(crate) struct Reader<'a, S> {
    index: &'a Index,
    source: &'a S,
    pace: Pace,
    contracts: Vec<AccountId>,
    /// Whether anything was read.
    got_on: bool,
    logged: Instant,
}

impl<'a, S: Source> Reader<'a, S> {
    pub(crate) fn new(index: &'a Index, source: &'a S, pace: Pace) -> Self {
        let contracts = index.inner.origin.contracts.addresses();
        Self { index, source, pace, contracts, got_on: false, logged: Instant::now() }
    }

    async fn run(&mut self) -> Result<(), Error> {
        self.check_chain().await?;
        let (mut cursor, _) = self.catch_up().await?;
        self.fill().await?;
        tracing::info!(next = cursor.next, "the history is read up to the last finalised block");
        let mut announced: Option<BoxStream<'a, _>> = None;
        loop {
            let stream = announced.get_or_insert_with(|| self.source.announced(cursor.next));
            match tokio::time::timeout(SILENCE, stream.next()).await {
                Ok(Some(block)) => {
                    if block?.number < cursor.next {
                        continue;
                    }
                }
                Ok(None) => announced = None,
                // A chain that began anew at the same address is far behind, and would announce nothing for long.
                Err(_) => self.check_chain().await?,
            }
            let was = cursor.next;
            let (reached, _) = self.catch_up().await?;
            cursor = reached;
            if cursor.next.saturating_sub(was) > FAR_BEHIND {
                announced = None;
            }
        }
    }

    /// Whether the node has the chain whose events are in the file: by the newest block that both have.
    pub(crate) async fn check_chain(&self) -> Result<(), Error> {
        let head = self.source.head().await?;
        let known: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT number, hash FROM blocks WHERE number <= $1 ORDER BY number DESC LIMIT 1")
                .bind(integer(head.number))
                .fetch_optional(&self.index.inner.reads)
                .await?;
        let Some((number, bytes)) = known else { return Ok(()) };
        let (number, expected) = (natural(number, "block")?, hash(&bytes, "hash")?);
        match self.source.block(number).await? {
            Some(found) if found.hash != expected => {
                Err(Error::OtherChain { number, expected, found: found.hash })
            }
            // A node that drops blocks, too, does not know.
            Some(_) | None => Ok(()),
        }
    }

    /// Reads up to the last finalised block. Gives where it is then, and that block.
    pub(crate) async fn catch_up(&mut self) -> Result<(Cursor, u64), Error> {
        let head = self.source.head().await?.number;
        self.index.inner.shared.progress.send_modify(|progress| progress.head = Some(head));
        let mut cursor = self.index.inner.writer.cursor().await?;
        while cursor.next <= head {
            let range = Gap { first: cursor.next, last: head };
            cursor = match self.read(range, cursor, Change::Append).await? {
                Read::All(cursor) => cursor,
                Read::Until(cursor) => self.skip(cursor, head).await?,
            };
        }
        Ok((cursor, head))
    }

    /// Reads the blocks of gaps that this node has.
    pub(crate) async fn fill(&mut self) -> Result<(), Error> {
        let gaps = self.index.inner.shared.progress.borrow().gaps.clone();
        for gap in gaps {
            let cursor = self.index.inner.writer.cursor().await?;
            let before = Cursor { next: gap.first, tip: None, ..cursor };
            match self.read(gap, before, Change::Fill).await? {
                Read::All(_) => {
                    tracing::info!(first = gap.first, last = gap.last, "a gap in the history is filled");
                }
                Read::Until(_) => {
                    tracing::info!("{gap}: this node does not have them, either");
                }
            }
        }
        Ok(())
    }

    /// Reads blocks, many at once, and stores them in their order.
    async fn read(
        &mut self,
        range: Gap,
        from: Cursor,
        change: impl Fn(Vec<BlockRead>) -> Change,
    ) -> Result<Read, Error> {
        let (source, contracts) = (self.source, self.contracts.clone());
        let reads = stream::iter(range.first..=range.last)
            .map(|number| source.read(number, &contracts))
            .buffered(self.pace.ahead)
            .ready_chunks(self.pace.group);
        let mut reads = pin!(reads);
        let (mut next, mut tip, mut cursor) = (range.first, from.tip, from);
        while let Some(reads) = reads.next().await {
            let (mut blocks, mut failure) = (Vec::new(), None);
            for read in reads {
                match read {
                    Ok(read) => {
                        // Blocks of two chains are not mixed, whatever node answers.
                        let expected = tip.filter(|tip| *tip != read.parent);
                        if let (Some(expected), Some(number)) = (expected, next.checked_sub(1)) {
                            failure = Some(Error::OtherChain { number, expected, found: read.parent });
                            break;
                        }
                        (next, tip) = (next.saturating_add(1), Some(read.block.hash));
                        blocks.push(read);
                    }
                    Err(error) => {
                        failure = Some(error.into());
                        break;
                    }
                }
            }
            if !blocks.is_empty() {
                cursor = self.index.inner.writer.change(change(blocks)).await?;
                self.got_on = true;
                self.log(next, range.last);
            }
            match failure {
                None => {}
                Some(Error::Chain(ChainError::StatePruned { .. })) => return Ok(Read::Until(cursor)),
                Some(error) => return Err(error),
            }
        }
        Ok(Read::All(cursor))
    }

    /// Goes on with the oldest block that the node still has.
    async fn skip(&mut self, cursor: Cursor, head: u64) -> Result<Cursor, Error> {
        let oldest = self.oldest(cursor.next, head).await?;
        let gaps = self.index.inner.shared.progress.borrow().gaps.len();
        let Cursor { first, next, tip } = cursor;
        if (next, tip, gaps) == (first, None, 0) {
            return Err(Error::NeedsArchive { first, oldest });
        }
        let Some(last) = oldest.checked_sub(1).filter(|last| *last >= next) else { return Ok(cursor) };
        let gap = Gap { first: next, last };
        tracing::warn!("{gap}: the node has no state of them any more; an archive node fills the gap");
        self.index.inner.writer.change(Change::Skip(gap)).await
    }

    /// The first block after one that the node does not have which it has, by bisection: a node drops the oldest first.
    async fn oldest(&self, missing: u64, head: u64) -> Result<u64, Error> {
        let (mut missing, mut there) = (missing, head);
        if !self.has(there).await? {
            return Err(ChainError::StatePruned { block: there }.into());
        }
        while there.saturating_sub(missing) > 1 {
            let middle = missing.midpoint(there);
            if self.has(middle).await? {
                there = middle;
            } else {
                missing = middle;
            }
        }
        Ok(there)
    }

    async fn has(&self, number: u64) -> Result<bool, Error> {
        match self.source.read(number, &self.contracts).await {
            Ok(_) => Ok(true),
            Err(ChainError::StatePruned { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn log(&mut self, next: u64, last: u64) {
        if self.logged.elapsed() >= LOG_EVERY {
            self.logged = Instant::now();
            tracing::info!(next, last, "reading the history");
        }
    }
}

/// How far the reading of a range came.
enum Read {
    /// To its end.
    All(Cursor),
    /// To the first block that the node does not have any more.
    Until(Cursor),
}
