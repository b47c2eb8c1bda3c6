//! The assertion of each mention, by two sweeps over the words, one in each direction.

use super::token::{Gap, Token};
use super::triggers::{effects, Effect, LONGEST_PHRASE};
use super::{Assertion, Kind};

/// The reach of a phrase in words: forward within its sentence, backward within its clause.
const FORWARD_REACH: usize = 24;
const BACKWARD_REACH: usize = 8;

/// A mention by its words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The first word's index.
    pub first: usize,
    /// The number of words.
    pub words: usize,
    pub kind: Kind,
}

/// A phrase of the rules, and its position.
struct Phrase {
    first: usize,
    words: usize,
    effects: &'static [Effect],
}

/// The assertion of each mention; they are in the order of the text and do not overlap.
pub(crate) fn assertions(tokens: &[Token], places: &[Place]) -> Vec<Assertion> {
    let phrases = phrases(tokens, places);
    let mut found = vec![Assertion::Present; places.len()];
    forward(tokens, places, &phrases, &mut found);
    backward(tokens, places, &phrases, &mut found);
    found
}

/// The longest phrases outside the mentions.
fn phrases(tokens: &[Token], places: &[Place]) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    let mut next_place = places.iter().peekable();
    let mut at = 0_usize;
    while at < tokens.len() {
        while next_place.next_if(|place| place.first.saturating_add(place.words) <= at).is_some() {}
        let free = next_place.peek().map_or(tokens.len(), |place| place.first);
        if free <= at {
            at = next_place
                .peek()
                .map_or(at, |place| place.first.saturating_add(place.words))
                .max(at.saturating_add(1));
            continue;
        }
        let most = free.saturating_sub(at).min(LONGEST_PHRASE);
        let phrase = (1..=most).rev().find_map(|words| {
            let run = tokens.get(at..at.saturating_add(words))?;
            let is_whole = run.iter().skip(1).all(|token| token.gap != Gap::Sentence);
            let effects = effects(&joined(run));
            (is_whole && !effects.is_empty()).then_some(Phrase { first: at, words, effects })
        });
        at = at.saturating_add(phrase.as_ref().map_or(1, |phrase| phrase.words));
        phrases.extend(phrase);
    }
    phrases
}

fn joined(run: &[Token]) -> String {
    let words: Vec<&str> = run.iter().map(|token| token.lower.as_str()).collect();
    words.join(" ")
}

/// The end of each assertion's reach, by its index in the order of [`Assertion`].
type Until = [usize; 5];

fn forward(tokens: &[Token], places: &[Place], phrases: &[Phrase], found: &mut [Assertion]) {
    let mut until: Until = [0; 5];
    // The last mention's kind, and whether a comma or the like followed it; cleared when a phrase follows.
    let mut last: Option<(Kind, bool)> = None;
    let mut phrases = phrases.iter().peekable();
    let mut places = places.iter().zip(found).peekable();
    for (at, token) in tokens.iter().enumerate() {
        if token.gap == Gap::Sentence {
            (until, last) = ([0; 5], None);
        }
        last = last.map(|(kind, apart)| (kind, apart || token.gap == Gap::Apart));
        if let Some(phrase) = phrases.next_if(|phrase| phrase.first == at) {
            last = None;
            for effect in phrase.effects {
                match effect {
                    Effect::Forward(assertion) => {
                        let end = phrase.first.saturating_add(phrase.words).saturating_add(FORWARD_REACH);
                        if let Some(until) = until.get_mut(*assertion as usize) {
                            *until = end;
                        }
                    }
                    Effect::Patient => until = [0; 5],
                    // In "his mother has asthma and takes digoxin" everything is about her.
                    Effect::Stop => until = only(&[Assertion::Family], until),
                    Effect::Backward(_) | Effect::Nothing => {}
                }
            }
        }
        if let Some((place, assertion)) = places.next_if(|(place, _)| place.first == at) {
            // "No fever, metformin 500 mg": a list has one kind. "Allergies: penicillin (rash), codeine" is a list.
            if last.is_some_and(|(kind, apart)| apart && kind != place.kind) {
                until = only(&[Assertion::Family, Assertion::Allergy], until);
            }
            last = Some((place.kind, false));
            *assertion = (*assertion)
                .min(strongest(place.kind, |index| until.get(index).is_some_and(|end| *end > at)));
        }
    }
}

/// The same for these assertions, and no other.
fn only(kept: &[Assertion], until: Until) -> Until {
    let mut index = 0..until.len();
    until.map(|end| {
        let is_kept = index.next().is_some_and(|index| kept.iter().any(|kept| *kept as usize == index));
        if is_kept {
            end
        } else {
            0
        }
    })
}

fn backward(tokens: &[Token], places: &[Place], phrases: &[Phrase], found: &mut [Assertion]) {
    // The start of each assertion's reach.
    let mut from: Until = [usize::MAX; 5];
    let mut phrases = phrases.iter().rev().peekable();
    let mut places = places.iter().zip(found).rev().peekable();
    for (at, token) in tokens.iter().enumerate().rev() {
        if let Some(phrase) = phrases.next_if(|phrase| phrase.first == at) {
            for effect in phrase.effects {
                match effect {
                    Effect::Backward(assertion) => {
                        if let Some(from) = from.get_mut(*assertion as usize) {
                            *from = phrase.first.saturating_sub(BACKWARD_REACH);
                        }
                    }
                    Effect::Stop | Effect::Patient => from = [usize::MAX; 5],
                    Effect::Forward(_) | Effect::Nothing => {}
                }
            }
        }
        if let Some((place, assertion)) = places.next_if(|(place, _)| place.first == at) {
            *assertion = (*assertion)
                .min(strongest(place.kind, |index| from.get(index).is_some_and(|start| *start <= at)));
        }
        if token.gap != Gap::Joint {
            from = [usize::MAX; 5];
        }
    }
}

fn strongest(kind: Kind, holds: impl Fn(usize) -> bool) -> Assertion {
    use Assertion::{Absent, Allergy, Family, Past, Possible, Present};
    [Absent, Family, Allergy, Past, Possible]
        .into_iter()
        .filter(|assertion| kind == Kind::Drug || *assertion != Allergy)
        .find(|assertion| holds(*assertion as usize))
        .unwrap_or(Present)
}
