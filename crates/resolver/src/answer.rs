//! What a request gets: status, headers, and what the body is.

use crate::accept::Accept;
use crate::choice::{choose, Choice};
use crate::description::Description;
use crate::identity::Identity;
use crate::link_type::LinkType;
use crate::links::{LevelLinks, LinkRule, Links, RuleError};
use crate::linkset::{Linkset, CONTEXT, LINKSET_JSON};
use crate::request::{Incoming, Place, Request, Wanted};
use crate::{lms, Problem, Root};

/// A resolver: its address and its links.
#[derive(Clone, Debug)]
pub struct Resolver {
    root: Root,
    name: String,
    operator: Option<String>,
    contexts: Vec<String>,
    links: Links,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// All headers that the standards ask for, with the `Content-Type` of the body. Each name is there once, in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// What the body is.
    pub body: Body,
    /// Whether the method was HEAD: the body is not sent.
    pub head: bool,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// There is none.
    Empty,
    /// This text.
    Text(String),
    /// The page with the verdict on this pack.
    Page(Box<Identity>),
    /// The verdict on this pack as JSON.
    Verdict(Box<Identity>),
    /// The answer of Lightweight Messaging to this request.
    Verification(Box<lms::Request>),
}

const METHODS: &str = "GET, HEAD, OPTIONS";

/// What every answer has: reading from everywhere is allowed, and a serial in the address is neither indexed nor sent on.
const ALWAYS: [(&str, &str); 6] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", METHODS),
    ("access-control-allow-headers", "accept, accept-language"),
    ("access-control-expose-headers", "link, location"),
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex"),
];

impl Answer {
    fn new(status: u16, body: Body) -> Self {
        let headers = ALWAYS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { status, headers, body, head: false }.with("x-content-type-options", "nosniff")
    }

    /// A problem, with the headers that every answer has.
    #[must_use]
    pub fn problem(problem: &Problem) -> Self {
        let answer = Self::new(problem.status(), Body::Text(problem.to_json()))
            .with("content-type", "application/problem+json")
            .with("cache-control", "no-store");
        if problem.status() == 405 {
            return answer.with("allow", METHODS);
        }
        answer
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
    }
}

/// How a resolver is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its public address.
    pub root: Root,
    /// What it is called.
    pub name: String,
    /// Who runs it.
    pub operator: Option<String>,
    /// The links besides its own.
    pub links: Vec<LinkRule>,
}

impl Resolver {
    /// A resolver with these links.
    ///
    /// # Errors
    /// Names the first link that a resolver may not have.
    pub fn new(setup: Setup) -> Result<Self, RuleError> {
        let Setup { root, name, operator, links } = setup;
        let mut contexts = vec![lms::SALEABLE_RETURN.to_owned()];
        for context in links.iter().flat_map(|rule| &rule.context) {
            if !contexts.contains(context) {
                contexts.push(context.clone());
            }
        }
        Ok(Self { root, name, operator, contexts, links: Links::new(links)? })
    }

    /// The public address.
    #[must_use]
    pub const fn root(&self) -> &Root {
        &self.root
    }

    /// The document of `/.well-known/gs1resolver`.
    #[must_use]
    pub fn description(&self) -> String {
        let contexts = self.contexts.iter().map(String::as_str).collect();
        Description::new(&self.root, &self.name, self.operator.as_deref(), contexts).to_json()
    }

    /// Answers a request. The year, by the caller's clock, decides the century of dates.
    #[must_use]
    pub fn answer(&self, incoming: &Incoming, year: u16) -> Answer {
        match incoming.method {
            "GET" => self.read(incoming, year),
            "HEAD" => Answer { head: true, ..self.read(incoming, year) },
            "OPTIONS" => self.options(incoming, year),
            _ => Answer::problem(&Problem::method_not_allowed()),
        }
    }

    fn options(&self, incoming: &Incoming, year: u16) -> Answer {
        let answer =
            Answer::new(204, Body::Empty).with("allow", METHODS).with("access-control-max-age", "86400");
        match Request::read(incoming, year) {
            Ok(request) => answer.with("link", self.links_of(&request.identity).join(", ")),
            Err(_) => answer,
        }
    }

