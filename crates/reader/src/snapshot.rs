//! What is known of the chain's state at one block.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chain::Heading;
use primitives::{AccountId, Timestamp};

use crate::machine::Code;

/// How many bytes of keys and values are kept of a block. Beyond it everything is forgotten and read again.
const MAX_BYTES: usize = 32 << 20;
/// What an entry takes besides its key and value.
const ENTRY: usize = 128;

/// The state of a chain at one block, as far as somebody has read it.
pub struct Snapshot {
    heading: Heading,
    now: Timestamp,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    contracts: HashMap<AccountId, Option<Contract>>,
    storage: HashMap<AccountId, Values>,
    bytes: usize,
}

/// What a contract keeps under the keys of its trie, and where it keeps nothing.
type Values = HashMap<Vec<u8>, Option<Arc<[u8]>>>;

/// A contract's code, and the name of its storage.
#[derive(Clone)]
pub(crate) struct Contract {
    pub(crate) code: Arc<Code>,
    trie_id: Arc<[u8]>,
}

/// What a run would have needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A contract.
    Contract(AccountId),
    /// What a contract keeps under a key of its trie.
    Storage(AccountId, Vec<u8>),
}

/// What one request fetches.
pub(crate) enum Request {
    Contract(AccountId),
    Storage { contract: AccountId, trie_id: Arc<[u8]>, keys: Vec<Vec<u8>> },
}

/// What is missing, with all keys of a contract in one request.
pub(crate) fn by_contract(missing: Vec<Missing>, at: &Snapshot) -> Vec<Request> {
    let (mut requests, mut keys) = (Vec::new(), HashMap::<AccountId, Vec<Vec<u8>>>::new());
    for missing in missing {
        match missing {
            Missing::Contract(address) => requests.push(Request::Contract(address)),
            Missing::Storage(contract, key) => keys.entry(contract).or_default().push(key),
        }
    }
    let storage = keys.into_iter().map(|(contract, mut keys)| {
        keys.sort();
        keys.dedup();
        match at.contract(contract).flatten() {
            Some(known) => Request::Storage { contract, trie_id: known.trie_id, keys },
            // Forgotten meanwhile.
            None => Request::Contract(contract),
        }
    });
    requests.extend(storage);
    requests
}

impl Snapshot {
    pub(crate) fn new(heading: Heading, now: Timestamp) -> Self {
        Self { heading, now, known: Mutex::default() }
    }

    /// The block and the root of its state.
    #[must_use]
    pub fn heading(&self) -> Heading {
        self.heading
    }

    /// The chain's time, in milliseconds since 1970 in UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The contract at an address; `None` where that is not known yet.
    pub(crate) fn contract(&self, address: AccountId) -> Option<Option<Contract>> {
        self.known().contracts.get(&address).cloned()
    }

    /// The value under a key of a contract's trie; `None` where that is not known yet.
    pub(crate) fn value(&self, contract: AccountId, key: &[u8]) -> Option<Option<Arc<[u8]>>> {
        self.known().storage.get(&contract)?.get(key).cloned()
    }

    pub(crate) fn learn_contract(&self, address: AccountId, found: Option<(Arc<Code>, Vec<u8>)>) {
        let contract = found.map(|(code, trie_id)| Contract { code, trie_id: trie_id.into() });
        let mut known = self.known();
        known.make_room(ENTRY);
        known.contracts.insert(address, contract);
    }

    pub(crate) fn learn_storage(
        &self,
        contract: AccountId,
        keys: Vec<Vec<u8>>,
        values: Vec<Option<Vec<u8>>>,
    ) {
        let size = |key: &Vec<u8>, value: &Option<Vec<u8>>| {
            value.as_ref().map_or(0, Vec::len).saturating_add(key.len()).saturating_add(ENTRY)
        };
        let bytes =
            keys.iter().zip(&values).map(|(key, value)| size(key, value)).fold(0, usize::saturating_add);
        let mut known = self.known();
        known.make_room(bytes);
        let storage = known.storage.entry(contract).or_default();
        storage.extend(keys.into_iter().zip(values.into_iter().map(|value| value.map(Arc::from))));
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn make_room(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_BYTES {
            self.storage.clear();
            self.bytes = bytes;
        }
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("heading", &self.heading).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chain::{Block, Hash};

    use super::*;

    fn snapshot() -> Snapshot {
        let block = Block { number: 1, hash: Hash::zero() };
        Snapshot::new(Heading { block, state_root: Hash::zero() }, 0)
    }

    #[test]
    fn what_is_absent_is_known_as_well_as_what_is_there() {
        let (at, contract) = (snapshot(), AccountId([1; 32]));
        assert_eq!(at.value(contract, b"a"), None);
        at.learn_storage(contract, vec![b"a".to_vec(), b"b".to_vec()], vec![None, Some(vec![7])]);
        assert_eq!(at.value(contract, b"a"), Some(None));
        assert_eq!(at.value(contract, b"b"), Some(Some([7][..].into())));
        assert_eq!(at.value(AccountId([2; 32]), b"b"), None);
    }

    #[test]
    fn a_block_of_which_much_was_read_takes_no_more_memory() {
        let (at, contract) = (snapshot(), AccountId([1; 32]));
        for number in 0..100_u8 {
            at.learn_storage(contract, vec![vec![number]], vec![Some(vec![number; 1 << 20])]);
            let known = at.known();
            let kept: usize =
                known.storage.values().flat_map(HashMap::values).flatten().map(|value| value.len()).sum();
            assert!(kept <= MAX_BYTES, "{kept}");
        }
        assert_eq!(at.value(contract, &[99]).flatten().map(|value| value.len()), Some(1 << 20));
        assert_eq!(at.value(contract, &[0]), None);
    }
}
