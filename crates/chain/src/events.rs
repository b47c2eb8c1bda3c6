use ink::env::Event as InkEvent;
use primitives::AccountId;
use scale::Decode;

use crate::account_id::account_text;
use crate::chain::Block;
use crate::deployment::Contracts;
use crate::errors::Error;
use crate::{access, batches, evidence, feeds, units, Hash};

/// What a contract emitted, as it is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The block.
    pub block: Block,
    /// The event's place among all events of the block, from 0.
    pub index: u32,
    /// The place of the transaction in the block, from 0; nothing where no transaction caused it.
    pub extrinsic: Option<u32>,
    /// Who emitted it.
    pub contract: AccountId,
    /// What it can be searched by: first, the hash of the event's signature.
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
    pub fn decode_as<E: InkEvent + Decode>(&self) -> Option<E> {
        decode_one(self.topics.first()?.0, &self.data)
    }

    /// The event by the contract that emitted it. What is of none of the contracts, or of another version, is
    /// [`Event::Unknown`]: it is never dropped.
    #[must_use]
    pub fn of(&self, contracts: &Contracts) -> Event {
        let known = match self.contract {
            it if it == contracts.access.address => self.decode().map(Event::Access),
            it if it == contracts.batches.address => self.decode().map(Event::Batches),
            it if it == contracts.units.address => self.decode().map(Event::Units),
            it if it == contracts.evidence.address => self.decode().map(Event::Evidence),
            it if it == contracts.feeds.address => self.decode().map(Event::Feeds),
            _ => None,
        };
        known.unwrap_or_else(|| {
            let contract = account_text(&self.contract);
            tracing::warn!(contract, block = self.block.number, index = self.index, "an event is not known");
            Event::Unknown(self.clone())
        })
    }
}

/// An event of one of the deployment's contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// By `access`.
    Access(access::Event),
    /// By `batches`.
    Batches(batches::Event),
    /// By `units`.
    Units(units::Event),
    /// By `evidence`.
    Evidence(evidence::Event),
    /// By `feeds`.
    Feeds(feeds::Event),
    /// By another contract, or of another version: as it is on chain.
    Unknown(Emitted),
}

/// The events of one contract.
pub trait ContractEvent: Sized {
    /// The signature topics of all of them.
    const TOPICS: &'static [Option<[u8; 32]>];

    /// The event with this signature, where there is one and the data is one's.
    fn decode(topic: [u8; 32], data: &[u8]) -> Option<Self>;
}

/// The event, where signature and data are `E`'s, to the last byte.
pub(crate) fn decode_one<E: InkEvent + Decode>(topic: [u8; 32], data: &[u8]) -> Option<E> {
    let mut rest = data;
    (E::SIGNATURE_TOPIC == Some(topic))
        .then(|| E::decode(&mut rest).ok())
        .flatten()
        .filter(|_| rest.is_empty())
}

/// Declares the enum of a contract's events from their structs.
macro_rules! contract_events {
    ($crate_name:ident: $($event:ident),* $(,)?) => {
        #[doc = concat!("An event of `", stringify!($crate_name), "`.")]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("See [`::", stringify!($crate_name), "::", stringify!($event), "`].")]
            $event(::$crate_name::$event),)*
        }

        impl $crate::events::ContractEvent for Event {
            const TOPICS: &'static [Option<[u8; 32]>] =
                &[$(<::$crate_name::$event as ::ink::env::Event>::SIGNATURE_TOPIC),*];

            fn decode(topic: [u8; 32], data: &[u8]) -> Option<Self> {
                None$(.or_else(|| $crate::events::decode_one(topic, data).map(Event::$event)))*
            }
        }
    };
}
pub(crate) use contract_events;

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
    pub fn event<E: InkEvent + Decode>(&self, contract: AccountId) -> Result<E, Error> {
        let mut own = self.events.iter().filter(|emitted| emitted.contract == contract);
        own.find_map(Emitted::decode_as).ok_or_else(|| {
            let name = std::any::type_name::<E>();
            Error::answer(format!("the transaction {:?}", self.hash), format!("no event {name}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::Deployed;
    use scale::Encode;

    fn emitted(contract: AccountId, topic: [u8; 32], data: Vec<u8>) -> Emitted {
        let block = Block { number: 7, hash: Hash::zero() };
        Emitted { block, index: 3, extrinsic: Some(1), contract, topics: vec![Hash::from(topic)], data }
    }

    fn contracts() -> Contracts {
        let deployed = |byte| Deployed { address: AccountId([byte; 32]), code_hash: Hash::zero() };
        Contracts {
            access: deployed(1),
            batches: deployed(2),
            units: deployed(3),
            evidence: deployed(4),
            feeds: deployed(5),
        }
    }

    #[test]
    fn an_event_is_known_by_its_contract_and_signature() {
        let released =
            ::batches::BatchReleased { batch: primitives::BatchId([9; 32]), by: AccountId([4; 32]) };
        let topic = <::batches::BatchReleased as InkEvent>::SIGNATURE_TOPIC.unwrap();
        let event = emitted(AccountId([2; 32]), topic, released.encode());
        assert_eq!(event.of(&contracts()), Event::Batches(batches::Event::BatchReleased(released.clone())));
        assert_eq!(event.decode_as(), Some(released));
        assert_eq!(event.decode_as::<::batches::BatchBlocked>(), None);
    }

    #[test]
    fn an_unknown_event_is_reported_as_it_is() {
        let topic = <::batches::BatchReleased as InkEvent>::SIGNATURE_TOPIC.unwrap();
        let data = ([9_u8; 32], [4_u8; 32]).encode();
        for unknown in [
            emitted(AccountId([2; 32]), [5; 32], data.clone()),
            emitted(AccountId([1; 32]), topic, data.clone()),
            emitted(AccountId([8; 32]), topic, data.clone()),
            emitted(AccountId([2; 32]), topic, data[1..].to_vec()),
            emitted(AccountId([2; 32]), topic, [&data[..], &[0]].concat()),
        ] {
            assert_eq!(unknown.of(&contracts()), Event::Unknown(unknown.clone()));
        }
    }
}
