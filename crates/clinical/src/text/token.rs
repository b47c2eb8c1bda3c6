//! The words of a text and the gaps between them.

use core::ops::Range;

use super::marks::{self, Lead, Tick};

/// A run of letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its position in bytes.
    pub bytes: Range<usize>,
    /// Its position in characters.
    pub chars: Range<usize>,
    /// In lower case.
    pub lower: String,
    /// Whether it has no lower-case letter.
    pub is_upper: bool,
    /// The gap before it.
    pub gap: Gap,
    /// The first mark of the gap after it: the colon of a field, the question mark of a question.
    pub mark: Option<char>,
    /// A plus or minus after it that ends there, as in "fever (-), cough +".
    pub sign: Option<Sign>,
    /// Whether a question mark stands before it like a word, as in "? pneumonia".
    pub asks: bool,
    /// Whether a line begins with it.
    pub begins_line: bool,
    /// A sign before it, as in "+ fever, - cough".
    pub lead: Option<Lead>,
    /// A box before it, as in "[x] fever".
    pub tick: Option<Tick>,
    /// A box after it, at the end of its line.
    pub tick_after: Option<Tick>,
    /// Whether it is the x in a box.
    pub is_tick: bool,
}

/// A sign in place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

/// The gap between a token and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// A space, a line break within a sentence, a hyphen, a slash, an apostrophe: the two may be one name.
    Joint,
    /// Anything else within a sentence, a comma for example.
    Apart,
    /// The end of a sentence, of a list item or of a paragraph; also the beginning of the text.
    Sentence,
}

/// All tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut gap_from = 0_usize;
    let ends = core::iter::once((text.len(), ' '));
    let mut count = 0_usize;
    for (at, character) in text.char_indices().chain(ends) {
        match (open, character.is_alphanumeric()) {
            (None, true) => open = Some((at, count)),
            (Some((from, from_char)), false) => {
                let word = text.get(from..at).unwrap_or_default();
                let before = text.get(gap_from..from).unwrap_or_default();
                let capital = word.starts_with(char::is_uppercase);
                let mut gap = gap(tokens.last(), before, capital);
                if let Some(previous) = tokens.last_mut() {
                    if is_item(previous, before) {
                        (previous.gap, gap) = (Gap::Sentence, Gap::Sentence);
                    }
                    previous.mark = mark(before);
                    previous.sign = sign(before, false);
                }
                tokens.push(Token {
                    bytes: from..at,
                    chars: from_char..count,
                    lower: word.to_lowercase(),
                    is_upper: !word.chars().any(char::is_lowercase),
                    gap,
                    mark: None,
                    sign: None,
                    asks: before.trim_end().ends_with('?') && (gap_from == 0 || !before.starts_with('?')),
                    begins_line: before.contains('\n'),
                    lead: None,
                    tick: None,
                    tick_after: None,
                    is_tick: false,
                });
                (open, gap_from) = (None, at);
            }
            _ => {}
        }
        count = count.saturating_add(1);
    }
    if let Some(last) = tokens.last_mut() {
        let rest = text.get(gap_from..).unwrap_or_default();
        last.mark = mark(rest);
        last.sign = sign(rest, true);
    }
    marks::read(text, &mut tokens);
    tokens
}

/// The sign with which a gap begins, in brackets or before the end of its part of the sentence.
fn sign(gap: &str, is_last: bool) -> Option<Sign> {
    let gap = gap.trim_start_matches([' ', '\t']);
    let (bracketed, gap) = gap.strip_prefix('(').map_or((false, gap), |rest| (true, rest));
    let sign = match gap.chars().next()? {
        '+' => Sign::Plus,
        '-' | '−' | '–' => Sign::Minus,
        _ => return None,
    };
    let rest: &str = gap.get(gap.chars().next()?.len_utf8()..)?.trim_start_matches([' ', '\t']);
    let ends = if bracketed {
        rest.starts_with(')')
    } else {
        rest.starts_with([',', ';', '.', '\n', '\r']) || (is_last && rest.is_empty())
    };
    ends.then_some(sign)
}