    fn read(&self, incoming: &Incoming, year: u16) -> Answer {
        if let Some((Place::Description, _)) = Place::of(incoming.path) {
            return Answer::new(200, Body::Text(self.description()))
                .with("content-type", "application/json")
                .with("cache-control", "public, max-age=3600");
        }
        Request::read(incoming, year)
            .and_then(|request| self.resolve(&request))
            .unwrap_or_else(|problem| Answer::problem(&problem))
            .with("vary", "accept, accept-language")
    }

    fn resolve(&self, request: &Request) -> Result<Answer, Problem> {
        match request.place {
            Place::Verify => return Ok(self.page(request)),
            Place::VerificationService => return self.verification(request),
            Place::Link | Place::Description => {}
        }
        let levels = self.links.of(&request.identity, &self.root);
        match &request.wanted {
            Wanted::Linkset => Ok(self.linkset(request, &levels)),
            Wanted::Verification => self.verification(request),
            Wanted::Type(link_type) => self.by_type(request, &levels, link_type),
            Wanted::Default => Ok(self.default(request, &levels)),
        }
    }

    /// What fits best where no link type is asked for (GS1-Conformant Resolver 2.6.1).
    fn default(&self, request: &Request, levels: &[LevelLinks]) -> Answer {
        let Some(own) = levels.first() else {
            return Answer::problem(&Problem::not_found("there is no link for this item"));
        };
        let named = named(&request.accept, &["text/html", "application/json", LINKSET_JSON]);
        match named {
            Some(LINKSET_JSON) => return self.linkset(request, levels),
            Some("application/json") => return self.content(request, Body::Verdict),
            _ => {}
        }
        let several = LinkType::default_multi();
        let multi: Vec<_> = own.of_type(&several).collect();
        if let Choice::One(link) = choose(&multi, request) {
            // What is left over is not yet better than the default: its language must be wanted.
            if link.hreflang.is_empty() || request.languages.fit(&link.hreflang) > 0 {
                return self.redirect(request, &link.href);
            }
        }
        if named == Some("text/html") && own.own_default {
            return self.content(request, Body::Page);
        }
        match own.of_type(&LinkType::default_link()).next() {
            Some(link) => self.redirect(request, &link.href),
            None => self.content(request, Body::Page),
        }
    }

    /// A link of a type, from the most special level that has one (2.6.2, 2.6.3).
    fn by_type(
        &self,
        request: &Request,
        levels: &[LevelLinks],
        link_type: &LinkType,
    ) -> Result<Answer, Problem> {
        let found = levels.iter().map(|level| (level, level.of_type(link_type).collect::<Vec<_>>()));
        let Some((level, links)) = found.into_iter().find(|(_, links)| !links.is_empty()) else {
            return Err(Problem::not_found(
                "there is no link of this type; ask with linkType=linkset for those that there are",
            ));
        };
        Ok(match choose(&links, request) {
            Choice::One(link) => self.redirect(request, &link.href),
            Choice::Several(links) => self.linkset_answer(request, 300, &Linkset::choices(level, &links)),
        })
    }

    fn redirect(&self, request: &Request, href: &str) -> Answer {
        let passed_on = request.identity.query_to_pass_on(&request.query);
        self.with_links(Answer::new(307, Body::Empty), request, &[])
            .with("location", with_query(href, &passed_on))
            .with("cache-control", "no-store")
    }

    fn linkset(&self, request: &Request, levels: &[LevelLinks]) -> Answer {
        self.linkset_answer(request, 200, &Linkset::of(levels))
    }

    fn linkset_answer(&self, request: &Request, status: u16, linkset: &Linkset) -> Answer {
        let media_type = named(&request.accept, &[LINKSET_JSON, "application/json", "application/ld+json"])
            .unwrap_or(LINKSET_JSON);
        let context = format!(
            "<{CONTEXT}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
        );
        let body = Body::Text(linkset.to_json(media_type == "application/ld+json"));
        self.with_links(Answer::new(status, body), request, &[context])
            .with("content-type", media_type)
            .with("cache-control", "no-store")
    }

