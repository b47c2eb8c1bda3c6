//! The newest blocks, asked for once by all who judge at the same moment.

use std::time::{Duration, Instant};

use chain::{Chain, Heads};
use tokio::sync::Mutex;

/// How long the heads are taken for the newest: far less than the fastest chains need for a block that anybody has seen.
const MOMENT: Duration = Duration::from_millis(20);

/// The last finalised block and the best one of a chain.
#[derive(Debug)]
pub(crate) struct Newest {
    chain: Chain,
    last: Mutex<Option<(Instant, Heads)>>,
}

impl Newest {
    pub(crate) fn new(chain: Chain) -> Self {
        Self { chain, last: Mutex::default() }
    }

    /// The heads, as the node knew them a moment ago. Whoever comes while the node is asked waits for its answer.
    pub(crate) async fn heads(&self) -> Result<Heads, chain::Error> {
        let mut last = self.last.lock().await;
        if let Some((asked, heads)) = *last {
            if asked.elapsed() < MOMENT {
                return Ok(heads);
            }
        }
        let asked = Instant::now();
        let heads = self.chain.heads().await?;
        *last = Some((asked, heads));
        Ok(heads)
    }
}
