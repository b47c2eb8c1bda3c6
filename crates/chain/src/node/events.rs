use primitives::{AccountId, Event};
use scale::Decode;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::Block;

/// What a contract emitted, as it is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The block.
    pub block: Block,
    /// The event's place among all events of the block, from 0.
    pub index: u32,
    /// The place of the transaction in the block, from 0. `None` where no transaction caused it.
    pub extrinsic: Option<u32>,
    /// Who emitted it.
    pub contract: AccountId,
    /// What it can be searched by: first, the event's name.
    pub topics: Vec<Hash>,
    /// The event's fields.
    pub data: Vec<u8>,
}

impl Emitted {
    /// The event as one of `E`, where its signature and fields are one's.
    #[must_use]
    pub fn decode<E: ContractEvent>(&self) -> Option<E> {
        E::decode(self.topics.first()?.0, &self.data)
    }

    /// The event as `E`, where its signature and fields are.
    #[must_use]
    pub fn decode_as<E: Event + Decode>(&self) -> Option<E> {
        decode_one(self.topics.first()?.0, &self.data)
    }
}

/// The events of one contract.
pub trait ContractEvent: Sized {
    /// The first topics of all of them: their names.
    const TOPICS: &'static [&'static [u8; 32]];

    /// The event with this signature, where there is one and the data is one's.
    fn decode(topic: [u8; 32], data: &[u8]) -> Option<Self>;
}

/// The event, where signature and data are `E`'s, to the last byte.
pub(crate) fn decode_one<E: Event + Decode>(topic: [u8; 32], data: &[u8]) -> Option<E> {
    let mut rest = data;
    (*E::SIGNATURE == topic).then(|| E::decode(&mut rest).ok()).flatten().filter(|_| rest.is_empty())
}

/// What a transaction did on chain.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The finalised block with the transaction.
    pub block: Block,
    /// The transaction's hash.
    pub hash: Hash,
    /// Its place in the block, from 0.
    pub extrinsic: u32,
    /// What contracts emitted in it, in order.
    pub events: Vec<Emitted>,
    pub(crate) instantiated: Vec<AccountId>,
}

impl Receipt {
    /// The first event of the type `E` by `contract`: what the call came to.
    ///
    /// # Errors
    /// [`Error::Answer`] where there is none.
    pub fn event<E: Event + Decode>(&self, contract: AccountId) -> Result<E, Error> {
        let mut own = self.events.iter().filter(|emitted| emitted.contract == contract);
        own.find_map(Emitted::decode_as).ok_or_else(|| {
            Error::answer(format!("the transaction {:?}", self.hash), format!("no event {}", E::NAME))
        })
    }
}
