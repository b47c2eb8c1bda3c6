//! The links of an item: those of the resolver itself, and those that its operator configures.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::identity::{Identity, Level};
use crate::link_type::LinkType;
use crate::query::encode;
use crate::request::{VERIFICATION_SERVICE, VERIFY};
use crate::Root;

/// Most links that can be configured.
pub const MAX_RULES: usize = 10_000;

/// How many digits a GS1 Company Prefix has.
const PREFIX_DIGITS: RangeInclusive<usize> = 4..=12;

/// Longest text of a configured link, in bytes.
const MAX_TEXT: usize = 2_048;

/// A link to be configured, for one GTIN, all of a company prefix, or all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRule {
    /// How special a request must be to have it. A more special request also has it, by the walk up.
    pub level: Level,
    /// Only for this GTIN.
    pub gtin: Option<String>,
    /// Only for GTINs of this GS1 Company Prefix, 4 to 12 digits.
    pub prefix: Option<String>,
    /// The link type: `gs1:` and a name of the GS1 Web Vocabulary, or an https URI of another one.
    pub link_type: String,
    /// Where it leads: an http or https URI in which `{gtin}`, `{variant}`, `{lot}` and `{serial}` stand for the values of
    /// the request, percent-encoded. A request that lacks one of them does not have the link.
    pub href: String,
    /// What a person reads.
    pub title: String,
    /// The languages of the target: two letters, or with a country, such as `de` or `de-CH`.
    #[serde(default)]
    pub hreflang: Vec<String>,
    /// The media type of the target.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// The contexts for which it is, such as a country.
    #[serde(default)]
    pub context: Vec<String>,
    /// Whether it is the default of its level.
    #[serde(default)]
    pub default: DefaultKind,
}

/// Whether a link is the default of its level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultKind {
    /// It is not.
    #[default]
    No,
    /// It is the one default.
    Single,
    /// It is a variant of the default, among which language, media type and context choose.
    Multi,
}

/// A configured link is not one that a resolver may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("link {number}: {fault}")]
pub struct RuleError {
    /// Which one, from 1.
    pub number: usize,
    /// What is wrong.
    pub fault: RuleFault,
}

/// Why a configured link is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// There are more than [`MAX_RULES`].
    #[error("there are more than {MAX_RULES} links; configure some by prefix instead of by GTIN")]
    TooMany,
    /// The GTIN is wrong.
    #[error("the GTIN is not one; write it with 8, 12, 13 or 14 digits and the right check digit")]
    Gtin,
    /// The prefix is wrong.
    #[error("the prefix is not a GS1 Company Prefix; write 4 to 12 digits, and not a GTIN besides")]
    Prefix,
    /// The link type is unknown.
    #[error("the link type is not one of the GS1 Web Vocabulary; write gs1: and its name, or the https URI of another vocabulary")]
    LinkType,
    /// The resolver itself has this type.
    #[error("links of this type are the resolver's own; choose another link type, and set `default` for a default link")]
    Reserved,
    /// The address is wrong.
    #[error("the href is not an http or https address with at most {{gtin}}, {{variant}}, {{lot}} and {{serial}} in braces; correct it")]
    Href,
    /// The title is missing or too long.
    #[error("the title is empty or too long; say what the link leads to")]
    Title,
    /// A language is not in the form of the schema.
    #[error("a language is not two letters, or two letters, a hyphen and a country; the linkset schema allows no other form")]
    Language,
    /// The media type is wrong.
    #[error("the type is not a media type; write one such as text/html")]
    MediaType,
    /// A context is wrong.
    #[error("a context is empty or has other characters than letters, digits, - and _; correct it")]
    Context,
    /// The default of a pack cannot be changed.
    #[error("the default of a lot or a pack is its verification page; configure a default for the levels gtin and variant only")]
    Default,
}

/// A link that an item has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) link_type: LinkType,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) hreflang: Vec<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) context: Vec<String>,
}

/// The links of one level of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LevelLinks {
    /// The uncompressed URI of the level.
    pub(crate) anchor: String,
    pub(crate) level: Level,
    pub(crate) links: Vec<Link>,
    /// Whether the default is the resolver's own verification page.
    pub(crate) own_default: bool,
}

impl LevelLinks {
    pub(crate) fn of_type<'a>(&'a self, link_type: &'a LinkType) -> impl Iterator<Item = &'a Link> {
        self.links.iter().filter(move |link| link.link_type == *link_type)
    }
}

