//! Books packs for tills: dispensed, decommissioned, undone; once for each key of idempotency.
//!
//! The gateway signs only with accounts that an organisation limited to this task and to the till's site, and looks at that
//! before each booking. A booking goes on whatever becomes of the client that asked for it. What it came to is kept, and
//! given again for the same key; where that is open, because the chain did not answer, the same key tries again, and the
//! chain does nothing twice.

mod book;
mod signer;
mod store;
mod till;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chain::{Chain, Contracts};
use primitives::blake2_256;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::config::TillConfig;
use crate::http::Gateway;
use crate::register::Unanswered;
use store::Store;
pub(crate) use till::Till;
pub use till::TillError;

/// How long the end waits for bookings under way.
const END: Duration = Duration::from_secs(15);

/// Why the tills cannot work.
#[derive(Debug, thiserror::Error)]
pub enum PacksError {
    /// A till's account.
    #[error(transparent)]
    Till(#[from] TillError),
    /// The store.
    #[error("{path} cannot be used: {error}; check the folder, its permissions and the room on the disk", path = .path.display())]
    Store {
        /// The file.
        path: std::path::PathBuf,
        /// What SQLite says.
        error: sqlx::Error,
    },
}

/// What becomes of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    Dispense,
    Destroy,
    Stolen,
    Sample,
    Export,
    Undo,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dispense => "dispense",
            Self::Destroy => "destroy",
            Self::Stolen => "stolen",
            Self::Sample => "sample",
            Self::Export => "export",
            Self::Undo => "undo",
        }
    }
}

/// What a till asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) action: Action,
    /// The codes as scanned.
    pub(crate) codes: Vec<String>,
    /// When it was done, in milliseconds since 1970 UTC, where that was offline.
    #[serde(default)]
    pub(crate) done_at: Option<u64>,
    /// Whether each pack was scanned twice with the same result: only then a serial that is not in its batch's list is sent,
    /// which raises an alarm.
    #[serde(default)]
    pub(crate) scanned_twice: bool,
}

/// What became of an order.
pub(crate) enum Booked {
    /// The answer, now or from the first time.
    Answer(Value),
    /// It is under way.
    UnderWay,
    /// The key was used for another order.
    OtherOrder,
    /// The register is out of reach: nothing was done.
    Unanswered(Unanswered),
    /// The account is not limited as it has to be, any more.
    Till(TillError),
    /// The store failed, before anything was done.
    Failed,
}

type Running = (String, String);

/// The tills and their bookings.
pub(crate) struct Packs {
    tills: BTreeMap<String, Arc<Till>>,
    store: Store,
    running: Mutex<HashSet<Running>>,
    ended: Notify,
    tasks: TaskTracker,
}

impl Packs {
    /// Opens the store, and makes the tills' accounts ready.
    pub(crate) async fn open(
        path: &Path,
        tills: &[TillConfig],
        chain: &Chain,
        contracts: &Contracts,
    ) -> Result<Self, PacksError> {
        let tills = Till::all(tills, chain, contracts).await?;
        let failed = |error| PacksError::Store { path: path.to_owned(), error };
        let store = Store::open(path).await.map_err(failed)?;
        let tasks = TaskTracker::new();
        Ok(Self { tills, store, running: Mutex::default(), ended: Notify::new(), tasks })
    }

    /// Whether all tills could work.
    pub(crate) async fn check(
        tills: &[TillConfig],
        chain: &Chain,
        contracts: &Contracts,
    ) -> Result<(), PacksError> {
        Till::all(tills, chain, contracts).await?;
        Ok(())
    }

    /// How many tills there are.
    pub(crate) fn tills(&self) -> usize {
        self.tills.len()
    }

    /// The till of a token.
    pub(crate) fn till(&self, token: &str) -> Option<Arc<Till>> {
        self.tills.get(token).cloned()
    }

    /// What became of an order before.
    pub(crate) async fn found(&self, till: &str, key: &str) -> Result<Option<Option<Value>>, sqlx::Error> {
        Ok(self.store.find(till, key).await?.map(|found| found.answer))
    }

    /// Books an order, or says what became of it the first time. It goes on when this is dropped.
    pub(crate) async fn book(
        gateway: &Arc<Gateway>,
        till: &Arc<Till>,
        key: &str,
        order: Order,
        body: &[u8],
    ) -> Booked {
        let packs = &gateway.packs;
        let running = (till.token.clone(), key.to_owned());
        let hash = blake2_256(body);
        loop {
            // Before the store is asked, so that no end is missed.
            let ended = packs.ended.notified();
            let again = match packs.store.find(&running.0, key).await {
                Ok(Some(found)) if found.order != hash => return Booked::OtherOrder,
                Ok(Some(store::Found { answer: Some(answer), .. })) => return Booked::Answer(answer),
                Ok(found) => found.is_some(),
                Err(error) => return failed(&error),
            };
            if packs.running().insert(running.clone()) {
                return packs.begin(gateway, till, running, order, hash, again).await;
            }
            // The same order is being booked for an earlier request: its answer is this one's.
            ended.await;
        }
    }

    async fn begin(
        &self,
        gateway: &Arc<Gateway>,
        till: &Arc<Till>,
        running: Running,
        order: Order,
        hash: [u8; 32],
        again: bool,
    ) -> Booked {
        let (gateway, till) = (gateway.clone(), till.clone());
        let task = self.tasks.spawn(async move {
            let booked = book_and_keep(&gateway, &till, &running, &order, hash, again).await;
            let packs = &gateway.packs;
            packs.running().remove(&running);
            packs.ended.notify_waiters();
            booked
        });
        task.await.unwrap_or(Booked::Failed)
    }

    /// Waits for bookings under way. What is not over by then is open, and the same key tries again.
    pub(crate) async fn end(&self) {
        self.tasks.close();
        if tokio::time::timeout(END, self.tasks.wait()).await.is_err() {
            tracing::warn!("some bookings are open; their tills ask again with the same keys");
        }
        self.store.close().await;
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashSet<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn book_and_keep(
    gateway: &Gateway,
    till: &Till,
    (token, key): &Running,
    order: &Order,
    hash: [u8; 32],
    again: bool,
) -> Booked {
    let store = &gateway.packs.store;
    // Before anything is sent it is known that it may be: a crash then is not forgotten.
    if let Err(error) = store.begin(token, key, hash).await {
        return failed(&error);
    }
    let outcome = match book::order(gateway, till, order, again).await {
        Ok(outcome) => outcome,
        Err(refused) => {
            if !again {
                let _ = store.forget(token, key).await;
            }
            return match refused {
                book::Refused::Unanswered(unanswered) => Booked::Unanswered(unanswered),
                book::Refused::Till(error) => Booked::Till(error),
            };
        }
    };
    let answer = outcome.answer();
    if outcome.is_open() {
        return Booked::UnderWay;
    }
    if let Err(error) = store.end(token, key, &answer).await {
        // It is done all the same, and the same key will find it done.
        tracing::error!(%error, "what came of a booking could not be kept");
    }
    Booked::Answer(answer)
}

fn failed(error: &sqlx::Error) -> Booked {
    tracing::error!(%error, "the store of bookings failed");
    Booked::Failed
}
