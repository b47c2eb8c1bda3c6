//! What a request is about.

use gs1::{Ai, MedicinePack, ParseError, ParseErrorKind, Parser, Rules};

use crate::query::{encode, Query};
use crate::{Problem, Root};

/// The host of the links that are read here. It never appears outside.
const HOST: &str = "https://h";

/// How special a link or a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The product, AI (01).
    Gtin,
    /// A consumer product variant of it, AI (22).
    Variant,
    /// A lot, AI (10).
    Lot,
    /// One pack, AI (21), or AI (235) where a third party controls the serial.
    Serial,
}

/// The trade item that a request names, with the rest of its Digital Link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pack: MedicinePack,
    /// `/01/…` and the qualifiers, canonical.
    path: String,
    /// The attributes as a query, canonical; empty without any.
    attributes: String,
    /// What a compressed link carried besides GS1 data, percent-encoded.
    parameters: String,
    compressed: bool,
}

impl Identity {
    /// Reads the path and the query of a request, neither of which is decoded. The stem is empty: the path begins with the
    /// key.
    pub(crate) fn read(path: &str, query: &Query, year: u16) -> Result<Self, Problem> {
        let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
        match path.strip_prefix('/').filter(|rest| !rest.contains('/')) {
            Some(segment) => Self::decompressed(segment, query, year),
            None => Self::plain(path, query, year),
        }
    }

    fn plain(path: &str, query: &Query, year: u16) -> Result<Self, Problem> {
        let rules = Rules::new(year);
        let parser = Parser::new(rules).permit_link_paths(false).permit_convenience_alphas(false);
        let key = path.split('/').nth(1).unwrap_or_default();
        if key != "01" {
            ensure_supported(key, path, &parser)?;
        }
        let in_path =
            parser.parse_digital_link(format!("{HOST}{path}")).map_err(|error| explain(error, key))?;
        let link = match query.as_str() {
            "" => format!("{HOST}{path}"),
            _ => format!("{HOST}{path}?{}", query.with_ampersands()),
        };
        let all = parser.parse_digital_link(link).map_err(|error| explain(error, key))?;
        let pack = MedicinePack::from_elements(&all, year).map_err(|error| explain(error, key))?;
        let canonical =
            in_path.to_digital_link(HOST).map_err(|error| Problem::bad_request(error.to_string()))?;
        let attributes: Vec<String> = all
            .iter()
            .skip(in_path.len())
            .map(|element| format!("{}={}", element.ai(), encode(element.value())))
            .collect();
        Ok(Self {
            pack,
            path: canonical.strip_prefix(HOST).unwrap_or_default().to_owned(),
            attributes: attributes.join("&"),
            parameters: String::new(),
            compressed: false,
        })
    }

    fn decompressed(segment: &str, query: &Query, year: u16) -> Result<Self, Problem> {
        let refused = |error: &dyn std::fmt::Display| {
            Problem::bad_request(format!(
                "the path is neither /01/ and a GTIN nor a compressed link: {error}"
            ))
        };
        let parser = Parser::new(Rules::new(year));
        let link = parser.decompress(segment).map_err(|error| refused(&error))?;
        let uri = link.elements.to_digital_link(HOST).map_err(|error| refused(&error))?;
        let uri = uri.strip_prefix(HOST).unwrap_or_default();
        let (path, attributes) = uri.split_once('?').unwrap_or((uri, ""));
        let joined = Query::read(&join(&[attributes, query.as_str()]))?;
        let parameters: Vec<String> = link
            .parameters
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let plain = Self::plain(path, &joined, year)?;
        Ok(Self { compressed: true, parameters: parameters.join("&"), ..plain })
    }

    /// The pack: GTIN, and lot, serial and expiry where the request has them.
    #[must_use]
    pub const fn pack(&self) -> &MedicinePack {
        &self.pack
    }

    /// Whether the request's path was compressed.
    #[must_use]
    pub const fn was_compressed(&self) -> bool {
        self.compressed
    }

    /// The path of the canonical link: `/01/`, the GTIN of 14 digits, and the qualifiers. Without attributes.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The uncompressed link under this root, with the attributes.
    pub(crate) fn uri(&self, root: &Root) -> String {
        let query = join(&[&self.attributes, &self.parameters]);
        match query.as_str() {
            "" => format!("{root}{}", self.path),
            _ => format!("{root}{}?{query}", self.path),
        }
    }

    /// The query with the parameters that a compressed path carried.
    pub(crate) fn asked(&self, query: &Query) -> Result<Query, Problem> {
        Query::read(&join(&[&self.parameters, query.as_str()]))
    }

