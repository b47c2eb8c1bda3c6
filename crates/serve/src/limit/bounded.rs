//! A table of bounded size for governor.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::state::StateStore;

/// The budgets that new keys share while the table is full.
const SHARED: usize = 1024;
/// The last of them: a mask for hashes.
const LAST_SHARED: u64 = 1023;

/// The state of each key, and the shared ones.
pub(super) struct Bounded<K> {
    states: Mutex<States<K>>,
    most: usize,
    /// Random for each table: nobody can choose a key that shares with another one.
    hasher: RandomState,
}

struct States<K> {
    own: HashMap<K, Nanos>,
    shared: Vec<Option<Nanos>>,
}

impl<K: Hash + Eq + Clone> Bounded<K> {
    pub(super) fn new(most: usize) -> Self {
        let states = Mutex::new(States { own: HashMap::new(), shared: vec![None; SHARED] });
        Self { states, most, hasher: RandomState::new() }
    }

    pub(super) fn is_full(&self) -> bool {
        self.states().own.len() >= self.most
    }

    fn states(&self) -> MutexGuard<'_, States<K>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn measure<T, E>(
        &self,
        key: &K,
        counts: bool,
        judge: impl Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    ) -> Result<T, E> {
        let mut states = self.states();
        let States { own, shared } = &mut *states;
        if !own.contains_key(key) && own.len() >= self.most {
            let hash = usize::try_from(self.hasher.hash_one(key) & LAST_SHARED).unwrap_or_default();
            let state = shared.get(hash).copied().flatten();
            let (outcome, new) = judge(state)?;
            if let Some(state) = shared.get_mut(hash).filter(|_| counts) {
                *state = Some(new);
            }
            return Ok(outcome);
        }
        let (outcome, new) = judge(own.get(key).copied())?;
        if counts {
            own.insert(key.clone(), new);
        }
        Ok(outcome)
    }
}

/// The table, where a request counts.
pub(super) struct Counting<K>(pub(super) Arc<Bounded<K>>);

/// The table, where a request only asks.
pub(super) struct Looking<K>(pub(super) Arc<Bounded<K>>);

impl<K: Hash + Eq + Clone> StateStore for Counting<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, judge: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure(key, true, judge)
    }
}

impl<K: Hash + Eq + Clone> StateStore for Looking<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, judge: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure(key, false, judge)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Counting<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.states().own.retain(|_, state| *state > drop_below);
    }

    fn len(&self) -> usize {
        self.0.states().own.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
