use primitives::{ensure, AccountId, Actor, OrganisationId, Refused, Role, RoleSet, SiteId, Timestamp};

/// Who calls a message, for whom, with which roles, and when: all that a rule may know of its caller.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The account that calls.
    pub account: AccountId,
    /// The organisation for which it acts. `None` for the administrator, a contract, and an account that is unknown or
    /// whose time is over.
    pub organisation: Option<OrganisationId>,
    /// The site for which it acts.
    pub site: Option<SiteId>,
    /// The roles that count.
    pub roles: RoleSet,
    /// The chain's time.
    pub now: Timestamp,
}

impl Call {
    /// What events say about the caller.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { account: self.account, organisation: self.organisation, site: self.site }
    }

    /// The site for which it acts.
    pub fn site(&self) -> Result<SiteId, Refused> {
        self.site.ok_or(Refused::CallerNotAtSite)
    }

    /// The organisation for which it acts with this role: who answers for what it does.
    pub fn author(&self) -> Result<OrganisationId, Refused> {
        self.organisation.ok_or(Refused::CallerNotAuthorised)
    }

    /// Whether it acts for this organisation.
    #[must_use]
    pub fn is_of(&self, organisation: OrganisationId) -> bool {
        self.organisation == Some(organisation)
    }

    /// Refuses a caller without this role.
    pub fn ensure_role(&self, role: Role) -> Result<(), Refused> {
        ensure(self.roles.contains(role), Refused::CallerNotAuthorised)
    }

    /// Refuses a caller with none of these roles.
    pub fn ensure_any(&self, roles: RoleSet) -> Result<(), Refused> {
        ensure(self.roles.intersects(roles), Refused::CallerNotAuthorised)
    }
}