    /// The query to pass on in a redirect: that of the request, as it came, after what a compressed path carried.
    pub(crate) fn query_to_pass_on(&self, query: &Query) -> String {
        if !self.compressed {
            return query.as_str().to_owned();
        }
        let had = |pair: &&str| !query.as_str().split(['&', ';']).any(|given| given == *pair);
        let carried: Vec<&str> =
            self.attributes.split('&').filter(|pair| !pair.is_empty()).filter(had).collect();
        join(&[&carried.join("&"), &self.parameters, query.as_str()])
    }

    /// The paths of all levels from the request's own up to the key, each with its level.
    pub(crate) fn levels(&self) -> Vec<(Level, &str)> {
        let mut levels = Vec::new();
        let mut path = self.path.as_str();
        // A canonical path is `/ai/value` repeated, and values have their slashes encoded.
        while let Some((before, _)) = path.rsplit_once('/') {
            let Some((shorter, ai)) = before.rsplit_once('/') else {
                break;
            };
            let level = match ai {
                "21" | "235" => Level::Serial,
                "10" => Level::Lot,
                "22" => Level::Variant,
                _ => Level::Gtin,
            };
            levels.push((level, path));
            path = shorter;
        }
        levels
    }

    /// The consumer product variant, AI (22).
    pub(crate) fn variant(&self) -> Option<&str> {
        Ai::from_digits(b"22").and_then(|ai| self.pack.others().get(ai))
    }
}

/// Joins those queries that are not empty.
fn join(queries: &[&str]) -> String {
    let there: Vec<&str> = queries.iter().copied().filter(|query| !query.is_empty()).collect();
    there.join("&")
}

/// A key other than (01): a valid link is one that this resolver knows nothing of, and not an error of the client.
fn ensure_supported(key: &str, path: &str, parser: &Parser) -> Result<(), Problem> {
    let elements = parser.parse_digital_link(format!("{HOST}{path}")).map_err(|error| explain(error, key))?;
    let ai = elements.iter().next().map(|element| element.ai().to_string()).unwrap_or_default();
    Err(Problem::not_found(format!(
        "this resolver has links for trade items, AI (01), and none for ({ai}); ask a resolver whose \
         /.well-known/gs1resolver names that key"
    )))
}

