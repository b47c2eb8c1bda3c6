//! What the manufacturers' lists show of a pack's serial.

use std::sync::Arc;

use chain::batches::Batches;
use chain::AccountId;
use gs1::MedicinePack;
use primitives::BatchId;
use serials::{Lists, Registered};
use view::judge::{Evidence, Given, Proves};
use view::Reads;

use crate::register::{Pinned, Unanswered};

/// Said where a batch has serials and there is no list of them here: it is no suspicion of the pack.
pub(crate) const NO_LIST: &str = "the manufacturer has not given this gateway its list of serials";
/// Said where the list is here and cannot be used.
const DAMAGED: &str =
    "this gateway's list of serials of the batch cannot be read; its operator knows from the log";

/// The lists, and the registered roots at one block.
pub(crate) struct Proofs<'a> {
    pub(crate) lists: &'a Lists,
    pub(crate) at: &'a Pinned,
    pub(crate) batches: AccountId,
}

impl Proofs<'_> {
    /// What the chain says of the serials of a batch.
    pub(crate) async fn registered(&self, batch: BatchId) -> Result<Option<Registered>, Unanswered> {
        let found = self.at.read(&Batches(self.batches).batch(batch)).await?;
        Ok(found
            .and_then(|found| Some(Registered { batch, root: found.serial_root?, quantity: found.quantity })))
    }
}

impl Proves for Proofs<'_> {
    type Error = Unanswered;

    async fn given(&self, pack: MedicinePack) -> Result<Option<Given>, Unanswered> {
        let serial = pack.serial().map(|serial| Arc::<[u8]>::from(serial.as_bytes()));
        let Ok(mut given) = Given::new(pack) else { return Ok(None) };
        let Some(serial) = serial else { return Ok(Some(given)) };
        let Some(registered) = self.registered(given.batch()).await? else { return Ok(Some(given)) };
        let lists = self.lists.clone();
        let proven = tokio::task::spawn_blocking(move || {
            let Some(list) = lists.find(registered)? else { return Ok(None) };
            list.prove(&serial).map(Some)
        });
        match proven.await.map_err(|_| Unanswered::Late)? {
            Ok(Some(answer)) => {
                let source = "the list of serials of this gateway".to_owned();
                given.evidence = Some(Evidence { root: registered.root, proof: answer.into_proof(), source });
            }
            Ok(None) => given.note = Some(NO_LIST.to_owned()),
            Err(serials::Error::Refused(_)) => {}
            Err(error) => {
                tracing::error!(%error, "a list of serials cannot be used");
                given.note = Some(DAMAGED.to_owned());
            }
        }
        Ok(Some(given))
    }
}
