//! Places of which no key has more than its share.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Places for what takes memory while a client sends it: so many altogether, and so many for one key, so that who sends
/// slowly takes none from others.
pub struct Shares<K: Hash + Eq + Clone>(Arc<Inner<K>>);

struct Inner<K> {
    most: usize,
    most_of_key: usize,
    /// Only keys that have places now: at most `most`.
    taken: Mutex<HashMap<K, usize>>,
}

impl<K: Hash + Eq + Clone> Shares<K> {
    /// So many places, and so many of them for one key.
    #[must_use]
    pub fn new(most: usize, most_of_key: usize) -> Self {
        Self(Arc::new(Inner { most, most_of_key, taken: Mutex::new(HashMap::new()) }))
    }

    /// Takes a place until the share is dropped; `None` if all are taken, or the key has its share.
    #[must_use]
    pub fn take(&self, key: K) -> Option<Share<K>> {
        let inner = &self.0;
        let mut taken = inner.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = taken.get(&key).copied().unwrap_or(0);
        let all = taken.values().fold(0_usize, |sum, count| sum.saturating_add(*count));
        if of_key >= inner.most_of_key || all >= inner.most {
            return None;
        }
        taken.insert(key.clone(), of_key.saturating_add(1));
        Some(Share { of: Arc::clone(inner), key })
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Shares<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shares").field("most", &self.0.most).finish_non_exhaustive()
    }
}

/// A place. It is given back when it is dropped.
pub struct Share<K: Hash + Eq + Clone> {
    of: Arc<Inner<K>>,
    key: K,
}

impl<K: Hash + Eq + Clone> Drop for Share<K> {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.key) {
            Some(count) if *count > 1 => *count = count.saturating_sub(1),
            _ => drop(taken.remove(&self.key)),
        }
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Share<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Share")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_takes_its_share_and_leaves_the_rest_to_others() {
        let shares = Shares::new(3, 2);
        let (first, second) = (shares.take("a").unwrap(), shares.take("a").unwrap());
        assert!(shares.take("a").is_none());
        let other = shares.take("b").unwrap();
        assert!(shares.take("c").is_none(), "all are taken");
        drop(first);
        let again = shares.take("a").unwrap();
        drop((second, other, again));
        assert!(shares.0.taken.lock().unwrap().is_empty(), "no key is kept");
    }
}
