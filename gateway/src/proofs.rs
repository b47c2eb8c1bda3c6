//! What the manufacturers' lists show of a pack's serial.

use chain::batches::Batches;
use chain::AccountId;
use gs1::MedicinePack;
use primitives::BatchId;
use serials::{Answer, Lists, Registered};
use view::judge::{Evidence, Given, Proves};
use view::Reads;

use crate::register::{Pinned, Unanswered};

/// Said where a batch has serials and there is no list of them here: it is no suspicion of the pack.
const NO_LIST: &str = "the manufacturer has not given this gateway its list of serials";
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

/// What a list says of a serial.
pub(crate) enum Listed {
    /// The list of the batch's registered serials is here: this is its answer.
    Answer(Registered, Answer),
    /// It is not here, or cannot be read; why, in words.
    No(&'static str),
    /// Nothing is asked of lists: the batch is not registered, or without serials, or the serial is none.
    NotAsked,
}

impl Proofs<'_> {
    /// What the list of a batch says of a serial.
    pub(crate) async fn listed(&self, batch: BatchId, serial: &[u8]) -> Result<Listed, Unanswered> {
        let Some(registered) = self.registered(batch).await? else { return Ok(Listed::NotAsked) };
        let (lists, serial) = (self.lists.clone(), serial.to_vec());
        let proven = tokio::task::spawn_blocking(move || {
            let Some(list) = lists.find(registered)? else { return Ok(None) };
            list.prove(&serial).map(Some)
        });
        Ok(match proven.await.map_err(|_| Unanswered::Late)? {
            Ok(Some(answer)) => Listed::Answer(registered, answer),
            Ok(None) => Listed::No(NO_LIST),
            Err(serials::Error::Refused(_)) => Listed::NotAsked,
            Err(error) => {
                tracing::error!(%error, "a list of serials cannot be used");
                Listed::No(DAMAGED)
            }
        })
    }
}

impl Proves for Proofs<'_> {
    type Error = Unanswered;

    async fn given(&self, pack: MedicinePack) -> Result<Option<Given>, Unanswered> {
        let serial = pack.serial().map(|serial| serial.as_bytes().to_vec());
        let Ok(mut given) = Given::new(pack) else { return Ok(None) };
        let Some(serial) = serial else { return Ok(Some(given)) };
        match self.listed(given.batch(), &serial).await? {
            Listed::Answer(registered, answer) => {
                let source = "the list of serials of this gateway".to_owned();
                given.evidence = Some(Evidence { root: registered.root, proof: answer.into_proof(), source });
            }
            Listed::No(note) => given.note = Some(note.to_owned()),
            Listed::NotAsked => {}
        }
        Ok(Some(given))
    }
}
