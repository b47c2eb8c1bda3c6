//! The assertion of each mention, by two sweeps over the words, one in each direction.

use super::answer::{answers, Answer};
use super::compound::compound;
use super::marks::Lead;
use super::phrase::{Phrase, Place};
use super::token::{Gap, Token};
use super::triggers::{effects, Effect, ABSENT, LONGEST_PHRASE};
use super::{Assertion, Kind};

/// The reach of a phrase in words: forward within its sentence, backward within its clause.
const FORWARD_REACH: usize = 24;
const BACKWARD_REACH: usize = 8;
/// The reach of a phrase about what stands directly after it.
const NEAR_REACH: usize = 4;

/// The assertion of each mention; they are in the order of the text and do not overlap.
pub(crate) fn assertions(tokens: &[Token], places: &[Place]) -> Vec<Assertion> {
    let answers = answers(tokens, places);
    let phrases = phrases(tokens, places, &answers);
    let mut found = vec![Assertion::Present; places.len()];
    forward(tokens, places, &phrases, &mut found);
    backward(tokens, places, &phrases, &mut found);
    let mut answers = answers.iter().peekable();
    for (place, assertion) in places.iter().zip(&mut found) {
        while answers.next_if(|answer| answer.label.end <= place.first).is_some() {}
        if let Some(answer) = answers.peek().filter(|answer| answer.label.contains(&place.first)) {
            *assertion = answer.says.about(*assertion);
        } else if is_asked(tokens, *place) {
            *assertion = (*assertion).min(Assertion::Possible);
        }
    }
    found
}

/// Whether a question mark stands directly before or after the mention.
fn is_asked(tokens: &[Token], place: Place) -> bool {
    let first = tokens.get(place.first);
    let last = tokens.get(place.first.saturating_add(place.words).saturating_sub(1));
    first.is_some_and(|first| first.asks) || last.is_some_and(|last| last.mark == Some('?'))
}

/// The longest phrases outside the mentions.
fn phrases(tokens: &[Token], places: &[Place], answers: &[Answer]) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    // A sign is an answer without words.
    let mut answers = answers.iter().filter(|answer| answer.words > 0).peekable();
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
        // An answer ends what was said before, and says nothing about what follows.
        while answers.next_if(|answer| answer.first < at).is_some() {}
        if let Some(answer) = answers.next_if(|answer| answer.first == at) {
            phrases.push(Phrase { first: at, words: answer.words, effects: &[Effect::Stop] });
            at = at.saturating_add(answer.words);
            continue;
        }
        if let Some(heading) = heading(tokens, at).or_else(|| sign(tokens, at)) {
            at = at.saturating_add(heading.words);
            phrases.push(heading);
            continue;
        }
        let most = free.saturating_sub(at).min(LONGEST_PHRASE);
        let listed = (1..=most).rev().find_map(|words| {
            let run = tokens.get(at..at.saturating_add(words))?;
            let is_whole = run.iter().skip(1).all(|token| token.gap != Gap::Sentence);
            let effects = effects(&joined(run));
            (is_whole && !effects.is_empty()).then_some(Phrase { first: at, words, effects })
        });
        // The longer one says more.
        let phrase = match (compound(tokens, at, free), listed) {
            (Some(built), Some(listed)) if listed.words > built.words => Some(listed),
            (built, listed) => built.or(listed),
        };
        at = at.saturating_add(phrase.as_ref().map_or(1, |phrase| phrase.words));
        phrases.extend(phrase);
    }
    phrases
}

/// The heading of a list, with what it says about the list: "Negative: fever, cough".
fn heading(tokens: &[Token], at: usize) -> Option<Phrase> {
    let ends = |at: usize| tokens.get(at).filter(|token| token.mark == Some(':'));
    let phrase = |words: usize, effects| Some(Phrase { first: at, words, effects });
    let next = at.saturating_add(1);
    if tokens.get(at)?.lower == "ruled" && ends(next).is_some_and(|next| next.lower == "out") {
        return phrase(2, &[ABSENT]);
    }
    match ends(at)?.lower.as_str() {
        "negative" | "negatives" | "absent" | "denies" | "denied" => phrase(1, &[ABSENT]),
        "positive" | "positives" | "present" | "endorses" => phrase(1, &[Effect::Affirm]),
        // "HIV neg: cough" is an answer.
        "neg" if begins_heading(tokens, at) => phrase(1, &[ABSENT]),
        "pos" if begins_heading(tokens, at) => phrase(1, &[Effect::Affirm]),
        _ => None,
    }
}

