//! The newest blocks, asked for once by all who judge at the same moment.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use chain::{Block, Chain, Heads};
use tokio::sync::Mutex;

use crate::register::Unanswered;

/// How long the heads are taken for the newest: far less than the fastest chains need for a block that anybody has seen.
const MOMENT: Duration = Duration::from_millis(20);

/// The last finalised block and the best one of a chain.
#[derive(Debug)]
pub(crate) struct Newest {
    chain: Chain,
    known: Mutex<Known>,
    /// The newest block at which somebody was answered.
    answered: std::sync::Mutex<Option<Block>>,
}

#[derive(Debug, Default)]
struct Known {
    last: Option<(Instant, Heads)>,
    /// How often the connection was made anew when the node was last held against what it had said before.
    reconnections: u64,
}

impl Newest {
    pub(crate) fn new(chain: Chain) -> Self {
        Self { chain, known: Mutex::default(), answered: std::sync::Mutex::default() }
    }

    /// The heads, as the node knew them a moment ago. Whoever comes while the node is asked waits for its answer.
    pub(crate) async fn heads(&self) -> Result<Heads, Unanswered> {
        let mut known = self.known.lock().await;
        if let Some((asked, heads)) = known.last {
            if asked.elapsed() < MOMENT {
                return Ok(heads);
            }
        }
        let asked = Instant::now();
        let heads = self.chain.heads().await?;
        let reconnections = self.chain.reconnections();
        if reconnections != known.reconnections {
            // Perhaps these heads are still those of the node before; the next who asks gets none of them.
            known.last = None;
            self.goes_on().await?;
            known.reconnections = reconnections;
            let heads = self.chain.heads().await?;
            known.last = Some((asked, heads));
            return Ok(heads);
        }
        known.last = Some((asked, heads));
        Ok(heads)
    }

    /// Notes that somebody is answered at this finalised block.
    pub(crate) fn answered(&self, block: Block) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.is_none_or(|before| before.number < block.number) {
            *answered = Some(block);
        }
    }

    /// Whether the node behind a new connection goes on with the chain of the one before. One that was set up anew, or from
    /// an old copy, would say what was true long ago: a recalled batch would be called genuine.
    async fn goes_on(&self) -> Result<(), Unanswered> {
        let before = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = before else { return Ok(()) };
        let now = self.chain.finalised_head().await?;
        let same = match now.number < before.number {
            true => None,
            false => self.chain.finalised_block(before.number).await?,
        };
        follows(before, now, same)
    }
}

/// Whether a node with the finalised block `now`, and `same` at the height of `before`, has what was final before.
fn follows(before: Block, now: Block, same: Option<Block>) -> Result<(), Unanswered> {
    if now.number < before.number {
        return Err(Unanswered::Behind { found: now.number, before: before.number });
    }
    match same {
        Some(same) if same.hash == before.hash => Ok(()),
        _ => Err(Unanswered::OtherChain { number: before.number }),
    }
}

#[cfg(test)]
mod tests {
    use chain::Hash;

    use super::*;

    fn block(number: u64, fork: u8) -> Block {
        Block { number, hash: Hash::from([fork; 32]) }
    }

    #[test]
    fn a_node_that_is_behind_or_on_another_chain_does_not_go_on() {
        let before = block(7, 1);
        assert!(follows(before, before, Some(before)).is_ok());
        assert!(follows(before, block(9, 3), Some(before)).is_ok());
        let behind = follows(before, block(6, 1), None).unwrap_err().to_string();
        assert_eq!(
            behind,
            "the node has finalised block 6, and block 7 was final before; wait until it has caught up"
        );
        let other = "block 7 is another one than was final before: the node is on another chain; connect to the right one";
        assert_eq!(follows(before, block(9, 3), Some(block(7, 2))).unwrap_err().to_string(), other);
        assert_eq!(follows(before, block(9, 3), None).unwrap_err().to_string(), other);
    }
}