/// The full stop of an abbreviation is none: "neg.: fever".
fn mark(gap: &str) -> Option<char> {
    gap.strip_prefix('.')
        .filter(|rest| rest.starts_with(':'))
        .unwrap_or(gap)
        .chars()
        .find(|character| !character.is_whitespace())
}

/// Words whose full stop does not end a sentence.
const ABBREVIATED: [&str; 12] =
    ["dr", "mr", "mrs", "ms", "vs", "pt", "approx", "st", "hx", "dx", "no", "temp"];

/// Words after which a sentence goes on in the next line, whatever begins there.
const LEADING: [&str; 18] = [
    "and", "or", "nor", "of", "for", "with", "without", "no", "not", "the", "a", "an", "to", "in", "on",
    "by", "his", "her",
];

/// Whether a number and the gap after it begin an item of a list: "1. gout 2. asthma".
fn is_item(number: &Token, after: &str) -> bool {
    number.lower.len() <= 2
        && number.lower.bytes().all(|byte| byte.is_ascii_digit())
        && after.starts_with(['.', ')'])
        && after.ends_with(char::is_whitespace)
}

fn gap(previous: Option<&Token>, between: &str, capital: bool) -> Gap {
    let Some(previous) = previous else { return Gap::Sentence };
    let lines = between.matches('\n').count();
    if between.contains([';', '!', '?', '•', '*']) || lines > 1 {
        return Gap::Sentence;
    }
    // A line that ends without punctuation may continue; one that ends with a list's dash or a stop does not.
    let trimmed = between.trim_start_matches([')', ']', '"', '”', '’', '\'']).trim_start();
    let stops = trimmed.starts_with('.')
        && !trimmed.starts_with(".:")
        && (trimmed.len() > 1 || between.len() != trimmed.len());
    let abbreviated = ABBREVIATED.contains(&previous.lower.as_str()) || previous.chars.len() == 1;
    if (stops && (!abbreviated || lines > 0)) || (lines > 0 && !trimmed.is_empty()) {
        return Gap::Sentence;
    }
    if lines > 0 && capital && !LEADING.contains(&previous.lower.as_str()) {
        return Gap::Sentence;
    }
    let is_joint = trimmed.is_empty() || matches!(between, "-" | "/" | "'" | "’" | "+" | "‐" | "‑");
    if is_joint && between.len() <= 3 {
        Gap::Joint
    } else {
        Gap::Apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(text: &str) -> Vec<Gap> {
        tokens(text).iter().map(|token| token.gap).collect()
    }

    #[test]
    fn positions_are_counted_in_characters_and_in_bytes() {
        let found = tokens("Öl, β-Blocker 5mg");
        let words: Vec<_> = found.iter().map(|token| token.lower.as_str()).collect();
        assert_eq!(words, ["öl", "β", "blocker", "5mg"]);
        assert_eq!((found[1].bytes.clone(), found[1].chars.clone()), (5..7, 4..5));
        assert_eq!(found[3].chars, 14..17);
    }

    #[test]
    fn a_stop_ends_a_sentence_unless_it_abbreviates() {
        use Gap::*;
        assert_eq!(gaps("No fever. Takes it"), [Sentence, Joint, Sentence, Joint, Joint][..4]);
        assert_eq!(gaps("Dr. Who, b.i.d. and"), [Sentence, Apart, Apart, Apart, Apart, Apart]);
        assert_eq!(gaps("one\ntwo\n- three\n\nfour; five"), [Sentence, Joint, Sentence, Sentence, Sentence]);
        assert_eq!(gaps("2.5 mg a/b c, d"), [Sentence, Apart, Joint, Joint, Joint, Joint, Apart]);
    }
}