/// Whether an abbreviated heading begins here, or goes on from words that only headings have.
fn begins_heading(tokens: &[Token], at: usize) -> bool {
    let is_first = tokens.get(at).is_some_and(|token| token.gap != Gap::Joint);
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    is_first
        || before.is_some_and(|before| matches!(before.lower.as_str(), "pertinent" | "ros" | "otherwise"))
}

/// Signs that are words here: "+ve for gout", "Ø fever".
fn sign(tokens: &[Token], at: usize) -> Option<Phrase> {
    let token = tokens.get(at)?;
    let next = tokens.get(at.saturating_add(1)).filter(|next| next.gap == Gap::Joint);
    let effects: &'static [Effect] = match token.lower.as_str() {
        "ve" if token.lead == Some(Lead::Plus) => &[Effect::Affirm],
        "ø" if next.is_some_and(|next| next.lower.starts_with(char::is_alphabetic)) => {
            &[Effect::Near(Assertion::Absent)]
        }
        _ => return None,
    };
    Some(Phrase { first: at, words: 1, effects })
}

fn joined(run: &[Token]) -> String {
    let words: Vec<&str> = run.iter().map(|token| token.lower.as_str()).collect();
    words.join(" ")
}

/// The end of each assertion's reach, by its index in the order of [`Assertion`].
type Until = [usize; 5];

