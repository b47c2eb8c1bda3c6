//! What is as strong as new code: proposed, open to everybody's eyes for two days, and then applied.

use primitives::access::Limits;
use primitives::governance::{
    AccountAdded, Action, ChangeProposed, ContractRolesSet, Error, MarketSet, OrganisationReinstated,
    Proposal, ProposalApplied, ProposalCancelled, RoleAdministrationSet, RoleGranted,
};
use primitives::{ensure, AccountId, CodeHash, OrganisationId, Role};

use super::organisations::{put_back, SUPERVISORS};
use super::roles::{ensure_contract_roles, ensure_role_administration, put_contract_roles};
use super::Data;
use crate::{Access, Caller};

/// What an applied proposal did, or has yet to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The code of a contract is to be replaced now.
    Upgrade {
        /// The contract.
        contract: AccountId,
        /// The hash of the new code.
        code: CodeHash,
    },
    /// An organisation has a role.
    Grant(RoleGranted),
    /// A contract has other roles.
    ContractRoles(ContractRolesSet),
    /// An organisation has another steward.
    Steward(AccountAdded),
    /// Another authority decides in a market.
    Market(MarketSet),
    /// The roles of an organisation count again.
    Reinstated(OrganisationReinstated),
    /// Another role administers a role.
    RoleAdministration(RoleAdministrationSet),
}

impl Data {
    /// Proposes a change.
    pub fn propose(&mut self, by: &mut Caller<impl Access>, action: Action) -> Result<ChangeProposed, Error> {
        self.ensure_decidable(by, &action)?;
        if let Action::Upgrade { code, .. } = action {
            self.hold_code(by, code)?;
        }
        let mut state = self.state();
        let proposal = state.proposals;
        let (applies_from, applies_until) = by.waits();
        self.proposals.insert(proposal, &Proposal { action, by: by.actor(), applies_from, applies_until });
        state.proposals = state.proposals.saturating_add(1);
        self.state.set(&state);
        Ok(ChangeProposed { by: by.actor(), proposal, action, applies_from, applies_until })
    }

    /// Cancels a proposal. One that has lapsed is removed by anybody.
    pub fn cancel_proposal(
        &mut self,
        by: &mut Caller<impl Access>,
        proposal: u32,
    ) -> Result<ProposalCancelled, Error> {
        let known = self.proposals.get(proposal);
        if !known.is_some_and(|proposal| proposal.has_lapsed(by.call.now)) {
            by.call.ensure_any(SUPERVISORS)?;
        }
        let Proposal { action, .. } = known.ok_or(Error::UnknownProposal)?;
        self.remove_proposal(by, proposal, &action);
        Ok(ProposalCancelled { by: by.actor(), proposal, action })
    }

    /// Does what was proposed, where its time has come, and where it could still be proposed.
    pub fn apply_proposal(
        &mut self,
        by: &mut Caller<impl Access>,
        proposal: u32,
    ) -> Result<(ProposalApplied, Applied), Error> {
        let known = self.proposals.get(proposal).ok_or(Error::UnknownProposal)?;
        let action = known.action;
        self.ensure_decidable(by, &action)?;
        ensure(by.call.now >= known.applies_from, Error::ProposalTooEarly)?;
        ensure(!known.has_lapsed(by.call.now), Error::ProposalLapsed)?;
        let applied = match action {
            Action::Upgrade { contract, code } => Applied::Upgrade { contract, code },
            Action::Grant { organisation, grant } => {
                Applied::Grant(self.put_grant(by, organisation, grant)?)
            }
            Action::ContractRoles { contract, roles } => {
                Applied::ContractRoles(put_contract_roles(by, contract, roles)?)
            }
            Action::Steward { organisation: id, account } => {
                let organisation = self.known(id)?;
                Applied::Steward(self.put_account(by, (id, organisation), account, Limits::STEWARD)?)
            }
            Action::Market { market, authority } => Applied::Market(self.put_market(by, market, authority)?),
            Action::Reinstate { organisation } => Applied::Reinstated(put_back(by, organisation)?),
            Action::RoleAdministration { role, administered_by } => {
                Applied::RoleAdministration(self.put_role_administration(by, role, administered_by))
            }
        };
        self.remove_proposal(by, proposal, &action);
        Ok((ProposalApplied { by: by.actor(), proposal, action }, applied))
    }

    fn remove_proposal(&mut self, by: &mut Caller<impl Access>, proposal: u32, action: &Action) {
        if let Action::Upgrade { code, .. } = action {
            self.release_code(by, *code);
        }
        self.proposals.remove(proposal);
    }

    /// Refuses what the caller may not decide, or what cannot be done as things are.
    fn ensure_decidable(&self, by: &Caller<impl Access>, action: &Action) -> Result<(), Error> {
        match *action {
            Action::Upgrade { .. } => by.ensure_role(Role::Admin),
            Action::Grant { organisation, grant } => self.ensure_grantable(by, organisation, grant),
            Action::ContractRoles { contract, roles } => ensure_contract_roles(by, contract, roles),
            Action::Steward { organisation, account } => self.ensure_rescuable(by, organisation, account),
            Action::Market { market, authority } => self.ensure_market(by, market, authority),
            Action::Reinstate { organisation } => self.ensure_reinstatable(by, organisation).map(drop),
            Action::RoleAdministration { role, administered_by } => {
                ensure_role_administration(by, role, administered_by)
            }
        }
    }

    /// Errors, in this order: `CallerNotAuthorised`, `UnknownOrganisation`, `CallerNotAuthorised` (only the administrator
    /// names a steward of an organisation with the Admin role), `AccountExists`.
    fn ensure_rescuable(
        &self,
        by: &Caller<impl Access>,
        organisation: OrganisationId,
        account: AccountId,
    ) -> Result<(), Error> {
        by.ensure_role(Role::Admin)?;
        self.known(organisation)?;
        by.ensure_superior_to(organisation)?;
        ensure(by.access.account(account)?.is_none(), Error::AccountExists)
    }
}
