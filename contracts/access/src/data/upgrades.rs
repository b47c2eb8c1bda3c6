//! New code for the contracts of the deployment: proposed, open to everybody's eyes for two days, and then applied.

use primitives::{ensure, AccountId, Call, Role};

use super::{Data, SUPERVISORS};
use crate::errors::Error;
use crate::events::{UpgradeApplied, UpgradeCancelled, UpgradeProposed};
use crate::types::{UpgradeProposal, UPGRADE_DELAY};

impl Data {
    /// The code that waits to replace that of `contract`.
    #[must_use]
    pub fn upgrade(&self, contract: AccountId) -> Option<UpgradeProposal> {
        self.upgrades.get(contract)
    }

    /// Proposes `code` for `contract`, in place of an earlier proposal.
    pub fn propose_upgrade(
        &mut self,
        call: Call,
        contract: AccountId,
        code: [u8; 32],
    ) -> Result<UpgradeProposed, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        let applies_from = call.now.saturating_add(UPGRADE_DELAY);
        self.upgrades.insert(contract, &UpgradeProposal { code, by: call.caller, applies_from });
        Ok(UpgradeProposed { contract, code, by: call.caller, applies_from })
    }

    /// Withdraws the proposal for `contract`.
    pub fn cancel_upgrade(&mut self, call: Call, contract: AccountId) -> Result<UpgradeCancelled, Error> {
        ensure(call.roles.intersects(SUPERVISORS), Error::CallerNotAuthorised)?;
        let UpgradeProposal { code, .. } = self.upgrades.take(contract).ok_or(Error::UpgradeNotProposed)?;
        Ok(UpgradeCancelled { contract, code, by: call.caller })
    }

    /// Takes the proposal for `contract` off the list, where its time has come: the code is to be replaced now.
    pub fn apply_upgrade(&mut self, call: Call, contract: AccountId) -> Result<UpgradeApplied, Error> {
        ensure(call.roles.contains(Role::Admin), Error::CallerNotAuthorised)?;
        let UpgradeProposal { code, applies_from, .. } =
            self.upgrades.get(contract).ok_or(Error::UpgradeNotProposed)?;
        ensure(call.now >= applies_from, Error::UpgradeTooEarly)?;
        self.upgrades.remove(contract);
        Ok(UpgradeApplied { contract, code, by: call.caller })
    }
}
