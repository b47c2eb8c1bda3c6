use primitives::access::{Account, Limits};
use primitives::{AccountId, Grant, OrganisationId, Role, RoleSet};

use super::step::{pick, Step, DAY};
use crate::cast::{self, Contracts};
use crate::model::Model;
use crate::organisations::Administration;

impl Step {
    /// Something happens to an organisation, an account or a contract.
    pub(super) fn change(self, model: &Model) -> Administration {
        let organisation = OrganisationId::try_from(usize::from(self.a) % cast::ORGANISATIONS.len()).unwrap();
        let mut rights = cast::rights(organisation);
        let accounts = cast::accounts();
        let (account, entry) = pick(&accounts, self.b).expect("there are accounts");
        match self.c % 10 {
            0..=1 => rights.suspended = true,
            2 => drop(rights.grants.pop()),
            3 => {
                let role = [Role::Wholesaler, Role::Provider][usize::from(self.b % 2)];
                rights.grants.push(Grant { role, expires_at: Some(model.now + 9 * DAY) });
            }
            4 => return Administration::Account { account, entry: None },
            5 => {
                let limits = Limits { until: Some(model.now + DAY), ..entry.limits };
                return Administration::Account { account, entry: Some(Account { limits, ..entry }) };
            }
            6 => {
                return Administration::Account {
                    account,
                    entry: Some(Account { organisation, limits: Limits::default() }),
                }
            }
            7 => return Administration::Paused { contract: self.contract(model), paused: true },
            8 => {
                let contracts = [model.contracts.units, model.contracts.products];
                return Administration::ContractRoles {
                    contract: contracts[usize::from(self.b % 2)],
                    roles: RoleSet::EMPTY,
                };
            }
            _ => return Administration::Administrator(self.any_account()),
        }
        Administration::Rights { organisation, rights }
    }

    fn contract(self, model: &Model) -> AccountId {
        let Contracts { products, batches, units } = model.contracts;
        [batches, units, batches, products][usize::from(self.b % 4)]
    }

    /// What was changed is as at first again, so that the sequence goes on.
    pub(super) fn mending(self, model: &Model) -> Administration {
        let Contracts { products, batches, units } = model.contracts;
        let contracts = [batches, units, products];
        if let Some(contract) = contracts.into_iter().find(|it| model.organisations.is_paused(*it)) {
            return Administration::Paused { contract, paused: false };
        }
        let [of_units, of_sentinel, of_products] = cast::contract_roles(model.contracts);
        let accounts = cast::accounts();
        let changed =
            accounts.iter().find(|(account, entry)| model.organisations.accounts.get(account) != Some(entry));
        let organisations = 0..OrganisationId::try_from(cast::ORGANISATIONS.len()).unwrap();
        let other = organisations
            .into_iter()
            .find(|it| model.organisations.rights.get(it) != Some(&cast::rights(*it)));
        match (self.c % 4, changed, other) {
            (0, _, _) if self.b.is_multiple_of(2) => of_units,
            (0, _, _) => of_products,
            (1, Some((account, entry)), _) => {
                Administration::Account { account: *account, entry: Some(*entry) }
            }
            (_, _, Some(organisation)) => {
                Administration::Rights { organisation, rights: cast::rights(organisation) }
            }
            (_, Some((account, entry)), _) => {
                Administration::Account { account: *account, entry: Some(*entry) }
            }
            _ if model.organisations.is_in_set_up() => Administration::SetUpEnded,
            _ => of_sentinel,
        }
    }
}
