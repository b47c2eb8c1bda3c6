//! Negotiation by language: the priority list of `Accept-Language` (RFC 9110 section 12.5.4) and the lookup of RFC 4647
//! section 3.4.

use crate::accept::{read_quality, BEST};

/// Most ranges of a header that are read.
const MAX_RANGES: usize = 32;

/// The languages that a client prefers; empty where it named none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages(Vec<(String, u16)>);

impl Languages {
    /// Reads the header. Ranges that are malformed are not there.
    #[must_use]
    pub fn read(header: Option<&str>) -> Self {
        let range = |item: &str| {
            let mut parts = item.split(';').map(str::trim);
            let range = parts.next()?;
            let in_range = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*');
            if range.is_empty() || range.len() > 35 || !range.bytes().all(in_range) {
                return None;
            }
            let quality = match parts.next().and_then(|weight| weight.split_once('=')) {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => read_quality(value.trim())?,
                _ => BEST,
            };
            Some((range.to_ascii_lowercase(), quality))
        };
        Self(header.unwrap_or_default().split(',').take(MAX_RANGES).filter_map(range).collect())
    }

    /// Whether the client named none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well a resource in these languages fits, greater is better and 0 is not at all: the weight of the best range,
    /// and before equal weights the longer match, then the earlier range.
    #[must_use]
    pub fn fit(&self, tags: &[String]) -> u64 {
        let fits = |tag: &String| self.fit_of(&tag.to_ascii_lowercase());
        tags.iter().map(fits).max().unwrap_or(0)
    }

    fn fit_of(&self, tag: &str) -> u64 {
        // A range that matches the tag exactly and refuses it speaks against all broader ones.
        if self.0.iter().any(|(range, quality)| range == tag && *quality == 0) {
            return 0;
        }
        let scored = self.0.iter().enumerate().map(|(index, (range, quality))| {
            let earlier = u64::try_from(MAX_RANGES.saturating_sub(index)).unwrap_or(0);
            let matched = u64::try_from(matched(range, tag)).unwrap_or(0);
            match (*quality, matched) {
                (0, _) | (_, 0) => 0,
                (quality, matched) => u64::from(quality)
                    .saturating_mul(10_000)
                    .saturating_add(matched.saturating_mul(100))
                    .saturating_add(earlier),
            }
        });
        scored.max().unwrap_or(0)
    }
}

/// How many characters of the tag the range matches, after it is shortened subtag by subtag; 0 where it does not match. A
/// tag that is more special than the range also fits: `en` gets `en-GB` where there is nothing better.
fn matched(range: &str, tag: &str) -> usize {
    if range == "*" {
        return 1;
    }
    let mut shorter = range;
    loop {
        if shorter == tag {
            return shorter.len().saturating_add(1);
        }
        let begins = tag.strip_prefix(shorter).is_some_and(|rest| rest.starts_with('-'));
        if begins && shorter == range {
            return shorter.len();
        }
        match shorter.rsplit_once('-') {
            Some((before, _)) => shorter = before,
            None => return 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The index of the best of these tags.
    fn best(header: &str, tags: &[&str]) -> Option<usize> {
        let languages = Languages::read(Some(header));
        let fit = |tag: &&str| languages.fit(&[(*tag).to_owned()]);
        let greatest = tags.iter().map(fit).max()?;
        (greatest > 0).then(|| tags.iter().position(|tag| fit(tag) == greatest)).flatten()
    }

    #[test]
    fn a_range_is_shortened_until_a_language_matches() {
        assert_eq!(best("pt-BR", &["en", "pt"]), Some(1));
        assert_eq!(best("de-CH-1996", &["fr", "de-CH", "de"]), Some(1));
        assert_eq!(best("en", &["fr", "en-GB"]), Some(1));
        assert_eq!(best("ja", &["fr", "en"]), None);
    }

    #[test]
    fn the_weight_decides_before_the_order() {
        assert_eq!(best("fr;q=0.4, en;q=0.9", &["fr", "en"]), Some(1));
        assert_eq!(best("fr, en", &["en", "fr"]), Some(1));
        assert_eq!(best("*;q=0.1, de", &["fr", "de"]), Some(1));
    }

    #[test]
    fn a_refused_language_is_not_chosen() {
        assert_eq!(best("en;q=0, *", &["en", "fr"]), Some(1));
    }

    #[test]
    fn a_prefix_of_letters_is_not_a_prefix_of_subtags() {
        assert_eq!(best("e", &["en"]), None);
        assert_eq!(best("de", &["den"]), None);
    }

    #[test]
    fn malformed_ranges_are_not_there() {
        assert!(Languages::read(Some("<script>, ä, , en;q=9")).is_empty());
        assert!(Languages::read(None).is_empty());
    }
}
