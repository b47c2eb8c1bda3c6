//! Parties that call. Party `n` is the organisation `n` with the site `100 + n` and the account `n`: three numbers that differ, so
//! that no rule takes one for another.

use kernel::Call;
use primitives::access::SiteStanding;
use primitives::{AccountId, Actor, OrganisationId, Role, RoleSet, SiteId};

use crate::goods::NOW;

pub fn account(number: u8) -> AccountId {
    AccountId([number; 32])
}

/// The number of the party's organisation.
pub fn organisation(number: u8) -> OrganisationId {
    number.into()
}

/// The party's site.
pub fn site(number: u8) -> SiteId {
    SiteId::from(number) + 100
}

/// An account that acts for the party's site.
pub fn call(number: u8, roles: &[Role]) -> Call {
    Call {
        account: account(number),
        organisation: Some(organisation(number)),
        site: Some(site(number)),
        roles: RoleSet::of(roles),
        now: NOW,
    }
}

pub fn manufacturer() -> Call {
    call(1, &[Role::Manufacturer])
}

/// The quality unit of the manufacturer: another account, with a role of its own and no site.
pub fn quality_unit() -> Call {
    let roles = RoleSet::of(&[Role::QualityUnit]);
    Call { account: account(11), site: None, roles, ..manufacturer() }
}

/// The manufacturer at another site of its own.
pub fn second_plant() -> Call {
    Call { site: Some(site(21)), ..manufacturer() }
}

pub fn other_manufacturer() -> Call {
    call(9, &[Role::Manufacturer, Role::QualityUnit])
}

pub fn wholesaler() -> Call {
    call(2, &[Role::Wholesaler])
}

pub fn pharmacy() -> Call {
    call(3, &[Role::Pharmacy])
}

/// Another account of the pharmacy at the same site, such as a second till.
pub fn second_till() -> Call {
    Call { account: account(13), ..pharmacy() }
}

/// The same organisation as the pharmacy, at another site.
pub fn branch() -> Call {
    Call { account: account(23), site: Some(site(23)), ..pharmacy() }
}

pub fn other_pharmacy() -> Call {
    call(4, &[Role::Pharmacy])
}

pub fn regulator() -> Call {
    Call { site: None, ..call(5, &[Role::Regulator]) }
}

/// Another authority.
pub fn other_regulator() -> Call {
    Call { site: None, ..call(8, &[Role::Regulator]) }
}

/// Another account of the regulator.
pub fn second_inspector() -> Call {
    Call { account: account(15), ..regulator() }
}

pub fn auditor() -> Call {
    Call { site: None, ..call(6, &[Role::Auditor]) }
}

/// Has every role of an organisation that does not count in these contracts.
pub fn bystander() -> Call {
    call(7, &[Role::Admin, Role::Insurer, Role::Operator])
}

/// The contract that quarantines goods on evidence.
pub fn sentinel() -> Call {
    Call { organisation: None, site: None, ..call(0x5E, &[Role::Sentinel]) }
}

/// The same caller after its roles were revoked, suspended or had expired.
pub fn without_roles(call: Call) -> Call {
    Call { roles: RoleSet::EMPTY, ..call }
}

pub fn at(call: Call, now: u64) -> Call {
    Call { now, ..call }
}

/// What events say about the caller.
pub fn by(call: Call) -> Actor {
    call.actor()
}

/// Where the caller acts.
pub fn site_of(call: Call) -> SiteId {
    call.site.expect("the caller acts for a site")
}

/// What `access` says of the site for which the caller acts.
pub fn consignee(call: Call) -> (SiteId, Option<SiteStanding>) {
    let standing = call.organisation.map(|organisation| SiteStanding { organisation, roles: call.roles });
    (site_of(call), standing)
}
