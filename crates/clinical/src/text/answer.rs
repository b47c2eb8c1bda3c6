//! Fields with answers, as forms and quick notes have them: "Diabetes: no", "Fever? None.", "asthma (yes)".

use core::ops::Range;

use super::boxes;
use super::phrase::Place;
use super::token::{Gap, Sign, Token};
use super::Assertion;

/// Maximum length of a field's label, in words.
const LONGEST_LABEL: usize = 8;

/// An answer and the field to which it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The words of the label.
    pub label: Range<usize>,
    /// The first word of the answer.
    pub first: usize,
    /// The number of its words.
    pub words: usize,
    pub says: Says,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    No,
    Yes,
    Unknown,
    Over,
    /// Asked, and not answered: not even what the words of the label say.
    Unsaid,
}

impl Says {
    /// What the field says about a mention in its label, by the words of the label alone.
    pub(crate) fn about(self, label: Assertion) -> Assertion {
        match (self, label) {
            (Self::No, _) => Assertion::Absent,
            (Self::Yes, Assertion::Absent) => Assertion::Present,
            (Self::Yes, label) => label,
            (Self::Unknown, label) => label.min(Assertion::Possible),
            (Self::Over, label) => label.min(Assertion::Past),
            (Self::Unsaid, _) => Assertion::Possible,
        }
    }
}

/// The answers of a text, in their order.
pub(crate) fn answers(tokens: &[Token], places: &[Place]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let boxes = boxes::answers(tokens);
    let mut next_boxes = boxes.iter().peekable();
    for (index, place) in places.iter().enumerate() {
        while next_boxes.next_if(|choice| choice.label.end <= place.first).is_some() {}
        if next_boxes.peek().is_some_and(|choice| choice.label.contains(&place.first)) {
            continue;
        }
        let after = place.first.saturating_add(place.words);
        let next_place = places.get(index.saturating_add(1)).map(|place| place.first);
        let Some(answer) = answer(tokens, after, next_place) else { continue };
        let start = label_start(tokens, place.first)
            .max(answers.last().map_or(0, |last| last.first.saturating_add(last.words)));
        answers.push(Answer { label: start..answer.first, ..answer });
    }
    answers.extend(boxes);
    answers.sort_by_key(|answer| answer.label.start);
    answers
}

/// The answer to a field whose label has a mention that ends before this word.
fn answer(tokens: &[Token], after_mention: usize, next_place: Option<usize>) -> Option<Answer> {
    let last = after_mention.checked_sub(1).and_then(|last| tokens.get(last));
    if let Some(sign) = last.and_then(|last| last.sign) {
        let says = if sign == Sign::Plus { Says::Yes } else { Says::No };
        return Some(Answer { label: after_mention..after_mention, first: after_mention, words: 0, says });
    }
    if let Some(says) = bare(tokens, after_mention) {
        return Some(Answer { label: after_mention..after_mention, first: after_mention, words: 1, says });
    }
    // "Penicillin allergy: no", "asthma now: yes".
    let rest = after_mention..after_mention.saturating_add(3);
    let first = rest.into_iter().find(|at| {
        let is_end =
            |token: &Token| matches!(token.mark, Some(':' | '?' | '-' | '–' | '—' | '(' | '=' | ','));
        at.checked_sub(1).and_then(|last| tokens.get(last)).is_some_and(is_end)
            || tokens.get(*at).is_none_or(|token| token.gap != Gap::Joint)
    })?;
    let mark = tokens.get(first.checked_sub(1)?)?.mark?;
    if !matches!(mark, ':' | '?' | '-' | '–' | '—' | '(' | '=' | ',') || tokens.get(first)?.gap == Gap::Joint
    {
        return None;
    }
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let (words, says) = match (word(first), word(first.saturating_add(1))) {
        ("ruled", "out") => (2, Says::No),
        ("unlikely", _) => (1, Says::No),
        ("resolved", _) => (1, Says::Over),
        ("likely" | "probable" | "suspected" | "possible", _) => (1, Says::Unknown),
        // After a comma, other words begin something new.
        _ if mark == ',' => return None,
        ("not", "present" | "seen" | "found" | "identified" | "detected" | "noted") => (2, Says::No),
        (
            "no" | "n" | "none" | "nil" | "denies" | "denied" | "negative" | "neg" | "absent" | "never"
            | "false",
            _,
        ) => (1, Says::No),
        (
            "yes" | "y" | "positive" | "pos" | "present" | "endorses" | "endorsed" | "confirmed" | "true",
            _,
        ) => (1, Says::Yes),
        ("unknown" | "unsure" | "unclear" | "uncertain" | "possibly" | "maybe" | "pending", _) => {
            (1, Says::Unknown)
        }
        _ => return None,
    };
    let next = first.saturating_add(words);
    // In "fever: no cough" the word belongs to the cough; in "fever: no  cough: yes" it does not.
    let ends = tokens.get(next).is_none_or(|token| token.gap != Gap::Joint || token.begins_line)
        || (next_place == Some(next) && begins_field(tokens, next))
        || matches!(word(next), "today" | "currently" | "now" | "reported" | "noted" | "known");
    ends.then_some(Answer { label: first..first, first, words, says })
}

/// The answer of a form without marks: "diabetes N, asthma Y", "fever no".
fn bare(tokens: &[Token], at: usize) -> Option<Says> {
    let token = tokens.get(at).filter(|token| token.gap == Gap::Joint)?;
    let next = tokens.get(at.saturating_add(1));
    let ends = next.is_none_or(|next| next.gap != Gap::Joint || next.begins_line);
    match token.lower.as_str() {
        "no" if ends => Some(Says::No),
        "yes" if ends => Some(Says::Yes),
        "n" if ends && token.is_upper => Some(Says::No),
        "y" if ends && token.is_upper => Some(Says::Yes),
        _ => None,
    }
}

/// Whether a field begins here: a colon or a question mark within the next words.
fn begins_field(tokens: &[Token], at: usize) -> bool {
    let words = tokens.get(at..).unwrap_or_default().iter().take(LONGEST_LABEL);
    let mut joint = words.enumerate().take_while(|(index, token)| *index == 0 || token.gap == Gap::Joint);
    joint.any(|(_, token)| matches!(token.mark, Some(':' | '?')))
}

/// The first word of a label: back over what belongs together, on one line.
fn label_start(tokens: &[Token], mention: usize) -> usize {
    let mut start = mention;
    let floor = mention.saturating_sub(LONGEST_LABEL);
    while start > floor
        && tokens.get(start).is_some_and(|token| token.gap == Gap::Joint && !token.begins_line)
    {
        start = start.saturating_sub(1);
    }
    start
}
