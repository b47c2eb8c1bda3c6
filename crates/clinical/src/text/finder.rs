//! Mentions in a text.

use core::ops::Range;

use super::assertion::assertions;
use super::lexicon::{Lexicon, Reading};
use super::phrase::Place;
use super::token::{tokens, Gap, Token};
use super::{Assertion, DamagedDictionary, Kind, Mention, TextError, MAX_TEXT_BYTES};

/// Maximum length of a name, in words; as in `data/build`.
const LONGEST_NAME: usize = 5;
/// Misspelt names of problems must be longer than this: short ones are too close to common words.
const SHORTEST_MISSPELT_PROBLEM: usize = 6;
/// The confidence of a name that is also a common word.
const IN_CONTEXT: f64 = 0.9;

/// Finds drugs and problems in texts. Construction takes some milliseconds and megabytes: construct one, and share it.
pub struct Finder {
    lexicon: Lexicon,
}

/// A name that was found.
struct Match {
    concept: usize,
    words: usize,
    confidence: f64,
}

impl Finder {
    /// Reads the dictionaries that are part of the program.
    pub fn new() -> Result<Self, DamagedDictionary> {
        Ok(Self { lexicon: Lexicon::new()? })
    }

    /// The mentions of a text, in their order; none overlaps another.
    pub fn find(&self, text: &str) -> Result<Vec<Mention>, TextError> {
        self.mentions(text, true)
    }

    /// The same without misspelt names: for generated text, such as the display of a code.
    pub fn find_exact(&self, text: &str) -> Result<Vec<Mention>, TextError> {
        self.mentions(text, false)
    }

    /// What a text states about a term of another dictionary, which stands at these bytes; `None` if no word is there.
    pub fn assertion_at(&self, text: &str, bytes: Range<usize>) -> Result<Option<Assertion>, TextError> {
        let mentions = self.mentions(text, true)?;
        let tokens = tokens(text);
        let overlaps = |own: &Range<usize>| own.start < bytes.end && bytes.start < own.end;
        let place = |own: &Range<usize>, kind| {
            let first = tokens.iter().position(|token| token.bytes.start >= own.start)?;
            let rest = tokens.get(first..)?;
            let words = rest.iter().take_while(|token| token.bytes.start < own.end).count();
            (words > 0).then_some(Place { first, words, kind })
        };
        let Some(term) = place(&bytes, Kind::Problem) else { return Ok(None) };
        let others = mentions.iter().filter(|mention| !overlaps(&mention.bytes));
        let mut places: Vec<Place> =
            others.filter_map(|mention| place(&mention.bytes, mention.kind)).chain([term]).collect();
        places.sort_by_key(|place| place.first);
        let found = assertions(&tokens, &places);
        Ok(places.iter().zip(found).find(|(place, _)| place.first == term.first).map(|(_, found)| found))
    }