fn forward(tokens: &[Token], places: &[Place], phrases: &[Phrase], found: &mut [Assertion]) {
    let mut until: Until = [0; 5];
    // Where the reach of what stands directly after a phrase ends, and what it says.
    let mut near: Option<(usize, Assertion)> = None;
    // What was denied, where it is not a mention: "not feeling well, fever" and "no distress, fever" do not deny the
    // fever. A list goes on.
    let mut open: Option<Denied> = None;
    // The last mention's kind, and whether a comma or the like followed it; cleared when a phrase follows.
    let mut last: Option<(Kind, bool)> = None;
    // What was said before the first box of a line.
    let mut heading: Option<Until> = None;
    let mut phrases = phrases.iter().peekable();
    let mut places = places.iter().zip(found).peekable();
    for (at, token) in tokens.iter().enumerate() {
        if token.gap == Gap::Sentence {
            (until, last) = ([0; 5], None);
        }
        if token.gap != Gap::Joint {
            near = None;
            let is_listed = at
                .checked_sub(1)
                .and_then(|last| tokens.get(last))
                .is_some_and(|last| last.mark == Some(':'));
            let next = places.peek().map(|(place, _)| **place);
            let ends = open.is_some_and(|denied| match denied {
                Denied::Verb => true,
                Denied::Thing => next.is_some_and(|next| is_clause(tokens, at, next)),
            });
            if ends && !is_listed && !has_alternative(tokens, at) {
                until = until_without_absent(until);
            }
            open = open.filter(|_| token.gap != Gap::Sentence);
        }
        last = last.map(|(kind, apart)| (kind, apart || token.gap == Gap::Apart));
        if token.begins_line {
            heading = None;
        }
        if token.tick.is_some() {
            // What the heading of the boxes says is said of each; what one label says is not said of the next.
            until = *heading.get_or_insert(if follows_colon(tokens, at) { until } else { [0; 5] });
            (near, open, last) = (None, None, None);
        }
        match token.lead {
            Some(Lead::Plus) => {
                until = only(&[Assertion::Family, Assertion::Past], until);
                (near, open) = (None, None);
            }
            Some(Lead::Minus) => near = Some((at.saturating_add(NEAR_REACH), Assertion::Absent)),
            Some(Lead::Either) => {
                until = until_without_absent(until);
                near = Some((at.saturating_add(NEAR_REACH), Assertion::Possible));
            }
            None => {}
        }
        if let Some(phrase) = phrases.next_if(|phrase| phrase.first == at) {
            last = None;
            for effect in phrase.effects {
                match effect {
                    Effect::Forward(assertion) => {
                        let end = phrase.first.saturating_add(phrase.words).saturating_add(FORWARD_REACH);
                        if let Some(until) = until.get_mut(*assertion as usize) {
                            *until = end;
                        }
                        open = Denied::by(tokens, phrase).filter(|_| *assertion == Assertion::Absent);
                    }
                    Effect::Near(assertion) => {
                        let end = phrase.first.saturating_add(phrase.words).saturating_add(NEAR_REACH);
                        near = Some((end, *assertion));
                    }
                    Effect::Affirm => until = only(&[Assertion::Family, Assertion::Past], until),
                    Effect::Patient => until = [0; 5],
                    // In "his mother has asthma and takes digoxin" everything is about her.
                    Effect::Stop => (until, near) = (only(&[Assertion::Family], until), None),
                    Effect::ClauseStop if token.gap != Gap::Joint => {
                        (until, near) = (only(&[Assertion::Family], until), None);
                    }
                    Effect::ClauseStop => {}
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
            // "No fever and cough is mild": a clause of its own.
            if begins_clause(tokens, *place) {
                until = until_without_absent(until);
            }
            // In "+ gout, - asthma is stable" the minus is a dash.
            if is_subject(tokens, *place) {
                near = None;
            }
            open = None;
            *assertion = (*assertion)
                .min(strongest(place.kind, |index| until.get(index).is_some_and(|end| *end > at)));
            if let Some((_, near)) = near.filter(|(end, _)| *end > at) {
                *assertion = (*assertion).min(near);
            }
        }
    }
}

/// Whether a colon stands before the box of this word.
fn follows_colon(tokens: &[Token], at: usize) -> bool {
    let mut before = tokens.get(..at).unwrap_or_default().iter().rev().take(2);
    before.find(|token| !token.is_tick).is_some_and(|before| before.mark == Some(':'))
}

fn until_without_absent(until: Until) -> Until {
    use Assertion::{Allergy, Family, Past, Possible};
    only(&[Family, Allergy, Past, Possible], until)
}

/// What a negation denies, if its reach may end before any mention.
#[derive(Clone, Copy)]
enum Denied {
    Verb,
    Thing,
}

impl Denied {
    /// What somebody denies, or a test is negative for, is always a list.
    fn by(tokens: &[Token], phrase: &Phrase) -> Option<Self> {
        let word = |ahead: usize| {
            tokens.get(phrase.first.saturating_add(ahead)).map_or("", |token| token.lower.as_str())
        };
        match (word(0), word(1)) {
            ("not" | "never", _) | (_, "t") | ("has" | "have" | "had", "not" | "never") => Some(Self::Verb),
            ("no" | "without", _) => Some(Self::Thing),
            _ => None,
        }
    }
}

/// Whether the part of the sentence that begins here says more about its mention than its name: "gout of the left toe".
fn is_clause(tokens: &[Token], at: usize, place: Place) -> bool {
    let end = place.first.saturating_add(place.words);
    let is_in_part = (at..place.first)
        .skip(1)
        .all(|between| tokens.get(between).is_some_and(|token| token.gap == Gap::Joint));
    is_in_part
        && tokens.get(place.first).is_some_and(|token| place.first == at || token.gap == Gap::Joint)
        && tokens
            .get(end)
            .is_some_and(|token| token.gap == Gap::Joint && !matches!(token.lower.as_str(), "and"))
}

/// Whether a mention is the subject of a verb in a clause of its own: "no fever and cough is mild", "without rest his
/// asthma gets worse".
fn begins_clause(tokens: &[Token], place: Place) -> bool {
    let before = place.first.checked_sub(1).and_then(|before| tokens.get(before));
    let begins = |word: &Token| matches!(word.lower.as_str(), "and" | "his" | "her" | "their" | "the");
    before.is_some_and(begins) && is_subject(tokens, place)
}

/// Whether a verb follows a mention, as in "asthma is stable".
fn is_subject(tokens: &[Token], place: Place) -> bool {
    let after = tokens.get(place.first.saturating_add(place.words));
    after.is_some_and(|after| {
        matches!(
            after.lower.as_str(),
            "is" | "are"
                | "gets"
                | "flares"
                | "persists"
                | "persisted"
                | "remains"
                | "remained"
                | "continues"
                | "continued"
                | "worsens"
                | "worsened"
                | "improves"
                | "improved"
        )
    })
}

/// Whether the list that goes on here is one of alternatives: an "or" follows in the sentence.
fn has_alternative(tokens: &[Token], at: usize) -> bool {
    let rest = tokens.get(at..).unwrap_or_default().iter().take(FORWARD_REACH).enumerate();
    let mut sentence = rest.take_while(|(index, token)| *index == 0 || token.gap != Gap::Sentence);
    sentence.any(|(_, token)| matches!(token.lower.as_str(), "or" | "nor"))
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
                    Effect::Stop | Effect::Patient | Effect::Affirm => from = [usize::MAX; 5],
                    Effect::Forward(_) | Effect::Near(_) | Effect::ClauseStop | Effect::Nothing => {}
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
