//! The deployment as a whole: who administers it, which contracts stand still, and the end of its set-up.

use primitives::access::Change;
use primitives::governance::{
    AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred, ContractPaused,
    ContractUnpaused, Error, SetUpEnded,
};
use primitives::{ensure, AccountId, Role};

use super::Data;
use crate::{Access, Caller};

impl Data {
    /// Offers the administration to `to`, in place of an earlier offer. Nothing changes until `to` accepts.
    pub fn offer_administration(
        &mut self,
        by: &Caller<impl Access>,
        to: AccountId,
    ) -> Result<AdministrationOffered, Error> {
        by.ensure_administrator()?;
        let mut state = self.state();
        state.offered_to = Some(to);
        self.state.set(&state);
        Ok(AdministrationOffered { to, by: by.actor() })
    }

    /// Withdraws the offer.
    pub fn withdraw_administration_offer(
        &mut self,
        by: &Caller<impl Access>,
    ) -> Result<AdministrationOfferWithdrawn, Error> {
        by.ensure_administrator()?;
        let mut state = self.state();
        let to = state.offered_to.take().ok_or(Error::NoAdministrationOffer)?;
        self.state.set(&state);
        Ok(AdministrationOfferWithdrawn { to, by: by.actor() })
    }

    /// Takes over the administration that was offered to the caller.
    pub fn accept_administration(
        &mut self,
        by: &mut Caller<impl Access>,
    ) -> Result<AdministrationTransferred, Error> {
        let mut state = self.state();
        let offered_to = state.offered_to.take().ok_or(Error::NoAdministrationOffer)?;
        ensure(offered_to == by.call.account, Error::CallerNotOffered)?;
        let from = by.access.administrator()?;
        by.access.change(Change::Administrator(offered_to))?;
        self.state.set(&state);
        Ok(AdministrationTransferred { by: by.actor(), from: Some(from) })
    }

    /// Ends the set-up, permanently.
    pub fn end_set_up(&mut self, by: &mut Caller<impl Access>) -> Result<SetUpEnded, Error> {
        by.ensure_administrator()?;
        ensure(by.in_set_up, Error::SetUpOver)?;
        by.access.change(Change::SetUpEnded)?;
        Ok(SetUpEnded { by: by.actor() })
    }

    /// Stops state changes of `contract`.
    pub fn pause(
        &mut self,
        by: &mut Caller<impl Access>,
        contract: AccountId,
    ) -> Result<ContractPaused, Error> {
        by.ensure_role(Role::Admin)?;
        ensure(!by.paused.contains(&contract), Error::AlreadyPaused)?;
        by.access.change(Change::Paused { contract, paused: true })?;
        Ok(ContractPaused { contract, by: by.actor() })
    }

    /// Lets state changes of `contract` go on.
    pub fn unpause(
        &mut self,
        by: &mut Caller<impl Access>,
        contract: AccountId,
    ) -> Result<ContractUnpaused, Error> {
        by.ensure_role(Role::Admin)?;
        ensure(by.paused.contains(&contract), Error::NotPaused)?;
        by.access.change(Change::Paused { contract, paused: false })?;
        Ok(ContractUnpaused { contract, by: by.actor() })
    }
}
