//! What a request asks for.

use crate::accept::Accept;
use crate::identity::Identity;
use crate::languages::Languages;
use crate::link_type::LinkType;
use crate::query::Query;
use crate::{Problem, MAX_TARGET};

/// Where the page of a verdict is, in front of the path of a Digital Link.
pub const VERIFY: &str = "/verify";

/// Where the service of Lightweight Messaging is, in front of the path of a Digital Link.
pub const VERIFICATION_SERVICE: &str = "/verification-service";

/// Where the description of the resolver is (GS1-Conformant Resolver section 3).
pub const DESCRIPTION: &str = "/.well-known/gs1resolver";

/// A request as it came over HTTP. Path and query are raw: a framework that decodes them would turn `%2F` in a serial into
/// a slash.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, percent-encoded, with its first slash.
    pub path: &'a str,
    /// The query, percent-encoded, without its question mark.
    pub query: Option<&'a str>,
    /// The header `Accept`; several are joined by commas.
    pub accept: Option<&'a str>,
    /// The header `Accept-Language`; several are joined by commas.
    pub accept_language: Option<&'a str>,
}

/// A part of the resolver, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A Digital Link: who asks is sent on, or gets what is asked for.
    Link,
    /// The page of a verdict.
    Verify,
    /// The service of Lightweight Messaging.
    VerificationService,
    /// The description of the resolver.
    Description,
}

impl Place {
    /// The place of a path and the rest of it; `None` where the resolver has nothing.
    ///
    /// A Digital Link begins with a number of two to four digits. One segment alone is a compressed link if it has the
    /// alphabet and the least length of one.
    #[must_use]
    pub fn of(path: &str) -> Option<(Self, &str)> {
        if path == DESCRIPTION {
            return Some((Self::Description, path));
        }
        let inside = |prefix: &str| path.strip_prefix(prefix).filter(|rest| is_link(rest));
        if let Some(rest) = inside(VERIFY) {
            return Some((Self::Verify, rest));
        }
        if let Some(rest) = inside(VERIFICATION_SERVICE) {
            return Some((Self::VerificationService, rest));
        }
        is_link(path).then_some((Self::Link, path))
    }
}

/// The shortest compressed link with a GTIN: 55 bits.
const LEAST_COMPRESSED: usize = 10;

fn is_link(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let (first, more) = rest.split_once('/').unwrap_or((rest, ""));
    let number = matches!(first.len(), 2..=4) && first.bytes().all(|byte| byte.is_ascii_digit());
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let epc = first.starts_with("eh") || first.starts_with("ex");
    number || (more.is_empty() && first.bytes().all(in_alphabet) && (epc || first.len() >= LEAST_COMPRESSED))
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever fits best.
    Default,
    /// All links.
    Linkset,
    /// A link of this type.
    Type(LinkType),
    /// An answer by Lightweight Messaging.
    Verification,
}

/// A valid request about a trade item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The part of the resolver.
    pub place: Place,
    /// What it is about.
    pub identity: Identity,
    /// What is asked for.
    pub wanted: Wanted,
    /// The situation in which the link is wanted, such as a country.
    pub context: Option<String>,
    /// The query, as it came.
    pub query: Query,
    /// The query with the parameters that a compressed path carried.
    pub(crate) asked: Query,
    /// What the client accepts.
    pub accept: Accept,
    /// What the client prefers to read.
    pub languages: Languages,
}

impl Request {
    /// Reads a request. The year, by the caller's clock, decides the century of dates.
    ///
    /// # Errors
    /// 400 for what is not a Digital Link, 404 for a path where nothing is and for a key that is not a GTIN, 414 beyond
    /// [`MAX_TARGET`] bytes.
    pub fn read(incoming: &Incoming, year: u16) -> Result<Self, Problem> {
        let raw = incoming.query.unwrap_or_default();
        if incoming.path.len().saturating_add(raw.len()) > MAX_TARGET {
            return Err(Problem::too_long());
        }
        let place = Place::of(incoming.path).filter(|(place, _)| *place != Place::Description);
        let (place, path) = place.ok_or_else(|| {
            Problem::not_found(
                "the path does not begin with a GS1 key; a Digital Link of a pack is /01/ and the GTIN, then /10/ and the \
                 lot, then /21/ and the serial",
            )
        })?;
        let query = Query::read(raw)?;
        let identity = Identity::read(path, &query, year)?;
        // A compressed path can carry parameters, too.
        let asked = identity.asked(&query)?;
        let wanted = match asked.get("linkType")?.as_deref() {
            None => Wanted::Default,
            // `all` is the name before version 1.0 of the resolver standard.
            Some("linkset" | "all") => Wanted::Linkset,
            // Lightweight Messaging names the link type without its namespace.
            Some("verificationService") => Wanted::Verification,
            Some(other) => Wanted::Type(LinkType::expand(other)),
        };
        Ok(Self {
            place,
            identity,
            wanted,
            context: asked.get("context")?,
            query,
            asked,
            accept: Accept::read(incoming.accept),
            languages: Languages::read(incoming.accept_language),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_place() {
        for (path, place) in [
            ("/01/09506000134352", Some(Place::Link)),
            ("/01", Some(Place::Link)),
            ("/8003/04007537168421100034022", Some(Place::Link)),
            ("/ARFKk4XBoA", Some(Place::Link)),
            ("/eh3016", Some(Place::Link)),
            ("/verify/01/09506000134352", Some(Place::Verify)),
            ("/verification-service/01/09506000134352/21/1", Some(Place::VerificationService)),
            ("/.well-known/gs1resolver", Some(Place::Description)),
            ("/", None),
            ("", None),
            ("/verify", None),
            ("/verify/", None),
            ("/favicon.ico", None),
            ("/assets/app.js", None),
            ("/shop/01/09506000134352", None),
            ("//01/09506000134352", None),
        ] {
            assert_eq!(Place::of(path).map(|(place, _)| place), place, "{path}");
        }
    }

    #[test]
    fn a_target_beyond_the_limit_is_too_long() {
        let path = format!("/01/09506000134352?{}", "a".repeat(MAX_TARGET));
        let incoming = Incoming { method: "GET", path: &path, ..Incoming::default() };
        assert_eq!(Request::read(&incoming, 2026).unwrap_err().status(), 414);
    }
}
