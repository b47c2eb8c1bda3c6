//! What is known of the chain's state at one block.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chain::Heading;
use primitives::{AccountId, Timestamp};

use crate::machine::Code;

/// How many bytes of keys and values are kept of a block. Beyond it everything is forgotten and read again.
const MAX_BYTES: usize = 32 << 20;
/// What an entry takes besides its key and value.
const ENTRY: usize = 160;
/// The longest call whose answer is kept: one that names a batch or a site, and none with the proof of a pack.
const MAX_INPUT: usize = 128;
/// How often a value is asked for before it counts as one that many reads need. The values of one pack are asked for by the
/// rounds of its own verdict only.
const OFTEN: u32 = 4;
/// How many values are looked up for the next block at once: those of a counter's usual verdicts are some dozens.
const MAX_CARRIED: usize = 1_024;

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
    answers: HashMap<AccountId, HashMap<Vec<u8>, Answer>>,
    bytes: usize,
}

/// What a contract keeps under the keys of its trie, and where it keeps nothing.
type Values = HashMap<Vec<u8>, Value>;

struct Value {
    value: Option<Arc<[u8]>>,
    /// How often it was asked for.
    asked: u32,
    /// Whether it was looked up because the block before had needed it.
    carried: bool,
}

/// What a contract answered to a call. At one block it answers the same to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) flags: u32,
    pub(crate) data: Arc<[u8]>,
}

/// What many reads of a block needed: likely, those of the next one will.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) contracts: Vec<AccountId>,
    pub(crate) storage: HashMap<AccountId, Vec<Vec<u8>>>,
}

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
        let mut known = self.known();
        let found = known.storage.get_mut(&contract)?.get_mut(key)?;
        found.asked = found.asked.saturating_add(1);
        Some(found.value.clone())
    }

    /// The answer to a call, where it was called before.
    pub(crate) fn answer(&self, contract: AccountId, input: &[u8]) -> Option<Answer> {
        self.known().answers.get(&contract)?.get(input).cloned()
    }

    /// Keeps an answer, where the call is a short one.
    pub(crate) fn learn_answer(&self, contract: AccountId, input: &[u8], answer: Answer) {
        if input.len() > MAX_INPUT {
            return;
        }
        let mut known = self.known();
        known.make_room(input.len().saturating_add(answer.data.len()).saturating_add(ENTRY));
        known.answers.entry(contract).or_default().insert(input.to_vec(), answer);
    }

    /// What the reads of this block needed often, and those of the block before as well as any of this.
    pub(crate) fn carried(&self) -> Carried {
        let known = self.known();
        let contracts = known.contracts.iter().filter(|(_, contract)| contract.is_some());
        let mut carried =
            Carried { contracts: contracts.map(|(address, _)| *address).collect(), ..Carried::default() };
        let often = |value: &Value| value.asked >= if value.carried { 1 } else { OFTEN };
        let values = known.storage.iter().flat_map(|(contract, values)| {
            values.iter().filter(|(_, value)| often(value)).map(move |(key, _)| (*contract, key))
        });
        for (contract, key) in values.take(MAX_CARRIED) {
            carried.storage.entry(contract).or_default().push(key.clone());
        }
        carried
    }

    /// What to fetch of this contract for what was carried to this block; nothing where it is none any more.
    pub(crate) fn carried_request(&self, contract: AccountId, keys: Vec<Vec<u8>>) -> Option<Request> {
        let trie_id = self.contract(contract)??.trie_id;
        Some(Request::Storage { contract, trie_id, keys })
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
        carried: bool,
    ) {
        let size = |key: &Vec<u8>, value: &Option<Vec<u8>>| {
            value.as_ref().map_or(0, Vec::len).saturating_add(key.len()).saturating_add(ENTRY)
        };
        let bytes =
            keys.iter().zip(&values).map(|(key, value)| size(key, value)).fold(0, usize::saturating_add);
        let mut known = self.known();
        known.make_room(bytes);
        let storage = known.storage.entry(contract).or_default();
        for (key, value) in keys.into_iter().zip(values) {
            // Somebody else can have fetched it meanwhile: it is the same, and how often it was asked for counts on.
            storage.entry(key).or_insert_with(|| Value { value: value.map(Arc::from), asked: 0, carried });
        }
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
            self.answers.clear();
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
        at.learn_storage(contract, vec![b"a".to_vec(), b"b".to_vec()], vec![None, Some(vec![7])], false);
        assert_eq!(at.value(contract, b"a"), Some(None));
        assert_eq!(at.value(contract, b"b"), Some(Some([7][..].into())));
        assert_eq!(at.value(AccountId([2; 32]), b"b"), None);
    }

    #[test]
    fn a_block_of_which_much_was_read_takes_no_more_memory() {
        let (at, contract) = (snapshot(), AccountId([1; 32]));
        for number in 0..100_u8 {
            at.learn_storage(contract, vec![vec![number]], vec![Some(vec![number; 1 << 20])], false);
            let known = at.known();
            let kept: usize = known
                .storage
                .values()
                .flat_map(HashMap::values)
                .filter_map(|known| known.value.as_ref())
                .map(|value| value.len())
                .sum();
            assert!(kept <= MAX_BYTES, "{kept}");
        }
        assert_eq!(at.value(contract, &[99]).flatten().map(|value| value.len()), Some(1 << 20));
        assert_eq!(at.value(contract, &[0]), None);
    }

    #[test]
    fn a_short_call_is_answered_once_and_one_with_a_proof_each_time() {
        let (at, contract) = (snapshot(), AccountId([1; 32]));
        let answer = Answer { flags: 0, data: [7][..].into() };
        at.learn_answer(contract, b"batch", answer.clone());
        at.learn_answer(contract, &[1; MAX_INPUT + 1], answer.clone());
        assert_eq!(at.answer(contract, b"batch"), Some(answer));
        assert_eq!(at.answer(AccountId([2; 32]), b"batch"), None);
        assert_eq!(at.answer(contract, &[1; MAX_INPUT + 1]), None);
    }

    #[test]
    fn the_next_block_begins_with_what_many_reads_of_this_one_needed() {
        let (at, contract) = (snapshot(), AccountId([1; 32]));
        let keys = [&b"often"[..], b"rarely", b"again", b"no more"].map(<[u8]>::to_vec);
        at.learn_storage(contract, keys[..2].to_vec(), vec![None, Some(vec![7])], false);
        at.learn_storage(contract, keys[2..].to_vec(), vec![None, None], true);
        for _ in 0..OFTEN {
            at.value(contract, b"often");
        }
        at.value(contract, b"rarely");
        at.value(contract, b"again");
        let mut carried = at.carried();
        carried.storage.values_mut().for_each(|keys| keys.sort());
        let storage = HashMap::from([(contract, vec![b"again".to_vec(), b"often".to_vec()])]);
        assert_eq!(carried, Carried { contracts: Vec::new(), storage });
    }
}
