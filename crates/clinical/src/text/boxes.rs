//! Boxes of forms: "[x] gout [ ] asthma", "gout [x] asthma [ ]", "Gout: [ ] yes [x] no".
//!
//! A box that is not checked says nothing about its label, like a question without an answer.

use core::ops::Range;

use super::answer::{Answer, Says};
use super::marks::Tick;
use super::token::{Gap, Token};

/// Maximum number of answers to choose from.
const MOST_CHOICES: usize = 6;

/// A box of a line, and the words from it to the next one.
struct Field {
    tick: Tick,
    /// The first word, or the x in the box.
    start: usize,
    label: Range<usize>,
}

/// What the boxes of a text say, in their order.
pub(crate) fn answers(tokens: &[Token]) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut start = 0_usize;
    while start < tokens.len() {
        let rest = tokens.get(start..).unwrap_or_default().iter().skip(1);
        let end = start.saturating_add(1).saturating_add(rest.take_while(|token| !token.begins_line).count());
        line(tokens, start..end, &mut answers);
        start = end;
    }
    answers
}

fn line(tokens: &[Token], line: Range<usize>, answers: &mut Vec<Answer>) {
    let fields = fields(tokens, &line);
    let trailing =
        tokens.get(line.clone()).unwrap_or_default().iter().rev().find_map(|token| token.tick_after);
    let mut plain: Vec<&Field> = Vec::new();
    let mut label_start = line.start;
    let mut at = 0_usize;
    while let Some(field) = fields.get(at) {
        let group = choice(tokens, fields.get(at..).unwrap_or_default());
        let Some(last) = group.checked_sub(1).and_then(|ahead| fields.get(at.saturating_add(ahead))) else {
            plain.push(field);
            label_start = field.label.start;
            at = at.saturating_add(1);
            continue;
        };
        let choices = fields.get(at..at.saturating_add(group)).unwrap_or_default();
        let mut checked = choices.iter().filter(|choice| choice.tick == Tick::Checked);
        let says = match (checked.next(), checked.next()) {
            (Some(only), None) => word(tokens, only.label.start).unwrap_or(Says::Unsaid),
            _ => Says::Unsaid,
        };
        let end = last.label.start.saturating_add(1);
        let words = end.saturating_sub(field.start);
        answers.push(Answer { label: label_start..field.start, first: field.start, words, says });
        label_start = end;
        at = at.saturating_add(group);
    }
    let first_box = plain.first().map(|field| field.start);
    let mut open = |label: Range<usize>| {
        let first = label.end;
        answers.push(Answer { label, first, words: 0, says: Says::Unsaid });
    };
    match trailing {
        // "Gout [x] asthma [ ]"
        Some(last) if first_box.is_none_or(|first| first > line.start) => {
            let mut from = line.start;
            for field in &plain {
                if field.tick == Tick::Open {
                    open(from..field.start);
                }
                from = field.label.start;
            }
            if last == Tick::Open {
                open(from..line.end);
            }
        }
        _ => {
            for field in plain.iter().filter(|field| field.tick == Tick::Open) {
                let words = tokens.get(field.label.clone()).unwrap_or_default().iter().enumerate();
                let sentence = words.take_while(|(index, token)| *index == 0 || token.gap != Gap::Sentence);
                open(field.label.start..field.label.start.saturating_add(sentence.count()));
            }
        }
    }
    // Choices and boxes may take turns.
    let of_line = answers.iter().rposition(|answer| answer.label.start < line.start);
    let of_line = of_line.map_or(0, |before| before.saturating_add(1));
    answers.get_mut(of_line..).unwrap_or_default().sort_by_key(|answer| answer.label.start);
}

fn fields(tokens: &[Token], line: &Range<usize>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for at in line.clone() {
        let Some(tick) = tokens.get(at).and_then(|token| token.tick) else { continue };
        let x = at.checked_sub(1).filter(|x| line.contains(x) && tokens.get(*x).is_some_and(|x| x.is_tick));
        let start = x.unwrap_or(at);
        if let Some(last) = fields.last_mut() {
            last.label.end = start.max(last.label.start);
        }
        fields.push(Field { tick, start, label: at..line.end });
    }
    fields
}

/// The number of boxes with which an answer is chosen: "[ ] yes [x] no", or one after a colon.
fn choice(tokens: &[Token], fields: &[Field]) -> usize {
    let answer = |field: &Field| word(tokens, field.label.start);
    let is_alone = |field: &Field| {
        let next = tokens.get(field.label.start.saturating_add(1));
        field.label.len() == 1 || next.is_none_or(|next| next.gap != Gap::Joint)
    };
    let Some(first) = fields.first() else { return 0 };
    let alone = fields
        .iter()
        .take(MOST_CHOICES)
        .take_while(|field| answer(field).is_some() && field.label.len() == 1)
        .count();
    // What follows the last answer may be the next label.
    let last = fields.get(alone).is_some_and(|field| alone > 0 && answer(field).is_some());
    let count = alone.saturating_add(usize::from(last));
    let group = fields.get(..count).unwrap_or_default();
    let has = |says: Says| group.iter().any(|field| answer(field) == Some(says));
    if has(Says::Yes) && has(Says::No) {
        return count;
    }
    let mark =
        first.start.checked_sub(1).and_then(|before| tokens.get(before)).and_then(|before| before.mark);
    usize::from(answer(first).is_some() && is_alone(first) && matches!(mark, Some(':' | '?')))
}

fn word(tokens: &[Token], at: usize) -> Option<Says> {
    match tokens.get(at)?.lower.as_str() {
        "yes" | "y" | "positive" | "pos" | "present" | "true" => Some(Says::Yes),
        "no" | "n" | "none" | "negative" | "neg" | "absent" | "denies" | "denied" | "never" | "false" => {
            Some(Says::No)
        }
        "unknown" | "unsure" | "uncertain" | "unclear" => Some(Says::Unknown),
        _ => None,
    }
}
