//! Separators that got lost: which codes could a text without them have been?

use alloc::string::String;
use alloc::vec::Vec;

use super::spelled::GS;
use crate::{Ai, Elements, Parser};

/// Maximum length of an element string in which lost separators are searched. Codes on packs have about 80 characters.
const MAX_TEXT: usize = 256;

/// Maximum number of readings that are listed.
pub(super) const MAX_READINGS: usize = 16;

/// Maximum number of fields that one search tries to read: a search ends in milliseconds, whatever the text is.
const MAX_STEPS: usize = 20_000;

/// Identifiers without a predefined length on packs of medicine: lot, serial, variant, additional identification, and the
/// national numbers. The separator after each of them can get lost.
const ON_PACKS: [&str; 12] =
    ["10", "21", "22", "240", "710", "711", "712", "713", "714", "715", "716", "717"];

/// Those of predefined length on packs: GTIN and dates.
const ON_PACKS_PREDEFINED: [&str; 6] = ["01", "11", "13", "15", "16", "17"];

/// What remains of a separator in characters that a value may have, too: the digits of Alt and 29 if Alt itself got lost,
/// and its names.
const REMAINS: [&str; 4] = ["0029", "029", "FNC1", "GS"];

/// What a search expects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Identifiers on packs of medicine.
    OnPacks,
    /// All identifiers of the standard.
    All,
    /// Identifiers on packs, and between fields anything that begins with a character that no value can have.
    Strange,
}

/// The longest text that a search takes for a separator.
const MAX_STRANGE: usize = 10;

/// The codes that a text could have been.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// Codes in which separators got lost, the likeliest first: those with most of the four fields of a pack, then those
    /// that lost the fewest.
    pub(super) codes: Vec<Elements>,
    /// Whether these are all.
    pub(super) complete: bool,
}

/// Whether an element string has a separator between its fields, which shows that the scanner sends them.
pub(super) fn has_separator(elements: &str) -> bool {
    elements.trim_matches(GS).contains(GS)
}

/// The readings of an element string that need at least one lost separator.
pub(super) fn readings(elements: &str, expected: Expected, parser: &Parser) -> Readings {
    let text = elements.trim_matches(GS);
    if text.len() > MAX_TEXT {
        return Readings { codes: Vec::new(), complete: false };
    }
    let mut search =
        Search { text: text.as_bytes(), parser, expected, steps: 0, path: Vec::new(), found: Vec::new() };
    search.read_from(0, 0);
    let complete = search.steps <= MAX_STEPS;
    let mut found = search.found;
    found.sort_by_key(|(lost, code)| (missing(code), *lost));
    let complete = complete && found.len() <= MAX_READINGS;
    let codes = found.into_iter().take(MAX_READINGS).map(|(_, code)| code).collect();
    Readings { codes, complete }
}

/// How many of the four fields of a pack a code does not have.
pub(super) fn missing(code: &Elements) -> usize {
    [Ai::GTIN, Ai::EXPIRY, Ai::LOT, Ai::SERIAL].iter().filter(|ai| code.get(**ai).is_none()).count()
}

struct Search<'a> {
    text: &'a [u8],
    parser: &'a Parser<'a>,
    expected: Expected,
    /// Fields that were tried.
    steps: usize,
    /// The fields up to a place: identifier, start and end of the value.
    path: Vec<(Ai, usize, usize)>,
    /// Codes, each with the number of its lost separators.
    found: Vec<(usize, Elements)>,
}

impl Search<'_> {
    /// Finds all readings of the text from a place to its end, after those of the path.
    fn read_from(&mut self, place: usize, lost: usize) {
        if place >= self.text.len() {
            self.add(lost);
            return;
        }
        let rest = self.text.get(place..).unwrap_or_default();
        let Some(ai) = Ai::at_start_of(rest).filter(|ai| self.expects(*ai)) else { return };
        let start = place.saturating_add(ai.width());
        let definition = ai.definition();
        let (min, max) = definition.length();
        let separator = self.text.iter().skip(start).position(|byte| *byte == GS_BYTE);
        let end = separator.map_or(self.text.len(), |length| start.saturating_add(length));
        let longest = max.min(end.saturating_sub(start));
        // The longest value first: it needs no lost separator.
        for length in (min..=longest).rev() {
            self.steps = self.steps.saturating_add(1);
            if self.steps > MAX_STEPS {
                return;
            }
            let after = start.saturating_add(length);
            let value = self.text.get(start..after).unwrap_or_default();
            if self.parser.check(ai, value).is_err() {
                continue;
            }
            self.path.push((ai, start, after));
            if self.text.get(after) == Some(&GS_BYTE) {
                self.read_from(after.saturating_add(1), lost);
            } else if after >= self.text.len() || definition.has_predefined_length() {
                self.read_from(after, lost);
            } else {
                let lost = lost.saturating_add(1);
                self.read_from(after, lost);
                let rest = self.text.get(after..).unwrap_or_default();
                for remains in REMAINS {
                    if rest.starts_with(remains.as_bytes()) {
                        self.read_from(after.saturating_add(remains.len()), lost);
                    }
                }
                let is_strange = rest.first().is_some_and(|byte| !crate::is_cset82(*byte));
                if self.expected == Expected::Strange && is_strange {
                    // A field follows.
                    for length in (1..rest.len()).take(MAX_STRANGE) {
                        self.read_from(after.saturating_add(length), lost);
                    }
                }
            }
            self.path.pop();
        }
    }

    /// A pack has each field once.
    fn expects(&self, ai: Ai) -> bool {
        let is_one = |digits: &&str| crate::definition::ai(digits) == ai;
        let on_packs = || ON_PACKS.iter().chain(&ON_PACKS_PREDEFINED).any(is_one);
        self.path.iter().all(|(before, ..)| *before != ai) && (self.expected == Expected::All || on_packs())
    }

    fn add(&mut self, lost: usize) {
        if lost == 0 {
            return;
        }
        let mut code = Elements::default();
        for (ai, start, end) in &self.path {
            let value = self.text.get(*start..*end).unwrap_or_default();
            // The check admits only ASCII.
            code.push_valid(*ai, core::str::from_utf8(value).unwrap_or_default());
        }
        if super::is_identified(&code) && self.found.iter().all(|(_, before)| *before != code) {
            self.found.push((lost, code));
        }
    }
}

const GS_BYTE: u8 = crate::element_string::FNC1;

/// The text with its usual substitutes replaced by GS, one by one: characters that no value can have.
pub(super) fn substituted(text: &str) -> impl Iterator<Item = String> + '_ {
    /// More different ones are no separators.
    const MOST: usize = 3;
    let mut substitutes: Vec<char> = Vec::new();
    for character in text.chars().filter(|character| is_substitute(*character)) {
        if !substitutes.contains(&character) {
            substitutes.push(character);
        }
        if substitutes.len() > MOST {
            substitutes.clear();
            break;
        }
    }
    let two_characters =
        ["~1", "||"].into_iter().filter(|pair| text.contains(pair)).map(|pair| text.replace(pair, "\u{1d}"));
    substitutes.into_iter().map(|character| text.replace(character, "\u{1d}")).chain(two_characters)
}

/// Whether scanners may send this character for GS: none of character set 82.
fn is_substitute(character: char) -> bool {
    !u8::try_from(character).is_ok_and(|byte| byte.is_ascii() && crate::is_cset82(byte)) && character != GS
}
