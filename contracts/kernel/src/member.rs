use primitives::{ensure, AccountId, Question, Refused, Role, SiteId, Standing};

use crate::traits::ask_standing;
use crate::{caller, key, now, replace_code, Call, Item};

/// What every contract of a deployment keeps besides its own data: the number of its layout, and the contract `access`,
/// which knows who may do what.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Member {
    layout: Item<u32, { key(b"LAYO") }>,
    access: Item<AccountId, { key(b"ACCE") }>,
}

impl Member {
    /// Joins the deployment of `access`, with storage in this layout.
    pub fn join(&mut self, layout: u32, access: AccountId) {
        self.layout.set(&layout);
        self.access.set(&access);
    }

    /// Whether the storage has this layout.
    #[must_use]
    pub fn has_layout(&self, layout: u32) -> bool {
        self.layout.get() == Some(layout)
    }

    /// Notes that the storage has this layout now.
    pub fn set_layout(&mut self, layout: u32) {
        self.layout.set(&layout);
    }

    /// The contract `access`. `None` where the storage is not this contract's.
    #[must_use]
    pub fn access(&self) -> Option<AccountId> {
        self.access.get()
    }

    /// Who calls the running contract, where its state changes are not stopped.
    ///
    /// `site` is the site whose books are to change. Without one, an account that is limited to a site acts for that.
    ///
    /// Errors, in this order: `AccessUnavailable`, `InSetUp`, `Paused`, `CallerNotAtSite`.
    pub fn call(&self, site: Option<SiteId>) -> Result<Call, Refused> {
        Ok(self.ask_to_run(Question::about(caller(), site))?.0)
    }

    /// The same, with what `access` answers. The question names who acts: an account that is not the caller must be
    /// believed for the roles of the contract that passes the call on.
    pub fn ask_to_run(&self, question: Question) -> Result<(Call, Standing), Refused> {
        self.admit(question, false)
    }

    /// The same for what only restrains goods: a pause does not stop it.
    ///
    /// Errors, in this order: `AccessUnavailable`, `InSetUp`, `CallerNotAtSite`.
    pub fn ask_to_restrain(&self, question: Question) -> Result<(Call, Standing), Refused> {
        self.admit(question, true)
    }

    #[inline(never)]
    fn admit(&self, question: Question, restrains: bool) -> Result<(Call, Standing), Refused> {
        let (call, standing) = self.ask(question)?;
        ensure(!standing.in_set_up, Refused::InSetUp)?;
        ensure(restrains || !standing.paused, Refused::Paused)?;
        // The site that was asked about, or the account's own.
        ensure(question.site.is_none() || call.site == question.site, Refused::CallerNotAtSite)?;
        Ok((call, standing))
    }

    /// Who calls the running contract, in set-up too.
    ///
    /// Errors, in this order: `AccessUnavailable`, `Paused`.
    pub fn call_in_set_up(&self) -> Result<Call, Refused> {
        let (call, standing) = self.ask(Question::about(caller(), None))?;
        ensure(!standing.paused, Refused::Paused)?;
        Ok(call)
    }

    /// Lets new code take the place of this one, where the deployment's governance asks for it. `false` where another
    /// account asks, and where the new code does not understand the storage.
    #[must_use]
    pub fn replace_code(&self, code: [u8; 32]) -> bool {
        // A pause and the set-up stop no upgrade: that is when it is needed most.
        let asked = self.ask(Question::about(caller(), None));
        asked.is_ok_and(|(call, _)| call.roles.contains(Role::Governor)) && replace_code(code)
    }

    /// Who acts, and all that `access` answers about it, in set-up and while state changes are stopped too.
    ///
    /// Errors: `AccessUnavailable`.
    // One copy, for all messages.
    #[inline(never)]
    pub fn ask(&self, question: Question) -> Result<(Call, Standing), Refused> {
        let access = self.access.get().ok_or(Refused::AccessUnavailable)?;
        let standing = ask_standing(access, question).ok_or(Refused::AccessUnavailable)?;
        let Standing { organisation, site, roles, .. } = standing;
        Ok((Call { account: question.account, organisation, site, roles, now: now() }, standing))
    }
}
