//! Proactive negotiation by media type (RFC 9110 section 12.5.1).

/// Most ranges of a header that are read. A browser sends about eight.
const MAX_RANGES: usize = 32;

/// A quality of 1.000.
pub(crate) const BEST: u16 = 1_000;

/// What a client accepts. A missing header, or one in which nothing is well formed, accepts everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept(Vec<Range>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    /// `*` stands for all.
    kind: String,
    subtype: String,
    quality: u16,
}

/// How well a media type fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// In thousandths: 0 means not acceptable, 1000 is best.
    pub quality: u16,
    /// Whether the client named the type, or all types of its kind, and not merely everything.
    pub named: bool,
}

impl Accept {
    /// Reads the header. Parameters other than `q` are not looked at: no representation here has any that matter.
    #[must_use]
    pub fn read(header: Option<&str>) -> Self {
        let ranges: Vec<Range> =
            header.unwrap_or_default().split(',').take(MAX_RANGES).filter_map(Range::read).collect();
        if ranges.is_empty() {
            return Self(vec![Range { kind: "*".into(), subtype: "*".into(), quality: BEST }]);
        }
        Self(ranges)
    }

    /// How well a media type fits: the most specific range that matches decides.
    #[must_use]
    pub fn fit(&self, media_type: &str) -> Fit {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        let specificity = |range: &Range| match (range.kind == "*", range.subtype == "*") {
            (true, _) => Some(0_u8),
            (false, true) => range.kind.eq_ignore_ascii_case(kind).then_some(1),
            (false, false) => {
                let same =
                    range.kind.eq_ignore_ascii_case(kind) && range.subtype.eq_ignore_ascii_case(subtype);
                same.then_some(2)
            }
        };
        let matching = self.0.iter().filter_map(|range| Some((specificity(range)?, range.quality)));
        let best = matching.max_by_key(|(specificity, quality)| (*specificity, *quality));
        best.map_or(Fit { quality: 0, named: false }, |(specificity, quality)| Fit {
            quality,
            named: specificity > 0,
        })
    }

    /// The quality of what the client did not name.
    #[must_use]
    pub fn anything(&self) -> u16 {
        self.0.iter().filter(|range| range.kind == "*").map(|range| range.quality).max().unwrap_or(0)
    }
}

impl Range {
    fn read(item: &str) -> Option<Self> {
        let mut parts = item.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) || (kind == "*" && subtype != "*") {
            return None;
        }
        let mut quality = BEST;
        for parameter in parts {
            if let Some((name, value)) = parameter.split_once('=') {
                if name.trim().eq_ignore_ascii_case("q") {
                    quality = read_quality(value.trim())?;
                }
            }
        }
        Some(Self { kind: kind.into(), subtype: subtype.into(), quality })
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let in_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(in_token)
}

/// A weight (RFC 9110 section 12.4.2) in thousandths: `0`, `1`, and up to three decimals.
pub(crate) fn read_quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(BEST),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(header: &str, media_type: &str) -> u16 {
        Accept::read(Some(header)).fit(media_type).quality
    }

    #[test]
    fn the_most_specific_range_decides_not_the_best_one() {
        let header = "text/*;q=0.3, text/html;q=0.7, */*;q=0.5";
        assert_eq!(quality(header, "text/html"), 700);
        assert_eq!(quality(header, "text/plain"), 300);
        assert_eq!(quality(header, "image/png"), 500);
    }

    #[test]
    fn a_type_with_weight_zero_is_not_acceptable() {
        assert_eq!(quality("text/html;q=0, */*", "text/html"), 0);
        assert_eq!(quality("application/json", "text/html"), 0);
    }

    #[test]
    fn a_missing_or_malformed_header_accepts_everything_and_names_nothing() {
        for header in [None, Some(""), Some("garbage"), Some(",,;"), Some("*/html")] {
            let fit = Accept::read(header).fit("text/html");
            assert_eq!(fit, Fit { quality: 1_000, named: false }, "{header:?}");
        }
    }

    #[test]
    fn an_item_with_a_malformed_weight_is_not_an_item() {
        for weight in ["1.1", "2", "-1", "0.1234", "a", "", "0.x"] {
            let header = format!("text/html;q={weight}, application/json;q=0.5");
            assert_eq!(quality(&header, "text/html"), 0, "{weight}");
            assert_eq!(quality(&header, "application/json"), 500);
        }
        assert_eq!(quality("text/html; Q=1.000", "TEXT/HTML"), 1_000);
        assert_eq!(quality("text/html;level=1;q=0.25", "text/html"), 250);
    }

    #[test]
    fn a_header_of_any_length_is_read_to_a_limit() {
        let long = "a/b,".repeat(10_000) + "text/html";
        assert_eq!(quality(&long, "text/html"), 0);
    }
}