    /// The page of a verdict, or the verdict itself for a program.
    fn page(&self, request: &Request) -> Answer {
        match named(&request.accept, &["text/html", "application/json"]) {
            Some("application/json") => self.content(request, Body::Verdict),
            _ => self.content(request, Body::Page),
        }
    }

    fn verification(&self, request: &Request) -> Result<Answer, Problem> {
        let asked = lms::Request::read(request)?;
        Ok(self
            .with_links(Answer::new(200, Body::Verification(Box::new(asked))), request, &[])
            .with("content-type", "application/json")
            .with("cache-control", "no-store"))
    }

    fn content(&self, request: &Request, body: fn(Box<Identity>) -> Body) -> Answer {
        let body = body(Box::new(request.identity.clone()));
        let media_type =
            if matches!(body, Body::Page(_)) { "text/html; charset=utf-8" } else { "application/json" };
        self.with_links(Answer::new(200, body), request, &[])
            .with("content-type", media_type)
            .with("cache-control", "no-store")
    }

    fn with_links(&self, answer: Answer, request: &Request, more: &[String]) -> Answer {
        let mut links = self.links_of(&request.identity);
        links.extend_from_slice(more);
        answer.with("link", links.join(", "))
    }

    /// The link to the linkset, and after a compressed path that to the uncompressed URI. Everything in them is either
    /// configured or percent-encoded.
    fn links_of(&self, identity: &Identity) -> Vec<String> {
        let mut links = vec![format!(
            "<{}{}?linkType=linkset>; rel=\"linkset\"; type=\"{LINKSET_JSON}\"",
            self.root,
            identity.path()
        )];
        if identity.was_compressed() {
            links.push(format!("<{}>; rel=\"owl:sameAs\"", identity.uri(&self.root)));
        }
        links
    }
}

/// The best of these media types among those that the client named, unless it prefers what it did not name. The first one
/// of equal ones.
fn named(accept: &Accept, offers: &[&'static str]) -> Option<&'static str> {
    let fits = offers.iter().map(|offer| (*offer, accept.fit(offer)));
    let named = fits.filter(|(_, fit)| fit.named && fit.quality > 0);
    // `max_by_key` takes the last one of equal ones.
    let best = named.rev().max_by_key(|(_, fit)| fit.quality)?;
    (best.1.quality >= accept.anything()).then_some(best.0)
}

/// An address with a query in front of its fragment.
fn with_query(href: &str, query: &str) -> String {
    if query.is_empty() {
        return href.to_owned();
    }
    let (before, fragment) =
        href.split_once('#').map_or((href, None), |(before, after)| (before, Some(after)));
    let joint = if before.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
    format!("{before}{joint}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_comes_before_a_fragment_and_after_a_query() {
        assert_eq!(with_query("https://a/b", ""), "https://a/b");
        assert_eq!(with_query("https://a/b", "c=d"), "https://a/b?c=d");
        assert_eq!(with_query("https://a/b?x=y", "c=d"), "https://a/b?x=y&c=d");
        assert_eq!(with_query("https://a/b?x=y#z", "c=d"), "https://a/b?x=y&c=d#z");
    }

    #[test]
    fn what_a_client_names_counts_unless_it_prefers_anything_else() {
        let offers = ["text/html", "application/json"];
        let of = |header: &str| named(&Accept::read(Some(header)), &offers);
        assert_eq!(of("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some("text/html"));
        assert_eq!(of("application/json, text/plain, */*"), Some("application/json"));
        assert_eq!(of("application/json, text/html"), Some("text/html"));
        assert_eq!(of("application/json, text/html;q=0.9"), Some("application/json"));
        assert_eq!(of("text/*"), Some("text/html"));
        assert_eq!(of("application/json;q=0.1, */*"), None);
        assert_eq!(of("text/html;q=0"), None);
        assert_eq!(of("*/*"), None);
        assert_eq!(of("image/png"), None);
    }
}
