//! Separators that did not arrive: scanners leave FNC1 out, or send another character for it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::element_string::FNC1;
use crate::{Ai, Definition, Parser};

/// What scanners are set up to send for FNC1 where the control character GS gets lost on the way.
const SUBSTITUTES: [&str; 7] = ["{GS}", "[GS]", "^]", "|", "~", "^", " "];

/// The one substitute that a value might have, and hardly ever has.
const SPELLED: &str = "<GS>";

/// The text in which FNC1 is itself again where it was spelled out.
pub(super) fn spelled(text: &str) -> Option<String> {
    text.contains(SPELLED).then(|| text.replace(SPELLED, FNC1_TEXT))
}

const FNC1_TEXT: &str = "\u{1d}";

/// The texts in which a usual substitute is FNC1 again.
pub(super) fn restored(text: &str) -> impl Iterator<Item = String> + '_ {
    SUBSTITUTES
        .iter()
        .filter(|substitute| text.contains(**substitute))
        .map(|substitute| text.replace(substitute, FNC1_TEXT))
}

/// Longest element string of which lost separators are sought. Codes on packs have about 80 characters.
const MAX_TEXT: usize = 256;

/// Most readings that are compared.
const MAX_READINGS: usize = 8;

/// Identifiers that a pack bears and that have no predefined length: after each of them a separator can get lost.
const ON_PACKS: [&str; 12] =
    ["10", "21", "22", "240", "710", "711", "712", "713", "714", "715", "716", "717"];

/// The texts that an element string could have been before separators got lost, those with the fewest lost ones
/// first. `text` may begin with a symbology identifier.
pub(super) fn found_again(text: &str, parser: &Parser) -> Vec<String> {
    let start = if text.starts_with(']') { SYMBOLOGY_IDENTIFIER } else { 0 };
    let Some(elements) = text.get(start..).filter(|text| text.len() <= MAX_TEXT && text.is_ascii()) else {
        return Vec::new();
    };
    let search = Search { text: elements.as_bytes(), parser };
    let mut readings = search.readings();
    readings.retain(|lost| !lost.is_empty());
    readings.sort_by_key(Vec::len);
    readings.truncate(MAX_READINGS);
    let with_separators = |lost: &Vec<usize>| {
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

struct Search<'a> {
    text: &'a [u8],
    parser: &'a Parser<'a>,
}

impl Search<'_> {
    /// The places of the lost separators, for each reading of the whole text. Places are worked out from the end,
    /// so that each is looked at once.
    fn readings(&self) -> Vec<Vec<usize>> {
        let end = self.text.len();
        let mut from: Vec<Vec<Vec<usize>>> = Vec::new();
        from.resize_with(end.saturating_add(1), Vec::new);
        if let Some(last) = from.last_mut() {
            // Nothing is left to read.
            last.push(Vec::new());
        }
        for place in (0..end).rev() {
            let readings = self.readings_from(place, &from);
            if let Some(slot) = from.get_mut(place) {
                *slot = readings;
            }
        }
        from.into_iter().next().unwrap_or_default()
    }

    fn readings_from(&self, place: usize, from: &[Vec<Vec<usize>>]) -> Vec<Vec<usize>> {
        let rest = self.text.get(place..).unwrap_or_default();
        let skipped = usize::from(rest.first() == Some(&FNC1));
        let rest = rest.get(skipped..).unwrap_or_default();
        let Some(ai) = Ai::at_start_of(rest).filter(|ai| is_on_packs(*ai)) else { return Vec::new() };
        let value = place.saturating_add(skipped).saturating_add(ai.width());
        let definition = ai.definition();
        let (min, max) = definition.length();
        let mut readings = Vec::new();
        for length in min..=max {
            let after = value.saturating_add(length);
            let Some(text) = self.text.get(value..after) else { break };
            let next = self.text.get(after);
            if text.last() == Some(&FNC1) {
                break;
            }
            if self.parser.check(ai, text).is_err() {
                continue;
            }
            let lost = !definition.has_predefined_length() && next.is_some_and(|next| *next != FNC1);
            for tail in from.get(after).into_iter().flatten() {
                if readings.len() >= MAX_READINGS {
                    return readings;
                }
                let mut reading: Vec<usize> = tail.clone();
                reading.extend(lost.then_some(after));
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