/// A rule that was checked.
#[derive(Clone, Debug)]
struct Checked {
    rule: LinkRule,
    link_type: LinkType,
    gtin: Option<String>,
}

/// All configured links, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    rules: Vec<Checked>,
    /// The indices of the rules of a level for a GTIN, for a prefix, or (an empty text) for all: a request does not look at
    /// the links of others.
    by_item: HashMap<(Level, String), Vec<usize>>,
}

impl Links {
    pub(crate) fn new(rules: Vec<LinkRule>) -> Result<Self, RuleError> {
        if rules.len() > MAX_RULES {
            return Err(RuleError { number: MAX_RULES.saturating_add(1), fault: RuleFault::TooMany });
        }
        let mut links = Self::default();
        for (index, rule) in rules.into_iter().enumerate() {
            let number = index.saturating_add(1);
            let checked = rule.check().map_err(|fault| RuleError { number, fault })?;
            links.by_item.entry((checked.rule.level, checked.item())).or_default().push(index);
            links.rules.push(checked);
        }
        Ok(links)
    }

    /// The rules for an item at a level, in the order of the configuration.
    fn rules(&self, gtin: &str, level: Level) -> impl Iterator<Item = &Checked> {
        // The first digit of 14 is the indicator, and not a part of the prefix.
        let prefixes = PREFIX_DIGITS.filter_map(|digits| gtin.get(1..digits.saturating_add(1)));
        let items = [gtin, ""].into_iter().chain(prefixes);
        let found = items.filter_map(|item| self.by_item.get(&(level, item.to_owned())));
        let indices: BTreeSet<usize> = found.flatten().copied().collect();
        indices.into_iter().filter_map(|index| self.rules.get(index))
    }

    /// The links of every level of an item, its own level first.
    pub(crate) fn of(&self, identity: &Identity, root: &Root) -> Vec<LevelLinks> {
        identity.levels().into_iter().map(|(level, path)| self.at(identity, level, path, root)).collect()
    }

    fn at(&self, identity: &Identity, level: Level, path: &str, root: &Root) -> LevelLinks {
        let gtin = identity.pack().gtin().to_string();
        let rules = self.rules(&gtin, level);
        let configured: Vec<(&Checked, String)> =
            rules.filter_map(|rule| Some((rule, fill(&rule.rule.href, identity)?))).collect();
        let single = configured.iter().filter(|(rule, _)| rule.rule.default == DefaultKind::Single);
        // The most special one: by GTIN before by the longest prefix; the first of equal ones.
        let single = single.rev().max_by_key(|(rule, _)| rule.item().len());
        let own = Own { level, path, root };
        let mut links = Vec::new();
        match single {
            Some((rule, href)) => {
                links.push(Link::bare(LinkType::default_link(), href.clone(), &rule.rule.title));
            }
            None => links.push(own.default()),
        }
        links.extend(own.others(identity));
        for (rule, href) in &configured {
            if rule.rule.default == DefaultKind::Multi {
                links.push(rule.link(LinkType::default_multi(), href));
            }
            links.push(rule.link(rule.link_type.clone(), href));
        }
        LevelLinks { anchor: format!("{root}{path}"), level, links, own_default: single.is_none() }
    }
}

impl Checked {
    /// The GTIN, the prefix, or nothing. The longer it is, the more special is the rule.
    fn item(&self) -> String {
        self.gtin.clone().or_else(|| self.rule.prefix.clone()).unwrap_or_default()
    }

    fn link(&self, link_type: LinkType, href: &str) -> Link {
        Link {
            link_type,
            href: href.to_owned(),
            title: self.rule.title.clone(),
            hreflang: self.rule.hreflang.clone(),
            media_type: self.rule.media_type.clone(),
            context: self.rule.context.clone(),
        }
    }
}

impl Link {
    /// A link without optional attributes, as the default is.
    fn bare(link_type: LinkType, href: String, title: &str) -> Self {
        Self {
            link_type,
            href,
            title: title.to_owned(),
            hreflang: Vec::new(),
            media_type: None,
            context: Vec::new(),
        }
    }
}

/// The links that the resolver has itself.
struct Own<'a> {
    level: Level,
    path: &'a str,
    root: &'a Root,
}

