//! Names for people: of organisations, sites, and whoever did something.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chain::governance::Governance;
use chain::{account_text, Contracts};
use primitives::governance::{Identifier, OrganisationEntry, SiteEntry};
use primitives::{AccountId, Actor, OrganisationId, SiteId};
use serde::Serialize;

use crate::Reads;

/// The organisations and sites whose names are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// The organisations.
    pub organisations: BTreeSet<OrganisationId>,
    /// The sites.
    pub sites: BTreeSet<SiteId>,
}

impl Mentioned {
    /// The organisation and the site of an actor.
    pub fn actor(&mut self, actor: &Actor) {
        self.organisations.extend(actor.organisation);
        self.sites.extend(actor.site);
    }
}

/// The names that `governance` knows, by number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    organisations: BTreeMap<OrganisationId, OrganisationView>,
    sites: BTreeMap<SiteId, SiteView>,
    contracts: BTreeMap<AccountId, &'static str>,
}

impl Names {
    /// Nothing but the names of a deployment's contracts.
    #[must_use]
    pub fn new(contracts: impl IntoIterator<Item = (&'static str, AccountId)>) -> Self {
        let contracts = contracts.into_iter().map(|(name, address)| (address, name)).collect();
        Self { contracts, ..Self::default() }
    }

    /// Adds an organisation.
    pub fn insert_organisation(&mut self, entry: &OrganisationEntry) {
        self.organisations.insert(entry.id, entry.into());
    }

    /// Adds a site.
    pub fn insert_site(&mut self, entry: &SiteEntry) {
        self.sites.insert(entry.id, entry.into());
    }

    /// The organisation with its name, where that is known.
    #[must_use]
    pub fn organisation(&self, organisation: OrganisationId) -> OrganisationView {
        let unnamed = || OrganisationView { organisation, name: None, identifier: None };
        self.organisations.get(&organisation).cloned().unwrap_or_else(unnamed)
    }

    /// The site with its name and GLN, where they are known.
    #[must_use]
    pub fn site(&self, site: SiteId) -> SiteView {
        let unnamed = || SiteView { site, name: None, gln: None, organisation: None };
        self.sites.get(&site).cloned().unwrap_or_else(unnamed)
    }

    /// Who did something.
    #[must_use]
    pub fn actor(&self, actor: &Actor) -> ActorView {
        ActorView {
            account: account_text(&actor.account),
            organisation: actor.organisation.map(|organisation| self.organisation(organisation)),
            site: actor.site.map(|site| self.site(site)),
            contract: self.contracts.get(&actor.account).copied(),
        }
    }
}

/// The names of the organisations and sites.
///
/// # Errors
/// Those of who reads.
pub async fn names<R: Reads>(
    reads: &R,
    contracts: &Contracts,
    mentioned: &Mentioned,
) -> Result<Names, R::Error> {
    let governance = Governance(contracts.governance.address);
    let mut names = Names::new(contracts.all().map(|(name, contract)| (name, contract.address)));
    for id in &mentioned.organisations {
        let entry = reads.read(&governance.organisation(*id)).await?;
        entry.iter().for_each(|entry| names.insert_organisation(entry));
    }
    for id in &mentioned.sites {
        if let Some(site) = reads.read(&governance.site(*id)).await? {
            names.insert_site(&SiteEntry { id: *id, site });
        }
    }
    Ok(names)
}

/// An organisation with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrganisationView {
    /// Its number.
    pub organisation: OrganisationId,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// Its identifier: `GLN` with 13 digits, or a URI.
    pub identifier: Option<String>,
}

impl From<&OrganisationEntry> for OrganisationView {
    fn from(entry: &OrganisationEntry) -> Self {
        let identifier = match &entry.organisation.identifier {
            Identifier::Gln(gln) => format!("GLN {gln:013}"),
            Identifier::Uri(uri) => uri.clone(),
        };
        Self {
            organisation: entry.id,
            name: Some(entry.organisation.name.clone()),
            identifier: Some(identifier),
        }
    }
}

impl OrganisationView {
    /// The name, where it is known, and the number otherwise.
    #[must_use]
    pub fn short(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("organisation {}", self.organisation))
    }
}

impl fmt::Display for OrganisationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())?;
        self.identifier.iter().try_for_each(|identifier| write!(f, " ({identifier})"))
    }
}

/// A site with its name and GLN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteView {
    /// Its number.
    pub site: SiteId,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// Its GLN of 13 digits, where it is known.
    pub gln: Option<String>,
    /// The number of its organisation, where it is known.
    pub organisation: Option<OrganisationId>,
}

impl From<&SiteEntry> for SiteView {
    fn from(entry: &SiteEntry) -> Self {
        Self {
            site: entry.id,
            name: Some(entry.site.name.clone()),
            gln: Some(format!("{:013}", entry.site.gln)),
            organisation: Some(entry.site.organisation),
        }
    }
}

impl SiteView {
    /// The name, where it is known, and the number otherwise.
    #[must_use]
    pub fn short(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("site {}", self.site))
    }
}

impl fmt::Display for SiteView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())?;
        self.gln.iter().try_for_each(|gln| write!(f, " (GLN {gln})"))
    }
}

/// Who did something: an account of an organisation, at a site where books are concerned; the administrator; or a
/// contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActorView {
    /// SS58.
    pub account: String,
    /// The organisation for which it acted.
    pub organisation: Option<OrganisationView>,
    /// The site for which it acted.
    pub site: Option<SiteView>,
    /// The contract's name, where it is one of the deployment.
    pub contract: Option<&'static str>,
}

impl ActorView {
    /// The organisation's name; the contract's, or the account, where none acted.
    #[must_use]
    pub fn short(&self) -> String {
        match (&self.organisation, self.contract) {
            (Some(organisation), _) => organisation.short(),
            (None, Some(contract)) => format!("the contract {contract}"),
            (None, None) => self.account.clone(),
        }
    }
}

impl fmt::Display for ActorView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.organisation, &self.site) {
            (Some(organisation), Some(site)) => write!(f, "{}, {site}", organisation.short()),
            (Some(organisation), None) => write!(f, "{organisation}"),
            (None, _) => f.write_str(&self.short()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::register::{organisation, site};

    #[test]
    fn whoever_acted_is_shown_by_organisation_and_site() {
        let account = AccountId([1; 32]);
        let mut names = Names::new([("evidence", AccountId([7; 32]))]);
        let by = |account, organisation, site| Actor { account, organisation, site };
        assert_eq!(names.actor(&by(account, Some(3), Some(5))).to_string(), "organisation 3, site 5");
        names.insert_organisation(&organisation(3, "Alpha Pharma", 6_291_041_500_213));
        names.insert_site(&site(5, 3, "Plant 1", 614_141_000_012));
        for (actor, shown) in [
            (by(account, Some(3), Some(5)), "Alpha Pharma, Plant 1 (GLN 0614141000012)"),
            (by(account, Some(3), None), "Alpha Pharma (GLN 6291041500213)"),
            (by(AccountId([7; 32]), None, None), "the contract evidence"),
            (by(account, None, None), "5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT"),
        ] {
            assert_eq!(names.actor(&actor).to_string(), shown);
        }
    }
}
