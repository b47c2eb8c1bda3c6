//! An event as a code, a sentence, and the words that EPCIS has for it.

mod batches;
mod governance;
mod others;
mod units;
mod words;

#[cfg(test)]
mod tests;

use chain::Event;
use primitives::{Actor, OrganisationId, SiteId};

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Description {
    /// What happened, in kebab case: stable, for programs.
    pub code: &'static str,
    /// The same for people, without a full stop.
    pub sentence: String,
    /// The business step of the Core Business Vocabulary 2.0 (section 7.1), where the event stands for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_step: Option<&'static str>,
    /// The disposition of the Core Business Vocabulary 2.0 (section 7.2), where the event stands for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<&'static str>,
}

/// How organisations and sites are called. Both change, so whoever has asked the chain gives them.
pub trait Names {
    /// An organisation.
    fn organisation(&self, organisation: OrganisationId) -> String;

    /// A site.
    fn site(&self, site: SiteId) -> String;
}

/// Organisations and sites by their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers;

impl Names for Numbers {
    fn organisation(&self, organisation: OrganisationId) -> String {
        format!("organisation {organisation}")
    }

    fn site(&self, site: SiteId) -> String {
        format!("site {site}")
    }
}

/// An event in words. The sentence begins in lower case where a name does.
#[must_use]
pub fn describe(event: &Event, names: &dyn Names) -> Description {
    let names = Speaker(names);
    match event {
        Event::Batches(event) => batches::describe(event, names),
        Event::Units(event) => units::describe(event, names),
        Event::Products(event) => others::of_products(event, names),
        Event::Governance(event) => governance::describe(event, names),
        Event::Evidence(event) => others::of_evidence(event, names),
        Event::Feeds(event) => others::of_feeds(event, names),
        Event::Unknown(emitted) => plain(
            "unknown",
            format!(
                "an event that this program does not know, by {}",
                chain::account_text(&emitted.contract)
            ),
        ),
    }
}

/// A description without a step in EPCIS.
fn plain(code: &'static str, sentence: String) -> Description {
    Description { code, sentence, biz_step: None, disposition: None }
}

/// A description with its step and disposition in EPCIS.
fn step(
    code: &'static str,
    (biz_step, disposition): (&'static str, &'static str),
    sentence: String,
) -> Description {
    Description { code, sentence, biz_step: Some(biz_step), disposition: Some(disposition) }
}

/// The names, as sentences use them.
#[derive(Clone, Copy)]
struct Speaker<'a>(&'a dyn Names);

impl Speaker<'_> {
    fn organisation(self, organisation: OrganisationId) -> String {
        self.0.organisation(organisation)
    }

    fn site(self, site: SiteId) -> String {
        self.0.site(site)
    }

    /// Who did it. The administrator and the deployment's own contracts belong to no organisation.
    fn actor(self, by: &Actor) -> String {
        by.organisation
            .map_or_else(|| "the deployment".to_owned(), |organisation| self.organisation(organisation))
    }
}

/// So many packs.
fn packs(quantity: u64) -> String {
    if quantity == 1 {
        "1 pack".to_owned()
    } else {
        format!("{quantity} packs")
    }
}