impl Own<'_> {
    const fn title(&self) -> &'static str {
        match self.level {
            Level::Gtin | Level::Variant => "Verify this product",
            Level::Lot => "Verify this lot",
            Level::Serial => "Verify this pack",
        }
    }

    fn page(&self) -> String {
        format!("{}{VERIFY}{}", self.root, self.path)
    }

    fn default(&self) -> Link {
        Link::bare(LinkType::default_link(), self.page(), self.title())
    }

    /// The page again under what it is, and the service of Lightweight Messaging where there is a serial. `gs1:pip` is left
    /// to the manufacturer, whose page it means.
    fn others(&self, identity: &Identity) -> Vec<Link> {
        let of = |link_type: &str, href: String, title: &str, media_type: &str| Link {
            media_type: Some(media_type.to_owned()),
            ..Link::bare(LinkType::gs1(link_type), href, title)
        };
        let mut links = vec![of("recallStatus", self.page(), self.title(), "text/html")];
        if self.level == Level::Serial && identity.pack().serial().is_some() {
            let href = format!("{}{VERIFICATION_SERVICE}{}", self.root, self.path);
            links.push(of(
                "verificationService",
                href,
                "Verify by GS1 Lightweight Messaging",
                "application/json",
            ));
        }
        links
    }
}

/// The resolver's own types, and those that `default` stands for.
const RESERVED: [&str; 5] =
    ["defaultLink", "defaultLinkMulti", "recallStatus", "verificationService", "handledBy"];

impl LinkRule {
    fn check(self) -> Result<Checked, RuleFault> {
        let link_type = LinkType::of_configuration(&self.link_type).ok_or(RuleFault::LinkType)?;
        if RESERVED.iter().any(|name| link_type == LinkType::gs1(name)) {
            return Err(RuleFault::Reserved);
        }
        let gtin = match &self.gtin {
            Some(text) => Some(text.parse::<gs1::Gtin>().map_err(|_| RuleFault::Gtin)?.to_string()),
            None => None,
        };
        if let Some(prefix) = &self.prefix {
            let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || !PREFIX_DIGITS.contains(&prefix.len()) || gtin.is_some() {
                return Err(RuleFault::Prefix);
            }
        }
        if !is_href(&self.href) {
            return Err(RuleFault::Href);
        }
        if self.title.trim().is_empty() || self.title.len() > MAX_TEXT {
            return Err(RuleFault::Title);
        }
        if !self.hreflang.iter().all(|tag| is_language(tag)) {
            return Err(RuleFault::Language);
        }
        if !self.media_type.as_deref().is_none_or(is_media_type) {
            return Err(RuleFault::MediaType);
        }
        if !self.context.iter().all(|context| is_context(context)) {
            return Err(RuleFault::Context);
        }
        if self.default != DefaultKind::No && matches!(self.level, Level::Lot | Level::Serial) {
            return Err(RuleFault::Default);
        }
        Ok(Checked { rule: self, link_type, gtin })
    }
}

/// The linkset schema's form.
fn is_language(tag: &str) -> bool {
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    match tag.split_once('-') {
        Some((language, country)) => letters(language) && letters(country),
        None => letters(tag),
    }
}

fn is_media_type(text: &str) -> bool {
    let part = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

pub(crate) fn is_context(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// An address that can stand in a header and in a linkset, with the known placeholders only.
fn is_href(template: &str) -> bool {
    let host = template.strip_prefix("https://").or_else(|| template.strip_prefix("http://"));
    let host = host.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    // A value of the request must not choose the host. The linkset schema wants a letter or digit at its beginning.
    let begins = host.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let fixed = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
    let mut plain = template.to_owned();
    for name in PLACEHOLDERS {
        plain = plain.replace(name, "");
    }
    let in_uri = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'_' | b'~')
    };
    begins && fixed && template.len() <= MAX_TEXT && plain.bytes().all(in_uri)
}

const PLACEHOLDERS: [&str; 4] = ["{gtin}", "{variant}", "{lot}", "{serial}"];

/// The address for this item; `None` where the item lacks a value.
fn fill(template: &str, identity: &Identity) -> Option<String> {
    let pack = identity.pack();
    let gtin = pack.gtin().to_string();
    let values = [Some(gtin.as_str()), identity.variant(), pack.lot(), pack.serial()];
    let mut href = template.to_owned();
    for (name, value) in PLACEHOLDERS.iter().zip(values) {
        if href.contains(name) {
            href = href.replace(name, &encode(value?));
        }
    }
    Some(href)
}

#[cfg(test)]
mod tests;
