//! Separators that did not arrive: scanners omit FNC1, or send another character for it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::element_string::FNC1;
use crate::{Ai, Definition, Parser};

/// The substitutes that scanners are set up to send for FNC1 where the control character GS gets lost on the way.
const SUBSTITUTES: [&str; 7] = ["{GS}", "[GS]", "^]", "|", "~", "^", " "];

/// The only substitute that may occur in a value; it hardly ever does.
const SPELLED: &str = "<GS>";

/// The text with each spelled-out FNC1 replaced by FNC1.
pub(super) fn spelled(text: &str) -> Option<String> {
    text.contains(SPELLED).then(|| text.replace(SPELLED, FNC1_TEXT))
}

const FNC1_TEXT: &str = "\u{1d}";

/// The texts with a usual substitute replaced by FNC1.
pub(super) fn restored(text: &str) -> impl Iterator<Item = String> + '_ {
    SUBSTITUTES
        .iter()
        .filter(|substitute| text.contains(**substitute))
        .map(|substitute| text.replace(substitute, FNC1_TEXT))
}

/// Maximum length of an element string in which lost separators are searched. Codes on packs have about 80 characters.
const MAX_TEXT: usize = 256;

/// Maximum number of readings that are compared.
const MAX_READINGS: usize = 8;

/// Identifiers on packs without a predefined length: the separator after each of them can get lost.
const ON_PACKS: [&str; 12] =
    ["10", "21", "22", "240", "710", "711", "712", "713", "714", "715", "716", "717"];

/// The texts that an element string could have been before it lost separators; those with the fewest lost ones come
/// first. `text` may begin with a symbology identifier.
pub(super) fn found_again(text: &str, parser: &Parser) -> Vec<String> {
    let start = if text.starts_with(']') { SYMBOLOGY_IDENTIFIER } else { 0 };
    let Some(elements) = text.get(start..).filter(|text| text.len() <= MAX_TEXT && text.is_ascii()) else {
        return Vec::new();
    };
    let mut search = Search { text: elements.as_bytes(), parser, known: BTreeMap::new() };
    let mut readings = search.readings_from(0);
    readings.retain(|lost| !lost.is_empty());
    readings.sort_by_key(Vec::len);
    readings.truncate(MAX_READINGS);
    let with_separators = |lost: &Lost| {
        let mut whole = String::from(text.get(..start).unwrap_or_default());
        for (index, character) in elements.char_indices() {
            if lost.contains(&index) {
                whole.push_str(FNC1_TEXT);
            }
            whole.push(character);
        }
        whole
    };
    readings.iter().map(with_separators).collect()
}

/// Length of a symbology identifier such as `]d2`.
const SYMBOLOGY_IDENTIFIER: usize = 3;

/// The places of the lost separators of one reading.
type Lost = Vec<usize>;

struct Search<'a> {
    text: &'a [u8],
    parser: &'a Parser<'a>,
    /// The readings from each place that was looked at: none is looked at twice.
    known: BTreeMap<usize, Vec<Lost>>,
}

impl Search<'_> {
    /// The readings of the text from a place to its end.
    fn readings_from(&mut self, place: usize) -> Vec<Lost> {
        if place >= self.text.len() {
            // Nothing is left to read.
            return [Lost::new()].into();
        }
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let readings = self.read_from(place);
        self.known.insert(place, readings.clone());
        readings
    }

    fn read_from(&mut self, place: usize) -> Vec<Lost> {
        let rest = self.text.get(place..).unwrap_or_default();
        let rest = rest.strip_prefix(&[FNC1]).unwrap_or(rest);
        let Some(ai) = Ai::at_start_of(rest).filter(|ai| is_on_packs(*ai)) else { return Vec::new() };
        let start = self.text.len().saturating_sub(rest.len()).saturating_add(ai.width());
        let definition = ai.definition();
        let (min, max) = definition.length();
        let mut readings = Vec::new();
        for length in min..=max {
            let end = start.saturating_add(length);
            let Some(value) = self.text.get(start..end).filter(|value| value.last() != Some(&FNC1)) else {
                break;
            };
            if self.parser.check(ai, value).is_err() {
                continue;
            }
            let lost =
                !definition.has_predefined_length() && self.text.get(end).is_some_and(|next| *next != FNC1);
            for mut reading in self.readings_from(end) {
                if readings.len() >= MAX_READINGS {
                    return readings;
                }
                reading.extend(lost.then_some(end));
                readings.push(reading);
            }
        }
        readings
    }
}

fn is_on_packs(ai: Ai) -> bool {
    Definition::has_predefined_length(ai.definition())
        || ON_PACKS.iter().any(|digits| crate::definition::ai(digits) == ai)
}
