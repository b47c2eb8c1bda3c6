//! The events of all contracts of a deployment.

use crate::account_id::account_text;
use crate::contracts::deployment::Contracts;
use crate::contracts::{batches, evidence, feeds, governance, products, units};
use crate::node::events::Emitted;

/// An event of one of the deployment's contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// By `governance`.
    Governance(governance::Event),
    /// By `products`.
    Products(products::Event),
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

impl Emitted {
    /// The event by the contract that emitted it. What is of none of the contracts, or of another version, is
    /// [`Event::Unknown`]: it is never dropped.
    #[must_use]
    pub fn of(&self, contracts: &Contracts) -> Event {
        let known = match self.contract {
            it if it == contracts.governance.address => self.decode().map(Event::Governance),
            it if it == contracts.products.address => self.decode().map(Event::Products),
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

#[cfg(test)]
mod tests {
    use primitives::batches::{BatchBlocked, BatchReleased};
    use primitives::{AccountId, Actor, BatchId};
    use scale::Encode;

    use super::*;
    use crate::contracts::deployment::Deployed;
    use crate::hash::Hash;
    use crate::node::block::Block;

    fn emitted(contract: AccountId, topic: [u8; 32], data: Vec<u8>) -> Emitted {
        let block = Block { number: 7, hash: Hash::zero() };
        Emitted { block, index: 3, extrinsic: Some(1), contract, topics: vec![Hash::from(topic)], data }
    }

    fn contracts() -> Contracts {
        let deployed = |byte| Deployed { address: AccountId([byte; 32]), code_hash: Hash::zero() };
        Contracts {
            access: deployed(1),
            governance: deployed(6),
            batches: deployed(2),
            products: deployed(7),
            units: deployed(3),
            evidence: deployed(4),
            feeds: deployed(5),
        }
    }

    fn released() -> BatchReleased {
        let by = Actor { account: AccountId([4; 32]), organisation: Some(1), site: None };
        BatchReleased { batch: BatchId([9; 32]), by }
    }

    const TOPIC: [u8; 32] = *b"BatchReleased\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    #[test]
    fn an_event_is_known_by_its_contract_and_name() {
        let event = emitted(AccountId([2; 32]), TOPIC, released().encode());
        assert_eq!(event.of(&contracts()), Event::Batches(batches::Event::BatchReleased(released())));
        assert_eq!(event.decode_as(), Some(released()));
        assert_eq!(event.decode_as::<BatchBlocked>(), None);
    }

    #[test]
    fn an_unknown_event_is_reported_as_it_is() {
        let data = released().encode();
        for unknown in [
            emitted(AccountId([2; 32]), [5; 32], data.clone()),
            emitted(AccountId([1; 32]), TOPIC, data.clone()),
            emitted(AccountId([8; 32]), TOPIC, data.clone()),
            emitted(AccountId([2; 32]), TOPIC, data[1..].to_vec()),
            emitted(AccountId([2; 32]), TOPIC, [&data[..], &[0]].concat()),
        ] {
            assert_eq!(unknown.of(&contracts()), Event::Unknown(unknown.clone()));
        }
    }
}
