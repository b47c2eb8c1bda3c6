//! What a block did: asked for once by all who want something of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use primitives::AccountId;
use subxt::events::{Events, Phase};
use subxt::SubstrateConfig;
use tokio::sync::OnceCell;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::{place, Block, Body};
use crate::node::events::Emitted;
use crate::node::requests::Node;
use crate::node::runtime::{ContractEmitted, Instantiated, PALLET};

/// `twox128("System") ‖ twox128("Events")`.
const EVENTS_KEY: &str = "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";
/// How many blocks are kept: those in which transactions of the same moment are.
const KEPT: usize = 8;

/// A block, and what happened in it.
#[derive(Debug)]
pub(crate) struct Executed {
    pub(crate) block: Block,
    /// The hash of the block before it.
    pub(crate) parent: Hash,
    /// In hexadecimal, as the node tells them.
    extrinsics: Vec<String>,
    /// By contracts.
    pub(crate) emitted: Vec<Emitted>,
    /// The errors of extrinsics that failed, in SCALE.
    failures: Vec<(u32, Vec<u8>)>,
    instantiated: Vec<(u32, AccountId)>,
}

impl Executed {
    /// The place of an extrinsic in the block.
    pub(crate) fn place_of(&self, extrinsic: &[u8]) -> Option<u32> {
        place(&self.extrinsics, extrinsic)
    }

    /// The SCALE bytes of the error with which the extrinsic at a place failed, where it did.
    pub(crate) fn failure_of(&self, extrinsic: u32) -> Option<&[u8]> {
        let mut failures = self.failures.iter();
        failures.find(|(failed, _)| *failed == extrinsic).map(|(_, error)| error.as_slice())
    }

    /// What contracts emitted in the extrinsic at a place.
    pub(crate) fn emitted_by(&self, extrinsic: u32) -> Vec<Emitted> {
        self.emitted.iter().filter(|event| event.extrinsic == Some(extrinsic)).cloned().collect()
    }

    /// The contracts that the extrinsic at a place made.
    pub(crate) fn instantiated_by(&self, extrinsic: u32) -> Vec<AccountId> {
        let by = self.instantiated.iter().filter(|(by, _)| *by == extrinsic);
        by.map(|(_, contract)| *contract).collect()
    }

    fn new(
        block: Block,
        parent: Hash,
        extrinsics: Vec<String>,
        events: &Events<SubstrateConfig>,
    ) -> Result<Self, Error> {
        let not_understood =
            |error: subxt::error::EventsError| Error::answer(format!("block {}", block.number), error);
        let (emitted, failures, instantiated) = (Vec::new(), Vec::new(), Vec::new());
        let mut executed = Self { block, parent, extrinsics, emitted, failures, instantiated };
        for event in events.iter() {
            let event = event.map_err(not_understood)?;
            let extrinsic = match event.phase() {
                Phase::ApplyExtrinsic(index) => Some(index),
                Phase::Finalization | Phase::Initialization => None,
            };
            match (event.pallet_name(), event.event_name(), extrinsic) {
                (PALLET, "ContractEmitted", _) => {
                    let fields: ContractEmitted =
                        event.decode_fields_unchecked_as().map_err(not_understood)?;
                    executed.emitted.push(Emitted {
                        block,
                        index: event.index(),
                        extrinsic,
                        contract: AccountId(fields.contract.0),
                        topics: event.topics().to_vec(),
                        data: fields.data,
                    });
                }
                (PALLET, "Instantiated", Some(extrinsic)) => {
                    let event: Instantiated = event.decode_fields_unchecked_as().map_err(not_understood)?;
                    executed.instantiated.push((extrinsic, AccountId(event.contract.0)));
                }
                ("System", "ExtrinsicFailed", Some(extrinsic)) => {
                    executed.failures.push((extrinsic, event.field_bytes().to_vec()));
                }
                _ => {}
            }
        }
        Ok(executed)
    }
}

/// The last blocks that somebody asked for.
#[derive(Default)]
pub(crate) struct Blocks(Mutex<VecDeque<(Hash, Slot)>>);

/// Whoever comes first fills it, and all others wait for it.
type Slot = Arc<OnceCell<Arc<Executed>>>;

impl Blocks {
    /// The block, and what happened in it; nothing where the node does not have it.
    pub(crate) async fn executed(&self, node: &Node, hash: Hash) -> Result<Option<Arc<Executed>>, Error> {
        let slot = self.slot(hash);
        let fetched = slot
            .get_or_try_init(|| async { fetch(node, hash).await.map_err(Some)?.map(Arc::new).ok_or(None) })
            .await;
        match fetched {
            Ok(executed) => Ok(Some(executed.clone())),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    fn slot(&self, hash: Hash) -> Slot {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = blocks.iter().find(|(kept, _)| *kept == hash) {
            return slot.clone();
        }
        if blocks.len() >= KEPT {
            blocks.pop_front();
        }
        let slot = Slot::default();
        blocks.push_back((hash, slot.clone()));
        slot
    }
}

/// Events are read by the metadata of the runtime that executed the block: its parent's.
async fn fetch(node: &Node, hash: Hash) -> Result<Option<Executed>, Error> {
    let Some(Body { header, extrinsics }) = node.body(hash).await? else { return Ok(None) };
    let block = Block { number: header.number, hash };
    let executed_by = if header.number == 0 { hash } else { header.parent_hash };
    let key = hex::decode(EVENTS_KEY).map_err(|error| Error::encode("a storage key", error))?;
    let (runtime, bytes) =
        futures::try_join!(node.runtime_at(Some(executed_by)), node.storage(&key, Some(hash))).map_err(
            |error| match error {
                Error::Rpc { message, .. } if message.contains("State already discarded") => {
                    Error::StatePruned { block: block.number }
                }
                other => other,
            },
        )?;
    let events = runtime.client().events().from_bytes(bytes.unwrap_or_default());
    Executed::new(block, header.parent_hash, extrinsics, &events).map(Some)
}
