//! A product as people and machines read it.

use std::fmt;

use primitives::products::Product;
use serde::Serialize;
use view::directory::{Mentioned, Names, OrganisationView};
use view::gtin_text;

use crate::time;

/// A product that is or was authorised.
#[derive(Clone, Debug, Serialize)]
pub struct ProductView {
    /// 14 digits.
    pub gtin: String,
    /// `authorised`, `lapsed` or `withdrawn`.
    pub state: &'static str,
    /// The marketing authorisation holder.
    pub holder: OrganisationView,
    /// Other organisations that may make batches.
    pub makers: Vec<OrganisationView>,
    /// Countries by two letters, or EU.
    pub markets: Vec<String>,
    /// The last moment at which batches may be registered and released, RFC 3339.
    pub until: Option<String>,
    /// The SHA-256 of the marketing authorisation.
    pub document: String,
    /// The regulator that authorised it.
    pub authority: OrganisationView,
    /// RFC 3339.
    pub authorised_at: String,
    /// How the authorisation was withdrawn.
    pub withdrawn: Option<WithdrawnView>,
    #[serde(skip)]
    until_ms: Option<u64>,
    #[serde(skip)]
    authorised_ms: u64,
}

/// Who withdrew an authorisation, and when.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawnView {
    /// The regulator.
    pub by: OrganisationView,
    /// RFC 3339.
    pub at: String,
    #[serde(skip)]
    at_ms: u64,
}

/// Adds the organisations that a product names.
pub fn mention(product: &Product, mentioned: &mut Mentioned) {
    mentioned.organisations.extend([product.holder, product.authority]);
    mentioned.organisations.extend(&product.makers);
    mentioned.organisations.extend(product.withdrawn.map(|withdrawn| withdrawn.by));
}

impl ProductView {
    /// The product as it is at the time `now`, with the names of organisations.
    pub fn new(gtin: u64, product: &Product, names: &Names, now: u64) -> Self {
        let state = match (product.withdrawn, product.has_lapsed(now)) {
            (Some(_), _) => "withdrawn",
            (None, true) => "lapsed",
            (None, false) => "authorised",
        };
        Self {
            gtin: gtin_text(gtin),
            state,
            holder: names.organisation(product.holder),
            makers: product.makers.iter().map(|maker| names.organisation(*maker)).collect(),
            markets: product.markets.iter().map(ToString::to_string).collect(),
            until: product.until.map(time::rfc3339),
            document: product.document.to_string(),
            authority: names.organisation(product.authority),
            authorised_at: time::rfc3339(product.authorised_at),
            withdrawn: product.withdrawn.map(|withdrawn| WithdrawnView {
                by: names.organisation(withdrawn.by),
                at: time::rfc3339(withdrawn.at),
                at_ms: withdrawn.at,
            }),
            until_ms: product.until,
            authorised_ms: product.authorised_at,
        }
    }
}

impl fmt::Display for ProductView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Product       {}", self.gtin)?;
        writeln!(f, "  Holder      {}", self.holder)?;
        for maker in &self.makers {
            writeln!(f, "  Maker       {maker}")?;
        }
        writeln!(f, "  Markets     {}", self.markets.join(", "))?;
        let (by, at) = (&self.authority, time::readable(self.authorised_ms));
        writeln!(f, "  Authorised  by {by} on {at}")?;
        if let Some(until) = self.until_ms {
            let over = if self.state == "lapsed" { ", which is over" } else { "" };
            writeln!(f, "  Until       {}{over}", time::readable(until))?;
        }
        if let Some(WithdrawnView { by, at_ms, .. }) = &self.withdrawn {
            writeln!(f, "  Withdrawn   by {by} on {}", time::readable(*at_ms))?;
        }
        writeln!(f, "  Document    {}", self.document)
    }
}
