use std::fmt;

use primitives::governance::{OrganisationEntry, SiteEntry};
use primitives::Grant;
use serde::Serialize;
use view::choices::Choice;
use view::directory::{OrganisationView, SiteView};

use crate::time;

/// An organisation with its roles, and its sites where they are asked for.
#[derive(Serialize)]
pub struct OrganisationDetails {
    #[serde(flatten)]
    organisation: OrganisationView,
    suspended: bool,
    roles: Vec<GrantView>,
    sealing_key: Option<String>,
    registered_at: String,
    accounts: u32,
    stewards: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<SiteView>>,
}

#[derive(Serialize)]
struct GrantView {
    role: &'static str,
    expires_at: Option<String>,
    /// Whether it is effective now, by this computer's clock.
    effective: bool,
}

impl OrganisationDetails {
    /// The organisation at a moment in milliseconds since 1970.
    pub fn new(entry: &OrganisationEntry, sites: Option<&[SiteEntry]>, now: u64) -> Self {
        let OrganisationEntry { organisation, rights, .. } = entry;
        let role = |grant: &Grant| GrantView {
            role: grant.role.name(),
            expires_at: grant.expires_at.map(time::rfc3339),
            effective: !rights.suspended && grant.holds_at(now),
        };
        Self {
            organisation: entry.into(),
            suspended: rights.suspended,
            roles: rights.grants.iter().map(role).collect(),
            sealing_key: organisation.sealing_key.map(|key| format!("0x{}", hex::encode(key))),
            registered_at: time::rfc3339(organisation.registered_at),
            accounts: organisation.accounts,
            stewards: organisation.stewards,
            sites: sites.map(|sites| sites.iter().map(SiteView::from).collect()),
        }
    }
}

impl fmt::Display for GrantView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role)?;
        if let Some(end) = &self.expires_at {
            write!(f, " until {end}")?;
        }
        if !self.effective {
            f.write_str(" (not effective now)")?;
        }
        Ok(())
    }
}

impl fmt::Display for OrganisationDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OrganisationView { organisation, identifier, .. } = &self.organisation;
        writeln!(f, "{}{}", self.organisation.short(), if self.suspended { " (suspended)" } else { "" })?;
        writeln!(f, "  Number      {organisation}")?;
        writeln!(f, "  Identifier  {}", identifier.as_deref().unwrap_or("none"))?;
        let roles: Vec<String> = self.roles.iter().map(ToString::to_string).collect();
        let roles = if roles.is_empty() { "none".to_owned() } else { roles.join(", ") };
        writeln!(f, "  Roles       {roles}")?;
        writeln!(f, "  Accounts    {}, of which stewards: {}", self.accounts, self.stewards)?;
        for site in self.sites.iter().flatten() {
            writeln!(f, "  Site        {site}, site:{}", site.site)?;
        }
        if let Some(key) = &self.sealing_key {
            writeln!(f, "  Sealing key {key}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::access::Rights;
    use primitives::Role;
    use testkit::register::{organisation, site};

    #[test]
    fn an_organisation_shows_which_roles_are_effective() {
        let grants = vec![
            Grant { role: Role::Pharmacy, expires_at: None },
            Grant { role: Role::Wholesaler, expires_at: Some(1_790_000_000_000) },
        ];
        let entry = OrganisationEntry {
            rights: Rights { suspended: false, grants },
            ..organisation(3, "Corner Pharmacy", 614_141_000_012)
        };
        let sites = [site(5, 3, "Till 1", 6_291_041_500_213)];
        assert_eq!(
            OrganisationDetails::new(&entry, Some(&sites), 1_790_000_000_001).to_string(),
            "Corner Pharmacy\n  Number      3\n  Identifier  GLN 0614141000012\n  \
             Roles       pharmacy, wholesaler until 2026-09-21T14:13:20Z (not effective now)\n  \
             Accounts    1, of which stewards: 1\n  Site        Till 1 (GLN 6291041500213), site:5\n"
        );
    }
}