/// The fault in the client's words: its position is that in path and query, and the right order of qualifiers is named.
fn explain(error: ParseError, key: &str) -> Problem {
    let position = error.position.saturating_sub(HOST.len());
    let order = match (error.kind, key) {
        (ParseErrorKind::Misplaced { .. }, "01") => {
            "; after /01/ and the GTIN the order is /22/ variant, /10/ lot, /21/ serial, and all else is in the query"
        }
        _ => "",
    };
    Problem::bad_request(format!("at position {position} of the path: {}{order}", error.kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(path: &str, query: &str) -> Result<Identity, Problem> {
        Identity::read(path, &Query::read(query)?, 2026)
    }

    #[test]
    fn a_link_is_read_with_its_qualifiers_and_attributes() {
        let identity = read("/01/09506000134352/10/ABC-1/21/X%2F7", "17=280229&linkType=gs1:pip").unwrap();
        assert_eq!(identity.pack().lot(), Some("ABC-1"));
        assert_eq!(identity.pack().serial(), Some("X/7"));
        assert_eq!(identity.pack().expiry().unwrap().to_string(), "2028-02-29");
        assert_eq!(identity.path(), "/01/09506000134352/10/ABC-1/21/X%2F7");
        assert_eq!(
            identity.uri(&Root::read("https://a.example").unwrap()),
            "https://a.example/01/09506000134352/10/ABC-1/21/X%2F7?17=280229"
        );
    }

    #[test]
    fn an_encoded_slash_is_a_part_of_the_value_and_a_plain_one_is_not() {
        for path in ["/01/09506000134352/21/AB%2FCD", "/01/09506000134352/21/AB%2fCD"] {
            assert_eq!(read(path, "").unwrap().pack().serial(), Some("AB/CD"));
        }
        assert_eq!(read("/01/09506000134352/21/AB/CD", "").unwrap_err().status(), 400);
    }

    #[test]
    fn a_value_is_decoded_once() {
        let problem = read("/01/09506000134352/21/ABC%40XYZ", "").unwrap_err();
        assert!(problem.detail().starts_with("at position "), "@ is not in the character set: {problem:?}");
        assert_eq!(read("/01/09506000134352/21/ABC%2540XYZ", "").unwrap().pack().serial(), Some("ABC%40XYZ"));
        assert_eq!(
            read("/01/03348901294669/21/LUeq%28C6%29CkbMO", "").unwrap().pack().serial(),
            Some("LUeq(C6)CkbMO")
        );
    }

    #[test]
    fn qualifiers_in_the_wrong_order_are_refused_with_the_right_one() {
        let problem = read("/01/09520123456788/21/12345XYZ/10/ABC123", "").unwrap_err();
        assert_eq!(problem.status(), 400);
        assert_eq!(
            problem.detail(),
            "at position 31 of the path: (10) is not allowed at this place of a link; qualifiers follow their key in the \
             path in their order; after /01/ and the GTIN the order is /22/ variant, /10/ lot, /21/ serial, and all else is \
             in the query"
        );
    }

    #[test]
    fn nothing_may_stand_before_the_key() {
        for path in ["/21/2018/01/70614141123451", "/shop/01/09506000134352", "//01/09506000134352"] {
            assert_eq!(read(path, "").unwrap_err().status(), 400, "{path}");
        }
    }

    #[test]
    fn one_trailing_slash_changes_nothing() {
        for path in ["/01/09506000134352", "/01/09506000134352/10/A"] {
            assert_eq!(read(&format!("{path}/"), "").unwrap(), read(path, "").unwrap());
        }
        assert_eq!(read("/01/09506000134352//", "").unwrap_err().status(), 400);
        assert_eq!(read("/01/09506000134352/10/", "").unwrap_err().status(), 400);
    }

    #[test]
    fn a_valid_link_of_another_key_is_not_found_and_an_invalid_one_is_a_bad_request() {
        assert_eq!(read("/00/376104250021234569", "").unwrap_err().status(), 404);
        assert_eq!(read("/8003/04007537168421100034022", "").unwrap_err().status(), 404);
        assert_eq!(read("/00/376104250021234568", "").unwrap_err().status(), 400);
        assert_eq!(read("/99/ABC", "").unwrap_err().status(), 400);
        assert_eq!(
            read("/gtin/09506000134352", "").unwrap_err().status(),
            400,
            "removed with URI Syntax 1.3"
        );
    }

    #[test]
    fn an_attribute_is_in_the_query_and_a_qualifier_in_the_path() {
        assert_eq!(read("/01/09506000134352/17/261231", "").unwrap_err().status(), 400);
        assert_eq!(read("/01/09506000134352", "10=ABC").unwrap_err().status(), 400);
        assert_eq!(read("/01/09506000134352", "17=261331").unwrap_err().status(), 400);
        assert_eq!(read("/01/09506000134352", "17=261231&17=261230").unwrap_err().status(), 400);
        let both = read("/01/09506000134352", "17=261231;3103=000189").unwrap();
        assert_eq!(both.attributes, "17=261231&3103=000189");
    }

    #[test]
    fn the_levels_go_up_to_the_key() {
        let identity = read("/01/09506000134352/22/2A/10/L%2F1/21/S", "").unwrap();
        assert_eq!(
            identity.levels(),
            [
                (Level::Serial, "/01/09506000134352/22/2A/10/L%2F1/21/S"),
                (Level::Lot, "/01/09506000134352/22/2A/10/L%2F1"),
                (Level::Variant, "/01/09506000134352/22/2A"),
                (Level::Gtin, "/01/09506000134352"),
            ]
        );
        let third_party = read("/01/09506000134352/235/AB1", "").unwrap();
        assert_eq!(third_party.levels().first(), Some(&(Level::Serial, "/01/09506000134352/235/AB1")));
    }

    #[test]
    fn a_compressed_link_is_what_it_was_before() {
        let compressed = read("/GhFKk4XBoM4AIX2u28LYs2l7dEal", "linkType=all").unwrap();
        let plain = read("/01/09506000134352/10/ABC-123/21/XYZ%2F7", "17=280229").unwrap();
        assert_eq!(compressed.pack(), plain.pack());
        assert_eq!(compressed.path(), plain.path());
        assert!(compressed.was_compressed());
        let query = Query::read("linkType=all").unwrap();
        assert_eq!(compressed.query_to_pass_on(&query), "17=280229&linkType=all");
        assert_eq!(plain.query_to_pass_on(&query), "linkType=all");
    }

    proptest! {
        #[test]
        fn no_path_and_no_query_panics(path in ".{0,80}", query in ".{0,80}") {
            let _ = read(&path, &query);
        }

        #[test]
        fn what_looks_like_a_link_does_not_panic_and_its_path_is_stable(
            path in "/01/09506000134352(/(10|21|22|235)/[A-Za-z0-9%/_.-]{1,12}){0,3}/?",
            query in "((17|10|linkType|x)=[A-Za-z0-9%&;=]{0,8}&?){0,3}",
        ) {
            if let Ok(identity) = read(&path, &query) {
                let again = read(identity.path(), "").unwrap();
                prop_assert_eq!(again.path(), identity.path());
                prop_assert_eq!(again.pack().serial(), identity.pack().serial());
            }
        }
    }
}
