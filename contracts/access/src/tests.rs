use ink::env::DefaultEnvironment;
use ink::prelude::string::String;
use primitives::{AccountId, Call, Role};

use crate::{Data, Identifier};

mod administration;
mod messages;
mod organisations;
mod pause;
mod roles;

const NOW: u64 = 1_767_225_600_000;
/// A GLN with its right check digit.
const GLN: Identifier = Identifier::Gln(6_291_041_500_213);

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn administrator() -> AccountId {
    account(0xAD)
}

/// A deployment with its administrator and no organisation.
fn deployment() -> Data {
    // The off-chain storage belongs to a contract: any will do.
    ink::env::test::set_callee::<DefaultEnvironment>(account(0xCC));
    Data::new(administrator()).0
}

/// A call as the contract makes it: with the roles that the caller holds at `NOW`.
fn by(data: &Data, caller: AccountId) -> Call {
    Call { caller, roles: data.roles(caller, NOW), now: NOW }
}

/// Registers an organisation without a role.
fn register(data: &mut Data, number: u8) -> AccountId {
    let admin = by(data, administrator());
    data.register_organisation(admin, account(number), String::from("Organisation"), GLN).unwrap();
    account(number)
}

/// Registers an organisation, and grants it a role without an end.
fn with_role(data: &mut Data, number: u8, role: Role) -> AccountId {
    let organisation = register(data, number);
    let admin = by(data, administrator());
    data.grant_role(admin, role, organisation, None).unwrap();
    organisation
}
