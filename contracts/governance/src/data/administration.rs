//! The deployment as a whole: who administers it, which contracts stand still, and the end of its set-up.

use primitives::access::{Change, Contract, Deployment};
use primitives::governance::{
    AdministrationOffer, AdministrationOfferWithdrawn, AdministrationOffered, AdministrationTransferred,
    ContractPaused, ContractUnpaused, Error, SetUpEnded,
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
        let (applies_from, applies_until) = by.waits();
        state.offer = Some(AdministrationOffer { to, applies_from, applies_until });
        self.state.set(&state);
        Ok(AdministrationOffered { to, by: by.actor(), applies_from, applies_until })
    }

    /// Withdraws the offer, for the administrator or a regulator.
    pub fn withdraw_administration_offer(
        &mut self,
        by: &Caller<impl Access>,
    ) -> Result<AdministrationOfferWithdrawn, Error> {
        if !by.call.roles.contains(Role::Regulator) {
            by.ensure_administrator()?;
        }
        let mut state = self.state();
        let offer = state.offer.take().ok_or(Error::NoAdministrationOffer)?;
        self.state.set(&state);
        Ok(AdministrationOfferWithdrawn { to: offer.to, by: by.actor() })
    }

    /// Takes over the administration that was offered to the caller: after set-up, not before a regulator could withdraw it.
    pub fn accept_administration(
        &mut self,
        by: &mut Caller<impl Access>,
    ) -> Result<AdministrationTransferred, Error> {
        let mut state = self.state();
        let AdministrationOffer { to, applies_from, applies_until } =
            state.offer.take().ok_or(Error::NoAdministrationOffer)?;
        ensure(to == by.call.account, Error::CallerNotOffered)?;
        ensure(by.in_set_up || by.call.now >= applies_from, Error::OfferTooEarly)?;
        ensure(by.call.now <= applies_until, Error::OfferLapsed)?;
        let deployment = by.access.deployment()?;
        let from = deployment.administrator;
        by.access.change(Change::Deployment(Deployment { administrator: to, ..deployment }))?;
        self.state.set(&state);
        Ok(AdministrationTransferred { by: by.actor(), from: Some(from) })
    }

    /// Ends the set-up, permanently.
    pub fn end_set_up(&mut self, by: &mut Caller<impl Access>) -> Result<SetUpEnded, Error> {
        by.ensure_administrator()?;
        ensure(by.in_set_up, Error::SetUpOver)?;
        let deployment = by.access.deployment()?;
        by.access.change(Change::Deployment(Deployment { in_set_up: false, ..deployment }))?;
        Ok(SetUpEnded { by: by.actor() })
    }

    /// Stops state changes of `contract`.
    pub fn pause(
        &mut self,
        by: &mut Caller<impl Access>,
        contract: AccountId,
    ) -> Result<ContractPaused, Error> {
        set_paused(by, contract, true, Error::AlreadyPaused)?;
        Ok(ContractPaused { contract, by: by.actor() })
    }

    /// Lets state changes of `contract` go on.
    pub fn unpause(
        &mut self,
        by: &mut Caller<impl Access>,
        contract: AccountId,
    ) -> Result<ContractUnpaused, Error> {
        set_paused(by, contract, false, Error::NotPaused)?;
        Ok(ContractUnpaused { contract, by: by.actor() })
    }
}

fn set_paused(
    by: &mut Caller<impl Access>,
    contract: AccountId,
    paused: bool,
    already: Error,
) -> Result<(), Error> {
    by.ensure_role(Role::Admin)?;
    let deployment = by.access.deployment()?;
    ensure(deployment.is_paused(contract) != paused, already)?;
    let roles = deployment.roles_of(contract);
    by.access.change(Change::Deployment(deployment.with(Contract { contract, roles, paused })))
}
