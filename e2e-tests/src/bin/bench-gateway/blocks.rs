//! A chain on which nothing happens, and one with a new block every second.

use std::fmt;
use std::time::Duration;

use testkit::Failure;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::counter::Counter;

/// How often a block is made.
const STEP: Duration = Duration::from_secs(1);

/// What happens on chain meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Nothing: all answers are about one block.
    Quiet,
    /// A block a second, final at once: what was read of the one before is of no use.
    Busy,
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quiet => "no blocks",
            Self::Busy => "a block a second",
        })
    }
}

/// Blocks that are being made.
pub struct Blocks {
    stop: CancellationToken,
    task: Option<JoinHandle<Result<u32, Failure>>>,
}

/// Makes one block, so that nothing that was read before is of use; and one every second, on a busy chain.
pub async fn make(counter: &Counter, chain: Chain) -> Result<Blocks, Failure> {
    let (payer, payee) = (counter.bystander.clone(), counter.contracts.access.address);
    payer.transfer(payee, 1_000_000_000).await?;
    let stop = CancellationToken::new();
    if chain == Chain::Quiet {
        return Ok(Blocks { stop, task: None });
    }
    let stopped = stop.clone();
    let task = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(STEP);
        let mut made = 0;
        loop {
            tokio::select! {
                () = stopped.cancelled() => return Ok(made),
                _ = ticks.tick() => {
                    payer.transfer(payee, 1_000_000_000).await?;
                    made += 1;
                }
            }
        }
    });
    Ok(Blocks { stop, task: Some(task) })
}

impl Blocks {
    /// Makes no more, and returns how many there were.
    pub async fn end(self) -> Result<u32, Failure> {
        self.stop.cancel();
        match self.task {
            Some(task) => task.await?,
            None => Ok(0),
        }
    }
}

/// Fails where a busy chain was not.
pub fn check(chain: Chain, made: u32, long: Duration) -> Result<(), Failure> {
    match chain {
        Chain::Busy if u64::from(made) * 2 < long.as_secs() => {
            Err(format!("only {made} blocks were made in {} s", long.as_secs()).into())
        }
        _ => Ok(()),
    }
}
