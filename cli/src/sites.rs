//! Finds the sites and organisations that people name, and the site for which a command acts.

use gs1::Gln;
use primitives::access::{Account, Limits};
use primitives::governance::{Error, GlnUse, Identifier, OrganisationEntry, Site, SiteEntry};
use primitives::{AccountId, Actor, OrganisationId, Question, Role, SiteId};
use serde_json::json;
use view::directory::SiteView;

use crate::accounts::ss58;
use crate::context::Context;
use crate::failure::{code_of, Exit, Failure};
use crate::named::{OrganisationRef, SiteRef};

/// The environment variable with the site for which commands act.
const SITE_VARIABLE: &str = "THERIAC_SITE";

impl Context<'_> {
    /// The site of this number.
    pub async fn site(&self, site: SiteId) -> Result<Option<Site>, Failure> {
        self.read(&self.governance().site(site)).await
    }

    /// The number of a site that a person names.
    pub async fn find_site(&self, named: SiteRef) -> Result<SiteId, Failure> {
        match named {
            SiteRef::Number(number) => match self.site(number).await? {
                Some(_) => Ok(number),
                None => Err(refused(
                    Error::UnknownSite,
                    format!("site {number} is not registered; see `theriac org site list`"),
                )),
            },
            SiteRef::Gln(gln) => {
                let GlnUse { organisation, site, .. } = self.find_gln(gln).await?;
                match site {
                    Some(site) => Ok(site),
                    None => {
                        let sites = self.sites_of(organisation).await?;
                        let cause = format!(
                            "the GLN {gln} names the organisation {organisation}, and not one of its sites; name a site"
                        );
                        Err(unclear(&cause, &sites))
                    }
                }
            }
        }
    }

    /// The organisation that a person names.
    pub async fn find_organisation(&self, named: &OrganisationRef) -> Result<OrganisationEntry, Failure> {
        let number = match named {
            OrganisationRef::Number(number) => *number,
            OrganisationRef::Gln(gln) => self.find_gln(*gln).await?.organisation,
            OrganisationRef::Uri(uri) => {
                let wanted = Identifier::Uri(uri.clone());
                let all = self.all(|start, limit| self.governance().organisations(start, limit)).await?;
                let found = all.into_iter().find(|entry| entry.organisation.identifier == wanted);
                return found.ok_or_else(|| {
                    let message = format!("no organisation has the identifier {uri}; see `theriac org list`");
                    refused(Error::UnknownOrganisation, message)
                });
            }
        };
        self.organisation(number).await
    }

    /// The organisation of this number.
    pub async fn organisation(&self, number: OrganisationId) -> Result<OrganisationEntry, Failure> {
        let entry = self.read(&self.governance().organisation(number)).await?;
        entry.ok_or_else(|| {
            let message = format!("organisation {number} is not registered; see `theriac org list`");
            refused(Error::UnknownOrganisation, message)
        })
    }

    /// The organisation for which the account that signs acts.
    pub async fn own_organisation(&self) -> Result<OrganisationEntry, Failure> {
        let Account { organisation, .. } = self.own_account().await?;
        self.organisation(organisation).await
    }

    /// All sites of an organisation.
    pub async fn sites_of(&self, organisation: OrganisationId) -> Result<Vec<SiteEntry>, Failure> {
        let mut sites = self.all(|start, limit| self.governance().sites(start, limit)).await?;
        sites.retain(|entry| entry.site.organisation == organisation);
        Ok(sites)
    }

    /// The site for which the command acts: the one that the options or the environment name, or else the only one for
    /// which the account can act.
    pub async fn acting_site(&self) -> Result<SiteId, Failure> {
        if let Some(named) = self.named_site()? {
            return self.find_site(named).await;
        }
        let Account { organisation, limits: Limits { site, .. } } = self.own_account().await?;
        if let Some(site) = site {
            return Ok(site);
        }
        let sites = self.sites_of(organisation).await?;
        match sites.as_slice() {
            [only] => Ok(only.id),
            [] => Err(refused(
                Error::UnknownSite,
                format!(
                    "your organisation {organisation} has no site, and this is done at a site; the administrator \
                     registers one with `theriac org site register`"
                ),
            )),
            _ => {
                let cause = format!(
                    "your organisation {organisation} has {} sites; name yours with --site, or set {SITE_VARIABLE}",
                    sites.len()
                );
                Err(unclear(&cause, &sites))
            }
        }
    }

    /// The site for which the command acts; nothing where a regulator acts, and for no site in particular.
    pub async fn acting_site_unless_regulator(&self) -> Result<Option<SiteId>, Failure> {
        match self.acting_site().await {
            Ok(site) => Ok(Some(site)),
            Err(_) if self.named_site()?.is_none() && self.is_regulator().await? => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the account that signs acts as a regulator.
    pub async fn is_regulator(&self) -> Result<bool, Failure> {
        let question = Question::about(self.account()?.id(), None);
        Ok(self.read(&self.access().standing(&question)).await?.roles.contains(Role::Regulator))
    }

    /// An account with the organisation and the site for which it acts now.
    pub async fn actor(&self, account: AccountId) -> Result<Actor, Failure> {
        let entry = self.read(&self.governance().account(account)).await?;
        Ok(Actor {
            account,
            organisation: entry.map(|entry| entry.organisation),
            site: entry.and_then(|entry| entry.limits.site),
        })
    }

    /// What the account that signs may do for its organisation.
    async fn own_account(&self) -> Result<Account, Failure> {
        let account = self.account()?.id();
        let entry = self.read(&self.governance().account(account)).await?;
        entry.ok_or_else(|| {
            let message = format!(
                "{} acts for no organisation; a steward of yours adds it with `theriac org account add`",
                ss58(account)
            );
            refused(Error::UnknownAccount, message)
        })
    }

    /// The site that the options or the environment name.
    fn named_site(&self) -> Result<Option<SiteRef>, Failure> {
        if self.global.site.is_some() {
            return Ok(self.global.site);
        }
        match std::env::var(SITE_VARIABLE) {
            Ok(text) if !text.is_empty() => {
                let named = text.parse().map(Some);
                named.map_err(|error: String| Failure::bad_input(format!("{SITE_VARIABLE}: {error}")))
            }
            _ => Ok(None),
        }
    }

    async fn find_gln(&self, gln: Gln) -> Result<GlnUse, Failure> {
        self.read(&self.governance().gln(gln.value())).await?.ok_or_else(|| {
            let message = format!(
                "nobody has registered the GLN {gln}; compare its digits, or see `theriac org site list`"
            );
            refused(Error::UnknownSite, message)
        })
    }
}

/// What the contract would refuse with, found before it is asked.
fn refused(error: Error, message: String) -> Failure {
    Failure::new(Exit::Refused, message).with_code(code_of(error.into()))
}

/// A failure that lists the sites among which one is to be named.
fn unclear(cause: &str, sites: &[SiteEntry]) -> Failure {
    let views: Vec<SiteView> = sites.iter().map(SiteView::from).collect();
    let lines: Vec<String> = views.iter().map(|view| format!("\n  site:{}  {view}", view.site)).collect();
    Failure::bad_input(format!("{cause}:{}", lines.concat()))
        .with_code("site/unclear")
        .with_details(json!({ "sites": views }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_listed_where_one_is_to_be_named() {
        let site = |id, name: &str, gln| SiteEntry {
            id,
            site: Site { organisation: 2, name: name.to_owned(), gln, registered_at: 0 },
        };
        let sites = [site(0, "Plant 1", 6_291_041_500_213), site(4, "Plant 2", 6_291_041_500_220)];
        let failure = unclear("name one", &sites);
        assert_eq!(
            failure.to_string(),
            "name one:\n  site:0  Plant 1 (GLN 6291041500213)\n  site:4  Plant 2 (GLN 6291041500220)"
        );
        assert_eq!(failure.to_json()["error"]["details"]["sites"][1]["site"], 4);
    }
}
