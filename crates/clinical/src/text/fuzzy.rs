//! Misspelt names: the nearest name of the dictionary, if it is near enough and the only one.

use std::collections::HashMap;

/// Shorter words never count as misspelt: too many short words are close to each other.
const SHORTEST: usize = 5;
/// A word of at least this length may have two faults.
const TWO_FAULTS_FROM: usize = 9;
/// Longer words are not names.
const LONGEST: usize = 40;

/// Names that may be misspelt, by their first letter and length.
#[derive(Default)]
pub(crate) struct Targets {
    buckets: HashMap<(char, usize), Vec<Target>>,
}

/// A name, with the index of its concept.
struct Target {
    name: Box<str>,
    letters: u32,
    concept: usize,
}

/// The letters of a word, one bit for each letter from a to z and the same for some others. A fault changes at most two
/// bits, so most names can be excluded without computing a distance.
fn letters(word: &str) -> u32 {
    word.chars().fold(0, |letters, letter| letters | (1 << (u32::from(letter) % 32)))
}

/// The intended name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nearest {
    pub concept: usize,
    pub faults: usize,
}

impl Targets {
    /// Adds a name that is one word, and long enough; others are ignored.
    pub(crate) fn add(&mut self, name: &str, concept: usize) {
        let length = name.chars().count();
        let Some(first) = name.chars().next() else { return };
        if (SHORTEST..=LONGEST).contains(&length) && name.chars().all(char::is_alphabetic) {
            self.buckets.entry((first, length)).or_default().push(Target {
                name: name.into(),
                letters: letters(name),
                concept,
            });
        }
    }

    /// The nearest name to a word in lower case: up to one fault from 5 letters on and two from 9 on, where a fault
    /// is an extra, missing or wrong letter, or two swapped neighbours (optimal string alignment distance:
    /// Boytsov, ACM J. Exp. Algorithmics 16, 2011), and the first letter is right. `None` if two substances are
    /// equally near.
    ///
    /// The time is bounded by the names in at most five buckets.
    pub(crate) fn nearest(&self, word: &str) -> Option<Nearest> {
        let length = word.chars().count();
        let first = word.chars().next()?;
        if !(SHORTEST..=LONGEST).contains(&length) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let (allowed, differences) = if length < TWO_FAULTS_FROM { (1, 2) } else { (2, 4) };
        let wanted = letters(word);
        let mut best: Option<Nearest> = None;
        let mut is_only = true;
        for other in length.saturating_sub(allowed)..=length.saturating_add(allowed) {
            let near = |target: &&Target| (target.letters ^ wanted).count_ones() <= differences;
            for target in self.buckets.get(&(first, other)).into_iter().flatten().filter(near) {
                let faults = strsim::osa_distance(word, &target.name);
                let limit = best.map_or(allowed, |best| best.faults);
                if faults > limit {
                    continue;
                }
                if best.is_none_or(|best| faults < best.faults) {
                    (best, is_only) = (Some(Nearest { concept: target.concept, faults }), true);
                } else if best.is_some_and(|best| best.concept != target.concept) {
                    is_only = false;
                }
            }
        }
        best.filter(|_| is_only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        let mut targets = Targets::default();
        for (name, concept) in [("metformin", 0), ("lasix", 1), ("losec", 2), ("laxix", 3), ("metoprolol", 4)]
        {
            targets.add(name, concept);
        }
        targets
    }

    #[test]
    fn each_kind_of_fault_is_forgiven() {
        for word in ["metfornin", "metformn", "metformiin", "metfromin", "metphormin"] {
            let faults = if word == "metphormin" { 2 } else { 1 };
            assert_eq!(targets().nearest(word), Some(Nearest { concept: 0, faults }), "{word}");
        }
    }

    #[test]
    fn a_short_word_may_have_one_fault_and_a_very_short_word_none() {
        assert_eq!(targets().nearest("losecs"), Some(Nearest { concept: 2, faults: 1 }));
        assert_eq!(targets().nearest("losecst"), None);
        assert_eq!(targets().nearest("lose"), None);
    }

    #[test]
    fn a_word_equally_near_to_two_substances_is_not_matched() {
        assert_eq!(targets().nearest("lazix"), None);
    }

    #[test]
    fn the_first_letter_must_be_right() {
        assert_eq!(targets().nearest("netformin"), None);
    }
}