    fn mentions(&self, text: &str, misspelt: bool) -> Result<Vec<Mention>, TextError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(TextError::TooLong);
        }
        let tokens = tokens(text);
        let (mut mentions, mut places) = (Vec::new(), Vec::new());
        let mut at = 0_usize;
        while at < tokens.len() {
            let found = self
                .exact(&tokens, at)
                .or_else(|| tokens.get(at).filter(|_| misspelt).and_then(|word| self.misspelt(word)))
                .filter(|_| !is_a_persons_name(&tokens, at));
            let Some((mention, words)) =
                found.and_then(|found| Some((self.mention(&tokens, at, &found)?, found.words)))
            else {
                at = at.saturating_add(1);
                continue;
            };
            places.push(Place { first: at, words, kind: mention.kind });
            mentions.push(mention);
            at = at.saturating_add(words.max(1));
        }
        for (mention, assertion) in mentions.iter_mut().zip(assertions(&tokens, &places)) {
            mention.assertion = assertion;
        }
        Ok(mentions)
    }

    /// The longest name that begins at a word.
    fn exact(&self, tokens: &[Token], at: usize) -> Option<Match> {
        let run = tokens.get(at..)?;
        let rest = run.iter().skip(1).take(LONGEST_NAME.saturating_sub(1));
        let joint = rest.take_while(|token| token.gap == Gap::Joint).count().saturating_add(1);
        (1..=joint).rev().find_map(|words| {
            let run = run.get(..words)?;
            let name: Vec<&str> = run.iter().map(|token| token.lower.as_str()).collect();
            let entry = self.lexicon.get(&name.join(" "))?;
            let confidence = match entry.reading {
                Reading::Always => 1.0,
                Reading::InContext if has_context(tokens, at, words) => IN_CONTEXT,
                Reading::InCapitals if run.iter().all(|token| token.is_upper) => 1.0,
                Reading::InContext | Reading::InCapitals => return None,
            };
            Some(Match { concept: entry.concept, words, confidence })
        })
    }

    fn misspelt(&self, token: &Token) -> Option<Match> {
        let word = token.lower.as_str();
        if self.lexicon.guard.contains(word) {
            return None;
        }
        let nearest = self.lexicon.targets.nearest(word)?;
        let letters = token.chars.len();
        let is_problem = self.lexicon.concept(nearest.concept)?.kind == Kind::Problem;
        if is_problem && letters < SHORTEST_MISSPELT_PROBLEM {
            return None;
        }
        let share = ratio(nearest.faults, letters);
        Some(Match { concept: nearest.concept, words: 1, confidence: 1.0 - share })
    }

    fn mention(&self, tokens: &[Token], at: usize, found: &Match) -> Option<Mention> {
        let concept = self.lexicon.concept(found.concept)?;
        let run = tokens.get(at..at.saturating_add(found.words))?;
        let (first, last) = (run.first()?, run.last()?);
        Some(Mention {
            kind: concept.kind,
            start: first.chars.start,
            end: last.chars.end,
            bytes: first.bytes.start..last.bytes.end,
            name: concept.name.clone(),
            code: concept.code.clone(),
            assertion: Assertion::Present,
            confidence: found.confidence,
        })
    }
}

/// Two small numbers divided.
fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    number(part) / number(whole)
}

/// Whether the word follows a title, as in "Dr. Losek".
fn is_a_persons_name(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| matches!(token.lower.as_str(), "dr" | "mr" | "mrs" | "ms" | "prof" | "nurse"))
}

/// Whether a name that is also a common word stands for a medicine here.
fn has_context(tokens: &[Token], at: usize, words: usize) -> bool {
    const BEFORE: [&str; 17] = [
        "taking",
        "takes",
        "take",
        "took",
        "started",
        "start",
        "given",
        "prescribed",
        "prescribe",
        "continue",
        "continued",
        "dose",
        "doses",
        "stopped",
        "stop",
        "tablet",
        "tablets",
    ];
    const AFTER: [&str; 24] = [
        "mg",
        "mcg",
        "g",
        "ml",
        "units",
        "iu",
        "tablet",
        "tablets",
        "tab",
        "tabs",
        "capsule",
        "capsules",
        "cap",
        "injection",
        "injections",
        "spray",
        "cream",
        "gel",
        "patch",
        "supplement",
        "supplements",
        "prn",
        "daily",
        "replacement",
    ];
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let after = |ahead: usize| {
        tokens.get(at.saturating_add(words).saturating_add(ahead)).map(|token| token.lower.as_str())
    };
    let is_amount = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let is_unit =
        |word: &str| AFTER.iter().any(|unit| word == *unit || (is_amount(word) && word.ends_with(unit)));
    before.is_some_and(|token| BEFORE.contains(&token.lower.as_str()))
        || after(0).is_some_and(is_unit)
        || (after(0).is_some_and(is_amount) && after(1).is_some_and(is_unit))
}
